"""
The contestant that is measured (本系统): one call of ``receive`` or ``do`` for each step.

Besides state, history and due day it checks each fact and role of the workflow, chains the entries by hashes, counts
every clock with its suspensions, keeps the docket with its revisions, and writes notices and events.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from record import LIFE, Ended

import gkflow

NOW = datetime(2026, 4, 24, 9, tzinfo=UTC)


class Contestant:
    """An office of its own, with SQLite's WAL and synchronous=FULL or with PostgreSQL."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.office = gkflow.open(address or f"sqlite:///{folder}/cases.db", home=folder)
        assert self.office.rules

    def live(self, cases: Iterable[str]) -> None:
        office, (first, *others) = self.office, LIFE
        for case in cases:
            office.receive("request", case, day=first.day, by=first.by, facts=first.facts, now=NOW)
            for step in others:
                office.do(case, step.action, day=step.day, by=step.by, facts=step.facts, now=NOW)

    def ended(self, case: str) -> Ended:
        view = self.office.view(case)
        return Ended(view.case.state, view.deadlines["reply", ""].last_day, tuple(each.action for each in view.entries))

    def close(self) -> None:
        self.office.close()
