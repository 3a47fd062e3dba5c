"""An urn that a holder of a key has verified: only the sum of all its ballots is decrypted, whatever the portal asks for.

A portal that could have any ciphertext decrypted would have a single voter's decrypted (C2, L17); one that shows each holder
an urn of its making is caught by the number of ballots, and by heads published during the vote.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from deploy.holder.verify import verify_with_progress
from deploy.holder.verify_words import fault_in_french
from deploy.operator.client import OperatorClient
from services.ballot.belenios.checking.archive import read_archive, skip
from services.ballot.belenios.election import Election
from services.ballot.belenios.errors import InvalidPartialDecryption
from services.ballot.belenios.keys.trustees import Trustees, check_trustees
from services.ballot.belenios.tally import check_partial_decryption, partial_decryption


class UrnRefused(Exception):
    """Nothing is decrypted; the message is French and says why."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Aucune part n'a été envoyée : {why}.")


@dataclass(frozen=True)
class Urn:
    """A verified archive of a closed election: what is decrypted, and in which words it was verified."""

    election: Election = field(repr=False)
    trustees: Trustees = field(repr=False)
    encrypted_tally: str = field(repr=False)
    words: str

    def share(self, owner: int, secret: int) -> str:
        """The holder's share with its proof, checked here. Raises UrnRefused for a key that is not that owner's."""
        made = partial_decryption(self.election, self.encrypted_tally, secret)
        try:
            check_partial_decryption(self.election, self.trustees, owner, self.encrypted_tally, made)
        except InvalidPartialDecryption:
            raise UrnRefused(f"cette clé n'est pas celle du porteur n° {owner} de ce scrutin") from None
        return made


def download(portal: OperatorClient, election: str, archive: Path) -> None:
    """Copy the public archive of a closed election. Raises OperatorRefusal."""
    # Asked only so that the urn adds its ballots up; what is decrypted comes from the archive.
    portal.encrypted_tally(election)
    with archive.open("wb") as file:
        for piece in portal.archive(election):
            file.write(piece)


def verified(archive: Path, election: str, ballots: int, heads: Collection[str]) -> Urn:
    """Verify a downloaded archive, on this device.

    Args:
        archive: The file.
        election: Whose it must be.
        ballots: How many ballots the counter showed at the closing.
        heads: What was published before, and the urn must contain.

    Raises:
        UrnRefused: it has a fault, or is not that urn.
    """
    report = verify_with_progress(archive, heads=heads)
    if report.fault is not None:
        raise UrnRefused(f"l'archive publique a un défaut dans {fault_in_french(report.fault)}")
    if report.uuid != election or report.encrypted_tally is None:
        raise UrnRefused("l'archive reçue n'est pas celle de ce scrutin, clos et additionné")
    if report.ballots != ballots:
        raise UrnRefused(f"l'urne reçue compte {report.ballots} bulletin(s), et non {ballots}")
    if set(heads) - set(report.found_heads):
        raise UrnRefused("l'urne reçue ne prolonge pas l'empreinte donnée")
    with archive.open("rb") as file:
        entries = read_archive(file, credentials=skip)
        # The Setup event comes first, and its objects in this order.
        parsed, trustees = Election.parse(next(entries).raw), check_trustees(next(entries).raw)
        tally = next(entry.raw for entry in entries if entry.hash == report.encrypted_tally)
    replaced = f" dont {report.replaced} remplacé(s)" if report.revoting else ""
    words = f"Archive vérifiée : {report.ballots} bulletin(s){replaced}, empreinte de l'urne {report.head}"
    return Urn(parsed, trustees, tally, words)
