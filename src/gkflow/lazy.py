"""
Code that is loaded on first use (按需加载): a command loads what it runs, not all that an office can do.

A lazy module is declared twice: for type checkers and the import contracts, which see what is imported, and for Python.

    if TYPE_CHECKING:
        from gkflow.application import register
    else:
        register = lazy.module("gkflow.application.register")

``register.import_register(…)`` then loads the module. Classes that are named in annotations alone are imported under
``TYPE_CHECKING``, as elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Generic, Self, TypeVar, overload

_P = TypeVar("_P")


class module:  # as the statement ``import``
    """A module that is imported when it is first used; of a package, the modules as well."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # whoever inspects the name loads nothing
        loaded = import_module(self._name)
        inner = f"{self._name}.{name}"
        if not hasattr(loaded, name) and hasattr(loaded, "__path__") and find_spec(inner) is not None:
            import_module(inner)
        value = getattr(loaded, name)
        setattr(self, name, value)
        return value


class part(Generic[_P]):  # a decorator
    """
    A part of an object, created on first use; functools.cached_property takes a lock each time in Python 3.11.
    """

    def __init__(self, make: Callable[[Any], _P]) -> None:
        self.make, self.name, self.__doc__ = make, make.__name__, make.__doc__

    @overload
    def __get__(self, whole: None, owner: type) -> Self: ...
    @overload
    def __get__(self, whole: object, owner: type) -> _P: ...
    def __get__(self, whole: object | None, owner: type) -> Self | _P:
        if whole is None:
            return self
        found = whole.__dict__[self.name] = self.make(whole)
        return found
