"""
Arguments of the public verbs (公开方法的参数): each is compared with the type that its signature names.

A program may pass anything. A wrong type, or a text that no database can store, is refused by name before anything is
read or written, and never becomes an error of Python from deep inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import wraps
from os import PathLike, fspath
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast
from warnings import warn

from gkflow import lazy
from gkflow.application.marks import broken, visible
from gkflow.domain.errors import GkflowError, Refused
from gkflow.domain.objections.days import BadDay, BadMoment, OutOfRange
from gkflow.domain.objections.facts import FactsNoMapping, NotAText, WrongKind
from gkflow.domain.objections.installation import Unreadable
from gkflow.domain.objections.register_files import MarkRefused
from gkflow.domain.sentences import Sentence, said

if TYPE_CHECKING:
    from gkflow.application import case_lines, rows
else:
    case_lines, rows = lazy.module("gkflow.application.case_lines"), lazy.module("gkflow.application.rows")

# The number of a case is one word in every signature; programs from before may say the other.
OLDER_NAMES: Mapping[str, str] = MappingProxyType({"case": "number"})

C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., object])
Check = Callable[[str, object], object]  # the name and the value; returns the value to pass on, or refuses it

_LARGEST = 2**63 - 1  # what a column holds
_LONGEST_NAME, _LONGEST_PATH = 255, 4095  # bytes of a name in a folder, characters of a path
_SHOWN = 80  # characters of a refused value in its message


def checks_arguments(cls: type[C]) -> type[C]:
    """Let every public method of a class compare its arguments with its signature (参数核对)."""
    for name, member in list(vars(cls).items()):
        if isinstance(member, FunctionType) and not name.startswith("_"):
            setattr(cls, name, checked(member))
    return cls


def checked(function: F) -> F:
    """
    The function, refusing arguments that are not of the types in its signature. Raises Refused ("not_a_text",
    "mark_refused", "bad_day", "bad_moment", "facts_no_mapping", "wrong_kind", "out_of_range").
    """
    assert isinstance(function, FunctionType)
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    checks = {name: check_of(str(kind)) for name, kind in function.__annotations__.items() if name != "return"}
    older = {old: new for old, new in OLDER_NAMES.items() if new in checks and old not in checks}

    @wraps(function)
    def refusing(*given: object, **named: object) -> object:
        for old in older.keys() & named.keys() if older and named else ():
            warn(f"{function.__name__}: {old}= is called {older[old]}= now", DeprecationWarning, stacklevel=2)
            if older[old] in named:
                raise TypeError(f"{function.__name__}: {old}= and {older[old]}= are the same argument")
            named[older[old]] = named.pop(old)
        values = [
            checks[name](name, value) if name in checks else value for name, value in zip(names, given, strict=False)
        ]
        for name, value in named.items():
            if name in checks:
                named[name] = checks[name](name, value)
        try:
            return function(*values, *given[len(values) :], **named)
        except GkflowError as error:
            if given:
                _label(given[0], error)
            raise
        except OverflowError:  # a day beyond the years 1 to 9999, a number beyond the columns
            raise OutOfRange() from None

    return cast("F", refusing)


def _label(owner: object, error: GkflowError) -> None:
    """An objection that leaves an office, or one of its services, has the labels of the office's rules."""
    state = getattr(owner, "_state", None) or getattr(owner, "_office", None)
    if (label := getattr(state, "label", None)) is not None:
        label(error)


def check_of(annotation: str) -> Check:
    """The check of an annotation as it is written; ``X | None`` is that of X, which None passes."""
    kind = annotation.removesuffix(" | None")
    check = CHECKS.get(kind) or next((check for start, check in _BEGINNINGS if kind.startswith(start)), None)
    if check is None:
        raise TypeError(f"no check for arguments of the type {kind}")  # a signature of ours, found by every import
    if kind == annotation:
        return check
    return lambda name, value: None if value is None else check(name, value)


