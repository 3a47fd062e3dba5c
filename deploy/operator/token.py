"""Where the command line takes its personal token from: the environment or a file, never an argument.

What stands among a command's arguments is read by whoever lists processes, and stays in the shell's history.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

VARIABLE = "ISOLOIR_TOKEN"
FILE_VARIABLE = "ISOLOIR_TOKEN_FILE"
ADDRESS_VARIABLES = ["ISOLOIR_OPERATOR_URL", "ISOLOIR_PUBLIC_URL"]
"""Where the portal answers operators: at an address of its own, or where it answers everybody."""
SHARED = "ISOLOIR_GATEWAY_OPERATOR_TOKEN"
"""The shared token of a demonstration, where the portal's own settings are in the environment."""


def own_file() -> Path:
    """Where a token is looked for when nothing says otherwise."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "isoloir" / "token"


def read(file: Path | None) -> str:
    """The token, or "" where there is none.

    Args:
        file: named by whoever asks; it must be there, and others must not be able to read it.

    Raises:
        click.ClickException: for a file that cannot be read, or that others read too.
    """
    if file is None:
        for name in (VARIABLE, SHARED):
            if os.environ.get(name):
                return os.environ[name].strip()
        file = own_file()
        if not file.is_file():
            return ""
    try:
        if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise click.ClickException(
                f"D’autres peuvent lire {file} : chmod 600 {file}, et révoquez ce jeton s’il a été lu."
            )
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"Le jeton ne peut pas être lu dans {file}.") from None


def token_option(work: Callable[..., Any]) -> Callable[..., Any]:
    """--token-file: who asks. The command is given `token`."""
    return click.option(
        "--token-file",
        "token",
        envvar=FILE_VARIABLE,
        type=click.Path(dir_okay=False, path_type=Path),
        default=None,
        callback=lambda _context, _option, file: read(file),
        show_envvar=True,
        help=f"Fichier du jeton personnel (sinon {VARIABLE}, sinon {own_file()}). Jetons : /agents/jetons du portail.",
    )(work)
