"""One mock election from its keys to its verified result, each step checked and noted: what the board has before it seals.

A check that does not hold ends it: what would come after says nothing any more. What the machine lacks (a full disk) is no
finding, and passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from services.ballot.belenios.election import Question
from services.ballot.contract.ballots import Receipt
from services.ballot.contract.mock import Check, MockAnswer, MockElection, MockLine, MockQuestion
from services.ballot.contract.refusals import Code
from services.ballot.elections.definitions import Definition
from services.ballot.mock.mock_urn import MockUrn, Shape
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database

ABSENT = 2
"""Voters who cast no ballot that counts: one comes too late, one not at all."""
Seen = tuple[int | None, str]
"""How many, and what else there is to say."""


class NotSo(Exception):
    """A check that does not hold; its words say what was seen."""


def hold(
    draft: Definition,
    shape: Shape,
    ballots: int,
    place: tuple[Database, Path],
    trace: Callable[[str], int],
    report: Callable[[int], None],
) -> MockElection:
    """Hold the mock election of a draft.

    Args:
        draft: the election's definition.
        shape: of each group of holders (threshold, size).
        ballots: how many are cast.
        place: the database of mock elections, and the folder of their archives; whoever made them throws them away.
        trace: how many rows the real urn has of an election by its uuid, besides its draft and its codes.
        report: told how many ballots were cast; it may end the work by raising.

    Returns:
        Its minutes, up to the first check that did not hold.
    """
    held = _Held(draft, shape, ballots, place, trace, report)
    lines = held.lines()
    return MockElection(election=draft.uuid, name=held.name, lines=lines, questions=held.questions())


def choice(question: Question, number: int) -> list[int]:
    """The answer of the voter of that number: all lists in turn, and a blank vote where there is one."""
    lists = len(question.answers)
    turn = number % (lists + question.blank)
    if question.blank and turn == lists:
        return [1] + [0] * lists
    most = max(1, question.maximum if number % 2 else question.minimum)
    chosen = {(turn + more) % lists for more in range(most)}
    return [0] * question.blank + [int(place in chosen) for place in range(lists)]


class _Held:
    def __init__(
        self,
        draft: Definition,
        shape: Shape,
        ballots: int,
        place: tuple[Database, Path],
        trace: Callable[[str], int],
        report: Callable[[int], None],
    ) -> None:
        self._draft, self._shape, self._ballots = draft, shape, ballots
        self._database, self._folder = place
        self._trace, self._report = trace, report
        self._before = trace(draft.uuid)
        self._urn: MockUrn | None = None
        self._received = 0
        self._again = 0
        self._first = ""
        self._given: Receipt | None = None
        self._encrypted = ""
        self._counted: list[list[int]] | None = None
        self._choices = [[choice(question, number) for question in draft.questions] for number in range(ballots)]
        self.name = draft.name
        self._steps: dict[Check, Callable[[], Seen]] = {
            Check.KEYS: self._keys,
            Check.SEALED: self._seal,
            Check.CAST: self._cast,
            Check.RECEIPT: self._receipt,
            Check.SECOND: self._second,
            Check.FOREIGN: self._foreign,
            Check.CLOSED: self._close,
            Check.LATE: self._late,
            Check.TOO_FEW: self._too_few,
            Check.UNSEALED: self._unseal,
            Check.COUNTED: self._count,
            Check.VERIFIED: self._verify,
            Check.NO_TRACE: self._no_trace,
        }

    def lines(self) -> list[MockLine]:
        """The checks, in order, up to the first that does not hold."""
        done: list[MockLine] = []
        for check in Check:
            done.append(self._line(check))
            if not done[-1].held:
                break
        return done

    def questions(self) -> list[MockQuestion]:
        """What was cast and what was counted."""
        return [self._question(number, question) for number, question in enumerate(self._draft.questions)]

    def _question(self, number: int, question: Question) -> MockQuestion:
        cast = [sum(column) for column in zip(*(one[number] for one in self._choices), strict=True)]
        counted: Sequence[int | None] = [None] * len(cast) if self._counted is None else self._counted[number]
        names = [None] * question.blank + list(question.answers)
        rows = [
            MockAnswer(answer=name, cast=was, counted=now) for name, was, now in zip(names, cast, counted, strict=True)
        ]
        # A blank vote is the last thing that is said of a question.
        return MockQuestion(question=question.question, answers=rows[question.blank :] + rows[: question.blank])

    def _line(self, check: Check) -> MockLine:
        self._report(self._received)
        try:
            count, detail = self._steps[check]()
        except NotSo as difference:
            return MockLine(check=check, held=False, detail=str(difference))
        except Refusal as refusal:
            return MockLine(check=check, held=False, detail=refusal.code)
        except (ArithmeticError, LookupError, ValueError) as error:
            return MockLine(check=check, held=False, detail=type(error).__name__)
        return MockLine(check=check, held=True, count=count, detail=detail)

    @property
    def _own(self) -> MockUrn:
        if self._urn is None:
            raise LookupError("no urn")
        return self._urn

    def _keys(self) -> Seen:
        self._urn = MockUrn.of(self._draft, self._shape, self._database)
        self.name = self._urn.definition.name
        return len(self._urn.keys), ", ".join(f"{threshold}/{size}" for threshold, size in self._shape)

    def _seal(self) -> Seen:
        voters = self._ballots + ABSENT
        return voters, self._own.seal(voters)

    def _cast(self) -> Seen:
        for voter, choices in enumerate(self._choices):
            ballot = self._own.ballot(voter, choices)
            given = self._own.cast(voter, ballot)
            if voter == 0:
                self._first, self._given = ballot, given
            if not self._own.receipt_holds(given):
                raise NotSo(given.tracker)
            self._received = voter + 1
            self._report(self._received)
        return self._ballots, ""

    def _receipt(self) -> Seen:
        again = self._own.cast(0, self._first)
        if again != self._given:
            raise NotSo(again.tracker)
        return None, again.tracker

    def _second(self) -> Seen:
        if self._draft.revoting:
            # The voter changes his mind: what he chose second is what is to be counted.
            self._own.cast(0, self._own.ballot(0, self._choices[1]))
            self._choices[0] = self._choices[1]
            self._again = 1
            return None, ""
        return self._refused(Code.ALREADY_VOTED, lambda: self._own.cast(0, self._own.ballot(0, self._choices[1])))

    def _foreign(self) -> Seen:
        late = self._ballots
        ballot = self._own.ballot(late, self._choices[0])
        return self._refused(Code.CREDENTIAL_NOT_YOURS, lambda: self._own.cast(late + 1, ballot))

    def _close(self) -> Seen:
        ballots = self._own.close()
        if ballots != self._ballots + self._again:
            raise NotSo(str(ballots))
        return ballots, ""

    def _late(self) -> Seen:
        late = self._ballots
        ballot = self._own.ballot(late, self._choices[0])
        return self._refused(Code.ELECTION_CLOSED, lambda: self._own.cast(late, ballot, self._own.during))

    def _too_few(self) -> Seen:
        self._encrypted = self._own.add_up()
        needed = self._needed()
        for owner in needed[:-1]:
            self._own.bring_share(owner, self._encrypted)
        self._refused(Code.DECRYPTIONS_MISSING, self._own.publish)
        return len(needed) - 1, ""

    def _unseal(self) -> Seen:
        needed = self._needed()
        self._own.bring_share(needed[-1], self._encrypted)
        return len(needed), ""

    def _count(self) -> Seen:
        self._counted = self._own.publish()
        cast = [[sum(column) for column in zip(*answers, strict=True)] for answers in zip(*self._choices, strict=True)]
        if self._counted != cast:
            raise NotSo(str(self._counted))
        return self._ballots, ""

    def _needed(self) -> list[int]:
        """Holders who are enough: the first of each group."""
        first = 1
        needed: list[int] = []
        for threshold, size in self._shape:
            needed += range(first, first + threshold)
            first += size
        return needed

    def _verify(self) -> Seen:
        found = self._own.verified(self._folder)
        if not found.finished:
            raise NotSo("archive" if found.fault is None else found.fault.code)
        return found.ballots, found.head or ""

    def _no_trace(self) -> Seen:
        if self._trace(self._draft.uuid) != self._before or self._trace(self._own.uuid):
            raise NotSo(self._draft.uuid)
        return 0, ""

    @staticmethod
    def _refused(code: Code, attempt: Callable[[], object]) -> Seen:
        """What must be refused, and is."""
        try:
            attempt()
        except Refusal as refusal:
            if refusal.code != code:
                raise
            return None, ""
        raise NotSo(code)
