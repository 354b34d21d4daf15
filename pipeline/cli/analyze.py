"""`harmattan analyze`."""

import sys
from pathlib import Path

import click

from pipeline.bootstrap import load_describer
from pipeline.cli.options import LEXICON_HELP, data_option, file_option, print_json, settings_for
from pipeline.enrich.analyze import Analysis
from pipeline.errors import BadInput
from pipeline.relate.lines import LinesTogether
from pipeline.rules.cache import cache_in
from pipeline.rules.loading import load_rules
from pipeline.seeds import seed


@click.command(
    epilog="\b\nExample:\n  harmattan analyze articles.jsonl --rules my-rules.yaml\n  cat articles.jsonl | harmattan analyze -"
)
@click.argument("file", type=click.Path(path_type=Path))
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--lexicon", LEXICON_HELP)
@data_option
def analyze(file: Path, rules: Path | None, lexicon: Path | None, data: Path | None) -> int:
    """Say what enrichment and rules find in the articles of FILE, without storing anything.

    FILE holds a JSON object a line with id, title and text, optionally url, published, source, authors and language; `-` is
    standard input. Lines of one `story` are about one event, in whatever languages; `copy_of` is the id of the earliest one
    that a line repeats nearly word for word. Both are told once all lines are read: they may stand in any order, and
    `published` decides which is earlier.

    Where four lines or more name one `source`, it is learnt from them together where that is at home: this tells the Paris of a
    paper in Texas from that in France.

    A line that can't be read is named on standard error, the others are done, and the status is 1.
    """
    settings = settings_for(data, rules=rules, lexicon=lexicon)
    watched = load_rules(settings.rules or seed("rules.yaml"), settings.lexicon, cache_in(settings.cache))
    analysis = Analysis(watched, load_describer(settings), LinesTogether)
    name = "standard input" if str(file) == "-" else str(file)
    try:
        stream = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    except OSError as error:
        raise BadInput(f"{file}: can't be read ({error.strerror}); name a file of JSON lines, or -") from error
    with stream:
        problems = 0
        for line in analysis.lines(stream):
            if line.result is None:
                problems += 1
                click.echo(f"{name}:{line.number}: {line.problem}", err=True)
            else:
                print_json([line.result])
    return 1 if problems else 0
