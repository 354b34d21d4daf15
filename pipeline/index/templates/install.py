"""Bringing the index templates of a running Elasticsearch to this code's version, and telling whether they are."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from elasticsearch import ApiError, Elasticsearch, NotFoundError, UnsupportedProductError

from pipeline.errors import BadInput, TooNew
from pipeline.index.templates.alerts import ALERT_FIELDS
from pipeline.index.templates.analysis import analysis
from pipeline.index.templates.articles import ARTICLE_FIELDS, SEARCHED, UNSTORED
from pipeline.index.templates.migrate import Carry, migrate
from pipeline.index.templates.overview import FEED_FIELDS, FIGURE_FIELDS

log = logging.getLogger(__name__)

VERSION: Final = 4
"""Goes up with every change of mapping, settings or analyser; stands in `_meta` of templates and mappings."""

META: Final = {"version": VERSION, "owner": "harmattan"}

PRIORITY: Final = 300
"""Above those of Elasticsearch's own templates (up to 200)."""


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of index: the beginning of its indices' names (a month follows), its fields, its default search fields.

    `unstored` are the fields that new indices leave out of `_source`. Unless it is `monthly`, there is one index, named as
    the stem is.
    """

    stem: str
    fields: Mapping[str, Any]
    searched: tuple[str, ...]
    unstored: tuple[str, ...] = ()
    monthly: bool = True

    @property
    def pattern(self) -> str:
        """What its indices' names match."""
        return f"{self.stem}-*" if self.monthly else self.stem


def templates(prefix: str) -> Mapping[str, Template]:
    """Give the templates of articles, alerts, feeds and figures, by these names."""
    return {
        "articles": Template(f"{prefix}-articles", ARTICLE_FIELDS, SEARCHED, UNSTORED),
        "alerts": Template(f"{prefix}-alerts", ALERT_FIELDS, ("articles.title", "matches", "rule_name")),
        "feeds": Template(f"{prefix}-feeds", FEED_FIELDS, ("title", "url", "error"), monthly=False),
        "figures": Template(f"{prefix}-figures", FIGURE_FIELDS, ("step", "problems")),
    }


def month_of(template: Template, moment: datetime) -> str:
    """Give the name of the index that a moment's documents stand in."""
    return f"{template.stem}-{moment.astimezone(UTC):%Y.%m}"


def install(
    client: Elasticsearch, template: Template, carry: Carry, refill: Callable[[str], None] | None = None
) -> None:
    """Create or update a template and the mappings of its indices. Raises TooNew, BadInput.

    `refill` is called with the name of each index whose documents lack the new fields, once it has them. The version
    that workers look for is written last, so that an interrupted update counts as none. An index whose mapping can't be
    changed is replaced by a new one, into which `carry` writes its documents.
    """
    version = installed_version(client, template)
    if version is not None and version > VERSION:
        raise _too_new(template, version)
    for part, content in _parts(template).items():
        client.cluster.put_component_template(name=f"{template.stem}-{part}", template=content)
    _update_indices(client, template, carry, refill)
    client.indices.put_index_template(
        name=template.stem,
        index_patterns=[template.pattern],
        composed_of=[f"{template.stem}-{part}" for part in _parts(template)],
        priority=PRIORITY,
        meta=META,
    )


def check(client: Elasticsearch, template: Template) -> None:
    """Raise BadInput when the template is missing or older than this code, TooNew when it is newer."""
    version = installed_version(client, template)
    if version is None:
        raise BadInput(f"Elasticsearch has no index template {template.stem}; run `harmattan setup`")
    if version < VERSION:
        raise BadInput(
            f"the index template {template.stem} is of version {version}, and this Harmattan needs {VERSION};"
            " run `harmattan setup`"
        )
    if version > VERSION:
        raise _too_new(template, version)


def installed_version(client: Elasticsearch, template: Template) -> int | None:
    """Give the version of the template that Elasticsearch has; None when it has none, 0 when it does not say."""
    try:
        answer = client.indices.get_index_template(name=template.stem)
    except NotFoundError as error:
        if error.meta.headers.get("x-elastic-product") != "Elasticsearch":  # the client looks at successes only
            raise UnsupportedProductError(error.message, meta=error.meta, body=error.body) from error
        return None
    version = answer["index_templates"][0]["index_template"].get("_meta", {}).get("version")
    return version if isinstance(version, int) else 0


def _too_new(template: Template, version: int) -> TooNew:
    return TooNew(
        f"a newer Harmattan made the index template {template.stem} (version {version}, this one knows {VERSION}):"
        " upgrade this installation"
    )


def _update_indices(
    client: Elasticsearch, template: Template, carry: Carry, refill: Callable[[str], None] | None
) -> None:
    for index, found in client.indices.get_mapping(index=template.pattern, ignore_unavailable=True).items():
        if found["mappings"].get("_meta", {}).get("version") == VERSION:
            continue
        try:
            client.indices.put_mapping(index=index, dynamic="strict", properties=template.fields)
        except ApiError as error:
            if error.status_code != 400:
                raise
            log.info("%s: %s", index, error.message)
            name = known_as(client, index)
            migrate(client, index, name, f"{name}-v{VERSION}", _body(template), carry)
            continue
        client.indices.put_settings(index=index, settings={"index.query.default_field": list(template.searched)})
        if refill:
            refill(index)
        client.indices.put_mapping(index=index, meta=META)


def known_as(client: Elasticsearch, index: str) -> str:
    """Give the name under which an index is known: its alias, where it has taken another's place, or else its own."""
    aliases = client.indices.get_alias(index=index)[index]["aliases"]
    return min(aliases) if aliases else index


def _body(template: Template) -> dict[str, Any]:
    """Give the settings and mappings of a new index."""
    parts = _parts(template)
    return {
        "settings": parts["storage"]["settings"] | parts["fields"]["settings"],
        "mappings": parts["fields"]["mappings"],
    }


def _parts(template: Template) -> dict[str, Any]:
    """Give the component templates. The analyser stands with the fields, which are refused without it."""
    return {
        "storage": {
            "settings": {
                "number_of_shards": 1,
                "auto_expand_replicas": "0-1",
                "codec": "best_compression",
                "refresh_interval": "5s",
            }
        },
        "fields": {
            "settings": {"index": {"query": {"default_field": list(template.searched)}, "analysis": analysis()}},
            "mappings": {
                "dynamic": "strict",
                "_meta": META,
                "_source": {"excludes": list(template.unstored)},
                "properties": template.fields,
            },
        },
    }
