"""The places that an index can be in, for tests that open it more than once."""

from collections.abc import Callable
from pathlib import Path

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface import ArticleIndex
from pipeline.index.tantivy import TantivyIndex

Store = Callable[[], ArticleIndex]


def store_of(kind: str, *where: str) -> Store:
    """Give what opens the index anew: `tantivy FOLDER`, or `elasticsearch URL PREFIX`."""
    if kind == "tantivy":
        return lambda: TantivyIndex(Path(where[0]))
    return lambda: ElasticsearchIndex(where[0], prefix=where[1], first_wait=0.01)
