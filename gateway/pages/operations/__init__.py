"""Figures for agents: messages, the vote, the services. Pages that only show, and are whole without script."""

from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import urlencode

from flask import Response, make_response, request, stream_with_context

from gateway.hours.paris_time import number
from services.files import csv_form

ALIVE_SECONDS = 60
ALIVE = "vif"


def alive(page: str) -> Response:
    """Answer with a page that comes again by itself where the reader has asked for it: nobody is interrupted unasked."""
    answer = make_response(page)
    if request.args.get(ALIVE) == "1":
        answer.headers["Refresh"] = str(ALIVE_SECONDS)
    return answer


def percent(share: float) -> str:
    """A share as the reader's language writes it."""
    return f"{number(100 * share, 1)} %"


def csv_file(name: str, rows: Iterable[Iterable[object]]) -> Response:
    """A file for spreadsheets: semicolons between, a mark of UTF-8 at the beginning, which they need."""
    return _named(name, make_response("\ufeff" + "".join(_lines(rows))))


def long_csv_file(name: str, rows: Iterable[Iterable[object]]) -> Response:
    """The same, of any length: sent as it is made."""
    return _named(name, Response(stream_with_context(chain(("\ufeff",), _lines(rows)))))


def _lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    return (";".join(_cell(value) for value in row) + "\r\n" for row in rows)


def _named(name: str, answer: Response) -> Response:
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def here(**changes: str) -> str:
    """The address of this page with other choices."""
    chosen = {name: request.args[name] for name in (ALIVE, "duree", "scrutin") if name in request.args} | changes
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{request.path}?{query}" if query else request.path


def _cell(value: object) -> str:
    """A value; nothing that a spreadsheet would take for a formula, nothing that would break its row."""
    text = csv_form.harmless(value)
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in ';"\r\n') else text
