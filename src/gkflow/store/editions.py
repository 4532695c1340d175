"""
The editions that the office has adopted (采用的版本), of the calendar and of the rules; the last of each is in use.

They only grow. A writer blocks adoptions until the end of its transaction, so that the editions checked at its start
are still in use when it commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from gkflow.application.ports import InUse, RulesRow
from gkflow.domain.case import algorithm_of, moment_text, seal
from gkflow.store.cursor import Cursor, Part
from gkflow.store.statement import Statement, bind, inserted
from gkflow.store.tables import CALENDAR_EDITION, EDITION, HEARTBEAT, NOTICE, RULES_EDITION

if TYPE_CHECKING:
    from gkflow.store.numbers import AwaitedDesk, NumberDesk

_C, _R = CALENDAR_EDITION.c, RULES_EDITION.c
_IN_USE = Statement(
    select(
        select(func.max(_C.id)).scalar_subquery().label("calendar"),
        select(func.max(_R.id)).scalar_subquery().label("rules"),
    )
)
_CALENDARS = select(_C.edition, _C.data, _C.adopted_at)
_CALENDAR = Statement(_CALENDARS.order_by(_C.id.desc()).limit(1))
_ALL_CALENDARS = Statement(_CALENDARS.order_by(_C.id))
_ADOPT_CALENDAR = Statement(insert(CALENDAR_EDITION).values(inserted(CALENDAR_EDITION)))
_RULES = Statement(select(_R.edition, _R.adopted_at.label("at"), _R.by, _R.files, _R.data).order_by(_R.id), RulesRow)
_LAST_RULES = Statement(select(_R.hash).order_by(_R.id.desc()).limit(1))
_ADOPT_RULES = Statement(insert(RULES_EDITION).values(inserted(RULES_EDITION)))
_RULES_CHAIN = Statement(select(RULES_EDITION).order_by(_R.id))
_KEPT = Statement(select(EDITION.c.source).where(EDITION.c.edition == bind("edition")))
_IS_KEPT = Statement(select(EDITION.c.edition).where(EDITION.c.edition == bind("edition")))
_SCHEMA = Statement(select(func.current_schema()))
_LAST = select(NOTICE.c.wording).order_by(NOTICE.c.id.desc()).limit(1).scalar_subquery()
_LAST_WORDING = Statement(select(EDITION.c.source).where(EDITION.c.edition == _LAST))
_KEEP = Statement(
    lambda insert: insert(EDITION).values(inserted(EDITION)).on_conflict_do_nothing(index_elements=["edition"])
)


_ADOPTED = "adopted"  # the heartbeat of adoptions
_MARK = Statement(
    lambda insert: (made := insert(HEARTBEAT).values(inserted(HEARTBEAT))).on_conflict_do_update(
        index_elements=["name"], set_={"at": made.excluded.at}
    )
)
_MARK_FIRST = Statement(
    lambda insert: insert(HEARTBEAT).values(inserted(HEARTBEAT)).on_conflict_do_nothing(index_elements=["name"])
)
_SEE = Statement(select(HEARTBEAT.c.at).where(HEARTBEAT.c.name == bind("name")).with_for_update(read=True))
_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)


class Editions(Part):
    """
    The adopted editions in one transaction (采用的版本). *known* are kept editions that an earlier transaction found,
    so that nobody asks for them again.
    """

    def __init__(
        self, shared: Cursor, known: set[str] | None = None, desk: NumberDesk | AwaitedDesk | None = None
    ) -> None:
        super().__init__(shared)
        self._known, self._desk = known, desk
        self._kept: set[str] = set()  # in this transaction, which may be rolled back

    def in_use(self) -> InUse:
        """The editions in use now; two look-ups at the end of an index."""
        return InUse(*self.row(_IN_USE))

    def require_seen(self) -> None:
        """
        In a caller's transaction whose snapshot may be older than the last adoption: PostgreSQL refuses it then ("could
        not serialize"), so that nothing is written by an edition that is no longer in use.
        """
        self.run(_MARK_FIRST, name=_ADOPTED, at=_BEFORE, words="")
        self.row(_SEE, name=_ADOPTED)

    def calendar_edition(self) -> tuple[str, str, datetime] | None:
        """The calendar edition in use: its name, its data, when it was adopted."""
        row = self.row(_CALENDAR)
        return None if row is None else (row.edition, row.data, row.adopted_at)

    def calendar_editions(self) -> list[tuple[str, str, datetime]]:
        """Every edition ever in use, oldest first: its name, its data, when it was adopted."""
        return [(row.edition, row.data, row.adopted_at) for row in self.rows(_ALL_CALENDARS)]

    def adopt_calendar(self, edition: str, data: str, by: str, now: datetime) -> None:
        """Record an edition as the one in use."""
        self.run(_ADOPT_CALENDAR, edition=edition, adopted_at=now, by=by, data=data)
        self.run(_MARK, name=_ADOPTED, at=now, words="")

    def rules_editions(self) -> list[RulesRow]:
        """Every edition of the rules ever in use, oldest first."""
        return self.rows(_RULES)

    def adopt_rules(self, edition: str, files: str, data: str, by: str, now: datetime) -> None:
        """Record an edition of the rules as the one in use, chained to the previous one."""
        previous = self.value(_LAST_RULES) or ""
        row = RulesRow(edition, now, by, files, data)
        self.run(
            _ADOPT_RULES, edition=edition, adopted_at=now, by=by, files=files, data=data, previous=previous,
            hash=_seal(row, previous, self.algorithm),
        )  # fmt: skip
        self.run(_MARK, name=_ADOPTED, at=now, words="")

    def check_rules_editions(self) -> list[tuple[str, str]]:
        """Where the chain of rule editions is broken: the edition, and the fault."""
        found, before = [], ""
        for row in self.rows(_RULES_CHAIN):
            if row.previous != before:
                found.append((row.edition, "rules_not_chained"))
            elif row.hash != _seal(
                RulesRow(row.edition, row.adopted_at, row.by, row.files, row.data), before, algorithm_of(row.hash)
            ):
                found.append((row.edition, "rules_changed"))
            before = row.hash
        return found

    def kept_source(self, edition: str) -> str | None:
        """The kept source of a workflow or wording edition."""
        found: str | None = self.value(_KEPT, edition=edition)
        return found

    def last_wording(self) -> str | None:
        """The kept source of the wording of the last notice; None if there is no notice."""
        found: str | None = self.value(_LAST_WORDING)
        return found

    def keep_source(self, edition: str, kind: str, name: str, source: str, now: datetime) -> None:
        """Keep an edition that a case or a notice needs from now on."""
        if edition in self._kept or (self._known is not None and edition in self._known):
            return
        values = {"edition": edition, "kind": kind, "name": name, "kept_at": now, "source": source}
        if self._desk is not None:
            # The first cases of an edition are received by several portals: none waits for another one's commit. An
            # edition that is kept for a case that was rolled back does no harm.
            if self.value(_IS_KEPT, edition=edition) is None:
                self._desk.keep(self.dialect, _KEEP, values, str(self.value(_SCHEMA)))
            (self._kept if self._known is None else self._known).add(edition)
        elif self.run(_KEEP, **values):
            self._kept.add(edition)
        elif self._known is not None:
            self._known.add(edition)


def _seal(row: RulesRow, previous: str, algorithm: str) -> str:
    said: Sequence[str] = (row.edition, moment_text(row.at), row.by, row.files, row.data, previous)
    return seal(said, algorithm)
