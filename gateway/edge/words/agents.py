"""Of agents: accounts, sessions, what two of them decide."""

from flask_babel import lazy_gettext as _

from gateway.edge.words.word import Words

WORDS: dict[str, Words] = {
    "agent_log_in_refused": Words(
        401,
        _(
            "L’adresse, le mot de passe ou le code à six chiffres ne convient pas. Vérifiez les trois : un code change "
            "toutes les trente secondes et ne sert qu’une fois."
        ),
    ),
    "agent_locked": Words(
        429,
        _("Trop d’essais ont échoué : ce compte est bloqué pendant %(minutes)s. Attendez puis recommencez."),
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
    "agent_password_wrong": Words(
        422, _("Ce mot de passe n’est pas celui de votre compte. Vérifiez les majuscules et recommencez.")
    ),
    "passkey_log_in_refused": Words(
        401,
        _(
            "L’adresse ou le mot de passe ne convient pas, ou ce compte n’a pas de clé d’accès. Vérifiez-les, ou "
            "connectez-vous par les six chiffres de votre téléphone."
        ),
    ),
    "passkey_refused": Words(
        401,
        _(
            "La clé présentée n’est pas reconnue. Recommencez avec une clé de ce compte, ou connectez-vous par les six "
            "chiffres de votre téléphone."
        ),
    ),
    "passkey_over": Words(
        409, _("Cette demande de clé a déjà servi, ou a plus de cinq minutes. Recommencez par le mot de passe.")
    ),
    "passkey_known": Words(409, _("Cette clé est déjà reliée à un compte. Prenez un autre appareil.")),
    "passkey_last": Words(
        409, _("C’est votre seul second facteur : reliez d’abord une autre clé, puis retirez celle-ci.")
    ),
    "passkeys_off": Words(
        409,
        _("Ce portail n’a pas de clés d’accès : son adresse ne le permet pas. Utilisez les six chiffres du téléphone."),
    ),
    "too_many_passkeys": Words(409, _("Vous avez déjà dix clés d’accès : retirez celles qui ne servent plus.")),
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
        429, _("Un lien vient de partir : laissez-lui %(minutes)s, puis renvoyez-en un s’il n’arrive pas.")
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
    "approval_presides": Words(
        409,
        _(
            "Il faut que l’un des deux membres préside le bureau ou en tienne le secrétariat : "
            "demandez-le à l’un d’eux. Rien n’a changé."
        ),
    ),
    "too_many_tokens": Words(409, _("Vous avez déjà vingt jetons : révoquez ceux qui ne servent plus.")),
}
