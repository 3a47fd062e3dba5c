"""Making and checking ballots (sections 4 and 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .backends import Disjunction, Statement, checks_of
from .canonical import dumps, fields, items, loads, string
from .election import Election, Question
from .errors import InvalidBallot, Malformed, NotCanonical
from .group import Group, Point
from .hashing import sha_b64, sha_hex
from .proofs import Ciphertext, Proof, encrypt, interval, interval_prefix, one_of, prove_knowledge, total

REASONS = frozenset(
    {
        "too-large",  # longer than any ballot of this election can be
        "malformed",  # not JSON, or a key, type or number of entries that the format does not have
        "not-canonical",  # the same content has another, canonical, text
        "wrong-election",  # uuid or election hash of another election
        "bad-credential",  # not a point of the group, or the identity
        "bad-scalar",  # a challenge or response out of range
        "bad-point",  # a ciphertext outside the prime-order subgroup
        "bad-signature",  # hash or signature of the ballot
        "bad-individual-proof",
        "bad-overall-proof",
        "bad-blank-proof",
    }
)

_SLACK = 4096
_KEYS = ("election_uuid", "election_hash", "credential", "answers", "signature")


@dataclass(frozen=True)
class CheckedBallot:
    """A ballot whose proofs hold. Whether its credential may vote, and has not yet, is the caller's question."""

    credential: str
    tracker: str
    object_hash: str
    raw: str = field(repr=False)
    choices: tuple[tuple[Ciphertext, ...], ...] = field(repr=False)


def tracker(raw: str) -> str:
    """The ballot tracker: B64 of the SHA-256 of the full ballot."""
    return sha_b64(raw)


def max_ballot_size(election: Election) -> int:
    """No ballot of this election is longer than this many bytes. Callers may refuse longer bodies unread."""
    # The slack lets a ballot that is wrong by a few characters be refused for what is wrong with it.
    scalar = "0" * len(str(election.group.q))
    point = election.public_key
    proof = {"challenge": scalar, "response": scalar}
    ciphertext = {"alpha": point, "beta": point}
    answers = []
    for question in election.questions:
        answer: dict[str, Any] = {
            "choices": [ciphertext] * question.length,
            "individual_proofs": [[proof, proof]] * question.length,
            "overall_proof": [proof] * _overall_length(question),
        }
        if question.blank:
            answer["blank_proof"] = [proof, proof]
        answers.append(answer)
    signature = {"hash": election.hash, "proof": proof}
    return len(dumps(dict(zip(_KEYS, (election.uuid, election.hash, point, answers, signature), strict=True)))) + _SLACK


def make_ballot(election: Election, secret: int, plaintexts: Sequence[Sequence[int]]) -> str:
    """A ballot for ``plaintexts`` (one list of bits a question), signed with the voter's ``secret``.

    Raises ValueError if the plaintexts are not a valid choice.
    """
    group = election.group
    credential = group.encode(group.base_mul(secret))
    if len(plaintexts) != len(election.questions):
        raise ValueError("one plaintext a question")
    unsigned: dict[str, Any] = {
        "election_uuid": election.uuid,
        "election_hash": election.hash,
        "credential": credential,
        "answers": [
            _make_answer(election, credential, question, plaintext)
            for question, plaintext in zip(election.questions, plaintexts, strict=True)
        ],
    }
    digest = sha_b64(dumps(unsigned))
    proof = prove_knowledge(group, secret, f"sig|{digest}|")
    return dumps(unsigned | {"signature": {"hash": digest, "proof": proof.as_json()}})


