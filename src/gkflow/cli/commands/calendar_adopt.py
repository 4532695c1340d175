"""``gkflow calendar adopt`` (采用放假安排): read a notice, show its content and effects, adopt it on confirmation."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gkflow.bootstrap import folders, home_folder, now
from gkflow.cli.columns import Column
from gkflow.cli.days import office_if_any
from gkflow.cli.notice_words import problem_words
from gkflow.cli.output import form_of, print_json, show
from gkflow.domain.case import legal_day
from gkflow.domain.sentences import said, said_as
from gkflow.notice_import import enter, read_incoming
from gkflow.words.language import label_of, say
from gkflow.words.moves import why_words
from gkflow.words.vocabulary import day_words

if TYPE_CHECKING:
    from gkflow.application.adopt import Adopting
    from gkflow.application.moved import Moved
    from gkflow.notice_import import Incoming
    from gkflow.office import Office


def adopt(file: str, given: dict[str, Any]) -> None:
    """
    Read the notice in *file* and keep it in ``config/calendar``; without a file, show the edition that waits.

    The deadlines that would move are listed before anything moves; ``apply`` moves them. With a problem nothing is
    written, and the exit code is 1. Text for people is kept apart from output for programs.
    """
    form = form_of(given["format"], given["output"])
    folders(home_folder())  # days off of a package that cannot be used would be missed
    data = _data(None)
    incoming = _read(file, given) if file else None
    if incoming is not None:
        data = _data(incoming)
        _show_incoming(incoming, err=form != "table")
        if incoming.problems or given["dry_run"]:
            if form == "json":
                print_json(data, given["output"])
            if incoming.problems:
                raise typer.Exit(1)
            return
    data |= {"moved": [], "applied": False, "edition": None, "earlier": 0}
    if incoming is None or not incoming.is_new or _enter(incoming, given):
        _adopt(data, form, given)
    if form == "json":
        print_json(data, given["output"])


def _read(file: str, given: dict[str, Any]) -> Incoming:
    source = sys.stdin.buffer.read() if file == "-" else Path(file)
    return read_incoming(
        source, home_folder(), year=given["year"] or None, published=given["published"], url=given["url"],
        today=legal_day(now()),
    )  # fmt: skip


def _enter(incoming: Incoming, given: dict[str, Any]) -> bool:
    if not agreed(say("write this into the calendar?"), given["yes"]):
        return False
    target = enter(incoming, home_folder())
    typer.echo(say("written: {target}", target=target), err=True)
    return True


def _adopt(result: dict[str, Any], form: str, given: dict[str, Any]) -> None:
    """List what moves; then, if requested, move it."""
    office = office_if_any()
    if office is None:
        return
    with office:
        if not office.calendars.waiting():
            typer.echo(say("the office has adopted what is known."), err=True)
            if given["apply"] and not given["dry_run"]:
                say_finished(office)
            if form != "json" and given["output"]:
                show_moves([], given["format"], given["output"])
            return
        tally = Tally()
        moves = tally.over(moved_rows(office, office.calendars.moving()))
        if form == "json":
            result["moved"] = list(moves)
        else:
            show_moves(moves, given["format"], given["output"])
        result["earlier"] = tally.earlier
        asked = given["apply"] and not given["dry_run"]
        question = say("adopt this calendar, moving {count} last {count:day|days}?", count=tally.count)
        done = None
        if asked and agreed(question, given["yes"]):
            if form == "json" and given["output"]:
                print_json(result, given["output"])  # an unwritable file is reported before anything moves
            done = office.calendars.adopt(by=given["by"])
            result |= {"applied": True, "edition": done.edition[:12], "earlier": done.earlier}
        typer.echo(summary(tally, done), err=form != "table")


class Tally:
    """Counts the moves that pass through, so that none has to be held in memory."""

    def __init__(self) -> None:
        self.count = self.earlier = 0

    def over(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The rows, counted as they pass."""
        for row in rows:
            self.count += 1
            self.earlier += row["earlier"]
            yield row


