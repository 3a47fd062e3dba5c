"""A lost voting code, in a browser: each channel to the new code, the vote with it, the old one refused, and the limits."""

import email
import email.policy
import json
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from deploy.local.demonstration import scenario
from deploy.rehearsal import notices
from services.identity.models import Voter
from services.identity.reissue import known_facts
from tests.e2e.conftest import is_whole, script_is_there
from tests.servers.identity_provider import identity_provider
from tests.tour.portal import ANSWER, Portal, identifiers
from tests.waiting import wait_until

WORK = {"ISOLOIR_GATEWAY_CHALLENGE": "proof_of_work"}
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
NUMEN, BIRTH = "13E0812345ABC", "07/04/1980"


@pytest.fixture(scope="module")
def provider():
    with identity_provider() as running:
        yield running


@pytest.fixture(scope="module")
def portal_2022(tmp_path_factory, provider):
    setting = "ISOLOIR_IDENTITY_OIDC"
    vouched = {
        f"{setting}_ISSUER": provider.issuer,
        f"{setting}_CLIENT_ID": "isoloir",
        f"{setting}_CLIENT_SECRET": provider.secret,
    }
    with Portal(tmp_path_factory.mktemp("portal"), "2022", WORK | vouched) as portal:
        provider.leads_back_to(portal.base_url)
        yield portal


@pytest.fixture(scope="module")
def portal_2018(tmp_path_factory):
    with Portal(tmp_path_factory.mktemp("portal"), "2018", WORK, notices=False) as portal:
        yield portal


def press(page, name):
    page.get_by_role("button", name=name, exact=True).last.click()


def online(portal):
    return [entry for entry in portal.event["elections"] if entry["mode"] == "online"]


def enter(page, portal, election, code):
    """Type a code at the booth."""
    page.goto(f"{portal.base_url}/voter/{election['uuid']}")
    page.get_by_label("Code de vote").fill(code)
    press(page, "Vérifier mon code")


def vote(page, portal, election, code):
    enter(page, portal, election, code)
    page.get_by_role("heading", name="Faites votre choix").wait_for()
    page.locator("input[type=radio]").first.check()
    press(page, "Continuer")
    press(page, "Je vote")
    page.get_by_role("heading", name="Votre vote est enregistré").wait_for()


def is_not_taken(page, portal, election, code):
    enter(page, portal, election, code)
    expect(page.get_by_role("alert").first).to_be_visible()
    assert not page.get_by_role("heading", name="Faites votre choix").is_visible()


def asks(page, portal):
    page.goto(f"{portal.base_url}/reassort")
    return page.get_by_label("Votre réponse secrète").count() == 1


def by_screen(page, portal, voter):
    """The question, the mailed link, the code on the screen; what it is."""
    earlier = len(portal.mailboxes.links(voter))
    wait_until(lambda: asks(page, portal), 60, "the request before to be settled")
    page.get_by_label("Votre réponse secrète").fill(f"  {ANSWER.upper()} ")
    press(page, "Recevoir le lien")
    return by_link(page, portal, voter, earlier)


