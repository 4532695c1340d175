"""The facts of an entry (要素): typed and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from zoneinfo import ZoneInfo

from gkflow.application.given import VALUES, not_finite, require_value
from gkflow.application.marks import broken, controls, folded, turns, unmarked
from gkflow.domain.case import CORRECT, NOTE, legal_day
from gkflow.domain.check_digits import is_identity_number, is_uscc
from gkflow.domain.errors import Refused
from gkflow.domain.fact_rules import FactSpec
from gkflow.domain.hints import did_you_mean, near_names, there_are
from gkflow.domain.objections.days import BadDay
from gkflow.domain.objections.facts import BadFact, FactTwice, NameTooLong, UnknownFact
from gkflow.domain.objections.register_files import MarkRefused
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Action, Workflow

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?$", re.ASCII)
_MIDNIGHT = re.compile(r"[T\s]+0{1,2}:00(?::00(?:\.0+)?)?$")
_WHOLE = re.compile(r"[-+]?(\d{1,15})(\.0+)?$", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\d{1,15}|\d{1,3}(,\d{3}){1,4})?(\.\d{1,15})?([eE][-+]?\d{1,2})?$", re.ASCII)
LONGEST_NAME = 200  # characters of a case number, a name or a unit
LONGEST_KEY = 500  # characters of an idempotency key: an index entry of PostgreSQL holds no more than 2,704 bytes
FIRST_YEAR = 1990  # no procedure is older: an earlier year is a typing error
_MOST = 10**15  # a number with more digits is not an amount, a count of days or the number of an entry


def read_day(value: object, *, midnight: bool = False) -> date:
    """
    A day from what people write: 2022-09-30, 2022/9/30, 2022年9月30日 (or 号), in any width, or a date.

    *midnight* also accepts 2022-09-30 00:00:00, as programs write it; elsewhere that is a moment.
    Raises Refused ("bad_day").
    """
    if isinstance(value, datetime):
        return value.date() if value.tzinfo is None else legal_day(value)
    if isinstance(value, date):
        return value
    if not isinstance(value, str):  # 20260302 as a number may be a day, an amount or the number of an entry
        raise BadDay(value=value)
    text = folded(value)
    if midnight:
        text = _MIDNIGHT.sub("", text)
    found = _DAY.match(text)
    try:
        if found:
            return date(*map(int, found.groups()))
        return date.fromisoformat(text)
    except ValueError:
        raise BadDay(value=value) from None


def read_fact(action: str, spec: FactSpec, value: object) -> object:
    """
    A fact in its stored form: days as ISO text, choices as codes (labels are accepted), numbers as numbers.

    Raises Refused ("bad_fact") with the rule and, where the field has one, its article.
    """

    def bad(rule: str) -> Refused:
        return BadFact(
            action=action,
            fact=spec.name,
            label=spec.label,
            value=value,
            rule=rule,
            cite=spec.cite,
        )

    text = str(value).strip()
    if not text.isprintable():
        if mark := broken(text):
            raise bad(said("text without {marks}", marks=mark))
        text = unmarked(text).strip()
    if not_finite(value):
        raise bad(_WANTED.get(spec.type, _A_NUMBER))
    if isinstance(value, bool) and spec.type != "flag":
        raise bad(_WANTED.get(spec.type, _A_TEXT))
    match spec.type:
        case "text":
            return text
        case "day":
            return _day(value, bad)
        case "integer":
            return _whole(folded(text), bad)
        case "number":
            return _number(folded(text), bad)
        case "moment":
            return _moment(value if isinstance(value, datetime) else folded(text), bad)
        case "amount_wan":
            # A program's small number may have an exponent; what people type may not.
            return _amount_wan(
                f"{Decimal(repr(value)):f}" if isinstance(value, float) and isfinite(value) else folded(text), bad
            )
        case "flag":
            return _flag(folded(text).lower(), bad)
        case "choice":
            return _code(spec, text, bad)
        case "uscc":
            return _checked(folded(text), is_uscc, "GB 32100", bad)
        case "identity_number":
            return _checked(folded(text), is_identity_number, "GB 11643", bad)
    return text


def _day(value: object, bad: Callable[[str], Refused]) -> str:
    try:
        day = read_day(value, midnight=True)
    except Refused:
        raise bad(_A_DAY) from None
    if day.year < FIRST_YEAR:
        raise bad(said("a day of {year} or later", year=FIRST_YEAR))
    return day.isoformat()


def _flag(text: str, bad: Callable[[str], Refused]) -> bool:
    if text in ("true", "1", "是", "yes"):
        return True
    if text in ("false", "0", "否", "no"):
        return False
    raise bad(said("是 or 否"))


def _code(spec: FactSpec, text: str, bad: Callable[[str], Refused]) -> str:
    code = _choice(spec, text)
    if code in spec.closed:
        raise bad(said("a choice that the reading leaves open ({reading})", reading=spec.closed[code]))
    if code:
        return code
    raise bad(said("one of {names}", names=[f"{code} {label}" for code, label in spec.choices.items()]))


def _checked(text: str, agrees: Callable[[str], bool], standard: str, bad: Callable[[str], Refused]) -> str:
    if not agrees(text):
        raise bad(said("18 characters whose check digit agrees ({standard})", standard=standard))
    return text.upper()


def _whole(text: str, bad: Callable[[str], Refused]) -> int:
    if _WHOLE.match(text) is None:
        raise bad(_SHORT_WHOLE if _too_long(text) else _A_WHOLE)
    return int(text.partition(".")[0])


def _number(text: str, bad: Callable[[str], Refused]) -> int | float:
    found = _NUMBER.match(text)
    if found is None or not (found.group(1) or found.group(3)):
        raise bad(_SHORT_NUMBER if _too_long(text) else _A_NUMBER)
    number = float(text.replace(",", ""))
    if abs(number) >= _MOST:
        raise bad(_SHORT_NUMBER)
    return int(number) if number.is_integer() else number


def _too_long(text: str) -> bool:
    return len(text) > len(str(_MOST)) - 1 and text.lstrip("+-").isdigit()


def _choice(spec: FactSpec, text: str) -> str:
    """The code of a choice, from its code or label in any width; empty if there is none."""
    if text in spec.choices:
        return text
    for code, label in spec.choices.items():
        if label == text:
            return code
    plain = folded(text)
    return next((code for code, label in spec.choices.items() if plain in (code, folded(label))), "")


def check_key(key: str | None) -> None:
    """Check an idempotency key: no longer than an index allows. Raises Refused ("name_too_long")."""
    if key is not None and len(key) > LONGEST_KEY:
        raise NameTooLong(column="key", label="key", length=len(key), most=LONGEST_KEY)


def check_name(column: str, label: str, text: str) -> None:
    """
    Check a case number, a person's name or a unit: no longer than an index allows, and no control characters in a
    case number, because it is typed in again and again.

    Raises Refused ("name_too_long", "mark_refused").
    """
    if len(text) > LONGEST_NAME:
        raise NameTooLong(column=column, label=label, length=len(text), most=LONGEST_NAME)
    if not text.isprintable():
        marks = broken(text)
        if column == "case" and not marks:
            marks = controls(text) or turns(text) or ("↵" if "\n" in text or "\r" in text else "")
        if marks:
            raise MarkRefused(column=column, label=label, marks=marks)


_A_TEXT = said("a text")
_A_DAY = said("a day, as 2026-11-22")
_A_MOMENT = said("a moment, as 2026-11-22 10:30")
_A_WHOLE, _SHORT_WHOLE = said("a whole number"), said("a whole number of at most 15 digits")
_A_NUMBER, _SHORT_NUMBER = said("a number"), said("a number of at most 15 digits")
_AN_AMOUNT = said("an amount in 万元, as 0.2, or with its unit, as 2000元")
_WANTED = {"day": _A_DAY, "moment": _A_MOMENT, "integer": _A_WHOLE, "number": _A_NUMBER, "amount_wan": _AN_AMOUNT}
# 2026/3/1 9:05 as people type it.
_CLOCK = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]+(\d{1,2})[:：](\d{2})")


def _padded(found: re.Match[str]) -> str:
    year, month, day, hour, minute = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}"


def _moment(value: object, bad: Callable[[str], Refused]) -> str:
    """A moment in Beijing time to the minute or second, as ISO text: its first ten characters are the legal day."""
    moment = value if isinstance(value, datetime) else None
    if moment is None:
        text = _CLOCK.sub(_padded, str(value).strip())
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise bad(_A_MOMENT) from None
        if len(text) <= len("2026-11-22"):
            raise bad(_A_MOMENT)
    zone = ZoneInfo("Asia/Shanghai")
    try:
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except OverflowError:
        raise bad(_A_MOMENT) from None
    return moment.isoformat(timespec="minutes" if not moment.second and not moment.microsecond else "seconds")


_AMOUNT = re.compile(r"(\d{1,3}(?:[,，]\d{3})+|\d+)(\.\d+)?\s*(万元|万|元)?$")
_WAN = Decimal(10_000)


def _amount_wan(text: str, bad: Callable[[str], Refused]) -> str:
    """
    An amount in 万元 as a decimal text: "0.2", "0.2万元" and "2000元" are one amount (发改办财金〔2018〕424号).
    """
    found = _AMOUNT.match(text)
    if found is None:
        raise bad(_AN_AMOUNT)
    amount = Decimal((found.group(1) + (found.group(2) or "")).replace(",", "").replace("，", ""))
    if found.group(3) == "元":
        amount /= _WAN
    return f"{amount.normalize():f}"


# The fields of correct_entry about the correction itself; all others replace the old facts.
CORRECTION_FACTS = ("seq", "day", "void", "reason")


def fact_names(workflow: Workflow, action: Action) -> tuple[str, ...]:
    """Every fact that the action may carry."""
    if action.name == CORRECT:
        return (*CORRECTION_FACTS, *workflow.facts)
    if action.name == NOTE:
        return ("text", *action.accepts)
    names = dict.fromkeys([*(need.fact for need in (*action.requires, *action.wants)), *action.accepts])
    return tuple(names)


def read_facts(workflow: Workflow, action: Action, given: Mapping[str, object]) -> dict[str, object]:
    """
    The facts of an action, each in its stored form; empty ones are left out.

    Raises NotFound for a fact that the action does not have and Refused for a value that breaks its rule.
    """
    names = fact_names(workflow, action)
    facts: dict[str, object] = {}
    for name, value in given.items():
        if value is None or (value == "" and isinstance(value, str)):
            continue
        if name not in names and name not in workflow.facts:
            name = _by_label(workflow, action, name, names)
            if given.get(name) not in (None, ""):
                raise FactTwice(fact=name)
        facts[name] = _one(workflow, action, name, value)
    return facts


def _by_label(workflow: Workflow, action: Action, label: object, names: tuple[str, ...]) -> str:
    """The code of a fact given by its Chinese label. Raises NotFound with the nearest names, or all."""
    for spec in workflow.facts.values():
        if spec.label == label:
            return spec.name
    name = str(label)
    near = near_names(name, [*names, *(label for each in names if (label := _label(workflow, each)))])
    mean = did_you_mean(near) or there_are(f"{each} {_label(workflow, each)}".rstrip() for each in names)
    raise UnknownFact(action=action.name, fact=name, near=near, mean=mean, allowed=names)


def _label(workflow: Workflow, name: str) -> str:
    spec = workflow.facts.get(name)
    return spec.label if spec is not None else ""


def _one(workflow: Workflow, action: Action, name: str, value: object) -> object:
    if not isinstance(value, VALUES):
        require_value(action.name, name, _label(workflow, name) or name, value)
    if action.name == CORRECT and name in CORRECTION_FACTS:
        kind = {"seq": "integer", "day": "day", "void": "flag"}.get(name, "text")
        return read_fact(action.name, FactSpec(name, _label(workflow, name) or name, kind), value)
    spec = workflow.facts.get(name) or FactSpec(name, name)
    return read_fact(action.name, spec, value)
