"""Serving the web page from a thread of the process."""

import logging
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from time import monotonic, sleep
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp

from pipeline.answer_links import link_keys
from pipeline.errors import BadInput, HarmattanError, OutOfReach
from pipeline.files import FollowedFiles
from pipeline.health import check_health
from pipeline.index.interface import ArticleIndex
from pipeline.index.reader import lexicon_reader
from pipeline.log.interface import EventLog
from pipeline.oidc import Provider
from pipeline.policy.in_force import policy_in_force
from pipeline.rules.rule import Rule
from pipeline.seeds import seed
from pipeline.settings import Settings
from pipeline.state.interface import Role, State
from pipeline.web.app import create_app
from pipeline.web.tools import FeedTools, RuleTools
from pipeline.web.visitors import Access, is_here
from pipeline.websub import hub_keys

PATIENCE = 10.0

logger = logging.getLogger(__name__)


class Parts(Protocol):
    """The opened ports that the page reads."""

    @property
    def log(self) -> EventLog:
        """The event log."""

    @property
    def index(self) -> ArticleIndex:
        """The article index."""

    @property
    def state(self) -> State:
        """The state."""


@contextmanager
def serve_in_background(
    parts: Parts,
    settings: Settings,
    port: int,
    host: str = "127.0.0.1",
    provider: Provider | None = None,
    tools: tuple[RuleTools, FeedTools] | None = None,
) -> Iterator[str]:
    """Serve the page until the context is left; gives its address. Port 0 takes any free one.

    `provider` is the OpenID Connect provider that HARMATTAN_OIDC_ISSUER names, if there is one; `tools` are what rules are
    edited and feeds are tried with, without which they are shown alone.

    Raises BadInput when the address can't be listened on.
    """
    hubs = hub_keys(settings)
    if hubs:
        _catch_up(parts.state)
    access = access_of(settings, host)
    _say_who_may_enter(parts.state, access, provider)
    rules = _Rules(settings)
    app = create_app(
        parts.index,
        parts.state,
        lambda: check_health(parts.log, parts.index, parts.state),
        rules=_Names(rules),
        base_url=settings.base_url,
        hubs=hubs,
        keys=link_keys(settings),
        kibana=settings.kibana_base_url,
        access=access,
        provider=provider,
        policy=lambda: policy_in_force(settings),
        read_rules=rules.list,
        reader=lexicon_reader(settings.lexicon),
        rule_tools=tools[0] if tools else None,
        feed_tools=tools[1] if tools else None,
    )
    with listening(app, host, port) as address:
        yield address


def _catch_up(state: State) -> None:
    """Ask for what hubs may have pushed in vain while nobody listened."""
    try:
        state.subscriptions.catch_up()
    except HarmattanError as error:
        logger.warning("what hubs pushed meanwhile comes with the next polls only: %s", error)


def access_of(settings: Settings, host: str) -> Access:
    """Say how visitors of a page on an address of this machine are known."""
    servers = settings.kafka or settings.elasticsearch or settings.database
    return Access(
        open=not servers and is_here(host),
        user_header=settings.user_header,
        user_role=Role(settings.user_role),
        proxies=settings.trusted_proxies,
        base_url=settings.base_url,
        passwords=settings.passwords,
    )


def _say_who_may_enter(state: State, access: Access, provider: Provider | None) -> None:
    try:
        elsewhere = access.user_header or provider
        if not access.open and not elsewhere and not state.accounts.list():
            logger.warning(
                "the web page needs accounts, and there are none: `harmattan users add NAME --role operator` adds the first"
            )
    except HarmattanError as error:
        logger.warning("whether there are accounts is not known: %s", error)


@contextmanager
def listening(app: ASGIApp, host: str, port: int) -> Iterator[str]:
    """Serve an application in a thread until the context is left; gives its address."""
    with _bound(host, port) as listener:
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), name="web", daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield _address(listener, host)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(256)
        except OSError as error:
            raise BadInput(
                f"the web page can't listen on {host} port {port} ({error.strerror or error});"
                " choose another with --port, or 0 for any free one"
            ) from error
        yield listener


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = monotonic() + PATIENCE
    while not server.started:
        if not thread.is_alive() or monotonic() > end:
            raise OutOfReach("the web page did not start; the log says why")
        sleep(0.01)


def _address(listener: socket.socket, host: str) -> str:
    name, port = listener.getsockname()[:2]
    if ip_address(name).is_unspecified:
        host = "127.0.0.1" if listener.family is socket.AF_INET else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Rules:
    """The rules as the file has them now, read anew when it or its lexicon changes."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.rules or seed("rules.yaml")
        self._lexicon = settings.lexicon
        self._cache = settings.cache
        self._files = FollowedFiles([self._path, settings.lexicon or seed("lexicon.yaml")])
        self._lock = threading.Lock()
        self._found: Sequence[Rule] | None = None

    def list(self) -> Sequence[Rule]:
        """Give the rules. Raises BadInput."""
        from pipeline.rules.cache import cache_in
        from pipeline.rules.loading import list_rules

        with self._lock:
            if self._files.changed():
                self._found = None
            if self._found is None:
                self._found = list_rules(self._path, self._lexicon, cache_in(self._cache))
            return self._found


class _Names(Mapping[str, str]):
    """The rules' names by their ids, for forms that do without them where the rules can't be read."""

    def __init__(self, rules: _Rules) -> None:
        self._rules = rules

    def __getitem__(self, rule: str) -> str:
        return self._now()[rule]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def _now(self) -> Mapping[str, str]:
        try:
            return {rule.id: rule.name for rule in self._rules.list()}
        except HarmattanError:
            return {}
