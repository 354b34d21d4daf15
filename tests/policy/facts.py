"""What routes ask of an alert, as tests see it."""

from pipeline.policy.outcome import AlertFacts
from pipeline.records.alert import Alert
from pipeline.state.interface import AlertFacets


def facts_of(alert: Alert, facets: AlertFacets) -> AlertFacts:
    return AlertFacts(
        rule=alert.rule,
        severity=alert.severity,
        story=alert.story,
        countries=frozenset(facets.countries),
        languages=frozenset(facets.languages),
    )
