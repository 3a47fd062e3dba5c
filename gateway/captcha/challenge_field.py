"""The form field that keeps programs out, for every form by setting, and forms that carry it.

CAPTCHA: identity draws a text for one form and one browser; the page shows it as an image and says it. It is looked at
only when everything else on the form is right, so that one code serves for as long as there are slips to mend.
Proof of work: the page's script fills `challenge`; whoever has no script asks for a code instead, with a button.
"""

from collections.abc import Sequence
from typing import Any

from flask import current_app, request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import StopValidation

from gateway.captcha import load_testers, proof_of_work
from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.errors import words_for
from services.runtime.refusals import Refusal

IMAGE_ASKED_FOR = "image"
COPIES = "copies"
"""Kept with a form that is sent back: this browser copies codes, although the one that it has copied is used up."""
LONGEST_ANSWER = 40
LONGEST_ID = 100


class ChallengeField(Field):
    """What was copied or computed.

    `captcha` is the id of the code that the page shows, None where the browser works instead. In: the form's name in
    identity's and the API's terms (proof_of_work.FORMS).
    """

    def __init__(self, label: Any = None, *, guards: str = "access", **more: Any) -> None:
        super().__init__(label if label is not None else lazy_gettext("CAPTCHA"), **more)
        self.guards = guards
        self.data = ""
        self.proof = ""
        self.captcha: str | None = None
        self.renewed = False
        self._sent_captcha = ""
        self._asked = ""
        self._copies = False
        self._judged = False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the three values that the page sends under fixed names."""
        self.process_errors: list[str] = []
        self.errors: Sequence[str] = ()
        sent = formdata if formdata is not None else {}
        self.data = (sent.get(self.name) or "").strip()
        self.proof = (sent.get("challenge") or "").strip()
        self._sent_captcha = (sent.get("captcha_id") or "")[:LONGEST_ID]
        self._asked = sent.get("another_code") or ""
        self._copies = bool(self._sent_captcha or sent.get(COPIES)) or self._asked == IMAGE_ASKED_FOR

    def pre_validate(self, form: Any) -> None:
        """Refuse an empty answer along with the other empty fields."""
        if not self._worked() and self._sent_captcha and not self.data and not load_testers.is_one():
            raise StopValidation(gettext("Saisissez le code de l’image, ou écoutez-le."))

    @property
    def works(self) -> bool:
        """Whether the page lets the browser work instead of showing a code."""
        return self.captcha is None

    def check(self) -> bool:
        """Judge the answer; it is used up either way. Out: whether it is right. Errors are in `errors`."""
        try:
            if self._worked() or load_testers.is_one():
                proof_of_work.spend(self.proof, self.guards)
            elif setting() == "proof_of_work" and not self._sent_captcha:
                raise Refusal("challenge_required")
            else:
                self._check_captcha()
        except Refusal as refusal:
            if refusal.code not in REFUSED:
                raise
            self.errors = [words_for(refusal.code).message]
            return False
        return True

    @property
    def used_up(self) -> bool:
        """Whether the code that was sent has been judged: it is of no use any more, and neither is what was copied."""
        return self._judged

    def _worked(self) -> bool:
        return setting() == "proof_of_work" and bool(self.proof)

    def _check_captcha(self) -> None:
        if not self._sent_captcha or len(self.data) > LONGEST_ANSWER or not voter_session.known_browser():
            raise Refusal("captcha_wrong")
        sent, self._sent_captcha = self._sent_captcha, ""
        self._judged = True
        services().identity.check_captcha(sent, self.guards, voter_session.browser(), "".join(self.data.split()))

    def prepare(self) -> None:
        """Have something to show: the code that was there if it can still be used, else a new one."""
        if setting() == "proof_of_work" and not self._copies:
            return
        binding = voter_session.browser()
        self.renewed = bool(self._asked)
        if self._sent_captcha and not self._asked:
            try:
                services().identity.captcha_text(self._sent_captcha, binding)
                self.captcha = self._sent_captcha
                return
            except Refusal as refusal:
                if refusal.code not in REFUSED:
                    raise
        self.captcha = services().identity.open_captcha(self.guards, binding)
        self.data = ""


REFUSED = {
    "captcha_wrong",
    "captcha_expired",
    "challenge_required",
    "challenge_wrong",
    "challenge_expired",
    "challenge_spent",
}
"""Refusals that are said at the field."""


class GuardedForm(FlaskForm):
    """A form for anonymous visitors. Subclasses declare `captcha = ChallengeField(guards=…)`."""

    captcha: ChallengeField

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything is right; the challenge is looked at last, and only when the rest is right."""
        if self.wants_another_code():
            return False
        return super().validate(extra_validators) and self.captcha.check()

    def wants_another_code(self) -> bool:
        """Whether « générer un autre code » was pressed rather than the form's own button."""
        return bool(asked_code())


def asked_code() -> str:
    """What a button about the code asked for: "" when none was pressed."""
    return request.form.get("another_code", "")


def setting() -> str:
    """Return "captcha" or "proof_of_work"."""
    chosen: str = current_app.extensions["isoloir_settings"].challenge
    return chosen
