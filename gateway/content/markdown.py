"""From an operator's Markdown to mark-up that a page can hold: one h1 stays the page's, nothing runs, tables scroll.

What is written as HTML is shown as text; what is left is cleaned again, so that a mistake in the first rule is
caught by the second.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong"),
    *("a", "div", "table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "table": {"class"},
    "td": {"data-label"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
SCHEMES = {"http", "https", "mailto", "tel"}
LOWEST = 6
# A paragraph « Tableau : … » right above a table is its caption; Markdown has no other word for it.
CAPTION = re.compile(r"(?:tableau|table)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """A heading of the text: where to jump to."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """Clean mark-up, and its headings in order."""

    html: Markup
    headings: tuple[Heading, ...]


@lru_cache(maxsize=64)
def render(text: str, table_label: str = "Tableau", top: int = 2, prefix: str = "texte") -> Rendered:
    """Clean mark-up of a Markdown text.

    In: CommonMark with tables; `table_label` names tables without a caption to screen readers; `top` is the level
    of the highest heading (2 to 6), `prefix` begins the ids of headings and keeps two texts of a page apart.
    Out: headings from `top` down without a jump, whatever levels the author used. Images and HTML are not kept.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = parser.parse(text)
    headings = _settle_headings(tokens, top, prefix)
    tokens = _settle_tables(tokens, table_label)
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer", strip_comments=True
    )
    return Rendered(Markup(clean), tuple(headings))  # noqa: S704  cleaned on the line above


def _plain(inline: Token) -> str:
    return "".join(
        child.content if child.type in ("text", "code_inline") else " " if child.type.endswith("break") else ""
        for child in inline.children or []
    )


def _settle_headings(tokens: Sequence[Token], top: int, prefix: str) -> list[Heading]:
    """Shift levels to start at `top` and never to skip one; give each an id that no other has."""
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    if not levels:
        return []
    shift = top - min(levels)
    found: list[Heading] = []
    taken: set[str] = set()
    previous = top - 1
    for position, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        level = min(int(token.tag[1]) + shift, previous + 1, LOWEST)
        previous = level
        words = _plain(tokens[position + 1])
        token.tag = tokens[position + 2].tag = f"h{level}"
        token.attrSet("id", _new_id(words, prefix, taken))
        found.append(Heading(level, str(token.attrGet("id")), words))
    return found


def _new_id(words: str, prefix: str, taken: set[str]) -> str:
    """« Où voter ? » → texte-ou-voter: the prefix keeps it apart from the page's own ids."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    stem = f"{prefix}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:60] or 'partie'}"
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    taken.add(found)
    return found


def _settle_tables(tokens: Sequence[Token], label: str) -> list[Token]:
    """Tables that scroll by keyboard and fold on a telephone, with their caption and headers that say what they head."""
    settled: list[Token] = []
    heads: list[str] = []
    column = 0
    for position, token in enumerate(tokens):
        if token.type == "th_open":
            token.attrs = {"scope": "col"}
            heads.append(_plain(tokens[position + 1]))
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            token.attrs = {"data-label": heads[column]}
            column += 1
        if token.type == "table_open":
            heads = []
            token.attrs = {"class": "table table-fold"}
            caption = _take_caption(settled)
            name = escape(caption or label)
            before = Token("html_block", "", 0)
            before.content = f'<div class="table-scroll" role="region" tabindex="0" aria-label="{name}">\n'
            settled += [before, token]
            if caption:
                inside = Token("html_block", "", 0)
                inside.content = f"<caption>{name}</caption>\n"
                settled.append(inside)
            continue
        settled.append(token)
        if token.type == "table_close":
            after = Token("html_block", "", 0)
            after.content = "</div>\n"
            settled.append(after)
    return settled


def _take_caption(before: list[Token]) -> str:
    """The caption in the paragraph that ends `before`, which is then taken away; '' where there is none."""
    if len(before) < 3 or before[-1].type != "paragraph_close" or before[-2].type != "inline":
        return ""
    words = _plain(before[-2])
    found = CAPTION.match(words)
    if not found:
        return ""
    del before[-3:]
    return words[found.end() :].strip()
