"""The wiring: which adapter stands behind each port. Adapters are imported only when they are opened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.answer_links import link_keys
from pipeline.errors import BadInput
from pipeline.fetch.interface import Fetcher
from pipeline.index.interface import AlertIndex, ArticleIndex
from pipeline.log.interface import EventLog
from pipeline.notify.interface import Notifier
from pipeline.policy.desk import Desk
from pipeline.policy.in_force import open_desk, policy_in_force, policy_source
from pipeline.records import topics
from pipeline.seeds import seed
from pipeline.settings import Settings
from pipeline.state.interface import State
from pipeline.state.interface_rehearsal import RehearsalState
from pipeline.work.interface import Worker

if TYPE_CHECKING:
    from pipeline.enrich.given import Describer
    from pipeline.enrich.language import LanguageGuesser
    from pipeline.enrich.own import OwnEnrichers
    from pipeline.enrich.prepare import Preparer
    from pipeline.index.query import ReaderSource
    from pipeline.poll.poller import Poller
    from pipeline.poll.reading import DocumentReader

STEPS = ("poll", "enrich", "relate", "index", "alert", "notify")


@dataclass(frozen=True, slots=True)
class Parts:
    """The opened ports that workers share."""

    log: EventLog
    index: ArticleIndex
    alert_index: AlertIndex | None
    state: State


# -------------------------------------------------------------------------------------------------- adapters


@contextmanager
def open_log(settings: Settings) -> Iterator[EventLog]:
    """Open Kafka where HARMATTAN_KAFKA names it, or the embedded log, whose topics are made at once."""
    if settings.kafka:
        from pipeline.log.kafka import KafkaEventLog

        kafka = KafkaEventLog(
            settings.kafka,
            ca=settings.kafka_ca,
            username=settings.kafka_username,
            password=settings.kafka_password,
            retention=settings.retention,
        )
        with closing(kafka):
            yield kafka
        return
    from pipeline.log.sqlite import SqliteEventLog

    with closing(SqliteEventLog(_folder(settings) / "log.db")) as log:
        log.create_topics(_partitions(settings))
        yield log


@contextmanager
def open_index(settings: Settings) -> Iterator[ArticleIndex]:
    """Open Elasticsearch where HARMATTAN_ELASTICSEARCH names it, or the embedded index."""
    with _open_indices(settings) as (articles, _):
        yield articles


@contextmanager
def _open_indices(settings: Settings) -> Iterator[tuple[ArticleIndex, AlertIndex | None]]:
    if settings.elasticsearch:
        from pipeline.index.elasticsearch import ElasticsearchIndex

        elasticsearch = ElasticsearchIndex(
            settings.elasticsearch,
            api_key=settings.elasticsearch_api_key,
            username=settings.elasticsearch_username,
            password=settings.elasticsearch_password,
            ca=settings.elasticsearch_ca,
            reader=query_reader(settings),
        )
        with closing(elasticsearch):
            yield elasticsearch, elasticsearch
        return
    from pipeline.index.tantivy import TantivyIndex

    with closing(TantivyIndex(_folder(settings) / "index", query_reader(settings))) as index:
        index.setup()
        yield index, None


def query_reader(settings: Settings) -> "ReaderSource":
    """Give what makes the reader of searches when the first one comes; it opens the lexicon when one names an entity."""
    from pipeline.index.reader import lexicon_reader

    return lexicon_reader(settings.lexicon)


@contextmanager
def open_state(settings: Settings) -> Iterator[State]:
    """Open PostgreSQL where HARMATTAN_DATABASE names it, or the embedded database, whose schema is made at once."""
    from pipeline.state.database import DatabaseState

    if settings.database:
        with closing(DatabaseState(settings.database, password=settings.database_password)) as state:
            yield state
        return
    with closing(DatabaseState.embedded(_folder(settings) / "state.db")) as state:
        state.setup()
        yield state


@contextmanager
def open_rehearsal() -> Iterator[RehearsalState]:
    """Open a ledger on trial, in a folder of its own that is removed afterwards."""
    from tempfile import TemporaryDirectory

    from pipeline.state.rehearsal import DatabaseRehearsal

    with (
        TemporaryDirectory(prefix="harmattan-") as folder,
        closing(DatabaseRehearsal(Path(folder) / "rehearsal.db")) as state,
    ):
        yield state


@contextmanager
def open_fetcher(settings: Settings) -> Iterator[Fetcher]:
    """Open the client for feeds and pages."""
    from pipeline.fetch.http import HttpFetcher

    fetcher = HttpFetcher(
        contact=settings.contact,
        version=__version__,
        allow_networks=settings.allow_networks,
        limits=settings.host_limits,
        proxies=settings.proxies,
    )
    with closing(fetcher):
        yield fetcher


@contextmanager
def open_parts(settings: Settings) -> Iterator[Parts]:
    """Open log, index and state."""
    with ExitStack() as stack:
        log = stack.enter_context(open_log(settings))
        state = stack.enter_context(open_state(settings))
        articles, alerts = stack.enter_context(_open_indices(settings))
        yield Parts(log, articles, alerts, state)


@contextmanager
def open_reader() -> Iterator["DocumentReader"]:
    """Open what reads feeds' documents: large and odd ones in a process of their own."""
    from pipeline.poll.reading import GuardedReader

    with closing(GuardedReader()) as reader:
        yield reader


