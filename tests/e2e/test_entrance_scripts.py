"""The ways in, in Chromium: codes seen and heard, work done, rules ticked off, sessions that end; and without scripts."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.servers.browser import windows
from tests.tour.portal import PASSWORD, Portal, identifiers

IDENTIFIER = "Identifiant électeur *"
LIMIT = 90_000  # bytes, of a page with everything that it loads


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The 2022 profile; nobody votes here, so nothing is printed."""
    with Portal(tmp_path_factory.mktemp("entrance"), notices=False) as opened:
        yield opened


@pytest.fixture
def by_work(portal: Portal) -> Iterator[Portal]:
    """The same with the browser working instead of people copying."""
    settings = portal.app.extensions["isoloir_settings"]
    settings.challenge = "proof_of_work"
    yield portal
    settings.challenge = "captcha"


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Windows with options; an error of a page's script fails the test."""
    with windows(chromium) as opened:
        yield opened


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_the_code_is_seen_heard_and_renewed_and_enter_sends_the_form(
    portal: Portal, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{portal.base_url}/identification")
    page.get_by_label(IDENTIFIER).fill("personne@example.org")
    picture = page.locator("img.captcha-image")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 240
    seconds = page.locator("audio").evaluate(
        "sound => new Promise((resolve, reject) => { sound.onloadedmetadata = () => resolve(sound.duration);"
        " sound.onerror = () => reject(new Error('no sound')); sound.preload = 'metadata'; sound.load(); })"
    )
    assert 3 < seconds < 15
    first = portal.code_of(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Générer un autre code").click()
    assert page.get_by_label(IDENTIFIER).input_value() == "personne@example.org"
    code = page.get_by_label("CAPTCHA")
    expect(code).to_be_focused()
    assert portal.code_of(page) != first
    code.fill(portal.code_of(page).upper())
    code.press("Enter")
    page.wait_for_url("**/lien-envoye")
    heading(page, "Consultez votre messagerie")


def test_the_way_in_needs_no_script(portal: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    voter = identifiers()[0]
    page.goto(portal.base_url)
    page.get_by_label(IDENTIFIER).fill(voter)
    page.get_by_label("CAPTCHA").fill(portal.code_of(page))
    page.get_by_role("button", name="Connexion").click()
    page.goto(portal.mailboxes.wait_for_link(voter))
    page.get_by_label("Mot de passe Élections *", exact=True).fill(PASSWORD)
    page.get_by_label("Confirmation du mot de passe Élections *", exact=True).fill(PASSWORD)
    page.get_by_label("CAPTCHA").fill(portal.code_of(page))
    assert page.get_by_role("button", name="Afficher").count() == 0, "no eye that sees nothing"
    page.get_by_role("button", name="Connexion").click()
    heading(page, "Question défi et activation du compte")
    page.get_by_role("button", name="Accès sans activation").click()
    heading(page, "Bienvenue sur votre portail Élections")
    assert page.get_by_text("votre session prend fin à").is_visible()
    assert page.get_by_role("dialog").count() == 0


def test_without_script_work_gives_way_to_a_code(by_work: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(by_work.base_url)
    page.get_by_label(IDENTIFIER).fill("personne@example.org")
    page.get_by_role("button", name="Recopier un code à la place").click()
    assert page.get_by_label(IDENTIFIER).input_value() == "personne@example.org"
    page.get_by_label("CAPTCHA").fill(by_work.code_of(page))
    page.get_by_role("button", name="Connexion").click()
    page.wait_for_url("**/lien-envoye")


def test_a_form_sent_early_waits_for_the_work(by_work: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page()
    held: list[Route] = []
    page.route("**/api/v1/challenge*", lambda route: held.append(route))
    with page.expect_request("**/api/v1/challenge*"):
        page.goto(f"{by_work.base_url}/identification")
    page.get_by_text("Vérification automatique en cours").wait_for()
    page.get_by_label(IDENTIFIER).fill("personne@example.org")
    page.get_by_label(IDENTIFIER).press("Enter")
    assert page.url.endswith("/identification")
    held[0].continue_()
    page.wait_for_url("**/lien-envoye")


def test_secrets_sent_early_wait_for_the_work(by_work: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page()
    by_work.give(page.context, link=by_work.kept_link())
    held: list[Route] = []
    page.route("**/api/v1/challenge*", lambda route: held.append(route))
    with page.expect_request("**/api/v1/challenge*"):
        page.goto(f"{by_work.base_url}/activation")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.get_by_label("Mot de passe Élections *", exact=True).fill("trop court")
    confirmation = page.get_by_label("Confirmation du mot de passe Élections *", exact=True)
    confirmation.fill("trop court")
    confirmation.press("Enter")
    assert not sent, "no form leaves before the work is done"
    held[0].continue_()
    page.get_by_role("alert").get_by_text("trop court").wait_for()
    assert sent == ["POST"], "what was sent once leaves once, with its proof"
    assert confirmation.input_value() == "trop court", "the secrets stay"


def test_work_that_fails_is_said(by_work: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.route("**/api/v1/challenge*", lambda route: route.abort())
    page.goto(f"{by_work.base_url}/identification")
    page.get_by_role("status").get_by_text("Demandez un code à recopier").wait_for()


def test_rules_are_ticked_off_and_the_eye_shows(portal: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page()
    portal.give(page.context, link=portal.kept_link())
    page.goto(f"{portal.base_url}/activation")
    password = page.get_by_label("Mot de passe Élections *", exact=True)
    rules = page.locator("[data-rule]")
    for typed, kept in (("é", ""), ("aB", "lowercase uppercase"), ("x1 ", "lowercase digit special")):
        password.fill(typed)
        shown = rules.evaluate_all(
            "all => all.filter(r => r.textContent.includes('respecté :')).map(r => r.dataset.rule)"
        )
        assert " ".join(shown) == kept
    page.get_by_role("button", name="Afficher : Mot de passe Élections").press("Space")
    assert password.get_attribute("type") == "text"
    page.get_by_role("button", name="Masquer : Mot de passe Élections").press("Space")
    assert password.get_attribute("type") == "password"


def test_the_end_of_a_session_is_announced_and_can_be_put_off(portal: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page()
    portal.sign_in(page.context, identifiers()[1])
    page.clock.install()
    page.goto(f"{portal.base_url}/informations/edito")
    assert page.locator("[data-session-warning]").count() == 0, "a page for everybody knows of no session"
    page.goto(f"{portal.base_url}/accueil")
    page.clock.fast_forward("27:00")
    assert page.get_by_role("dialog").count() == 0
    page.clock.fast_forward("01:30")
    dialog = page.get_by_role("dialog", name="Votre session prend fin dans moins de deux minutes")
    dialog.wait_for()
    stay = dialog.get_by_role("button", name="Rester connecté")
    expect(stay).to_be_focused()
    stay.press("Enter")
    dialog.wait_for(state="hidden")
    page.clock.fast_forward("27:00")
    assert page.get_by_role("dialog").count() == 0
    page.clock.fast_forward("01:30")
    dialog.wait_for()
    page.context.set_offline(True)
    stay.press("Enter")
    dialog.get_by_text("Le portail n’a pas répondu").wait_for()
    assert page.url.endswith("/accueil"), "without a network the page stays: it may be a booth with a ballot to send"
    page.context.set_offline(False)
    stay.press("Enter")
    dialog.wait_for(state="hidden")
    page.clock.fast_forward("31:00")
    over = page.get_by_role("dialog", name="Votre session a pris fin")
    over.wait_for()
    over.get_by_role("button", name="Rester sur cette page").click()
    over.wait_for(state="hidden")
    heading(page, "Bienvenue sur votre portail Élections")  # what the page shows can still be read
    page.evaluate("document.querySelector('[data-session-warning]').showModal()")
    over.get_by_role("button", name="Continuer").click()
    heading(page, "Votre session a pris fin")


def test_a_session_that_is_over_already_cannot_be_put_off(portal: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page()
    portal.sign_in(page.context, identifiers()[2])
    page.clock.install()
    page.goto(f"{portal.base_url}/mes-informations")
    portal.call("identity", "close_session", session=portal.session(identifiers()[2]))
    page.clock.fast_forward("29:00")
    page.get_by_role("dialog").get_by_role("button", name="Rester connecté").click()
    page.get_by_role("dialog", name="Votre session a pris fin").wait_for()
    assert page.url.endswith("/mes-informations"), "what the page shows is not taken away"


def test_a_browser_that_keeps_no_cookies_is_told(portal: Portal, open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)

    page.goto(f"{portal.base_url}/identification")
    page.context.clear_cookies()
    page.get_by_label(IDENTIFIER).fill("personne@example.org")
    page.get_by_label("CAPTCHA").fill("22222")
    page.get_by_role("button", name="Connexion").click()
    heading(page, "Votre navigateur refuse les cookies")


@pytest.mark.parametrize("setting", ["captcha", "proof_of_work"])
def test_pages_are_light(portal: Portal, open_page: Callable[..., Page], setting: str) -> None:
    settings = portal.app.extensions["isoloir_settings"]
    settings.challenge = setting
    try:
        paths = [
            "/identification",
            "/lien-envoye",
            "/activation",
            "/question-defi",
            "/mot-de-passe",
            "/aide/identifiant",
        ]
        for path in paths:
            page = open_page()
            requests: list[Request] = []
            page.on("requestfinished", lambda request, found=requests: found.append(request))
            asked = {"since": None, "again": "2026-12-01T08:00:00+00:00", "for": "access"}
            portal.give(page.context, link=portal.prepared_link(), identifier="personne@example.org", sent=asked)
            page.goto(portal.base_url + path, wait_until="networkidle")
            assert page.url == portal.base_url + path
            weights = {request.url: request.sizes()["responseBodySize"] for request in requests}
            assert len(weights) > 1, weights
            # Compressed on the way: the style sheet alone weighs more than the lower bound, or nothing was measured.
            assert 8_000 < sum(weights.values()) < LIMIT, (path, weights)
    finally:
        settings.challenge = "captcha"
