"""What Harmattan puts into Kibana: the dashboards, and the file of everything.

After a change of views, sessions, panels or dashboards run `python -m pipeline.kibana`: it writes the shipped file
seeds/kibana/harmattan.ndjson anew.
"""

from pipeline.kibana import panels as lens
from pipeline.kibana import sessions as search
from pipeline.kibana.dashboards import Control, Panel, dashboard
from pipeline.kibana.maps import place_map
from pipeline.kibana.objects import Reference, SavedObject, tag, tagged
from pipeline.kibana.views import ALERTS, ARTICLES, FEEDS, FIGURES, VIEWS

NARROW = (
    Control("rules", "Rule"),
    Control("countries", "Country"),
    Control("language", "Language"),
    Control("source_kinds", "Kind of source"),
)
"""The controls of what stands on articles: alerts have these fields under the same names, or they would all be hidden."""


def saved_objects(base_url: str | None = None) -> tuple[SavedObject, ...]:
    """Give everything, what is used before what uses it; `base_url` is where readers reach Harmattan's own page."""
    ours = tag("harmattan", "Harmattan", "Made by `harmattan setup`, which overwrites it", "#C7792B")
    mark = tagged(ours)
    sessions = {session.id: session.saved(mark) for session in search.SESSIONS}
    panels = {panel.id: panel.saved(mark) for panel in lens.PANELS}
    places = place_map(
        "harmattan-places", "Places", "The towns, sites and areas that articles name", ARTICLES, "locations", mark
    )
    shown = sessions | panels | {places.id: places}
    views = [view.saved(base_url) for view in VIEWS]
    return (ours, *views, *sessions.values(), *panels.values(), places, *_dashboards(shown, mark))


def _dashboards(shown: dict[str, SavedObject], mark: Reference) -> tuple[SavedObject, ...]:
    return (_situation(shown, mark), _watch(shown, mark), _story(shown, mark), _alerts(shown, mark),
            _sources(shown, mark), _operations(shown, mark))  # fmt: skip


def _situation(shown: dict[str, SavedObject], mark: Reference) -> SavedObject:
    return dashboard(
        "harmattan-situation",
        "Situation",
        "What the watched sources write: where to begin",
        (
            Panel(shown[lens.ARTICLE_COUNT.id], 0, 0, 8, 5),
            Panel(shown[lens.STORY_COUNT.id], 0, 5, 8, 5),
            Panel(shown[lens.TIMELINE.id], 8, 0, 40, 10),
            Panel(shown["harmattan-places"], 0, 10, 32, 18),
            Panel(shown[lens.BY_RULE.id], 32, 10, 16, 9),
            Panel(shown[lens.BY_COUNTRY.id], 32, 19, 16, 9),
            Panel(shown[lens.STORIES.id], 0, 28, 32, 14),
            Panel(shown[lens.PLACES.id], 32, 28, 16, 14),
            Panel(shown[lens.BY_LANGUAGE.id], 0, 42, 32, 12),
            Panel(shown[lens.TOP_SOURCES.id], 32, 42, 16, 12),
            Panel(shown[search.MATCHED.id], 0, 54, 48, 18),
        ),
        ARTICLES,
        NARROW,
        mark,
    )


def _watch(shown: dict[str, SavedObject], mark: Reference) -> SavedObject:
    return dashboard(
        "harmattan-watch",
        "Watch",
        "What a watch rule finds, where, and what analysts say of its alerts: choose the rule above",
        (
            Panel(shown[lens.TIMELINE.id], 0, 0, 40, 12),
            Panel(shown[lens.USEFULNESS.id], 40, 0, 8, 12),
            Panel(shown[lens.RULE_SOURCES.id], 0, 12, 16, 16),
            Panel(shown[lens.RULE_LANGUAGES.id], 16, 12, 16, 16),
            Panel(shown[lens.RULE_KINDS.id], 32, 12, 16, 16),
            Panel(shown[lens.USEFULNESS_BY_RULE.id], 0, 28, 24, 14),
            Panel(shown[search.FALSE_ALARMS.id], 24, 28, 24, 14),
            Panel(shown[search.MATCHED.id], 0, 42, 48, 18),
        ),
        ARTICLES,
        NARROW,
        mark,
    )


