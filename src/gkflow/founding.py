"""Setting up an office (建立机关): settings, database, the calendar that is known, and what a profile brings along."""

from __future__ import annotations

import shutil
from pathlib import Path

from gkflow.bootstrap import folders, packaged_files, rulebook, settings_of
from gkflow.domain.errors import Conflict
from gkflow.office import Office


def init_office(home: Path, name: str = "", unit: str = "", profile: str = "") -> tuple[bool, Office]:
    """
    Set up an office in a folder (初始化): settings, database, the calendar edition that is known. Nothing that is
    there is changed; True when the settings were written anew.

    A *profile* brings the units of its place and, where it has one, a plan file to import; no case is opened.
    Raises FilesAtFault for an unknown profile, and Conflict where the office was set up with another one.
    """
    from gkflow.files.first_settings import write_settings
    from gkflow.files.rulebook_files import profile_named, read_profiles
    from gkflow.store.database import SCHEMA, Database

    place = profile_named(read_profiles(folders(home)), profile) if profile else None
    home.mkdir(parents=True, exist_ok=True)
    options = {key: value for key, value in (("office", name), ("unit", unit)) if value}
    fresh = write_settings(home / "gkflow.toml", **options, profile=place, duties=rulebook(home).duties.values())
    chosen = settings_of(home)
    if place is not None and chosen.profile != place.name:
        raise Conflict("other_profile", place=str(home), found=chosen.profile, wanted=place.name)
    if place is not None and place.plan:
        _copy_plan(home, place.plan)
    database = Database(chosen.database.url, synchronous=chosen.database.synchronous, algorithm=chosen.hash)
    found = database.schema()
    if found is None or found < SCHEMA:
        database.migrate()
    database.require_schema()
    office = Office(database, chosen)
    office.calendars.adopt_first()
    return fresh, office


def plan_of(home: Path, plan: str) -> Path:
    """Where an office's copy of a plan stands (方案文件)."""
    return home / "plans" / f"{plan}.csv"


def _copy_plan(home: Path, plan: str) -> None:
    """The office's own copy, to be looked at and mended before it is imported; one that is there stays."""
    target = plan_of(home, plan)
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(packaged_files() / "config" / "plans" / f"{plan}.csv", target)
