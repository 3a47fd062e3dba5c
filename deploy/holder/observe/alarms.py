"""What an observer raises the alarm for, in words, with what proves it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

WORDS = {
    "changed-archive": "l'urne publiée n'est plus celle d'avant : un événement déjà observé a été changé",
    "changed-dates": "les dates publiées du vote ont changé depuis le scellement",
    "changed-entry": "le registre des réassorts n'est plus celui d'avant : une ligne déjà observée a été changée",
    "changed-head": "une empreinte signée déjà observée a été remplacée par une autre",
    "changed-register-key": "le registre des réassorts est signé avec une autre clef qu'auparavant",
    "changed-sealing": "le scellement publié n'est plus celui d'avant : empreinte du scrutin ou clefs changées",
    "early-ballots": "des bulletins étaient dans l'urne avant l'ouverture du vote",
    "faulty-archive": "l'urne publiée a un défaut",
    "faulty-heads": "la suite des empreintes signées a un défaut",
    "faulty-register": "le registre des réassorts a un défaut",
    "faulty-sealing": "le scellement publié n'est pas signé comme il se doit",
    "head-not-in-archive": "l'urne publiée ne contient pas une empreinte qu'elle a signée",
    "late-archive": "l'urne a signé des événements qu'elle ne montre pas encore",
    "late-ballots": "des bulletins sont entrés dans l'urne après la fin du vote, délai de grâce compris",
    "late-entry": "une ligne du registre porte une heure passée, où elle n'y était pas encore",
    "late-head": "une empreinte signée porte une heure passée, où elle n'était pas publiée",
    "other-election": "l'urne publiée n'est pas celle qui a été scellée",
    "other-keys": "un autre observateur a reçu d'autres clefs : l'un de vous est trompé ; comparez-les au procès-verbal",
    "overdue-head": "aucune empreinte signée n'a été publiée pour l'heure en cours alors que le vote est ouvert",
    "two-heads": "l'urne a signé deux empreintes pour une même hauteur : elle ne montre pas la même chose à tous",
    "two-registers": "le registre des réassorts signé pour un autre observateur n'est pas celui d'ici",
    "two-sealings": "le portail a signé deux scellements différents d'un même scrutin",
    "vanished-archive": "l'urne publiée est plus courte qu'elle n'était : des événements ont disparu",
    "vanished-election": "un scrutin scellé n'est plus publié",
    "vanished-entry": "le registre des réassorts est plus court qu'il n'était : des lignes ont disparu",
    "vanished-head": "des empreintes signées déjà observées ont disparu",
    "withheld-head": "un autre observateur tient une empreinte signée que ce portail ne montre pas ici",
}


@dataclass(frozen=True)
class Alarm:
    """Something that must never be: a stable code, in which election, where exactly, and the texts that prove it."""

    code: str
    election: str
    detail: str = ""
    evidence: tuple[str, ...] = field(default=(), repr=False)

    def in_french(self, name: str) -> str:
        """One line for people."""
        where = f" ({self.detail})" if self.detail else ""
        return f"ALERTE, {name} : {WORDS[self.code]}{where} [{self.code}]"


def keep(file: Path, alarms: list[Alarm], now: datetime) -> None:
    """Write alarms down with their evidence, each once however often it is raised; nothing is ever removed."""
    known = set()
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            written = json.loads(line)
            known.add((written["code"], written["election"], written["detail"]))
    with file.open("a", encoding="utf-8") as kept:
        for alarm in alarms:
            if (alarm.code, alarm.election, alarm.detail) not in known:
                kept.write(json.dumps({"at": now.isoformat(), **asdict(alarm)}) + "\n")
