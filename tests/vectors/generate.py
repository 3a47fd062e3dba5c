"""Writes the vectors that the Python and the JavaScript implementations both must satisfy.

    .venv/bin/python tests/vectors/generate.py

Everything is deterministic, except the randomness inside ballots and proofs (nobody needs to reproduce that: each side
checks what the other made); running it again therefore changes ballots.json, and only that file and trustees.json.

codes.json       voting codes: valid, as typed, refused with their reason; the credentials they give
group.json       points, scalars, sums, products, challenges
ballots.json     two elections (with and without a blank vote), ballots with their secrets and trackers, tampered
                 ballots with the refusal that ``check_ballot`` must answer
trustees.json    a trustees file, an encrypted tally, partial decryptions and the result
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from services.ballot.belenios import ballot, tally  # noqa: E402
from services.ballot.belenios.canonical import dumps  # noqa: E402
from services.ballot.belenios.election import Election, Question, make_election  # noqa: E402
from services.ballot.belenios.errors import InvalidBallot, Malformed  # noqa: E402
from services.ballot.belenios.group import ED25519  # noqa: E402
from services.ballot.belenios.hashing import sha_b64, sha_hex  # noqa: E402
from services.ballot.belenios.keys import pedersen, trustees  # noqa: E402
from services.ballot.belenios.keys.credential import private_from_credential, public_credential  # noqa: E402
from services.reassort.codes import voting_code  # noqa: E402

EVENT = "VotingEvent111"
ELECTIONS = ("E1ecaaaaaaaaaa", "E2ecbbbbbbbbbb")
Q = ED25519.q


def stream(label: str, count: int, modulus: int) -> list[int]:
    """Deterministic numbers: SHA-256 of "label|i" modulo ``modulus``."""
    return [int(sha_hex(f"{label}|{i}"), 16) % modulus for i in range(count)]


def code(label: str) -> str:
    """A deterministic valid voting code."""
    values = stream(label, 15, 32)
    return "".join(voting_code.ALPHABET[v] for v in [*values, voting_code._check_value(values)])


def codes() -> dict[str, Any]:
    valid = [code(f"code {i}") for i in range(8)]
    with_lookalikes = next(c for c in (code(f"look {i}") for i in range(1000)) if "0" in c and c.count("1") >= 2)
    folded = with_lookalikes.replace("0", "o").replace("1", "I", 1).replace("1", "l")
    typed = [
        {"typed": voting_code.format_code(valid[0]), "normalized": valid[0]},
        {"typed": valid[1].lower(), "normalized": valid[1]},
        {"typed": "  " + " - ".join(valid[2]) + "\t", "normalized": valid[2]},
        {"typed": "\u00a0".join([valid[3][:8], valid[3][8:]]), "normalized": valid[3]},
        {"typed": "\u2011".join(valid[4][i : i + 4] for i in range(0, 16, 4)), "normalized": valid[4]},
        {"typed": folded, "normalized": with_lookalikes},
        {"typed": folded.swapcase(), "normalized": with_lookalikes},
    ]
    wrong_symbol = (
        valid[0][:5] + voting_code.ALPHABET[(voting_code.ALPHABET.index(valid[0][5]) + 1) % 32] + valid[0][6:]
    )
    i = next(i for i in range(15) if valid[1][i] != valid[1][i + 1])
    exchanged = valid[1][:i] + valid[1][i + 1] + valid[1][i] + valid[1][i + 2 :]
    refused = [
        {"typed": "", "reason": "empty"},
        {"typed": " - - ", "reason": "empty"},
        {"typed": valid[0][:15], "reason": "bad-length"},
        {"typed": valid[0] + "0", "reason": "bad-length"},
        {"typed": "0" * 500, "reason": "bad-length"},
        {"typed": "U" + valid[0][1:], "reason": "bad-symbol"},
        {"typed": "u" + valid[0][1:], "reason": "bad-symbol"},
        {"typed": "é" + valid[0][1:], "reason": "bad-symbol"},
        {"typed": "\u017f" + valid[0][1:], "reason": "bad-symbol"},
        {"typed": "\uff11" + valid[0][1:], "reason": "bad-symbol"},
        {"typed": valid[0][:4] + "." + valid[0][4:], "reason": "bad-symbol"},
        {"typed": wrong_symbol, "reason": "bad-check"},
        {"typed": exchanged, "reason": "bad-check"},
    ]
    derived = []
    for value in (*valid[:4], with_lookalikes):
        for salt, iterations in ((EVENT, voting_code.DEFAULT_ITERATIONS), ("Autre scrutin é", 1000), (EVENT, 1)):
            credential = voting_code.credential_from_code(value, salt, iterations)
            derived.append(
                {
                    "event_uuid": salt,
                    "code": value,
                    "iterations": iterations,
                    "credential": credential,
                    "elections": [
                        {
                            "uuid": uuid,
                            "secret": str(private_from_credential(uuid, credential)),
                            "public_credential": public_credential(private_from_credential(uuid, credential)),
                        }
                        for uuid in ELECTIONS
                    ],
                }
            )
    return {
        "alphabet": voting_code.ALPHABET,
        "valid": [{"normalized": c, "shown": voting_code.format_code(c)} for c in valid],
        "typed": typed,
        "refused": refused,
        "derived": derived,
    }


def group() -> dict[str, Any]:
    scalars = [0, 1, 2, Q - 1, *stream("scalar", 6, Q)]
    points = [ED25519.base_mul(s) for s in scalars]
    encode = ED25519.encode
    order_two = ((2**255 - 19) - 1).to_bytes(32, "big").hex()
    mixed = encode(ED25519.add(points[4], bytes.fromhex(order_two)[::-1]))
    challenges = []
    for prefix, some in (("", []), ("prove|é|", points[:3]), ("sig|abc|", points[4:5]), ("x", points)):
        challenges.append(
            {"prefix": prefix, "points": [encode(p) for p in some], "challenge": str(ED25519.challenge(prefix, some))}
        )
    texts = ["", "abc", 'Élection "2026"']
    return {
        "q": str(Q),
        "generator": encode(ED25519.generator),
        "identity": encode(ED25519.identity),
        "multiples": [{"scalar": str(s), "point": encode(p)} for s, p in zip(scalars, points, strict=True)],
        "sums": [
            {"a": encode(a), "b": encode(b), "sum": encode(ED25519.add(a, b)), "difference": encode(ED25519.sub(a, b))}
            for a, b in zip(points, reversed(points), strict=True)
        ],
        "products": [
            {"point": encode(p), "scalar": str(s), "product": encode(ED25519.mul(p, s))}
            for p, s in zip(points, reversed(scalars), strict=True)
        ],
        "refused_points": {
            "order two": order_two,
            "right plus a point of order two": mixed,
            "upper case": encode(ED25519.base_mul(5)).upper(),
            "not on the curve": "00" * 31 + "02",
            "not canonical": (2**255 - 19 + 1).to_bytes(32, "big").hex(),
            "too short": encode(ED25519.generator)[:-2],
            "little-endian generator": ED25519.generator.hex(),
        },
        "refused_scalars": [str(Q), "-1", "01", "", "1e3", "0x1", " 1", "9" * 80],
        "challenges": challenges,
        "hashes": [{"text": t, "hex": sha_hex(t), "b64": sha_b64(t)} for t in texts],
    }


PLAIN = [
    Question("Collège des cadres : une liste", ('Liste "A"', "Liste B", "Liste C"), False, 1, 1),
]
BLANK = [
    Question("Comité social : une liste ou blanc", ("Liste é", "Liste \\ B", "Liste C"), True, 1, 1),
    Question("Deux délégués au plus", ("Un", "Deux", "Trois", "Quatre"), True, 0, 2),
    Question("Deux ou trois noms", ("Un", "Deux", "Trois", "Quatre"), False, 2, 3),
]


def signed_again(election: Election, secret: int, value: dict[str, Any]) -> str:
    """A changed ballot with a signature that holds, so that another check must refuse it."""
    unsigned = {key: value[key] for key in value if key != "signature"}
    digest = sha_b64(dumps(unsigned))
    proof = ballot.prove_knowledge(ED25519, secret, f"sig|{digest}|").as_json()
    return dumps(unsigned | {"signature": {"hash": digest, "proof": proof}})


def tampered(election: Election, other: Election, secret: int, raw: str) -> list[dict[str, str]]:
    group_vectors = group()
    cases: list[tuple[str, str]] = []

    def case(name: str, change: Callable[[dict[str, Any]], Any], sign: bool = True) -> None:
        value = json.loads(raw)
        value = change(value) or value
        cases.append((name, signed_again(election, secret, value) if sign else dumps(value)))

    def put(value: Any, path: list[Any], new: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = new(value[path[-1]]) if callable(new) else new

    def setter(path: list[Any], new: Any) -> Callable[[dict[str, Any]], None]:
        return lambda value: put(value, path, new)

    def plus_one(text: str) -> str:
        return str((int(text) + 1) % Q)

    first = ["answers", 0]
    case("space after a comma", lambda v: None, sign=False)
    cases[-1] = (cases[-1][0], raw.replace(",", ", ", 1))
    cases.append(("escaped character", raw.replace("election_uuid", "\\u0065lection_uuid", 1)))
    cases.append(("truncated", raw[:-1]))
    cases.append(("trailing newline", raw + "\n"))
    cases.append(("a key twice", raw.replace("{", '{"election_uuid":"x",', 1)))
    cases.append(("longer than any ballot", raw + " " * 100_000))
    case("other uuid", setter(["election_uuid"], other.uuid))
    case("other election hash", setter(["election_hash"], other.hash))
    case("credential changed after signature", setter(["credential"], public_credential(7)), sign=False)
    case("credential identity", setter(["credential"], ED25519.encode(ED25519.identity)))
    case("credential of order two", setter(["credential"], group_vectors["refused_points"]["order two"]))
    case("signature hash changed", setter(["signature", "hash"], sha_b64("x")), sign=False)
    case("signature response changed", setter(["signature", "proof", "response"], plus_one), sign=False)
    case("signature challenge out of range", setter(["signature", "proof", "challenge"], str(Q)), sign=False)
    case("one more key", lambda v: v.update(extra="x"), sign=False)
    case("keys in another order", lambda v: dict(reversed(v.items())), sign=False)
    case("no answer", setter(["answers"], []))
    case("one more answer", lambda v: v["answers"].append(v["answers"][0]))
    case("one choice missing", setter([*first, "choices"], lambda c: c[:-1]))
    case("one more choice", setter([*first, "choices"], lambda c: [*c, c[0]]))
    case("one more individual proof", setter([*first, "individual_proofs", 0], lambda p: [*p, p[0]]))
    case("overall proof missing", lambda v: v["answers"][0].pop("overall_proof") and None)
    case("number instead of string", setter([*first, "overall_proof", 0, "response"], 5))
    order_two = group_vectors["refused_points"]["order two"]
    case("choice of order two", setter([*first, "choices", 0, "alpha"], order_two))
    case(
        "choice outside the subgroup",
        setter([*first, "choices", 1, "beta"], group_vectors["refused_points"]["right plus a point of order two"]),
    )
    case("response out of range", setter([*first, "individual_proofs", 0, 0, "response"], lambda r: str(int(r) + Q)))
    case("individual response changed", setter([*first, "individual_proofs", 0, 1, "response"], plus_one))
    case("choices exchanged", setter([*first, "choices"], lambda c: [c[1], c[0], *c[2:]]))
    case("overall response changed", setter([*first, "overall_proof", 0, "response"], plus_one))
    if election.questions[0].blank:
        case("blank response changed", setter([*first, "blank_proof", 0, "response"], plus_one))
        case("blank proof missing", lambda v: v["answers"][0].pop("blank_proof") and None)
    else:
        proof = {"challenge": "0", "response": "0"}
        case("blank proof where no blank vote exists", lambda v: v["answers"][0].update(blank_proof=[proof, proof]))
    result = []
    for name, text in cases:
        try:
            ballot.check_ballot(election, text)
        except InvalidBallot as refusal:
            result.append({"case": name, "raw": text, "reason": refusal.reason})
        else:
            raise AssertionError(f"accepted: {name}")
    return result


def ballots() -> dict[str, Any]:
    key = ED25519.encode(ED25519.base_mul(stream("election key", 1, Q)[0]))
    elections = [
        Election.parse(make_election(uuid, f"Scrutin {i}", "Vecteurs d'essai", key, questions))
        for i, (uuid, questions) in enumerate(zip(ELECTIONS, (PLAIN, BLANK), strict=True), start=1)
    ]
    choices: list[list[list[list[int]]]] = [
        [[[1, 0, 0]], [[0, 0, 1]]],
        [
            [[1, 0, 0, 0], [1, 0, 0, 0, 0], [1, 1, 0, 0]],
            [[0, 0, 1, 0], [0, 0, 0, 0, 0], [1, 0, 1, 1]],
            [[0, 1, 0, 0], [0, 1, 0, 0, 1], [0, 0, 1, 1]],
        ],
    ]
    result = []
    for election, other, plaintexts in zip(elections, reversed(elections), choices, strict=True):
        made = []
        for number, plaintext in enumerate(plaintexts):
            credential = voting_code.credential_from_code(code(f"code {number}"), EVENT)
            secret = private_from_credential(election.uuid, credential)
            raw = ballot.make_ballot(election, secret, plaintext)
            checked = ballot.check_ballot(election, raw)
            made.append(
                {
                    "credential": credential,
                    "secret": str(secret),
                    "public_credential": checked.credential,
                    "plaintext": plaintext,
                    "raw": raw,
                    "tracker": checked.tracker,
                    "object_hash": checked.object_hash,
                }
            )
        raws = [m["raw"] for m in made]
        result.append(
            {
                "raw": election.raw,
                "uuid": election.uuid,
                "hash": election.hash,
                "max_ballot_size": ballot.max_ballot_size(election),
                "election_secret": str(stream("election key", 1, Q)[0]),
                "ballots": made,
                "encrypted_tally": tally.encrypted_tally(election, raws),
                "sums": [[sum(column) for column in zip(*rows, strict=True)] for rows in zip(*plaintexts, strict=True)],
                "tampered": tampered(election, other, int(made[0]["secret"]), made[0]["raw"]),
            }
        )
    return {"elections": result}


def trustee_vectors() -> dict[str, Any]:
    administration, administrators = pedersen.run_ceremony(2, 1)
    delegates, delegate_holders = pedersen.run_ceremony(3, 2)
    raw = trustees.make_trustees([("Pedersen", administration), ("Pedersen", delegates)])
    checked = trustees.check_trustees(raw)
    election = Election.parse(make_election("TrusteesVector", "Clefs", "Vecteurs d'essai", checked.public_key, PLAIN))
    plaintexts = [[[1, 0, 0]], [[1, 0, 0]], [[0, 1, 0]]]
    raws = [ballot.make_ballot(election, 100 + i, p) for i, p in enumerate(plaintexts)]
    encrypted = tally.encrypted_tally(election, raws)
    sized = tally.sized_encrypted_tally(len(raws), encrypted)
    holders = {1: administrators[0], 3: delegate_holders[0], 5: delegate_holders[2]}
    partial = {n: tally.partial_decryption(election, encrypted, h.decryption_key) for n, h in holders.items()}
    return {
        "trustees": raw,
        "election": election.raw,
        "encrypted_tally": encrypted,
        "sized_encrypted_tally": sized,
        "partial_decryptions": [{"owner": n, "raw": r} for n, r in partial.items()],
        "result": tally.compute_result(election, checked, sized, encrypted, partial),
        "holders": [
            {"owner": n, "seed": h.seed, "decryption_key": str(h.decryption_key), "output": h.output}
            for n, h in holders.items()
        ],
        "certificates": [
            [h.certificate for h in administrators],
            [h.certificate for h in delegate_holders],
        ],
    }


def main() -> None:
    for text in group()["refused_points"].values():
        try:
            ED25519.decode(text)
        except Malformed:
            continue
        raise AssertionError(f"accepted: {text}")
    assert hashlib.sha256(b"abc").hexdigest() == sha_hex("abc")
    for name, make in (("codes", codes), ("group", group), ("ballots", ballots), ("trustees", trustee_vectors)):
        text = json.dumps(make(), ensure_ascii=False, indent=1)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}.json")


if __name__ == "__main__":
    main()
