"""Figures for those who run the vote: kept for a while, summed up, and drawn."""
