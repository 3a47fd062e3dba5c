"""How each symbol of a code is said in French. Also what the voice is built from: `python -m gateway.captcha.build`."""

SPOKEN = {
    "0": "zéro",
    "1": "un",
    "2": "deux",
    "3": "trois",
    "4": "quatre",
    "5": "cinq",
    "6": "six",
    "7": "sept",
    "8": "huit",
    "9": "neuf",
    "a": "a",
    "b": "bé",
    "c": "cé",
    "d": "dé",
    "e": "e",
    "f": "effe",
    "g": "gé",
    "h": "hache",
    "i": "i",
    "j": "ji",
    "k": "ka",
    "l": "elle",
    "m": "emme",
    "n": "enne",
    "o": "o",
    "p": "pé",
    "q": "ku",
    "r": "erre",
    "s": "esse",
    "t": "té",
    "u": "u",
    "v": "vé",
    "w": "double vé",
    "x": "ixe",
    "y": "i grec",
    "z": "zède",
}
"""Lower-case symbol → words. Letters go to the voice as words: what it makes of a lone letter depends on its version."""

VARIANTS = 4
"""How many times each symbol is spoken, each time a little higher, lower, slower or faster."""
