"""
Column files (列对照文件): what the headings and words of another system's register mean.

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
from gkflow.domain.rulebook import Rulebook, mean
from gkflow.domain.workflow import FactSpec, Workflow
from gkflow.files.nodes import Faults, Node, plain
from gkflow.files.strict_reader import Section
from gkflow.files.yaml_files import read_yaml

_LAST_HEADING = 100


def read_columns(path: Path, rulebook: Rulebook) -> Columns:
    """Read a column file (读取列对照文件). Raises FilesAtFault with all its faults."""
    faults = Faults()
    node = read_yaml(path, path.as_posix(), faults)
    found = Columns()
    if node is not None:
        with Section(node, "", faults) as section:
            found = _Reading(rulebook, section, faults).columns()
    faults.tell()
    return found


class _Reading:
    def __init__(self, rulebook: Rulebook, section: Section, faults: Faults) -> None:
        self.rulebook, self.section, self.faults = rulebook, section, faults
        self.workflow: Workflow | None = None
        self.facts: dict[str, FactSpec] = {}
        self.known: tuple[str, ...] = ()
        self.labels: dict[str, str] = {}
        self.lines: dict[str, int] = {}  # our names that are given, and where

    def columns(self) -> Columns:
        self._choose_workflow()
        constants = self._constants()
        names, copies, splits = self._names()
        heading = self.section.integer("heading", 1, least=1)
        if heading > _LAST_HEADING:
            self.section.fault(f"the headings stand in one of the first {_LAST_HEADING} rows", "heading")
        ignored = frozenset(self.section.texts("ignore"))
        for both in sorted(ignored & names.keys()):
            self.section.fault(f'ignore: "{both}" is mapped as well', "ignore")
        return Columns(names, copies, splits, constants, self._values(), ignored, min(heading, _LAST_HEADING))

    def _choose_workflow(self) -> None:
        """The facts are those of the workflow that every row has, or of all workflows."""
        flows = self.rulebook.workflows
        by_label = {each.label: each for each in flows.values()}
        for key, node in self.section.items("constants"):
            if key in ("workflow", LABELS["workflow"]):
                self.workflow = flows.get(str(node.value)) or by_label.get(str(node.value))
                if self.workflow is None:
                    hint = mean(str(node.value), (*flows, *by_label))
                    self.faults.at(node, f'constants: no workflow "{node.value}"{hint}')
        chosen = [self.workflow] if self.workflow is not None else flows.values()
        self.facts = {name: spec for flow in chosen for name, spec in flow.facts.items()}
        self.known = (*COLUMNS, *(column for _, column in OWN_COLUMNS), *self.facts)
        self.labels = {**{folded(spec.label): name for name, spec in self.facts.items()}, **HEADINGS}

    def _constants(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, node in self.section.items("constants"):
            name = self._target(str(key), node.file, key.line)
            if isinstance(node.value, (dict, list)) or node.value is None:
                self.faults.at(node, f"constants: {key} must be a text, a number or a day")
                continue
            found[name] = plain(node)
            if name == "action" and self.workflow is not None:
                known = (*self.workflow.actions, *(action.label for action in self.workflow.actions.values()))
                if node.value not in known:
                    hint = mean(str(node.value), known)
                    self.faults.at(node, f'constants: {self.workflow.name} has no action "{node.value}"{hint}')
        return found

    def _names(self) -> tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, Split]]:
        names: dict[str, str] = {}
        copies: dict[str, tuple[str, ...]] = {}
        splits: dict[str, Split] = {}
        for heading, node in self.section.items("columns"):
            if isinstance(node.value, dict):
                with Section(node, f'columns: "{heading}"', self.faults) as section:
                    names[str(heading)], split = self._split(section)
                if split is not None:
                    splits[names[str(heading)]] = split
                continue
            listed = node.value if isinstance(node.value, list) else [node]
            targets = [self._target(each.value, each.file, each.line) for each in listed]
            if not targets:
                self.faults.at(node, f'columns: "{heading}" names no column or fact')
                continue
            names[str(heading)] = targets[0]
            if targets[1:]:
                copies[targets[0]] = tuple(targets[1:])
        return names, copies, splits

    def _split(self, section: Section) -> tuple[str, Split | None]:
        node = section.node
        then = self._target(section.text("then"), node.file, node.line)
        otherwise = self._target(section.text("else"), node.file, node.line)
        conditions = list(section.items("when", needed=True))
        if len(conditions) != 1:
            section.fault("when names one fact and its values", "when")
            return otherwise, None
        key, values = conditions[0]
        fact = self._name_of(str(key))
        listed = values.value if isinstance(values.value, list) else [values]
        spec = self.facts.get(fact)
        if spec is None:
            self.faults.add(node.file, key.line, f'when: no fact "{key}"{mean(str(key), tuple(self.facts))}')
            return otherwise, None
        codes = [self._choice(spec, each) for each in listed]
        return otherwise, Split(fact, frozenset((*codes, *(spec.choices.get(code, code) for code in codes))), then)

    def _name_of(self, text: str) -> str:
        return text if text in self.known else self.labels.get(folded(text), text)

    def _target(self, value: Any, file: str, line: int) -> str:
        """Our column or fact by its code or label, each only once."""
        name = self._name_of(str(value))
        if name not in self.known:
            hint = mean(str(value), (*self.known, *self.labels))
            self.faults.add(file, line, f'no column or fact "{value}"{hint}')
        elif name in self.lines:
            self.faults.add(file, line, f'"{value}" is given already (line {self.lines[name]})')
        else:
            self.lines[name] = line
        return name

    def _values(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for key, words in self.section.items("values"):
            name = self._name_of(str(key))
            if name not in self.lines:
                self.faults.add(words.file, key.line, f'values: "{key}" is no column of this mapping')
            if not isinstance(words.value, dict):
                self.faults.add(words.file, key.line, f"values: {key} must be a mapping of words")
                continue
            spec = self.facts.get(name)
            choices = spec is not None and bool(spec.choices)
            found[name] = {
                str(word): self._choice(spec, node) if choices and spec is not None else plain(node)
                for word, node in words.value.items()
            }
        return found

    def _choice(self, spec: FactSpec, node: Node) -> str:
        """The code of a choice."""
        text = str(node.value)
        code = next((code for code, label in spec.choices.items() if text in (code, label)), "")
        if not code and spec.choices:
            allowed = ", ".join(spec.choices)
            self.faults.at(node, f'{spec.name} has no choice "{text}"; there are: {allowed}')
        return code or text
