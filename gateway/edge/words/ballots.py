"""Of elections, ballots, receipts and the public urn."""

from flask_babel import lazy_gettext as _

from gateway.edge.words.word import Words

WORDS: dict[str, Words] = {
    "election_unknown": Words(404, _("Ce scrutin est inconnu. Vérifiez son identifiant, ou revenez à l’accueil.")),
    "archive_in_preparation": Words(
        503,
        _(
            "Une copie de cette urne se prépare : elle est longue. Attendez %(seconds)s puis recommencez, "
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
    "receipt_invalid": Words(
        422,
        _("Ce texte n’est pas une preuve de vote que l’urne a signée. Donnez tout le contenu du fichier téléchargé."),
    ),
    "receipt_not_sent": Words(
        503, _("La preuve de vote n’a pas pu être envoyée. Imprimez-la, ou notez son numéro de suivi.")
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
    "election_suspended": Words(
        409,
        _(
            "Le bureau a suspendu le vote pour ce scrutin : votre bulletin n’a pas été enregistré. Gardez votre code de "
            "vote et revenez quand le vote aura repris ; la page de vos scrutins le dit."
        ),
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
}
