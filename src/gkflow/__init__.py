"""
gkflow: disclosure cases by the law's own days (政务公开办理流程与法定期限).

``gkflow.open(url_or_engine)`` returns an :class:`Office` with the verbs of a disclosure office; ``gkflow.calendar()``
returns the working calendar. Importing this package reads no file and opens no database: every name is loaded on first
use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gkflow.application.actions import Outcome as Outcome
    from gkflow.application.case_lines import CaseLine as CaseLine
    from gkflow.application.case_lines import CaseQuery as CaseQuery
    from gkflow.application.pages import Page as Page
    from gkflow.application.ports import Channel as Channel
    from gkflow.application.ports import Message as Message
    from gkflow.application.ports import NotDelivered as NotDelivered
    from gkflow.application.sweep import Swept as Swept
    from gkflow.application.sweep import WouldReach as WouldReach
    from gkflow.application.verify import Rebuilt as Rebuilt
    from gkflow.application.verify import Verified as Verified
    from gkflow.bootstrap import calendar as calendar
    from gkflow.domain.calendar import WorkCalendar as WorkCalendar
    from gkflow.domain.case import Case as Case
    from gkflow.domain.case import Entry as Entry
    from gkflow.domain.case import Finding as Finding
    from gkflow.domain.deadline import Deadline as Deadline
    from gkflow.domain.deadline import Status as Status
    from gkflow.domain.deadline import Verdict as Verdict
    from gkflow.domain.errors import Conflict as Conflict
    from gkflow.domain.errors import FilesAtFault as FilesAtFault
    from gkflow.domain.errors import GkflowError as GkflowError
    from gkflow.domain.errors import NotFound as NotFound
    from gkflow.domain.errors import Refused as Refused
    from gkflow.domain.errors import Unfit as Unfit
    from gkflow.office import Office as Office
    from gkflow.open_office import open_office as open

_HOMES = {
    "Case": ("gkflow.domain.case", "Case"),
    "CaseLine": ("gkflow.application.case_lines", "CaseLine"),
    "CaseQuery": ("gkflow.application.case_lines", "CaseQuery"),
    "Channel": ("gkflow.application.ports", "Channel"),
    "Conflict": ("gkflow.domain.errors", "Conflict"),
    "Deadline": ("gkflow.domain.deadline", "Deadline"),
    "Entry": ("gkflow.domain.case", "Entry"),
    "FilesAtFault": ("gkflow.domain.errors", "FilesAtFault"),
    "Finding": ("gkflow.domain.case", "Finding"),
    "GkflowError": ("gkflow.domain.errors", "GkflowError"),
    "Message": ("gkflow.application.ports", "Message"),
    "NotDelivered": ("gkflow.application.ports", "NotDelivered"),
    "NotFound": ("gkflow.domain.errors", "NotFound"),
    "Office": ("gkflow.office", "Office"),
    "Outcome": ("gkflow.application.actions", "Outcome"),
    "Page": ("gkflow.application.pages", "Page"),
    "Rebuilt": ("gkflow.application.verify", "Rebuilt"),
    "Refused": ("gkflow.domain.errors", "Refused"),
    "Status": ("gkflow.domain.deadline", "Status"),
    "Swept": ("gkflow.application.sweep", "Swept"),
    "Unfit": ("gkflow.domain.errors", "Unfit"),
    "Verdict": ("gkflow.domain.deadline", "Verdict"),
    "Verified": ("gkflow.application.verify", "Verified"),
    "WorkCalendar": ("gkflow.domain.calendar", "WorkCalendar"),
    "WouldReach": ("gkflow.application.sweep", "WouldReach"),
    "calendar": ("gkflow.bootstrap", "calendar"),
    "open": ("gkflow.open_office", "open_office"),
}

__all__ = [  # noqa: RUF022  (in the order of their use)
    "open",
    "calendar",
    "Office",
    "Outcome",
    "CaseLine",
    "CaseQuery",
    "Page",
    "Case",
    "Entry",
    "Finding",
    "Deadline",
    "Status",
    "Verdict",
    "WorkCalendar",
    "Swept",
    "WouldReach",
    "Verified",
    "Rebuilt",
    "Channel",
    "Message",
    "NotDelivered",
    "GkflowError",
    "Refused",
    "NotFound",
    "Conflict",
    "Unfit",
    "FilesAtFault",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("gkflow")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'gkflow' has no attribute {name!r}")
    value = getattr(importlib.import_module(home[0]), home[1])
    if name != "calendar":  # a submodule of that name would shadow the function
        globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
