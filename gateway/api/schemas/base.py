"""What all schemas of the API share: requests, errors."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.runtime.contracts.kinds import Length, no_control, storable
from services.runtime.contracts.messages import FIELD_PROBLEMS
from services.runtime.contracts.problems import Code


class Request(Schema):
    """What is asked of the API. Problems are the codes of the contracts, whether gateway or service finds them."""

    error_messages: dict[str, str] = {  # noqa: RUF012 - as marshmallow declares it
        "unknown": Code.UNKNOWN_FIELD.value,
        "type": Code.WRONG_KIND.value,
    }

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Have a field answer with codes."""
        field_obj.error_messages = {**field_obj.error_messages, **FIELD_PROBLEMS}


def line(most: int, least: int = 1, **more: Any) -> fields.String:
    """A required text without control characters."""
    return fields.String(required=True, validate=[Length(least, most), no_control], **more)


def text(most: int, least: int = 1, **more: Any) -> fields.String:
    """A required text of bounded length."""
    return fields.String(required=True, validate=[Length(least, most), storable], **more)


def moment() -> fields.String:
    """A time as the services write it: ISO 8601 with its offset."""
    return fields.String(metadata={"format": "date-time"})


class FieldProblemSchema(Schema):
    """Why a field is refused."""

    code = fields.String(required=True, validate=validate.OneOf([code.value for code in Code]))
    message = fields.String(required=True, metadata={"description": "One French sentence, to show beside the field"})
    limit = fields.Integer(metadata={"description": "The length or number that was not kept"})


class DetailsSchema(Schema):
    """What else an error says; the rest depends on its code."""

    problems = fields.Dict(
        data_key="fields",
        keys=fields.String(),
        values=fields.Nested(FieldProblemSchema),
        metadata={"description": "Of `invalid_request`: dotted name of each field at fault (« questions.0.answers »)"},
    )


class ErrorSchema(Schema):
    """Every error has this form."""

    code = fields.String(required=True, metadata={"description": "Stable, for programs"})
    message = fields.String(required=True, metadata={"description": "French, for people: what to do next"})
    details = fields.Nested(DetailsSchema, required=True)
    correlation_id = fields.UUID(required=True)


class EmptySchema(Request):
    """No fields at all."""
