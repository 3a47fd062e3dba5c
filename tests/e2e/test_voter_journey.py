"""A voter in a real browser, from the link in the e-mail to the receipt; and the vote is in the tally."""

import json

import pytest
from click.testing import CliRunner

from deploy.cli.main import main
from deploy.holder import ceremony
from deploy.local.demonstration.loading import load, prepare_event
from deploy.local.launcher.system import System
from deploy.operator.client import OperatorClient
from deploy.rehearsal import notices, witness
from deploy.rehearsal.mailbox import Mailboxes
from tests.e2e.conftest import script_is_there, unfold_menu
from tests.integration.conftest import QUICK
from tests.waiting import wait_until

VOTER = "ondine.brindille@example.org"
STREET = "1 rue du Baromètre"
PASSWORD = "Un mot de passe 100 % inventé"
CHOSEN = "Union des Boussoles"


@pytest.fixture
def demonstration(tmp_path):
    """The demonstration's system and voting event, as `make demo` loads them."""
    # The browser does the work that this portal asks for: nothing in the product lets a test pass without it.
    settings = {**QUICK, "ISOLOIR_GATEWAY_CHALLENGE": "proof_of_work"}
    system = System(tmp_path / "state", bus="in-process", settings=settings)
    event = prepare_event(system.state_dir, system.presentation_file)
    system.start()
    try:
        load(system, event, lambda line: None)
        yield system, event
    finally:
        system.stop()


def test_activation_log_in_code_vote_receipt_and_tally(page, demonstration, tmp_path):
    system, event = demonstration
    election = next(entry for entry in event["elections"] if entry["mode"] == "online")

    activate(page, system)
    unfold_menu(page)
    page.get_by_role("button", name="Se déconnecter").click()
    log_in(page, system)
    assert page.get_by_role("heading", level=1).inner_text() == "Bienvenue sur votre portail Élections"
    last_tracker = vote(page, system, election)

    # « a voté » on the home page, once the event has reached the poll book.
    def says_voted():
        page.goto(system.base_url + "/accueil")
        return "a voté" in page.content().lower()

    wait_until(says_voted, 60, "« a voté » on the home page")

    # The public urn shows the tracker to anybody, and voting again is refused in words.
    page.goto(f"{system.base_url}/urne/{election['uuid']}")
    assert last_tracker in page.content()
    page.goto(f"{system.base_url}/voter/{election['uuid']}")
    page.get_by_text("Vous avez déjà voté pour ce scrutin").wait_for()

    archive, counts = close_and_tally(system, election, tmp_path)
    unions = ["", *(answer["union"] for answer in election["question"]["answers"])]
    assert counts == [int(union == CHOSEN) for union in unions]
    assert set(witness.verdicts(archive).values()) <= {"ok", "absent"}
    page.goto(f"{system.base_url}/urne/{election['uuid']}")
    chosen_list = next(answer["name"] for answer in election["question"]["answers"] if answer["union"] == CHOSEN)
    shown = page.get_by_role("row").filter(has_text=chosen_list).inner_text().split()
    assert "1" in shown, "the published result is there to read"


def activate(page, system):
    page.goto(system.base_url)
    page.get_by_label("Identifiant électeur").fill(f"  {VOTER.upper()} ")
    page.get_by_role("button", name="Connexion").click()
    page.get_by_text("Un mail vient de vous être envoyé").first.wait_for()
    link = Mailboxes(system.demo_dir / "mail").wait_for_link(VOTER)
    page.goto(link)
    assert link.rsplit("/", 1)[-1] not in page.url, "the link's token stays in no address"
    page.get_by_label("Mot de passe Élections *", exact=True).fill("trop court")
    page.get_by_label("Confirmation du mot de passe Élections *", exact=True).fill("trop court")
    page.get_by_text("2 règles respectées sur 5").wait_for()
    page.get_by_role("button", name="Connexion").click()
    page.get_by_role("alert").get_by_text("trop court").wait_for()
    page.get_by_label("Mot de passe Élections *", exact=True).fill(PASSWORD)
    page.get_by_label("Confirmation du mot de passe Élections *", exact=True).fill(PASSWORD)
    page.get_by_text("5 règles respectées sur 5").wait_for()
    script_is_there(page)
    page.get_by_role("button", name="Connexion").click()
    page.get_by_label("Choix de la Question défi").select_option(label="Quelle est la destination de mes rêves ?")
    page.get_by_label("Répondre à la Question défi choisie").fill("L’Île aux Nuages")
    page.get_by_label("Ressaisir la réponse à la Question défi").fill("L’Île aux Nuages")
    page.get_by_role("button", name="Activer son compte").click()
    page.get_by_text("Votre question défi et votre réponse secrète ont été enregistrées").wait_for()
    page.get_by_role("heading", name="Bienvenue sur votre portail Élections").wait_for()


