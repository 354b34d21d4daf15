"""Replays: which stored articles go on their way again, and which stay as they are."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.enrich.language import LanguageGuesser
from pipeline.enrich.outlets import Outlet, Outlets
from pipeline.enrich.own import OwnEnrichers
from pipeline.enrich.prepare import Preparer
from pipeline.index.interface import Candidates, SearchQuery
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.interface import EventLog, NewRecord
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Origin, PreparedArticle
from pipeline.records.codec import decode, encode
from pipeline.replay import AT_ONCE, MOST_AHEAD, Done, Replay, Selection, Stopped
from pipeline.state.interface import FeedSpec
from tests.builders import NOON, POST, WIRE, enriched, match
from tests.enrich.entries import LANGUAGES, NoPlaces, Standing


def preparer(languages: LanguageGuesser = LANGUAGES, own: OwnEnrichers | None = None, **queries: str) -> Preparer:
    outlets = Outlets([Outlet(id="post", name="Sahel Post", according_to="here", kinds=("private",))])
    return Preparer(Standing(**queries), NoPlaces(), languages, outlets, own or OwnEnrichers())


def as_now(article: EnrichedArticle, how: Preparer) -> EnrichedArticle:
    """The article as the index holds it after it was enriched in this way."""
    return replace(article, article=replace(how.again(article.article), signature=b"", clues=None))


def stored(*articles: EnrichedArticle) -> Candidates:
    return Candidates(len(articles), iter(articles))


def replay(log: EventLog, stop_after: int | None = None) -> Replay:
    looked_at: list[int] = [0]
    return Replay(log, looked_at.append, lambda: stop_after is not None and looked_at[-1] >= stop_after)


def passed_on(log: EventLog) -> Sequence[PreparedArticle]:
    return [decode(record.value, PreparedArticle) for record in log.read(topics.PREPARED)]


def test_only_what_comes_out_differently_is_passed_on_and_as_a_replay(log: EventLog) -> None:
    before = preparer(lorries="convoy")
    articles = as_now(enriched("a1"), before), as_now(enriched("a2", title="Rain", text="Rain in Ber."), before)

    done = replay(log).enrich(stored(*articles), Selection(), preparer(lorries="convoy", rain="rain"), {})

    assert done == Done(2, 1)
    (article,) = passed_on(log)
    assert (article.text, article.origin) == ("Rain in Ber.", Origin.REPLAY)
    assert [found.rule for found in article.matches] == ["rain"]


def test_a_replay_repeated_passes_on_nothing(log: EventLog) -> None:
    article = as_now(enriched("a1"), preparer(lorries="convoy"))

    assert replay(log).enrich(stored(article), Selection(), preparer(lorries="convoy"), {}) == Done(1, 0)


def test_languages_sources_feeds_and_own_enrichers_are_those_of_today(log: EventLog) -> None:
    article = as_now(enriched("a1", source=replace(POST, kinds=("state",), owner="somebody")), preparer())
    feeds = {POST.feed: FeedSpec(url=POST.feed, title="Sahel Post", tags=("north",), country="NE")}
    own = OwnEnrichers({"size": lambda told: {"letters": len(told.title)}})

    replay(log).enrich(stored(article), Selection(), preparer(LanguageGuesser(("fr", "ar")), own), feeds)

    (found,) = passed_on(log)
    assert found.language != article.article.language
    assert (found.source.kinds, found.source.owner) == (("private",), None)
    assert (found.source.country, found.source.tags) == ("NE", ("north",))
    assert found.extra == {"letters": (str(len(found.title)),)}


def test_a_replay_may_be_of_one_feed_or_of_a_time(log: EventLog) -> None:
    articles = enriched("a1"), enriched("a2", source=WIRE), enriched("a3", published=NOON - timedelta(days=3))

    def count(selection: Selection) -> int:
        return replay(log).enrich(stored(*articles), selection, preparer(convoys="convoy"), {}).passed_on

    assert count(Selection(feed=WIRE.feed)) == 1
    assert count(Selection(until=NOON - timedelta(days=1))) == 1
    assert count(Selection()) == 3


def test_a_replay_that_is_interrupted_has_passed_on_what_it_had_looked_at(log: EventLog) -> None:
    articles = [enriched(f"a{number}") for number in range(3 * AT_ONCE)]

    with pytest.raises(Stopped):
        replay(log, stop_after=1).enrich(stored(*articles), Selection(), preparer(convoys="convoy"), {})

    assert len(passed_on(log)) == AT_ONCE


def test_a_replay_never_puts_much_before_fresh_articles(log: EventLog) -> None:
    log.subscribe("relate", [topics.PREPARED]).close()
    articles = [enriched(f"a{number}") for number in range(MOST_AHEAD + 3 * AT_ONCE)]
    looks = iter(range(20))

    with pytest.raises(Stopped):
        Replay(log, lambda _: None, lambda: next(looks) == 19).enrich(
            stored(*articles), Selection(), preparer(convoys="convoy"), {}
        )

    assert len(passed_on(log)) <= MOST_AHEAD + AT_ONCE


def test_asked_for_alerts_articles_with_matches_come_as_if_live_in_the_revision_that_they_have(log: EventLog) -> None:
    articles = (
        enriched("a1", revision=3, origin=Origin.REPLAY, matches=(match("convoys"),)),
        enriched("a2", matches=(match("rain"),)),
        enriched("a3"),
    )

    assert replay(log).alert(stored(*articles), Selection(rules=frozenset({"convoys"}))) == Done(3, 1)

    (shown,) = [decode(record.value, EnrichedArticle) for record in log.read(topics.ENRICHED)]
    assert (shown.id, shown.revision, shown.article.origin) == ("a1", 3, Origin.LIVE)


def test_an_index_that_lost_its_articles_is_filled_again_from_the_log(log: EventLog, tmp_path: Path) -> None:
    convoy, rain, newer = enriched("a1"), enriched("a2", source=WIRE, title="Rain"), enriched("a1", revision=2)
    log.append(topics.ENRICHED, [NewRecord(one.id, encode(one)) for one in (convoy, rain, newer)])
    with closing(TantivyIndex(tmp_path)) as index:
        index.setup()
        of_one_feed = replay(log).index(Selection(feed=WIRE.feed), index)
        index.refresh()
        assert (of_one_feed.passed_on, [hit.title for hit in index.search(SearchQuery(text="*")).hits]) == (1, ["Rain"])

        everything = replay(log).index(Selection(), index)
        index.refresh()
        found = index.search(SearchQuery(text="*")).hits

    assert everything.looked_at == 3
    assert sorted(hit.id for hit in found) == ["a1", "a2"]


def test_refilling_an_index_that_is_interrupted_keeps_what_was_written(log: EventLog, tmp_path: Path) -> None:
    articles = [enriched(f"a{number}", title=f"Convoy {number}") for number in range(2 * AT_ONCE)]
    log.append(topics.ENRICHED, [NewRecord(one.id, encode(one)) for one in articles])
    with closing(TantivyIndex(tmp_path)) as index:
        index.setup()
        with pytest.raises(Stopped):
            replay(log, stop_after=1).index(Selection(), index)
        index.refresh()
        assert index.search(SearchQuery(text="*")).total == AT_ONCE

        assert replay(log).index(Selection(), index).looked_at == 2 * AT_ONCE
