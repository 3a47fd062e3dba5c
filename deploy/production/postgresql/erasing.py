"""The one right of the account that erases after the term: to empty the database whole, and nothing less.

The account (the running account's name and `_erasure`) is created when the term has come, and not before
(docs/operations.md). It reads no row of a person, deletes no row of anything: it may call two functions of the owner's. One
counts; the other empties every table but those that are kept, and refuses while a vote of this database is younger than two
years, whoever asks.
"""

from __future__ import annotations

from typing import Any

from psycopg2 import sql

from deploy.production.erasure.tables import KEPT, READ

ERASING = "_erasure"
"""What the account's name ends with."""
_CLOSINGS = {"identity": "voting_events", "ballot": "elections"}
"""Service → its table that says when votes end. The others know no date."""

_COUNT = """
CREATE OR REPLACE FUNCTION public.isoloir_rows() RETURNS TABLE (name text, rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename LOOP
    EXECUTE format('SELECT count(*) FROM public.%I', name) INTO rows;
    RETURN NEXT;
  END LOOP;
END $$
"""
# All in one statement and one transaction: nothing that stays may point at what goes (no CASCADE), and a reader of the
# database never finds half of a vote. Emptied tables get new files: nothing of the rows is left in them.
_ERASE = """
CREATE OR REPLACE FUNCTION public.isoloir_erase() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  emptied text[];
  one text;
BEGIN
  {term}
  SELECT array_agg(format('public.%I', tablename)) INTO emptied FROM pg_tables
    WHERE schemaname = 'public' AND NOT tablename = ANY ({kept});
  FOREACH one IN ARRAY emptied LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one); END LOOP;
  EXECUTE format('TRUNCATE %s RESTART IDENTITY', array_to_string(emptied, ', '));
  FOREACH one IN ARRAY emptied LOOP EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', one); END LOOP;
END $$
"""
_TERM = """
  IF EXISTS (SELECT FROM public.{table} WHERE closes_at + interval '2 years' > now()) THEN
    RAISE EXCEPTION 'the term of two years has not passed' USING ERRCODE = 'restrict_violation';
  END IF;
"""


def allow(cursor: Any, service: str, account: str) -> None:
    """Give the erasing account its right, where there is such an account; where there is none, nobody has it.

    Args:
        cursor: psycopg2's, of the account that owns the tables.
        service: whose database it is.
        account: the erasing account's name.
    """
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (account,))
    if cursor.fetchone() is None:
        for function in ("isoloir_erase", "isoloir_rows"):
            cursor.execute(sql.SQL("DROP FUNCTION IF EXISTS public.{}()").format(sql.Identifier(function)))
        return
    term = sql.SQL("")
    if service in _CLOSINGS:
        term = sql.SQL(_TERM).format(table=sql.Identifier(_CLOSINGS[service]))
    kept = sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(map(sql.Literal, sorted(KEPT[service]))))
    cursor.execute(_COUNT)
    cursor.execute(sql.SQL(_ERASE).format(term=term, kept=kept))
    role = sql.Identifier(account)
    cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(role))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    for function in ("isoloir_erase", "isoloir_rows"):
        name = sql.Identifier(function)
        cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION public.{}() FROM PUBLIC").format(name))
        cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION public.{}() TO {}").format(name, role))
    for table, rights in READ[service].items():
        cursor.execute(sql.SQL(f"GRANT {rights} ON TABLE public.{{}} TO {{}}").format(sql.Identifier(table), role))
