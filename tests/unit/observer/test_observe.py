"""`isoloir observe`: a portal that keeps its word raises nothing; each way of not keeping it is caught, and named."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.holder.observe import exchange, portal
from deploy.holder.observe.alarms import WORDS
from deploy.holder.observe.command import command
from deploy.holder.observe.folder import Folder
from deploy.holder.observe.looking import Look, Options, look
from deploy.holder.observe.portal import Portal
from services.ballot.belenios.checking import workers
from services.ballot.belenios.checking.archive import ArchiveWriter
from services.ballot.belenios.revoting import RULE
from tests.unit.observer.portal import Recorded, Shown, at, served
from tests.unit.register.urn import OTHER_KEY
from tests.vectors.samples import LISTS, TIMESTAMP, bits

VOTES = ((0, 1), (1, 0), (2, 0))
"""Anne with a code that was re-issued, then Bruno and Chloé."""


@pytest.fixture(scope="module")
def urn() -> Recorded:
    return Recorded(*VOTES)


@pytest.fixture(scope="module")
def other() -> Recorded:
    """The same votes in the same order, and other ballots: an urn that was written anew."""
    return Recorded(*VOTES)


def show(shown: Shown, urn: Recorded, height: int) -> None:
    """What a true portal shows at that height, an hour after the height before."""
    shown.archive = urn.until(height)
    shown.heads = [urn.head(number, number, at(8 + number)) for number in range(height + 1)]
    entries = [urn.entry(0, 1, 0, hour="2026-12-03T08:00Z"), urn.entry(3, 1, 2, hour="2026-12-03T10:00Z")]
    shown.register = urn.file(entries if height >= 3 else entries[:1])
    shown.sealing = urn.sealing()


@pytest.fixture
def shown(urn: Recorded) -> Shown:
    made = Shown(urn.uuid)
    show(made, urn, 1)
    return made


@pytest.fixture
def address(shown: Shown) -> Iterator[str]:
    with served(shown) as made:
        yield made


class Observer:
    """An observer that begins anew at every look, with nothing but its folder."""

    def __init__(self, path: Path, address: str) -> None:
        self.path, self.address = path, address

    def look(self, now: datetime, *others: Path) -> Look:
        folder = Folder(self.path, self.address)
        told = [alarm for file in others for alarm in exchange.take(folder, file)]
        return look(folder, Portal(self.address), Options(processes=1), now, told)

    def export(self, file: Path) -> Path:
        lines = exchange.written(Folder(self.path, self.address), at(23))
        file.write_text("".join(f"{line}\n" for line in lines))
        return file


@pytest.fixture
def observer(tmp_path: Path, address: str) -> Observer:
    return Observer(tmp_path / "seen", address)


def codes(found: Look) -> list[str]:
    assert found.failures == []
    return [alarm.code for alarm in found.alarms]


def test_a_true_portal_raises_nothing_and_only_what_is_new_is_verified(
    shown: Shown, urn: Recorded, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    really = workers.check_ballot
    monkeypatch.setattr(workers, "check_ballot", lambda e, raw, size: checked.append(raw) or really(e, raw, size))
    for height, moment in ((1, at(9, 50)), (2, at(10, 50)), (3, at(11, 50))):
        show(shown, urn, height)
        found = observer.look(moment)
        assert codes(found) == []
        [seen] = found.elections
        assert (seen.ballots, seen.new_ballots, len(checked)) == (height, 1, height)
        assert (seen.heads, seen.entries, seen.head) == (height + 1, 1 + (height == 3), urn.heads[height])
    shown.archive = urn.archive
    shown.heads.append(urn.head(4, 4, at(12)))
    [seen] = observer.look(at(12, 5)).elections
    assert (seen.stage, seen.new_ballots, seen.new_events, len(checked)) == ("EndBallots", 0, 1, 3)
    # Nothing new: the last event is asked for, and nothing is verified.
    shown.asked.clear()
    assert codes(observer.look(at(13))) == []
    [ranged] = [ranged for name, ranged in shown.asked if name == "archive"]
    assert ranged == f"bytes={urn.ends[3]}-"


def test_who_votes_again_by_the_code_that_he_has_voted_with_raises_nothing_whatever_was_issued_since(
    shown: Shown, observer: Observer
) -> None:
    # Anne votes, asks for another code, which changes nothing where she has voted, and votes again by hers.
    urn = Recorded((0, 0), (1, 0), (0, 0), description=RULE)
    shown.sealing, shown.opens_at = urn.sealing(), at(8).isoformat()

    def showing(height: int, entry: int) -> Look:
        shown.archive = urn.until(height)
        shown.heads = [urn.head(number, number, at(8 + number)) for number in range(height + 1)]
        shown.register = urn.file([urn.entry(0, 1, entry, hour="2026-12-03T09:00Z")])
        return observer.look(at(8 + height, 50))

    assert codes(showing(1, 1)) == []
    assert codes(showing(3, 1)) == []
    # A code that was really retired is found all the same.
    observer.path = observer.path.with_name("another")
    assert codes(showing(1, 0)) == ["faulty-register"]
    assert codes(showing(3, 0)) == ["faulty-register"]


def a_second_ballot_of_bruno(shown: Shown, urn: Recorded) -> None:
    again = urn.sample.ballot(1 * 3, bits(LISTS, 1))
    shown.archive = urn.until(2) + ArchiveWriter(TIMESTAMP, urn.heads[2], 3).ballot(again)


LIES: dict[str, tuple[Callable[[Shown, Recorded, Recorded], object], str]] = {
    "a ballot disappears": (lambda s, u, o: setattr(s, "archive", u.until(1)), "vanished-archive"),
    "the urn is written anew": (lambda s, u, o: setattr(s, "archive", o.until(3)), "changed-archive"),
    "somebody votes twice": (lambda s, u, o: a_second_ballot_of_bruno(s, u), "faulty-archive"),
    "ballots are shown late": (
        lambda s, u, o: (s.heads.append(u.head(3, 3, at(11))), setattr(s, "archive", u.until(2))),
        "late-archive",
    ),
    "a head of another urn": (
        lambda s, u, o: (s.heads.append(o.head(3, 3, at(11))), setattr(s, "archive", u.until(3))),
        "head-not-in-archive",
    ),
    "two heads of one height": (lambda s, u, o: s.heads.append(o.head(3, 2, at(11))), "two-heads"),
    "a head is written anew": (
        lambda s, u, o: s.heads.__setitem__(slice(2, None), [u.head(2, 1, at(10))]),
        "changed-head",
    ),
    "a head disappears": (lambda s, u, o: s.heads.pop(), "vanished-head"),
    "a head is signed by another": (
        lambda s, u, o: s.heads.append(u.head(3, 3, at(11)).replace('"height":3', '"height":4')),
        "faulty-heads",
    ),
    "a head comes after its hour": (lambda s, u, o: s.heads.append(u.head(3, 2, at(10, 10))), "late-head"),
    "a register entry disappears": (lambda s, u, o: setattr(s, "register", u.file([])), "vanished-entry"),
    "a register entry is changed": (
        lambda s, u, o: setattr(s, "register", u.file([u.entry(0, 1, 0, hour="2026-12-03T07:00Z")])),
        "changed-entry",
    ),
    "a register entry comes late": (
        lambda s, u, o: setattr(
            s,
            "register",
            u.file([u.entry(0, 1, 0, hour="2026-12-03T08:00Z"), u.entry(3, 1, 2, hour="2026-12-03T08:00Z")]),
        ),
        "late-entry",
    ),
    "an entry of another urn": (
        lambda s, u, o: setattr(
            s,
            "register",
            u.file([u.entry(0, 1, 0, hour="2026-12-03T08:00Z"), o.entry(3, 1, 2, hour="2026-12-03T11:00Z")]),
        ),
        "faulty-register",
    ),
    "another key signs the register": (
        lambda s, u, o: setattr(
            s,
            "register",
            u.file([u.entry(0, 1, 0, hour="2026-12-03T08:00Z")], key=OTHER_KEY),
        ),
        "changed-register-key",
    ),
    "another sealing": (lambda s, u, o: setattr(s, "sealing", u.sealing(fingerprint="x" * 43)), "changed-sealing"),
    "a sealing that nobody signed": (lambda s, u, o: s.sealing.update(fingerprint="x" * 43), "faulty-sealing"),
    "the vote is prolonged": (lambda s, u, o: setattr(s, "closes_at", "2026-12-11T17:00:00+00:00"), "changed-dates"),
    "the election disappears": (lambda s, u, o: setattr(s, "gone", True), "vanished-election"),
}


@pytest.mark.parametrize(("lie", "code"), LIES.values(), ids=LIES)
def test_a_portal_that_breaks_its_word_is_caught(
    shown: Shown, urn: Recorded, other: Recorded, observer: Observer, lie: Callable[..., object], code: str
) -> None:
    show(shown, urn, 2)
    assert codes(observer.look(at(10, 50))) == []
    lie(shown, urn, other)
    found = observer.look(at(11, 5))
    assert code in codes(found)
    assert set(codes(found)) <= {code, "faulty-register", "head-not-in-archive", "late-archive"}
    # What was seen before is kept, and so is the proof; the truth is still the truth.
    written = [json.loads(line) for line in (observer.path / "alarms.jsonl").read_text().splitlines()]
    assert code in {one["code"] for one in written}
    if code not in {"late-head", "late-entry", "head-not-in-archive"}:
        shown.gone, shown.closes_at = False, "2026-12-10T17:00:00+00:00"
        show(shown, urn, 3)
        assert codes(observer.look(at(11, 50))) == []


def test_an_hour_without_a_head_is_noticed(shown: Shown, urn: Recorded, observer: Observer) -> None:
    assert codes(observer.look(at(9, 50))) == []
    assert codes(observer.look(at(10, 5))) == []
    assert codes(observer.look(at(10, 15))) == ["overdue-head"]


def test_ballots_after_the_end_are_noticed(shown: Shown, urn: Recorded, observer: Observer) -> None:
    shown.closes_at = at(9).isoformat()
    show(shown, urn, 2)
    shown.heads[1:] = [urn.head(1, 1, at(9, 40))]
    assert codes(observer.look(at(9, 45))) == ["late-ballots"]


def test_two_observers_who_are_shown_two_urns_find_out(
    shown: Shown, urn: Recorded, other: Recorded, observer: Observer, tmp_path: Path
) -> None:
    second = Observer(tmp_path / "second", observer.address)
    show(shown, urn, 2)
    assert codes(observer.look(at(10, 50))) == []
    show(shown, other, 2)
    assert codes(second.look(at(10, 50))) == []
    show(shown, urn, 2)
    found = observer.look(at(10, 55), second.export(tmp_path / "theirs.jsonl"))
    assert "two-heads" in codes(found)
    # Both heads, each signed by the urn: a proof that convinces whoever was not there.
    proof = next(alarm for alarm in found.alarms if alarm.code == "two-heads")
    theirs, ours = (json.loads(line) for line in proof.evidence)
    # Setup, at height 0, is the same in both.
    assert (theirs["head"]["height"], theirs["head"]["head"], ours["head"]) == (1, other.heads[1], urn.heads[1])


def test_observers_who_are_shown_the_same_agree_whoever_is_ahead(
    shown: Shown, urn: Recorded, observer: Observer, tmp_path: Path
) -> None:
    second = Observer(tmp_path / "second", observer.address)
    assert codes(observer.look(at(9, 50))) == []
    show(shown, urn, 3)
    assert codes(second.look(at(11, 50))) == []
    theirs = second.export(tmp_path / "theirs.jsonl")
    # This one is still shown the urn of two hours ago: what the other holds was signed long before.
    show(shown, urn, 1)
    found = observer.look(at(11, 50), theirs)
    assert set(codes(found)) == {"withheld-head", "overdue-head"}
    show(shown, urn, 3)
    assert codes(observer.look(at(11, 55), theirs)) == ["late-head", "late-head", "late-entry"]
    assert codes(observer.look(at(11, 58))) == []
    assert Folder(observer.path, observer.address).election(urn.uuid).lines("others.jsonl") == []


def test_a_broken_download_goes_on_where_it_broke(
    shown: Shown, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "PIECE", 500)
    shown.breaks_after = 2100
    broken = observer.look(at(9, 50))
    assert (broken.exit_code(), broken.alarms) == (2, [])
    shown.breaks_after = None
    shown.asked.clear()
    assert codes(observer.look(at(9, 55))) == []
    assert ("archive", "bytes=2000-") in shown.asked


def run(address: str, folder: Path, *options: object) -> Result:
    arguments = [address, "--folder", folder, "--processes", 1, *options]
    return CliRunner().invoke(command, [str(one) for one in arguments])


def test_the_command_says_it_in_french_and_by_its_exit_code(
    shown: Shown, urn: Recorded, address: str, tmp_path: Path
) -> None:
    folder, export = tmp_path / "seen", tmp_path / "mine.jsonl"
    shown.opens_at, shown.closes_at = "2099-12-03T08:00:00+00:00", "2099-12-10T08:00:00+00:00"
    shown.heads = []
    shown.archive = urn.until(0)
    shown.register = urn.file([])
    right = run(address, folder, "--export", export)
    assert right.exit_code == 0, right.output
    assert "Rien d'anormal." in right.output
    assert "0 bulletin(s) dont 0 vérifié(s) maintenant" in right.output
    assert run(address, folder, "--exchange", export).exit_code == 0
    shown.archive = urn.until(0)[:-512]
    wrong = run(address, folder)
    assert wrong.exit_code == 1
    assert f"ALERTE, Comité d'essai : {WORDS['vanished-archive']}" in wrong.output
    told = json.loads(run(address, folder, "--json").output)
    assert (told["exit_code"], told["alarms"][0]["code"]) == (1, "vanished-archive")
    shown.archive = urn.until(0)
    assert run(address, folder, "--every", 1, "--times", 1).exit_code == 0


def test_what_cannot_be_looked_at_is_said(shown: Shown, address: str, tmp_path: Path) -> None:
    silent = run("http://127.0.0.1:9", tmp_path / "silent")
    assert (silent.exit_code, "le portail ne répond pas" in silent.output) == (2, True)
    assert run("portal", tmp_path / "none").exit_code == 2
    (tmp_path / "text").write_text("Bonjour\n")
    stranger = run(address, tmp_path / "seen", "--exchange", tmp_path / "text")
    assert (stranger.exit_code, "n'est pas le fichier d'un autre observateur" in stranger.output) == (2, True)
    shown.sealing = None
    draft = run(address, tmp_path / "draft")
    assert (draft.exit_code, "pas encore scellé" in draft.output) == (0, True)
