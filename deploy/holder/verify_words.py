"""What the verifier finds, in French."""

from __future__ import annotations

from services.ballot.belenios.checking.report import Fault

STAGES = {
    None: "aucune étape",
    "Setup": "ouverte, aucun bulletin",
    "Ballot": "vote en cours",
    "EndBallots": "vote clos",
    "EncryptedTally": "bulletins additionnés, non déchiffrés",
    "PartialDecryption": "déchiffrement en cours",
    "Result": "terminée, résultat publié",
}

SUBJECTS = {
    "archive": "le fichier d'archive",
    "event": "l'enchaînement des événements",
    "election": "les paramètres du scrutin",
    "trustees": "les clefs du bureau de vote",
    "credentials": "la liste des identifiants publics",
    "Setup": "l'ouverture du scrutin",
    "Ballot": "l'enregistrement d'un bulletin",
    "ballot": "un bulletin",
    "EndBallots": "la clôture du vote",
    "EncryptedTally": "la somme chiffrée des bulletins",
    "PartialDecryption": "un déchiffrement partiel",
    "Result": "le résultat",
}

FAULTS = {
    "bad-beginning": "le fichier n'est pas une archive d'élection",
    "bad-blank-proof": "la preuve du vote blanc est fausse",
    "bad-checksum": "la somme de contrôle d'un en-tête est fausse",
    "bad-context": "un certificat ne porte pas sur la même cérémonie que les autres",
    "bad-credential": "un identifiant public n'est pas valable",
    "bad-header": "un en-tête n'est pas celui du format",
    "bad-individual-proof": "la preuve qu'un choix vaut 0 ou 1 est fausse",
    "bad-json": "le contenu n'est pas du JSON",
    "bad-mtime": "la date d'un en-tête n'est pas celle de l'archive",
    "bad-name": "le nom d'une entrée n'est pas celui du format",
    "bad-overall-proof": "la preuve du nombre de choix est fausse",
    "bad-padding": "des octets étrangers se trouvent entre deux entrées",
    "bad-point": "un nombre n'appartient pas au groupe",
    "bad-proof": "une preuve est fausse",
    "bad-public-key": "une clef publique n'est pas valable",
    "bad-scalar": "un nombre est hors des bornes",
    "bad-signature": "une signature est fausse",
    "bad-size": "la taille d'une entrée est illisible",
    "bad-utf8": "le contenu n'est pas du texte UTF-8",
    "bad-verification-key": "une clef de vérification ne découle pas de la cérémonie",
    "ballot-replayed": "un bulletin qui était déjà dans l'urne y est remis",
    "broken-chain": "un événement ne suit pas le précédent : la chaîne est rompue",
    "credential-listed-twice": "un identifiant public figure deux fois dans la liste",
    "credential-used-twice": "un identifiant public a servi à deux bulletins",
    "credentials-certificate": "le certificat des identifiants n'est pas pris en charge",
    "decrypted-twice": "un détenteur a publié deux déchiffrements",
    "duplicate-key": "une clef JSON figure deux fois",
    "empty": "le fichier est vide",
    "impossible-sums": "les sommes ne peuvent pas venir de ce nombre de bulletins",
    "internal-error": "la vérification a échoué de façon imprévue",
    "malformed": "le contenu n'a pas la forme prescrite",
    "no-setup": "l'archive ne contient pas l'ouverture du scrutin",
    "not-canonical": "le contenu n'est pas écrit sous sa forme unique",
    "not-enough-holders": "trop peu de détenteurs de clef ont déchiffré",
    "object-without-event": "un objet n'appartient à aucun événement",
    "too-deep": "le contenu est trop imbriqué",
    "too-large": "une entrée est trop grande",
    "truncated": "le fichier est coupé",
    "unknown-credential": "l'identifiant public du bulletin n'est pas dans la liste",
    "unsupported-event": "ce type d'événement n'est pas pris en charge",
    "unsupported-question": "ce type de question n'est pas pris en charge",
    "weighted-credentials": "les identifiants pondérés ne sont pas pris en charge",
    "wrong-election": "le bulletin est celui d'un autre scrutin",
    "wrong-election-key": "la clef du scrutin n'est pas celle du bureau de vote",
    "wrong-encrypted-tally": "la somme publiée n'est pas celle des bulletins",
    "wrong-hash": "une entrée ne porte pas l'empreinte de son contenu",
    "wrong-number-of-ballots": "le nombre de bulletins additionnés n'est pas celui de l'urne",
    "wrong-objects": "un événement n'est pas accompagné des objets prescrits",
    "wrong-order": "les événements ne sont pas dans l'ordre prescrit",
    "wrong-payload": "un événement désigne un autre objet que celui qui le précède",
    "wrong-result": "le résultat publié n'est pas celui du déchiffrement",
    "wrong-setup-data": "l'ouverture ne désigne pas les fichiers publiés",
    "wrong-shape": "le contenu n'a pas la forme prescrite",
    "wrong-total-weight": "le poids total n'est pas le nombre de bulletins",
}


def fault_in_french(fault: Fault) -> str:
    """One plain sentence: where and what."""
    where = SUBJECTS.get(fault.subject, fault.subject)
    what = FAULTS.get(fault.code, "le contenu n'est pas conforme")
    detail = f" : {fault.detail}" if fault.detail and fault.subject != "archive" else ""
    return f"{where} (entrée n° {fault.entry}) : {what} [{fault.code}{detail}]"


def clean(value: object) -> str:
    """A text of the archive as a terminal may show it."""
    # The archive is untrusted: no control character of it reaches the terminal.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
