"""What can be asked of a service: each method is a question or a command, and a command says what a repetition does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.runtime.contracts.messages import Health, Message, Nothing

Request = TypeVar("Request", bound=Message)
Answer = TypeVar("Answer", bound=Message)

QUESTION_SECONDS = 5.0
COMMAND_SECONDS = 10.0
CONDITION_SECONDS = 4.0
PASSWORD_SECONDS = 15.0
"""For what hashes or checks proofs, and waits its turn at opening time."""
COUNTING_SECONDS = 60.0
"""For an operator's question that counts the rows of a whole roll: a database that is busy is given the time for it, and
not a page's (services.runtime.storage.database)."""


GATEWAY = ("gateway",)
"""Who may call a method that says nothing else: process names, which are the names of broker accounts."""


@dataclass(frozen=True)
class Remembered:
    """The answer is kept under the caller's key in the transaction of the change, and given again. It holds no secret."""


@dataclass(frozen=True)
class Idempotent:
    """A repetition changes nothing more; `because` says why, in words."""

    because: str


@dataclass(frozen=True)
class NeverRepeated:
    """A second try is a second act: clients do not repeat it. `because` says why, in words."""

    because: str


@dataclass(frozen=True)
class Question(Generic[Request, Answer]):
    """A method that changes nothing.

    `hourly`: its calls are counted by the hour and have no line each (L1). `callers` are the only processes whose calls the
    broker lets through.
    """

    name: str
    request: type[Request]
    answer: type[Answer]
    seconds: float = QUESTION_SECONDS
    hourly: bool = False
    callers: tuple[str, ...] = GATEWAY


@dataclass(frozen=True)
class Command(Generic[Request, Answer]):
    """A method that changes something; `seconds` is how long a caller waits for each of its `tries`.

    One try, where whoever waits would rather be told that the service is silent. `hourly` and `callers` as for a question.
    """

    name: str
    request: type[Request]
    answer: type[Answer]
    repeated: Remembered | Idempotent | NeverRepeated
    seconds: float = COMMAND_SECONDS
    tries: int = 2
    hourly: bool = False
    callers: tuple[str, ...] = GATEWAY


HEALTH = Question("health", Nothing, Health, seconds=2.0)
"""Every service has it: raises where the database does not answer."""

AnyMethod = Question[Any, Any] | Command[Any, Any]


def table(*methods: AnyMethod) -> dict[str, AnyMethod]:
    """Name → method, `health` among them."""
    return {method.name: method for method in (HEALTH, *methods)}
