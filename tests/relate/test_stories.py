"""Stories: articles on one event, in whatever languages, are one; the log alone decides, and nothing is lost on the way."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

import pytest

from pipeline.alert.step import AlertStep
from pipeline.enrich.given import GivenArticle
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.policy.desk import Desk, simple_policy
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, PreparedArticle
from pipeline.records.codec import decode, encode
from pipeline.relate import stories
from pipeline.relate.lines import LinesTogether
from pipeline.relate.step import RelateStep
from pipeline.relate.stories import WINDOW
from pipeline.state.database import DatabaseState
from pipeline.text import similarity
from pipeline.text.clues import find_clues
from pipeline.text.document import Document
from pipeline.text.similarity import sign
from pipeline.work.interface import Delivered
from tests.builders import NOON, match, minutes, prepared
from tests.figures import Tell
from tests.relate.labelled_stories import Labelled, b_cubed, describer, labelled, links, report, small

Ids = dict[str, str]


def prepare(title: str, text: str, seen: datetime, url: str, **given: object) -> PreparedArticle:
    """Give an article with what enrichment finds in it."""
    described = describer().describe(GivenArticle(title=title, text=text))
    document = described.document
    article = prepared(
        url=url,
        title=title,
        text=text,
        seen=seen,
        published=seen,
        language=document.language,
        places=described.facts.places,
        countries=described.facts.countries,
        signature=sign(document),
        clues=find_clues(document, seen),
    )
    return replace(article, **given)  # type: ignore[arg-type]


@cache
def articles(part: str) -> tuple[tuple[Labelled, PreparedArticle], ...]:
    """Give the labelled articles as enrichment passes them on."""
    return tuple(
        (each, prepare(each.title, each.text, each.moment, f"https://post.example/{each.id}"))
        for each in labelled(part)
    )


class Relating:
    """The real step over the real stores, fed batch by batch."""

    def __init__(self, log: SqliteEventLog, state: DatabaseState) -> None:
        self._log = log
        self._state = state
        self._names = count()
        self._read = 0
        self.step = self.another()

    def another(self, quiet: timedelta = timedelta(minutes=1)) -> RelateStep:
        """Give the step of another process, which leads once the one before it has ended."""
        name = f"worker-{next(self._names)}"
        return RelateStep(self._state.stories, self._state.outbox, self._log, name, quiet=quiet)

    def restart(self, quiet: timedelta = timedelta(minutes=1)) -> None:
        self.step.close()
        self.step = self.another(quiet)
        assert self.step.ready()

    def __call__(self, *given: PreparedArticle, batch: int = 64) -> list[EnrichedArticle]:
        self._log.append(topics.PREPARED, [NewRecord("k", encode(article)) for article in given])
        records = list(self._log.read(topics.PREPARED))[self._read :]
        self._read += len(records)
        assert self.step.ready()
        for start in range(0, len(records), batch):
            self.step.handle([Delivered(r, decode(r.value, PreparedArticle)) for r in records[start : start + batch]])
        return self.told()

    def told(self) -> list[EnrichedArticle]:
        """Give everything that was passed on."""
        return [decode(record.value, EnrichedArticle) for record in self._log.read(topics.ENRICHED)]

    def stories(self) -> Ids:
        """Give the story of each article, by its address, as the latest revisions tell it."""
        return {article.article.url or "": article.story for article in self.told()}

    def look(self) -> list[EnrichedArticle]:
        """Let nothing come for a while."""
        self.restart(quiet=timedelta(0))
        return self.told()


@pytest.fixture
def relate(log: SqliteEventLog, state: DatabaseState) -> Relating:
    return Relating(log, state)


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Callable[[], Relating]]:
    """Give stores that hold nothing, as often as asked."""
    opened: list[SqliteEventLog | DatabaseState] = []

    def make() -> Relating:
        folder = tmp_path_factory.mktemp("stores")
        log = SqliteEventLog(folder / "log.db")
        log.create_topics(dict.fromkeys(topics.ALL, 1))
        state = DatabaseState.embedded(folder / "state.db")
        state.setup()
        opened.extend((log, state))
        return Relating(log, state)

    yield make
    for store in opened:
        store.close()


def told_of_lines(among: Sequence[tuple[Labelled, PreparedArticle]]) -> Ids:
    """Give the stories that `harmattan analyze` tells."""
    together = LinesTogether()
    for number, (each, article) in enumerate(among):
        document = Document(article.title, article.text, article.language)
        together.add(number, document, article.places, article.countries, each.moment)
    placed = together.placed()
    return {each.id: str(placed[number].story) for number, (each, _) in enumerate(among)}


def by_article(stories: Ids, among: Sequence[tuple[Labelled, PreparedArticle]]) -> Ids:
    return {each.id: stories[article.url or ""] for each, article in among}


def test_stories_agree_with_the_labels_of_articles_that_nothing_was_fitted_on(relate: Relating, tell: Tell) -> None:
    held = articles("held")
    relate(*(article for _, article in held))
    relate.look()
    found = by_article(relate.stories(), held)
    gold = {each.id: each.story for each, _ in held}
    languages = {each.id: each.language for each, _ in held}
    for line in report([each for each, _ in held], found):
        tell(f"stories, {len(held)} articles: {line}")
    assert b_cubed(gold, found).f1 >= 0.94
    across = links(gold, found, languages)
    assert across.precision >= 0.97
    assert across.recall >= 0.78
    assert small(gold, found).f1 >= 0.94


@pytest.mark.parametrize("threshold", ["JOIN", "MERGE", "SPLIT", "HOPELESS", "NEAR_COPY"])
def test_no_threshold_is_on_an_edge(threshold: str, monkeypatch: pytest.MonkeyPatch, tell: Tell) -> None:
    module = similarity if threshold == "NEAR_COPY" else stories
    held = articles("held")
    gold = {each.id: each.story for each, _ in held}
    languages = {each.id: each.language for each, _ in held}
    value = getattr(module, threshold)
    for factor in (0.9, 1.1):
        monkeypatch.setattr(module, threshold, value * factor)
        found = told_of_lines(held)
        whole, across = b_cubed(gold, found), links(gold, found, languages)
        tell(
            f"stories, {threshold} {value:g} -> {value * factor:.3g}: B-cubed {whole.f1:.3f}, links across languages"
            f" P {across.precision:.3f} R {across.recall:.3f}, all links F1 {links(gold, found).f1:.3f},"
            f" under 5 articles {small(gold, found).f1:.3f}"
        )
        assert whole.f1 >= 0.92
        assert across.precision >= 0.95
        assert across.recall >= 0.72


def test_the_same_log_gives_the_same_stories_however_it_is_cut_and_whoever_leads(
    fresh: Callable[[], Relating],
) -> None:
    given = [article for _, article in articles("fitted")[:90]]
    at_once, one_by_one, in_turns = fresh(), fresh(), fresh()
    at_once(*given, batch=len(given))
    one_by_one(*given, batch=1)
    for start in range(0, len(given), 30):
        in_turns.restart()
        in_turns(*given[start : start + 30], batch=7)
    assert at_once.stories() == one_by_one.stories() == in_turns.stories()


def test_another_order_within_each_minute_hardly_changes_the_stories(fresh: Callable[[], Relating], tell: Tell) -> None:
    together = 8  # articles a minute: the events of a fortnight, told in half an hour
    among = [
        (each, replace(article, seen=NOON + minutes(number // together) + timedelta(seconds=number % together)))
        for number, (each, article) in enumerate(articles("fitted"))
    ]
    gold = {each.id: each.story for each, _ in among}
    scores = []
    for seed in (None, 1, 2, 3):
        order = list(among)
        if seed:
            shuffled = random.Random(seed)
            order.sort(key=lambda each: (each[1].seen.replace(second=0), shuffled.random()))
        relating = fresh()
        relating(*(article for _, article in order))
        relating.look()
        scores.append(b_cubed(gold, by_article(relating.stories(), among)).f1)
    tell(f"stories shuffled within each minute: B-cubed F1 {', '.join(f'{score:.3f}' for score in scores)}")
    assert max(scores) - min(scores) < 0.02


ATTACK = "Gunmen attacked the market of Djibo in Burkina Faso on Sunday and killed 14 people, a health worker said."
ATTAQUE = "Des hommes armés ont attaqué dimanche le marché de Djibo, au Burkina Faso, et tué quatorze personnes."
FLOOD = "Floods in Gaya in the south of Niger have destroyed 300 houses since Friday; two children are missing."


EXPLOSION = (
    ("Explosion in Djibo", "An explosion was heard in Djibo in the north of Burkina Faso on Sunday, residents said."),
    (
        "Burkina Faso: catorce muertos",
        "Catorce personas murieron el domingo en el mercado de una ciudad de Burkina Faso, según un sanitario.",
    ),
    (
        "Djibo market blast kills 14",
        "A bomb exploded in the market of Djibo in Burkina Faso on Sunday and killed 14 people, a health worker said.",
    ),
    (
        "Burkina Faso : l'explosion au marché de Djibo fait quatorze morts",
        "Une bombe a explosé dimanche sur le marché de Djibo, au Burkina Faso, tuant quatorze personnes.",
    ),
    (
        "Bomb kills 14 in Djibo",
        "At least 14 people died in Burkina Faso on Sunday when a bomb exploded on a market in Djibo.",
    ),
)
"""The second is not like the first, and much like those that follow."""


def explosion(**given: object) -> list[PreparedArticle]:
    return [
        prepare(title, text, NOON + timedelta(seconds=number), f"https://{number}.example/", **given)
        for number, (title, text) in enumerate(EXPLOSION)
    ]


def test_a_young_story_is_joined_to_an_older_one_when_what_followed_is_like_both(relate: Relating) -> None:
    told = relate(*explosion())
    first, second = told[0].id, told[1].id
    assert [article.story for article in told] == [first, second, first, first, first]
    relate(prepare("Chess final in Oslo", "Chess.", NOON + minutes(1), "https://post.example/2"))
    (moved,) = [article for article in relate.told()[len(told) :] if article.id == second]
    assert (moved.story, moved.revision) == (first, 2)
    assert moved.article == told[1].article
    assert moved.confidence is not None
    assert moved.confidence >= 0.6


def test_the_second_look_needs_no_further_article(relate: Relating) -> None:
    told = relate(*explosion())
    moved = relate.look()[len(told) :]
    assert [(article.id, article.story) for article in moved] == [(told[1].id, told[0].id)]
    assert relate.look() == [*told, *moved]


def test_a_leader_that_is_killed_between_two_minutes_leaves_the_second_look_to_its_heir(relate: Relating) -> None:
    told = relate(*explosion()[:4])
    relate.restart()
    relate(explosion()[4], prepare("Chess final in Oslo", "Chess.", NOON + minutes(1), "https://post.example/2"))
    assert relate.stories()["https://1.example/"] == told[0].id


class Alerting:
    """The real alert step behind relate; it says what alerts there are, and how many messages each has led to."""

    def __init__(self, log: SqliteEventLog, state: DatabaseState) -> None:
        policy = simple_policy(["console"])
        self._step = AlertStep(state.ledger, state.outbox, log, ["console"], Desk(lambda: policy))
        self._log, self._ledger, self._read = log, state.ledger, 0
        assert self._step.ready()

    def __call__(self) -> dict[str, int]:
        records = list(self._log.read(topics.ENRICHED))
        self._step.handle([Delivered(r, decode(r.value, EnrichedArticle)) for r in records[self._read :]])
        self._read = len(records)
        return {alert.id: len(self._ledger.deliveries(alert.id)) for alert in self._ledger.alerts()}


@pytest.fixture
def alert(log: SqliteEventLog, state: DatabaseState) -> Alerting:
    return Alerting(log, state)


def test_stories_that_are_joined_alert_nobody_anew(relate: Relating, alert: Alerting) -> None:
    first, second, *others = explosion()
    relate(first, replace(second, matches=(match("sahel"),)), *others)
    raised = alert()
    assert raised == {f"sahel-{relate.told()[1].id}": 1}
    relate.look()
    assert alert() == raised
    title, text = EXPLOSION[2]
    again = prepare(title, text, NOON + minutes(3), "https://late.example/", matches=(match("sahel"),))
    assert relate(again)[-1].story == relate.told()[0].id
    assert alert() == raised


def parted(relate: Relating, alert: Alerting, first: PreparedArticle) -> tuple[dict[str, int], dict[str, int]]:
    """Have an article join the story of the first and leave it again; give the alerts before and after."""
    matched = (match("sahel"),)
    address = "https://faso.example/7"
    teaser = prepare("Attack in Djibo", "Gunmen attacked Djibo on Sunday.", NOON + minutes(0.2), address)
    relate(first)
    alert()
    relate(replace(teaser, matches=matched))
    before = alert()
    page = prepare("Floods in Gaya", FLOOD, NOON + minutes(0.2), address, text_source="page", matches=matched)
    relate(page)
    alert()
    relate.look()
    assert relate.stories()[address] != relate.stories()[first.url or ""]
    return before, alert()


def test_a_part_that_nobody_was_shown_is_told_of_when_it_is_split_off(relate: Relating, alert: Alerting) -> None:
    first = prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1", matches=(match("sahel"),))
    before, after = parted(relate, alert, first)
    shown, other = (article.id for article in relate.told()[:2])
    assert before == {f"sahel-{shown}": 1}
    assert after == {f"sahel-{shown}": 1, f"sahel-{other}": 1}


def test_a_part_that_was_shown_stays_silent_when_it_is_split_off(relate: Relating, alert: Alerting) -> None:
    first = prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1")
    before, after = parted(relate, alert, first)
    assert list(before.values()) == [1]
    assert after == before


def test_what_is_left_of_a_story_is_told_of_when_only_what_left_it_was_shown(relate: Relating, alert: Alerting) -> None:
    first = prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1")
    before, _ = parted(relate, alert, first)
    late = prepare("Burkina Faso : attaque à Djibo", ATTAQUE, NOON + minutes(2), "https://faso.example/1")
    told = relate(replace(late, matches=(match("sahel"),)))[-1]
    assert told.story == relate.told()[0].id
    assert alert() == {**before, f"sahel-{told.id}": 1}


def test_articles_whose_story_others_leave_are_told_anew_with_those_that_left(
    relate: Relating, alert: Alerting
) -> None:
    first = prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1")
    parted(relate, alert, first)
    stayed, left = relate.told()[-2:]
    if stayed.id != stayed.story:
        stayed, left = left, stayed
    assert (stayed.article.url, stayed.revision, stayed.parted) == (first.url, 2, (left.id,))
    assert (left.parted_from, left.parted) == (stayed.story, (left.id,))


def test_each_link_carries_its_confidence(relate: Relating) -> None:
    first, second = relate(
        prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1"),
        prepare("Burkina Faso : attaque à Djibo", ATTAQUE, NOON + minutes(2), "https://faso.example/1"),
    )
    assert second.story == first.id
    assert first.confidence == 1.0
    assert second.confidence is not None
    assert 0.6 <= second.confidence < 1.0


def test_what_an_article_says_of_its_event_is_for_relate_alone(relate: Relating) -> None:
    (told,) = relate(prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1"))
    assert (told.article.clues, told.article.signature) == (None, b"")


def test_an_article_of_an_older_harmattan_stands_alone(relate: Relating) -> None:
    given = prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1")
    old = prepare("Burkina Faso : attaque à Djibo", ATTAQUE, NOON, "https://faso.example/1", clues=None)
    first, second = relate(given, old)
    assert second.story == second.id != first.story


def test_a_teaser_that_was_taken_for_another_event_leaves_when_its_page_tells_more(relate: Relating) -> None:
    first = prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1")
    address = "https://faso.example/7"
    relate(first, prepare("Attack in Djibo", "Gunmen attacked Djibo on Sunday.", NOON + minutes(0.2), address))
    assert len(set(relate.stories().values())) == 1
    relate(prepare("Floods in Gaya", FLOOD, NOON + minutes(0.2), address, text_source="page"))
    relate(prepare("Chess final in Oslo", "Chess.", NOON + minutes(1), "https://post.example/2"))
    parted = [article for article in relate.told() if article.article.url == address][-1]
    assert parted.story == parted.id
    assert parted.revision == 3
    assert relate.stories()["https://post.example/1"] == relate.told()[0].id


def test_nothing_is_looked_for_that_is_older_than_the_window(relate: Relating) -> None:
    later = NOON + WINDOW + minutes(1)
    first, second = relate(
        prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1", signature=b""),
        prepare(
            "Gunmen attack market in Djibo", ATTACK, later, "https://post.example/2", signature=b"", published=NOON
        ),
    )
    assert second.story != first.story


def test_forgotten_stories_leave_nothing_behind(relate: Relating, state: DatabaseState) -> None:
    relate(prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1", signature=b""))
    state.stories.forget_before(NOON - minutes(1), bands_before=NOON + minutes(1))
    second = prepare("Attack on Djibo's market", ATTACK, NOON + minutes(5), "https://post.example/2", signature=b"")
    assert relate(second)[-1].story == relate.told()[-1].id


def test_two_attacks_on_one_town_days_apart_are_two_stories(relate: Relating) -> None:
    again = (
        "Gunmen attacked the market of Djibo in Burkina Faso again on Friday and killed nine people, residents said."
    )
    week = NOON.replace(tzinfo=UTC) + timedelta(days=5)
    first, second = relate(
        prepare("Gunmen attack market in Djibo", ATTACK, NOON, "https://post.example/1"),
        prepare("Djibo market attacked again", again, week, "https://post.example/2"),
    )
    assert second.story != first.story
