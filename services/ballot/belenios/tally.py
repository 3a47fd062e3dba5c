"""Homomorphic tally, partial decryptions and result (section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

from .backends import ColumnSums, checks_of
from .ballot import CheckedBallot
from .canonical import dumps, fields, items, loads
from .election import Election
from .errors import InvalidPartialDecryption, InvalidTally, Malformed
from .group import Group, Point
from .hashing import sha_hex
from .keys.trustees import Owner, TrusteeItem, Trustees
from .proofs import Ciphertext, Proof, check_decryption, prove_decryption

# Counts up to here are JSON numbers, beyond it strings (section 1).
LARGEST_NUMBER = 1_073_741_823

_LARGE_COUNT = re.compile(r"[1-9][0-9]{9,14}")

Tally = tuple[tuple[Ciphertext, ...], ...]


class TallyAccumulator:
    """The encrypted tally of the ballots added so far; adding is commutative, so parts can be merged."""

    def __init__(self, election: Election) -> None:
        self._election = election
        columns = 2 * sum(question.length for question in election.questions)
        self._columns = columns
        self._sums = checks_of(election.group).column_sums(columns)
        self._removed: ColumnSums | None = None
        self.count = 0

    def add(self, choices: Sequence[Sequence[Ciphertext]], count: int = 1) -> None:
        """Add the choices of one checked ballot, or the tally of ``count`` ballots."""
        self._sums.add([point for answer in choices for choice in answer for point in choice])
        self.count += count

    def remove(self, choices: Sequence[Sequence[Ciphertext]]) -> None:
        """Take out the choices of one ballot that was added, or is about to be."""
        if self._removed is None:
            self._removed = checks_of(self._election.group).column_sums(self._columns)
        self._removed.add([point for answer in choices for choice in answer for point in choice])
        self.count -= 1

    def tally(self) -> Tally:
        """The ciphertexts so far."""
        sums = self._sums.sums()
        if self._removed is not None:
            sums = list(map(self._election.group.sub, sums, self._removed.sums()))
        points = iter(sums)
        return tuple(
            tuple(Ciphertext(next(points), next(points)) for _ in range(question.length))
            for question in self._election.questions
        )

    def raw(self) -> str:
        """The encrypted tally as published."""
        return dumps([[c.as_json(self._election.group) for c in answer] for answer in self.tally()])


@dataclass(frozen=True)
class SizedTally:
    """How many ballots were tallied, and the name of the encrypted tally."""

    num_tallied: int
    total_weight: int
    encrypted_tally: str

    @classmethod
    def parse(cls, raw: str) -> SizedTally:
        """Parse strictly. Raises Malformed."""
        value = fields(loads(raw), ("num_tallied", "total_weight", "encrypted_tally"))
        name = value["encrypted_tally"]
        if not isinstance(name, str):
            raise Malformed("wrong-shape", "encrypted_tally")
        return cls(parse_count(value["num_tallied"]), parse_count(value["total_weight"]), name)


def encrypted_tally(election: Election, ballots_raw: Iterable[str]) -> str:
    """The encrypted tally of ballots that have all passed ``check_ballot``; their proofs are not checked again.

    One ballot a credential, the last: the urn's own constraints say which those are; a set of all of them here would grow
    with the urn. Raises Malformed.
    """
    accumulator = TallyAccumulator(election)
    for raw in ballots_raw:
        accumulator.add(choices_of(election, raw))
    return accumulator.raw()


def choices_of(election: Election, raw: str) -> Tally:
    """The ciphertexts of a ballot that has passed ``check_ballot``. Raises Malformed."""
    decode = election.group.decode_trusted
    return tuple(
        tuple(Ciphertext(decode(choice["alpha"]), decode(choice["beta"])) for choice in answer["choices"])
        for answer in loads(raw)["answers"]
    )


def encrypted_tally_of(election: Election, ballots: Iterable[CheckedBallot]) -> str:
    """Like ``encrypted_tally``, of ballots just checked."""
    accumulator = TallyAccumulator(election)
    for ballot in ballots:
        accumulator.add(ballot.choices)
    return accumulator.raw()


def sized_encrypted_tally(num_tallied: int, encrypted_tally_raw: str, total_weight: int | None = None) -> str:
    """The object that the EncryptedTally event names. All weights are 1 unless ``total_weight`` is given."""
    weight = num_tallied if total_weight is None else total_weight
    return dumps(
        {
            "num_tallied": num_tallied,
            "total_weight": count_as_json(weight),
            "encrypted_tally": sha_hex(encrypted_tally_raw),
        }
    )


def count_as_json(count: int) -> int | str:
    """A count as the protocol writes it."""
    return count if count <= LARGEST_NUMBER else str(count)


def parse_count(value: Any) -> int:
    """A count as the protocol writes it. Raises Malformed("bad-number")."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER:
        return value
    if isinstance(value, str) and _LARGE_COUNT.fullmatch(value) and int(value) > LARGEST_NUMBER:
        return int(value)
    raise Malformed("bad-number", "not a count")


