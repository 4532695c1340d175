"""``gkflow score`` (考评得分): the points of each unit in a period, computed from the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.application.resolve_names import unit_named
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.output import show
from gkflow.cli.resolve_names import unit_label
from gkflow.domain.case import legal_day
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_or, say

if TYPE_CHECKING:
    from datetime import date

    from gkflow.application.scoring import Score
    from gkflow.office import Office

Rows = list[dict[str, Any]]


def command(
    since: str = options.SINCE,
    until: str = options.UNTIL,
    unit: str = typer.Option(
        "", "--unit", metavar=said("UNIT"),
        help=said("only this unit, by code or label"),
    ),
    detail: bool = typer.Option(False, "--detail", help=said("list every entry")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The points of each unit in a period."""
    with gkflow.open() as office:
        first, last = period(office, since, until)
        rows = [_row(office, each) for each in _scores(office, first, last, unit)]
    title = say("Points ({first} to {last})", first=first, last=last)
    listed = detail and format != "json" and not output.lower().endswith(".json")
    if not listed:
        show(rows, _columns(), format, output or None, title)
    elif format == "table" and not output:
        show(rows, _columns(), format, None, title)
        if rows:
            print()
            show(_entries(rows), _detail_columns(), format, None, say("Entry by entry"))
    else:
        show(_entries(rows), _detail_columns(), format, output or None, title)
    if format == "table" and not rows:
        typer.echo(say("no points from {first} to {last}.", first=first, last=last), err=True)


def period(office: Office, since: str, until: str) -> tuple[date, date]:
    """The days of ``--since`` and ``--until``: by default the calendar year through today."""
    last = options.day(until) or legal_day(office.moment(None))
    first = options.day(since) or last.replace(month=1, day=1)
    if first > last:
        raise typer.BadParameter(say("--since {first} is after --until {last}", first=first, last=last))
    return first, last


def _scores(office: Office, first: date, last: date, unit: str) -> list[Score]:
    found = office.supervision.score(first, last)
    if not unit.strip():
        return found
    # An entry names the unit scored by its code or by its label, as it was typed.
    code = unit_named(office.rules, unit, [each.unit for each in found])
    return [each for each in found if each.unit in (code, unit_label(office, code) or code)]


def _row(office: Office, score: Score) -> dict[str, Any]:
    return {
        "unit": score.unit or None, "unit_label": unit_label(office, score.unit), "added": _number(score.added),
        "deducted": _number(score.deducted), "total": _number(score.total), "entries": len(score.points),
        "points": [
            {
                "case": each.case, "day": each.day, "rule": each.rule, "label": each.label,
                "points": _number(each.points), "by": each.by or None, "reason": each.reason or None,
            }
            for each in score.points
        ],
    }  # fmt: skip


def _number(points: float) -> float:
    """−5 and not −5.0; half a point stays one."""
    return int(points) if float(points).is_integer() else points


def _entries(rows: Rows) -> Rows:
    return [{"unit": row["unit"], "unit_label": row["unit_label"], **each} for row in rows for each in row["points"]]


def _unit_words(row: Any) -> str:
    code, label = row["unit"], row["unit_label"]
    if label is None or label == code:
        return str(code or say("(none named)"))
    return label_or(label, f"{code} ({label})")


def _columns() -> tuple[Column, ...]:
    return (
        Column("unit", said_as("score.unit", "unit"), row_words=_unit_words),
        Column("added", said("added")),
        Column("deducted", said("deducted")),
        Column("total", said_as("score.total", "total")),
        Column("entries", said("entries")),
    )


def _detail_columns() -> tuple[Column, ...]:
    return (
        Column("unit", said_as("score.unit", "unit"), row_words=_unit_words),
        Column("case", said("case"), solid=True),
        Column("day", said("day")),
        Column("label", said("rule"), row_words=lambda row: label_or(row["label"], row["rule"].replace("_", " "))),
        Column("points", said("points")),
        Column("by", said("by")),
        Column("reason", said("reason")),
    )
