"""``gkflow explain`` (推算说明): why this day? The limit, the events of the clock, and every day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.commands.show import verdict_words, was_used
from gkflow.cli.day_by_day import counted_words, why_code, working_lines
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.help import padded, width
from gkflow.cli.output import print_json
from gkflow.cli.resolve_names import clock_named
from gkflow.domain.sentences import said
from gkflow.words.language import label_of, label_or, say
from gkflow.words.vocabulary import (
    KNOWN,
    LEAVES_OUT,
    MONTH_ENDS,
    REST_DAY_RECEIPT,
    ROLLS,
    VERBS,
    amount,
    day_words,
    days_left,
    word,
)

if TYPE_CHECKING:
    from gkflow.application.explain import Explanation
    from gkflow.domain.law import TimeLimit


def command(
    case: str = typer.Argument(..., metavar=said("CASE"), help=said("case number")),
    clock: str = typer.Option(
        "", "--clock", metavar=said("CLOCK"),
        help=said("which clock (default: the most urgent); third_party/REF"),
    ),
    as_of: str = options.AS_OF,
    as_known_on: str = options.AS_KNOWN_ON,
    recorded_by: str = options.RECORDED_BY,
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Why this day? The deadline, day by day."""
    day, known = options.day(as_of), options.day(as_known_on)
    name, _, ref = clock.partition("/")
    with gkflow.open() as office:
        book = office.rules.rulebook
        explanation = office.explain(
            case, clock=clock_named(book, name) if name else "", ref=ref, as_of=day, known_on=known,
            recorded_by=recorded_by or None,
        )  # fmt: skip
        limit = book.law.limits.get(explanation.deadline.limit)
    if format == "json":
        print_json(as_data(explanation, limit))
    else:
        for line in lines_of(explanation, limit):
            print(line)


def as_data(explanation: Explanation, limit: TimeLimit | None) -> dict[str, Any]:
    """The explanation as JSON."""
    deadline, value, rule = explanation.deadline, explanation.deadline.value, explanation.deadline.clock.rule
    return {
        "case": explanation.case, "clock": rule.name, "clock_label": rule.label, "ref": deadline.clock.ref or None,
        "as_of": explanation.as_of, "limit": deadline.limit, "limit_label": limit.label if limit is not None else None,
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
        "latest": deadline.latest, "risk": deadline.risk, "stopped": deadline.stopped, "calendar": explanation.calendar,
        "announced_through": explanation.announced_through,
        "last_moment": deadline.last_moment,
        "history": [
            {"day": each.day, "verb": each.verb, "action": each.action, "action_label": each.action_label,
             "seq": each.seq, "ref": each.ref or None, "days": each.days}
            for each in explanation.history
        ],
        "working": [
            {"day": line.day, "counted": line.counted, "why": why_code(line), "source": line.source or None}
            for line in explanation.working
        ],
    }  # fmt: skip


def lines_of(explanation: Explanation, limit: TimeLimit | None) -> list[str]:
    """The explanation for people, line by line."""
    rule, ref = explanation.deadline.clock.rule, explanation.deadline.clock.ref
    name = label_of(rule.label, rule.name) + (say(" ({ref})", ref=ref) if ref else "")
    flow = explanation.workflow
    lines = [
        say(
            "case {case} ({workflow}): {clock}, as of {as_of}",
            case=explanation.case,
            workflow=label_or(flow.label, flow.name),
            clock=name,
            as_of=explanation.as_of,
        ),
        "",
        *_law(explanation, limit),
        "",
        say("What happened"),
        *_history(explanation),
        "",
    ]
    if explanation.deadline.value is not None:
        lines.append(say("Hour by hour") if _in_hours(explanation) else say("Day by day"))
        working = (
            _hours(explanation)
            if explanation.deadline.last_moment is not None
            else working_lines(explanation.working, _held(explanation))
        )
        lines += [f"  {line}" for line in working]
        lines.append("")
    return [*lines, *_result(explanation), *_choices(explanation)]


def _law(explanation: Explanation, limit: TimeLimit | None) -> list[str]:
    value = explanation.deadline.value
    label = limit.label if limit is not None else explanation.deadline.limit
    if value is None:
        return [
            say(
                "limit     {limit}: not in force on {since}; the clock does not run",
                since=explanation.deadline.since,
                limit=label_or(label, explanation.deadline.limit),
            )
        ]
    cite = value.citation
    length = amount(value.length, value.unit)
    if value.direction == "before":
        length = say("{length} before the day", length=length)
    if explanation.deadline.extension:
        length += say(", extended by ") + amount(explanation.deadline.extension, value.unit)
    lines = [
        say(
            "limit     {limit}, {length}",
            length=length,
            limit=label_or(label, explanation.deadline.limit.replace("/", ": ")),
        ),
        say("article   {cite} ({word})", cite=cite, word=word(KNOWN, cite.known)),
    ]
    if cite.quote:
        lines.append(say("text      “{quote}”", quote=cite.quote))
    return lines


