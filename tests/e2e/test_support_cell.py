"""Agents in browsers: a support cell helps three voters, an operator sees a fault, and who may not is refused."""

import json
import re

import pyotp
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from gateway.figures.kept import KeptFigures
from gateway.pages.status.parts import ROUNDS
from services.identity.models import Account, Entitlement, ReissueRequest, Voter
from services.runtime.contracts.client import RpcTimeout
from tests.e2e.conftest import is_whole
from tests.servers.browser import PATIENCE
from tests.tour.portal import Portal, identifiers
from tests.tour.staff import PASSWORD, Staff
from tests.waiting import wait_until

NO_LINK, WRONG_ADDRESS, NO_CODE = 5, 6, 8
NEW_ADDRESS = "adresse.juste@rivages.example"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with Portal(tmp_path_factory.mktemp("portal"), notices=False) as portal:
        yield portal


@pytest.fixture(scope="module")
def staff(portal):
    return Staff(portal)


@pytest.fixture
def window(chromium):
    """Open a browser of its own; an error of a page's script fails the test."""
    contexts, errors = [], []

    def open_window(width=1280):
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="fr-FR")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert errors == []


def press(page, name):
    page.get_by_role("button", name=name).first.click()


def looked_at(page, portal, path, status=200):
    """Open a page, and look at it at both widths."""
    answer = page.goto(portal.base_url + path)
    assert answer.status == status, path
    is_whole(page)


def comes_in(page, portal, staff, email):
    """Follow an invitation as its agent does, and come out at the agent's home."""
    page.goto(f"{portal.base_url}/agents/invitation/{staff.link(email)}")
    expect(page).to_have_url(f"{portal.base_url}/agents/invitation")
    page.get_by_text("Je ne peux pas le photographier").click()
    secret = "".join(page.locator(".tracker span").all_inner_texts())
    page.locator("#password").fill(PASSWORD)
    page.locator("#confirmation").fill(PASSWORD)
    page.get_by_label("Code à six chiffres").fill(pyotp.TOTP(secret).now())
    press(page, "Ouvrir mon compte")
    expect(page).to_have_url(f"{portal.base_url}/agents")
    return secret


def sheet_of(page, portal, name):
    """Find a voter and open the sheet."""
    page.goto(f"{portal.base_url}/agents/electeurs")
    page.get_by_label("Adresse, ou nom, prénom et affectation").fill(name)
    press(page, "Rechercher")
    page.locator("#content .list-of a").first.click()
    return page.url.rsplit("/", 1)[-1]


def person(portal, number):
    with portal.database("identity").reading() as session:
        return session.scalars(select(Voter).where(Voter.identifier == identifiers()[number])).one()


def test_a_cell_helps_three_voters_and_the_board_reads_it(portal, staff, window):
    luz, come, board = window(), window(), window(320)
    comes_in(luz, portal, staff, staff.invite("support", "Luz Bergamote", "luz.bergamote@rivages.example"))
    comes_in(come, portal, staff, staff.invite("support", "Côme Safran", "come.safran@rivages.example"))
    staff.sign_in(board.context, staff.named("president"))

    # Never got the link: it goes out again, and the sheet says so.
    first = person(portal, NO_LINK)
    sheet_of(luz, portal, f"{first.surname.lower()} {first.first_name.lower()}")
    expect(luz.get_by_text("aucun lien valable ne l’attend").first).to_be_visible()
    press(luz, "Renvoyer le lien d’activation")
    expect(luz.get_by_text("Un lien est parti à l’adresse de la liste")).to_be_visible()
    assert "/lien/" in portal.mailboxes.wait_for_link(first.identifier)
    luz.reload()
    expect(luz.get_by_role("row", name=re.compile("Lien d’activation.*Courriel.*Remis au serveur"))).to_be_visible()
    press(luz, "Renvoyer le lien d’activation")
    expect(luz.get_by_text("Un lien vient de partir")).to_be_visible()

    # A wrong address: two of the cell correct it, and the account can be opened by the new one.
    second = person(portal, WRONG_ADDRESS)
    sheet_of(luz, portal, second.identifier)
    luz.get_by_role("button", name="Corriger l’adresse").click()
    press(luz, "Demander la correction")
    expect(luz.get_by_text("Indiquez la nouvelle adresse.").first).to_be_visible()
    luz.get_by_label("Nouvelle adresse professionnelle").fill(NEW_ADDRESS)
    luz.get_by_label("Motif").fill("Homonyme : l’adresse est celle d’un autre, vérifié au service RH.")
    press(luz, "Demander la correction")
    expect(luz.get_by_text("La correction est demandée")).to_be_visible()
    luz.goto(f"{portal.base_url}/agents/a-valider")
    expect(luz.get_by_text("C’est votre demande")).to_be_visible()
    approve(come, portal)
    assert "/lien/" in portal.mailboxes.wait_for_link(NEW_ADDRESS)

    # A lost code, and nothing to prove oneself by on the portal: two of the cell have another one sent.
    third = person(portal, NO_CODE)
    sheet_of(luz, portal, third.identifier)
    luz.get_by_role("button", name="Remplacer le code de vote").click()
    luz.get_by_label("Téléphone portable de l’électeur").fill("06 12 34 56 78")
    luz.get_by_label("Comment l’identité a été vérifiée").fill("Rappelée au standard, carte professionnelle vue.")
    press(luz, "Demander un nouveau code")
    expect(luz.get_by_text("Le nouveau code est demandé")).to_be_visible()
    approve(come, portal)
    sms = wait_until(lambda: sorted((portal.demo_dir / "sms").glob("*.json")), 60)
    assert json.loads(sms[0].read_text())["to"] == "+33612345678"
    with portal.database("identity").reading() as session:
        assert session.scalars(select(ReissueRequest.voter_id)).all() == [third.id]
        assert session.scalars(select(Account).where(Account.voter_id == third.id)).all() == []

    # The board reads all of it, by names and in order.
    board.goto(f"{portal.base_url}/agents/journal")
    expect(board.get_by_text("La chaîne tient")).to_be_visible()
    told = board.locator(".list-events").inner_text()
    for words in (
        "A validé une demande",
        "A demandé une validation",
        "A renvoyé son lien à un électeur",
        "Côme Safran",
    ):
        assert words in told
    for page, path in (
        (luz, "/agents/electeurs?q=a"),
        (luz, f"/agents/electeurs/{third.id}"),
        (luz, f"/agents/electeurs/{third.id}/adresse"),
        (luz, f"/agents/electeurs/{third.id}/code"),
        (luz, "/agents/a-valider"),
        (luz, "/agents"),
        (board, "/agents/journal"),
    ):
        looked_at(page, portal, path)


