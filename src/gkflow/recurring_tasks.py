"""The recurring tasks of an office (周期职责): ``office.recurring_tasks.coming(…)``."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gkflow.application.ports import CallerSession
from gkflow.arguments import checks_arguments
from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.case import legal_day
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from gkflow.domain.recurring import RecurringTask


class Round(NamedTuple):
    """One round of a recurring task (周期职责的一期): when it is due, when its case is opened, and which case it is."""

    duty: RecurringTask
    taken_on: bool
    due: date
    opens: date
    case: str | None
    counted: int | None = None  # how often its measured action was done in the year in which it is due

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


@checks_arguments
class RecurringTasks:
    """The yearly or monthly tasks of an office (周期职责)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    def coming(self, through: date, *, as_of: date | None = None, session: CallerSession | None = None) -> list[Round]:
        """
        The rounds due from *as_of* (default: today) through *through*, of every task in the rules; those that the
        office has taken on are marked.
        """
        from gkflow.application.scheduled_cases import count_for

        office = self._office
        since = as_of or legal_day(self._office.moment(None))
        found = []
        with office.store.reading(session) as ledger:
            rules = office.rules_in(ledger)
            mine = {duty.name for duty in rules.recurring_tasks}
            for duty in rules.rulebook.recurring_tasks.values():
                for due in duty.due_days(since - timedelta(days=1), through):
                    number = f"{rules.unit}-{duty.name}-{duty.period_of(due)}"
                    case = number if ledger.docket.line(number) is not None else None
                    opens = due - timedelta(days=duty.ahead)
                    counted = count_for(ledger, rules, duty, due) if duty.counts is not None else None
                    found.append(Round(duty, duty.name in mine, due, opens, case, counted))
        return sorted(found, key=lambda each: (each.due, each.duty.name))
