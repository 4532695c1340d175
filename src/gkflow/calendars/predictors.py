"""The predictors by name (推定方法): how the days of a year are foreseen that no notice has announced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gkflow.calendars.shapes import shape_year
from gkflow.calendars.statutory import statutory_year
from gkflow.domain.calendar import YearOfDays
from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said

Predictor = Callable[[int], YearOfDays]
DEFAULT = "statutory"
PREDICTORS: Mapping[str, Predictor] = MappingProxyType({DEFAULT: statutory_year, "shapes": shape_year})


def predictor_named(name: str) -> Predictor:
    """
    The predictor called *name*; another name is a :class:`CalendarError` that tells those there are (推定方法).

    >>> predictor_named("statutory")(2027).makeup_days
    frozenset()
    """
    try:
        return PREDICTORS[name]
    except KeyError:
        raise CalendarError(
            reason=said('no predictor "{name}"; there are {names}', name=name, names=tuple(PREDICTORS))
        ) from None
