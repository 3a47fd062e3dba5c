"""Every page in English: no French sentence is left on it."""

import html
import re

from tests.tour.portal import Portal
from tests.tour.walk import visits
from tests.unit.gateway import catalogues

TAGS = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*\slang=\"fr\"[^>]*>.*?</[a-z]+>|<[^>]+>", re.S)
ATTRIBUTES = re.compile(r"\s(?:title|alt|aria-label|placeholder|data-[a-z-]+|content)=\"([^\"]*)\"")


def french_sentences() -> set[str]:
    """Keys whose English differs, long enough not to be met by chance."""
    found = set()
    for message in catalogues.english():
        keys = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        words = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for key, english in zip(keys, words, strict=False):
            for piece in re.split(r"%\(\w+\)[sd]|\{\w+\}", key):
                if len(piece.strip()) > 12 and piece.strip() not in english:
                    found.add(piece.strip())
    return found


def words_of(page: str) -> str:
    """Text and attributes that are read out, without mark-up; data of voting events stay in their own language."""
    attributes = " ".join(ATTRIBUTES.findall(page))
    text = html.unescape(TAGS.sub(" ", page) + " " + attributes)
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def test_no_french_sentence_is_left_on_an_english_page(portal: Portal) -> None:
    sentences = french_sentences()
    assert len(sentences) > 200
    left: dict[str, list[str]] = {}
    looked_at = 0
    for rule, path, client in visits(portal):
        answer = client.get(path, headers={"Accept-Language": "en"})
        if answer.mimetype != "text/html" or answer.status_code in {302, 303}:
            continue
        if rule.endpoint == "demo.show":  # shows the messages themselves, which are in French
            continue
        looked_at += 1
        assert '<html lang="en">' in answer.text
        words = words_of(answer.text).replace(portal.event["name"], "")
        found = [sentence for sentence in sentences if sentence in words]
        if found:
            left[path] = found
    assert left == {}
    assert looked_at > 20
