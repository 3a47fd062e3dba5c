"""Entry points of another voting code: load → domain → dump."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.identity.contract import methods, reissue
from services.identity.contract.entrance import sessions as session_contract
from services.identity.hashing.line import hashing_place
from services.identity.reissue import requests, resending, rules, shared_phones
from services.identity.reissue.provider.entry_points import ProviderEntryPoints
from services.runtime.clock import utc_now
from services.runtime.contracts import problems
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command_in_steps, question
from services.runtime.storage.database import Database


class ReissueEntryPoints(ProviderEntryPoints):
    """What a voter asks who has lost the code."""

    def _reader(self, database: Database, token: str) -> str:
        """As `_voter`, for what opens its transactions itself."""
        with database.reading() as session:
            return self._voter(session, token)

    @question(methods.REISSUE_STANDING)
    def reissue_standing(self, request: session_contract.SessionToken, session: Session) -> reissue.ReissueStanding:
        """Tell what the voter may ask for, and what came of his last request."""
        voter_id = self._voter(session, request.session)
        settings = self.resources.settings
        provider = settings.oidc_name if settings.oidc_issuer else ""
        return rules.shown(rules.standing(session, voter_id, self._terms.most, utc_now()), provider)

    @command_in_steps(methods.ASK_REISSUE)
    def ask_reissue(self, request: reissue.AskReissue, database: Database) -> reissue.ReissueAsked:
        """Grant another code to who knows NUMEN and date of birth."""
        return requests.by_facts(
            database,
            self._terms,
            voter_id=self._reader(database, request.session),
            form=request.form,
            phone=request.phone,
            numen=request.numen,
            birth_date=request.birth_date,
            now=utc_now(),
        )

    @command_in_steps(methods.ANSWER_REISSUE)
    def answer_reissue(self, request: reissue.AnswerReissue, database: Database) -> reissue.LinkSent:
        """Mail a link to who knows the answer to the challenge."""
        voter_id = self._reader(database, request.session)
        with hashing_place(self.resources) as slow:
            until = requests.answer_challenge(
                database,
                slow,
                self._terms,
                voter_id=voter_id,
                answer=request.answer,
                birth_date=request.birth_date,
                now=utc_now(),
            )
        return reissue.LinkSent(until=until)

    @command_in_steps(methods.FOLLOW_REISSUE_LINK)
    def follow_reissue_link(self, request: reissue.FollowReissueLink, database: Database) -> reissue.ReissueAsked:
        """Grant another code to who follows the mailed link."""
        if (request.phone is None) == (request.browser_key is None):
            raise problems.invalid_request({"phone": [problems.problem(problems.Code.CONTRADICTORY)]})
        return requests.by_link(
            database,
            self._terms,
            voter_id=self._reader(database, request.session),
            token=request.token,
            phone=request.phone,
            browser_key=request.browser_key,
            now=utc_now(),
        )

    @command_in_steps(methods.RESEND_REISSUE)
    def resend_reissue(self, request: reissue.ResendReissue, database: Database) -> reissue.ReissueAsked:
        """Have a code that did not arrive sent again."""
        return resending.resend(
            database,
            self._terms,
            voter_id=self._reader(database, request.session),
            message=request.form,
            phone=request.phone,
            now=utc_now(),
        )

    @question(methods.LIST_SHARED_PHONES)
    def list_shared_phones(self, _request: Nothing, session: Session) -> reissue.SharedPhones:
        """List the numbers that too many voters wanted their codes sent to."""
        return reissue.SharedPhones(phones=shared_phones.newest(session))
