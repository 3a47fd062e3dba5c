"""The code as French speech: pieces made at build time, put together with pauses, differently for each code."""

import random
import sys
import wave
from array import array
from functools import cache
from io import BytesIO
from pathlib import Path

from gateway.captcha.symbols import SPOKEN, VARIANTS

FOLDER = Path(__file__).parent / "build"
"""Where the pieces are: beside the code and not among the static files, which anybody may fetch."""

PAUSE = (0.55, 0.95)  # seconds between two symbols
EDGE = (0.25, 0.5)  # seconds before the first and after the last
LOUDNESS = (60, 85)  # per cent
HISS = 260  # of 32767: a background that hides where a piece was cut


class VoiceNotBuilt(RuntimeError):
    """The pieces are missing: `make setup` makes them."""


def piece_file(symbol: str, variant: int) -> str:
    """The name of a piece."""
    return f"{symbol}{variant}.wav"


@cache
def piece(symbol: str, variant: int) -> tuple[int, "array[int]"]:
    """(samples a second, 16-bit mono samples) of a symbol. VoiceNotBuilt."""
    try:
        with wave.open(str(FOLDER / piece_file(symbol, variant))) as file:
            samples = array("h", file.readframes(file.getnframes()))
            rate = file.getframerate()
    except OSError as error:
        raise VoiceNotBuilt(symbol) from error
    if sys.byteorder == "big":
        samples.byteswap()
    return rate, samples


def is_built() -> bool:
    """Whether every piece is there."""
    return all((FOLDER / piece_file(symbol, variant)).exists() for symbol in SPOKEN for variant in range(VARIANTS))


def wav(text: str, seed: bytes) -> bytes:
    """The text spelled in French, as WAV. VoiceNotBuilt; KeyError for a symbol that is not spoken.

    In: a secret `seed` of this code: the same seed gives the same sound, since browsers fetch sounds in parts.
    """
    chance = random.Random(seed)  # noqa: S311  variety, not secrecy: the sound tells the code anyway
    spoken = array("h")
    rate = 0
    for place, symbol in enumerate(text.lower()):
        if symbol not in SPOKEN:
            raise KeyError("not a symbol of a code")
        rate, samples = piece(symbol, chance.randrange(VARIANTS))
        spoken.extend(_hiss(chance, int(rate * chance.uniform(*(PAUSE if place else EDGE)))))
        loudness = chance.randint(*LOUDNESS)
        spoken.extend(sample * loudness // 100 for sample in samples)
    spoken.extend(_hiss(chance, int(rate * chance.uniform(*EDGE))))
    if sys.byteorder == "big":
        spoken.byteswap()
    written = BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate or 22050)
        file.writeframes(spoken.tobytes())
    return written.getvalue()


def _hiss(chance: random.Random, count: int) -> "array[int]":
    return array("h", (byte * HISS // 128 - HISS for byte in chance.randbytes(count)))
