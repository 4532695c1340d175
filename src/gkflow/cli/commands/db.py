"""
``gkflow db`` (数据库): ``rename`` gives the tables of an older database their prefix, ``grants`` prints the rights that
a role of PostgreSQL needs, ``copy`` moves the office to another database.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from gkflow.bootstrap import database_of, home_folder, now, settings_of
from gkflow.cli.screen import unfiltered
from gkflow.domain.objections.facts import NotOneOf
from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.sentences import said
from gkflow.files.home import FILE_NAME
from gkflow.portal_tables import grants
from gkflow.store.dialect import PREFIX
from gkflow.store.naming import Naming
from gkflow.store.sqlite_files import require_database
from gkflow.words.language import say

_WORDS = {
    "rename": "rename", "改名": "rename", "grants": "grants", "授权": "grants", "copy": "copy", "迁移": "copy",
}  # fmt: skip


def command(
    word: str = typer.Argument(
        ..., metavar=said("WORD"),
        help=said(
            "rename: give the tables another prefix or schema, while nobody uses the database; "
            "grants: print the statements that give a role of PostgreSQL the rights to work, and no others; "
            "copy: copy the office to another database, whole or not at all, and verify it"
        ),
    ),
    first: str = typer.Argument(
        "", metavar=said("ROLE|FROM"),
        help=said(
            "after grants: the role; after copy: the address copied from, or TO alone for the office's own database"
        ),
    ),
    second: str = typer.Argument("", metavar=said("TO"), help=said("after copy: the address copied to")),
    prefix: str = typer.Option(
        "", "--prefix", metavar=said("PREFIX"), help=said("the prefix of the tables: gk_, or none in a schema")
    ),
    schema: str = typer.Option("", "--schema", metavar=said("SCHEMA"), help=said("a schema of PostgreSQL")),
    by_unit: bool = typer.Option(
        False, "--by-unit",
        help=said("grants: with row-level security, so that the role sees the rows of the units that it names alone"),
    ),
    from_prefix: str = typer.Option(
        "", "--from-prefix", metavar=said("PREFIX"), help=said("copy: the prefix of the tables copied from")
    ),
    from_schema: str = typer.Option(
        "", "--from-schema", metavar=said("SCHEMA"), help=said("copy: the schema copied from")
    ),
) -> None:  # fmt: skip
    """Look after the database."""
    chosen = _WORDS.get(word)
    if chosen is None:
        raise NotOneOf(name="word", value=word, choices=tuple(_WORDS))
    if chosen == "copy":
        source, target = (first, second) if second else ("", first)
        _copy((source, from_prefix, from_schema), (target, prefix, schema))
        return
    prefix = prefix or ("" if schema else PREFIX)
    if chosen == "grants":
        if not first.isidentifier():
            raise SettingsWrong(file="database", reason=said("grants: name the role, as in: gkflow db grants portal"))
        for statement in grants(first, prefix=prefix, schema=schema or "public", by_unit=by_unit):
            typer.echo(f"{statement};")
        return
    _rename(prefix, schema)


def _rename(prefix: str, schema: str) -> None:
    home = home_folder()
    settings, file = settings_of(home), home / FILE_NAME
    require_database(settings.database.url, file if file.is_file() else None)
    database = database_of(settings)
    try:
        count = database.rename(Naming(prefix, schema))
    finally:
        database.close()
    place = f"{schema}.{prefix}" if schema else prefix
    if count:
        typer.echo(say("{count} {count:table|tables} renamed; they begin with {place} now.", count=count, place=place))
    else:
        typer.echo(say("The tables begin with {place} already.", place=place))


def _copy(source: tuple[str, str, str], target: tuple[str, str, str]) -> None:
    from gkflow.cli.commands import verify
    from gkflow.copying import Tables, copy_office

    if not target[0]:
        example = "gkflow db copy postgresql://gkflow@db/gkflow"
        raise SettingsWrong(
            file="database", reason=said("copy: name the address to copy to, as in: {example}", example=example)
        )
    there, here = (Tables(url, prefix or None, schema) for url, prefix, schema in (source, target))
    with _bar() as progress:
        done = copy_office(settings_of(home_folder()), there, here, now(), progress)
    for breach in done.breaches:
        typer.echo(f"{breach.where}: {verify.words(breach)}")
    if done.breaches:
        typer.echo(say("The record is broken: nothing was copied. Run: gkflow verify"))
        raise typer.Exit(1)
    counts = say(
        "{cases} {cases:case|cases}, {entries} {entries:entry|entries}, {rows} {rows:row|rows} in all",
        cases=done.cases, entries=done.entries, rows=done.rows,
    )  # fmt: skip
    if done.changed:
        typer.echo(say("Copied to {place}: {counts}; equal to the source, every chain verified.", place=done.place,
                       counts=counts))  # fmt: skip
    else:
        typer.echo(say("{place} has all of it already: {counts}. Nothing was changed.", place=done.place,
                       counts=counts))  # fmt: skip
    typer.echo(say("Checksum {hash}. To work in it, set [database] url in gkflow.toml.", hash=done.hash))


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda read, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(file=unfiltered(sys.stderr)), transient=True) as progress:
        task = progress.add_task(say("copying and comparing"), total=None)
        yield lambda read, of: progress.update(task, completed=read, total=of)
