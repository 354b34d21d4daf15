"""The panels of the dashboards."""

from pipeline.kibana.lens import (
    PERCENT,
    Column,
    Lens,
    average,
    bars,
    count,
    distinct,
    figure,
    first,
    greatest,
    last,
    lines,
    most_frequent,
    over_time,
    table,
    total,
)
from pipeline.kibana.views import ALERTS, ARTICLES, FEEDS, FIGURES

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
TIMELINE = Lens(
    id="harmattan-timeline",
    title="Articles over time by rule",
    description="What the watch rules found",
    view=ARTICLES,
    kind="lnsXY",
    columns={
        "when": over_time(ARTICLES),
        "rule": most_frequent("rules", "Rule", 10, "articles"),
        "articles": count("Articles"),
    },
    drawn=bars("when", "articles", "rule"),
    query="rules: *",
)
PLACES = Lens(
    id="harmattan-by-place",
    title="Places named",
    description="Those that the most stories name",
    view=ARTICLES,
    kind="lnsXY",
    columns={"place": most_frequent("places", "Place", 15, "stories"), "stories": distinct("story", "Stories")},
    drawn=bars("place", "stories", lying=True),
)
STORIES = Lens(
    id="harmattan-stories",
    title="Stories by outlets",
    description="Those that the most outlets tell; the link leads to the story",
    view=ARTICLES,
    kind="lnsDatatable",
    columns={
        "story": most_frequent("story", "Story", 20, "outlets"),
        "outlets": distinct("source", "Outlets"),
        "articles": count("Articles"),
        "first": first("time", "First"),
        "last": last("time", "Last"),
    },
    drawn=table(("story", "outlets", "articles", "first", "last")),
)
RULE_SOURCES = Lens(
    id="harmattan-rule-sources",
    title="Sources of what rules found",
    description="",
    view=ARTICLES,
    kind="lnsDatatable",
    columns={
        "source": most_frequent("source", "Source", 20, "articles"),
        "articles": count("Articles"),
        "stories": distinct("story", "Stories"),
    },
    drawn=table(("source", "articles", "stories")),
    query="rules: *",
)
RULE_LANGUAGES = Lens(
    id="harmattan-rule-languages",
    title="Languages of what rules found",
    description="",
    view=ARTICLES,
    kind="lnsXY",
    columns={"language": most_frequent("language", "Language", 15, "articles"), "articles": count("Articles")},
    drawn=bars("language", "articles", lying=True),
    query="rules: *",
)
RULE_KINDS = Lens(
    id="harmattan-rule-kinds",
    title="Kinds of sources of what rules found",
    description="As the sources file has them: agency, public, state, private, ngo, government",
    view=ARTICLES,
    kind="lnsXY",
    columns={"kind": most_frequent("source_kinds", "Kind of source", 8, "articles"), "articles": count("Articles")},
    drawn=bars("kind", "articles", lying=True),
    query="rules: *",
)
USEFULNESS = Lens(
    id="harmattan-usefulness",
    title="Share found useful",
    description="Of the alerts that analysts judged",
    view=ALERTS,
    kind="lnsMetric",
    columns={"share": average("usefulness", "Found useful", PERCENT)},
    drawn=figure("share"),
)
USEFULNESS_BY_RULE = Lens(
    id="harmattan-usefulness-by-rule",
    title="What analysts say of rules",
    description="",
    view=ALERTS,
    kind="lnsDatatable",
    columns={
        "rule": most_frequent("rule_name", "Rule", 30, "alerts"),
        "alerts": count("Alerts"),
        "useful": total("useful", "Useful"),
        "false": total("false_alarms", "False alarms"),
        "share": average("usefulness", "Share found useful", PERCENT),
    },
    drawn=table(("rule", "alerts", "useful", "false", "share")),
)
STORY_TIMELINE = Lens(
    id="harmattan-story-timeline",
    title="Articles over time by source",
    description="Who told it when",
    view=ARTICLES,
    kind="lnsXY",
    columns={
        "when": over_time(ARTICLES),
        "source": most_frequent("source", "Source", 12, "articles", others=True),
        "articles": count("Articles"),
    },
    drawn=bars("when", "articles", "source"),
)
OUTLETS = Lens(
    id="harmattan-outlets",
    title="Outlets, in the order of their first article",
    description="",
    view=ARTICLES,
    kind="lnsDatatable",
    columns={
        "source": most_frequent("source", "Source", 30, "first", ascending=True),
        "first": first("time", "First"),
        "last": last("time", "Last"),
        "articles": count("Articles"),
    },
    drawn=table(("source", "first", "last", "articles")),
)
FEED_COUNT = Lens(
    id="harmattan-feed-count",
    title="Feeds",
    description="",
    view=FEEDS,
    kind="lnsMetric",
    columns={"feeds": count("Feeds")},
    drawn=figure("feeds"),
)
FEED_SILENCE = Lens(
    id="harmattan-feed-silence",
    title="Silent feeds",
    description="They can be read, and have had nothing new for far longer than usual",
    view=FEEDS,
    kind="lnsMetric",
    columns={"feeds": count("Silent feeds")},
    drawn=figure("feeds"),
    query="silent: true",
)
FEED_STATES = Lens(
    id="harmattan-feed-states",
    title="Feeds by state",
    description="",
    view=FEEDS,
    kind="lnsXY",
    columns={"state": most_frequent("state", "State", 8, "feeds"), "feeds": count("Feeds")},
    drawn=bars("state", "feeds", lying=True),
)
FEED_COUNTRIES = Lens(
    id="harmattan-feed-countries",
    title="Feeds by country",
    description="With the longest that one of them has had nothing new, in hours",
    view=FEEDS,
    kind="lnsDatatable",
    columns={
        "country": most_frequent("country", "Country", 50, "feeds"),
        "feeds": count("Feeds"),
        "missed": total("missed", "Times with missed entries"),
        "quiet": greatest("quiet", "Hours without news"),
    },
    drawn=table(("country", "feeds", "missed", "quiet")),
)


