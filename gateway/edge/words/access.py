"""Of a voter's way in and of the voter's space."""

from flask_babel import lazy_gettext as _

from gateway.edge.words.word import Words

WORDS: dict[str, Words] = {
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
    "too_many_claims": Words(
        429,
        _("Trop de vos réclamations attendent encore une réponse. Attendez celle-ci avant d’en formuler une autre."),
    ),
    "too_many_requests": Words(
        429,
        _("Trop de demandes d’assistance ont été faites avec cette adresse. Attendez la réponse aux premières."),
    ),
    "assistance_unknown": Words(404, _("Cette demande d’assistance est inconnue. Vérifiez son numéro.")),
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
            "Trop d’essais ont échoué : ce compte est bloqué pendant %(minutes)s. Attendez puis "
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
}
