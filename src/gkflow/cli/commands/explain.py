"""``gkflow explain`` (推算说明): why this day? The limit, what happened to the clock, and every day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.application.explain import Explanation
    from gkflow.domain.law import TimeLimit


def command(
    case: str = typer.Argument(..., metavar=say("案件", "CASE"), help=say("案件编号", "case number")),
    clock: str = typer.Option(
        "", "--clock", metavar=say("期限", "CLOCK"),
        help=say(
            "哪一项期限（默认最紧迫的一项）；征求意见写作 third_party/对象",
            "which clock (default: the most urgent); third_party/REF",
        ),
    ),
    as_of: str = options.AS_OF,
    as_known_on: str = options.AS_KNOWN_ON,
    recorded_by: str = options.RECORDED_BY,
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Why this day? The deadline, day by day."""
    from gkflow.cli.output import print_json
    from gkflow.cli.resolve_names import clock_named
    from gkflow.office import open_office

    day, known = options.day(as_of), options.day(as_known_on)
    name, _, ref = clock.partition("/")
    with open_office() as office:
        book = office.rules.rulebook
        told = office.explain(
            case, clock=clock_named(book, name) if name else "", ref=ref, as_of=day, known_on=known,
            recorded_by=recorded_by or None,
        )  # fmt: skip
        limit = book.law.limits.get(told.deadline.limit)
    if format == "json":
        print_json(as_data(told, limit))
    else:
        for line in lines_of(told, limit):
            print(line)


def as_data(told: Explanation, limit: TimeLimit | None) -> dict[str, Any]:
    """The explanation as JSON carries it."""
    from gkflow.cli.day_by_day import why_code

    deadline, value, rule = told.deadline, told.deadline.value, told.deadline.clock.rule
    return {
        "case": told.case, "clock": rule.name, "clock_label": rule.label, "ref": deadline.clock.ref or None,
        "as_of": told.as_of, "limit": deadline.limit, "limit_label": limit.label if limit is not None else None,
        "length": value.length if value is not None else None,
        "unit": value.unit if value is not None else None,
        "article": str(value.citation) if value is not None else None,
        "quote": (value.citation.quote or None) if value is not None else None,
        "known": value.citation.known if value is not None else None,
        "decree": str(value.citation.decree) if value is not None and value.citation.decree is not None else None,
        "rest_day_receipt": value.rest_day_receipt if value is not None else None,
        "leaves_out": value.leaves_out if value is not None else None,
        "month_end": value.month_end if value is not None else None,
        "roll": value.roll if value is not None else None,
        "start": deadline.since, "base": deadline.base, "deadline": deadline.last_day,
        "extension": deadline.extension, "status": deadline.status, "verdict": deadline.verdict,
        "days_left": deadline.days_left, "provisional": deadline.provisional, "earliest": deadline.earliest,
        "latest": deadline.latest, "risk": deadline.risk, "stopped": deadline.stopped, "calendar": told.calendar,
        "announced_through": told.announced_through,
        "last_moment": deadline.last_moment,
        "history": [
            {"day": each.day, "verb": each.verb, "action": each.action, "action_label": each.action_label,
             "seq": each.seq, "ref": each.ref or None, "days": each.days}
            for each in told.history
        ],
        "working": [
            {"day": line.day, "counted": line.counted, "why": why_code(line), "source": line.source or None}
            for line in told.working
        ],
    }  # fmt: skip


def lines_of(told: Explanation, limit: TimeLimit | None) -> list[str]:
    """The explanation for people, line by line."""
    from gkflow.cli.day_by_day import working_lines

    rule, ref = told.deadline.clock.rule, told.deadline.clock.ref
    name = label_of(rule.label, rule.name) + (say(f"（{ref}）", f" ({ref})") if ref else "")
    flow = told.workflow
    lines = [
        say(
            f"案件 {told.case}（{flow.label}）：{name}，截至 {told.as_of}",
            f"case {told.case} ({flow.name}): {name}, as of {told.as_of}",
        ),
        "",
        *_law(told, limit),
        "",
        say("经过", "What happened"),
        *_history(told),
        "",
    ]
    if told.deadline.value is not None:
        lines.append(say("推算", "Hour by hour") if _in_hours(told) else say("逐日推算", "Day by day"))
        working = _hours(told) if told.deadline.last_moment is not None else working_lines(told.working, _held(told))
        lines += [f"  {line}" for line in working]
        lines.append("")
    return [*lines, *_result(told), *_choices(told)]


