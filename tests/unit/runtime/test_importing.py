"""While modules are imported nothing is collected; afterwards it is again, whatever they did."""

import gc

import pytest

from services.runtime.importing import all_stays


def test_nothing_is_collected_while_modules_are_imported() -> None:
    with all_stays():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_a_module_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(ModuleNotFoundError), all_stays():
        raise ModuleNotFoundError
    assert gc.isenabled()
