"""Loads the demonstration's voting event into a running system, by the operator's API, as an operator would.

Each step can be run again: a launcher that was stopped half-way goes on from where it was.
"""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.local.demonstration import scenario
from deploy.local.demonstration.post import deliver
from deploy.local.launcher.system import System
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.contract_check import check
from deploy.production.keys import write_private
from services.files.voting_event_file import for_ballot, for_identity

LOADED = "loaded"
CREDENTIALS_SECONDS = 120.0
STILL_COMING = "credentials_incomplete"


def prepare_event(state_dir: Path, presentation_file: Path) -> dict[str, Any]:
    """The voting event of this state directory, dated from its first call. Before the start: the portal reads the file."""
    if not presentation_file.exists():
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        event = scenario.voting_event(datetime.now(UTC))
        write_private(presentation_file, json.dumps(event, ensure_ascii=False, indent=1) + "\n")
    found: dict[str, Any] = json.loads(presentation_file.read_text(encoding="utf-8"))
    return found


def load(system: System, event: dict[str, Any], tell: Callable[[str], None], *, notices: bool = True) -> None:
    """Do what was not done yet. OperatorRefusal where a step is refused. Without ``notices`` nobody waits for paper."""
    done = system.state_dir / LOADED
    if done.exists():
        return
    operator = OperatorClient(system.base_url, system.operator_token, check)
    try:
        _load(system, operator, event, tell, notices)
    finally:
        operator.close()
    done.touch()


def _load(
    system: System, operator: OperatorClient, event: dict[str, Any], tell: Callable[[str], None], notices: bool
) -> None:
    voting_event = event["voting_event"]
    voters = scenario.voters()
    tell("Ouverture des scrutins inventés")
    operator.open_voting_event(for_identity(event))
    elections = for_ballot(event)
    for election in elections:
        operator.create_election(election)
    tell(f"Import de la liste électorale : {len(voters)} électeurs inventés")
    _import_roll(operator, voting_event, voters)
    made = operator.generate_codes(voting_event)
    tell(f"Codes de vote : {made['voters']} sur {len(voters)}")
    trustees, present = _trustees(system.state_dir, tell)
    for election in elections:
        state = operator.describe_election(election["uuid"])["state"]
        if state == "draft":
            operator.set_trustees(election["uuid"], trustees)
        tell(f"Scellement : {election['name']}")
        _seal(operator, election["uuid"], present)
    known = [{"identifier": voter["identifiant"], "name": f"{voter['prenom']} {voter['nom']}"} for voter in voters]
    write_private(system.demo_dir / "voters.json", json.dumps(known, ensure_ascii=False, indent=1) + "\n")
    if not notices:
        return
    tell("Impression des notices papier qui portent les codes de vote")
    deliver(system.demo_dir, {f"{voter['prenom']} {voter['nom']}" for voter in voters})


def _import_roll(operator: OperatorClient, voting_event: str, voters: list[dict[str, str]]) -> None:
    try:
        import_id = str(uuid.uuid4())
        operator.stage_roll(voting_event, import_id, 2, voters)
        operator.commit_roll(voting_event, import_id, len(voters))
    except OperatorRefusal as refusal:
        if refusal.code != "roll_sealed":  # sealed by an earlier run: it is the same roll
            raise
    operator.seal_roll(voting_event)


def _trustees(state_dir: Path, tell: Callable[[str], None]) -> tuple[str, list[str]]:
    """The public trustees file and the holders' names; the ceremony is held at the first call."""
    from deploy.holder import ceremony

    public, private = state_dir / "trustees.json", state_dir / "trustees"
    if not public.exists():
        tell("Cérémonie des clés : administration 1 sur 2, délégués 2 sur 4")
        trustees, keys = ceremony.make_trustees()
        for key in keys:
            ceremony.save_key(key, private)
        write_private(public, trustees)  # last: where it is, the keys are
    return public.read_text(encoding="utf-8"), [key.name for key in ceremony.load_keys(private)]


def _seal(operator: OperatorClient, election: str, present: list[str]) -> None:
    """Seal once the credentials have come to the urn by the bus."""
    deadline = time.monotonic() + CREDENTIALS_SECONDS
    while True:
        try:
            operator.seal_election(election, present)
        except OperatorRefusal as refusal:
            if refusal.code != STILL_COMING or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
