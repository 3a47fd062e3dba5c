"""The register of re-issues beside its urn: what agrees is accepted, each forgery is named."""

import io
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from deploy.holder.register_words import FAULTS
from deploy.holder.verify import command
from services.ballot.belenios.keys.credential import public_credential
from services.reassort.register import audit, public_register
from services.reassort.register.public_register import InvalidRegister
from tests.unit.register.urn import OTHER_KEY, PUBLIC, Urn, point

VOTES = ((0, 1), (1, 0), (2, 2))


@pytest.fixture(scope="module")
def urn():
    return Urn(*VOTES)


def judged(urn, lines, key=PUBLIC):
    return audit.compare(public_register.read(lines, key), io.BytesIO(urn.archive))


def test_a_right_register(urn):
    agreed = judged(urn, urn.file(urn.entries()))
    assert (agreed.entries, agreed.ballots, agreed.ballots_by_spare) == (4, 3, 2)


def test_an_empty_register_beside_an_urn_without_reissues():
    urn = Urn((0, 0), (1, 0))
    assert judged(urn, urn.file([])).entries == 0


def test_a_reissue_before_sealing():
    urn = Urn((0, 1))
    assert judged(urn, urn.file([urn.entry(0, 1, -1)])).ballots_by_spare == 1


def test_where_voters_may_vote_again_the_first_ballot_of_a_spare_comes_after_its_activation():
    urn = Urn((0, 1), (1, 0), (0, 1))
    agreed = judged(urn, urn.file([urn.entry(0, 1, 0)]))
    assert (agreed.ballots, agreed.ballots_by_spare) == (3, 1)
    with pytest.raises(InvalidRegister) as caught:
        judged(urn, urn.file([urn.entry(0, 1, 2)]))
    assert caught.value.code == "spare-before-its-activation"


def test_where_voters_may_vote_again_who_had_voted_goes_on_with_the_code_that_the_register_has_as_retired():
    # The register has an entry in every election, voted or not; the urn leaves the code as it is where its holder has voted.
    urn = Urn((0, 0), (1, 0), (0, 0))
    for height in (1, 2, 3):
        assert judged(urn, urn.file([urn.entry(0, 1, height)])).ballots == 3
    with pytest.raises(InvalidRegister, match="ballot-by-a-retired-code"):
        judged(urn, urn.file([urn.entry(0, 1, 0)]))


def changed(index, **changes):
    """The register with one entry changed, its chain and its signature made anew."""

    def forge(urn):
        entries = urn.entries()
        entries[index] = replace(entries[index], **changes)
        return urn.file(entries)

    return forge


def without(index):
    def forge(urn):
        entries = urn.entries()
        del entries[index]
        return urn.file(entries)

    return forge


def edited(line, old, new):
    """One line of the file changed, and nothing else."""

    def forge(urn):
        lines = urn.file(urn.entries())
        assert old in lines[line]
        lines[line] = lines[line].replace(old, new)
        return lines

    return forge


