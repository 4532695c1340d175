"""In a Django portal: a verb is part of ``transaction.atomic()``, and whatever rolls the block back takes it along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import django
import pytest
from django.conf import settings
from django.db import connections, models, transaction
from django.db.utils import DatabaseError
from sqlalchemy.engine import make_url

if not settings.configured:
    settings.configure(DATABASES={}, USE_TZ=True, TIME_ZONE="Asia/Shanghai")
    django.setup()

from gkflow.contrib import django as gk
from gkflow.domain.errors import Conflict, GkflowError, Refused, Unfit
from gkflow.office import Office
from store.offices import PEOPLE, Place, assert_sound, at, open_request

NOW = at("2022-09-05")
FACTS = {"channel": "in_person"}


class Application(models.Model):
    """A row of the portal's own."""

    number = models.CharField(max_length=40, unique=True)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "portal"
        db_table = "notice"  # as gkflow's own would be without a prefix


def of_django(place: Place) -> dict[str, Any]:
    url = make_url(place.url)
    if place.kind == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.database, "OPTIONS": {"timeout": 1}}
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": url.database, "USER": url.username or "",
        "PASSWORD": url.password or "", "HOST": url.query.get("host") or url.host or "", "PORT": url.port or "",
        "OPTIONS": {"options": url.query["options"]},
    }  # fmt: skip


def use(place: Place, **more: Any) -> None:
    """Make the place the database of Django's settings."""
    connections.settings["default"] = connections.configure_settings({"default": of_django(place) | more})["default"]
    if hasattr(connections._connections, "default"):  # type: ignore[attr-defined]  # by Django's own handler
        del connections["default"]


@pytest.fixture
def portal(place: Place) -> Iterator[Place]:
    use(place)
    with connections["default"].schema_editor() as editor:
        editor.create_model(Application)
    yield place
    connections["default"].close()
    del connections["default"]


@pytest.fixture
def office(portal: Place) -> Iterator[Office]:
    portal.settings(PEOPLE)
    with gk.open_office(home=portal.home) as office:
        yield office


def take_in(office: Office, number: str) -> str:
    Application.objects.create(number=number, received_at=datetime(2022, 9, 5, 1, tzinfo=UTC))
    return office.receive("request", number, facts=FACTS, now=NOW, session=gk.session()).number


def cases(office: Office) -> list[str]:
    return sorted(line.case for line in office.cases(as_of="2022-09-05"))


class Stumble(Exception):
    """The portal's own fault."""


def stumble_after(office: Office, number: str) -> None:
    """A block of the portal that fails after the verb."""
    with transaction.atomic():
        take_in(office, number)
        raise Stumble


def test_a_block_that_ends_well_leaves_all_of_it(office: Office) -> None:
    with transaction.atomic():
        take_in(office, "A")
        office.do("A", "register", now=NOW, session=gk.session())
        office.tick(NOW, session=gk.session())
        assert len(office.cases(as_of="2022-09-05", session=gk.session())) == 1
        assert cases(office) == [], "nothing is committed"
    assert cases(office) == [each.number for each in Application.objects.all()] == ["A"]
    assert_sound(office)


def test_a_block_that_is_rolled_back_leaves_nothing(office: Office, place: Place) -> None:
    with pytest.raises(Stumble):
        stumble_after(office, "A")
    assert cases(office) == []
    assert place.rows("SELECT 1 FROM gk_entry") == place.rows("SELECT 1 FROM notice") == []


def test_a_nested_block_that_is_rolled_back_leaves_nothing_of_its_own(office: Office) -> None:
    with transaction.atomic():
        take_in(office, "A")
        with pytest.raises(Stumble):
            stumble_after(office, "B")
        take_in(office, "C")
    assert cases(office) == sorted(each.number for each in Application.objects.all()) == ["A", "C"]
    assert_sound(office)


def test_a_refusal_leaves_the_block_to_the_portal(office: Office) -> None:
    with transaction.atomic():
        take_in(office, "A")
        with pytest.raises(Refused):
            office.do("A", "deliver", now=NOW, session=gk.session())
        take_in(office, "B")
    assert cases(office) == ["A", "B"]
    assert_sound(office)


def test_hooks_are_called_by_on_commit(office: Office) -> None:
    seen: list[str] = []
    office.on("case.received", after_commit=True)(lambda event: seen.append(event.case))
    with pytest.raises(Stumble):
        stumble_after(office, "A")
    with transaction.atomic():
        take_in(office, "B")
        with pytest.raises(Stumble):
            stumble_after(office, "C")
        assert seen == []
    assert seen == ["B"]


