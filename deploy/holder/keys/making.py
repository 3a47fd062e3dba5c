"""The steps of the ceremony on one holder's device: what can be done now is done, and who is waited for is named.

Private keys stay here. What is sent is public, or sealed for another holder; what comes is checked before it is used, and
the public file that all ballots will be encrypted for is checked whole.
"""

from __future__ import annotations

from collections.abc import Callable

from deploy.holder.keys.key_file import HeldKey, KeyFile, Keys
from deploy.holder.keys.portal import HolderPortal
from deploy.operator.client import Payload
from services.ballot.belenios import trial
from services.ballot.belenios.errors import InvalidPartialDecryption, InvalidTrustees, Malformed
from services.ballot.belenios.keys import pedersen
from services.ballot.belenios.keys.pki import new_seed
from services.ballot.belenios.tally import check_partial_decryption, partial_decryption

FEWEST_DELEGATES = 2
"""R211-573: a portal that asks for fewer is asked no further."""
THERE = {"certificate": "certificate", "polynomial": "polynomial", "key": "key", "trial": "tried"}


class CeremonyError(Exception):
    """The ceremony cannot go on here; the message is French and says why."""


def own_seats(ceremony: Payload) -> list[Payload]:
    """The keys of whoever asks. Raises CeremonyError where there are none."""
    seats: list[Payload] = [seat for seat in ceremony["seats"] if seat["mine"]]
    if not seats:
        raise CeremonyError(
            "Aucune clé de cette cérémonie n’est la vôtre. Vérifiez avec quel compte le jeton a été créé."
        )
    return seats


def new_keys(ceremony: Payload) -> Keys:
    """Fresh secrets for one's own keys. Raises CeremonyError where some were begun elsewhere: only that device has them."""
    seats = own_seats(ceremony)
    if any(seat["certificate"] for seat in seats):
        raise CeremonyError(
            "Vos clés ont été commencées sur un autre appareil ou dans un autre fichier : reprenez avec lui. "
            "S’il est perdu, faites recommencer la cérémonie."
        )
    keys = tuple(HeldKey(seat["owner"], seat["group"], seat["index"], new_seed()) for seat in seats)
    return Keys(ceremony["voting_event"], ceremony["round"], seats[0]["name"], keys)


def check_same(keys: Keys, ceremony: Payload) -> None:
    """Raises CeremonyError where the file is of another event or of a ceremony that was begun anew."""
    if (keys.voting_event, keys.round) != (ceremony["voting_event"], ceremony["round"]):
        raise CeremonyError(
            "Ce fichier de clés est d’une autre cérémonie. Donnez un nouveau nom de fichier pour celle-ci."
        )


def go_on(portal: HolderPortal, file: KeyFile, keys: Keys, ceremony: Payload, told: Callable[[str], None]) -> Keys:
    """Do all that can be done now for one's own keys; what the file holds then.

    Raises CeremonyError, OperatorRefusal. Whatever is interrupted is taken up by the next call.
    """
    seats = {seat["owner"]: seat for seat in own_seats(ceremony)}
    if set(seats) != {key.owner for key in keys.keys}:
        raise CeremonyError("Ce fichier ne contient pas toutes vos clés de cette cérémonie.")
    groups = {group["group"]: group for group in ceremony["groups"]}
    for key in keys.keys:
        group = groups[key.group]
        if key.group == "delegates" and group["threshold"] < FEWEST_DELEGATES:
            raise CeremonyError(
                "Le portail demande moins de deux clés de délégués pour ouvrir l’urne : rien n’est envoyé."
            )
        try:
            keys = _advance(portal, file, keys, key, seats[key.owner], group, ceremony, told)
        except (InvalidTrustees, InvalidPartialDecryption, Malformed) as error:
            raise CeremonyError(
                f"Ce que le portail transmet ne peut pas être vérifié (clé n° {key.owner}, {error.reason}) : arrêtez "
                "la cérémonie et prévenez le bureau."
            ) from None
    return keys


def _advance(
    portal: HolderPortal,
    file: KeyFile,
    keys: Keys,
    key: HeldKey,
    seat: Payload,
    group: Payload,
    ceremony: Payload,
    told: Callable[[str], None],
) -> Keys:
    certificates: list[str] = group["certificates"]
    if not seat["certificate"]:
        made = pedersen.make_certificate(key.seed, key.index, group["threshold"], group["size"])
        portal.bring(ceremony, key.owner, "certificate", made)
        told(f"Clé n° {key.owner} : certificat envoyé")
    elif certificates and not seat["polynomial"]:
        portal.bring(ceremony, key.owner, "polynomial", pedersen.make_polynomial(key.seed, certificates))
        told(f"Clé n° {key.owner} : parts chiffrées envoyées aux autres porteurs")
    elif key.share is None or not seat["key"]:
        given = [one["text"] for one in ceremony["inputs"] if one["owner"] == key.owner]
        if not given:
            return keys
        output = pedersen.derive_key(key.seed, certificates, given[0])
        # Kept before it is published: a key that ballots are encrypted for must not be lost with a power cut.
        keys = keys.with_share(key.owner, pedersen.open_decryption_key(key.seed, certificates, output))
        file.write(keys)
        if not seat["key"]:
            portal.bring(ceremony, key.owner, "key", output)
        told(f"Clé n° {key.owner} : faite et enregistrée dans {file.path}")
    elif ceremony["trustees"] is not None and not seat["tried"]:
        trustees = pedersen.check_membership(key.seed, ceremony["trustees"], key.owner, int(key.share))
        mock = trial.trial_of(trustees.public_key)
        share = partial_decryption(mock.election, mock.encrypted_tally, int(key.share))
        check_partial_decryption(mock.election, trustees, key.owner, mock.encrypted_tally, share)
        portal.bring(ceremony, key.owner, "trial", share)
        told(f"Clé n° {key.owner} : essayée sur un dépouillement fictif, elle déchiffre")
    return keys


def waited_for(ceremony: Payload) -> str:
    """What the ceremony waits for and whose devices, in a sentence."""
    step = ceremony["step"]
    if step == "complete":
        return "Toutes les clés sont faites et essayées."
    names = {seat["name"] for seat in ceremony["seats"] if not seat[THERE[step]]}
    words = {
        "certificate": "l’inscription de l’appareil",
        "polynomial": "les parts chiffrées",
        "key": "la clé",
        "trial": "l’essai de la clé",
    }
    return f"On attend {words[step]} de : {', '.join(sorted(names))}."
