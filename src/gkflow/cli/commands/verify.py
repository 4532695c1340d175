"""``gkflow verify`` (核验): every chain is walked, the first wrong or missing entry named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.application.verify import Breach

_WORDS = {
    "entry_missing": ("第 {seq} 条记录不见了", "entry {seq} is missing"),
    "entry_changed": ("第 {seq} 条记录被改动过", "entry {seq} was changed"),
    "not_chained": ("第 {seq} 条记录接不上前一条", "entry {seq} does not follow from the one before"),
    "head_differs": ("末条记录（第 {seq} 条）与台账所存的校验值不符", "the last entry ({seq}) differs from the docket"),
    "not_in_docket": ("有办理记录，台账中却没有这件案件", "has entries, but does not stand in the docket"),
    "case_missing": ("台账中有这件案件，办理记录却全部不见了", "stands in the docket, but all entries are missing"),
    "sweep_missing": ("当日的巡检记录不见了", "the sweep of that day is missing"),
    "sweep_changed": ("当日的巡检或者督办记录被改动过", "the sweep or its escalations were changed"),
    "sweep_not_chained": ("当日的巡检接不上前一日", "the sweep does not follow from the one before"),
    "rules_changed": ("采用的规则被改动过", "the adopted rules were changed"),
    "rules_not_chained": ("接不上前一版，之前的版本被取走了", "does not follow from the edition before"),
    "escalation_without_sweep": ("有督办记录，却没有当日的巡检", "escalations without a sweep of their day"),
}


_WHAT = {"case": ("案件", "case"), "rules": ("规则版本", "rules edition")}


def command(format: str = options.TEXT_OR_JSON) -> None:
    """Walk every chain; exit code 1 when one is broken."""
    from gkflow.office import open_office

    with open_office() as office:
        cases, sweeps, breaches = office.verify()
    if format == "json":
        from gkflow.cli.output import print_json

        print_json(
            [
                {
                    "what": breach.what,
                    "where": breach.where,
                    "seq": breach.seq,
                    "code": breach.code,
                    "words": words(breach),
                }
                for breach in breaches
            ]
        )
    else:
        for breach in breaches:
            what = say(*_WHAT.get(breach.what, ("巡检", "sweep")))
            where = "" if breach.where in ("sweep", "escalation") else f" {breach.where}"
            typer.echo(say(f"{what}{where}：{words(breach)}", f"{what}{where}: {words(breach)}"))
    walked = say(f"核验了 {cases} 件案件、{sweeps} 次巡检", f"{cases} cases and {sweeps} sweeps verified")
    result = (
        say(
            f"，发现 {len(breaches)} 处断链。请保留现状，从备份中核对。",
            f", {len(breaches)} broken. Keep it as it is, compare a backup.",
        )
        if breaches
        else say("，全部完好。", ", all whole.")
    )
    typer.echo(walked + result, err=format == "json")
    if breaches:
        raise typer.Exit(1)


def words(breach: Breach) -> str:
    """What is wrong there."""
    zh, en = _WORDS.get(breach.code, (breach.code, breach.code))
    return say(zh, en).format(seq=breach.seq)
