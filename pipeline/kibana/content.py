"""What Harmattan puts into Kibana: the data views, the sessions, the panels and the dashboards.

After a change here run `python -m pipeline.kibana`, which writes seeds/kibana/harmattan.ndjson anew.
"""

from pipeline.kibana.dashboards import Control, Panel, dashboard
from pipeline.kibana.lens import Lens, bars, count, distinct, figure, most_frequent, over_time, table
from pipeline.kibana.maps import place_map
from pipeline.kibana.objects import DataView, SavedObject, Session, link, tag, tagged

# ------------------------------------------------------------------------------------------------ data views

ARTICLES = DataView(
    id="harmattan-articles",
    pattern="harmattan-articles-*",
    name="Articles",
    time="time",
    labels={
        "time": "Time",
        "url": "Address",
        "title": "Title",
        "source": "Source",
        "language": "Language",
        "countries": "Countries",
        "places": "Places",
        "rules": "Rules",
        "story": "Story",
        "copy_of": "Copy of",
        "first_seen": "First seen",
    },
    formats={"url": link("Open the article"), "feed": link("Open the feed")},
    # The whole record, which no reader wants to see.
    hidden=("record", "record.*"),
)

ALERTS = DataView(
    id="harmattan-alerts",
    pattern="harmattan-alerts-*",
    name="Alerts",
    time="created",
    labels={
        "created": "Raised",
        "rule_name": "Rule",
        "severity": "Severity",
        "state": "Delivery",
        "matches": "Words that matched",
        "articles.title": "Titles",
        "articles.url": "Addresses",
        "articles.source": "Sources",
    },
    formats={"articles.url": link("Open the article")},
)

# -------------------------------------------------------------------------------------------------- sessions

ARTICLE_COLUMNS = ("title", "source", "language", "countries", "rules", "url")
ALERT_COLUMNS = ("severity", "rule_name", "articles.title", "matches", "state", "articles.url")
WIDE_TITLE = {"title": 520}

LATEST = Session(
    id="harmattan-latest",
    title="Latest articles",
    description="Every article, the newest first",
    view=ARTICLES,
    columns=ARTICLE_COLUMNS,
    breakdown="language",
    widths=WIDE_TITLE,
)
MATCHED = Session(
    id="harmattan-matched",
    title="Articles that match a rule",
    description="What the watch rules found, the newest first",
    view=ARTICLES,
    columns=ARTICLE_COLUMNS,
    query="rules: *",
    breakdown="rules",
    widths=WIDE_TITLE,
)
ORIGINALS = Session(
    id="harmattan-originals",
    title="Articles without copies",
    description="Each text once: what nearly repeats an earlier article is left out",
    view=ARTICLES,
    columns=ARTICLE_COLUMNS,
    query="not copy_of: *",
    breakdown="language",
    widths=WIDE_TITLE,
)
CORRECTED = Session(
    id="harmattan-corrections",
    title="Corrections",
    description="Articles whose text was changed after they had appeared",
    view=ARTICLES,
    columns=("title", "source", "revision", "updated", "rules", "url"),
    query="corrected: true",
    widths=WIDE_TITLE,
)
ARABIC = Session(
    id="harmattan-arabic",
    title="Articles in Arabic",
    description="What was written in Arabic, the newest first",
    view=ARTICLES,
    columns=ARTICLE_COLUMNS,
    query='language: "ar"',
    breakdown="source",
    widths=WIDE_TITLE,
)
UNREAD_PAGES = Session(
    id="harmattan-unread-pages",
    title="Pages that could not be read",
    description="Articles that stand with what their feed said, since their page was out of reach",
    view=ARTICLES,
    columns=("title", "source", "page_error", "url"),
    query="page_error: *",
    breakdown="source",
    widths=WIDE_TITLE,
)
ALERTS_LATEST = Session(
    id="harmattan-alerts-latest",
    title="Latest alerts",
    description="Every alert, the newest first",
    view=ALERTS,
    columns=ALERT_COLUMNS,
    breakdown="severity",
    widths={"articles.title": 420},
)
ALERTS_TODAY = Session(
    id="harmattan-alerts-today",
    title="Alerts of the day",
    description="What was raised since midnight",
    view=ALERTS,
    columns=ALERT_COLUMNS,
    breakdown="rule_name",
    widths={"articles.title": 420},
    time=("now/d", "now/d"),
)
ALERTS_UNDELIVERED = Session(
    id="harmattan-alerts-undelivered",
    title="Alerts that did not arrive",
    description="No channel took them, or one failed for good",
    view=ALERTS,
    columns=ALERT_COLUMNS,
    query='state: ("failed" or "unrouted")',
    widths={"articles.title": 420},
)
SESSIONS = (
    LATEST,
    MATCHED,
    ORIGINALS,
    CORRECTED,
    ARABIC,
    UNREAD_PAGES,
    ALERTS_LATEST,
    ALERTS_TODAY,
    ALERTS_UNDELIVERED,
)

# ---------------------------------------------------------------------------------------------------- panels

