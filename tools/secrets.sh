#!/bin/sh
# Writes the random secrets that docker-compose.yml needs, each into a file that only you can read: tools/secrets.sh [FOLDER]
# What is there already is kept, so it may be repeated. The folder (./secrets unless named) is written into .env.
set -eu
cd "$(dirname "$0")/.."
umask 077
folder=${1:-./secrets}
mkdir -p "$folder"
chmod 700 "$folder"

keep_or_make() { # NAME, and the command whose output becomes the secret
    name=$1
    shift
    if [ -s "$folder/$name" ]; then return; fi
    "$@" >"$folder/$name.new"
    mv "$folder/$name.new" "$folder/$name"
    echo "made $folder/$name"
}

hex() {
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

fernet() { # 32 bytes in the base64 of addresses
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' | sed 's/../\\x&/g' | xargs -0 printf '%b' | base64 | tr '+/' '-_' | tr -d '\n'
}

for name in elastic-password postgres-password harmattan-database-password airflow-database-password airflow-password \
    airflow-jwt-secret airflow-api-secret kibana-session-key kibana-objects-key kibana-reporting-key analyst-password; do
    keep_or_make "$name" hex
done
keep_or_make airflow-fernet-key fernet

touch .env
if ! grep -q '^HARMATTAN_SECRETS=' .env; then
    echo "HARMATTAN_SECRETS=$folder" >>.env
    echo "named $folder in .env"
fi
