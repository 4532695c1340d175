"""Delivery (送发通知): compose what waits in the outbox and hand it to its channel; at least once, never lost."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Channel, Ledger, Message, NotDelivered, OneByOne, Store, WaitingNotice
from gkflow.application.sending import NEXT_RUN, Clock, Ended, Job, Sent, Shared, send
from gkflow.application.still_holds import drop_settled
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import legal_day
from gkflow.domain.notice import Wording, compose
from gkflow.domain.sentences import said

BATCH = 100
SENDERS = 8  # concurrent deliveries: one per server, chat or channel
CLAIM = timedelta(minutes=10)  # how long the batch of a dead sender stays claimed
RENEWAL = timedelta(minutes=2)
POLL = 5.0  # seconds after which a run checks the clock without any report
# The waits between attempts; after the last one the message is dead and listed.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440, 2880))
# How long an unreachable address is left alone, whatever waits for it; then it is tried again.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
LONGEST_PAUSE = timedelta(days=1)  # the most that a server may ask for (Retry-After)


@dataclass(frozen=True, slots=True)
class Delivery(AsDict):
    """The result of a delivery (送发结果)."""

    delivered: int
    failed: int
    dead: int
    held: bool  # quiet hours: channels that ring were not used


def is_quiet(rules: OfficeContext, now: datetime) -> bool:
    """Whether these are quiet hours (免打扰): evening, night or a day off, but not a make-up day."""
    local = now.astimezone(ZoneInfo("Asia/Shanghai"))
    quiet, clock = rules.quiet, local.time()
    if quiet.begin > quiet.end:
        night = clock >= quiet.begin or clock < quiet.end
    else:
        night = quiet.begin <= clock < quiet.end
    return night or (quiet.days_off and not rules.rulebook.calendar.is_working_day(legal_day(now)))


def deliver(
    store: Store, rules: OfficeContext, channels: Mapping[str, Channel], now: datetime | Clock, batch: int = BATCH,
    set_up: Collection[str] = (),
) -> Delivery:  # fmt: skip
    """
    Send the waiting messages (送发). *now* is the clock of the run, or one moment for all of it.

    A batch is claimed in one transaction, sent outside of any, and each outcome written with its own moment in
    another: if a sender dies in between, the message is sent again under the same key and the receiver drops the
    second copy. Long runs renew their claims; quiet hours end a run. Messages for a channel of *set_up* that is
    not among *channels* keep waiting.
    """
    clock = now if callable(now) else _fixed(now)
    buried = _bury_unknown(store, {*channels, *set_up}, clock())
    run = _Run(store, rules, channels, clock, batch)
    run.go()
    with store.writing(hold="none") as ledger:
        at = clock()
        ledger.heartbeats.record("deliver", at, f"delivered={run.delivered} failed={run.failed} dead={run.dead}")
        held = is_quiet(rules, at) and ledger.outbox.waiting_count()[0] > 0
    return Delivery(run.delivered, run.failed, run.dead + buried, held)


def _fixed(moment: datetime) -> Clock:
    return lambda: moment


def _bury_unknown(store: Store, channels: Collection[str], now: datetime) -> int:
    """
    Messages for a channel that is not set up would wait forever: mark them dead, with the reason, and return how
    many.
    """
    count = 0
    with store.reading() as ledger:
        strange = [name for name in ledger.outbox.channels_waiting() if name not in channels]
    for name in strange:
        with store.writing(hold="none") as ledger:
            count += ledger.outbox.bury(name, f"channel {name} is not set up in gkflow.toml", now)
    return count


def next_try(notice: WaitingNotice, error: NotDelivered, at: datetime) -> tuple[datetime | None, datetime | None]:
    """
    When a message is tried again (None: never), and since when its address refuses it.

    An address that refuses (401, 404, 410) may be repaired or moved within a day, so it is retried for that long.
    """
    if error.permanent:
        return None, notice.refused_since
    wait = BACK_OFF[min(notice.tries, len(BACK_OFF) - 1)]
    since = notice.refused_since
    if error.give_up_after is not None:
        since = since or at
        end = since + error.give_up_after
        if at >= end:
            return None, since
        wait = min(wait, end - at)
    elif notice.tries >= len(BACK_OFF):
        return None, since
    if error.retry_after is not None:
        wait = max(wait, min(error.retry_after, LONGEST_PAUSE))
    return at + wait, since


def _damaged(part: str) -> NotDelivered:
    """An unreadable row of the outbox: no retry can repair it."""
    return NotDelivered(said("the notice's row is damaged: {part}", part=part), permanent=True)


class _Run:
    """One run of a delivery (一次送发): the only thread that reads and writes the outbox; others send."""

    def __init__(
        self, store: Store, rules: OfficeContext, channels: Mapping[str, Channel], clock: Clock, batch: int
    ) -> None:
        self.store, self.rules, self.channels, self.clock, self.batch = store, rules, channels, clock, batch
        # Asked once: to compare a channel with a protocol takes as long as the rest of handing a notice out.
        self.lanes = {name: channel for name, channel in channels.items() if isinstance(channel, OneByOne)}
        self.delivered = self.failed = self.dead = 0
        self.wordings: dict[str, Wording] = {rules.wording.edition: rules.wording}
        self.jobs: dict[tuple[str, str], Job] = {}
        self.before: dict[tuple[str, str], tuple[int, timedelta]] = {}  # what its earlier jobs cost a lane
        self.closed: dict[tuple[str, str], datetime] = {}  # lanes left alone for the rest of the run
        self.claims: dict[int, datetime] = {}  # until when each message in hand is claimed
        self.renewed = clock()
        self.dry = False  # nothing is left to claim
        self.failing: dict[tuple[str, str], int] = {}
        self.said: SimpleQueue[Sent | Ended] = SimpleQueue()
        self.shared = Shared(clock, self.rings, self.claims, self.said)

    def rings(self, channel: str, urgent: bool = False) -> bool:
        """Whether a channel may be used at this moment; urgent messages may always use it."""
        return urgent or self.channels[channel].quiet or not is_quiet(self.rules, self.clock())

    def go(self) -> None:
        """Claim and send until nothing remains that may be sent now."""
        with self.store.reading() as ledger:
            self.failing = {(channel, address): failures for channel, address, failures in ledger.outbox.unreachable()}
        with ThreadPoolExecutor(SENDERS, "gkflow-send") as pool:
            try:
                while True:
                    self._hand_out(pool)
                    if not self.jobs:
                        return
                    self._take_in()
            except BaseException:
                # Messages sent by now are not sent again.
                self.shared.stopping = True
                pool.shutdown(wait=True)
                with suppress(Exception):
                    self._write(*self._news([]))
                raise

    # -- claiming ------------------------------------------------------------------------------------------------

    def _hand_out(self, pool: ThreadPoolExecutor) -> None:
        while len(self.jobs) < SENDERS and not self.dry:
            claimed = self._claim()
            self.dry = not claimed
            letters: dict[tuple[str, str], list[tuple[WaitingNotice, Message]]] = {}
            broken: list[Sent] = []
            for notice in claimed:
                try:
                    message = self._letter(notice)
                except NotDelivered as error:
                    broken.append(Sent(notice, error, self.clock()))
                    continue
                letters.setdefault((notice.channel, self._lane(notice)), []).append((notice, message))
            self._write(broken, [])
            for lane, each in letters.items():
                self._start(pool, lane, each)

    def _lane(self, notice: WaitingNotice) -> str:
        channel = self.lanes.get(notice.channel)
        return channel.lane(notice.address) if channel is not None else ""

    def _start(
        self, pool: ThreadPoolExecutor, lane: tuple[str, str], letters: list[tuple[WaitingNotice, Message]]
    ) -> None:
        if lane in self.closed or lane in self.jobs:
            # Another address on a server that is busy or unreachable.
            again = self.closed.get(lane, self.clock() + NEXT_RUN)
            self._give_back([notice for notice, _ in letters], again, "")
            return
        broken, spent = self.before.get(lane, (0, timedelta(0)))
        job = Job(lane, self.channels[lane[0]], letters, broken, spent)
        self.jobs[lane] = job
        pool.submit(send, job, self.shared)

    def _claim(self) -> list[WaitingNotice]:
        """Claim due messages that no busy sender holds."""
        now = self.clock()
        whole = {channel for channel, lane in (*self.jobs, *self.closed) if not lane}
        free = [name for name in self.channels if name not in whole]
        usable = [name for name in free if self.rings(name)]
        busy = {
            (notice.channel, notice.address) for job in self.jobs.values() if job.lane[1] for notice, _ in job.letters
        }
        with self.store.writing(hold="none") as ledger:
            claimed: list[WaitingNotice] = []
            while not claimed and (
                found := ledger.outbox.claim_notices(usable, now, now + CLAIM, self.batch, busy, free)
            ):
                claimed = drop_settled(ledger, found, now)
            for notice in claimed:
                self.claims[notice.id] = now + CLAIM
                if notice.wording not in self.wordings and (source := ledger.editions.kept_source(notice.wording)):
                    try:
                        self.wordings[notice.wording] = self.rules.read_wording(source)
                    except (ValueError, LookupError, TypeError, AttributeError):
                        continue  # reported for each of its messages
        return claimed

    def _letter(self, notice: WaitingNotice) -> Message:
        """Compose the message. Raises NotDelivered: a broken row stops only itself."""
        if notice.broken:
            raise _damaged(notice.broken)
        try:
            facts = json.loads(notice.facts)
        except ValueError as error:
            raise _damaged(f"facts: {error}") from error
        if not isinstance(facts, dict):
            raise _damaged("facts")
        wording = self.wordings.get(notice.wording)
        if wording is None:
            raise _damaged(f"wording {notice.wording[:12]}")
        try:
            subject, text = compose(wording, facts)
        except (ValueError, LookupError) as error:  # the office's own wording cannot be filled in
            words = said("the wording {kind}: {reason}", kind=str(facts.get("kind")), reason=str(error))
            raise NotDelivered(words) from error
        except (TypeError, AttributeError) as error:  # facts of an unexpected type
            raise _damaged(f"facts: {error}") from error
        return Message(notice.key, notice.name, notice.address, subject, text, facts, notice.made_at)

    # -- outcomes ------------------------------------------------------------------------------------------------

    def _take_in(self) -> None:
        """Write all reported outcomes in one transaction, and renew the claims still in use."""
        try:
            sent, ended = self._news([self.said.get(timeout=POLL)])
        except Empty:
            self.dry = False  # there may be new messages for idle senders
            sent, ended = [], []
        self._write(sent, ended)
        for each in ended:
            self.dry = False
            if each.fault is not None:
                raise each.fault
        if self.clock() - self.renewed >= RENEWAL:
            self._renew()

    def _news(self, first: list[Sent | Ended]) -> tuple[list[Sent], list[Ended]]:
        """The reports received so far."""
        news = first
        with suppress(Empty):
            while True:
                news.append(self.said.get_nowait())
        return [each for each in news if isinstance(each, Sent)], [each for each in news if isinstance(each, Ended)]

    def _write(self, sent: Sequence[Sent], ended: Sequence[Ended]) -> None:
        if not sent and not ended:
            return
        with self.store.writing(hold="none") as ledger:
            ledger.outbox.delivered([(each.notice.id, each.at) for each in sent if each.error is None])
            for notice, error, at in sent:
                self.claims.pop(notice.id, None)
                if error is None:
                    self.delivered += 1
                    self._note_reached(ledger, notice)
                    continue
                again, since = next_try(notice, error, at)
                ledger.outbox.failed(notice.id, error.reason, again, at, since)
                self.failed += 1
                self.dead += again is None
            for each in ended:
                self._end(ledger, each)

    def _note_reached(self, ledger: Ledger, notice: WaitingNotice) -> None:
        for place in ((notice.channel, notice.address), (notice.channel, "")):
            if self.failing.pop(place, None) is not None:
                ledger.outbox.reached(*place)

    def _end(self, ledger: Ledger, ended: Ended) -> None:
        """A sender has stopped: its unsent messages wait; an unreachable address is left alone for a while."""
        job = self.jobs.pop(ended.job.lane)
        self.before[job.lane] = (job.broken, job.spent)
        left = [notice for notice, _ in job.letters if notice.id in self.claims]
        again = None
        if ended.pause is not None or ended.unreachable:
            now, channel = self.clock(), job.lane[0]
            addresses = {notice.address for notice, _ in job.letters} if job.lane[1] else {""}
            failures = max(self.failing.get((channel, address), 0) for address in addresses) + ended.unreachable
            pause = ended.pause
            if ended.unreachable:
                pause = max(pause or PAUSES[0], PAUSES[min(failures, len(PAUSES)) - 1])
            again = self.closed[job.lane] = now + min(pause or NEXT_RUN, LONGEST_PAUSE)
            for address in addresses:
                ledger.outbox.leave_alone(channel, address, failures, again, ended.reason)
                self.failing[channel, address] = failures
        self._release(ledger, left, again, ended.reason)

    def _give_back(self, notices: Sequence[WaitingNotice], again: datetime, reason: str) -> None:
        with self.store.writing(hold="none") as ledger:
            self._release(ledger, notices, again, reason)

    def _release(self, ledger: Ledger, notices: Sequence[WaitingNotice], again: datetime | None, reason: str) -> None:
        ledger.outbox.give_back([(notice.id, self.claims.pop(notice.id)) for notice in notices], again, reason)

    def _renew(self) -> None:
        """Renew the claims; a message that another sender has taken meanwhile is not sent here."""
        self.renewed = self.clock()
        until = self.renewed + CLAIM
        with self.store.writing(hold="none") as ledger:
            kept = ledger.outbox.renew_claims(list(self.claims.items()), until)
            ledger.heartbeats.record(
                "deliver", self.renewed, f"delivered={self.delivered} failed={self.failed} dead={self.dead}"
            )
        for id_ in list(self.claims):
            if id_ in kept:
                self.claims[id_] = until
            else:
                del self.claims[id_]
