"""``gkflow do`` (办理): list what may be done with a case, or enter an action into it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.acting import acting
from gkflow.cli.action_lines import actions_listed, wanted
from gkflow.cli.commands.drafts import check_draft, kept_where_refused
from gkflow.cli.days import confirm_days
from gkflow.cli.output import print_json
from gkflow.cli.print_outcome import clock_words, entered_row, last_day_words, print_entered
from gkflow.cli.resolve_names import action_named, facts_named, unit_label, unit_named
from gkflow.domain.sentences import said
from gkflow.words.language import label_of, label_or, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gkflow.application.actions import Outcome
    from gkflow.application.explain import CaseView
    from gkflow.domain.workflow import Workflow
    from gkflow.office import Office


def command(
    case: str = typer.Argument(..., metavar=said("CASE"), help=said("case number")),
    action: str = typer.Argument(
        "",
        metavar=said("ACTION"),
        help=said("by code or label; without it, what may be done is listed"),
    ),
    day: str = options.DAY,
    by: str = options.BY,
    unit: str = typer.Option(
        "",
        "--unit",
        metavar=said("UNIT"),
        help=said(
            "the unit that acts, by code or label (default: the one that has the case), e.g. a reviewing department"
        ),
    ),
    fact: list[str] = options.FACT,
    key: str = options.KEY,
    dry_run: bool = options.DRY_RUN,
    yes: bool = options.YES,
    draft: bool = options.DRAFT,
    format: str = options.TEXT_OR_JSON,
) -> None:
    """List or take the next action of a case."""
    facts, on = options.pairs(fact), options.day(day, past=True)
    check_draft(draft, dry_run)
    if draft and not action:
        raise typer.BadParameter(say("--draft: name the action"))
    with gkflow.open() as office:
        view = office.view(case)
        if not action:
            _list(office.view(case, as_of=on) if on is not None else view, format)
            return
        flow = view.workflow
        given: dict[str, Any] = {
            "day": on, "by": acting(office, by), "unit": unit_named(office, unit), "facts": facts_named(flow, facts),
            "key": key or None,
        }  # fmt: skip
        named = action_named(flow, action)
        confirm_days(flow, named, on, given["facts"], yes)
        with kept_where_refused(office, draft, flow, view.case.number, named, given, hint=not dry_run):
            _do(office, view, named, given, dry_run, format)


def _list(view: CaseView, format: str) -> None:
    flow, number = view.workflow, view.case.number
    if format == "json":
        print_json([_row(flow, name, *wanted(flow, name)) for name in view.next])
        return
    state = flow.states[view.case.state]
    print(say("case {number} is {state}; what may be done:", number=number, state=label_of(state.label, state.name)))
    print("\n".join(actions_listed(flow, view.next)))
    print(say("every fact with its choices: gkflow do {number} ACTION --help", number=number))


def _row(flow: Workflow, name: str, must: Sequence[str], may: Sequence[str]) -> dict[str, Any]:
    action = flow.actions[name]
    if name == "correct_entry":
        may = (*may, say("any fact"))
    return {
        "action": name, "label": action.label, "must": list(must), "may": list(may),
        "roles": list(action.roles), "article": action.cite or None,
    }  # fmt: skip


def _do(office: Office, view: CaseView, action: str, given: dict[str, Any], dry_run: bool, format: str) -> None:
    number, flow = view.case.number, view.workflow

    def show(decided: Outcome) -> None:
        if decided.seq <= view.seq:
            return  # repeated under its key: it changes nothing
        was: date | None = decided.last_day_before
        then = last_day_words(decided, decided.last_day, decided.provisional)
        if was is None:  # the clock stood still, waited or did not run: there is nothing to compare with
            change = then if decided.last_day is None else say("{then} (none before)", then=then)
        else:
            change = say("unchanged") if was == decided.last_day else f"{was.isoformat()} → {then}"
        # Shown before anything is written: if it cannot be shown, nothing is written.
        print(say("last day ({clock_words}): {change}", clock_words=clock_words(decided), change=change), flush=True)

    entered = office.do(number, action, dry_run=dry_run, show=show if format == "text" else None, **given)
    if format == "json":
        print_json({**entered_row(entered, flow), "action": entered.action, "last_day_before": entered.last_day_before})
    else:
        _print_unit(office, given["unit"])
        print_entered(entered, flow, dry_run)


def _print_unit(office: Office, code: str) -> None:
    """The unit named, by its label if the settings know it, so that a mistyped code shows."""
    if code:
        label = unit_label(office, code)
        known = label_or(label, f"{code} ({label})") if label is not None and label != code else code
        print(say("unit      {known}", known=known))
