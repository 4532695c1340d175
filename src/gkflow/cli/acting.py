"""The actor at the command line (经办人): the one named, else the one from the settings or the system."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import typer

from gkflow.cli.resolve_names import person_label
from gkflow.words.language import listed, say

if TYPE_CHECKING:
    from gkflow.office import Office


def login() -> str:
    """The login name; empty if the system does not know it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def acting(office: Office, by: str, otherwise: str = "") -> str:
    """
    The actor: ``--by``, else GKFLOW_BY or ``[me]`` of gkflow.toml, else the login name if it is a person in the
    settings, else the person of the account; *otherwise* if the settings name no people at all.

    Raises typer.BadParameter if people are configured and none of these gives the actor: without a name the check
    whether that person may act would be skipped.
    """
    settings = office.settings
    name = by.strip() or settings.me
    if name or settings.accounts:
        return name
    mine = [person.id for person in settings.people if login() in (person.id, person.name)]
    if len(set(mine)) == 1:
        return mine[0]
    if not settings.people:
        return otherwise
    people = listed(dict.fromkeys(person_label(office, person.id) for person in settings.people))
    raise typer.BadParameter(
        say(
            'nobody is named as acting. Add --by NAME, set GKFLOW_BY, or write [me] name = "NAME" in '
            "gkflow.toml; the people are: {people}",
            people=people,
        )
    )
