"""
The sentences of a notice of days off (放假通知的语句), read one after another.

A sentence is split at its commas; each clause has one of the forms below or is reported as not understood. Text that
neither names a day nor mentions days off or work is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gkflow.calendars.notice_dates import (
    DATE,
    DAYS,
    FESTIVAL,
    NUMBER,
    DateReader,
    festivals_of,
    is_weekend,
    names_a_day,
    names_a_festival,
    names_a_weekday,
    number_of,
    unquoted,
    weekday_of,
)
from gkflow.calendars.notice_problems import NoticeProblem, problem

# The largest distance that a festival ever moved: 20 days (2026). A mistyped month is further off.
_FARTHEST = timedelta(days=27)


@dataclass(frozen=True, slots=True)
class NoticeSentence:
    """The result of one sentence of a notice (逐句读取结果); it may be empty."""

    text: str
    festival: str = ""
    days_off: tuple[date, ...] = ()
    makeup_days: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()


@dataclass(slots=True)
class _Said:
    """A sentence while its item is being read."""

    text: str
    festival: str = ""
    off: set[date] = field(default_factory=set)
    worked: set[date] = field(default_factory=set)


@dataclass(slots=True)
class _Item:
    """An item of the notice (一、元旦：…): the sentences up to the next heading."""

    festival: str
    # Whether its heading names the festival, and not only the title of the notice.
    headed: bool
    dates: DateReader
    said: list[_Said] = field(default_factory=list)
    off: set[date] = field(default_factory=set)
    # The days of the last clause that sets days off: 与周末连休 refers to them.
    latest: set[date] = field(default_factory=set)
    joined: set[date] = field(default_factory=set)
    counts: list[tuple[_Said, int]] = field(default_factory=list)
    moved: list[tuple[_Said, date]] = field(default_factory=list)
    resumed: list[tuple[_Said, date]] = field(default_factory=list)
    # Not all of it was understood, so its days need not add up.
    broken: bool = False


_NUMERALS = "[一二三四五六七八九十]{1,3}"
ITEM_MARK = f"(?:{_NUMERALS}、|（{_NUMERALS}）|[0-9]{{1,2}}、)"
_NAMES = f"{FESTIVAL}(?:[、和与及]{FESTIVAL})*"
_HEADING = re.compile(f"(?:(?P<year>[12][0-9]{{3}})年)?(?P<names>{_NAMES})(?:假期)?(?:：|(?=[0-9]|其中|。?$))")
_OTHER_HEADING = re.compile("([^：，；。]{1,24})：")
# A colon after these does not name what follows.
_LEAD = re.compile("(?:其中|如下[^，；：。]{0,8})：")
_ADVICE = re.compile("(?:并|同时)?(?:鼓励|提倡|倡导|建议)")
_VERBS = re.compile("放假|上班|调休|补休|公休|连休|休息")
_COMMAS = re.compile("[，；](?![^（]*）)")


class SentenceReader:
    """Reads the sentences of one notice in order (逐句阅读); *subject* is the festival of its title."""

    def __init__(self, year: int, subject: str, known: Mapping[date, str]) -> None:
        self.year = year
        self.subject = subject
        self.known = known
        self.problems: list[NoticeProblem] = []
        self.sentences: list[NoticeSentence] = []
        self.days_off: dict[date, str] = {}
        self.makeup_days: dict[date, str] = {}
        self.worked: set[date] = set()
        self.headings: dict[str, None] = {}
        self._joined: set[date] = set()
        self._item = self._new_item("", headed=False)

    def read(self, text: str) -> None:
        """Read the next sentence; a heading or a number before it begins a new item."""
        # Before quotation marks are removed: 五一、 is a number, “五一”、 is not.
        mark = re.match(ITEM_MARK, text)
        rest = unquoted(text[mark.end() :] if mark else text)
        heading = _HEADING.match(rest)
        if mark or heading:
            self.close()
            self._item = self._new_item("、".join(festivals_of(heading["names"])) if heading else "", bool(heading))
        item = self._item
        item.said.append(said := _Said(text))
        if heading:
            for festival in festivals_of(heading["names"]):
                if festival in self.headings:
                    self._object(said, "said_twice", festival=festival)
                self.headings[festival] = None
            if heading["year"] and int(heading["year"]) != self.year:
                self._object(said, "other_year", found=int(heading["year"]), wanted=self.year)
            rest = rest[heading.end() :]
        self._clauses(_LEAD.sub(lambda lead: f"{lead[0][:-1]}，", rest), said)
        for code, facts in item.dates.faults:
            item.broken |= code != "weekday_mismatch"
            self._object(said, code, **facts)
        item.dates.faults.clear()

    def _clauses(self, rest: str, said: _Said) -> None:
        item = self._item
        advice = _ADVICE.match(rest)
        if not advice and (other := _OTHER_HEADING.match(rest)) and names_a_day(rest):
            item.broken = True
            self._object(said, "unknown_festival", festival=other[1])
            return
        for clause in clauses_of(rest):
            form = _form_of(clause)
            if form is not None and not advice:
                form[0](self, form[1], said)
            elif form is not None or (not advice and self._speaks_of_days(clause)):
                # Advice sets no day; if it sounds as if it did, a person has to check it.
                item.broken = True
                self._object(said, "unreadable", part=clause)

    def _speaks_of_days(self, clause: str) -> bool:
        if names_a_day(clause):
            return True
        if clause.endswith("期间") or not _VERBS.search(clause):
            return False
        return self._item.headed or names_a_festival(clause) or names_a_weekday(clause)

    def finish(self) -> None:
        """After the last sentence: contradictions across the items (前后矛盾)."""
        self.close()
        for sentence in self.sentences:
            for day in (*sentence.makeup_days, *sentence.worked):
                if day in self.days_off or day in self._joined:
                    self.problems.append(problem(sentence.text, "off_and_worked", day=day))

    # --- an item ------------------------------------------------------------------------------------------

    def _new_item(self, festival: str, headed: bool) -> _Item:
        return _Item(festival or self.subject, headed, DateReader(self.year, "元旦" in (festival or self.subject)))

    def close(self) -> None:
        """End the item: compare its days, now known, with its own statements about them (逐项核对)."""
        item = self._item
        for said, day in item.moved:
            # A rest day that is moved is a working day, unless it is itself one of the days off.
            if day not in item.off:
                said.worked.add(day)
        self._add_up(item)
        for said, day in item.resumed:
            last = max(item.off, default=day - timedelta(days=1))
            between = (last + timedelta(days=n) for n in range(1, (day - last).days))
            if day not in item.off and (day < last or not all(map(is_weekend, between))):
                self._object(said, "resumption_mismatch", day=day, last=last)
        named = any(said.off or said.worked for said in item.said)
        if item.headed and not named and not item.broken:
            self._object(item.said[0], "sets_nothing", festival=item.festival)
        spread = sorted(day for said in item.said for day in said.off | said.worked)
        if item.headed and spread and spread[-1] - spread[0] > _FARTHEST:
            self._object(item.said[0], "far_apart", festival=item.festival, apart=(spread[-1] - spread[0]).days)
        for said in item.said:
            self._keep(said, item)
        self._joined |= item.joined
        self._item = self._new_item("", headed=False)

    def _add_up(self, item: _Item) -> None:
        if item.broken:
            return
        for said, stated in item.counts:
            # A single total counts the whole item; each of several counts its own sentence.
            days = said.off if len(item.counts) > 1 else item.off | item.joined
            if len(days) != stated:
                self._object(said, "count_mismatch", stated=stated, named=len(days))

    def _keep(self, said: _Said, item: _Item) -> None:
        festival = said.festival or item.festival
        makeup = sorted(filter(is_weekend, said.worked))
        plain = sorted(said.worked.difference(makeup))
        gives = bool(said.off or said.worked)
        if gives and not festival:
            self._object(said, "no_festival")
        self.sentences.append(
            NoticeSentence(said.text, festival if gives else "", tuple(sorted(said.off)), tuple(makeup), tuple(plain))
        )
        for day in sorted(said.off):
            self.days_off.setdefault(day, festival)
        for day in makeup:
            self.makeup_days.setdefault(day, festival)
        self.worked.update(plain)

    def _object(self, said: _Said, code: str, **facts: Any) -> None:
        if (found := problem(said.text, code, **facts)) not in self.problems:
            self.problems.append(found)

    # --- the forms of a clause ----------------------------------------------------------------------------

    def _off(self, match: re.Match[str], said: _Said) -> None:
        """10月1日至7日放假调休; 1月1日放假1天; 10月1日、2日、3日为法定节假日."""
        days = set(self._item.dates.read(match["days"]))
        said.off |= days
        self._item.off |= days
        self._item.latest = days
        stated = match.groupdict().get("count")
        if stated and number_of(stated) != len(days):
            self._object(said, "count_mismatch", stated=number_of(stated), named=len(days))

    def _total(self, match: re.Match[str], said: _Said) -> None:
        """共7天."""
        if said.off:
            self._item.counts.append((said, number_of(match["count"])))
        elif not self._item.dates.faults:  # else the reason why its days are unknown has been reported
            self._object(said, "unreadable", part=match[0])

    def _rest_days(self, match: re.Match[str], said: _Said) -> None:
        """2月9日（星期六）、2月10日（星期日）照常公休."""
        self._off(match, said)
        self._must_be_rest_days(self._item.latest, said)

    def _at_work(self, match: re.Match[str], said: _Said) -> None:
        """2月7日（星期日）、2月20日（星期六）上班."""
        said.worked.update(self._item.dates.read(match["days"]))

    def _back_at_work(self, match: re.Match[str], said: _Said) -> None:
        """2月3日（星期一）起正常上班."""
        for day in self._item.dates.read(match["days"]):
            said.worked.add(day)
            self._item.resumed.append((said, day))

    def _moved(self, match: re.Match[str], said: _Said) -> None:
        """将12月30日（星期六）、31日（星期日）两个公休日分别调至1月2日、3日."""
        rest = self._item.dates.read(match["days"])
        to = self._item.dates.read(match["to"])
        self._must_be_rest_days(rest, said)
        if match["count"] and number_of(match["count"]) != len(rest):
            self._object(said, "count_mismatch", stated=number_of(match["count"]), named=len(rest))
        # 10月3日公休日及中秋节分别调至10月5日、10月6日: the festival is moved like a rest day.
        moved = len(rest) + bool(match["feast"])
        if len(to) != moved:
            self._object(said, "count_mismatch", stated=moved, named=len(to))
        self._item.moved += [(said, day) for day in rest]
        said.off.update(to)
        self._item.off.update(to)

    def _joined_with_weekend(self, match: re.Match[str], said: _Said) -> None:
        """4月5日放假，与周末连休: the weekend is off as it always is, and may not be worked."""
        days = self._item.latest
        if not days:
            self._object(said, "unreadable", part=match[0])
            return
        joined = set(filter(is_weekend, days))
        for edge, step in ((min(days), -1), (max(days), 1)):
            while is_weekend(edge := edge + timedelta(days=step)):
                joined.add(edge)
        self._item.joined |= joined
        if not joined:
            self._object(said, "no_weekend", days=sorted(days))

    def _extended(self, match: re.Match[str], said: _Said) -> None:
        """延长2020年春节假期至2月2日: the days after the known ones, through the day named."""
        festival, days = festivals_of(match["feast"])[0], self._item.dates.read(match["days"])
        if match["year"] and int(match["year"]) != self.year:
            self._object(said, "other_year", found=int(match["year"]), wanted=self.year)
        if not days:
            return
        said.festival, (day,) = festival, days
        earlier = [known for known, name in self.known.items() if known.year == self.year and festival in name]
        end = max(earlier, default=None)
        if end is None:
            self._object(said, "unknown_end", festival=festival, day=day)
        elif end > day:
            self._object(said, "already_longer", festival=festival, end=end, day=day)
        else:
            days += [end + timedelta(days=n) for n in range(1, (day - end).days)]
        said.off.update(days)
        self._item.off.update(days)

    def _nothing(self, match: re.Match[str], said: _Said) -> None:
        """不调休: adds nothing to the days."""

    def _must_be_rest_days(self, days: set[date] | list[date], said: _Said) -> None:
        for day in sorted(days):
            if not is_weekend(day):
                self._object(said, "not_a_rest_day", day=day, actual=weekday_of(day))


_Form = Callable[[SentenceReader, re.Match[str], _Said], None]
_D = f"(?P<days>{DAYS})"
_OFF = "(?:放假调休|放假公休|放假补休|放假休息|调休放假|放假|调休|补休|公休|休息)"
_EXTENDED = f"(?:(?P<year>[12][0-9]{{3}})年)?(?P<feast>{FESTIVAL})假期"
_FORMS: tuple[tuple[re.Pattern[str], _Form], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (f"{_D}(?:全国)?{_OFF}(?:共?(?P<count>{NUMBER})天)?", SentenceReader._off),
        (f"共计?(?P<count>{NUMBER})天", SentenceReader._total),
        (f"{_D}为(?:{FESTIVAL})?法定节?假日", SentenceReader._off),
        (f"{_D}(?:为公休日|为休息日|照常公休|照常休息)", SentenceReader._rest_days),
        (f"{_D}(?:照常|正常)?上班", SentenceReader._at_work),
        (f"(?P<days>{DATE})起(?:恢复)?(?:照常|正常)?上班", SentenceReader._back_at_work),
        (
            f"[将把]?{_D}(?:(?P<count>{NUMBER})个)?(?:公休日|休息日)(?P<feast>[及和与]{FESTIVAL})?(?:分别)?"
            f"(?:调至|调到|调整至)(?P<to>{DAYS})",
            SentenceReader._moved,
        ),
        ("与周末连休", SentenceReader._joined_with_weekend),
        (f"延长{_EXTENDED}至(?P<days>{DATE})", SentenceReader._extended),
        (f"将?{_EXTENDED}延长至(?P<days>{DATE})", SentenceReader._extended),
        ("不调休|其中", SentenceReader._nothing),
    )
)


def clauses_of(sentence: str) -> list[str]:
    """The clauses of a sentence (分句); one that only names days belongs to the 为 that follows it."""
    clauses: list[str] = []
    for clause in filter(None, (part.strip("，；：。！") for part in _COMMAS.split(sentence))):
        bare = clause.removeprefix("其中") or clause
        if bare.startswith("为") and clauses and re.fullmatch(DAYS, clauses[-1]):
            clauses[-1] += bare
        else:
            clauses.append(bare)
    return clauses


def _form_of(clause: str) -> tuple[_Form, re.Match[str]] | None:
    return next(((form, match) for pattern, form in _FORMS if (match := pattern.fullmatch(clause))), None)


def begins_item(sentence: str) -> bool:
    """Whether a sentence begins an item of the list (是否为列举项)."""
    return re.match(ITEM_MARK, sentence) is not None or _HEADING.match(unquoted(sentence)) is not None


def sets_days(clause: str) -> bool:
    """Whether a clause, without the festival before it, would set days (是否规定放假)."""
    bare = re.sub(f"^(?:{ITEM_MARK})?(?:{_NAMES})?：?", "", unquoted(clause))
    form = _form_of(bare)
    return form is not None and form[1].groupdict().get("days") is not None
