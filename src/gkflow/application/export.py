"""Exporting a register (台账导出): the record as rows that can be imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gkflow.application.ports import Ledger
from gkflow.application.register import NEW_DAY
from gkflow.domain.case import CORRECT, Entry


def export_rows(ledger: Ledger, cases: Sequence[str] | None = None) -> Iterator[dict[str, object]]:
    """
    The register (导出台账): one row per entry, in the form and order that ``import`` accepts.
    """
    if cases is None:
        walked: Iterable[tuple[str, Sequence[Entry]]] = ledger.record.walk_entries()
    else:
        walked = ((case, ledger.record.entries(case)) for case in cases)
    for number, entries in walked:
        ordered = sorted(entries, key=lambda entry: entry.day)
        places = {entry.seq: place for place, entry in enumerate(ordered, 1)}
        for entry in ordered:
            facts = dict(entry.facts)
            if entry.action == CORRECT:
                # An import numbers the entries by day: a correction has to name the same entry then.
                facts["seq"] = places.get(facts.get("seq", 0))
                facts[NEW_DAY] = facts.pop("day", None)
            yield {
                "case": number, "workflow": entry.workflow, "day": entry.day, "action": entry.action, "by": entry.by,
                "unit": entry.unit, **facts, **entry.remarks,
            }  # fmt: skip