def _shown(value: object) -> str:
    text = visible(str(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _text(name: str, value: object) -> object:
    if not isinstance(value, str):
        raise NotAText(name=name, kind=type(value).__name__)
    if not value.isprintable() and (mark := broken(value)):
        raise MarkRefused(column=name, label=name, marks=mark)
    return value


def _whole(name: str, value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(name, said("a whole number"), value)
    if abs(value) > _LARGEST:
        raise OutOfRange()
    return value


def _plain_day(name: str, value: object) -> object:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _wrong(name, said("a datetime.date"), value)  # a text may be a day, but none that is read here
    return value


def _day(name: str, value: object) -> object:
    if isinstance(value, str):
        return _written(name, value, BadDay)
    if not isinstance(value, date):
        raise BadDay(value=_shown(value))
    return value


def _moment(name: str, value: object) -> object:
    if not isinstance(value, datetime):
        raise BadMoment(value=_shown(value))
    if value.tzinfo is None:
        raise BadMoment(value=value.isoformat())
    return value


def _day_or_moment(name: str, value: object) -> object:
    if isinstance(value, str):
        return _written(name, value, BadMoment)
    if not isinstance(value, date):
        raise BadMoment(value=_shown(value))
    return value


def _written(name: str, value: str, bad: type[BadDay] | type[BadMoment]) -> str:
    _text(name, value)
    if len(value) > _SHOWN:
        raise bad(value=_shown(value))
    return value


def _facts(name: str, value: object) -> object:
    if not isinstance(value, Mapping):
        raise FactsNoMapping(kind=type(value).__name__)
    for each in value:
        _text(said("a name in {name}", name=name), each)
    return value


def _address(name: str, value: object) -> object:
    if not isinstance(value, str):
        raise _wrong(name, said("the address of a database or an engine of SQLAlchemy"), value)
    return _text(name, value)


def _path(name: str, value: object) -> object:
    if not isinstance(value, (str, PathLike)):
        raise _wrong(name, said("a path"), value)
    written = fspath(value)
    _text(name, written)
    if len(written) > _LONGEST_PATH or any(len(each.encode()) > _LONGEST_NAME for each in written.split("/")):
        raise Unreadable(file=f"{name} {_shown(written)}", reason=said("the name is too long"))
    return value


def _list_of(check: Check, wanted: Sentence) -> Check:
    def each(name: str, value: object) -> object:
        # A text is iterable, but its letters are never what was meant.
        if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
            raise _wrong(name, wanted, value)
        return tuple(check(name, one) for one in value)

    return each


def _rows(name: str, value: object) -> object:
    wanted = said("rows of a register, as (row number, column → value)")
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise _wrong(name, wanted, value)

    def each() -> Iterator[object]:
        for row in value:
            if not isinstance(row, tuple) or len(row) != 2 or not isinstance(row[1], (Mapping, rows.FileRow)):
                raise _wrong(name, wanted, row)
            _whole(name, row[0])
            for column in row[1] if isinstance(row[1], Mapping) else ():
                if column is not None:  # what csv.DictReader calls the cells beyond the headings
                    _text(name, column)
            yield row

    return each()


def _of(wanted: Sentence, fits: Callable[[object], bool]) -> Check:
    def check(name: str, value: object) -> object:
        if not fits(value):
            raise _wrong(name, wanted, value)
        return value

    return check


def _has(*names: str) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        # Of the class first: a property may refuse, as that of a connection that is closed.
        return all(hasattr(type(value), name) or hasattr(value, name) for name in names)

    return lambda value: not isinstance(value, type) and fits(value)


def _wrong(name: str, wanted: Sentence, value: object) -> Refused:
    return WrongKind(name=name, wanted=wanted, kind=type(value).__name__)


def _session(value: object) -> bool:
    # That an AsyncSession is for asyncio is said where its connection is looked for.
    return any(_has(*names)(value) for names in (("run_sync",), ("connection",), ("cursor", "commit", "rollback")))


def _query(name: str, value: object) -> object:
    if not isinstance(value, case_lines.CaseQuery):
        raise _wrong(name, said("a query of cases"), value)
    for field in fields(value):
        if field.name != "ran_out":  # found by the office itself
            check_of(str(field.type))(field.name, getattr(value, field.name))
    if value.ran_out:
        raise _wrong("ran_out", said("empty, because the office finds it"), value.ran_out)
    return value


def _channels(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and _has("send")(channel) for name, channel in value.items()
    )


CHECKS: Mapping[str, Check] = {
    "str": _text,
    "str | Engine": lambda name, value: value if _has("connect", "dialect")(value) else _address(name, value),
    "Settings": _of(said("the settings of an office"), _has("database", "seal")),
    "bytes | str": _of(
        said("a body, byte for byte"), lambda value: isinstance(value, (bytes, bytearray, memoryview, str))
    ),
    "str | Sequence[str]": lambda name, value: (
        value if isinstance(value, str) else _list_of(_text, said("a list of texts"))(name, value)
    ),
    "Mapping[str, str]": _of(said("headers by name"), _has("items", "get")),
    "timedelta": _of(said("a timedelta"), lambda value: isinstance(value, timedelta)),
    "Poster": _of(said("something that posts events"), _has("post", "longest")),
    "bool": _of(said("true or false"), lambda value: isinstance(value, bool)),
    "int": _whole,
    "date": _plain_day,
    "date | str": _day,
    "datetime": _moment,
    "datetime | date | str": _day_or_moment,
    "Path | str": _path,
    "Mapping[str, object]": _facts,
    "Sequence[str]": _list_of(_text, said("a list of texts")),
    "Iterable[int]": _list_of(_whole, said("a list of whole numbers")),
    "Sequence[int]": _list_of(_whole, said("a list of whole numbers")),
    "Iterable[Row]": _rows,
    "Mapping[str, Channel]": _of(said("channels by name"), _channels),
    "CallerSession": _of(said("a session or connection of SQLAlchemy or of the driver"), _session),
    "Connection": _of(said("a connection of SQLAlchemy"), _has("exec_driver_sql", "dialect")),
    "CaseQuery": _query,
    "Ledger": _of(said("a transaction of the store"), _has("record", "editions", "writes")),
    "CalendarEdition": _of(said("a calendar edition"), _has("announcements", "calendar")),
    "Sequence[AdoptedEdition]": _list_of(
        _of(said("a calendar edition"), _has("edition", "at")), said("a list of calendar editions")
    ),
    "Sequence[KeptRules]": _list_of(
        _of(said("an edition of the rules"), _has("edition", "sources")), said("a list of editions of the rules")
    ),
}
_BEGINNINGS: tuple[tuple[str, Check], ...] = (("Callable[", _of(said("a function"), callable)),)
