"""Seats of candidate lists, by rules that the bureau gives: pure arithmetic, for servers, holders and auditors alike."""
