"""
The worker (工作进程): the jobs of the daemon on several hosts with one PostgreSQL, woken by procrastinate.

procrastinate carries wake-ups, never the notices: each of its jobs calls a verb that may be called at any time, by any
number of processes. A job that is lost is replaced by the next one of its kind; a worker may be killed, added or
removed at any moment. A day with much work is split into shares by the hash of the case number; the tick after the
last share does what is left and ends the day.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from sqlalchemy import func, inspect, select
from sqlalchemy.schema import CreateSchema

from gkflow import extras
from gkflow.application.sweep_day import Share, work_of
from gkflow.domain.objections.database import WorkerNeedsPostgres

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

    from gkflow.daemon import Daemon

EVERY_MINUTE = "* * * * *"
SHARES = 16  # of a large day
LARGE = 2_000  # cases: below that, splitting costs more than it brings
_LOST = 30.0  # seconds without a heartbeat after which the jobs of a worker are given to others
_SHARE, _TICK, _DELIVER, _DELIVER_MORE = "gkflow.share", "gkflow.tick", "gkflow.deliver", "gkflow.deliver_more"
_UNFINISHED = ("todo", "doing")
_MOMENT = 0.2  # seconds
_LOCK = 26991  # of gkflow
_EACH = 5_000  # waiting notices for which one more worker delivers


class _Wanted(NamedTuple):
    """A day that is to be split (待分工的日期)."""

    day: date
    series: int
    notifying: bool
    searches: list[int]


class Worker:
    """
    One worker (工作进程). *daemon* has the jobs; *cron* says when they are woken (a sixth field counts seconds);
    *concurrency*: how many jobs at a time. Raises WorkerNeedsPostgres, LibraryMissing.
    """

    def __init__(
        self, daemon: Daemon, *, cron: str = EVERY_MINUTE, concurrency: int = 4, shares: int = SHARES,
        large: int = LARGE,
    ) -> None:  # fmt: skip
        if daemon.office.store.dialect.sqlite:
            raise WorkerNeedsPostgres()
        extras.require("procrastinate")
        extras.require("psycopg")
        self.daemon, self.cron, self.concurrency = daemon, cron, concurrency
        self.shares, self.large = shares, large
        self.app = self._app()
        self._ending: asyncio.Future[None] | None = None

    # -- running ---------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; a write in progress is finished first."""
        self.set_up()
        asyncio.run(self._run())

    def run_once(self) -> None:
        """Do every job that waits, and end."""
        self.set_up()
        asyncio.run(self._once())

    async def _run(self) -> None:
        async with self.app.open_async():
            await self._wake(_TICK)
            running = asyncio.ensure_future(
                self.app.run_worker_async(
                    concurrency=self.concurrency, install_signal_handlers=False, stalled_worker_timeout=_LOST,
                    delete_jobs="never",
                )
            )  # fmt: skip

            def stop(number: signal.Signals) -> None:
                self.daemon.log.info("stopping", signal=number.name)
                self.daemon.stop()
                running.cancel()  # it finishes the jobs that are running

            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop, number)
            self.daemon.log.info("started", pid=os.getpid(), concurrency=self.concurrency, cron=self.cron)
            with suppress(asyncio.CancelledError):
                await running
            self.daemon.log.info("stopped")

    async def _once(self) -> None:
        async with self.app.open_async():
            await self._mend()
            await self._wake(_TICK)
            while True:
                await self.app.run_worker_async(concurrency=self.concurrency, wait=False, install_signal_handlers=False)
                ending, self._ending = self._ending, None
                if ending is not None:
                    await ending
                if not await self.app.job_manager.list_jobs_async(status="todo"):
                    return

    def set_up(self) -> None:
        """Create the tables of procrastinate, in a schema of their own beside the office's tables."""
        from procrastinate.schema import SchemaManager

        with self.daemon.office.engine.begin() as connection:
            # Of workers that start together one creates them, the others wait.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(self.schema))))
            if inspect(connection).has_table("procrastinate_jobs", schema=self.schema):
                return
            connection.execute(CreateSchema(self.schema, if_not_exists=True))
            connection.execute(select(func.set_config("search_path", self.schema, True)))
            driver: Any = connection.connection.dbapi_connection
            driver.execute(SchemaManager.get_schema())

    @cached_property
    def schema(self) -> str:
        """The schema of procrastinate's tables: ``gk_jobs``, after the names of the office's own tables."""
        dialect = self.daemon.office.store.dialect
        with self.daemon.office.engine.connect() as connection:
            theirs = dialect.schema or connection.scalar(select(func.current_schema()))
        if theirs == "public":
            return f"{dialect.prefix}jobs"
        # With a check sum: the names of two offices must not add up to the same one.
        return f"{theirs}_{dialect.prefix}jobs_{crc32(f'{theirs}/{dialect.prefix}'.encode()):08x}"

    # -- the jobs --------------------------------------------------------------------------------------------------

    def _app(self) -> App:
        from procrastinate import App, PsycopgConnector
        from psycopg.conninfo import make_conninfo

        engine = self.daemon.office.engine
        # As SQLAlchemy's dialect reads the address, which may name several hosts; without its own objects.
        given = engine.dialect.create_connect_args(engine.url)[1]
        connector = PsycopgConnector(
            conninfo=make_conninfo("", **{key: each for key, each in given.items() if isinstance(each, str | int)}),
            min_size=1,
            max_size=self.concurrency + 2,
            kwargs={"options": f"-c search_path={self.schema}", "application_name": "gkflow worker"},
        )
        app = App(connector=connector)
        self._add_sweeping(app)
        self._add_sending(app)
        return app

    def _add_sweeping(self, app: App) -> None:
        daemon = self.daemon

        @app.periodic(cron=self.cron)
        @app.task(name=_TICK, queueing_lock=_TICK)
        async def tick(timestamp: int) -> None:
            await self._tick()

        @app.task(name=_SHARE)
        async def share(
            day: str, series: int, notifying: bool, at: int, of: int, searches: list[int] | None = None
        ) -> None:
            part = Share(at, of, tuple(searches) if searches is not None else None)
            await asyncio.to_thread(daemon.sweep_share, date.fromisoformat(day), part, notifying)
            self._ending = asyncio.ensure_future(self._end(day, series))

        @app.periodic(cron=self.cron)
        @app.task(name="gkflow.hours", queueing_lock="gkflow.hours")
        async def hours(timestamp: int) -> None:
            await asyncio.to_thread(daemon.hours)

        @app.periodic(cron=self.cron)
        @app.task(name="gkflow.heartbeat", queueing_lock="gkflow.heartbeat")
        async def heartbeat(timestamp: int) -> None:
            await self._mend()
            await asyncio.to_thread(daemon.heartbeat)

    def _add_sending(self, app: App) -> None:
        daemon = self.daemon

        @app.periodic(cron=self.cron)
        @app.task(name=_DELIVER, queueing_lock=_DELIVER)
        async def deliver(timestamp: int) -> None:
            waiting = await asyncio.to_thread(self._waiting)
            for at in range(min(waiting // _EACH, self.shares)):
                await self._wake(_DELIVER_MORE, f"{_DELIVER_MORE}/{at}")
            await asyncio.to_thread(daemon.deliver)

        @app.task(name=_DELIVER_MORE)
        async def deliver_more(timestamp: int) -> None:
            await asyncio.to_thread(daemon.deliver)

        @app.periodic(cron=self.cron)
        @app.task(name="gkflow.post", queueing_lock="gkflow.post")
        async def post(timestamp: int) -> None:
            if daemon.office.settings.endpoints:
                await asyncio.to_thread(daemon.post)

    async def _end(self, day: str, series: int) -> None:
        """After the last share of a day, wake the tick that ends it; else the next regular one would."""
        await asyncio.sleep(_MOMENT)  # the job that called is not marked as done yet
        if all(job.status not in _UNFINISHED for job in await self._shares_of(day, series)):
            await self._wake(_TICK)

    async def _tick(self) -> None:
        known = {
            (str(job.task_kwargs["day"]), job.task_kwargs["series"]): job.status in _UNFINISHED
            for job in sorted(await self._all_shares(), key=lambda job: job.status in _UNFINISHED)
        }  # a day is unfinished if one of its shares is: these come last
        wanted: list[_Wanted] = []

        def shared(day: date, notifying: bool) -> bool:
            office = self.daemon.office
            with office.store.reading() as ledger:
                series = ledger.sweeps.series
            unfinished = known.get((day.isoformat(), series))
            if unfinished is None and (work := work_of(office.store, office.rules, day)).cases >= self.large:
                wanted.append(_Wanted(day, series, notifying, list(work.searches)))
                return True
            return bool(unfinished)

        await asyncio.to_thread(self.daemon.tick, shared)
        for day, series, notifying, searches in wanted:
            for at in range(self.shares):
                await self._wake(
                    _SHARE, f"{_SHARE}/{day}/{series}/{at}", day=day.isoformat(), series=series, notifying=notifying,
                    at=at, of=self.shares, searches=searches,
                )  # fmt: skip

    async def _wake(self, task: str, once: str = "", **values: str | int | bool | list[int]) -> None:
        """Defer a job, unless the same one is waiting."""
        from procrastinate.exceptions import AlreadyEnqueued

        given: dict[str, Any] = values or {"timestamp": 0}
        with suppress(AlreadyEnqueued):
            await self.app.configure_task(task, queueing_lock=once or task).defer_async(**given)

    async def _all_shares(self) -> Iterable[Job]:
        return await self.app.job_manager.list_jobs_async(task=_SHARE)

    async def _shares_of(self, day: str, series: int) -> list[Job]:
        return [
            job
            for job in await self._all_shares()
            if (job.task_kwargs["day"], job.task_kwargs["series"]) == (day, series)
        ]

    async def _mend(self) -> None:
        """Give the jobs of workers that have died to others, and forget those done a week ago."""
        from procrastinate.exceptions import UniqueViolation
        from procrastinate.jobs import Status

        manager = self.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_LOST):
            self.daemon.log.warning("job_lost", job=job.task_name)
            try:
                await manager.retry_job(job)
            except UniqueViolation:  # the next one of its kind waits already
                await manager.finish_job(job, Status.FAILED, delete_job=False)
        await manager.delete_old_jobs(nb_hours=24 * 7, include_failed=True)

    def _waiting(self) -> int:
        with self.daemon.office.store.reading() as ledger:
            return ledger.outbox.waiting_count()[0]
