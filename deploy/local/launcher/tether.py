"""Tie a command to the life of the process that starts it, then become that command.

Run as a script, with no import of ours: ``python -I -S tether.py PARENT_PID COMMAND [ARGUMENT…]``.

A launcher that is killed with SIGKILL cannot stop anything; on Linux the kernel can do it in its place
(prctl(2), PR_SET_PDEATHSIG). A small program that replaces itself is used rather than subprocess's
``preexec_fn``, which may deadlock in a process that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Set the death signal, check that the parent still lives, exec the rest of the arguments."""
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above: no signal will ever come
            sys.exit(1)
    try:
        os.execvpe(command[0], command, os.environ)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
