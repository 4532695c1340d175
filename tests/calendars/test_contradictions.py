"""Notices that cannot both hold, and files that say other than what they quote (互相矛盾的放假安排)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gkflow.bootstrap import forget_files, known_edition
from gkflow.calendars.national import calendar_edition
from gkflow.domain.edition import Announcement, CalendarEdition
from gkflow.domain.errors import FilesAtFault

# Invented: a week off from Monday 2027-03-01, made up for on Saturday 2027-03-06.
WEEK = {date(2027, 3, day): "假" for day in range(1, 6)}
MADE_UP = {date(2027, 3, 6): "假"}
DAY = date(2026, 11, 20)


def notice(name: str, published: date | None = DAY, **more: object) -> Announcement:
    return Announcement(name, name, published, **more)  # type: ignore[arg-type]  # the fields vary by test


def days_reported(*announcements: Announcement) -> list[tuple[str, str, str]]:
    return [(str(day), one.name, other.name) for day, one, other in CalendarEdition(announcements).disagreements()]


def test_two_notices_for_one_year_that_differ_are_reported_with_the_day() -> None:
    one = notice("a", years=(2027,), days_off=WEEK, makeup_days=MADE_UP)
    other = notice("b", date(2026, 12, 1), years=(2027,), days_off=WEEK)
    assert days_reported(one, other) == [("2027-03-06", "a", "b")]


def test_two_notices_for_one_year_that_say_the_same_agree_though_one_names_the_weekend_too() -> None:
    one = notice("a", years=(2027,), days_off=WEEK)
    other = notice("b", years=(2027,), days_off={**WEEK, date(2027, 3, 7): "假"})  # a Sunday
    assert days_reported(one, other) == []


def test_an_amendment_of_another_day_contradicts_nothing() -> None:
    one = notice("a", years=(2027,), days_off=WEEK)
    assert days_reported(one, notice("b", date(2027, 2, 1), makeup_days={date(2027, 3, 6): "假"})) == []


def test_two_amendments_of_one_day_for_one_place_contradict_each_other() -> None:
    one = notice("a", scopes=("450000",), days_off={date(2027, 4, 9): "三月三"})
    other = notice("b", scopes=("450000",), plain_days={date(2027, 4, 9): ""})  # a Friday
    assert days_reported(one, other) == [("2027-04-09", "a", "b")]


@pytest.mark.parametrize(
    "other",
    [
        notice("b", scopes=("440000",), plain_days={date(2027, 4, 9): ""}),  # elsewhere
        notice("b", date(2026, 11, 21), scopes=("450000",), plain_days={date(2027, 4, 9): ""}),  # later: it wins
        notice("b", None, scopes=("450000",), plain_days={date(2027, 4, 9): ""}),  # nobody knows since when
        notice("b", scopes=("450100",), plain_days={date(2027, 4, 9): ""}),  # the city has the last word
        notice("b", scopes=("450000",), binds="enterprises", plain_days={date(2027, 4, 9): ""}),
    ],
)
def test_what_is_of_another_rank_is_no_contradiction(other: Announcement) -> None:
    assert days_reported(notice("a", scopes=("450000",), days_off={date(2027, 4, 9): "三月三"}), other) == []


# -- files -------------------------------------------------------------------------------------------------------

QUOTE = "一、元旦：1月1日（周五）至3日（周日）放假，共3天。"
FILE = f"""calendar: 2027
title: 手写的安排
published: 2026-11-20
annual: true
quote: {QUOTE}
days_off:
  2027-01-01: 元旦
  2027-01-02: 元旦
  2027-01-03: 元旦
"""


def faults_of(home: Path, **files: str) -> str:
    folder = home / "config" / "calendar"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    forget_files()
    try:
        known_edition(home)
    except FilesAtFault as error:
        return "\n".join(str(fault).removeprefix(f"{folder.as_posix()}/") for fault in error.faults)
    finally:
        forget_files()
    return ""


def test_a_file_that_says_what_it_quotes_is_read(tmp_path: Path) -> None:
    assert faults_of(tmp_path, entered=FILE) == ""


def test_a_file_is_held_against_the_sentences_that_it_quotes(tmp_path: Path) -> None:
    mistyped = FILE.replace("2027-01-03", "2027-01-04")
    assert faults_of(tmp_path, entered=mistyped) == (
        "entered.yaml:1  手写的安排: the file names 2027-01-04, which does not stand in the quote\n"
        "entered.yaml:1  手写的安排: the file lacks 2027-01-03, which the quote names"
    )


def test_a_quote_that_does_not_add_up_is_a_fault_of_the_file(tmp_path: Path) -> None:
    printed = faults_of(tmp_path, entered=FILE.replace("共3天", "共4天"))
    assert printed.splitlines()[0].startswith(f"entered.yaml:1  {QUOTE.replace('3天', '4天').split('。')[0]}")
    assert "4 days are stated, 3 are named" in printed


def test_a_file_that_contradicts_the_known_notice_for_its_year_is_reported(tmp_path: Path) -> None:
    # 国办发明电〔2025〕7号 makes Saturday 2026-10-10 a working day; the file names the days off of October alone.
    lines = "".join(f"  2026-10-0{n}: 国庆节\n" for n in range(1, 8))
    printed = faults_of(
        tmp_path, other=f"calendar: 2026\ntitle: 另一份\npublished: 2025-11-05\nannual: true\ndays_off:\n{lines}"
    )
    assert "other.yaml:1  2026-10-10 is stated otherwise by 国办发明电〔2025〕7号" in printed


def test_a_file_for_the_whole_year_corrects_nothing_though_it_bears_the_same_number(tmp_path: Path) -> None:
    lines = "".join(f"  2026-10-0{n}: 国庆节\n" for n in range(1, 8))
    number = "number: 国办发明电〔2025〕7号\n"
    printed = faults_of(
        tmp_path, other=f"calendar: 2026\ntitle: 抄本\n{number}published: 2025-11-04\nannual: true\ndays_off:\n{lines}"
    )
    assert "other.yaml:1  2026-10-10 is stated otherwise by 国办发明电〔2025〕7号" in printed


def test_a_file_of_single_days_corrects_the_package_as_2005_does() -> None:
    # 国办发明电〔2005〕35号: 12月31日（星期六）上班; the package has it off.
    assert known_edition().calendar().is_working_day(date(2005, 12, 31))


def test_a_year_that_only_the_package_knows_is_known_since_the_notice_that_was_entered_for_it() -> None:
    # As if the package had been upgraded before any list named the notice: no line for 2026 is given.
    entered = Announcement("2026", "放假安排", date(2025, 11, 4), years=(2026,), days_off={date(2026, 1, 1): "元旦"})
    edition = calendar_edition([entered], [])
    then = edition.calendar(known_on=date(2025, 11, 3))
    assert then.firmness(date(2026, 2, 16)).value == "predicted"
    assert edition.calendar(known_on=date(2025, 11, 4)).firmness(date(2026, 2, 16)).value == "final"
