"""What is trimmed before it is judged is missing when nothing but blanks was typed, and is told so."""

from collections.abc import Iterator

from flask import Flask
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired


def forms(kind: type[FlaskForm]) -> Iterator[type[FlaskForm]]:
    for below in kind.__subclasses__():
        yield below
        yield from forms(below)


def test_no_trimmed_field_asks_what_was_typed_before_it_was_trimmed(app: Flask) -> None:
    """InputRequired looks at what came, blanks and all: « trop court » would follow. DataRequired looks at what stays."""
    found = []
    for form in forms(FlaskForm):
        for name, field in vars(form).items():
            options = getattr(field, "kwargs", {})
            if options.get("filters") and any(isinstance(one, InputRequired) for one in options.get("validators", ())):
                found.append(f"{form.__module__}.{form.__name__}.{name}")
    assert found == []
    assert len(list(forms(FlaskForm))) > 20
