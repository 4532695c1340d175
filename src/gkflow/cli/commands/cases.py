"""``gkflow cases`` (台账): the cases on a day, each with its most urgent clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.application.cases import CaseLine
    from gkflow.cli.output import Column
    from gkflow.office import Office

# The keys of a row, in this order: what scripts rely on.
KEYS = (
    "case", "workflow", "title", "state", "state_label", "unit", "officer", "received", "clock", "clock_label",
    "deadline", "earliest", "provisional", "status", "verdict", "days_left", "light", "reason",
    "attention",
)  # fmt: skip


def command(
    include_closed: bool = typer.Option(False, "--all", help=say("也列出已经办结的案件", "closed cases too")),
    clock: str = typer.Option(
        "",
        "--clock",
        metavar=say("期限", "CLOCK"),
        help=say("只看这一项期限，例如 reply", "look at this clock, e.g. reply"),
    ),
    overdue: bool = typer.Option(False, "--overdue", help=say("只列逾期未办的", "only those overdue")),
    due_within: str = typer.Option(
        "", "--due-within", metavar="N", help=say("只列 N 个工作日内届满的", "only those due within N working days")
    ),
    attention: bool = typer.Option(
        False,
        "--attention",
        help=say(
            "只列有限期行使的权力已过期限的（例如确认收到）", "only those with a power that has lapsed, e.g. to confirm"
        ),
    ),
    state: str = typer.Option(
        "", "--state", metavar=say("状态", "STATE"), help=say("代码或者中文名称", "by code or label")
    ),
    workflow: str = typer.Option(
        "", "--workflow", metavar=say("流程", "WORKFLOW"), help=say("代码或者中文名称", "by code or label")
    ),
    unit: str = typer.Option("", "--unit", metavar=say("代码", "CODE"), help=say("承办单位", "the unit")),
    officer: str = typer.Option("", "--officer", metavar=say("姓名", "NAME"), help=say("承办人", "the officer")),
    as_of: str = options.AS_OF,
    as_known_on: str = options.AS_KNOWN_ON,
    recorded_by: str = options.RECORDED_BY,
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
    exit_code: bool = typer.Option(
        False, "--exit-code", help=say("有案件列出时退出码为 1", "exit code 1 when the list is not empty")
    ),
) -> None:
    """The docket: open, overdue, due cases."""
    from gkflow.cli.output import show
    from gkflow.cli.resolve_names import clock_named, workflow_named
    from gkflow.office import open_office

    within = options.whole(due_within, "--due-within", most=1000) if due_within else None
    day, known = options.day(as_of), options.day(as_known_on)
    with open_office() as office:
        if workflow:
            workflow = workflow_named(office.rules.rulebook, workflow)
        if clock:
            clock = clock_named(office.rules.rulebook, clock, workflow)
        lines = office.cases(
            as_of=day, include_closed=include_closed, overdue=overdue, due_within=within, clock=clock, state=state,
            workflow=workflow, unit=unit, officer=officer, attention=attention, known_on=known,
             recorded_by=recorded_by or None,
        )  # fmt: skip
        rows = [{key: getattr(line, "last_day" if key == "deadline" else key) for key in KEYS} for line in lines]
        show(rows, _columns(office, format, output, include_closed, lines, attention), format, output or None)
    if format == "table" and not output:
        print(_counts(lines))
    if exit_code and rows:
        raise typer.Exit(1)


def _counts(lines: Sequence[CaseLine]) -> str:
    """The last line: how many cases stand in each list."""
    from gkflow.cli.vocabulary import STANDINGS, word

    if not lines:
        return say("没有符合条件的案件。", "no such cases.")
    counted = Counter(line.status for line in lines)
    told = [f"{word(STANDINGS, status)} {counted[status]}" for status in STANDINGS if counted[status]]
    return say(f"共 {len(lines)} 件：{'，'.join(told)}", f"{len(lines)} cases: {', '.join(told)}")


def _columns(
    office: Office, format: str, output: str, include_closed: bool, lines: Sequence[CaseLine], attention: bool
) -> list[Column]:
    """What people see: on a screen what matters, in a spreadsheet everything."""
    from gkflow.cli.output import Column
    from gkflow.cli.resolve_names import unit_label
    from gkflow.cli.vocabulary import LIGHTS, STANDINGS, UNCLOCKED, VERDICTS, word

    flows = office.rules.rulebook.workflows

    def workflow(name: str) -> str:
        return label_of(flows[name].label, name) if name in flows else name

    def light(row: Mapping[str, Any]) -> str | None:
        colour: str | None = row["light"]
        return colour

    def last_day(row: Mapping[str, Any]) -> str:
        if row["deadline"] is None:
            return say(f"最早 {row['earliest']}", f"earliest {row['earliest']}") if row["earliest"] else ""
        return f"{row['deadline']}" + (say(" 暂定", " provisional") if row["provisional"] else "")

    number = Column("case", "案件编号", "case", style=light, solid=True)
    title = Column("title", "内容摘要", "title")
    flow = Column("workflow", "流程", "workflow", words=workflow)
    state = Column("state_label", "状态", "state") if say("zh", "en") == "zh" else Column("state", "状态", "state")
    officer, received = Column("officer", "承办人", "officer"), Column("received", "收到日期", "received")
    limit = Column("clock_label", "期限", "clock") if say("zh", "en") == "zh" else Column("clock", "期限", "clock")

    def standing(row: Mapping[str, Any]) -> str:
        why = word(UNCLOCKED, row["reason"]) if row["reason"] else ""
        return word(STANDINGS, row["status"]) + (say(f"（{why}）", f" ({why})") if why else "")

    status = Column("status", "情形", "status", style=light, told=standing)
    left = Column("days_left", "剩余工作日", "days left", style=light)
    verdict = Column("verdict", "时限认定", "verdict", words=lambda each: word(VERDICTS, each))
    unit = Column("unit", "承办单位", "unit", words=lambda code: say(unit_label(office, code) or code, code))

    def past(row: Mapping[str, Any]) -> str:
        rules = flows[row["workflow"]].clocks if row["workflow"] in flows else ()
        labels = {rule.name: say(rule.label, rule.name) for rule in rules}
        return say("、", ", ").join(labels.get(name, name) for name in row["attention"])

    past_powers = Column("attention", "已过期限", "past", style="yellow", told=past)

    def unconfirmed(line: CaseLine) -> bool:
        # Most powers are never needed; one that is past counts where the duty itself has not begun.
        rule = flows[line.workflow].clock(line.clock or "") if line.workflow in flows else None
        return bool(line.attention) and rule is not None and bool(rule.stands_for)

    if format in ("csv", "xlsx") or output:
        return [
            number, flow, title, state, unit, officer, received, limit,
            Column("deadline", "届满日", "deadline"), Column("earliest", "最早届满日", "earliest"),
            Column("provisional", "暂定", "provisional"), status,
            verdict, left,
            Column("light", "灯", "light", words=lambda each: word(LIGHTS, each)), past_powers,
        ]  # fmt: skip
    last = Column("deadline", "届满日", "last day", style=light, told=last_day, solid=True)
    held = [verdict] if include_closed else []
    of = [unit] if len(office.settings.units) > 1 else []
    mind = [past_powers] if attention or any(map(unconfirmed, lines)) else []
    return [number, flow, title, state, *of, officer, received, limit, last, left, status, *held, *mind]
