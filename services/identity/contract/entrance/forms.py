"""Challenges of forms: codes to copy, proofs of work."""

from __future__ import annotations

from services.identity.contract.limits import CaptchaAnswer, CaptchaId, FormName, Proof
from services.runtime.contracts.kinds import Moment, Token
from services.runtime.contracts.messages import Message


class OpenCaptcha(Message):
    """A code for a form; `binding` is the secret of the browser's own cookie."""

    form: FormName
    binding: Token


class CaptchaOpened(Message):
    """The id to answer with and the text to draw and speak."""

    captcha: str
    text: str


class OfCaptcha(Message):
    """A code of a browser."""

    captcha: CaptchaId
    binding: Token


class CaptchaText(Message):
    """The text to draw and speak."""

    text: str


class CheckCaptcha(Message):
    """An answer to a code."""

    captcha: CaptchaId
    form: FormName
    binding: Token
    answer: CaptchaAnswer


class SpendProof(Message):
    """A proof of work: the SHA-256 of its signature in hexadecimal, and until when it would be taken."""

    proof: Proof
    form: FormName
    expires_at: Moment
