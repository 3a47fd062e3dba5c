"""The two languages: the catalogue of English sentences and the typography of French."""
