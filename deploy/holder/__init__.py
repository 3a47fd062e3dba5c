"""What a key holder and an auditor run on their own machines: no web framework, no bus, no account anywhere."""
