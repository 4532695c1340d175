"""Scores, rates, remedies and spot checks of an office (考评与抽查): ``office.supervision.score(…)``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from gkflow.application.ports import CallerSession
from gkflow.application.rates import RateQuery, rates
from gkflow.application.remedies import table_four
from gkflow.application.scoring import score
from gkflow.application.spot_checks import Sample, spot_check
from gkflow.arguments import checks_arguments
from gkflow.domain.case import legal_day
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from gkflow.application.rates import Rate
    from gkflow.application.remedies import RemedyRow
    from gkflow.application.scoring import Score
    from gkflow.application.spot_checks import Drawn


@checks_arguments
class Supervision:
    """Scores and spot checks (考评与抽查)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    def score(self, since: date, until: date, *, unit: str = "", session: CallerSession | None = None) -> list[Score]:
        """The points of each unit for entries in [*since*, *until*] (计分), computed from the record."""
        with self._office.store.reading(session) as ledger:
            return score(ledger, self._office.rules_in(ledger), since, until, unit)

    def rates(
        self, since: date, until: date, *, workflow: str = "", unit: str = "", by: Sequence[str] = (),
        as_of: date | None = None, session: CallerSession | None = None,
    ) -> list[Rate]:  # fmt: skip
        """
        How many of the office's duties due or done in [*since*, *until*] were met in time (按期率), one row per duty,
        of one *unit*, or *by* ("unit", "month"). Publication on the own site and the entry in the credit platform are
        two duties; a request has one duty to reply.
        """
        office = self._office
        with office.store.reading(session) as ledger:
            on = as_of or legal_day(self._office.moment(None))
            return rates(ledger, office.rules, RateQuery(since, until, on, workflow, unit, by))

    def remedies(
        self, year: int, *, as_of: date | None = None, session: CallerSession | None = None
    ) -> tuple[RemedyRow, ...]:
        """
        Reconsiderations and lawsuits of a year by outcome (政府信息公开工作年度报告格式 表四), by the record at the end
        of 31 December, or on an earlier *as_of*.

        Every case opened by then and not settled before the year began is counted once: by its outcome, or as 尚未审结,
        and then again in the next year. A judgment under appeal is not an outcome.
        """
        with self._office.store.reading(session) as ledger:
            return table_four(ledger, self._office.rules_in(ledger), year, as_of)

    def spot_check(
        self, workflow: str, since: date, until: date, count: int, *, seed: str = "", by: str = "",
        dry_run: bool = False, session: CallerSession | None = None, now: datetime | None = None,
    ) -> Drawn:  # fmt: skip
        """
        Draw *count* cases received in [*since*, *until*] and open a supervision for each (抽查). Without a *seed* one
        is chosen and recorded, so that the draw can be reproduced.
        """
        moment = self._office.moment(now)
        sample = Sample(workflow, since, until, count, seed or secrets.token_hex(8))
        return self._office.whole.write(
            lambda tx: spot_check(tx, sample, tx.rules.person(by)), moment, dry_run, session
        )
