"""What a voter's sheet calls messages, their states, and what the voter sees."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

LETTERS: dict[str, LazyString] = {
    "opening_campaign": _("Message d’ouverture"),
    "activation_link": _("Lien d’activation"),
    "account_link": _("Lien d’activation"),
    "password_link": _("Lien pour changer de mot de passe"),
    "reissue_link": _("Lien du réassort"),
    "reissue_confirmation": _("Annonce d’un nouveau code"),
    "reissue_assisted": _("Annonce d’un nouveau code, demandé par la cellule"),
    "reissued_code": _("Nouveau code de vote"),
    "claim_answered": _("Réponse à une réclamation"),
    "address_corrected": _("Adresse corrigée"),
}
CHANNELS: dict[str, LazyString] = {"email": _("Courriel"), "sms": _("SMS"), "paper": _("Papier")}
STATES: dict[str, tuple[str, str, LazyString]] = {
    "queued": ("soon", "clock", _("En attente")),
    "sending": ("soon", "clock", _("En cours d’envoi")),
    "sent": ("ok", "check", _("Remis au serveur")),
    "delivered": ("ok", "check", _("Arrivé")),
    "failed": ("bad", "bad", _("Non remis")),
    "expired": ("warn", "warn", _("Expiré avant l’envoi")),
    "uncertain": ("warn", "warn", _("Incertain")),
    "bounced": ("bad", "bad", _("Revenu")),
    "unknown": ("soon", "clock", _("Pas encore parti")),
}
"""State → kind of tag, sign, word."""
LOST = {"failed", "bounced", "expired"}
REASONS: dict[str, LazyString] = {
    "expired": _("il n’était plus temps"),
    "interrupted": _("l’envoi a été interrompu"),
    "cannot_open": _("message illisible"),
    "values_missing": _("message incomplet"),
    "5.1.1": _("cette adresse n’existe pas"),
    "5.1.2": _("ce domaine n’existe pas"),
    "5.2.1": _("boîte fermée"),
    "5.2.2": _("boîte pleine"),
    "4.2.2": _("boîte pleine"),
    "5.7.1": _("refusé par le destinataire"),
}
SEEN: dict[str, LazyString] = {
    "resting": _(
        "Son compte est au repos après trop d’essais : connexion possible à partir du %(moment)s, ou par un lien."
    ),
    "password_asked": _("Il donne son adresse, puis son mot de passe : son compte est activé."),
    "link_waits": _("Il donne son adresse, et le portail lui dit d’ouvrir le lien reçu, valable jusqu’au %(moment)s."),
    "link_expired": _("Le lien qu’il a reçu a expiré le %(moment)s : en donnant son adresse, il en reçoit un autre."),
    "link_to_ask": _("Il donne son adresse et reçoit un lien : aucun lien valable ne l’attend."),
    "vote_opens": _("Il ne peut pas encore voter : le vote ouvre le %(moment)s."),
    "vote_open": _("Une fois connecté avec son code de vote, il peut voter jusqu’au %(moment)s."),
    "vote_closed": _("Il ne peut plus voter : le vote est clos depuis le %(moment)s."),
}
KINDS: dict[str, LazyString] = {
    "address_correction": _("Corriger une adresse"),
    "assisted_reissue": _("Remplacer un code de vote"),
    "suspend": _("Suspendre le vote"),
    "resume": _("Reprendre le vote"),
    "stop": _("Arrêter le vote"),
    "admit_change": _("Admettre un changement du logiciel ou de la configuration"),
}


def reason(code: str | None) -> str:
    """The carrier's reason in words; its own code where there are none."""
    if not code:
        return ""
    known = REASONS.get(code)
    return code if known is None else str(known)
