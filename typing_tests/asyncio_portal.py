"""A portal on asyncio (异步门户): type-checked and not run. Each awaited verb has the types of the verb itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_type

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from gkflow import CaseLine, Deadline, Event, Office, Outcome, Page, Swept
from gkflow.application.moved import Moved
from gkflow.application.ports import DraftLine, EscalationRecord


async def receive(office: Office, session: AsyncSession, now: datetime) -> str:
    outcome = await office.aio.receive("request", facts={"channel": "internet"}, session=session, now=now)
    assert_type(outcome, Outcome)
    assert_type(outcome.last_day, date | None)
    return outcome.number


async def act(office: Office, connection: AsyncConnection) -> None:
    assert_type(await office.aio.do("A", "register", day="2022-09-05", if_seq=1, session=connection), Outcome)
    assert_type(await office.aio.page(limit=20), Page)
    assert_type(await office.aio.cases(overdue=True), list[CaseLine])
    assert_type(await office.aio.deadlines("A"), dict[str, Deadline])
    assert_type(await office.aio.events("", limit=5), tuple[Event, ...])
    assert_type(await office.aio.tick(), Swept)
    assert_type(await office.aio.drafts.all(), list[DraftLine])
    assert_type(await office.aio.delivery.escalations(number="A"), list[EscalationRecord])
    assert_type(await office.aio.calendars.moving(), tuple[Moved, ...])
    assert_type(await office.aio.close(), None)


async def mistakes(office: Office) -> None:
    await office.aio.do("A")  # type: ignore[call-arg]  # which action?
    await office.aio.do("A", "register", if_seq="1")  # type: ignore[arg-type]
    await office.aio.do("A", "register", days="2022-09-05")  # type: ignore[call-arg]
    await office.aio.cases(overdue="yes")  # type: ignore[arg-type]
    await office.aio.redo("A")  # type: ignore[attr-defined]
    office.aio.case("A").number  # type: ignore[attr-defined]  # noqa: B018  (it is not awaited)
