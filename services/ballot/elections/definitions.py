"""What an operator asks for as an election: what it may hold, and in what two of them differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from services.ballot.belenios import canonical, revoting
from services.ballot.belenios.election import Question
from services.ballot.belenios.errors import Malformed
from services.ballot.belenios.keys.credential import is_uuid
from services.ballot.contract.elections import CreateElection
from services.ballot.contract.limits import MOST_ANSWERS
from services.ballot.models import Election
from services.runtime.contracts.kinds import LEGAL_GRACE
from services.runtime.contracts.likeness import alike
from services.runtime.contracts.problems import Code as ProblemCode
from services.runtime.contracts.problems import invalid_request, problem


@dataclass(frozen=True)
class Definition:
    """What an operator asks for; a question's fields are the protocol's."""

    uuid: str
    voting_event: str
    name: str
    description: str
    questions: tuple[Question, ...]
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int = LEGAL_GRACE
    revoting: bool = False

    @classmethod
    def of(cls, request: CreateElection) -> Definition:
        """The definition that a request stands for."""
        questions = (Question(q.question, tuple(q.answers), q.blank, q.minimum, q.maximum) for q in request.questions)
        return cls(
            uuid=request.uuid,
            voting_event=request.voting_event,
            name=request.name,
            description=request.description,
            questions=tuple(questions),
            opens_at=request.opens_at,
            closes_at=request.closes_at,
            grace_minutes=request.grace_minutes,
            revoting=request.revoting,
        )

    def content(self) -> str:
        """Everything but the dates and identifiers, as one canonical text: equal texts are the same election."""
        return canonical.dumps(
            {
                "name": self.name,
                "description": self.description,
                "questions": [question.as_json() for question in self.questions],
            }
        )


def definition_of(election: Election) -> Definition:
    """What a draft, or an election that was one, was asked for as."""
    content = canonical.loads(election.definition)
    return Definition(
        uuid=election.uuid,
        voting_event=election.voting_event,
        name=content["name"],
        description=content["description"],
        questions=tuple(Question.parse(question) for question in content["questions"]),
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        grace_minutes=election.grace_minutes,
        revoting=election.revoting,
    )


def fields_of(definition: Definition) -> dict[str, object]:
    """All that a draft may be corrected in, by a name that says where it stands in the operator's file."""
    known = canonical.loads(definition.content())
    fields = {
        "name": known["name"],
        "description": known["description"],
        "opens_at": definition.opens_at.astimezone(UTC).isoformat(),
        "closes_at": definition.closes_at.astimezone(UTC).isoformat(),
        "grace_minutes": definition.grace_minutes,
        "revoting": definition.revoting,
    }
    for number, question in enumerate(known["questions"], 1):
        fields |= {f"questions[{number}].{name}": value for name, value in question.items() if name != "answers"}
        fields |= {f"questions[{number}].answers[{n}]": name for n, name in enumerate(question["answers"], 1)}
    return fields


def check(definition: Definition) -> None:
    """Raises Refusal invalid_request with the field at fault."""
    if not is_uuid(definition.uuid):
        raise invalid_request({"uuid": [problem(ProblemCode.WRONG_FORM)]})
    if definition.opens_at >= definition.closes_at:
        raise invalid_request({"closes_at": [problem(ProblemCode.NOT_AFTER_OPENING)]})
    if revoting.RULE in definition.description:
        # The urn writes it, where the setting says so: nobody is to read a rule that does not hold.
        raise invalid_request({"description": [problem(ProblemCode.CONTRADICTORY)]})
    if not definition.questions:
        raise invalid_request({"questions": [problem(ProblemCode.TOO_FEW, 1)]})
    for number, question in enumerate(definition.questions):
        try:
            question.checked()
        except Malformed as error:
            raise invalid_request({f"questions.{number}": [problem(ProblemCode.CONTRADICTORY)]}) from error
        if len(question.answers) > MOST_ANSWERS:
            raise invalid_request({f"questions.{number}.answers": [problem(ProblemCode.TOO_MANY, MOST_ANSWERS)]})
        if alike(question.answers):
            raise invalid_request({f"questions.{number}.answers": [problem(ProblemCode.REPEATED)]})
        if question.maximum == 0:
            raise invalid_request({f"questions.{number}.maximum": [problem(ProblemCode.TOO_SMALL, 1)]})
