"""The searches that analysts open in Discover."""

from pipeline.kibana.objects import Session
from pipeline.kibana.views import ALERTS, ARTICLES, FEEDS, FIGURES

ARTICLE_COLUMNS = ("title", "source", "language", "countries", "rules", "url", "story")
ALERT_COLUMNS = ("severity", "rule_name", "articles.title", "matches", "state", "articles.url", "id")
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
    description="Articles in which numbers, names, places or negations were changed, or that were taken back",
    view=ARTICLES,
    columns=("title", "source", "change_kind", "undeclared", "updated", "rules", "url", "id"),
    query="change_kind: (material or correction or withdrawal)",
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
UNDECLARED = Session(
    id="harmattan-undeclared",
    title="Changed without a word",
    description="Articles in which the outlet changed what matters and did not say so",
    view=ARTICLES,
    columns=("title", "source", "change_kind", "revision", "updated", "url", "id"),
    query="undeclared: true",
    breakdown="source",
    widths=WIDE_TITLE,
)
WITHDRAWN = Session(
    id="harmattan-withdrawn",
    title="Withdrawn articles",
    description="Articles that their outlet took back",
    view=ARTICLES,
    columns=("title", "source", "revision", "updated", "rules", "id"),
    query='change_kind: "withdrawal"',
    breakdown="source",
    widths=WIDE_TITLE,
)
STATE_CONTROLLED = Session(
    id="harmattan-state-sources",
    title="Sources that a state controls",
    description="What outlets of kind `state` write (the sources file says which they are), the newest first",
    view=ARTICLES,
    columns=ARTICLE_COLUMNS,
    query='source_kinds: "state"',
    breakdown="source",
    widths=WIDE_TITLE,
)
ALERTS_OPEN = Session(
    id="harmattan-alerts-open",
    title="Alerts that nobody has answered",
    description="Neither acknowledged nor judged so far",
    view=ALERTS,
    columns=("severity", "rule_name", "articles.title", "origins", "told", "id"),
    query="not acknowledged: * and not usefulness: *",
    breakdown="severity",
    widths={"articles.title": 420},
)
FALSE_ALARMS = Session(
    id="harmattan-false-alarms",
    title="False alarms",
    description="Alerts that at least one analyst calls false: what to mend in the rules",
    view=ALERTS,
    columns=("rule_name", "matches", "articles.title", "useful", "false_alarms", "id"),
    query="false_alarms > 0",
    breakdown="rule_name",
    widths={"articles.title": 420},
)
FEED_COLUMNS = ("title.name", "state", "error", "quiet", "last_success", "failures", "country", "url")
FEEDS_SILENT = Session(
    id="harmattan-feeds-silent",
    title="Silent feeds",
    description="Feeds that can be read, and have had nothing new for far longer than usual",
    view=FEEDS,
    columns=("title.name", "quiet", "last_new", "interval", "country", "language", "url"),
    query="silent: true",
    breakdown="country",
    sort=("quiet", "desc"),
)
FEEDS_FAILING = Session(
    id="harmattan-feeds-failing",
    title="Feeds that can't be read",
    description="Failing, gone, held back by their servers, or with an address that can't be polled",
    view=FEEDS,
    columns=FEED_COLUMNS,
    query='state: ("failing" or "gone" or "held" or "invalid")',
    breakdown="state",
    sort=("failures", "desc"),
)
FEEDS_MISSED = Session(
    id="harmattan-feeds-missed",
    title="Feeds with missed entries",
    description="In the last 30 days more came at once than the feed holds",
    view=FEEDS,
    columns=("title.name", "missed", "recovered", "interval", "url"),
    query="missed > 0",
    sort=("missed", "desc"),
)
PROBLEMS = Session(
    id="harmattan-problems",
    title="Problems",
    description="What `harmattan status` found wrong, minute by minute",
    view=FIGURES,
    columns=("problems", "dead_letters", "due", "failing"),
    query="problems: *",
    breakdown="problems",
)
SESSIONS = (
    LATEST,
    MATCHED,
    ORIGINALS,
    CORRECTED,
    UNDECLARED,
    WITHDRAWN,
    ARABIC,
    STATE_CONTROLLED,
    UNREAD_PAGES,
    ALERTS_LATEST,
    ALERTS_TODAY,
    ALERTS_OPEN,
    ALERTS_UNDELIVERED,
    FALSE_ALARMS,
    FEEDS_SILENT,
    FEEDS_FAILING,
    FEEDS_MISSED,
    PROBLEMS,
)
