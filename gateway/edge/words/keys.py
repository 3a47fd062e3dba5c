"""Of the board's keys: their ceremony, the decryption."""

from flask_babel import lazy_gettext as _

from gateway.edge.words.word import Words

WORDS: dict[str, Words] = {
    "trustees_invalid": Words(
        422, _("Le fichier des clés publiques du bureau n’est pas valable. Reprenez la cérémonie des clés.")
    ),
    "trustees_missing": Words(
        409, _("Les clés du bureau ne sont pas encore déposées. Terminez la cérémonie des clés avant de sceller.")
    ),
    "keys_without_administration": Words(
        422,
        _(
            "Il faut au moins une clé pour qui préside le bureau et une pour qui en tient le secrétariat "
            "(article R211-545). Complétez la liste des porteurs."
        ),
    ),
    "keys_two_thirds": Words(
        422,
        _(
            "Les deux tiers au moins des clés reviennent aux délégués et à leurs suppléants (article R211-545) : "
            "ils n’en auraient que %(delegates)s sur %(all)s. Ajoutez des délégués ou des suppléants."
        ),
    ),
    "keys_too_many": Words(
        422, _("%(name)s aurait plus de %(most)s clés, le plus que permette l’article R211-545. Retirez-lui-en.")
    ),
    "keys_threshold": Words(
        422,
        _(
            "Le nombre de clés de délégués nécessaires doit aller de %(least)s à %(most)s : deux délégués au moins "
            "participent au dépouillement (article R211-573), et leurs clés doivent suffire sans leurs suppléants."
        ),
    ),
    "keys_substitute": Words(
        422,
        _(
            "La clé d’un suppléant ne sert qu’en remplacement d’un délégué, qui n’a qu’un suppléant par clé "
            "(article R211-545) : nommez pour %(name)s le délégué remplacé, et pour personne d’autre."
        ),
    ),
    "keys_untried": Words(
        409,
        _(
            "Ces porteurs n’ont pas essayé leur clé : %(names)s. Faites-la-leur essayer avant de sceller ; "
            "si l’un d’eux ne le peut plus, recommencez la cérémonie."
        ),
    ),
    "holder_unknown": Words(
        404, _("L’un des porteurs n’est pas un membre du bureau dont le compte est ouvert. Vérifiez les comptes.")
    ),
    "ceremony_unknown": Words(
        404,
        _("Aucune cérémonie des clés n’est ouverte pour cette échéance. Faites-la ouvrir avec la liste des porteurs."),
    ),
    "ceremony_under_way": Words(
        409,
        _(
            "Une cérémonie des clés est ouverte pour cette échéance avec d’autres porteurs. Poursuivez-la, "
            "ou recommencez-la : les clés déjà faites seront perdues."
        ),
    ),
    "ceremony_elsewhere": Words(
        409,
        _(
            "La cérémonie n’en est pas à cette étape, ou elle a été recommencée. Regardez où elle en est, puis reprenez."
        ),
    ),
    "key_not_yours": Words(
        403,
        _("Cette clé est celle d’un autre membre du bureau, ou demande un autre rôle. Connectez-vous à son compte."),
    ),
    "key_message_invalid": Words(
        422,
        _("Ce message de la cérémonie ne peut pas être vérifié. Reprenez avec le fichier de clé de cet appareil."),
    ),
    "key_not_usable": Words(
        409,
        _(
            "La clé de %(name)s ne peut pas servir ainsi : celle d’un suppléant ne sert qu’en remplacement d’un délégué, "
            "et celle du délégué remplacé ne sert plus (article R211-545). Le remplacement est décidé par le bureau."
        ),
    ),
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
