"""
Sending (发送): one sender for each server, chat or channel, several at once; none touches the outbox.

What a sender reports goes through a queue to the run, which alone writes. One that is slow or out of reach holds up
nobody else, and no message is begun once quiet hours have come, its claim runs out or the address has had its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import NamedTuple

from gkflow.application.ports import Channel, Message, NotDelivered, OneByOne, WaitingNotice

Clock = Callable[[], datetime]
PATIENCE = 3  # after so many broken connections in a row an address is left alone
BUDGET = timedelta(seconds=30)  # what one address may take of a run
NEXT_RUN = timedelta(seconds=30)  # what is left of an address that has used up its time goes out with the next run
# A message is begun only while its claim lasts for longer than the slowest channel may take over one.
MARGIN = timedelta(minutes=4)


@dataclass(slots=True)
class Job:
    """What one sender has to send (一批): to one server, chat or channel, the lane."""

    lane: tuple[str, str]  # the channel and, where it has several, the server or chat
    channel: Channel
    letters: list[tuple[WaitingNotice, Message]]
    broken: int = 0  # connections that failed in a row, those of the jobs before included
    spent: timedelta = timedelta(0)  # what the lane has taken of the run


class Sent(NamedTuple):
    """The outcome of one message, and its moment (一则通知的结果)."""

    notice: WaitingNotice
    error: NotDelivered | None
    at: datetime


class Ended(NamedTuple):
    """A sender has stopped (一批结束): *pause* is how long its address is to be left alone."""

    job: Job
    unreachable: bool = False
    pause: timedelta | None = None
    reason: str = ""
    fault: BaseException | None = None


@dataclass(slots=True)
class Shared:
    """What the senders of a run share with it (一次送发所共用的)."""

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
    """Send what a job holds, report each outcome as it comes, and the end in any case."""
    ended = Ended(job)
    try:
        if isinstance(job.channel, OneByOne):
            ended = _one_by_one(job, job.channel, shared)
        else:
            _at_once(job, shared)
    except BaseException as fault:  # of the run: it is raised there
        ended = Ended(job, fault=fault)
    finally:
        shared.said.put(ended)


def _at_once(job: Job, shared: Shared) -> None:
    """A channel that takes its messages in one piece; one that breaks down, or says nothing, holds up no other."""
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
    """The course of one job (一批的经过): what is in hand, how often in a row nothing was reached."""

    def __init__(self, job: Job, shared: Shared) -> None:
        self.job, self.shared = job, shared
        self.began = shared.clock()
        self.in_hand: WaitingNotice | None = None
        self.asked_to_the_end = False
        self.broken = job.broken
        self.pause: timedelta | None = None
        self.reason = ""

    def letters(self) -> Iterator[Message]:
        """The messages, one when the one before is done, for as long as it is right to send."""
        for turn, (notice, message) in enumerate(self.job.letters):
            if self._is_over():
                break
            # When the quiet hours begin, what is urgent goes on.
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
        """Report the outcome of the message in hand."""
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
        """The channel broke down over the message in hand."""
        self.broken, self.reason = PATIENCE, error.reason
        if self.in_hand is not None:
            self.shared.said.put(Sent(self.in_hand, error, self.shared.clock()))
            self.in_hand = None

    def ended(self) -> Ended:
        """How it ended; a channel that stops of itself, or skips a message, would be asked for ever."""
        if self.in_hand is not None or not self.asked_to_the_end:
            self.break_off(NotDelivered("the channel gave no answer"))
        self.job.broken = self.broken
        self.job.spent += self.shared.clock() - self.began
        return Ended(self.job, self.broken >= PATIENCE, self.pause, self.reason)
