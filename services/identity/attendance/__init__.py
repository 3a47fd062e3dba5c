"""The poll book (émargement)."""
