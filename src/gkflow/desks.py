"""
The desks of an office (专项窗口): drafts, subscriptions, supervision, recurring duties; each a few verbs of its own.

For example ``office.drafts.keep(…)``, ``office.supervision.score(…)``, ``office.duties.coming(…)``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from gkflow.application.given import facts_given, require_texts
from gkflow.application.ports import CallerSession
from gkflow.domain.case import legal_day

if TYPE_CHECKING:
    from gkflow.application.actions import Outcome
    from gkflow.application.ports import DraftLine, SubscriptionLine
    from gkflow.application.rates import Rate
    from gkflow.application.remedies import RemedyRow
    from gkflow.application.supervising import Drawn, Score
    from gkflow.domain.recurring import RecurringDuty
    from gkflow.office import Office


class _Service:
    def __init__(self, office: Office) -> None:
        self._office = office

    def _moment(self, given: datetime | None) -> datetime:
        return self._office.moment(given)


class Drafts(_Service):
    """Entries that were refused and are kept to be mended (草稿)."""

    def keep(
        self,
        case: str,
        action: str,
        reason: str,
        *,
        workflow: str = "",
        day: date | None = None,
        by: str = "",
        unit: str = "",
        facts: Mapping[str, Any] | None = None,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> int:
        """
        Keep an entry (保存草稿) and return the draft's number. An empty *case* with *workflow* was to open one.
        """
        from gkflow.application.actions import Command
        from gkflow.application.drafting import keep_draft

        require_texts(case=case, action=action, workflow=workflow, by=by, unit=unit)
        act = Command(action, day, by, unit, facts_given(facts, {}))
        with self._office.store.writing(session) as ledger:
            return keep_draft(ledger, case, workflow, act, reason, self._moment(now))

    def all(self, *, session: CallerSession | None = None) -> list[DraftLine]:
        """The drafts, oldest first."""
        with self._office.store.reading(session) as ledger:
            return ledger.drafts.listed()

    def enter(
        self,
        id_: int,
        *,
        day: date | None = None,
        facts: Mapping[str, Any] | None = None,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> Outcome:
        """Enter a draft with what was missing (提交草稿). Raises as ``Office.do``; the draft then stays."""
        from gkflow.application.drafting import enter_draft

        moment = self._moment(now)
        with self._office.store.writing(session) as ledger:
            return enter_draft(ledger, self._office.rules_in(ledger), id_, facts or {}, moment, legal_day(moment), day)

    def drop(self, id_: int, *, session: CallerSession | None = None) -> None:
        """Take a draft away (删除草稿). Raises NotFound."""
        from gkflow.application.drafting import the_draft

        with self._office.store.writing(session) as ledger:
            the_draft(ledger, id_)
            ledger.drafts.drop_draft(id_)


class Subscriptions(_Service):
    """Who hears of what is published (精准推送)."""

    def add(
        self,
        name: str,
        channel: str,
        address: str = "",
        *,
        item: str = "",
        audience: str = "",
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> SubscriptionLine:
        """
        Add a subscription (订阅): *item* is a catalogue item, a field or a workflow, *audience* a group of people;
        empty means all. The token by which to leave is made here.
        """
        from gkflow.application.subscriptions import subscribe
        from gkflow.domain.address import fault_of
        from gkflow.domain.errors import Refused

        if channel not in self._office.channels():
            raise Refused("unknown_channel", channel=channel, channels=tuple(self._office.channels()))
        if channel in ("mail", "webhook", "chat") and not address:
            raise Refused("address_missing", channel=channel)
        if wrong := fault_of(channel, address, self._office.settings.webhook.allow_local):
            raise Refused(wrong, channel=channel)  # without the address: it may hold a password
        with self._office.store.writing(session) as ledger:
            token = secrets.token_hex(6)
            return subscribe(ledger, name, channel, address, item, audience, token, self._moment(now))

    def all(self, *, live: bool = False, session: CallerSession | None = None) -> list[SubscriptionLine]:
        """Subscriptions, oldest first; only those that still hold with *live*."""
        with self._office.store.reading(session) as ledger:
            return ledger.subscriptions.listed(live)

    def leave(self, token: str, *, session: CallerSession | None = None, now: datetime | None = None) -> int:
        """End a subscription (退订); how many messages were waiting and are not sent. Raises NotFound, Refused."""
        from gkflow.application.subscriptions import leave

        with self._office.store.writing(session) as ledger:
            return leave(ledger, token, self._moment(now))


class Supervision(_Service):
    """Scores and spot checks (考评与抽查)."""

    def score(self, since: date, until: date, *, unit: str = "", session: CallerSession | None = None) -> list[Score]:
        """The points of each unit for entries in [*since*, *until*] (计分), read off the record."""
        from gkflow.application.supervising import score

        with self._office.store.reading(session) as ledger:
            return score(ledger, self._office.rules_in(ledger), since, until, unit)

    def rates(
        self, since: date, until: date, *, workflow: str = "", unit: str = "", by: Sequence[str] = (),
        as_of: date | None = None, session: CallerSession | None = None,
    ) -> list[Rate]:  # fmt: skip
        """
        How many duties of the office that were due or done in [*since*, *until*] were met in time (按期率), one row
        for each duty, of one *unit*, or *by* ("unit", "month"): a publication on the own site and its entry in the
        credit platform are two duties, a request has one to reply.
        """
        from gkflow.application.rates import rates

        office = self._office
        with office.store.reading(session) as ledger:
            return rates(ledger, office.rules, since, until, as_of or legal_day(self._moment(None)), workflow, unit, by)

    def remedies(
        self, year: int, *, as_of: date | None = None, session: CallerSession | None = None
    ) -> tuple[RemedyRow, ...]:
        """
        Reconsiderations and lawsuits of a year by outcome (政府信息公开工作年度报告格式 表四), as the record stood at
        the end of 31 December, or on an earlier *as_of*.

        Counted is every case opened by then that was not settled before the year began, once: by its outcome, or as
        尚未审结, and then again in the next year. A judgment under appeal is no outcome.
        """
        from gkflow.application.remedies import table_four

        with self._office.store.reading(session) as ledger:
            return table_four(ledger, self._office.rules_in(ledger), year, as_of)

    def spot_check(
        self, workflow: str, since: date, until: date, count: int, *, seed: str = "", by: str = "",
        dry_run: bool = False, session: CallerSession | None = None, now: datetime | None = None,
    ) -> Drawn:  # fmt: skip
        """
        Draw *count* cases received in [*since*, *until*] and open a supervision for each (抽查). Without a *seed*
        one is made; it stands in the record, so that the draw can be repeated.
        """
        from gkflow.application.supervising import spot_check

        moment = self._moment(now)
        with self._office.store.writing(session) as ledger:
            rules = self._office.rules_in(ledger)
            return spot_check(
                ledger, rules, workflow, since, until, count, seed or secrets.token_hex(8), moment, legal_day(moment),
                by, dry_run,
            )  # fmt: skip


class Round(NamedTuple):
    """One round of a recurring duty (周期职责的一期): when it is due, when its case is opened, and which case it is."""

    duty: RecurringDuty
    taken_on: bool
    due: date
    opens: date
    case: str | None
    counted: int | None = None  # what it is measured by, so far in the year in which it is due


class Duties(_Service):
    """What comes round every year or month (周期职责)."""

    def coming(self, through: date, *, as_of: date | None = None, session: CallerSession | None = None) -> list[Round]:
        """
        The rounds due from *as_of* (default: today) through *through*, of every duty that the rules know, those
        that the office has taken on marked.
        """
        from datetime import timedelta

        from gkflow.application.scheduled_cases import count_for

        office = self._office
        since = as_of or legal_day(self._moment(None))
        found = []
        with office.store.reading(session) as ledger:
            rules = office.rules_in(ledger)
            mine = {duty.name for duty in rules.duties}
            for duty in rules.rulebook.duties.values():
                for due in duty.due_days(since - timedelta(days=1), through):
                    number = f"{rules.unit}-{duty.name}-{duty.period_of(due)}"
                    case = number if ledger.docket.line(number) is not None else None
                    opens = due - timedelta(days=duty.ahead)
                    counted = count_for(ledger, rules, duty, due) if duty.counts is not None else None
                    found.append(Round(duty, duty.name in mine, due, opens, case, counted))
        return sorted(found, key=lambda each: (each.due, each.duty.name))