def check_parts(parts: Parts, steps: Sequence[str]) -> None:
    """Raise what keeps workers of these steps from starting: OutOfReach, TooNew, or BadInput when setup has to be run."""
    parts.state.check()
    if "index" in steps:
        parts.index.check()
    for topic in topics.ALL:
        parts.log.incarnation(topic)


def set_up(parts: Parts, settings: Settings) -> None:
    """Create or update topics, schema and indices; safe to repeat."""
    parts.log.create_topics(_partitions(settings))
    parts.state.setup()
    parts.index.setup()


def import_kibana(settings: Settings) -> tuple[int, str | None]:
    """Import objects into the Kibana that HARMATTAN_KIBANA names; give their number, and why roles can't be made, if so."""
    from pipeline.kibana.content import ndjson
    from pipeline.kibana.importer import Kibana

    if not settings.kibana:
        raise BadInput("HARMATTAN_KIBANA is not set: name the address of Kibana, such as https://kibana:5601")
    kibana = Kibana(settings.kibana, api_key=settings.kibana_api_key, ca=settings.kibana_ca)
    return kibana.import_objects(ndjson(settings.public_url)), kibana.make_roles()


def _folder(settings: Settings) -> Path:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{settings.data}: the data folder can't be made ({error.strerror}); give another with --data"
        ) from error
    return settings.data


def _partitions(settings: Settings) -> Mapping[str, int]:
    # Dead letters are read as one list, so one partition keeps them in order.
    return {topic: 1 if topic == topics.DEAD_LETTER else settings.partitions for topic in topics.ALL}


# --------------------------------------------------------------------------------------------------- workers


def load_notifiers(settings: Settings, show: Callable[[str], None], only: str | None = None) -> Mapping[str, Notifier]:
    """Build the channels of the channels file, or the one of that name. Raises BadInput. `show` prints a console's text."""
    from pipeline.notify.build import build_notifiers
    from pipeline.notify.channels_file import load_channels

    listed = load_channels(settings.channels or seed("channels.yaml"))
    return build_notifiers([channel for channel in listed if only in (None, channel.name)], settings, show)


def digest_channels(settings: Settings) -> list[str]:
    """Give the names of the channels that ask for the daily digest. Raises BadInput."""
    from pipeline.notify.channels_file import load_channels

    return [channel.name for channel in load_channels(settings.channels or seed("channels.yaml")) if channel.digest]


def check_files(settings: Settings) -> None:
    """Read the rules and channels files as the workers will. Raises BadInput for the first that can't be used."""
    from pipeline.notify.channels_file import load_channels
    from pipeline.rules.cache import cache_in
    from pipeline.rules.file import check_channels
    from pipeline.rules.loading import list_rules

    channels = {channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))}
    path = settings.rules or seed("rules.yaml")
    rules = list_rules(path, settings.lexicon, cache_in(settings.cache))
    policy_in_force(settings)
    if not all(channels.issuperset(rule.channels) for rule in rules):
        check_channels(path, channels)


def leave_links(settings: Settings) -> Callable[[str, str], str | None]:
    """Give what makes the addresses by which readers take leave of digests. Raises BadInput for a key that can't be used."""
    from pipeline.notify.compose import leave_link

    keys = link_keys(settings)
    return lambda digest, reader: leave_link(settings.base_url, keys, digest, reader, datetime.now(UTC))


@contextmanager
def open_poller(log: EventLog, state: State, settings: Settings, owner: str) -> Iterator["Poller"]:
    """Wire the poller."""
    from pipeline.poll.poller import make_poller

    with open_fetcher(settings) as fetcher, open_reader() as reader:
        yield make_poller(log, state, settings, fetcher, reader, owner)


@contextmanager
def open_workers(
    steps: Sequence[str], parts: Parts, settings: Settings, owner: str, show: Callable[[str], None]
) -> Iterator[list[Worker]]:
    """Wire a worker for each step; the parts stay the caller's."""
    with ExitStack() as stack:
        yield [worker for step in steps for worker in _workers(step, parts, settings, owner, show, stack)]


def _workers(
    step: str, parts: Parts, settings: Settings, owner: str, show: Callable[[str], None], stack: ExitStack
) -> Sequence[Worker]:
    if step in ("index", "notify"):
        from pipeline.upkeep import workers_beside

        return [_worker(step, parts, settings, owner, show, stack), *workers_beside(step, parts, settings)]
    if step == "enrich":
        return _enrich_workers(parts, settings, stack)
    if step != "poll":
        return [_worker(step, parts, settings, owner, show, stack)]
    from pipeline.poll.worker import PollWorker

    poller = stack.enter_context(open_poller(parts.log, parts.state, settings, owner))
    return [PollWorker(poller.step, owner), *poller.follow]


