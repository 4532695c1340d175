"""
Opening an office (打开机关): by its settings, on its database; a folder without an office is refused.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gkflow.arguments import checked
from gkflow.bootstrap import database_of, folders, home_folder, settings_of
from gkflow.domain.errors import Unfit
from gkflow.domain.objections.database import DatabaseMissing
from gkflow.domain.objections.installation import NoOffice, SettingsWrong
from gkflow.domain.sentences import said
from gkflow.files.home import FILE_NAME
from gkflow.files.safety import SealSettings
from gkflow.office import Office
from gkflow.store.sqlite_files import require_database, sqlite_file
from gkflow.watching import on_open

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gkflow.files.settings import Settings
    from gkflow.store.database import Database


@checked
def open_office(
    target: str | Engine | None = None, *, home: Path | str | None = None, settings: Settings | None = None,
    prefix: str | None = None, schema: str = "",
) -> Office:  # fmt: skip
    """
    Open an office (打开): on a database address, on the caller's own engine, or the one of the settings.

    In a database without gkflow tables they are created; another schema version is refused (Unfit) with the command
    that upgrades it.

    Tables have the prefix ``gk_`` (without it, if they were created before schema 0008), or *prefix*, or are in a
    *schema* of PostgreSQL; by default as the settings say.
    """
    place = Path(home).absolute() if home is not None else home_folder()
    chosen = settings or settings_of(place)
    if prefix is not None or schema:
        chosen = replace(chosen, database=replace(chosen.database, prefix=prefix, schema=schema))
    if target is None:
        _require_database(chosen, place)
    database = database_of(chosen, target)
    if target is not None and home is None and (settings is None or _is_in_code(settings)):
        chosen = _seals_beside(database, chosen)
    if database.schema() is None:
        if target is None:
            raise _nothing_in(place, database)
        folders(chosen.home, chosen.named_packages)  # whatever it adopts first is read from them
        database.migrate()
    database.require_schema()
    office = Office(database, chosen)
    office.adopt_first()  # now, in a transaction of its own: a verb may be called inside the portal's
    for look in on_open:
        look(office)
    return office


def _is_in_code(settings: Settings) -> bool:
    """Whether settings come from no file and name no place for seals: several offices may be open in one folder."""
    return settings.seal == SealSettings() and not (settings.home / FILE_NAME).exists()


def _seals_beside(database: Database, settings: Settings) -> Settings:
    """
    A database opened by address keeps its seals in its own folder: if two databases shared a seal file, each would
    look tampered with.
    """
    url = database.engine.url
    if str(url) == settings.database.url or not settings.seal.file:
        return settings
    if url.get_backend_name() == "sqlite":
        memory = not url.database or url.database == ":memory:"
        name = "" if memory else str(Path(str(url.database)).absolute().with_suffix(".seals.jsonl"))
    else:
        name = f"{url.database}.{settings.seal.file}"
    return replace(settings, seal=replace(settings.seal, file=name))


def _require_database(settings: Settings, place: Path) -> None:
    """Refuse to create anything where an existing office is expected: neither a folder nor a database."""
    file = place / FILE_NAME
    require_database(settings.database.url, file if file.is_file() else None)
    path = sqlite_file(settings.database.url)
    if path is not None and not path.exists():
        raise NoOffice(place=str(place))


def _nothing_in(place: Path, database: Database) -> Unfit:
    if found := database.prefixes():
        shown = [f'"{each}"' for each in found]
        reason = said("prefix: the tables in this database begin with {prefixes}", prefixes=shown)
        return SettingsWrong(file="database", reason=reason)
    file = place / FILE_NAME
    if file.is_file():
        return DatabaseMissing(place=database.place, settings=str(file))
    return NoOffice(place=str(place))
