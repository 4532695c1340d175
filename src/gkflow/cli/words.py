"""The words of errors and findings (用语): Chinese beside the English of ``domain.errors``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gkflow.cli.language import language, say
from gkflow.cli.vocabulary import ROLES, UNITS, word
from gkflow.domain.errors import GkflowError, fill
from gkflow.domain.objections.days import OutOfRange
from gkflow.domain.objections.installation import BadEncoding, TooDeep, Unreadable
from gkflow.domain.sentences import Sentence
from gkflow.words.language import CHINESE

# What a finding says, and what to do about it; {action}, {state}, {clock} and {facts} stand for their labels.
FINDINGS: dict[str, tuple[str, str]] = {
    "not_allowed": (
        "当时的状态是“{state}”，按流程不能“{action}”；已照实登记，请核对是否漏记了前面的步骤",
        '"{action}" is not allowed in state "{state}"; taken as it happened: was a step before it left out?',
    ),
    "facts_missing": (
        "“{action}”缺少：{facts}；请用“更正记录”补录",
        '"{action}" lacks: {facts}; add them with correct_entry',
    ),
    "facts_wanted": (
        "“{action}”没有写明{facts}，期限可能因此不同（{cite}）；请用“更正记录”补录",
        '"{action}" does not say {facts}; what is reckoned may depend on it ({cite}); add it with correct_entry',
    ),
    "served_unknown": (
        "向“{ref}”征求意见没有写明对方收到之日，无法推算对方逾期之日；请补录 served",
        'the consultation of "{ref}" has no day of receipt (served), so no lapse is reckoned; add it',
    ),
    "no_limit_in_force": (
        "起算之日还没有“{clock}”这一期限，不计时；请核对日期",
        'no limit "{clock}" was in force on that day: the duty did not exist; check the day',
    ),
    "no_open_consultation": (
        "“{action}”没有对应的征求意见记录（征求对象：{ref}），不影响期限；请核对征求对象",
        '"{action}" answers no open consultation (ref: {ref}) and moves nothing; check the ref',
    ),
    "second_notice": (
        "第二次“{action}”：补正应当一次性告知（条例第三十条），期限不再等待，照常计算",
        'a second "{action}": it is told once (Art. 30), so the clock does not wait',
    ),
    "notice_late": (
        "“{action}”晚于法定期限，期限没有等待；请留意原届满日",
        '"{action}" came too late, so the clock did not wait; mind the original last day',
    ),
    "restart_without_notice": (
        "“{action}”之前没有相应的通知，期限不重新计算；漏记通知的请补录",
        '"{action}" without a notice before it restarts nothing; enter the notice if it was left out',
    ),
    "second_restart": (
        "第二次“{action}”不再重新计算期限",
        'a second "{action}" restarts nothing',
    ),
    "power_lapsed": (
        "“{action}”应当在 {last} 以前，实际为 {day}：已过期限，请评估风险",
        '"{action}" had to come by {last} and came on {day}: the power had lapsed; weigh the risk',
    ),
    "extension_late": (
        "延长于 {day} 告知，晚于届满日 {last}（{cite}）；届满日按登记的天数推算，复议诉讼中可能不被认可",
        "the extension was told on {day}, after the last day {last} ({cite}); it may not stand before a court",
    ),
    "extension_no_clock": (
        "延长时“{clock}”没有在计的届满日（尚未起算、正在等待或者已经停止），延长不生效（{cite}）；请核对",
        'the clock "{clock}" had no last day to extend (not begun, waiting or stopped), nothing is extended ({cite}); '
        "check it",
    ),
    "extension_second": (
        "{first} 已经延长过一次，依法只能延长一次（{cite}）；请核对",
        "extended once already on {first}; the law gives one extension ({cite})",
    ),
    "extension_too_long": (
        "写明延长 {days} {counted_in}，只能延长 1 至 {most} {counted_in}（{cite}）；届满日只计合法的部分",
        "extended by {days} {counted_in}s, 1 to {most} are lawful ({cite}); only the lawful part is counted",
    ),
    "extension_unapproved": (
        "延长没有写明批准人，须经政府信息公开工作机构负责人同意（{cite}）；请补录 approved_by",
        "the extension names nobody who approved it ({cite}); add approved_by",
    ),
    "not_the_same": (
        "“{action}”：{facts}应当相同，记录的是“{one}”和“{other}”（{cite}）；请核对",
        '"{action}": {facts} should agree, but are "{one}" and "{other}" ({cite}); check them',
    ),
    "late_before_restart": (
        "“{action}”于 {day} 办理，晚于上一期的届满日 {last}；期限已重新计算，逾期仍予记录",
        '"{action}" came on {day}, after the last day {last} of the round before; it began anew, the lateness stays',
    ),
    "moment_missing": (
        "期限以小时计，而“{action}”没有写明时刻，从 {day} 零时起算；请用“更正记录”补录",
        'the limit runs in hours, but "{action}" has no moment: counted from the beginning of {day}; add it',
    ),
    "term_too_long": (
        "写明的届满日 {day} 晚于规定的 {last}（{cite}），仍以 {last} 为届满日；请核对",
        "the day named ({day}) is later than allowed ({last}; {cite}); {last} holds; check it",
    ),
    "term_too_short": (
        "写明的届满日 {day} 早于规定的 {last}（{cite}），期限仍到 {last} 届满；可以说明理由缩短的，请补录理由",
        "the day named ({day}) is earlier than allowed ({last}; {cite}), so the term runs to {last}; "
        "add the reason where one may shorten it",
    ),
    "too_early": (
        "“{action}”于 {day} 办理，而期间到 {last} 才届满（{cite}）；请评估效力",
        '"{action}" was done on {day}, before the term had run out on {last} ({cite}); weigh its effect',
    ),
    "act_late": (
        "“{action}”于 {day} 作出，晚于届满日 {last}，逾期 {days} 个工作日（{cite}）",
        '"{action}" came on {day}, {days} working days after the last day {last} ({cite}): late',
    ),
    "act_late_unless_extended": (
        "“{action}”于 {day} 作出，晚于届满日 {last}，超过 {days} 个工作日；依法办理过延长的不算逾期，请补录（{cite}）",
        '"{action}" came on {day}, {days} working days after the last day {last} ({cite}): '
        "late unless it was extended; enter the extension if there was one",
    ),
    "consultation_open": (
        "“{action}”时向“{ref}”征求意见尚未答复（{since} 发出，{cite}）；请核对是否先行公开",
        '"{action}" while the consultation of "{ref}", of {since}, was still open ({cite}); check it',
    ),
    "effect_not_held": (
        "“{action}”当时对“{clock}”没有这一效力（规则效力：{since} 起，{until} 止），期限照常计算",
        '"{action}" had no such effect on "{clock}" on that day (the rule holds from {since} to {until}): it ran on',
    ),
    "fact_before_case": (
        "“{action}”的{facts}写的是 {day}，早于本案第一天 {first}；请核对",
        '"{action}": {facts} = {day} lies before the first day of the case, {first}; check it',
    ),
    "fact_before_entry": (
        "“{action}”的{facts}写的是 {day}，早于该条记录之日 {first}；请核对",
        '"{action}": {facts} = {day} lies before the entry itself, {first}; check it',
    ),
    "fact_moved": (
        "“{action}”把{facts}由 {was} 写成 {now}（{cite}）；请核对",
        '"{action}" says {facts} = {now} where {was} is on record ({cite}); check it',
    ),
    "fact_to_come": (
        "“{action}”的{facts}写的是 {day}，晚于 {last}；请核对",
        '"{action}": {facts} = {day} is later than {last}; check it',
    ),
    "facts_out_of_order": (
        "“{action}”的{facts}前后矛盾：后者 {day} 早于前者 {first}；请核对",
        '"{action}": of {facts} the second, {day}, lies before the first, {first}; check them',
    ),
    "no_term": (
        "“{action}”须以“{clock}”逾期为前提，而这一期限没有起算，或者已因其他事由结束（{cite}）；请评估效力",
        '"{action}" rests on the lapse of "{clock}", which never began or was ended by something else ({cite}); '
        "weigh its effect",
    ),
    "unit_mix": (
        "延长的单位与期限不同，没有计入（{cite}）；请核对",
        "the extension is in another unit than the limit and was not reckoned ({cite})",
    ),
}


def error_words(error: GkflowError) -> str:
    """One clear line: what, where, by which article, what to do next."""
    if language() == "en":
        return " ".join(str(error).split("\n"))
    cite = error.facts.get("cite")
    possible = error.facts.get("possible")
    more = {"cited": f"（{cite}）" if cite else "", "possible": f"；{possible}" if possible else ""}
    facts = {"label": error.facts.get("fact", ""), **error.facts, **more}
    labels = _labels(str(facts.get("workflow", ""))) if {"action", "allowed", "state", "first"} & facts.keys() else {}
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if name in ("action", "first", "state"):
            told[name] = labels.get(str(value), value)
        elif name in ("counted_in", "unit", "extension") and value in UNITS:
            told[name] = word(UNITS, value)
        elif name == "workflow":
            told[name] = _workflow_label(str(value))
        elif name == "allowed":
            told[name] = "、".join(labels.get(each, each) for each in value)
        elif name == "roles":
            told[name] = "、".join(word(ROLES, role) for role in value)
        elif isinstance(value, (list, tuple)):
            told[name] = "、".join(map(str, value))
        else:
            told[name] = inside(value) if isinstance(value, str) else value
    return fill(CHINESE.pattern(error.sentence), told)


def _labels(first: str) -> dict[str, str]:
    """
    The labels of actions and states, those of the workflow *first* before all others, from the rule files as they
    stand; none where they cannot be read.
    """
    from gkflow.bootstrap import home_folder, rulebook, settings_of

    try:
        home = home_folder()
        workflows = rulebook(home, settings_of(home).profile).workflows.values()
    except GkflowError:
        return {}
    found: dict[str, str] = {}
    for workflow in sorted(workflows, key=lambda each: each.name != first):
        for state in workflow.states.values():
            found.setdefault(state.name, state.label)
        for action in workflow.actions.values():
            found.setdefault(action.name, action.label)
    return found


def _workflow_label(name: str) -> str:
    from gkflow.bootstrap import home_folder, rulebook, settings_of

    try:
        home = home_folder()
        flow = rulebook(home, settings_of(home).profile).workflows.get(name)
    except GkflowError:
        flow = None
    return f"{flow.label}({name})" if flow is not None else name


def inside(text: str) -> str:
    """Chinese for the English that stands in an error's facts; other text as it is."""
    if isinstance(text, Sentence) and (said := CHINESE.text(text)) != text:
        return said
    from gkflow.cli.fault_words import words_of
    from gkflow.cli.system_words import said_in_chinese

    return said_in_chinese(text) or words_of(text)


