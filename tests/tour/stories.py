"""States of pages that need a story: refused links, a vote from the code to the receipt, answers to what was sent."""

import json
import time
from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from deploy.local.demonstration import scenario
from deploy.rehearsal import notices
from gateway.waiting.plan import Mode, Plan, Steering
from services.ballot.belenios.hashing import sha_b64
from tests.tour.portal import ANSWER, Portal, identifiers
from tests.tour.walk import ANOTHER, GUESSED, REISSUES, VOTER, VOTES, Stop
from tests.vectors.samples import vectors

PATIENCE = 60_000  # milliseconds


def stories() -> Iterator[Stop]:
    """The states that sending empty forms does not show."""
    yield Stop("erreur-introuvable", lambda page, portal: _go(page, portal, "/nulle-part"))
    yield Stop("lien-inconnu", lambda page, portal: _go(page, portal, "/lien/inconnu"))
    yield Stop("lien-deja-servi", _used_link)
    yield Stop("identification-refusee", _after(_anonymous("/identification"), _type_nonsense))
    yield Stop("identification-code-faux", _after(_anonymous("/identification"), _wrong_captcha))
    yield Stop("identification-autre-code", _after(_anonymous("/identification"), _another_code))
    yield Stop("identification-preuve-de-travail", _captcha_instead_of_work)
    yield Stop("lien-envoye-a-l-instant", _after(_anonymous("/identification"), _ask_for_link))
    yield Stop("lien-envoye-deja", _after(_anonymous("/identification"), _ask_for_link, _ask_again))
    yield Stop("activation-mot-de-passe-faible", _weak_password)
    yield Stop("question-defi-refusee", _refused_answer)
    yield Stop("accueil-sans-activation", _without_activation)
    yield Stop("mot-de-passe-faux", _wrong_password)
    yield Stop("listes-electorales-recherche", _signed_in("/listes-electorales/{uuid}?recherche=pom"))
    yield Stop("listes-electorales-personne", _signed_in("/listes-electorales/{uuid}?recherche=zzz"))
    yield Stop("tutoriel-vote", _anonymous("/informations/tutoriels/parcours-de-vote"))
    yield Stop("tutoriel-reassorts", _anonymous("/informations/tutoriels/reassorts"))
    yield Stop("reclamation-envoyee", _after(_signed_in("/reclamations"), _claim))
    yield Stop("assistance-envoyee", _after(_signed_in("/assistance"), _assistance))
    yield Stop("assistance-envoyee-sans-session", _after(_anonymous("/assistance"), _assistance))
    yield Stop("session-bientot-terminee", _session_about_to_end)
    yield Stop("session-terminee", _session_over)
    yield Stop("session-terminee-sur-place", _session_over_here)
    yield Stop("formulaire-d-une-autre-session", _stale_form)
    yield Stop("reassort-lien-envoye", _reissue("/reassort/lien-envoye", reissue_until="2030-01-01T08:00:00+00:00"))
    yield Stop("reassort-choix", _reissue("/reassort/code", reissue_link="unknown"))
    yield Stop("reassort-choix-refuse", _after(_reissue("/reassort/code", reissue_link="unknown"), _way_without_phone))
    yield Stop("reassort-lien-refuse", _after(_reissue("/reassort/code", reissue_link="unknown"), _dead_reissue_link))
    yield Stop("reassort-code-deja-affiche", _reissued_elsewhere)
    booth, right_code = _booth_of(ANOTHER), _code_of(ANOTHER)
    yield Stop("isoloir-code", booth)
    yield Stop("isoloir-code-faux", _after(booth, _wrong_code))
    yield Stop("isoloir-choix", _after(booth, right_code))
    yield Stop("isoloir-choix-manquant", _after(booth, right_code, _nothing_chosen))
    yield Stop("isoloir-confirmation", _after(booth, right_code, _chosen))
    yield Stop("isoloir-bulletin-ouvert", _after(booth, right_code, _chosen, _opened))
    yield Stop("isoloir-envoi-interrompu", _after(booth, right_code, _chosen, _cut_off))
    yield Stop("isoloir-accuse-d-un-autre", _after(booth, right_code, _chosen, _receipt_of_another))
    yield Stop("isoloir-sans-reseau", _booth_without_network)
    yield Stop("controle-numero", _opened_elsewhere)
    yield Stop("controle-contenu", _after(_opened_elsewhere, _same_number))
    yield Stop("controle-triche", _after(_opened_elsewhere, _other_number))
    yield Stop("file-d-attente", _outside(Steering(Mode.PACE, 1), 40))
    yield Stop("file-d-attente-suspendue", _after(_outside(Steering(Mode.HOLD), 0), _refreshed_by_hand))
    yield Stop("urne-recherche-sans-resultat", _after(_public_urn, _search_urn))


