"""
gkflow in a Django portal (Django 门户): a verb in the transaction of ``transaction.atomic()``.

    from gkflow.contrib import django as gk

    office = gk.open_office()                        # once per process, on the database of the settings
    with transaction.atomic():
        application = Application.objects.create(…)
        office.receive("request", facts={…}, session=gk.session())

Whatever rolls the block back, also a nested one, takes the entry and its notices with it. Hooks after the commit are
called by ``transaction.on_commit``.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from sqlalchemy.engine import URL

from gkflow.domain.objections.database import BadDatabaseUrl, NoTables, NotAtomic, TransactionBroken
from gkflow.office import Office
from gkflow.open_office import open_office as _open
from gkflow.store.callers import PortalConnection

DEFAULT = "default"
_DATABASES = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


def session(using: str = DEFAULT) -> PortalConnection:
    """
    Django's connection inside ``transaction.atomic(using=…)``, to be passed as ``session=`` of a verb.

    Raises Refused ("not_atomic", "transaction_broken"): outside of a block Django commits every statement by itself;
    in a block that is to be rolled back anyway, nothing can be entered.
    """
    connection: Any = connections[using]
    if connection.vendor not in _DATABASES:
        raise NoTables(reason=connection.vendor)
    if not connection.in_atomic_block:
        raise NotAtomic(using=using)
    if connection.needs_rollback:
        raise TransactionBroken(reason="needs_rollback")

    def on_commit(call: Any) -> None:
        transaction.on_commit(call, using=using)

    def fail() -> None:
        connection.needs_rollback = True

    return PortalConnection(connection.connection, on_commit, fail)


def address(using: str = DEFAULT) -> URL:
    """The database of Django's settings as an address of SQLAlchemy. Raises Unfit for one that gkflow cannot use."""
    connection: Any = connections[using]
    drivername = _DATABASES.get(connection.vendor)
    if drivername is None:
        raise BadDatabaseUrl()
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return URL.create(drivername, database=str(of["NAME"]))
    query = {"options": of["OPTIONS"]["options"]} if "options" in of.get("OPTIONS", {}) else {}
    host = of["HOST"] or None
    if host and host.startswith("/"):  # the folder of a socket
        host, query = None, {**query, "host": host}
    port = int(of["PORT"]) if of["PORT"] else None
    return URL.create(drivername, of["USER"] or None, of["PASSWORD"] or None, host, port, of["NAME"], query)


def open_office(using: str = DEFAULT, **more: Any) -> Office:
    """
    Open the office on the database of Django's settings; *more* is as for ``gkflow.open``. It has connections of its
    own for verbs without a session, and creates its tables, which Django's migrations leave alone.
    """
    return _open(address(using).render_as_string(hide_password=False), **more)
