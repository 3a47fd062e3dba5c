"""What waits and should not: in the services' tables, in the broker's queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.operator.commands import jobs
from deploy.operator.watch.finding import Finding
from deploy.operator.watch.observation import Observed

OLD_SECONDS = 60
MANY_MESSAGES = 1_000
"""What waits in a queue that is read: beyond it readers are slower than writers."""


def of_services(seen: Observed) -> Iterator[Finding]:
    """What waits in the services' own tables, and work that was put aside."""
    for service, condition in sorted(seen.conditions.items()):
        oldest = condition["outbox_oldest_seconds"] or 0
        if oldest >= OLD_SECONDS:
            yield Finding(
                "outbox_old",
                f"{condition['outbox']} événement(s) de « {service} » attendent depuis {jobs.duration(oldest)}.",
                "Le relais n’avance pas : isoloir logs --process relay --level warning",
            )
        oldest = condition["inbox_oldest_seconds"] or 0
        if oldest >= OLD_SECONDS:
            yield Finding(
                "inbox_old",
                f"« {service} » a reçu {condition['inbox']} événement(s) et ne les traite pas depuis "
                f"{jobs.duration(oldest)}.",
                f"isoloir logs --process {service} --event event_failed --event loop_waits",
            )
        if condition["parked_count"]:
            kinds = Counter(f"{p['type']} ({p['reason']})" for p in condition["parked"])
            yield Finding(
                "events_parked",
                f"{condition['parked_count']} événement(s) mis de côté par « {service} » : {', '.join(sorted(kinds))}.",
                "Corrigez la cause (isoloir operator parked list donne la référence), puis : "
                f"isoloir operator parked retry --service {service}",
            )
        if condition.get("integrity"):
            yield Finding(
                "integrity_differs",
                f"{condition['integrity']} différence(s) avec ce qui a été scellé, trouvée(s) par « {service} ».",
                "isoloir operator integrity les nomme : prévenez le bureau, ne touchez à rien, gardez journaux et bases.",
            )
    for job in seen.jobs:
        if job["state"] == "failed":
            yield Finding(
                "job_failed",
                f"Travail arrêté : {jobs.KINDS.get(job['kind'], job['kind'])} ({job['reason']}).",
                "Corrigez la cause, puis relancez la commande : il reprend où il en était.",
                is_fault=False,
            )


def of_broker(seen: Observed) -> Iterator[Finding]:
    """What waits in the broker: queues without readers, long ones, and what it has set aside."""
    if seen.dead_letters:
        yield Finding(
            "dead_letters",
            f"RabbitMQ a mis de côté {seen.dead_letters} message(s) qu’aucun service n’a pu lire.",
            "isoloir dead-letters (compte « operations ») dit de quelle file et pourquoi ; cherchez qui les envoie.",
        )
    for queue in seen.queues:
        name, service = queue["queue"], queue["service"]
        if queue["readers"] is None:
            yield Finding(
                "queue_missing",
                f"RabbitMQ n’a pas la file « {name} », que « {service} » doit lire.",
                "isoloir broker-definitions FICHIER, de la version installée, puis redémarrez le courtier.",
            )
        elif queue["readers"] == 0 and service not in seen.away:
            yield Finding(
                "queue_unread",
                f"Personne ne lit la file « {name} » : {queue['messages']} message(s) y attendent.",
                f"Redémarrez « {service} » : il répond, mais n’est plus abonné. isoloir logs --process {service}",
            )
        elif queue["messages"] >= MANY_MESSAGES:
            yield Finding(
                "queue_long",
                f"{queue['messages']} messages attendent dans la file « {name} ».",
                f"« {service} » lit moins vite qu’on ne lui écrit : ajoutez-en des exemplaires (docs/capacity.md).",
            )
