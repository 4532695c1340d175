"""``gkflow sweep`` (巡检): every day since the last sweep, in order; or what a sweep would record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.application.sweep import Swept
    from gkflow.application.unsweep import Unswept
    from gkflow.office import Office


def command(
    as_of: str = typer.Option(
        "", "--as-of", metavar=say("日期或时刻", "DAY|MOMENT"),
        help=say("巡检到哪一天（默认今天）：2026-11-22 或 2026-11-22T09:00+08:00", "through that day (default: today)"),
    ),
    simulate: bool = typer.Option(
        False, "--simulate",
        help=say("只看会记录什么，不写入；日期可以在将来", "what would be recorded; writes nothing"),
    ),
    unsweep: bool = typer.Option(
        False, "--unsweep",
        help=say("撤销晚于今天的巡检（本机时间曾经超前）", "take back sweeps of days to come (the clock was wrong)"),
    ),
    reason: str = typer.Option("", "--reason", help=say("撤销的理由", "why they are taken back")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """Sweep every day since the last one."""
    from gkflow.cli.escalation_rows import COLUMNS, SIMULATED, escalation_rows
    from gkflow.cli.output import show
    from gkflow.office import open_office

    with open_office() as office:
        if unsweep:
            typer.echo(taken_back(office.unsweep(by=office.rules.account or "", reason=reason)))
            return
        if simulate:
            rows, columns = _simulated(office, as_of), SIMULATED
            told = say(
                f"模拟巡检（未写入）：会新记 {len(rows)} 条督办。",
                f"simulated, nothing written: {len(rows)} new escalations.",
            )
        else:
            swept = office.sweep(as_of or None)
            records = office.escalations(since=swept.days[0]) if swept.days else []
            days = set(swept.days)
            rows = escalation_rows(office, (record for record in records if record.day in days))
            columns, told = COLUMNS, summary(swept)
    # A program reads the rows alone.
    typer.echo(told, err=format != "table")
    show(rows, columns, format, output or None)


def summary(swept: Swept) -> str:
    """What a sweep did, in one line; and in a second one that next year's notice of days off is wanting."""
    words = _swept(swept)
    if swept.not_deposited:
        words += say(
            f"\n封存没有写到库外：{swept.not_deposited}", f"\nthe seal was not written outside: {swept.not_deposited}"
        )
    if swept.ahead is not None:
        words = say(
            f"已经巡检到 {swept.ahead}，比今天晚：请先校准本机时间；"
            "如果现在的时间无误，请运行 gkflow sweep --unsweep 撤销那些巡检。",
            f"the days through {swept.ahead} have been swept, which are still to come: set the clock right; if it is "
            "right, take those sweeps back: gkflow sweep --unsweep",
        )
    if swept.unswept is not None:
        words = f"{taken_back(swept.unswept)}\n{words}"
    if swept.asked is not None:
        words += say(
            f"\n{swept.asked} 年放假安排尚未采用，已催录（gkflow calendar adopt）。",
            f"\nthe days off of {swept.asked} are not adopted yet: asked for (gkflow calendar adopt).",
        )
    return words


def taken_back(unswept: Unswept) -> str:
    """What was taken back, and what is to be looked at by somebody."""
    first, last = unswept.from_day, unswept.through
    words = say(
        f"已撤销 {first} 至 {last} 的巡检，督办 {unswept.escalations} 条不再算数；到期后会重新巡检。",
        f"taken back: the sweeps from {first} to {last}, {unswept.escalations} escalations count no more; those days "
        "are swept again when they come.",
    )
    if unswept.cases:
        cases = say("、", ", ").join(unswept.cases)
        words += say(
            f"\n这些案件里有系统按那些日期写入的记录，请核对：{cases}",
            f"\ncases in which gkflow had acted under those days, to be looked at: {cases}",
        )
    return words


def _swept(swept: Swept) -> str:
    if not swept.days:
        return say("各日均已巡检过，没有新的事项。", "every day has been swept already; nothing new.")
    first, last, count = swept.days[0], swept.days[-1], len(swept.days)
    days = (
        f"{first}"
        if count == 1
        else say(f"{first} 至 {last}，逐日 {count} 天", f"{first} to {last}, {count} days in order")
    )
    taken = say(f"，依法视为 {swept.taken} 条", f", {swept.taken} taken by law") if swept.taken else ""
    return say(
        f"已巡检（{days}）：新记督办 {swept.reached} 条，写出通知 {swept.told} 条{taken}。",
        f"swept ({days}): {swept.reached} escalations recorded, {swept.told} notices written{taken}.",
    )


def _simulated(office: Office, as_of: str) -> list[dict[str, Any]]:
    from gkflow.bootstrap import now, read_moment
    from gkflow.cli.escalation_rows import clock_label
    from gkflow.domain.case import legal_day

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
