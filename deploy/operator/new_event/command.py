"""`isoloir operator new-event`: a voting event and a roll to fill in, beside a page that explains both."""

from datetime import datetime
from pathlib import Path

import click

from deploy.operator.new_event import model
from deploy.operator.terminal import console, next_step, said_plainly, stop


@click.command("new-event")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@said_plainly
def command(folder: Path) -> None:
    """Écrire dans FOLDER une échéance et une liste électorale à remplir, et la page qui explique chaque champ.

    Tout y est inventé et s'importe tel quel. Rien n'est demandé au portail, et aucun fichier n'est remplacé.
    """
    written = model.files(datetime.now(model.PARIS).date())
    there = [name for name in written if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        stop(f"{folder} contient déjà {', '.join(there)} : rien n’a été écrit. Choisissez un autre dossier.")
    # A roll names people: a folder that is made here is for its owner alone.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / model.TABLES).mkdir(exist_ok=True)
    for name, content in written.items():
        with (folder / name).open("x", encoding="utf-8", newline="") as file:
            file.write(content)
    console().print(f"Écrits dans {folder} : {', '.join(written)}.", markup=False)
    next_step(
        f"lisez {folder / model.WORDS}, remplissez les deux fichiers (ou les tableaux de {model.TABLES}), puis : "
        f"isoloir operator import-event {folder / model.EVENT} --dry-run"
    )
