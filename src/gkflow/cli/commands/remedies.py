"""``gkflow remedies`` (复议诉讼情况): table four of the annual report, counted from the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.output import show
from gkflow.domain.case import legal_day
from gkflow.domain.sentences import said
from gkflow.words.language import CHINESE, label_or, say

if TYPE_CHECKING:
    from gkflow.application.remedies import RemedyRow

_FIRST_YEAR = 2008  # the regulations are in force since 2008-05-01
_GROUPS = {
    "reconsideration": said("reconsideration"),
    "direct": said("lawsuit, direct"),
    "after_reconsideration": said("lawsuit after reconsideration"),
    "path_unstated": said("lawsuit, path not stated"),
}


def command(
    year: str = typer.Option("", "--year", metavar=said("YEAR"), help=said("which year (default: this year)")),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:
    """Table four of the annual report: reconsiderations and lawsuits of a year by outcome."""
    with gkflow.open() as office:
        present = legal_day(office.moment(None)).year
        chosen = options.whole(year, "--year", _FIRST_YEAR, present) if year.strip() else present
        rows = [_row(each) for each in office.supervision.remedies(chosen)]
    columns = (
        Column("group", said("group"), row_words=lambda row: label_or(row["group_label"], _GROUPS[row["group"]])),
        Column("upheld", said("upheld")),
        Column("corrected", said("corrected")),
        Column("other", said("other")),
        Column("pending", said("pending")),
        Column("total", said("total")),
    )
    title = say("Reconsiderations and lawsuits ({chosen})", chosen=chosen)
    show(rows, columns, format, output or None, title)


def _row(row: RemedyRow) -> dict[str, Any]:
    return {
        "group": row.group, "group_label": CHINESE.text(_GROUPS[row.group]),
        "upheld": row.upheld, "corrected": row.corrected,
        "other": row.other, "pending": row.pending, "total": row.total,
    }  # fmt: skip
