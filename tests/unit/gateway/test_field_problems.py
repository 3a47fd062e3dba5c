"""People get a sentence for each field at fault, in their language, whatever the code."""

import pytest
from flask import Flask
from flask_babel import force_locale

from gateway.edge.field_problems import SENTENCES, sentence, sentences
from services.runtime.contracts.problems import Code, problem


def test_every_code_has_a_sentence_in_both_languages(app: Flask) -> None:
    assert set(SENTENCES) == set(Code)
    with app.test_request_context():
        for code in Code:
            with force_locale("fr"):
                french = sentence(problem(code, 36))
            with force_locale("en"):
                assert sentence(problem(code, 36)) != french


@pytest.mark.parametrize("strange", [["no"], [{"code": "of another version"}], [{}]])
def test_what_is_no_code_is_said_in_general(app: Flask, strange: list[object]) -> None:
    with app.test_request_context():
        assert sentences({"a": strange, "b": []}) == {"a": sentence(problem(Code.WRONG_FORM))}
        assert "36" in sentence(problem(Code.TOO_LONG, 36))
