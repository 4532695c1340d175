"""Cases and their actions (案件与办理): something does not exist, or is not allowed now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from gkflow.domain.errors import Conflict, NotFound, Refused, Unfit
from gkflow.domain.sentences import said, said_as


class UnknownCase(NotFound):
    code = "unknown_case"
    sentence = said('no case "{case}"{mean}')

    case: str
    mean: str


class UnknownWorkflow(NotFound):
    code = "unknown_workflow"
    sentence = said('no workflow "{workflow}"{mean}')

    workflow: str
    mean: str


class UnknownAction(NotFound):
    code = "unknown_action"
    sentence = said('workflow {workflow} has no action "{action}"{mean}')

    workflow: str
    action: str
    near: Sequence[str]
    mean: str


class UnknownState(NotFound):
    code = "unknown_state"
    sentence = said('no state "{state}"{mean}{there}')

    state: str
    mean: str
    there: str = ""


class UnknownClock(NotFound):
    code = "unknown_clock"
    sentence = said('case {case} has no clock "{clock}"; it has: {clocks}')

    case: str
    clock: str
    clocks: Sequence[str]


class NoSuchClock(Refused):
    code = "no_such_clock"
    sentence = said('no clock "{clock}"{mean}{there}')

    clock: str
    mean: str
    there: str


class UnknownLimit(NotFound):
    code = "unknown_limit"
    sentence = said('no limit "{limit}"{mean}')

    limit: str
    mean: str


class CaseExists(Conflict):
    code = "case_exists"
    sentence = said("case {case} is there already; give another number")

    case: str


class CaseEnded(Refused):
    code = "case_ended"
    sentence = said('case {case} has ended ({state}); "{action}" can no longer be entered; allowed: {allowed}')

    case: str
    action: str
    state: str
    allowed: Sequence[str]
    workflow: str = ""
    cite: str = ""


class CaseMisfiled(NotFound):
    code = "case_misfiled"
    sentence = said("case {case} was received by mistake (misfiled): it has no limit")

    case: str


class ActionNotAllowed(Refused):
    code = "action_not_allowed"
    sentence = said('case {case}: action "{action}" is not allowed in state "{state}"{cited}; allowed: {allowed}')

    case: str
    action: str
    state: str
    allowed: Sequence[str]
    workflow: str
    cite: str


class NotOpened(Refused):
    code = "not_opened"
    sentence = said('case {case}: "{action}" comes before its first entry; a case opens with "{first}"')

    case: str
    action: str
    first: str


class NotYetRecorded(NotFound):
    code = "not_yet_recorded"
    sentence = said("nothing of case {case} was on record by {moment}")

    case: str
    moment: datetime


class NoClocks(NotFound):
    code = "no_clocks"
    sentence = said("case {case} has no limit: no clock has started")

    case: str


class NoDraft(NotFound):
    code = "no_draft"
    sentence = said("there is no draft {id}")
    in_terminal = said_as("terminal", "there is no draft {id}")

    id: int


class KeyReused(Conflict):
    code = "key_reused"
    sentence = said('the idempotency key "{key}" was used for something else (case {case}, entry {seq})')

    key: str
    case: str
    seq: int


class KeyOfAnotherUnit(Conflict):
    code = "key_of_another_unit"
    sentence = said('the idempotency key "{key}" was used for a case of another unit: choose another key')

    key: str


class Stale(Conflict):
    code = "stale"
    sentence = said("case {case} has moved on meanwhile (entry {seq} is taken); read it again")

    case: str
    seq: int


class OriginUnknown(NotFound):
    code = "origin_unknown"
    sentence = said('case {case}: there is no case "{origin}" that it could come from{mean}')

    case: str
    origin: str
    mean: str


class BeforeOrigin(Refused):
    code = "before_origin"
    sentence = said("case {case}: {day} lies before {first}, when case {origin} that it comes from began")

    case: str
    origin: str
    day: date
    first: date


class RefTaken(Refused):
    code = "ref_taken"
    sentence = said("{action}: a consultation with ref {ref!r} is open already; give another ref")

    action: str
    ref: str


class NoAnswerTo(Refused):
    code = "no_answer_to"
    sentence = said("{action}: no consultation with ref {ref!r} is open")

    action: str
    ref: str


class RecountByHand(Refused):
    code = "recount_by_hand"
    sentence = said("a last day is recounted by adopting a calendar, not by hand")


class UnknownEscalation(NotFound):
    code = "unknown_escalation"
    sentence = said("no escalation {ids}")

    ids: Sequence[int]


class WordsMissing(Refused):
    code = "words_missing"
    sentence = said("an acknowledgement needs words")
    in_terminal = said_as("terminal", "an acknowledgement needs words")


class NothingToDraw(Refused):
    code = "nothing_to_draw"
    sentence = said("no case of {workflow} was received from {since} to {until}: nothing to draw from")

    workflow: str
    since: date
    until: date


class TwoWorkflows(Refused):
    code = "two_workflows"
    sentence = said("case {case} is a {workflow}")

    case: str
    workflow: str
    label: str


class WrongCursor(Refused):
    code = "wrong_cursor"
    sentence = said(
        '"{cursor}" is no place in this list; take it as the page before gave it, with the same filter and order'
    )

    cursor: str


class OtherDay(Refused):
    code = "other_day"
    sentence = said("this page is one of the list of {day}, not of {asked}; leave the day out, or begin with the first")

    day: date
    asked: date


class WrongOrder(Refused):
    code = "wrong_order"
    sentence = said('no order "{order}"; there are: {orders}')

    order: str
    orders: Sequence[str]


class NoPages(Refused):
    code = "no_pages"
    sentence = said("a list as known or as recorded on another day has no pages")
    in_terminal = said("a list as known or as recorded on another day has no pages; leave out --limit and --after")


class NoRows(Refused):
    code = "no_rows"
    sentence = said("a page of {limit} {limit:row|rows}; it has one row at least")

    limit: int


class NotCounted(Refused):
    code = "not_counted"
    sentence = said('cases are not counted by "{by}"; they are by: {properties}')

    by: str
    properties: Sequence[str]


class CachesBehind(Unfit):
    code = "caches_behind"
    sentence = said("the lists of earlier days are not computed yet since the upgrade")
    in_terminal = said("the lists of earlier days are not computed yet since the upgrade; run: gkflow rebuild")
