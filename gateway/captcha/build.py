"""Has every symbol spoken in French by eSpeak NG, at build time: `python -m gateway.captcha.build [folder]`.

eSpeak NG comes with the package espeakng-loader, data included: nothing is asked of the machine. The pieces are WAV
files that only the gateway reads; a code is put together from them when it is asked for (voice.py).
"""

import ctypes
import sys
import wave
from array import array
from pathlib import Path

import espeakng_loader

from gateway.captcha.symbols import SPOKEN, VARIANTS
from gateway.captcha.voice import FOLDER, piece_file

# Of espeak-ng/speak_lib.h
AUDIO_OUTPUT_SYNCHRONOUS = 2
CHARS_UTF8 = 1
RATE, PITCH, RANGE = 1, 3, 4
POSITION_CHARACTER = 1
EVENT_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

VOICE = b"fr"
VARIATIONS = ((85, 42), (95, 58), (82, 66), (100, 34))  # (words a minute, pitch of 0 to 100)
SILENT = 300  # of 32767: below it, a sample at either end is silence


class VoiceMissing(RuntimeError):
    """eSpeak NG does not start, or has no French."""


class Speaker:
    """eSpeak NG, synchronous. One at a time in a process: the library is one global state."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        self._library.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.POINTER(ctypes.c_uint), ctypes.c_void_p,
        ]  # fmt: skip
        data = espeakng_loader.get_data_path().encode()
        self.samples_a_second = self._library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
        if self.samples_a_second <= 0:
            raise VoiceMissing("eSpeak NG does not start")
        self._heard: array[int] = array("h")
        self._listener = EVENT_CALLBACK(self._hear)  # kept: ctypes does not
        self._library.espeak_SetSynthCallback(self._listener)
        if self._library.espeak_SetVoiceByName(VOICE) != 0:
            raise VoiceMissing("eSpeak NG has no French voice")

    def say(self, words: str, words_a_minute: int, pitch: int) -> "array[int]":
        """16-bit mono samples, without the silence at both ends."""
        self._heard = array("h")
        self._library.espeak_SetParameter(RATE, words_a_minute, 0)
        self._library.espeak_SetParameter(PITCH, pitch, 0)
        self._library.espeak_SetParameter(RANGE, 40, 0)
        text = words.encode() + b"\0"
        self._library.espeak_Synth(text, len(text), 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None)
        self._library.espeak_Synchronize()
        return trimmed(self._heard)

    def _hear(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples and count:
            self._heard.extend(samples[:count])
        return 0


def trimmed(samples: "array[int]") -> "array[int]":
    """The samples from the first to the last that can be heard."""
    loud = [place for place, sample in enumerate(samples) if abs(sample) > SILENT]
    return samples[loud[0] : loud[-1] + 1] if loud else array("h")


def build(folder: Path = FOLDER) -> int:
    """Write one file for each symbol and variation. Out: how many. VoiceMissing, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    speaker = Speaker()
    for symbol, words in SPOKEN.items():
        for variant, (rate, pitch) in enumerate(VARIATIONS[:VARIANTS]):
            samples = speaker.say(words, rate, pitch)
            if not samples:
                raise VoiceMissing(f"eSpeak NG says nothing for {words}")
            if sys.byteorder == "big":
                samples.byteswap()
            with wave.open(str(folder / piece_file(symbol, variant)), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(speaker.samples_a_second)
                file.writeframes(samples.tobytes())
    return len(SPOKEN) * VARIANTS


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