def finding_words(code: str, facts: Mapping[str, Any], label: Callable[[str, str], str]) -> str:
    """
    What a finding says, and what to do. ``label(kind, name)`` gives the word for an action, a state, a clock or
    a fact of the case's workflow.
    """
    pair = FINDINGS.get(code)
    if pair is None:
        return f"{code} {dict(facts)}"
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if name in ("action", "state", "clock"):
            told[name] = label(name, str(value))
        elif name == "counted_in":
            told[name] = word(UNITS, value)
        elif name == "facts":
            told[name] = say("、", ", ").join(label("fact", each) for each in value)
        else:
            told[name] = value
    return fill(say(*pair), told)


def known_error(error: Exception) -> GkflowError | None:
    """The error of gkflow behind what the system or a library raised (外部错误); None where nobody foresaw it."""
    import sys

    if isinstance(error, UnicodeError):
        return BadEncoding(what=say("所给内容", "what was given"))
    if isinstance(error, OSError) and error.errno is not None:
        from gkflow.cli.output import reason

        return Unreadable(file=error.filename or say("文件", "a file"), reason=reason(error))
    if isinstance(error, OverflowError):  # a day beyond the years 1 to 9999, a number beyond the columns
        return OutOfRange()
    if isinstance(error, (RecursionError, MemoryError)):
        return TooDeep()
    if "sqlite3" in sys.modules and "sqlalchemy" in sys.modules:
        from gkflow.store.failures import known_failure

        return known_failure(error)
    return None


def unexpected(error: Exception) -> str:
    """What nobody foresaw, in one line."""
    told = " ".join(str(error).split())
    return say(f"出乎意料的错误 {type(error).__name__}：{told}（GKFLOW_DEBUG=1 可见详情）",
               f"{type(error).__name__}: {told} (GKFLOW_DEBUG=1 shows where)")  # fmt: skip
