"""What the verifier says of an archive in memory."""

import io
from typing import Any

from services.ballot.belenios.checking.verify import verify_archive


def report_of(content: bytes, **options: Any) -> Any:
    """The report."""
    return verify_archive(io.BytesIO(content), processes=1, **options)


def fault_of(content: bytes) -> tuple[str, str]:
    """(subject, code) of the first fault; an archive without one fails the test."""
    report = report_of(content)
    assert report.fault is not None, "accepted"
    assert not report.ok
    assert not report.finished
    return report.fault.subject, report.fault.code
