"""Builds Compose's loader, so that no test's time limit runs while it is fetched: `python -m tests.compose`."""

import sys

from tests.compose.building import NoLoaderError, built_loader

if __name__ == "__main__":
    try:
        built_loader()
    except NoLoaderError as error:
        sys.exit(str(error))
