"""What the news and its clocks do to alerts: late articles, back-fills, stories that grow, two at the same moment."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo

import pytest

from pipeline.alert.step import AlertStep
from pipeline.log.interface import EventLog, NewRecord
from pipeline.notify.step import NotifyWorker
from pipeline.notify.webhook import WebhookNotifier
from pipeline.policy.desk import Desk
from pipeline.policy.model import Analyst, Policy, Reason, Route, Updates
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Origin, Place, Source
from pipeline.records.codec import encode
from pipeline.state.database import DatabaseState
from pipeline.work.worker import BatchWorker
from tests.builders import NOON, enriched, match
from tests.notify.unreliable import UnreliableReceiver
from tests.work.steps import eventually, running, waiting

AWA = Analyst(id="awa", name="Awa", channels=("desk",), zone=ZoneInfo("UTC"))
UPDATES = Updates(outlets=(3, 10, 30), on=frozenset({Reason.PLACE}))
POLICY = Policy(analysts=(AWA,), routes=(Route(name="all", to=("awa",), updates=UPDATES),))


@pytest.fixture
def receiver() -> Iterator[UnreliableReceiver]:
    with UnreliableReceiver().serving() as receiver:
        yield receiver


def handled(state: DatabaseState, log: EventLog, articles: Sequence[EnrichedArticle], workers: int = 1) -> None:
    """Have alert workers handle articles that are in the log."""
    log.append(topics.ENRICHED, [NewRecord(article.id, encode(article)) for article in articles])
    steps = [AlertStep(state.ledger, state.outbox, log, ["desk"], Desk(lambda: POLICY)) for _ in range(workers)]
    made = [BatchWorker(step, log, batch=16, ahead=step.ahead()) for step in steps]
    with ExitStack() as stack:
        for worker in made:
            stack.enter_context(running(worker))
        assert eventually(lambda: waiting(log, "alert") == 0)


def delivered(state: DatabaseState, log: EventLog, receiver: UnreliableReceiver) -> list[str]:
    """Have a notifier send what is due; give the keys as they arrived."""
    hook = WebhookNotifier(receiver.url, source="h", allowed=(ip_network("127.0.0.0/8"),))
    worker = NotifyWorker(state.ledger, state.outbox, log, {"desk": hook}, "me", None, Desk(lambda: POLICY))
    with running(worker):
        assert eventually(lambda: not state.ledger.due())
    return [taken.key for taken in receiver.taken]


def test_an_article_that_arrives_a_day_late_is_told_of(
    state: DatabaseState, log: EventLog, receiver: UnreliableReceiver
) -> None:
    late = enriched("a1", matches=(match(),), published=NOON - timedelta(days=1, hours=3))
    handled(state, log, [late])
    assert delivered(state, log, receiver) == ["convoys-a1/0/awa/desk"]


def test_a_backfill_of_a_year_wakes_nobody_and_what_follows_live_does(
    state: DatabaseState, log: EventLog, receiver: UnreliableReceiver
) -> None:
    old = [
        enriched(f"o{day}", matches=(match(),), origin=Origin.BACKFILL, published=NOON - timedelta(days=day))
        for day in range(365)
    ]
    handled(state, log, [*old, enriched("a1", story="o5", matches=(match(),)), enriched("a2", matches=(match(),))])
    assert sorted(delivered(state, log, receiver)) == ["convoys-a1/0/awa/desk", "convoys-a2/0/awa/desk"]


def test_a_story_that_grows_to_500_articles_is_told_of_at_its_steps_alone(
    state: DatabaseState, log: EventLog, receiver: UnreliableReceiver
) -> None:
    sent = 0
    for begin in range(0, 500, 50):
        articles = [
            enriched(f"a{n:03}", story="a000", matches=(match(),), source=Source(feed=f"f{n}", name=f"Outlet {n % 40}"))
            for n in range(begin, begin + 50)
        ]
        handled(state, log, articles)
        sent = len(delivered(state, log, receiver))
    place = (Place(name="Ber", country="ML", lat=16.8, lon=-2.5, kind="town"),)
    handled(state, log, [enriched("a500", story="a000", matches=(match(),), places=place)])

    keys = delivered(state, log, receiver)
    assert sent == 4, "as it was raised, and at 3, 10 and 30 outlets"
    assert len(keys) == len(set(keys)) == sent + 1
    (alert,) = state.ledger.alerts()
    assert {key.split("/")[0] for key in keys} == {alert.id}


def test_two_alerts_in_the_same_moment_are_two_and_one_found_by_two_workers_is_one(
    state: DatabaseState, log: EventLog, receiver: UnreliableReceiver
) -> None:
    pairs = [
        enriched(f"a{n}", story=f"s{n // 2}", matches=(match(), match("fuel")), source=Source(feed="f", name="Post"))
        for n in range(24)
    ]
    handled(state, log, pairs, workers=2)

    keys = delivered(state, log, receiver)
    assert len(keys) == len(set(keys)) == 24, "a rule and a story: twelve stories, two rules"
    assert {key.split("-")[0] for key in keys} == {"convoys", "fuel"}
