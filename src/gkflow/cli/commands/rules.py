"""
``gkflow rules`` (规则版本): the adopted rules, the differences between two editions, and adopting another.

By default, and with ``show``, the editions are listed; ``show ONE OTHER`` compares two of them, ``adopt`` lists how the
files differ and which open deadlines that moves, and with ``--apply`` adopts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.acting import acting, login
from gkflow.cli.columns import Column
from gkflow.cli.commands.calendar_adopt import Tally, agreed, moved_rows, say_finished, show_moves, summary
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.opening import warn
from gkflow.cli.output import form_of, json_text, print_json, show
from gkflow.cli.resolve_names import person_labels
from gkflow.domain.errors import GkflowError
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_of, label_or, say, translated

if TYPE_CHECKING:
    from gkflow.files.rule_changes import RuleChange
    from gkflow.office import Office

_WORDS = {"": "show", "show": "show", "查看": "show", "adopt": "adopt", "采用": "adopt"}
_KINDS = {
    "limit": said("limit"), "workflow": said("workflow"), "ladder": said("ladder"),
    "list": said("list"), "duty": said_as("kinds.duty", "duty"), "profile": said("profile"),
    "unit": said_as("kinds.unit", "unit"),
}  # fmt: skip
_WHAT = {
    "order": said("order"), "region": said_as("units.region", "region"), "label": said_as("units.label", "label"),
}  # fmt: skip
_LONGEST = 60
_BEFORE = 12  # characters before a difference


def command(
    word: str = typer.Argument(
        "", metavar="show|adopt",
        help=said(
            "show (the default) lists the editions, or compares two; adopt lists what the files change and move"
        ),
    ),
    one: str = typer.Argument("", metavar=said("EDITION"), help=said("how its name begins")),
    other: str = typer.Argument(
        "", metavar=said("EDITION"),
        help=said("compared with (default: the files as they are)"),
    ),
    apply: bool = typer.Option(
        False, "--apply", help=said("adopt: move the open deadlines")
    ),
    yes: bool = typer.Option(False, "--yes", help=said("adopt: do not ask")),
    by: str = options.BY,
    dry_run: bool = options.DRY_RUN,
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """The adopted rules."""
    which = _WORDS.get(word.strip())
    if which is None:
        raise typer.BadParameter(say('no "{word}"; there are: show, adopt', word=word))
    with gkflow.open() as office:
        if which == "adopt":
            if one:
                raise typer.BadParameter(say("unexpected: {one}", one=one))
            _adopt(office, apply and not dry_run, yes, by, format, output)
        elif one:
            rows = [_change_row(each) for each in office.rule_editions.changes(one, other)]
            show(rows, _change_columns(), format, output or None, say("Changed rules"))
        else:
            rows = list(_editions(office))
            packages = any(row["packages"] for row in rows)
            columns = _edition_columns(packages, person_labels(office), _profile_labels(office))
            show(rows, columns, format, output or None)
            _say_waiting(office)


def _editions(office: Office) -> Iterator[dict[str, Any]]:
    kept = office.rule_editions.all()
    for place, each in enumerate(kept):
        yield {
            "edition": each.edition[:12], "adopted_at": each.at, "by": each.by, "in_use": place == len(kept) - 1,
            "profile": each.sources.profile,
            "packages": [f"{name} {version}" for name, version in each.sources.packages],
        }  # fmt: skip


def _say_waiting(office: Office) -> None:
    warn(office)


def _adopt(office: Office, apply: bool, yes: bool, by: str, format: str, output: str) -> None:
    """List what changes and what moves; then, if requested, adopt it."""
    form = form_of(format, output)
    editions = office.rule_editions
    changes = [_change_row(each) for each in editions.changes()]
    data: dict[str, Any] = {"changes": changes, "moved": [], "applied": False, "edition": None, "earlier": 0}
    if not editions.waiting():
        typer.echo(say("the files say what was adopted."), err=True)
        if apply:
            say_finished(office)
        if form == "json":
            print_json(data, output)
        elif output:
            show_moves([], format, output)
        return
    tally = Tally()
    moves = tally.over(moved_rows(office, editions.moving()))
    if form == "json":
        data["moved"] = list(moves)
    else:
        _show(changes, moves, format, output)
    data["earlier"] = tally.earlier
    question = say(
        "adopt these rules: {count} {count:change|changes}, {moved} last {moved:day|days} moved?",
        count=len(changes),
        moved=tally.count,
    )
    done = None
    if apply and agreed(question, yes):
        if form == "json" and output:
            print_json(data, output)  # an unwritable file is reported before anything moves
        done = editions.adopt(by=acting(office, by, otherwise=login()))
        data |= {"applied": True, "edition": done.edition[:12], "earlier": done.earlier}
    typer.echo(summary(tally, done, "gkflow rules adopt"), err=form != "table")
    if form == "json":
        print_json(data, output)


def _show(changes: list[dict[str, Any]], moves: Iterable[dict[str, Any]], format: str, output: str) -> None:
    """On a screen both tables; in a spreadsheet only the deadlines, which people process."""
    if format == "table" and not output:
        show(changes, _change_columns(), "table", None, say("Changed rules"))
        typer.echo("")
    show_moves(moves, format, output)


def _change_row(each: RuleChange) -> dict[str, Any]:
    return {
        "kind": each.kind, "name": each.name, "label": each.label or None, "what": each.what or None,
        "old": each.old, "new": each.new, "file": each.file, "line": each.line or None,
    }  # fmt: skip


def _change_columns() -> tuple[Column, ...]:
    return (
        Column("kind", said_as("rules.kind", "kind"), words=lambda each: translated(_KINDS[each])),
        Column("name", said("name"), row_words=lambda row: label_of(row["label"] or row["name"], row["name"])),
        Column("what", said("what"), words=_what),
        Column("old", said_as("rules.old", "old"), row_words=lambda row: _side_by_side(row)[0]),
        Column("new", said_as("rules.new", "new"), row_words=lambda row: _side_by_side(row)[1]),
        Column(
            "file", said("file"),
            row_words=lambda row: f"{row['file']}:{row['line']}" if row["line"] else row["file"],
        ),
    )  # fmt: skip


def _what(each: str) -> str:
    return translated(_WHAT[each]) if each in _WHAT else each


def _side_by_side(row: Mapping[str, Any]) -> tuple[str, str]:
    """The old and the new value, each cut to where they differ if it is long."""
    old, new = ("" if row[key] is None else _value(row[key]) for key in ("old", "new"))
    alike = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    return _cut(old, alike), _cut(new, alike)


def _value(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return " ".join(json_text(value).split())
    return str(value)


def _cut(text: str, alike: int) -> str:
    """At most so many characters, with the first one at which the texts differ and a few before it."""
    if len(text) <= _LONGEST:
        return text
    start = max(0, min(alike - _BEFORE, len(text) - _LONGEST + 1))
    head, rest = ("…", text[start + 1 :]) if start else ("", text)
    room = _LONGEST - len(head)
    return head + (rest if len(rest) <= room else rest[: room - 1] + "…")


def _profile_labels(office: Office) -> dict[str, str]:
    """What the profile of the settings is called; nothing if the files have faults, which are reported otherwise."""
    try:
        return {office.settings.profile: office.profile.label}
    except GkflowError:
        return {}


def _by_words(id_: str, people: Mapping[str, str]) -> str:
    return say("when the office was set up") if id_ == "init" else people.get(id_, id_)


def _edition_columns(
    packages: bool, people: Mapping[str, str], profiles: Mapping[str, str]
) -> tuple[Column, ...]:  # fmt: skip
    of_packages = (Column("packages", said("packages"), words=", ".join),) if packages else ()
    return (
        Column("edition", said("edition")),
        Column("adopted_at", said_as("rules.adopted_at", "adopted"), words=short_moment, solid=True),
        Column("by", said_as("rules.by", "by"), words=lambda id_: _by_words(id_, people)),
        Column("profile", said("profile"), words=lambda name: label_or(profiles.get(name, name), name)),
        *of_packages,
        Column("in_use", said("in use")),
    )
