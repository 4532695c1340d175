"""The predictors by name (推定方法): how the days of a year without a notice are predicted."""

from __future__ import annotations

from gkflow import plugs
from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said
from gkflow.plugs import Predictor

DEFAULT = "statutory"


def predictor_named(name: str) -> Predictor:
    """
    The predictor called *name*, of this package or another (gkflow.predictors); another name raises a
    :class:`CalendarError` that lists the existing ones (推定方法).

    >>> predictor_named("statutory")(2027).makeup_days
    frozenset()
    """
    if not plugs.is_known(plugs.PREDICTORS, name):
        there = plugs.names(plugs.PREDICTORS)
        raise CalendarError(reason=said('no predictor "{name}"; there are {names}', name=name, names=there))
    found: Predictor | plugs.Broken = plugs.plug(plugs.PREDICTORS, name)
    if isinstance(found, plugs.Broken):
        raise CalendarError(reason=said('predictor "{name}" cannot be used: {why}', name=name, why=found.reason))
    return found
