# ruff: noqa: T201 - what it prints is the log of the container
"""Tells by its exit status whether a component of Airflow is healthy: healthy.py ADDRESS COMPONENT."""

import json
import sys
from urllib.request import urlopen


def main(address: str, component: str) -> int:
    """Give 0 when Airflow calls the component healthy, 1 and say what it calls it otherwise."""
    try:
        with urlopen(address, timeout=10) as response:  # noqa: S310 - the address stands in docker-compose.yml
            status = json.load(response)[component]["status"]
    except (OSError, ValueError, KeyError) as error:
        print(f"{address}: {error!r}")
        return 1
    print(f"{component}: {status}")
    return 0 if status == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
