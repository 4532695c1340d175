"""Drafts of an office (草稿): ``office.drafts.keep(…)``, ``office.drafts.enter(…)``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from gkflow.application.actions import Command
from gkflow.application.drafting import enter_draft, keep_draft, the_draft
from gkflow.application.given import facts_given, require_texts
from gkflow.application.ports import CallerSession
from gkflow.arguments import checks_arguments
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from gkflow.application.actions import Outcome
    from gkflow.application.ports import DraftLine


@checks_arguments
class Drafts:
    """Refused entries kept for completion (草稿)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    def keep(
        self,
        number: str,
        action: str,
        reason: str,
        *,
        workflow: str = "",
        day: date | None = None,
        by: str = "",
        unit: str = "",
        facts: Mapping[str, object] | None = None,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> int:
        """
        Keep an entry (保存草稿) and return the draft's number. An empty *number* with *workflow* was to open one.
        """
        require_texts(number=number, action=action, workflow=workflow, by=by, unit=unit)
        with self._office.store.writing(session) as ledger:
            unit = self._office.rules_in(ledger).units.get(unit.strip(), unit)  # as it belongs to that unit
            act = Command(action, day, by, unit, facts_given(facts, {}))
            return keep_draft(ledger, number, workflow, act, reason, self._office.moment(now))

    def all(self, *, session: CallerSession | None = None) -> list[DraftLine]:
        """The drafts, oldest first."""
        with self._office.store.reading(session) as ledger:
            return ledger.drafts.listed()

    def enter(
        self,
        id_: int,
        *,
        day: date | None = None,
        facts: Mapping[str, object] | None = None,
        if_seq: int | None = None,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> Outcome:
        """
        Enter a draft with the missing facts (提交草稿). Raises as ``Office.do``, also for *if_seq*; the draft then
        stays.
        """
        moment = self._office.moment(now)
        return self._office.write(lambda tx: enter_draft(tx, id_, facts or {}, day, if_seq), moment, False, session)

    def drop(self, id_: int, *, session: CallerSession | None = None) -> None:
        """Delete a draft (删除草稿). Raises NotFound."""
        with self._office.store.writing(session) as ledger:
            the_draft(ledger, id_)
            ledger.drafts.drop_draft(id_)
