"""The settings: the one place that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.fetch.limits import HostLimit
from pipeline.fetch.proxies import NO_PROXIES, Proxies, read_proxies

Network = IPv4Network | IPv6Network
_ROLES = ("reader", "analyst", "operator")
_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(hours=6)
RECHECKS = (timedelta(minutes=15), timedelta(hours=2), timedelta(days=1))
"""When the page of a new article is asked for again, where the operator says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenId:
    """An OpenID Connect provider, at which people sign in.

    `roles` are values of the claim `role_claim` with the role that each gives; `*` stands for everybody whom the provider signs
    in. Whoever has none of them may not sign in.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    """None for a public client, which PKCE alone protects."""
    roles: tuple[tuple[str, str], ...] = ()
    role_claim: str = "groups"
    name_claim: str = "preferred_username"
    scopes: str = "openid profile email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set. An address that is None means the embedded store, or none.

    Secrets are kept out of `repr`, and so out of logs.
    """

    data: Path
    cache: Path | None = None
    """Where what can be made anew is kept, or None: there is no place for it."""
    kafka: str | None = None
    kafka_ca: Path | None = None
    kafka_username: str | None = None
    kafka_password: str | None = field(default=None, repr=False)
    elasticsearch: str | None = None
    elasticsearch_ca: Path | None = None
    elasticsearch_api_key: str | None = field(default=None, repr=False)
    elasticsearch_username: str | None = None
    elasticsearch_password: str | None = field(default=None, repr=False)
    database: str | None = None
    database_password: str | None = field(default=None, repr=False)
    kibana: str | None = None
    kibana_ca: Path | None = None
    kibana_api_key: str | None = field(default=None, repr=False)
    kibana_base_url: str | None = None
    """Where readers reach Kibana, for links in alerts."""
    link_secret: str | None = field(default=None, repr=False)
    user_header: str | None = None
    user_role: str = "reader"
    """What those may do whom `user_header` names and who have no account: reader, analyst or operator."""
    oidc: OpenId | None = None
    passwords: bool = True
    """Whether people may sign in by passwords that Harmattan keeps."""
    trusted_proxies: tuple[Network, ...] = ()
    """Where proxies stand that are believed when they say who is signed in, and for whom a request is forwarded."""
    base_url: str | None = None
    public_url: str | None = None
    """What HARMATTAN_BASE_URL says; `base_url` may stand for an address of this machine instead."""
    websub_secret: str | None = field(default=None, repr=False)
    contact: str | None = None
    allow_networks: tuple[Network, ...] = ()
    feeds: Path | None = None
    rules: Path | None = None
    lexicon: Path | None = None
    channels: Path | None = None
    sources: Path | None = None
    places: Path | None = None
    policy: Path | None = None
    languages: tuple[str, ...] | None = None
    enrichers: tuple[str, ...] = ()
    spacy_models: tuple[str, ...] = ()
    heartbeat_url: str | None = field(default=None, repr=False)
    interval: timedelta | None = None
    interval_min: timedelta = _SHORTEST
    interval_max: timedelta = _LONGEST
    host_limits: Mapping[str, HostLimit] = field(default_factory=dict)
    proxies: Proxies = NO_PROXIES
    partitions: int = 6
    retention: timedelta = timedelta(days=400)
    retention_alerts: timedelta | None = None
    """How long Elasticsearch keeps alerts; None for as long as articles. The ledger keeps all."""
    retention_figures: timedelta = timedelta(days=90)
    """How long Elasticsearch keeps the pipeline's figures."""
    rechecks: tuple[timedelta, ...] = RECHECKS
    """When pages of new articles are asked for again, from when these were first seen; none turns that off."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def secret(self, name: str) -> str:
        """Give the secret that a file of channels or feeds names, from the variable NAME or the file that NAME_FILE points to.

        Raises BadInput when neither is set.
        """
        value = _secret(self.environ, name)
        if value is None:
            raise BadInput(f"the secret {name} is not set: set the environment variable {name} or {name}_FILE")
        return value


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from HARMATTAN_* variables. Raises BadInput, naming the variable and what it should be."""
    env = os.environ if environ is None else environ
    return Settings(
        data=Path(_text(env, "DATA") or "data"),
        cache=_cache(env),
        kafka=_text(env, "KAFKA"),
        kafka_ca=_path(env, "KAFKA_CA"),
        kafka_username=_text(env, "KAFKA_USERNAME"),
        kafka_password=_secret(env, "HARMATTAN_KAFKA_PASSWORD"),
        elasticsearch=_url(env, "ELASTICSEARCH", ("http", "https")),
        elasticsearch_ca=_path(env, "ELASTICSEARCH_CA"),
        elasticsearch_api_key=_secret(env, "HARMATTAN_ELASTICSEARCH_API_KEY"),
        elasticsearch_username=_text(env, "ELASTICSEARCH_USERNAME"),
        elasticsearch_password=_secret(env, "HARMATTAN_ELASTICSEARCH_PASSWORD"),
        database=_url(env, "DATABASE", ("postgresql", "postgres", "postgresql+psycopg")),
        database_password=_secret(env, "HARMATTAN_DATABASE_PASSWORD"),
        kibana=_url(env, "KIBANA", ("http", "https")),
        kibana_ca=_path(env, "KIBANA_CA"),
        kibana_api_key=_secret(env, "HARMATTAN_KIBANA_API_KEY"),
        kibana_base_url=_url(env, "KIBANA_BASE_URL", ("http", "https")) or _url(env, "KIBANA", ("http", "https")),
        link_secret=_secret(env, "HARMATTAN_LINK_SECRET"),
        user_header=_text(env, "USER_HEADER"),
        user_role=_role(env),
        oidc=_oidc(env),
        passwords=_passwords(env),
        trusted_proxies=_networks(env, "TRUSTED_PROXIES"),
        base_url=_url(env, "BASE_URL", ("http", "https")),
        public_url=_url(env, "BASE_URL", ("http", "https")),
        websub_secret=_secret(env, "HARMATTAN_WEBSUB_SECRET"),
        contact=_text(env, "CONTACT"),
        allow_networks=_networks(env, "ALLOW_NETWORKS"),
        feeds=_path(env, "FEEDS"),
        rules=_path(env, "RULES"),
        lexicon=_path(env, "LEXICON"),
        channels=_path(env, "CHANNELS"),
        sources=_path(env, "SOURCES"),
        places=_path(env, "PLACES"),
        policy=_path(env, "POLICY"),
        languages=_languages(env),
        enrichers=_list(env, "ENRICHERS"),
        spacy_models=_list(env, "SPACY_MODELS"),
        heartbeat_url=_secret_url(env, "HARMATTAN_HEARTBEAT_URL"),
        interval=_duration(env, "INTERVAL"),
        **_bounds(env),
        host_limits=_host_limits(env),
        proxies=_proxies(env),
        partitions=_partitions(env),
        retention=_duration(env, "RETENTION") or timedelta(days=400),
        retention_alerts=_duration(env, "RETENTION_ALERTS"),
        retention_figures=_duration(env, "RETENTION_FIGURES") or timedelta(days=90),
        rechecks=_rechecks(env),
        environ=dict(env),
    )


