"""Of another voting code, and of who vouches for whoever asks."""

from flask_babel import lazy_gettext as _

from gateway.edge.words.word import Words

WORDS: dict[str, Words] = {
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
        _("Vous avez voté pour tous vos scrutins : un nouveau code ne servirait dans aucun."),
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
            "Trop de réponses n’étaient pas les bonnes : attendez %(minutes)s puis recommencez, "
            "ou contactez votre cellule de soutien aux utilisateurs."
        ),
    ),
    "provider_away": Words(
        503,
        _(
            "%(provider)s ne répond pas en ce moment. Réessayez dans quelques minutes, ou prouvez votre identité autrement."
        ),
    ),
    "identity_check_unknown": Words(
        409,
        _(
            "Cette vérification d’identité ne peut plus servir : elle a déjà servi, elle a plus d’un quart d’heure, ou elle "
            "a été commencée dans un autre navigateur ou une autre session. Recommencez ici."
        ),
    ),
    "identity_check_cancelled": Words(
        409, _("La vérification de votre identité a été abandonnée chez %(provider)s. Vous pouvez recommencer.")
    ),
    "identity_check_refused": Words(
        409,
        _(
            "La réponse de %(provider)s n’a pas pu être vérifiée : elle n’a pas été prise en compte. Recommencez ; si cela "
            "se répète, contactez votre cellule de soutien aux utilisateurs."
        ),
    ),
    "identity_differs": Words(
        409,
        _(
            "L’identité transmise par %(provider)s (prénoms, noms et date de naissance) n’est pas celle que la liste "
            "électorale a pour vous."
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
}
