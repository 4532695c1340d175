"""
The errors of gkflow (错误).

Every objection is a class of its own, with a code, an English sentence and typed fields (``domain/objections/``). A
door (command line, page, portal) chooses wording and language; logs and tracebacks show the English sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform

from gkflow.domain.as_dict import AsDict, Data, plain
from gkflow.domain.sentences import Sentence, joined, said

_LONGEST = 1000  # characters of one fact in a sentence
_FEW = 3  # files that a sentence names
_E = TypeVar("_E", bound="GkflowError")


@dataclass(frozen=True, slots=True)
class Labels:
    """What the rule files call the names of workflows, actions and states (名称的标签)."""

    workflows: Mapping[str, str]
    others: Mapping[str, str]  # of actions and states


NO_LABELS = Labels({}, {})


@dataclass_transform(kw_only_default=True, frozen_default=True)
class GkflowError(Exception):
    """
    An objection with a code and its facts (异议).

    A subclass with a ``code`` and a ``sentence`` is raised with its annotated fields as keywords. ``facts`` has them by
    name, with those that a caller in between has added; ``exit_code`` is the exit code of a command line.
    """

    exit_code: ClassVar[int] = 2
    code: ClassVar[str] = ""
    sentence: ClassVar[Sentence]
    # The sentence for a command line where it names commands or options, in either language.
    in_terminal: ClassVar[Sentence | None] = None
    fields: ClassVar[Mapping[str, str]] = {}
    facts: dict[str, Any]
    # Of what it names, as the rules of the office that raised it have them; None where no office did.
    called: Labels | None = None

    def __init_subclass__(cls) -> None:
        # Annotated names are fields; class variables are not.
        own = {name: kind for name, kind in cls.__annotations__.items() if not kind.startswith("ClassVar")}
        cls.fields = {**cls.fields, **own}

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        missing = [name for name in self.fields if name not in facts and not hasattr(type(self), name)]
        if missing or not facts.keys() <= self.fields.keys():
            unknown = sorted(facts.keys() - self.fields.keys())
            raise TypeError(f"{type(self).__name__}: missing {missing}, unknown {unknown}")
        self.facts = facts
        self.__dict__.update(facts)

    @classmethod
    def of(cls: type[_E], facts: Mapping[str, Any]) -> _E:
        """The objection with its fields taken from *facts*; further facts are kept."""
        error = cls(**{name: facts[name] for name in cls.fields if name in facts})
        error.facts = dict(facts)
        return error

    def __str__(self) -> str:
        return fill(self.in_terminal or self.sentence, {**self.facts, **self.computed()})

    def message(self, lang: Literal["zh", "en"] = "zh") -> str:
        """
        Its sentence in Chinese or English (异议文字), for the people of a portal: without the commands and options that
        ``str(error)`` and the command line name. Raises ValueError for another language.
        """
        # By name: the catalogues are outside of the domain, and only whoever shows a sentence needs them.
        words = import_module("gkflow.words.objections")
        return str(words.message(self, lang))

    def as_dict(self) -> Data:
        """Its code, its sentence in English (``message``) and its facts, as JSON's types."""
        return {"code": self.code, "message": self.message("en"), "facts": plain(self.facts)}

    def computed(self) -> dict[str, str]:
        """The additional values of the English sentence: the article and the choices, if there are any."""
        cite, possible = self.facts.get("cite"), self.facts.get("possible")
        more = {"cited": f" ({cite})" if cite else "", "possible": f"; {possible}" if possible else ""}
        if "counted_in" in self.facts:
            more["counted_in"] = str(self.facts["counted_in"]).replace("_", " ")
        return more

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.__dict__)


def _rebuilt(cls: type[_E], state: dict[str, Any]) -> _E:
    error = cls.__new__(cls, cls.code)
    error.__dict__.update(state)
    return error


def objections(base: type[GkflowError] = GkflowError) -> dict[str, type[GkflowError]]:
    """Every objection with a code, by its code, of the loaded modules."""
    found: dict[str, type[GkflowError]] = {}
    for cls in base.__subclasses__():
        if "code" in cls.__dict__:
            found[cls.code] = cls
        found.update(objections(cls))
    return found


class Refused(GkflowError):
    """The request is against a rule of the workflow, the law or the record (不予办理)."""


class NotFound(GkflowError):
    """A case, workflow, action, clock or file of that name does not exist (未找到)."""


class Conflict(GkflowError):
    """Somebody else was faster, or a key was used for something else (冲突)."""


class Unfit(GkflowError):
    """The installation cannot be used as it is: settings, schema, clock of the machine (环境不符)."""


@dataclass(frozen=True, slots=True)
class Fault(AsDict):
    """One fault of a data file (规则文件错误), with its place."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.text}" if self.line else f"{self.file}  {self.text}"


class FilesAtFault(GkflowError):
    """The data files have faults; all of them are reported at once (规则文件有误)."""

    code = "files_at_fault"
    sentence = said("{count} {count:fault|faults} in {files}")
    in_terminal = said("{count} {count:fault|faults} in {files}; run: gkflow check")
    fields: ClassVar[Mapping[str, str]] = {"count": "int", "files": "Sequence[str]"}

    def __init__(self, faults: Sequence[Fault]) -> None:
        # Settings that are built in code have no file: their faults have the argument in its place.
        files = list(dict.fromkeys(fault.file for fault in faults))
        super().__init__(count=len(faults), files=tuple(files if len(files) <= _FEW else (*files[:_FEW], "…")))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class ExaminedAtFault(FilesAtFault):
    """The checked file has faults: a finding of the check, not a wrong use of the command (检查结果)."""

    exit_code = 1


class _Unknown(str):
    """What is not known: a question mark, and the plural of what it counts."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        _, either, many = spec.partition("|")
        return many if either else "?"


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return _Unknown("?")


def fill(sentence: str, facts: Mapping[str, Any]) -> str:
    """
    Fill a sentence with the facts: one line. A missing fact reads as a question mark, lists are joined, what somebody
    gave is put on one line and cut off where it would fill a screen.
    """
    return sentence.format_map(_Facts({name: _one_line(joined(value)) for name, value in facts.items()}))


def _one_line(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value if value.isprintable() else " ".join(value.splitlines())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
