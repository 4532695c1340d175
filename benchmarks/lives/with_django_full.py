"""
A Django model per case that writes as many rows as gkflow (每案一个模型，全部留痕), by somebody who knows which.

Beside the row and its history: a hash that chains the history, an event for each step, a notice where somebody is
told, a row for each stretch of a clock, and what the docket said on earlier days: 41 rows a case, as gkflow writes.
No fact, role or rule is checked, and which clocks run is written down in a table, not worked out.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import with_django
from django.db import connection, models, transaction
from record import MOVES, Step, due_after, working_days_later

# What an action does to clocks: (clock, status, working days of a clock that begins).
RUNS: dict[str, list[tuple[str, str, int]]] = {
    "receive": [("correction_notice", "running", 7), ("reply", "running", 0)],
    "ask_correction": [("correction_notice", "stopped", 0), ("correction", "running", 15), ("reply", "waiting", 0)],
    "receive_correction": [("correction", "stopped", 0), ("reply", "running", 0)],
    "extend": [("reply", "running", 0)],
    "reply": [("reply", "stopped", 0)],
    "deliver": [("archive", "running", 10)],
    "archive": [("archive", "stopped", 0)],
}
TOLD = {"receive": "section_head", "assign": "officer", "receive_correction": "officer", "extend": "section_head"}
FOREVER = date.max


class Contestant(with_django.Contestant):
    """The same office, with five more tables."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.more = _models(self.case)
        with connection.schema_editor() as editor:
            for model in self.more.values():
                editor.create_model(model)

    def _take(self, number: str, step: Step) -> None:
        with transaction.atomic():
            if step.action == "receive":
                case, before = self.case(number=number, state="new"), ""
            else:
                case = self.case.objects.select_for_update().get(pk=number)
                last = self.more["entry"].objects.filter(case=case).order_by("-pk")[0]
                before = last.hash
                if last.day != step.day:
                    self.more["revision"].objects.create(
                        case=case, from_day=last.day, until_day=step.day, state=case.state, due=case.due
                    )
            case.state = MOVES[case.state, step.action]
            case.due = due_after(step, case.due)
            case.save(force_insert=case._state.adding)
            self._keep(case, step, before)

    def _keep(self, case: Any, step: Step, before: str) -> None:
        facts = json.dumps(step.facts, ensure_ascii=False, sort_keys=True)
        columns = [case.pk, str(step.day), step.action, step.by, facts, before]
        sealed = hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()
        entry = self.more["entry"].objects.create(
            case=case, day=step.day, action=step.action, by=step.by, facts=step.facts, previous=before, hash=sealed
        )
        said = {"state": case.state, "due": case.due and str(case.due), "action": step.action, "by": step.by}
        self.more["event"].objects.create(case=case, type=f"case.{step.action}", facts=said)
        if role := TOLD.get(step.action):
            key = f"{case.pk}/{entry.pk}/{role}"
            self.more["notice"].objects.create(case=case, key=key, role=role, facts=said)
        stretches = self.more["stretch"].objects
        for clock, status, length in RUNS.get(step.action, []):
            stretches.filter(case=case, clock=clock, until_day=FOREVER).update(until_day=step.day)
            last_day = case.due if clock == "reply" else working_days_later(step.day, length) if length else None
            stretches.create(
                case=case, clock=clock, status=status, from_day=step.day, until_day=FOREVER, last_day=last_day
            )

    def ended(self, case: str) -> Any:
        self.history = self.more["entry"]
        return super().ended(case)


def _models(case: type[models.Model]) -> dict[str, Any]:
    """The further tables, with the indexes that their lists need."""

    def model(name: str, **fields: models.Field) -> Any:
        meta = type("Meta", (), {"app_label": "office"})
        own = models.ForeignKey(case, on_delete=models.PROTECT, related_name=f"{name}_rows")
        return type(name.title(), (models.Model,), {"__module__": __name__, "Meta": meta, "case": own, **fields})

    return {
        "entry": model(
            "entry", day=models.DateField(), action=models.CharField(max_length=40), by=models.CharField(max_length=40),
            facts=models.JSONField(), previous=models.CharField(max_length=64), hash=models.CharField(max_length=64),
        ),
        "event": model("event", type=models.CharField(max_length=40), facts=models.JSONField()),
        "notice": model(
            "notice", key=models.CharField(max_length=80, unique=True), role=models.CharField(max_length=40),
            facts=models.JSONField(),
        ),
        "stretch": model(
            "stretch", clock=models.CharField(max_length=40), status=models.CharField(max_length=20),
            from_day=models.DateField(), until_day=models.DateField(),
            last_day=models.DateField(null=True, db_index=True),
        ),
        "revision": model(
            "revision", from_day=models.DateField(), until_day=models.DateField(),
            state=models.CharField(max_length=40), due=models.DateField(null=True),
        ),
    }  # fmt: skip