def parse_encrypted_tally(election: Election, raw: str) -> Tally:
    """Parse strictly, all points in the subgroup. Raises Malformed."""
    answers = items(loads(raw), len(election.questions))
    return tuple(
        tuple(Ciphertext.parse(election.group, c) for c in items(answer, question.length))
        for question, answer in zip(election.questions, answers, strict=True)
    )


def _decryption_prefix(election: Election, public_key: str) -> str:
    return f"decrypt|{election.hash}|{public_key}|"


def partial_decryption(election: Election, encrypted_tally_raw: str, secret: int) -> str:
    """What a holder publishes: his factor for every ciphertext, with proofs. Raises Malformed."""
    group = election.group
    prefix = _decryption_prefix(election, group.encode(group.base_mul(secret)))
    tally = parse_encrypted_tally(election, encrypted_tally_raw)
    factors = [[group.encode(group.mul(c.alpha, secret)) for c in answer] for answer in tally]
    proofs = [[prove_decryption(group, c.alpha, secret, prefix).as_json() for c in answer] for answer in tally]
    return dumps({"decryption_factors": factors, "decryption_proofs": proofs})


def check_partial_decryption(
    election: Election, trustees: Trustees, owner: int, encrypted_tally_raw: str, raw: str
) -> tuple[tuple[Point, ...], ...]:
    """The decryption factors of holder ``owner`` (from 1), checked.

    Raises InvalidPartialDecryption (unknown-owner, malformed, bad-proof); Malformed for a bad encrypted tally.
    """
    if not 1 <= owner <= len(trustees.owners):
        raise InvalidPartialDecryption("unknown-owner")
    tally = parse_encrypted_tally(election, encrypted_tally_raw)
    return _checked_factors(election, trustees.owners[owner - 1], tally, raw)


def _checked_factors(election: Election, owner: Owner, tally: Tally, raw: str) -> tuple[tuple[Point, ...], ...]:
    group = election.group
    prefix = _decryption_prefix(election, owner.public_key)
    factors: list[tuple[Point, ...]] = []
    try:
        value = fields(loads(raw), ("decryption_factors", "decryption_proofs"))
        rows = items(value["decryption_factors"], len(tally))
        proof_rows = items(value["decryption_proofs"], len(tally))
        for answer, row, proof_row in zip(tally, rows, proof_rows, strict=True):
            points = tuple(group.decode(factor) for factor in items(row, len(answer)))
            proofs = [Proof.parse(group, proof) for proof in items(proof_row, len(answer))]
            for ciphertext, factor, proof in zip(answer, points, proofs, strict=True):
                if not check_decryption(group, owner.point, ciphertext.alpha, factor, prefix, proof):
                    raise InvalidPartialDecryption("bad-proof", f"holder {owner.owner}")
            factors.append(points)
    except Malformed as error:
        raise InvalidPartialDecryption("malformed", str(error)) from error
    return tuple(factors)


