"""
The daemon (守护进程): a scheduler that runs the verbs at their hours, and nothing more.

Due times follow elapsed time, never the wall clock: setting the clock ahead or back makes the daemon neither silent nor
hasty. A run may be late, repeated or missed: the tables of the office hold what is to be done and what has been done,
so that any number of daemons, killed at any moment, do it once.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gkflow.application.doctor import RuleFiles
from gkflow.application.hours import tick_hours
from gkflow.application.ports import Channel
from gkflow.application.sweep import Shared, tick
from gkflow.application.sweep_day import Share, sweep_share
from gkflow.domain.case import legal_day
from gkflow.domain.errors import GkflowError
from gkflow.domain.objections.days import ClockAhead
from gkflow.office import Office
from gkflow.present import awake_and_asleep, machine_clock
from gkflow.stoppable import StoppablePoster, StoppableStore, Stopping, stoppable

if TYPE_CHECKING:
    from datetime import date

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERY = timedelta(minutes=5)
DELIVER_EVERY = timedelta(minutes=1)
LOOK_EVERY = 1.0  # seconds between two checks for due jobs
JUMP = timedelta(days=1)  # the most that the wall clock may be ahead of elapsed time


@dataclass(slots=True)
class Alarm:
    """A job and when it runs next (定时任务): *due* in elapsed seconds, at first immediately."""

    name: str
    call: Callable[[], None]
    every: float
    due: float = float("-inf")
    busy: threading.Lock = field(default_factory=threading.Lock)  # no two runs of a job overlap


class Daemon:
    """
    The jobs of a daemon (守护进程的任务): ``tick``, ``hours``, ``deliver``, ``post`` and ``heartbeat``.

    Each may be called at any time, from any thread; a fault is logged and does not affect the others. *clock* returns
    the moment and *passed* the elapsed seconds, which do not follow the wall clock.
    """

    def __init__(
        self,
        office: Office,
        *,
        every: timedelta = EVERY,
        deliver_every: timedelta = DELIVER_EVERY,
        clock: Callable[[], datetime] = machine_clock,
        passed: Callable[[], float] = awake_and_asleep,
        channels: Mapping[str, Channel] | None = None,
        log: Any = None,
    ) -> None:
        self.office = office
        self.every, self.deliver_every = every, deliver_every
        self.clock, self.passed = clock, passed
        self.log = log if log is not None else logger(clock)
        self._channels = channels
        self._anchor: tuple[datetime, float] | None = None
        self._rule_files = RuleFiles()
        self._ticking, self._delivering, self._posting = threading.Lock(), threading.Lock(), threading.Lock()
        self._stopping = False
        self._through: date | None = None

    # -- the jobs ------------------------------------------------------------------------------------------------

    def tick(self, shared: Shared | None = None) -> None:
        """
        Sweep what is due (巡检): through yesterday before the daily hour, through today from it on. *shared*: as in
        ``application.sweep.tick``.
        """
        with self._job("tick", self._ticking) as free:
            if not free:
                return
            now, expected = self._now()
            self._see_adopted()
            through = self.through(now)
            # The daemon can be stopped between two days of a long catch-up; the next one continues from there.
            store = StoppableStore(self.office.store, self.is_stopping)
            swept = tick(store, self.office.rules, now, through, expected, shared)
            if swept.unswept is not None:
                taken = swept.unswept
                self.log.warning("unswept", since=taken.from_day.isoformat(), through=taken.through.isoformat())
            if swept.ahead is not None:
                self.log.error("swept_ahead", through=swept.ahead.isoformat(), next="gkflow sweep --unsweep")
            if swept.days:
                self.log.info(
                    "swept", since=swept.days[0].isoformat(), through=swept.days[-1].isoformat(),
                    days=len(swept.days), reached=swept.reached, told=swept.notified, taken=swept.taken,
                )  # fmt: skip
            self._ask(now)
            if reason := self.office.try_to_deposit():
                self.log.error("seals_not_deposited", reason=reason)

    def sweep_share(self, day: date, share: Share, notifying: bool) -> None:
        """Do a share of a day's sweep (巡检份额), while others do the rest."""
        with self._job("share"):
            now, _ = self._now()
            store = StoppableStore(self.office.store, self.is_stopping)
            done = sweep_share(store, self.office.rules, day, now, share, notifying=notifying)
            of = f"{share.at + 1}/{share.of}"
            self.log.info("share", day=day.isoformat(), share=of, reached=done.reached, told=done.notified)

    def hours(self) -> None:
        """Record the steps in hours since the last minute and notify people (按小时巡检)."""
        with self._job("hours", self._ticking) as free:
            if not free:
                return
            now, _ = self._now()
            found = tick_hours(StoppableStore(self.office.store, self.is_stopping), self.office.rules, now)
            if found.reached:
                self.log.info("hours", reached=found.reached, told=found.notified)

    def through(self, now: datetime) -> date:
        """The last day to be swept at *now*."""
        day = legal_day(now)
        before = now.astimezone(SHANGHAI).time() < self.office.settings.daily_at
        return day - timedelta(days=1) if before else day

    def _ask(self, now: datetime) -> None:
        from gkflow.application.calendar_reminder import ask_for_notice

        missing = ask_for_notice(self.office.store, self.office.rules, now, legal_day(now))
        if missing is not None:
            self.log.warning("calendar_missing", year=missing, next="gkflow calendar")

    def deliver(self) -> None:
        """Send the waiting messages (送发)."""
        with self._job("deliver", self._delivering) as free:
            if not free:
                return
            self._now()  # nothing is sent under a clock that has jumped
            sent = self.office.deliver(clock=self.clock, channels=self._usable())
            if sent.delivered or sent.failed:
                log = self.log.warning if sent.failed else self.log.info
                log("delivered", delivered=sent.delivered, failed=sent.failed, dead=sent.dead)

    def post(self) -> None:
        """Post the events that wait to the endpoints (推送事件), apart from the notices."""
        with self._job("post", self._posting) as free:
            if not free:
                return
            self._now()
            from gkflow.endpoints import poster_of

            poster = StoppablePoster(poster_of(self.office.settings), self.is_stopping)
            done = self.office.endpoints.post(poster=poster, clock=self.clock, within=self.deliver_every)
            if done.posted or done.failing:
                log = self.log.warning if done.failing else self.log.info
                log("posted", posted=done.posted, failing=done.failing, parked=done.parked)

    def heartbeat(self) -> None:
        """Record a heartbeat (运行心跳)."""
        with self._job("heartbeat"):
            now, _ = self._now()
            self.office.record_heartbeat("daemon", f"every={self.every.total_seconds():g}s", now)

    # -- what they share -----------------------------------------------------------------------------------------

    @contextmanager
    def _job(self, name: str, lock: threading.Lock | None = None) -> Iterator[bool]:
        """A failed run neither ends the daemon nor prevents the next run."""
        free = lock is None or lock.acquire(blocking=False)
        try:
            yield free
        except Stopping:
            self.log.info("stopped_early", job=name)
        except GkflowError as error:
            if error.code == "clock_ahead":
                self._log_jump(name, error)
            else:
                self.log.error("refused", job=name, code=error.code, reason=str(error))
        except Exception as error:
            self.log.error("failed", job=name, error=type(error).__name__, reason=str(error), where=_where(error))
        finally:
            if lock is not None and free:
                lock.release()

    def _now(self) -> tuple[datetime, datetime | None]:
        """
        The moment, and the moment expected from the time elapsed since the last check.

        Raises Refused ("clock_ahead") if the wall clock is ahead by more than a day, so that nobody is notified of
        lateness that did not happen. Once somebody has swept under that clock by hand, it is trusted.
        """
        now, passed = self.clock(), self.passed()
        if self._anchor is None:
            self._anchor = (now, passed)
            return now, None
        expected = self._anchor[0] + timedelta(seconds=passed - self._anchor[1])
        if now - expected > JUMP and not self._is_confirmed(now):
            raise ClockAhead(now=now.isoformat(), last=expected.isoformat(), at=expected)
        if now > expected:
            # A clock set back keeps its anchor: correcting it is not a jump.
            self._anchor = (now, passed)
            expected = now
        return now, expected

    def _is_confirmed(self, now: datetime) -> bool:
        with self.office.store.reading() as ledger:
            last = ledger.sweeps.last_done()
        return last is not None and last.done_at is not None and now - last.done_at <= JUMP

    def _log_jump(self, name: str, error: GkflowError) -> None:
        self.log.error("clock_ahead", job=name, now=error.facts["now"], expected=error.facts["last"])
        at = error.facts.get("at")
        with suppress(Exception):
            # Under the expected moment, so that the next sweep under a correct clock comes after it.
            self.office.record_heartbeat("clock_ahead", f"clock={error.facts['now']}", at)

    def _see_adopted(self) -> None:
        """Use an edition of calendar or rules that another process has adopted since; no restart is needed."""
        before = self.office.held
        self.office.calendars.all()
        now = self.office.held
        if now.calendars[-1].at != before.calendars[-1].at:
            self.log.info("calendar_adopted", edition=now.calendars[-1].name)
        if now.rules[-1].at != before.rules[-1].at:
            self.log.info("rules_adopted", edition=now.rules[-1].edition)
        files = self.office.rule_editions.files(thorough=True)
        if files and files != self._rule_files:
            fault = str(files.fault) if files.fault is not None else None
            following = "gkflow rules adopt" if fault is None else "gkflow check"
            self.log.warning("rules_waiting", edition=files.waiting, fault=fault, next=following)
        self._rule_files = files

    def _usable(self) -> dict[str, Channel]:
        channels = self._channels
        if channels is None:
            from gkflow.channels.console import Console

            # Stderr is for the log, one JSON object a line; console messages go to stdout.
            channels = {**self.office.channels(), "console": Console(sys.stdout)}
        return {name: stoppable(channel, self.is_stopping) for name, channel in channels.items()}

    def stop(self) -> None:
        """Begin nothing more; a write in progress is finished first."""
        self._stopping = True

    def is_stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopping

    # -- running -------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; a write in progress is finished first."""
        asked: queue.SimpleQueue[str] = queue.SimpleQueue()  # the only queue that a signal handler may use

        def stop(number: int, _: FrameType | None) -> None:
            self._stopping = True
            asked.put(signal.Signals(number).name)

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        at = f"{self.office.settings.daily_at:%H:%M}"
        self.log.info("started", pid=os.getpid(), daily_at=at, every=str(self.every))
        _pass_on(self.log)
        alarms = self.alarms()
        pool = ThreadPoolExecutor(len(alarms), "gkflow")
        try:
            while True:
                for alarm in self.due(alarms):
                    pool.submit(self._ring, alarm)
                with suppress(queue.Empty):
                    # On Windows only a wait with a timeout can be interrupted.
                    name = asked.get(timeout=LOOK_EVERY)
                    self.log.info("stopping", signal=name)
                    break
        finally:
            pool.shutdown(wait=True)
            for number, handler in before.items():
                signal.signal(number, handler)
        self.log.info("stopped")

    def alarms(self) -> tuple[Alarm, ...]:
        """The jobs, each due immediately."""
        often = self.deliver_every.total_seconds()
        return (
            Alarm("tick", self.tick, self.every.total_seconds()),
            Alarm("hours", self.hours, often),
            Alarm("deliver", self.deliver, often),
            *([Alarm("post", self.post, often)] if self.office.settings.endpoints else []),
            Alarm("heartbeat", self.heartbeat, often),
        )

    def due(self, alarms: Sequence[Alarm]) -> list[Alarm]:
        """
        The jobs due now, which are then due again after their interval; a job that still runs waits for the next check.

        At the daily hour the tick is due whatever time has elapsed.
        """
        passed, through = self.passed(), self.through(self.clock())
        found = []
        for alarm in alarms:
            new_day = alarm.name == "tick" and through != self._through
            if (alarm.due <= passed or new_day) and not alarm.busy.locked():
                alarm.due = passed + alarm.every
                found.append(alarm)
                if alarm.name == "tick":
                    self._through = through
        return found

    @staticmethod
    def _ring(alarm: Alarm) -> None:
        with alarm.busy:
            alarm.call()


def logger(clock: Callable[[], datetime] = machine_clock, stream: Any = None) -> Any:
    """A log of one JSON object a line on stderr, in Beijing time (日志)."""
    import structlog

    def at(_: Any, __: str, event: Any) -> Any:
        return {"at": clock().astimezone(SHANGHAI).isoformat(timespec="seconds"), **event}

    return structlog.wrap_logger(
        structlog.PrintLogger(stream if stream is not None else sys.stderr),
        processors=[structlog.processors.add_log_level, at, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.BoundLogger,
    )


def _pass_on(log: Any) -> None:
    """Write warnings of the connection pool to the same log, one line each."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.warning("connections", reason=record.getMessage())

    source = logging.getLogger("sqlalchemy.pool")
    source.handlers = [Handler(logging.WARNING)]
    source.setLevel(logging.WARNING)
    source.propagate = False


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace is not None else ""
