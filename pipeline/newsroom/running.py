"""Running the newsroom: its port and epoch are kept, so that a later start goes on where the first would have been."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from pipeline.errors import BadInput
from pipeline.newsroom.app import newsroom_app
from pipeline.newsroom.content import Outlet, load_contents
from pipeline.newsroom.newsroom import Newsroom, PublishedArticle
from pipeline.newsroom.opml import opml
from pipeline.newsroom.server import BoundPort, bind, serving


@dataclass(frozen=True, slots=True)
class _Kept:
    """What newsroom.json holds: articles' addresses contain the port, so both must stay as they are."""

    epoch: datetime
    port: int


@dataclass(frozen=True, slots=True)
class RunningNewsroom:
    """A newsroom that is being served; `feeds_path` is the OPML list of its feeds."""

    feeds_path: Path
    newsroom: Newsroom

    @property
    def address(self) -> str:
        """The address of its server, without a slash at its end."""
        return self.newsroom.address

    @property
    def total_articles(self) -> int:
        """The number of articles that there will have been in the end."""
        return self.newsroom.total_articles

    def published_articles(self) -> tuple[PublishedArticle, ...]:
        """Give what has been published by now, the newest first."""
        return self.newsroom.published_articles()


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_newsroom(
    data_dir: Path, clock: Callable[[], datetime] = _now, contents: Sequence[Outlet] | None = None
) -> Iterator[RunningNewsroom]:
    """Serve the newsroom (the shipped contents by default) until the block ends.

    Its epoch and port are kept in `data_dir`/newsroom.json: a later start shows the same articles at the same
    addresses. Raises BadInput where that file can't be read or the port was taken by another program since.
    """
    contents = load_contents() if contents is None else contents
    state_path = data_dir / "newsroom.json"
    kept = _read(state_path)
    with closing(_bind(kept.port if kept else 0, state_path)) as port:
        epoch = kept.epoch if kept else clock()
        newsroom = Newsroom(contents, epoch, clock, port.address)
        with serving(newsroom_app(newsroom), port):
            feeds_path = data_dir / "newsroom.opml"
            _write(feeds_path, opml(newsroom))
            if kept is None:
                _write(state_path, msgspec.json.encode(_Kept(epoch, port.number)))
            yield RunningNewsroom(feeds_path, newsroom)


def _bind(number: int, state_path: Path) -> BoundPort:
    try:
        return bind(number)
    except OSError as error:
        raise BadInput(
            f"Port {number}, which the sample newsroom has used since its first start, can't be taken ({error}): end "
            f"the program that listens there, or name another --data folder; or remove {state_path}, and the "
            "newsroom starts anew with other addresses, so that its articles are alerted again"
        ) from error


def _read(path: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInput(f"{path}: can't be read ({error}); remove it, and the sample newsroom starts anew") from error


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that a kill leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(content)
    draft.replace(path)
