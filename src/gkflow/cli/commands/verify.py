"""``gkflow verify`` (核验): check every chain and name the first wrong or missing entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

import gkflow
from gkflow.application.ports import SAMPLE
from gkflow.cli import options
from gkflow.cli.output import print_json
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import say, translated

if TYPE_CHECKING:
    from gkflow.application.verify import Breach

_WORDS = {
    "entry_missing": said("entry {seq} is missing"),
    "entry_changed": said("entry {seq} was changed"),
    "not_chained": said("entry {seq} does not follow from the one before"),
    "head_differs": said("the last entry ({seq}) differs from the docket"),
    "not_in_docket": said("has entries, but does not stand in the docket"),
    "case_missing": said("stands in the docket, but all entries are missing"),
    "sweep_missing": said("the sweep of that day is missing"),
    "sweep_changed": said("the sweep or its escalations were changed"),
    "sweep_not_chained": said("the sweep does not follow from the one before"),
    "entry_rewritten": said("entry {seq} is not the one that was sealed: the record was rewritten"),
    "head_not_sealed": said("the docket says that it was sealed, and no seal has it"),
    "acknowledgement_missing": said("an acknowledgement is missing"),
    "acknowledgement_changed": said("was changed, or was put in by hand"),
    "notice_differs": said("does not say what its case and escalation say"),
    "notices_changed": said("were changed or removed after they were sealed"),
    "calendar_missing": said("is missing; restore a backup"),
    "calendar_changed": said("was changed, or removed and written again"),
    "rules_missing": said_as("words.rules_missing", "is missing; restore a backup"),
    "rules_changed": said_as("words.rules_changed", "was changed, or removed and written again"),
    "rules_not_chained": said("does not follow from the one before: one was removed"),
    "edition_missing": said("is missing, though cases or notices rest on it"),
    "edition_changed": said_as("words.edition_changed", "was changed, or removed and written again"),
    "seal_missing": said("is missing from the database"),
    "seal_changed": said("was changed, or not made with the office's key"),
    "seal_differs": said("is not the one that was kept outside"),
    "seal_not_chained": said("does not follow from the one before"),
    "seal_unkeyed": said(
        "was made without the key; unless the key was set just now (the next sweep uses it), find out why"
    ),
    "seal_key_missing": said("was made with a key, and the settings have none ([seal] key)"),
    "leaves_changed": said("differs from its leaves: they were changed"),
    "file_changed": said("contradicts itself: the file was changed"),
    "guard_missing": said("is gone or refuses nothing; the record may be changed"),
    "cache_differs": said("docket or clocks differ from the record; look into it, then run gkflow rebuild"),
    "escalation_without_sweep": said("escalations without a sweep of their day"),
}


_WHAT = {
    "case": said("case"),
    "sweep": said("sweep"),
    "escalation": said("sweep"),
    "acknowledgement": said("acknowledgement of escalation"),
    "notice": said("notice"),
    "calendar": said("calendar edition"),
    "edition": said_as("what.edition", "edition"),
    "rules": said("rules edition"),
    "seal": said("seal"),
    "guard": said("trigger"),
    "clock": said("docket of case"),
}
_UNNAMED = ("sweep", "escalation")


def command(
    seals: str = typer.Option(
        "", "--seals", metavar=said("FILE"),
        help=said("hold it against seals that were kept elsewhere (default: the office's seals.jsonl)"),
    ),
    caches: str = typer.Option(
        str(SAMPLE), "--caches", metavar=said("N|all"),
        help=said("of how many cases the docket is drawn up anew and compared"),
    ),
    seed: str = typer.Option(
        "", "--seed", metavar=said("SEED"),
        help=said("draws those cases (default: the newest seal)"),
    ),
    format: str = options.TEXT_OR_JSON,
) -> None:  # fmt: skip
    """Verify every chain, and compare it with the seals; exit code 1 if something is broken."""
    if caches != "all" and not caches.isdecimal():
        raise typer.BadParameter(say("--caches is a number or all"))
    most = None if caches == "all" else int(caches)
    with gkflow.open() as office:
        cases, sweeps, breaches = office.verify(seals=seals or None, caches=most, seed=seed)
        head = office.last_seal()
    if format == "json":
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
            what = translated(_WHAT.get(breach.what, breach.what))
            where = "" if breach.where in _UNNAMED else f" {breach.where}"
            typer.echo(say("{what}{where}: {words}", what=what, where=where, words=words(breach)))
    aside = format == "json"
    walked = say("{cases} {cases:case|cases} and {sweeps} {sweeps:sweep|sweeps} verified", cases=cases, sweeps=sweeps)
    result = (
        say(", {count} broken. Keep it as it is, compare a backup.", count=len(breaches))
        if breaches
        else say(", all whole.")
    )
    typer.echo(walked + result, err=aside)
    if head is not None:
        deposit = say("newest seal, to be deposited elsewhere: ")
        typer.echo(f"{deposit}{head.number} {head.hash}", err=aside)
    if breaches:
        raise typer.Exit(1)


def words(breach: Breach) -> str:
    """The fault there, as text."""
    return translated(_WORDS.get(breach.code, breach.code)).format(seq=breach.seq)