def _law(told: Explanation, limit: TimeLimit | None) -> list[str]:
    from gkflow.cli.vocabulary import KNOWN, amount, word

    value = told.deadline.value
    label = limit.label if limit is not None else told.deadline.limit
    if value is None:
        return [
            say(
                f"期限    {label}：起算之日（{told.deadline.since}）尚无此期限，不计时",
                f"limit     {told.deadline.limit}: not in force on {told.deadline.since}; the clock does not run",
            )
        ]
    cite = value.citation
    length = amount(value.length, value.unit)
    if told.deadline.extension:
        length += say("，延长", ", extended by ") + amount(told.deadline.extension, value.unit)
    lines = [
        say(f"期限    {label}：{length}", f"limit     {told.deadline.limit.replace('/', ': ')}, {length}"),
        say(f"依据    {cite}（{word(KNOWN, cite.known)}）", f"article   {cite} ({word(KNOWN, cite.known)})"),
    ]
    if cite.quote:
        lines.append(say(f"原文    “{cite.quote}”", f"text      “{cite.quote}”"))
    return lines


def _history(told: Explanation) -> list[str]:
    from gkflow.cli.help import padded, width
    from gkflow.cli.vocabulary import VERBS, amount, word

    verbs = [word(VERBS, each.verb) for each in told.history]
    column = max(map(width, verbs), default=0)
    lines = []
    for each, verb in zip(told.history, verbs, strict=True):
        action = label_of(each.action_label, each.action)
        if each.ref:
            action += say(f"：{each.ref}", f": {each.ref}")
        if each.days is not None and told.deadline.value is not None:
            action += say(
                f"，{amount(each.days, told.deadline.value.unit)}", f", {amount(each.days, told.deadline.value.unit)}"
            )
        lines.append(
            f"  {each.day}  {padded(verb, column)}  "
            + say(f"{action}（第 {each.seq} 条）", f"{action} (entry {each.seq})")
        )
    lapsed = [s for s in told.deadline.suspensions if s.lapsed and s.ended is not None]
    for each_lapse in lapsed:
        verb = padded(word(VERBS, "resume"), column)
        words = say(f"对方逾期未提出意见，中止结束：{each_lapse.ref}", f"no answer came in time: {each_lapse.ref}")
        lines.append(f"  {each_lapse.ended}  {verb}  {words}")
    return sorted(lines)


def _held(told: Explanation) -> Any:
    """What a suspension was for: 中止（征求第三方意见：A）."""

    def held(ref: str, day: date) -> str:
        for each in told.deadline.suspensions:
            if each.ref == ref and each.began < day and (each.ended is None or day <= each.ended):
                action = told.workflow.actions[each.action]
                what = label_of(action.label, action.name) + (say(f"：{ref}", f": {ref}") if ref else "")
                return say(f"中止（{what}）", f"suspended ({what})")
        return say("中止", "suspended")

    return held


def _in_hours(told: Explanation) -> bool:
    return told.deadline.last_moment is not None


def _hours(told: Explanation) -> list[str]:
    """From which moment to which: hours run through nights and days off."""
    from datetime import timedelta

    from gkflow.cli.escalation_rows import short_moment
    from gkflow.cli.vocabulary import amount

    last, value = told.deadline.last_moment, told.deadline.value
    if last is None or value is None or value.length is None:
        return []
    length = amount(value.length, value.unit)
    return [
        f"{short_moment(last - timedelta(hours=value.length))}  " + say("起算", "starts"),
        f"{short_moment(last)}  " + say(f"满{length}，届满", f"{length} later: the end"),
    ]


