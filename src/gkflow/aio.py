"""
The office for asyncio (异步接口): every verb of ``Office``, awaited, with the same arguments and the same result.

    outcome = await office.aio.receive("request", facts={"channel": "internet"}, session=async_session)

With an AsyncSession or AsyncConnection of SQLAlchemy (psycopg or asyncpg) the verb works in its transaction. Without
one it works in a thread on a connection of the office, and the event loop goes on.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from sqlalchemy.pool import QueuePool, SingletonThreadPool, StaticPool

from gkflow import extras
from gkflow.calendar_adoption import Calendars
from gkflow.domain.objections.facts import WrongKind
from gkflow.domain.sentences import said
from gkflow.drafts import Drafts
from gkflow.endpoints import Endpoints
from gkflow.lazy import part
from gkflow.notification_delivery import NotificationDelivery
from gkflow.office import Office
from gkflow.recurring_tasks import RecurringTasks
from gkflow.rule_editions import RuleEditions
from gkflow.sealing import Sealing
from gkflow.subscriptions import Subscriptions
from gkflow.supervision import Supervision

_P = ParamSpec("_P")
_T = TypeVar("_T")
_R = TypeVar("_R")
_THREADS = 10  # where the pool of the engine does not say how many connections it keeps


class Workers:
    """The threads in which verbs run that have no session of the caller (工作线程), one for each pooled connection."""

    def __init__(self, office: Office) -> None:
        pool: Any = office.engine.pool
        # A database in memory belongs to one thread; it keeps nobody waiting.
        self._inline = isinstance(pool, (SingletonThreadPool, StaticPool))
        size = pool.size() if isinstance(pool, QueuePool) else 0
        self._threads = ThreadPoolExecutor(size or _THREADS, "gkflow")

    async def run(self, method: Callable[..., _R], *given: Any, **named: Any) -> _R:
        """Call a verb, in the transaction of ``session`` if it is given, else in a thread."""
        session = named.pop("session", None)
        if session is not None:
            run_sync = getattr(session, "run_sync", None)
            if run_sync is None:
                wanted = said("an AsyncSession or an AsyncConnection of SQLAlchemy")
                raise WrongKind(name="session", wanted=wanted, kind=type(session).__name__)
            extras.require("greenlet")
            return await _to_its_end(run_sync(lambda bound: method(*given, **named, session=bound)))
        call = partial(method, *given, **named)
        if self._inline:
            return call()
        submitted = self._threads.submit(contextvars.copy_context().run, call)
        return await _to_its_end(asyncio.wrap_future(submitted), submitted.cancel)

    def stop(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False)


async def _to_its_end(work: Awaitable[_R], withdraw: Callable[[], bool] = lambda: False) -> _R:
    """
    Wait for a verb that has begun, even if the waiting is cancelled meanwhile: it is entered whole or not at all, and
    what cancels it goes on when that is decided.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not withdraw():
            while not task.done():
                try:
                    await asyncio.wait([task])
                except asyncio.CancelledError:
                    continue
            if not task.cancelled():
                task.exception()  # the cancellation is what the caller hears of
        raise


class AsyncVerbs(Generic[_R]):
    """The verbs of an office or of one of its services (异步方法)."""

    def __init__(self, whole: _R, workers: Workers) -> None:
        self._whole, self._workers = whole, workers


class awaited(Generic[_P, _T]):  # a declaration, as a decorator is
    """A verb that is awaited: its signature and its help are those of the verb."""

    def __init__(self, verb: Callable[Concatenate[Any, _P], _T]) -> None:
        self.verb, self.__doc__ = verb, verb.__doc__

    @overload
    def __get__(self, verbs: None, owner: type) -> Self: ...
    @overload
    def __get__(self, verbs: AsyncVerbs[Any], owner: type) -> Callable[_P, Coroutine[Any, Any, _T]]: ...
    def __get__(self, verbs: AsyncVerbs[Any] | None, owner: type) -> Self | Callable[_P, Coroutine[Any, Any, _T]]:
        if verbs is None:
            return self
        method: Callable[_P, _T] = getattr(verbs._whole, self.verb.__name__)

        @wraps(method)
        async def call(*given: _P.args, **named: _P.kwargs) -> _T:
            return await verbs._workers.run(method, *given, **named)

        return call


