"""Verification and rebuilding (核验与重建): check every chain and name the first wrong or missing entry."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gkflow.application.docket import as_drawn, docket_line, docket_revisions, revisions, stands_as
from gkflow.application.docket_revisions import with_revision
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import ALGORITHMS, SAMPLE, ClockRevision, DocketLine, DocketRevision, Ledger, Store
from gkflow.application.recounting import recount_moved
from gkflow.application.seals import Breach as Breach
from gkflow.application.seals import Outside, check_seals
from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.case import Entry, algorithm_of, seal_entry
from gkflow.domain.errors import Unfit
from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.sentences import said

_BATCH = 200  # cases per transaction of a rebuild


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


class Verified(NamedTuple):
    """The result of verifying every chain (核验结果)."""

    cases: int
    sweeps: int
    breaches: tuple[Breach, ...]

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


class Rebuilt(NamedTuple):
    """The result of rebuilding the docket (重建结果): the number of cases, and those whose cached rows differed."""

    cases: int
    changed: tuple[str, ...]

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


def verify(
    store: Store, rules: OfficeContext | None = None, outside: Sequence[Outside] = (), key: str = "",
    caches: int | None = SAMPLE, seed: str = "",
) -> Verified:  # fmt: skip
    """
    Verify every chain (核验): the number of cases and sweeps checked, and where something is broken.

    A record that was cut off at its end, or removed, is found by the count and head hash in the docket, and if those
    were changed too, by the seals; *outside* are those kept outside of the database. With *rules* the caches of so
    many *caches* (None: all) cases are compared with the record, chosen by the hash of *seed* and case.
    """
    with store.reading() as ledger:
        cases, breaches = _check_cases(ledger)
        sweeps = ledger.sweep_chain.check_sweeps()
        breaches.extend(Breach("sweep", where, None, code) for where, code in sweeps[1])
        breaches.extend(_check_acknowledgements(ledger))
        breaches.extend(_check_notices(ledger))
        breaches.extend(_check_editions(ledger))
        named = {breach.where for breach in breaches if breach.what == "case"}
        sealed = check_seals(ledger, key, outside)
        # A head that differs from the record is in no seal either: that is one fault, not two.
        breaches.extend(each for each in sealed if each.code != "head_not_sealed" or each.where not in named)
        if rules is not None:
            broken = {breach.where for breach in breaches if breach.what == "case"}
            breaches.extend(_check_caches(ledger, rules, broken, caches, seed))
        breaches.extend(Breach("guard", name, None, "guard_missing") for name in ledger.guards.missing())
    return Verified(cases, sweeps[0], tuple(dict.fromkeys(breaches)))


def _check_acknowledgements(ledger: Ledger) -> list[Breach]:
    found = []
    for at, (escalation, holds, _) in enumerate(ledger.seals.acknowledgements(), 1):
        if not holds:
            found.append(Breach("acknowledgement", str(escalation), at, "acknowledgement_changed"))
            break  # everything chained after it fails with it
    return found


def _check_notices(ledger: Ledger) -> list[Breach]:
    """Contradictions of a notice with its key, its case and its escalation."""
    return [Breach("notice", str(id_), None, "notice_differs") for id_ in ledger.consistency.notices_that_differ()]


def _check_editions(ledger: Ledger) -> list[Breach]:
    """An edition is named by the hash of its content; an edition that a record depends on must have been kept."""
    found = [Breach("edition", edition, None, "edition_missing") for edition in ledger.consistency.editions_lost()]
    for edition, source in ledger.consistency.kept_sources():
        if _sha256(source) != edition:
            found.append(Breach("edition", edition, None, "edition_changed"))
    contents = ledger.consistency.calendar_contents()
    if not contents and ledger.lists.counts()["entries"]:
        found.append(Breach("calendar", "1", None, "calendar_missing"))
    found += [Breach("rules", edition[:12], None, code) for edition, code in ledger.editions.check_rules_editions()]
    for id_, edition, data in contents:
        # An earlier gkflow named a plain calendar by another hash; the seals have its row.
        if '"announcements"' in data and _sha256(data) != edition:
            found.append(Breach("calendar", str(id_), None, "calendar_changed"))
    return found


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_caches(
    ledger: Ledger, rules: OfficeContext, broken: set[str], caches: int | None, seed: str
) -> list[Breach]:
    # Cases still queued by an adoption are not computed by the edition in use yet.
    left = broken | ledger.recounts.in_recount_queue()
    numbers = [number for number in ledger.consistency.all_cases() if number not in left]
    if caches is not None and caches < len(numbers):
        numbers = heapq.nsmallest(
            caches, numbers, key=lambda number: hashlib.sha256(f"{seed}/{number}".encode()).digest()
        )
    found = []
    for number in sorted(numbers):
        entries = ledger.record.entries(number)
        try:
            same = _drawn_up(ledger, rules, number, entries).same
        except Unfit:  # its workflow edition is missing, and is reported as such
            continue
        if not same:
            found.append(Breach("clock", number, None, "cache_differs"))
    return found


def _check_cases(ledger: Ledger) -> tuple[int, list[Breach]]:
    """The number of cases, and the first wrong or missing entry of each."""
    breaches: list[Breach] = []
    cases = 0
    heads = ledger.docket.heads()
    for number, rows in ledger.record.walk_record():
        cases += 1
        head = heads.pop(number, None)
        # A row that gkflow did not write in this form ends the readable part of a chain.
        readable = rows.index(None) if None in rows else len(rows)
        entries = [row for row in rows[:readable] if row is not None]
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
    missing = [*sorted(heads), *ledger.record.named_elsewhere()]
    breaches.extend(Breach("case", number, 1, "case_missing") for number in missing)
    return cases, breaches


def _require_whole(ledger: Ledger) -> None:
    """
    Refuse to rebuild the docket from an incomplete record: the docket is the evidence of what is missing. A docket
    that is missing or behind may be rebuilt.
    """
    heads = ledger.docket.heads()
    for breach in _check_cases(ledger)[1]:
        if breach.code == "not_in_docket":
            continue
        count, head = heads.get(breach.where, (0, ""))
        entries = ledger.record.entries(breach.where) if breach.code == "head_differs" else ()
        if breach.code == "head_differs" and count < len(entries) and (not count or entries[count - 1].hash == head):
            continue
        reason = said("the record is broken at entry {seq} ({breach})", seq=breach.seq, breach=breach.code)
        raise SettingsWrong(file=f"case {breach.where}", reason=reason, hint=said("; run: gkflow verify"))


def rebuild(store: Store, rules: OfficeContext, now: datetime, dry_run: bool = False) -> Rebuilt:
    """
    Rebuild docket and clocks from the record (重建台账): the number of cases, and those whose cached rows differed.

    Uses the calendar edition in use. It lets other writers in between its batches; their entries update the caches as
    usual. With *dry_run* it only compares, and writes nothing.
    """
    count, changed = 0, []
    with store.reading() as ledger:
        if dry_run:
            rules = rules.renewed(ledger)
            for number, entries in ledger.record.walk_entries():
                count += 1
                if not _drawn_up(ledger, rules, number, entries).same:
                    changed.append(number)
            return Rebuilt(count, tuple(changed))
        _require_whole(ledger)
    recount_moved(store, rules, now)
    after = ""
    while True:
        with store.writing(hold="alone") as ledger:
            rules = rules.renewed(ledger)
            numbers = ledger.record.cases_after(after, _BATCH)
            drawn = [_drawn_up(ledger, rules, number, ledger.record.entries(number)) for number in numbers]
            ledger.docket.drop(numbers)
            ledger.docket.put([each.docket for each in drawn], fresh=True)
            ledger.docket.add_revisions([row for each in drawn for row in each.revisions])
            ledger.docket.add_clocks([line for each in drawn for line in each.clocks])
            count += len(drawn)
            changed += [each.docket.case for each in drawn if not each.same]
            if len(numbers) < _BATCH:
                ledger.heartbeats.record("rebuild", now, f"cases={count} changed={len(changed)}")
                return Rebuilt(count, tuple(changed))
        after = numbers[-1]
        store.give_way()


class _Drawn(NamedTuple):
    """The expected caches of a case, and whether they are stored (台账应有的内容)."""

    docket: DocketLine
    revisions: list[DocketRevision]
    clocks: list[ClockRevision]
    same: bool


def _drawn_up(ledger: Ledger, rules: OfficeContext, number: str, entries: Sequence[Entry]) -> _Drawn:
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    lines = revisions(workflow, number, entries, rules.rulebook)
    bare = docket_line(workflow, number, entries)
    rows = docket_revisions(workflow, bare, entries, lines)
    docket, stored = with_revision(bare, rows[-1]), ledger.docket.line(number)
    # A line from before schema 0007 has no revisions to compare.
    undrawn = stored is not None and not stored.status
    old = sorted(map(as_drawn, ledger.docket.clocks(number)), key=_order)
    drawn = sorted(map(as_drawn, lines), key=_order)
    same = (
        stored == (bare if undrawn else docket)
        and (undrawn or ledger.docket.revisions(number) == rows[:-1])
        and len(old) == len(drawn)
        and all(map(stands_as, old, drawn))
    )
    return _Drawn(docket, rows[:-1], lines, same)


def _order(line: ClockRevision) -> tuple[str, str, str]:
    return (line.clock, line.ref, line.from_day.isoformat())
