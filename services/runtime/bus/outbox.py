"""Facts on their way out: written in the transaction that makes them true, published by the relay afterwards."""

import json

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.runtime.bus import event_signatures
from services.runtime.bus.delivery_tables import OUTBOX
from services.runtime.clock import utc_now
from services.runtime.contracts.messages import Event
from services.runtime.storage.database import EVENT_KEY
from services.runtime.telemetry import correlation

# Built once: building a statement costs more than executing it.
_ADD = insert(OUTBOX)


def publish(session: Session, source: str, event: Event) -> str:
    """Note an event in the caller's transaction.

    In: `source`, the service that tells. Out: the event's id. The event is published if and only if the transaction
    commits (transactional outbox). It is signed by the key of the session's database, where that has one. Raises Malformed
    where it is not what its contract says.
    """
    event_id, payload = correlation.new_id(), event.write()
    key = session.info.get(EVENT_KEY, "")
    told = {"id": event_id, "source": source, "type": event.type, "payload": payload}
    row = {
        "event_id": event_id,
        "source": source,
        "type": event.type,
        "payload": json.dumps(payload, ensure_ascii=False),
        "correlation_id": correlation.current_id(),
        "created_at": utc_now(),
        "signature": event_signatures.sign(key, told) if key else "",
    }
    session.execute(_ADD, row)
    return event_id
