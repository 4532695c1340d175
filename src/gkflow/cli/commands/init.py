"""``gkflow init`` (建立机关): settings and database in a folder; it asks nothing and changes nothing that exists."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from sqlalchemy.engine import make_url

from gkflow.cli.help import padded, width
from gkflow.cli.opening import warn
from gkflow.cli.output import reason
from gkflow.domain.objections.installation import Unreadable
from gkflow.domain.sentences import said
from gkflow.setup import init_office, plan_of
from gkflow.store.migrate import SCHEMA
from gkflow.words.language import label_or, listed, say, say_as, translated

if TYPE_CHECKING:
    from gkflow.office import Office


def command(
    folder: str = typer.Argument(
        "",
        metavar=said("FOLDER"),
        help=said("default: GKFLOW_HOME, else the current folder"),
    ),
    name: str = typer.Option("", "--name", metavar=said("OFFICE"), help=said("name of the office")),
    unit: str = typer.Option(
        "",
        "--unit",
        metavar=said("CODE"),
        help=said("its code; case numbers begin with it"),
    ),
    profile: str = typer.Option(
        "",
        "--profile",
        metavar=said("PROFILE"),
        help=said("local rules, with the units of their place"),
    ),
    new_database: bool = typer.Option(
        False,
        "--new-database",
        help=said("begin an empty record where gkflow.toml is there and its database is not"),
    ),
) -> None:
    """Set up an office: gkflow.toml, the database, the known calendar."""
    home = Path(folder or os.environ.get("GKFLOW_HOME") or ".").absolute()
    try:
        fresh, office, upgraded = init_office(home, name, unit, profile, new_database=new_database)
    except OSError as error:
        raise Unreadable(file=str(home), reason=reason(error)) from None
    with office:
        through = office.calendar.announced_through
        if upgraded is not None:
            print(
                say(
                    "the office is in {home} already; its database was brought from schema {before} to {now}.",
                    home=home, before=upgraded, now=SCHEMA,
                )
            )  # fmt: skip
        elif not fresh and not new_database:
            print(say("the office is in {home} already; nothing was changed.", home=home))
        else:
            print(say("the office is set up: {home}", home=home))
        print(say("  settings   gkflow.toml (office, people, channels)"))
        print(say("  database   {database}", database=_database(office.settings.database.url)))
        _print_profile(office)
        print(say("  calendar   days off are announced through {through}", through=through))
        warn(office)
    print(say("next:"))
    if home != Path.cwd() and home != Path(os.environ.get("GKFLOW_HOME") or "/").absolute():
        print(f"  cd {home}")
    plan = office.profile.plan
    if plan and plan_of(home, plan).exists():
        print(f"  gkflow import plans/{plan}.csv    " + say("open the cases of the plan"))
    receive = "gkflow receive --fact channel=in_person"
    print(f"  {receive}    " + say_as("init", "open a case"))
    print("  " + padded(f"gkflow import {say('FILE')}.csv", width(receive)) + "    " + say("or import a register"))


def _print_profile(office: Office) -> None:
    place = office.profile
    if place.name == "national" and not place.units:
        return
    levels = Counter(unit.level for unit in office.settings.units.values() if unit.level)
    words = {
        "province": said("provincial offices"),
        "city": said("city offices"),
        "county": said("county offices"),
        "department": said("departments"),
        "town": said("towns"),
    }
    listing = listed(f"{count} {translated(words.get(level, level))}" for level, count in levels.items())
    units = say_as("init", "{units}", units=listing) if listing else ""
    print(say("  profile    {name} {units}", name=label_or(place.label, place.name), units=units).rstrip())
    by_batch = Counter(unit.batch for unit in office.settings.units.values() if unit.level == "town" and unit.batch)
    for batch, count in sorted(by_batch.items()):
        print(say("             batch {batch}: {count} {count:town|towns}", batch=batch, count=count))


def _database(url: str) -> str:
    """The address without its password."""
    parsed = make_url(url)
    return str(parsed.database) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
