"""What a duty file holds (周期职责): ``config/duties/NAME.yaml``."""

from typing import Annotated

from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.sections import Conditions, Texts, pairs, sections
from gkflow.files.kinds.values import Anything, Day, Text, whole


class CountingKeys(FileModel):
    """What fulfils a duty by number (按次数完成)."""

    workflow: Text = key("流程", "the workflow whose entries are counted")
    actions: Texts = key("动作", "the actions that count")
    when: Conditions = key("条件", "facts of the entry and the values under which it counts", {})
    at_least: Annotated[int, whole(1)] = key("最少次数", "how many are due")


class DutyFile(FileModel):
    """A recurring duty (周期职责)."""

    duty: Text = key("职责代码", "the name of the duty, which is the file's")
    label: Text = key("名称", "what the duty is called")
    workflow: Text = key("流程", "the workflow of the case that is opened for it", "duty")
    rule: Text = key("周期", "on which days it is due: a recurrence rule of RFC 5545")
    since: Day = key("起始日期", "the day from which it is due")
    ahead: Annotated[int, whole(0)] = key("提前天数", "how many days before the due day its case is opened", 30)
    title: Text = key("标题", "the title of its case; may hold {year}, {last_year} and {month}")
    set: Annotated[dict[str, Anything], pairs()] = key("给定的信息", "facts of its case with their values", {})
    cite: Text = key("依据", "the instrument that sets the duty")
    counts: Annotated[list[CountingKeys], sections()] = key(
        "计次", "entries of other cases that fulfil it by their number", []
    )
