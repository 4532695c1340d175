"""
Column files (列对照文件): the headings and values of another system's register, mapped to ours.

    heading: 1                      # the row of the headings; 1 where it is left out
    columns:                        # heading: our column or fact, by code or Chinese label, or several of them
      行政处罚决定书文号: [case, document_number]
      处罚决定日期: [day, decision_date]
      行政相对人类别: counterparty_kind
      行政相对人名称: {when: {counterparty_kind: natural_person}, then: person_name, else: counterparty}
    constants: {workflow: penalty, action: decide}
    values:                         # by our column or fact: the file's word: ours
      counterparty_kind: {自然人: natural_person, 法人: legal_person}
    ignore: [序号]                  # headings left out; every other one is kept as a remark
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gkflow.application.columns import Columns, Split
from gkflow.application.marks import folded
from gkflow.application.rows import COLUMNS, HEADINGS, LABELS, OWN_COLUMNS
from gkflow.domain.fact_rules import FactSpec
from gkflow.domain.rulebook import Rulebook, mean
from gkflow.domain.sentences import said
from gkflow.domain.workflow import Workflow
from gkflow.files.kinds.columns import ColumnsFile, SplitKeys
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults
from gkflow.files.yaml_files import read_yaml

_LAST_HEADING = 100


def read_columns(path: Path, rulebook: Rulebook) -> Columns:
    """Read a column file (读取列对照文件). Raises FilesAtFault with all its faults."""
    faults = Faults()
    node = read_yaml(path, path.as_posix(), faults)
    columns = Columns()
    if node is not None:
        columns = _Reading(rulebook, read_model(ColumnsFile, node, faults)).columns()
    faults.raise_if_any()
    return columns


class _Reading:
    def __init__(self, rulebook: Rulebook, found: Found[ColumnsFile]) -> None:
        self.rulebook, self.found, self.file = rulebook, found, found.model
        self.workflow: Workflow | None = None
        self.facts: dict[str, FactSpec] = {}
        self.known: tuple[str, ...] = ()
        self.labels: dict[str, str] = {}
        self.lines: dict[str, int] = {}  # the given names of ours, and their lines

    def columns(self) -> Columns:
        self._choose_workflow()
        constants = self._constants()
        names, copies, splits = self._names()
        heading = self.file.heading
        if heading > _LAST_HEADING:
            self.found.fault(
                said("the headings stand in one of the first {most} {most:row|rows}", most=_LAST_HEADING),
                key="heading",
            )
        ignored = frozenset(self.file.ignore)
        for both in sorted(ignored & names.keys()):
            self.found.fault(said('ignore: "{both}" is mapped as well', both=both), key="ignore")
        return Columns(names, copies, splits, constants, self._values(), ignored, min(heading, _LAST_HEADING))

    def _at(self, text: str, *path: str | int) -> None:
        self.found.faults.at(self.found.node_at(*path), text)

    def _choose_workflow(self) -> None:
        """The facts are those of the workflow that every row has, or of all workflows."""
        flows = self.rulebook.workflows
        by_label = {each.label: each for each in flows.values()}
        for key, value in self.file.constants.items():
            if key in ("workflow", LABELS["workflow"]):
                self.workflow = flows.get(str(value)) or by_label.get(str(value))
                if self.workflow is None:
                    hint = mean(str(value), (*flows, *by_label))
                    self._at(said('constants: no workflow "{value}"{hint}', value=value, hint=hint), "constants", key)
        chosen = [self.workflow] if self.workflow is not None else flows.values()
        self.facts = {name: spec for flow in chosen for name, spec in flow.facts.items()}
        self.known = (*COLUMNS, *(column for _, column in OWN_COLUMNS), *self.facts)
        self.labels = {**{folded(spec.label): name for name, spec in self.facts.items()}, **HEADINGS}

    def _constants(self) -> dict[str, Any]:
        constants: dict[str, Any] = {}
        for key, value in self.file.constants.items():
            name = self._target(key, self.found.line_of("constants", key))
            if isinstance(value, (dict, list)) or value is None:
                self._at(said("constants: {key} must be a text, a number or a day", key=key), "constants", key)
                continue
            constants[name] = value
            if name == "action" and self.workflow is not None:
                known = (*self.workflow.actions, *(action.label for action in self.workflow.actions.values()))
                if value not in known:
                    hint = mean(str(value), known)
                    text = said(
                        'constants: {name} has no action "{value}"{hint}',
                        name=self.workflow.name,
                        value=value,
                        hint=hint,
                    )
                    self._at(text, "constants", key)
        return constants

    def _names(self) -> tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, Split]]:
        names: dict[str, str] = {}
        copies: dict[str, tuple[str, ...]] = {}
        splits: dict[str, Split] = {}
        for heading, column in self.file.columns.items():
            path = ("columns", heading)
            if isinstance(column, SplitKeys):
                names[heading], split = self._split(column, *path)
                if split is not None:
                    splits[names[heading]] = split
                continue
            lines = (self.found.node_at(*path, at).line for at in range(len(column)))
            targets = [self._target(text, line) for text, line in zip(column, lines, strict=True) if text]
            if not targets:
                if not column:
                    self._at(said('columns: "{heading}" names no column or fact', heading=heading), *path)
                continue
            names[heading] = targets[0]
            if targets[1:]:
                copies[targets[0]] = tuple(targets[1:])
        return names, copies, splits

    def _split(self, keys: SplitKeys, *path: str | int) -> tuple[str, Split | None]:
        line = self.found.node_at(*path).line
        then, otherwise = (self._target(text, line) if text else "" for text in (keys.then, keys.otherwise))
        if len(keys.when) != 1:
            if self.found.has(*path, "when"):
                self.found.fault(said("when names one fact and its values"), *path, key="when")
            return otherwise, None
        ((key, values),) = keys.when.items()
        fact = self._name_of(key)
        spec = self.facts.get(fact)
        if spec is None:
            where = self.found.line_of(*path, "when", key)
            text = said('when: no fact "{key}"{mean}', key=key, mean=mean(key, tuple(self.facts)))
            self.found.faults.add(self.found.node.file, where, text)
            return otherwise, None
        codes = [self._choice(spec, text, *path, "when", key, at) for at, text in enumerate(values)]
        return otherwise, Split(fact, frozenset((*codes, *(spec.choices.get(code, code) for code in codes))), then)

    def _name_of(self, text: str) -> str:
        return text if text in self.known else self.labels.get(folded(text), text)

    def _target(self, text: str, line: int) -> str:
        """Our column or fact by its code or label, each only once."""
        name = self._name_of(text)
        wrong = ""
        if name not in self.known:
            wrong = said('no column or fact "{text}"{mean}', text=text, mean=mean(text, (*self.known, *self.labels)))
        elif name in self.lines:
            wrong = said('"{text}" is given already (line {value})', text=text, value=self.lines[name])
        else:
            self.lines[name] = line
        if wrong:
            self.found.faults.add(self.found.node.file, line, wrong)
        return name

    def _values(self) -> dict[str, dict[str, Any]]:
        result: dict[str, dict[str, Any]] = {}
        for key, words in self.file.values.items():
            name = self._name_of(key)
            if name not in self.lines:
                where = self.found.line_of("values", key)
                self.found.faults.add(
                    self.found.node.file, where, said('values: "{key}" is no column of this mapping', key=key)
                )
            spec = self.facts.get(name)
            result[name] = {
                word: self._choice(spec, value, "values", key, word) if spec is not None and spec.choices else value
                for word, value in words.items()
            }
        return result

    def _choice(self, spec: FactSpec, value: Any, *path: str | int) -> str:
        """The code of a choice."""
        text = str(value)
        code = next((code for code, label in spec.choices.items() if text in (code, label)), "")
        if not code and spec.choices:
            allowed = ", ".join(spec.choices)
            self._at(
                said('{name} has no choice "{text}"; there are: {allowed}', name=spec.name, text=text, allowed=allowed),
                *path,
            )
        return code or text
