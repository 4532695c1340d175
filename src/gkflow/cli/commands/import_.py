"""``gkflow import`` (导入台账): good rows are imported, every bad one is reported with its row and its reason."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.acting import login
from gkflow.cli.screen import unfiltered
from gkflow.cli.words import error_words
from gkflow.domain.sentences import said
from gkflow.files.column_files import read_columns
from gkflow.papers.register_files import count_rows, read_register
from gkflow.words.language import listed, say

if TYPE_CHECKING:
    from gkflow.application.register import BadRow, Imported

_MAPPING = """  columns:                                        # {heading}
    行政处罚决定书文号: [case, document_number]
    处罚决定日期: [day, decision_date]
    行政相对人类别: counterparty_kind
    行政相对人名称: {{when: {{counterparty_kind: natural_person}}, then: person_name, else: counterparty}}
  constants: {{workflow: penalty, action: decide}}  # {constants}
  values:                                         # {values}
    counterparty_kind: {{法人: legal_person}}
  ignore: [序号]                                  # {ignore}
  heading: 2                                      # {row}"""


def epilog() -> str:
    """The text below the help: how to write a column mapping."""
    return say("A mapping:") + "\n" + _MAPPING.format(
        heading=say("heading: our column or fact, or several"),
        constants=say("what every row has"),
        values=say("the file's words: ours"),
        ignore=say("left out; other columns are kept as remarks"),
        row=say("the row of the headings (default: 1)"),
    )  # fmt: skip


def command(
    file: Path = typer.Argument(
        ..., metavar=said("FILE"), help=said("the register: csv or xlsx")
    ),
    by: str = typer.Option(
        "", "--by", metavar=said("NAME"),
        help=said("who stands in rows that name nobody (default: you)"),
    ),
    dry_run: bool = options.DRY_RUN,
    encoding: str = typer.Option(
        "", "--encoding", metavar=said("ENCODING"),
        help=said("of a csv (default: found out)"),
    ),
    columns: Path | None = typer.Option(
        None, "--columns", metavar=said("MAPPING"),
        help=said("a mapping (yaml) of another system's headings and words; written as shown below"),
    ),
) -> None:  # fmt: skip
    """Import a register; safe to repeat."""
    if columns is None:
        rows = read_register(file, encoding)  # an unreadable file is refused before the office is opened
    with gkflow.open() as office:
        office.rules  # noqa: B018  (a fault of the rule files is reported before the progress bar)
        if columns is not None:
            rows = read_register(file, encoding, read_columns(columns, office.rules.rulebook))
        with _bar(count_rows(file)) as progress:
            done = office.import_register(
                rows, by=by or office.settings.me or login(), dry_run=dry_run, progress=progress
            )
    _print(done, dry_run)
    if done.bad:
        raise typer.Exit(1)


@contextmanager
def _bar(total: int | None) -> Iterator[Callable[[int], None] | None]:
    """A progress bar on stderr, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    if not sys.stderr.isatty():
        yield None
        return
    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(file=unfiltered(sys.stderr)), transient=True) as progress:
        # Each row counts twice: when it is read, and when it is written.
        task = progress.add_task(say("importing"), total=total and 2 * total)
        yield lambda steps: progress.update(task, completed=steps)


def _print(done: Imported, dry_run: bool) -> None:
    _list(say("refused:"), done.bad)
    _list(say("known rows with other facts, not taken:"), done.changed)
    _list(say("facts that break their rule, kept as remarks:"), done.odd)
    _list(say("rows to look at:"), done.to_review)
    if done.remarks:
        names = listed(done.remarks)
        typer.echo(say("columns that are no fact, kept as remarks: {names}", names=names))
    head = say("imported")
    if not done.taken:
        head = say("nothing was imported")
    if dry_run:
        head = say("dry run, nothing written")
    typer.echo(
        say(
            "{head}: {rows} {rows:row|rows}, {taken} taken ({cases} {cases:case|cases}), {known} "
            "known{if_changed}, {count} refused.",
            head=head,
            rows=done.rows,
            taken=done.taken,
            cases=done.cases,
            known=done.known,
            count=len(done.bad),
            if_changed=(say(" ({count} of them changed)", count=len(done.changed)) if done.changed else ""),
        )
    )


def _list(heading: str, rows: Sequence[BadRow]) -> None:
    if not rows:
        return
    typer.echo(heading)
    for bad in rows:
        case = f"  {bad.case}" if bad.case else ""
        typer.echo(say("  row {row}{case}  {error_words}", row=bad.row, case=case, error_words=error_words(bad.reason)))
