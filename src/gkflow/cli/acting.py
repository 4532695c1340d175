"""Who acts at the command line (经办人): the one named, else the one that the settings or the system name."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import typer

from gkflow.words.language import listed, say

if TYPE_CHECKING:
    from gkflow.office import Office


def login() -> str:
    """The login name; empty where the system does not know it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def acting(office: Office, by: str, otherwise: str = "") -> str:
    """
    Who acts: ``--by``, else GKFLOW_BY or ``[me]`` of gkflow.toml, else the login name where it is a person of the
    settings, else the person of the account; *otherwise* where the settings name no people at all.

    Raises typer.BadParameter where people are configured and none of these says who acts: leaving the name out would
    leave out the question whether that person may.
    """
    settings = office.settings
    name = by.strip() or settings.me
    if name or settings.accounts:
        return name
    if any(person.name == login() for person in settings.people):
        return login()
    if not settings.people:
        return otherwise
    people = listed(dict.fromkeys(person.name for person in settings.people))
    raise typer.BadParameter(
        say(
            'nobody is named as acting. Add --by NAME, set GKFLOW_BY, or write [me] name = "NAME" in '
            "gkflow.toml; the people are: {people}",
            people=people,
        )
    )
