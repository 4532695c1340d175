"""The text of a data file (文件文本): UTF-8, with a limited length."""

from __future__ import annotations

from pathlib import Path

from gkflow.domain.sentences import said
from gkflow.files.nodes import Faults
from gkflow.words.system import reason_of

MOST_BYTES = 4 << 20


def read_text(path: Path, name: str, faults: Faults) -> str | None:
    """The text of a file; faults call it *name*. None, and one fault, if it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        faults.add(name, 0, said("cannot be read: {reason}", reason=reason_of(error)))
        return None
    except ValueError as error:  # an invalid file name
        faults.add(name, 0, said("cannot be read: {reason}", reason=str(error)))
        return None
    if len(raw) > MOST_BYTES:
        faults.add(name, 0, said("is larger than {most} MB: no rule file is so large", most=MOST_BYTES >> 20))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(name, 0, said("is not UTF-8 (byte {start})", start=error.start))
        return None
