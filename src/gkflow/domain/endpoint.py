"""Endpoints (接收端): other systems to which the events of an office are posted."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gkflow.domain.case import RECOUNT
from gkflow.domain.event import CALENDAR_ADOPTED, CASE_IMPORTED, ESCALATION_REACHED, RULES_ADOPTED, SWEEP_DONE

if TYPE_CHECKING:
    from gkflow.domain.workflow import Workflow

SECRET_PREFIX = "whsec_"
SHORTEST_SECRET = 24
"""Bytes: "between 24 bytes (192 bits) and 64 bytes (512 bits)", Standard Webhooks 1.0."""

OFFICE_TYPES = (CASE_IMPORTED, SWEEP_DONE, ESCALATION_REACHED, CALENDAR_ADOPTED, RULES_ADOPTED)
"""The types of events that no workflow names."""

CASE = "case."
TEST = "endpoint.test"
"""The type of an event that is posted to try an endpoint; it is no event of the office."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint (接收端): where which events are posted, and the secret by which the receiver knows their sender."""

    name: str
    url: str = field(repr=False)  # it may hold a password
    secret: str = field(repr=False)
    types: tuple[str, ...] = ("*",)
    unit: str = ""  # events of its cases alone; empty: all events

    def wants(self, event_type: str) -> bool:
        """Whether events of a type are posted to it."""
        return any(fnmatchcase(event_type, each) for each in self.types)


def secret_key(secret: str) -> bytes | None:
    """
    The key of a secret (签名密钥): what follows ``whsec_`` in base64; None for any other form.

    >>> secret_key("whsec_c2VjcmV0"), secret_key("secret"), secret_key("whsec_?")
    (b'secret', None, None)
    """
    if not secret.startswith(SECRET_PREFIX):
        return None
    text = secret.removeprefix(SECRET_PREFIX)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def types_of(workflows: Iterable[Workflow]) -> tuple[str, ...]:
    """The types of events that these workflows and the office may lead to (事件类型)."""
    found = {f"{CASE}{action.target or name}" for flow in workflows for name, action in flow.actions.items()}
    return (*OFFICE_TYPES, *sorted(found - {CASE_IMPORTED} | {f"{CASE}{RECOUNT}"}))


def is_plausible(pattern: str) -> bool:
    """Whether a pattern may match a type, as far as can be known without workflows."""
    if pattern.startswith(CASE):
        return len(pattern) > len(CASE)
    return any(fnmatchcase(each, pattern) for each in (*OFFICE_TYPES, CASE))


def matches_nothing(endpoints: Iterable[Endpoint], types: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The patterns that match no type of event, by endpoint (无效的事件类型)."""
    found = {
        each.name: tuple(pattern for pattern in each.types if not any(fnmatchcase(kind, pattern) for kind in types))
        for each in endpoints
    }
    return {name: patterns for name, patterns in found.items() if patterns}
