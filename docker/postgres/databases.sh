#!/bin/bash
# A role and a database of its own for Harmattan and for Airflow, which can't see into each other's.
# PostgreSQL's image runs it once, when the data folder is new. HANDOUT is the folder with the passwords.
set -euo pipefail

for name in harmattan airflow; do
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="$name" \
        --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<SQL
\set password \`cat "$HANDOUT/$name-password"\`
CREATE ROLE :"name" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
