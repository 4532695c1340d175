"""``gkflow receive`` (收件): open a case; print its number, day 0, last day and allowed actions."""

from __future__ import annotations

import sys

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.acting import acting
from gkflow.cli.commands.drafts import check_draft, kept_where_refused
from gkflow.cli.days import confirm_days
from gkflow.cli.output import print_json
from gkflow.cli.print_outcome import entered_row, print_entered, warn_notes
from gkflow.cli.resolve_names import facts_named, workflow_named
from gkflow.domain.sentences import said
from gkflow.words.language import say


def command(
    workflow: str = typer.Argument(
        "request",
        metavar=said("WORKFLOW"),
        help=said("by code or label, default request"),
    ),
    number: str = typer.Option(
        "",
        "--number",
        metavar=said("N"),
        help=said("case number (default: the next one)"),
    ),
    day: str = options.DAY,
    by: str = options.BY,
    unit: str = options.UNIT,
    title: str = typer.Option("", "--title", metavar=said("TEXT"), help=said("what it is about")),
    fact: list[str] = options.FACT,
    key: str = options.KEY,
    dry_run: bool = options.DRY_RUN,
    draft: bool = options.DRAFT,
    yes: bool = typer.Option(
        False,
        "--yes",
        help=said("do not ask: open a case without any fact, and the days are right, however far from today"),
    ),
    format: str = options.TEXT_OR_JSON,
) -> None:
    """Open a case."""
    facts, on = options.pairs(fact), options.day(day, past=True)
    check_draft(draft, dry_run)
    with gkflow.open() as office:
        book = office.rules.rulebook
        flow = book.workflow(workflow_named(book, workflow))
        known = {**facts_named(flow, facts), **({"title": title} if title else {})}
        confirm_days(flow, flow.first.name, on, known, yes)
        if not known and not yes and not dry_run:
            _ask(flow.label, named=bool(number or day or key))
        by = acting(office, by)
        given = {"day": on, "by": by, "unit": unit, "facts": known}
        with kept_where_refused(office, draft, flow, number.strip(), flow.first.name, given, hint=not dry_run):
            entered = office.receive(
                flow.name, number.strip(), day=on, by=by, unit=unit, facts=known, key=key or None, dry_run=dry_run
            )  # fmt: skip
        if format == "json":
            print_json(entered_row(entered, flow))
            warn_notes(entered)
        else:
            print_entered(entered, flow, dry_run)


def _ask(label: str, named: bool) -> None:
    """
    Ask before opening a case without any fact: the user may only want to see what the command does.

    If nobody can be asked, a number, a day or a key shows that a case is meant. Raises typer.BadParameter and
    typer.Abort.
    """
    if sys.stdin.isatty():
        typer.confirm(
            say('No fact was given. Open a case of "{label}"?', label=label),
            abort=True,
        )
    elif not named:
        raise typer.BadParameter(
            say(
                'no fact was given, so no case of "{label}" was opened. Name what was received, e.g. '
                "--title TEXT --fact channel=in_person; without any fact add --yes",
                label=label,
            )
        )
