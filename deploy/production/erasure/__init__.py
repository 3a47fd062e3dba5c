"""What is destroyed of a vote once its two years have passed, and the certificate of it (R211-580, docs/adr/0043)."""
