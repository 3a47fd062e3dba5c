"""No rule of the stylesheets is for a class that no page has any more."""

import re
from pathlib import Path

GATEWAY = Path(__file__).resolve().parents[3] / "gateway"
WORDS = re.compile(r"[a-zA-Z][\w-]*")


def styled() -> set[str]:
    """The classes that the stylesheets speak of."""
    rules = "".join(path.read_text(encoding="utf-8") for path in (GATEWAY / "assets" / "styles").glob("*.css"))
    rules = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", rules, flags=re.DOTALL)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", rules)) - {"css"}


def written() -> tuple[set[str], tuple[str, ...]]:
    """Classes that templates and scripts write, and beginnings of those whose end is filled in (« tag-{{ kind }} »)."""
    found = {"table-scroll", "qr"}  # gateway/content/markdown.py, gateway/pages/agents/invitation.py
    for path in (GATEWAY / "pages").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for pattern in (
            r"\bclass=\"([^>]*)",  # an element's
            r"class=\"([\w -]+)\"",  # a macro's argument
            r"\"class\": \"([\w -]+)\"",  # an attribute given to a macro
            r"{{ act\(.*\"([\w -]+)\"\) }}",
            r"{% block \w+ %}([^{]*){% endblock %}",  # a block that is classes
        ):
            for content in re.findall(pattern, text):
                found |= set(WORDS.findall(content))
        for content in re.findall(r"{% macro shape_of.*?endmacro %}", text, re.DOTALL):
            found |= {f"scrutin-{word}" for word in WORDS.findall(content)}
    for path in [*(GATEWAY / "assets" / "scripts").glob("*.js"), *(GATEWAY / "booth").glob("*.js")]:
        for quoted in re.findall(r"[\"'`]([^\"'`\n]*)[\"'`]", path.read_text(encoding="utf-8")):
            found |= set(WORDS.findall(quoted))
    # What stands before a blank to be filled in, and nothing shorter: « l- » is the beginning of an id.
    return found, tuple(name for name in ("chart-line-", "notice-", "tag-") if name in found)


def test_no_rule_is_left_over() -> None:
    found, beginnings = written()
    assert sorted(name for name in styled() - found if not name.startswith(beginnings)) == []
