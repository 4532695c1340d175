"""
A DBOS workflow (持久工作流): a case is a workflow, a step is a transaction of the datasource.

As the documentation says: the state and its history are written in the transaction that also keeps the step's result.
The workflow goes from step to step at once. In an office it would wait for days in between, with a message for each
action (``DBOS.send`` and ``DBOS.recv``), which would be more commits; the peer is spared them. DBOS recommends
PostgreSQL for production, so there is a row for SQLite and one for PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, SQLAlchemyDatasource
from record import LIFE, MOVES, Ended, due_after, sqlite_file

_METADATA = sa.MetaData()
CASE = sa.Table(
    "office_case",
    _METADATA,
    sa.Column("number", sa.String, primary_key=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("due", sa.Date, index=True),
)
HISTORY = sa.Table(
    "office_history",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String, nullable=False, index=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
)


class Contestant:
    """Cases as durable workflows; tables of the office and of DBOS in one database."""

    def __init__(self, folder: Path, address: str = "") -> None:
        address = address or f"sqlite:///{sqlite_file(folder)}"
        DBOS(config={"name": "office", "system_database_url": address, "log_level": "ERROR"})
        self.data = SQLAlchemyDatasource.create(address)
        _METADATA.create_all(self.data.engine)
        self.workflow = self._workflow()
        DBOS.launch()

    def _workflow(self) -> Any:
        data = self.data

        @data.transaction(isolation_level="SERIALIZABLE")
        def take(number: str, place: int) -> str:
            session, step = data.sql_session(), LIFE[place]
            row = session.execute(sa.select(CASE.c.state, CASE.c.due).where(CASE.c.number == number)).first()
            state = MOVES[row.state if row else "new", step.action]
            due = due_after(step, row.due if row else None)
            if row is None:
                session.execute(CASE.insert().values(number=number, state=state, due=due))
            else:
                session.execute(CASE.update().where(CASE.c.number == number).values(state=state, due=due))
            session.execute(
                HISTORY.insert().values(
                    number=number, day=step.day, action=step.action, actor=step.by, facts=step.facts
                )
            )
            return state

        @DBOS.workflow()
        def life(number: str) -> None:
            for place in range(len(LIFE)):
                take(number, place)

        return life

    def live(self, cases: Iterable[str]) -> None:
        for number in cases:
            self.workflow(number)

    def ended(self, case: str) -> Ended:
        with self.data.engine.connect() as connection:
            row = connection.execute(sa.select(CASE).where(CASE.c.number == case)).one()
            history = connection.execute(
                sa.select(HISTORY.c.action).where(HISTORY.c.number == case).order_by(HISTORY.c.id)
            )
            return Ended(row.state, row.due, tuple(history.scalars()))

    def close(self) -> None:
        DBOS.destroy()