def last_stories() -> Iterator[Stop]:
    """Those that use a voter up, in this order."""
    yield Stop("isoloir-accuse-de-reception", _after(_booth_of(VOTES), _code_of(VOTES), _chosen, _vote))
    yield Stop("isoloir-deja-vote", _already_voted)


def _go(page: Page, portal: Portal, path: str) -> None:
    page.goto(portal.base_url + path)


def _after(*steps: Callable[[Page, Portal], None]) -> Callable[[Page, Portal], None]:
    def reach(page: Page, portal: Portal) -> None:
        for step in steps:
            step(page, portal)

    return reach


def _anonymous(path: str) -> Callable[[Page, Portal], None]:
    return lambda page, portal: _go(page, portal, path)


def _outside(steering: Steering, before: int) -> Callable[[Page, Portal], None]:
    """Outside, with so many people before; for as long as it takes to open the page."""

    def reach(page: Page, portal: Portal) -> None:
        room = portal.app.extensions["isoloir_waiting_room"]
        room.steer(steering, time.time())
        try:
            for _ in range(before):
                room.visit(None, Plan(0.0, held=True), time.time())
            _go(page, portal, "/identification")
        finally:
            room.steer(Steering(), time.time())

    return reach


def _refreshed_by_hand(page: Page, portal: Portal) -> None:
    room = portal.app.extensions["isoloir_waiting_room"]
    room.steer(Steering(Mode.HOLD), time.time())
    try:
        page.goto(page.locator("main p > a.link").first.evaluate("link => link.href"))
    finally:
        room.steer(Steering(), time.time())


def _used_link(page: Page, portal: Portal) -> None:
    token = portal.unused_link()
    portal.activate(token)
    _go(page, portal, f"/lien/{token}")


def _send(page: Page, **fields: str) -> None:
    """Fill the first form of the page by the names of its fields and send it."""
    form = page.locator("main form").first
    for name, text in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    with page.expect_navigation():
        form.locator(".acts button").first.click()


def _code_for(page: Page, portal: Portal) -> dict[str, str]:
    """The CAPTCHA's field, filled, where the page has one."""
    return {"captcha": portal.code_of(page)} if page.locator("input[name=captcha_id]").count() else {}


def _type_nonsense(page: Page, _portal: Portal) -> None:
    _send(page, identifier="pas une adresse")


def _wrong_captcha(page: Page, _portal: Portal) -> None:
    _send(page, identifier="personne@example.org", captcha="zzzzz")


def _another_code(page: Page, _portal: Portal) -> None:
    with page.expect_navigation():
        page.locator("[name=another_code]").click()


def _ask_for_link(page: Page, portal: Portal) -> None:
    _send(page, identifier="personne@example.org", **_code_for(page, portal))


def _ask_again(page: Page, _portal: Portal) -> None:
    with page.expect_navigation():
        page.locator("main form button").first.click()


def _weak_password(page: Page, portal: Portal) -> None:
    portal.give(page.context, link=portal.kept_link())
    _go(page, portal, "/activation")
    _send(page, password="court", confirmation="court", **_code_for(page, portal))


def _refused_answer(page: Page, portal: Portal) -> None:
    portal.give(page.context, link=portal.prepared_link())
    _go(page, portal, "/question-defi")
    _send(page, question="first_pet", answer="a", confirmation="b")


def _without_activation(page: Page, portal: Portal) -> None:
    token = portal.unused_link()
    portal.give(page.context, voter=portal.call("identity", "enter_without_activation", token=token)["session"])
    _go(page, portal, "/accueil")


def _wrong_password(page: Page, portal: Portal) -> None:
    portal.give(page.context, identifier=identifiers()[GUESSED])
    _go(page, portal, "/mot-de-passe")
    _send(page, password="Pas le bon 1 !", **_code_for(page, portal))


