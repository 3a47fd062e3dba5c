"""Lengths of the credential authority."""

from __future__ import annotations

LARGEST_PAGE = 500
"""Voters whose codes are made at once: a page is computed before the answer is given, four PBKDF2 a voter."""
