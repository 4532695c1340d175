"""
gkflow: disclosure cases by the law's own days (政务公开办理流程与法定期限).

``gkflow.open(url_or_engine)`` gives an :class:`Office` with the verbs of a disclosure office; ``gkflow.calendar()``
the working calendar that it reckons with. Importing this package reads no file and opens no database: every name
is loaded when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gkflow.bootstrap import calendar as calendar
    from gkflow.domain.calendar import WorkCalendar as WorkCalendar
    from gkflow.domain.case import Case as Case
    from gkflow.domain.deadline import Deadline as Deadline
    from gkflow.domain.errors import Conflict as Conflict
    from gkflow.domain.errors import FilesAtFault as FilesAtFault
    from gkflow.domain.errors import GkflowError as GkflowError
    from gkflow.domain.errors import NotFound as NotFound
    from gkflow.domain.errors import Refused as Refused
    from gkflow.domain.errors import Unfit as Unfit
    from gkflow.office import Office as Office
    from gkflow.office import open_office as open

_HOMES = {
    "Case": ("gkflow.domain.case", "Case"),
    "Conflict": ("gkflow.domain.errors", "Conflict"),
    "Deadline": ("gkflow.domain.deadline", "Deadline"),
    "FilesAtFault": ("gkflow.domain.errors", "FilesAtFault"),
    "GkflowError": ("gkflow.domain.errors", "GkflowError"),
    "NotFound": ("gkflow.domain.errors", "NotFound"),
    "Office": ("gkflow.office", "Office"),
    "Refused": ("gkflow.domain.errors", "Refused"),
    "Unfit": ("gkflow.domain.errors", "Unfit"),
    "WorkCalendar": ("gkflow.domain.calendar", "WorkCalendar"),
    "calendar": ("gkflow.bootstrap", "calendar"),
    "open": ("gkflow.office", "open_office"),
}

__all__ = [  # noqa: RUF022  (in the order of their use)
    "open",
    "calendar",
    "Office",
    "Case",
    "Deadline",
    "WorkCalendar",
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
    if name != "calendar":  # a submodule of that name could not be told from the function
        globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
