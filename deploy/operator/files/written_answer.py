"""An answer given as an option or as a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def answer_options(work: Callable[..., Any]) -> Callable[..., Any]:
    """--answer TEXT or --answer-file FILE."""
    path = click.Path(exists=True, dir_okay=False, path_type=Path)
    work = click.option("--answer-file", "file", type=path, default=None, help="Fichier de la réponse (UTF-8).")(work)
    return click.option("--answer", default="", help="Réponse, envoyée par courriel.")(work)


def written(answer: str, file: Path | None) -> str:
    """The answer. Raises click.UsageError for both, for a file that is not UTF-8."""
    if file is None:
        return answer.strip()
    if answer:
        raise click.UsageError("Donnez --answer ou --answer-file, pas les deux.")
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        raise click.UsageError("Le fichier de la réponse n’est pas en UTF-8 : enregistrez-le de nouveau.") from None
