"""What letters say, in both languages: nothing missing, nothing that breaks out, short messages of one segment."""

import re
import uuid

import pytest

from services.notification.queue import rendering
from services.notification.queue.rendering import ENGLISH, FRENCH, LANGUAGES
from services.runtime.sealing_box import seal

GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP 23.038: 160 of these make one message; one other sign makes it 70."""
VALUES = {
    "first_name": "Zoé",
    "surname": "<b>Œuvray</b>",
    "portal": "https://vote.example.org",
    "link": "https://vote.example.org/lien/abc",
    "minutes": 1440,
    "until": "2026-12-04T10:20:30+00:00",
    "election": "CSA",
    "voting_code": "68WM-EUWD-5AEJ-0000",
    "voting_event_name": "2026",
    "active": False,
    "number": 12,
    "subject": "voting_code",
    "accepted": True,
    "answer": "Votre affectation est corrigée.\nMerci <b>!",
    "masked": "06xxxxx678",
    "name": "Agnès Nuage",
    "role": "support",
    "uuid": "QcmdAnVK7vcXSv",
    "tracker": "A" * 43,
    "urn": "https://vote.example.org/urne/QcmdAnVK7vcXSv",
    "closes_at": "2026-12-10T16:00:00+00:00",
    "receipt": '{"election":"QcmdAnVK7vcXSv"}',
    "at": "2026-12-04T10:20:30+00:00",
    "changes": [
        {"what": "agent_activated", "name": ""},
        {"what": "passkey_added", "name": "<b>Clé</b> bleue"},
    ],
}
FRENCH_ALONE = {"opening_campaign", "voting_notice"}
"""What nobody asked for has an English part; a notice is printed in the language of the sheet."""
OF_TEMPLATES = sorted(path.name for path in rendering.TEMPLATES.iterdir() if path.is_dir())
SIGNED = {FRENCH: "L'équipe élection", ENGLISH: "The elections team"}
OF_2018 = {"account_link", "reissue_confirmation"}
SIGNED_2018 = {
    FRENCH: "L'équipe chargée des élections professionnelles",
    ENGLISH: "The team in charge of the professional elections",
}
SIGNED_SHORT = {FRENCH: "Élections professionnelles", ENGLISH: "Professional elections"}
UNTIL = {
    FRENCH: "24 heures(</strong>)?, jusqu['’]au 4 décembre 2026 à 11 h 20 \\(heure de Paris\\)\\.",
    ENGLISH: "24 hours(</strong>)?, until 4 December 2026 at 11:20 \\(Paris time\\)\\.",
}


def compose(keypair, template, language, **changes):
    content = {"to": {"email": "a@b.fr"}, "values": VALUES | changes, "language": language}
    return rendering.compose(
        keypair[0], message_id=str(uuid.uuid4()), template=template, sealed=seal(keypair[1], content)
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", OF_TEMPLATES)
def test_every_template_fills(template, language, keypair):
    letter = compose(keypair, template, language)
    spoken = FRENCH if template in FRENCH_ALONE else language
    assert letter.language == spoken
    # A short message is signed by its sender's name, as in 2018.
    signed = SIGNED_SHORT if template == "reissued_code" else SIGNED_2018 if template in OF_2018 else SIGNED
    assert signed[spoken] in letter.text
    if letter.html is not None:
        assert signed[spoken].replace("'", "’") in letter.html
    assert "\n" not in letter.subject
    if template.endswith("_link") or template == "opening_campaign":
        # A message may be hours late: the date is what the voter can go by.
        for words in (letter.text, letter.html):
            assert re.search(UNTIL[spoken], words)
            assert VALUES["link"] in words
    if template.endswith("_link") and template != "reissue_link":  # asked for by who is signed in and waits for it
        assert "15 minutes" in letter.text
    if template == "opening_campaign":
        for words in (letter.text, letter.html):
            assert re.search(UNTIL[ENGLISH], words)
    for secret in (letter.text, VALUES["link"], "Œuvray"):
        assert secret not in repr(letter)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", OF_TEMPLATES)
def test_html_says_its_language_fetches_nothing_and_shows_what_was_typed_as_text(template, language, keypair):
    letter = compose(keypair, template, language)
    if letter.html is None:
        assert template in {"reissued_code", "voting_notice"}
        return
    assert f'<html lang="{letter.language}">' in letter.html
    assert letter.html.count("&lt;b&gt;") == letter.text.count("<b>")
    assert "<b>" not in letter.html
    assert not re.search(r"<(img|link|script|iframe)\b|url\(|@import", letter.html)
    assert letter.html.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_message_is_one_segment(language, keypair):
    body = compose(keypair, "reissued_code", language).text.strip()
    assert VALUES["voting_code"] in body
    assert set(body) <= GSM_7
    assert len(body) <= 160


@pytest.mark.parametrize("language", ["de", "", None, 7, "../fr"])
def test_another_language_is_french(language, keypair):
    assert compose(keypair, "attendance", language).language == FRENCH


def test_the_language_of_a_box_in_the_box_is_that_of_whom_to_write_to(keypair):
    contact = seal(keypair[1], {"to": {"phone": "+33612345678"}, "values": {}, "language": ENGLISH})
    sealed = seal(keypair[1], {"contact": contact, "values": {"voting_code": "68WM-EUWD-5AEJ-0000"}})
    letter = rendering.compose(keypair[0], message_id="x", template="reissued_code", sealed=sealed)
    assert "Your new voting identifier: 68WM-EUWD-5AEJ-0000" in letter.text


@pytest.mark.parametrize(
    ("minutes", "words", "english"),
    [
        (1440, "24 heures", "24 hours"),
        (120, "2 heures", "2 hours"),
        (90, "90 minutes", "90 minutes"),
        (60, "60 minutes", "60 minutes"),
        (14 * 1440, "14 jours", "14 days"),
    ],
)
def test_spans_of_time_in_words(minutes, words, english):
    assert (rendering.duration(minutes), rendering.duration(minutes, ENGLISH)) == (words, english)


@pytest.mark.parametrize(
    ("moment", "words", "english"),
    [
        ("2026-11-30T23:05:00+00:00", "1er décembre 2026 à 0 h 05", "1 December 2026 at 0:05"),
        ("2026-08-01T07:00:00+02:00", "1er août 2026 à 7 h 00", "1 August 2026 at 7:00"),
        ("2027-02-10T22:59:59.5+00:00", "10 février 2027 à 23 h 59", "10 February 2027 at 23:59"),
    ],
)
def test_moments_as_paris_says_them(moment, words, english):
    assert (rendering.paris(moment), rendering.paris(moment, ENGLISH)) == (words, english)


@pytest.mark.parametrize("template", sorted(set(OF_TEMPLATES) - FRENCH_ALONE))
def test_an_english_message_has_no_french_date(template, keypair):
    letter = compose(keypair, template, ENGLISH)
    for words in (letter.subject, letter.text, letter.html or ""):
        assert "décembre" not in words
        assert "11 h 20" not in words