def test_outside_of_a_block_it_is_refused_with_what_to_do(office: Office) -> None:
    with pytest.raises(Refused) as refused:
        gk.session()
    assert refused.value.code == "not_atomic"
    assert "transaction.atomic(using='default')" in str(refused.value)
    assert "transaction.atomic(using='default')" in refused.value.message("zh")


def test_in_a_block_that_has_failed_it_is_refused(office: Office) -> None:
    with transaction.atomic():
        take_in(office, "A")
        with pytest.raises(DatabaseError), transaction.atomic(savepoint=False):
            take_in(office, "A")  # the portal's own row is there already
        with pytest.raises(Conflict) as refused:
            gk.session()
        assert refused.value.code == "transaction_broken"
    assert cases(office) == [], "Django rolls such a block back"


def test_an_error_of_the_database_rolls_the_block_back_even_if_the_portal_goes_on(
    office: Office, portal: Place
) -> None:
    with transaction.atomic():
        session = gk.session()
        with session.connection.cursor() if portal.kind == "postgres" else _nothing(session) as cursor:
            cursor.execute("SET TRANSACTION READ ONLY" if portal.kind == "postgres" else "PRAGMA query_only=ON")
        with pytest.raises(GkflowError) as refused:
            office.receive("request", "A", facts=FACTS, now=NOW, session=session)
        assert refused.value.code == "database_readonly"
        assert refused.value.__cause__ is not None
        with pytest.raises(DatabaseError):
            Application.objects.count()  # Django knows of it
    assert cases(office) == []


class _nothing:
    """sqlite3's cursors are no context managers."""

    def __init__(self, session: Any) -> None:
        self.cursor = session.connection.cursor()

    def __enter__(self) -> Any:
        return self.cursor

    def __exit__(self, *_: object) -> None:
        self.cursor.close()


@pytest.mark.parametrize(
    ("use_tz", "zone"), [(True, None), (True, "Asia/Shanghai"), (True, "America/St_Johns"), (False, None)]
)
def test_the_zone_of_django_changes_no_moment_of_the_record_and_gkflow_none_of_the_portals(
    place: Place, use_tz: bool, zone: str | None
) -> None:
    from django.test import override_settings

    with override_settings(USE_TZ=use_tz, TIME_ZONE="Asia/Shanghai"):
        use(place, **({"TIME_ZONE": zone} if zone else {}))
        with connections["default"].schema_editor() as editor:
            editor.create_model(Application)
        with gk.open_office(home=place.settings(PEOPLE).home) as office:
            moment = NOW if use_tz else NOW.replace(tzinfo=None)
            with transaction.atomic():
                Application.objects.create(number="A", received_at=moment)
                office.receive("request", "A", facts=FACTS, now=NOW, session=gk.session())
                assert office.case("A", as_of="2022-09-05", session=gk.session()).record[0].written_at == NOW
                office.verify(session=gk.session())
                assert Application.objects.get().received_at == moment, "read after a call, in the same block"
                Application.objects.create(number="B", received_at=moment)
            assert {each.received_at for each in Application.objects.all()} == {moment}
            assert office.case("A", as_of="2022-09-05").record[0].written_at == NOW
            assert_sound(office)
        connections["default"].close()
        del connections["default"]


def test_the_migrations_of_django_and_the_tables_of_gkflow_leave_each_other_alone(office: Office) -> None:
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    open_request(office, "A", "2022-09-01")
    MigrationRecorder(connections["default"]).ensure_schema()
    MigrationExecutor(connections["default"]).migrate([])
    names = connections["default"].introspection.table_names()
    assert {"gk_entry", "gk_version", "django_migrations", "notice"} <= set(names)
    assert_sound(office)


def test_a_database_that_gkflow_cannot_use_is_refused() -> None:
    class Vendor:
        vendor = "mysql"

    connections["other"] = Vendor()
    try:
        with pytest.raises(Unfit) as refused:
            gk.session("other")
        assert refused.value.code == "no_tables"
        with pytest.raises(Unfit):
            gk.address("other")
    finally:
        del connections["other"]


def test_the_address_has_the_password_and_shows_it_to_nobody() -> None:
    connections.settings["secret"] = connections.configure_settings({
        "default": {},
        "secret": {"ENGINE": "django.db.backends.postgresql", "NAME": "gk", "USER": "gk", "PASSWORD": "p@ss/wort",
                   "HOST": "127.0.0.1", "PORT": "1", "OPTIONS": {"options": "-csearch_path=x"}},
    })["secret"]  # fmt: skip
    url = gk.address("secret")
    assert (url.password, url.host, url.port, url.query["options"]) == ("p@ss/wort", "127.0.0.1", 1, "-csearch_path=x")
    with pytest.raises(Unfit) as refused:
        gk.open_office("secret")
    assert refused.value.code == "database_unreachable"
    assert "wort" not in str(refused.value)
