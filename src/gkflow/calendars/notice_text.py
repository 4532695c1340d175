"""
A State Council notice of days off, read from its plain text (放假通知文本).

The result lists each day with the sentence that sets it. Anything unclear becomes a problem, never a guess; a notice
with a problem must not be adopted as it is.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from gkflow.calendars.notice_dates import (
    FESTIVAL,
    FESTIVALS,
    WRITTEN_DATE,
    canonical,
    festivals_of,
    is_weekend,
    names_a_day,
    unquoted,
    weekday_of,
    written_date,
)
from gkflow.calendars.notice_problems import NoticeProblem, problem
from gkflow.calendars.notice_sentences import (
    ITEM_MARK,
    NoticeSentence,
    SentenceReader,
    begins_item,
    clauses_of,
    sets_days,
)


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The content of a notice (通知内容); it may be trusted only without ``problems``."""

    year: int | None = None
    title: str = ""
    number: str = ""
    dated: date | None = None
    # "annual" sets the days of a whole year, "amendment" some of them.
    kind: str = "amendment"
    days_off: Mapping[date, str] = field(default_factory=dict, hash=False)
    makeup_days: Mapping[date, str] = field(default_factory=dict, hash=False)
    # Weekdays, Monday to Friday, that the text calls working days.
    worked: frozenset[date] = frozenset()
    sentences: tuple[NoticeSentence, ...] = ()
    problems: tuple[NoticeProblem, ...] = ()


_QUOTED = '《〈“"'
_TITLE = re.compile(f"(?<![{_QUOTED}])国务院(?:办公厅)?关于[^。，：《》]{{2,60}}?的通知")
_FORWARDED = re.compile(r"(?:转发|印发)$")
_OTHER_TITLE = re.compile(
    "(?:^|[。，：；])([^。，：；《》〈〉]{2,40}?)关于[^。：]{0,80}?(?:放假|节假日|假期)[^。：]{0,80}?通知"
)
_CITED = re.compile("《(国务院(?:办公厅)?关于[^》]*(?:放假|节假日|假期)[^》]*通知)》")
_NUMBER = re.compile(r"(国(?:办)?(?:发明电|函|发|发电))[〔\[（【]([0-9]{4})[〕\]）】]第?([0-9]+)号")
_ADDRESSED = re.compile("各省、自治区、直辖市[^。：]{0,60}：")
_AS_FOLLOWS = re.compile("(?:通知|安排)如下[：。]?")
# Lines that a web site adds around the text.
_AROUND = re.compile(
    "(?:索引号|主题分类|发文机关|成文日期|标题|发文字号|发布日期|公文种类|主题词|来源|责任编辑|责编)："
)
_SIGNED = re.compile(f"(?:国务院(?:办公厅)?)，?{WRITTEN_DATE}")
_OTHER_SIGNED = re.compile(f"(?:^|[。！])([^。，：；！0-9]{{0,40}}?)，?{WRITTEN_DATE}[。]?$")
_FOREIGN = re.compile(
    "香港|澳门|澳門|台湾|臺灣|台灣|行政院|日本|韩国|新加坡|马来西亚|公众假期|公眾假期|祝日|[ぁ-ゖァ-ヺ]|"
    "hongkong|macau|macao|taiwan|japan|korea|singapore|bankholiday|publicholiday|generalholiday"
)
# The four signers' forms of the years to 2007, and those since then.
_OF_A_YEAR = {"元旦", "春节", "劳动节", "国庆节"}
_SEVEN_FROM = 2008


