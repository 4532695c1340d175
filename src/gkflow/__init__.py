"""
gkflow: disclosure cases by the law's own days (政务公开办理流程与法定期限).

    office = gkflow.open("sqlite:///gkflow.db")       # or the caller's engine
    case = office.receive("request", facts={"channel": "in_person"})
    office.do(case.number, "reply", facts={"decision": "D-PUB", "method": "posted"})
    office.page(gkflow.CaseQuery(overdue=True))

open, calendar                        an office with its verbs, and the working calendar alone
Settings                              the settings of an office in code, without a file
load_rules                            the rules in the files, read once for all offices of a process
migrate, metadata, grants             the tables beside a portal's own
Office                                the verbs: help(gkflow.Office)
Outcome                               what an entry came to
Case, Entry, Finding                  a case, its record, what is wrong with it
Deadline, Status, Verdict             a last day, its state, whether it was kept
CaseLine, CaseQuery, Page             lists of cases
Event, Audience                       what happened, in sequence: office.events(), office.on()
Swept, WouldReach, Verified, Rebuilt  results of the sweep and of checking
WorkCalendar                          working days
Channel, Message, NotDelivered        a way of notifying people
webhooks                              for receivers of events: webhooks.verify()
GkflowError                           every error, with a stable ``code``: Refused, NotFound, Conflict, Unfit,
                                      FilesAtFault
Code, FindingCode                     the codes of errors and of findings

Importing this package reads no file and opens no database: every name is loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gkflow import webhooks as webhooks
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
    from gkflow.domain.codes import Code as Code
    from gkflow.domain.codes import FindingCode as FindingCode
    from gkflow.domain.deadline import Deadline as Deadline
    from gkflow.domain.deadline import Status as Status
    from gkflow.domain.deadline import Verdict as Verdict
    from gkflow.domain.errors import Conflict as Conflict
    from gkflow.domain.errors import FilesAtFault as FilesAtFault
    from gkflow.domain.errors import GkflowError as GkflowError
    from gkflow.domain.errors import NotFound as NotFound
    from gkflow.domain.errors import Refused as Refused
    from gkflow.domain.errors import Unfit as Unfit
    from gkflow.domain.event import Audience as Audience
    from gkflow.domain.event import Event as Event
    from gkflow.in_use import load_rules as load_rules
    from gkflow.office import Office as Office
    from gkflow.open_office import open_office as open
    from gkflow.portal_tables import grants as grants
    from gkflow.portal_tables import metadata as metadata
    from gkflow.portal_tables import migrate as migrate
    from gkflow.settings_in_code import Settings as Settings

    __version__: str
    # For type checkers alone: with it help() would print every class in full.
    __all__ = [  # noqa: RUF022  (in the order of their use)
        "open",
        "Settings",
        "calendar",
        "load_rules",
        "migrate",
        "metadata",
        "grants",
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
        "Event",
        "Audience",
        "Swept",
        "WouldReach",
        "Verified",
        "Rebuilt",
        "Channel",
        "Message",
        "NotDelivered",
        "webhooks",
        "GkflowError",
        "Refused",
        "NotFound",
        "Conflict",
        "Unfit",
        "FilesAtFault",
        "Code",
        "FindingCode",
    ]

# In the order of their use.
_HOMES = {
    "open": ("gkflow.open_office", "open_office"),
    "Settings": ("gkflow.settings_in_code", "Settings"),
    "calendar": ("gkflow.bootstrap", "calendar"),
    "load_rules": ("gkflow.in_use", "load_rules"),
    "migrate": ("gkflow.portal_tables", "migrate"),
    "metadata": ("gkflow.portal_tables", "metadata"),
    "grants": ("gkflow.portal_tables", "grants"),
    "Office": ("gkflow.office", "Office"),
    "Outcome": ("gkflow.application.actions", "Outcome"),
    "CaseLine": ("gkflow.application.case_lines", "CaseLine"),
    "CaseQuery": ("gkflow.application.case_lines", "CaseQuery"),
    "Page": ("gkflow.application.pages", "Page"),
    "Case": ("gkflow.domain.case", "Case"),
    "Entry": ("gkflow.domain.case", "Entry"),
    "Finding": ("gkflow.domain.case", "Finding"),
    "Deadline": ("gkflow.domain.deadline", "Deadline"),
    "Status": ("gkflow.domain.deadline", "Status"),
    "Verdict": ("gkflow.domain.deadline", "Verdict"),
    "WorkCalendar": ("gkflow.domain.calendar", "WorkCalendar"),
    "Event": ("gkflow.domain.event", "Event"),
    "Audience": ("gkflow.domain.event", "Audience"),
    "Swept": ("gkflow.application.sweep", "Swept"),
    "WouldReach": ("gkflow.application.sweep", "WouldReach"),
    "Verified": ("gkflow.application.verify", "Verified"),
    "Rebuilt": ("gkflow.application.verify", "Rebuilt"),
    "Channel": ("gkflow.application.ports", "Channel"),
    "Message": ("gkflow.application.ports", "Message"),
    "NotDelivered": ("gkflow.application.ports", "NotDelivered"),
    "webhooks": ("gkflow.webhooks", ""),
    "GkflowError": ("gkflow.domain.errors", "GkflowError"),
    "Refused": ("gkflow.domain.errors", "Refused"),
    "NotFound": ("gkflow.domain.errors", "NotFound"),
    "Conflict": ("gkflow.domain.errors", "Conflict"),
    "Unfit": ("gkflow.domain.errors", "Unfit"),
    "FilesAtFault": ("gkflow.domain.errors", "FilesAtFault"),
    "Code": ("gkflow.domain.codes", "Code"),
    "FindingCode": ("gkflow.domain.codes", "FindingCode"),
}
NAMES = tuple(_HOMES)


if not TYPE_CHECKING:  # to a type checker an unknown name is an error

    def __getattr__(name: str) -> object:
        if name == "__version__":
            return importlib.import_module("importlib.metadata").version("gkflow")
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'gkflow' has no attribute {name!r}")
        module = importlib.import_module(home[0])
        value: object = getattr(module, home[1]) if home[1] else module
        if name != "calendar":  # a submodule of that name would shadow the function
            globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted([*globals(), *NAMES])