def _history(explanation: Explanation) -> list[str]:
    verbs = [word(VERBS, each.verb) for each in explanation.history]
    column = max(map(width, verbs), default=0)
    lines: list[tuple[date, str]] = []
    for each, verb in zip(explanation.history, verbs, strict=True):
        action = label_of(each.action_label, each.action)
        if each.ref:
            action += say(": {ref}", ref=each.ref)
        if each.days is not None and explanation.deadline.value is not None:
            action += say(", {amount}", amount=amount(each.days, explanation.deadline.value.unit))
        words = say("{action} (entry {seq})", action=action, seq=each.seq)
        lines.append((each.day, f"  {each.day}  {padded(verb, column)}  {words}"))
    lapsed = [s for s in explanation.deadline.suspensions if s.lapsed and s.ended is not None]
    for each_lapse in lapsed:
        verb = padded(word(VERBS, "resume"), column)
        words = say("no answer came in time: {ref}", ref=each_lapse.ref)
        assert each_lapse.ended is not None
        lines.append((each_lapse.ended, f"  {each_lapse.ended}  {verb}  {words}"))
    # By day; within a day in the order of the record, and a lapse, which comes with the day's end, last.
    return [line for _, line in sorted(lines, key=lambda line: line[0])]


def _held(explanation: Explanation) -> Any:
    """The purpose of a suspension: 中止（征求第三方意见：A）."""

    def held(ref: str, day: date) -> str:
        for each in explanation.deadline.suspensions:
            if each.ref == ref and each.began < day and (each.ended is None or day <= each.ended):
                action = explanation.workflow.actions[each.action]
                what = label_of(action.label, action.name) + (say(": {ref}", ref=ref) if ref else "")
                return say("suspended ({what})", what=what)
        return say("suspended")

    return held


def _in_hours(explanation: Explanation) -> bool:
    return explanation.deadline.last_moment is not None


def _hours(explanation: Explanation) -> list[str]:
    """From which moment to which: hours run through nights and days off."""
    last, value = explanation.deadline.last_moment, explanation.deadline.value
    if last is None or value is None or value.length is None:
        return []
    length = amount(value.length, value.unit)
    return [
        f"{short_moment(last - timedelta(hours=value.length))}  " + say("starts"),
        f"{short_moment(last)}  " + say("{length} later: the end", length=length),
    ]


def _result(explanation: Explanation) -> list[str]:
    deadline = explanation.deadline
    if deadline.value is None:
        return []
    lines = []
    if deadline.last_day is not None:
        words = say("last day  {last_day}", last_day=day_words(deadline.last_day))
        if deadline.last_moment is not None:
            hour = short_moment(deadline.last_moment)[-5:]
            words += say(" at {hour}", hour=hour)
        if deadline.extension and deadline.base is not None and deadline.base != deadline.last_day:
            words += say(", {base} before the extension", base=deadline.base)
        lines.append(words + counted_words(deadline.provisional, deadline.earliest, deadline.latest))
    elif deadline.stopped is None:
        still = say("waits") if deadline.waiting_since is not None else say("stands still")
        words = say("last day  none: the clock {still}", still=still)
        if deadline.earliest is not None:
            words += say("; {earliest} at the earliest, were it to go on today", earliest=deadline.earliest)
        lines.append(words)
    lines.append(say("verdict   ") + _verdict(explanation, days_left(deadline.days_left)))
    if deadline.risk is not None:
        lines.append(
            say("risk      the notice came late: the original last day {risk} may still count", risk=deadline.risk)
        )
    return lines


def _verdict(explanation: Explanation, left: str) -> str:
    deadline = explanation.deadline
    word = verdict_words(
        {
            "status": deadline.status, "kind": deadline.clock.rule.kind, "verdict": deadline.verdict,
            "days_left": deadline.days_left, "stopped": deadline.stopped, "used": was_used(deadline),
        }
    )  # fmt: skip
    if deadline.stopped is not None:
        act = explanation.history[-1]
        done = label_of(act.action_label, act.action)
        return say("{word} ({done} on {stopped})", word=word, done=done, stopped=deadline.stopped)
    if deadline.clock.rule.kind == "term" and (deadline.days_left or 0) < 0:
        return word  # nothing is late by a number of days
    if deadline.verdict == "overdue" and deadline.days_left == 0:
        return word  # its hours are over, but not the day
    return say("{word}, {left}", word=word, left=left) if left else word


def _choices(explanation: Explanation) -> list[str]:
    """The readings chosen where the law is open, and the calendar used."""
    value = explanation.deadline.value
    if value is None:
        return []
    read = [word(REST_DAY_RECEIPT, value.rest_day_receipt)]
    if value.direction == "before":
        read = [say("counted back from the day itself, which is not counted")]
    if value.unit == "hour":
        read = [say("hours run from the moment itself, through nights and days off (Civil Code Art. 201)")]
    if value.unit not in ("working_day", "hour", "fixed_date"):
        read.append(word(ROLLS, value.roll))
    if value.unit in ("month", "year"):
        read.append(word(MONTH_ENDS, value.month_end))
    if explanation.deadline.clock.rule.suspends:
        read.append(word(LEAVES_OUT, value.leaves_out))
    through = explanation.announced_through
    edition = say("edition {calendar}", calendar=explanation.calendar)
    known = say("days off are announced through {through}", through=through) if through is not None else ""
    return [
        say("read as   ") + say("; ").join(read),
        say("calendar  ") + say(", ").join(part for part in (edition, known) if part),
    ]
