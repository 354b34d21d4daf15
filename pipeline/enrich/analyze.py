"""What enrichment and rules say of articles that are given line by line, without storing anything."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.enrich.given import Describer, GivenLine, read_line
from pipeline.records.article import Place, RuleMatch
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document
from pipeline.text.similarity import NEAR_COPY, bands, signature, similarity


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was looked at: what was found, or the problem that kept it from being read. Lines count from 1."""

    number: int
    result: dict[str, Any] | None = None
    problem: str | None = None


class Analysis:
    """Says of each article what `harmattan analyze` prints."""

    def __init__(self, rules: RuleSet, describer: Describer) -> None:
        self._rules = rules
        self._describer = describer

    def lines(self, lines: Iterable[bytes]) -> Iterator[Line]:
        """Give a result or a problem for each line that is not blank. Copies and stories count within this call."""
        copies = _Copies()
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                given = read_line(line)
            except ValueError as error:
                yield Line(number, problem=str(error))
                continue
            yield Line(number, self._result(given, number, copies))

    def _result(self, given: GivenLine, number: int, copies: "_Copies") -> dict[str, Any]:
        described = self._describer.describe(given.article)
        document, facts = described.document, described.facts
        story, copy_of = copies.add(given.id, number, document)
        result: dict[str, Any] = {
            "id": given.id,
            "language": document.language,
            "places": [_place(place) for place in facts.places],
            "countries": list(facts.countries),
            "rules": [_rule(match) for match in self._rules.match_document(document, facts)],
            "story": story,
            "copy_of": copy_of,
        }
        if facts.extra or described.errors:
            result |= {"extra": facts.extra, "enricher_errors": list(described.errors)}
        return result


def _place(place: Place) -> dict[str, Any]:
    return {"name": place.name, "country": place.country, "lat": place.lat, "lon": place.lon, "kind": place.kind}


def _rule(match: RuleMatch) -> dict[str, Any]:
    return {
        "id": match.rule,
        "severity": match.severity.value,
        "version": match.version,
        "matches": [asdict(span) for span in match.spans],
        "passage": asdict(match.passage) if match.passage else None,
    }


@dataclass(frozen=True, slots=True)
class _Known:
    line: int
    id: str | int
    story: str
    signature: bytes


@dataclass(slots=True)
class _Copies:
    """The articles of a run, by what near-copies of them have in common."""

    by_band: dict[str, list[_Known]] = field(default_factory=dict)
    by_words: dict[tuple[str, ...], _Known] = field(default_factory=dict)

    def add(self, article_id: str | int, number: int, document: Document) -> tuple[str, str | int | None]:
        """Give the article's story, and the id of the earliest article that it repeats."""
        words = [token.form for token in document.text_tokens]
        signed = signature(words)
        # texts too short for a signature are copies only when headline and text are the same
        exact = () if signed else (*(token.form for token in document.title_tokens), "", *words)
        keys = bands(signed)
        original = self._original(signed, keys) if signed else self.by_words.get(exact)
        story = original.story if original else f"story-{number}"
        known = _Known(number, article_id, story, signed)
        for key in keys:
            self.by_band.setdefault(key, []).append(known)
        if len(exact) > 1:
            self.by_words.setdefault(exact, known)
        return story, original.id if original else None

    def _original(self, signed: bytes, keys: tuple[str, ...]) -> _Known | None:
        candidates = {known.line: known for key in keys for known in self.by_band.get(key, ())}
        near = [line for line, known in candidates.items() if similarity(known.signature, signed) >= NEAR_COPY]
        return candidates[min(near)] if near else None
