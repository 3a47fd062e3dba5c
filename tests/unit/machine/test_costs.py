"""What a run says of its time adds up."""

from types import SimpleNamespace

from tests.servers.costs import by_folder, seconds_by_file


def test_every_phase_counts_for_its_file_and_its_folder() -> None:
    reports = [
        SimpleNamespace(nodeid="tests/e2e/test_one.py::test_a[x::y]", duration=2.0),
        SimpleNamespace(nodeid="tests/e2e/test_one.py::test_b", duration=0.5),
        SimpleNamespace(nodeid="tests/unit/ballot/test_two.py::test_c", duration=1.0),
    ]
    files = seconds_by_file(reports)
    assert files.most_common() == [("tests/e2e/test_one.py", 2.5), ("tests/unit/ballot/test_two.py", 1.0)]
    assert by_folder(files).most_common() == [("tests/e2e", 2.5), ("tests/unit/ballot", 1.0)]
