"""``gkflow verify`` (核验): every chain is walked, the first wrong or missing entry named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from gkflow.cli import options
from gkflow.cli.language import say
from gkflow.sealing import SAMPLE

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
    "entry_rewritten": (
        "第 {seq} 条记录与封存时不同：办理记录被整体改写过",
        "entry {seq} is not the one that was sealed: the record was rewritten",
    ),
    "head_not_sealed": (
        "台账称已封存，却没有相应的封存",
        "the docket says that it was sealed, and no seal has it",
    ),
    "acknowledgement_missing": ("签收记录不见了", "an acknowledgement is missing"),
    "acknowledgement_changed": ("签收记录被改动过，或者是事后插入的", "was changed, or was put in by hand"),
    "notice_differs": ("内容与它所通知的案件、督办不符", "does not say what its case and escalation say"),
    "notices_changed": ("封存之后被改动或者删除过", "were changed or removed after they were sealed"),
    "calendar_missing": (
        "采用的工作日历不见了；没有重新采用，请从备份恢复",
        "is missing; restore a backup",
    ),
    "calendar_changed": ("采用的工作日历被改动过，或者被删除后重新写入", "was changed, or removed and written again"),
    "rules_missing": ("采用的规则不见了；请从备份恢复", "is missing; restore a backup"),
    "rules_changed": ("采用的规则被改动过，或者被删除后重新写入", "was changed, or removed and written again"),
    "rules_not_chained": ("接不上前一个版本：版本被删除过", "does not follow from the one before: one was removed"),
    "edition_missing": ("案件或者通知所依据的版本不见了", "is missing, though cases or notices rest on it"),
    "edition_changed": ("版本的内容被改动过，或者被删除后重新写入", "was changed, or removed and written again"),
    "seal_missing": ("这一号封存不见了", "is missing from the database"),
    "seal_changed": ("封存被改动过，或者不是用本机关的密钥作出的", "was changed, or not made with the office's key"),
    "seal_differs": ("与库外留存的封存不同", "is not the one that was kept outside"),
    "seal_not_chained": ("接不上前一号封存", "does not follow from the one before"),
    "seal_unkeyed": (
        "没有用密钥作出；除非密钥是刚刚设定的（下次巡检即用），请查明原因",
        "was made without the key; unless the key was set just now (the next sweep uses it), find out why",
    ),
    "seal_key_missing": (
        "是用密钥作出的，而设置中没有密钥（[seal] key），无从核对",
        "was made with a key, and the settings have none ([seal] key)",
    ),
    "leaves_changed": ("与其明细不符：封存的明细被改动过", "differs from its leaves: they were changed"),
    "file_changed": (
        "库外文件中的这一号前后不一，文件被改动过",
        "contradicts itself: the file was changed",
    ),
    "guard_missing": (
        "不起作用了：办理记录可能被改动过",
        "is gone or refuses nothing; the record may be changed",
    ),
    "cache_differs": (
        "台账或者期限与办理记录不符；核对后运行 gkflow rebuild",
        "docket or clocks differ from the record; look into it, then run gkflow rebuild",
    ),
    "escalation_without_sweep": ("有督办记录，却没有当日的巡检", "escalations without a sweep of their day"),
}


_WHAT = {
    "case": ("案件", "case"),
    "sweep": ("巡检", "sweep"),
    "escalation": ("巡检", "sweep"),
    "acknowledgement": ("签收，督办", "acknowledgement of escalation"),
    "notice": ("通知", "notice"),
    "calendar": ("工作日历版本", "calendar edition"),
    "edition": ("流程、用语版本", "edition"),
    "rules": ("规则版本", "rules edition"),
    "seal": ("封存", "seal"),
    "guard": ("触发器", "trigger"),
    "clock": ("台账，案件", "docket of case"),
}
_UNNAMED = ("sweep", "escalation")


def command(
    seals: str = typer.Option(
        "", "--seals", metavar=say("文件", "FILE"),
        help=say(
            "对照另行保管的封存（默认：本机关的 seals.jsonl）",
            "hold it against seals that were kept elsewhere (default: the office's seals.jsonl)",
        ),
    ),
    caches: str = typer.Option(
        str(SAMPLE), "--caches", metavar=say("件数|all", "N|all"),
        help=say("重算多少件案件的台账并比较", "of how many cases the docket is drawn up anew and compared"),
    ),
    seed: str = typer.Option(
        "", "--seed", metavar=say("种子", "SEED"),
        help=say("按种子抽取案件（默认：最新封存的校验值）", "draws those cases (default: the newest seal)"),
    ),
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Walk every chain, hold it against the seals; exit code 1 when something is broken."""
    from gkflow.office import open_office

    if caches != "all" and not caches.isdecimal():
        raise typer.BadParameter(say("--caches 是件数或者 all", "--caches is a number or all"))
    most = None if caches == "all" else int(caches)
    with open_office() as office:
        cases, sweeps, breaches = office.verify(seals=seals or None, caches=most, seed=seed)
        head = office.last_seal()
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
            what = say(*_WHAT.get(breach.what, (breach.what, breach.what)))
            where = "" if breach.where in _UNNAMED else f" {breach.where}"
            typer.echo(say(f"{what}{where}：{words(breach)}", f"{what}{where}: {words(breach)}"))
    aside = format == "json"
    walked = say(f"核验了 {cases} 件案件、{sweeps} 次巡检", f"{cases} cases and {sweeps} sweeps verified")
    result = (
        say(
            f"，发现 {len(breaches)} 处断链。请保留现状，从备份中核对。",
            f", {len(breaches)} broken. Keep it as it is, compare a backup.",
        )
        if breaches
        else say("，全部完好。", ", all whole.")
    )
    typer.echo(walked + result, err=aside)
    if head is not None:
        deposit = say("最新封存，请另处留存：", "newest seal, to be deposited elsewhere: ")
        typer.echo(f"{deposit}{head.number} {head.hash}", err=aside)
    if breaches:
        raise typer.Exit(1)


def words(breach: Breach) -> str:
    """What is wrong there."""
    zh, en = _WORDS.get(breach.code, (breach.code, breach.code))
    return say(zh, en).format(seq=breach.seq)
