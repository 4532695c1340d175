"""What an entry led to, as ``receive`` and ``do`` print it (办理结果)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from gkflow.cli.language import label_of, say
from gkflow.cli.resolve_names import actions_words, findings_rows

if TYPE_CHECKING:
    from gkflow.application.actions import Outcome
    from gkflow.domain.workflow import Workflow


def entered_row(entered: Outcome, workflow: Workflow) -> dict[str, Any]:
    """The result as JSON carries it."""
    return {
        "case": entered.number, "seq": entered.seq, "workflow": entered.workflow, "state": entered.state,
        "state_label": entered.state_label, "public": entered.public, "day": entered.day,
        "day_zero": entered.day_zero, "last_day": entered.last_day, "provisional": entered.provisional,
        "opened": list(entered.opened), "next": list(entered.next),
        "findings": findings_rows(workflow, entered.findings),
    }  # fmt: skip


def clock_words(entered: Outcome) -> str:
    """The clock that the last day belongs to."""
    from gkflow.application.actions import most_urgent

    urgent = most_urgent(dict(entered.deadlines))
    return label_of(urgent.clock.rule.label, urgent.name) if urgent is not None else say("期限", "limit")


def last_day_words(entered: Outcome, day: date | None, provisional: bool = False) -> str:
    """A last day in words, or why there is none."""
    from gkflow.application.actions import most_urgent
    from gkflow.cli.vocabulary import day_words

    if day is not None:
        return day_words(day) + (say(" 暂定", " provisional") if provisional else "")
    urgent = most_urgent(dict(entered.deadlines))
    if urgent is None:
        return say("没有在计的期限", "no clock runs")
    if urgent.stopped is not None:
        return say("已办，不再计时", "done, the clock has stopped")
    return say("暂无（期限中止或者等待）", "none while the clock stands still or waits")


def print_entered(entered: Outcome, workflow: Workflow, dry_run: bool) -> None:
    """Print number, state, last day, findings and what may be done next."""
    action = workflow.actions[entered.action]
    if dry_run:
        print(say("试算，没有写入：", "a dry run, nothing was written:"))
    elif not entered.written:
        print(say("同一幂等键已经办过，没有重复写入：", "done before under this key, not written again:"))
    print(
        say(
            f"案件    {entered.number}（{workflow.label}，第 {entered.seq} 条）",
            f"case      {entered.number} ({workflow.name}, entry {entered.seq})",
        )
    )
    print(say(f"动作    {entered.day} {action.label}", f"action    {entered.day} {action.name}"))
    print(
        say(
            f"状态    {entered.state_label}（对外：{entered.public}）",
            f"state     {label_of(entered.state_label, entered.state)} (to the public: {entered.public})",
        )
    )
    zero = entered.day_zero
    if zero is not None:
        print(say(f"起算日  {zero}（当日不计入）", f"day 0     {zero} (not counted)"))
    last = last_day_words(entered, entered.last_day, entered.provisional)
    print(say(f"届满日  {last}", f"last day  {last}") + (f"  {clock_words(entered)}" if entered.last_day else ""))
    for number in entered.opened:
        print(say(f"引出    {number}（gkflow show {number}）", f"opened    {number} (gkflow show {number})"))
    for row in findings_rows(workflow, entered.findings):
        print(say("注意    ", "mind      ") + row["words"])
    if entered.next:
        print(say("可以    ", "next      ") + actions_words(workflow, entered.next))
