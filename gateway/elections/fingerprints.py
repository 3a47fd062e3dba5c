"""The short fingerprint of a sealed election, by identity's word (docs/adr/0029)."""

from dataclasses import dataclass

from gateway.clients import services
from services.ballot.contract.elections import Described
from services.identity.contract.event import sealings
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault


@dataclass(frozen=True)
class Fingerprint:
    """What people compare: the short form that identity recorded at sealing, '' where it does not say.

    `is_the_urns`: the urn tells the same. Where it does not, booths refuse this election.
    """

    short: str
    is_the_urns: bool


def fingerprint_of(uuid: str, election: Described) -> Fingerprint | None:
    """The fingerprint of a sealed election, by identity's word; None before the sealing, or while identity does not say."""
    if not election.election_hash:
        return None
    try:
        sealed = services().identity.sealing(uuid).fingerprint
    except (Refusal, RpcTimeout, RpcUnavailable, ServiceFault):
        return None
    return Fingerprint(sealings.short_form(sealed), sealed == election.election_hash)
