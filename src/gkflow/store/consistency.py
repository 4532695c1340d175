"""Consistency checks (一致性): editions and what depends on them, notices and the cases that they name."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import exists, literal, select

from gkflow.domain.case import canonical
from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, bind
from gkflow.store.tables import CALENDAR_EDITION, EDITION, ENTRY, ESCALATION, NOTICE, SEAL, SEAL_LEAF, SWEEP

_N, _E = NOTICE.c, ESCALATION.c
_ANY = tuple(Statement(select(literal(1)).select_from(table).limit(1)) for table in (ENTRY, SWEEP, SEAL))
_SEALED = Statement(select(SEAL_LEAF.c.kind).where(SEAL_LEAF.c.kind == bind("kind")).limit(1))
_CALENDARS = Statement(
    select(CALENDAR_EDITION.c.id, CALENDAR_EDITION.c.edition, CALENDAR_EDITION.c.data).order_by(CALENDAR_EDITION.c.id)
)
_SOURCES = Statement(select(EDITION.c.edition, EDITION.c.source).order_by(EDITION.c.edition))
_LOST = tuple(
    Statement(select(named.label("edition")).distinct().where(~exists().where(EDITION.c.edition == named)))
    for named in (ENTRY.c.edition, _N.wording)
)
_NOTICES = Statement(
    select(
        _N.id, _N.key, _N.case, _N.facts, _E.case.label("of_case"), _E.clock, _E.ref, _E.last_day, _E.step
    )
    .select_from(NOTICE.outerjoin(ESCALATION, _E.id == _N.escalation))
    .where(_N.id > bind("after"))
    .order_by(_N.id)
    .limit(bind("size"))
)  # fmt: skip
_CASES = Statement(select(ENTRY.c.case).distinct())


class Consistency(Part):
    """Consistency checks in one transaction (一致性)."""

    def has_record(self) -> bool:
        """Whether anything was ever entered or swept here."""
        return any(self.row(statement) is not None for statement in _ANY)

    def was_sealed(self, kind: str) -> bool:
        """Whether a seal has anything of a kind."""
        return self.row(_SEALED, kind=kind) is not None

    def calendar_contents(self) -> list[tuple[int, str, str]]:
        """Every calendar edition on record: its number, its name, its data."""
        return [(row.id, row.edition, row.data) for row in self.rows(_CALENDARS)]

    def kept_sources(self) -> list[tuple[str, str]]:
        """Every kept workflow and wording edition: its name, its source."""
        return [(row.edition, row.source) for row in self.rows(_SOURCES)]

    def editions_lost(self) -> list[str]:
        """The editions that entries or notices name and that were not kept."""
        return sorted({edition for statement in _LOST for edition in self.column(statement)})

    def notices_that_differ(self) -> list[int]:
        """The notices whose facts name another case than the notice, its key or its escalation."""
        return [int(row.id) for page in self.pages(_NOTICES, 0) for row in page if not _agrees(row)]

    def all_cases(self) -> list[str]:
        """Every case number on record."""
        return [str(case) for case in self.column(_CASES)]


def _agrees(row: Any) -> bool:
    try:
        facts = json.loads(row.facts)
        if canonical(facts) != row.facts or (row.case and (facts["case"] != row.case or f"{row.case}/" not in row.key)):
            return False
        if row.of_case is None:
            return True
        about = (row.of_case, row.clock, row.ref, row.last_day.isoformat(), row.step)
        said = tuple(facts[name] for name in ("case", "clock", "ref", "deadline", "step"))
        return said == about and bool(row.key.startswith("/".join(map(str, about))))
    except (ValueError, LookupError, TypeError):
        return False