def log_in(page, system):
    page.goto(system.base_url)
    page.get_by_label("Identifiant électeur").fill(VOTER)
    page.get_by_role("button", name="Connexion").click()
    password = page.get_by_label("Mot de passe Élections *", exact=True)
    password.fill("Un mot de passe faux 1")
    page.get_by_role("button", name="Connexion").click()
    page.get_by_role("alert").get_by_text("incorrect").wait_for()
    password.fill(PASSWORD)
    page.get_by_role("button", name="Afficher : Mot de passe Élections").click()
    assert password.get_attribute("type") == "text"
    page.get_by_role("button", name="Connexion").click()
    page.get_by_role("heading", name="Bienvenue sur votre portail Élections").wait_for()


def vote(page, system, election):
    code = notices.wait_for_codes(system.demo_dir / "print", {STREET: VOTER})[VOTER]
    page.get_by_role("button", name="Je vote").click()
    page.goto(f"{system.base_url}/voter/{election['uuid']}")
    field = page.get_by_label("Code de vote")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    field.fill(wrong)
    page.get_by_role("button", name="Vérifier mon code").click()
    page.get_by_text("Il y a une erreur de frappe").wait_for()
    field.fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Vérifier mon code").click()
    page.get_by_role("heading", name="Faites votre choix").wait_for()
    assert page.locator("input[type=radio]:checked").count() == 0, "nothing is chosen beforehand"
    assert page.locator("input[type=radio]").count() == len(election["question"]["answers"]) + 1
    page.get_by_label(CHOSEN).check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Vous n’avez pas encore voté").wait_for()
    assert CHOSEN in page.locator("[data-chosen]").inner_text()

    sent = []
    page.on("request", lambda request: sent.append((request.url, request.post_data or "")))
    page.get_by_role("button", name="Je vote").click()
    page.get_by_role("heading", name="Votre vote est enregistré").wait_for()
    bare = code.replace("-", "").lower()
    for url, body in sent:
        assert bare not in (url + body).lower().replace("-", ""), "the code never leaves the browser"
        assert CHOSEN not in body
    ballots = [json.loads(body) for url, body in sent if url.endswith("/ballots")]
    assert len(ballots) == 1
    return page.locator("[data-fill=receipt-tracker]").inner_text()


def close_and_tally(system, election, folder):
    """As an operator and three key holders would, from their terminals."""
    uuid = election["uuid"]
    say(system, "operator", "close", "--election", uuid, "--reason", "fin de l'essai", "--yes")
    for key in ceremony.keys_that_suffice(ceremony.load_keys(system.state_dir / "trustees")):
        path = next((system.state_dir / "trustees").glob(f"{key.owner}-*.json"))
        assert key.name in say(system, "trustee", "decrypt", str(path), uuid, "--ballots", "1")
    say(system, "operator", "publish", "--election", uuid)
    archive = folder / f"{uuid}.bel"
    say(system, "operator", "download-archive", uuid, "--to", str(archive))
    assert "Tout est juste" in say(system, "verify", str(archive))
    operator = OperatorClient(system.base_url, system.operator_token)
    result = json.loads(operator.describe_election(uuid)["result"])["result"][0]
    operator.close()
    return archive, result


def say(system, *words):
    """Run a command of `isoloir` against the system; what it printed. A failure fails the test with its words."""
    settings = {"ISOLOIR_PUBLIC_URL": system.base_url, "ISOLOIR_GATEWAY_OPERATOR_TOKEN": system.operator_token}
    ran = CliRunner().invoke(main, list(words), env=settings)
    assert ran.exit_code == 0, ran.output
    return ran.output
