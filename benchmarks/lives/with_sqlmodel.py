"""
python-statemachine with SQLModel (状态机库加对象映射): a machine on the model's row, and a history row, in one commit.

As the documentation of python-statemachine says for persisted models: the row is loaded, the machine is bound to it
and moves its column ``state``. One session for each step, as a web request has.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from record import LIFE, MOVES, Ended, Step, due_after, sqlite_file
from sqlalchemy import JSON, Column, Engine, event
from sqlmodel import Field, Session, SQLModel, create_engine, select
from statemachine import State, StateMachine


class Case(SQLModel, table=True):
    number: str = Field(primary_key=True)
    state: str = "new"
    due: date | None = Field(default=None, index=True)


class History(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    case: str = Field(index=True, foreign_key="case.number")
    day: date
    action: str
    by: str
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Life(StateMachine):
    """The same states and moves."""

    new = State(initial=True)
    received = State()
    registered = State()
    assigned = State()
    correction_asked = State()
    replied = State()
    delivered = State()
    archived = State(final=True)

    receive = new.to(received)
    register = received.to(registered)
    assign = registered.to(assigned)
    ask_correction = assigned.to(correction_asked)
    receive_correction = correction_asked.to(registered)
    extend = registered.to.itself()
    reply = registered.to(replied)
    deliver = replied.to(delivered)
    archive = delivered.to(archived)


assert {each.id for each in Life.events} == {action for _, action in MOVES}


def engine_of(path: Path) -> Engine:
    """An engine whose connections commit with synchronous=FULL, and which keeps them."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


class Contestant:
    """Cases as rows that a machine moves."""

    def __init__(self, folder: Path) -> None:
        self.engine = engine_of(sqlite_file(folder))
        SQLModel.metadata.create_all(self.engine)

    def live(self, cases: Iterable[str]) -> None:
        for number in cases:
            for step in LIFE:
                self._take(number, step)

    def _take(self, number: str, step: Step) -> None:
        with Session(self.engine) as session:
            case = session.get(Case, number)
            if case is None:
                case = Case(number=number)
                session.add(case)
            Life(case).send(step.action)
            case.due = due_after(step, case.due)
            session.add(History(case=number, day=step.day, action=step.action, by=step.by, facts=step.facts))
            session.commit()

    def ended(self, case: str) -> Ended:
        with Session(self.engine) as session:
            row = session.get_one(Case, case)
            history = session.exec(select(History.action).where(History.case == case).order_by(History.id))
            return Ended(row.state, row.due, tuple(history))

    def close(self) -> None:
        self.engine.dispose()
