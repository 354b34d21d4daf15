"""What an outlet's change of an article means for the alerts that the article stands in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline.policy.desk import Owed
from pipeline.policy.model import Reason
from pipeline.records.alert import AlertArticle
from pipeline.records.article import EnrichedArticle
from pipeline.records.change import Change, Nature
from pipeline.state.interface import ArticleStanding

MOST_A_DAY = 3
"""So many changes of one article are told of within a day; then only what its outlet calls a correction, or takes back."""
A_DAY = timedelta(days=1)
MOST_CHANGES = 3
MOST_EDITS = 3
"""Changes and passages that an alert shows; the article's page has all of them."""


def notable(enriched: EnrichedArticle) -> tuple[Change, ...]:
    """Give the changes that whoever is told of the article should see, with the passages that matter."""
    return tuple(_short(change) for change in enriched.changes if change.matters)[-MOST_CHANGES:]


def has_outgrown(enriched: EnrichedArticle, standing: ArticleStanding) -> bool:
    """Tell whether the outlet has changed the article since the alert last heard of it, so that the rule matches no more."""
    if any(match.rule == standing.alert.rule for match in enriched.article.matches):
        return False
    return any(change.revision > standing.article.revision for change in enriched.changes)


def owed(enriched: EnrichedArticle, standing: ArticleStanding | None) -> Owed | None:
    """Say what those are owed who were told of the article; None where nothing that matters has changed since.

    Each change has a revision of its own, and the alert remembers that of the article: so each is told of once, whatever is
    replayed or comes twice.
    """
    if standing is None:
        return None
    new = [change for change in enriched.changes if change.matters and change.revision > standing.article.revision]
    if not new or _is_written_on(enriched.changes):
        return None
    withdrawn = new[-1].kind is Nature.WITHDRAWAL
    return Owed(Reason.WITHDRAWAL if withdrawn else Reason.CORRECTION, standing.position)


def _is_written_on(changes: Sequence[Change]) -> bool:
    """Tell whether the article is written on all day, as a live blog is, and this is no notice of its outlet's."""
    latest = changes[-1]
    silent = [change for change in changes if change.kind is Nature.MATERIAL and latest.at - change.at < A_DAY]
    return latest.kind is Nature.MATERIAL and len(silent) > MOST_A_DAY


def outgrown(enriched: EnrichedArticle, standing: ArticleStanding, *, has_query: bool) -> AlertArticle:
    """Give the article as an alert shows it whose rule it matches no more: with the passage for which it was raised.

    What signals have found is no rule's: without a query, the change alone is noted.
    """
    article = enriched.article
    return replace(
        standing.article,
        url=article.url,
        title=article.title,
        language=article.language,
        published=article.published,
        revision=enriched.revision,
        changes=notable(enriched),
        matches_no_more=(standing.article.matches_no_more or enriched.changes[-1].at) if has_query else None,
    )


def _short(change: Change) -> Change:
    shown = [edit for edit in change.edits if edit.material] or change.edits
    kept = tuple(shown[:MOST_EDITS])
    return replace(change, edits=kept, more=change.more + len(change.edits) - len(kept))