def test_another_roles_route_another_territorys_voter_and_a_stolen_cookie_are_refused(portal, staff, window):
    voter = person(portal, NO_LINK)
    with portal.database("identity").reading() as session:
        own = set(session.scalars(select(Entitlement.election).where(Entitlement.voter_id == voter.id)))
    other = next(entry["uuid"] for entry in portal.event["elections"] if entry["uuid"] not in own)
    leonie, operator = window(), window()
    cell = staff.invite("support", "Léonie Trépied", "leonie.trepied@rivages.example", (other,))
    secret = comes_in(leonie, portal, staff, cell)
    looked_at(leonie, portal, f"/agents/electeurs/{voter.id}", 404)
    for path in ("/agents/comptes", "/agents/journal"):
        looked_at(leonie, portal, path, 403)
    staff.sign_in(operator.context, staff.named("operator"))
    looked_at(operator, portal, f"/agents/electeurs/{voter.id}", 403)
    for path in ("/agents/comptes", "/agents/jetons"):
        looked_at(operator, portal, path)

    stolen = {cookie["name"]: cookie["value"] for cookie in leonie.context.cookies()}["isoloir_agent"]
    leonie.goto(f"{portal.base_url}/agents")
    press(leonie, "Se déconnecter")
    thief = window()
    staff.sign_in(thief.context, stolen)
    thief.goto(f"{portal.base_url}/agents/electeurs")
    expect(thief).to_have_url(f"{portal.base_url}/agents/connexion")
    # Nor do the digits that were seen on the way in serve again.
    thief.get_by_label("Adresse professionnelle").fill(cell)
    thief.locator("#password").fill(PASSWORD)
    thief.get_by_label("Code à six chiffres").fill("000000" if pyotp.TOTP(secret).now() != "000000" else "111111")
    press(thief, "Se connecter")
    expect(thief.get_by_text("ne convient pas").first).to_be_visible()


def test_an_operator_sees_a_fault_and_the_status_page_says_what_was_written(
    portal, staff, window, tmp_path, monkeypatch
):
    octave, anybody = window(), window(320)
    staff.sign_in(octave.context, staff.named("operator"))
    watch, settings = (portal.app.extensions[name] for name in ("isoloir_status", "isoloir_settings"))
    octave.goto(f"{portal.base_url}/agents/salle")
    expect(octave.get_by_text("Rien à signaler")).to_be_visible()

    # The service of messages hangs: the room names it, and the public page says what it means for voters.
    def frozen(service, method, payload, **options):
        if service == "notification":
            raise RpcTimeout(service, method)
        return reached(service, method, payload, **options)

    reached = portal.rpc.call
    monkeypatch.setattr(portal.rpc, "call", frozen)
    monkeypatch.setitem(portal.app.extensions, "isoloir_figures", KeptFigures())  # a minute later
    octave.reload()
    expect(octave.get_by_text("Services : Messages.")).to_be_visible()
    expect(octave.get_by_role("row", name=re.compile("Messages.*Ne répond pas"))).to_be_visible()
    looked_at(octave, portal, "/agents/salle")
    written = settings.model_copy(update={"content_dir": tmp_path})
    monkeypatch.setitem(portal.app.extensions, "isoloir_settings", written)
    (tmp_path / "service_news.fr.md").write_text("Les messages sont retardés. **Prochaine nouvelle à 9 h.**")
    for _ in range(ROUNDS):
        watch.look()
    looked_at(anybody, portal, "/etat")
    expect(anybody.get_by_text("Le vote fonctionne")).to_be_visible()
    expect(anybody.get_by_text("Prochaine nouvelle à 9 h.")).to_be_visible()
    expect(anybody.get_by_role("listitem").filter(has_text="Recevoir un e-mail ou un SMS")).to_contain_text(
        "Ne répond pas"
    )

    # It answers again.
    monkeypatch.undo()
    watch.look()
    anybody.reload()
    expect(anybody.get_by_text("Tout fonctionne")).to_be_visible()
    expect(anybody.get_by_text("Prochaine nouvelle")).to_have_count(0)
    octave.goto(f"{portal.base_url}/agents/salle")
    expect(octave.get_by_text("Rien à signaler")).to_be_visible()


def approve(page, portal):
    """As the second agent."""
    page.goto(f"{portal.base_url}/agents/a-valider")
    press(page, "Valider")
    expect(page.get_by_text("C’est fait, et l’électeur en est prévenu.")).to_be_visible()
