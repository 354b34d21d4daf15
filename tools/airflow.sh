#!/bin/sh
# Airflow with the project's DAGs, the workers behind them and the web page, until Ctrl-C: what `make airflow` starts.
# Everything lies under HARMATTAN_DATA (./data unless it is set). Ports: AIRFLOW_PORT (8080) and HARMATTAN_PORT (8765).
# The log, index and state are the embedded ones, unless HARMATTAN_KAFKA and the like name servers.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

absolute() {
    case $1 in /*) echo "$1" ;; *) echo "$root/$1" ;; esac
}

HARMATTAN_DATA=$(absolute "${HARMATTAN_DATA:-data}")
HARMATTAN_FEEDS=$(absolute "${HARMATTAN_FEEDS:-seeds/feeds.opml}")
AIRFLOW_HOME=$HARMATTAN_DATA/airflow
export HARMATTAN_DATA HARMATTAN_FEEDS AIRFLOW_HOME
port=${AIRFLOW_PORT:-8080}
mkdir -p "$AIRFLOW_HOME"

export AIRFLOW__CORE__DAGS_FOLDER="$root/dags"
export AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION=False
export AIRFLOW__CORE__EXECUTOR=LocalExecutor
export AIRFLOW__CORE__PARALLELISM="${AIRFLOW__CORE__PARALLELISM:-4}"
export AIRFLOW__CORE__EXECUTION_API_SERVER_URL="http://127.0.0.1:$port/execution/"
export AIRFLOW__API__HOST=127.0.0.1
export AIRFLOW__API__PORT="$port"
export AIRFLOW__API__BASE_URL="http://127.0.0.1:$port"
export AIRFLOW__API__WORKERS=1
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False

# What can't be used is said before anything is started.
harmattan rules check >/dev/null
harmattan setup
harmattan feeds import "$HARMATTAN_FEEDS"
echo "Preparing Airflow's database in $AIRFLOW_HOME"
airflow db migrate >"$AIRFLOW_HOME/prepare.log" 2>&1 && airflow pools import dags/pools.json >>"$AIRFLOW_HOME/prepare.log" 2>&1 || {
    echo "Airflow's database could not be prepared; the end of $AIRFLOW_HOME/prepare.log:" >&2
    tail -n 15 "$AIRFLOW_HOME/prepare.log" >&2
    exit 1
}
exec python tools/airflow_stack.py --airflow-port "$port" --port "${HARMATTAN_PORT:-8765}"
