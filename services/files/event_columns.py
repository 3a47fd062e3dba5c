"""The tables of a voting event: their columns, and what administrations write in them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from services.files.csv_table import Columns

PARIS = ZoneInfo("Europe/Paris")
EVENT, ELECTIONS, QUESTIONS = "echeance.csv", "scrutins.csv", "questions.csv"
LISTS, CANDIDATES = "listes.csv", "candidats.csv"
AVAILABLE = {
    "profil_des": "profile",
    "scrutins_des": "elections",
    "listes_des": "lists",
    "liste_electorale_des": "roll",
    "reclamations_des": "claims",
    "vote_des": "vote",
    "resultats_des": "results",
}
"""Column of the event → part of the voter's space."""
ASKED = ("vote_blanc", "minimum", "maximum", "part_femmes")
"""How a question is answered: beside the first question of an election, and beside each further one."""
COLUMNS = {
    EVENT: Columns(("nom", "ouverture", "cloture"), ("delai_minutes", "profil", *AVAILABLE, "uuid")),
    ELECTIONS: Columns(
        ("code", "nom", "mode", "question"),
        ("nom_court", "avis", "description", "vote_a_nouveau", *ASKED, "uuid"),
    ),
    QUESTIONS: Columns(("scrutin", "numero_question", "question"), ASKED),
    LISTS: Columns(("scrutin", "liste"), ("numero_question", "organisation", "logo", "femmes", "hommes")),
    CANDIDATES: Columns(("scrutin", "liste", "prenom", "nom"), ("numero_question",)),
}
"""File → its columns."""
FIELDS = {
    "name": "nom",
    "opens_at": "ouverture",
    "closes_at": "cloture",
    "grace_minutes": "delai_minutes",
    "profile": "profil",
    "voting_event": "uuid",
    "code": "code",
    "short_name": "nom_court",
    "notice": "avis",
    "blank": "vote_blanc",
    "revoting": "vote_a_nouveau",
    "union": "organisation",
    "women": "femmes",
    "men": "hommes",
    "women_percent": "part_femmes",
    "further_questions": "question",
    "answers": "liste",
    **{name: column for column, name in AVAILABLE.items()},
}
"""Field of the event's JSON → the column that says it; the others have the same name."""
MODES = {
    "en_ligne": "online",
    "ligne": "online",
    "online": "online",
    "papier": "paper",
    "urne": "paper",
    "paper": "paper",
}
YES_OR_NO = {"oui": True, "o": True, "vrai": True, "true": True, "1": True} | dict.fromkeys(
    ("non", "n", "faux", "false", "0"), False
)
MOMENTS = ("%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y %Hh", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
