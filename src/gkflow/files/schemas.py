"""JSON Schema (draft 2020-12) of each kind of file (文件格式的 JSON Schema), generated from its model."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from gkflow.files.kinds.model import FileModel


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file (文件种类): its model, its name, and the place of its files in the repository."""

    name: str
    model_at: str  # module and class
    zh: str
    en: str
    files: tuple[str, ...]

    def model(self) -> type[FileModel]:
        """The model of the kind, loaded when it is needed."""
        module, _, name = self.model_at.partition(":")
        found: type[FileModel] = getattr(importlib.import_module(f"gkflow.files.kinds.{module}"), name)
        return found

    def holds(self, path: str) -> bool:
        """Whether the file of that path, relative to the folder of the rules, is of this kind."""
        return any(PurePosixPath(path).match(each) for each in self.files)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("workflow", "workflow:WorkflowFile", "流程", "a procedure", ("workflows/*.yaml",)),
        Kind("extension", "extension:ExtensionFile", "扩展流程", "what is added to a workflow", ("workflows/*.yaml",)),
        Kind("cited", "law:CitedFile", "仅引用的文件", "instruments that set no limit", ("config/law/cited.yaml",)),
        Kind("law", "law:LawFile", "法律依据", "an instrument and its limits", ("config/law/*.yaml",)),
        Kind("ladder", "ladder:LadderFile", "预警与督办", "reminders and escalations", ("config/ladders/*.yaml",)),
        Kind("list", "code_list:ListFile", "代码表", "codes with their labels", ("config/lists/*.yaml",)),
        Kind("duty", "duty:DutyFile", "周期职责", "a recurring duty", ("config/duties/*.yaml",)),
        Kind("profile", "profile:ProfileFile", "地方规则", "what a place settles", ("config/profiles/*.yaml",)),
        Kind("plan", "plan:PlanRow", "方案台账（一行）", "a row of a plan", ("config/plans/*.csv",)),
        Kind("wording", "wording:WordingFile", "通知用语", "the words of notices", ("config/wording/*.yaml",)),
        Kind("notices", "calendar:NoticesFile", "历年放假通知", "the list of notices of days off",
             ("config/calendar/notices.yaml",)),
        Kind("festivals", "calendar:FestivalsFile", "地方节日", "yearly local festivals",
             ("config/calendar/festivals.yaml",)),
        Kind("calendar", "calendar:CalendarFile", "放假通知", "a notice of days off",
             ("config/calendar/*.yaml", "config/calendar/local/*.yaml")),
        Kind("columns", "columns:ColumnsFile", "列对照", "the columns of another system's register", ()),
        Kind("settings", "settings:SettingsFile", "系统设置", "the settings of an office", ("gkflow.toml",)),
    )
}  # fmt: skip


def kind_of(path: str) -> Kind | None:
    """The kind of a file by its path relative to the folder of the rules; the more specific one comes first."""
    return next((kind for kind in KINDS.values() if kind.holds(path)), None)


class _Generator(GenerateJsonSchema):
    """Without pydantic's titles, which repeat the names (不加自动标题)."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def tagged_union_schema(self, schema: Any) -> dict[str, Any]:
        """Alternatives of a value: an editor only needs to know that it is one of them."""
        return self.get_union_of_schemas([self.generate_inner(each) for each in schema["choices"].values()])

    def generate(self, schema: Any, mode: Any = "validation") -> dict[str, Any]:
        found: dict[str, Any] = _tidied(super().generate(schema, mode))
        return {"$schema": self.schema_dialect, **found}


def _tidied(value: Any) -> Any:
    """Without empty defaults, and with docstrings on one line."""
    if isinstance(value, dict):
        kept = {name: _tidied(each) for name, each in value.items() if not (name == "default" and each is None)}
        if isinstance(kept.get("description"), str):
            kept["description"] = " ".join(kept["description"].split())
        return kept
    return [_tidied(each) for each in value] if isinstance(value, list) else value


def schema_of(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind."""
    found = kind.model().model_json_schema(by_alias=True, schema_generator=_Generator)
    return {**found, "title": f"{kind.zh} ({kind.name})"}


def schema_text(kind: Kind) -> str:
    """The JSON Schema in the form of the file ``docs/schema/KIND.json``."""
    return json.dumps(schema_of(kind), ensure_ascii=False, indent=2) + "\n"