def _worker(
    step: str, parts: Parts, settings: Settings, owner: str, show: Callable[[str], None], stack: ExitStack
) -> Worker:
    from pipeline.work.worker import BatchWorker

    state = parts.state
    if step == "relate":
        from pipeline.relate.step import RelateStep

        return BatchWorker(RelateStep(state.stories, state.outbox, parts.log, owner, settings.rechecks), parts.log)
    if step == "index":
        from pipeline.index.step import IndexStep

        _fill(parts)
        index = IndexStep(parts.index, parts.alert_index)
        return BatchWorker(index, parts.log, own_counts=index.counts)
    if step == "alert":
        from pipeline.alert.step import RECEIVED, AlertStep
        from pipeline.notify.channels_file import load_channels
        from pipeline.signals.mentions import Mentions

        names = [channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))]
        mentions = Mentions(policy := policy_source(settings), state.signals.watched_since)
        alert = AlertStep(state.ledger, state.outbox, parts.log, names, Desk(policy), mentions)
        return BatchWorker(alert, parts.log, RECEIVED, own_counts=alert.counts, ahead=alert.ahead())
    from pipeline.notify.build import limits_of
    from pipeline.notify.channels_file import load_channels
    from pipeline.notify.step import NotifyWorker

    notifiers = load_notifiers(settings, show)
    return NotifyWorker(
        state.ledger,
        state.outbox,
        parts.log,
        notifiers,
        owner,
        settings.base_url,
        open_desk(settings),
        keys=link_keys(settings),
        kibana=settings.kibana_base_url,
        limits=limits_of(load_channels(settings.channels or seed("channels.yaml"))),
    )


def _fill(parts: Parts) -> None:
    """Fill an embedded index that was begun anew from the log; the process that writes to it does so, and nobody else."""
    from pipeline.index.rebuild import rebuild
    from pipeline.index.tantivy import TantivyIndex

    if isinstance(parts.index, TantivyIndex):
        rebuild(parts.index, parts.log)


def _enrich_workers(parts: Parts, settings: Settings, stack: ExitStack) -> Sequence[Worker]:
    """Wire the worker that enriches, and unless that is turned off, the one that asks for young articles' pages again."""
    from pipeline.enrich.page import TrafilaturaReader
    from pipeline.enrich.recheck import RecheckWorker
    from pipeline.enrich.step import EnrichStep
    from pipeline.enrich.worker import EnrichWorker

    fetcher = stack.enter_context(open_fetcher(settings))
    pages = stack.enter_context(closing(TrafilaturaReader(fetcher)))
    preparer = load_preparer(settings)
    worker = EnrichWorker(EnrichStep(preparer, pages), parts.log)
    if not settings.rechecks:
        return [worker]
    return [worker, RecheckWorker(parts.state.rechecks, pages, preparer, parts.log, settings.rechecks)]


def load_preparer(settings: Settings) -> "Preparer":
    """Load what finds everything in an article's text. Raises BadInput for a file or enricher that can't be used."""
    from pipeline.enrich.outlets import load_outlets
    from pipeline.enrich.places import GazetteerPlaces
    from pipeline.enrich.prepare import Preparer
    from pipeline.gazetteer.operator import gazetteer_with
    from pipeline.rules.cache import cache_in
    from pipeline.rules.watched import RuleFile

    outlets = load_outlets(settings.sources or seed("sources.yaml"))
    places = GazetteerPlaces(gazetteer_with(settings.places), outlets.known)
    rules = RuleFile(settings.rules or seed("rules.yaml"), settings.lexicon, cache=cache_in(settings.cache))
    return Preparer(rules, places, _languages(settings), outlets, _own_enrichers(settings))


def _own_enrichers(settings: Settings) -> "OwnEnrichers":
    from pipeline.enrich.own import OwnEnrichers, load_enrichers

    enrichers = load_enrichers(settings.enrichers)
    if settings.spacy_models:
        from pipeline.enrich.entities import SpacyEntities

        enrichers["spacy"] = SpacyEntities(settings.spacy_models)
    return OwnEnrichers(enrichers)


def _languages(settings: Settings) -> "LanguageGuesser":
    from pipeline.enrich.language import LANGUAGES, LanguageGuesser

    return LanguageGuesser(settings.languages or LANGUAGES)


def load_describer(settings: Settings) -> "Describer":
    """Load what describes articles that are given by hand. Raises BadInput for a sources file that can't be used."""
    from pipeline.enrich.given import open_describer
    from pipeline.enrich.outlets import load_outlets

    outlets = load_outlets(settings.sources or seed("sources.yaml"))
    return open_describer(_languages(settings), outlets, settings.places, _own_enrichers(settings))