class listed(Generic[_P, _T]):  # a declaration, as above
    """A verb that yields, awaited: everything that it yields, in a tuple."""

    def __init__(self, verb: Callable[Concatenate[Any, _P], Iterator[_T]]) -> None:
        self.verb, self.__doc__ = verb, verb.__doc__

    @overload
    def __get__(self, verbs: None, owner: type) -> Self: ...
    @overload
    def __get__(self, verbs: AsyncVerbs[Any], owner: type) -> Callable[_P, Coroutine[Any, Any, tuple[_T, ...]]]: ...
    def __get__(
        self, verbs: AsyncVerbs[Any] | None, owner: type
    ) -> Self | Callable[_P, Coroutine[Any, Any, tuple[_T, ...]]]:
        if verbs is None:
            return self
        method: Callable[_P, Iterator[_T]] = getattr(verbs._whole, self.verb.__name__)

        @wraps(method)
        async def call(*given: _P.args, **named: _P.kwargs) -> tuple[_T, ...]:
            return await verbs._workers.run(lambda *all_, **by_name: tuple(method(*all_, **by_name)), *given, **named)

        return call


class AsyncCalendars(AsyncVerbs[Calendars]):
    """See ``Office.calendars``."""

    all = awaited(Calendars.all)
    moving = listed(Calendars.moving)
    adopt = awaited(Calendars.adopt)
    known = awaited(Calendars.known)
    waiting = awaited(Calendars.waiting)


class AsyncRuleEditions(AsyncVerbs[RuleEditions]):
    """See ``Office.rule_editions``."""

    all = awaited(RuleEditions.all)
    known = awaited(RuleEditions.known)
    waiting = awaited(RuleEditions.waiting)
    files = awaited(RuleEditions.files)
    changes = awaited(RuleEditions.changes)
    named = awaited(RuleEditions.named)
    moving = listed(RuleEditions.moving)
    adopt = awaited(RuleEditions.adopt)


class AsyncDrafts(AsyncVerbs[Drafts]):
    """See ``Office.drafts``."""

    keep = awaited(Drafts.keep)
    all = awaited(Drafts.all)
    enter = awaited(Drafts.enter)
    drop = awaited(Drafts.drop)


class AsyncSubscriptions(AsyncVerbs[Subscriptions]):
    """See ``Office.subscriptions``."""

    add = awaited(Subscriptions.add)
    all = awaited(Subscriptions.all)
    leave = awaited(Subscriptions.leave)


class AsyncSupervision(AsyncVerbs[Supervision]):
    """See ``Office.supervision``."""

    score = awaited(Supervision.score)
    rates = awaited(Supervision.rates)
    remedies = awaited(Supervision.remedies)
    spot_check = awaited(Supervision.spot_check)


class AsyncRecurringTasks(AsyncVerbs[RecurringTasks]):
    """See ``Office.recurring_tasks``."""

    coming = awaited(RecurringTasks.coming)


class AsyncDelivery(AsyncVerbs[NotificationDelivery]):
    """See ``Office.delivery``."""

    deliver = awaited(NotificationDelivery.deliver)
    escalations = awaited(NotificationDelivery.escalations)
    ack = awaited(NotificationDelivery.ack)
    notices = awaited(NotificationDelivery.notices)
    revive = awaited(NotificationDelivery.revive)


class AsyncSealing(AsyncVerbs[Sealing]):
    """See ``Office.sealing``."""

    last_seal = awaited(Sealing.last_seal)
    deposit_seals = awaited(Sealing.deposit_seals)
    try_to_deposit = awaited(Sealing.try_to_deposit)
    signs_of_safety = awaited(Sealing.signs_of_safety)
    verify = awaited(Sealing.verify)


class AsyncEndpoints(AsyncVerbs[Endpoints]):
    """See ``Office.endpoints``."""

    post = awaited(Endpoints.post)
    all = awaited(Endpoints.all)
    test = awaited(Endpoints.test)
    resume = awaited(Endpoints.resume)
    replay = awaited(Endpoints.replay)


