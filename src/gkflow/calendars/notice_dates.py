"""
Dates as a notice writes them (通知中的日期): ``12月30日（周六）至2024年1月1日``, ``2月20日（星期六）、21日``.

A day is written with its year, with its month, or alone after another one; its weekday and its name in the lunar
calendar are in brackets. Other text in brackets is not skipped: ``1月1日至3日（2日除外）`` has a meaning.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"
# Half- and full-width notices are equal; they are shown as printed: narrow digits, wide punctuation.
_WIDE = str.maketrans({",": "，", ":": "：", ";": "；", "(": "（", ")": "）", "!": "！", "?": "？"})
_QUOTES = re.compile("[“”\"'‘’「」『』]")
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\ufeff\u00ad]+")

_ALIASES = {
    "元旦": ("元旦节", "元旦", "新年"),
    "春节": ("春节",),
    "清明节": ("清明节", "清明"),
    "劳动节": ("五一国际劳动节", "国际劳动节", "五一劳动节", "劳动节", "五一节", "五一"),
    "端午节": ("端午节", "端午"),
    "中秋节": ("中秋节", "中秋"),
    "国庆节": ("十一国庆节", "国庆节", "国庆", "十一"),
}
FESTIVALS = tuple(_ALIASES)
_CANONICAL = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
FESTIVAL = "(?:" + "|".join(sorted(_CANONICAL, key=len, reverse=True)) + ")"
# Characters that cannot be part of a number or another word, so that it may be searched in running text.
_SPEAKING = re.compile("元旦|春节|清明|劳动节|端午|中秋|国庆|除夕")

NUMBER = "(?:[0-9]{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_TO = "(?:至|到|[-—–―─~−]{1,3})"
_DATE = r"(?:(?P<year>[12][0-9]{3})年)?(?:(?P<month>[0-9]{1,2})月)?(?P<day>[0-9]{1,2})日(?P<notes>(?:（[^（）]*）)*)"
DATE = re.sub(r"\?P<\w+>", "?:", _DATE)
DAYS = f"{DATE}(?:(?:{_TO}|[、和及与]){DATE})*"
_ONE = re.compile(_DATE)
_RANGE = re.compile(_TO)
# Any form of a day; wider than the readable forms, so that no day is overlooked.
_NAMES_A_DAY = re.compile(
    "[0-9](?:月|日)|(?<![〕0-9])[0-9]{1,3}号|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[/.][0-9]{1,2}|"
    "(?:[一二三四五六七八九十]+月(?:份|初|底|[一二三四五六七八九十]+[日号]))|[初廿][一二三四五六七八九十]"
)
_WEEKDAY = re.compile(f"(?:周|星期|礼拜)([{WEEKDAYS}天])")
_WEEKDAYS = re.compile(f"{_WEEKDAY.pattern}{_TO}{_WEEKDAY.pattern}")
_LUNAR = (
    "(?:(?:正|腊|冬|闰?[一二三四五六七八九十]{1,2})月)?"
    "(?:除夕|初[一二三四五六七八九十]|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十)"
)
_NOTE = re.compile(f"即?(?:农历|夏历)?(?:大年)?(?:{_LUNAR}(?:{_TO}{_LUNAR})?|{FESTIVAL}(?:当日|当天)?)")
_WRITTEN = re.compile(f"([0-9〇○零一二三四五六七八九]{{4}})年({NUMBER})月({NUMBER})日")
WRITTEN_DATE = "[0-9〇○零一二三四五六七八九]{4}年[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}日"


def canonical(text: str) -> str:
    """The text in the width in which notices are printed, without blanks and line ends (规范字形)."""
    wide = unicodedata.normalize("NFKC", text).translate(_WIDE)
    # A half-width full stop ends a sentence unless it is in a number or an address.
    return _INVISIBLE.sub("", re.sub(r"(?<![0-9A-Za-z])\.|\.(?![0-9A-Za-z.])", "。", wide))


def unquoted(text: str) -> str:
    """Without quotation marks: “五一” is 五一."""
    return _QUOTES.sub("", text)


def names_a_day(text: str) -> bool:
    """Whether the text contains a date of any form (是否含日期)."""
    return _NAMES_A_DAY.search(text) is not None


def names_a_weekday(text: str) -> bool:
    """Whether the text contains a day of the week or the weekend (是否含星期)."""
    return _WEEKDAY.search(text) is not None or re.search("周末|双休|公休", text) is not None


def names_a_festival(text: str) -> bool:
    """Whether the text mentions a festival (是否含节日)."""
    return _SPEAKING.search(text) is not None


def festivals_of(text: str) -> tuple[str, ...]:
    """The festivals named in a heading or title, each by its legal name (节日名称)."""
    return tuple(dict.fromkeys(_CANONICAL[alias] for alias in re.findall(FESTIVAL, unquoted(text))))


def number_of(text: str) -> int:
    """A number of days: ``8``, ``八``, ``两``, ``十二`` (天数)."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_digit(tens) or 1) * 10 * bool(ten) + _digit(ones)


