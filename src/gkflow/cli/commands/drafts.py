"""``gkflow drafts`` (草稿): refused entries that were kept; list, complete and enter, or drop them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.output import print_json, show
from gkflow.cli.print_outcome import entered_row, print_entered, warn_notes
from gkflow.cli.resolve_names import fact_words, facts_named, person_labels, unit_labels
from gkflow.cli.words import error_words
from gkflow.domain.case import legal_day
from gkflow.domain.errors import NotFound, Refused
from gkflow.domain.sentences import said
from gkflow.words.language import CHINESE, LANGUAGES, label_of, say, speaking
from gkflow.words.objections import without_choices

if TYPE_CHECKING:
    from gkflow.application.ports import DraftLine
    from gkflow.domain.workflow import Workflow
    from gkflow.office import Office

# Refusals that other facts or another day can resolve: here a draft helps.
_MENDABLE = ("facts_missing", "bad_fact", "term_too_short", "term_too_long", "too_early")


def command(
    action: str = typer.Argument(
        "", metavar=said("ACTION"),
        help=said("enter or drop; without it, the drafts are listed"),
    ),
    number: str = typer.Argument("", metavar=said("ID"), help=said("the number of the draft")),
    fact: list[str] = options.FACT,
    day: str = typer.Option(
        "", "--day", metavar=said("DAY"),
        help=said("enter it with another day on which it happened"),
    ),
    format: str = options.FORMAT,
    output: str = options.OUTPUT,
) -> None:  # fmt: skip
    """List the drafts, enter one with the missing facts, or drop one."""
    which = {"": "", "enter": "enter", "提交": "enter", "drop": "drop", "删除": "drop"}.get(action.strip())
    if which is None:
        raise typer.BadParameter(say("no {action}; enter or drop", action=action))
    if which and not number:
        raise typer.BadParameter(say("gkflow drafts {which} ID", which=which))
    if which != "enter" and (fact or day):
        raise typer.BadParameter(say("--fact and --day go with drafts enter"))
    if which and (output or format in ("csv", "xlsx")):
        raise typer.BadParameter(say("--output, csv and xlsx are for the list"))
    facts, on = options.pairs(fact), options.day(day, past=True)
    id_ = options.whole(number, say("ID"), 1, 2**63 - 1) if which else 0
    with gkflow.open() as office:
        if which == "enter":
            _enter(office, id_, facts, on, format)
        elif which == "drop":
            _drop(office, id_, format)
        else:
            _list(office, format, output)


def _list(office: Office, format: str, output: str) -> None:
    drafts = office.drafts.all()
    flows = {draft.id: _flow_of(office, draft) for draft in drafts}
    rows = [_row(draft, flows[draft.id]) for draft in drafts]
    show(rows, _columns(flows, unit_labels(office), person_labels(office)), format, output or None, say("Drafts"))
    if format == "table" and rows and not output:
        print(say("to enter: gkflow drafts enter ID --fact FACT=VALUE; to drop: gkflow drafts drop ID"))
        print(say("what a fact may be: gkflow do CASE ACTION --help, or gkflow receive WORKFLOW --help"))
    elif format == "table" and not rows:
        typer.echo(say("no drafts."), err=True)


def _flow_of(office: Office, draft: DraftLine) -> Workflow | None:
    """The workflow of a draft: the case's own edition, if the case exists."""
    if draft.case:
        try:
            return office.view(draft.case).workflow
        except NotFound:
            pass  # it was to be opened under this number
    return office.rules.rulebook.workflows.get(draft.workflow)


def _row(draft: DraftLine, flow: Workflow | None) -> dict[str, Any]:
    name = draft.action or (flow.first.name if flow is not None else "")
    action = flow.actions.get(name) if flow is not None else None
    return {
        "id": draft.id, "case": draft.case or None, "workflow": draft.workflow or None,
        "workflow_label": flow.label if flow is not None else None, "action": name or None,
        "action_label": action.label if action is not None else None, "day": draft.day, "by": draft.by or None,
        "unit": draft.unit or None, "facts": json.loads(draft.facts), "reason": draft.reason,
        "kept_at": draft.kept_at,
    }  # fmt: skip


