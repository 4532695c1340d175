"""The notices of the State Council, read from their sentences; and texts that must not be believed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gkflow.calendars.notice_dates import FESTIVALS
from gkflow.calendars.notice_problems import PROBLEMS
from gkflow.calendars.notice_text import NoticeText, read_notice

FOLDER = Path(__file__).parent / "notices"
YEARS = range(2007, 2027)
ADDRESSED = "各省、自治区、直辖市人民政府，国务院各部委、各直属机构："
FESTIVALS_OF_A_NOTICE = "元旦、春节、清明节、劳动节、端午节、中秋节和国庆节"
OPENING = f"经国务院批准，现将{{year}}年{FESTIVALS_OF_A_NOTICE}放假调休日期的具体安排通知如下。"
CLOSING = (
    "节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置，"
    "确保人民群众祥和平安度过节日假期。"
)
WIDE = str.maketrans("，：；（）0123456789", ",:;()０１２３４５６７８９")


def load(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


NAMES = sorted(file.stem for file in FOLDER.glob("2*.yaml"))
NOTICES: dict[str, dict[str, Any]] = {name: load(name) for name in NAMES}
SENTENCES = [
    pytest.param(notice, sentence, id=f"{name}: {sentence['text'][:12]}")
    for name, notice in NOTICES.items()
    for sentence in notice["festivals"]
]
BAD = [pytest.param(specimen, id=specimen["name"]) for specimen in load("bad")]


def full_text(notice: dict[str, Any]) -> str:
    dated = notice["dated"]
    return "\n".join(
        [
            notice["title"].replace("部分", "\n部分"),
            notice["number"],
            ADDRESSED,
            notice.get("opening", OPENING.format(year=notice["year"])),
            *(sentence["text"] for sentence in notice["festivals"]),
            notice.get("closing", CLOSING),
            notice.get("issuer", "国务院办公厅"),
            notice.get("signed", f"{dated.year}年{dated.month}月{dated.day}日"),
        ]
    )


def days(year: int, spans: Any) -> Iterator[date]:
    """The days of ``01-01..01-03, 2025-12-31``."""
    for span in filter(None, str(spans).split(", ")):
        ends = [date.fromisoformat(end if end.count("-") == 2 else f"{year}-{end}") for end in span.split("..")]
        yield from (ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1))


def typed(notice: dict[str, Any], sentences: list[dict[str, Any]], key: str) -> dict[date, str]:
    return {day: one["festival"] for one in sentences for day in days(notice["year"], one.get(key, ""))}


def outcome(read: NoticeText) -> tuple[dict[date, str], dict[date, str], frozenset[date]]:
    return dict(read.days_off), dict(read.makeup_days), read.worked


def known_before(name: str) -> dict[date, str]:
    """The days off that the annual notice had set before an amendment."""
    annual = NOTICES[name.partition("-")[0]]
    return typed(annual, annual["festivals"], "days_off")


def read_all(notice: dict[str, Any], text: str) -> NoticeText:
    return read_notice(text, notice["year"], known_before(str(notice["year"])))


# --- the notices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_is_read_as_its_sentences_say(name: str) -> None:
    notice = NOTICES[name]
    read = read_all(notice, full_text(notice))

    assert [problem.text for problem in read.problems] == []
    assert (read.year, read.title, read.number) == (notice["year"], notice["title"], notice["number"])
    assert (read.dated, read.kind) == (notice["dated"], notice["kind"])
    sentences = notice["festivals"]
    assert outcome(read) == (
        typed(notice, sentences, "days_off"),
        typed(notice, sentences, "makeup_days"),
        frozenset(typed(notice, sentences, "worked")),
    )


@pytest.mark.parametrize(("notice", "sentence"), SENTENCES)
def test_a_sentence_gives_what_is_typed_beside_it(notice: dict[str, Any], sentence: dict[str, Any]) -> None:
    alone = sentence["text"] if notice["kind"] == "annual" else f"{notice['title']}\n{sentence['text']}"
    read = read_all(notice, alone)

    assert [problem.text for problem in read.problems] == []
    assert outcome(read) == (
        typed(notice, [sentence], "days_off"),
        typed(notice, [sentence], "makeup_days"),
        frozenset(typed(notice, [sentence], "worked")),
    )
    # Nothing of it comes from elsewhere than its own sentences.
    assert "".join(said.text for said in read.sentences) == sentence["text"]
    assert {day for said in read.sentences for day in said.days_off} == set(read.days_off)
    assert {day for said in read.sentences for day in said.makeup_days} == set(read.makeup_days)
    assert {said.festival for said in read.sentences if said.days_off} == {sentence["festival"]}


@pytest.mark.parametrize("name", NAMES)
def test_neither_width_nor_line_ends_nor_blanks_matter(name: str) -> None:
    notice = NOTICES[name]
    text = full_text(notice)
    printed = read_all(notice, text)
    lines = text.splitlines()

    for other in (
        text.translate(WIDE),
        re.sub("[月日]", r" \g<0> ", text),
        " ".join(lines),
        "\n\n".join(f"　　{line}\r" for line in lines),
        "\n".join(line[n : n + 17] for line in lines for n in range(0, len(line), 17)),
        re.sub(r"[^—]至|[^—]—", lambda m: f"{m[0][0]}－", text) if "农历" not in text else text,
        text.replace("星期", "周"),
        # Printed without the colon after a heading, or with the heading on a line of its own.
        re.sub("(?m)^(.、[^：。]{2,8})：", r"\1", text) if notice["kind"] == "annual" else text,
        re.sub("(?m)^(.、[^：。]{2,8}：)", r"\1\n", text),
    ):
        assert read_all(notice, other).problems == ()
        assert outcome(read_all(notice, other)) == outcome(printed)


@pytest.mark.parametrize("name", [name for name in NAMES if "-" not in name])
def test_without_title_number_and_signature_the_sentence_before_the_list_gives_the_year(name: str) -> None:
    notice = NOTICES[name]
    lines = full_text(notice).splitlines()
    untitled = read_notice("\n".join(lines[3:-2]))

    assert [problem.text for problem in untitled.problems] == []
    assert (untitled.title, untitled.number, untitled.dated) == ("", "", None)
    assert (untitled.year, untitled.kind) == (notice["year"], "annual")
    assert outcome(untitled) == outcome(read_notice(full_text(notice)))


def test_what_a_site_prints_around_a_notice_is_no_part_of_it() -> None:
    text = full_text(NOTICES["2026"])
    around = (
        f"索 引 号：000014349/2025-00100 主题分类：综合政务\n成文日期：2025年11月04日\n发布日期：2025年11月04日\n{text}"
    )

    assert read_notice(around) == read_notice(text)
    cut = text[: text.index("国务院办公厅\n2025")]
    assert read_notice(cut).dated is None
    assert read_notice(f"成文日期： 2025年11月04日\n{cut}").dated == date(2025, 11, 4)
    assert read_notice(f"{text}\n（责任编辑：张三）").problems == ()
    (problem,) = read_notice(f"{text}\n（《人民日报》2025年11月5日第6版）").problems
    assert problem.code == "unreadable"


def test_a_dispatch_of_the_press_is_read_by_the_notice_in_it() -> None:
    sentences = [one["text"] for one in NOTICES["2011"]["festivals"]]
    opening = (
        "新华社北京12月10日电 据中国政府网10日消息，国务院办公厅近日发出关于2011年部分节假日安排的通知。"
        f"通知指出，经国务院批准，现将2011年{FESTIVALS_OF_A_NOTICE}放假调休日期的具体安排通知如下："
    )
    read = read_notice(" ".join([opening, *sentences, CLOSING]))

    assert read.problems == ()
    assert (read.year, read.kind, read.title) == (2011, "annual", "")
    assert outcome(read) == outcome(read_notice(full_text(NOTICES["2011"])))


def test_advice_to_rest_sets_no_day_off() -> None:
    read = read_notice(full_text(NOTICES["2024"]))

    assert date(2024, 2, 9) not in read.days_off
    (advice,) = [said for said in read.sentences if said.text.startswith("鼓励")]
    assert (advice.days_off, advice.makeup_days, advice.worked) == ((), (), ())


def test_a_december_without_a_year_is_that_before_the_new_year() -> None:
    read = read_notice("一、元旦：12月30日至1月1日放假，共3天。12月29日（星期六）上班。", 2019)

    assert read.problems == ()
    assert list(read.days_off) == list(days(2019, "2018-12-30..2019-01-01"))
    assert list(read.makeup_days) == [date(2018, 12, 29)]
    other = read_notice("七、国庆节：12月30日（周三）至1月3日（周日）放假，共5天。", 2026)
    assert other.problems == ()
    assert list(other.days_off) == list(days(2026, "12-30..2027-01-03"))


def test_an_extension_adopted_twice_says_the_same_days() -> None:
    notice = NOTICES["2020-amendment"]
    known = known_before("2020")
    first = read_notice(full_text(notice), known=known)
    again = read_notice(full_text(notice), known={**known, **first.days_off})

    assert again.problems == ()
    assert list(again.days_off) == [date(2020, 2, 2)]


def test_a_weekday_said_to_be_worked_is_no_makeup_day() -> None:
    read = read_notice(
        "国务院办公厅关于调整2026年国庆节假期安排的通知\n一、10月7日（周三）上班。10月10日（周六）上班。"
    )

    assert read.problems == ()
    assert (list(read.makeup_days), read.worked) == ([date(2026, 10, 10)], frozenset({date(2026, 10, 7)}))
    assert read.makeup_days[date(2026, 10, 10)] == "国庆节"


def test_what_was_read_does_not_change() -> None:
    read = read_notice(full_text(NOTICES["2026"]))

    assert isinstance(read.days_off, MappingProxyType)
    assert isinstance(read.makeup_days, MappingProxyType)
    assert hash(read) == hash(read_notice(full_text(NOTICES["2026"])))


# --- against other readers of the same notices ------------------------------------------------------------


def status_by_notices() -> dict[date, bool]:
    """Whether each day that a notice names is off, the later notice over the earlier one."""
    status: dict[date, bool] = {}
    for notice in sorted(NOTICES.values(), key=lambda notice: notice["dated"]):
        read = read_all(notice, full_text(notice))
        status |= dict.fromkeys(read.days_off, True)
        status |= dict.fromkeys((*read.makeup_days, *read.worked), False)
    return status


@pytest.mark.parametrize("year", YEARS)
def test_the_days_of_a_year_are_those_of_chinese_calendar(year: int) -> None:
    from chinese_calendar.constants import holidays, workdays

    status = status_by_notices()
    differing = []
    for n in range(366):
        day = date(year, 1, 1) + timedelta(days=n)
        rest = day.weekday() >= 5
        if day.year == year and status.get(day, rest) != (day not in workdays if rest else day in holidays):
            differing.append(day)

    assert differing == []


HOLIDAY_CN = next(
    (
        file
        for folder in Path(__file__).resolve().parents
        if (file := folder / "shared" / "data" / "holiday_cn.csv").exists()
    ),
    None,
)


@pytest.mark.skipif(HOLIDAY_CN is None, reason="compares with holiday_cn.csv, which is no part of gkflow")
@pytest.mark.parametrize("year", YEARS)
def test_the_days_of_a_year_are_those_of_holiday_cn(year: int) -> None:
    assert HOLIDAY_CN is not None
    with HOLIDAY_CN.open(encoding="utf-8", newline="") as file:
        listed = {date.fromisoformat(row["date"]): row["is_off_day"] == "1" for row in csv.DictReader(file)}
    span = days(year, "01-01..12-31")
    status = status_by_notices()

    assert [day for day in span if status.get(day) != listed.get(day)] == []


# --- texts that must not be believed ----------------------------------------------------------------------


@pytest.mark.parametrize("specimen", BAD)
def test_a_bad_text_is_objected_to_with_sentence_and_reason(specimen: dict[str, Any]) -> None:
    read = read_notice(specimen["text"], specimen.get("year"), specimen.get("known"))

    problems = [{"code": one.code, "sentence": one.sentence, "text": one.text} for one in read.problems]
    assert problems == specimen["problems"]


def test_every_objection_has_a_specimen() -> None:
    assert {problem["code"] for specimen in load("bad") for problem in specimen["problems"]} == PROBLEMS


# --- any notice -------------------------------------------------------------------------------------------

# Where the festivals may lie, so that they do not run into one another.
WINDOWS = {
    "元旦": ((-1, 12, 29), (0, 1, 4)),
    "春节": ((0, 1, 20), (0, 2, 26)),
    "清明节": ((0, 4, 2), (0, 4, 8)),
    "劳动节": ((0, 4, 28), (0, 5, 7)),
    "端午节": ((0, 6, 1), (0, 6, 25)),
    "中秋节": ((0, 9, 8), (0, 9, 25)),
    "国庆节": ((0, 9, 29), (0, 10, 9)),
}
ORDINALS = "一二三四五六七"


@st.composite
def notices(draw: st.DrawFn) -> tuple[int, str, dict[date, str], dict[date, str]]:
    """A well-formed notice of some year, in one of the many ways of writing it, and what it says."""
    year = draw(st.integers(2008, 2090))
    offs: dict[str, list[date]] = {}
    for festival, window in WINDOWS.items():
        first, last = (date(year + shift, month, day) for shift, month, day in window)
        start = draw(st.integers(0, (last - first).days))
        length = draw(st.integers(1, min(9, (last - first).days - start + 1)))
        offs[festival] = [first + timedelta(days=start + n) for n in range(length)]
    off = {day: festival for festival, these in offs.items() for day in these}
    makeup: dict[date, str] = {}
    lines = [f"国务院办公厅关于{year}年部分节假日安排的通知", ADDRESSED, OPENING.format(year=year)]
    for ordinal, festival in zip(ORDINALS, WINDOWS, strict=True):
        these = offs[festival]
        # Its own neighbours only, and none that would belong to another year.
        near = [these[0] + timedelta(days=n) for n in range(-8, len(these) + 8)]
        free = [
            day
            for day in near
            if day.weekday() >= 5 and day not in off and day not in makeup and (day.year == year or day.month == 12)
            if day.year == year or (festival == "元旦" and day.year == year - 1)
        ]
        worked = sorted(draw(st.sets(st.sampled_from(free), max_size=2))) if free else []
        makeup |= dict.fromkeys(worked, festival)
        lines.append(f"{ordinal}、{festival}{draw(st.sampled_from(['：', ':', '： ']))}{sentence(draw, these, worked)}")
    lines += [CLOSING, "国务院办公厅", f"{year - 1}年11月4日"]
    text = "\n".join(lines)
    return year, text.translate(WIDE) if draw(st.booleans()) else text, off, makeup


def sentence(draw: st.DrawFn, off: list[date], worked: list[date]) -> str:
    verb = draw(st.sampled_from(["放假", "放假调休", "放假公休", "调休放假"]))
    if len(off) == 1:
        said = written(draw, off[0], None) + verb
    else:
        to = draw(st.sampled_from(["至", "—", "-", "－", "～", "到"]))
        said = f"{written(draw, off[0], None)}{to}{written(draw, off[-1], off[0])}{verb}"
    count = draw(st.sampled_from([str(len(off)), "一二三四五六七八九"[len(off) - 1]]))
    said += draw(st.sampled_from(["。", f"，共{count}天。", f"{count}天。", f"，共 {count} 天。"]))
    if worked:
        between = draw(st.sampled_from(["、", "和"]))
        pairs = zip([None, *worked], worked, strict=False)
        said += between.join(written(draw, day, before) for before, day in pairs) + "上班。"
    return said


def written(draw: st.DrawFn, day: date, before: date | None) -> str:
    """A day, with its year and month where it could be mistaken without them, and else perhaps."""
    month = before is None or (before.year, before.month) != (day.year, day.month) or draw(st.booleans())
    name = f"{day.month}月{day.day}日" if month else f"{day.day}日"
    name = f"{day.year}年{name}" if month and draw(st.booleans()) else name
    weekday = "一二三四五六日"[day.weekday()]
    notes = [
        "",
        f"（周{weekday}）",
        f"(星期{weekday})",
        f"（星期{weekday.replace('日', '天')}）",
        f"（农历初三、周{weekday}）",
    ]
    return name + draw(st.sampled_from(notes))


@given(notices())
def test_any_well_formed_notice_is_read_back_exactly(
    notice: tuple[int, str, dict[date, str], dict[date, str]],
) -> None:
    year, text, off, makeup = notice
    read = read_notice(text, year)

    assert [problem.text for problem in read.problems] == []
    assert (read.year, read.kind, read.dated) == (year, "annual", date(year - 1, 11, 4))
    assert outcome(read) == (off, makeup, frozenset())
    assert set(read.days_off.values()) == set(FESTIVALS)
    assert read_notice(text) == read


@given(notices(), st.data())
def test_a_weekday_that_is_changed_is_always_noticed(
    notice: tuple[int, str, dict[date, str], dict[date, str]], data: st.DataObject
) -> None:
    year, text, _, _ = notice
    said = list(re.finditer("(?:周|星期)([一二三四五六日天])", text))
    if not said:
        return
    one = data.draw(st.sampled_from(said))
    other = data.draw(st.sampled_from([day for day in "一二三四五六日" if day != one[1].replace("天", "日")]))
    read = read_notice(text[: one.start(1)] + other + text[one.end(1) :], year)

    assert [problem.code for problem in read.problems] == ["weekday_mismatch"]


@given(notices(), st.data())
def test_a_sentence_left_out_or_cut_short_is_always_noticed(
    notice: tuple[int, str, dict[date, str], dict[date, str]], data: st.DataObject
) -> None:
    year, text, _, _ = notice
    lines = text.splitlines()
    place = data.draw(st.integers(3, 9))
    mark = data.draw(st.sampled_from(["", lines[place][:2], lines[place][:4], lines[place] + "但2日除外。"]))

    assert read_notice("\n".join([*lines[:place], mark, *lines[place + 1 :]]), year).problems


PIECES = """
1月1日 3日 12月31日 2月30日 0月0日 2026年 至 、 和 ， 。 ： （ ） （周四） 元旦 春节： 一、 其中 放假 上班 共3天
起正常 两个
公休日调至 延长春节假期至 与周末连休 为法定节假日 鼓励 通知如下。 国务院办公厅 国务院关于 的通知 〔2025〕7号 《 》 99
"""


@given(
    st.one_of(st.text(), st.lists(st.sampled_from([*PIECES.split(), "\n"])).map("".join)), st.sampled_from([None, 2026])
)
def test_any_text_at_all_is_read_or_objected_to(text: str, year: int | None) -> None:
    read = read_notice(text, year)

    assert read.days_off or read.makeup_days or read.worked or read.problems
    assert all(problem.text for problem in read.problems)
    # A festival in December of the year before, January of the year after, or the year itself.
    assert all(abs(day.year - (read.year or 0)) <= 1 for day in (*read.days_off, *read.makeup_days, *read.worked))
