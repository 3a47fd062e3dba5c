"""What roles, rights and actions are called."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from gateway.pages.agents.support.voter_words import KINDS
from services.identity.contract.staff.journal import BY_PASSKEY, BY_TOTP, COMMAND_LINE, SHARED_TOKEN, Action
from services.identity.contract.staff.rights import BOARD, Right, Role

ROLES: dict[str, LazyString] = {
    Role.OPERATOR: _("Exploitation"),
    Role.SUPPORT: _("Cellule de soutien"),
    Role.PRESIDENT: _("Présidence du bureau de vote"),
    Role.SECRETARY: _("Secrétariat du bureau de vote"),
    Role.DELEGATE: _("Délégation de liste au bureau de vote"),
    Role.SUBSTITUTE: _("Suppléance au bureau de vote"),
    Role.OBSERVER: _("Observation"),
}
SPACES: dict[str, LazyString] = {
    Role.OPERATOR: _("Exploitation"),
    Role.SUPPORT: _("Cellule de soutien"),
    Role.PRESIDENT: _("Bureau de vote"),
    Role.SECRETARY: _("Bureau de vote"),
    Role.DELEGATE: _("Bureau de vote"),
    Role.SUBSTITUTE: _("Bureau de vote"),
    Role.OBSERVER: _("Observation"),
}
RIGHTS: dict[str, LazyString] = {
    Right.OWN_ACCOUNT: _("Gérer son propre compte"),
    Right.MANAGE_AGENTS: _("Inviter des agents et fermer leurs comptes"),
    Right.RUN_ELECTIONS: _("Préparer, ouvrir, clore et publier les scrutins"),
    Right.BRING_KEYS: _("Apporter des clés et des parts de déchiffrement"),
    Right.WATCH: _("Suivre les compteurs, les travaux et les envois"),
    Right.READ_JOURNAL: _("Lire le journal des interventions"),
    Right.STEER: _("Suspendre, reprendre ou arrêter le vote, à deux membres du bureau"),
    Right.SEE_VOTERS: _("Chercher un électeur de son territoire"),
    Right.HELP_VOTERS: _("Aider un électeur de son territoire"),
    Right.APPROVE: _("Valider ce qu’un autre agent demande"),
    Right.ANSWER_REQUESTS: _("Répondre aux réclamations et aux demandes d’assistance"),
}
STATES: dict[str, LazyString] = {
    "invited": _("Invité"),
    "active": _("Actif"),
    "closed": _("Fermé"),
}
# What is done to somebody ends with « : » and the name, where there is still one.
ACTIONS: dict[str, LazyString] = {
    Action.INVITED: _("A invité un agent"),
    Action.INVITED_AGAIN: _("A renvoyé une invitation"),
    Action.FIRST_INVITED: _("A invité le premier opérateur"),
    Action.ACTIVATED: _("A ouvert son compte d’agent"),
    Action.CLOSED: _("A fermé le compte d’un agent"),
    Action.LOGGED_IN: _("S’est connecté"),
    Action.LOGGED_OUT: _("S’est déconnecté"),
    Action.PASSKEY_ADDED: _("A relié une clé d’accès"),
    Action.PASSKEY_REMOVED: _("A retiré une clé d’accès"),
    Action.PASSKEY_COPIED: _("A présenté une clé d’accès dont le compteur recule, peut-être copiée : refusée"),
    Action.TOKEN_MADE: _("A créé un jeton personnel"),
    Action.TOKEN_REVOKED: _("A révoqué un jeton personnel"),
    Action.COMMAND: _("A lancé une commande"),
    Action.LOOKED: _("A ouvert la fiche d’un électeur"),
    Action.LINK_SENT: _("A renvoyé son lien à un électeur"),
    Action.ASKED: _("A demandé une validation"),
    Action.APPROVED: _("A validé une demande"),
    Action.REFUSED: _("A refusé une demande"),
    Action.CLAIM_ANSWERED: _("A traité une réclamation"),
    Action.REQUEST_ANSWERED: _("A répondu à une demande d’assistance"),
    Action.REMOVAL_ASKED: _("A demandé le retrait d’un électeur de la liste électorale"),
    Action.REMOVED: _("A retiré un électeur de la liste électorale"),
    Action.REMOVAL_REFUSED: _("N’a pas pu retirer un électeur : un scrutin était déjà scellé"),
}
COMMANDS: dict[str, LazyString] = {
    "open-voting-event": _("mettre une échéance en place, ou en corriger le projet"),
    "start-commit-roll": _("importer la liste électorale"),
    "start-seal-roll": _("sceller la liste électorale"),
    "start-generate-codes": _("produire les codes de vote"),
    "create-election": _("déposer un scrutin dans l’urne"),
    "set-trustees": _("déposer les clés publiques du bureau"),
    "start-seal-election": _("sceller un scrutin"),
    "close-election": _("clore un scrutin"),
    "start-check-integrity": _("vérifier l’intégrité d’une urne"),
    "start-check-roll-integrity": _("vérifier l’intégrité de la liste électorale"),
    "start-mock": _("faire un scrutin à blanc"),
    "start-tally": _("additionner les bulletins chiffrés"),
    "submit-partial-decryption": _("déposer une part de déchiffrement"),
    "open-ceremony": _("ouvrir la cérémonie des clés"),
    "bring-key-message": _("apporter un message de la cérémonie des clés"),
    "replace-holder": _("faire remplacer un délégué par son suppléant"),
    "bring-share": _("apporter sa part de déchiffrement"),
    "publish-result": _("publier un résultat"),
    "open-campaign": _("écrire à tous les électeurs"),
    "start-campaign": _("écrire à tous les électeurs, par le serveur"),
    "answer-claim": _("répondre à une réclamation"),
    "answer-assistance": _("répondre à une demande d’assistance"),
    "retry-parked": _("reprendre des événements mis de côté"),
}
FACTORS: dict[str, LazyString] = {
    BY_TOTP: _("chiffres du téléphone"),
    BY_PASSKEY: _("clé d’accès"),
}
NOBODY: dict[str, LazyString] = {
    SHARED_TOKEN: _("Jeton partagé de la démonstration"),
    COMMAND_LINE: _("Ligne de commande du serveur"),
}
"""Who did it where it was no agent, as the journal has it."""
DETAILS: dict[str, LazyString] = {
    "role": _("rôle"),
    "factor": _("second facteur"),
    "name": _("nom"),
    "email": _("adresse"),
    "rights": _("droits"),
    "days": _("durée en jours"),
    "places": _("lieux"),
    "election": _("scrutin"),
    "elections": _("scrutins"),
    "kind": _("objet"),
    "request": _("demande n°"),
    "reason": _("motif"),
    "number": _("n°"),
}


def described(action: str, details: Mapping[str, str]) -> str:
    """What was done, in words. A command that has no words yet is named as the command line names it."""
    said = str(ACTIONS.get(action, action))
    command = details.get("command")
    if command is None:
        return said
    return str(gettext("%(said)s : %(command)s", said=said, command=str(COMMANDS.get(command, command))))


def actor(name: str) -> Markup:
    """Who did it, as mark-up: a person's name is not translated."""
    if name in NOBODY:
        return Markup("<span>{}</span>").format(str(NOBODY[name]))
    return Markup('<span translate="no">{}</span>').format(name)


def detail(name: str, value: str, elections: Mapping[str, str]) -> tuple[str, str] | None:
    """The name and the value of a detail, in words; None for what the entry says otherwise."""
    if name not in DETAILS:
        return None
    said: Any = value
    if name == "role":
        said = ROLES.get(value, value)
    elif name == "factor":
        said = FACTORS.get(value, value)
    elif name == "rights":
        said = ", ".join(str(RIGHTS.get(right, right)) for right in value.split())
    elif name == "election":
        said = elections.get(value, value)
    elif name == "kind":
        said = KINDS.get(value, value)
    return str(DETAILS[name]), str(said)


UNKNOWN = lazy_gettext("(retiré de la liste)")


def holds_keys(agent: Mapping[str, Any]) -> bool:
    """Whether an agent may hold a key of the board: operators bring public files, and no key is theirs."""
    return Right.BRING_KEYS in agent["rights"] and agent["agent"]["role"] in BOARD
