#!/bin/sh
# Brings Airflow's database to this version and makes the pools that the DAGs ask for. Safe to repeat.
set -eu
airflow db migrate
airflow pools import /opt/airflow/dags/pools.json
