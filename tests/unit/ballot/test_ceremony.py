"""The key ceremony: who may hold keys, what the service takes from whom, and the keys at the tally."""

import pytest

from services.ballot.belenios import tally, trial
from services.ballot.belenios.keys import pedersen
from services.ballot.belenios.keys.pki import new_seed
from services.ballot.belenios.keys.trustees import check_trustees
from services.ballot.ceremony import composition, holding, progress, shares
from services.ballot.contract import ceremony as contract
from services.ballot.elections import closing, sealing_checks
from services.ballot.tally import tallying
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import AFTER, BEFORE, Urn

EVENT = "a9a9a9a9-0000-4000-8000-000000000000"


def agent(number):
    return f"{number:08d}-0000-4000-8000-000000000000"


def seat(number, role, replaces=None):
    return contract.NewSeat(agent=agent(number), name=f"Membre {number}", role=role, replaces=replaces)


BOARD = [
    seat(1, "president"),
    seat(2, "secretary"),
    seat(3, "delegate"),
    seat(4, "delegate"),
    seat(5, "delegate"),
    seat(6, "substitute", replaces=3),
]


def refused(work, *arguments):
    with pytest.raises(Refusal) as refusal:
        work(*arguments)
    return refusal.value.code


def test_who_may_hold_keys() -> None:
    """R211-545 and R211-573, rule by rule."""
    composition.check(BOARD, 2)
    composition.check(BOARD, 3)
    twice = [*BOARD[:2], *[seat(3, "delegate")] * 2, *[seat(4, "delegate")] * 2]
    composition.check(twice, 3)
    for seats, threshold, code in (
        (BOARD[1:], 2, "keys_without_administration"),
        ([BOARD[0], *BOARD[2:]], 2, "keys_without_administration"),
        (BOARD[:5], 2, "keys_two_thirds"),
        ([*BOARD, seat(3, "delegate"), seat(3, "delegate")], 2, "keys_too_many"),
        (BOARD, 1, "keys_threshold"),
        # The substitute's key is nobody's as long as nobody is replaced.
        (BOARD, 4, "keys_threshold"),
        # Two keys of one delegate would open the urn without a second one.
        (twice, 2, "keys_threshold"),
        ([*BOARD[:5], seat(6, "substitute")], 2, "keys_substitute"),
        ([*BOARD[:5], seat(6, "substitute", replaces=1)], 2, "keys_substitute"),
        ([*BOARD, seat(7, "substitute", replaces=3)], 2, "keys_substitute"),
        ([*BOARD[:5], seat(6, "delegate", replaces=3)], 2, "keys_substitute"),
    ):
        assert refused(composition.check, seats, threshold) == code


class Devices:
    """The holders' devices, with their secrets, and the service that carries their messages."""

    def __init__(self, database, seats=BOARD, threshold=2):
        self.database = database
        self.seats = seats
        self.threshold = threshold
        self.seeds = {owner: new_seed() for owner in range(1, len(seats) + 1)}
        self.secrets = {}

    def open(self, restart=False):
        request = contract.OpenCeremony(voting_event=EVENT, threshold=self.threshold, seats=self.seats, restart=restart)
        with self.database.transaction() as session:
            holding.open_ceremony(session, request, BEFORE)
        return self

    def look(self, number=None):
        with self.database.reading() as session:
            of = contract.OfCeremony(voting_event=EVENT, agent=None if number is None else agent(number))
            return progress.look(session, of)

    def bring(self, owner, step, content, by=None, at_round=None):
        request = contract.BringKeyMessage(
            voting_event=EVENT,
            agent=agent(owner if by is None else by),
            round=self.look().round if at_round is None else at_round,
            owner=owner,
            step=step,
            content=content,
        )
        holding.bring(self.database, request)

    def group(self, owner):
        return self.look().groups[0 if owner <= 2 else 1]

    def certificate(self, owner):
        group = self.group(owner)
        index = owner if owner <= 2 else owner - 2
        return pedersen.make_certificate(self.seeds[owner], index, group.threshold, group.size)

    def polynomial(self, owner):
        return pedersen.make_polynomial(self.seeds[owner], self.group(owner).certificates)

    def output(self, owner):
        own = [one.text for one in self.look(owner).inputs if one.owner == owner]
        certificates = self.group(owner).certificates
        made = pedersen.derive_key(self.seeds[owner], certificates, own[0])
        self.secrets[owner] = pedersen.open_decryption_key(self.seeds[owner], certificates, made)
        return made

    def trial(self, owner):
        mock = trial.trial_of(self.look().public_key)
        return tally.partial_decryption(mock.election, mock.encrypted_tally, self.secrets[owner])

    def all(self, step, *but):
        makes = {
            "certificate": self.certificate,
            "polynomial": self.polynomial,
            "key": self.output,
            "trial": self.trial,
        }
        for owner in self.seeds:
            if owner not in but:
                self.bring(owner, step, makes[step](owner))

    def made(self):
        for step in ("certificate", "polynomial", "key"):
            self.all(step)
        return self


@pytest.fixture
def devices(database):
    return Devices(database).open()


def ready(database, *names):
    """A draft that lacks nothing but keys."""
    urn = Urn(database, "")
    urn.create()
    urn.receive(urn.entries(*names))
    urn.commit()
    return urn


