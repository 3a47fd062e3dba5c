"""The budgets of one run as a plot: how much of each is used, and which is exceeded. An SVG that needs nothing else."""

from __future__ import annotations

import math
from html import escape

from tests.bench.budgets import TABLE, Budget, Results

WIDTH, LEFT, RIGHT, ROW, TOP, BAR = 960, 470, 150, 30, 44, 14
MOST = 2.0
"""Where the scale ends: what takes more than twice its budget has an arrow and its number."""


HALO = 'paint-order="stroke" stroke="#fff" stroke-width="4"'


def used(results: Results) -> list[tuple[Budget, float | None]]:
    """Each budget with the share of it that is used; None where it was not measured."""
    found: list[tuple[Budget, float | None]] = []
    for one in TABLE:
        try:
            found.append((one, one.limit.used(one.figure(results))))
        except (KeyError, TypeError, ZeroDivisionError):
            found.append((one, None))
    return found


def _at(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(share, MOST) / MOST


def as_svg(results: Results) -> str:
    """The plot.

    Args:
        results: as build/bench.json has them.
    """
    shares = used(results)
    height = TOP + ROW * len(shares) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" '
        f'role="img" aria-label="Share of each budget that is used"><rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" fill="#333">share of the budget that is used; up to 1 it is held</text>',
    ]
    for tick in (0, 0.5, 1, 1.5, 2):
        line = 'stroke="#333" stroke-width="2"' if tick == 1 else 'stroke="#ddd"'
        parts.append(f'<line x1="{_at(tick)}" x2="{_at(tick)}" y1="{TOP - 12}" y2="{height - 20}" {line}/>')
        parts.append(f'<text x="{_at(tick)}" y="{height - 5}" text-anchor="middle" fill="#333">{tick:g}</text>')
    for number, (budget, share) in enumerate(shares):
        y = TOP + ROW * number
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + BAR - 2}" text-anchor="end" font-size="11">{escape(budget.what)}</text>'
        )
        if share is None:
            parts.append(f'<text x="{LEFT + 6}" y="{y + BAR - 2}" fill="#666">not measured</text>')
            continue
        # Told apart by more than colour: what is exceeded has an outline and its word.
        look = 'fill="#1f6f54"' if share <= 1 else 'fill="#f4c7b8" stroke="#a33b1f" stroke-width="1.5"'
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{_at(share) - LEFT:.1f}" height="{BAR}" {look}/>')
        word = "" if share <= 1 else " exceeded"
        more = "→ " if share > MOST else ""
        digits = 2 if share < 1 or math.isclose(share, 1) else 1
        said = f"{more}{share:.{digits}f}{word}"
        # The number's white border keeps it readable where it meets the line of the budget.
        parts.append(f'<text x="{_at(share) + 6:.1f}" y="{y + BAR - 2}" {HALO}>{said}</text>')
    return "\n".join([*parts, "</svg>", ""])