def agreed(question: str, yes: bool) -> bool:
    """Ask for confirmation; *yes* is the confirmation given in advance."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise typer.BadParameter(say("nobody to ask: confirm with --yes"))
    # Not by input(), which writes a blank to stdout, where only the table belongs.
    typer.echo(f"{question} [y/N]: ", nl=False, err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是")


# -- a notice ----------------------------------------------------------------------------------------------------


def _data(incoming: Incoming | None) -> dict[str, Any]:
    """The notice as JSON."""
    if incoming is None:
        return {"year": None, "days_off": [], "makeup_days": [], "problems": [], "changes": []}
    return {
        "year": incoming.year, "days_off": sorted(incoming.days_off), "makeup_days": sorted(incoming.makeup_days),
        "problems": [
            {"sentence": each.sentence, "code": each.code, "reason": problem_words(each)} for each in incoming.problems
        ],
        "changes": [
            {
                "day": each.day, "was": "working" if each.was else "off", "now": "working" if each.now else "off",
                "name": each.name or None, "firmness": each.firmness,
            }
            for each in incoming.changes
        ],
    }  # fmt: skip


def _show_incoming(incoming: Incoming, err: bool) -> None:
    """The notice day by day, its problems, and its changes."""
    title = incoming.title or say("(no title)")
    lines = [f"{title} {incoming.number}".rstrip()]
    off, worked = say("off"), say("worked")
    days = [(day, off, name) for day, name in incoming.days_off.items()]
    days += [(day, worked, name) for day, name in incoming.makeup_days.items()]
    lines += [f"  {day_words(day)}  {how}  {name}" for day, how, name in sorted(days)]
    for each in incoming.problems:
        reason = problem_words(each)
        lines.append(say("  problem: {sentence} ({reason})", sentence=each.sentence, reason=reason))
    if incoming.problems:
        lines.append(say("nothing was written: check the original."))
    elif incoming.changes:
        lines.append(say("other than known or predicted:"))
        for day, was, now, name, _ in incoming.changes:
            lines.append(f"  {day_words(day)}  {worked if was else off} → {worked if now else off}  {name}")
    elif incoming.is_new:
        lines.append(say("as predicted; adopted, it makes the days firm."))
    else:
        lines.append(say("it says what is known already."))
    typer.echo("\n".join(lines), err=err)


# -- what moves --------------------------------------------------------------------------------------------------


def moved_rows(office: Office, moves: Iterable[Moved]) -> Iterator[dict[str, Any]]:
    """The deadlines that move, as rows."""
    for each in moves:
        flow = office.rules.rulebook.workflows.get(each.workflow)
        rule = flow.clock(each.clock) if flow is not None else None
        yield {
            "case": each.case, "title": each.title or None, "workflow": each.workflow,
            "clock": each.clock, "clock_label": rule.label if rule is not None else each.clock,
            "ref": each.ref or None, "unit": each.unit or None, "officer": each.officer or None, "old": each.old,
            "new": each.new, "earlier": each.earlier, "why": why_words(each),
        }  # fmt: skip


def say_finished(office: Office) -> None:
    """Continue an interrupted adoption, and report it."""
    if left := office.finish_adoption():
        typer.echo(say("the last adoption was broken off: {count} {count:case|cases} finished.", count=left), err=True)


def _notified(done: Adopting) -> str:
    """What moved, and who will be notified of it: as the outbox has it."""
    if done.unaddressed and done.unaddressed == done.notices:
        return say(
            "adopted: {moved} last {moved:day|days} moved, {earlier} of them earlier; the settings name "
            "nobody to notify: {count} "
            "{count:notice|notices} {count:is|are} only filed (name people under [[people]] in gkflow.toml).",
            moved=done.moved,
            earlier=done.earlier,
            count=done.unaddressed,
        )
    if done.unaddressed:
        return say(
            "adopted: {moved} last {moved:day|days} moved, {earlier} of them earlier; the officers will be "
            "notified, {count} other "
            "{count:notice|notices} {count:has|have} no addressee and {count:is|are} only filed.",
            moved=done.moved,
            earlier=done.earlier,
            count=done.unaddressed,
        )
    return say(
        "adopted: {moved} last {moved:day|days} moved, {earlier} of them earlier; the officers will be notified.",
        moved=done.moved,
        earlier=done.earlier,
    )


def summary(tally: Tally, done: Adopting | None, command: str = "gkflow calendar adopt") -> str:
    """What moves, or moved, in one line; *command* is the adopting command."""
    if done is not None and not done.moved:
        if done.touched:
            return say(
                "adopted: no last day moved; {count} open {count:case|cases} {count:was|were} reckoned anew.",
                count=done.touched,
            )
        return say("adopted: no last day moved.")
    if done is not None:
        return _notified(done)
    if not tally.count:
        return say("no last day would move. Not adopted yet: {command} --apply", command=command)
    return say(
        "{count} last {count:day|days} would move, {earlier} of them earlier. Not adopted yet: {command} --apply",
        count=tally.count,
        earlier=tally.earlier,
        command=command,
    )


def show_moves(rows: Iterable[dict[str, Any]], format: str, output: str) -> None:
    """Print the deadlines that move."""
    columns = (
        Column("case", said_as("calendar_adopt.case", "case"), solid=True),
        Column("title", said("title")),
        Column("clock", said("clock"), row_words=lambda row: label_of(row["clock_label"], row["clock"])),
        Column("old", said("old")),
        Column("new", said("new")),
        Column("earlier", said("how"), words=lambda each: say("earlier") if each else say("later")),
        Column("why", said_as("calendar_adopt.why", "why")),
        Column("officer", said("officer")),
    )
    show(rows, columns, format, output or None, say("Moving deadlines"))
