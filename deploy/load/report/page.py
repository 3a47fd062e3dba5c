"""The figures as one page that needs nothing else: curves and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from deploy.load.report import text
from deploy.load.report.figures import Figures, faults

LEFT, RIGHT, TOP, BOTTOM = 60.0, 710.0, 10.0, 212.0
COLOURS = (("#1f4e79", ""), ("#8a4b08", "6 3"), ("#8b1a1a", "2 3"))
"""Stroke and dashes, so that lines can be told apart without their colours."""


@dataclass(frozen=True)
class Curve:
    """A line of a chart."""

    name: str
    path: str
    colour: str
    dashes: str


@dataclass(frozen=True)
class Chart:
    """A picture of 720 by 240: lines, marks at the left and below."""

    title: str
    lines: list[Curve]
    marks: list[tuple[float, str]]
    times: list[tuple[float, str]]


def chart(title: str, seconds: Sequence[float], series: dict[str, Sequence[float]]) -> Chart:
    """Draw values over time, from 0 up.

    Args:
        title: What it shows.
        seconds: When, rising.
        series: Name of a line → a value for each moment; three at most can be told apart.

    Returns:
        The picture.
    """
    top = max((value for values in series.values() for value in values), default=0.0) or 1.0
    last = seconds[-1] if seconds and seconds[-1] else 1.0

    def across(second: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * second / last, 1)

    def height(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)

    lines = []
    for (name, values), (colour, dashes) in zip(series.items(), COLOURS, strict=False):
        points = [f"{across(second)} {height(value)}" for second, value in zip(seconds, values, strict=True)]
        lines.append(Curve(name, "M" + " L".join(points) if points else "", colour, dashes))
    marks = [(height(top * part / 4), f"{top * part / 4:.3g}") for part in range(5)]
    times = [(across(last * part / 4), f"{last * part / 4:.0f}") for part in range(5)]
    return Chart(title, lines, marks, times)


def page(found: Figures) -> str:
    """The whole page, HTML."""
    timeline = found["timeline"]
    seconds = [one["second"] for one in timeline]
    rates = {"arrivées": "arrivals", "votes": "votes", "refus": "refusals"}
    charts = [
        chart("Par seconde", seconds, {words: [one[name] for one in timeline] for words, name in rates.items()}),
        chart("Dépôt du bulletin, p95 en millisecondes", seconds, {"p95": [one["cast_p95"] for one in timeline]}),
    ]
    tables = [
        ("Votes", ["", "nombre"], [[words, found["votes"][name]] for name, words in text.VOTES.items()]),
        ("Électeurs", ["", "nombre"], [[words, found["people"][name]] for name, words in text.PEOPLE.items()]),
        ("Étapes", text.STEP_HEADINGS, text.rows_of_steps(found)),
        ("Refus, par genre", ["étape et code", "nombre"], [list(one) for one in found["refusals"].items()]),
        ("Processeur", text.CPU_HEADINGS, text.rows_of_cpu(found)),
    ]
    if found.get("deaths"):
        tables.append(("Pannes", text.DEATH_HEADINGS, text.rows_of_deaths(found)))
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape())
    template = environment.get_template("page.html")
    return template.render(found=found, faults=faults(found), charts=charts, tables=tables, said=text.sentences(found))
