#!/bin/sh
# Runs every check and every test, goes on after a failure, and tells at the end what failed: tools/test.sh [PYTEST ARGUMENT...]
# With arguments the Airflow tests, which have an environment of their own, are left out.
set -u
bin=.venv/bin
failed=

step() {
    name=$1
    shift
    echo
    echo "== $name"
    "$@" || failed="$failed, $name"
}

step "lint" $bin/ruff check --quiet .
step "format" $bin/ruff format --quiet --check .
step "types" $bin/mypy --no-error-summary
step "imports" $bin/lint-imports --no-logo
# Here and not in the tests, so that no test's time limit runs while something is downloaded.
$bin/python -m tests.servers --fetch
$bin/python -m tests.compose
if [ $# -eq 0 ] && [ -x .venv-airflow/bin/pytest ]; then
    step "Airflow tests" .venv-airflow/bin/python -m pytest tests/airflow
fi
step "tests" $bin/python -m pytest "$@"

echo
if [ -n "$failed" ]; then
    echo "Failed: ${failed#, }."
    exit 1
fi
echo "Everything passed."