def _cache(env: Mapping[str, str]) -> Path | None:
    """Give the folder that is named, or the user's own for such files as the XDG Base Directory Specification has it."""
    named = _path(env, "CACHE")
    if named:
        return named
    users = Path(env.get("XDG_CACHE_HOME") or (f"{env['HOME']}/.cache" if env.get("HOME") else ""))
    return users / "harmattan" if users.is_absolute() else None


def _secret_url(env: Mapping[str, str], name: str) -> str | None:
    """Read an address that is a secret as a whole, and so is never shown."""
    value = _secret(env, name)
    if value is not None and not value.startswith(("http://", "https://")):
        raise BadInput(f"{name}: it is no address; it should begin with https://")
    return value


def _languages(env: Mapping[str, str]) -> tuple[str, ...] | None:
    value = _text(env, "LANGUAGES")
    if value is None:
        return None
    codes = tuple(dict.fromkeys(code.strip().lower() for code in value.split(",") if code.strip()))
    for code in codes:
        if not (len(code) == 2 and code.isascii() and code.isalpha()):
            raise BadInput(f"HARMATTAN_LANGUAGES: {code!r} is no language; name them by ISO 639-1, such as fr,ar")
    return codes


def _list(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    parts = (part.strip() for part in (_text(env, name) or "").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _text(env: Mapping[str, str], name: str) -> str | None:
    return env.get(f"HARMATTAN_{name}", "").strip() or None


def _path(env: Mapping[str, str], name: str) -> Path | None:
    value = _text(env, name)
    return Path(value) if value else None


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    value = _text(env, name)
    if value is None:
        return None
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in schemes or not rest:
        raise BadInput(f"HARMATTAN_{name}: {_masked(value)!r} is no address; it should begin with {schemes[0]}://")
    if "@" in rest.partition("/")[0] and ":" in rest.partition("@")[0]:
        raise BadInput(
            f"HARMATTAN_{name}: the address holds a password; put it into a variable of its own (see README, settings)"
        )
    return value


def _masked(value: str) -> str:
    return "…@" + value.rpartition("@")[2] if "@" in value else value


def _secret(env: Mapping[str, str], name: str) -> str | None:
    if value := env.get(name, "").strip():
        return value
    path = env.get(f"{name}_FILE", "").strip()
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(f"{name}_FILE: {path} can't be read ({reason}); name a file that holds the secret") from error


def _role(env: Mapping[str, str]) -> str:
    value = (_text(env, "USER_ROLE") or "reader").lower()
    if value not in _ROLES:
        raise BadInput(f"HARMATTAN_USER_ROLE: {value!r} is no role; write reader, analyst or operator")
    return value


def _oidc(env: Mapping[str, str]) -> OpenId | None:
    issuer = _url(env, "OIDC_ISSUER", ("https", "http"))
    if issuer is None:
        return None
    for name, why in (
        ("OIDC_CLIENT_ID", "by which the provider knows this page"),
        ("OIDC_ROLES", "who may sign in, such as news-desk=analyst; *=reader"),
        ("BASE_URL", "the page's public address, to which the provider sends people back"),
    ):
        if _text(env, name) is None:
            raise BadInput(f"HARMATTAN_{name} is not set, and HARMATTAN_OIDC_ISSUER needs it: {why}")
    given = {
        name: value for name in ("role_claim", "name_claim", "scopes") if (value := _text(env, f"OIDC_{name.upper()}"))
    }
    if "openid" not in given.get("scopes", "openid").split():
        raise BadInput("HARMATTAN_OIDC_SCOPES: openid is missing; write scopes such as: openid profile email groups")
    return OpenId(
        issuer=issuer,
        client_id=_text(env, "OIDC_CLIENT_ID") or "",
        client_secret=_secret(env, "HARMATTAN_OIDC_CLIENT_SECRET"),
        roles=_roles(_text(env, "OIDC_ROLES") or ""),
        **given,
    )


def _roles(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in filter(None, map(str.strip, text.split(";"))):
        # names of directories have "=" in them: the last one counts
        value, sign, role = (piece.strip() for piece in part.rpartition("="))
        if not sign or not value or role not in _ROLES:
            raise BadInput(
                f"HARMATTAN_OIDC_ROLES: {part!r} gives no role; write a value of the claim and reader, analyst or operator,"
                " such as news-desk=analyst; *=reader"
            )
        found.append((value, role))
    return tuple(found)


def _passwords(env: Mapping[str, str]) -> bool:
    value = (_text(env, "PASSWORDS") or "on").lower()
    if value not in ("on", "off"):
        raise BadInput(f"HARMATTAN_PASSWORDS: {value!r} is neither on nor off")
    if value == "off" and not (_text(env, "OIDC_ISSUER") or _text(env, "USER_HEADER")):
        raise BadInput(
            "HARMATTAN_PASSWORDS is off, and nothing else signs people in: set HARMATTAN_OIDC_ISSUER or HARMATTAN_USER_HEADER"
        )
    return value == "on"


def _networks(env: Mapping[str, str], name: str) -> tuple[Network, ...]:
    value = _text(env, name)
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip()) if value else ()
    except ValueError as error:
        raise BadInput(f"HARMATTAN_{name}: {error}; write networks such as 127.0.0.0/8,10.1.0.0/16") from error


def _duration(env: Mapping[str, str], name: str) -> timedelta | None:
    value = _text(env, name)
    try:
        return parse_duration(value) if value else None
    except ValueError as error:
        raise BadInput(f"HARMATTAN_{name}: {error}") from error


def _rechecks(env: Mapping[str, str]) -> tuple[timedelta, ...]:
    value = _text(env, "RECHECKS")
    if value is None:
        return RECHECKS
    if value.lower() in ("off", "no", "none", "0"):
        return ()
    try:
        return tuple(sorted({parse_duration(part.strip()) for part in value.split(",") if part.strip()}))
    except ValueError as error:
        raise BadInput(f"HARMATTAN_RECHECKS: {error}; write times such as 15m,2h,1d, or off") from error


def _bounds(env: Mapping[str, str]) -> dict[str, timedelta]:
    shortest = _duration(env, "INTERVAL_MIN") or _SHORTEST
    longest = _duration(env, "INTERVAL_MAX") or _LONGEST
    if shortest > longest:
        raise BadInput(
            f"HARMATTAN_INTERVAL_MIN is longer ({shortest}) than HARMATTAN_INTERVAL_MAX ({longest}): exchange or change them"
        )
    return {"interval_min": shortest, "interval_max": longest}


def _host_limits(env: Mapping[str, str]) -> dict[str, HostLimit]:
    written = [part.strip() for part in (_text(env, "HOST_LIMITS") or "").split(",") if part.strip()]
    return dict(map(_host_limit, written))


def _host_limit(written: str) -> tuple[str, HostLimit]:
    host, _, limit = written.partition("=")
    exchanges, _, spacing = limit.partition("/")
    try:
        if not host.strip() or not 1 <= int(exchanges) <= 100:
            raise ValueError("write a host and from 1 to 100 exchanges")
        apart = timedelta(0) if spacing.strip() in ("0", "0s") else parse_duration(spacing)
    except ValueError as error:
        raise BadInput(
            f"HARMATTAN_HOST_LIMITS: {written!r} is no limit ({error}); write host=exchanges/spacing, such as"
            " news.example.org=4/200ms,*.example.net=1/10s"
        ) from error
    return host.strip().lower(), HostLimit(int(exchanges), apart)


def _proxies(env: Mapping[str, str]) -> Proxies:
    try:
        return read_proxies(env)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _partitions(env: Mapping[str, str]) -> int:
    value = _text(env, "PARTITIONS") or "6"
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 1000:
        raise BadInput(f"HARMATTAN_PARTITIONS: {value!r} is no number of partitions; write a number from 1 to 1000")
    return int(value)