def read_notice(text: str, year: int | None = None, known: Mapping[date, str] | None = None) -> NoticeText:
    """
    Read the *text* of a notice (读取放假通知).

    *year* is the expected year; only a text that names none itself needs it. *known* are the days off known so far,
    with their festivals: 延长…假期至… counts from the last of them.

    >>> read = read_notice("一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。", 2026)
    >>> [str(day) for day in read.days_off], [str(day) for day in read.makeup_days], read.problems
    (['2026-01-01', '2026-01-02', '2026-01-03'], ['2026-01-04'], ())
    """
    flat, dated = _flat(text)
    title = _title_of(flat)
    start = flat[:60]
    if not title and (marker := _FOREIGN.search(flat.lower())):
        return _refused(start, "other_country", marker=marker[0])
    if not title and (issuer := _other_issuer(flat)):
        return _refused(start, "other_issuer", issuer=issuer)
    head, body, tail, signature = _parts(flat, title)
    if signature is not None:
        dated = written_date(signature)
    if (found := _year_of(title, head, body)) is None and year is None:
        return _refused(start, "no_year" if names_a_day(flat) else "not_a_notice")
    of = found or year
    assert of is not None
    problems: list[NoticeProblem] = []
    if year is not None and of != year:
        problems.append(problem(title or start, "other_year", found=of, wanted=year))
    if signature is not None and dated is None:
        problems.append(problem(signature, "no_such_day", day=signature))
    for other in dict.fromkeys(_TITLE.findall(flat)):
        if other != title:
            problems.append(problem(title or start, "two_notices", title=other))
    problems += _misplaced(head.removeprefix(title))
    reader = _read_through(SentenceReader(of, _subject(title, head), known or {}), body, tail)
    annual = _is_annual(title, set(reader.headings))
    problems += reader.problems
    if not (reader.days_off or reader.makeup_days or reader.worked or reader.problems):
        problems.append(problem(title or start, "not_a_notice"))
    if title and annual and (missing := _missing(of, set(reader.headings))):
        problems.append(problem(title, "incomplete", festivals=missing))
    problems += _without_working_day(reader)
    if annual:
        problems += _worked_anyway(reader)
    number = _NUMBER.search(flat)
    return NoticeText(
        year=of,
        title=title,
        number=f"{number[1]}〔{number[2]}〕{number[3]}号" if number else "",
        dated=dated,
        kind="annual" if annual else "amendment",
        days_off=MappingProxyType(dict(sorted(reader.days_off.items()))),
        makeup_days=MappingProxyType(dict(sorted(reader.makeup_days.items()))),
        worked=frozenset(reader.worked),
        sentences=tuple(reader.sentences),
        problems=tuple(problems),
    )


def _read_through(reader: SentenceReader, body: str, tail: str) -> SentenceReader:
    for sentence in _sentences(body):
        reader.read(sentence)
    reader.close()
    reader.subject = ""
    for sentence in _sentences(tail):
        reader.read(sentence)
    reader.finish()
    return reader


def _refused(sentence: str, code: str, **facts: str) -> NoticeText:
    return NoticeText(problems=(problem(sentence, code, **facts),))


# --- the text as a whole ----------------------------------------------------------------------------------


def _flat(text: str) -> tuple[str, date | None]:
    """
    The text in one line, and the date in the lines around it.

    A line may end anywhere; a sentence ends only where the next line begins an item, or is the signature.
    """
    flat, dated = "", None
    for line in map(canonical, text.splitlines()):
        if _AROUND.match(line) and "放假" not in line and "上班" not in line:
            if around := re.search(f"成文日期：({WRITTEN_DATE})", line):
                dated = written_date(around[1])
            continue
        if flat and flat[-1] not in "。：" and _begins(line) and flat.count("（") == flat.count("）"):
            flat += "。"
        flat += line
    return flat, dated


def _begins(line: str) -> bool:
    return re.match(f"{ITEM_MARK}|{FESTIVAL}：|国务院(?:办公厅)?，?$", unquoted(line)) is not None


def _title_of(flat: str) -> str:
    title = _TITLE.search(flat)
    return title[0] if title and not _FORWARDED.search(flat[: title.start()]) else ""


