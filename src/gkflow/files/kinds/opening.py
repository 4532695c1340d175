"""A case that follows (派生案件), in ladders and workflows."""

from typing import Annotated, Any

from pydantic_core import PydanticCustomError

from gkflow.domain.notice import ROLES_UPWARD
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.files.kinds.model import FileModel, Value, key, wanted
from gkflow.files.kinds.sections import TEXTS, Conditions, pairs
from gkflow.files.kinds.values import Anything, Text, text_as


def _role(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise wanted(said("a list of texts"))
    if value not in ROLES_UPWARD:
        # A role that nobody can hold would silently notify nobody.
        hint = mean(value, ROLES_UPWARD)
        raise PydanticCustomError(
            "unknown", "{words}", {"words": said('no role "{value}"{hint}', value=value, hint=hint)}
        )
    return value


Roles = Annotated[list[Annotated[str, Value(_role, "", {"type": "string", "enum": list(ROLES_UPWARD)})]], TEXTS]


class OpeningKeys(FileModel):
    """A case that is opened by a step or an action (派生案件)."""

    workflow: Text = key("流程", "the workflow of the new case")
    when: Conditions = key("条件", "facts of the entry and the values under which the case is opened", {})
    facts: Annotated[dict[str, Annotated[str, text_as(said("the name of a fact on this record"))]], pairs()] = key(
        "沿用的信息", "facts of the new case, each with the fact of this record that it is copied from", {}
    )
    set: Annotated[dict[str, Anything], pairs()] = key("给定的信息", "facts of the new case with their values", {})