def check_ballot(election: Election, raw: str | bytes, max_size: int | None = None) -> CheckedBallot:
    """Every check of section 4.1 that needs no database. ``max_size`` spares recomputing ``max_ballot_size``.

    Raises InvalidBallot with a reason of REASONS.
    """
    group = election.group
    if len(raw) > (max_ballot_size(election) if max_size is None else max_size):
        raise InvalidBallot("too-large")
    try:
        value = loads(raw)
        fields(value, _KEYS)
        fields(value["signature"], ("hash", "proof"))
        answers = items(value["answers"], len(election.questions))
    except NotCanonical as error:
        raise InvalidBallot("not-canonical") from error
    except Malformed as error:
        raise InvalidBallot("malformed", str(error)) from error
    text = raw if isinstance(raw, str) else raw.decode("utf-8")
    if value["election_uuid"] != election.uuid or value["election_hash"] != election.hash:
        raise InvalidBallot("wrong-election")
    _check_signature(group, value)
    try:
        choices = tuple(
            _check_answer(election, value["credential"], question, answer)
            for question, answer in zip(election.questions, answers, strict=True)
        )
    except Malformed as error:
        raise _refusal(error) from error
    return CheckedBallot(value["credential"], tracker(text), sha_hex(text), text, choices)


def _refusal(error: Malformed) -> InvalidBallot:
    return InvalidBallot(error.reason if error.reason in REASONS else "malformed", str(error))


def _check_signature(group: Group, value: dict[str, Any]) -> None:
    try:
        credential = group.decode(value["credential"])
    except Malformed as error:
        raise InvalidBallot("bad-credential", str(error)) from error
    if credential == group.identity:
        # Whoever knows the discrete logarithm 0 would sign for everybody.
        raise InvalidBallot("bad-credential", "identity")
    digest = sha_b64(dumps({key: value[key] for key in _KEYS[:-1]}))
    try:
        proof = Proof.parse(group, value["signature"]["proof"])
        announced = string(value["signature"]["hash"])
    except Malformed as error:
        raise _refusal(error) from error
    if announced != digest or not checks_of(group).knows(credential, f"sig|{digest}|", proof):
        raise InvalidBallot("bad-signature")


def _overall_length(question: Question) -> int:
    return question.maximum - question.minimum + 1 + (1 if question.blank else 0)


def _context(group: Group, context: str, choices: Sequence[Ciphertext]) -> str:
    return f"{context}|" + ",".join(group.encode(point) for choice in choices for point in choice)


def _check_answer(election: Election, credential: str, question: Question, answer: Any) -> tuple[Ciphertext, ...]:
    group, key = election.group, election.key
    names = ("choices", "individual_proofs", "overall_proof") + (("blank_proof",) if question.blank else ())
    fields(answer, names)
    choices = _checked_choices(group, items(answer["choices"], question.length))
    individual = [
        [Proof.parse(group, proof) for proof in items(proofs, 2)]
        for proofs in items(answer["individual_proofs"], question.length)
    ]
    overall = [Proof.parse(group, p) for p in items(answer["overall_proof"], _overall_length(question))]
    blank = [Proof.parse(group, p) for p in items(answer["blank_proof"], 2)] if question.blank else []
    claims, reasons = _claims(group, f"{election.hash}|{credential}", question, choices, individual, overall, blank)
    failing = checks_of(group).first_failing(key, choices, claims)
    if failing is not None:
        raise InvalidBallot(reasons[failing])
    return choices


def _checked_choices(group: Group, values: Sequence[Any]) -> tuple[Ciphertext, ...]:
    choices = []
    for value in values:
        fields(value, ("alpha", "beta"))
        choices.append(Ciphertext(group.decode_trusted(value["alpha"]), group.decode_trusted(value["beta"])))
    if checks_of(group).first_outside([point for choice in choices for point in choice]) is not None:
        raise Malformed("bad-point", "not in the prime-order subgroup")
    return tuple(choices)