def _digit(text: str) -> int:
    return "〇一二三四五六七八九".index(text.replace("两", "二")) if text else 0


def written_date(text: str) -> date | None:
    """The day of a signature, in either kind of digits: 2025年11月4日, 二〇〇六年十二月十四日 (成文日期)."""
    if (match := _WRITTEN.search(text)) is None:
        return None
    digits = match[1].translate(str.maketrans("〇○零一二三四五六七八九", "000123456789"))
    try:
        return date(int(digits), number_of(match[2]), number_of(match[3]))
    except ValueError:
        return None


def is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def weekday_of(day: date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"


@dataclass(slots=True)
class DateReader:
    """
    Reads the dates of one item of a notice (逐项读取日期), and keeps objections in ``faults``.

    A day without a month has the month of the previous day in the same list, else of a day that the item has already
    named, else the only month that it has named. In the item of 元旦, a December without a year belongs to the previous
    year.
    """

    year: int
    after_december: bool = False
    faults: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _named: set[date] = field(default_factory=set)

    def read(self, text: str) -> list[date]:
        """The days in a text of the form of ``DAYS``, with ranges expanded."""
        days: list[date] = []
        end = 0
        for match in _ONE.finditer(text):
            ranged = bool(days) and _RANGE.fullmatch(text[end : match.start()]) is not None
            end = match.end()
            day = self._day(match, days[-1] if days else None, ranged)
            if day is None:
                return days
            first = days[-1] if ranged else day
            if day < first:
                self.faults.append(("backwards", {"first": first, "last": day}))
                return days
            self._compare(match["notes"], first, day)
            days += [first + _DAY * n for n in range(1, (day - first).days + 1)] if ranged else [day]
            self._named.update(days)
        return days

    def _day(self, match: re.Match[str], before: date | None, ranged: bool) -> date | None:
        said, number = match[0].partition("（")[0], int(match["day"])
        if match["month"]:
            month = int(match["month"])
            year = int(match["year"] or self._year_of(month, before if ranged else None))
        elif match["year"]:
            self._object("no_such_day", day=said)
            return None
        elif before is not None:
            year, month = before.year, before.month
        elif len(months := self._months_of(number)) == 1:
            year, month = months.pop()
        else:
            self._object("no_month", day=said)
            return None
        try:
            day = date(year, month, number)
        except ValueError:
            self._object("no_such_day", day=said)
            return None
        # The notice of a year may cover the previous December and, if it says so, the next January.
        if year != self.year and (year, month) not in {(self.year - 1, 12), (self.year + 1, 1)}:
            self._object("other_year", found=year, wanted=self.year)
            return None
        return day

    def _months_of(self, number: int) -> set[tuple[int, int]]:
        named = {(day.year, day.month) for day in self._named if day.day == number}
        return named or {(day.year, day.month) for day in self._named}

    def _year_of(self, month: int, start: date | None) -> int:
        if start is not None:
            return start.year + (month < start.month)
        return self.year - 1 if self.after_december and month == 12 else self.year

    def _compare(self, notes: str, first: date, day: date) -> None:
        """The weekdays in brackets after the days; any other note is an objection."""
        for part in re.split("[，、]", notes.replace("）（", "，").strip("（）")) if notes else ():
            if match := _WEEKDAYS.fullmatch(part):
                self._weekday(first, match[1])
                self._weekday(day, match[2])
            elif match := _WEEKDAY.fullmatch(part):
                self._weekday(day, match[1])
            elif not _NOTE.fullmatch(part):
                self.faults.append(("unreadable", {"part": part}))

    def _weekday(self, day: date, said: str) -> None:
        if (stated := f"周{said.replace('天', '日')}") != weekday_of(day):
            self.faults.append(("weekday_mismatch", {"day": day, "stated": stated, "actual": weekday_of(day)}))

    def _object(self, code: str, **facts: Any) -> None:
        self.faults.append((code, facts))
