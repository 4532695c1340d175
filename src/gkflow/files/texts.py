"""The text of a data file (文件文本): UTF-8, and no longer than any file of ours."""

from __future__ import annotations

from pathlib import Path

from gkflow.files.nodes import Faults

MOST_BYTES = 4 << 20


def read_text(path: Path, name: str, faults: Faults) -> str | None:
    """The text of a file; *name* is what faults call it. None, and one fault, where it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        faults.add(name, 0, f"cannot be read: {error.strerror}")
        return None
    except ValueError as error:  # a name that no file can have
        faults.add(name, 0, f"cannot be read: {error}")
        return None
    if len(raw) > MOST_BYTES:
        faults.add(name, 0, f"is larger than {MOST_BYTES >> 20} MB: no rule file is so large")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(name, 0, f"is not UTF-8 (byte {error.start})")
        return None
