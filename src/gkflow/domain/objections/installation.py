"""The installation (安装): settings, folders, backups, seals."""

from __future__ import annotations

from collections.abc import Sequence

from gkflow.domain.errors import Conflict, NotFound, Refused, Unfit
from gkflow.domain.sentences import said, said_as


class SettingsWrong(Unfit):
    code = "settings"
    sentence = said_as("settings", "{file}: {reason}")
    in_terminal = said_as("settings", "{file}: {reason}{hint}")

    file: str
    reason: str
    hint: str = ""  # what to run on the command line


class LibraryMissing(Unfit):
    code = "library_missing"
    sentence = said("{purpose} needs {library}, which is not installed")
    in_terminal = said('{purpose} needs {library}, which is not installed; run: pip install "gkflow[{extra}]"')

    library: str
    purpose: str
    extra: str


class NoOffice(Unfit):
    code = "no_office"
    sentence = said("no office here: {place}")
    in_terminal = said("no office here: {place}; run: gkflow init")

    place: str


class OfficeExists(Refused):
    code = "office_exists"
    sentence = said("{folder} holds an office already: nothing was restored; name an empty folder")

    folder: str


class OtherProfile(Conflict):
    code = "other_profile"
    sentence = said("the office in {place} works by profile {found}, not {wanted}; set it in gkflow.toml")

    place: str
    found: str
    wanted: str


class NotADemo(Refused):
    code = "not_a_demo"
    sentence = said("{folder} is there and holds no demonstration: name another folder")
    in_terminal = said("{folder} is there and was not made by gkflow demo; name another with --folder")

    folder: str


class BackupElsewhere(Refused):
    code = "backup_elsewhere"
    sentence = said(
        "the record is in {place}, which has its own tools for backups; gkflow.toml, config/ and workflows/ belong "
        "to it"
    )
    in_terminal = said(
        "the record is in {place}, which has its own tools: pg_dump --format=custom --file=FILE, and copy "
        "gkflow.toml, config/ and workflows/ beside it"
    )

    place: str


class NotABackup(Unfit):
    code = "not_a_backup"
    sentence = said("{file} is not a whole backup of gkflow: nothing was restored")

    file: str


class NoSeals(Unfit):
    code = "no_seals"
    sentence = said("{file} holds no seal: nothing was compared; name the file of seals that was kept elsewhere")

    file: str


class NoSeal(Unfit):
    code = "no_seal"
    sentence = said("{file}: line {line} is no seal: neither a line of a file of seals nor a number and a hash")

    file: str
    line: int


class FileExists(Refused):
    code = "file_exists"
    sentence = said("{file} exists already: name another file")

    file: str


class NoFile(NotFound, Refused):
    code = "no_file"
    sentence = said("no file {file}")

    file: str


class Unreadable(Unfit):
    code = "unreadable"
    sentence = said_as("unreadable", "{file}: {reason}")

    file: str
    reason: str


class BadEncoding(Unfit):
    code = "bad_encoding"
    sentence = said("{what} is not text in UTF-8")

    what: str


class TooDeep(Unfit):
    code = "too_deep"
    sentence = said("what was given is nested too deeply or too large: nothing was done")


class OutputEnding(Refused):
    code = "output_ending"
    sentence = said("{path}: cannot write {ending}; the name may end with {known}")
    in_terminal = said("--output {path}: cannot write {ending}; the name may end with {known}")

    path: str
    ending: str
    known: Sequence[str]


class OutputNotFormat(Refused):
    code = "output_not_format"
    sentence = said("{path}: cannot write {ending} as {format}; the name may end with {known}")
    in_terminal = said("--output {path}: cannot write {ending} as --format {format}; the name may end with {known}")

    path: str
    ending: str
    format: str
    known: Sequence[str]


class XlsxOnScreen(Refused):
    code = "xlsx_on_screen"
    sentence = said("xlsx cannot be shown on a terminal")
    in_terminal = said("xlsx cannot be shown on a terminal: add --output FILE.xlsx")
