"""
Two hundred deadlines before and after each of twelve editions (变动的届满日): tests/golden/moving.txt.

GKFLOW_RENEW_GOLDEN=1 writes the file anew, to be reviewed like a change to law. Whatever wrote it, every deadline in it
is held against a plain count, day by day, over what the notices say (``plain_count``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from calendars.plain_count import (
    BEFORE,
    BY_LAW,
    BY_LAW_THROUGH,
    DATA,
    ONE_DAY,
    PLACES,
    announced,
    by_the_lists,
    by_the_package,
    counted,
    rows_of,
)
from gkflow.bootstrap import known_edition

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "moving.txt"
RENEW = bool(os.environ.get("GKFLOW_RENEW_GOLDEN"))  # read before the tests hide every GKFLOW_ variable
LENGTHS = (3, 5, 7, 10, 15, 20, 25, 30, 40, 60)

needs_the_lists = pytest.mark.skipif(
    not (DATA / "holiday_cn.csv").exists(), reason="compares with shared/data, which is no part of gkflow"
)

# Left out, since nobody can say what was known before: Guangxi 2016, 2024 and 2026, whose day of publication was not
# found (they are tried below); Guangxi 2023, of which it is not known whether a make-up day belongs to it; and what
# Hubei said after 2020-02-01, of which config/calendar/local has no file.
HEAD = """\
# 变动的届满日：十二次公告，每次20个起算日、10种期限（工作日），公告前一日所知与公告当日所知各届满于哪一天。
# 不动的只写一个日期，移动的写作“前→后”。只写月-日，不晚于起算日之月-日的即次年。起算日不计入。
# 起算日在公告之后的，“前”是没有这次公告时会届满的那一天。
# 未列入：广西2016、2024、2026年（公布日未见，无从分前后），广西2023年（是否另有调休上班日待核对），
# 湖北2020年2月1日以后的各次延长（没有载明公布日的公告文件）。
"""


class Moment(NamedTuple):
    """One notice: the day it was published, for whom it holds, and twenty start days around the days it changes."""

    published: str
    region: str
    cite: str
    says: str
    starts: tuple[str, ...]

    def __str__(self) -> str:
        lengths = "  ".join(f"{length:<11}" for length in LENGTHS).rstrip()
        return f"\n# {self.published}  {self.region or '全国'}  {self.cite}\n# {self.says}\n# 起算日    {lengths}\n"


EDITIONS = (
    Moment(
        "2005-12-22", "", "国办发明电〔2005〕35号",
        "12-31（星期六）上班，并写明2006年各日（此前依当时的放假办法推定）。",
        ("2005-10-10", "2005-11-07", "2005-11-21", "2005-11-28", "2005-12-05", "2005-12-06", "2005-12-12",
         "2005-12-19", "2005-12-20", "2005-12-21", "2005-12-22", "2005-12-23", "2005-12-24", "2005-12-26",
         "2005-12-27", "2005-12-28", "2005-12-29", "2005-12-30", "2005-12-31", "2006-01-01")),
    Moment(
        "2006-12-18", "", "国办发明电〔2006〕49号",
        "12-30、31（星期六、日）上班；2007年各日自此确定，此前只知放假办法（元旦一天，春节初一至初三，无除夕、清明）。",
        ("2006-10-09", "2006-11-06", "2006-11-20", "2006-11-27", "2006-12-04", "2006-12-11", "2006-12-12",
         "2006-12-17", "2006-12-18", "2006-12-19", "2006-12-21", "2006-12-22", "2006-12-25", "2006-12-26",
         "2006-12-27", "2006-12-28", "2006-12-29", "2006-12-30", "2006-12-31", "2007-01-01")),
    Moment(
        "2007-12-18", "", "国办发明电〔2007〕52号",
        "12-29（星期六）上班，31（星期一）放假；2008年各日自此确定，此前只知新的放假办法（元旦一天，春节自除夕起三天）。",
        ("2007-10-08", "2007-11-05", "2007-11-19", "2007-11-26", "2007-12-03", "2007-12-04", "2007-12-10",
         "2007-12-11", "2007-12-17", "2007-12-18", "2007-12-20", "2007-12-21", "2007-12-22", "2007-12-24",
         "2007-12-25", "2007-12-26", "2007-12-27", "2007-12-28", "2007-12-29", "2007-12-31")),
    Moment(
        "2011-12-06", "", "国办发明电〔2011〕45号",
        "12-31（星期六）上班；2012年各日自此确定，此前只知放假办法（01-01星期日、02补假，春节01-22除夕星期日至24、25补假）。",
        ("2011-10-10", "2011-11-07", "2011-11-21", "2011-11-25", "2011-11-28", "2011-12-05", "2011-12-06",
         "2011-12-12", "2011-12-13", "2011-12-19", "2011-12-20", "2011-12-22", "2011-12-25", "2011-12-26",
         "2011-12-27", "2011-12-28", "2011-12-29", "2011-12-30", "2011-12-31", "2012-01-01")),
    Moment(
        "2014-10-09", "110000", "北京市APEC会议期间机关放假调休安排",
        "11-07、10、11、12放假，11-02（星期日）、15（星期六）上班。2015年的通知12月才公布，2015年各日前后皆依放假办法。",
        ("2014-08-05", "2014-08-14", "2014-09-12", "2014-09-26", "2014-09-30", "2014-10-09", "2014-10-13",
         "2014-10-15", "2014-10-20", "2014-10-22", "2014-10-23", "2014-10-27", "2014-10-29", "2014-11-01",
         "2014-11-02", "2014-11-03", "2014-11-05", "2014-11-07", "2014-11-10", "2014-11-14")),
    Moment(
        "2015-05-13", "", "国发明电〔2015〕1号",
        "09-03、04（星期四、五）放假，06（星期日）上班。公布时在办的期限，六十日的也不及此。",
        ("2015-06-10", "2015-07-09", "2015-07-23", "2015-07-30", "2015-08-06", "2015-08-13", "2015-08-14",
         "2015-08-20", "2015-08-23", "2015-08-25", "2015-08-27", "2015-08-28", "2015-08-30", "2015-08-31",
         "2015-09-01", "2015-09-02", "2015-09-03", "2015-09-04", "2015-09-05", "2015-09-06")),
    Moment(
        "2016-08-05", "330102", "杭政办函〔2016〕75号",
        "09-01、02、05、06、07放假，08-28（星期日）、09-10、11（星期六、日）上班。公布日未见，只知不晚于这一天。",
        ("2016-06-08", "2016-07-07", "2016-07-21", "2016-07-22", "2016-07-28", "2016-08-04", "2016-08-05",
         "2016-08-11", "2016-08-18", "2016-08-23", "2016-08-24", "2016-08-25", "2016-08-26", "2016-08-27",
         "2016-08-28", "2016-08-29", "2016-08-31", "2016-09-02", "2016-09-09", "2016-09-10")),
    Moment(
        "2017-02-10", "450000", "广西壮族自治区人民政府办公厅2017年壮族三月三放假安排",
        "03-30、31放假，全国调休上班的04-01（星期六）亦放假，04-08（星期六）上班。",
        ("2017-01-04", "2017-02-06", "2017-02-07", "2017-02-10", "2017-02-16", "2017-02-20", "2017-02-27",
         "2017-03-06", "2017-03-07", "2017-03-13", "2017-03-20", "2017-03-23", "2017-03-25", "2017-03-27",
         "2017-03-29", "2017-03-30", "2017-03-31", "2017-04-01", "2017-04-05", "2017-04-08")),
    Moment(
        "2018-12-06", "", "国办发明电〔2018〕15号",
        "12-29（星期六）上班，31（星期一）放假；2019年各日自此确定，此前只知放假办法（元旦一天，春节初一至初三，除夕上班）。",
        ("2018-10-08", "2018-11-02", "2018-11-05", "2018-11-19", "2018-11-26", "2018-12-03", "2018-12-05",
         "2018-12-06", "2018-12-07", "2018-12-09", "2018-12-10", "2018-12-17", "2018-12-20", "2018-12-24",
         "2018-12-26", "2018-12-27", "2018-12-28", "2018-12-29", "2018-12-30", "2018-12-31")),
    Moment(
        "2019-03-22", "", "国办发明电〔2019〕3号",
        "05-02、03（星期四、五）放假，04-28、05-05（星期日）上班。",
        ("2019-01-31", "2019-03-05", "2019-03-06", "2019-03-19", "2019-03-22", "2019-03-26", "2019-04-02",
         "2019-04-03", "2019-04-10", "2019-04-17", "2019-04-19", "2019-04-22", "2019-04-23", "2019-04-24",
         "2019-04-26", "2019-04-27", "2019-04-28", "2019-04-30", "2019-05-01", "2019-05-03")),
    Moment(
        "2020-01-27", "", "国办发明电〔2020〕1号",
        "01-31（星期五）和原定上班的02-01（星期六）放假。",
        ("2019-11-01", "2019-11-29", "2019-12-02", "2019-12-13", "2019-12-20", "2019-12-24", "2019-12-27",
         "2019-12-31", "2020-01-02", "2020-01-06", "2020-01-08", "2020-01-13", "2020-01-16", "2020-01-17",
         "2020-01-19", "2020-01-21", "2020-01-23", "2020-01-25", "2020-01-30", "2020-02-01")),
    Moment(
        "2020-02-01", "420000", "湖北省人民政府办公厅关于延长2020年春节假期的通知",
        "02-03至13放假（08、09本是周末）。",
        ("2019-11-07", "2019-12-05", "2019-12-19", "2019-12-25", "2019-12-26", "2020-01-03", "2020-01-09",
         "2020-01-10", "2020-01-14", "2020-01-17", "2020-01-18", "2020-01-21", "2020-01-23", "2020-01-29",
         "2020-02-01", "2020-02-03", "2020-02-07", "2020-02-10", "2020-02-12", "2020-02-13")),
)  # fmt: skip
LOCAL = {"2014-10-09", "2016-08-05", "2017-02-10", "2020-02-01"}


# --- the file -----------------------------------------------------------------------------------------------


class Moved(NamedTuple):
    """One deadline of the file, before and after."""

    published: str
    region: str
    start: str
    length: int
    before: str
    after: str

    @property
    def how(self) -> str:
        return "earlier" if self.after < self.before else "later" if self.after > self.before else "stays"


def reckoned() -> Iterator[str]:
    yield HEAD
    whole = known_edition()
    for edition in EDITIONS:
        yield str(edition)
        on = date.fromisoformat(edition.published)
        before, after = (whole.calendar(edition.region, known_on=day) for day in (on - ONE_DAY, on))
        for start in edition.starts:
            cells = []
            for length in LENGTHS:
                old, new = (f"{each.add(date.fromisoformat(start), length):%m-%d}" for each in (before, after))
                cells.append(old if old == new else f"{old}→{new}")
            yield f"{start}  {'  '.join(f'{cell:<11}' for cell in cells)}".rstrip() + "\n"


def in_full(start: str, line: str) -> str:
    """The day that a month and a day mean after a start day."""
    return f"{int(start[:4]) + (line <= start[5:])}-{line}"


@cache
def in_the_file() -> tuple[Moved, ...]:
    found: list[Moved] = []
    published = region = ""
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("# 20"):
            published, region = line.removeprefix("# ").split("  ")[:2]
        elif line and not line.startswith("#"):
            start, *cells = line.split()
            for length, cell in zip(LENGTHS, cells, strict=True):
                before, _, after = cell.partition("→")
                ends = (in_full(start, each) for each in (before, after or before))
                found.append(Moved(published, region if region != "全国" else "", start, length, *ends))
    return tuple(found)


def of_edition(published: str) -> list[Moved]:
    return [each for each in in_the_file() if each.published == published]


def test_the_deadlines_that_moved_are_those_of_the_golden_file() -> None:
    text = "".join(reckoned())
    if RENEW:
        GOLDEN.write_text(text, encoding="utf-8")
        in_the_file.cache_clear()
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_file_holds_two_hundred_deadlines_of_each_of_twelve_editions() -> None:
    assert len(EDITIONS) == len({each.published for each in EDITIONS}) == 12
    for edition in EDITIONS:
        assert len(set(edition.starts)) == 20
        assert list(edition.starts) == sorted(edition.starts)
        held = of_edition(edition.published)
        assert len(held) == 200
        wanted = [(edition.region, start, length) for start in edition.starts for length in LENGTHS]
        assert [(each.region, each.start, each.length) for each in held] == wanted


def test_the_heading_of_an_edition_names_the_notice_that_was_published_that_day_for_that_region() -> None:
    by_gkflow = {
        (f"{each.published}", scope if scope != "CN" else "", each.source.removesuffix("（标题未核对）"))
        for each in known_edition().announcements
        for scope in each.scopes
    }
    assert {(each.published, each.region, each.cite) for each in EDITIONS} <= by_gkflow


@needs_the_lists
def test_the_heading_of_an_edition_agrees_with_the_lists_of_notices_and_surprises() -> None:
    surprises = rows_of("calendar_surprises.csv")
    numbers = {(row["published"], row["doc_no"]) for row in rows_of("holiday_notices.csv")}
    numbers |= {(row["announced"], row["source"].partition(" (")[0]) for row in surprises if row["scope"] == "CN"}
    scopes = {(f"{announced(row)}", row["scope"]) for row in surprises}
    for each in EDITIONS:
        if each.region:
            assert (each.published, PLACES[each.region]) in scopes
        else:
            assert (each.published, each.cite) in numbers
            assert (each.published, "CN") in scopes


# --- held against the plain count ---------------------------------------------------------------------------


def test_every_deadline_is_what_a_plain_count_over_the_package_gives() -> None:
    assert {each.published for each in EDITIONS} == BEFORE.keys()
    for each in in_the_file():
        ends = [counted(each.start, each.length, by_the_package(each.published, after)) for after in (False, True)]
        assert [each.before, each.after] == ends, each


@needs_the_lists
def test_every_deadline_is_what_a_plain_count_over_the_lists_of_days_gives() -> None:
    for edition in EDITIONS:
        on = date.fromisoformat(edition.published)
        known = [by_the_lists(day, edition.region) for day in (on - ONE_DAY, on)]
        for each in of_edition(edition.published):
            assert [each.before, each.after] == [counted(each.start, each.length, works) for works in known], each


def test_no_deadline_reaches_days_of_which_nothing_was_known() -> None:
    for each in in_the_file():
        for last in (each.before, each.after):
            # The year of the notice was announced; of the next one there is the law.
            if last[:4] > each.published[:4]:
                assert int(last[:4]) in BY_LAW, each
                assert last[5:] <= BY_LAW_THROUGH, each


def test_what_a_province_or_a_city_says_moves_nothing_in_the_rest_of_the_country() -> None:
    whole = known_edition()
    for published in LOCAL:
        country = whole.calendar(known_on=date.fromisoformat(published))
        for each in of_edition(published):
            assert country.add(date.fromisoformat(each.start), each.length) == date.fromisoformat(each.before), each


# --- what the file shows ------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", [pytest.param(each, id=each.published) for each in EDITIONS])
def test_every_edition_moves_a_deadline_of_every_length_and_leaves_one_where_it_was(edition: Moment) -> None:
    held = of_edition(edition.published)
    assert {each.length for each in held if each.how != "stays"} == set(LENGTHS)
    assert "stays" in {each.how for each in held}


def test_make_up_days_move_deadlines_earlier_and_days_off_later() -> None:
    ways = {each.published: {one.how for one in of_edition(each.published)} for each in EDITIONS}
    years = {"2005-12-22", "2006-12-18", "2007-12-18", "2011-12-06", "2018-12-06"}
    both = years | {"2015-05-13", "2019-03-22"} | LOCAL - {"2020-02-01"}
    for published in both:
        assert ways[published] == {"earlier", "later", "stays"}, published
    # One make-up day and nothing else; days off and nothing else.
    assert ways["2020-01-27"] == ways["2020-02-01"] == {"later", "stays"}


# Counted by hand in changes.yaml, and known from the histories of the notices.
BY_HEART = [
    ("2005-12-22", "2005-12-19", 10, "2006-01-03", "2005-12-31"),
    ("2006-12-18", "2006-12-11", 15, "2007-01-02", "2006-12-30"),
    ("2007-12-18", "2007-12-03", 20, "2007-12-31", "2007-12-29"),
    ("2007-12-18", "2007-12-10", 15, "2007-12-31", "2007-12-29"),
    ("2011-12-06", "2011-12-05", 20, "2012-01-03", "2011-12-31"),
    ("2011-12-06", "2011-12-06", 20, "2012-01-04", "2012-01-04"),
    ("2014-10-09", "2014-10-09", 20, "2014-11-05", "2014-11-04"),
    ("2014-10-09", "2014-09-12", 40, "2014-11-12", "2014-11-15"),
    ("2015-05-13", "2015-08-20", 10, "2015-09-03", "2015-09-06"),
    ("2015-05-13", "2015-08-20", 15, "2015-09-10", "2015-09-11"),
    ("2016-08-05", "2016-08-04", 20, "2016-09-01", "2016-08-31"),
    ("2016-08-05", "2016-08-05", 20, "2016-09-02", "2016-09-08"),
    ("2017-02-10", "2017-02-06", 40, "2017-04-01", "2017-04-07"),
    ("2017-02-10", "2017-02-07", 40, "2017-04-05", "2017-04-08"),
    ("2018-12-06", "2018-12-03", 20, "2018-12-31", "2018-12-29"),
    ("2018-12-06", "2018-11-05", 40, "2018-12-31", "2018-12-29"),
    ("2019-03-22", "2019-03-05", 40, "2019-05-02", "2019-04-30"),
    ("2019-03-22", "2019-03-06", 40, "2019-05-03", "2019-05-05"),
    ("2020-01-27", "2019-12-31", 20, "2020-02-03", "2020-02-05"),
    ("2020-02-01", "2020-01-10", 20, "2020-02-14", "2020-02-27"),
]


def test_the_shifts_that_are_known_by_heart_stand_in_the_file() -> None:
    moved = {(each.published, each.start, each.length): (each.before, each.after) for each in in_the_file()}
    for published, start, length, before, after in BY_HEART:
        assert moved[published, start, length] == (before, after), (published, start, length)
    assert {each[0] for each in BY_HEART} == {each.published for each in EDITIONS}


def test_guangxi_is_off_on_the_make_up_saturday_of_the_country_and_works_on_one_of_its_own() -> None:
    held = of_edition("2017-02-10")
    assert {each.length for each in held if each.before == "2017-04-01"} == set(LENGTHS)
    assert not {each.after for each in held} & {"2017-03-30", "2017-03-31", "2017-04-01"}
    assert "2017-04-08" in {each.after for each in held} - {each.before for each in held}


@pytest.mark.parametrize(
    ("notice", "start", "country", "guangxi"),
    [
        # 2016-03-22–25 (4) 28–04-01 (9) 清明 04-02 to 04, 05–07 (12); the country 08 (13) 11, 12 (15); Guangxi is off
        # on 08 and 11: 12 (13) 13, 14 (15).
        ("2015-12-10", "2016-03-21", {12: "04-07", 13: "04-08", 15: "04-12"}, {12: "04-07", 13: "04-12", 15: "04-14"}),
        # 2024-03-26–29 (4) 04-01–03 (7) 清明 04-04 to 06, Sunday 07 worked (8) 08–10 (11); the country 11, 12 (13) 15,
        # 16 (15); Guangxi is off on 11 and 12: 15 (12) 16–18 (15).
        ("2023-10-25", "2024-03-25", {11: "04-10", 12: "04-11", 15: "04-16"}, {11: "04-10", 12: "04-15", 15: "04-18"}),
        # 2026-03-31 (1) 04-01–03 (4) 清明 04-04 to 06, 07–10 (8) 13–16 (12); the country 17 (13) 20, 21 (15); Guangxi
        # is off on 17 and 20: 21 (13) 22, 23 (15).
        ("2025-11-04", "2026-03-30", {12: "04-16", 13: "04-17", 15: "04-21"}, {12: "04-16", 13: "04-21", 15: "04-23"}),
    ],
)
def test_the_days_of_guangxi_that_nobody_can_date_hold_there_on_every_day_of_knowledge(
    notice: str, start: str, country: dict[int, str], guangxi: dict[int, str]
) -> None:
    whole, first = known_edition(), date.fromisoformat(start)
    for known_on in (date.fromisoformat(notice), first - ONE_DAY, first, None):
        for region, ends in (("", country), ("450000", guangxi)):
            calendar = whole.calendar(region, known_on=known_on)
            assert {length: f"{calendar.add(first, length):%m-%d}" for length in ends} == ends, (region, known_on)
