"""``gkflow spot-check`` (抽查): cases drawn by a seed, a supervision of each, and how anybody can repeat the draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from datetime import date

    from gkflow.domain.workflow import Workflow


def command(
    workflow: str = typer.Argument(
        ..., metavar=say("流程", "WORKFLOW"), help=say("代码或者中文名称", "by code or label")
    ),
    count: str = typer.Option(..., "--count", metavar="N", help=say("抽多少件", "how many cases")),
    since: str = typer.Option(
        "", "--since", metavar=say("日期", "DAY"),
        help=say("从哪一天起收到的（默认当年 1 月 1 日）", "received from that day on (default: 1 January)"),
    ),
    until: str = typer.Option(
        "", "--until", metavar=say("日期", "DAY"),
        help=say("到哪一天为止收到的（默认今天）", "received by that day (default: today)"),
    ),
    seed: str = typer.Option(
        "", "--seed", metavar=say("种子", "SEED"),
        help=say("随机数种子（默认生成一个）；同一种子抽中同样的案件", "the seed (default: one is made)"),
    ),
    by: str = options.BY,
    dry_run: bool = options.DRY_RUN,
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Draw cases by a seed, and open a supervision of each."""
    from gkflow.cli.acting import acting
    from gkflow.cli.commands.score import period
    from gkflow.cli.output import print_json
    from gkflow.cli.resolve_names import workflow_named
    from gkflow.office import open_office

    wanted = options.whole(count, "--count", 1)
    with open_office() as office:
        first, last = period(office, since, until)
        book = office.rules.rulebook
        flow = book.workflow(workflow_named(book, workflow))
        drawn = office.supervision.spot_check(
            flow.name, first, last, wanted, seed=seed.strip(), by=acting(office, by), dry_run=dry_run
        )  # fmt: skip
        # A dry run of a draw that was made before knows only the supervisions that there are.
        opened = {str(office.case(number).facts.get("drawn_case")): number for number in drawn.opened}
    told = {
        "workflow": flow.name, "since": first, "until": last, "seed": drawn.seed, "population": drawn.population,
        "count": len(drawn.cases), "dry_run": dry_run,
        "cases": [
            {"place": place, "case": case, "supervision": opened.get(case)} for place, case in enumerate(drawn.cases, 1)
        ],
    }  # fmt: skip
    if format == "json":
        print_json(told)
    else:
        _print(flow, told, wanted, first, last)


def _print(flow: Workflow, told: dict[str, Any], wanted: int, first: date, last: date) -> None:
    from shlex import quote

    from gkflow.cli.output import Column, print_table

    seed, population, count = told["seed"], told["population"], told["count"]
    if told["dry_run"]:
        print(say("试算，没有写入：", "a dry run, nothing was written:"))
    print(
        say(
            f"抽查    {flow.label}，{first} 至 {last} 收到 {population} 件，抽取 {count} 件",
            f"drawn     {count} of {population} cases of {flow.name} received from {first} to {last}",
        )
    )
    if count < wanted:
        print(say(f"注意    不足 {wanted} 件，已全部抽取", f"mind      fewer than {wanted}: all were drawn"))
    print(say(f"种子    {seed}", f"seed      {seed}"))
    print_table(
        told["cases"],
        [
            Column("place", "次序", "place"),
            Column("case", "抽中案件", "case", solid=True),
            Column("supervision", "督办案件", "supervision", solid=True),
        ],
    )
    example = quote(f"{seed}/{told['cases'][0]['case']}")
    print(
        say(
            f"复算    对这 {population} 件的每一件求 sha256（种子/案件编号），按结果由小到大，前 {count} 件即为抽中。"
            f"例：printf %s {example} | sha256sum",
            f"repeat    take the sha256 of seed/case of each of the {population} cases; the {count} smallest are drawn."
            f" E.g.: printf %s {example} | sha256sum",
        )
    )
    if told["dry_run"]:
        print(
            say(
                f"立案    去掉 --dry-run，并写明 --seed {quote(seed)} --since {first} --until {last}",
                f"to open   leave out --dry-run and add --seed {quote(seed)} --since {first} --until {last}",
            )
        )