class AsyncOffice(AsyncVerbs[Office]):
    """
    An office with its verbs for asyncio (异步机关), as ``office.aio``.

    ``session`` is an AsyncSession or AsyncConnection; the rest is as in ``Office``. What is passed to be called (hooks,
    ``show``, ``progress``, channels) runs where the verb runs. A cancelled verb that has begun is finished first.
    """

    def __init__(self, office: Office, workers: Workers | None = None) -> None:
        super().__init__(office, workers or Workers(office))

    async def limited_to(self, *units: str) -> AsyncOffice:
        """The same office, limited to the cases of some units (限定单位), see ``Office.limited_to``."""
        return AsyncOffice(await self._workers.run(self._whole.limited_to, *units), self._workers)

    @part
    def calendars(self) -> AsyncCalendars:
        """The calendar editions (日历版本)."""
        return AsyncCalendars(self._whole.calendars, self._workers)

    @part
    def rule_editions(self) -> AsyncRuleEditions:
        """The editions of the rules (规则版本)."""
        return AsyncRuleEditions(self._whole.rule_editions, self._workers)

    @part
    def drafts(self) -> AsyncDrafts:
        """Entries that were refused and are kept to be mended (草稿)."""
        return AsyncDrafts(self._whole.drafts, self._workers)

    @part
    def subscriptions(self) -> AsyncSubscriptions:
        """Who is notified of what is published (精准推送)."""
        return AsyncSubscriptions(self._whole.subscriptions, self._workers)

    @part
    def supervision(self) -> AsyncSupervision:
        """Scores and spot checks (考评与抽查)."""
        return AsyncSupervision(self._whole.supervision, self._workers)

    @part
    def recurring_tasks(self) -> AsyncRecurringTasks:
        """What comes round every year or month (周期职责)."""
        return AsyncRecurringTasks(self._whole.recurring_tasks, self._workers)

    @part
    def delivery(self) -> AsyncDelivery:
        """The outbox, the escalation log and its acknowledgements (对外告知)."""
        return AsyncDelivery(self._whole.delivery, self._workers)

    @part
    def sealing(self) -> AsyncSealing:
        """Seals, kept in the database and outside of it (封存)."""
        return AsyncSealing(self._whole.sealing, self._workers)

    @part
    def endpoints(self) -> AsyncEndpoints:
        """The webhook endpoints of the office (事件接收端)."""
        return AsyncEndpoints(self._whole.endpoints, self._workers)

    finish_adoption = awaited(Office.finish_adoption)
    adopt_first = awaited(Office.adopt_first)
    receive = awaited(Office.receive)
    do = awaited(Office.do)
    case = awaited(Office.case)
    view = awaited(Office.view)
    deadlines = awaited(Office.deadlines)
    explain = awaited(Office.explain)
    cases = awaited(Office.cases)
    page = awaited(Office.page)
    count = awaited(Office.count)
    published = awaited(Office.published)
    why_kept = awaited(Office.why_kept)
    events = awaited(Office.events)
    tick = awaited(Office.tick)
    sweep = awaited(Office.sweep)
    unsweep = awaited(Office.unsweep)
    simulate = awaited(Office.simulate)
    deliver = awaited(Office.deliver)
    escalations = awaited(Office.escalations)
    ack = awaited(Office.ack)
    notices = awaited(Office.notices)
    revive = awaited(Office.revive)
    last_seal = awaited(Office.last_seal)
    deposit_seals = awaited(Office.deposit_seals)
    try_to_deposit = awaited(Office.try_to_deposit)
    verify = awaited(Office.verify)
    import_register = awaited(Office.import_register)
    export = awaited(Office.export)
    rebuild = awaited(Office.rebuild)
    doctor = awaited(Office.doctor)
    record_heartbeat = awaited(Office.record_heartbeat)
    close = awaited(Office.close)

    def stop(self) -> None:
        """Let the threads end, when the office is closed."""
        self._workers.stop()
