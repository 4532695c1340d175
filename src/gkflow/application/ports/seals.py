"""Seals over the record (封存), and consistency checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from gkflow.domain.as_dict import Data, dict_of

ALGORITHMS = ("sha256", "sm3")  # for the hashes of a chain


class Leaf(NamedTuple):
    """One leaf of the sealed tree (封存项): the seal that added it, and what it commits to."""

    place: int
    seal: int
    kind: str  # case | sweep | acknowledgement | notice | calendar | edition
    name: str
    size: int  # entries of a case, steps of a sweep, how many acknowledgements or notices
    hash: str


class Seal(NamedTuple):
    """A seal (封存): the root over everything on record, with its counts and the previous seal."""

    number: int
    at: datetime
    day: date
    cases: int
    entries: int
    sweeps: int
    steps: int
    acknowledgements: int
    notices: int
    leaves: int
    root: str
    previous: str
    hash: str
    peaks: str

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class NoticesDigest(Protocol):
    """Notices, hashed in the order of their numbers (通知摘要)."""

    @property
    def many(self) -> int:
        """How many."""
        ...


class Seals(Protocol):
    """Seals in one transaction (封存)."""

    def last_seal(self) -> Seal | None:
        """The newest seal."""
        ...

    def since(self, after: int = 0) -> list[Seal]:
        """The seals behind number *after*, in order."""
        ...

    def leaves(self, seal: int | None = None) -> Iterator[list[Leaf]]:
        """The leaves in order, by pages: all, or those that one seal added."""
        ...

    def notices_so_far(self) -> NoticesDigest:
        """The notices since the last seal; ``write_seal`` continues from there."""
        ...

    def write_seal(self, day: date, now: datetime, begun: NoticesDigest | None = None) -> Seal:
        """
        Seal the record (封存); the transaction has the office alone, so that nothing changes meanwhile. *begun* are the
        notices so far.
        """
        ...

    def sealed_without_leaf(self) -> list[str]:
        """Cases whose head is marked as sealed without a seal that has it."""
        ...

    def against_leaves(self) -> Iterator[tuple[Leaf, str]]:
        """Every leaf that the record contradicts, and how; for a case the first one."""
        ...

    def against(self, leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, str]]:
        """The same for leaves kept outside."""
        ...

    def acknowledgements(self) -> Iterator[tuple[int, bool, str]]:
        """
        Every acknowledgement in order: its escalation, whether it holds, and the head of the chain after it.
        Acknowledgements from before chaining have no hash of their own and are included.
        """
        ...


class Guards(Protocol):
    """The triggers of the database in one transaction (触发器)."""

    def missing(self) -> list[str]:
        """The names of triggers that are missing, disabled or no longer refuse anything."""
        ...


class Consistency(Protocol):
    """Consistency checks in one transaction (一致性)."""

    def has_record(self) -> bool:
        """Whether anything was ever entered or swept here."""
        ...

    def was_sealed(self, kind: str) -> bool:
        """Whether a seal has anything of a kind."""
        ...

    def calendar_contents(self) -> list[tuple[int, str, str]]:
        """Every calendar edition on record: its number, its name, its data."""
        ...

    def kept_sources(self) -> list[tuple[str, str]]:
        """Every kept workflow and wording edition: its name, its source."""
        ...

    def editions_lost(self) -> list[str]:
        """The editions that entries or notices name and that were not kept."""
        ...

    def notices_that_differ(self) -> list[int]:
        """The notices whose facts name another case than the notice, its key or its escalation."""
        ...

    def all_cases(self) -> list[str]:
        """Every case number on record."""
        ...
