"""Paper: sealed notices in batches for the printer, and the pages that the printer makes of them (D2)."""
