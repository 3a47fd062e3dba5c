-- What the relay may do in a service's database: read its outbox, mark its rows as sent, remove them, and say that it is
-- alive; nothing else.
-- Run in each service's database, by the account that owns its tables, after every migration. Idempotent.
-- `:"relay"` is the name of the relay's account (psql: --set relay=NAME).
GRANT USAGE ON SCHEMA public TO :"relay";
GRANT SELECT, UPDATE, DELETE ON TABLE public.outbox TO :"relay";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.process_alive TO :"relay";
