"""The four services, once: everything else that lists them takes them from here."""

SERVICES = ("identity", "notification", "ballot", "reassort")
