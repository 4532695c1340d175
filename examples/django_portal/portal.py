"""
A portal on Django in one file (Django 门户): its own row and the case in one `transaction.atomic()`.

    pip install gkflow django
    python examples/django_portal/portal.py migrate
    python examples/django_portal/portal.py runserver
    curl -d 'text=某规划' localhost:8000/applications

PORTAL_DATABASE=NAME chooses another SQLite file, PORTAL_POSTGRES=HOST/NAME/USER a database of PostgreSQL.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

import django
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST

import gkflow
from gkflow.contrib import django as gk


def database() -> dict[str, Any]:
    """The database of the portal, which gkflow shares."""
    if where := os.environ.get("PORTAL_POSTGRES"):
        host, name, user = where.rsplit("/", 2)
        options = {"options": os.environ.get("PORTAL_OPTIONS", "")}
        return {"ENGINE": "django.db.backends.postgresql", "HOST": host, "NAME": name, "USER": user,
                "OPTIONS": options}  # fmt: skip
    # IMMEDIATE: a block that has read must not find, when it writes, that somebody else has written.
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("PORTAL_DATABASE", "portal.sqlite3"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE"}}  # fmt: skip


settings.configure(
    DATABASES={"default": database()}, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True,
    TIME_ZONE="Asia/Shanghai", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", MIDDLEWARE=[],
)  # fmt: skip
django.setup()


class Application(models.Model):
    """What an applicant has sent (申请)."""

    text = models.TextField()
    case_number = models.CharField(max_length=60, default="")

    class Meta:
        app_label = "portal"


@cache
def office() -> gkflow.Office:
    """The office of this process, opened with its first request: after a fork."""
    return gk.open_office(settings=gkflow.Settings(unit="GK", units={"GK": {"label": "办公室"}}))


@require_POST
def receive(request: HttpRequest) -> JsonResponse:
    """Receive an application (收件)."""
    office()  # opened before the block, because it may create its tables
    try:
        with transaction.atomic():
            row = Application.objects.create(text=request.POST.get("text", ""))
            outcome = office().receive(
                "request", day=request.POST.get("day"), title=row.text, facts={"channel": "in_person"},
                key=f"application-{row.pk}", session=gk.session(),
            )  # fmt: skip
            row.case_number = outcome.number
            row.save()
    except gkflow.GkflowError as error:  # outside of the block, which it has rolled back
        return JsonResponse({"code": error.code, "text": error.message("zh")}, status=422)
    return JsonResponse(outcome.as_dict(), status=201)


def page(request: HttpRequest) -> JsonResponse:
    """A page of the open cases, most urgent first (台账)."""
    given = request.GET
    return JsonResponse(office().page(after=given.get("after", ""), as_of=given.get("as_of"), total=True).as_dict())


urlpatterns = [path("applications", receive), path("cases", page)]


def create_tables() -> None:
    """The tables of the portal, and gkflow's beside them; a portal with an app has migrations for its own."""
    from django.db import connection

    if Application._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Application)
    office()


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    if sys.argv[1:] == ["migrate"]:
        create_tables()
    else:
        execute_from_command_line([*sys.argv, "--noreload"] if sys.argv[1:] == ["runserver"] else sys.argv)
