"""The four services, once, and their processes: everything else that lists them takes them from here."""

SERVICES = ("identity", "notification", "ballot", "reassort")
WORKERS = {f"{service}-worker": service for service in SERVICES}
"""Worker process → its service, whose settings it has."""
SEALING = ("identity", "ballot")
"""Those that keep what a sealing fixed, and check it."""
DELIVERERS = {"notification-mail": "notification", "notification-sms": "notification"}
"""Process that delivers by one channel and alone opens what is sent by it (docs/adr/0028) → its service."""
