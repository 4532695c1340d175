"""What a program may pass by mistake (误传的参数): every verb of an office takes it or refuses it, in one line."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

import gkflow
from gkflow.application.case_lines import CaseQuery
from gkflow.domain.errors import FilesAtFault, GkflowError
from gkflow.office import Office
from store.offices import Place, a_place, at

SERVICES = ("calendars", "rule_editions", "drafts", "subscriptions", "supervision", "recurring_tasks", "delivery",
            "sealing", "endpoints")  # fmt: skip
DAY = "2026-03-02"
NOW = at(DAY)


def public(thing: type[Any]) -> Iterator[str]:
    """The public methods of a class that take something."""
    for name, member in inspect.getmembers(thing, inspect.isfunction):
        if not name.startswith("_") and len(inspect.signature(member).parameters) > 1:
            yield name


def _classes() -> Mapping[str, type[Any]]:
    """The façade and the classes of its services."""
    from gkflow import (
        calendar_adoption,
        drafts,
        endpoints,
        notification_delivery,
        recurring_tasks,
        rule_editions,
        sealing,
        subscriptions,
        supervision,
    )

    return {
        "": Office, "calendars": calendar_adoption.Calendars, "rule_editions": rule_editions.RuleEditions,
        "drafts": drafts.Drafts, "subscriptions": subscriptions.Subscriptions,
        "supervision": supervision.Supervision, "recurring_tasks": recurring_tasks.RecurringTasks,
        "delivery": notification_delivery.NotificationDelivery, "sealing": sealing.Sealing,
        "endpoints": endpoints.Endpoints,
    }  # fmt: skip


def _methods() -> Iterator[tuple[str, str]]:
    classes = _classes()
    assert set(classes) - {""} == set(SERVICES)
    for service, cls in classes.items():
        for name in public(cls):
            yield service, name


METHODS = list(_methods())
# What each parameter is when it is in order. One that is not named here keeps its default.
IN_ORDER: Mapping[str, Any] = {
    "workflow": "request", "number": "A", "case": "A", "action": "note", "now": NOW, "given": NOW, "moment": NOW,
    "facts": {"text": "x"}, "reason": "x", "name": "x", "channel": "file", "since": date(2026, 1, 1),
    "until": date(2026, 12, 31), "through": date(2026, 3, 2), "year": 2026, "count": 1, "id_": 1, "ids": [1],
    "token": "x", "words": "x", "rows": [], "known_on": None, "type": "case.*", "role": "portal",
    "connection": create_engine("sqlite://").connect(),
}  # fmt: skip


class Thing:
    """A value of a class that no verb knows."""


NAN = float("nan")
ODD: tuple[Any, ...] = (
    "", " ", "zz", "\ud800", "a\x00b", "a\nb", "x" * 50_000, "2026-02-30", "0001-01-01", "9999-12-31", "１２", "../x",
    0, -1, 10**30, 1.5, NAN, math.inf, -math.inf, True, None, b"x", 1j, Decimal("sNaN"), Decimal("Infinity"),
    date(2026, 3, 2), date.min, NOW.replace(tzinfo=None), datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), datetime.min.replace(tzinfo=UTC),
    [], ["\ud800"], [None], [10**30], [NAN], ["A"], "A", (1, 2), {"a": 1}, {1: 2}, {"text": NAN}, {"text": math.inf},
    {"text": Decimal("NaN")}, {"text": "\ud800"}, {"\ud800": "x"}, {"text": ["x"]}, {"officer": NAN}, {"x" * 9999: 1},
    [(1, {"case": "\ud800", "workflow": "request", "day": DAY, "action": "receive"})], [("a", {})], [(1, 2)], [1],
    [(1, {"case": "Z", "workflow": "request", "day": NAN, "action": None, "title": NAN})],
    [(1, {"case": "Y", "workflow": "request", "day": DAY, "action": "receive", "title": NAN, "\ud800": NAN, 5: 6})],
    {"file": Thing()}, {1, 2}, object(), Thing, Thing(), Path("\ud800"), Path("a\x00b"), Path("/"), int, lambda: None,
)  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with a_place("sqlite", tmp_path_factory.mktemp("odd") / "office") as place, place.open() as opened:
        opened.receive("request", "A", facts={"channel": "in_person"}, now=NOW)
        opened.drafts.keep("A", "extend", "x", now=NOW)
        yield opened


def _named(method: tuple[str, str]) -> str:
    return ".".join(filter(None, method))


def parameters(office: Office, method: tuple[str, str]) -> tuple[Callable[..., Any], Mapping[str, Any], list[str]]:
    """The method, its arguments in order, and the names of all its parameters."""
    service, name = method
    verb = getattr(getattr(office, service) if service else office, name)
    given = inspect.signature(verb).parameters
    ordered = {each: IN_ORDER[each] for each, one in given.items() if each in IN_ORDER and one.default is one.empty}
    if "now" in given:
        ordered["now"] = NOW
    return verb, ordered, [each for each, one in given.items() if one.kind is not one.VAR_POSITIONAL]


def assert_taken_or_refused(verb: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    try:
        result = verb(**arguments)
        if isinstance(result, Iterator):
            list(result)
    except GkflowError as error:
        refused = error
    except Exception as error:
        pytest.fail(f"{type(error).__name__}: {error} from {shown(arguments)}")
    else:
        return
    line = str(refused)
    assert refused.code, type(refused)
    assert line.encode(), line  # it can be printed
    if not isinstance(refused, FilesAtFault):
        assert "\n" not in line, line
        assert len(line) < 2000, line


def shown(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={str(value)[:60]!r}" for name, value in arguments.items())


@pytest.mark.parametrize("method", METHODS, ids=_named)
def test_every_odd_value_of_every_parameter_is_taken_or_refused(method: tuple[str, str], shared: Office) -> None:
    verb, ordered, names = parameters(shared, method)
    for name in names:
        for odd in ODD:
            assert_taken_or_refused(verb, {**ordered, name: odd})


def functions() -> list[str]:
    """The functions that the package itself exports."""
    return [name for name in gkflow.NAMES if inspect.isfunction(getattr(gkflow, name))]


@pytest.mark.parametrize("name", functions())
def test_every_odd_value_of_every_parameter_of_a_function_is_taken_or_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    function = getattr(gkflow, name)

    def call(**arguments: Any) -> None:
        result = function(**arguments)
        if isinstance(result, Office):
            result.close()

    parameters = inspect.signature(function).parameters
    needed = [each for each, one in parameters.items() if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    ordered = {each: IN_ORDER[each] for each in needed}
    for parameter in parameters:
        for odd in (*ODD, 5, "text", "999999", "sqlite:///", "sqlite:///a\x00b", "x://y", "postgresql://"):
            assert_taken_or_refused(call, {**ordered, parameter: odd})


@pytest.mark.parametrize(
    ("ask", "code", "line"),
    [
        (lambda: gkflow.open(5), "wrong_kind", "target 应当是数据库地址或者 SQLAlchemy 的 engine，不能是 int 类型"),
        (lambda: gkflow.open(home=5), "wrong_kind", "home 应当是一个路径，不能是 int 类型"),
        (lambda: gkflow.open(settings=5), "wrong_kind", "settings 应当是机关设置，不能是 int 类型"),
        (lambda: gkflow.calendar(known_on="text"), "wrong_kind", "known_on 应当是 datetime.date，不能是 str 类型"),
        (lambda: gkflow.calendar(region=5), "not_a_text", "region 应当是文本，不能是 int 类型"),
        (lambda: gkflow.calendar(region="999999"), "unknown_region", "region 999999：没有这个地区"),
        (lambda: gkflow.calendar(region="45"), "bad_region", "region 45：要写六位地区代码（GB/T 2260），例如 450000"),
    ],
)
def test_a_wrong_argument_of_a_function_is_one_line_that_names_it(ask: Callable[[], Any], code: str, line: str) -> None:
    from gkflow.words.language import CHINESE, speaking
    from gkflow.words.objections import error_words

    with pytest.raises(GkflowError) as refused:
        ask()
    with speaking(CHINESE):
        assert (refused.value.code, error_words(refused.value)) == (code, line)


def test_a_region_is_taken_with_its_province() -> None:
    assert gkflow.calendar(region="450000").is_working_day(date(2026, 3, 2))


def test_odd_units_are_refused(shared: Office) -> None:
    """They are given by place alone, as many as are wanted."""
    for odd in ODD:
        with pytest.raises(GkflowError):
            shared.limited_to("\ud800", odd)  # type: ignore[arg-type]  # what no unit is called


@pytest.mark.slow
@pytest.mark.parametrize("method", [each for each in METHODS if each != ("", "limited_to")], ids=_named)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_odd_values_together_are_taken_or_refused(method: tuple[str, str], shared: Office, data: Any) -> None:
    verb, ordered, names = parameters(shared, method)
    wrong = st.one_of(st.sampled_from(ODD), st.text(), st.integers(), st.floats(), st.dates(), st.binary())
    drawn = data.draw(st.sets(st.sampled_from(names))) | ({"ledger"} & set(names))
    odd = {each: data.draw(wrong) for each in drawn}
    assert_taken_or_refused(verb, {**ordered, **odd})


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    with place.open() as opened:
        opened.receive("request", "A", facts={"channel": "in_person"}, now=NOW)
        yield opened


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda office: office.view("\ud800"), "mark_refused"),
        (lambda office: office.deadlines("a\x00"), "mark_refused"),
        (lambda office: office.why_kept("\ud800"), "mark_refused"),
        (lambda office: office.receive("request", "B", key="\ud800", now=NOW), "mark_refused"),
        (lambda office: office.do("A", "note", key="\ud800", facts={"text": "x"}, now=NOW), "mark_refused"),
        (lambda office: office.cases(due_within="a"), "wrong_kind"),
        (lambda office: office.cases(due_within=10**30), "out_of_range"),
        (lambda office: office.cases(due_within=10**9), "not_between"),
        (lambda office: office.cases(due_within=-1), "not_between"),
        (lambda office: office.page(CaseQuery(due_within=10**9)), "not_between"),
        (lambda office: office.count(CaseQuery(due_within=-1)), "not_between"),
        (lambda office: office.cases(due_within=-1, known_on=DAY), "not_between"),
        (lambda office: office.page(CaseQuery(ran_out=frozenset({("A", "reply", "")})), as_of=DAY), "wrong_kind"),
        (lambda office: office.page(CaseQuery(ran_out=5), as_of=DAY), "wrong_kind"),
        (lambda office: office.do("A", "note", facts={1: "x"}, now=NOW), "not_a_text"),
        (lambda office: office.do("A", "note", facts={"text": "x"}, key="k" * 501, now=NOW), "name_too_long"),
        (lambda office: office.receive("request", "B", key="k" * 501, now=NOW), "name_too_long"),
        (lambda office: office.cases(overdue="no"), "wrong_kind"),
        (lambda office: office.notices("zz"), "not_one_of"),
        (lambda office: office.export("A"), "wrong_kind"),
        (lambda office: office.supervision.rates(date(2026, 1, 1), date(2026, 2, 1), by="unit"), "wrong_kind"),
        (lambda office: office.supervision.rates(date(2026, 1, 1), date(2026, 2, 1), by=["year"]), "not_one_of"),
        (lambda office: office.supervision.rates(date(2026, 1, 1), date(2026, 2, 1), workflow="zz"),
         "unknown_workflow"),
        (lambda office: office.do("A", "note", facts={"text": NAN}, now=NOW), "bad_fact"),
        (lambda office: office.do("A", "note", facts={"text": Decimal("sNaN")}, now=NOW), "bad_fact"),
        (lambda office: office.receive("request", "B", facts={"title": math.inf}, now=NOW), "bad_fact"),
        (lambda office: office.drafts.keep("A", "note", "x", facts={"text": NAN}, now=NOW), "bad_fact"),
        (lambda office: office.ack([], number="zz", words="x"), "unknown_case"),
        (lambda office: office.ack([99], words="x"), "unknown_escalation"),
        (lambda office: office.ack("12", words="x"), "wrong_kind"),
        (lambda office: office.sweep(date.min, now=NOW), "out_of_range"),
        (lambda office: office.tick(datetime(1, 1, 2, tzinfo=UTC)), "out_of_range"),
        (lambda office: office.tick(NOW, expected=NOW.replace(tzinfo=None)), "bad_moment"),
    ],
)  # fmt: skip
def test_a_wrong_argument_has_its_code(office: Office, ask: Callable[[Office], Any], code: str) -> None:
    before = office.export()
    with pytest.raises(GkflowError) as refused:
        ask(office)
    assert refused.value.code == code
    assert office.export() == before


def test_numbers_that_are_given_one_after_the_other_are_all_read(office: Office) -> None:
    """A generator is read once, and its values are still there for the verb."""
    assert {row["case"] for row in office.export(each for each in ("A",))} == {"A"}


def test_the_signature_of_a_verb_stays_what_it_was() -> None:
    assert list(inspect.signature(Office.do).parameters)[:3] == ["self", "number", "action"]
    assert Office.do.__doc__


def test_every_message_names_the_argument_in_chinese_too(office: Office) -> None:
    from gkflow.words.language import CHINESE, speaking
    from gkflow.words.objections import error_words

    with pytest.raises(GkflowError) as refused:
        office.cases(due_within="a")  # type: ignore[arg-type]  # what is tested
    with speaking(CHINESE):
        assert error_words(refused.value) == "due_within 应当是整数，不能是 str 类型"
    for ask, line in (
        (lambda: office.do("A", "note", facts={1: "x"}), "facts 的 key 应当是文本，不能是 int 类型"),  # type: ignore[dict-item]  # the mistake
        (lambda: office.cases(due_within=-1), "due_within = -1：要在 0 到 1000 之间"),
        (lambda: office.do("A", "note", facts={"text": "x"}, key="k" * 501), "“key”一栏有 501 字，最多 500 字"),
    ):
        with pytest.raises(GkflowError) as refused:
            ask()
        with speaking(CHINESE):
            assert error_words(refused.value) == line


# --- one word for one thing -------------------------------------------------------------------------------


def signatures() -> Iterator[tuple[str, inspect.Signature]]:
    """Every public function and method of the package."""
    for service, name in METHODS:
        yield _named((service, name)), inspect.signature(_class_of(service, name))
    for name in dir(gkflow):
        thing = getattr(gkflow, name)
        if inspect.isfunction(thing):
            yield name, inspect.signature(thing)


def _class_of(service: str, name: str) -> Callable[..., Any]:
    return next(getattr(cls, name) for each, cls in _classes().items() if each == service)


def test_the_number_of_a_case_is_one_word_in_every_signature() -> None:
    named = {name: set(signature.parameters) for name, signature in signatures()}
    assert {name for name, each in named.items() if each & {"case", "case_number", "case_id", "no"}} == set()
    assert {"do", "receive", "view", "ack", "notices", "escalations", "drafts.keep"} <= {
        name for name, each in named.items() if "number" in each
    }


def test_the_older_word_is_still_taken_with_a_warning_and_never_beside_the_present_one(shared: Office) -> None:
    calls: tuple[tuple[Callable[..., Any], Mapping[str, Any]], ...] = (
        (shared.notices, {}), (shared.escalations, {}), (shared.do, {"action": "note", "facts": {"text": "x"},
        "now": NOW, "dry_run": True}), (shared.view, {}),
    )  # fmt: skip
    for verb, more in calls:
        with pytest.warns(DeprecationWarning, match="case= is called number= now"):
            older = verb(case="A", **more)
        assert repr(older) == repr(verb(number="A", **more))
        with pytest.warns(DeprecationWarning, match="case="), pytest.raises(TypeError, match="the same argument"):
            verb(case="A", number="A", **more)
    with pytest.warns(DeprecationWarning, match="case="), pytest.raises(GkflowError) as caught:
        shared.notices(case=5)
    assert "number" in str(caught.value)
