"""The urn: casting, the chain of events, receipts, trackers."""