def _signed_in(path: str) -> Callable[[Page, Portal], None]:
    def reach(page: Page, portal: Portal) -> None:
        portal.sign_in(page.context, identifiers()[VOTER])
        _go(page, portal, path.format(uuid=portal.election))

    return reach


def _claim(page: Page, _portal: Portal) -> None:
    _send(page, subject="wrong_name", text="Mon nom s’écrit avec deux consonnes.")


def _assistance(page: Page, portal: Portal) -> None:
    _send(
        page,
        subject="access",
        name="Anne Martin",
        email="a@example.org",
        text="Je ne reçois aucun message.",
        **_code_for(page, portal),
    )


def _captcha_instead_of_work(page: Page, portal: Portal) -> None:
    portal.app.extensions["isoloir_settings"].challenge = "proof_of_work"
    try:
        _go(page, portal, "/identification")
        page.locator("[data-challenge][data-state=done]").wait_for(timeout=PATIENCE)
    finally:
        portal.app.extensions["isoloir_settings"].challenge = "captcha"


def _session_about_to_end(page: Page, portal: Portal) -> None:
    _signed_in("/accueil")(page, portal)
    page.evaluate("document.querySelector('[data-session-warning]').showModal()")


def _session_over_here(page: Page, portal: Portal) -> None:
    _signed_in("/accueil")(page, portal)
    page.evaluate(
        """() => {
        const dialog = document.querySelector("[data-session-warning]");
        dialog.querySelector("[data-session-heading]").textContent = dialog.dataset.ended;
        dialog.querySelector("[data-before-end]").hidden = true;
        dialog.querySelector("[data-after-end]").hidden = false;
        dialog.showModal();
        }"""
    )


def _stale_form(page: Page, portal: Portal) -> None:
    _go(page, portal, "/identification")
    portal.give(page.context)
    _send(page, identifier="personne@example.org", captcha="zzzzz")


def _session_over(page: Page, portal: Portal) -> None:
    portal.give(page.context, voter="une session qui n’existe plus")
    _go(page, portal, "/accueil")


def _booth_of(voter: int) -> Callable[[Page, Portal], None]:
    def open_booth(page: Page, portal: Portal) -> None:
        portal.sign_in(page.context, identifiers()[voter])
        _go(page, portal, f"/voter/{portal.election}")
        page.locator("#voting-code").wait_for(timeout=PATIENCE)

    return open_booth


def _code(portal: Portal, number: int) -> str:
    voter = scenario.voters()[number]
    address, identifier = voter["adresse1"], voter["identifiant"]
    if identifier not in portal.codes:  # every notice has to be read for it
        portal.codes |= notices.wait_for_codes(portal.demo_dir / "print", {address: identifier})
    return portal.codes[identifier]


def _wrong_code(page: Page, portal: Portal) -> None:
    page.locator("#voting-code").fill("F226")
    page.keyboard.press("Enter")
    page.locator("#voting-code-error:not(:empty)").wait_for(timeout=PATIENCE)


def _code_of(voter: int) -> Callable[[Page, Portal], None]:
    def type_code(page: Page, portal: Portal) -> None:
        page.locator("#voting-code").fill(_code(portal, voter))
        page.keyboard.press("Enter")
        page.locator("[data-step=choice]:not([hidden])").wait_for(timeout=PATIENCE)

    return type_code


def _nothing_chosen(page: Page, _portal: Portal) -> None:
    page.locator("[data-form=choice] [type=submit]").click()
    page.locator("#choice-error:not(:empty)").wait_for(timeout=PATIENCE)


def _chosen(page: Page, _portal: Portal) -> None:
    page.locator(".bulletin input").nth(1).check()
    page.locator("[data-form=choice] [type=submit]").click()
    page.locator("[data-part=committed]:not([hidden])").wait_for(timeout=PATIENCE)


def _vote(page: Page, _portal: Portal) -> None:
    page.locator("[data-button=cast]").click()
    page.locator("[data-step=receipt]:not([hidden])").wait_for(timeout=PATIENCE)


def _opened(page: Page, _portal: Portal) -> None:
    page.locator("[data-button=open]").click()
    page.locator(".scan svg").wait_for(timeout=PATIENCE)


