"""
The case (案件) and its record (办理记录): an append-only list of entries, each chained to the previous one by hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from gkflow.domain.as_dict import AsDict
from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.sentences import said
from gkflow.domain.workflow import MISFILE

NOTE = "note"
CORRECT = "correct_entry"
LINK = "link"
RECOUNT = "recount"  # another calendar, or other rules, moved a last day; made by gkflow, never by hand
ASIDE = frozenset((NOTE, CORRECT, LINK, RECOUNT))  # they add information about the case and change no fact of it
NOTHING: Mapping[str, Any] = MappingProxyType({})
_REWRITING = frozenset((CORRECT, MISFILE))  # they change the record for days before their own
_OF_CORRECTION = frozenset(("seq", "reason", "last_day_before", "last_day_after"))  # facts about the correction itself

_SHANGHAI: list[ZoneInfo] = []


def legal_day(moment: datetime) -> date:
    """
    The legal day of a moment (法定日): the day in Asia/Shanghai, whatever zone the moment was written in.

    Raises ValueError for a moment without a zone: it has no day.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    if not _SHANGHAI:
        _SHANGHAI.append(ZoneInfo("Asia/Shanghai"))
    return moment.astimezone(_SHANGHAI[0]).date()


@dataclass(frozen=True, slots=True)
class Entry(AsDict):
    """
    One entry of a record (办理记录条目).

    ``day`` is the legal day on which it happened, ``written_at`` the moment at which it was recorded: two times, two
    types. ``facts`` are those of the workflow, ``remarks`` other columns of a register.
    """

    case: str
    seq: int
    action: str
    day: date
    written_at: datetime
    by: str = ""
    unit: str = ""
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    remarks: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    key: str | None = None
    previous: str = ""
    hash: str = ""
    workflow: str = ""
    edition: str = ""
    account: str | None = None  # the operating-system account that wrote it (操作系统账户)


# Created once: json.dumps with options creates an encoder at every call.
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_columns = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def canonical(value: Any) -> str:
    """The canonical text of a JSON value (规范文本), which is hashed: sorted keys, no spaces, Chinese unescaped."""
    return _canonical(value)


def facts_text(facts: Mapping[str, Any]) -> str:
    """Facts as they are stored and hashed."""
    if not facts:
        return "{}"
    try:
        # With its class, because 1 and True are equal but written differently.
        return _facts_text(tuple([(name, value.__class__, value) for name, value in facts.items()]))
    except TypeError:  # a list or a mapping among them
        return _canonical(dict(facts))


@lru_cache(maxsize=4096)
def _facts_text(facts: tuple[tuple[str, type, Any], ...]) -> str:
    return _canonical({name: value for name, _, value in facts})


