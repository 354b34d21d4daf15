"""What routes ask of an alert, and what an article that joins it adds."""

from collections.abc import Iterable

from pipeline.policy.model import Reason
from pipeline.policy.outcome import AlertFacts
from pipeline.records.alert import Alert
from pipeline.records.article import Severity
from pipeline.state.interface import AlertFacets


def facts_of(alert: Alert, facets: AlertFacets) -> AlertFacts:
    """Say of an alert what routes ask, as it stands with all its articles."""
    return AlertFacts(
        rule=alert.rule,
        severity=alert.severity,
        story=alert.story,
        countries=frozenset(facets.countries),
        languages=frozenset(facets.languages),
        kinds=frozenset(facets.kinds),
        outlets=facets.outlets,
    )


def reasons_of(alert: Alert, before: AlertFacets, facets: AlertFacets, severity: Severity) -> Iterable[Reason]:
    """Say what an article has added to an alert that may be worth a message; `before` and `severity` are as they were."""
    if alert.severity is not severity:
        yield Reason.SEVERITY
    if set(facets.places) - set(before.places):
        yield Reason.PLACE
    if set(facets.languages) - set(before.languages):
        yield Reason.LANGUAGE
    if set(facets.tolls) - set(before.tolls):
        yield Reason.TOLL
    if set(facets.rules) - set(before.rules):
        yield Reason.ENTITY
    if facets.denied and not before.denied:
        yield Reason.DENIAL