def _opened_elsewhere(page: Page, portal: Portal) -> None:
    """A ballot of another election, that of the vectors: no voter of the portal need open one."""
    opened = vectors("opened")["opened"][0]
    sealed = {"election": json.loads(opened["election"])["uuid"], "fingerprint": sha_b64(opened["election"])}
    page.route("**/api/v1/elections/*/election", lambda route: route.fulfill(body=opened["election"]))
    page.route("**/api/v1/elections/*/sealing", lambda route: route.fulfill(json=sealed))
    _go(page, portal, f"/controle#{opened['link']}")
    page.locator("[data-part=tracker]:not([hidden])").wait_for(timeout=PATIENCE)
    page.unroute_all()


def _same_number(page: Page, _portal: Portal) -> None:
    page.locator("[data-answer=same]").click()
    page.locator("[data-part=content]:not([hidden])").wait_for(timeout=PATIENCE)


def _other_number(page: Page, _portal: Portal) -> None:
    page.locator("[data-answer=other]").click()
    page.locator("[data-part=cheated]:not([hidden])").wait_for(timeout=PATIENCE)


def _cut_off(page: Page, _portal: Portal) -> None:
    page.route("**/ballots", lambda route: route.abort())
    page.locator("[data-button=cast]").click()
    page.locator("[data-part=retry]:not([hidden])").wait_for(timeout=PATIENCE)
    page.unroute("**/ballots")


def _receipt_of_another(page: Page, portal: Portal) -> None:
    receipt = {"election": portal.election, "tracker": "A" * 43, "head": "0" * 64, "height": 1, "signature": "0" * 128}
    page.route("**/ballots", lambda route: route.fulfill(status=201, json=receipt))
    page.locator("[data-button=cast]").click()
    page.locator("[data-step=alarm]:not([hidden])").wait_for(timeout=PATIENCE)
    page.unroute("**/ballots")


def _booth_without_network(page: Page, portal: Portal) -> None:
    portal.sign_in(page.context, identifiers()[ANOTHER])
    page.route("**/booth", lambda route: route.abort())
    _go(page, portal, f"/voter/{portal.election}")
    page.locator("[data-step=unavailable]:not([hidden])").wait_for(timeout=PATIENCE)
    page.unroute("**/booth")


def _already_voted(page: Page, portal: Portal) -> None:
    portal.sign_in(page.context, identifiers()[VOTES])
    _go(page, portal, f"/voter/{portal.election}")
    page.locator("[data-step=unavailable]:not([hidden])").wait_for(timeout=PATIENCE)


def _public_urn(page: Page, portal: Portal) -> None:
    _go(page, portal, f"/urne/{portal.election}")


def _search_urn(page: Page, _portal: Portal) -> None:
    page.locator("#tracker").fill("A" * 43)
    page.locator("main form button").first.click()
    page.locator("main [role=status]").first.wait_for(timeout=PATIENCE)


def _reissue(path: str, **held: str) -> Callable[[Page, Portal], None]:
    def reach(page: Page, portal: Portal) -> None:
        portal.sign_in(page.context, identifiers()[REISSUES], **held)
        _go(page, portal, path)

    return reach


def _way_without_phone(page: Page, _portal: Portal) -> None:
    page.locator("input[value=sms]").check()
    page.locator("main form .btn").click()
    page.locator(".error-summary").wait_for(timeout=PATIENCE)


def _dead_reissue_link(page: Page, _portal: Portal) -> None:
    page.locator("main form .btn").click()
    page.locator("main a[href='/reassort'].btn").wait_for(timeout=PATIENCE)


def _reissued_elsewhere(page: Page, portal: Portal) -> None:
    """A code that another tab has shown: this one can only say so."""
    voter = identifiers()[REISSUES]
    session = portal.session(voter)
    if not portal.call("identity", "reissue_standing", session=session)["newest"]:
        earlier = len(portal.mailboxes.links(voter))
        portal.call("identity", "answer_reissue", session=session, answer=ANSWER)
        token = portal.mailboxes.wait_for_link(voter, earlier=earlier).rsplit("/", 1)[-1]
        portal.call("identity", "follow_reissue_link", session=session, token=token, browser_key="09" + "00" * 31)
    portal.sign_in(page.context, voter)
    _go(page, portal, "/reassort/suivi")
    page.locator("[data-part=gone]").wait_for(timeout=PATIENCE)