ARTICLE_COUNT = Lens(
    id="harmattan-article-count",
    title="Articles",
    description="",
    view=ARTICLES,
    kind="lnsMetric",
    columns={"articles": count("Articles")},
    drawn=figure("articles"),
)
STORY_COUNT = Lens(
    id="harmattan-story-count",
    title="Stories",
    description="Articles of one event make one story",
    view=ARTICLES,
    kind="lnsMetric",
    columns={"stories": distinct("story", "Stories")},
    drawn=figure("stories"),
)
BY_LANGUAGE = Lens(
    id="harmattan-by-language",
    title="Articles over time by language",
    description="",
    view=ARTICLES,
    kind="lnsXY",
    columns={
        "when": over_time(ARTICLES),
        "language": most_frequent("language", "Language", 8, "articles", others=True),
        "articles": count("Articles"),
    },
    drawn=bars("when", "articles", "language"),
)
TOP_SOURCES = Lens(
    id="harmattan-top-sources",
    title="Sources",
    description="Those with the most articles, and how many stories they tell",
    view=ARTICLES,
    kind="lnsDatatable",
    columns={
        "source": most_frequent("source", "Source", 20, "articles"),
        "articles": count("Articles"),
        "stories": distinct("story", "Stories"),
    },
    drawn=table(("source", "articles", "stories")),
)
BY_RULE = Lens(
    id="harmattan-by-rule",
    title="Rules",
    description="How many stories each watch rule found",
    view=ARTICLES,
    kind="lnsXY",
    columns={"rule": most_frequent("rules", "Rule", 15, "stories"), "stories": distinct("story", "Stories")},
    drawn=bars("rule", "stories", lying=True),
    query="rules: *",
)
BY_COUNTRY = Lens(
    id="harmattan-by-country",
    title="Countries",
    description="Those that the most stories name",
    view=ARTICLES,
    kind="lnsXY",
    columns={"country": most_frequent("countries", "Country", 15, "stories"), "stories": distinct("story", "Stories")},
    drawn=bars("country", "stories", lying=True),
)
ALERTS_BY_SEVERITY = Lens(
    id="harmattan-alerts-by-severity",
    title="Alerts over time by severity",
    description="",
    view=ALERTS,
    kind="lnsXY",
    columns={
        "when": over_time(ALERTS),
        "severity": most_frequent("severity", "Severity", 4, "alerts"),
        "alerts": count("Alerts"),
    },
    drawn=bars("when", "alerts", "severity"),
)
ALERTS_BY_RULE = Lens(
    id="harmattan-alerts-by-rule",
    title="Alerts by rule",
    description="",
    view=ALERTS,
    kind="lnsDatatable",
    columns={
        "rule": most_frequent("rule_name", "Rule", 30, "alerts"),
        "alerts": count("Alerts"),
        "stories": distinct("story", "Stories"),
    },
    drawn=table(("rule", "alerts", "stories")),
)
PANELS = (
    ARTICLE_COUNT,
    STORY_COUNT,
    BY_LANGUAGE,
    TOP_SOURCES,
    BY_RULE,
    BY_COUNTRY,
    ALERTS_BY_SEVERITY,
    ALERTS_BY_RULE,
)


def saved_objects() -> tuple[SavedObject, ...]:
    """Give everything, what is used before what uses it."""
    ours = tag("harmattan", "Harmattan", "Made by `harmattan setup`, which overwrites it", "#C7792B")
    mark = tagged(ours)
    sessions = {session.id: session.saved(mark) for session in SESSIONS}
    panels = {panel.id: panel.saved(mark) for panel in PANELS}
    places = place_map(
        "harmattan-places", "Places", "The towns, sites and areas that articles name", ARTICLES, "locations", mark
    )
    # Alerts have a dashboard of their own: a control for a field that they don't have would hide them all.
    situation = dashboard(
        "harmattan-situation",
        "Situation",
        "What the watched sources write: where to begin",
        (
            Panel(panels[ARTICLE_COUNT.id], 0, 0, 8, 5),
            Panel(panels[STORY_COUNT.id], 0, 5, 8, 5),
            Panel(panels[BY_LANGUAGE.id], 8, 0, 40, 10),
            Panel(places, 0, 10, 32, 18),
            Panel(panels[BY_RULE.id], 32, 10, 16, 9),
            Panel(panels[BY_COUNTRY.id], 32, 19, 16, 9),
            Panel(panels[TOP_SOURCES.id], 0, 28, 16, 18),
            Panel(sessions[MATCHED.id], 16, 28, 32, 18),
        ),
        ARTICLES,
        (
            Control("rules", "Rule"),
            Control("countries", "Country"),
            Control("language", "Language"),
            Control("source", "Source"),
        ),
        mark,
    )
    alerts = dashboard(
        "harmattan-alerts-overview",
        "Alerts",
        "What analysts were told",
        (
            Panel(panels[ALERTS_BY_SEVERITY.id], 0, 0, 32, 12),
            Panel(panels[ALERTS_BY_RULE.id], 32, 0, 16, 12),
            Panel(sessions[ALERTS_LATEST.id], 0, 12, 48, 22),
        ),
        ALERTS,
        (Control("rule_name", "Rule"), Control("severity", "Severity"), Control("state", "Delivery")),
        mark,
    )
    views = (ARTICLES.saved(), ALERTS.saved())
    return (ours, *views, *sessions.values(), *panels.values(), places, situation, alerts)


def ndjson() -> str:
    """Give the file that Kibana imports."""
    return "".join(f"{saved.line()}\n" for saved in saved_objects())