def _columns(
    flows: Mapping[int, Workflow | None], units: Mapping[str, str], people: Mapping[str, str]
) -> tuple[Column, ...]:
    def facts(row: Any) -> list[str]:
        flow = flows[row["id"]]
        return [
            fact_words(flow, name, value, units, people) if flow is not None else f"{name} {value}"
            for name, value in row["facts"].items()
        ]

    return (
        Column("id", said("id")),
        Column("case", said("case"), row_words=lambda row: row["case"] or say("(new)"), solid=True),
        Column(
            "workflow", said("workflow"),
            row_words=lambda row: label_of(row["workflow_label"] or row["workflow"] or "", row["workflow"] or ""),
        ),
        Column(
            "action", said("action"),
            row_words=lambda row: label_of(row["action_label"] or row["action"] or "", row["action"] or ""),
        ),
        Column("day", said("day")),
        Column("by", said("by"), words=lambda id_: people.get(id_, id_)),
        Column("facts", said("facts"), row_words=facts, whole=True, below=True),
        Column("kept_at", said("kept at"), words=short_moment, solid=True),
        Column("reason", said("why it was refused")),
    )  # fmt: skip


def _enter(office: Office, id_: int, given: Mapping[str, str], day: Any, format: str) -> None:
    draft = next((each for each in office.drafts.all() if each.id == id_), None)
    flow = _flow_of(office, draft) if draft is not None else None
    facts = facts_named(flow, given) if flow is not None else dict(given)
    entered = office.drafts.enter(id_, day=day, facts=facts)
    kept = office.view(entered.number).workflow
    if format == "json":
        print_json({**entered_row(entered, kept), "action": entered.action, "draft": id_})
        warn_notes(entered)
        return
    print_entered(entered, kept, False)
    print(say("draft {id} was entered.", id=id_))


def _drop(office: Office, id_: int, format: str) -> None:
    office.drafts.drop(id_)
    if format == "json":
        print_json({"draft": id_})
    else:
        print(say("draft {id} was dropped.", id=id_))


# -- for receive and do ------------------------------------------------------------------------------------------


def check_draft(draft: bool, dry_run: bool) -> None:
    """A dry run writes nothing, so it keeps nothing."""
    if draft and dry_run:
        raise typer.BadParameter(say("--draft and --dry-run exclude each other"))


@contextmanager
def kept_where_refused(
    office: Office, draft: bool, flow: Workflow, case: str, action: str, given: Mapping[str, Any], hint: bool = True
) -> Iterator[None]:
    """
    Report why an entry is refused, with exit code 2; with *draft* keep it (存为草稿), and print its number. Without, a
    resolvable refusal ends with a *hint* that it could be kept.
    """
    try:
        yield
    except Refused as error:
        words = error_words(error)
        if draft:
            # "Today" is the day of the refusal, also when the draft is entered on a later one.
            day = given["day"] or legal_day(office.moment(None))
            # Others read it later: in the office's language, whatever that of this call is.
            with speaking(LANGUAGES.get(office.settings.lang, CHINESE)):
                why = error_words(without_choices(error))
            id_ = office.drafts.keep(
                case, action, why, workflow=flow.name, day=day, by=given["by"], unit=given["unit"],
                facts=given["facts"],
            )  # fmt: skip
            words += "\n" + say("kept as draft {id} (gkflow drafts enter {id} --fact FACT=VALUE)", id=id_)
        elif hint and error.code in _MENDABLE:
            words += say("; --draft keeps it as a draft")
        else:
            raise
        typer.echo(f"gkflow: {words}", err=True)
        raise typer.Exit(error.exit_code) from None
