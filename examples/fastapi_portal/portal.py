"""
A portal on FastAPI and SQLAlchemy (FastAPI 门户): its own row and the case are committed together, or neither is.

    pip install gkflow fastapi uvicorn
    PORTAL_DATABASE=sqlite:///portal.db uvicorn --app-dir examples/fastapi_portal portal:app
    curl -X POST localhost:8000/applications -H 'content-type: application/json' -d '{"text": "某规划"}'

PORTAL_DATABASE may also be postgresql+psycopg://user:password@host/name (then `pip install 'gkflow[pg]'`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import gkflow

engine = create_engine(os.environ.get("PORTAL_DATABASE", "sqlite:///portal.db"))
office = gkflow.open(engine, settings=gkflow.Settings(unit="GK", units={"GK": {"label": "办公室"}}))
app = FastAPI(title="依申请公开")


class Base(DeclarativeBase):
    """The portal's own tables."""


class Application(Base):
    """What an applicant has sent (申请)."""

    __tablename__ = "application"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    case_number: Mapped[str] = mapped_column(default="")


Base.metadata.create_all(engine)


def get_session() -> Iterator[Session]:
    """One transaction for each request: committed at its end, rolled back by whatever is raised in it."""
    with Session(engine) as session, session.begin():
        yield session


# With "function" the transaction has ended before the answer is sent: nobody is told of what was not committed.
Transaction = Annotated[Session, Depends(get_session, scope="function")]


class NewApplication(BaseModel):
    """What the form sends."""

    text: str
    day: str | None = None


class Action(BaseModel):
    """What an officer does in a case."""

    action: str
    day: str | None = None
    facts: dict[str, Any] = {}
    key: str | None = None
    if_seq: int | None = None


@app.post("/applications", status_code=201)
def receive(given: NewApplication, session: Transaction) -> dict[str, Any]:
    """Receive an application (收件)."""
    row = Application(text=given.text)
    session.add(row)
    session.flush()
    outcome = office.receive(
        "request", day=given.day, title=given.text, facts={"channel": "in_person"}, key=f"application-{row.id}",
        session=session,
    )  # fmt: skip
    row.case_number = outcome.number
    return outcome.as_dict()


@app.post("/cases/{number}")
def do(number: str, given: Action, session: Transaction) -> dict[str, Any]:
    """Enter an action into a case (办理)."""
    outcome = office.do(
        number, given.action, day=given.day, facts=given.facts, key=given.key, if_seq=given.if_seq, session=session
    )
    return outcome.as_dict()


@app.get("/cases")
def page(session: Transaction, after: str = "", limit: int = 50, as_of: str | None = None) -> dict[str, Any]:
    """A page of the open cases, most urgent first (台账)."""
    return office.page(after=after, limit=limit, total=True, as_of=as_of, session=session).as_dict()


@app.get("/cases/{number}/explanation")
def explain(number: str, session: Transaction, as_of: str | None = None) -> dict[str, Any]:
    """How the last day was counted (推算说明)."""
    return office.explain(number, as_of=as_of, session=session).as_dict()


_STATUS = {gkflow.NotFound: 404, gkflow.Conflict: 409, gkflow.Refused: 422}


@app.exception_handler(gkflow.GkflowError)
def refused(request: Request, error: gkflow.GkflowError) -> JSONResponse:
    """A refusal with its code, in the applicant's language; the transaction is rolled back."""
    language = "zh" if request.headers.get("accept-language", "zh").startswith("zh") else "en"
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503)
    return JSONResponse({"code": error.code, "text": error.message(language)}, status)  # type: ignore[arg-type]
