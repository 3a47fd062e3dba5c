"""Places where the tests let a process die, before a transaction commits or right after it."""

import os
import signal

from sqlalchemy import event
from sqlalchemy.orm import Session

VARIABLE = "ISOLOIR_CRASH_AT"
"""`NAME.before` or `NAME.after` the commit; set by tests alone, and nowhere documented for operators."""


def crash_point(session: Session, name: str) -> None:
    """Do nothing, unless the environment names this place: then the process is gone as by kill -9."""
    wanted = os.environ.get(VARIABLE)
    if wanted == f"{name}.before":
        session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    elif wanted == f"{name}.after":
        event.listen(session, "after_commit", lambda _session: os.kill(os.getpid(), signal.SIGKILL), once=True)
