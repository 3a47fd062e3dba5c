"""The two languages: catalogues of sentences and the typography of French."""