def _story(shown: dict[str, SavedObject], mark: Reference) -> SavedObject:
    return dashboard(
        "harmattan-story",
        "Story",
        "One event in all its articles: choose the story above, or open it from another dashboard",
        (
            Panel(shown[lens.STORY_TIMELINE.id], 0, 0, 32, 12),
            Panel(shown[lens.OUTLETS.id], 32, 0, 16, 24),
            Panel(shown["harmattan-places"], 0, 12, 32, 12),
            Panel(shown[search.LATEST.id], 0, 24, 48, 18),
            Panel(shown[search.ALERTS_LATEST.id], 0, 42, 48, 12),
        ),
        ARTICLES,
        (Control("story", "Story"), *NARROW),
        mark,
    )


def _alerts(shown: dict[str, SavedObject], mark: Reference) -> SavedObject:
    return dashboard(
        "harmattan-alerts-overview",
        "Alerts",
        "What analysts were told",
        (
            Panel(shown[lens.ALERTS_BY_SEVERITY.id], 0, 0, 32, 12),
            Panel(shown[lens.ALERTS_BY_RULE.id], 32, 0, 16, 12),
            Panel(shown[search.ALERTS_OPEN.id], 0, 12, 48, 14),
            Panel(shown[search.ALERTS_LATEST.id], 0, 26, 48, 22),
        ),
        ALERTS,
        (
            Control("rule_name", "Rule"),
            Control("severity", "Severity"),
            Control("state", "Delivery"),
            Control("countries", "Country"),
            Control("language", "Language"),
        ),
        mark,
    )


def _sources(shown: dict[str, SavedObject], mark: Reference) -> SavedObject:
    return dashboard(
        "harmattan-sources",
        "Sources",
        "How the feeds are: which can't be read, and which have gone silent; as they are now, whatever the time above",
        (
            Panel(shown[lens.FEED_COUNT.id], 0, 0, 8, 5),
            Panel(shown[lens.FEED_SILENCE.id], 0, 5, 8, 5),
            Panel(shown[lens.FEED_STATES.id], 8, 0, 20, 10),
            Panel(shown[lens.FEED_COUNTRIES.id], 28, 0, 20, 10),
            Panel(shown[search.FEEDS_SILENT.id], 0, 10, 48, 14),
            Panel(shown[search.FEEDS_FAILING.id], 0, 24, 48, 14),
            Panel(shown[search.FEEDS_MISSED.id], 0, 38, 48, 12),
        ),
        FEEDS,
        (
            Control("state", "State"),
            Control("country", "Country"),
            Control("language", "Language"),
            Control("tags", "Tag"),
        ),
        mark,
    )


def _operations(shown: dict[str, SavedObject], mark: Reference) -> SavedObject:
    return dashboard(
        "harmattan-operations",
        "Operations",
        "Whether the pipeline keeps up",
        (
            Panel(shown[lens.LAG.id], 0, 0, 24, 12),
            Panel(shown[lens.THROUGHPUT.id], 24, 0, 24, 12),
            Panel(shown[lens.FAILURES.id], 0, 12, 24, 12),
            Panel(shown[lens.DEAD_LETTERS.id], 24, 12, 24, 12),
            Panel(shown[lens.WORKERS.id], 0, 24, 24, 12),
            Panel(shown[search.PROBLEMS.id], 24, 24, 24, 12),
        ),
        FIGURES,
        (Control("step", "Step"),),
        mark,
    )


def ndjson(base_url: str | None = None) -> str:
    """Give the file that Kibana imports; with links to Harmattan's own page where its address is given."""
    return "".join(f"{saved.line()}\n" for saved in saved_objects(base_url))
