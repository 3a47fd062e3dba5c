"""`make screenshots`: a picture of every page in every state, at the widths of telephones and of a desk."""

import shutil
import sys
import tempfile
from pathlib import Path

import click

KINDS = ("voters", "agents", "letters")
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
@click.option(
    "--only", "kinds", type=click.Choice(KINDS), multiple=True, help="Ces pages seulement (à répéter) ; toutes sinon."
)
@click.option(
    "--width", "widths", type=click.Choice(list(map(str, WIDTHS))), multiple=True, help="Ces largeurs seules."
)
def command(
    out: Path, profile: str, language: str, dark: bool, kinds: tuple[str, ...], widths: tuple[str, ...]
) -> None:
    """Photographier chaque page du portail, dans chaque état, et chaque courriel, à 320, 390 et 1280 points de large."""
    try:
        from playwright.sync_api import sync_playwright

        from tests.servers.browser import find
    except ImportError:
        sys.exit("Playwright n'est pas installé ; il vient avec : make setup-dev")
    chromium = find() or shutil.which("google-chrome")
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
        wanted = {width: height for width, height in WIDTHS.items() if not widths or str(width) in widths}
        count = take(context.new_page(), portal, out, wanted, language, kinds or KINDS)
        browser.close()
    click.echo(f"{count} images dans {out}")


if __name__ == "__main__":
    command()
