#!/bin/sh
# Brings Airflow's database to this version and makes the pools that the DAGs ask for. Safe to repeat.
set -eu
airflow db migrate
airflow pools import "$AIRFLOW__CORE__DAGS_FOLDER/pools.json"
