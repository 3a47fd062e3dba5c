"""How a service says no: a refusal has a code of a closed set, and details that hold no secret."""

import json
from typing import Any


class Refusal(Exception):
    """A request that the rules do not allow. Nothing was changed.

    In: `code`, one of the service's errors.Code; `details`, values that JSON can write, for the caller's message.
    The two are the exception's only arguments, so that they cross the bus in nameko's own error format.
    """

    def __init__(self, code: str, **details: Any) -> None:
        self.code = str(code)
        self.details = details
        super().__init__(self.code, json.dumps(details, ensure_ascii=False))

    @classmethod
    def from_wire(cls, code: str, details_json: str = "{}") -> "Refusal":
        """The refusal that `args` of another process's refusal stand for."""
        return cls(code, **json.loads(details_json))


class ServiceFault(Exception):
    """A service failed in a way that is its own fault; `fault_id` finds the line in its log."""

    def __init__(self, fault_id: str) -> None:
        self.fault_id = fault_id
        super().__init__(fault_id)
