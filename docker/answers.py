# ruff: noqa: T201 - what it prints is the log of the container
"""Tells by its exit status whether an address answers with 200: answers.py ADDRESS."""

import sys
from urllib.request import urlopen


def main(address: str) -> int:
    """Give 0 for 200, 1 and the reason for anything else."""
    try:
        with urlopen(address, timeout=10) as response:  # noqa: S310 - the address stands in docker-compose.yml
            return 0 if response.status == 200 else 1
    except OSError as error:
        print(f"{address}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