def _by_step(panel_id: str, title: str, description: str, measured: Column) -> Lens:
    return Lens(
        id=panel_id,
        title=title,
        description=description,
        view=FIGURES,
        kind="lnsXY",
        columns={"when": over_time(FIGURES), "step": most_frequent("step", "Step", 12, "figure"), "figure": measured},
        drawn=lines("when", "figure", "step"),
    )


LAG = _by_step("harmattan-lag", "Waiting records by step", "Those that have not been read", greatest("lag", "Waiting"))
THROUGHPUT = _by_step(
    "harmattan-throughput",
    "Handled a minute by step",
    "Records; with poll the polls, with notify the messages",
    average("handled", "Handled a minute"),
)
FAILURES = _by_step(
    "harmattan-failures",
    "Failed a minute by step",
    "What went to the dead letters",
    average("failed", "Failed a minute"),
)
WORKERS = _by_step(
    "harmattan-workers", "Workers by step", "Those that gave a sign of life", greatest("workers", "Workers")
)
DEAD_LETTERS = Lens(
    id="harmattan-dead-letters",
    title="Dead letters over time",
    description="Those that wait for somebody to look at them",
    view=FIGURES,
    kind="lnsXY",
    columns={"when": over_time(FIGURES), "letters": greatest("dead_letters", "Dead letters")},
    drawn=bars("when", "letters"),
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
    TIMELINE,
    PLACES,
    STORIES,
    RULE_SOURCES,
    RULE_LANGUAGES,
    RULE_KINDS,
    USEFULNESS,
    USEFULNESS_BY_RULE,
    STORY_TIMELINE,
    OUTLETS,
    FEED_COUNT,
    FEED_SILENCE,
    FEED_STATES,
    FEED_COUNTRIES,
    LAG,
    THROUGHPUT,
    FAILURES,
    WORKERS,
    DEAD_LETTERS,
)
