"""What the sample newsroom's outlets write, as it stands in the files of seeds/newsroom."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import BadInput
from pipeline.files import read_settings_file
from pipeline.seeds import seed

FeedFormat = Literal["rss2", "rss1", "atom", "json"]
Fault = Literal["truncated", "not-a-feed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A later version of an article; what it leaves out stays as it was.

    `after` is in seconds from the newsroom's start.
    """

    after: int
    title: str | None = None
    summary: str | None = None
    paragraphs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article: `after` is when it is published, in seconds from the newsroom's start, negative for earlier.

    `about` names the stock rules that an analyst would want to hear of it for; articles that merely sound alike,
    such as an opera by Wagner, have none. `title_html` and `summary_html` are what the feed shows where its title or
    summary has markup. `guid` and `dated` say whether the feed's entry has an id and a date.
    """

    id: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    about: tuple[str, ...]
    after: int
    language: str | None = None
    title_html: str | None = None
    summary_html: str | None = None
    guid: bool = True
    dated: bool = True
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """An outlet's server answers with an error for the newsroom's first `until` seconds."""

    until: int
    status: int
    retry_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet with its feed and articles; its language is that of articles which name none.

    `content` says whether feed entries carry the whole text or a summary, so that the page has to be fetched.
    """

    id: str
    name: str
    tagline: str
    language: str
    country: str
    tags: tuple[str, ...]
    format: FeedFormat
    content: Literal["full", "summary"]
    articles: tuple[Article, ...]
    encoding: str = "utf-8"
    fault: Fault | None = None
    unavailable: Unavailable | None = None


def load_contents(folder: Path | None = None) -> tuple[Outlet, ...]:
    """Read every outlet of a folder (the shipped one by default), in the order of their ids.

    Raises BadInput where a file can't be read, or the folder holds none.
    """
    folder = folder or seed("newsroom")
    outlets = [read_settings_file(path, Outlet).value for path in sorted(folder.glob("*.yaml"))]
    if not outlets:
        raise BadInput(f"{folder}: no outlets here; the sample newsroom needs at least one .yaml file")
    return tuple(sorted(outlets, key=lambda outlet: outlet.id))