def by_link(page, portal, voter, earlier):
    """The link that is on its way, the code on the screen; what it is."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Consultez votre messagerie")
    link = portal.mailboxes.wait_for_link(voter, earlier=earlier)
    page.goto(link)
    assert link.rsplit("/", 1)[-1] not in page.url
    press(page, "Recevoir le nouveau code")
    shown = page.locator("[data-code]")
    shown.wait_for(state="visible")
    return CODE.search(shown.inner_text()).group()


def test_2022_three_codes_on_the_screen_each_replaces_the_one_before_and_a_fourth_is_refused(page, portal_2022):
    portal, voter = portal_2022, identifiers()[2]
    street = next(one["adresse1"] for one in scenario.voters() if one["identifiant"] == voter)
    first_election, second_election = online(portal)
    portal.sign_in(page.context, voter)
    page.goto(f"{portal.base_url}/accueil")
    page.get_by_role("link", name="Demander le réassort de mon code de vote").click()
    page.get_by_label("Votre réponse secrète").fill("Rouge vif")
    press(page, "Recevoir le lien")
    expect(page.get_by_role("alert")).to_contain_text("ne correspondent pas")
    paper = notices.wait_for_codes(portal.demo_dir / "print", {street: voter})[voter]

    codes = [by_screen(page, portal, voter)]
    page.reload()
    page.get_by_text("Le code ne peut plus être affiché.").wait_for()
    assert codes[0] not in page.content()
    page.get_by_text("Il vous reste 2 demandes sur 3").wait_for()
    is_not_taken(page, portal, first_election, paper)
    vote(page, portal, first_election, codes[0])

    # He has voted in one election and loses the code again: the new one is for the others, the vote stays.
    codes += [by_screen(page, portal, voter), by_screen(page, portal, voter)]
    assert len({paper, *codes}) == 4
    page.goto(f"{portal.base_url}/voter/{first_election['uuid']}")
    page.get_by_text("Vous avez déjà voté pour ce scrutin").wait_for()
    wait_until(lambda: says_no_more(page, portal), 60, "three and no more")
    assert page.get_by_label("Votre réponse secrète").count() == 0
    page.get_by_role("link", name="Contacter la cellule de soutien aux utilisateurs").wait_for()
    is_not_taken(page, portal, second_election, codes[1])
    vote(page, portal, second_election, codes[2])
    for one in codes:
        assert all(one not in text for text in kept(portal)), "no code is in a database or a message"


def says_no_more(page, portal):
    page.goto(f"{portal.base_url}/reassort")
    return "Vous avez déjà obtenu 3 nouveaux codes" in page.content()


def kept(portal):
    """Everything that services and sink have written."""
    return [
        path.read_bytes().decode("latin-1")
        for path in portal.state_dir.rglob("*")
        if path.is_file() and path.suffix in {".sqlite", ".sqlite-wal", ".eml"}
    ]


def texts(portal):
    return [json.loads(path.read_text()) for path in sorted((portal.demo_dir / "sms").glob("*.json"))]


def test_2022_a_provider_vouches_for_who_forgot_the_answer(page, portal_2022, provider):
    portal, voter = portal_2022, identifiers()[6]
    line = next(one for one in scenario.voters() if one["identifiant"] == voter)
    is_on_the_roll_with(portal, voter, NUMEN, BIRTH)
    portal.sign_in(page.context, voter)
    himself = {"given_name": f"{line['prenom'].upper()} MARIE", "family_name": line["nom"].upper()}
    left = "Il vous reste 3 demandes sur 3"

    # The account of somebody else at home: refused in words that lead on, and nothing is spent.
    provider.person(given_name="ÉGLANTINE", family_name=line["nom"], birthdate="1980-04-07")
    goes_to_provider(page, portal)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre identité n’a pas été vérifiée")
    expect(page.get_by_role("alert")).to_contain_text(
        "L’identité transmise par FranceConnect (prénoms, noms et date de naissance) n’est pas celle que la liste "
        "électorale a pour vous."
    )
    page.get_by_text("Aucune demande n’a été comptée.").wait_for()
    assert page.url == f"{portal.base_url}/reassort/identite/refus"
    is_whole(page)
    page.get_by_role("link", name="Recommencer, ou choisir un autre moyen").click()
    page.get_by_text(left).wait_for()

    earlier = len(portal.mailboxes.links(voter))
    provider.person(**himself, birthdate="1980-04-07")
    goes_to_provider(page, portal)
    code = by_link(page, portal, voter, earlier)
    assert not any(said in text for text in kept(portal) for said in (himself["given_name"], "1980-04-07"))
    vote(page, portal, online(portal)[0], code)


def goes_to_provider(page, portal):
    """From the page where a code is asked for to the provider, whose people say yes at once, and back."""
    page.goto(f"{portal.base_url}/reassort")
    press(page, "S’identifier avec FranceConnect")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prouver votre identité avec FranceConnect")
    page.get_by_text("Ils sont comparés à la liste électorale, puis oubliés.").wait_for()
    is_whole(page)
    with page.expect_request(lambda request: "/auth?" in request.url):
        page.get_by_role("link", name="Continuer vers FranceConnect").click()


def is_on_the_roll_with(portal, voter, numen, birth):
    """The roll knows both of a voter, as keyed tags."""
    key = portal._bus.resources["identity"].settings.holder_key
    with portal.database("identity").transaction() as session:
        found = session.scalars(select(Voter.id).where(Voter.identifier == voter)).one()
        session.execute(update(Voter).where(Voter.id == found).values(known_facts.tags(key, found, numen, birth)))


def test_2018_by_sms_in_the_words_of_the_tutorial(page, portal_2018):
    portal, voter = portal_2018, identifiers()[1]
    is_on_the_roll_with(portal, voter, NUMEN, BIRTH)
    portal.sign_in(page.context, voter)
    page.goto(f"{portal.base_url}/accueil")
    page.get_by_role("link", name="Demander un nouvel identifiant électeur").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demande d’un nouvel identifiant électeur")
    page.get_by_text("ne peut être faite que 3 fois").wait_for()
    page.get_by_label("N° tél").fill("0692 12 34 56")
    page.get_by_label("NUMEN").fill(NUMEN.lower())
    page.get_by_label("Date de naissance").fill("08/04/1980")
    script_is_there(page)
    press(page, "Valider")
    expect(page.get_by_role("alert")).to_contain_text("ne correspondent pas")
    page.get_by_label("NUMEN").fill(NUMEN)
    page.get_by_label("Date de naissance").fill(BIRTH)
    script_is_there(page)
    page.get_by_role("button", name="Valider", exact=True).last.dblclick()
    page.get_by_text("dans un délai maximum de 15 minutes").wait_for()
    page.get_by_text("Il vous reste 2 demandes sur 3").wait_for()
    wait_until(lambda: texts(portal), 60, "the SMS")
    [text] = texts(portal)
    body = next(str(value) for value in text.values() if "Votre nouvel identifiant de vote" in str(value))
    assert "Votre ancien identifiant a été invalidé." in body
    code = CODE.search(body).group()
    wait_until(lambda: confirmations(portal), 60, "the confirmation")
    assert "06xxxxxxx" in confirmations(portal)[0]
    vote(page, portal, online(portal)[0], code)
    assert all(code not in stored for stored in kept(portal))


def confirmations(portal):
    read = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (portal.demo_dir / "mail").glob("*.eml")
    ]
    bodies = [one.get_body(("plain",)).get_content() for one in read]
    return [one for one in bodies if "Vous avez souhaité recevoir votre identifiant électeur par SMS" in one]
