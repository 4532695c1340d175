"""The wording of notices (通知用语): one file, a subject and a text for each kind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from gkflow.domain.notice import ROLES_UPWARD, Wording
from gkflow.domain.sentences import said
from gkflow.files.kinds.wording import WordingFile
from gkflow.files.model_reader import Found, read_model
from gkflow.files.nodes import Faults, Node, as_json, values
from gkflow.files.yaml_files import read_yaml

KINDS = tuple(name for name in WordingFile.model_fields if name not in ("wording", "roles", "missing"))
_NAME = "config/wording/notices.yaml"


def read_wording(folders: Sequence[Path]) -> Wording:
    """Read the wording; the file of a later folder replaces an earlier one. Raises FilesAtFault."""
    faults = Faults()
    path = next(folder / _NAME for folder in reversed(folders) if has_wording(folder))
    node = read_yaml(path, _NAME if path == folders[0] / _NAME else path.as_posix(), faults)
    faults.raise_if_any()
    assert node is not None
    _check(node, faults)
    faults.raise_if_any()
    return wording_from_source(as_json(values(node)))


def has_wording(folder: Path) -> bool:
    """Whether a folder has a wording of its own."""
    return (folder / _NAME).is_file()


def wording_from_source(source: str) -> Wording:
    """The wording of a stored edition."""
    data = json.loads(source)
    words = {kind: (data[kind]["subject"], data[kind]["text"]) for kind in KINDS if kind in data}
    edition = hashlib.sha256(source.encode()).hexdigest()
    roles, missing = (MappingProxyType(dict(data.get(each, {}))) for each in ("roles", "missing"))
    return Wording(edition, source, MappingProxyType(words), roles, missing)


def _check(node: Node, faults: Faults) -> None:
    found = read_model(WordingFile, node, faults)
    for kind in KINDS:
        for at, template in enumerate(getattr(found.model, kind)):
            for key in ("subject", "text"):
                _check_template(getattr(template, key), found, kind, at, key)
    for role in found.model.roles:
        if role not in ROLES_UPWARD:
            found.fault(
                said('roles: "{role}" is no role; there are: {names}', role=role, names=ROLES_UPWARD), key="roles"
            )
    if not found.has("note"):
        faults.add(node.file, node.line, said('no words for "note", which stands in for every other kind'))


def _check_template(text: str, found: Found[WordingFile], kind: str, at: int, key: str) -> None:
    try:
        for _, name, spec, conversion in Formatter().parse(text):
            # Only plain names: "{case.__class__}" or "{case!r}" would access more than the fact.
            if name is not None and (not name.isidentifier() or spec or conversion):
                found.fault(
                    said('{key}: "{{{name}}}" is no plain name of a fact', key=key, name=name), kind, at, key=key
                )
    except ValueError as error:
        found.fault(said("{key}: {error}", key=key, error=error), kind, at, key=key)
