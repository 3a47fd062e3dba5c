"""Keys made in a browser and keys made by command are the same keys: one ceremony, one file, one tally.

In each ceremony some holders are the browser's code (node runs it) and the others the server's; each reads what the others
wrote.
"""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.holder.keys import key_file
from deploy.holder.keys.key_file import HeldKey, KeyFile, KeyFileError, Keys
from services.ballot.belenios import trial
from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.checking.archive import ArchiveWriter, make_public_credentials
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.keys import pedersen
from services.ballot.belenios.keys.credential import new_uuid, public_credential
from services.ballot.belenios.keys.pki import new_seed
from services.ballot.belenios.keys.trustees import check_trustees, make_trustees, single_key
from services.ballot.belenios.tally import (
    check_partial_decryption,
    encrypted_tally,
    partial_decryption,
    sized_encrypted_tally,
)
from tests.vectors.revoting import Revoting, revoting_sample, votes

ROOT = Path(__file__).resolve().parents[2]
CHEAP = {"operations": 1, "memory": 8192}
CODE = "le phare d’Ouessant tourne"


def browser(*asked: tuple[Any, ...]) -> list[Any]:
    """What the browser's code answers."""
    command = ["node", str(ROOT / "tests" / "booth" / "hold-keys.js")]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The codes are stretched less."""
    monkeypatch.setattr(key_file, "OPERATIONS", CHEAP["operations"])
    monkeypatch.setattr(key_file, "MEMORY", CHEAP["memory"])


def group(threshold: int, size: int, first: int) -> tuple[dict[str, Any], list[str], list[int]]:
    """A group in which every second holder, from the `first` (0 or 1), has a browser: its file, seeds and shares."""
    seeds = [new_seed() for _ in range(size)]
    of_browsers = [position for position in range(size) if position % 2 == first % 2]
    made = [pedersen.make_certificate(seed, index, threshold, size) for index, seed in enumerate(seeds, 1)]
    asked = [("certificate", seeds[position], position + 1, threshold, size) for position in of_browsers]
    for position, one in zip(of_browsers, browser(*asked), strict=True):
        made[position] = one
        pedersen.check_certificate(one, position + 1, threshold, size)
    polynomials = [pedersen.make_polynomial(seed, made) for seed in seeds]
    asked = [("polynomial", seeds[position], made) for position in of_browsers]
    for position, one in zip(of_browsers, browser(*asked), strict=True):
        polynomials[position] = one
        pedersen.check_polynomial(made, position + 1, one)
    inputs = pedersen.distribute(made, polynomials)
    derived = browser(*(("derive", seed, made, text) for seed, text in zip(seeds, inputs, strict=True)))
    outputs = [
        derived[position]["output"]
        if position in of_browsers
        else pedersen.derive_key(seeds[position], made, inputs[position])
        for position in range(size)
    ]
    # Each implementation opens the key that the other has sealed, and both add the shares up to the same.
    shares = [pedersen.open_decryption_key(seed, made, output) for seed, output in zip(seeds, outputs, strict=True)]
    assert [str(share) for share in shares] == [one["share"] for one in derived]
    return pedersen.threshold_parameters(made, polynomials, outputs), seeds, shares


@pytest.mark.parametrize(("threshold", "size"), [(1, 1), (2, 3), (3, 4), (5, 7)])
def test_browsers_and_commands_make_one_key_and_decrypt_with_it(threshold: int, size: int) -> None:
    administration, seeds, shares = group(1, 2, 0)
    delegates, more_seeds, more_shares = group(threshold, size, 1)
    raw = make_trustees([("Pedersen", administration), ("Pedersen", delegates)])
    seeds, shares = seeds + more_seeds, shares + more_shares
    trustees = check_trustees(raw)
    mock = trial.trial_of(trustees.public_key)
    key, made, *memberships = browser(
        ("trustees", raw),
        ("trial", trustees.public_key),
        *(
            ("membership", seed, raw, owner, str(share))
            for owner, (seed, share) in enumerate(zip(seeds, shares, strict=True), 1)
        ),
    )
    assert {key, *memberships} == {trustees.public_key}
    assert made == {"raw": mock.election.raw, "tally": mock.encrypted_tally}

    enough = [1, *range(3, 3 + threshold)]
    decrypted = browser(*(("decrypt", mock.election.raw, mock.encrypted_tally, str(shares[o - 1])) for o in enough))
    by_browser = dict(zip(enough, decrypted, strict=True))
    by_command = {o: partial_decryption(mock.election, mock.encrypted_tally, shares[o - 1]) for o in enough}
    for owner in enough:
        check_partial_decryption(mock.election, trustees, owner, mock.encrypted_tally, by_browser[owner])
    assert trial.succeeds(mock, trustees, {o: (by_browser if o % 2 else by_command)[o] for o in enough})
    checks = [("check", mock.election.raw, raw, o, mock.encrypted_tally, by_command[o]) for o in enough]
    other = ("check", mock.election.raw, raw, 3, mock.encrypted_tally, by_command[1])
    assert browser(*checks, other) == [True] * len(enough) + [{"refused": "bad-decryption"}]


def test_what_others_wrote_is_checked_before_it_is_used() -> None:
    seeds = [new_seed() for _ in range(3)]
    certificates = [pedersen.make_certificate(seed, index, 2, 3) for index, seed in enumerate(seeds, 1)]
    polynomials = [pedersen.make_polynomial(seed, certificates) for seed in seeds]
    inputs = pedersen.distribute(certificates, polynomials)
    first, second, _third = inputs
    own = json.loads(first)
    # A share for somebody else; the polynomial of a seed that is not the holder's; another group's certificate.
    swapped = {**own, "secrets": [own["secrets"][0], json.loads(second)["secrets"][1], own["secrets"][2]]}
    wrong_sum = {**own, "coefexps": [own["coefexps"][1], *own["coefexps"][1:]]}
    parameters, _holders = pedersen.run_ceremony(3, 2)
    outputs = [pedersen.derive_key(seed, certificates, text) for seed, text in zip(seeds, inputs, strict=True)]
    raw = make_trustees([("Pedersen", pedersen.threshold_parameters(certificates, polynomials, outputs))])
    share = str(pedersen.open_decryption_key(seeds[0], certificates, outputs[0]))
    compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    assert browser(
        ("derive", seeds[0], certificates, compact(swapped)),
        ("derive", seeds[0], certificates, compact(wrong_sum)),
        ("derive", new_seed(), certificates, first),
        ("derive", seeds[0], [certificates[0], certificates[2], certificates[1]], first),
        ("derive", seeds[0], certificates, first + " "),
        ("membership", seeds[1], raw, 1, share),
        ("membership", seeds[0], raw, 1, str(int(share) + 1)),
        ("membership", seeds[0], make_trustees([("Pedersen", parameters)]), 1, share),
        ("membership", seeds[0], raw, 4, share),
        ("trustees", raw.replace('"threshold":2', '"threshold":1', 1)),
    ) == [
        {"refused": reason}
        for reason in (
            "bad-encryption",
            "bad-signature",
            "bad-context",
            "bad-context",
            "not-canonical",
            "bad-context",
            "bad-verification-key",
            "bad-context",
            "bad-context",
            "bad-context",
        )
    ]


def test_a_file_of_one_opens_with_the_other_and_an_altered_one_with_neither(tmp_path: Path) -> None:
    keys = Keys(
        "a9a9a9a9-0000-4000-8000-000000000000", 2, "Délia « Île » \\", (HeldKey(3, "delegates", 1, new_seed(), "7"),)
    )
    plain = {
        "voting_event": keys.voting_event,
        "round": keys.round,
        "holder": keys.holder,
        "keys": [{"owner": 3, "group": "delegates", "index": 1, "seed": keys.keys[0].seed, "share": "7"}],
    }
    mine = tmp_path / "command.key"
    KeyFile.new(mine, CODE).write(keys)
    text = mine.read_text(encoding="utf-8")
    altered = text.replace('"round": 2', '"round": 3')
    opened, wrong, other, closed = browser(
        ("open", text, CODE), ("open", text, CODE + "x"), ("open", altered, CODE), ("close", CODE, CHEAP, plain)
    )
    assert opened == plain
    assert wrong == other == {"refused": "wrong-code"}
    theirs = tmp_path / "browser.key"
    theirs.write_text(closed, encoding="utf-8")
    assert KeyFile.opened(theirs, CODE)[1] == keys
    # The same bytes but for salt, nonce and what they seal.
    told = [json.loads(one) for one in (text, closed)]
    assert list(told[0]) == list(told[1])
    assert [one.count("\n") for one in (text, closed)] == [16, 16]
    theirs.write_text(closed.replace('"owners": [\n  3', '"owners": [\n  4'), encoding="utf-8")
    with pytest.raises(KeyFileError):
        KeyFile.opened(theirs, CODE)
    refused = browser(
        ("open", "{}", CODE),
        ("open", text.replace('"operations": 1', '"operations": 400'), CODE),
        ("open", text.replace('"memory": 8192', '"memory": 99999999999'), CODE),
        ("close", "court", CHEAP, plain),
    )
    assert [one["refused"] for one in refused] == ["no-key-file", "no-key-file", "no-key-file", "short-code"]


def test_a_browser_decrypts_nothing_but_the_sum_of_all_ballots_of_a_sound_urn() -> None:
    secret, single = single_key()
    question = Question("Quelle liste ?", ("A", "B"), True, 1, 1)
    uuid = new_uuid()
    raw = make_election(uuid, "Comité", "", single["public_key"], [question])
    election, trustees = Election.parse(raw), make_trustees([("Single", single)])
    voters = [7, 8, 9, 10]
    listed = make_public_credentials(public_credential(voter) for voter in voters)
    ballots = [make_ballot(election, voter, [[0, 1, 0]]) for voter in voters[:3]]
    stranger = make_ballot(election, 11, [[0, 1, 0]])
    other = make_ballot(Election.parse(raw.replace("Comité", "Comite")), voters[3], [[0, 1, 0]])

    def archive(cast: list[str], tally: str | None = None, size: int | None = None, files: str = raw) -> str:
        writer = ArchiveWriter(1_800_000_000)
        pieces = [writer.beginning(), writer.setup(files, trustees, listed), *(writer.ballot(one) for one in cast)]
        summed = tally or encrypted_tally(election, cast)
        pieces += [
            writer.end_ballots(),
            writer.encrypted_tally(summed, sized_encrypted_tally(size or len(cast), summed)),
        ]
        pieces.append(writer.partial_decryption(1, partial_decryption(election, summed, secret)))
        return base64.b64encode(b"".join(pieces)).decode()

    # What a portal would want decrypted: one ballot alone, and one ballot among others, many times.
    alone = encrypted_tally(election, ballots[:1])
    twice = json.loads(ballots[0])
    sums = json.loads(encrypted_tally(election, [ballots[0]] * 2))[0]
    for choice, doubled in zip(twice["answers"][0]["choices"], sums, strict=True):
        choice.update(doubled)
    heavier = json.dumps(twice, separators=(",", ":"), ensure_ascii=False)
    sound = archive(ballots)
    bytes_of = base64.b64decode(sound)
    flipped = base64.b64encode(bytes_of[:3000] + bytes([bytes_of[3000] ^ 1]) + bytes_of[3001:]).decode()
    accepted, *refused = browser(
        ("verify", sound, uuid),
        ("verify", sound, new_uuid()),
        ("verify", archive(ballots, alone), uuid),
        ("verify", archive(ballots, size=2), uuid),
        ("verify", archive([*ballots, ballots[0]]), uuid),
        ("verify", archive([*ballots, stranger]), uuid),
        ("verify", archive([heavier, *ballots[1:]]), uuid),
        ("verify", archive([*ballots, other]), uuid),
        ("verify", flipped, uuid),
        ("verify", base64.b64encode(bytes_of[:-512]).decode(), uuid),
        ("verify", base64.b64encode(bytes_of[: len(bytes_of) // 2]).decode(), uuid),
        ("verify", "", uuid),
    )
    assert (accepted["ballots"], accepted["tally"]) == (3, encrypted_tally(election, ballots))
    assert len(refused) == 11
    assert [one.get("refused") for one in refused[:7]] == [
        "wrong-election",
        "wrong-encrypted-tally",
        "wrong-size",
        "credential-not-listed",
        "credential-not-listed",
        "bad-signature",
        "wrong-election",
    ]
    assert all("refused" in one for one in refused[7:])


def test_the_usual_cost_of_a_code_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    keys = Keys("a9a9a9a9-0000-4000-8000-000000000000", 1, "Inès", (HeldKey(1, "administration", 1, new_seed()),))
    file = tmp_path / "command.key"
    KeyFile.new(file, CODE).write(keys)
    (opened,) = browser(("open", file.read_text(encoding="utf-8"), CODE))
    assert opened["keys"][0]["share"] is None
    assert opened["keys"][0]["seed"] == keys.keys[0].seed


def test_a_browser_counts_the_last_ballot_of_each_where_the_election_says_so() -> None:
    allowed, silent = revoting_sample(), revoting_sample("Pour les tests.")
    cast, uuid = votes(allowed), allowed.election.uuid
    encrypted, sized = allowed.tally(cast)
    everything = encrypted_tally(allowed.election, cast)

    def archive(ballots: list[str], summed: str, size: str, of: Revoting = allowed) -> str:
        content = of.urn(ballots) + of.writer.encrypted_tally(summed, size)
        return base64.b64encode(content).decode()

    sound, *refused = browser(
        ("verify", archive(cast, encrypted, sized), uuid),
        ("verify", archive(cast, everything, sized_encrypted_tally(3, everything)), uuid),
        ("verify", archive(cast, encrypted, sized_encrypted_tally(6, encrypted)), uuid),
        ("verify", archive([*cast, cast[0]], encrypted, sized), uuid),
        ("verify", archive([*cast[:1], cast[0]], encrypted, sized), uuid),
        ("verify", archive(votes(silent), encrypted, sized, silent), uuid),
    )
    assert (sound["ballots"], sound["replaced"], sound["tally"]) == (6, 3, encrypted)
    assert [one["refused"] for one in refused] == [
        "wrong-encrypted-tally",
        "wrong-size",
        "ballot-replayed",
        "ballot-replayed",
        "credential-not-listed",
    ]
