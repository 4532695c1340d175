"""
Backup and restore (备份与恢复): everything of an office in one file, and restoring the office from it.

The file is a zip archive: the database as of one moment, the settings, and the office's own rules. It includes
personal data and passwords of the database, so only its owner may read it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from gkflow.application.doctor import RuleFiles
from gkflow.bootstrap import settings_of
from gkflow.domain.errors import Fault, FilesAtFault
from gkflow.domain.objections.installation import (
    BackupElsewhere,
    FileExists,
    NoFile,
    NoOffice,
    NotABackup,
    OfficeExists,
    Unreadable,
)
from gkflow.domain.sentences import Sentence
from gkflow.files.home import FILE_NAME
from gkflow.open_office import open_office
from gkflow.store.backup import copy_sqlite
from gkflow.store.connections import parsed_address
from gkflow.store.sqlite_files import require_database, sqlite_file

if TYPE_CHECKING:
    from gkflow.application.verify import Breach, Verified
    from gkflow.files.settings import Settings

DATABASE = "gkflow.db"
# The files of an office besides its database and its settings.
_FOLDERS = ("config", "workflows", "plans", "notices", "seals")


class Backup(NamedTuple):
    """The result of a backup (备份): the file, its size, how many files it holds."""

    file: Path
    size: int
    files: int


class Restored(NamedTuple):
    """The result of a restore (恢复): cases and sweeps that were verified, and the breaches among them."""

    folder: Path
    cases: int
    sweeps: int
    breaches: tuple[Breach, ...]
    elsewhere: str = ""  # the address in the settings, if it is not the restored file
    rule_files: RuleFiles = RuleFiles()  # compared with the rules in use


def back_up(home: Path, target: Path) -> Backup:
    """
    Back up the office of *home* to the file *target* (备份), completely or not at all; nothing has to be stopped.

    Raises Refused for a file that already exists, and for PostgreSQL, which has its own tools.
    """
    source = _database_of(settings_of(home), home)
    if target.exists():
        raise FileExists(file=str(target))
    with _naming(target), tempfile.TemporaryDirectory(prefix=".gkflow-", dir=target.parent) as folder:
        copy, draft = Path(folder) / DATABASE, Path(folder) / "backup"
        copy_sqlite(source, copy)
        names = 0
        with ZipFile(draft, "w", ZIP_DEFLATED, strict_timestamps=False) as archive:
            archive.write(copy, DATABASE)
            for path in _own_files(home):
                archive.write(path, path.relative_to(home).as_posix())
                names += 1
        draft.chmod(stat.S_IRUSR | stat.S_IWUSR)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(draft, target)
    return Backup(target, target.stat().st_size, names + 1)


def restore(file: Path, folder: Path) -> Restored:
    """
    Restore the office of a backup to *folder* (恢复), after verifying every chain of its record.

    A folder that holds an office is never overwritten (Refused). With breaches nothing is written.
    """
    if not file.is_file():
        raise NoFile(file=str(file))
    if any((folder / name).exists() for name in (FILE_NAME, DATABASE)):
        raise OfficeExists(folder=str(folder))
    with _naming(folder), _made(folder), tempfile.TemporaryDirectory(prefix=".gkflow-", dir=folder) as name:
        draft = Path(name)
        _unpack(file, draft)
        (cases, sweeps, breaches), rule_files = _verified(file, draft, folder)
        if breaches:
            return Restored(folder, cases, sweeps, breaches)
        for path in sorted(draft.iterdir(), key=lambda each: each.name == FILE_NAME):  # the settings last
            if path.is_dir():
                shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
            else:
                os.replace(path, folder / path.name)
    settings = settings_of(folder)
    named = settings.database.url
    mine = f"sqlite:///{(folder / DATABASE).as_posix()}"
    return Restored(folder, cases, sweeps, (), "" if named == mine else _without_password(named), rule_files)


@contextmanager
def _naming(place: Path) -> Iterator[None]:
    """Errors name the requested place, not the temporary folder."""
    try:
        yield
    except OSError as error:
        raise Unreadable(file=str(place), reason=error.strerror or str(error)) from error
    except sqlite3.Error as error:
        full = "full" in str(error)
        raise Unreadable(file=str(place), reason=os.strerror(ENOSPC) if full else str(error)) from error


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """A folder created for the following steps; created folders that stay empty are removed again."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    whole = False
    try:
        yield
        whole = (folder / FILE_NAME).exists() or (folder / DATABASE).exists()
    finally:
        if made and not whole:
            shutil.rmtree(folder, ignore_errors=True)
            for each in made[1:]:
                with suppress(OSError):  # somebody has put something there
                    each.rmdir()


def _database_of(settings: Settings, home: Path) -> Path:
    path = sqlite_file(settings.database.url)
    if path is None:
        raise BackupElsewhere(place=_without_password(settings.database.url))
    file = home / FILE_NAME
    require_database(settings.database.url, file if file.is_file() else None)
    if not path.exists() or not path.stat().st_size:
        raise NoOffice(place=str(home))
    return path


def _without_password(url: str) -> str:
    return parsed_address(url).render_as_string(hide_password=True)


def _own_files(home: Path) -> Iterator[Path]:
    if (home / FILE_NAME).is_file():
        yield home / FILE_NAME
    for name in _FOLDERS:
        yield from (path for path in sorted((home / name).rglob("*")) if path.is_file() and not path.is_symlink())


def _unpack(file: Path, draft: Path) -> None:
    """Extract only the files of a backup: no path that leads elsewhere."""
    try:
        with ZipFile(file) as archive:
            if DATABASE not in archive.namelist() or archive.testzip() is not None:
                raise NotABackup(file=str(file))
            for each in archive.infolist():
                path = PurePosixPath(each.filename)
                ours = each.filename in (DATABASE, FILE_NAME) or path.parts[0] in _FOLDERS
                if not ours or ".." in path.parts or path.is_absolute() or each.is_dir():
                    raise NotABackup(file=str(file))
                target = draft / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(each) as there, target.open("wb") as here:
                    shutil.copyfileobj(there, here)
                if each.filename in (DATABASE, FILE_NAME):
                    target.chmod(stat.S_IRUSR | stat.S_IWUSR)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotABackup(file=str(file)) from error


def _verified(file: Path, draft: Path, folder: Path) -> tuple[Verified, RuleFiles]:
    """The record in the *draft*, and the state of the rule files, whose faults name the *folder* that they go to."""
    url = f"sqlite:///{(draft / DATABASE).as_posix()}"
    require_database(url, draft / FILE_NAME)
    try:
        with open_office(url, home=draft) as office:
            state = office.rule_editions.files()
            packages = {name: _moved(each, draft, folder) for name, each in state.packages.items()}
            fault = _moved(state.fault, draft, folder) if state.fault is not None else None
            return office.verify(), replace(state, fault=fault, packages=packages)
    except FilesAtFault as error:
        raise FilesAtFault([_moved(each, draft, file) for each in error.faults]) from error


def _moved(fault: Fault, draft: Path, place: Path) -> Fault:
    """The fault as it is for whoever knows the *place* and not the temporary folder."""
    inside, named = f"{draft.as_posix()}/", f"{place.as_posix()}/"

    def moved(value: object) -> object:
        if isinstance(value, Sentence):
            return Sentence(value.pattern, {name: moved(each) for name, each in value.fields.items()}, value.context)
        return value.replace(inside, named) if isinstance(value, str) else value

    text = moved(fault.text)
    return replace(fault, file=fault.file.replace(inside, named), text=text if isinstance(text, str) else fault.text)
