"""What the contracts of the services would refuse, refused before anything travels, in the portal's own words."""

from deploy.operator.client import OperatorRefusal, Payload
from gateway.edge.errors import words_for
from gateway.edge.field_problems import described
from services.ballot.contract import methods as ballot
from services.identity.contract import methods as identity
from services.notification.contract import methods as notification
from services.reassort.contract import methods as reassort
from services.runtime.contracts.methods import AnyMethod
from services.runtime.refusals import Refusal

OF_ALL_SERVICES = {"health", "job", "jobs", "condition", "retry_parked", "open_ceremony", "ceremony"}
"""What the gateway asks of several services, or completes, in a command of its own."""
METHODS: dict[str, AnyMethod] = {
    name: method
    for methods in (identity.METHODS, ballot.METHODS, reassort.METHODS, notification.METHODS)
    for name, method in methods.items()
    if name not in OF_ALL_SERVICES
}


def check(name: str, payload: Payload) -> None:
    """Check a command by the contract of its service.

    Args:
        name: the command's, with hyphens; what no contract has is let through.
        payload: what would be sent.

    Raises:
        OperatorRefusal: invalid_request, with a sentence for each field at fault.
    """
    method = METHODS.get(name.replace("-", "_"))
    if method is None:
        return
    try:
        method.request.load(payload)
    except Refusal as refusal:
        words = words_for(refusal.code)
        raise OperatorRefusal(words.code, words.message, {"fields": described(refusal.details["fields"])}) from None
