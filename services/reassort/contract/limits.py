"""Lengths of the credential authority."""

from __future__ import annotations

LARGEST_REGISTER_PAGE = 2000
"""Lines of the register sent at once, some 500 bytes each."""
