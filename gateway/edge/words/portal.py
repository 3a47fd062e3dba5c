"""Of the portal itself, and of what any service answers."""

from flask_babel import lazy_gettext as _

from gateway.edge.words.word import Words

INCIDENT = "incident"
UNAVAILABLE = "service_unavailable"
BUSY = "busy"
"""A line of the gateway or of a service is full."""

WORDS: dict[str, Words] = {
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
            "Trop de demandes sont arrivées en peu de temps. Attendez %(seconds)s puis recommencez. "
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
            "rien n’a été perdu : attendez %(seconds)s puis recommencez."
        ),
    ),
    "waiting_room": Words(
        503,
        _(
            "Beaucoup de personnes arrivent en ce moment : vous êtes dans la file d’attente, avec environ "
            "%(ahead)s personnes devant vous. Rien n’a été perdu : "
            "recommencez dans %(seconds)s avec le cookie reçu, votre place est gardée."
        ),
    ),
    INCIDENT: Words(
        500,
        _(
            "Un incident s’est produit de notre côté. Réessayez dans quelques minutes ; s’il se répète, "
            "donnez la référence ci-dessous à la cellule de soutien aux utilisateurs."
        ),
    ),
    "invalid_request": Words(
        422, _("Certaines informations manquent ou ne sont pas valables. Corrigez-les puis recommencez.")
    ),
}
