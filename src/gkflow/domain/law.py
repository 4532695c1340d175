"""Instruments, citations and time limits (法律依据与期限): the rule, which knows no case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Known(StrEnum):
    """How certain a text is (文本可靠程度); carried from the file to every place where it is printed."""

    FOUND = "found"  # the text of the instrument was read
    SECONDARY = "secondary"  # read in a source that repeats the rule
    MEMORY = "memory"  # not verified
    INFERENCE = "inference"  # follows from the text, no text says it
    PROPOSAL = "proposal"  # a setting of the office, not law


class LimitUnit(StrEnum):
    """The unit of a limit (期限单位)."""

    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    HOUR = "hour"
    FIXED_DATE = "fixed_date"


class Roll(StrEnum):
    """What happens when the last day of a calendar period is a day off (期间末日顺延)."""

    NONE = "none"
    NEXT_WORKING_DAY = "next_working_day"  # 民法典 第二百零三条
    PREVIOUS_WORKING_DAY = "previous_working_day"  # an office's own target before a fixed or named day


class YearOf(StrEnum):
    """The year of a fixed date (固定日期所在年度)."""

    NEXT_OCCURRENCE = "next_occurrence"  # the first such date on or after the start
    FOLLOWING_YEAR = "following_year"  # in the calendar year after the start


class RestDayReceipt(StrEnum):
    """Which day is day 0 when the event falls on a day off (休息日收件)."""

    COUNTED_FROM_RECEIPT = "counted_from_receipt"  # 民法典 第二百零一条: 开始的当日不计入，自下一日开始计算
    MOVED_TO_WORKING_DAY = "moved_to_working_day"


class LeavesOut(StrEnum):
    """The days that a suspension excludes (中止期间不计入的日子); no law states it, so it is a key of the data."""

    AFTER_BEGAN_THROUGH_ENDED = "after_began_through_ended"
    FROM_BEGAN_THROUGH_ENDED = "from_began_through_ended"
    FROM_BEGAN_BEFORE_ENDED = "from_began_before_ended"
    AFTER_BEGAN_BEFORE_ENDED = "after_began_before_ended"


class MonthEnd(StrEnum):
    """The end of a period of months without a corresponding day (到期月没有对应日)."""

    LAST_DAY = "last_day"  # 民法典 第二百零二条: 没有对应日的，月末日为期间的最后一日
    NEXT_DAY = "next_day"


class Bound(StrEnum):
    """Whether the limit is a maximum or a minimum (上限或下限)."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class Direction(StrEnum):
    """The direction of counting (计算方向): forward from a day, or back from a future one (……的七日前)."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Instrument:
    """
    A law, regulation, document or house rule (法律法规规章文件), the lowest rank being the office's own rule;
    ``also`` are the shorter names under which it is cited (简称).
    """

    name: str
    title: str
    number: str = ""
    rank: str = "document"
    url: str = ""
    also: tuple[str, ...] = ()


def titled(title: str) -> str:
    """
    A title in its marks (书名号); those inside it are single ones (GB/T 15834).

    >>> titled("《关于全面推进政务公开工作的意见》实施细则")
    '《〈关于全面推进政务公开工作的意见〉实施细则》'
    """
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


@dataclass(frozen=True, slots=True)
class Decree:
    """The source of the text that a value quotes (公布或者修改的文件): a decree with a number of its own."""

    title: str = ""
    number: str = ""
    url: str = ""

    def __str__(self) -> str:
        return "，".join(part for part in (titled(self.title) if self.title else "", self.number) if part)


@dataclass(frozen=True, slots=True)
class Citation:
    """
    The place of a rule (引文): instrument, article, the sentence, and how certain it is; ``decree`` if the text of that
    day was promulgated or amended by another instrument than the present one.
    """

    title: str
    article: str
    quote: str = ""
    known: Known = Known.FOUND
    source: str = ""
    decree: Decree | None = None

    def __str__(self) -> str:
        cited = titled(self.title) + self.article
        return f"{cited}（{self.decree}）" if self.decree is not None else cited


@dataclass(frozen=True, slots=True)
class LimitValue:
    """
    The value of a limit from one day on (期限取值).

    ``length`` counts *unit*; None means set case by case (the entry has the day). ``roll`` concerns calendar units
    only: a working-day limit ends on a working day by construction. With ``direction`` before, the act is due so long
    before the day of the event; a day off is then rolled back, never forward.
    """

    length: int | None
    unit: LimitUnit
    citation: Citation
    roll: Roll = Roll.NONE
    rest_day_receipt: RestDayReceipt = RestDayReceipt.COUNTED_FROM_RECEIPT
    leaves_out: LeavesOut = LeavesOut.AFTER_BEGAN_THROUGH_ENDED
    month_end: MonthEnd = MonthEnd.LAST_DAY
    bound: Bound = Bound.AT_MOST
    month: int | None = None  # fixed dates: month and day, in the year that ``of`` says
    day: int | None = None
    of: YearOf = YearOf.NEXT_OCCURRENCE
    year: int | None = None  # the one year of a day that comes once (a batch of a plan)
    direction: Direction = Direction.AFTER


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A limit by name, with its values by effective day (期限)."""

    name: str  # "ogi-regulations/reply"
    label: str
    values: tuple[tuple[date, LimitValue | None], ...]  # ascending; None: repealed from that day
    binds: str = "office"  # office | applicant | other

    def in_force(self, day: date) -> LimitValue | None:
        """The value in force on *day* (the day on which the clock first started), or None if there was none."""
        for since, value in reversed(self.values):  # few values, and nearly always the newest
            if since <= day:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Law:
    """All instruments and limits read from the files (法规库)."""

    instruments: Mapping[str, Instrument] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[str, TimeLimit] = field(default_factory=lambda: MappingProxyType({}))
