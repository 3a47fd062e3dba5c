"""What computes the checks of public data: the native module where it was built, libsodium otherwise.

Both give the same verdicts (tests/property/test_backends.py). Secrets never come here: keys, randomness and voting codes
stay with libsodium's constant-time functions, in group.py and proofs.py.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec

from ..group import ED25519, Group
from .libsodium import LibsodiumChecks
from .statements import Checks, ColumnSums, Disjunction, Statement

__all__ = ["Checks", "ColumnSums", "Disjunction", "Statement", "checks_of"]

SETTING = "ISOLOIR_BELENIOS_BACKEND"


@cache
def checks_of(group: Group) -> Checks:
    """The quickest checks that this machine has for a group.

    ``ISOLOIR_BELENIOS_BACKEND=libsodium`` leaves the native module aside, to compare the two.
    """
    if group is ED25519 and os.environ.get(SETTING) != "libsodium" and find_spec("isoloir_native") is not None:
        from .compiled import CompiledChecks

        return CompiledChecks()
    return LibsodiumChecks(group)