def _result(told: Explanation) -> list[str]:
    from gkflow.cli.day_by_day import counted_words
    from gkflow.cli.escalation_rows import short_moment
    from gkflow.cli.vocabulary import day_words, days_left

    deadline = told.deadline
    if deadline.value is None:
        return []
    lines = []
    if deadline.last_day is not None:
        words = say(f"届满日  {day_words(deadline.last_day)}", f"last day  {day_words(deadline.last_day)}")
        if deadline.last_moment is not None:
            hour = short_moment(deadline.last_moment)[-5:]
            words += say(f" {hour} 届满", f" at {hour}")
        if deadline.extension and deadline.base is not None and deadline.base != deadline.last_day:
            words += say(f"，延长前为 {deadline.base}", f", {deadline.base} before the extension")
        lines.append(words + counted_words(deadline.provisional, deadline.earliest, deadline.latest))
    elif deadline.stopped is None:
        still = say("正在等待", "waits") if deadline.waiting_since is not None else say("中止", "stands still")
        words = say(f"届满日  暂无：期限{still}", f"last day  none: the clock {still}")
        if deadline.earliest is not None:
            words += say(
                f"，即日恢复的话最早 {deadline.earliest}",
                f"; {deadline.earliest} at the earliest, were it to go on today",
            )
        lines.append(words)
    lines.append(say("认定    ", "verdict   ") + _verdict(told, days_left(deadline.days_left)))
    if deadline.risk is not None:
        lines.append(
            say(
                f"风险    告知晚于法定期限，原届满日 {deadline.risk} 仍可能被认定为届满日",
                f"risk      the notice came late: the original last day {deadline.risk} may still count",
            )
        )
    return lines


def _verdict(told: Explanation, left: str) -> str:
    from gkflow.cli.commands.show import verdict_words, was_used

    deadline = told.deadline
    word = verdict_words(
        {
            "status": deadline.status, "kind": deadline.clock.rule.kind, "verdict": deadline.verdict,
            "days_left": deadline.days_left, "stopped": deadline.stopped, "used": was_used(deadline),
        }
    )  # fmt: skip
    if deadline.stopped is not None:
        act = told.history[-1]
        done = label_of(act.action_label, act.action)
        return say(f"{word}（{deadline.stopped} {done}）", f"{word} ({done} on {deadline.stopped})")
    if deadline.clock.rule.kind == "term" and (deadline.days_left or 0) < 0:
        return word  # nothing is late by so many days
    if deadline.verdict == "overdue" and deadline.days_left == 0:
        return word  # its hours are over, and the day is not
    return say(f"{word}，{left}" if left else word, f"{word}, {left}" if left else word)


def _choices(told: Explanation) -> list[str]:
    """What the law leaves open, and how it was read; and by which calendar."""
    from gkflow.cli.vocabulary import LEAVES_OUT, MONTH_ENDS, REST_DAY_RECEIPT, ROLLS, word

    value = told.deadline.value
    if value is None:
        return []
    read = [word(REST_DAY_RECEIPT, value.rest_day_receipt)]
    if value.unit == "hour":
        read = [
            say(
                "按小时计算，自起算的时刻起，夜间和休息日照常计算（民法典第二百零一条第二款）",
                "hours run from the moment itself, through nights and days off (Civil Code Art. 201)",
            )
        ]
    if value.unit not in ("working_day", "hour", "fixed_date"):
        read.append(word(ROLLS, value.roll))
    if value.unit in ("month", "year"):
        read.append(word(MONTH_ENDS, value.month_end))
    if told.deadline.clock.rule.suspends:
        read.append(word(LEAVES_OUT, value.leaves_out))
    through = told.announced_through
    edition = say(f"版本 {told.calendar}", f"edition {told.calendar}")
    known = (
        say(f"放假安排已公布至 {through}", f"days off are announced through {through}") if through is not None else ""
    )
    return [
        say("适用    ", "read as   ") + say("；", "; ").join(read),
        say("日历    ", "calendar  ") + say("，", ", ").join(part for part in (edition, known) if part),
    ]
