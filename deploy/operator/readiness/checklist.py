"""From what was seen to what is ready, missing, or for people to check before the opening: plain rules, facts to lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.operator.readiness.facts import NOTICES_ASKED, Election, Facts
from deploy.operator.readiness.sealing_gaps import CODES, KEYS, ROLL, gaps
from deploy.operator.watch.diagnosis import ENOUGH_ARRIVE, diagnose

READY, MISSING, CHECK = "ready", "missing", "check"
WORDS = {READY: "prêt", MISSING: "manque", CHECK: "à vérifier soi-même"}
SEEN_TO = {"worker_missing", "disk_low", "test_addresses", "passkeys_elsewhere"}
"""What the doctor calls no fault yet, and what must not be so at an opening."""
OWN_LINE = {"certificate_expires"}
"""What has a line of its own here, measured against the closing."""
NOTICE_BEFORE = timedelta(days=15)
"""R211-553, R211-554: voters have their notices so long before the opening."""
GONE = ("sent", "delivered")


@dataclass(frozen=True)
class Line:
    """One line of the list.

    Attributes:
        name: stays the same, for programs.
        state: READY, MISSING or CHECK.
        what: what it means, a French sentence.
        remedy: what to do, a French sentence; empty where nothing is to do.
    """

    name: str
    state: str
    what: str
    remedy: str = ""


def checklist(facts: Facts) -> list[Line]:
    """All lines, in the order in which an event is prepared."""
    found = list(_whole(facts))
    if facts.seen.refusal or facts.seen.certificate_problem:
        return found
    if facts.event is None:
        words = "Le portail n’a pas d’échéance, ou ne l’a pas dite."
        return [*found, Line("event", MISSING, words, "isoloir operator new-event, puis import-event.")]
    return [
        *found,
        *_certificate(facts, facts.event["closes_at"]),
        *_elections(facts, facts.event),
        *_texts(facts),
        *_notices(facts, datetime.fromisoformat(facts.event["opens_at"])),
        *_campaign(facts),
        *_mail(facts),
        *_sms(facts),
        *BY_PEOPLE,
    ]


BY_PEOPLE = (
    Line(
        "backups",
        CHECK,
        "Aucun service ne sait si ses sauvegardes se relisent.",
        "Restaurez la dernière sauvegarde de chaque base sur une autre machine (isoloir restore), et notez le temps.",
    ),
    Line(
        "capacity",
        CHECK,
        "La tenue de la première heure ne se voit pas d’ici.",
        "Répétez l’ouverture avec autant d’électeurs (isoloir load, docs/capacity.md), machines et réseau de l’ouverture.",
    ),
    Line(
        "people",
        CHECK,
        "Bureau, cellules d’assistance et astreintes connaissent-ils leur heure et leur accès ?",
        "Faites se connecter chacun à /agents la veille, second facteur compris.",
    ),
)


def _whole(facts: Facts) -> Iterator[Line]:
    findings = [one for one in diagnose(facts.seen) if one.name not in OWN_LINE]
    for one in findings:
        state = MISSING if one.is_fault or one.name in SEEN_TO else CHECK
        yield Line(one.name, state, one.what, one.remedy)
    if not findings:
        processes = sum(len(condition["processes"]) for condition in facts.seen.conditions.values())
        services = len(facts.seen.conditions)
        yield Line("processes", READY, f"{services} services répondent, {processes} processus donnent signe de vie.")
    if facts.seen.offsets and not any(one.name == "clock" for one in findings):
        yield Line("clock", READY, "Les horloges des services s’accordent avec celle de cette machine.")


def _certificate(facts: Facts, closes_at: str) -> Iterator[Line]:
    days = facts.seen.certificate_days
    if days is None:
        words = "Le certificat du portail n’a pas pu être lu à cette adresse."
        yield Line("certificate_days", CHECK, words, "Relancez avec --url et l’adresse publique, en https.")
    elif facts.at + timedelta(days=days) <= datetime.fromisoformat(closes_at):
        words = f"Le certificat du portail expire dans {max(0, int(days))} jour(s), avant la clôture."
        yield Line("certificate_days", MISSING, words, "Renouvelez-le avant l’ouverture.")
    else:
        yield Line("certificate_days", READY, f"Le certificat vaut encore {int(days)} jours, au-delà de la clôture.")


def _elections(facts: Facts, event: dict[str, object]) -> Iterator[Line]:
    yield Line("event", READY, f"L’échéance « {event['name']} » est en place.")
    if facts.elections is None:
        words = "Liste, codes et clés n’ont pas pu être lus."
        yield Line("elections", MISSING, words, "Relancez quand urne et identité répondent.")
        return
    found = [gaps(one.code, one.entitled, one.checks) for one in facts.elections]
    voters = max((one.entitled for one in facts.elections), default=0)
    ready = {
        ROLL: f"Chaque scrutin a ses électeurs ({voters} pour le plus grand).",
        CODES: "Chaque électeur a ses codes, et l’urne ses clés publiques.",
        KEYS: "Les clés du bureau sont déposées et essayées.",
    }
    remedies = {
        ROLL: "isoloir operator import-roll FICHIER.csv",
        CODES: "isoloir operator generate-codes",
        KEYS: "isoloir operator ceremony status dit qui est attendu.",
    }
    for kind, words in ready.items():
        said = [of_one[kind] for of_one in found if kind in of_one]
        # Without a roll there are no codes to look for.
        if kind == CODES and any(ROLL in of_one for of_one in found):
            said = said or ["Les codes attendent la liste électorale."]
        yield Line(kind, MISSING, " ".join(said), remedies[kind]) if said else Line(kind, READY, words)
    again = [one.code for one in facts.elections if one.revoting]
    if again:
        words = f"Chacun peut y voter à nouveau, ce que R211-562 ne permet pas : {', '.join(again)}."
        remedy = "Si ce n’est pas voulu : retirez revoting du fichier et importez-le de nouveau, avant le scellement."
        yield Line("revoting", CHECK, words, remedy)
    yield _sealing(facts.elections)


def _sealing(elections: list[Election]) -> Line:
    drafts = [one.code for one in elections if not one.checks["sealed"]]
    if drafts:
        words = f"Pas encore scellé : {', '.join(drafts)}."
        return Line("sealing", MISSING, words, "La veille, devant le bureau : isoloir operator seal")
    return Line("sealing", READY, "Tous les scrutins en ligne sont scellés.")


def _texts(facts: Facts) -> Iterator[Line]:
    if facts.texts is None:
        yield Line("texts", CHECK, "Les textes du portail n’ont pas pu être lus.", "Lisez les pages comme un électeur.")
        return
    if facts.texts["missing"]:
        words = f"Textes à écrire : {', '.join(facts.texts['missing'])}."
        yield Line("texts", MISSING, words, "Écrivez ces fichiers .fr.md dans le dossier ISOLOIR_GATEWAY_CONTENT_DIR.")
    else:
        yield Line("texts", READY, "Les textes de l’échéance sont écrits.")
    bare = [one for one in facts.texts["elections"] if one["undocumented"]]
    if bare:
        said = " ; ".join(f"{one['code']}, liste(s) {', '.join(map(str, one['undocumented']))}" for one in bare)
        words = f"Sans profession de foi : {said}."
        yield Line("lists", CHECK, words, "Demandez-la aux listes, ou assurez-vous qu’elles n’en ont pas déposé.")
    if not facts.texts["presentation"]:
        words = "Le portail n’a pas le fichier de l’échéance : ni organisations, ni logos, ni noms des candidats."
        yield Line("presentation", MISSING, words, "Nommez event.imported.json par ISOLOIR_GATEWAY_PRESENTATION_FILE.")
    # A portal of an earlier version does not say it.
    other = [one for one in facts.texts["elections"] if one.get("differing")]
    if other:
        said = " ; ".join(f"{one['code']}, question(s) {', '.join(map(str, one['differing']))}" for one in other)
        words = (
            f"Le fichier de l’échéance du portail n’a pas les listes du bulletin : {said}. Seuls les noms paraissent."
        )
        yield Line("presentation", MISSING, words, "Donnez au portail le event.imported.json du dernier import.")


def _count(facts: Facts, channel: str, *states: str) -> int:
    return sum(one["count"] for one in facts.counts or [] if one["channel"] == channel and one["state"] in states)


def _notices(facts: Facts, opens_at: datetime) -> Iterator[Line]:
    if facts.codes is None or facts.counts is None:
        yield Line(
            "notices", CHECK, "Les notices n’ont pas pu être comptées.", "Relancez quand les services répondent."
        )
        return
    asked, gone = facts.codes["notices"], _count(facts, "paper", *GONE)
    if asked == 0 or gone < asked:
        late = " Il reste moins de quinze jours (R211-554)." if opens_at - facts.at < NOTICE_BEFORE else ""
        words = f"{gone} notice(s) remises à l’impression sur {asked}.{late}"
        yield Line("notices", MISSING, words, "Produisez les codes, puis imprimez et remettez (isoloir printer print).")
    else:
        yield Line("notices", READY, f"{asked} notice(s) remises à l’impression.")
    noted = facts.not_handed_over
    said = "un nombre inconnu de" if noted is None else f"{noted}{' ou plus' if noted == NOTICES_ASKED else ''}"
    words = f"Non remises et consignées : {said} notice(s). Les autres sont-elles arrivées ?"
    yield Line("handed_over", CHECK, words, "Lisez les listes signées, puis : isoloir operator notices not-handed-over")


def _campaign(facts: Facts) -> Iterator[Line]:
    remedy = "isoloir operator campaign start (relancée, elle reprend, et n’écrit deux fois à personne)."
    if facts.campaigns is None:
        yield Line("campaign", CHECK, "Les campagnes n’ont pas pu être lues.", "isoloir operator campaign progress")
    elif not facts.campaigns:
        yield Line("campaign", MISSING, "Aucun électeur n’a reçu le lien de sa première connexion.", remedy)
    else:
        best = max(facts.campaigns, key=lambda one: int(one["queued"]))
        words = f"Campagne « {best['name']} » : {best['queued']} électeur(s) sur {best['voters']}."
        whole = best["queued"] >= best["voters"]
        yield Line("campaign", READY, words) if whole else Line("campaign", MISSING, words, remedy)


def _mail(facts: Facts) -> Iterator[Line]:
    lines = [one for one in facts.recent if one["channel"] == "email"]
    arrived = sum(one["arrived"] for one in lines)
    lost = sum(one["failed"] + one["unknown"] for one in lines)
    words = f"Courriels des deux derniers jours : {arrived} remis, {lost} perdus."
    if arrived + lost == 0:
        words = "Aucun courriel n’est parti ces deux derniers jours."
        yield Line("mail", CHECK, words, "Demandez un lien sur le portail pour un compte à vous, et attendez-le.")
    elif arrived < ENOUGH_ARRIVE * (arrived + lost):
        yield Line("mail", MISSING, words, "isoloir operator failures dit pourquoi.")
    else:
        yield Line("mail", READY, words)
    words = "Les services ne gardent pas les domaines de messagerie : un seul peut tout refuser."
    yield Line("mail_domains", CHECK, words, "Recevez un courriel du portail dans une boîte de chaque domaine.")


def _sms(facts: Facts) -> Iterator[Line]:
    remedy = "Compte, crédit et expéditeur chez l’opérateur, puis un SMS à un téléphone à vous."
    if any(one["channel"] == "sms" and one["reason"] == "sms_not_configured" for one in facts.seen.failures):
        words = "Le compte de l’opérateur SMS n’est pas réglé : des messages attendent."
        yield Line("sms", MISSING, words, "Réglez ISOLOIR_NOTIFICATION_TWILIO_… et ISOLOIR_NOTIFICATION_SMS_SENDER.")
    elif arrived := _count(facts, "sms", "delivered"):
        yield Line("sms", CHECK, f"{arrived} SMS sont arrivés ; le crédit qui reste ne se voit pas d’ici.", remedy)
    else:
        yield Line("sms", CHECK, "Aucun SMS n’est encore arrivé.", remedy)
