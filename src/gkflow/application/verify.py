"""Verification and rebuilding (核验与重建): every chain walked, the first wrong or missing entry named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gkflow.application.docket import docket_line, revisions
from gkflow.application.ports import ClockLine, DocketLine, Store
from gkflow.application.rules import Rules
from gkflow.domain.case import Entry, algorithm_of, seal_entry

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a chain is broken (断链): the case and entry, or the day of a sweep, and what is wrong there."""

    what: str  # case | sweep | escalation
    where: str
    seq: int | None
    code: str


def check_chain(number: str, entries: Sequence[Entry]) -> Breach | None:
    """The first wrong or missing entry of a record, or None."""
    previous = ""
    for expected, entry in enumerate(entries, 1):
        if entry.seq != expected:
            return Breach("case", number, expected, "entry_missing")
        if entry.previous != previous:
            return Breach("case", number, entry.seq, "not_chained")
        if seal_entry(entry, previous, algorithm_of(entry.hash)) != entry.hash:
            return Breach("case", number, entry.seq, "entry_changed")
        previous = entry.hash
    return None


def verify(store: Store) -> tuple[int, int, tuple[Breach, ...]]:
    """
    Walk every chain (核验): how many cases and sweeps were walked, and where they are broken.

    A record cut off at its end, or taken away whole, is found by the count and head hash in the docket.
    """
    breaches: list[Breach] = []
    cases = 0
    with store.reading() as ledger:
        heads = ledger.heads()
        for number, entries in ledger.walk_entries():
            cases += 1
            head = heads.pop(number, None)
            breach = check_chain(number, entries)
            if breach is None:
                if head is None:
                    breach = Breach("case", number, None, "not_in_docket")
                elif head[0] > len(entries):
                    breach = Breach("case", number, len(entries) + 1, "entry_missing")
                elif head != (len(entries), entries[-1].hash):
                    breach = Breach("case", number, len(entries), "head_differs")
            if breach is not None:
                breaches.append(breach)
        breaches.extend(Breach("case", number, 1, "case_missing") for number in sorted(heads))
        sweeps = ledger.check_sweeps()
        breaches.extend(Breach("sweep", where, None, code) for where, code in sweeps[1])
    return cases, sweeps[0], tuple(breaches)


def rebuild(store: Store, rules: Rules, now: datetime, dry_run: bool = False) -> tuple[int, tuple[str, ...]]:
    """
    Draw up docket and clocks anew from the record (重建台账): how many cases, and which of them stood otherwise.

    With the calendar edition in use, and with the steps on record; with *dry_run* it only compares.
    """
    count, changed = 0, []
    with store.writing() as ledger:
        old_dockets = ledger.all_dockets()
        old_clocks = ledger.all_clocks()
        dockets: list[DocketLine] = []
        clocks: list[ClockLine] = []
        if not dry_run:
            ledger.empty_caches()
        told = ledger.all_told()
        for number, entries in ledger.walk_entries():
            count += 1
            workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
            lines = [
                line._replace(told=told.get((line.case, line.clock, line.ref, line.last_day), line.told))
                if line.status == "running" and line.ladder
                else line
                for line in revisions(workflow, number, entries, rules.rulebook)
            ]
            docket = docket_line(workflow, number, entries)
            if old_dockets.get(number) != docket or old_clocks.pop(number, []) != sorted(lines, key=_order):
                changed.append(number)
            dockets.append(docket)
            clocks.extend(lines)
            if len(dockets) >= _BATCH and not dry_run:
                ledger.put_docket(dockets, fresh=True)
                ledger.add_clocks(clocks)
                dockets, clocks = [], []
        if not dry_run:
            ledger.put_docket(dockets, fresh=True)
            ledger.add_clocks(clocks)
            ledger.beat("rebuild", now, f"cases={count} changed={len(changed)}")
    return count, tuple(changed)


def _order(line: ClockLine) -> tuple[str, str, str]:
    return (line.clock, line.ref, line.from_day.isoformat())
