"""Messages: a frozen dataclass whose annotations say both the Python type and what may be sent.

`name: Annotated[str, Length(1, 200), no_control]` is a `str` to mypy and a marshmallow field with two validators on the
wire, so the two cannot drift. The annotations of a field may hold marshmallow validators and one class of field.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self, Union, dataclass_transform

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate

from services.runtime.contracts.problems import Code, from_messages, invalid_request

FIELD_PROBLEMS = {
    "required": Code.REQUIRED.value,
    "null": Code.REQUIRED.value,
    "validator_failed": Code.WRONG_FORM.value,
    **dict.fromkeys(
        ("invalid", "invalid_utf8", "type", "too_large", "special", "awareness", "format", "unknown"),
        Code.WRONG_KIND.value,
    ),
}
"""marshmallow's own error messages, as codes."""


class Malformed(ValueError):
    """An answer or an event that is not as its contract says: the sender's fault."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Message:
    """A request, an answer or an event. Subclasses are frozen dataclasses whose fields are given by name."""

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def schema(cls, *, lenient: bool = False) -> type[Schema]:
        """The marshmallow schema of this message, also for documents that describe it.

        Args:
            lenient: whether fields that are not known are passed over: a newer sender may say more.
        """
        return _schema(cls, EXCLUDE if lenient else RAISE)

    @classmethod
    def load(cls, payload: Any) -> Self:
        """Read a request. Raises Refusal invalid_request {fields}, which repeats no value."""
        try:
            return typing.cast(Self, _loader(cls, RAISE).load(payload))
        except ValidationError as error:
            raise invalid_request(from_messages(error.messages)) from None

    @classmethod
    def read(cls, payload: Any) -> Self:
        """Read an answer or an event of another service. Raises Malformed, which names the fields and no value."""
        try:
            return typing.cast(Self, _loader(cls, EXCLUDE).load(payload))
        except ValidationError as error:
            raise Malformed(f"{cls.__name__}: {', '.join(sorted(from_messages(error.messages)))}") from None

    def dump(self) -> dict[str, Any]:
        """The message as JSON can write it."""
        return {name: _plain(value) for name, value in vars(self).items()}


class Event(Message):
    """A fact that one service tells others; `type` is its name in services.runtime.bus.topology."""

    type: ClassVar[str]

    def write(self) -> dict[str, Any]:
        """The payload to send. Raises Malformed where this is not what the contract says."""
        payload = self.dump()
        type(self).read(payload)
        return payload


class Nothing(Message):
    """No fields at all."""


class Health(Message):
    """The service answers and reaches its database; `warnings` are codes for what is not as it should be all the same."""

    service: str
    database: str
    warnings: list[str] = dataclasses.field(default_factory=list)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.dump()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


_SCHEMAS: dict[Any, type[Schema]] = {}
_LOADERS: dict[Any, Schema] = {}


def _loader(cls: type[Message], unknown: str) -> Schema:
    key = (cls, unknown)
    if key not in _LOADERS:
        _LOADERS[key] = _schema(cls, unknown)()
    return _LOADERS[key]


def _schema(cls: type[Message], unknown: str) -> type[Schema]:
    key = (cls, unknown)
    if key not in _SCHEMAS:
        _SCHEMAS[key] = _make_schema(cls, unknown)
    return _SCHEMAS[key]


def _make_schema(cls: Any, unknown: str) -> type[Schema]:
    hints = typing.get_type_hints(cls, include_extras=True)
    members: dict[str, Any] = {
        one.name: _field(hints[one.name], unknown, **_default(one)) for one in dataclasses.fields(cls)
    }

    def make(_schema: Schema, data: dict[str, Any], **_more: Any) -> Any:
        return cls(**data)

    members |= {
        "__doc__": cls.__doc__,
        "__module__": cls.__module__,
        "Meta": type("Meta", (), {"unknown": unknown}),
        "error_messages": {"unknown": Code.UNKNOWN_FIELD.value, "type": Code.WRONG_KIND.value},
        "make": post_load(make),
    }
    return type(cls.__name__ if unknown == RAISE else f"{cls.__name__}Read", (Schema,), members)


def _default(one: dataclasses.Field[Any]) -> dict[str, Any]:
    if one.default is not dataclasses.MISSING:
        return {"load_default": one.default}
    if one.default_factory is not dataclasses.MISSING:
        return {"load_default": one.default_factory}
    return {"required": True}


class Integer(fields.Integer):
    """A JSON number that is an integer. `true` is one to Python, and not to a reader."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)

    def _deserialize(self, value: Any, *more: Any, **options: Any) -> int:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return int(super()._deserialize(value, *more, **options))


_PLAIN: dict[Any, Callable[..., fields.Field[Any]]] = {
    str: fields.String,
    int: Integer,
    bool: functools.partial(fields.Boolean, truthy={True}, falsy={False}),
    datetime: functools.partial(fields.AwareDateTime, format="iso", default_timezone=UTC),
    Any: fields.Raw,
}


def _field(hint: Any, unknown: str, **options: Any) -> fields.Field[Any]:
    """The field of one annotation."""
    options = {"error_messages": FIELD_PROBLEMS, **options}
    validators: list[Any] = []
    made: Callable[..., fields.Field[Any]] | None = None
    if typing.get_origin(hint) is Annotated:
        hint, *more = typing.get_args(hint)
        for one in more:
            if isinstance(one, type) and issubclass(one, fields.Field):
                made = one
            else:
                validators.append(one)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in arguments if one is not type(None))
        annotated = Annotated[inner, *validators] if validators else inner
        return _field(annotated, unknown, **options, allow_none=True)
    if validators:
        options["validate"] = validators
    if made is not None:
        return made(**options)
    if origin is list:
        return fields.List(_field(arguments[0], unknown), **options)
    if origin is dict:
        return fields.Dict(keys=_field(arguments[0], unknown), values=_field(arguments[1], unknown), **options)
    if isinstance(hint, type) and issubclass(hint, Message):
        return fields.Nested(_schema(hint, unknown), **options)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        options["validate"] = [validate.OneOf([str(one) for one in hint], error=Code.NOT_A_CHOICE.value)]
        return fields.String(**options)
    return _PLAIN[hint](**options)
