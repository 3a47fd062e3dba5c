"""Of each table: whether its rows are destroyed after the term, or stay. A test refuses a table that is in neither list.

What the law keeps for good (candidate lists, official records, appointments) is documents, not rows. Of rows stay those that
say which votes there were and what their fingerprints are: they name nobody, and the certificate can be held against them.
"""

SCHEMA = frozenset({"alembic_version"})
"""Rows about the tables themselves, in every database."""

BUS = frozenset({"outbox", "inbox", "command_done", "process_alive"})
"""What every service has to exchange: messages quote anything."""

ERASED: dict[str, frozenset[str]] = {
    "identity": BUS
    | {
        "job",
        # Persons: the roll, their accounts, how they came in, what they asked for.
        *("voters", "entitlements", "election_territories", "roll_imports", "staged_rows", "staged_entitlements"),
        *("removals", "roll_uploads", "roll_upload_pieces"),
        *("accounts", "access_requests", "links", "sessions", "log_in_attempts", "access_cooldowns", "captchas"),
        *("spent_proofs", "claims", "assistance_requests", "campaigns", "campaign_messages", "voter_messages"),
        *("reissue_requests", "reissue_links", "identity_checks", "phone_uses", "shared_phones", "undelivered_notices"),
        # Attendance lists.
        *("poll_book", "attendance_progress"),
        # Agents, what they did, and the board's acts.
        *("agents", "agent_invitations", "agent_sessions", "agent_tokens", "agent_passkeys"),
        *("passkey_ceremonies", "journal", "journal_head", "four_eyes"),
        *("seals", "earlier_turnout"),
    },
    "ballot": BUS
    | {
        "job",
        *("elections", "credentials", "credential_commitments", "activations", "reissues"),
        *("ballots", "chain_events", "chain_objects", "chain_object_parts", "partial_decryptions"),
        *("attendance_batches", "attendance_turns", "closings", "interruptions", "heads", "seals"),
        *("ceremonies", "key_seats"),
        *("withdrawals", "withdrawn_holders"),
    },
    "reassort": BUS
    | {
        "job",
        *("generations", "bearers", "spares", "public_credentials", "commitments", "reissues"),
        *("registers", "register_entries", "withdrawals"),
    },
    "notification": BUS | {"messages"},
}
"""Service → tables that are emptied."""

KEPT: dict[str, frozenset[str]] = {
    "identity": SCHEMA | {"voting_events", "elections", "sealed_elections", "poll_book_seals"},
    "ballot": SCHEMA,
    "reassort": SCHEMA,
    "notification": SCHEMA,
}
"""Service → tables whose rows stay: which votes there were, when, and their fingerprints."""

READ: dict[str, dict[str, str]] = {
    "identity": {"voting_events": "SELECT", "elections": "SELECT", "sealed_elections": "SELECT"},
    "ballot": {"chain_events": "SELECT (election, height, hash)"},
    "reassort": {},
    "notification": {},
}
"""Service → table → what the erasing account may read to know that the archive is of this very vote: no row of a person."""
