"""The code as an image: dark letters on a light ground, turned a little, that people can still read."""

import secrets
from io import BytesIO

from captcha.image import ImageCaptcha
from PIL import ImageOps

WIDTH, HEIGHT = 240, 90  # pixels
# (ground, letters): every pair has a contrast above 7:1.
COLOURS = (
    ((255, 255, 255), (23, 37, 84)),
    ((254, 249, 231), (66, 32, 6)),
    ((236, 253, 245), (6, 58, 44)),
    ((245, 243, 255), (59, 7, 100)),
)
DOTS = 22


class ReadableCaptcha(ImageCaptcha):
    """The library's letters with a milder hand: turned by 20 degrees at most, never run together."""

    character_rotate = (-20, 20)
    character_warp_dx = (0.1, 0.2)
    character_warp_dy = (0.1, 0.2)
    word_space_probability = 0.9
    word_offset_dx = 0.02


def negative(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """The opposite colour."""
    red, green, blue = colour
    return 255 - red, 255 - green, 255 - blue


def png(text: str) -> bytes:
    """The text as a PNG of WIDTH by HEIGHT, in capitals; no two drawings are the same."""
    ground, letters = secrets.choice(COLOURS)
    drawing = ReadableCaptcha(WIDTH, HEIGHT, font_sizes=(52, 56, 60))
    # Drawn as a negative: the library makes dark letters transparent, and pale ones on a dark ground opaque.
    image = ImageOps.invert(drawing.create_captcha_image(text.upper(), negative(letters), negative(ground)))
    drawing.create_noise_dots(image, letters, width=2, number=DOTS)
    drawing.create_noise_curve(image, letters)
    written = BytesIO()
    image.save(written, format="png", optimize=True)
    return written.getvalue()
