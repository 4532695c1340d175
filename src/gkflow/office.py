"""
The office (机关): the verbs as a portal, the command line and the daemon call them.

Every verb takes ``now`` and falls back on the machine's clock; with a ``session`` it works in the caller's transaction.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gkflow.application.given import facts_given, require_texts
from gkflow.application.ports import CallerSession, Ledger
from gkflow.bootstrap import (
    channels_of,
    database_of,
    home_folder,
    now,
    profile_of,
    read_moment,
    settings_of,
)
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import legal_day
from gkflow.domain.errors import NotFound, Refused, Unfit
from gkflow.files.home import FILE_NAME
from gkflow.in_use import rules_of
from gkflow.notification_delivery import Outgoing
from gkflow.sealing import Sealing
from gkflow.watching import on_open

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gkflow.application.actions import Outcome
    from gkflow.application.cases import CaseLine
    from gkflow.application.doctor import HealthCheck
    from gkflow.application.explain import CaseView, Explanation
    from gkflow.application.office_context import OfficeContext
    from gkflow.application.ports import InUse
    from gkflow.application.register import Imported, Row
    from gkflow.application.sweep import Swept
    from gkflow.application.unsweep import Unswept
    from gkflow.calendar_adoption import AdoptedEdition, Calendars
    from gkflow.desks import Drafts, Duties, Subscriptions, Supervision
    from gkflow.domain.case import Case
    from gkflow.domain.deadline import Deadline
    from gkflow.domain.publication import Kept
    from gkflow.domain.workflow import Step
    from gkflow.files.profiles import Profile
    from gkflow.files.settings import Settings
    from gkflow.in_use import KeptRules
    from gkflow.rule_editions import RuleEditions
    from gkflow.store.database import Database


class Held(NamedTuple):
    """The editions that an office has read (已读入的版本), and which ones were in use when it did."""

    numbers: InUse
    calendars: tuple[AdoptedEdition, ...]
    rules: tuple[KeptRules, ...]


def open_office(
    target: str | Engine | None = None, *, home: Path | str | None = None, settings: Settings | None = None
) -> Office:
    """
    Open an office (打开): on a database address, on the caller's own engine, or the one of the settings.

    A database without any gkflow table is given them; one of another schema version is refused (Unfit) with the
    command that mends it.
    """
    place = Path(home).absolute() if home is not None else home_folder()
    chosen = settings or settings_of(place)
    if target is None:
        _require_database(chosen, place)
    database = database_of(chosen, target)
    if target is not None and home is None and settings is None:
        chosen = _seals_beside(database, chosen)
    if database.schema() is None:
        if target is None:
            raise _nothing_in(place, database.place)
        database.migrate()
    database.require_schema()
    office = Office(database, chosen)
    office.adopt_first()  # now, in a transaction of its own: a verb may be called inside the portal's
    for look in on_open:
        look(office)
    return office


def _seals_beside(database: Database, settings: Settings) -> Settings:
    """
    A database that is opened by its address keeps its seals beside it: the seals of two databases in one file would
    make each of them look like one that was tampered with.
    """
    url = database.engine.url
    if str(url) == settings.database.url or not settings.seal.file:
        return settings
    if url.get_backend_name() == "sqlite":
        memory = not url.database or url.database == ":memory:"
        name = "" if memory else str(Path(str(url.database)).absolute().with_suffix(".seals.jsonl"))
    else:
        name = f"{url.database}.{settings.seal.file}"
    return replace(settings, seal=replace(settings.seal, file=name))


def _require_database(settings: Settings, place: Path) -> None:
    """Nothing is made where an office is looked for: neither a folder nor a database."""
    from gkflow.store.database import require_database, sqlite_file

    file = place / FILE_NAME
    require_database(settings.database.url, file if file.is_file() else None)
    path = sqlite_file(settings.database.url)
    if path is not None and not path.exists():
        raise Unfit("no_office", place=str(place))


def _nothing_in(place: Path, database: str) -> Unfit:
    file = place / FILE_NAME
    if file.is_file():
        return Unfit("database_missing", place=database, settings=str(file))
    return Unfit("no_office", place=str(place))


class Office(Outgoing, Sealing):
    """
    An office with its verbs (机关).

    Every verb takes an optional ``session`` (SQLModel or SQLAlchemy): it then works in the caller's transaction and
    commits nothing, so that the portal's own row, the entry and its notices stand or fall together. ``now`` is the
    moment of the call; without it the machine's clock is read.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self.store = database
        self.settings = settings
        self._rules: OfficeContext | None = None
        self._held: Held | None = None
        self._calendars: Calendars | None = None
        self._rule_editions: RuleEditions | None = None

    # -- what it works by ----------------------------------------------------------------------------------------

    @property
    def rules(self) -> OfficeContext:
        """The rulebook and people, with the editions of calendar and rules that were in use when last looked at."""
        if self._rules is None:
            self.in_use()
            assert self._rules is not None
        return self._rules

    def rules_in(self, ledger: Ledger) -> OfficeContext:
        """
        The rules in use in this transaction (在用规则). Asked for at the beginning of each: where another process has
        adopted an edition since, it is read and gone on with, so that nothing is written by one that no longer holds.
        """
        held, rules = self._held, self._rules
        if held is None or rules is None or held.numbers != ledger.editions.in_use():
            if ledger.writes:
                self._adopt_in(ledger)
            held = Held(ledger.editions.in_use(), self.calendars.read(ledger), self.rule_editions.read(ledger))
            if not (held.calendars and held.rules):
                raise Unfit(
                    "calendar_lost" if ledger.consistency.has_record() else "nothing_adopted", place=self.store.place
                )
            rules = replace(self.rules_with(held.calendars, held.rules), renew=self.rules_in)
            self._rules, self._held = rules, held
        return rules

    @property
    def held(self) -> Held:
        """The editions that were read last."""
        return self._held or self.in_use()

    def in_use(self) -> Held:
        """The editions of calendar and rules on record (采用的版本); those of a new office are adopted first."""
        self.adopt_first()
        with self.store.reading() as ledger:
            self.rules_in(ledger)
        assert self._held is not None
        return self._held

    def adopt_first(self) -> None:
        """Adopt what the installed packages and the files say, where nothing has been adopted yet (首次采用)."""
        with self.store.reading() as ledger:
            numbers = ledger.editions.in_use()
        if None in numbers:
            with self.store.writing(hold="alone") as ledger:
                self._adopt_in(ledger)

    def _adopt_in(self, ledger: Ledger) -> None:
        numbers = ledger.editions.in_use()
        # One that is gone from an office with a record is not silently replaced: ``verify`` says that it is missing.
        if numbers.calendar is None and not ledger.consistency.has_record():
            self.calendars.adopt_first(ledger)
        if numbers.rules is None and not ledger.consistency.was_sealed("rules"):
            self.rule_editions.adopt_first(ledger)

    def rules_with(
        self, calendars: Sequence[AdoptedEdition] | None = None, rules: Sequence[KeptRules] | None = None
    ) -> OfficeContext:
        """The rules as these editions make them; those in use where others are not given."""
        days = calendars if calendars is not None else self.held.calendars
        kept = rules if rules is not None else self.held.rules
        return rules_of(self.settings, [(each.at, each.edition) for each in days], kept)

    def _rules_for(
        self, ledger: Ledger, known_on: date | str | None, recorded_by: datetime | date | str | None = None
    ) -> OfficeContext:
        """
        The rules, with the calendar as it was known on a day where one is given (当时所知), by publication; with
        *recorded_by* those that the office reckoned with at that moment.
        """
        rules, held = self.rules_in(ledger), self._held
        if held is None or (known_on is None and recorded_by is None):
            return rules
        calendars, kept = held.calendars, held.rules
        if recorded_by is not None:
            moment = self.recorded_moment(recorded_by)
            calendars = tuple(each for each in calendars if each.at <= moment) or calendars[:1]
            kept = tuple(each for each in kept if each.at <= moment) or kept[:1]
        days = [(each.at, each.edition) for each in calendars]
        return rules_of(self.settings, days, kept, self._day(known_on) if known_on is not None else None)

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar edition that the office has adopted (采用的工作日历)."""
        return self.rules.rulebook.calendar

    @property
    def calendars(self) -> Calendars:
        """The calendar editions that it has adopted, and the adoption of another (日历版本)."""
        if self._calendars is None:
            from gkflow.calendar_adoption import Calendars

            self._calendars = Calendars(self)
        return self._calendars

    @property
    def rule_editions(self) -> RuleEditions:
        """The editions of the rules that it has adopted, and the adoption of another (规则版本)."""
        if self._rule_editions is None:
            from gkflow.rule_editions import RuleEditions

            self._rule_editions = RuleEditions(self)
        return self._rule_editions

    @property
    def profile(self) -> Profile:
        """The local rules that it works by (地方规则)."""
        return profile_of(self.settings)

    @property
    def drafts(self) -> Drafts:
        """Entries that were refused and are kept to be mended (草稿)."""
        from gkflow.desks import Drafts

        return Drafts(self)

    @property
    def subscriptions(self) -> Subscriptions:
        """Who hears of what is published (精准推送)."""
        from gkflow.desks import Subscriptions

        return Subscriptions(self)

    @property
    def supervision(self) -> Supervision:
        """Scores and spot checks (考评与抽查)."""
        from gkflow.desks import Supervision

        return Supervision(self)

    @property
    def duties(self) -> Duties:
        """What comes round every year or month (周期职责)."""
        from gkflow.desks import Duties

        return Duties(self)

    # -- cases ---------------------------------------------------------------------------------------------------

    def receive(
        self, workflow: str = "request", number: str = "", *, day: date | str | None = None, by: str = "",
        unit: str = "", title: str = "", facts: Mapping[str, Any] | None = None, key: str | None = None,
        dry_run: bool = False, session: CallerSession | None = None, now: datetime | None = None, **more: Any,
    ) -> Outcome:  # fmt: skip
        """
        Open a case (收件): with the number given, or with the next one of unit and year (UNIT-2026-0001).

        Facts are given in *facts* or by name (``channel="in_person"``). Returns number, day 0, last day, public
        status and next actions. Raises Refused, NotFound, Conflict; the same *key* again does nothing twice.
        """
        from gkflow.application.receive import receive

        require_texts(workflow=workflow, number=number)
        moment = self.moment(now)
        given = facts_given(facts, {**more, "title": title} if title != "" else more)
        act = self._act("", day, by, unit, given, key)
        return self.store.attempt(
            lambda ledger: receive(
                ledger, self.rules_in(ledger), workflow, act, moment, legal_day(moment), number, dry_run
            ),
            session,
        )

    def do(
        self,
        case: str,
        action: str,
        *,
        day: date | str | None = None,
        by: str = "",
        unit: str = "",
        facts: Mapping[str, Any] | None = None,
        key: str | None = None,
        dry_run: bool = False,
        session: CallerSession | None = None,
        now: datetime | None = None,
        **more: Any,
    ) -> Outcome:
        """
        Enter an action into a case (办理): ``office.do("GK-2026-0001", "extend", days=20, approved_by="李四")``.

        *day* is the legal day on which it happened (default: today). Returns the new state and the last day before
        and after. Raises Refused with the reason and its article; nothing is half-written.
        """
        from gkflow.application.advance import advance

        require_texts(case=case, action=action)
        moment = self.moment(now)
        act = self._act(action, day, by, unit, facts_given(facts, more), key)
        return self.store.attempt(
            lambda ledger: advance(ledger, self.rules_in(ledger), case, act, moment, legal_day(moment), dry_run),
            session,
        )

    def _act(
        self,
        action: str,
        day: date | str | None,
        by: str,
        unit: str,
        facts: Mapping[str, Any],
        key: str | None,
    ) -> Any:
        from gkflow.application.actions import Command
        from gkflow.application.facts import read_day

        require_texts(by=by, unit=unit, key=key or "")
        self.require_sendable()
        return Command(action, read_day(day) if day is not None else None, by, unit, facts, key=key)

    def case(self, number: str, *, as_of: date | str | None = None, session: CallerSession | None = None) -> Case:
        """The case as its record tells it on a day (案件). Raises NotFound."""
        return self.view(number, as_of=as_of, session=session).case

    def view(
        self, number: str, *, as_of: date | str | None = None, known_on: date | str | None = None,
        recorded_by: datetime | date | str | None = None, session: CallerSession | None = None,
    ) -> CaseView:  # fmt: skip
        """
        The case with its deadlines, findings and what is to be decided, on a day (查看); with *recorded_by* as the
        entries written by that moment tell it. Raises NotFound.
        """
        from gkflow.application.explain import view_case

        require_texts(number=number)
        with self.store.reading(session) as ledger:
            rules = self._rules_for(ledger, known_on, recorded_by)
            entries = ledger.record.entries(number)
            if not entries:
                from gkflow.application.checks import near_case

                raise NotFound("unknown_case", case=number, mean=near_case(ledger, number))
            workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        moment = self.recorded_moment(recorded_by)
        return view_case(rules, workflow, number, entries, self._day(as_of, moment), moment)

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
        Why this day? (推算说明) Every day from day 0 to the last, with the limit and its article; with *known_on* as
        one would have answered then, by the notices published by that day; with *recorded_by* by what was on record.
        """
        from gkflow.application.explain import explain

        view = self.view(number, as_of=as_of, known_on=known_on, recorded_by=recorded_by, session=session)
        with self.store.reading(session) as ledger:
            rules = self._rules_for(ledger, known_on, recorded_by)
        require_texts(clock=clock, ref=ref)
        return explain(rules, view, clock, ref)

    def cases(
        self, *, as_of: date | str | None = None, include_closed: bool = False, overdue: bool = False,
        due_within: int | None = None, clock: str = "", state: str = "", workflow: str = "", unit: str = "",
        officer: str = "", attention: bool = False, known_on: date | str | None = None,
        recorded_by: datetime | date | str | None = None,
        session: CallerSession | None = None,
    ) -> list[CaseLine]:  # fmt: skip
        """
        The cases on a day (台账), most urgent first; open ones unless *include_closed*. *due_within* counts working
        days. With *known_on* every case is reckoned by the notices published by that day; with *recorded_by*, a moment
        or a whole day, by what was on record then.
        """
        from gkflow.application.cases import CaseQuery, list_cases

        require_texts(clock=clock, state=state, workflow=workflow, unit=unit, officer=officer)
        asked = CaseQuery(include_closed, overdue, due_within, clock, state, workflow, unit, officer, attention)
        moment = self.recorded_moment(recorded_by)
        with self.store.reading(session) as ledger:
            rules = self._rules_for(ledger, known_on, recorded_by)
            return list_cases(ledger, rules, self._day(as_of, moment), asked, known_on is not None, moment)

    def published(
        self, number: str, *, as_of: date | str | None = None, session: CallerSession | None = None
    ) -> dict[str, Any]:
        """
        What of a case may be shown to the public (公开的信息), by the labels of its facts; nothing where the case does
        not lie open: not published, withheld, withdrawn, taken down, expired, or not for the public at all.
        """
        from gkflow.application.publishing import published_record

        return published_record(self.rules, self.view(number, as_of=as_of, session=session))

    def why_kept(
        self, number: str, *, as_of: date | str | None = None, session: CallerSession | None = None
    ) -> Kept | None:
        """Why nothing of a case leaves the office (不公开的原因); None where it lies open."""
        from gkflow.application.publishing import reason_kept

        return reason_kept(self.rules, self.view(number, as_of=as_of, session=session))

    # -- sweeping and telling ------------------------------------------------------------------------------------

    def tick(
        self, now: datetime | None = None, *, through: date | None = None, expected: datetime | None = None,
        session: CallerSession | None = None,
    ) -> Swept:  # fmt: skip
        """
        Sweep every day since the last one through *through* (default: today), each day once (巡检), and ask for next
        year's notice of days off where it is time. May be called any number of times, by any number of processes.
        Raises Refused ("clock_ahead") when the clock has jumped.
        """
        from gkflow.application.calendar_reminder import ask_for_notice
        from gkflow.application.sweep import tick

        self.require_sendable()
        moment, store = self.moment(now), self._store(session)
        swept = tick(store, self.rules, moment, through or legal_day(moment), expected)
        # Within the caller's transaction nothing is certain yet: the next call of our own brings the file up.
        not_deposited = self.try_to_deposit() if session is None else ""
        asked = ask_for_notice(store, self.rules, moment, legal_day(moment))
        return replace(swept, asked=asked, not_deposited=not_deposited)

    def sweep(
        self,
        as_of: datetime | date | str | None = None,
        *,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> Swept:
        """Sweep through a day or moment that is not to come (巡检). Raises Refused ("later_than_now")."""
        moment = self.moment(now)
        day = self._swept_day(as_of, moment)
        if day > legal_day(moment):
            raise Refused("later_than_now", moment=day)
        return self.tick(moment, through=day, session=session)

    def unsweep(
        self, *, by: str = "", reason: str = "", session: CallerSession | None = None, now: datetime | None = None
    ) -> Unswept:
        """
        Take back, on record, the sweeps of days that are still to come: they were done under a clock that was wrong
        (撤销巡检). Raises Refused ("nothing_to_unsweep").
        """
        from gkflow.application.unsweep import unsweep

        return unsweep(self._store(session), self.moment(now), by, reason)

    def simulate(
        self,
        as_of: datetime | date | str | None = None,
        *,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> list[tuple[str, str, str, date, Step]]:
        """What a sweep of that day would record, on a day to come as well; nothing is written (模拟巡检)."""
        from gkflow.application.sweep import simulate

        return simulate(self._store(session), self.rules, self._swept_day(as_of, self.moment(now)))

    def _swept_day(self, as_of: datetime | date | str | None, moment: datetime) -> date:
        if as_of is None:
            return legal_day(moment)
        if isinstance(as_of, datetime):
            if as_of.tzinfo is None:
                raise Refused("bad_moment", value=as_of.isoformat())
            day = legal_day(as_of)
            if as_of > moment and day == legal_day(moment):
                raise Refused("later_than_now", moment=as_of.isoformat())
            return day
        if isinstance(as_of, date):
            return as_of
        return self._swept_day(read_moment(as_of), moment)

    # -- the record as a whole -----------------------------------------------------------------------------------

    def import_register(
        self,
        rows: Iterable[Row],
        *,
        by: str = "",
        dry_run: bool = False,
        progress: Any = None,
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> Imported:
        """Import the rows of a register (导入台账), as (row number, column → value); safe to repeat."""
        from gkflow.application.register import import_register

        self.require_sendable()
        moment = self.moment(now)
        with _without_collector():
            return import_register(
                self._store(session), self.rules, rows, moment, legal_day(moment), by, dry_run, progress
            )

    def export(
        self, cases: Sequence[str] | None = None, *, session: CallerSession | None = None
    ) -> list[dict[str, Any]]:
        """The record as a register, one row for each entry, in the form that an import reads (导出台账)."""
        from gkflow.application.export import export_rows
        from gkflow.application.resolve_names import case_named

        with self.store.reading(session) as ledger:
            named = [case_named(ledger, each) for each in cases] if cases is not None else None
            return list(export_rows(ledger, named))

    def rebuild(
        self, *, dry_run: bool = False, session: CallerSession | None = None, now: datetime | None = None
    ) -> tuple[int, tuple[str, ...]]:
        """Draw up docket and clocks anew from the record (重建台账): cases, and those that stood otherwise."""
        from gkflow.application.verify import rebuild

        with _without_collector():
            return rebuild(self._store(session), self.rules, self.moment(now), dry_run)

    def doctor(self, now: datetime | None = None, *, session: CallerSession | None = None) -> list[HealthCheck]:
        """Look at everything that can go wrong quietly (体检)."""
        from gkflow.application.doctor import HealthCheck, examine

        moment = self.moment(now)
        with self.store.reading(session) as ledger:
            rules = self.rules_in(ledger)
            waiting = self.calendars.waiting()
            entered = self.calendars.known().calendar().announced_through if waiting else None
            # Not self.channels(): settings with faults are looked at as well.
            state, channels = self.rule_editions.files(thorough=True), channels_of(self.settings)
            signs = examine(ledger, rules, moment, legal_day(moment), waiting, entered, state, channels)
        if self.settings.unsendable:
            told = [{"file": each.file, "line": each.line, "text": each.text} for each in self.settings.unsendable]
            signs.insert(0, HealthCheck("settings", "error", {"faults": told}))
        return [*signs[:-1], *self.signs_of_safety(session=session), signs[-1]]

    def record_heartbeat(self, name: str, words: str = "", now: datetime | None = None) -> None:
        """Leave a sign of life (运行心跳)."""
        with self.store.writing(hold="none") as ledger:
            ledger.heartbeats.record(name, self.moment(now), words)

    def close(self) -> None:
        """Give the database connections back."""
        self.store.close()

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _store(self, session: CallerSession | None) -> Any:
        return self.store if session is None else self.store.within(session)

    def moment(self, given: datetime | None) -> datetime:
        """The moment of a call: the one given, else the machine's clock. Raises Refused ("bad_moment")."""
        if given is None:
            return now()
        if given.tzinfo is None:
            raise Refused("bad_moment", value=given.isoformat())
        return given

    def _day(self, day: date | str | None, moment: datetime | None = None) -> date:
        """The day asked for; without one that of *moment*, else today."""
        from gkflow.application.facts import read_day

        return legal_day(moment or now()) if day is None else read_day(day)

    def recorded_moment(self, moment: datetime | date | str | None) -> Any:
        """A moment by which entries were written; a day means its end (当日终了). Raises Refused ("bad_moment")."""
        from zoneinfo import ZoneInfo

        if isinstance(moment, str):
            moment = read_moment(moment)
        if moment is None or isinstance(moment, datetime):
            return self.moment(moment) if moment is not None else None
        return datetime.combine(moment, time.max, ZoneInfo("Asia/Shanghai"))


@contextmanager
def _without_collector() -> Iterator[None]:
    """
    Without Python's cycle collector: it would walk through every row held so far, again and again, and find no
    cycle (measured: a quarter of an import of 100,000 rows).
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
