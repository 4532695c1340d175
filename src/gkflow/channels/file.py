"""The file of notices (通知文件): one JSON object per line."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.letter import canonical_json, one_line
from gkflow.channels.private import Private
from gkflow.domain.sentences import Sentence, said, said_as
from gkflow.plugs import ChannelOffice, ChannelPlug

FILE_NAME = "notices.jsonl"


class NoticeFile:
    """
    Append each notice to ``notices.jsonl`` in a folder (通知文件).

    A retried notice is a second line with the same key. A line is written completely or not at all.
    """

    name: ClassVar[str] = "file"
    quiet: ClassVar[bool] = True

    def __init__(self, folder: Path, private: Private | None = None) -> None:
        self._path, self._private = folder / FILE_NAME, private or Private()

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """Append the messages; none is reported as written before it is on disk."""
        outcome: dict[str, NotDelivered | None] = {message.key: None for message in messages}
        written: list[str] = []
        try:
            # The folder is not created here: a notice in a folder that nobody reads is lost.
            file = self._private.open(self._path)
        except OSError as fault:
            return dict.fromkeys(outcome, self._refusal(fault))
        try:
            wait_for_the_others(file)
            mend_the_last_line(file)
            for message in messages:
                try:
                    append(file, canonical_json(message) + b"\n")
                    written.append(message.key)
                except NotDelivered as refusal:
                    outcome[message.key] = refusal
                except OSError as fault:
                    outcome[message.key] = self._refusal(fault)
            if written:
                os.fsync(file)
        except OSError as fault:
            outcome.update((key, self._refusal(fault)) for key in outcome if key in written or outcome[key] is None)
        finally:
            os.close(file)
        return outcome

    def _refusal(self, fault: OSError) -> NotDelivered:
        why = fault.strerror if isinstance(fault.strerror, Sentence) else one_line(fault.strerror or fault)
        return NotDelivered(
            said("the file of notices cannot be written ({path}): {reason}", path=str(self._path), reason=why)
        )


def append(file: int, line: bytes) -> None:
    """Write *line* in one piece; a line cut short by a full disk is removed."""
    before = os.fstat(file).st_size
    try:
        complete = os.write(file, line) == len(line)
    except OSError:
        cut(file, before)
        raise
    if not complete:
        cut(file, before)
        raise OSError(errno.ENOSPC, said("no space left on the disk"))


def cut(file: int, size: int) -> None:
    with contextlib.suppress(OSError):
        os.ftruncate(file, size)


def mend_the_last_line(file: int) -> None:
    """
    Make sure that the next line begins on a new line.

    A power cut may leave half a line, which was reported to nobody: it is removed. A complete object without a
    newline was added by hand, and stays.
    """
    size = os.fstat(file).st_size
    tail, start = b"", size
    while start > 0 and b"\n" not in tail:
        step = min(65536, start)
        start -= step
        os.lseek(file, start, os.SEEK_SET)
        tail = os.read(file, step) + tail
    fragment = tail[tail.rfind(b"\n") + 1 :]
    if not fragment:
        return
    try:
        json.loads(fragment)
    except ValueError:
        os.ftruncate(file, size - len(fragment))
    else:
        append(file, b"\n")


def wait_for_the_others(file: int) -> None:
    """Let one process write at a time: removing half a line must never cut another's. Closing releases the lock."""
    if sys.platform != "win32":  # on Windows opening for appending is all there is
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


def _open(_: None, office: ChannelOffice) -> NoticeFile:
    return NoticeFile(office.home / "notices", Private(office.mode, office.group))


PLUG = ChannelPlug("file", "", said_as("channel", "file"), _open)
