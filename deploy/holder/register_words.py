"""What can be wrong with a register of re-issues, in French for whoever audits it."""

from __future__ import annotations

FAULTS = {
    "after-the-head": "des lignes suivent la signature finale",
    "ahead-of-the-archive": "l'archive s'arrête avant le moment dont parle l'entrée : prenez-en une plus récente",
    "attempt-out-of-order": "le rang de la demande ne suit pas celui de la précédente",
    "bad-beginning": "la première ligne n'est pas celle d'un registre",
    "bad-entry": "l'entrée n'a pas la forme prescrite",
    "bad-line": "la ligne n'est pas écrite sous sa forme unique",
    "bad-signature": "la signature finale est fausse",
    "ballot-by-a-retired-code": "un bulletin a été accepté avec un code déjà invalidé",
    "broken-chain": "l'entrée ne suit pas la précédente : la chaîne est rompue",
    "head-of-another-register": "la signature finale porte sur d'autres entrées",
    "no-signed-head": "le registre n'est pas signé : il est coupé",
    "not-a-spare": "le code activé n'était pas un code de réserve",
    "other-code-retired": "le code invalidé n'est pas le dernier que l'électeur avait reçu",
    "other-credentials": "le registre porte sur une autre liste d'identifiants publics",
    "other-election": "le registre est celui d'un autre scrutin",
    "other-key": "le registre est signé avec une autre clef que celle attendue",
    "other-urn": "l'entrée désigne une autre urne que celle de l'archive",
    "retired-twice": "le même code est invalidé deux fois",
    "spare-before-its-activation": "un bulletin a été accepté avec un code de réserve avant son activation",
    "spare-used-twice": "le même code de réserve est activé deux fois",
    "spare-without-entry": "un bulletin a été accepté avec un code de réserve qu'aucune entrée n'explique",
    "time-goes-back": "l'heure de l'entrée précède celle de l'entrée d'avant",
    "too-many-attempts": "un électeur a reçu plus de codes que la limite annoncée",
    "two-ballots-of-one-voter": "un électeur a voté avec son ancien code et avec le nouveau",
    "unknown-channel": "le canal d'envoi est inconnu",
    "unknown-credential": "un identifiant public n'est pas dans la liste du scrutin",
    "wrong-head": "l'empreinte de l'urne et sa hauteur se contredisent",
    "wrong-number": "le numéro de l'entrée n'est pas celui qui suit",
}


def fault_in_french(code: str, line: int) -> str:
    """One plain sentence: where and what."""
    where = f"le registre (ligne {line})" if line else "l'urne"
    return f"{where} : {FAULTS.get(code, 'le contenu ne correspond pas')} [{code}]"
