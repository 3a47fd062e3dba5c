"""Entry points of the key ceremony and of the keys at the tally."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.ballot.ceremony import holding, progress, shares
from services.ballot.contract import ceremony as contract
from services.ballot.contract import methods
from services.ballot.contract.elections import OfElection
from services.ballot.contract.tally import DecryptionReceived
from services.ballot.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command, command_in_steps, question
from services.runtime.hosting.resource_provider import provide
from services.runtime.storage.database import Database


class CeremonyEntryPoints:
    """Whatever concerns the keys of the board."""

    resources = provide(Settings)

    @command(methods.OPEN_CEREMONY)
    def open_ceremony(self, request: contract.OpenCeremony, session: Session) -> Nothing:
        """Name the holders of the keys."""
        holding.open_ceremony(session, request, utc_now())
        return Nothing()

    @question(methods.CEREMONY)
    def ceremony(self, request: contract.OfCeremony, session: Session) -> contract.Ceremony:
        """How far the ceremony is."""
        return progress.look(session, request)

    @command_in_steps(methods.BRING_KEY_MESSAGE)
    def bring_key_message(self, request: contract.BringKeyMessage, database: Database) -> Nothing:
        """Take a holder's message."""
        holding.bring(database, request)
        return Nothing()

    @command(methods.REPLACE_HOLDER)
    def replace_holder(self, request: contract.ReplaceHolder, session: Session) -> Nothing:
        """Have a substitute take a delegate's place."""
        shares.replace(session, request, utc_now())
        return Nothing()

    @command_in_steps(methods.BRING_SHARE)
    def bring_share(self, request: contract.BringShare, database: Database) -> DecryptionReceived:
        """Keep a holder's share of the decryption."""
        return DecryptionReceived(received=shares.bring(database, request))

    @question(methods.TALLY_KEYS)
    def tally_keys(self, request: OfElection, session: Session) -> contract.TallyKeys:
        """Which keys are in and which are missing."""
        return shares.tally_keys(session, request.election)
