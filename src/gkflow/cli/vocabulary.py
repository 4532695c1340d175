"""The words for the values of the data (词汇): statuses, verdicts, units, roles, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from gkflow.cli.language import language, say

Words = Mapping[str, tuple[str, str]]


def _frozen(words: dict[str, tuple[str, str]]) -> Words:
    return MappingProxyType(words)


STANDINGS = _frozen(
    {
        "running": ("办理中", "running"),
        "due_soon": ("即将届满", "due soon"),
        "due_today": ("今日届满", "due today"),
        "overdue": ("逾期未办", "overdue"),
        "suspended": ("期限中止", "suspended"),
        "waiting": ("等待申请人", "waiting"),
        "unclocked": ("未计时", "no clock"),
        "done": ("已办", "done"),
    }
)
CLOCK_STATUSES = _frozen(
    {
        "running": ("计时中", "running"),
        "suspended": ("中止", "suspended"),
        "waiting": ("等待", "waiting"),
        "stopped": ("已停止", "stopped"),
        "no_limit": ("当时无此期限", "no limit then"),
    }
)
VERDICTS = _frozen(
    {
        "running": ("未届满", "running"),
        "suspended": ("中止", "suspended"),
        "on_time": ("按期", "on time"),
        "late": ("逾期", "late"),
        "late_unless_extended": ("逾期（依法延长的除外）", "late unless extended"),
        "overdue": ("逾期未办", "overdue"),
    }
)
KEPT = _frozen(
    {
        "never": ("这类案件一律不对外公开", "no case of this workflow ever leaves the office"),
        "state": ("所处状态不是公开状态", "its state does not lie open"),
        "unpublished": ("没有有效的公开记录", "no publication on its record is in force"),
        "attribute": ("公开属性没有定为主动公开", "its attribute has not been decided as 主动公开"),
        "condition": ("记录有不予公开的情形，或者缺少公开的条件", "its record forbids it or lacks what it needs"),
        "run_out": ("公示期已经届满", "its period of publicity has run out"),
    }
)
UNCLOCKED = _frozen(
    {
        "not_started": ("还没有开始计时", "nothing has begun it"),
        "no_limit": ("起算之日没有这一期限，请核对日期", "no limit was in force on that day: check the day"),
    }
)
LIGHTS = _frozen(
    {
        "green": ("绿", "green"),
        "blue": ("蓝", "blue"),
        "yellow": ("黄", "yellow"),
        "orange": ("橙", "orange"),
        "red": ("红", "red"),
    }
)
KNOWN = _frozen(
    {
        "found": ("已核对原文", "the text was read"),
        "secondary": ("转引", "from a secondary source"),
        "memory": ("未核对", "not verified"),
        "inference": ("推断", "inferred"),
        "proposal": ("内部规定", "house rule"),
    }
)
UNITS = _frozen(
    {
        "working_day": ("个工作日", "working day"),
        "day": ("日", "day"),
        "month": ("个月", "month"),
        "year": ("年", "year"),
        "hour": ("小时", "hour"),
        "fixed_date": ("固定日期", "fixed date"),
    }
)
BINDS = _frozen(
    {"office": ("本机关", "the office"), "applicant": ("申请人", "the applicant"), "other": ("其他人", "others")}
)
ROLES = _frozen(
    {
        "clerk": ("收件人", "clerk"),
        "officer": ("承办人", "officer"),
        "section_head": ("科室负责人", "section head"),
        "disclosure_head": ("政务公开机构负责人", "disclosure head"),
        "director": ("机关负责人", "director"),
        "supervising_office": ("公开工作主管部门", "supervising office"),
    }
)
VERBS = _frozen(
    {
        "start": ("开始计时", "starts"),
        "restart": ("重新计算", "starts anew"),
        "wait": ("等待", "waits"),
        "suspend": ("中止", "stands still"),
        "resume": ("恢复计时", "goes on"),
        "extend": ("延长", "is extended"),
        "bar": ("届满前不得", "bars until its end"),
        "stop": ("停止", "stops"),
        "void": ("当时无此效力", "had no effect then"),
    }
)
REST_DAY_RECEIPT = _frozen(
    {
        "counted_from_receipt": ("休息日收到的，当日为起算日", "receipt on a day off: that day is day 0"),
        "moved_to_working_day": (
            "休息日收到的，以其后第一个工作日为起算日",
            "receipt on a day off: the next working day is day 0",
        ),
    }
)
ROLLS = _frozen(
    {
        "none": ("末日为休息日的不顺延", "no roll when the last day is a day off"),
        "next_working_day": ("末日为休息日的顺延至次一工作日", "rolls to the next working day"),
        "previous_working_day": ("末日为休息日的提前至前一工作日", "goes back to the working day before a day off"),
    }
)
LEAVES_OUT = _frozen(
    {
        "after_began_through_ended": (
            "中止期间：开始当日仍计入，次日起至结束之日不计入，多项重叠只算一次",
            "a suspension leaves out the days after it began, through the day it ended; overlaps count once",
        ),
        "from_began_through_ended": (
            "中止期间：自开始当日至结束之日均不计入，多项重叠只算一次",
            "a suspension leaves out the days from the one it began, through the day it ended; overlaps count once",
        ),
        "from_began_before_ended": (
            "中止期间：自开始当日至结束前一日不计入，多项重叠只算一次",
            "a suspension leaves out the days from the one it began, until before it ended; overlaps count once",
        ),
        "after_began_before_ended": (
            "中止期间：开始当日和结束之日仍计入，其间不计入，多项重叠只算一次",
            "a suspension leaves out the days between the one it began and the one it ended; overlaps count once",
        ),
    }
)
MONTH_ENDS = _frozen(
    {
        "last_day": ("到期月没有对应日的，以月末日为届满日", "no corresponding day: the last day of the month"),
        "next_day": ("到期月没有对应日的，以次月首日为届满日", "no corresponding day: the first of the next month"),
    }
)
FIRMNESS = _frozen(
    {
        "final": ("确定", "final"),
        "announced": ("已公布，下一年度通知仍可能调整", "announced; next year's notice may change it"),
        "predicted": ("推定（尚无放假通知）", "predicted: no notice yet"),
    }
)


def word(words: Words, value: object) -> str:
    """The word for a value; one that is not in the list reads as it is."""
    pair = words.get(str(value))
    return say(*pair) if pair is not None else str(value)


_WEEKDAYS = "一二三四五六日"


def weekday(day: date) -> str:
    """The day of the week."""
    return say(f"星期{_WEEKDAYS[day.weekday()]}", f"{day:%a}")


def day_words(day: date) -> str:
    """A day with its day of the week: 2022-10-08（星期六）."""
    return say(f"{day.isoformat()}（{weekday(day)}）", f"{day.isoformat()} ({weekday(day)})")


def amount(length: int | None, unit: str) -> str:
    """A length of time in words: 20个工作日."""
    if length is None:
        return say("逐案确定", "set case by case")
    if language() == "en":
        return f"{length} {word(UNITS, unit)}{'' if length == 1 else 's'}"
    if unit == "day" and length == 0:
        return "当日"
    return f"{length}{word(UNITS, unit)}"


def days_left(left: int | None) -> str:
    """Signed working days in words: 还剩 3 个工作日, 逾期 2 个工作日."""
    if left is None:
        return ""
    if left < 0:
        return say(f"已超 {-left} 个工作日", f"{amount(-left, 'working_day')} past")
    if left == 0:
        return say("今日届满", "the last day")
    return say(f"剩 {left} 个工作日", f"{amount(left, 'working_day')} left")
