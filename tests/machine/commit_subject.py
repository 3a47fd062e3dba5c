"""Hook of pre-commit: the subject of a commit says which row of docs/conformance.md it serves, in one line that fits."""

import re
import sys
from pathlib import Path

SUBJECT = re.compile(r"[A-E]\d{1,2} \S.*")
LONGEST = 72


def complaint(message: str) -> str:
    """What is wrong with the subject; '' when it is right.

    Args:
        message: The whole message, as git keeps it for the hook.
    """
    subject = message.partition("\n")[0]
    if subject.startswith(("Merge ", "Revert ", "fixup! ", "squash! ")):
        return ""
    if len(subject) > LONGEST:
        return f"the subject has {len(subject)} characters, {LONGEST} at most: the why goes into the body"
    if not SUBJECT.fullmatch(subject):
        return "the subject begins with a row of docs/conformance.md: « D2 Notices are tagged PDF pages »"
    return ""


if __name__ == "__main__":
    sys.exit(complaint(Path(sys.argv[1]).read_text(encoding="utf-8")) or 0)
