"""`isoloir operator readiness`: what is missing before the opening."""

import json
import sys

import click
from rich.markup import escape

from deploy.operator.client import OperatorClient
from deploy.operator.readiness.checklist import CHECK, MISSING, READY, WORDS, checklist
from deploy.operator.readiness.facts import look
from deploy.operator.terminal import console, next_step, said_plainly

MARKS = {READY: ("✓", "green"), MISSING: ("✗", "bold red"), CHECK: ("?", "yellow")}


@click.command("readiness")
@click.option("--json", "for_programs", is_flag=True, help="Pour un programme : une liste JSON.")
@click.pass_obj
@said_plainly
def command(client: OperatorClient, for_programs: bool) -> None:
    """Dire ce qui manque avant l'ouverture. Se termine par 1 s'il manque quelque chose."""
    lines = checklist(look(client))
    missing = sum(one.state == MISSING for one in lines)
    if for_programs:
        click.echo(json.dumps([vars(one) for one in lines], ensure_ascii=False, indent=2))
        sys.exit(1 if missing else 0)
    out = console()
    for one in lines:
        mark, style = MARKS[one.state]
        out.print(f"{mark} {WORDS[one.state]} : {escape(one.what)}", style=style)
        if one.remedy:
            out.print(f"  → {escape(one.remedy)}")
    if missing:
        next_step(f"{missing} ligne(s) à régler, dans cet ordre.", style="bold red")
    else:
        next_step("vérifiez vous-même les lignes « ? ». Rien d’autre ne manque.", style="bold green")
    sys.exit(1 if missing else 0)
