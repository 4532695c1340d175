"""
Sending (发送): one sender per server, chat or channel, several at once; none touches the outbox.

Senders report through a queue to the run, which alone writes. A slow or unreachable address delays nobody else, and no
message is started during quiet hours, after its claim has expired or after the address has used its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import NamedTuple

from gkflow.application.ports import Channel, Message, NotDelivered, OneByOne, WaitingNotice

Clock = Callable[[], datetime]
PATIENCE = 3  # consecutive broken connections after which an address is left alone
BUDGET = timedelta(seconds=30)  # the time that one address may take of a run
NEXT_RUN = timedelta(seconds=30)  # the rest for an address that has used its time is sent with the next run
# A message is started only while its claim lasts for longer than the slowest channel may take over one.
MARGIN = timedelta(minutes=4)


@dataclass(slots=True)
class Job:
    """The messages of one sender (一批): to one server, chat or channel, the lane."""

    lane: tuple[str, str]  # the channel and, where it has several, the server or chat
    channel: Channel
    letters: list[tuple[WaitingNotice, Message]]
    broken: int = 0  # consecutive failed connections, including earlier jobs
    spent: timedelta = timedelta(0)  # the time that the lane has used of the run


class Sent(NamedTuple):
    """The outcome of one message, and its moment (一则通知的结果)."""

    notice: WaitingNotice
    error: NotDelivered | None
    at: datetime


class Ended(NamedTuple):
    """A sender has stopped (一批结束): *pause* is how long its address is left alone."""

    job: Job
    unreachable: bool = False
    pause: timedelta | None = None
    reason: str = ""
    fault: BaseException | None = None


@dataclass(slots=True)
class Shared:
    """What the senders of a run share (一次送发所共用的)."""

    clock: Clock
    rings: Callable[[str, bool], bool]  # channel, whether the message is urgent
    claims: Mapping[int, datetime]  # written by the run alone
    said: SimpleQueue[Sent | Ended]
    stopping: bool = False

    def may_begin(self, notice: WaitingNotice, first: bool = False) -> bool:
        """Whether the claim on a message still lasts; that on the first of a job is fresh, however fast time runs."""
        until = self.claims.get(notice.id)
        return until is not None and (first or until - self.clock() > MARGIN)


def send(job: Job, shared: Shared) -> None:
    """Send the messages of a job, report each outcome as it comes, and always report the end."""
    ended = Ended(job)
    try:
        if isinstance(job.channel, OneByOne):
            ended = _one_by_one(job, job.channel, shared)
        else:
            _at_once(job, shared)
    except BaseException as fault:  # raised again in the run
        ended = Ended(job, fault=fault)
    finally:
        shared.said.put(ended)


def _at_once(job: Job, shared: Shared) -> None:
    """A channel that takes a whole batch; its failure or silence delays no other."""
    letters = [
        (notice, message)
        for notice, message in job.letters
        if shared.may_begin(notice, first=True) and shared.rings(job.lane[0], notice.urgent)
    ]
    if not letters or shared.stopping:
        return
    answers: Mapping[str, NotDelivered | None] = {}
    silence = NotDelivered("the channel gave no answer")
    try:
        answers = job.channel.send([message for _, message in letters])
    except Exception as error:
        silence = NotDelivered(f"{type(error).__name__}: {error}")
    at = shared.clock()
    for notice, message in letters:
        shared.said.put(Sent(notice, answers.get(message.key, silence), at))


def _one_by_one(job: Job, channel: OneByOne, shared: Shared) -> Ended:
    """A channel that reports each message: its moment is the moment at which it was sent."""
    course = _Course(job, shared)
    outcomes = channel.send_each(course.letters())
    try:
        for key, error in outcomes:
            course.note(key, error)
    except Exception as error:
        course.break_off(NotDelivered(f"{type(error).__name__}: {error}"))
    return course.ended()


class _Course:
    """The progress of one job (一批的经过): the current message, and consecutive failures."""

    def __init__(self, job: Job, shared: Shared) -> None:
        self.job, self.shared = job, shared
        self.began = shared.clock()
        self.in_hand: WaitingNotice | None = None
        self.asked_to_the_end = False
        self.broken = job.broken
        self.pause: timedelta | None = None
        self.reason = ""

    def letters(self) -> Iterator[Message]:
        """The messages, one after the other, for as long as sending is allowed."""
        for turn, (notice, message) in enumerate(self.job.letters):
            if self._is_over():
                break
            # In quiet hours only urgent messages are sent.
            if self.shared.may_begin(notice, first=turn == 0) and self.shared.rings(self.job.lane[0], notice.urgent):
                self.in_hand = notice
                yield message
        self.asked_to_the_end = True

    def _is_over(self) -> bool:
        address = self.job.lane[1]
        if self.shared.stopping or self.broken >= PATIENCE or self.pause is not None:
            return True
        if address and self.job.spent + (self.shared.clock() - self.began) > BUDGET:
            self.pause = NEXT_RUN
            return True
        return False

    def note(self, key: str, error: NotDelivered | None) -> None:
        """Report the outcome of the current message."""
        notice, self.in_hand = self.in_hand, None
        if notice is None or notice.key != key:
            raise LookupError(f"the channel answers for {key!r}, which was not asked")
        self.shared.said.put(Sent(notice, error, self.shared.clock()))
        if error is None or not error.unreachable:
            self.broken = 0
        else:
            self.broken += PATIENCE if error.nobody_there else 1
            self.reason = error.reason
        if error is not None and error.retry_after is not None:
            self.pause, self.reason = error.retry_after, error.reason

    def break_off(self, error: NotDelivered) -> None:
        """The channel failed over the current message."""
        self.broken, self.reason = PATIENCE, error.reason
        if self.in_hand is not None:
            self.shared.said.put(Sent(self.in_hand, error, self.shared.clock()))
            self.in_hand = None

    def ended(self) -> Ended:
        """The end of the job; a channel that stops early or skips a message would be retried forever."""
        if self.in_hand is not None or not self.asked_to_the_end:
            self.break_off(NotDelivered("the channel gave no answer"))
        self.job.broken = self.broken
        self.job.spent += self.shared.clock() - self.began
        return Ended(self.job, self.broken >= PATIENCE, self.pause, self.reason)
