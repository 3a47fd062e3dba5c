"""Proving an identity at a real OpenID Connect provider (A11): what is believed, once, in one session, for one voter."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from deploy.local.launcher.ports import free_port
from services.identity.models import IdentityCheck, Voter, VotingEvent, outbox
from services.identity.reissue import requests, rules
from services.identity.reissue.provider import checks
from services.identity.reissue.provider.openid import Client, Provider, ProviderAway, ProviderNotBelieved
from services.identity.settings import Settings
from services.identity.voting_events import voting_events
from services.runtime.refusals import Refusal
from services.runtime.sealing_box import open_sealed
from tests.servers.identity_provider import REDIRECT, identity_provider, walked
from tests.unit.identity.world import EVENT, KEY, NOW, definition, everything, import_roll, row

BOB = {"given_name": "ZOE MARIE", "family_name": "NOM BOB", "birthdate": "1980-04-07"}
STATE = "s" * 43
SCOPES = "openid given_name family_name preferred_username birthdate"


@pytest.fixture(scope="module")
def server():
    with identity_provider() as running:
        yield running


@pytest.fixture
def provider(server):
    server.person(**BOB)
    return Provider(client(server.issuer), KEY)


def client(issuer, client_id="isoloir", **changes):
    secret = f"secret-of-{client_id}-that-must-not-leak"
    return replace(Client(issuer, client_id, secret, REDIRECT, "FranceConnect", SCOPES, ""), **changes)


# What is believed of the provider


def claims(provider, brought=None, asked_by=None):
    brought = walked((asked_by or provider).address(STATE, "fr")) if brought is None else brought
    return provider.claims(STATE, brought["code"], brought.get("iss"))


@pytest.mark.parametrize("client_id", ["isoloir", "signed"])
def test_the_claims_come_from_the_provider_as_json_or_signed(server, client_id):
    server.person(**BOB)
    found = claims(Provider(client(server.issuer, client_id), KEY))
    assert {name: found[name] for name in BOB} == BOB


def test_nothing_secret_is_in_the_address(provider):
    address = provider.address(STATE, "en")
    assert "code_challenge_method=S256" in address
    assert "ui_locales=en" in address
    for secret in (provider.client.client_secret, provider._drawn("verifier", STATE), KEY):
        assert secret not in address


def test_keys_change_and_the_new_one_is_looked_for(provider, server):
    claims(provider)
    server.rotate()
    assert claims(provider)["sub"]


class Tampering(Provider):
    """Believes as if it were another client, or after the token was touched."""

    def __init__(self, *known, change=(), nonce="", token=str):
        super().__init__(*known)
        self.change, self.nonce, self.token = dict(change), nonce, token

    def _subject(self, session, token, nonce):
        self.client = replace(self.client, **self.change)
        return super()._subject(session, {**token, "id_token": self.token(token["id_token"])}, self.nonce or nonce)


def unsigned(token):
    return "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."


def resigned(token):
    head, body, signature = token.split(".")
    return ".".join((head, body, signature[::-1]))


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"change": {"client_id": "another"}}, "aud"),
        ({"change": {"issuer": "https://another.example.org"}}, "iss"),
        ({"change": {"acr": "eidas3"}}, "acr"),
        ({"nonce": "another"}, "nonce"),
        ({"token": unsigned}, "algorithm"),
        ({"token": resigned}, "bad_signature"),
        ({"token": lambda _token: "junk"}, "decode"),
    ],
    ids=["audience", "issuer", "level", "nonce", "unsigned", "forged", "junk"],
)
def test_a_token_that_is_not_for_this_try_is_not_believed(server, changes, check):
    server.person(**BOB)
    tampering = Tampering(client(server.issuer), KEY, **changes)
    with pytest.raises(ProviderNotBelieved, match=check):
        claims(tampering)


def test_the_verifier_of_another_try_opens_nothing(provider, server):
    with pytest.raises(ProviderNotBelieved, match="invalid_grant"):
        claims(provider, asked_by=Provider(client(server.issuer), "22" * 32))


@pytest.mark.parametrize("named", [None, "https://another.example.org"])
def test_an_answer_in_another_issuers_name_is_not_believed(provider, named):
    brought = walked(provider.address(STATE, "fr"))
    with pytest.raises(ProviderNotBelieved, match="issuer"):
        provider.claims(STATE, brought["code"], named)


def test_a_code_is_good_once(provider):
    brought = walked(provider.address(STATE, "fr"))
    claims(provider, brought)
    with pytest.raises(ProviderNotBelieved, match="invalid_grant"):
        claims(provider, brought)


def test_a_provider_that_is_away_or_says_it_is_another(server):
    with pytest.raises(ProviderAway):
        Provider(client(f"http://127.0.0.1:{free_port()}"), KEY).address(STATE, "fr")
    with pytest.raises(ProviderNotBelieved):
        Provider(client(f"{server.issuer}/"), KEY).address(STATE, "fr")


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://provider.example.org"},
        {"oidc_issuer": "https://provider.example.org", "oidc_client_secret": ""},
    ],
)
def test_a_provider_that_is_half_set_does_not_start(wrong):
    whole = {"oidc_client_id": "isoloir", "oidc_client_secret": "s" * 20, "oidc_issuer": "https://p.example.org"}
    named = ("holder_key", "permit_private_key", "mail_public_key", "sms_public_key", "event_private_key")
    keys = dict.fromkeys(named, KEY)
    assert Settings(**keys, **whole).oidc_name == "FranceConnect"
    with pytest.raises(ValidationError, match="OIDC"):
        Settings(**keys, **(whole | wrong))


# A try of a voter


@pytest.fixture
def terms(letters):
    return requests.Terms(letters, KEY, most=3, voters_per_phone=2)


@pytest.fixture
def roll(database):
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    born = {"date_naissance": "07/04/1980", "numen": ""}
    names = [("anne", {"date_naissance": "", "numen": ""}), ("bob", born), ("chloe", born)]
    import_roll(database, [row(f"{name}@ac-amiens.fr", **facts) for name, facts in names])
    with database.transaction() as session:
        session.get_one(VotingEvent, EVENT).codes_listed_at = NOW - timedelta(days=20)
    return database


def asker(database, name="bob", session_id="his-session"):
    with database.reading() as session:
        voter = session.scalars(select(Voter.id).where(Voter.identifier == f"{name}@ac-amiens.fr")).one()
    return checks.Asker(voter, session_id)


def begin(database, provider, terms, who=None, now=NOW):
    return checks.begin(database, provider, terms, who or asker(database), language="fr", now=now)


def end(database, provider, terms, brought, who=None, now=NOW):
    answer = checks.Answer(brought["state"], brought.get("code"), brought.get("error"), brought.get("iss"))
    return checks.end(database, provider, terms, who or asker(database), answer, now)


def refused(code, function, *arguments, **more):
    with pytest.raises(Refusal) as refusal:
        function(*arguments, **more)
    assert refusal.value.code == code
    return refusal.value.details


def mails(database):
    with database.reading() as session:
        found = session.scalars(select(outbox.c.payload).where(outbox.c.type == "message_requested"))
        return [json.loads(payload) for payload in found]


def test_who_is_on_the_roll_gets_the_link_that_leads_to_a_code(roll, provider, terms, keypair):
    brought = walked(begin(roll, provider, terms))
    assert end(roll, provider, terms, brought) == NOW + timedelta(hours=1)
    [mail] = mails(roll)
    letter = open_sealed(keypair[0], mail["sealed"])
    assert (mail["template"], letter["to"]) == ("reissue_link", {"email": "bob@ac-amiens.fr"})
    token = letter["values"]["link"].rsplit("/", 1)[1]
    bob = asker(roll).voter_id
    asked = requests.by_link(roll, terms, voter_id=bob, token=token, browser_key="ab" * 32, now=NOW)
    assert (asked.left, asked.new) == (2, True)
    # Nothing of the identity is kept, nor anything of the try.
    assert not any(said in repr(everything(roll)) for said in ("ZOE MARIE", "NOM BOB", "1980-04-07", brought["state"]))
    with roll.reading() as session:
        assert session.scalars(select(IdentityCheck)).all() == []


def test_an_answer_serves_once_and_only_in_the_session_that_asked(roll, provider, terms):
    brought = walked(begin(roll, provider, terms))
    for other in (asker(roll, "chloe"), asker(roll, "bob", "another-session"), asker(roll, "chloe", "another-session")):
        refused("identity_check_unknown", end, roll, provider, terms, brought, other)
    end(roll, provider, terms, brought)
    refused("identity_check_unknown", end, roll, provider, terms, brought)
    assert len(mails(roll)) == 1


def test_a_try_is_over_after_a_while_or_when_another_is_begun(roll, provider, terms):
    first = walked(begin(roll, provider, terms))
    second = walked(begin(roll, provider, terms))
    refused("identity_check_unknown", end, roll, provider, terms, first)
    refused("identity_check_unknown", end, roll, provider, terms, second, now=NOW + checks.LIFETIME)
    begin(roll, provider, terms)
    with roll.transaction() as session:
        checks.forget(session, NOW + checks.LIFETIME)
        assert session.scalars(select(IdentityCheck)).all() == []
    assert mails(roll) == []


def test_another_identity_than_the_rolls_is_refused_and_bounded_and_sends_nothing(roll, provider, server, terms):
    server.person(**BOB | {"birthdate": "1980-04-08"})
    for _ in range(5):
        details = refused("identity_differs", end, roll, provider, terms, walked(begin(roll, provider, terms)))
        assert details == {"provider": "FranceConnect"}
    server.person(**BOB)
    late = walked(begin(roll, provider, terms))
    assert refused("reissue_resting", end, roll, provider, terms, late) == {"minutes": 1}
    assert mails(roll) == []
    end(roll, provider, terms, walked(begin(roll, provider, terms)), now=NOW + timedelta(minutes=2))


def test_who_says_no_at_the_provider_is_told_so(roll, provider, server, terms):
    server.person(refuses=True)
    brought = walked(begin(roll, provider, terms))
    assert brought["error"] == "access_denied"
    refused("identity_check_cancelled", end, roll, provider, terms, brought)
    refused("identity_check_unknown", end, roll, provider, terms, brought)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("temporarily_unavailable", "provider_away"),
        ("invalid_scope", "identity_check_refused"),
        (None, "identity_check_refused"),
    ],
)
def test_other_errors_of_the_provider_have_their_words(roll, provider, terms, error, code):
    state = walked(begin(roll, provider, terms))["state"]
    refused(code, end, roll, provider, terms, {"state": state, "error": error})


def test_a_provider_that_goes_away_in_between_spends_no_guess(roll, provider, server, terms):
    brought = walked(begin(roll, provider, terms))
    gone = Provider(client(f"http://127.0.0.1:{free_port()}"), KEY)
    refused("provider_away", begin, roll, gone, terms, asker(roll, "chloe"))
    refused("provider_away", end, roll, gone, terms, brought)
    for _ in range(5):
        end(roll, provider, terms, walked(begin(roll, provider, terms)))
    assert len(mails(roll)) == 1  # the others found it on its way


def test_whom_the_roll_has_no_date_of_birth_of_is_offered_nothing(roll, provider, terms):
    refused("reissue_proof_missing", begin, roll, provider, terms, asker(roll, "anne"))
    with roll.reading() as session:
        found = {
            name: rules.shown(rules.standing(session, asker(roll, name).voter_id, 3, NOW), "FranceConnect").provider
            for name in ("anne", "bob")
        }
        assert rules.shown(rules.standing(session, asker(roll).voter_id, 3, NOW)).provider is None
    assert found == {"anne": None, "bob": "FranceConnect"}


def test_the_window_holds_for_this_proof_too(roll, provider, terms):
    refused("reissue_closed", begin, roll, provider, terms, now=definition().closes_at)
    brought = walked(begin(roll, provider, terms, now=definition().closes_at - timedelta(minutes=1)))
    refused("reissue_closed", end, roll, provider, terms, brought, now=definition().closes_at)
