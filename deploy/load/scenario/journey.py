"""One voter at an opening: comes, logs in, reads, votes, leaves; mistypes, loses the code, reloads, retries as people do.

Pages are loaded as a browser would, and what is sent goes by the API that the booth uses. Nothing here knows of Locust.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import requests

from deploy.load.preparation.ballots import make_one
from deploy.load.preparation.credentials import InHand, LoadEvent, MadeBallot
from deploy.load.profiles.profile import Profile, dice
from deploy.load.scenario import ledger as of_kind
from deploy.load.scenario.ledger import Ledger
from deploy.rehearsal.mailbox import Mailboxes, NoSuchMail
from deploy.rehearsal.voter import AWAY, CUT_OFF, LIMITED, NoCode, Prepared, ReceiptMismatch, Voter, VoterRefused

Done = TypeVar("Done")

RELOADS = 3
AGAIN = AWAY | {LIMITED, 0}
"""Statuses after which people try again."""
LINK_SECONDS = 120.0
WAITING_ROOM = "waiting_room"
LONGEST_WAIT = 3600.0
"""How long somebody stays in the waiting room."""


class GaveUp(Exception):
    """This voter leaves without having voted everywhere; the message is the step."""


class Journey:
    """One voter's visit.

    Args:
        voter: Speaks with the portal.
        browse: Loads a page of the portal and what it brings; raises VoterRefused or CUT_OFF.
        hand: What the voter has in hand.
        event: What is voted on.
        profile: How voters behave.
        ballots: Ballots that were made beforehand.
        ledger: Where everything is written down.
        mailboxes: Where a mailed link arrives; None where that is somewhere else, and nobody loses a code then.
        pause: Waits for so many seconds.
    """

    def __init__(
        self,
        voter: Voter,
        browse: Callable[[str], None],
        hand: InHand,
        event: LoadEvent,
        profile: Profile,
        ballots: Mapping[tuple[str, str], MadeBallot],
        ledger: Ledger,
        mailboxes: Mailboxes | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._voter, self._browse, self._hand, self._event = voter, browse, hand, event
        self._profile, self._ballots, self._ledger, self._mailboxes = profile, ballots, ledger, mailboxes
        self._pause = pause
        self._code = hand.code
        self._dice = dice("journey", profile.name, hand.identifier)

    def run(self) -> None:
        """The whole visit; whoever gives up leaves, and that is written down."""
        who = self._hand.identifier
        self._ledger.write(of_kind.ARRIVED, who)
        try:
            self._visit()
            self._ledger.write(of_kind.LEFT, who)
        except GaveUp as step:
            self._ledger.write(of_kind.GAVE_UP, who, step=str(step))
        except (NoSuchMail, NoCode):
            self._ledger.write(of_kind.REFUSED, who, step="reissue_code", code="not_delivered", impatient=False)
            self._ledger.write(of_kind.GAVE_UP, who, step="reissue_code")

    def _visit(self) -> None:
        self._step("arrival", lambda: self._browse("/"))
        self._think("typing")
        self._enter()
        self._step("home", lambda: self._browse("/accueil"))
        if self._does("reloads"):
            for _ in range(RELOADS):
                self._step("home", lambda: self._browse("/accueil"))
        for number, (election, choice) in enumerate(self._hand.choices.items()):
            self._think("reading")
            self._step("lists", lambda: self._browse(f"/mes-scrutins/{election}/listes"))  # noqa: B023
            self._think("reading")
            if number == 0 and self._mailboxes is not None and self._does("reissue"):
                self._another_code(self._mailboxes)
            self._vote(election, choice)
        self._step("log_out", self._voter.log_out)

    def _enter(self) -> None:
        hand, voter = self._hand, self._voter
        if hand.link:
            self._step("activation", lambda: voter.activate(hand.link, hand.password, hand.answer), {"link_used"})
            # A repeated activation whose answer was lost leaves no session here: the password does.
            if not self._signed_in():
                self._step("log_in", lambda: voter.log_in(hand.identifier, hand.password))
            return
        if self._does("wrong_password"):
            wrong = {"log_in_refused"}
            self._step("wrong_password", lambda: voter.log_in(hand.identifier, hand.password + "?"), wrong)
            self._think("typing")
        self._step("log_in", lambda: voter.log_in(hand.identifier, hand.password))

    def _signed_in(self) -> bool:
        return self._step("home", self._voter.is_signed_in)

    def _another_code(self, mailboxes: Mailboxes) -> None:
        hand, voter = self._hand, self._voter
        earlier = len(mailboxes.links(hand.identifier))
        self._step("reissue_asked", lambda: voter.ask_for_another_code(hand.answer))
        began = time.monotonic()
        link = mailboxes.wait_for_link(hand.identifier, LINK_SECONDS, earlier)
        self._ledger.write(of_kind.STEP, hand.identifier, step="reissue_mail", seconds=_since(began), outcome="ok")
        self._code = self._step("reissue_code", lambda: voter.another_code(link))

    def _vote(self, election: str, choice: int) -> None:
        self._step("booth_page", lambda: self._browse(f"/voter/{election}"))
        booth = self._step("permit", lambda: self._voter.enter_booth(election))
        made = self._ballots.get((self._hand.identifier, election)) if self._code == self._hand.code else None
        made = made or make_one(self._event, election, self._code, choice)
        self._think("choosing")
        prepared = Prepared(election, booth.permit, made.ballot, made.tracker)
        who = self._hand.identifier
        self._ledger.write(of_kind.SENT, who, election=election, tracker=made.tracker)
        if self._does("impatient"):
            self._cut_short(prepared)
        times = 2 if self._does("sends_again") else 1
        for _ in range(times):
            receipt = self._step("cast", lambda: self._voter.cast(prepared))
            self._ledger.write(of_kind.ACKNOWLEDGED, who, election=election, tracker=receipt["tracker"])

    def _cut_short(self, prepared: Prepared) -> None:
        """Send the ballot, wait for no longer than patience lasts; whatever comes, the same ballot is sent again after."""
        usual, self._voter.timeout = self._voter.timeout, self._profile.patience_seconds
        try:
            receipt = self._voter.cast(prepared)
            self._ledger.write(
                of_kind.ACKNOWLEDGED, self._hand.identifier, election=prepared.election, tracker=receipt["tracker"]
            )
        except (VoterRefused, *CUT_OFF) as error:
            self._refused("cast", error, impatient=True)
        finally:
            self._voter.timeout = usual

    def _step(self, name: str, act: Callable[[], Done], expected: frozenset[str] | set[str] = frozenset()) -> Done:
        """Do one thing as often as people try; the time of each try is written down, refused or not.

        Raises:
            GaveUp: refused for good, or too often.
        """
        for _ in range(self._profile.tries):
            began = time.monotonic()
            try:
                done, began = self._through_the_door(act)
            except (VoterRefused, ReceiptMismatch, *CUT_OFF) as error:
                code = kind_of_refusal(error)
                self._ledger.write(of_kind.STEP, self._hand.identifier, step=name, seconds=_since(began), outcome=code)
                if code in expected:
                    return None  # type: ignore[return-value]
                self._refused(name, error)
                if isinstance(error, ReceiptMismatch) or (
                    isinstance(error, VoterRefused) and error.status not in AGAIN
                ):
                    break
                self._come_again(error)
            else:
                self._ledger.write(of_kind.STEP, self._hand.identifier, step=name, seconds=_since(began), outcome="ok")
                return done
        raise GaveUp(name)

    def _through_the_door(self, act: Callable[[], Done]) -> tuple[Done, float]:
        """Do it, waiting in the waiting room for as long as that asks; when the try began that nobody held up.

        The page of those who wait asks again by itself, so that nobody loses patience by it.
        """
        who, stays_until, waited = self._hand.identifier, time.monotonic() + LONGEST_WAIT, False
        while True:
            began = time.monotonic()
            held: VoterRefused | None = None
            try:
                done = act()
            except VoterRefused as refused:
                held = refused if refused.code == WAITING_ROOM else None
                if held is None or began > stays_until:
                    self._note_let_in(waited)
                    raise
            if held is None:
                self._note_let_in(waited)
                return done, began
            told = {name: held.details.get(name) for name in ("ahead", "minutes_left", "seconds")}
            self._ledger.write(of_kind.WAITS, who, door=self._voter.base_url, took=_since(began), **told)
            waited = True
            self._pause(float(told["seconds"] or 15))

    def _note_let_in(self, waited: bool) -> None:
        if waited:
            self._ledger.write(of_kind.LET_IN, self._hand.identifier, door=self._voter.base_url)

    def _come_again(self, error: Exception) -> None:
        """Pause before the next try: as long as was asked for, where this voter does as he is told."""
        told = error.details.get("seconds") if isinstance(error, VoterRefused) else None
        if isinstance(told, int | float) and self._does("obeys"):
            self._pause(float(told))
        self._think("again")

    def _refused(self, step: str, error: Exception, *, impatient: bool = False) -> None:
        code = kind_of_refusal(error)
        self._ledger.write(of_kind.REFUSED, self._hand.identifier, step=step, code=code, impatient=impatient)

    def _does(self, what: str) -> bool:
        return self._profile.does(what, self._hand.identifier)

    def _think(self, about: str) -> None:
        shortest, longest = getattr(self._profile.think, about)
        self._pause(self._dice.uniform(shortest, longest))


def kind_of_refusal(error: Exception) -> str:
    """A refusal in one word: the portal's own code, or how the connection ended."""
    if isinstance(error, VoterRefused):
        return error.code
    if isinstance(error, requests.Timeout):
        return "timeout"
    return "receipt_mismatch" if isinstance(error, ReceiptMismatch) else "cut_off"


def _since(began: float) -> float:
    return round(time.monotonic() - began, 4)
