"""After the vote: encrypted tally, partial decryptions, result."""
