"""`harmattan dead-letters`: what no step could handle."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_log
from pipeline.cli.options import data_option, json_option, print_json, print_table, settings_for
from pipeline.errors import BadInput
from pipeline.records.dead_letter import DeadLetter
from pipeline.work.dead_letters import DeadLetters


@click.group(name="dead-letters", epilog="\b\nExample:\n  harmattan dead-letters list")
def dead_letters() -> None:
    """List, show and replay records that a step could not handle; they wait with their reason and their bytes."""


@dead_letters.command("list", epilog="\b\nExample:\n  harmattan dead-letters list --step index")
@click.option("--step", help="Only those of one step.")
@json_option
@data_option
def list_letters(step: str | None, as_json: bool, data: Path | None) -> None:
    """List the dead letters that were not put back, the oldest first."""
    with open_log(settings_for(data)) as log:
        letters = [letter for letter in DeadLetters(log).waiting() if step in (None, letter.step)]
    if as_json:
        print_json(_row(letter) for letter in letters)
        return
    print_table(
        ("id", "failed", "step", "topic", "bytes", "reason"),
        ((a.id, a.failed, a.step, a.topic, len(a.value), a.reason[:120]) for a in letters),
        "No dead letters.",
    )


@dead_letters.command(epilog="\b\nExample:\n  harmattan dead-letters show 8d1f0a5be2c39c11 > letter.bin")
@click.argument("letter_id", metavar="ID")
@json_option
@data_option
def show(letter_id: str, as_json: bool, data: Path | None) -> None:
    """Write a dead letter's original bytes to standard output, and its reason to standard error."""
    with open_log(settings_for(data)) as log:
        letter = _chosen(DeadLetters(log), (letter_id,))[0]
    if as_json:
        print_json([_row(letter) | {"value": letter.value.decode(errors="backslashreplace")}])
        return
    click.echo(f"{letter.step} could not handle {letter.topic}/{letter.partition}@{letter.offset}:", err=True)
    click.echo(letter.reason, err=True)
    sys.stdout.buffer.write(letter.value)


@dead_letters.command(epilog="\b\nExample:\n  harmattan dead-letters replay --all")
@click.argument("letter_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Put all of them back.")
@click.option("--step", help="With --all: only those of one step.")
@data_option
def replay(letter_ids: tuple[str, ...], everything: bool, step: str | None, data: Path | None) -> None:
    """Put dead letters back into their topic, to be handled again; the steps recognise what they know already."""
    if everything == bool(letter_ids):
        raise BadInput("dead-letters replay: name the letters' ids, or give --all")
    with open_log(settings_for(data)) as log:
        letters = DeadLetters(log)
        chosen = letters.waiting() if everything else _chosen(letters, letter_ids)
        chosen = [letter for letter in chosen if step in (None, letter.step)]
        for letter in chosen:
            letters.replay(letter)
    click.echo(f"{len(chosen)} put back")


def _chosen(letters: DeadLetters, wanted: tuple[str, ...]) -> list[DeadLetter]:
    waiting = {letter.id: letter for letter in letters.waiting()}
    missing = [letter_id for letter_id in wanted if letter_id not in waiting]
    if missing:
        raise BadInput(f"no dead letter {missing[0]} is waiting: see `harmattan dead-letters list`")
    return [waiting[letter_id] for letter_id in wanted]


def _row(letter: DeadLetter) -> dict[str, Any]:
    row = asdict(letter) | {"bytes": len(letter.value)}
    row.pop("value")
    row.pop("replayed")
    return row
