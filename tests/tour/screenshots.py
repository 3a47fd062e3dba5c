"""`make screenshots`: a picture of every page in every state, at the widths of telephones and of a desk."""

import shutil
import sys
import tempfile
from pathlib import Path

import click

WIDTHS = {320: 640, 390: 844, 1280: 800}


@click.command("screenshots")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/screenshots"),
    show_default=True,
    help="Dossier des images ; son contenu est remplacé.",
)
@click.option("--profile", type=click.Choice(["2022", "2018"]), default="2022", show_default=True)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--dark", is_flag=True, help="Couleurs sombres.")
def command(out: Path, profile: str, language: str, dark: bool) -> None:
    """Photographier chaque page du portail, dans chaque état, à 320, 390 et 1280 points de large."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit("Playwright n'est pas installé ; il vient avec : make setup-dev")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium n'est pas installé ; il vient avec : apt-get install chromium")

    from services.runtime.telemetry import logs
    from tests.tour.pictures import take
    from tests.tour.portal import Portal

    logs.configure("screenshots", "ERROR")
    if out.exists():
        shutil.rmtree(out)
    with (
        tempfile.TemporaryDirectory(prefix="isoloir-") as state,
        Portal(Path(state), profile) as portal,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        count = take(context.new_page(), portal, out, WIDTHS)
        browser.close()
    click.echo(f"{count} images dans {out}")


if __name__ == "__main__":
    command()
