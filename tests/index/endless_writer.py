"""Writes articles until it is killed, and says after each batch how many are durable: KIND WHERE..."""

import sys
from itertools import count

from tests.index.articles import an_article
from tests.index.stores import store_of

BATCH = 16


def main() -> None:
    index = store_of(*sys.argv[1:])()
    for start in count(0, BATCH):
        assert not index.write([an_article(f"a{number:06}") for number in range(start, start + BATCH)])
        print(start + BATCH, flush=True)


if __name__ == "__main__":
    main()
