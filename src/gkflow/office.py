"""
The office (机关): the verbs that a portal, the command line and the daemon call.

Every verb takes ``now``, by default the machine's clock; with a ``session`` it works in the caller's transaction.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gkflow import hooks, lazy
from gkflow.application.actions import Command
from gkflow.application.case_lines import EVERY_OPEN_CASE, CaseQuery
from gkflow.application.cases import list_cases
from gkflow.application.checks import near_case
from gkflow.application.facts import FIRST_YEAR, read_day
from gkflow.application.given import facts_given, require_texts
from gkflow.application.hours import ran_out
from gkflow.application.pages import Page, Part, count_cases, page_cases
from gkflow.application.ports import SAMPLE, CallerSession, Ledger
from gkflow.application.resolve_names import case_named, unit_named, unit_on_record
from gkflow.application.transaction import OnRecord
from gkflow.arguments import check_of, checks_arguments
from gkflow.bootstrap import (
    broken_channels,
    channels_of,
    profile_of,
    read_moment,
)
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import legal_day
from gkflow.domain.objections.cases import UnknownCase
from gkflow.domain.objections.days import BadMoment, LaterThanNow, OutOfRange
from gkflow.domain.objections.people import UnknownUnit
from gkflow.domain.objections.units import NoUnitNamed, UnitNotServed
from gkflow.lazy import part
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gkflow import (
        aio,
        calendar_adoption,
        drafts,
        endpoints,
        notification_delivery,
        recurring_tasks,
        rule_editions,
        sealing,
        subscriptions,
        supervision,
    )
    from gkflow.application import (
        advance,
        calendar_reminder,
        doctor,
        events,
        explain,
        export,
        publishing,
        receive,
        recounting,
        register,
        sweep,
        unsweep,
        verify,
    )
    from gkflow.application.actions import Outcome
    from gkflow.application.case_lines import CaseLine
    from gkflow.application.deliver import Delivery
    from gkflow.application.doctor import HealthCheck
    from gkflow.application.explain import CaseView, Explanation
    from gkflow.application.office_context import OfficeContext
    from gkflow.application.ports import Channel, EscalationRecord, Ledger, NoticeRecord, Seal
    from gkflow.application.register import Imported, Row
    from gkflow.application.sweep import Swept, WouldReach
    from gkflow.application.unsweep import Unswept
    from gkflow.application.verify import Rebuilt, Verified
    from gkflow.calendar_adoption import Calendars
    from gkflow.domain.case import Case
    from gkflow.domain.deadline import Deadline
    from gkflow.domain.event import Event
    from gkflow.domain.publication import Kept
    from gkflow.drafts import Drafts
    from gkflow.endpoints import Endpoints
    from gkflow.files.profiles import Profile
    from gkflow.files.settings import Settings
    from gkflow.notification_delivery import NotificationDelivery
    from gkflow.office_state import Held
    from gkflow.recurring_tasks import RecurringTasks
    from gkflow.rule_editions import RuleEditions
    from gkflow.sealing import Sealing
    from gkflow.store.database import Database
    from gkflow.subscriptions import Subscriptions
    from gkflow.supervision import Supervision
else:
    # A process calls few of the verbs: each is loaded with its first call.
    aio = lazy.module("gkflow.aio")
    advance = lazy.module("gkflow.application.advance")
    calendar_reminder = lazy.module("gkflow.application.calendar_reminder")
    doctor = lazy.module("gkflow.application.doctor")
    events = lazy.module("gkflow.application.events")
    explain = lazy.module("gkflow.application.explain")
    export = lazy.module("gkflow.application.export")
    publishing = lazy.module("gkflow.application.publishing")
    receive = lazy.module("gkflow.application.receive")
    recounting = lazy.module("gkflow.application.recounting")
    register = lazy.module("gkflow.application.register")
    sweep = lazy.module("gkflow.application.sweep")
    unsweep = lazy.module("gkflow.application.unsweep")
    verify = lazy.module("gkflow.application.verify")
    calendar_adoption = lazy.module("gkflow.calendar_adoption")
    drafts = lazy.module("gkflow.drafts")
    endpoints = lazy.module("gkflow.endpoints")
    notification_delivery = lazy.module("gkflow.notification_delivery")
    recurring_tasks = lazy.module("gkflow.recurring_tasks")
    rule_editions = lazy.module("gkflow.rule_editions")
    sealing = lazy.module("gkflow.sealing")
    subscriptions = lazy.module("gkflow.subscriptions")
    supervision = lazy.module("gkflow.supervision")


_Hook = TypeVar("_Hook", bound="Callable[[Event], object]")


@checks_arguments
class Office:
    """
    An office with its verbs (机关).

    Every verb takes an optional ``session`` (SQLModel or SQLAlchemy): it then works in the caller's transaction and
    commits nothing, so that the portal's own row, the entry and its notices are committed or rolled back together.
    ``now`` is the moment of the call; by default the machine's clock is read.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._state = OfficeState(database, settings)

    def limited_to(self, *units: str) -> Office:
        """
        The same office, limited to the cases of some units (限定单位), by code or name: every verb reads and writes
        those alone, a case of another unit is not found, and nothing is taken in for another one. What concerns the
        whole office (sweeps, adoptions, seals, events, the outbox) is refused. It costs nothing and needs no closing.

            clerks = office.limited_to("财政局")
            clerks.page(), clerks.do(number, "assign", facts={"officer": "张三"})

        A case that is handed over goes out of sight with that entry, and its history with it. Raises NotFound
        ("unknown_unit"), Refused ("no_unit_named").
        """
        for at, each in enumerate(units):
            check_of("str")(f"units[{at}]", each)
        if not units:
            raise NoUnitNamed()
        codes = [self._unit(each) for each in units]
        if outside := [code for code in codes if self.units and code not in self.units]:
            raise UnitNotServed(unit=outside[0], units=self.units)
        found = Office(self.store, self.settings)
        found._state = self._state.limited_to(dict.fromkeys(codes))
        return found

    def _unit(self, text: str) -> str:
        """The code of a unit; the database is asked only for one that the settings do not name."""
        rules = self._state.rules_read
        try:
            return unit_named(rules, text)
        except UnknownUnit:
            with self.store.reading() as ledger:
                return unit_on_record(ledger, rules, text)

    @property
    def units(self) -> tuple[str, ...]:
        """The units to whose cases it is limited (限定单位); none: the whole office."""
        return self._state.store.units

    # -- services ------------------------------------------------------------------------------------------------

    @part
    def aio(self) -> aio.AsyncOffice:
        """Every verb for asyncio (异步接口): ``await office.aio.do(…)``."""
        return aio.AsyncOffice(self)

    @part
    def calendars(self) -> Calendars:
        """The calendar editions that it has adopted, and the adoption of another (日历版本)."""
        return calendar_adoption.Calendars(self._state.whole)

    @part
    def rule_editions(self) -> RuleEditions:
        """The editions of the rules that it has adopted, and the adoption of another (规则版本)."""
        return rule_editions.RuleEditions(self._state.whole)

    @part
    def drafts(self) -> Drafts:
        """Entries that were refused and are kept to be mended (草稿)."""
        return drafts.Drafts(self._state)

    @part
    def subscriptions(self) -> Subscriptions:
        """Who is notified of what is published (精准推送)."""
        return subscriptions.Subscriptions(self._state.whole)

    @part
    def supervision(self) -> Supervision:
        """Scores and spot checks (考评与抽查)."""
        return supervision.Supervision(self._state)

    @part
    def recurring_tasks(self) -> RecurringTasks:
        """What comes round every year or month (周期职责)."""
        return recurring_tasks.RecurringTasks(self._state.whole)

    @part
    def delivery(self) -> NotificationDelivery:
        """The outbox, the escalation log and its acknowledgements (对外告知)."""
        return notification_delivery.NotificationDelivery(self._state)

    @part
    def endpoints(self) -> Endpoints:
        """The other systems to which its events are posted (接收端)."""
        return endpoints.Endpoints(self._state.whole)

    @part
    def sealing(self) -> Sealing:
        """Seals, kept in the database and outside of it (封存)."""
        return sealing.Sealing(self._state.whole)

    # -- context -------------------------------------------------------------------------------------------------

    @property
    def store(self) -> Database:
        """The store of the record."""
        return self._state.store

    @property
    def engine(self) -> Engine:
        """
        The engine of its database, where SQLAlchemy's events and OpenTelemetry see its statements (数据库引擎):
        ``SQLAlchemyInstrumentor().instrument(engine=office.engine)``.
        """
        return self._state.store.engine

    @property
    def settings(self) -> Settings:
        """Its settings (gkflow.toml)."""
        return self._state.settings

    @property
    def rules(self) -> OfficeContext:
        """
        The rulebook and people, with the editions of calendar and rules that are in use now; what another process has
        adopted is read.
        """
        return self._state.rules

    def rules_in(self, ledger: Ledger) -> OfficeContext:
        """The rules in use in this transaction (在用规则)."""
        return self._state.rules_in(ledger)

    @property
    def held(self) -> Held:
        """The editions read last."""
        return self._state.held

    def finish_adoption(self, *, now: datetime | None = None) -> int:
        """Recalculate the cases left by an interrupted adoption (续办采用); return how many."""
        return recounting.recount_moved(self._state.whole.store, self.rules, self.moment(now)).cases

    def adopt_first(self) -> None:
        """Adopt what the installed packages and the files say, if nothing has been adopted yet (首次采用)."""
        self._state.whole.adopt_first()

    def moment(self, given: datetime | None) -> datetime:
        """The moment of a call: the one given, else the machine's clock. Raises Refused ("bad_moment")."""
        return self._state.moment(given)

    def recorded_moment(self, moment: datetime | date | str | None) -> datetime | None:
        """A moment by which entries were written; a day means its end (当日终了). Raises Refused ("bad_moment")."""
        return self._state.recorded_moment(moment)

    def channels(self) -> dict[str, Channel]:
        """The channels that are set up: file, console and chat always, mail and webhook when the settings name them."""
        return self._state.channels()

    def require_sendable(self) -> None:
        """Refuse if the settings of notices have faults: a notice could get a wrong address. Raises FilesAtFault."""
        self._state.require_sendable()

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar edition that the office has adopted (采用的工作日历)."""
        return self.rules.rulebook.calendar

    @property
    def profile(self) -> Profile:
        """The local rules of the office (地方规则)."""
        return profile_of(self.settings)

    # -- cases ---------------------------------------------------------------------------------------------------

    def receive(
        self, workflow: str = "request", number: str = "", *, day: date | str | None = None, by: str = "",
        unit: str = "", title: str = "", facts: Mapping[str, object] | None = None, key: str | None = None,
        dry_run: bool = False, session: CallerSession | None = None, now: datetime | None = None,
    ) -> Outcome:  # fmt: skip
        """
        Open a case (收件): with the number given, or with the next one of unit and year (UNIT-2026-0001). In
        PostgreSQL the number of a case that was rolled back stays unused.

        *facts* are its known facts (``{"channel": "in_person"}``). Returns number, day 0, last day, public status and
        next actions. Raises Refused, NotFound, Conflict; repeating the same *key* does nothing twice.
        """
        require_texts(workflow=workflow, number=number)
        moment = self.moment(now)
        given = facts_given(facts, {"title": title} if title != "" else {})
        act = self._act("", day, by, unit, given, key)
        return self._state.write(lambda tx: receive.receive(tx, workflow, act, number), moment, dry_run, session)

    def do(
        self,
        number: str,
        action: str,
        *,
        day: date | str | None = None,
        by: str = "",
        unit: str = "",
        facts: Mapping[str, object] | None = None,
        key: str | None = None,
        if_seq: int | None = None,
        dry_run: bool = False,
        show: Callable[[Outcome], None] | None = None,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> Outcome:
        """
        Enter an action into a case (办理): ``office.do(number, "assign", facts={"officer": "张三"})``.

        *day* is the legal day on which it happened (default: today). Returns the new state and the last day before
        and after; *show* is called with them before anything is written, in the same transaction: if it raises, nothing
        is written. Raises Refused with the reason and its article; nothing is half-written.

        *if_seq* is the ``seq`` that the caller has read, of an Outcome, a Case or a CaseView: if the record has moved
        on since, Conflict ("stale") is raised before anything is decided. A retry with the same *key* comes first.
        """
        require_texts(number=number, action=action)
        moment = self.moment(now)
        act = self._act(action, day, by, unit, facts_given(facts, {}), key, if_seq=if_seq)
        return self._state.write(lambda tx: advance.advance(tx, number, act, show), moment, dry_run, session)

    def _act(
        self,
        action: str,
        day: date | str | None,
        by: str,
        unit: str,
        facts: Mapping[str, object],
        key: str | None,
        *,
        if_seq: int | None = None,
    ) -> Command:
        require_texts(by=by, unit=unit, key=key or "")
        self.require_sendable()
        return Command(action, read_day(day) if day is not None else None, by, unit, facts, key=key, if_seq=if_seq)

    def case(self, number: str, *, as_of: date | str | None = None, session: CallerSession | None = None) -> Case:
        """The case on a day, read from its record (案件). Raises NotFound."""
        return self.view(number, as_of=as_of, session=session).case

    def view(
        self, number: str, *, as_of: date | str | None = None, known_on: date | str | None = None,
        recorded_by: datetime | date | str | None = None, session: CallerSession | None = None,
    ) -> CaseView:  # fmt: skip
        """
        The case with its deadlines, findings and pending decisions, on a day (查看); with *recorded_by* by the entries
        written by that moment. Raises NotFound.
        """
        require_texts(number=number)
        with self.store.reading(session) as ledger:
            rules = self._state.rules_for(ledger, known_on, recorded_by)
            entries = ledger.record.entries(number)
            if not entries:
                raise UnknownCase(case=number, mean=near_case(ledger, number))
            workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        moment, present = self.recorded_moment(recorded_by), self.moment(None)
        now = present if as_of is None and moment is None else None
        return explain.view_case(
            rules, OnRecord(workflow, number, entries), self._state.day(as_of, moment or present), moment, now
        )

    def deadlines(
        self, number: str, *, as_of: date | str | None = None, session: CallerSession | None = None
    ) -> dict[str, Deadline]:
        """Every deadline of a case on a day, by clock (several consultations: ``third_party/A``)."""
        view = self.view(number, as_of=as_of, session=session)
        return {f"{name}/{ref}" if ref else name: deadline for (name, ref), deadline in view.deadlines.items()}

    def explain(
        self,
        number: str,
        *,
        clock: str = "",
        ref: str = "",
        as_of: date | str | None = None,
        known_on: date | str | None = None,
        recorded_by: datetime | date | str | None = None,
        session: CallerSession | None = None,
    ) -> Explanation:
        """
        The explanation of a last day (推算说明): every day from day 0 to the last, with the limit and its article; with
        *known_on* by the notices published by that day; with *recorded_by* by the entries on record then.
        """
        view = self.view(number, as_of=as_of, known_on=known_on, recorded_by=recorded_by, session=session)
        with self.store.reading(session) as ledger:
            rules = self._state.rules_for(ledger, known_on, recorded_by)
        require_texts(clock=clock, ref=ref)
        return explain.explain(rules, view, clock, ref)

    def cases(
        self, *, as_of: date | str | None = None, include_closed: bool = False, overdue: bool = False,
        due_within: int | None = None, clock: str = "", state: str = "", workflow: str = "", unit: str = "",
        officer: str = "", attention: bool = False, known_on: date | str | None = None,
        recorded_by: datetime | date | str | None = None,
        session: CallerSession | None = None,
    ) -> list[CaseLine]:  # fmt: skip
        """
        The cases on a day (台账), most urgent first; open ones unless *include_closed*. *due_within* counts working
        days. Without *as_of* the list is of this moment: a limit in hours is overdue when its hours have run out. With
        *known_on* every case is counted by the notices published by that day; with *recorded_by*, a moment or a whole
        day, by the entries on record then.
        """
        require_texts(clock=clock, state=state, workflow=workflow, unit=unit, officer=officer)
        asked = CaseQuery(include_closed, overdue, due_within, clock, state, workflow, unit, officer, attention)
        moment, present = self.recorded_moment(recorded_by), self.moment(None)
        with self.store.reading(session) as ledger:
            rules = self._state.rules_for(ledger, known_on, recorded_by)
            if as_of is None and moment is None:
                asked = replace(asked, ran_out=ran_out(ledger, rules, present))
            day = self._state.day(as_of, moment or present)
            return list_cases(ledger, rules, day, asked, known_on is not None, moment)

    def page(
        self, query: CaseQuery = EVERY_OPEN_CASE, *, order: str = "last_day", after: str = "", limit: int = 50,
        total: bool = False, as_of: date | str | None = None, session: CallerSession | None = None,
    ) -> Page:  # fmt: skip
        """
        A page of the cases of a query on a day (台账分页), by last day, day of receipt ("received") or number;
        *after* is the cursor of the page before; it holds a place and the day of its list, and no filter. Without
        *as_of* it decides the day: a portal that may show one day alone passes it. A page costs its rows, not the cases
        on record. Raises Refused, NotFound.
        """
        present = self.moment(None)
        with self.store.reading(session) as ledger:
            rules, day, asked = self._asked(ledger, query, as_of, present)
            return page_cases(ledger, rules, day, asked, Part(order, after, limit, total, as_of is not None))

    def count(
        self, query: CaseQuery = EVERY_OPEN_CASE, *, by: str | None = None, as_of: date | str | None = None,
        session: CallerSession | None = None,
    ) -> Mapping[str, int]:  # fmt: skip
        """
        How many cases a query has on a day (台账统计), *by* status, light, unit, officer, workflow or state; without it
        under "". Raises Refused, NotFound.
        """
        present = self.moment(None)
        with self.store.reading(session) as ledger:
            rules, day, asked = self._asked(ledger, query, as_of, present)
            return count_cases(ledger, rules, day, asked, by)

    def _asked(
        self, ledger: Ledger, query: CaseQuery, as_of: date | str | None, present: datetime
    ) -> tuple[OfficeContext, date, CaseQuery]:
        rules = self._state.rules_for(ledger, None, None)
        if as_of is None:
            query = replace(query, ran_out=ran_out(ledger, rules, present))
        return rules, self._state.day(as_of, present), query

    def published(
        self, number: str, *, as_of: date | str | None = None, session: CallerSession | None = None
    ) -> dict[str, object]:
        """
        The public part of a case (公开的信息), by the labels of its facts; empty if the case is not public: not
        published, withheld, withdrawn, taken down, expired, or not for the public at all.
        """
        return publishing.published_record(
            self._state.in_force(session).rules, self.view(number, as_of=as_of, session=session)
        )

    def why_kept(
        self, number: str, *, as_of: date | str | None = None, session: CallerSession | None = None
    ) -> Kept | None:
        """Why nothing of a case is public (不公开的原因); None if it is public."""
        return publishing.reason_kept(
            self._state.in_force(session).rules, self.view(number, as_of=as_of, session=session)
        )

    # -- events --------------------------------------------------------------------------------------------------

    def events(self, after: str = "", *, limit: int = 100) -> tuple[Event, ...]:
        """
        The next *limit* events after a cursor (事件), in the sequence of their commits: entries, sweeps, escalations,
        adoptions. Nothing is lost and nothing comes twice: keep the ``cursor`` of the last one. Raises Refused
        ("wrong_event_cursor", "event_cursor_ahead").

            for event in office.events(after=cursor):
                ...
                cursor = event.cursor
        """
        require_texts(after=after)
        return events.read_events(self._state.whole.store, after, limit)

    def on(self, type: str, *more: str, after_commit: bool = False) -> Callable[[_Hook], _Hook]:
        """
        Call a function with each event of these types ("case.replied", "case.*") that ``receive``, ``do`` and the like
        lead to in this process (事件钩子): before the commit, where it may refuse by raising, so that nothing is
        written; or after it.

            @office.on("case.replied")
            def ask_the_portal(event): ...

        In a portal's transaction *after_commit* waits for its Session to commit; a bare Connection does not say when it
        has, so that nothing is called. Raises Refused ("unknown_event") for a type for which it would never be called.
        """
        require_texts(**{f"more[{at}]": each for at, each in enumerate(more)})
        hooks.require_known((type, *more), tuple(self.rules.rulebook.workflows.values()))
        return self._state.whole.hooks.add((type, *more), after_commit)

    # -- sweeping and notifying ----------------------------------------------------------------------------------

    def tick(
        self, now: datetime | None = None, *, through: date | None = None, expected: datetime | None = None,
        session: CallerSession | None = None,
    ) -> Swept:  # fmt: skip
        """
        Sweep every day since the last one through *through* (default: today), each day once (巡检), and request next
        year's notice of days off when it is time. May be called any number of times, by any number of processes.
        Raises Refused ("clock_ahead") when the clock has jumped.
        """
        self.require_sendable()
        moment, store = self.moment(now), self._state.whole.store_in(session)
        if through is not None and through.year < FIRST_YEAR:
            raise OutOfRange()  # every day since would be swept
        rules = self._state.in_force(session).rules
        swept = sweep.tick(store, rules, moment, through or legal_day(moment), expected)
        # In the caller's transaction nothing is committed yet: our own next call updates the file.
        not_deposited = self.try_to_deposit() if session is None else ""
        asked = calendar_reminder.ask_for_notice(store, rules, moment, legal_day(moment))
        return replace(swept, asked=asked, not_deposited=not_deposited)

    def sweep(
        self,
        as_of: datetime | date | str | None = None,
        *,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> Swept:
        """Sweep through a day or moment that is not in the future (巡检). Raises Refused ("later_than_now")."""
        moment = self.moment(now)
        day = self._swept_day(as_of, moment)
        if day > legal_day(moment):
            raise LaterThanNow(moment=day)
        return self.tick(moment, through=day, session=session)

    def unsweep(
        self, *, by: str = "", reason: str = "", session: CallerSession | None = None, now: datetime | None = None
    ) -> Unswept:
        """
        Take back, on record, the sweeps of future days, which were made under a wrong clock (撤销巡检). Raises Refused
        ("nothing_to_unsweep").
        """
        by = self._state.in_force(session).rules.person(by)
        return unsweep.unsweep(self._state.whole.store_in(session), self.moment(now), by, reason)

    def simulate(
        self,
        as_of: datetime | date | str | None = None,
        *,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> list[WouldReach]:
        """What a sweep of that day, also a future one, would record; nothing is written (模拟巡检)."""
        rules, store = self._state.in_force(session).rules, self._state.whole.store_in(session)
        return sweep.simulate(store, rules, self._swept_day(as_of, self.moment(now)))

    def _swept_day(self, as_of: datetime | date | str | None, moment: datetime) -> date:
        if as_of is None:
            return legal_day(moment)
        if isinstance(as_of, datetime):
            if as_of.tzinfo is None:
                raise BadMoment(value=as_of.isoformat())
            day = legal_day(as_of)
            if as_of > moment and day == legal_day(moment):
                raise LaterThanNow(moment=as_of)
            return day
        if isinstance(as_of, date):
            return as_of
        return self._swept_day(read_moment(as_of), moment)

    # -- notices and escalations -----------------------------------------------------------------------------------

    def deliver(
        self,
        now: datetime | None = None,
        *,
        channels: Mapping[str, Channel] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Delivery:
        """
        Send what waits in the outbox (送发通知); at least once, with the key that lets a receiver drop a copy. It
        takes no session: what has been sent cannot be rolled back.

        A delivery may take long: *clock* (default: the machine's) returns each of its moments. With *now* all of it has
        one moment. *channels* replaces those of the settings for this call; messages for other channels of the
        settings keep waiting.
        """
        return self.delivery.deliver(now, channels=channels, clock=clock)

    def escalations(
        self,
        *,
        since: date | str | None = None,
        unacknowledged: bool = False,
        number: str = "",
        session: CallerSession | None = None,
    ) -> list[EscalationRecord]:
        """The escalation log (督办记录): the steps reached, who was notified, who acknowledged. Raises NotFound."""
        return self.delivery.escalations(since=since, unacknowledged=unacknowledged, number=number, session=session)

    def ack(
        self,
        ids: Iterable[int] = (),
        *,
        number: str = "",
        by: str = "",
        words: str = "",
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> list[int]:
        """Acknowledge escalations by id, or all of a case (签收); return those newly acknowledged. Raises Refused."""
        return self.delivery.ack(ids, number=number, by=by, words=words, session=session, now=now)

    def notices(
        self, which: str = "all", *, number: str = "", limit: int = -1, session: CallerSession | None = None
    ) -> list[NoticeRecord]:
        """The outbox (通知): all, waiting, delivered or dead, newest first; of one case. Raises NotFound, Refused."""
        return self.delivery.notices(which, number=number, limit=limit, session=session)

    def revive(self, ids: Sequence[int], now: datetime | None = None, *, session: CallerSession | None = None) -> int:
        """
        Send notices again that have failed or wait for another try; return how many. Each goes to the present address
        of its addressee, under its old key.
        """
        return self.delivery.revive(ids, now, session=session)

    # -- seals -------------------------------------------------------------------------------------------------------

    @property
    def seals_file(self) -> Path | None:
        """Where the seals are kept outside of the database; None where the settings name no file."""
        return self.sealing.seals_file

    def last_seal(self, *, session: CallerSession | None = None) -> Seal | None:
        """The newest seal: its number and hash are to be deposited elsewhere (最新封存)."""
        return self.sealing.last_seal(session=session)

    def deposit_seals(self) -> int:
        """
        Append the missing seals to the file of seals (库外封存), and return how many lines that took. Each line is on
        disk when this returns. Raises Unfit if the file cannot be written.
        """
        return self.sealing.deposit_seals()

    def try_to_deposit(self) -> str:
        """``deposit_seals``; returns the reason if it failed: the sweep itself stays done."""
        return self.sealing.try_to_deposit()

    def verify(
        self,
        *,
        seals: Path | str | None = None,
        caches: int | None = SAMPLE,
        seed: str = "",
        session: CallerSession | None = None,
    ) -> Verified:
        """
        Verify every chain (核验): the number of cases and sweeps, and where something is broken.

        Seals kept outside are read from *seals* (default: the office's own file). The caches of *caches* cases (None:
        all) are recomputed and compared, chosen by the hash of *seed* and case number.
        """
        return self.sealing.verify(seals=seals, caches=caches, seed=seed, session=session)

    # -- the whole record ----------------------------------------------------------------------------------------

    def import_register(
        self,
        rows: Iterable[Row],
        *,
        by: str = "",
        dry_run: bool = False,
        progress: Callable[[int], None] | None = None,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> Imported:
        """Import the rows of a register (导入台账), as (row number, column → value); safe to repeat."""
        self.require_sendable()
        moment = self.moment(now)
        rules, store = self._state.in_force(session).rules, self._state.whole.store_in(session)
        with _without_collector():
            return register.import_register(store, rules, rows, moment, register.Importing(by, dry_run, progress))

    def export(
        self, cases: Sequence[str] | None = None, *, session: CallerSession | None = None
    ) -> list[dict[str, object]]:
        """The record as a register, one row for each entry, in the form that an import reads (导出台账)."""
        with self.store.reading(session) as ledger:
            named = list(dict.fromkeys(case_named(ledger, each) for each in cases)) if cases is not None else None
            return list(export.export_rows(ledger, named))

    def rebuild(
        self, *, dry_run: bool = False, session: CallerSession | None = None, now: datetime | None = None
    ) -> Rebuilt:
        """
        Rebuild docket and clocks from the record (重建台账). Returns the number of cases, and the cases whose cached
        rows differed.
        """
        rules, store = self._state.in_force(session).rules, self._state.whole.store_in(session)
        with _without_collector():
            return verify.rebuild(store, rules, self.moment(now), dry_run)

    def doctor(self, now: datetime | None = None, *, session: CallerSession | None = None) -> list[HealthCheck]:
        """Check everything that can fail silently (体检)."""
        moment, rules = self.moment(now), self._state.whole.in_force(session).rules
        state = self.rule_editions.files(thorough=True, session=session)
        waiting = self.calendars.waiting(session=session) if state.fault is None else ""
        entered = self.calendars.known().calendar().announced_through if waiting else None
        # Not self.channels(): settings with faults are checked as well.
        channels = channels_of(self.settings)
        with self.store.reading(session) as ledger:
            broken = broken_channels(channels, lambda: doctor.channels_used(ledger, rules))
            around = doctor.Around(
                waiting, entered, state, channels, broken, self.settings.endpoints, endpoints.no_posts(self.settings)
            )
            signs = doctor.examine(ledger, rules, moment, around)
        if self.settings.unsendable:
            faults = [{"file": each.file, "line": each.line, "text": each.text} for each in self.settings.unsendable]
            signs.insert(0, doctor.HealthCheck("settings", "error", {"faults": faults}))
        return [*signs[:-1], *self.sealing.signs_of_safety(session=session), signs[-1]]

    def record_heartbeat(self, name: str, words: str = "", now: datetime | None = None) -> None:
        """Record a heartbeat (运行心跳)."""
        with self._state.whole.store.writing(hold="none") as ledger:
            ledger.heartbeats.record(name, self.moment(now), words)

    def close(self) -> None:
        """Close the database connections."""
        if "aio" in self.__dict__:
            self.aio.stop()
        self.store.close()

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _without_collector() -> Iterator[None]:
    """
    Without Python's cycle collector: it would traverse all rows held so far, again and again, and find no cycle
    (measured: a quarter of an import of 100,000 rows).
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
