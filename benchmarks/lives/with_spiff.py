"""
SpiffWorkflow and pickle (业务流程引擎): the same life in BPMN, its state pickled into a row at each step.

Pickle takes 60 % of the time of the library's own JSON serializer (measured), so the peer is given pickle. The
specification is parsed once; a step loads the workflow from its row, runs the one ready task and what follows it.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree
from record import LIFE, MOVES, Ended, Step, due_after, sqlite_file
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser

_FLOWS = (
    ("start", "receive", ""),
    ("receive", "register", ""),
    ("register", "open", ""),
    ("open", "assign", "next == 'assign'"),
    ("assign", "ask_correction", ""),
    ("ask_correction", "receive_correction", ""),
    ("receive_correction", "open", ""),
    ("open", "extend", "next == 'extend'"),
    ("extend", "open", ""),
    ("open", "reply", ""),
    ("reply", "deliver", ""),
    ("deliver", "archive", ""),
    ("archive", "end", ""),
)


def _bpmn() -> bytes:
    """The process as a modeller would save it: one user task for each action, one gateway while the case is open."""
    parts = ['<startEvent id="start"/>', '<endEvent id="end"/>', '<exclusiveGateway id="open" default="open_reply"/>']
    parts += [f'<userTask id="{step.action}" name="{step.action}"/>' for step in LIFE]
    for source, target, condition in _FLOWS:
        inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        parts.append(
            f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="gkflow">'
        f'<process id="request" name="request" isExecutable="true">{"".join(parts)}</process></definitions>'
    ).encode()


_TABLES = """
CREATE TABLE cases (number TEXT PRIMARY KEY, state TEXT NOT NULL, due TEXT, workflow BLOB NOT NULL);
CREATE INDEX cases_due ON cases (due);
CREATE TABLE history (id INTEGER PRIMARY KEY, number TEXT NOT NULL, day TEXT NOT NULL, action TEXT NOT NULL,
    actor TEXT NOT NULL, facts TEXT NOT NULL);
CREATE INDEX history_number ON history (number);
"""


class Contestant:
    """Cases as pickled workflows, on one connection of ``sqlite3``."""

    def __init__(self, folder: Path) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(_bpmn()))
        self.spec = parser.get_spec("request")
        self.db = sqlite3.connect(sqlite_file(folder), isolation_level=None)
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.executescript(_TABLES)

    def live(self, cases: Iterable[str]) -> None:
        for number in cases:
            for step, after in zip(LIFE, [*LIFE[1:], None], strict=True):
                self._take(number, step, after.action if after else "")

    def _take(self, number: str, step: Step, then: str) -> None:
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        row = db.execute("SELECT state, due, workflow FROM cases WHERE number = ?", (number,)).fetchone()
        state, due, workflow = (row[0], row[1], pickle.loads(row[2])) if row else ("new", None, self._begun())
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        assert task.task_spec.name == step.action
        task.data["next"] = then
        task.run()
        workflow.do_engine_steps()
        last = due_after(step, date.fromisoformat(due) if due else None)
        db.execute(
            "INSERT INTO cases VALUES (:number, :state, :due, :workflow) ON CONFLICT (number)"
            " DO UPDATE SET state = :state, due = :due, workflow = :workflow",
            {
                "number": number,
                "state": MOVES[state, step.action],
                "due": last and last.isoformat(),
                "workflow": pickle.dumps(workflow, pickle.HIGHEST_PROTOCOL),
            },
        )
        db.execute(
            "INSERT INTO history (number, day, action, actor, facts) VALUES (?, ?, ?, ?, ?)",
            (number, step.day.isoformat(), step.action, step.by, json.dumps(step.facts, ensure_ascii=False)),
        )
        db.execute("COMMIT")

    def _begun(self) -> Any:
        workflow = BpmnWorkflow(self.spec)
        workflow.do_engine_steps()
        return workflow

    def ended(self, case: str) -> Ended:
        state, due, workflow = self.db.execute(
            "SELECT state, due, workflow FROM cases WHERE number = ?", (case,)
        ).fetchone()
        assert pickle.loads(workflow).is_completed()
        history = self.db.execute("SELECT action FROM history WHERE number = ? ORDER BY id", (case,))
        return Ended(state, date.fromisoformat(due), tuple(action for (action,) in history))

    def close(self) -> None:
        self.db.close()
