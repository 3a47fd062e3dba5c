"""What the account of a running service may do with each table of its database. It owns none: migrations do that.

Triggers refuse what must not be; but whoever owns a table can drop them. So the account that runs may alter, drop or empty
nothing, nor change or delete rows of what is append-only.
"""

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
KEPT = "SELECT, INSERT, UPDATE"
APPEND_ONLY = "SELECT, INSERT"
READ = "SELECT"

RIGHTS: dict[str, dict[str, str]] = {
    "identity": {
        "poll_book": APPEND_ONLY,
        "poll_book_seals": APPEND_ONLY,
        "sealed_elections": APPEND_ONLY,
        "voting_events": KEPT,
        "elections": KEPT,
        "roll_imports": KEPT,
        "removals": KEPT,
        "claims": KEPT,
        "assistance_requests": KEPT,
        "campaigns": KEPT,
        "agents": KEPT,
        "agent_passkeys": "SELECT, INSERT, UPDATE (sign_count, last_used_at), DELETE",
        "four_eyes": KEPT,
        "journal": APPEND_ONLY,
        "journal_head": KEPT,
        "seals": APPEND_ONLY,
    },
    "ballot": {
        "elections": KEPT,
        # A trigger lets go before sealing alone, and those alone whose voters have left the roll.
        "credentials": "SELECT, INSERT, UPDATE (state), DELETE",
        "withdrawals": APPEND_ONLY,
        "withdrawn_holders": APPEND_ONLY,
        "credential_commitments": KEPT,
        "chain_events": APPEND_ONLY,
        "chain_objects": APPEND_ONLY,
        "chain_object_parts": APPEND_ONLY,
        "heads": APPEND_ONLY,
        "interruptions": APPEND_ONLY,
        "seals": APPEND_ONLY,
        "ballots": APPEND_ONLY,
        "closings": APPEND_ONLY,
        "partial_decryptions": APPEND_ONLY,
        "activations": APPEND_ONLY,
        "attendance_batches": APPEND_ONLY,
        "reissues": APPEND_ONLY,
    },
    "reassort": {
        "generations": KEPT,
        "bearers": EVERYTHING,  # who leaves the roll before sealing leaves here too
        "spares": EVERYTHING,
        "public_credentials": EVERYTHING,
        "withdrawals": KEPT,
        "commitments": KEPT,
        "reissues": KEPT,
        "registers": KEPT,
        "register_entries": APPEND_ONLY,
    },
    "notification": {"messages": KEPT},
}
"""Service → table → rights. Tables that are not named: EVERYTHING; the version of the schema: READ."""

VERSION = "alembic_version"


def rights_of(service: str, table: str) -> str:
    """What the service's running account may do with a table."""
    return READ if table == VERSION else RIGHTS[service].get(table, EVERYTHING)
