"""Voters may vote again where the election says so: each later ballot names the one that it replaces.

A holder's first ballot replaces none, and is unique as before; each later one replaces another, which is the same holder's
by the same credential, and is replaced once. So one ballot of each holder is left that nothing replaces, the last.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEYS = {"uq_ballots_holder": ("election", "holder"), "uq_ballots_credential": ("election", "credential")}
WRONG = (
    "(NEW.replaces <> 0 AND (NOT EXISTS (SELECT 1 FROM elections WHERE uuid = NEW.election AND revoting) OR NOT EXISTS "
    "(SELECT 1 FROM ballots WHERE election = NEW.election AND height = NEW.replaces AND holder = NEW.holder "
    "AND credential = NEW.credential))) OR NEW.replaced <> COALESCE("
    "(SELECT replaced FROM ballots WHERE election = NEW.election AND height = NEW.height - 1), 0) + "
    "(CASE WHEN NEW.replaces = 0 THEN 0 ELSE 1 END)"
)
"""When a ballot may not come in. NEW reads the same in both databases."""
MESSAGE = "a ballot replaces one of the same holder and credential, where voters may vote again"
_SEALED = "EXISTS (SELECT 1 FROM elections WHERE uuid = NEW.election AND raw IS NOT NULL)"
_ENDED = "EXISTS (SELECT 1 FROM chain_events WHERE election = NEW.election AND type = 'EndBallots')"


def upgrade() -> None:
    """Add the setting, and to each ballot which one it replaces and how many are replaced so far."""
    op.add_column("elections", sa.Column("revoting", sa.Boolean, nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def _on_postgresql() -> None:
    for column in ("replaces", "replaced"):
        op.add_column("ballots", sa.Column(column, sa.Integer, nullable=False, server_default="0"))
    for name, columns in KEYS.items():
        op.drop_constraint(name, "ballots", type_="unique")
        op.create_unique_constraint(name, "ballots", [*columns, "replaces"])
    op.execute(
        "CREATE FUNCTION ballots_replace() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {WRONG} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ballots_replace BEFORE INSERT ON ballots FOR EACH ROW EXECUTE FUNCTION ballots_replace()"
    )


def _on_sqlite() -> None:
    # A constraint is changed by making the table anew; its triggers go with the old one.
    op.create_table(
        "ballots_new",
        sa.Column("election", sa.String(64), primary_key=True),
        sa.Column("height", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("credential", sa.String(64), nullable=False),
        sa.Column("tracker", sa.String(43), nullable=False),
        sa.Column("replaces", sa.Integer, nullable=False, server_default="0"),
        sa.Column("replaced", sa.Integer, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(
            ["election", "height"], ["chain_events.election", "chain_events.height"], name="fk_ballots_event"
        ),
        sa.ForeignKeyConstraint(
            ["election", "credential"],
            ["credentials.election", "credentials.credential"],
            name="fk_ballots_credential",
        ),
        *(sa.UniqueConstraint(*columns, "replaces", name=name) for name, columns in KEYS.items()),
        sa.UniqueConstraint("election", "tracker", name="uq_ballots_tracker"),
    )
    columns = "election, height, holder, credential, tracker"
    op.execute(f"INSERT INTO ballots_new ({columns}) SELECT {columns} FROM ballots")  # noqa: S608
    op.drop_table("ballots")
    op.rename_table("ballots_new", "ballots")
    appended = "ballots is append-only"
    once = (("height",), ("tracker",), ("holder", "replaces"), ("credential", "replaces"))
    present = " OR ".join(
        f"EXISTS (SELECT 1 FROM ballots WHERE election = NEW.election AND {' AND '.join(f'{c} = NEW.{c}' for c in key)})"  # noqa: S608
        for key in once
    )
    for name, event, condition, message in (
        ("ballots_no_update", "UPDATE", "1 = 1", appended),
        ("ballots_no_delete", "DELETE", "1 = 1", appended),
        ("ballots_no_replace", "INSERT", present, appended),
        (
            "ballots_while_open",
            "INSERT",
            f"NOT {_SEALED} OR {_ENDED}",
            "ballots are accepted between sealing and EndBallots",
        ),
        ("ballots_replace", "INSERT", WRONG, MESSAGE),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON ballots WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