def _other_issuer(flat: str) -> str:
    """Who else issues the notice: a government or office that forwards it, or arranges its own days."""
    if cited := _CITED.search(flat):
        return cited[1]
    for other in _OTHER_TITLE.finditer(flat[:1000]):
        if "国务院" not in other[1] or "转发" in other[1]:
            return other[0]
    signed = _OTHER_SIGNED.search(flat)
    return signed[1] if signed and signed[1] and "国务院" not in signed[1] else ""


def _parts(flat: str, title: str) -> tuple[str, str, str, str | None]:
    """Head, body, the text after the signature, and the signature."""
    follows = _AS_FOLLOWS.search(flat)
    ends = [flat.find(title) + len(title) if title else 0]
    if number := _NUMBER.search(flat):
        ends.append(number.end() if number.start() <= ends[0] + 2 else 0)
    ends += [match.end() for match in (_ADDRESSED.search(flat), follows) if match]
    head, rest = flat[: max(ends)], flat[max(ends) :]
    signed = [
        match
        for match in _SIGNED.finditer(rest)
        if match.start() == 0 or rest[match.start() - 1] in "。！" or match.end() == len(rest.rstrip("。"))
    ]
    if signed:
        return head, rest[: signed[-1].start()], rest[signed[-1].end() :], signed[-1][0]
    if (bare := _OTHER_SIGNED.search(rest)) and not bare[1]:
        return head, rest[: bare.start()], "", bare[0].strip("。！")
    return head, rest, "", None


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split("(?<=[。！？])", text):
        if sentence.strip("。！？"):
            yield sentence


def _year_of(title: str, head: str, body: str) -> int | None:
    """The year in the title, else in the sentence before the list, else in the dates if they agree."""
    said = re.findall("([12][0-9]{3})年", title)
    if not said:
        said = re.findall("([12][0-9]{3})年(?![0-9])", head.removeprefix(title))[-1:]
    if not said:
        said = list(dict.fromkeys(re.findall(f"([12][0-9]{{3}})年(?=[0-9]|{FESTIVAL})", body)))
    return int(said[0]) if len(said) == 1 else None


def _subject(title: str, head: str) -> str:
    """The only festival or day of remembrance that an amendment is about."""
    if day := re.search("关于(?:[12][0-9]{3}年)?(.{2,50}?纪念日)", title):
        return day[1]
    for text in (title, head):
        if len(festivals := festivals_of(text)) == 1:
            return festivals[0]
    return ""


def _misplaced(head: str) -> Iterator[NoticeProblem]:
    """The reasons before the list may name days; if they sound like setting them, a person has to check them."""
    for sentence in _sentences(_ADDRESSED.sub("。", head)):
        if begins_item(sentence):
            yield problem(sentence, "misplaced", part=sentence)
            continue
        for clause in clauses_of(sentence):
            if sets_days(clause):
                yield problem(sentence, "misplaced", part=clause)


def _is_annual(title: str, festivals: set[str]) -> bool:
    if title:
        return "部分节假日" in title and "调整" not in title
    return festivals >= _OF_A_YEAR


def _missing(year: int, festivals: set[str]) -> list[str]:
    wanted = FESTIVALS if year >= _SEVEN_FROM else tuple(sorted(_OF_A_YEAR))
    return [festival for festival in wanted if festival not in festivals]


def _worked_anyway(reader: SentenceReader) -> Iterator[NoticeProblem]:
    """Only an amendment turns a day off into a working day; elsewhere a weekday at work is a mistyped make-up day."""
    for said in reader.sentences:
        for day in said.worked:
            yield problem(said.text, "works_anyway", day=day, actual=weekday_of(day))


def _without_working_day(reader: SentenceReader) -> Iterator[NoticeProblem]:
    for year, month in sorted({(day.year, day.month) for day in reader.days_off}):
        days = [date(year, month, n) for n in range(1, calendar.monthrange(year, month)[1] + 1)]
        if all(day in reader.days_off or (is_weekend(day) and day not in reader.makeup_days) for day in days):
            named = next(said.text for said in reader.sentences if not set(days).isdisjoint(said.days_off))
            yield problem(named, "no_working_day", month=f"{year}-{month:02}")
