"""``gkflow limits`` (期限一览): every limit with its article, its text and how surely the text is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.cli.output import Column
    from gkflow.domain.law import LimitValue, TimeLimit


def command(
    workflow: str = typer.Option(
        "",
        "--workflow",
        metavar=say("流程", "WORKFLOW"),
        help=say("只列这一流程用到的期限", "only those that this workflow uses"),
    ),
    format: str = options.formats("table", "json", "md", "csv", "xlsx"),
    output: str = options.OUTPUT,
) -> None:
    """The limits with article, quotation and how surely known."""
    from gkflow.bootstrap import home_folder, law_of, rulebook
    from gkflow.cli.naming import workflow_named
    from gkflow.cli.output import show

    home = home_folder()
    if workflow:
        book = rulebook(home)
        used = {limit for _, limit in book.workflow(workflow_named(book, workflow)).limit_names()}
        limits = [limit for name, limit in book.law.limits.items() if name in used]
    else:
        limits = list(law_of(home).limits.values())
    rows = [_row(limit, since, value) for limit in limits for since, value in limit.values]
    if format == "md":
        print("\n".join(_markdown(rows)))
        return
    show(rows, _columns(format), format, output or None)


def _row(limit: TimeLimit, since: Any, value: LimitValue | None) -> dict[str, Any]:
    cite = value.citation if value is not None else None
    return {
        "limit": limit.name, "label": limit.label, "length": value.length if value is not None else None,
        "unit": value.unit if value is not None else None, "bound": value.bound if value is not None else None,
        "binds": limit.binds, "since": since, "article": str(cite) if cite is not None else None,
        "quote": (cite.quote or None) if cite is not None else None, "known": cite.known if cite is not None else None,
        "source": (cite.source or None) if cite is not None else None,
    }  # fmt: skip


def _length(row: Mapping[str, Any]) -> str:
    from gkflow.cli.vocabulary import amount

    if row["unit"] is None:
        return say("已废止", "repealed")
    if row["unit"] == "fixed_date":
        return say("固定日期", "a fixed date")
    least = say("不少于", "at least ") if row["bound"] == "at_least" else ""
    return least + amount(row["length"], row["unit"])


def _columns(format: str) -> list[Column]:
    from gkflow.cli.output import Column
    from gkflow.cli.vocabulary import BINDS, KNOWN, word

    code = Column("limit", "代码", "limit")
    label = Column(
        "label",
        "期限",
        "label",
        told=lambda row: label_of(row["label"], row["limit"].partition("/")[2].replace("-", " ")),
    )
    rest = [
        Column("length", "长度", "length", told=_length),
        Column("binds", "约束", "binds", words=lambda each: word(BINDS, each)),
        Column("since", "施行", "since"),
        Column("article", "依据", "article"),
        Column("known", "文本", "text", words=lambda each: word(KNOWN, each)),
        Column("quote", "原文", "quotation"),
    ]
    return [label, *rest, code] if format in ("csv", "xlsx", "md") else [label, *rest]


def _markdown(rows: list[dict[str, Any]]) -> list[str]:
    """The table for the README; a bar inside a cell is escaped."""
    columns = _columns("md")
    lines = [_line([column.heading for column in columns]), _line(["---"] * len(columns))]
    for row in rows:
        cells = [column.value(row) for column in columns]
        cells[-1] = f"`{cells[-1]}`"
        lines.append(
            _line(["" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells])
        )
    return lines


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
