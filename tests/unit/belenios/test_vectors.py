"""The shared vectors are what the generator writes: nobody changed one side alone."""

from tests.vectors import generate
from tests.vectors.samples import vectors


def test_deterministic_vectors_are_up_to_date() -> None:
    assert generate.codes() == vectors("codes")
    assert generate.group() == vectors("group")


def test_elections_of_the_vectors_are_up_to_date() -> None:
    made = generate.ballots()["elections"]
    kept = vectors("ballots")["elections"]
    for new, old in zip(made, kept, strict=True):
        for name in ("raw", "uuid", "hash", "max_ballot_size", "election_secret", "sums"):
            assert new[name] == old[name]
        assert [(t["case"], t["reason"]) for t in new["tampered"]] == [
            (t["case"], t["reason"]) for t in old["tampered"]
        ]
