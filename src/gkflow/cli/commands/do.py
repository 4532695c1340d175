"""``gkflow do`` (办理): list what may be done with a case, or enter an action into it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gkflow.application.explain import CaseView
    from gkflow.domain.workflow import Workflow
    from gkflow.office import Office


def command(
    case: str = typer.Argument(..., metavar=say("案件", "CASE"), help=say("案件编号", "case number")),
    action: str = typer.Argument(
        "",
        metavar=say("动作", "ACTION"),
        help=say(
            "代码或者中文名称；不写就列出可以办的动作", "by code or label; without it, what may be done is listed"
        ),
    ),
    day: str = options.DAY,
    by: str = options.BY,
    unit: str = typer.Option(
        "",
        "--unit",
        metavar=say("机关", "UNIT"),
        help=say(
            "由哪个机关办理：代码或者名称（默认本案的承办单位），例如对口审核部门",
            "the unit that acts, by code or label (default: the one that has the case), e.g. a reviewing department",
        ),
    ),
    fact: list[str] = options.FACT,
    key: str = options.KEY,
    dry_run: bool = options.DRY_RUN,
    yes: bool = options.YES,
    draft: bool = options.DRAFT,
    format: str = options.TEXT_OR_JSON,
) -> None:
    """List or take the next action of a case."""
    from gkflow.cli.acting import acting
    from gkflow.cli.commands.drafts import check_draft, kept_where_refused
    from gkflow.cli.days import confirm_days
    from gkflow.cli.resolve_names import action_named, facts_named, unit_named
    from gkflow.office import open_office

    facts, on = options.pairs(fact), options.day(day, past=True)
    check_draft(draft, dry_run)
    if draft and not action:
        raise typer.BadParameter(say("--draft：写明要办的动作", "--draft: name the action"))
    with open_office() as office:
        view = office.view(case)
        if not action:
            _list(office.view(case, as_of=on) if on is not None else view, format)
            return
        flow = view.workflow
        given: dict[str, Any] = {
            "day": on, "by": acting(office, by), "unit": unit_named(office, unit), "facts": facts_named(flow, facts),
            "key": key or None,
        }  # fmt: skip
        named = action_named(flow, action)
        confirm_days(flow, named, on, given["facts"], yes)
        with kept_where_refused(office, draft, flow, view.case.number, named, given, hint=not dry_run):
            _do(office, view, named, given, dry_run, format)


def _list(view: CaseView, format: str) -> None:
    from gkflow.cli.action_lines import listed, wanted
    from gkflow.cli.output import print_json

    flow, number = view.workflow, view.case.number
    if format == "json":
        print_json([_row(flow, name, *wanted(flow, name)) for name in view.next])
        return
    state = flow.states[view.case.state]
    print(
        say(
            f"案件 {number} 现在“{state.label}”，可以办：",
            f"case {number} is {label_of(state.label, state.name)}; what may be done:",
        )
    )
    print("\n".join(listed(flow, view.next)))
    print(
        say(
            f"要素的全部选项：gkflow do {number} 动作 --help",
            f"every fact with its choices: gkflow do {number} ACTION --help",
        )
    )


def _row(flow: Workflow, name: str, must: Sequence[str], may: Sequence[str]) -> dict[str, Any]:
    action = flow.actions[name]
    if name == "correct_entry":
        may = (*may, say("任一要素", "any fact"))
    return {
        "action": name, "label": action.label, "must": list(must), "may": list(may),
        "roles": list(action.roles), "article": action.cite or None,
    }  # fmt: skip


def _do(office: Office, view: CaseView, action: str, given: dict[str, Any], dry_run: bool, format: str) -> None:
    from gkflow.cli.output import print_json
    from gkflow.cli.print_outcome import clock_words, entered_row, last_day_words, print_entered

    number, flow = view.case.number, view.workflow
    tried = office.do(number, action, dry_run=True, **given)
    if format == "text":
        was: date | None = tried.last_day_before
        then = last_day_words(tried, tried.last_day, tried.provisional)
        before = was.isoformat() if was is not None else say("无", "none")
        told = say("不变", "unchanged") if was == tried.last_day and was is not None else f"{before} → {then}"
        # Shown before anything is written: where it cannot be shown, nothing is.
        print(say(f"届满日（{clock_words(tried)}）：{told}", f"last day ({clock_words(tried)}): {told}"), flush=True)
    entered = tried if dry_run else office.do(number, action, **given)
    if format == "json":
        print_json({**entered_row(entered, flow), "action": entered.action, "last_day_before": tried.last_day_before})
    else:
        _print_unit(office, given["unit"])
        print_entered(entered, flow, dry_run)


def _print_unit(office: Office, code: str) -> None:
    """The unit named, by its label where the settings know it: a code mistyped is seen."""
    from gkflow.cli.resolve_names import unit_label

    if code:
        label = unit_label(office, code)
        known = say(label, f"{code} ({label})") if label is not None and label != code else code
        print(say(f"机关    {known}", f"unit      {known}"))