def test_one_ceremony_makes_the_keys_of_all_elections_and_every_key_is_tried(devices) -> None:
    first = ready(devices.database, "anne")
    devices.made()
    later = ready(devices.database, "anne")
    file = devices.look().trustees
    for urn in (first, later):
        assert urn.describe().trustees == file
        assert refused(urn.set_trustees, file.replace("Pedersen", "Pedersen ")) == "trustees_invalid"
    trustees = check_trustees(file)
    assert [(item.threshold, item.size) for item in trustees.items] == [(1, 2), (2, 4)]
    devices.all("trial", 4)
    with devices.database.reading() as session:
        assert sealing_checks.look(session, first.uuid).untried == ["Membre 4"]
    with pytest.raises(Refusal) as named:
        first.seal()
    assert (named.value.code, named.value.details) == ("keys_untried", {"names": "Membre 4"})
    assert refused(devices.bring, 4, "trial", devices.trial(3)) == "key_message_invalid"
    devices.bring(4, "trial", devices.trial(4))
    assert devices.look().step == "complete"
    assert first.seal().election_hash
    assert later.seal().election_hash


def test_the_mock_tally_follows_from_the_key_and_gives_what_it_holds(devices) -> None:
    devices.made()
    mock, file = trial.trial_of(devices.look().public_key), check_trustees(devices.look().trustees)
    assert mock == trial.trial_of(devices.look().public_key)
    assert trial.succeeds(mock, file, {owner: devices.trial(owner) for owner in (2, 3, 6)})


def test_a_message_is_taken_from_its_holder_in_its_turn_and_once(devices) -> None:
    certificate = devices.certificate(3)
    assert refused(devices.bring, 3, "certificate", certificate, 4) == "key_not_yours"
    assert refused(devices.bring, 4, "certificate", certificate) == "key_message_invalid"
    assert refused(devices.bring, 3, "certificate", "{}") == "key_message_invalid"
    assert refused(devices.bring, 3, "polynomial", certificate) == "ceremony_elsewhere"
    assert refused(devices.bring, 3, "trial", certificate) == "ceremony_elsewhere"
    assert not any(one.certificate for one in devices.look().seats)
    devices.bring(3, "certificate", certificate)
    devices.bring(3, "certificate", devices.certificate(3))
    devices.all("certificate", 3)
    assert devices.group(3).certificates[0] == certificate
    # Each group goes on by itself; what another wrote is no message of one's own.
    devices.all("polynomial", 3)
    assert devices.group(1).step == "key"
    assert refused(devices.bring, 3, "polynomial", devices.polynomial(4)) == "key_message_invalid"
    devices.bring(3, "polynomial", devices.polynomial(3))
    devices.all("key", 5)
    assert refused(devices.bring, 5, "key", devices.output(4)) == "key_message_invalid"
    assert devices.look().trustees is None
    assert [one.owner for one in devices.look(5).inputs] == [5]
    assert devices.look().inputs == []


def test_other_holders_are_named_only_by_beginning_anew_and_never_after_sealing(devices) -> None:
    urn = ready(devices.database, "anne")
    devices.open()
    other = Devices(devices.database, threshold=3)
    assert refused(other.open) == "ceremony_under_way"
    devices.made()
    other.open(restart=True)
    assert urn.describe().trustees is None
    assert refused(devices.bring, 3, "certificate", devices.certificate(3), 3, 1) == "ceremony_elsewhere"
    other.made().all("trial")
    urn.seal()
    assert refused(other.open, True) == "election_sealed"


def closed(devices, *choices):
    """An urn of the ceremony's keys with these ballots, closed and added up."""
    names = [f"voter {number}" for number in range(len(choices))]
    urn = ready(devices.database, *names)
    urn.seal()
    for name, choice in zip(names, choices, strict=True):
        urn.vote(name, choice)
    with devices.database.transaction() as session:
        closing.close(session, urn.uuid, "closes_at", AFTER)
    tallying.add_up(devices.database, urn.uuid)
    return urn


def share_of(devices, urn, owner, by=None):
    with devices.database.reading() as session:
        raw = tallying.stored_tally(session, urn.uuid).raw
    return shares.bring(
        devices.database,
        contract.BringShare(
            election=urn.uuid,
            agent=agent(owner if by is None else by),
            owner=owner,
            partial_decryption=tally.partial_decryption(urn.election, raw, devices.secrets[owner]),
        ),
    )


def replacing(devices, owner, by):
    with devices.database.transaction() as session:
        request = contract.ReplaceHolder(voting_event=EVENT, agent=agent(by), owner=owner, reason="Malade")
        shares.replace(session, request, AFTER)


def test_lost_keys_lose_no_election_and_a_substitute_opens_in_a_delegate_s_place_alone(devices) -> None:
    devices.made().all("trial")
    urn = closed(devices, 0, 0, None)
    # President and delegate 3 have lost theirs; 6 is the substitute of 3.
    assert share_of(devices, urn, 2) == [2]
    assert refused(share_of, devices, urn, 4, 5) == "key_not_yours"
    assert refused(tallying.publish_result, devices.database, urn.uuid) == "decryptions_missing"
    assert share_of(devices, urn, 4) == [2, 4]
    assert refused(share_of, devices, urn, 6) == "key_not_usable"
    assert refused(replacing, devices, 6, 4) == "key_not_yours"
    assert refused(replacing, devices, 5, 1) == "key_not_usable"
    replacing(devices, 6, by=1)
    assert refused(share_of, devices, urn, 3) == "key_not_usable"
    assert share_of(devices, urn, 6) == [2, 4, 6]
    with devices.database.reading() as session:
        keys = shares.tally_keys(session, urn.uuid)
    assert keys.enough
    assert [(group.threshold, group.received) for group in keys.groups] == [(1, 1), (2, 2)]
    assert [key.owner for key in keys.keys if not key.usable] == [3]
    result = tallying.publish_result(devices.database, urn.uuid)
    assert result.raw == '{"result":[[1,2,0,0]]}'
