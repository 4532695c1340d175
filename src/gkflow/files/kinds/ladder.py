"""What a ladder file holds (预警与督办): ``config/ladders/NAME.yaml``."""

from typing import Annotated

from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.opening import OpeningKeys, Roles
from gkflow.files.kinds.sections import sections
from gkflow.files.kinds.values import Flag, Text, TextOrEmpty, Whole, choice

STEP_KINDS = ("remind", "urge", "supervise", "propose", "take")


class StepKeys(FileModel):
    """One step of a ladder (一级)."""

    at: Whole = key("相距工作日", "working days from the last day; negative before it, 0 on it")
    kind: Annotated[str, choice(STEP_KINDS)] = key(
        "督办方式", "what is done: 提醒 催办 督办, propose or take an action"
    )
    colour: TextOrEmpty = key("预警颜色", "the colour shown with it", "")
    tell: Roles = key("告知对象", "the roles that are notified", [])
    label: TextOrEmpty = key("名称", "what the step is called in lists and notices", "")
    opens: Annotated[list[OpeningKeys], sections()] = key("派生案件", "a case that the step opens", [])
    urgent: Flag = key("紧急", "whether it is sent in quiet hours as well", False)


class LadderFile(FileModel):
    """A ladder of reminders and escalations (预警与督办)."""

    ladder: Text = key("梯级代码", "the name of the ladder, which is the file's")
    label: Text = key("名称", "what the ladder is called")
    steps: Annotated[list[StepKeys], sections("step")] = key("各级", "the steps, the earliest first")
