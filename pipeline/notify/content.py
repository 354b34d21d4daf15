"""What a message says, cut to size, before any template writes it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from pipeline.notify.differences import changes_of
from pipeline.notify.interface import Digest, Message
from pipeline.notify.media import Medium, as_it_is, clean, harmless
from pipeline.notify.phrases import clock, colon, name_of_language, phrases
from pipeline.policy.model import RANK, TELLING
from pipeline.records.alert import Alert, AlertArticle
from pipeline.records.links import web_link
from pipeline.records.passage import Passage
from pipeline.state.interface import Spread
from pipeline.text.languages import direction

MOST_WORDS = 12
MOST_PLACES = 12
MOST_IN_DIGEST = 200
OURSELVES = "Harmattan"
"""The source of what Harmattan itself says."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How much a text may hold: the longest title, further articles, and whether it has room for more than the least."""

    title: int
    others: int
    roomy: bool


SHAPES = (
    Shape(300, 10, True),
    Shape(300, 3, True),
    Shape(300, 0, True),
    Shape(300, 0, False),
    Shape(120, 0, False),
    Shape(60, 0, False),
)
"""From the roomiest text to the tightest."""


@dataclass(frozen=True, slots=True)
class Voice:
    """In whose words and by whose clock a text is written, and in which medium."""

    medium: Medium
    language: str
    zone: ZoneInfo

    def helpers(self) -> dict[str, Any]:
        """Give what templates call: phrases, times, links and weight."""
        say = phrases(self.language)

        def count(number: int, noun: str) -> str:
            return say(noun if number == 1 else f"{noun}s", n=number)

        return {
            "t": say,
            "colon": as_it_is(colon(self.language)),
            "count": count,
            "when": lambda moment: clock(moment, self.zone),
            "link": self.medium.link,
            "strong": self.medium.bold,
            "listed": lambda values: as_it_is(", ".join(self.medium.foreign(value) for value in values)),
            "lang": self.language,
        }

    def passage(self, passage: Passage | None) -> Markup:
        """Give a passage with the words that matched marked, its direction its own."""
        if passage is None:
            return as_it_is("")
        pieces = (
            self.medium.mark(text) if is_match else as_it_is(self.medium.escape(harmless(text)))
            for text, is_match in passage.pieces()
        )
        return self.medium.enclosed(as_it_is(" ".join(as_it_is("").join(pieces).split())), passage.text)


class _Nothing(dict[str, Any]):
    """Fields of an article that there is not: empty, and false as a whole, so that templates may do without asking."""

    def __bool__(self) -> bool:
        return False


NO_ARTICLE = _Nothing(
    title="", outlet="", kind="", language="", code="und", dir="auto", published=None, url=None, passage=""
)


def of_message(message: Message, voice: Voice, shape: Shape) -> dict[str, Any]:
    """Give what templates of alerts are written from."""
    alert, links = message.alert, message.links
    first, *others = alert.articles or (None,)
    spread = message.spread or _counted(alert)
    roomy = shape.roomy
    return {
        **voice.helpers(),
        "alert": _alert(alert, voice),
        "update": message.update,
        "article": _article(first, voice, spread, shape) if first else NO_ARTICLE,
        "others": [_article(one, voice, spread, Shape(150, 0, False)) for one in others[: shape.others] if one],
        "changes": changes_of(alert, voice.medium, phrases(voice.language), roomy=roomy),
        "reasons": [phrases(voice.language)(reason) for reason in message.reasons if reason in TELLING],
        "all_others": len([one for one in others if one]),
        "outlets": 0 if own_finding(alert) else spread.outlets,
        "origins": spread.origins,
        "places": _some(spread.places, MOST_PLACES) if roomy else [],
        "more_places": max(0, len(spread.places) - MOST_PLACES),
        "links": {
            "alert": web_link(message.link),
            "story": links.story if roomy else None,
            "kibana": links.kibana if roomy else None,
            "answer": links.answer,
            **{name: getattr(links, name) for name in ("acknowledge", "mute", "useful", "false")},
        },
        "repeat": message.maybe_repeat,
        "roomy": roomy,
        "reader": message.reader.name,
    }