def _claims(
    group: Group,
    context: str,
    question: Question,
    choices: Sequence[Ciphertext],
    individual: Sequence[Sequence[Proof]],
    overall: Sequence[Proof],
    blank: Sequence[Proof],
) -> tuple[list[Disjunction], list[str]]:
    """All that an answer proves (sections 3.2 and 3.3), and the reason to refuse it for where that does not hold."""
    claims = [
        Disjunction(
            interval_prefix(group, context, choice), [Statement(i, i + 1, 0), Statement(i, i + 1, 1)], individual[i]
        )
        for i, choice in enumerate(choices)
    ]
    reasons = ["bad-individual-proof"] * len(claims)
    everything = _context(group, context, choices)
    numbers = range(question.minimum, question.maximum + 1)
    length = len(choices)
    if question.blank:
        first, rest = Statement(0, 1, 0), [Statement(1, length, number) for number in numbers]
        claims.append(Disjunction(f"bproof0|{everything}|", [first, Statement(1, length, 0)], blank))
        claims.append(Disjunction(f"bproof1|{everything}|", [first._replace(value=1), *rest], overall))
        return claims, [*reasons, "bad-blank-proof", "bad-overall-proof"]
    sums = checks_of(group).column_sums(2)
    for choice in choices:
        sums.add(choice)
    prefix = interval_prefix(group, everything, Ciphertext(*sums.sums()))
    claims.append(Disjunction(prefix, [Statement(0, length, number) for number in numbers], overall))
    return claims, [*reasons, "bad-overall-proof"]


def _blank_statements(group: Group, question: Question, first: Ciphertext, rest: Ciphertext) -> list[Ciphertext]:
    return [first.minus_plain(group, 1), *interval(group, rest, question.minimum, question.maximum)]


def _make_answer(election: Election, credential: str, question: Question, plaintext: Sequence[int]) -> dict[str, Any]:
    group, key = election.group, election.key
    _check_plaintext(question, plaintext)
    context = f"{election.hash}|{credential}"
    randoms = [group.random_scalar() for _ in plaintext]
    choices = [encrypt(group, key, m, r) for m, r in zip(plaintext, randoms, strict=True)]
    answer: dict[str, Any] = {
        "choices": [choice.as_json(group) for choice in choices],
        "individual_proofs": [
            _json(one_of(group, key, interval_prefix(group, context, c), interval(group, c, 0, 1), m, r))
            for c, m, r in zip(choices, plaintext, randoms, strict=True)
        ],
    }
    context = _context(group, context, choices)
    if question.blank:
        return answer | _blank_proofs(group, key, context, question, choices, plaintext, randoms)
    rest, randomness = total(group, choices), sum(randoms) % group.q
    statements = interval(group, rest, question.minimum, question.maximum)
    prefix = interval_prefix(group, context, rest)
    index = sum(plaintext) - question.minimum
    return answer | {"overall_proof": _json(one_of(group, key, prefix, statements, index, randomness))}


def _blank_proofs(
    group: Group,
    key: Point,
    context: str,
    question: Question,
    choices: Sequence[Ciphertext],
    plaintext: Sequence[int],
    randoms: Sequence[int],
) -> dict[str, Any]:
    # Section 3.3: "not blank, or nothing else chosen", then "blank, or a number of choices in the interval".
    first, rest = choices[0], total(group, choices[1:])
    r_first, r_rest = randoms[0], sum(randoms[1:]) % group.q
    is_blank = plaintext[0] == 1
    statements = _blank_statements(group, question, first, rest)
    index = 0 if is_blank else 1 + sum(plaintext[1:]) - question.minimum
    overall = one_of(group, key, f"bproof1|{context}|", statements, index, r_first if is_blank else r_rest)
    index, randomness = (1, r_rest) if is_blank else (0, r_first)
    blank = one_of(group, key, f"bproof0|{context}|", [first, rest], index, randomness)
    return {"overall_proof": _json(overall), "blank_proof": _json(blank)}


def _check_plaintext(question: Question, plaintext: Sequence[int]) -> None:
    if len(plaintext) != question.length or any(bit not in (0, 1) for bit in plaintext):
        raise ValueError(f"{question.length} bits expected")
    chosen = sum(plaintext[1:]) if question.blank else sum(plaintext)
    if question.blank and plaintext[0] == 1:
        if chosen:
            raise ValueError("a blank vote chooses nothing else")
    elif not question.minimum <= chosen <= question.maximum:
        raise ValueError(f"{question.minimum} to {question.maximum} choices expected")


def _json(proofs: Sequence[Proof]) -> list[dict[str, str]]:
    return [proof.as_json() for proof in proofs]
