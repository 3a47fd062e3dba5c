"""Of operators: the voting event, its roll, codes, campaigns, queues."""

from flask_babel import lazy_gettext as _

from gateway.edge.words.word import Words

WORDS: dict[str, Words] = {
    "operator_refused": Words(
        401,
        _(
            "Le jeton est absent ou incorrect. Créez un jeton personnel à /agents/jetons ; "
            "la ligne de commande le lit dans un fichier."
        ),
    ),
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
        409,
        _(
            "La liste électorale est scellée : elle ne peut plus changer (article R211-528). "
            "Adressez-vous au bureau de vote."
        ),
    ),
    "roll_invalid": Words(
        422, _("La liste électorale comporte des erreurs et n’a pas été importée. Corrigez chaque ligne signalée.")
    ),
    "roll_unreadable": Words(
        422,
        _("Ce fichier ne peut pas être lu comme une liste électorale. Corrigez ce qui est signalé, puis renvoyez-le."),
    ),
    "roll_upload_unknown": Words(
        404, _("Ce fichier n’attend plus : il a été importé, abandonné, ou remplacé par un autre. Renvoyez-le.")
    ),
    "roll_in_use": Words(
        409,
        _(
            "Des codes de vote ont déjà été produits d’après cette liste électorale : un import ne peut plus la remplacer."
        ),
    ),
    "roll_would_lose": Words(
        409,
        _(
            "Cet import retirerait %(count)s électeurs de la liste en place. Rien n’a été changé : si c’est voulu, "
            "donnez ce nombre."
        ),
    ),
    "removal_under_way": Words(
        409,
        _(
            "Un électeur est en cours de retrait (%(count)s) : l’urne n’a pas encore répondu. Réessayez dans une minute ; "
            "si cela dure, voyez isoloir doctor."
        ),
    ),
    "removal_unknown": Words(404, _("Ce retrait est inconnu. Relancez la commande qui l’a demandé.")),
    "removal_reissued": Words(
        409,
        _(
            "Un nouveau code a déjà été délivré à cet électeur, et le registre public le dit : il ne peut plus être retiré "
            "de la liste. Adressez-vous au bureau de vote."
        ),
    ),
    "voter_not_in_election": Words(
        409, _("Cet électeur n’est pas inscrit à : %(elections)s. Vérifiez les codes des scrutins.")
    ),
    "import_incomplete": Words(
        409,
        _(
            "Il manque des lignes à l’import (%(staged)s sur %(expected)s) : elles ne sont pas arrivées, ou un électeur que "
            "le fichier nomme a été retiré, ou son adresse corrigée, depuis. Vérifiez le fichier, puis importez-le de "
            "nouveau en entier."
        ),
    ),
    "waiting_room_away": Words(
        503,
        _(
            "Les portails n’ont pas de mémoire commune en ce moment : aucun n’aurait su ce que font les autres. "
            "Vérifiez Redis (ISOLOIR_GATEWAY_RATELIMIT_STORAGE), puis recommencez."
        ),
    ),
    "claim_unknown": Words(404, _("Cette réclamation est inconnue. Vérifiez son numéro.")),
    "identifier_unknown": Words(
        404, _("Cette adresse n’est pas celle d’un électeur de la liste électorale. Vérifiez-la.")
    ),
    "already_answered": Words(409, _("Une réponse a déjà été donnée et envoyée. Elle ne peut plus changer.")),
    "campaign_unknown": Words(404, _("Cette campagne est inconnue. Vérifiez son identifiant (uuid).")),
    "message_unknown": Words(404, _("Ce message est inconnu. Vérifiez son numéro.")),
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
    "election_differs": Words(
        409, _("Ce scrutin existe déjà avec un autre contenu. Reprenez le fichier importé la première fois.")
    ),
    "election_sealed": Words(409, _("Ce scrutin est scellé : sa définition et ses clés ne peuvent plus changer.")),
    "credentials_incomplete": Words(
        409,
        _(
            "Les codes de vote ne sont pas tous arrivés à l’urne (%(received)s sur %(expected)s). "
            "Terminez leur génération, attendez un instant puis recommencez."
        ),
    ),
    "urn_not_empty": Words(
        409,
        _(
            "L’urne n’est pas vide : elle ne peut pas être scellée. Ne touchez à rien, conservez la base, et prévenez "
            "le bureau."
        ),
    ),
    "poll_book_not_empty": Words(
        409,
        _(
            "La liste d’émargement porte déjà %(signatures)s signature(s) : la liste électorale ne peut pas être scellée. "
            "Ne touchez à rien, conservez la base, et prévenez le bureau."
        ),
    ),
    "too_many_credentials": Words(
        409,
        _(
            "Ce scrutin a %(received)s codes de vote, réserves comprises : au-delà de %(limit)s, personne ne pourrait "
            "vérifier leur liste. Répartissez les électeurs en plusieurs scrutins."
        ),
    ),
}