def of_digest(digest: Digest, voice: Voice, shape: Shape) -> dict[str, Any]:
    """Give what templates of digests are written from: the stories, the gravest and widest first, each with its alerts."""
    told = _stories(digest)[: MOST_IN_DIGEST * shape.others // SHAPES[0].others]
    return {
        **voice.helpers(),
        "digest": {
            "title": digest_title(digest, phrases(voice.language)),
            "day": f"{digest.day:%Y-%m-%d}",
            "alerts": len(digest.alerts),
        },
        "stories": [_story(alerts, digest, voice, shape) for alerts in told],
        "more": len(digest.alerts) - sum(len(alerts) for alerts in told),
        "page": web_link(digest.link),
        "unsubscribe": web_link(digest.unsubscribe) if shape.roomy else None,
        "roomy": shape.roomy,
        "reader": digest.reader.name,
    }


def own_finding(alert: Alert) -> bool:
    """Tell whether an alert stands on no outlet's article but on what Harmattan itself found, such as a burst or a silence."""
    first = next(iter(alert.articles), None)
    return first is not None and first.url is None and first.source == OURSELVES


def digest_title(digest: Digest, say: Callable[..., str]) -> str:
    """Give the words that a digest begins with."""
    number = len(digest.alerts)
    if digest.kind:
        return f"{say(digest.kind)} {digest.day:%Y-%m-%d}"
    if digest.waited:
        return say("waited_one") if number == 1 else say("waited", n=number)
    return say("alerts_of", day=f"{digest.day:%Y-%m-%d}")


def _stories(digest: Digest) -> list[list[Alert]]:
    stories: dict[str, list[Alert]] = {}
    for alert in digest.alerts:
        stories.setdefault(alert.story, []).append(alert)

    def weight(alerts: Sequence[Alert]) -> tuple[int, int, float]:
        wide = max((digest.spreads.get(one.id) or _counted(one)).origins for one in alerts)
        return (-max(RANK[one.severity] for one in alerts), -wide, min(one.created for one in alerts).timestamp())

    grouped = (sorted(alerts, key=lambda one: (-RANK[one.severity], one.created)) for alerts in stories.values())
    return sorted(grouped, key=weight)


def _story(alerts: Sequence[Alert], digest: Digest, voice: Voice, shape: Shape) -> dict[str, Any]:
    spreads = [digest.spreads.get(alert.id) or _counted(alert) for alert in alerts]
    widest = max(spreads, key=lambda spread: spread.outlets)
    founders = {(one.id, one.title): one for alert in alerts for one in alert.articles[:1]}
    return {
        "alerts": [_alert(alert, voice) | {"link": web_link(digest.pages.get(alert.id))} for alert in alerts],
        "articles": [_article(one, voice, widest, shape) for one in founders.values()],
        "outlets": widest.outlets,
        "origins": max(spread.origins for spread in spreads),
        "changes": changes_of(alerts[0], voice.medium, phrases(voice.language), roomy=shape.roomy),
        "places": _some(widest.places, MOST_PLACES) if shape.roomy else [],
    }


def _alert(alert: Alert, voice: Voice) -> dict[str, Any]:
    say = phrases(voice.language)
    return {
        "id": alert.id,
        "rule": clean(alert.rule),
        "rule_name": clean(alert.rule_name) or clean(alert.rule),
        "version": clean(alert.rule_version, 20),
        "severity": say(alert.severity.value),
        "severity_code": alert.severity.value,
        "created": alert.created,
        "words": _some(alert.matches, MOST_WORDS),
        "more_words": max(0, len(alert.matches) - MOST_WORDS),
    }


def _article(article: AlertArticle, voice: Voice, spread: Spread, shape: Shape) -> dict[str, Any]:
    say = phrases(voice.language)
    return {
        "title": clean(article.title, shape.title) or say("untitled"),
        "outlet": clean(article.source, 100),
        "kind": ", ".join(say(kind) for kind in spread.kinds.get(article.source, ())),
        "language": name_of_language(clean(article.language, 10), voice.language),
        "code": clean(article.language, 10),
        "dir": direction(article.language),
        "published": article.published,
        "url": web_link(article.url),
        "passage": voice.passage(article.passage) if shape.roomy else "",
    }


def _counted(alert: Alert) -> Spread:
    """Count an alert's own articles, where nobody counted all."""
    outlets = max(1, len({article.source for article in alert.articles}))
    return Spread(outlets=outlets, origins=outlets)


def _some(values: Iterable[str], most: int) -> list[str]:
    return [clean(value, 80) for value, _ in zip(values, range(most), strict=False)]