def enough(trustees: Trustees, owners: Iterable[int]) -> bool:
    """Whether these owners can decrypt: all items, as many holders of each as its threshold."""
    present = set(owners)
    return all(sum(o.owner in present for o in item.owners) >= item.threshold for item in trustees.items)


def compute_result(
    election: Election,
    trustees: Trustees,
    sized_raw: str,
    encrypted_tally_raw: str,
    partial_decryptions: Mapping[int, str],
) -> str:
    """The result, from checked partial decryptions of enough holders of every item.

    Raises InvalidTally (wrong-encrypted-tally, too-many-ballots, wrong-key, not-enough-holders, no-result),
    InvalidPartialDecryption, Malformed.
    """
    sized = SizedTally.parse(sized_raw)
    if sized.encrypted_tally != sha_hex(encrypted_tally_raw):
        raise InvalidTally("wrong-encrypted-tally")
    if sized.total_weight > LARGEST_NUMBER:
        # The search for the counts takes the square root of this; no electorate is that large.
        raise InvalidTally("too-many-ballots")
    tally = parse_encrypted_tally(election, encrypted_tally_raw)
    factors = {
        owner: check_partial_decryption(election, trustees, owner, encrypted_tally_raw, raw)
        for owner, raw in partial_decryptions.items()
    }
    powers = decrypted_powers(election, trustees, tally, factors)
    logarithm = DiscreteLogarithm(election.group, sized.total_weight)
    return dumps({"result": [[count_as_json(logarithm.of(power)) for power in row] for row in powers]})


def decrypted_powers(
    election: Election, trustees: Trustees, tally: Tally, factors: Mapping[int, Sequence[Sequence[Point]]]
) -> list[list[Point]]:
    """g^n for every count n, from checked factors. Raises InvalidTally (wrong-key, not-enough-holders)."""
    group = election.group
    if trustees.public_key != election.public_key:
        raise InvalidTally("wrong-key")
    if not enough(trustees, factors):
        raise InvalidTally("not-enough-holders")
    weights: dict[int, int] = {}
    for item in trustees.items:
        weights |= _lagrange(group, item, factors)
    return [
        [
            group.sub(c.beta, group.sum(group.mul(factors[owner][i][j], w) for owner, w in weights.items()))
            for j, c in enumerate(answer)
        ]
        for i, answer in enumerate(tally)
    ]


def _lagrange(group: Group, item: TrusteeItem, present: Mapping[int, object]) -> dict[int, int]:
    # The first t holders present, each with lambda_j = prod k/(k-j) over the others k.
    chosen = [o for o in item.owners if o.owner in present][: item.threshold]
    weights = {}
    for owner in chosen:
        weight = 1
        for other in chosen:
            if other.index != owner.index:
                weight = weight * other.index * pow(other.index - owner.index, -1, group.q) % group.q
        weights[owner.owner] = weight
    return weights


def parse_result(election: Election, raw: str) -> list[list[int]]:
    """The counts of a result, one list a question. Raises Malformed."""
    rows = items(fields(loads(raw), ("result",))["result"], len(election.questions))
    return [
        [parse_count(count) for count in items(row, question.length)]
        for question, row in zip(election.questions, rows, strict=True)
    ]


class DiscreteLogarithm:
    """n of g^n for 0 <= n <= bound: baby steps in a table, then giant steps, about 2*sqrt(bound) operations."""

    def __init__(self, group: Group, bound: int) -> None:
        self._group = group
        self._bound = bound
        self._step = isqrt(bound) + 1
        self._table: dict[Point, int] = {}
        point = group.identity
        for n in range(self._step):
            self._table[point] = n
            point = group.add(point, group.generator)
        self._giant = point

    def of(self, power: Point) -> int:
        """Raises InvalidTally("no-result") if there is no such n."""
        for k in range(self._step + 1):
            n = self._table.get(power)
            if n is not None and n + k * self._step <= self._bound:
                return n + k * self._step
            power = self._group.sub(power, self._giant)
        raise InvalidTally("no-result", "no count in the possible range")
