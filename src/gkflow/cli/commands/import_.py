"""``gkflow import`` (导入台账): good rows are kept, every bad one is named with its row and its reason."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.cli.language import say

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
EPILOG = say("列对照文件：", "A mapping:") + "\n" + _MAPPING.format(
    heading=say("表头: 我们的列或者要素，可以几个", "heading: our column or fact, or several"),
    constants=say("每行都有的内容", "what every row has"),
    values=say("取值对照", "the file's words: ours"),
    ignore=say("不要的列；其余的列作为备注保存", "left out; other columns are kept as remarks"),
    row=say("表头在第几行（默认第 1 行）", "the row of the headings (default: 1)"),
)  # fmt: skip


def command(
    file: Path = typer.Argument(
        ..., metavar=say("文件", "FILE"), help=say("台账：csv（UTF-8、GB18030）或者 xlsx", "the register: csv or xlsx")
    ),
    by: str = typer.Option(
        "", "--by", metavar=say("姓名", "NAME"),
        help=say("没有“经办人”一栏时记为谁（默认当前用户）", "who stands in rows that name nobody (default: you)"),
    ),
    dry_run: bool = options.DRY_RUN,
    encoding: str = typer.Option(
        "", "--encoding", metavar=say("编码", "ENCODING"),
        help=say("csv 的编码（默认自动识别）", "of a csv (default: found out)"),
    ),
    columns: Path | None = typer.Option(
        None, "--columns", metavar=say("对照文件", "MAPPING"),
        help=say(
            "列对照文件（yaml）：其他系统导出的表头、取值怎样对应，写法见下",
            "a mapping (yaml) of another system's headings and words; written as shown below",
        ),
    ),
) -> None:  # fmt: skip
    """Import a register; safe to repeat."""
    from gkflow.cli.acting import login
    from gkflow.office import open_office
    from gkflow.papers.register_files import count_rows, read_register

    if columns is None:
        rows = read_register(file, encoding)  # a file that cannot be read is refused before the office is opened
    with open_office() as office:
        office.rules  # noqa: B018  (a fault of the rule files is reported before the progress bar)
        if columns is not None:
            from gkflow.files.column_files import read_columns

            rows = read_register(file, encoding, read_columns(columns, office.rules.rulebook))
        with _bar(count_rows(file)) as progress:
            done = office.import_register(
                rows, by=by or office.settings.me or login(), dry_run=dry_run, progress=progress
            )
    _tell(done, dry_run)
    if done.bad:
        raise typer.Exit(1)


@contextmanager
def _bar(total: int | None) -> Iterator[Callable[[int], None] | None]:
    """A progress bar on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from gkflow.cli.screen import unfiltered

    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(file=unfiltered(sys.stderr)), transient=True) as progress:
        # Each row counts twice: when it is read, and when it is written.
        task = progress.add_task(say("导入台账", "importing"), total=total and 2 * total)
        yield lambda steps: progress.update(task, completed=steps)


def _tell(done: Imported, dry_run: bool) -> None:
    _list(say("以下各行不予导入：", "refused:"), done.bad)
    _list(say("以下各行已在册而内容不同，未采用：", "known rows with other facts, not taken:"), done.changed)
    _list(say("以下内容不合要求，作为备注随该行保存：", "facts that break their rule, kept as remarks:"), done.odd)
    _list(say("以下各行请核对：", "rows to look at:"), done.told)
    if done.remarks:
        names = say("、", ", ").join(done.remarks)
        typer.echo(
            say(f"不是办理要素的列，作为备注保存：{names}", f"columns that are no fact, kept as remarks: {names}")
        )
    head = say("导入完毕", "imported")
    if not done.taken:
        head = say("没有导入任何记录", "nothing was imported")
    if dry_run:
        head = say("试导入（未写入）", "dry run, nothing written")
    typer.echo(
        say(
            f"{head}：共 {done.rows} 行，新记 {done.taken} 行（{done.cases} 件案件），已在册 {done.known} 行"
            + (f"（其中 {len(done.changed)} 行内容不同）" if done.changed else "")
            + f"，不予导入 {len(done.bad)} 行。",
            f"{head}: {done.rows} rows, {done.taken} taken ({done.cases} cases), {done.known} known"
            + (f" ({len(done.changed)} of them changed)" if done.changed else "")
            + f", {len(done.bad)} refused.",
        )
    )


def _list(heading: str, rows: list[BadRow]) -> None:
    if not rows:
        return
    from gkflow.cli.words import error_words

    typer.echo(heading)
    for bad in rows:
        case = f"  {bad.case}" if bad.case else ""
        typer.echo(
            say(
                f"  第 {bad.row} 行{case}  {error_words(bad.reason)}",
                f"  row {bad.row}{case}  {error_words(bad.reason)}",
            )
        )
