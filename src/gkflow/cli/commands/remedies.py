"""``gkflow remedies`` (复议诉讼情况): table four of the annual report, counted from the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.application.remedies import RemedyRow

_FIRST_YEAR = 2008  # the regulations are in force since 2008-05-01
_GROUPS = {
    "reconsideration": ("行政复议", "reconsideration"),
    "direct": ("行政诉讼·未经复议直接起诉", "lawsuit, direct"),
    "after_reconsideration": ("行政诉讼·复议后起诉", "lawsuit after reconsideration"),
    "path_unstated": ("行政诉讼·未记明起诉方式", "lawsuit, path not stated"),
}


def command(
    year: str = typer.Option(
        "", "--year", metavar=say("年份", "YEAR"), help=say("哪一年（默认当年）", "which year (default: this year)")
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:
    """Table four of the annual report: reconsiderations and lawsuits of a year by outcome."""
    from gkflow.cli.output import Column, show
    from gkflow.domain.case import legal_day
    from gkflow.office import open_office

    with open_office() as office:
        present = legal_day(office.moment(None)).year
        chosen = options.whole(year, "--year", _FIRST_YEAR, present) if year.strip() else present
        rows = [_row(each) for each in office.supervision.remedies(chosen)]
    columns = (
        Column("group", "组别", "group", told=lambda row: say(row["group_label"], _GROUPS[row["group"]][1])),
        Column("upheld", "结果维持", "upheld"),
        Column("corrected", "结果纠正", "corrected"),
        Column("other", "其他结果", "other"),
        Column("pending", "尚未审结", "pending"),
        Column("total", "总计", "total"),
    )
    title = say(f"政府信息公开行政复议、行政诉讼情况（{chosen} 年）", f"Reconsiderations and lawsuits ({chosen})")
    show(rows, columns, format, output or None, title)


def _row(row: RemedyRow) -> dict[str, Any]:
    return {
        "group": row.group, "group_label": _GROUPS[row.group][0], "upheld": row.upheld, "corrected": row.corrected,
        "other": row.other, "pending": row.pending, "total": row.total,
    }  # fmt: skip
