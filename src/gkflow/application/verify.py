"""Verification and rebuilding (核验与重建): every chain walked, the first wrong or missing entry named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gkflow.application.docket import as_drawn, docket_line, revisions, stands_as
from gkflow.application.ports import ALGORITHMS, ClockLine, DocketLine, Store
from gkflow.application.rules import Rules
from gkflow.domain.case import Entry, algorithm_of, seal_entry
from gkflow.domain.errors import Unfit

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a chain is broken (断链): the case and entry, or the day of a sweep, and what is wrong there."""

    what: str  # case | sweep | escalation | rules
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
        algorithm = algorithm_of(entry.hash)
        if algorithm not in ALGORITHMS or seal_entry(entry, previous, algorithm) != entry.hash:
            return Breach("case", number, entry.seq, "entry_changed")
        previous = entry.hash
    return None


def verify(store: Store) -> tuple[int, int, tuple[Breach, ...]]:
    """
    Walk every chain (核验): how many cases and sweeps were walked, and where they are broken.

    A record cut off at its end, or taken away whole, is found by the count and head hash in the docket.
    """
    with store.reading() as ledger:
        cases, breaches = _check_cases(ledger)
        sweeps = ledger.check_sweeps()
        breaches.extend(Breach("sweep", where, None, code) for where, code in sweeps[1])
        breaches.extend(Breach("rules", where[:12], None, code) for where, code in ledger.check_rules_editions())
    return cases, sweeps[0], tuple(breaches)


def _check_cases(ledger: Any) -> tuple[int, list[Breach]]:
    """How many cases there are, and the first wrong or missing entry of each."""
    breaches: list[Breach] = []
    cases = 0
    heads = ledger.heads()
    for number, rows in ledger.walk_record():
        cases += 1
        head = heads.pop(number, None)
        # A row that gkflow did not write so ends what can be read of a chain.
        readable = rows.index(None) if None in rows else len(rows)
        entries = rows[:readable]
        breach = check_chain(number, entries)
        if breach is None:
            if readable < len(rows):
                breach = Breach("case", number, readable + 1, "entry_changed")
            elif head is None:
                breach = Breach("case", number, None, "not_in_docket")
            elif head[0] > len(entries):
                breach = Breach("case", number, len(entries) + 1, "entry_missing")
            elif head != (len(entries), entries[-1].hash):
                breach = Breach("case", number, len(entries), "head_differs")
        if breach is not None:
            breaches.append(breach)
    missing = [*sorted(heads), *ledger.named_elsewhere()]
    breaches.extend(Breach("case", number, 1, "case_missing") for number in missing)
    return cases, breaches


def _require_whole(ledger: Any) -> None:
    """
    Refuse to draw up the docket from a record that something is missing from: what the docket knows of the record
    is what shows it. A docket that is missing or lags behind is what rebuilding is for.
    """
    heads = ledger.heads()
    for breach in _check_cases(ledger)[1]:
        if breach.code == "not_in_docket":
            continue
        count, head = heads.get(breach.where, (0, ""))
        entries = ledger.entries(breach.where) if breach.code == "head_differs" else ()
        if breach.code == "head_differs" and count < len(entries) and (not count or entries[count - 1].hash == head):
            continue
        reason = f"the record is broken at entry {breach.seq} ({breach.code}); run: gkflow verify"
        raise Unfit("settings", file=f"case {breach.where}", reason=reason)


def rebuild(store: Store, rules: Rules, now: datetime, dry_run: bool = False) -> tuple[int, tuple[str, ...]]:
    """
    Draw up docket and clocks anew from the record (重建台账): how many cases, and which of them stood otherwise.

    With the calendar edition in use; with *dry_run* it only compares.
    """
    count, changed = 0, []
    with store.writing() as ledger:
        rules = rules.renewed(ledger)
        old_dockets = ledger.all_dockets()
        old_clocks = ledger.all_clocks()
        dockets: list[DocketLine] = []
        clocks: list[ClockLine] = []
        if not dry_run:
            ledger.hold_writers()
            _require_whole(ledger)
            ledger.empty_caches()
        for number, entries in ledger.walk_entries():
            count += 1
            workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
            lines = revisions(workflow, number, entries, rules.rulebook)
            docket = docket_line(workflow, number, entries)
            old = list(map(as_drawn, old_clocks.pop(number, [])))
            drawn = sorted(map(as_drawn, lines), key=_order)
            same = len(old) == len(drawn) and all(map(stands_as, old, drawn))
            if old_dockets.get(number) != docket or not same:
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
