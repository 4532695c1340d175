"""``gkflow spot-check`` (抽查): cases drawn by a seed, a supervision of each, and how to reproduce the draw."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.acting import acting
from gkflow.cli.columns import Column
from gkflow.cli.commands.score import period
from gkflow.cli.output import print_json, print_table
from gkflow.cli.resolve_names import workflow_named
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_or, say

if TYPE_CHECKING:
    from datetime import date

    from gkflow.domain.workflow import Workflow


def command(
    workflow: str = typer.Argument(
        ..., metavar=said("WORKFLOW"), help=said("by code or label")
    ),
    count: str = typer.Option(..., "--count", metavar="N", help=said("how many cases")),
    since: str = typer.Option(
        "", "--since", metavar=said("DAY"),
        help=said("received from that day on (default: 1 January)"),
    ),
    until: str = typer.Option(
        "", "--until", metavar=said("DAY"),
        help=said("received by that day (default: today)"),
    ),
    seed: str = typer.Option(
        "", "--seed", metavar=said("SEED"),
        help=said("the seed (default: one is made)"),
    ),
    by: str = options.BY,
    dry_run: bool = options.DRY_RUN,
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Draw cases by a seed, and open a supervision of each."""
    wanted = options.whole(count, "--count", 1)
    with gkflow.open() as office:
        first, last = period(office, since, until)
        book = office.rules.rulebook
        flow = book.workflow(workflow_named(book, workflow))
        drawn = office.supervision.spot_check(
            flow.name, first, last, wanted, seed=seed.strip(), by=acting(office, by), dry_run=dry_run
        )  # fmt: skip
        # A dry run of an earlier draw knows only the existing supervisions.
        opened = {str(office.case(number).facts.get("drawn_case")): number for number in drawn.opened}
    data = {
        "workflow": flow.name, "since": first, "until": last, "seed": drawn.seed, "population": drawn.population,
        "count": len(drawn.cases), "dry_run": dry_run,
        "cases": [
            {"place": place, "case": case, "supervision": opened.get(case)} for place, case in enumerate(drawn.cases, 1)
        ],
    }  # fmt: skip
    if format == "json":
        print_json(data)
    else:
        _print(flow, data, wanted, first, last)


def _print(flow: Workflow, result: dict[str, Any], wanted: int, first: date, last: date) -> None:
    seed, population, count = result["seed"], result["population"], result["count"]
    if result["dry_run"]:
        print(say("a dry run, nothing was written:"))
    print(
        say(
            "drawn     {count} of {population} {population:case|cases} of {workflow} received from {first} to {last}",
            count=count,
            population=population,
            first=first,
            last=last,
            workflow=label_or(flow.label, flow.name),
        )
    )
    if count < wanted:
        print(say("mind      fewer than {wanted}: all were drawn", wanted=wanted))
    print(say("seed      {seed}", seed=seed))
    print_table(
        result["cases"],
        [
            Column("place", said("place")),
            Column("case", said_as("spot_check.case", "case"), solid=True),
            Column("supervision", said("supervision"), solid=True),
        ],
    )
    example = quote(f"{seed}/{result['cases'][0]['case']}")
    print(
        say(
            "repeat    take the sha256 of seed/case of each of the {population} {population:case|cases}; the {count} "
            "smallest are drawn. E.g.: printf %s {example} | sha256sum",
            population=population,
            count=count,
            example=example,
        )
    )
    if result["dry_run"]:
        print(
            say(
                "to open   leave out --dry-run and add --seed {quote} --since {first} --until {last}",
                quote=quote(seed),
                first=first,
                last=last,
            )
        )
