"""The voter client of rehearsals against the real gateway on a loopback port, over the fake bus."""

import pytest

from deploy.rehearsal.voter import Voter, VoterRefused
from services.runtime.contracts.client import RpcUnavailable
from services.runtime.refusals import Refusal
from tests.unit.gateway.fake_rpc import LINK_TOKEN, SESSION, FakeRpc

PASSWORD = "2022jevote-CGTI"


def test_an_activation_done_but_answered_by_an_error_is_told_as_used(address: str, rpc: FakeRpc) -> None:
    """identity died between the activation and the description of the voter: the browser has a session already."""
    voter = Voter(address, patience=60)
    rpc.table["identity", "activate"] = [{"session": SESSION}, Refusal("link_used")]
    rpc.table["identity", "resume_session"] = [RpcUnavailable("identity"), rpc.table["identity", "resume_session"]]
    with pytest.raises(VoterRefused) as refused:
        voter.activate(f"{address}/lien/{LINK_TOKEN}", PASSWORD)
    assert refused.value.code == "link_used"
    voter.log_in("ada@academie.example", PASSWORD)
    voter.log_out()
    assert rpc.made("identity", "close_session")