@lru_cache(maxsize=256)
def moment_text(moment: datetime) -> str:
    """A moment as it is written and hashed: UTC, microseconds, one form."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def seal(columns: Sequence[Any], algorithm: str = "sha256") -> str:
    """
    The hash of a row (校验值): of all its columns in order, as canonical JSON.

    sha256 is written bare, any other algorithm (sm3) with its name in front, so that a chain that changed its algorithm
    can still be verified. Raises Unfit if this Python's OpenSSL does not have the algorithm.
    """
    text = _columns(columns).encode()
    if algorithm == "sha256":
        return hashlib.sha256(text).hexdigest()
    try:
        return f"{algorithm}:{hashlib.new(algorithm, text).hexdigest()}"
    except ValueError as error:
        raise SettingsWrong(
            file="gkflow.toml", reason=said("hash {algorithm}: {reason}", algorithm=algorithm, reason=error)
        ) from None


def algorithm_of(sealed: str) -> str:
    """The algorithm that made a hash."""
    return sealed.split(":", 1)[0] if ":" in sealed else "sha256"


def seal_entry(entry: Entry, previous: str, algorithm: str) -> str:
    """The hash of an entry: every column of its row, including the hash of the previous one (*previous*)."""
    columns = (
        entry.case,
        entry.seq,
        entry.workflow,
        entry.edition,
        entry.action,
        entry.day.isoformat(),
        moment_text(entry.written_at),
        entry.by,
        entry.unit,
        facts_text(entry.facts),
        facts_text(entry.remarks),
        entry.key,
        previous,
    )
    # Entries from before schema 0004 have no account, and were sealed without one.
    return seal(columns if entry.account is None else (*columns, entry.account), algorithm)


@dataclass(frozen=True, slots=True)
class Amended(AsDict):
    """
    How an entry was corrected (更正结果): the entry that replaces it, the corrections, or the entry that voided it.

    A voided entry is replaced by a remark of the same day without facts.
    """

    entry: Entry
    by: tuple[int, ...] = ()
    voided_by: int | None = None


def amendments(entries: Sequence[Entry]) -> dict[int, Amended]:
    """
    The effect of the corrections on record on the entries that they name, by seq (更正与作废).

    A correction can itself be corrected or voided by a later one. A voided entry cannot be corrected further.
    """
    by_seq = {entry.seq: entry for entry in entries}
    aimed: dict[int, list[Entry]] = {}
    found: dict[int, Amended] = {}
    # The last one first: later corrections decide whether an earlier one holds.
    for correction in sorted((e for e in entries if e.action == CORRECT), key=_seq_of, reverse=True):
        mine = _amended(correction, aimed.pop(correction.seq, ()))
        if mine.by or mine.voided_by is not None:
            found[correction.seq] = mine
        target = correction.facts.get("seq")
        if mine.voided_by is None and isinstance(target, int) and target in by_seq and target < correction.seq:
            aimed.setdefault(target, []).insert(0, mine.entry)
    for seq, corrections in aimed.items():
        found[seq] = _amended(by_seq[seq], corrections)
    return found


def _seq_of(entry: Entry) -> int:
    return entry.seq


def _amended(entry: Entry, corrections: Sequence[Entry]) -> Amended:
    now, by = entry, []  # type: Entry, list[int]
    for correction in corrections:
        facts = {name: value for name, value in correction.facts.items() if name not in _OF_CORRECTION}
        if facts.pop("void", None):
            return Amended(replace(now, action=NOTE, facts=NOTHING, unit=""), (*by, correction.seq), correction.seq)
        # A correction of another correction's day means the day that the other one names.
        day = facts.pop("day", None) if entry.action != CORRECT else None
        merged = {name: value for name, value in {**now.facts, **facts}.items() if value is not None}
        now = replace(now, day=date.fromisoformat(day) if day else now.day, facts=merged)
        by.append(correction.seq)
    return Amended(now, tuple(by))


def record_of(entries: Sequence[Entry], as_of: date | None = None, recorded_by: datetime | None = None) -> list[Entry]:
    """
    The record in force on a day (有效记录), in the order of its legal days.

    An entry counts from its own legal day on, whenever it was recorded. A ``correct_entry`` states what was true: it
    applies to every day, whatever its own day is; the old entry stays in the list of entries. A receipt by mistake
    (``misfile`` 误收) was not a case on any day. With *recorded_by*, only entries on record at that moment (当时所载).
    """
    if recorded_by is not None:
        entries = [entry for entry in entries if entry.written_at <= recorded_by]
    rewriting = [entry.action for entry in entries if entry.action in _REWRITING]
    if rewriting:
        entries = _rewritten(entries)
    inside = [entry for entry in entries if as_of is None or entry.day <= as_of]
    if any(later.day < earlier.day for earlier, later in pairwise(inside)):
        inside.sort(key=lambda entry: (entry.day, entry.seq))
    return inside


def _rewritten(entries: Sequence[Entry]) -> list[Entry]:
    changed = amendments(entries)
    now = [changed[entry.seq].entry if entry.seq in changed else entry for entry in entries]
    mistake = next((entry for entry in now if entry.action == MISFILE), None)
    if mistake is None:
        return now
    aside = (entry for entry in now[1:] if entry.action in ASIDE)
    return [now[0], replace(mistake, day=now[0].day), *aside]


@dataclass(frozen=True, slots=True)
class Finding(AsDict):
    """A problem on the record (发现的问题): never a lock, always reported."""

    code: str
    seq: int
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Case(AsDict):
    """A case (案件) on a day, read from its record."""

    number: str
    workflow: str
    edition: str
    state: str
    record: tuple[Entry, ...]
    facts: Mapping[str, Any]  # the last value of each fact over the whole record
    findings: tuple[Finding, ...]
    ended: date | None = None
    # Only facts in entries whose action declares them: an opinion counts only there.
    declared: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    in_dict: ClassVar[tuple[str, ...]] = (
        "number", "workflow", "edition", "state", "record", "facts", "findings", "ended", "declared", "seq",
    )  # fmt: skip

    @property
    def seq(self) -> int:
        """The number of the last entry: what an entry that follows it passes as ``if_seq``."""
        return max(entry.seq for entry in self.record)

    @property
    def first(self) -> Entry:
        """The entry that opened the case."""
        return self.record[0]
