"""The one table: what can be refused → HTTP status and words that say what to do next, a module a matter.

Codes come from the services (their contract/refusals.py) and from the gateway itself. A test keeps the table complete.
"""

from gateway.edge.words import access, agents, ballots, keys, operators, portal, reissue
from gateway.edge.words.portal import BUSY, INCIDENT, UNAVAILABLE
from gateway.edge.words.word import Words

__all__ = ["BUSY", "INCIDENT", "UNAVAILABLE", "WORDS", "Words"]

WORDS: dict[str, Words] = {
    **portal.WORDS,
    **access.WORDS,
    **reissue.WORDS,
    **agents.WORDS,
    **operators.WORDS,
    **keys.WORDS,
    **ballots.WORDS,
}
