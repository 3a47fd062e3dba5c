"""From what was seen to what is wrong and what to do: plain rules, in the order in which an operator acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from deploy.operator.commands import jobs
from deploy.operator.files import message_words
from deploy.operator.watch import waiting
from deploy.operator.watch.finding import Finding
from deploy.operator.watch.observation import Observed
from services.runtime.service_names import DELIVERERS

SILENT_SECONDS = 45
CLOCK_SECONDS = 5.0
CERTIFICATE_DAYS = 21
DISK_PERCENT = 10
FULL_PERCENT = 3
SOME_MAILS = 20
ENOUGH_ARRIVE = 0.9

BROKER_BLOCKED = "the broker is blocked"
BROKER_AWAY = "the broker does not answer"
KINDS = {
    "identity": "identité",
    "ballot": "urne",
    "reassort": "réassort",
    "notification": "messages",
    "relay": "relais",
}


def diagnose(seen: Observed) -> list[Finding]:
    """All that is wrong, what hurts first."""
    found = list(_portal(seen))
    if not found or seen.conditions or seen.away:
        found += [
            *_away(seen),
            *_processes(seen),
            *waiting.of_services(seen),
            *waiting.of_broker(seen),
            *_messages(seen),
            *_deliveries(seen),
            *_books(seen),
            *_machines(seen),
        ]
    return sorted(found, key=lambda one: not one.is_fault)


def _portal(seen: Observed) -> Iterator[Finding]:
    if seen.certificate_problem:
        yield Finding(
            "certificate",
            f"Le certificat du portail est refusé par les navigateurs : {seen.certificate_problem}.",
            "Renouvelez-le et rechargez le serveur frontal ; s’il est neuf, vérifiez la chaîne et l’heure de cette machine.",
        )
    elif seen.refusal in {"operator_refused", "token_refused", "right_missing"}:
        yield Finding(
            "token",
            "Le portail refuse ce jeton.",
            "Un jeton expire et peut avoir été révoqué : créez-en un autre à /agents/jetons, avec le droit de suivre.",
        )
    elif seen.refusal == "service_unavailable":
        yield Finding(
            "broker_away",
            "Le portail répond, mais n’atteint aucun service.",
            "Vérifiez que RabbitMQ tourne (`rabbitmqctl status`) et que AMQP_URI est juste ; tout reprend de soi-même.",
        )
    elif seen.refusal:
        yield Finding(
            "portal_unreachable",
            "Le portail ne répond pas à cette adresse.",
            "Vérifiez ISOLOIR_PUBLIC_URL, le serveur frontal, et que `isoloir gateway` tourne (`isoloir health gateway`).",
        )
    if seen.certificate_days is not None and seen.certificate_days < CERTIFICATE_DAYS:
        yield Finding(
            "certificate_expires",
            f"Le certificat du portail expire dans {max(0, round(seen.certificate_days))} jour(s).",
            "Renouvelez-le avant l’ouverture.",
            is_fault=seen.certificate_days < 2,
        )


def _away(seen: Observed) -> Iterator[Finding]:
    reasons = set(seen.away.values())
    if any(BROKER_BLOCKED in reason for reason in reasons):
        yield Finding(
            "broker_blocked",
            "RabbitMQ refuse les messages : il manque de mémoire ou de disque.",
            "Faites de la place (`rabbitmqctl status` dit l’alarme) ; rien n’est perdu, tout reprend de soi-même.",
        )
        return
    if any(BROKER_AWAY in reason for reason in reasons):
        yield Finding(
            "broker_away",
            "RabbitMQ ne répond pas.",
            "Relancez-le (`rabbitmqctl status`) ; les services se reconnectent seuls, ce qui est acquis est en base.",
        )
        return
    for service, reason in sorted(seen.away.items()):
        yield _one_away(service, reason)


def _one_away(service: str, reason: str) -> Finding:
    full = any(sign in reason for sign in (" 53100", "SQLITE_FULL", "DiskFull"))
    if full:
        return Finding(
            "disk_full",
            f"Le disque de la base « {service} » est plein : plus rien n’y est enregistré.",
            "Faites de la place ou agrandissez le volume ; le service reprend de soi-même.",
        )
    if " 25006" in reason or "SQLITE_READONLY" in reason:
        return Finding(
            "database_read_only",
            f"La base « {service} » n’accepte que la lecture.",
            "C’est un serveur de secours, ou un volume en lecture seule : redonnez-lui l’écriture, ou changez d’adresse.",
        )
    if any(
        sign in reason for sign in ("OperationalError", "TimeoutError", "WriterBusy", "InterfaceError", "DBAPIError")
    ):
        return Finding(
            "database_away",
            f"La base « {service} » ne répond pas.",
            f"Relancez PostgreSQL, puis vérifiez ISOLOIR_{service.upper()}_DATABASE_URL ; le service reprend de soi-même.",
        )
    if "ServiceFault" in reason:
        return Finding(
            "service_failing",
            f"Le service « {service} » répond par une erreur.",
            f"Cherchez-la : isoloir logs --process {service} --level error",
        )
    return Finding(
        "service_gone",
        f"Aucun processus du service « {service} » ne répond.",
        f"Relancez `isoloir serve {service}` ; s’il s’arrête aussitôt, sa dernière ligne dit pourquoi "
        f"(isoloir logs --process {service} --level error).",
    )


def _processes(seen: Observed) -> Iterator[Finding]:
    relays = [
        process["silent_seconds"]
        for condition in seen.conditions.values()
        for process in condition["processes"]
        if process["kind"] == "relay"
    ]
    if seen.conditions and not any(seconds < SILENT_SECONDS for seconds in relays):
        yield Finding(
            "relay_silent",
            "Aucun relais ne donne signe de vie : messages et émargements attendent.",
            "Relancez `isoloir relay` ; rien n’est perdu, ce qui attend part dans l’ordre.",
        )
    for service, condition in sorted(seen.conditions.items()):
        for process in condition["processes"]:
            if process["silent_seconds"] >= SILENT_SECONDS and process["kind"] != "relay":
                yield Finding(
                    "process_silent",
                    f"Le processus {process['process']} est muet depuis {process['silent_seconds']} s.",
                    "Il est figé ou mort : arrêtez-le (kill -9) et relancez-le ; un autre prend son travail entre-temps.",
                )
        kinds = {p["kind"] for p in condition["processes"] if p["silent_seconds"] < SILENT_SECONDS}
        if condition["processes"] and f"{service}-worker" not in kinds:
            yield Finding(
                "worker_missing",
                f"Aucun `isoloir worker {service}` ne donne signe de vie : ses travaux longs attendent.",
                f"Lancez `isoloir worker {service}`.",
                is_fault=False,
            )
        for deliverer in (name for name, owner in DELIVERERS.items() if owner == service):
            channel = deliverer.removeprefix(f"{service}-")
            if condition["processes"] and deliverer not in kinds:
                yield Finding(
                    "deliverer_missing",
                    f"Aucun `isoloir deliver {channel}` ne donne signe de vie : les messages de ce canal attendent.",
                    f"Lancez `isoloir deliver {channel}` ; ce qui attend part aussitôt.",
                )


def _messages(seen: Observed) -> Iterator[Finding]:
    reasons = Counter((line["channel"], line["state"], line["reason"] or "") for line in seen.failures)
    for (channel, state, reason), count in sorted(reasons.items()):
        words = message_words.channel(channel)
        if state == "queued":
            yield Finding(
                "channel_away",
                f"{count} message(s) ({words}) attendent : {reason}.",
                f"{_channel_remedy(channel, reason)} Ils partiront de soi-même.",
            )
        elif count >= SOME_MAILS:
            yield Finding(
                "many_failures",
                f"{count} message(s) ({words}) {message_words.state(state)} pour le même motif : {reason or 'inconnu'}.",
                "isoloir operator failures les montre ; un même domaine qui refuse tout se règle avec son postmaster.",
                is_fault=False,
            )


def _deliveries(seen: Observed) -> Iterator[Finding]:
    arrived: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for line in seen.deliveries:
        arrived[line["channel"]] += line["arrived"]
        missed[line["channel"]] += line["failed"] + line["unknown"]
    for channel in sorted(missed):
        ended = arrived[channel] + missed[channel]
        if ended >= SOME_MAILS and arrived[channel] < ENOUGH_ARRIVE * ended:
            yield Finding(
                "deliveries_low",
                f"{arrived[channel]} message(s) arrivé(s) sur {ended} ({message_words.channel(channel)}) en trois heures.",
                "isoloir operator deliveries dit quel opérateur, quel territoire et depuis quand ; failures, pourquoi.",
            )


def _channel_remedy(channel: str, reason: str) -> str:
    if reason.startswith("smtp_policy"):
        return "Le serveur refuse notre envoi : corrigez SPF, DKIM ou l’autorisation de relais."
    if channel == "email":
        return "Vérifiez le serveur de messagerie et ISOLOIR_NOTIFICATION_SMTP_URL."
    if channel == "sms":
        return "Vérifiez le compte de l’opérateur SMS (crédit, jeton, numéro)."
    return "Vérifiez ISOLOIR_NOTIFICATION_PRINT_DIR (droits, place)."


def _books(seen: Observed) -> Iterator[Finding]:
    # An open urn explains a poll book that is behind; nothing explains one that is ahead.
    for urn in seen.urns:
        late, ahead = urn.before - urn.signed, urn.signed - urn.after
        if ahead > 0:
            yield Finding(
                "poll_book_ahead",
                f"{urn.code} : {ahead} émargement(s) de plus que de bulletins comptés.",
                "Cela ne doit jamais être : prévenez le bureau, ne touchez à rien, gardez les journaux et les bases.",
            )
        elif late > 0 and not urn.is_open:
            yield Finding(
                "poll_book_behind",
                f"{urn.code} : {late} bulletin(s) sans émargement, et l’urne n’est plus ouverte.",
                "L’urne close remet le reste en quelques secondes. Sinon : isoloir logs --event unknown_signers",
            )


def _machines(seen: Observed) -> Iterator[Finding]:
    if seen.test_addresses:
        yield Finding(
            "test_addresses",
            f"Qui vient de {seen.test_addresses} passe sans captcha ni preuve de travail : essais de charge.",
            "Après les essais, videz ISOLOIR_GATEWAY_TEST_ADDRESSES et relancez le portail.",
            is_fault=False,
        )
    if seen.passkeys_elsewhere:
        yield Finding(
            "passkeys_elsewhere",
            f"Les clés d’accès des agents sont liées à {seen.passkeys_elsewhere}, où le portail n’est pas.",
            "Donnez à identité et au portail la même ISOLOIR_PUBLIC_URL, et à …_PASSKEY_RP_ID ce qu’elle était.",
            is_fault=False,
        )
    for service, seconds in sorted(seen.offsets.items()):
        if abs(seconds) > CLOCK_SECONDS:
            way = "avance" if seconds > 0 else "retarde"
            yield Finding(
                "clock",
                f"L’horloge de « {service} » {way} de {jobs.duration(round(abs(seconds)))} sur celle-ci.",
                "Synchronisez les deux machines (chronyc tracking) : ouverture et clôture en dépendent.",
            )
    if any(condition.get("backend") == "libsodium" for condition in seen.conditions.values()):
        yield Finding(
            "checks_slow",
            "L’urne vérifie les bulletins avec libsodium : le verdict est le même, en plusieurs fois plus de temps.",
            "Sur sa machine, installez cargo puis relancez « make setup » et l’urne ; sinon, comptez davantage de cœurs.",
            is_fault=False,
        )
    seen_paths: set[tuple[str, int]] = set()
    for condition in seen.conditions.values():
        for disk in condition["disks"]:
            seen_paths.add((disk["path"], disk["free_percent"]))
    for path, free in sorted(seen_paths):
        if free < DISK_PERCENT:
            yield Finding(
                "disk_low",
                f"Il reste {free} % du disque de {path}.",
                "Faites de la place.",
                is_fault=free < FULL_PERCENT,
            )


def as_json(findings: list[Finding]) -> list[dict[str, Any]]:
    """The findings for a program."""
    return [vars(one) for one in findings]
