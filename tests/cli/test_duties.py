"""``duties`` (周期职责): what comes round, when, and how an office takes it on."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.printed import rows_of
from gkflow.bootstrap import now
from gkflow.domain.case import legal_day

Gkflow = Callable[..., Any]
TODAY = legal_day(now())
# Due on the last day of every month and opened 40 days ahead: on any day there is one to open.
MONTHLY = """\
duty: monthly-look
label: 每月自查
cite: 政府信息公开条例 第四十六条
workflow: duty
rule: FREQ=MONTHLY;BYMONTHDAY=-1
since: 2020-01-01
ahead: 40
title: "{year}年{month}月自查"
set: {kind: column_check}
"""


def put_on_top(home: Path, line: str) -> None:
    file = home / "gkflow.toml"
    file.write_text(line + "\n" + file.read_text(encoding="utf-8"), encoding="utf-8")


def test_each_round_says_when_it_is_due_and_whether_the_office_has_taken_it_on(office: Gkflow, home: Path) -> None:
    put_on_top(home, 'duties = ["training"]')
    year = TODAY.year
    rows = rows_of(office, "duties", "--through", f"{year + 1}-12-31")
    keys = ["due", "duty", "label", "taken_on", "opens", "case", "counted", "at_least", "article"]
    assert all(list(row) == keys for row in rows)
    assert [row["due"] for row in rows] == sorted(row["due"] for row in rows)
    assert {row["duty"] for row in rows if row["taken_on"]} == {"training"}
    assert len({row["duty"] for row in rows}) > 5
    mine = [row for row in rows if row["duty"] == "training"]
    # 120 days before 31 December.
    assert [(row["due"], row["opens"]) for row in mine] == [
        (f"{each}-12-31", (date(each, 12, 31) - timedelta(days=120)).isoformat()) for each in (year, year + 1)
    ]
    assert mine[0]["label"] == "年度集中学习培训"
    assert "第四十八条" in mine[0]["article"]


def test_without_a_day_one_year_is_shown(office: Gkflow) -> None:
    rows = rows_of(office, "duties")
    yearly = [row["duty"] for row in rows if row["duty"] == "annual-report-department"]
    assert len(yearly) in (1, 2)  # two only on the due day itself
    assert date.fromisoformat(rows[-1]["due"]) <= TODAY + timedelta(days=367)


def test_a_round_whose_case_was_opened_names_that_case(gkflow: Gkflow, home: Path) -> None:
    (home / "config" / "duties").mkdir(parents=True)
    (home / "config" / "duties" / "monthly-look.yaml").write_text(MONTHLY, encoding="utf-8")
    assert gkflow("init").code == 0
    put_on_top(home, 'duties = ["monthly-look"]')
    before = [row for row in rows_of(gkflow, "duties") if row["duty"] == "monthly-look"]
    assert {row["case"] for row in before} == {None}
    assert gkflow("sweep").code == 0
    after = [row for row in rows_of(gkflow, "duties") if row["duty"] == "monthly-look"]
    first, *_, last = after
    assert first["case"] is not None
    assert first["opens"] <= TODAY.isoformat()
    assert json.loads(gkflow("show", first["case"], "--format", "json").out)["workflow"] == "duty"
    assert last["case"] is None
    assert f"{first['case']}" in gkflow("duties").out


def test_the_table_says_how_to_take_a_duty_on_and_what_it_says_works(office: Gkflow, home: Path) -> None:
    done = office("duties", "--through", f"{TODAY.year + 1}-12-31")
    assert "未承担" in done.out
    assert not re.search(r"(?<!未)承担  ", done.out.split("\n", 3)[3])
    (line,) = re.findall(r"gkflow\.toml .*(duties = \[.*?\])", done.out)
    put_on_top(home, line)
    again = office("duties", "--through", f"{TODAY.year + 1}-12-31")
    name = json.loads(line.partition("= ")[2])[0]
    assert re.search(rf" 承担 .*{name}$", again.out, re.MULTILINE)
    assert name not in again.out.splitlines()[-1]  # no longer among those not taken on


def test_the_columns_of_a_spreadsheet_are_in_words(office: Gkflow) -> None:
    done = office("duties", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out.removeprefix("\ufeff"))))
    assert list(rows[0]) == ["届满日", "职责", "承担", "立案日", "案件", "已完成", "依据", "代码"]
    assert {row["承担"] for row in rows} == {"未承担"}
    assert "duties =" not in done.out


@pytest.mark.parametrize(
    ("words", "message"), [(("--through", "2020-01-01"), "2020-01-01：已经过去"), (("--through", "soon"), "不是日期")]
)
def test_wrong_use_is_one_line(words: tuple[str, ...], message: str, office: Gkflow) -> None:
    done = office("duties", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_duties_need_an_office(gkflow: Gkflow) -> None:
    done = gkflow("duties")
    assert done.code == 2
    assert "gkflow init" in done.err
