"""``gkflow sweep`` (巡检): every day since the last sweep, in order; or what a sweep would record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.bootstrap import now, read_moment
from gkflow.cli import options
from gkflow.cli.escalation_rows import COLUMNS, SIMULATED, clock_label, escalation_rows
from gkflow.cli.output import form_of, show
from gkflow.domain.case import legal_day
from gkflow.domain.sentences import said
from gkflow.words.language import listed, say

if TYPE_CHECKING:
    from gkflow.application.sweep import Swept
    from gkflow.application.unsweep import Unswept
    from gkflow.office import Office


def command(
    as_of: str = typer.Option(
        "", "--as-of", metavar=said("DAY|MOMENT"),
        help=said("through that day (default: today)"),
    ),
    simulate: bool = typer.Option(
        False, "--simulate",
        help=said("what would be recorded; writes nothing"),
    ),
    unsweep: bool = typer.Option(
        False, "--unsweep",
        help=said("take back sweeps of days to come (the clock was wrong)"),
    ),
    reason: str = typer.Option("", "--reason", help=said("why they are taken back")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """Sweep every day since the last one."""
    if output and unsweep:
        raise typer.BadParameter(say("--output is for the list"))
    form_of(format, output)  # a name that cannot be written is reported before anything is swept
    with gkflow.open() as office:
        if unsweep:
            typer.echo(taken_back(office.unsweep(by=office.rules.account or "", reason=reason)))
            return
        if simulate:
            rows, columns = _simulated(office, as_of), SIMULATED
            message = say("simulated, nothing written: {count} new {count:escalation|escalations}.", count=len(rows))
        else:
            swept = office.sweep(as_of or None)
            records = office.escalations(since=swept.days[0]) if swept.days else []
            days = set(swept.days)
            rows = escalation_rows(office, (record for record in records if record.day in days))
            columns, message = COLUMNS, summary(swept)
    # A program reads the rows alone.
    typer.echo(message, err=format != "table")
    show(rows, columns, format, output or None)


def summary(swept: Swept) -> str:
    """The result of a sweep in one line; a second one if next year's notice of days off is missing."""
    words = _swept(swept)
    if swept.not_deposited:
        words += say("\nthe seal was not written outside: {not_deposited}", not_deposited=swept.not_deposited)
    if swept.ahead is not None:
        words = say(
            "the days through {ahead} have been swept, which are still to come: set the clock right; "
            "if it is right, take those sweeps back: gkflow sweep --unsweep",
            ahead=swept.ahead,
        )
    if swept.unswept is not None:
        words = f"{taken_back(swept.unswept)}\n{words}"
    if swept.asked is not None:
        words += say(
            "\nthe days off of {asked} are not adopted yet: asked for (gkflow calendar adopt).", asked=swept.asked
        )
    return words


def taken_back(unswept: Unswept) -> str:
    """What was taken back, and what needs a review."""
    first, last = unswept.from_day, unswept.through
    words = say(
        "taken back: the sweeps from {first} to {last}, {escalations} {escalations:escalation|escalations} "
        "{escalations:counts|count} no more; "
        "those days are swept again when they come.",
        first=first,
        last=last,
        escalations=unswept.escalations,
    )
    if unswept.cases:
        cases = listed(unswept.cases)
        words += say("\ncases in which gkflow had acted under those days, to be looked at: {cases}", cases=cases)
    return words


def _swept(swept: Swept) -> str:
    if not swept.days:
        return say("every day has been swept already; nothing new.")
    first, last, count = swept.days[0], swept.days[-1], len(swept.days)
    days = (
        f"{first}"
        if count == 1
        else say("{first} to {last}, {count} {count:day|days} in order", first=first, last=last, count=count)
    )
    taken = say(", {taken} taken by law", taken=swept.taken) if swept.taken else ""
    return say(
        "swept ({days}): {reached} {reached:escalation|escalations} recorded, {notices} "
        "{notices:notice|notices} written{taken}.",
        days=days,
        reached=swept.reached,
        notices=swept.notified,
        taken=taken,
    )


def _simulated(office: Office, as_of: str) -> list[dict[str, Any]]:
    day: Any = read_moment(as_of) if as_of else now()
    day = legal_day(day) if hasattr(day, "hour") else day
    found = office.simulate(day)
    with office.store.reading() as ledger:
        lines = {case: ledger.docket.line(case) for case in {case for case, *_ in found}}
    rows = []
    for case, clock, ref, last_day, step in found:
        line = lines[case]
        workflow = line.workflow if line is not None else ""
        rows.append(
            {
                "id": None, "case": case, "workflow": workflow, "clock": clock,
                "clock_label": clock_label(office, workflow, clock, ref), "deadline": last_day, "step": step.offset,
                "kind": step.kind, "colour": step.colour, "day": day, "told": None, "told_at": None,
                "delivered_at": None, "acknowledged_by": None, "acknowledged_at": None, "words": None,
            }
        )  # fmt: skip
    return rows
