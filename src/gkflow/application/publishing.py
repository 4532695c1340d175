"""
What is shown to the public (公开的信息): the facts that leave, by their Chinese labels, with what is personal masked.

Which facts leave, and whether any, ``domain/publication`` decides; here they become text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from gkflow.application.docket import reckon_case
from gkflow.application.explain import CaseView
from gkflow.application.facts import is_identity_number
from gkflow.application.office_context import OfficeContext
from gkflow.domain.case import Case, Entry, record_of
from gkflow.domain.machine import replay
from gkflow.domain.publication import Kept, Leaving, Shown, public_facts, why_kept
from gkflow.domain.workflow import Workflow

_MASK = "＊"
# 17 digits and a check character, standing alone: what an identity number looks like in a running text.
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
# A number of a person or a paper that is withheld; other withheld words may stand in an open text by chance.
_NUMBER = re.compile(r"(?=(?:[A-Za-z]*[0-9]){5})[0-9A-Za-z]{6,}")


def reason_kept(rules: OfficeContext, view: CaseView) -> Kept | None:
    """Why nothing of the case leaves on the day of the view; None where it lies open (不公开的原因)."""
    workflow = in_use(rules, view.workflow)
    return why_kept(workflow, view.case, view.deadlines.values(), view.as_of)


def published_record(rules: OfficeContext, view: CaseView) -> dict[str, Any]:
    """
    What of a case may be shown to the public (公开的信息): its fields by their Chinese labels; nothing where the case
    does not lie open.
    """
    workflow = in_use(rules, view.workflow)
    leaving = public_facts(workflow, view.case, view.deadlines.values(), view.as_of)
    return {leaving[name].spec.label: told for name, told in _texts(workflow, view.case, leaving).items()}


class Published(NamedTuple):
    """What leaves of a case, by the names of its facts (公开的要素): as it is shown, and the values behind it."""

    texts: Mapping[str, Any]
    values: Mapping[str, Any]


def published_today(
    rules: OfficeContext, workflow: Workflow, number: str, entries: Sequence[Entry], today: date
) -> Published:
    """What leaves as the whole record tells it today: an entry that has just been written may have come in late."""
    record = record_of(entries, today)
    if not record:
        return Published({}, {})
    case, deadlines = replay(workflow, number, record), reckon_case(workflow, record, rules.rulebook, today)
    workflow = in_use(rules, workflow)
    leaving = public_facts(workflow, case, deadlines.values(), today)
    return Published(_texts(workflow, case, leaving), {name: each.value for name, each in leaving.items()})


def in_use(rules: OfficeContext, workflow: Workflow) -> Workflow:
    """
    The rules in use today for the workflow of a case: what may leave today is not judged by an edition of years ago.
    Where the office has no such workflow any more, the old one, of which nothing leaves that it did not declare.
    """
    return rules.rulebook.workflows.get(workflow.name, workflow)


def _texts(workflow: Workflow, case: Case, leaving: Mapping[str, Leaving]) -> dict[str, Any]:
    """
    The facts that leave, as they are shown. A masked name, a withheld number and an identity number do not leave
    inside another text either.
    """
    covers = _covers(workflow, case, leaving)
    shown: dict[str, Any] = {}
    for name, (spec, value, _) in leaving.items():
        told = spec.choices.get(value, value) if spec.type == "choice" else value
        if isinstance(told, str):
            told = _without_identity(told)
            for pattern, mask in covers:
                told = pattern.sub(mask, told)
        shown[name] = told
    return shown


def _covers(workflow: Workflow, case: Case, leaving: Mapping[str, Leaving]) -> list[tuple[re.Pattern[str], str]]:
    """What must not appear in any text that leaves, and what replaces it."""
    clear = {name for name, (_, _, how) in leaving.items() if how is Shown.OPEN}
    names, numbers = set(), set()
    for name, value in case.facts.items():
        spec = workflow.facts.get(name)
        if spec is None or name in clear or not isinstance(value, str) or not value:
            continue
        if spec.published == "masked":
            names.add(_without_identity(value))
        elif spec.type in ("text", "identity_number") and _NUMBER.fullmatch(value):
            numbers.add(value)
    numbers -= {str(leaving[name][1]) for name in clear}
    found = [(re.compile(rf"(?<![0-9A-Za-z]){text}(?![0-9A-Za-z])"), _MASK * len(text)) for text in sorted(numbers)]
    for text in sorted(names, key=len, reverse=True):  # a name that holds another one before it
        found.append((re.compile(re.escape(text)), masked_text(text)))
    return found


def masked_text(text: str) -> str:
    """The first character, and a mask for each of the others (隐名)."""
    return text[:1] + _MASK * (len(text) - 1)


def _without_identity(text: str) -> str:
    return _IDENTITY.sub(lambda found: _MASK * 18 if is_identity_number(found.group()) else found.group(), text)
