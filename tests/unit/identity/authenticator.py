"""An authenticator made of software, for tests: it answers as browsers do, and can be made to answer wrongly."""

import json
import secrets
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One device with one key. `count` is what it has counted; None for one that does not count."""

    def __init__(self, count=0, flags=PRESENT | VERIFIED):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = bytes_to_base64url(secrets.token_bytes(32))
        self.count = count
        self.flags = flags

    def create(self, options, origin, **changes):
        """What navigator.credentials.create() gives, as JSON."""
        asked = json.loads(options)
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        raw = base64url_to_bytes(self.id)
        data = (
            self._data(changes.get("rp_id", asked["rp"]["id"]), ATTESTED)
            + bytes(16)
            + len(raw).to_bytes(2, "big")
            + raw
            + cbor2.dumps(cose)
        )
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", changes.get("challenge", asked["challenge"]), origin)
        return self._answer(clientDataJSON=client, attestationObject=attestation, transports=["internal", "odd"])

    def get(self, options, origin, **changes):
        """What navigator.credentials.get() gives, as JSON."""
        asked = json.loads(options)
        if self.count is not None:
            self.count += 1
        data = self._data(changes.get("rp_id", asked["rpId"]))
        client = self._client("webauthn.get", changes.get("challenge", asked["challenge"]), origin)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, rp_id, flags=0):
        return sha256(rp_id.encode()).digest() + bytes([self.flags | flags]) + (self.count or 0).to_bytes(4, "big")

    @staticmethod
    def _client(kind, challenge, origin):
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _answer(self, **response):
        written = {
            name: bytes_to_base64url(value) if isinstance(value, bytes) else value for name, value in response.items()
        }
        return json.dumps(
            {"id": self.id, "rawId": self.id, "type": "public-key", "response": written, "clientExtensionResults": {}}
        )
