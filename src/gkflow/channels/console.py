"""The console (控制台): notices as text on a stream."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import ClassVar, TextIO

from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.letter import one_line
from gkflow.domain.sentences import said, said_as
from gkflow.plugs import ChannelOffice, ChannelPlug


class Console:
    """Write each notice to a text stream (控制台)."""

    name: ClassVar[str] = "console"
    quiet: ClassVar[bool] = True

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """Write the messages, each in one piece. A closed or unsuitable stream is reported."""
        outcome: dict[str, NotDelivered | None] = {}
        for message in messages:
            try:
                self._stream.write(_words(message))
                self._stream.flush()
            except (OSError, ValueError) as fault:  # a closed stream and an unencodable character are ValueErrors
                outcome[message.key] = NotDelivered(
                    said("the console cannot be written: {reason}", reason=one_line(fault))
                )
            else:
                outcome[message.key] = None
        return outcome


def _words(message: Message) -> str:
    # A title comes from an applicant: line by line, so that no control sequence reaches the terminal.
    head = f"【{one_line(message.to)}】{one_line(message.subject)}"
    body = [one_line(line, longest=2000) for line in message.text.splitlines()]
    return "\n    ".join([head, *body]) + "\n"


def _open(_: None, office: ChannelOffice) -> Console:
    return Console(sys.stderr)


PLUG = ChannelPlug("console", "", said_as("channel", "console"), _open)
