"""What only the embedded index does: one writer, and an index that can be built anew."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.errors import OutOfReach
from pipeline.index.interface import SearchQuery
from pipeline.index.rebuild import rebuild
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.codec import encode
from tests.index.articles import an_article

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path) -> Iterator[TantivyIndex]:
    with closing(TantivyIndex(folder)) as index:
        index.setup()
        yield index


@pytest.fixture
def event_log(tmp_path: Path) -> Iterator[SqliteEventLog]:
    with closing(SqliteEventLog(tmp_path / "log.db")) as log:
        log.create_topics({topics.ENRICHED: 2})
        log.append(topics.ENRICHED, [NewRecord("k", b"no record")])
        for number, revision in ((1, 1), (2, 1), (1, 2)):
            article = an_article(f"a{number}", f"Version {revision}", revision=revision)
            log.append(topics.ENRICHED, [NewRecord(f"a{number}", encode(article))])
        yield log


def test_a_second_writer_is_told_which_process_has_the_index_and_may_still_search(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.index.endless_writer", "tantivy", str(folder)]
    with closing(TantivyIndex(folder)) as index:
        index.setup()
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert writer.stdout
        writer.stdout.readline()

        with pytest.raises(
            OutOfReach, match=f"another process writes to this index .process {writer.pid}.*harmattan run"
        ):
            index.write([an_article()])
        assert index.search(SearchQuery(text="timbuktu")).total >= 16

        writer.kill()
        writer.wait()
        writer.stdout.close()
        assert index.write([an_article()]) == []


def test_an_index_that_was_closed_may_be_written_by_another(folder: Path, index: TantivyIndex) -> None:
    index.write([an_article("a1")])
    index.close()

    with closing(TantivyIndex(folder)) as other:
        other.write([an_article("a2")])
        assert other.search(SearchQuery()).total == 2


def test_threads_of_one_process_take_turns(index: TantivyIndex) -> None:
    threads = [
        threading.Thread(target=lambda n=n: [index.write([an_article(f"a{n}-{i}")]) for i in range(5)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert index.search(SearchQuery()).total == 20


def garble(folder: Path) -> None:
    next((folder / "articles").glob("*.store")).write_bytes(b"garbage")


def lose(folder: Path) -> None:
    next((folder / "articles").glob("*.term")).unlink()


def empty(folder: Path) -> None:
    (folder / "articles" / "meta.json").write_text("")


@pytest.mark.parametrize("damage", [garble, lose, empty])
def test_a_damaged_index_is_set_aside_and_filled_from_the_event_log(
    folder: Path, event_log: SqliteEventLog, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    with closing(TantivyIndex(folder)) as index:
        index.setup()
        index.completed()
        index.write([an_article("a1"), an_article("a2")])
    damage(folder)

    with closing(TantivyIndex(folder)) as index:
        index.setup()
        assert index.incomplete()
        assert rebuild(index, event_log) == 3
        assert not index.incomplete()
        assert rebuild(index, event_log) == 0

        hits = index.search(SearchQuery()).hits
        assert sorted((hit.id, hit.title) for hit in hits) == [("a1", "Version 2"), ("a2", "Version 1")]
    assert (folder / "articles.set-aside").is_dir()
    assert "set aside" in caplog.text


def test_a_damaged_index_stays_as_it_is_while_another_process_writes_to_it(folder: Path, index: TantivyIndex) -> None:
    index.write([an_article()])
    empty(folder)

    with closing(TantivyIndex(folder)) as other, pytest.raises(OutOfReach, match="another process"):
        other.setup()

    assert not (folder / "articles.set-aside").exists()
