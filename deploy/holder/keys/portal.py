"""What a holder's device asks of the portal, with the holder's personal token."""

from __future__ import annotations

from deploy.operator.client import OperatorClient, Payload


class HolderPortal(OperatorClient):
    """The part of the operator API that the members of the board use."""

    def ceremony(self, voting_event: str) -> Payload:
        """How far the ceremony is, with what the others wrote to one's own keys. Refusal: ceremony_unknown."""
        return self.command("own-ceremony", {"voting_event": voting_event})

    def bring(self, ceremony: Payload, owner: int, step: str, content: str) -> None:
        """Hand a message of one step over. Refusals: ceremony_elsewhere, key_not_yours, key_message_invalid."""
        self.command(
            "bring-key-message",
            {
                "voting_event": ceremony["voting_event"],
                "round": ceremony["round"],
                "owner": owner,
                "step": step,
                "content": content,
            },
        )

    def tally_keys(self, election: str) -> Payload:
        """Which keys of an election are in: {keys, groups, enough}."""
        return self.command("tally-keys", {"election": election})

    def bring_share(self, election: str, owner: int, share: str) -> list[int]:
        """Hand a share of the decryption over; the owners received. Refusals: key_not_usable, decryption_invalid."""
        payload = {"election": election, "owner": owner, "partial_decryption": share}
        received: list[int] = self.command("bring-share", payload)["received"]
        return received

    def replace(self, voting_event: str, owner: int, reason: str) -> None:
        """Have the substitute who holds `owner` take the delegate's place. Refusals: key_not_yours, key_not_usable."""
        self.command("replace-holder", {"voting_event": voting_event, "owner": owner, "reason": reason})