FORGERIES = {
    "an entry is altered": (edited(2, '"sms"', '"screen"'), "broken-chain"),
    "an entry is cut out of the chain": (lambda urn: (f := urn.file(urn.entries()))[:2] + f[3:], "broken-chain"),
    "two entries are exchanged": (
        lambda urn: [*(f := urn.file(urn.entries()))[:1], f[2], f[1], *f[3:]],
        "broken-chain",
    ),
    "the end is cut off": (lambda urn: urn.file(urn.entries())[:-1], "no-signed-head"),
    "the last entry is cut off": (lambda urn: (f := urn.file(urn.entries()))[:-2] + f[-1:], "head-of-another-register"),
    "lines follow the signature": (lambda urn: (f := urn.file(urn.entries())) + f[1:2], "after-the-head"),
    "signed by somebody else": (lambda urn: urn.file(urn.entries(), key=OTHER_KEY), "other-key"),
    "the signature is altered": (
        lambda urn: [*(f := urn.file(urn.entries()))[:-1], f[-1].replace('"signature":"', '"signature":"00')],
        "bad-signature",
    ),
    "the limit is raised afterwards": (edited(0, '"limit":2', '"limit":9'), "bad-signature"),
    "a line is written otherwise": (edited(1, '"number":1', '"number": 1'), "bad-line"),
    "a field is added": (edited(1, '{"number"', '{"name":"anne","number"'), "bad-line"),
    "the first line is none": (edited(0, '"register":1', '"register":2'), "bad-beginning"),
    "a number is left out": (changed(1, number=7), "wrong-number"),
    "a retired code has voted since": (
        lambda urn: urn.file([*urn.entries()[:1], urn.entry(1, 1, 1), *urn.entries()[2:]]),
        "ballot-by-a-retired-code",
    ),
    "a code works before its activation": (
        lambda urn: urn.file([urn.entry(0, 1, 1), *urn.entries()[1:]]),
        "spare-before-its-activation",
    ),
    "an activation is not entered": (without(0), "spare-without-entry"),
    "the same spare for two voters": (changed(1, spare=point(0, 1)), "spare-used-twice"),
    "somebody else's code is retired": (changed(3, retired=point(1, 1)), "other-code-retired"),
    "another voter's new code is taken": (changed(1, retired=point(0, 1)), "other-code-retired"),
    "a first request retires a spare": (changed(0, retired=point(0, 2)), "other-code-retired"),
    "a code is retired twice": (changed(1, retired=point(0, 0)), "retired-twice"),
    "an attempt is left out": (changed(0, attempt=2), "attempt-out-of-order"),
    "more attempts than allowed": (lambda urn: urn.file(urn.entries(), urn.beginning(limit=1)), "too-many-attempts"),
    "a paper code is activated": (changed(0, spare=point(3, 0)), "not-a-spare"),
    "a code out of nowhere": (changed(0, spare=public_credential(77)), "unknown-credential"),
    "the entry is of another urn": (changed(0, head="ab" * 32), "other-urn"),
    "a moment that the urn has not reached": (changed(0, height=99), "ahead-of-the-archive"),
    "no urn at a height": (changed(0, head=None), "wrong-head"),
    "time goes back": (changed(1, hour="2026-12-03T09:00Z"), "time-goes-back"),
    "a time too fine": (changed(1, hour="2026-12-03T10:15Z"), "bad-entry"),
    "a channel that there is not": (changed(0, channel="pigeon"), "unknown-channel"),
    "another election": (
        lambda urn: urn.file(urn.entries(), urn.beginning(election="AnotherE1ectio")),
        "other-election",
    ),
    "fewer credentials": (
        lambda urn: urn.file(urn.entries(), urn.beginning(credentials=8, spares=b"0")),
        "other-credentials",
    ),
}


@pytest.mark.parametrize(("forge", "code"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_register_is_refused(urn, forge, code):
    with pytest.raises(InvalidRegister) as refused:
        judged(urn, forge(urn))
    assert refused.value.code == code
    assert code in FAULTS


def test_whoever_voted_with_the_old_code_and_again_with_the_new_one_is_found():
    urn = Urn((1, 0), (1, 1))
    with pytest.raises(InvalidRegister, match="two-ballots-of-one-voter"):
        judged(urn, urn.file([urn.entry(1, 1, 1)]))


def test_no_second_vote_with_a_third_code_either():
    urn = Urn((1, 0), (1, 2))
    with pytest.raises(InvalidRegister, match="two-ballots-of-one-voter"):
        judged(urn, urn.file([urn.entry(1, 1, 1), urn.entry(1, 2, 1)]))


def test_no_line_of_garbage_raises_anything_else(urn):
    whole = urn.file(urn.entries())
    for garbage in ("", "{}", "[]", "null", '{"election":1}', "\x00", "{" * 100, '{"election":"x"}' + "é" * 10):
        for place in range(len(whole)):
            with pytest.raises(InvalidRegister):
                public_register.read([*whole[:place], garbage, *whole[place + 1 :]])
    with pytest.raises(InvalidRegister):
        public_register.read([])


@pytest.fixture
def files(urn, tmp_path):
    archive, register = tmp_path / "urn.bel", tmp_path / "register.jsonl"
    archive.write_bytes(urn.archive)
    register.write_text("\n".join(urn.file(urn.entries())) + "\n", encoding="utf-8")
    return archive, register


def verify(*arguments):
    return CliRunner().invoke(command, [*map(str, arguments), "--processes", "1"])


def test_the_command_compares_both(files):
    result = verify(files[0], "--register", files[1], "--register-key", PUBLIC)
    assert result.exit_code == 0
    assert "Réassorts                4" in result.stdout
    assert "Le registre est juste" in result.stdout


def test_the_command_names_the_fault(files):
    files[1].write_text(files[1].read_text().replace('"screen"', '"sms"').replace('"sms"', '"screen"', 1))
    result = verify(files[0], "--register", files[1])
    assert result.exit_code == 1
    assert "DÉFAUT dans le registre (ligne 3) : l'entrée ne suit pas la précédente" in result.stdout
    report = json.loads(verify(files[0], "--register", files[1], "--json").stdout)
    assert report["register"] == {"ok": False, "fault": {"code": "broken-chain", "line": 3}}


def test_a_register_that_is_not_there(files):
    result = verify(files[0], "--register", files[1].with_name("nowhere"))
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
