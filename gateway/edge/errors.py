"""The one table: what can be refused → HTTP status and words that say what to do next.

Codes come from the services (their errors.py) and from the gateway itself. A code that is not here is an
incident: it is answered 500 with the correlation id to quote, and a test keeps the table complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from gateway.i18n.typography import spaced


@dataclass(frozen=True)
class Words:
    """Status and sentence of one code; `%(name)s` in the sentence is filled from the refusal's details."""

    status: int
    message: LazyString


@dataclass(frozen=True)
class RefusalWords:
    """What one caller is told."""

    code: str
    status: int
    message: str
    details: dict[str, Any]


INCIDENT = "incident"
UNAVAILABLE = "service_unavailable"
BUSY = "busy"
"""A line of the gateway or of a service is full."""
RETRY_AFTER_SECONDS = 10

WORDS: dict[str, Words] = {
    # The gateway's own
    "not_found": Words(404, _("Cette page n’existe pas. Vérifiez l’adresse, ou revenez à l’accueil du portail.")),
    "method_not_allowed": Words(405, _("Cette adresse ne s’utilise pas ainsi. Revenez à l’accueil du portail.")),
    "too_large": Words(413, _("L’envoi est trop volumineux et n’a pas été lu. Réduisez-le puis recommencez.")),
    "bad_request": Words(400, _("La demande n’a pas été comprise. Revenez à la page précédente et recommencez.")),
    "malformed_json": Words(400, _("Le corps de la demande n’est pas du JSON correct. Corrigez-le puis renvoyez-le.")),
    "json_expected": Words(415, _("Le corps de la demande doit être envoyé en application/json.")),
    "csrf_refused": Words(
        400,
        _(
            "Cette page a expiré, ou votre navigateur refuse les cookies du portail. "
            "Ouvrez-la de nouveau et recommencez ; si cela se répète, autorisez les cookies pour ce site."
        ),
    ),
    "cookies_refused": Words(
        400,
        _(
            "Votre navigateur n’a pas renvoyé le cookie du portail, qui sert seulement à vous reconnaître d’une page à "
            "l’autre. Autorisez les cookies pour ce site, ou ouvrez une fenêtre de navigation privée, puis recommencez."
        ),
    ),
    "rate_limited": Words(
        429,
        _(
            "Trop de demandes sont arrivées en peu de temps. Attendez %(seconds)s seconde(s) puis recommencez. "
            "Si vous avez reçu un message avec un lien, suivez-le : il fonctionne sans attendre."
        ),
    ),
    "challenge_required": Words(
        422,
        _(
            "La vérification contre les programmes automatiques n’est pas faite. Attendez qu’elle se termine, "
            "ou demandez un code à recopier, puis recommencez."
        ),
    ),
    "challenge_wrong": Words(
        422,
        _("La vérification contre les programmes automatiques n’est pas valable. Rechargez la page et recommencez."),
    ),
    "challenge_expired": Words(
        422, _("La vérification contre les programmes automatiques a expiré. Recommencez : elle se refait toute seule.")
    ),
    "challenge_spent": Words(
        422, _("La vérification contre les programmes automatiques a déjà servi. Recommencez : elle se refait seule.")
    ),
    "voice_not_built": Words(
        503,
        _("La version sonore du code n’est pas disponible pour le moment. Utilisez l’image ou réessayez plus tard."),
    ),
    "operator_refused": Words(
        401,
        _(
            "Le jeton est absent ou incorrect. Créez un jeton personnel à /agents/jetons ; "
            "la ligne de commande le lit dans un fichier."
        ),
    ),
    "result_not_published": Words(404, _("Le résultat de ce scrutin n’est pas encore publié. Revenez plus tard.")),
    UNAVAILABLE: Words(
        503,
        _(
            "Le service ne répond pas pour le moment. Rien n’a été perdu : réessayez dans quelques instants. "
            "Une demande ou un bulletin déjà reçu ne sera pas compté deux fois."
        ),
    ),
    BUSY: Words(
        503,
        _(
            "Beaucoup de personnes utilisent cette partie du portail en ce moment. Votre demande n’a pas été traitée et "
            "rien n’a été perdu : attendez %(seconds)s secondes puis recommencez."
        ),
    ),
    INCIDENT: Words(
        500,
        _(
            "Un incident s’est produit de notre côté. Réessayez dans quelques minutes ; s’il se répète, "
            "donnez la référence ci-dessous à la cellule de soutien aux utilisateurs."
        ),
    ),
    # All services
    "invalid_request": Words(
        422, _("Certaines informations manquent ou ne sont pas valables. Corrigez-les puis recommencez.")
    ),
    # identity
    "no_voting_event": Words(
        404, _("Aucune élection n’est préparée sur ce portail pour le moment. Revenez plus tard.")
    ),
    "voting_event_unknown": Words(404, _("Cette échéance est inconnue. Vérifiez son identifiant (uuid).")),
    "voting_event_in_place": Words(
        409,
        _(
            "Une autre échéance est en place sur ce portail : « %(name)s ». Nommez-la pour que celle-ci prenne sa place ; "
            "ses électeurs ne pourraient plus entrer."
        ),
    ),
    "voting_event_differs": Words(
        409, _("Cette échéance existe déjà avec un autre contenu. Reprenez le fichier importé la première fois.")
    ),
    "roll_sealed": Words(
        409, _("La liste électorale est scellée : elle ne peut plus changer. Adressez-vous au bureau de vote.")
    ),
    "roll_invalid": Words(
        422, _("La liste électorale comporte des erreurs et n’a pas été importée. Corrigez chaque ligne signalée.")
    ),
    "roll_in_use": Words(
        409,
        _(
            "Des codes de vote ont déjà été produits d’après cette liste électorale : un import ne peut plus la remplacer."
        ),
    ),
    "import_incomplete": Words(
        409,
        _("Il manque des lignes à l’import (%(staged)s reçues sur %(expected)s). Relancez l’import du fichier entier."),
    ),
    "link_unknown": Words(
        404, _("Ce lien n’est pas reconnu. Ouvrez de nouveau le lien du message, en entier, ou demandez-en un nouveau.")
    ),
    "link_expired": Words(410, _("Ce lien a expiré. Demandez-en un nouveau en saisissant votre identifiant.")),
    "link_used": Words(
        410,
        _(
            "Ce lien, ou un autre qui vous a été envoyé, a déjà servi : il ne peut plus servir. Si vous avez choisi votre "
            "mot de passe, connectez-vous avec lui ; sinon demandez un nouveau lien en saisissant votre identifiant."
        ),
    ),
    "password_refused": Words(
        422, _("Ce mot de passe ne respecte pas toutes les règles. Choisissez-en un autre qui les respecte.")
    ),
    "captcha_wrong": Words(
        422,
        _(
            "La saisie du CAPTCHA est incorrecte – merci de contrôler votre saisie - si vous rencontrez encore des "
            "difficultés, vous pouvez générer un autre code ou écouter le code à saisir."
        ),
    ),
    "captcha_expired": Words(
        422, _("Ce code a expiré ou a déjà servi. Saisissez le nouveau code qui s’affiche, ou écoutez-le.")
    ),
    "proof_spent": Words(
        422, _("La vérification contre les programmes automatiques a déjà servi. Recommencez : elle se refait seule.")
    ),
    "answer_refused": Words(
        422,
        _("Cette question défi ou cette réponse ne convient pas. Choisissez-en une autre, différente de la question."),
    ),
    "activation_not_prepared": Words(
        409, _("Le mot de passe choisi n’est plus en mémoire. Saisissez-le de nouveau, puis votre question défi.")
    ),
    "not_in_this_profile": Words(
        409, _("Cette élection ne propose pas l’accès sans activation. Activez votre compte pour continuer.")
    ),
    "not_available_yet": Words(
        409, _("Cette rubrique n’est pas encore ouverte. Revenez à la date indiquée sur l’accueil du portail.")
    ),
    "reissue_closed": Words(
        409,
        _("Le réassort du code de vote n’est pas ouvert en ce moment. Ses dates sont indiquées sur sa page."),
    ),
    "reissue_used_up": Words(
        409,
        _(
            "Vous avez déjà demandé tous les nouveaux codes possibles. Contactez votre cellule de soutien aux utilisateurs."
        ),
    ),
    "reissue_nothing_left": Words(
        409,
        _("Vous avez voté pour tous vos scrutins : vous n’avez plus besoin d’un code de vote."),
    ),
    "reissue_proof_missing": Words(
        409,
        _(
            "Nous n’avons pas de quoi vérifier votre identité en ligne. Contactez votre cellule de soutien aux utilisateurs."
        ),
    ),
    "reissue_proof_wrong": Words(
        422,
        _("Les informations saisies ne correspondent pas à celles que nous connaissons. Vérifiez chacune d’elles."),
    ),
    "reissue_resting": Words(
        429,
        _(
            "Trop de réponses n’étaient pas les bonnes : attendez %(minutes)s minute(s) puis recommencez, "
            "ou contactez votre cellule de soutien aux utilisateurs."
        ),
    ),
    "reissue_not_failed": Words(
        409,
        _(
            "Il n’y a pas de code à renvoyer : le dernier est arrivé, est encore en route, ou a été renvoyé trop de fois. "
            "S’il n’arrive pas, contactez votre cellule de soutien aux utilisateurs."
        ),
    ),
    "phone_refused": Words(
        422,
        _("Ce numéro ne peut pas recevoir de code. Indiquez un téléphone portable de métropole ou d’outre-mer."),
    ),
    "phone_shared": Words(
        409,
        _("Ce numéro a déjà servi à trop d’électeurs. Indiquez un autre téléphone portable."),
    ),
    "too_many_claims": Words(
        429,
        _("Trop de vos réclamations attendent encore une réponse. Attendez celle-ci avant d’en formuler une autre."),
    ),
    "too_many_requests": Words(
        429,
        _("Trop de demandes d’assistance ont été faites avec cette adresse. Attendez la réponse aux premières."),
    ),
    "claim_unknown": Words(404, _("Cette réclamation est inconnue. Vérifiez son numéro.")),
    "identifier_unknown": Words(
        404, _("Cette adresse n’est pas celle d’un électeur de la liste électorale. Vérifiez-la.")
    ),
    "assistance_unknown": Words(404, _("Cette demande d’assistance est inconnue. Vérifiez son numéro.")),
    "already_answered": Words(409, _("Une réponse a déjà été donnée et envoyée. Elle ne peut plus changer.")),
    "agent_log_in_refused": Words(
        401,
        _(
            "L’adresse, le mot de passe ou le code à six chiffres ne convient pas. Vérifiez les trois : un code change "
            "toutes les trente secondes et ne sert qu’une fois."
        ),
    ),
    "agent_locked": Words(
        429,
        _("Trop d’essais ont échoué : ce compte est bloqué pendant %(minutes)s minute(s). Attendez puis recommencez."),
    ),
    "agent_session_expired": Words(401, _("Votre session d’agent a pris fin. Connectez-vous de nouveau.")),
    "right_missing": Words(
        403, _("Votre rôle ne donne pas ce droit. Adressez-vous à la personne qui l’a, ou à l’exploitation du portail.")
    ),
    "invitation_unknown": Words(
        404,
        _(
            "Cette invitation n’est pas reconnue : elle a déjà servi, a expiré, ou une autre l’a remplacée. Ouvrez le lien "
            "du dernier message, en entier, ou demandez-en un autre à l’exploitation du portail."
        ),
    ),
    "second_factor_wrong": Words(
        422,
        _(
            "Ce code n’est pas celui que l’application doit montrer. Attendez le suivant et recopiez-le ; s’il est refusé "
            "aussi, vérifiez l’heure du téléphone."
        ),
    ),
    "agent_known": Words(
        409, _("Un compte d’agent existe déjà avec cette adresse. Fermez-le d’abord, ou renvoyez son lien.")
    ),
    "agent_unknown": Words(404, _("Ce compte d’agent est inconnu, ou fermé. Reprenez-le dans la liste des comptes.")),
    "agent_himself": Words(
        409, _("Personne ne ferme son propre compte : demandez-le à une autre personne de l’exploitation.")
    ),
    "token_refused": Words(
        401,
        _(
            "Ce jeton n’est pas valable : il est inconnu, a expiré ou a été révoqué. Créez-en un autre à /agents/jetons."
        ),
    ),
    "voter_unknown": Words(
        404, _("Cet électeur n’est pas de votre territoire, ou n’est pas sur la liste. Cherchez-le de nouveau.")
    ),
    "link_on_its_way": Words(
        429, _("Un lien vient de partir : laissez-lui %(minutes)s minute(s), puis renvoyez-en un s’il n’arrive pas.")
    ),
    "address_taken": Words(
        409,
        _("Cette adresse est déjà celle d’un électeur de la liste, peut-être celui-ci. Vérifiez-la avec la personne."),
    ),
    "reissue_under_way": Words(
        409, _("Un nouveau code est déjà en route pour cet électeur. Attendez qu’il arrive ou échoue.")
    ),
    "approval_waiting": Words(
        409, _("La même chose est déjà demandée pour cet électeur et attend une validation : voyez « À valider ».")
    ),
    "approval_unknown": Words(
        404, _("Cette demande n’attend plus : elle a été décidée, ou a expiré au bout de deux jours.")
    ),
    "approval_own": Words(
        409, _("Vous ne pouvez pas valider ce que vous avez demandé : une autre personne doit le faire.")
    ),
    "too_many_tokens": Words(409, _("Vous avez déjà vingt jetons : révoquez ceux qui ne servent plus.")),
    "campaign_unknown": Words(404, _("Cette campagne est inconnue. Vérifiez son identifiant (uuid).")),
    "log_in_refused": Words(
        401,
        _(
            "L’identifiant ou le mot de passe est incorrect. Vérifiez votre saisie, "
            "ou utilisez « Mot de passe oublié ? »."
        ),
    ),
    "account_locked": Words(
        429,
        _(
            "Trop d’essais ont échoué : ce compte est bloqué pendant %(minutes)s minute(s). Attendez puis "
            "recommencez, ou utilisez « Mot de passe oublié ? » sans attendre."
        ),
    ),
    "session_expired": Words(401, _("Votre session a pris fin. Identifiez-vous de nouveau pour continuer.")),
    "not_entitled": Words(
        403, _("Vous n’êtes pas électeur de ce scrutin. Consultez la liste de vos scrutins sur l’accueil.")
    ),
    "election_elsewhere": Words(
        409, _("Ce scrutin n’a pas lieu sur ce portail. Suivez les indications de la page « Mes scrutins ».")
    ),
    # notification
    "message_unknown": Words(404, _("Ce message est inconnu. Vérifiez son numéro.")),
    # reassort
    "job_unknown": Words(
        404, _("Ce travail n’existe pas. Relancez la commande qui l’a demandé : elle le retrouve, ou en fait un autre.")
    ),
    "entitlements_changed": Words(
        409,
        _(
            "Les droits de vote de certains électeurs ont changé depuis la production de leurs codes. "
            "Rien n’a été produit pour cette page : rétablissez la liste électorale, puis recommencez."
        ),
    ),
    # ballot
    "election_unknown": Words(404, _("Ce scrutin est inconnu. Vérifiez son identifiant, ou revenez à l’accueil.")),
    "election_differs": Words(
        409, _("Ce scrutin existe déjà avec un autre contenu. Reprenez le fichier importé la première fois.")
    ),
    "election_sealed": Words(409, _("Ce scrutin est scellé : sa définition et ses clés ne peuvent plus changer.")),
    "trustees_invalid": Words(
        422, _("Le fichier des clés publiques du bureau n’est pas valable. Reprenez la cérémonie des clés.")
    ),
    "trustees_missing": Words(
        409, _("Les clés du bureau ne sont pas encore déposées. Terminez la cérémonie des clés avant de sceller.")
    ),
    "credentials_incomplete": Words(
        409,
        _(
            "Les codes de vote ne sont pas tous arrivés à l’urne (%(received)s sur %(expected)s). "
            "Terminez leur génération, attendez un instant puis recommencez."
        ),
    ),
    "too_many_credentials": Words(
        409,
        _(
            "Ce scrutin a %(received)s codes de vote, réserves comprises : au-delà de %(limit)s, personne ne pourrait "
            "vérifier leur liste. Répartissez les électeurs en plusieurs scrutins."
        ),
    ),
    "archive_in_preparation": Words(
        503,
        _(
            "Une copie de cette urne se prépare : elle est longue. Attendez %(seconds)s secondes puis recommencez, "
            "la préparation continue d’où elle en est."
        ),
    ),
    "out_of_range": Words(416, _("Ce fichier n’a pas autant d’octets. Reprenez le téléchargement depuis le début.")),
    "permit_invalid": Words(
        403, _("L’autorisation de voter n’est pas valable. Revenez à « Mes scrutins » et recommencez.")
    ),
    "permit_expired": Words(403, _("L’autorisation de voter a expiré. Revenez à « Mes scrutins » et recommencez.")),
    "permit_other_election": Words(
        403, _("Cette autorisation de voter est celle d’un autre scrutin. Revenez à « Mes scrutins » et recommencez.")
    ),
    "permit_other_session": Words(
        403,
        _(
            "Ce bulletin a été préparé dans une autre session, fermée depuis ou ouverte par une autre personne : il n’est "
            "pas enregistré. Identifiez-vous de nouveau, puis recommencez."
        ),
    ),
    "election_not_sealed": Words(
        409, _("Ce scrutin n’est pas encore scellé : le vote n’est pas ouvert. Revenez à l’heure d’ouverture indiquée.")
    ),
    "election_not_open": Words(
        409, _("Le vote n’est pas encore ouvert pour ce scrutin. Revenez à l’heure d’ouverture indiquée sur l’accueil.")
    ),
    "election_closed": Words(
        409,
        _(
            "Le vote est clos pour ce scrutin : votre bulletin n’a pas été enregistré et ne peut plus l’être. Après l’heure "
            "de clôture, seul peut finir de voter qui s’était identifié avant et ne s’est pas déconnecté."
        ),
    ),
    "ballot_malformed": Words(
        422, _("Le bulletin reçu est illisible et n’a pas été enregistré. Rechargez la page puis votez de nouveau.")
    ),
    "ballot_invalid": Words(
        422,
        _("Le bulletin reçu n’est pas valable et n’a pas été enregistré. Rechargez la page puis votez de nouveau."),
    ),
    "credential_unknown": Words(
        409, _("Aucun code de vote ne vous est attribué pour ce scrutin. Contactez la cellule de soutien.")
    ),
    "credential_not_yours": Words(
        403, _("Ce code de vote n’est pas le vôtre. Utilisez celui de la notice établie à votre nom.")
    ),
    "credential_retired": Words(
        409, _("Ce code de vote a été remplacé par un réassort. Utilisez le dernier code que vous avez reçu.")
    ),
    "already_voted": Words(
        409, _("Votre vote est déjà enregistré pour ce scrutin. Il est définitif : vous n’avez plus rien à faire.")
    ),
    "election_not_closed": Words(409, _("Ce scrutin n’est pas clos. Le dépouillement se fait après la clôture.")),
    "tally_missing": Words(
        409,
        _(
            "La somme chiffrée des bulletins n’est pas encore calculée. Attendez la fin de ce travail "
            "(isoloir operator jobs le montre), puis recommencez."
        ),
    ),
    "decryption_invalid": Words(
        422, _("Ce déchiffrement partiel n’est pas valable. Vérifiez que la clé est bien celle de ce membre du bureau.")
    ),
    "decryptions_missing": Words(
        409, _("Il manque des clés pour dépouiller. Réunissez le président ou le secrétaire et deux délégués au moins.")
    ),
}


class _Blanks(dict[str, Any]):
    """Details for a sentence; a missing one must not turn a refusal into an incident."""

    def __missing__(self, key: str) -> str:
        return "?"


def words_for(code: str, details: Mapping[str, Any] | None = None) -> RefusalWords:
    """Status and words of a code; an unknown code becomes an incident without details."""
    words = WORDS.get(code)
    if words is None:
        return RefusalWords(INCIDENT, WORDS[INCIDENT].status, spaced(str(WORDS[INCIDENT].message)), {})
    known = dict(details or {})
    return RefusalWords(code, words.status, spaced(str(words.message) % _Blanks(known)), known)
