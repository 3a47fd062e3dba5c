#!/bin/sh
# Run once by the PostgreSQL image, in an empty cluster (docker-entrypoint-initdb.d): the database of one service, the
# service's account, which owns it and reaches nothing else, and the relay's account, which may only connect: what it
# may touch is granted after the migrations (grants.py).
# In: ISOLOIR_DATABASE_NAME (also the account's name), ISOLOIR_DATABASE_PASSWORD, ISOLOIR_RELAY_PASSWORD.
set -eu
: "${ISOLOIR_DATABASE_NAME:?}" "${ISOLOIR_DATABASE_PASSWORD:?}" "${ISOLOIR_RELAY_PASSWORD:?}"

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
-- From the environment and not from arguments, which every process of the container could read.
\getenv name ISOLOIR_DATABASE_NAME
\getenv password ISOLOIR_DATABASE_PASSWORD
\getenv relay_password ISOLOIR_RELAY_PASSWORD
CREATE ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE ROLE isoloir_relay LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'relay_password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO isoloir_relay;
\connect :"name"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO :"name";
SQL
