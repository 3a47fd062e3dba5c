"""`isoloir doctor`: in one screen what is wrong and what to do."""

import json
import sys

import click
from rich.markup import escape

from deploy.operator.client import OperatorClient
from deploy.operator.contract_check import check
from deploy.operator.terminal import console, portal_options, said_plainly
from deploy.operator.watch.diagnosis import as_json, diagnose
from deploy.operator.watch.finding import Finding
from deploy.operator.watch.observation import Observed, observe

BACKENDS = {"native": "code natif", "libsodium": "libsodium"}


@click.command("doctor")
@portal_options
@click.option("--json", "for_programs", is_flag=True, help="Pour un programme : une liste JSON.")
@said_plainly
def command(url: str, token: str, for_programs: bool) -> None:
    """Dire en un écran ce qui ne va pas et quoi faire. Se termine par 1 si quelque chose gêne les électeurs."""
    client = OperatorClient(url, token, check)
    try:
        seen = observe(client)
    finally:
        client.close()
    findings = diagnose(seen)
    if for_programs:
        click.echo(json.dumps(as_json(findings), ensure_ascii=False, indent=2))
    else:
        show(seen, findings)
    sys.exit(1 if any(one.is_fault for one in findings) else 0)


def show(seen: Observed, findings: list[Finding]) -> None:
    """One line for the whole, then for each finding what and what to do."""
    out = console()
    for one in findings:
        mark, style = ("✗", "bold red") if one.is_fault else ("!", "yellow")
        out.print(f"{mark} {escape(one.what)}", style=style)
        out.print(f"  → {escape(one.remedy)}")
    for service, condition in sorted(seen.conditions.items()):
        processes = len(condition["processes"])
        out.print(
            f"· {service} : {processes} processus, {condition['outbox']} événement(s) à partir, "
            f"{condition['inbox']} à traiter, {condition['parked_count']} mis de côté"
            + (f", vérifications : {BACKENDS.get(backend, backend)}" if (backend := condition.get("backend")) else "")
        )
    for channel, count in sorted(seen.queued.items()):
        out.print(f"· {count} message(s) à envoyer ({channel})")
    for urn in seen.urns:
        out.print(f"· {escape(urn.code)} : {urn.after} bulletin(s), {urn.signed} émargement(s)")
    faults = sum(one.is_fault for one in findings)
    if faults:
        out.print(f"{faults} panne(s) à traiter, dans cet ordre.", style="bold red")
    else:
        out.print("Rien ne gêne les électeurs.", style="bold green")
