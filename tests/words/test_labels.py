"""An objection uses the labels that people know (异议中的名称), on the screen and in a portal alike."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from builders import rules
from gkflow.cli.words import error_words
from gkflow.domain import objections as package
from gkflow.domain.errors import GkflowError, objections
from gkflow.domain.labels import NAMED, with_labels
from gkflow.office import Office
from gkflow.words.language import CHINESE
from store.offices import Place, at

for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
    importlib.import_module(module.name)
NAMING = [cls for _, cls in sorted(objections().items()) if set(NAMED) & set(cls.fields)]
# What people typed or what names no rule is repeated as it is.
ASKED_FOR = {
    "unknown_action": {"action"}, "unknown_state": {"state"}, "unknown_workflow": {"workflow"},
    "may_not_act_for": {"allowed"}, "unknown_fact": {"allowed"}, "before_first": {"first"}, "before_origin": {"first"},
    "correction_before_entry": {"first"}, "extension_second": {"first"}, "fact_before_case": {"first"},
    "fact_before_entry": {"first"}, "facts_out_of_order": {"first"}, "year_too_early": {"first"},
}  # fmt: skip
NAMES: dict[str, Any] = {
    "action": "ask_fee", "allowed": ("ask_fee", "receive_payment"), "first": "receive", "state": "fee_asked",
    "workflow": "request",
}  # fmt: skip
LABELS = {
    "ask_fee": "收费通知",
    "receive_payment": "缴费",
    "receive": "收件",
    "fee_asked": "待缴费",
    "request": "依申请公开",
}
VALUES: dict[str, Any] = {
    "int": 7, "date": date(2026, 3, 2), "datetime": datetime(2026, 3, 2, tzinfo=UTC), "Sequence[str]": ("甲",),
    "Sequence[int]": (1,),
}  # fmt: skip


def sample(cls: type[GkflowError]) -> GkflowError:
    """An objection about a fee notice, its other facts without a Latin letter."""
    typed = {name: VALUES.get(kind.removesuffix(" | None"), "乙") for name, kind in cls.fields.items()}
    names = {name: NAMES[name] for name in NAMED if typed.get(name) in ("乙", ("甲",))}
    return cls(**{**typed, **names})


@pytest.mark.parametrize("cls", NAMING, ids=lambda cls: cls.code)
def test_no_objection_shows_a_name_of_the_rule_files(cls: type[GkflowError]) -> None:
    error = with_labels(sample(cls), rules().workflows.values())
    message = error.message("zh")
    for name in NAMED:
        if name in cls.fields and name not in ASKED_FOR.get(cls.code, set()):
            for code in (NAMES[name],) if isinstance(NAMES[name], str) else NAMES[name]:
                assert code not in message.replace(f"({code})", ""), message
                if f"{{{name}}}" in CHINESE.pattern(cls.sentence):
                    assert LABELS[code] in message, message


@pytest.mark.parametrize("cls", NAMING, ids=lambda cls: cls.code)
def test_a_portal_and_the_command_line_use_the_same_words(cls: type[GkflowError]) -> None:
    error = with_labels(sample(cls), rules().workflows.values())
    if cls.in_terminal is None:
        assert error_words(error) == error.message("zh")


def test_the_labels_go_with_the_objection() -> None:
    error = with_labels(sample(objections()["action_not_allowed"]), rules().workflows.values())
    assert pickle.loads(pickle.dumps(error)).message("zh") == error.message("zh")


def refusal(office: Office, *given: Any, **named: Any) -> GkflowError:
    with pytest.raises(GkflowError) as refused:
        office.do(*given, now=at("2026-03-02"), **named)
    return refused.value


def test_what_an_office_refuses_is_said_in_the_words_of_its_rules(place: Place) -> None:
    with place.open() as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at("2026-03-02"))
        refused = refusal(office, "A", "deliver")
        assert refused.message("zh").startswith(
            "案件 A 现在是“已收件”，不能“送达”（国办公开办函〔2016〕235号）；可以：确认收到、登记"
        )
        assert not re.search("[a-z]", refused.message("zh"))
        assert refused.message("zh") == error_words(refused)
        assert refusal(office, "A", "transfer").message("zh") == "转办：还缺 转往单位(to_unit)（依申请公开）"
        # Services refuse like the office itself.
        draft = office.drafts.keep("A", "deliver", "某", now=at("2026-03-02"))
        with pytest.raises(GkflowError) as entered:
            office.drafts.enter(draft, now=at("2026-03-02"))
        assert entered.value.message("zh") == refused.message("zh")


def test_the_rows_that_an_import_refuses_are_reported_in_these_words(place: Place) -> None:
    rows = [(2, {"案件编号": "A", "流程": "request", "日期": "2026-03-02", "动作": "register"})]
    with place.open() as office:
        (bad,) = office.import_register(rows, now=at("2026-03-03")).bad
        assert bad.reason.message("zh") == "案件 A：“登记”不能在收件之前；案件从“收件”开始"
