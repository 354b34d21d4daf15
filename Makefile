# Harmattan. `make help` lists what can be made.
#
# PYTHON names the Python (3.11 or newer) that environments are made with; it is needed for the first run only.

export PYTHON
BIN := .venv/bin
AIRFLOW_BIN := $(CURDIR)/.venv-airflow/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help run test servers airflow lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: .venv/run.stamp ## the whole pipeline on the sample newsroom; FEEDS=file for real feeds, RULES=, CHANNELS=, DATA=, PORT=
	@$(BIN)/harmattan run $(if $(FEEDS),--feeds "$(FEEDS)") $(if $(RULES),--rules "$(RULES)") \
		$(if $(CHANNELS),--channels "$(CHANNELS)") $(if $(DATA),--data "$(DATA)") $(if $(PORT),--port "$(PORT)") $(ARGS)

test: .venv/dev.stamp $(if $(ARGS),,.venv-airflow/stamp) ## every check and test, with real servers where the machine can start them; ARGS="tests/log -x" for some
	@$(BIN)/python tools/test.py $(ARGS)

servers: .venv/dev.stamp ## real Kafka, Elasticsearch and PostgreSQL for test runs, until Ctrl-C
	@$(BIN)/python -m tests.servers

airflow: .venv-airflow/stamp ## Airflow with the project's DAGs, on the embedded log and index
	@PATH="$(AIRFLOW_BIN):$$PATH" tools/airflow.sh

lock: .venv/dev.stamp ## write the lock files anew from pyproject.toml; UPGRADE=1 for the newest versions
	@$(LOCK) --group build --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(LOCK) --extra airflow --group build --group test --output-file requirements-airflow.lock

clean: ## remove the environments, caches and test servers' files; data/ stays
	rm -rf .venv .venv-airflow .servers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/run.stamp: requirements.lock pyproject.toml
	@tools/venv.sh .venv requirements.lock
	@touch $@

# One environment for both: the development lock holds the same versions, and more.
.venv/dev.stamp: requirements-dev.lock pyproject.toml
	@tools/venv.sh .venv requirements-dev.lock
	@touch $@ .venv/run.stamp

.venv-airflow/stamp: requirements-airflow.lock pyproject.toml
	@tools/venv.sh .venv-airflow requirements-airflow.lock
	@touch $@
