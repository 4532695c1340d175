"""What a workflow file holds that adds to another workflow (扩展流程): ``workflows/NAME.yaml`` with ``extends``."""

from typing import Annotated

from gkflow.files.kinds.clock import ClockKeys, StartKeys
from gkflow.files.kinds.model import NAME_PATTERN, FileModel, key
from gkflow.files.kinds.sections import named, sections, short
from gkflow.files.kinds.values import Text, TextOrEmpty
from gkflow.files.kinds.workflow import ActionKeys, FactKeys, ReadingsKeys, StateKeys


class AddedStateKeys(StateKeys):
    """A state that is added; of an existing one label and public may be changed (增加的状态)."""

    label: TextOrEmpty = key("名称", "what the state is called; required for a new one", "")


class AddedFactKeys(FactKeys):
    """A fact that is added; of an existing one the label may be changed (增加的要素)."""

    label: TextOrEmpty = key("名称", "what the fact is called; required for a new one", "")


class AddedActionKeys(ActionKeys):
    """
    An action that is added (增加的动作). Of an existing one the label may be changed, and needs, wants, accepts, tell
    and from (states of this file) may be added to.
    """

    label: TextOrEmpty = key("名称", "what the action is called; required for a new one", "")


class AddedClockKeys(ClockKeys):
    """A clock that is added; of an existing one label and ladder may be changed (增加的计时)."""

    label: TextOrEmpty = key("名称", "what the clock is called; required for a new one", "")
    limit: TextOrEmpty = key("期限", "the limit, as INSTRUMENT/LIMIT; required for a new one", "")
    start: Annotated[list[Annotated[StartKeys, short("action")]], sections()] = key(
        "起算", "the actions that start it; required for a new one", []
    )


class ExtensionFile(FileModel):
    """What is added to another workflow (扩展流程); the result is an ordinary workflow."""

    workflow: Text = key("流程代码", "the name of the workflow, which is the file's; perhaps that of the one extended")
    extends: Text = key("扩展", "the workflow that this file adds to")
    label: TextOrEmpty = key("名称", "what the procedure is called, if otherwise", "")
    cite: TextOrEmpty = key("依据", "further articles that it rests on", "")
    states: Annotated[dict[str, AddedStateKeys], named("state", NAME_PATTERN)] = key("状态", "states, by name", {})
    readings: Annotated[dict[str, ReadingsKeys], named("readings", NAME_PATTERN)] = key(
        "口径", "questions that places answer differently", {}
    )
    facts: Annotated[dict[str, AddedFactKeys], named("fact", NAME_PATTERN)] = key("要素", "facts, by name", {})
    actions: Annotated[dict[str, AddedActionKeys], named("action", NAME_PATTERN)] = key("动作", "actions, by name", {})
    clocks: Annotated[dict[str, AddedClockKeys], named("clock", NAME_PATTERN)] = key(
        "计时", "clocks, by name; they are computed after those of the workflow extended", {}
    )
