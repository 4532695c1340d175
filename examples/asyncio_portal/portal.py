"""
A portal on asyncio (asyncio 门户): an AsyncSession of SQLAlchemy on asyncpg, and the case in its transaction.

    pip install 'gkflow[asyncio,pg]' asyncpg
    PORTAL_DATABASE=postgresql+asyncpg://user:password@host/name python examples/asyncio_portal/portal.py

The office has connections of its own by psycopg: for verbs without a session, in threads.
"""

from __future__ import annotations

import asyncio
import os

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import gkflow


class Base(DeclarativeBase):
    """The portal's own tables."""


class Application(Base):
    """What an applicant has sent (申请)."""

    __tablename__ = "application"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    case_number: Mapped[str] = mapped_column(default="")


class Portal:
    """The portal of one office (门户)."""

    def __init__(self, engine: AsyncEngine, office: gkflow.Office) -> None:
        self.engine, self.office = engine, office

    async def receive(self, text: str, day: str) -> gkflow.Outcome:
        """Receive an application (收件): the row and the case are committed together."""
        async with AsyncSession(self.engine) as session, session.begin():
            row = Application(text=text)
            session.add(row)
            await session.flush()
            outcome = await self.office.aio.receive(
                "request", day=day, title=text, facts={"channel": "in_person"}, key=f"application-{row.id}",
                session=session,
            )  # fmt: skip
            row.case_number = outcome.number
        return outcome

    async def receive_all(self, texts: list[str], day: str) -> list[gkflow.Outcome]:
        """Many at once, each in its own transaction."""
        return await asyncio.gather(*(self.receive(text, day) for text in texts))

    async def page(self, as_of: str) -> gkflow.Page:
        """A page of the open cases (台账), in a thread: without a session of the portal."""
        return await self.office.aio.page(as_of=as_of, total=True)


async def open_portal(address: str) -> Portal:
    """The portal on a database; tables that are missing are created."""
    engine = create_async_engine(address)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    ours = make_url(address).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    settings = gkflow.Settings(unit="GK", units={"GK": {"label": "办公室"}})
    office = await asyncio.to_thread(gkflow.open, ours, settings=settings)
    return Portal(engine, office)


async def main(address: str) -> None:
    """Receive three applications and print the list."""
    portal = await open_portal(address)
    try:
        await portal.receive_all(["某规划", "某预算", "某环评批复"], "2026-03-02")
        page = await portal.page("2026-03-02")
        for line in page.rows:
            print(line.case, line.last_day)
        print(page.total)
    finally:
        await portal.office.aio.close()
        await portal.engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(os.environ["PORTAL_DATABASE"]))
