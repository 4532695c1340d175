"""
``gkflow db`` (数据库): ``rename`` gives the tables of an older database their prefix, ``grants`` prints the rights that
a role of PostgreSQL needs.
"""

from __future__ import annotations

import typer

from gkflow.bootstrap import database_of, home_folder, settings_of
from gkflow.domain.objections.facts import NotOneOf
from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.sentences import said
from gkflow.portal_tables import grants
from gkflow.store.dialect import PREFIX
from gkflow.store.naming import Naming
from gkflow.words.language import say

_WORDS = {"rename": "rename", "改名": "rename", "grants": "grants", "授权": "grants"}


def command(
    word: str = typer.Argument(
        ..., metavar=said("WORD"),
        help=said(
            "rename: give the tables another prefix or schema, while nobody uses the database; "
            "grants: print the statements that give a role of PostgreSQL the rights to work, and no others"
        ),
    ),
    role: str = typer.Argument("", metavar=said("ROLE"), help=said("after grants: the role")),
    prefix: str = typer.Option(
        "", "--prefix", metavar=said("PREFIX"), help=said("the prefix of the tables: gk_, or none in a schema")
    ),
    schema: str = typer.Option("", "--schema", metavar=said("SCHEMA"), help=said("a schema of PostgreSQL")),
) -> None:  # fmt: skip
    """Look after the database."""
    chosen = _WORDS.get(word)
    if chosen is None:
        raise NotOneOf(name="word", value=word, choices=tuple(_WORDS))
    prefix = prefix or ("" if schema else PREFIX)
    if chosen == "grants":
        if not role.isidentifier():
            raise SettingsWrong(file="database", reason=said("grants: name the role, as in: gkflow db grants portal"))
        for statement in grants(role, prefix=prefix, schema=schema or "public"):
            typer.echo(f"{statement};")
        return
    database = database_of(settings_of(home_folder()))
    try:
        count = database.rename(Naming(prefix, schema))
    finally:
        database.close()
    place = f"{schema}.{prefix}" if schema else prefix
    if count:
        typer.echo(say("{count} {count:table|tables} renamed; they begin with {place} now.", count=count, place=place))
    else:
        typer.echo(say("The tables begin with {place} already.", place=place))
