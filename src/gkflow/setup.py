"""Setting up an office (建立机关): settings, database, the known calendar, and the content of a profile."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gkflow.bootstrap import database_of, folders, packaged_files, rulebook, settings_of
from gkflow.domain.objections.database import DatabaseMissing
from gkflow.domain.objections.installation import OtherProfile
from gkflow.files.first_settings import first_settings, write_settings
from gkflow.files.home import FILE_NAME
from gkflow.files.rulebook_files import profile_named, read_profiles
from gkflow.office import Office
from gkflow.store.migrate import SCHEMA
from gkflow.store.sqlite_files import require_database

if TYPE_CHECKING:
    from gkflow.files.settings import Settings
    from gkflow.store.database import Database

# Since this schema the docket has revisions: earlier rows are recomputed.
_REVISIONS = "0007"


class SetUp(NamedTuple):
    """An office after it was set up (初始化结果)."""

    fresh: bool  # whether the settings were created
    office: Office
    upgraded: str | None  # the earlier schema of its database, if it was brought up to date


def init_office(home: Path, name: str = "", unit: str = "", profile: str = "", *, new_database: bool = False) -> SetUp:
    """
    Set up an office in a folder (初始化): settings, database, the known calendar edition. Nothing that already exists
    is changed, except that an older database is brought up to date.

    The settings are written after the database has been created. So a ``gkflow.toml`` without its database is an
    office that has lost it, never a half-finished set-up: it is refused (Unfit), unless *new_database* allows an empty
    one.

    A *profile* adds the units of its place and, if it has one, a plan file to import; no case is opened. Raises
    FilesAtFault for an unknown profile, and Conflict if the office was set up with another one.
    """
    place = profile_named(read_profiles(folders(home)), profile) if profile else None
    path = home / FILE_NAME
    options = {key: value for key, value in (("office", name), ("unit", unit)) if value}
    text = first_settings(**options, profile=place, duties=rulebook(home).recurring_tasks.values())
    known = path.exists()
    chosen = settings_of(home) if known else settings_of(home, text)
    if place is not None and chosen.profile != place.name:
        raise OtherProfile(place=str(home), found=chosen.profile, wanted=place.name)
    database, before = _database(chosen, home, path if known and not new_database else None)
    fresh = write_settings(path, text)
    if not fresh and not known:
        chosen = settings_of(home)  # somebody else was faster
    if place is not None and place.plan:
        _copy_plan(home, place.plan)
    office = Office(database, chosen)
    office.adopt_first()
    if before is not None and before < _REVISIONS:
        office.rebuild()
    return SetUp(fresh, office, before if before != SCHEMA else None)


def _database(chosen: Settings, home: Path, settings_file: Path | None) -> tuple[Database, str | None]:
    """
    The database of an office, created or upgraded, and its earlier schema; a database named by *settings_file* must
    exist.
    """
    home.mkdir(parents=True, exist_ok=True)
    require_database(chosen.database.url, settings_file)
    database = database_of(chosen)
    found = database.schema()
    if found is None and settings_file is not None:
        raise DatabaseMissing(place=database.place, settings=str(settings_file))
    if found is None or found < SCHEMA:
        database.migrate()
    database.require_schema()
    return database, found


def plan_of(home: Path, plan: str) -> Path:
    """The path of an office's copy of a plan (方案文件)."""
    return home / "plans" / f"{plan}.csv"


def _copy_plan(home: Path, plan: str) -> None:
    """The office's own copy, for review before the import; an existing one is kept."""
    target = plan_of(home, plan)
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(packaged_files() / "config" / "plans" / f"{plan}.csv", target)
