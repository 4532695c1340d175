"""``gkflow restore`` (恢复): restore an office from its backup, after verifying every chain."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from gkflow.cli.commands.verify import words
from gkflow.cli.opening import state_words
from gkflow.domain.sentences import said
from gkflow.safekeeping import restore
from gkflow.words.language import say


def command(
    file: Path = typer.Argument(..., metavar=said("FILE"), help=said("the backup (.zip)")),
    folder: Path = typer.Argument(
        ...,
        metavar=said("FOLDER"),
        help=said("restored there; it must not hold an office"),
    ),
) -> None:
    """Restore an office from a backup; exit code 1 when its record is broken, and nothing is written."""
    done = restore(file.absolute(), folder.absolute())
    if done.breaches:
        for breach in done.breaches:
            print(f"{breach.where}: {words(breach)}")
        print(
            say(
                "{count} {count:breach|breaches} in the backup: nothing was restored. Take another one.",
                count=len(done.breaches),
            )
        )
        raise typer.Exit(1)
    print(
        say(
            "restored in {folder}: {cases} {cases:case|cases} and {sweeps} {sweeps:sweep|sweeps} verified, all whole.",
            folder=done.folder,
            cases=done.cases,
            sweeps=done.sweeps,
        )
    )
    if done.elsewhere:
        print(
            say(
                "mind: the settings name {elsewhere}; to use what was restored, set sqlite:///gkflow.db.",
                elsewhere=done.elsewhere,
            )
        )
    if done.rule_files:
        print(f"gkflow: {state_words(done.rule_files)}", file=sys.stderr)
    print(f"  cd {done.folder} && gkflow doctor")
