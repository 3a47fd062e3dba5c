"""The figures as text, for a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.load.report.figures import Figures, faults
from deploy.load.report.waiting import in_words

STEPS = {
    "arrival": "arrivée (page d'accueil)",
    "activation": "première connexion",
    "wrong_password": "mot de passe erroné",
    "log_in": "connexion",
    "home": "espace personnel",
    "lists": "listes de candidats",
    "reissue_asked": "réassort demandé",
    "reissue_mail": "réassort : courriel",
    "reissue_code": "réassort : nouveau code",
    "booth_page": "page de l'isoloir",
    "permit": "permis de voter",
    "cast": "dépôt du bulletin",
    "log_out": "déconnexion",
}
"""Steps in the order of a visit, with their French names."""
VOTES = {
    "acknowledged": "accusés de réception",
    "urn": "bulletins dans l'urne",
    "poll_book": "émargements",
    "lost": "perdus (doit être 0)",
    "doubled": "en double (doit être 0)",
    "not_signed": "dans l'urne sans émargement (doit être 0)",
    "unclaimed": "dans l'urne, accusé jamais parvenu",
}
PEOPLE = {
    "arrived": "venus",
    "left": "repartis ayant voté partout",
    "gave_up": "repartis sans avoir tout voté",
    "unfinished": "encore là à la fin",
    "faults": "arrêtés par une erreur du scénario",
}


def rows_of_steps(found: Figures) -> list[list[str]]:
    """Step, how often done, refused, p50, p95, p99, max in milliseconds, in the order of a visit."""
    steps: dict[str, Any] = found["steps"]
    known = [step for step in STEPS if step in steps]
    return [
        [
            STEPS.get(step, step),
            *(f"{steps[step][name]:.0f}" for name in ("done", "refused", "p50", "p95", "p99", "max")),
        ]
        for step in [*known, *(step for step in steps if step not in STEPS)]
    ]


def rows_of_cpu(found: Figures) -> list[list[str]]:
    """Kind of process, seconds, at rest, per vote and per voter in milliseconds, the greatest first."""
    ordered = sorted(found["cpu"].items(), key=lambda one: -one[1]["seconds"])
    return [
        [
            kind,
            f"{one['seconds']:.1f}",
            f"{100 * one['idle_per_second']:.1f} %",
            "" if one["per_vote_ms"] is None else f"{one['per_vote_ms']:.1f}",
            "" if one["per_voter_ms"] is None else f"{one['per_voter_ms']:.1f}",
        ]
        for kind, one in ordered
    ]


def rows_of_deaths(found: Figures) -> list[list[str]]:
    """What happened, when, how long it lasted, after how many seconds more all was well, and how many of all the portal
    was not ready.
    """
    return [
        [one["part"], *(f"{one.get(name, 0.0):.1f}" for name in ("at", "lasted", "seconds", "away"))]
        for one in found["deaths"]
    ]


def sentences(found: Figures) -> list[str]:
    """What the tables do not say: how many log-ins were answered, and what the waiting room did."""
    log_ins = found.get("log_ins") or {}
    said = []
    if log_ins.get("tried"):
        useful = log_ins.get("hashes_per_cpu_second")
        said.append(
            f"Connexions : {log_ins['answered']} réponses pour {log_ins['tried']} essais ({100 * log_ins['share']:.0f} %)"
            + (f", {useful:g} empreintes utiles par seconde de processeur d'identity." if useful else ".")
        )
    return said + in_words(found.get("waiting") or {})


DEATH_HEADINGS = ["tué, figé, coupé…", "à la seconde", "a duré", "rétabli en s", "portail pas prêt s"]
STEP_HEADINGS = ["étape", "faite", "refusée", "p50 ms", "p95 ms", "p99 ms", "max ms"]
CPU_HEADINGS = ["processus", "CPU s", "au repos", "ms par vote", "ms par électeur"]


def show(console: Console, found: Figures) -> None:
    """Print everything; what must not be comes last."""
    system = found.get("system", {})
    console.print(
        f"Profil {found['profile']} : {found['people']['arrived']} électeurs en {found['seconds']:.0f} s "
        f"({', '.join(f'{name} {value}' for name, value in system.items())})",
        markup=False,
    )
    console.print(
        _table("Votes", ["", "nombre"], [[words, str(found["votes"][name])] for name, words in VOTES.items()])
    )
    people = [[words, str(found["people"][name])] for name, words in PEOPLE.items()]
    console.print(_table("Électeurs", ["", "nombre"], people))
    console.print(_table("Étapes", STEP_HEADINGS, rows_of_steps(found)))
    refusals = [[kind, str(count)] for kind, count in found["refusals"].items()]
    console.print(_table("Refus, par genre", ["étape et code", "nombre"], refusals or [["aucun", ""]]))
    if found["cpu"]:
        console.print(_table("Processeur", CPU_HEADINGS, rows_of_cpu(found)))
    if found.get("deaths"):
        console.print(_table("Pannes", DEATH_HEADINGS, rows_of_deaths(found)))
    for sentence in sentences(found):
        console.print(sentence, markup=False)
    for fault in faults(found):
        console.print(fault, style="bold red", markup=False)


def _table(title: str, headings: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    return table
