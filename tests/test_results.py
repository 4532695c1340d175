"""Results as plain data (结果转为普通数据): every public result is frozen, and ``as_dict()`` leaves nothing out."""

from __future__ import annotations

import ast
import dataclasses
import enum
import importlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any, get_args

import pytest

import gkflow
from cli.rich_office import settle
from gkflow.cli.app import run
from gkflow.cli.language import choose
from gkflow.domain.as_dict import names_of, plain
from gkflow.domain.edition import CalendarEdition
from gkflow.domain.endpoint import Endpoint
from gkflow.domain.objections.cases import CaseExists
from gkflow.files.rule_sources import RuleSources
from gkflow.lazy import part
from gkflow.office import Office
from store.offices import known

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
DAY = date(2026, 11, 20)

# What verbs and properties hand out that is no result: a tool, or what an office works by. Settings hold passwords.
TOOLS = frozenset((
    "CallerSession", "CaseQuery", "Channel", "Database", "Held", "Kept", "Message", "NotDelivered", "Office",
    "OfficeContext", "Profile", "Settings", "WorkCalendar",
))  # fmt: skip
_WORDS = re.compile(r"[A-Z]\w+")


def imported_in(module: ModuleType) -> dict[str, str]:
    """Where each name of a module comes from, those for type checkers alone as well."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    found = {each.name: module.__name__ for each in tree.body if isinstance(each, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found.update({each.asname or each.name: node.module for each in node.names})
    return found


def returned_by(owner: type[Any]) -> Iterator[Any]:
    """The classes of gkflow in what the public methods and properties of a class return."""
    places = imported_in(importlib.import_module(owner.__module__))
    for name, member in vars(owner).items():
        if name.startswith("_"):
            continue
        made = member.fget if isinstance(member, property) else member.make if isinstance(member, part) else member
        for word in _WORDS.findall(str(getattr(made, "__annotations__", {}).get("return", ""))):
            home = places.get(word, "")
            if home.startswith("gkflow"):
                yield getattr(importlib.import_module(home), word)


def services() -> list[type[Any]]:
    """The parts of an office that have verbs of their own."""
    made = [member.make for member in vars(Office).values() if isinstance(member, part)]
    places = imported_in(importlib.import_module(Office.__module__))
    # The verbs for asyncio are the same ones, with the same results.
    names = [name for each in made if (name := each.__annotations__["return"]) != "aio.AsyncOffice"]
    return [getattr(importlib.import_module(places[name]), name) for name in names]


def kinds_of_results() -> set[type[Any]]:
    """Every class of results: what the verbs of an office and of its services return, and what the package names."""
    found: set[Any] = set()
    for owner in (Office, *services()):
        found.update(returned_by(owner))
    found.update(getattr(gkflow, name) for name in gkflow.NAMES)
    whole: set[type[Any]] = set()
    for each in found:
        whole.update(get_args(each) if isinstance(each, UnionType) else [each])
    return {
        kind for kind in whole
        if isinstance(kind, type) and not issubclass(kind, (enum.Enum, Exception)) and kind.__name__ not in TOOLS
        and kind not in services()
    }  # fmt: skip


RESULTS = kinds_of_results()


def test_the_walk_finds_the_results_of_verbs_and_services() -> None:
    names = {kind.__name__ for kind in RESULTS}
    assert names >= {
        "Outcome", "CaseLine", "Page", "Case", "Entry", "Finding", "CaseView", "Explanation", "Swept", "WouldReach",
        "Verified", "Rebuilt", "EscalationRecord", "NoticeRecord", "HealthCheck", "Adopting", "Moved", "Imported",
        "Running", "Suspended", "Waiting", "Stopped", "NoLimit", "DraftLine", "SubscriptionLine", "Round", "Score",
        "Rate", "RemedyRow", "Drawn", "Seal", "Unswept", "Delivery", "RuleChange", "RuleFiles", "KeptRules",
        "KnownRules", "AdoptedEdition", "CalendarEdition",
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(RESULTS, key=lambda kind: kind.__name__))
def test_a_result_is_frozen_and_has_as_dict(kind: type[Any]) -> None:
    frozen = kind.__dataclass_params__.frozen if dataclasses.is_dataclass(kind) else issubclass(kind, tuple)
    assert frozen
    assert callable(getattr(kind, "as_dict", None))


def within(value: object) -> Iterator[object]:
    """A value and everything that it holds."""
    yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from within(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from within(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from within(each)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """What every verb of an office with months of work returns."""
    home = tmp_path_factory.mktemp("lived") / "office"
    choose("zh")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GKFLOW_HOME", str(home))
        patch.setenv("GKFLOW_BY", "张三")
        settle(home, lambda day: patch.setenv("GKFLOW_NOW", day), lambda *words: run(words))
        with gkflow.open(home=home) as office:
            yield list(within(list(answers(office))))


def answers(office: Office) -> Iterator[object]:
    """The result of every verb that has one."""
    request, day = "依申请-1", date(2026, 11, 20)
    for line in office.cases(include_closed=True):
        yield office.view(line.case)
        yield office.deadlines(line.case)
    answer = {"decision": "D-PUB", "method": "posted"}
    yield office.do("依申请-4", "reply", facts=answer, by="张三", day=DAY, now=NOW)
    yield [office.deadlines("依申请-4"), office.deadlines(request), office.deadlines("依申请-2")]
    yield office.explain(request)
    yield office.case(request)
    yield office.page(limit=2, total=True)
    yield office.do("依申请-2", "note", facts={"text": "已电话联系"}, by="张三", now=NOW)
    yield office.receive("request", "另一件", facts={"channel": "internet"}, by="张三", now=NOW)
    row: dict[str | None, object] = {
        "case": "登记-1",
        "workflow": "request",
        "action": "receive",
        "day": "2026-11-20",
        "channel": "in_person",
    }
    yield office.import_register([(2, row), (3, {**row, "action": "没有"})], by="张三", now=NOW)
    yield office.simulate("2027-01-20", now=NOW)
    yield office.tick(NOW)
    yield office.deliver(NOW)
    yield [office.escalations(), office.notices(), office.last_seal(), office.verify(), office.rebuild(dry_run=True)]
    yield [office.doctor(NOW), office.events()]
    yield [office.drafts.all(), office.subscriptions.all(), office.recurring_tasks.coming(date(2027, 12, 31))]
    counted = office.supervision
    yield counted.score(date(2026, 1, 1), day)
    yield [counted.rates(date(2026, 1, 1), day), counted.remedies(2026, as_of=day)]
    yield counted.spot_check("request", date(2026, 9, 1), day, 1, seed="1", by="李四", dry_run=True, now=NOW)
    yield [office.calendars.all(), office.calendars.known()]
    earlier = known("2024-10-01")
    yield list(office.calendars.moving(earlier, now=NOW))
    yield office.calendars.adopt(earlier, by="李四", now=NOW)
    yield [office.rule_editions.all(), office.rule_editions.known(), office.rule_editions.files(thorough=True)]
    here = gkflow.open(
        str(office.settings.database.url),
        home=office.settings.home,
        settings=replace(office.settings, profile="guangdong"),
    )
    with here:
        yield here.rule_editions.changes()
    endpoint = Endpoint("档案", "https://archive.example/hook", "whsec_" + "MDEy" * 8, ("*",), "")
    told = gkflow.open(
        str(office.settings.database.url),
        home=office.settings.home,
        settings=replace(office.settings, endpoints=(endpoint,)),
    )
    with told:
        yield [told.endpoints.post(NOW), told.endpoints.all()]  # it begins with what comes from now on
    late = datetime(2026, 11, 25, 2, tzinfo=UTC)
    office.tick(late)
    yield office.unsweep(by="李四", reason="时钟有误", now=NOW)


# Their life is not in this office: a clock without a limit, a clock that waits.
ELSEWHERE = frozenset(("NoLimit", "Waiting", "Suspended"))


@pytest.mark.parametrize("kind", sorted(RESULTS, key=lambda kind: kind.__name__))
def test_real_results_go_through_json_and_nothing_is_lost(kind: type[Any], lived_in: list[Any]) -> None:
    found = [each for each in lived_in if type(each) is kind]
    assert found or kind.__name__ in ELSEWHERE
    for each in found:
        data: dict[str, Any] = each.as_dict()
        assert json.loads(json.dumps(data, ensure_ascii=False, allow_nan=False)) == data
        if not isinstance(each, (CalendarEdition, RuleSources)):
            assert list(data) == list(names_of(kind))
            assert fields_of(kind) - {"basis"} <= data.keys()


def fields_of(kind: type[Any]) -> set[str]:
    if dataclasses.is_dataclass(kind):
        return {field.name for field in dataclasses.fields(kind)}
    return set(kind._fields)


def test_keys_of_two_parts_are_joined_and_a_rule_is_its_name(lived_in: list[Any]) -> None:
    view = next(each for each in lived_in if type(each).__name__ == "CaseView" and each.case.number == "依申请-1")
    data = view.as_dict()
    assert data["workflow"] == view.workflow.name
    assert "third_party/某建筑工程有限公司" in data["deadlines"]
    assert data["deadlines"]["reply"]["clock"]["rule"] == "reply"


def test_days_moments_enums_and_sentences_are_plain() -> None:
    assert plain({"day": DAY, "at": NOW, "status": gkflow.Status.RUNNING}) == {
        "day": "2026-11-20", "at": "2026-11-20T02:00:00+00:00", "status": "running",
    }  # fmt: skip
    assert plain({2: (True, 1, 1.5)}) == {"2": [True, 1, 1.5]}
    assert plain(frozenset("ba")) == ["a", "b"]


def test_what_has_no_form_in_json_is_refused_and_not_printed() -> None:
    for odd in (b"x", object(), complex(1)):
        with pytest.raises(TypeError, match="has no form in JSON"):
            plain(odd)


def test_an_error_is_plain_data_as_well() -> None:
    found = CaseExists(case="GK-1").as_dict()
    assert (found["code"], found["facts"]) == ("case_exists", {"case": "GK-1"})
    assert json.loads(json.dumps(found)) == found
