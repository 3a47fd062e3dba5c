"""What a database's schema is, line by line, in a form that two databases can be compared by."""

from sqlalchemy import Engine, text

SQLITE = """
    SELECT type || ' ' || name, coalesce(sql, '(made by the table)') FROM sqlite_master
    WHERE name NOT LIKE 'sqlite_stat%' AND tbl_name <> 'alembic_version'
"""

POSTGRESQL = """
    WITH tables AS (
        SELECT c.oid, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relname <> 'alembic_version'
    )
    SELECT 'column ' || relname || '.' || attname,
           format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
           || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
           || CASE attidentity WHEN '' THEN '' ELSE ' identity' END
    FROM tables JOIN pg_attribute ON attrelid = tables.oid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint ' || relname || '.' || conname, pg_get_constraintdef(pg_constraint.oid)
    FROM tables JOIN pg_constraint ON conrelid = tables.oid WHERE contype <> 'n'
    UNION ALL
    SELECT 'index ' || relname, pg_get_indexdef(tables.oid) || CASE WHEN indisclustered THEN ' (clustered)' ELSE '' END
    FROM tables JOIN pg_index ON indexrelid = tables.oid
    UNION ALL
    SELECT 'sequence ' || relname, '' FROM tables WHERE relkind = 'S'
    UNION ALL
    SELECT 'view ' || relname, pg_get_viewdef(oid) FROM tables WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT 'trigger ' || relname || '.' || tgname, pg_get_triggerdef(pg_trigger.oid)
    FROM tables JOIN pg_trigger ON tgrelid = tables.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function ' || proname, prosrc FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE nspname = 'public'
"""


def lines_of_schema(engine: Engine) -> list[str]:
    """Everything in a database but its rows and alembic's own table, sorted, blanks made one.

    Args:
        engine: Of SQLite or PostgreSQL.

    Returns:
        One line for each table, index and trigger (SQLite), or column, constraint, index, trigger and function.
    """
    with engine.connect() as connection:
        rows = connection.execute(text(SQLITE if engine.dialect.name == "sqlite" else POSTGRESQL))
        return sorted(" ".join(f"{name}: {definition}".split()) for name, definition in rows)
