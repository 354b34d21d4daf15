"""What enrichment and rules say of articles that are given line by line, without storing anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from pipeline.enrich.given import Describer, GivenLine, read_line
from pipeline.records.article import Place, RuleMatch
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was looked at: what was found, or the problem that kept it from being read. Lines count from 1."""

    number: int
    result: dict[str, Any] | None = None
    problem: str | None = None


class Placed(Protocol):
    """What a line belongs to: the number of the line that founded its story, and of the line that it repeats."""

    @property
    def story(self) -> int:
        """The founding line's number."""

    @property
    def copy_of(self) -> int | None:
        """The number of the line that is repeated, or None."""


class Together(Protocol):
    """Says what lines belong together; it is for one run."""

    def add(
        self, number: int, document: Document, places: Sequence[Place], countries: Sequence[str], time: datetime | None
    ) -> None:
        """Take a line, and when it was published, where that is known."""

    def placed(self) -> Mapping[int, Placed]:
        """Give what each line belongs to, by its number."""


class Analysis:
    """Says of each article what `harmattan analyze` prints."""

    def __init__(self, rules: RuleSet, describer: Describer, together: Callable[[], Together]) -> None:
        """Take the rules, what describes articles, and what makes a judge of a run's copies and stories."""
        self._rules = rules
        self._describer = describer
        self._together = together

    def lines(self, lines: Iterable[bytes]) -> Iterator[Line]:
        """Give a result or a problem for each line that is not blank, in their order, when all were read.

        Copies and stories count within this call, and any line may change those of the others.
        """
        together = self._together()
        ids: dict[int, str | int] = {}
        given_lines: dict[int, GivenLine] = {}
        read: list[Line] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                given = read_line(line)
            except ValueError as error:
                read.append(Line(number, problem=str(error)))
                continue
            ids[number] = given.id
            given_lines[number] = given
            read.append(Line(number, {}))
        from_sources = (given.article for given in given_lines.values() if given.source)
        describer = self._describer.at_home(from_sources)
        for each in read:
            if each.result is not None:
                each.result.update(self._result(given_lines.pop(each.number), each.number, together, describer))
        placed = together.placed()
        for each in read:
            if each.result is not None:
                its = placed[each.number]
                copy_of = ids[its.copy_of] if its.copy_of else None
                each.result.update(story=f"story-{its.story}", copy_of=copy_of)
            yield each

    def _result(self, given: GivenLine, number: int, together: Together, describer: Describer) -> dict[str, Any]:
        article = given.article
        described = describer.describe(article)
        document, facts = described.document, described.facts
        together.add(number, document, facts.places, facts.countries, article.time)
        result: dict[str, Any] = {
            "id": given.id,
            "language": document.language,
            "places": [_place(place) for place in facts.places],
            "countries": list(facts.countries),
            "rules": [_rule(match) for match in self._rules.match_document(document, facts)],
            "story": None,
            "copy_of": None,
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
