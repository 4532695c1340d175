"""
Public information (公开的信息): the facts that may be published, by Chinese label, with personal data masked.

``domain/publication`` decides which facts are public; this module formats them as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from gkflow.application.docket import reckon_case
from gkflow.application.explain import CaseView
from gkflow.application.office_context import OfficeContext
from gkflow.domain.case import Case, Entry, record_of
from gkflow.domain.check_digits import is_identity_number
from gkflow.domain.machine import replay
from gkflow.domain.publication import Kept, Leaving, Shown, public_facts, why_kept
from gkflow.domain.workflow import Workflow

_MASK = "＊"
# 17 digits and a check character, not part of a longer number: the form of an identity number in a text.
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
# A withheld number of a person or a document; other withheld words may occur in an open text by chance.
_NUMBER = re.compile(r"(?=(?:[A-Za-z]*[0-9]){5})[0-9A-Za-z]{6,}")


def reason_kept(rules: OfficeContext, view: CaseView) -> Kept | None:
    """Why nothing of the case is public on the day of the view; None if it is public (不公开的原因)."""
    workflow = in_use(rules, view.workflow)
    return why_kept(workflow, view.case, view.deadlines.values(), view.as_of)


def published_record(rules: OfficeContext, view: CaseView) -> dict[str, object]:
    """
    The public part of a case (公开的信息): its fields by Chinese label; nothing if the case is not public.
    """
    workflow = in_use(rules, view.workflow)
    leaving = public_facts(workflow, view.case, view.deadlines.values(), view.as_of)
    return {leaving[name].spec.label: shown_value for name, shown_value in _texts(workflow, view.case, leaving).items()}


class Published(NamedTuple):
    """The public facts of a case by name (公开的要素): as shown, and the values behind them."""

    texts: Mapping[str, object]
    values: Mapping[str, object]


def published_today(
    rules: OfficeContext, workflow: Workflow, number: str, entries: Sequence[Entry], today: date
) -> Published:
    """The public facts by the whole record today: a new entry may have come in late."""
    record = record_of(entries, today)
    if not record:
        return Published({}, {})
    case, deadlines = replay(workflow, number, record), reckon_case(workflow, record, rules.rulebook, today)
    workflow = in_use(rules, workflow)
    leaving = public_facts(workflow, case, deadlines.values(), today)
    return Published(_texts(workflow, case, leaving), {name: each.value for name, each in leaving.items()})


def in_use(rules: OfficeContext, workflow: Workflow) -> Workflow:
    """
    The present rules for the workflow of a case: an edition of years ago does not decide what is public today. If the
    office no longer has the workflow, the old one, of which only declared facts are public.
    """
    return rules.rulebook.workflows.get(workflow.name, workflow)


def _texts(workflow: Workflow, case: Case, leaving: Mapping[str, Leaving]) -> dict[str, object]:
    """
    The public facts as shown. Masked names, withheld numbers and identity numbers are also masked inside other texts.
    """
    covers = _covers(workflow, case, leaving)
    shown: dict[str, object] = {}
    for name, (spec, value, _) in leaving.items():
        shown_value = spec.choices.get(str(value), value) if spec.type == "choice" else value
        if isinstance(shown_value, str):
            shown_value = _without_identity(shown_value)
            for pattern, mask in covers:
                shown_value = pattern.sub(mask, shown_value)
        shown[name] = shown_value
    return shown


def _covers(workflow: Workflow, case: Case, leaving: Mapping[str, Leaving]) -> list[tuple[re.Pattern[str], str]]:
    """What must not appear in any public text, and its replacement."""
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
    for text in sorted(names, key=len, reverse=True):  # a name that contains another one first
        found.append((re.compile(re.escape(text)), masked_text(text)))
    return found


def masked_text(text: str) -> str:
    """The first character, and a mask for each of the others (隐名)."""
    return text[:1] + _MASK * (len(text) - 1)


def _without_identity(text: str) -> str:
    return _IDENTITY.sub(lambda found: _MASK * 18 if is_identity_number(found.group()) else found.group(), text)
