"""What a row of a plan holds (方案台账): ``config/plans/NAME.csv``, a register that ``gkflow import`` takes."""

from typing import Annotated, Any

from pydantic import ConfigDict

from gkflow.domain.sentences import said
from gkflow.files.kinds.model import DAY_PATTERN, FileModel, Value, key, wanted
from gkflow.files.kinds.values import Text, TextOrEmpty
from gkflow.files.nodes import as_day


def _day(value: Any) -> str:
    if isinstance(value, str) and as_day(value) is not None:
        return value
    raise wanted(said("a day such as 2019-05-15"))


_Day = Annotated[str, Value(_day, "", {"type": "string", "pattern": DAY_PATTERN})]
_DayOrEmpty = Annotated[str, Value(_day, "", {"type": "string", "pattern": f"^$|{DAY_PATTERN}"})]


class PlanRow(FileModel):
    """One row of a plan, by its headings; further facts of the workflow may have columns too (方案台账的一行)."""

    model_config = ConfigDict(extra="allow")

    case: Text = key("案件编号", "the number of the case")
    workflow: Text = key("流程", "task or catalogue")
    day: _Day = key("日期", "the day of the plan")
    action: Text = key("动作", "the action that opens the case: plan")
    unit: TextOrEmpty = key("机关", "the unit that is to do it, by its code in the profile", "")
    title: Text = key("标题", "what is to be done")
    due: _DayOrEmpty = key("完成日期", "the day by which it is to be done", "")
    level: TextOrEmpty = key("层级", "the level of the unit", "")
    batch: TextOrEmpty = key("批次", "the batch of the plan", "")
    field: TextOrEmpty = key("领域", "the field, as config/lists/fields.yaml names it", "")
    kind: TextOrEmpty = key("任务类型", "whether there is a last day, a first day, or no end", "")
    start: _DayOrEmpty = key("开始日期", "the day from which it is to be done", "")
    code: TextOrEmpty = key("里程碑编号", "the number of the milestone", "")
    milestone: TextOrEmpty = key("里程碑", "what the plan says of it", "")
    actor: TextOrEmpty = key("责任单位", "who is to do it, in the words of the plan", "")
    deliverable: TextOrEmpty = key("成果", "what is to be delivered", "")
    scheme: TextOrEmpty = key("方案", "the plan, by its code", "")
    clause: TextOrEmpty = key("条款", "where the plan says so", "")
    text: TextOrEmpty = key("备注", "a remark", "")
