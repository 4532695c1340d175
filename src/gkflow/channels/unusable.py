"""A channel whose settings cannot be used (不能使用的渠道)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from gkflow.application.ports import Message, NotDelivered
from gkflow.domain.sentences import said


class Unusable:
    """
    A channel that refuses everything with a reason (不能使用的渠道).

    The messages wait until its settings or its package are corrected; the other channels are not affected.
    """

    quiet: ClassVar[bool] = False

    def __init__(self, name: str, reason: str, *, always: bool = False) -> None:
        self.name, self.reason = name, reason
        self.always = always
        """Whether it is set up without settings, so that an office need not use it."""

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """Refuse every message, for now."""
        return dict(self.send_each(messages))

    def lane(self, address: str) -> str:
        """The fault concerns every address."""
        return ""

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        """Refuse the first message, for all."""
        yield from refused(
            messages, said("the channel {name} cannot be used: {reason}", name=self.name, reason=self.reason)
        )


def refused(messages: Iterable[Message], reason: str) -> Iterator[tuple[str, NotDelivered | None]]:
    """Every message, refused for now with one reason: nothing of them is sent (暂不送发)."""
    for message in messages:
        yield message.key, NotDelivered(reason, nobody_there=True)
