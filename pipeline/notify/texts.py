"""Messages as texts: Jinja2 templates in a sandbox, in English and French, the operator's own before those shipped."""

import logging
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import BadInput
from pipeline.notify.content import SHAPES, Shape, Voice, digest_title, of_digest, of_message
from pipeline.notify.interface import Digest, Links, Message, Reader
from pipeline.notify.media import MAIL, MEDIA, TEXT, Medium, clean, isolated
from pipeline.notify.phrases import LANGUAGES, colon, phrases
from pipeline.policy.model import TELLING
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import Severity
from pipeline.records.change import Change, ChangeKind, Edit, Nature
from pipeline.records.passage import Passage
from pipeline.state.interface import Spread

SHIPPED = Path(__file__).parent / "templates"
_NAME = re.compile(
    rf"(alert|digest)\.({'|'.join(sorted({medium.name for medium in MEDIA}))})(\.({'|'.join(LANGUAGES)}))?\.j2"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Texts:
    """Writes messages for one channel.

    `folder` holds the operator's own templates; `language` and `zone`, where they are given, are the channel's and stand in
    place of the reader's. A template of the operator's that fails gives way to the shipped one: the alert goes out.
    """

    folder: Path | None = None
    language: str | None = None
    zone: ZoneInfo | None = None

    def reader(self, reader: Reader) -> Reader:
        """Give for whom this channel writes, when it writes to a reader."""
        return replace(reader, language=self.language or reader.language, zone=self.zone or reader.zone)

    def subject(self, message: Message | Digest, limit: int = 200) -> str:
        """Give one line that names severity, rule and title, or a digest's kind and day, such as a mail's subject."""
        language = self.reader(message.reader).language
        say, sign = phrases(language), f"{colon(language)} "
        if isinstance(message, Digest):
            number = len(message.alerts)
            many = say(("alerts_none", "alerts_one")[number] if number < 2 else "alerts_many", n=number)
            first = next((one.articles[0].title for one in message.alerts[:1] if message.waited and one.articles), "")
            head = digest_title(message, say)
            head = head if message.waited and not message.kind else f"{head}{sign}{many}"
            return _headed(f"{head}{sign}" if first else head, first, limit)
        alert = message.alert
        told = [say("update", n=message.update), *(say(reason) for reason in message.reasons if reason in TELLING)]
        update = f" ({', '.join(told)})" if message.update else ""
        title = alert.articles[0].title if alert.articles else say("no_article")
        severity = say(alert.severity.value).upper()
        return _headed(
            f"[{severity}] {isolated(clean(alert.rule_name or alert.rule, 100))}{update}{sign}", title, limit
        )

    def body(
        self,
        message: Message | Digest,
        limit: int | None = None,
        length: Callable[[str], int] = len,
        medium: Medium = TEXT,
    ) -> str:
        """Give the message's text, with less and less detail until it is no longer than the limit.

        `length` measures a text as the channel will see it. What is foreign is cut before it is marked up, and never after.
        """
        texts = (self._written(message, medium, shape) for shape in SHAPES)
        text = next(texts)
        while limit is not None and length(text) > limit:
            shorter = next(texts, None)
            if shorter is None:
                return self._cut(message, medium, limit, length)
            text = shorter
        return text

    def check(self) -> None:
        """Read every template of the operator's, and write samples with it. Raises BadInput with file, line and what to do."""
        if self.folder is None:
            return
        if not self.folder.is_dir():
            raise BadInput(f"{self.folder} is no folder; name one that holds templates such as alert.text.j2")
        for path in sorted(self.folder.glob("*.j2")):
            found = _NAME.fullmatch(path.name)
            if not found:
                names = ", ".join(f"{kind}.{medium.name}.j2" for kind in ("alert", "digest") for medium in MEDIA)
                raise BadInput(f"{path}: no message is written by a template of this name; it may be {names}")
            self._try(path, found[1], next(medium for medium in MEDIA if medium.name == found[2]), found[4])

    def _try(self, path: Path, kind: str, medium: Medium, language: str | None) -> None:
        samples = sample_messages() if kind == "alert" else sample_digests()
        for tongue in (language,) if language else LANGUAGES:
            voice = Voice(medium, tongue, ZoneInfo("Africa/Bamako"))
            for sample in samples:
                for shape in (SHAPES[0], SHAPES[-1]):
                    try:
                        _environment(self.folder, medium).get_template(path.name).render(_content(sample, voice, shape))
                    except Exception as error:
                        raise BadInput(_told(path, error)) from error

    def _written(self, message: Message | Digest, medium: Medium, shape: Shape) -> str:
        reader = self.reader(message.reader)
        content = _content(message, Voice(medium, reader.language, reader.zone), shape)
        names = _names(message, medium, reader.language)
        if self.folder:
            try:
                return medium.finished(_environment(self.folder, medium).select_template(names).render(content))
            except Exception as error:
                logger.error("%s; the shipped template is used instead", _told(self.folder, error))
        return medium.finished(_environment(None, medium).select_template(names).render(content))

    def _cut(self, message: Message | Digest, medium: Medium, limit: int, length: Callable[[str], int]) -> str:
        """Give the beginning of the plain text, as much of it as fits once it is marked up."""
        plain = self._written(message, TEXT, SHAPES[-1])
        room = min(len(plain), max(limit, 1))
        while True:
            cut = plain[:room].rstrip()
            text = medium.finished("\n".join(medium.escape(line) for line in cut.splitlines()))
            if room <= 1 or length(text) <= limit:
                return text
            room = room * 9 // 10


def _headed(head: str, title: str, limit: int) -> str:
    """Give a head and a title in one line; the title is cut, so that what encloses it stays whole."""
    if len(head) >= limit - 2:
        return clean(head, limit)
    whole = isolated(clean(title, max(1, limit - len(head) - 2))) if title else ""
    return f"{head}{whole}"


def _content(message: Message | Digest, voice: Voice, shape: Shape) -> dict[str, Any]:
    return of_digest(message, voice, shape) if isinstance(message, Digest) else of_message(message, voice, shape)


def _names(message: Message | Digest, medium: Medium, language: str) -> list[str]:
    kind = "digest" if isinstance(message, Digest) else "alert"
    media = dict.fromkeys((medium.name, medium.name if medium is MAIL else TEXT.name))
    return [f"{kind}.{name}{tongue}.j2" for name in media for tongue in (f".{language}", "")]


@cache
def _environment(folder: Path | None, medium: Medium) -> ImmutableSandboxedEnvironment:
    loaders: Sequence[BaseLoader] = [FileSystemLoader(path) for path in (folder, SHIPPED) if path]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        # Every value that is written passes `finalize`, which knows the medium; what it gives is escaped no more.
        autoescape=True,
        finalize=medium.foreign,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    environment.globals.clear()
    environment.globals["range"] = range
    # A way round the escaping that templates of messages don't need.
    environment.filters.pop("safe")
    return environment


def _told(path: Path, error: Exception) -> str:
    """Say what is wrong with a template, and where."""
    if isinstance(error, TemplateSyntaxError):
        return (
            f"{error.filename or path}:{error.lineno}: {error.message}; see docs/messages.md for what templates may say"
        )
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(path)
    reason = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    return f"{where}: {clean(reason)}; see docs/messages.md for what templates may say"


# --------------------------------------------------------------------------------------------------- samples


def sample_messages() -> tuple[Message, ...]:
    """Give messages with everything, with as little as can be, and in a script from right to left."""
    full = AlertArticle(
        id="a1",
        url="https://outlet.example/news/1",
        title="Convoy of fuel trucks stopped near Gao",
        source="Sahel Post",
        language="en",
        published=datetime(2026, 1, 6, 10, 30, tzinfo=UTC),
        passage=Passage("A convoy of trucks was stopped", ((2, 8),)),
        changes=(_sample_change(Nature.CORRECTION, "At least", "12", "21"), _sample_change(Nature.WITHDRAWAL)),
    )
    arabic = replace(full, id="a2", title="توقيف قافلة قرب غاو", language="ar", passage=Passage("قافلة", ((0, 5),)))
    bare = replace(full, id="a3", url=None, published=None, passage=None, changes=())
    spread = Spread(outlets=3, origins=2, places=("Gao",), kinds={"Sahel Post": ("private",)})
    page = "https://harmattan.example/alerts/sample"
    links = Links(story=page, kibana=page, answer=page, acknowledge=page, mute=page, useful=page, false=page)
    shared: Mapping[str, Any] = {"spread": spread, "links": links, "link": page}
    return (
        Message(alert=_sample(full, arabic), update=2, maybe_repeat=True, reasons=("correction",), **shared),
        Message(alert=_sample(arabic), update=0, maybe_repeat=False, **shared),
        Message(alert=replace(_sample(bare), matches=()), update=0, link=None, maybe_repeat=False),
        Message(alert=_sample(), update=0, link=None, maybe_repeat=False),
    )


def sample_digests() -> tuple[Digest, ...]:
    """Give a digest with the samples' alerts, and one with none."""
    alerts = tuple(message.alert for message in sample_messages())
    page = "https://harmattan.example/alerts"
    return (
        Digest(day=date(2026, 1, 6), alerts=alerts, link=page, waited=True, kind="daily", unsubscribe=page),
        Digest(day=date(2026, 1, 6), alerts=(), link=None),
    )


def _sample_change(kind: Nature, before: str = "", removed: str = "", added: str = "") -> Change:
    edits = (Edit("lead", before, removed, added, " people were hurt", (ChangeKind.NUMBERS,)),) if before else ()
    at = datetime(2026, 1, 6, 12, 30, tzinfo=UTC)
    return Change(revision=2, at=at, kind=kind, declared=bool(before), fields=("lead",), edits=edits)


def _sample(*articles: AlertArticle) -> Alert:
    return Alert(
        id="sample",
        rule="fuel-convoys",
        rule_name="Fuel convoys",
        rule_version="1",
        severity=Severity.HIGH,
        story="s1",
        created=datetime(2026, 1, 6, 10, 31, tzinfo=UTC),
        state=AlertState.WAITING,
        revision=1,
        articles=articles,
        matches=("convoy", "fuel"),
    )


PLAIN = Texts()
"""Writes for the reader, with the shipped templates."""
