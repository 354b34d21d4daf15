"""`harmattan rules explain`."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import load_describer, open_index, open_state
from pipeline.cli.options import LEXICON_HELP, data_option, file_option, json_option, print_json, settings_for
from pipeline.cli.rules_articles import described_lines, load, rule_or_query
from pipeline.cli.rules_tree import colourful, finding_json, marked, plain, tree
from pipeline.enrich.given import Described
from pipeline.errors import BadInput
from pipeline.identity import canonical_url
from pipeline.records.passage import passage_of
from pipeline.rules.explain import explain as explain_query
from pipeline.rules.facts import ArticleFacts, facts_of
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.settings import Settings
from pipeline.text.document import Document


@click.command(
    epilog="\b\nExample:\n"
    "  harmattan rules explain wagner-group https://outlet.example/news/17\n"
    "  harmattan rules explain 'merc* NEAR/5 Mali' article.json\n"
    "  harmattan search Wagner --limit 1 --json   shows an article's id"
)
@click.argument("rule")
@click.argument("article")
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--lexicon", LEXICON_HELP)
@json_option
@data_option
def explain(
    rule: str, article: str, rules: Path | None, lexicon: Path | None, as_json: bool, data: Path | None
) -> None:
    """Say which parts of RULE match ARTICLE and where, and which don't.

    RULE is a rule's id, or a query in quotes. ARTICLE is the id or the address of an indexed article, a file of JSON lines
    as `analyze` takes them, or `-` for standard input.
    """
    settings = settings_for(data, rules=rules, lexicon=lexicon)
    asked = rule_or_query(rule, load(settings))
    for name, described in _articles(article, settings):
        if as_json:
            print_json([_row(asked, name, described)])
        else:
            click.echo("\n".join(_lines(asked, name, described)))


def _articles(article: str, settings: Settings) -> Iterator[tuple[str, Described]]:
    if article == "-" or Path(article).is_file():
        yield from described_lines(Path(article), load_describer(settings))
        return
    identity = _identity(article, settings) or article
    with open_index(settings) as index:
        found = index.article(identity)
    if found is None:
        what = (
            f"no indexed article has the {'address' if '://' in article else 'id'} {article}, and no file is called so"
        )
        raise BadInput(f"{what}; `harmattan search ... --json` tells ids and addresses")
    one = found.article
    yield found.id, Described(Document(one.title, one.text, one.language), facts_of(one))


def _identity(address: str, settings: Settings) -> str | None:
    canonical = canonical_url(address)
    if canonical is None:
        return None
    with open_state(settings) as state:
        return state.stories.named(f"url:{canonical}")


def _row(rule: Rule, name: str, described: Described) -> dict[str, Any]:
    match = next(iter(RuleSet([rule]).match_document(described.document, described.facts)), None)
    passage = passage_of(match) if match else None
    return {
        "rule": rule.id,
        "version": rule.version,
        "query": rule.query,
        "article": name,
        "title": described.document.title,
        "language": described.document.language,
        "matches": match is not None,
        "spans": [asdict(span) for span in match.spans] if match else [],
        "passage": asdict(passage) if passage else None,
        "why": finding_json(explain_query(rule.meaning, described.document, described.facts)),
    }


def _lines(rule: Rule, name: str, described: Described) -> Iterator[str]:
    document = described.document
    match = next(iter(RuleSet([rule]).match_document(document, described.facts)), None)
    yield f"{rule.id} {'matches' if match else 'does not match'} {name}: {plain(document.title) or '(no title)'}"
    if match and (passage := passage_of(match)):
        yield f"    {marked(passage, colourful())}"
    yield f"    known: {_known(described.facts, document.language)}"
    for line in tree(explain_query(rule.meaning, document, described.facts), document):
        yield f"  {line}"


def _known(facts: ArticleFacts, language: str) -> str:
    """Say what fields can ask of the article."""
    told = {
        "lang": (language,),
        "source": (facts.source,),
        "kind": facts.kinds,
        "owner": (facts.owner,),
        "tag": facts.tags,
        "country": facts.countries,
        "place": tuple(dict.fromkeys(place.name for place in facts.places))[:10],
        "author": facts.authors,
        "origin": facts.origins,
        "extra": tuple(f"{name} {value}" for name, values in facts.extra.items() for value in values)[:10],
        "date": (f"{facts.time:%Y-%m-%d}",) if facts.time else (),
    }
    values = {name: ", ".join(plain(value) for value in known if value) for name, known in told.items()}
    return " · ".join(f"{name} {value}" for name, value in values.items() if value)
