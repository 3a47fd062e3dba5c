#!/bin/sh
# Run once by the PostgreSQL image, in an empty cluster (docker-entrypoint-initdb.d): the database of one service, the
# account that owns it and runs its migrations, the account of the running service, which owns nothing, and the relay's;
# the last two may only connect: what they may touch is granted after the migrations (grants.py).
# In: ISOLOIR_DATABASE_NAME (also the running account's name), ISOLOIR_OWNER_PASSWORD, ISOLOIR_DATABASE_PASSWORD,
# ISOLOIR_RELAY_PASSWORD.
set -eu
: "${ISOLOIR_DATABASE_NAME:?}" "${ISOLOIR_OWNER_PASSWORD:?}" "${ISOLOIR_DATABASE_PASSWORD:?}" "${ISOLOIR_RELAY_PASSWORD:?}"
export ISOLOIR_DATABASE_OWNER="${ISOLOIR_DATABASE_NAME}_owner"

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
-- From the environment and not from arguments, which every process of the container could read.
\getenv name ISOLOIR_DATABASE_NAME
\getenv owner ISOLOIR_DATABASE_OWNER
\getenv owner_password ISOLOIR_OWNER_PASSWORD
\getenv password ISOLOIR_DATABASE_PASSWORD
\getenv relay_password ISOLOIR_RELAY_PASSWORD
CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE ROLE isoloir_relay LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'relay_password';
CREATE DATABASE :"name" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
-- A temporary table shows that the database takes what is written, and keeps nothing of it.
GRANT CONNECT, TEMPORARY ON DATABASE :"name" TO :"name";
GRANT CONNECT ON DATABASE :"name" TO isoloir_relay;
\connect :"name"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO :"owner";
SQL
