"""Sets Elasticsearch up, a little at a time and saying how far it is, until it is done or killed: ADDRESS PREFIX."""

import logging
import sys
import time
from typing import Any

from elasticsearch import Elasticsearch

from pipeline.index import elasticsearch as module
from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.templates import migrate


def main(address: str, prefix: str) -> None:
    logging.basicConfig(level=logging.WARNING)
    migrate.AT_ONCE, migrate.NOTE_EVERY = 20, 2
    carry = module.carry

    def slowly(client: Elasticsearch, wait: float, anew: bool, index: str, hits: Any) -> list[tuple[str, str]]:
        time.sleep(0.05)
        refused = carry(client, wait, anew, index, hits)
        print(len(hits), flush=True)
        return refused

    module.carry = slowly
    ElasticsearchIndex(address, prefix=prefix).setup()


if __name__ == "__main__":
    main(*sys.argv[1:])
