"""A portal's use of gkflow (门户的用法): it is type-checked and not run. What a stranger writes has to have types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, assert_type

from sqlalchemy.orm import Session

import gkflow
from gkflow import CaseLine, CaseQuery, Channel, Deadline, Message, NotDelivered, Office, Outcome, Page, Status, Verdict


def receive(office: Office, session: Session, title: str, now: datetime) -> str:
    outcome = office.receive(
        "request", facts={"channel": "internet", "title": title}, key="portal/1", session=session, now=now
    )
    assert_type(outcome, Outcome)
    assert_type(outcome.last_day, date | None)
    return outcome.number


def overdue(office: Office) -> list[CaseLine]:
    return [line for line in office.cases(overdue=True) if line.last_day is not None]


def first_page(office: Office, officer: str) -> tuple[tuple[CaseLine, ...], str | None]:
    page = office.page(CaseQuery(officer=officer), order="received", limit=20, total=True)
    assert_type(page, Page)
    assert_type(page.total, int | None)
    return page.rows, page.next


def numbers(office: Office) -> int:
    return office.count(by="status").get("overdue", 0)


def is_late(office: Office, number: str) -> bool:
    deadlines = office.deadlines(number)
    assert_type(deadlines, dict[str, Deadline])
    reply = deadlines["reply"]
    return reply.status is Status.RUNNING and reply.verdict is Verdict.OVERDUE


def why_not(office: Office, number: str) -> str:
    try:
        office.do(number, "reply", facts={"decision": "D-PUB"})
    except gkflow.Refused as refused:
        assert_type(refused.code, str)
        return refused.code
    return ""


class Pager:
    """A channel of a portal's own."""

    name = "pager"
    quiet = False

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        return {message.key: None for message in messages}


def deliver(office: Office) -> int:
    pager: Channel = Pager()
    return office.deliver(channels={"pager": pager}).delivered


def a_name_that_does_not_exist() -> None:
    gkflow.recieve  # type: ignore[attr-defined]  # noqa: B018  (an unknown name is an error)


def before_forking() -> None:
    rules = gkflow.load_rules()
    assert_type(rules.edition, str)


def as_json(office: Office, number: str) -> list[dict[str, Any]]:
    assert_type(office.page().as_dict(), dict[str, Any])
    assert_type(office.deadlines(number)["reply"].as_dict(), dict[str, Any])
    assert_type(office.verify().as_dict(), dict[str, Any])
    return [line.as_dict() for line in office.escalations(number=number)]


def status_of(error: gkflow.GkflowError, case: gkflow.Case) -> int:
    if error.code == gkflow.Code.CASE_EXISTS:
        return 409
    late = [finding for finding in case.findings if finding.code == gkflow.FindingCode.ACT_LATE]
    return 200 if late else {gkflow.Code.UNKNOWN_CASE: 404}.get(gkflow.Code(error.code), 400)


def a_code_that_does_not_exist() -> None:
    gkflow.Code.CASE_EXITS  # type: ignore[attr-defined]  # noqa: B018


def answer_of(error: gkflow.GkflowError) -> dict[str, object]:
    assert_type(error.message("en"), str)
    error.message("fr")  # type: ignore[arg-type]  # there is no such language
    return {"code": error.code, "text": error.message("zh")}


def reply_to_what_was_read(office: Office, number: str) -> int:
    read = office.case(number)
    assert_type(read.seq, int)
    return office.do(number, "reply", facts={"decision": "D-PUB"}, if_seq=read.seq).seq


def an_office_without_a_file(url: str) -> Office:
    settings = gkflow.Settings(
        unit="GK",
        units={"GK": {"label": "办公室"}},
        people=[{"name": "张三", "roles": ["officer"]}],
        quiet={"from": "20:00", "until": "08:00"},
    )
    assert_type(settings.unit, str)
    return gkflow.open(url, settings=settings)


def an_event_from_an_office(body: bytes, headers: dict[str, str]) -> str:
    event = gkflow.webhooks.verify(body, headers, ["whsec_new", "whsec_old"])
    gkflow.webhooks.verify(body, headers, 7)  # type: ignore[arg-type]  # a secret is a text
    return str(event["case"])


def the_state_of_an_endpoint(office: Office) -> bool:
    assert_type(office.endpoints.post().posted, int)
    [state] = office.endpoints.all()
    return state.failing_since is None
