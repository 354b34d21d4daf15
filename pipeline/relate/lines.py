"""Copies and stories of articles that are given as lines of a file, by what tells them in the pipeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.records.article import Place
from pipeline.relate.shelves import ShelvesInMemory
from pipeline.relate.stories import YOUNG, Looked, Stories
from pipeline.relate.trace import Trace, make_trace
from pipeline.text.clues import find_clues
from pipeline.text.document import Document
from pipeline.text.similarity import bands, repeats, sign

_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    trace: Trace
    given: datetime | None
    signature: bytes
    words: tuple[str, ...]
    """Headline and text where the text is too short for a signature: then only the same words are a copy."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A line's story, named after the line that founded it, and the line that it repeats."""

    story: int
    copy_of: int | None


class LinesTogether:
    """Takes lines in any order, and says at the end what belongs together.

    Lines count from the earliest to the latest published, those of one moment in their order. One that does not say when
    it was published counts as of the moment of the line before it, or of the first that says.
    """

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._by_band: dict[str, list[_Line]] = {}
        self._by_words: dict[tuple[str, ...], _Line] = {}

    def add(
        self, number: int, document: Document, places: Sequence[Place], countries: Sequence[str], time: datetime | None
    ) -> None:
        """Take a line."""
        forms = [token.form for token in document.text_tokens]
        signed = sign(document)
        exact = () if signed else (*(token.form for token in document.title_tokens), "", *forms)
        trace = make_trace(
            str(number), time or _SOME_TIME, document.language, places, countries, find_clues(document, time)
        )
        self._lines.append(_Line(number, trace, time, signed, exact if len(exact) > 1 else ()))

    def placed(self) -> dict[int, Placed]:
        """Give what belongs together, by line."""
        stories, found = Stories(ShelvesInMemory()), dict[int, Placed]()
        young: dict[str, datetime] = {}
        touched: set[str] = set()
        latest: datetime | None = None
        for line, moment in self._in_order():
            minute = moment.replace(second=0, microsecond=0)
            if latest and minute > latest:
                _move(found, stories.look_again(touched, young))
                touched.clear()
                young = {name: seen for name, seen in young.items() if minute - seen <= YOUNG}
            latest = minute
            young[line.trace.article] = moment
            found[line.number] = self._place(line, moment, stories, found)
            touched.add(str(found[line.number].story))
        _move(found, stories.look_again(touched, young))
        return found

    def _in_order(self) -> list[tuple[_Line, datetime]]:
        moment = next((line.given for line in self._lines if line.given), _SOME_TIME)
        timed = []
        for line in self._lines:
            moment = line.given or moment
            timed.append((line, moment))
        return sorted(timed, key=lambda each: (each[1], each[0].number))

    def _place(self, line: _Line, moment: datetime, stories: Stories, found: dict[int, Placed]) -> Placed:
        original = self._original(line)
        for band in bands(line.signature):
            self._by_band.setdefault(band, []).append(line)
        if line.words:
            self._by_words.setdefault(line.words, line)
        trace = line.trace
        if original:
            story = found[original.number].story
            stories.join(replace(trace, original=original.trace.article), moment, str(story))
            return Placed(story, original.number)
        link = stories.place(trace, moment)
        if link is None:
            stories.found(trace, moment)
            return Placed(line.number, None)
        stories.join(trace, moment, link.story)
        return Placed(int(link.story), None)

    def _original(self, line: _Line) -> _Line | None:
        if not line.signature:
            return self._by_words.get(line.words)
        shared = dict.fromkeys(band for band in bands(line.signature) if band in self._by_band)
        near = {known.number: known for band in shared for known in self._by_band[band]}
        # the lines were put there in their order
        return next((known for known in near.values() if repeats(line.signature, known.signature)), None)


def _move(found: dict[int, Placed], looked: Looked) -> None:
    for number, placed in found.items():
        if link := looked.of(str(number), str(placed.story)):
            found[number] = Placed(int(link.story), placed.copy_of)
