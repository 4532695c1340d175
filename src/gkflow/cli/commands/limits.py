"""``gkflow limits`` (期限一览): every limit with its article, its text and how certain the text is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from gkflow.bootstrap import folders, home_folder, law_of, rulebook
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.days import today
from gkflow.cli.output import form_of, show, write_text
from gkflow.cli.resolve_names import workflow_named
from gkflow.domain.sentences import said, said_as
from gkflow.files.rule_sources import NATIONAL, NATIONAL_LABEL
from gkflow.files.rulebook_files import read_profiles
from gkflow.words.language import label_of, label_or, say
from gkflow.words.vocabulary import BINDS, KNOWN, amount, word

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gkflow.domain.law import LimitValue, TimeLimit
    from gkflow.domain.rulebook import Rulebook


def command(
    workflow: str = typer.Option(
        "",
        "--workflow",
        metavar=said("WORKFLOW"),
        help=said("only those that this workflow uses"),
    ),
    profile: str = typer.Option(
        "",
        "--profile",
        metavar=said("PROFILE"),
        help=said("as this place has them (default: the law alone)"),
    ),
    on: str = typer.Option(
        "",
        "--on",
        metavar=said("DAY"),
        help=said("the values in force on that day (default: today)"),
    ),
    every: bool = typer.Option(
        False,
        "--all",
        help=said("all values, those repealed and those to come among them"),
    ),
    format: str = options.formats("table", "json", "md", "csv", "xlsx"),
    output: str = options.OUTPUT,
) -> None:
    """The limits in force on a day, with article, quotation and how certain they are."""
    if every and on:
        raise typer.BadParameter(say("--all or --on, not both"))
    form = form_of(format, output, "md")
    home, day = home_folder(), None if every else options.day(on) or today()
    if profile:
        rows = list(_of_place(rulebook(home, _profile_named(home, profile)), workflow, day))
    else:
        if workflow:
            book = rulebook(home)
            limits = [book.law.limits[name] for name in _used(book, workflow)]
        else:
            limits = list(law_of(home).limits.values())
        rows = [_row(limit, *value) for limit in limits for value in _values(limit, day)]
    columns = _columns(form, local=bool(profile))
    if form == "md":
        text = "\n".join(_markdown(rows, columns))
        if output:
            write_text(text, output)
        else:
            print(text)
        return
    show(rows, columns, format, output or None)


def _used(book: Rulebook, workflow: str) -> list[str]:
    """The limits that a workflow names, in the order of the law's files."""
    used = {limit for _, limit in book.workflow(workflow_named(book, workflow)).limit_names()}
    return [name for name in book.law.limits if name in used]


_Value = tuple["date", "LimitValue | None", "date | None"]


def _values(limit: TimeLimit, day: date | None) -> list[_Value]:
    """
    The values of a limit, each with its first day and the first day after it: all of them, or the one in force on
    *day*. If none was in force yet, the first one is shown as a future one.
    """
    ends = [since for since, _ in limit.values[1:]]
    values = [(since, value, until) for (since, value), until in zip(limit.values, [*ends, None], strict=True)]
    if day is None:
        return values
    return [value for value in values if value[0] <= day][-1:] or [(values[0][0], None, None)]


def _of_place(book: Rulebook, workflow: str, day: date | None) -> Iterator[dict[str, Any]]:
    """
    The limits of a place: a local one replaces the general one, from the day on which it began.
    """
    local = set(book.instead.values())
    names = _used(book, workflow) if workflow else [name for name in book.law.limits if name not in local]
    for name in names:
        general, held = book.law.limits[name], book.limit(name)
        for since, value, until in _values(held, day):
            if held is not general and book.law.limits[held.name].in_force(since) is not None:
                yield _row(held, since, value, until, instead_of=name)
            else:
                yield _row(general, since, value, until)


def _profile_named(home: Path, text: str) -> str:
    """The code of a profile, given by code or label. Raises typer.BadParameter with the existing ones."""
    labels = {NATIONAL: NATIONAL_LABEL, **{name: each.label for name, each in read_profiles(folders(home)).items()}}
    for name, label in labels.items():
        if text.strip() in (name, label):
            return name
    there = [label_or(f"{label}({name})", name) for name, label in labels.items()]
    raise typer.BadParameter(say('no profile "{text}"; there are: {there}', text=text, there=there))


def _row(
    limit: TimeLimit, since: date, value: LimitValue | None, until: date | None, instead_of: str | None = None
) -> dict[str, Any]:
    cite = value.citation if value is not None else None
    return {
        "limit": limit.name, "label": limit.label, "length": value.length if value is not None else None,
        "unit": value.unit if value is not None else None, "bound": value.bound if value is not None else None,
        "direction": value.direction if value is not None else None,
        "binds": limit.binds, "since": since, "article": str(cite) if cite is not None else None,
        "quote": (cite.quote or None) if cite is not None else None, "known": cite.known if cite is not None else None,
        "source": (cite.source or None) if cite is not None else None,
        "instead_of": instead_of, "until": until, "to_come": value is None and since == limit.values[0][0],
        "decree": str(cite.decree) if cite is not None and cite.decree is not None else None,
        "decree_url": (cite.decree.url or None) if cite is not None and cite.decree is not None else None,
    }  # fmt: skip


def _length(row: Mapping[str, Any]) -> str:
    if row["to_come"]:
        return say("to come")
    if row["unit"] is None:
        return say("repealed")
    if row["unit"] == "fixed_date":
        return say("a fixed date")
    least = say("at least ") if row["bound"] == "at_least" else ""
    length = least + amount(row["length"], row["unit"])
    return say("{length} before the day", length=length) if row["direction"] == "before" else length


def _columns(format: str, local: bool = False) -> list[Column]:
    code = Column("limit", said_as("limits.limit", "limit"))
    label = Column(
        "label",
        said("label"),
        row_words=lambda row: label_of(row["label"], row["limit"].partition("/")[2].replace("-", " ")),
    )
    rest = [
        Column("length", said("length"), row_words=_length),
        Column("binds", said("binds"), words=lambda each: word(BINDS, each)),
        Column("since", said("since")),
        Column("until", said("until")),
        Column("article", said("article"), whole=True),
        Column("known", said_as("limits.known", "text"), words=lambda each: word(KNOWN, each)),
        Column("quote", said("quotation"), whole=True),
    ]
    if local:
        rest.append(Column("instead_of", said("instead of")))
    return [label, *rest, code] if format in ("csv", "xlsx", "md") else [label, *rest]


def _markdown(rows: list[dict[str, Any]], columns: list[Column]) -> list[str]:
    """The table for the README; a bar inside a cell is escaped."""
    lines = [_line([column.heading for column in columns]), _line(["---"] * len(columns))]
    for row in rows:
        cells = [column.value(row) for column in columns]
        cells[-1] = f"`{cells[-1]}`"
        lines.append(
            _line(["" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells])
        )
    return lines


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
