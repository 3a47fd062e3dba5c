"""Writes opened.json: how numbers come from a seed, and ballots that the booth has opened.

    .venv/bin/python -m tests.vectors.generate_opened

Seeds and signatures are drawn anew each time, so the ballots change; the derivation does not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
from pathlib import Path
from typing import Any

from services.ballot.belenios.election import Question, make_election
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys.trustees import single_key

HERE = Path(__file__).resolve().parent
SEED = "5e" * 32
LABELS = (
    "choice|0|0",
    "choice|12|3",
    "proof|0|1|nonce",
    "proof|0|1|challenge|1",
    "overall|0|response|0",
    "blank|0|nonce",
)
LIST = Question("Quelle liste ?", ("Liste A", "Liste B"), True, 1, 1)
SEVERAL = (Question("Qui ?", ("Anne", "Bilal", "Chloé"), False, 0, 2), Question("Et ?", ("Oui",), True, 1, 1))
BLANK: dict[str, Any] = {"blank": True}


def derivation() -> dict[str, Any]:
    """Numbers by their labels, from the words of docs/adr/0037 and not from our code."""
    key = bytes.fromhex(SEED)
    numbers = {}
    for label in LABELS:
        digest = hmac.new(key, f"isoloir ballot 1|{label}".encode(), hashlib.sha512).digest()
        numbers[label] = str(int.from_bytes(digest, "big") % ED25519.q)
    return {"seed": SEED, "scalars": numbers}


def some(*answers: int) -> dict[str, Any]:
    """A choice as the booth has it."""
    return {"blank": False, "answers": list(answers)}


def opened(uuid: str, questions: tuple[Question, ...], *ballots: tuple[list[Any], list[Any]]) -> list[dict[str, Any]]:
    """Ballots of one election, each of its choices and of what is said of them (None for blank)."""
    raw = make_election(uuid, "Scrutin d’essai", "", single_key()[1]["public_key"], questions)
    asked = json.dumps({"election": raw, "choices": [choices for choices, _ in ballots]})
    command = ["node", str(HERE.parent / "booth" / "make-opened.js")]
    done = subprocess.run(command, input=asked, capture_output=True, encoding="utf-8", check=True)
    return [
        {"election": raw, "file": made["file"], "link": made["link"], "contents": contents}
        for made, (_, contents) in zip(json.loads(done.stdout), ballots, strict=True)
    ]


def main() -> None:
    """Write the file."""
    one = opened("3yT9RzCXGmGW5w", (LIST,), ([some(1)], [["Liste B"]]), ([BLANK], [None]))
    two = opened(
        "4zU8SADYHnHX6x",
        SEVERAL,
        ([some(0, 2), some(0)], [["Anne", "Chloé"], ["Oui"]]),
        ([some(), BLANK], [[], None]),
    )
    text = json.dumps({"derivation": derivation(), "opened": one + two}, ensure_ascii=False, indent=1)
    (HERE / "opened.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
