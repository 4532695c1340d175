"""``gkflow show`` (查看): everything about one case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

import gkflow
from gkflow.application.docket import unit_of
from gkflow.cli import options
from gkflow.cli.columns import Column
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.help import padded, width
from gkflow.cli.output import print_json, print_table
from gkflow.cli.resolve_names import actions_words, fact_words, findings_rows, person_labels, unit_labels
from gkflow.domain.case import LINK
from gkflow.domain.errors import NotFound
from gkflow.domain.sentences import said, said_as
from gkflow.words.language import label_of, say, say_as, translated
from gkflow.words.vocabulary import BINDS, CLOCK_STATUSES, KEPT, VERDICTS, word

if TYPE_CHECKING:
    from gkflow.application.explain import CaseView
    from gkflow.domain.case import Amended
    from gkflow.domain.deadline import Deadline
    from gkflow.domain.workflow import Workflow
    from gkflow.office import Office

Rows = list[dict[str, Any]]


class Link(NamedTuple):
    """The case that this one comes from or led to (关联案件); its view is None if the case does not exist."""

    case: str
    relation: str  # origin | leads_to
    view: CaseView | None


def command(
    case: str = typer.Argument(..., metavar=said("CASE"), help=said("case number")),
    as_of: str = options.AS_OF,
    recorded_by: str = options.RECORDED_BY,
    public: bool = typer.Option(False, "--public", help=said("only what may be shown to the public")),
    format: str = options.TEXT_OR_JSON,
) -> None:
    """Everything about one case."""
    day = options.day(as_of)
    with gkflow.open() as office:
        if public:
            _print_public(office.published(case, as_of=day), office.why_kept(case, as_of=day), format)
            return
        view = office.view(case, as_of=day, recorded_by=recorded_by or None)
        links = links_of(office, view)
    data = as_data(view, links)
    if format == "json":
        print_json(data)
    else:
        _print(view, links, data, unit_labels(office), person_labels(office))


def _print_public(published: dict[str, Any], kept: str | None, format: str) -> None:
    if kept is not None:
        why = word(KEPT, kept)
        typer.echo(say("nothing may be shown to the public: {why}", why=why), err=True)
    if format == "json":
        print_json(published)
        return
    column = max(map(width, published), default=0)
    for name, value in published.items():
        print(f"{padded(name, column)}  {value}")


def links_of(office: Office, view: CaseView) -> list[Link]:
    """The cases linked on the record (关联案件), as of the same day: the origin, and the consequences."""
    named = [("origin", view.case.first.facts.get("origin"))]
    named += [("leads_to", entry.facts.get("leads_to")) for entry in view.case.record if entry.action == LINK]
    links = []
    for relation, number in dict.fromkeys((relation, str(number)) for relation, number in named if number):
        try:
            links.append(Link(number, relation, office.view(number, as_of=view.as_of)))
        except NotFound:
            links.append(Link(number, relation, None))
    return links


def as_data(view: CaseView, links: Iterable[Link] = ()) -> dict[str, Any]:
    """Everything about a case as JSON."""
    flow, case = view.workflow, view.case
    state = flow.states[case.state]
    findings = findings_rows(flow, view.findings)
    return {
        "case": case.number, "title": case.facts.get("title") or None, "workflow": flow.name,
        "workflow_label": flow.label, "state": state.name, "state_label": state.label, "public": state.public,
        "officer": case.facts.get("officer") or None, "unit": unit_of(flow, case.record) or None,
        "received": case.record[0].day, "ended": case.ended, "as_of": view.as_of, "record": _record(view, findings),
        "clocks": [_clock(view, deadline) for deadline in view.deadlines.values()], "findings": findings,
        "proposals": [
            {
                "clock": each.clock, "ref": each.ref or None, "last_day": each.last_day, "action": each.rule.action,
                "action_label": flow.actions[each.rule.action].label, "take": each.rule.take,
                "facts": dict(each.rule.facts), "article": each.rule.cite or None,
            }
            for each in view.proposals
        ],
        "next": list(view.next),
        "links": [
            {
                "case": each.case, "relation": each.relation,
                "workflow": each.view.workflow.name if each.view is not None else None,
                "state": each.view.case.state if each.view is not None else None,
            }
            for each in links
        ],
    }  # fmt: skip


def _record(view: CaseView, findings: Rows) -> Rows:
    """
    Every entry as written, with its corrections: ``voided_by``, ``corrected_by``, and ``now``, the day and the facts
    that replace it. A correction applies to every day, so that a later one is shown as well.
    """
    rows: Rows = []
    counted = {entry.seq for entry in view.case.record}
    amending = {seq for each in view.amended.values() for seq in each.by}
    for entry in sorted(view.entries, key=lambda each: (each.day, each.seq)):
        amended = view.amended.get(entry.seq)
        holds = amended.entry.day if amended is not None and amended.voided_by is None else entry.day
        if min(entry.day, holds) > view.as_of and entry.seq not in amending:
            continue
        rows.append(
            {
                "seq": entry.seq, "day": entry.day, "action": entry.action,
                "action_label": view.workflow.actions[entry.action].label, "by": entry.by or None,
                "unit": entry.unit or None, "facts": dict(entry.facts), "remarks": dict(entry.remarks),
                "written_at": entry.written_at,
                "findings": [each["code"] for each in findings if each["seq"] == entry.seq],
                "corrected_by": list(amended.by) if amended is not None else [],
                "voided_by": amended.voided_by if amended is not None else None,
                "now": _now(amended), "counts": entry.seq in counted,
            }
        )  # fmt: skip
    return rows


def _now(amended: Amended | None) -> dict[str, Any] | None:
    """The present form of a corrected entry; None if it is unchanged or was voided."""
    if amended is None or amended.voided_by is not None:
        return None
    return {"day": amended.entry.day, "facts": dict(amended.entry.facts)}


def _clock(view: CaseView, deadline: Deadline) -> dict[str, Any]:
    rule = deadline.clock.rule
    return {
        "clock": rule.name, "clock_label": rule.label, "ref": deadline.clock.ref or None, "duty": rule.obligor.value,
        "kind": rule.kind.value, "start": deadline.since, "status": deadline.status.value,
        "deadline": deadline.last_day, "base": deadline.base, "extension": deadline.extension,
        "stopped": deadline.stopped, "stopped_by": _stopped_by(deadline),
        "verdict": deadline.verdict.value, "days_left": deadline.days_left,
        "provisional": deadline.provisional, "earliest": deadline.earliest, "latest": deadline.latest,
        "risk": deadline.risk, "last_moment": deadline.last_moment,
    }  # fmt: skip


def _stopped_by(deadline: Deadline) -> str | None:
    return deadline.clock.events[-1].entry.action if deadline.stopped is not None else None


# -- for people --------------------------------------------------------------------------------------------------


def _print(
    view: CaseView, links: list[Link], result: dict[str, Any], units: Mapping[str, str], people: Mapping[str, str]
) -> None:
    flow = view.workflow
    head = [
        (say("case"), result["case"]),
        (say("title"), result["title"]),
        (say("workflow"), label_of(flow.label, flow.name)),
        (say("state"), _state_words(result)),
        (say("officer"), people.get(result["officer"], result["officer"])),
        (say("unit"), units.get(result["unit"], result["unit"])),
        (say("received"), result["received"]),
        (say("as of"), result["as_of"]),
    ]
    for name, value in head:
        if value is not None:
            print(f"{padded(name, 10)}{value}")
    _section(say("Record"))
    _print_record(flow, result["record"], result["findings"], units, people)
    if links:
        _section(say("Links"))
        _print_links(links)
    _section(say("Clocks"))
    used = [was_used(deadline) for deadline in view.deadlines.values()]
    _print_clocks([{**row, "used": each} for row, each in zip(result["clocks"], used, strict=True)])
    if result["findings"]:
        _section(say("Findings"))
        for number, row in enumerate(result["findings"], 1):
            print(say("[{number}] entry {seq}: ", number=number, seq=row["seq"]) + row["words"])
    if view.proposals:
        _section(say("To decide"))
        for each in result["proposals"]:
            print(_proposal_words(flow, each))
    if view.next:
        _section(say("What may be done"))
        print(actions_words(flow, view.next))


def _section(name: str) -> None:
    heading = say_as("heading", "{name}", name=name)
    print(f"\n{heading}")


def _state_words(result: dict[str, Any]) -> str:
    state = label_of(result["state_label"], result["state"])
    return say("{state} (to the public: {public})", state=state, public=result["public"])


def _print_record(
    flow: Workflow, record: Rows, findings: Rows, units: Mapping[str, str], people: Mapping[str, str]
) -> None:
    def words_of(facts: dict[str, Any]) -> list[str]:
        return [fact_words(flow, name, value, units, people) for name, value in facts.items() if value is not None]

    def facts(row: Any) -> list[str]:
        if row["voided_by"] is not None:
            words = [say("[voided by entry {voided_by}]", voided_by=row["voided_by"])]
        elif row["now"] is not None:
            by = (
                "、".join(map(str, row["corrected_by"]))
                if say("en") == "zh"
                else ", ".join(map(str, row["corrected_by"]))
            )
            day = say("day {day}", day=row["now"]["day"]) if row["now"]["day"] != row["day"] else ""
            changed = {name: value for name, value in row["now"]["facts"].items() if row["facts"].get(name) != value}
            gone = {name: "—" for name in row["facts"] if name not in row["now"]["facts"]}
            corrected = say(", ").join(filter(None, (day, *words_of({**changed, **gone}))))
            words = [say("[corrected by entry {by}: {values}]", by=by, values=corrected)]
        elif not row["counts"] and row["action"] != "correct_entry":
            words = [say("[misfiled, does not count]")]
        else:
            words = []
        return [*words_of(row["facts"]), *words]

    def struck(row: Any) -> str:
        return "strike" if row["voided_by"] is not None or row["now"] is not None else ""

    def notes(row: Any) -> str:
        mine = [number for number, each in enumerate(findings, 1) if each["seq"] == row["seq"]]
        return " ".join(say("[{number}]", number=number) for number in mine)

    print_table(
        record,
        [
            Column("seq", said("seq"), style=struck),
            Column("day", said("day"), style=struck),
            Column(
                "action",
                said("action"),
                row_words=lambda row: label_of(row["action_label"], row["action"]),
                style=struck,
            ),
            Column("by", said("by"), words=lambda id_: people.get(id_, id_)),
            Column("facts", said("facts"), row_words=facts, whole=True, below=True),
            Column("findings", said("mind"), row_words=notes, style="yellow"),
        ],
    )


def _print_links(links: list[Link]) -> None:
    relations = {"origin": said("origin"), "leads_to": said("leads to")}
    rows = []
    for each in links:
        flow = each.view.workflow if each.view is not None else None
        state = flow.states[each.view.case.state] if flow is not None and each.view is not None else None
        rows.append(
            {
                "relation": translated(relations[each.relation]), "case": each.case,
                "workflow": label_of(flow.label, flow.name) if flow is not None else None,
                "state": label_of(state.label, state.name) if state is not None else None,
            }
        )  # fmt: skip
    print_table(
        rows,
        [
            Column("relation", said("relation")),
            Column("case", said("case"), solid=True),
            Column("workflow", said("workflow")),
            Column("state", said("state")),
        ],
    )


def _print_clocks(clocks: Rows) -> None:
    if not clocks:
        print(say("no clock has started."))
        return

    def name(row: Any) -> str:
        return label_of(row["clock_label"], row["clock"]) + (say(" ({ref})", ref=row["ref"]) if row["ref"] else "")

    print_table(
        clocks,
        [
            Column("clock", said("clock"), row_words=name),
            Column("duty", said("whose"), words=lambda each: word(BINDS, each)),
            Column("start", said("day 0")),
            Column("deadline", said("last day"), row_words=_last_day, solid=True),
            Column("status", said_as("show.status", "status"), words=lambda each: word(CLOCK_STATUSES, each)),
            Column("stopped", said("stopped")),
            Column("verdict", said_as("show.verdict", "verdict"), row_words=verdict_words, style=_colour),
            Column("days_left", said("days left")),
            Column("notes", said("notes"), row_words=_notes),
        ],
    )


def _last_day(row: Any) -> Any:
    """The last day; for a clock in hours with hour and minute."""
    return short_moment(row["last_moment"]) if row["last_moment"] is not None else row["deadline"]


def was_used(deadline: Deadline) -> bool:
    """Whether a power ended by its own act (告知补正), and not by another act that made it unnecessary."""
    stops = deadline.clock.rule.stops
    return bool(stops) and _stopped_by(deadline) == stops[0].action


def verdict_words(row: Any) -> str:
    """
    The verdict of a clock as text; an unused or lapsed power is not a breach, and nobody is late when a term has run
    out.
    """
    if row["status"] == "no_limit":
        return ""
    if row["kind"] == "term" and row["days_left"] is not None:
        if row["days_left"] < 0:
            return say("run out")
        return word(VERDICTS, "running") if row["stopped"] is None else say("not run out")
    if row["kind"] == "power" and row["stopped"] is not None and not row["used"]:
        return say("not used")
    if row["kind"] != "duty" and row["verdict"] == "running" and (row["days_left"] or 0) < 0:
        return say("lapsed") if row["kind"] == "power" else say("past the target")
    return word(VERDICTS, row["verdict"])


def _colour(row: Any) -> str:
    if row["kind"] == "term":
        return ""
    return {"overdue": "red", "late": "red", "late_unless_extended": "orange"}.get(row["verdict"], "")


def _notes(row: Any) -> str:
    notes = []
    if row["extension"] and row["base"] is not None:  # a suspended clock has no last day with or without it
        notes.append(say("{base} before the extension", base=row["base"]))
    if row["provisional"]:
        notes.append(say("provisional, {earliest} to {latest}", earliest=row["earliest"], latest=row["latest"]))
    elif row["deadline"] is None and row["earliest"] is not None:
        notes.append(say("earliest {earliest}", earliest=row["earliest"]))
    if row["risk"] is not None:
        notes.append(say("risk: original last day {risk}", risk=row["risk"]))
    return say("; ").join(notes)


def _proposal_words(flow: Workflow, each: dict[str, Any]) -> str:
    rule = flow.clock(each["clock"])
    name = label_of(rule.label if rule is not None else each["clock"], each["clock"])
    name += say(" ({ref})", ref=each["ref"]) if each["ref"] else ""
    action = label_of(each["action_label"], each["action"])
    article = say("; {article}", article=each["article"]) if each["article"] else ""
    return say(
        '{name} ended on {last_day}: decide whether to "{action}"{article}',
        name=name,
        last_day=each["last_day"],
        action=action,
        article=article,
    )
