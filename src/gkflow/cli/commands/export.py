"""``gkflow export`` (导出): the register, or the public part of the cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

import gkflow
from gkflow.application.register import COLUMNS, LABELS
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.output import show
from gkflow.domain.sentences import said
from gkflow.words.language import CHINESE, say, say_as, spoken

if TYPE_CHECKING:
    from gkflow.office import Office


def command(
    cases: list[str] = typer.Argument(None, metavar=said("[CASE]…"), help=said("cases; without any, all of them")),
    published: bool = typer.Option(False, "--published", help=said("only what may be published")),
    format: str = options.formats("csv", "json", "xlsx"),
    output: str = options.OUTPUT,
) -> None:
    """Export the register in the form that import reads, or the public records."""
    ending = output.rpartition(".")[2].lower()
    if format == "csv" and ending in ("json", "xlsx"):
        format = ending  # --output register.xlsx implies it
    with gkflow.open() as office:
        # An unknown case is refused before anything is written; one that is named twice is written once.
        cases = list(dict.fromkeys(office.view(case).case.number for case in cases or ()))
        if published:
            first: tuple[str, ...] = (say_as("export", "case"),)
            found = {number: office.published(number) for number in cases or _that_may_lie_open(office)}
            rows = [{first[0]: number, **record} for number, record in found.items() if record]
            if kept := sum(not record for record in found.values()):
                typer.echo(
                    say("{kept} {kept:case|cases} {kept:has|have} nothing that may be shown.", kept=kept), err=True
                )
        else:
            rows, first = office.export(cases or None), COLUMNS
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    if format == "json":
        # Keys are always there.
        rows = [{name: row.get(name) for name in names} for row in rows]
    columns: list[Any] = [Column(name, name, name) for name in names]
    if format == "xlsx" and not published:
        columns = _for_people(office, rows, names)
    show(rows, columns, format, output or None, say("register"))


def _for_people(office: Office, rows: Iterable[Mapping[str, Any]], names: Iterable[str]) -> list[Any]:
    """
    The columns with Chinese headings and labels (供人阅读), which can be imported too. If the workflows of these rows
    have no single unique name for a fact, its code is the heading. A unit stays a code: other offices do not know our
    labels.
    """
    flows = office.rules.rulebook.workflows
    labels: dict[str, set[str]] = {}
    for flow in (flows[name] for name in {str(row["workflow"]) for row in rows} if name in flows):
        for spec in flow.facts.values():
            labels.setdefault(spec.name, set()).add(spec.label)
    codes = Counter(label for each in labels.values() for label in each)

    def heading(name: str) -> str:
        if name in LABELS:
            return LABELS[name]
        called = labels.get(name, set())
        label = next(iter(called), name)
        return label if len(called) == 1 and codes[label] == 1 and label not in LABELS.values() else name

    def cell(name: str, row: Mapping[str, Any]) -> Any:
        value, flow = row.get(name), flows.get(str(row.get("workflow")))
        if flow is None or value is None:
            return value
        if name == "workflow":
            return flow.label
        if name == "action":
            return flow.actions[value].label if value in flow.actions else value
        spec = flow.facts.get(name)
        return spec.choices.get(str(value), value) if spec is not None and spec.type == "choice" else value

    return [Column(name, heading(name), name, row_words=partial(cell, name)) if spoken() is CHINESE
            else Column(name, name, name) for name in names]  # fmt: skip


def _that_may_lie_open(office: Office) -> list[str]:
    """All cases except those of workflows that are never public."""
    flows = office.rules.rulebook.workflows
    lines = office.cases(include_closed=True)
    return [each.case for each in lines if each.workflow in flows and not flows[each.workflow].publication.never]
