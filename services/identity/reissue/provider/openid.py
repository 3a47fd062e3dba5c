"""Talking to an OpenID Connect provider: the address a voter is sent to, and the claims behind the code that comes back.

The protocol is Authlib's and joserfc's; here it is said what is asked for and what is believed: the addresses that the
configured issuer publishes, tokens signed with a key that it publishes now, for this client, with the nonce of this try.
"""

from __future__ import annotations

import hmac
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from services.identity.settings import Settings, is_safe_address
from services.runtime import deadline

TIMEOUT = 4.0
"""Seconds for one answer; a try needs two, and two more where addresses and keys are not known yet."""
PLACES = 8
"""How many tries one process has under way: a provider that hangs takes no worker from other pages."""
LEEWAY = 60
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "Ed25519", "EdDSA")
"""Signatures that are believed: none by a shared secret, and not « none »."""


class ProviderAway(Exception):
    """The provider does not answer, or answers what nobody understands."""


class ProviderNotBelieved(Exception):
    """An answer that is not for us, not from the provider, or not of this try; the argument says which check failed."""


@dataclass(frozen=True)
class Client:
    """What the provider knows this portal by. `name` is how people call the provider, `acr` the level asked for, or none."""

    issuer: str
    client_id: str
    client_secret: str
    redirect: str
    name: str
    scopes: str
    acr: str

    @classmethod
    def of(cls, settings: Settings) -> Client:
        """What the service's settings say."""
        return cls(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            redirect=f"{settings.public_url}/reassort/identite/retour",
            name=settings.oidc_name,
            scopes=settings.oidc_scopes,
            acr=settings.oidc_acr,
        )


class Provider:
    """The provider, as one process knows it: addresses and keys are asked for once, and again when a key is new."""

    def __init__(self, client: Client, key: str) -> None:
        """Remember whom to ask.

        Args:
            client: what the provider knows us by.
            key: key of the service (hexadecimal) that nonce and verifier of each try are drawn from.
        """
        self.client = client
        self._key = bytes.fromhex(key)
        self._places = threading.BoundedSemaphore(PLACES)
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None

    def address(self, state: str, language: str) -> str:
        """Where to send a voter. Raises ProviderAway."""
        with self._talking() as session:
            metadata = self._discovered(session)
            more = {"acr_values": self.client.acr} if self.client.acr else {}
            address, _state = session.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state,
                code_verifier=self._drawn("verifier", state),
                nonce=self._drawn("nonce", state),
                ui_locales=language,
                **more,
            )
            return str(address)

    def claims(self, state: str, code: str, issuer: str | None) -> Mapping[str, Any]:
        """What the provider says of the person who brought `code` back.

        Args:
            state: that of this try, which the caller has found to be this browser's.
            code: the provider's code.
            issuer: the `iss` of the answer (RFC 9207), None where it has none.

        Raises:
            ProviderAway: it does not answer.
            ProviderNotBelieved: something in the answer is not as it must be.
        """
        with self._talking() as session:
            metadata = self._discovered(session)
            named = bool(metadata.get("authorization_response_iss_parameter_supported"))
            if (issuer is not None or named) and issuer != self.client.issuer:
                raise ProviderNotBelieved("issuer")
            methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            session.token_endpoint_auth_method = (
                "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
            )
            token = session.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=self._drawn("verifier", state),
                redirect_uri=self.client.redirect,
                timeout=_seconds(),
                allow_redirects=False,
            )
            subject = self._subject(session, token, self._drawn("nonce", state))
            return self._user_info(session, metadata, subject)

    def _subject(self, session: OAuth2Session, token: Mapping[str, Any], nonce: str) -> str:
        found = self._signed(session, str(token.get("id_token", "")))
        must: dict[str, Any] = {
            "iss": {"essential": True, "value": self.client.issuer},
            "aud": {"essential": True, "value": self.client.client_id},
        }
        if self.client.acr:
            must["acr"] = {"essential": True, "values": self.client.acr.split()}
        known = {"nonce": nonce, "client_id": self.client.client_id, "access_token": token.get("access_token")}
        CodeIDToken(found.claims, found.header, must, known).validate(leeway=LEEWAY)
        return str(found.claims["sub"])

    def _user_info(self, session: OAuth2Session, metadata: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """The claims, as JSON or, as FranceConnect has them, as a signed token."""
        answer = session.get(metadata["userinfo_endpoint"], timeout=_seconds(), allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            raise ProviderAway("userinfo")
        if answer.headers.get("Content-Type", "").partition(";")[0].strip() == "application/jwt":
            claims = self._signed(session, answer.text).claims
            audience = claims.get("aud")
            ours = self.client.client_id in (audience if isinstance(audience, list) else [audience])
            if claims.get("iss") != self.client.issuer or not ours:
                raise ProviderNotBelieved("userinfo")
        else:
            claims = _object(answer.json())
        if claims.get("sub") != subject:
            raise ProviderNotBelieved("sub")
        return claims

    def _signed(self, session: OAuth2Session, token: str) -> jwt.Token:
        """A token whose signature is by a key that the provider publishes; an unknown one is looked for: keys change."""
        try:
            return jwt.decode(token, self._keys or self._fetched_keys(session), algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            return jwt.decode(token, self._fetched_keys(session), algorithms=ALGORITHMS)

    def _fetched_keys(self, session: OAuth2Session) -> KeySet:
        self._keys = KeySet.import_key_set(self._fetched(session, self._metadata["jwks_uri"]))  # type: ignore[arg-type]
        return self._keys

    def _discovered(self, session: OAuth2Session) -> Mapping[str, Any]:
        if not self._metadata:
            found = self._fetched(session, f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            if found.get("issuer") != self.client.issuer:
                raise ProviderNotBelieved("issuer")
            if not all(isinstance(found.get(name), str) and is_safe_address(found[name]) for name in needed):
                raise ProviderNotBelieved("addresses")
            self._metadata = found
        return self._metadata

    def _fetched(self, session: OAuth2Session, address: str) -> dict[str, Any]:
        answer = session.request("GET", address, withhold_token=True, timeout=_seconds(), allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            raise ProviderAway("addresses")
        return _object(answer.json())

    def _drawn(self, use: str, state: str) -> str:
        """A secret of one try: the state alone is carried, and what is drawn from it is kept nowhere."""
        return urlsafe_b64encode(hmac.digest(self._key, f"oidc|{use}|{state}".encode(), "sha256")).decode().rstrip("=")

    @contextmanager
    def _talking(self) -> Iterator[OAuth2Session]:
        if not self._places.acquire(blocking=False):
            raise ProviderAway("places")
        client = self.client
        try:
            with OAuth2Session(
                client.client_id,
                client.client_secret,
                scope=client.scopes,
                redirect_uri=client.redirect,
                code_challenge_method="S256",
            ) as session:
                yield session
        except (JoseError, AuthlibBaseError) as error:
            # What Authlib and joserfc say quotes the provider's words; the name of the check is enough.
            check = error.error or type(error).__name__
            raise ProviderNotBelieved(f"{check[:50]} {getattr(error, 'claim', '')}".strip()) from None
        except (requests.RequestException, KeyError, TypeError, ValueError) as error:
            raise ProviderAway(type(error).__name__) from None
        finally:
            self._places.release()


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ProviderAway("answer")
    return found


def _seconds() -> float:
    """How long to wait for one answer: never longer than whoever asked us."""
    left = deadline.remaining()
    deadline.check()
    return TIMEOUT if left is None else min(TIMEOUT, left)
