"""
A Django model per case (每案一个模型): the row, a history row, ``transaction.atomic`` for each step.

The transitions are a dictionary, the cheapest that there is. Django keeps its connection for the thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection, transaction
from record import LIFE, MOVES, Ended, Step, due_after


class Contestant:
    """Cases as rows of an ORM, in a Django that is configured here."""

    def __init__(self, folder: Path) -> None:
        database = {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "cases.db"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
            },
        }
        settings.configure(DEBUG=False, USE_TZ=True, DATABASES={"default": database}, INSTALLED_APPS=[])
        django.setup()
        self.case, self.history = _models()
        with connection.schema_editor() as editor:
            editor.create_model(self.case)
            editor.create_model(self.history)

    def live(self, cases: Iterable[str]) -> None:
        for number in cases:
            for step in LIFE:
                self._take(number, step)

    def _take(self, number: str, step: Step) -> None:
        with transaction.atomic():
            if step.action == "receive":
                case = self.case(number=number, state="new")
            else:
                # SQLite has no row locks; the transaction holds the write lock from its beginning.
                case = self.case.objects.select_for_update().get(pk=number)
            case.state = MOVES[case.state, step.action]
            case.due = due_after(step, case.due)
            case.save(force_insert=case._state.adding)
            self.history.objects.create(case=case, day=step.day, action=step.action, by=step.by, facts=step.facts)

    def ended(self, case: str) -> Ended:
        row = self.case.objects.get(pk=case)
        history = self.history.objects.filter(case=row).order_by("pk").values_list("action", flat=True)
        return Ended(row.state, row.due, tuple(history))

    def close(self) -> None:
        connection.close()


def _models() -> tuple[Any, Any]:
    """The models, which can be declared when Django is set up."""
    from django.db import models

    class Case(models.Model):
        number = models.CharField(max_length=40, primary_key=True)
        state = models.CharField(max_length=40)
        due = models.DateField(null=True, db_index=True)

        class Meta:
            app_label = "office"

    class History(models.Model):
        case = models.ForeignKey(Case, on_delete=models.PROTECT)
        day = models.DateField()
        action = models.CharField(max_length=40)
        by = models.CharField(max_length=40)
        facts = models.JSONField()

        class Meta:
            app_label = "office"

    return Case, History
