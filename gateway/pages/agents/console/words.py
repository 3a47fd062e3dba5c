"""The console's words: steps, states, what is missing, what is worked on."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from gateway.preparation.steps import State, Step
from services.ballot.contract.sealing_gaps import DELEGATES, Absence, Kind

NAMES: dict[Step, LazyString] = {
    Step.DEFINITION: _("Définition"),
    Step.ROLL: _("Liste électorale"),
    Step.CODES: _("Codes de vote"),
    Step.NOTICES: _("Notices"),
    Step.KEYS: _("Clés du bureau"),
    Step.SEALING: _("Scellement"),
    Step.CAMPAIGN: _("Message d’ouverture"),
    Step.VOTE: _("Vote"),
    Step.CLOSING: _("Clôture"),
    Step.TALLY: _("Dépouillement"),
}
STATES: dict[State, LazyString] = {
    State.DONE: _("Fait"),
    State.NEXT: _("À faire"),
    State.UNDER_WAY: _("En cours"),
    State.WAITING: _("Attend son heure"),
    State.BLOCKED: _("Pas encore possible"),
    State.UNKNOWN: _("N’a pas pu être lu"),
}
GAPS: dict[Kind, LazyString] = {
    Kind.KEYS: _("les clés du bureau ne sont pas déposées"),
    Kind.TRIAL: _("des porteurs n’ont pas encore essayé leur clé"),
    Kind.ROLL: _("aucun électeur"),
    Kind.CODES: _("les codes de vote ne sont pas produits"),
    Kind.VOTERS: _("des électeurs n’ont pas de code"),
    Kind.ON_THE_WAY: _("des clés publiques sont encore en route"),
}
ABSENCES: dict[Absence, LazyString] = {
    Absence.DELEGATES: _("Le scellement demande au moins %(count)s délégués présents (R211-552).", count=DELEGATES),
    Absence.TWICE: _("Une même personne est nommée deux fois parmi les présents."),
}
ELSEWHERE: dict[Step, tuple[LazyString, str]] = {
    Step.DEFINITION: (
        _("Ici, ou depuis le poste où se trouve le fichier de l’échéance :"),
        "isoloir operator import-event event.json --dry-run",
    ),
    Step.ROLL: (_("Ici, ou depuis le poste où se trouve la liste :"), "isoloir operator import-roll liste.csv"),
    Step.NOTICES: (_("Chez l’imprimeur, qui seul peut les ouvrir :"), "isoloir printer print"),
    Step.KEYS: (_("Où en est chaque porteur de clé :"), "isoloir operator ceremony status"),
    Step.TALLY: (_("Chaque porteur attendu, sur son appareil :"), "isoloir trustee decrypt-all FICHIER"),
}
"""What is done on another machine than the server: where, and by which command."""
JOBS: dict[str, LazyString] = {
    "read_roll": _("Lecture du fichier de la liste électorale"),
    "commit_roll": _("Reprise de la liste électorale"),
    "generate_codes": _("Production des codes"),
    "seal_roll": _("Scellement de la liste électorale"),
    "seal_election": _("Scellement d’une urne"),
    "send_campaign": _("Écriture des messages"),
    "tally": _("Addition des bulletins chiffrés"),
}
"""Kind of job → what it does."""
STOPPED = _(
    "Le dernier essai s’est arrêté plusieurs fois sur une erreur. Recommencez : il reprend où il en était. Le motif est "
    "dans « isoloir logs », sous « job_ended »."
)
