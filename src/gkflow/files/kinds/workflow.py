"""What a workflow file holds (流程文件): ``workflows/NAME.yaml``."""

from typing import Annotated

from gkflow.domain.event import Audience
from gkflow.domain.fact_rules import Lies
from gkflow.domain.sentences import said
from gkflow.files.kinds.clock import ClockKeys
from gkflow.files.kinds.model import NAME_PATTERN, FileModel, Value, key
from gkflow.files.kinds.opening import OpeningKeys, Roles
from gkflow.files.kinds.sections import Conditions, Texts, facts_or_words, named, or_name, pairs, sections
from gkflow.files.kinds.values import DayOrNone, Flag, Text, TextOrEmpty, TextOrNone, choice, number_as, text_as

FACT_TYPES = (
    "text", "day", "moment", "integer", "number", "amount_wan", "choice", "people", "uscc", "identity_number", "flag",
    "case", "unit",
)  # fmt: skip
PUBLISHED = ("withheld", "open", "masked")  # the first holds where a file says nothing
ONCE_PUBLISHED = "clear"  # what editions kept before 2026-12 may say; what leaves is judged by the present file
BY_LAW, NEVER = "by_law", "never"
_LIES = choice([each for each in Lies if each])
POINTS = said("a number of points for one of the choices")


class DemandKeys(FileModel):
    """When a fact is asked for (要素要求)."""

    unless: Conditions = key("除外", "facts and values that dispense with it; required without since and until", {})
    since: DayOrNone = key("起", "the first day on which it is asked for", None)
    until: DayOrNone = key("止", "the last day on which it is asked for", None)
    day: TextOrEmpty = key("日期要素", "the fact whose day decides; left out: the day of the entry", "")


# A list of names, where a name may carry what dispenses with it: ``[decision, {uscc: {unless: {party: [x]}}}]``.
Demands = Annotated[
    list[Annotated[dict[str, DemandKeys], or_name(said("names of facts"), {"unless": {}})]],
    sections(),
]
_Asked = Annotated[dict[str, Demands], pairs()]
_Sets = Annotated[list[Conditions], sections()]


class PublicationKeys(FileModel):
    """What of a procedure may leave the office (公开属性)."""

    attribute: Annotated[dict[str, Texts], facts_or_words(BY_LAW, NEVER)] = key(
        "公开属性", "never, by_law, or the facts that decide with the values that mean open"
    )
    when: Conditions = key("条件", "further conditions", {})
    needs: Demands = key("须有要素", "facts that must be on record", [])
    cite: Text = key("依据", "the article")


class StateKeys(FileModel):
    """A state of a case (状态)."""

    label: Text = key("名称", "what the state is called in the office")
    public: TextOrEmpty = key("对外用语", "what the applicant or the public reads", "")
    ended: Flag = key("已办结", "whether the case has ended, though acts may follow", False)
    final: Flag = key("终态", "whether nothing may follow", False)
    published: Flag = key("已公开", "whether the content is public in this state", False)


class FactKeys(FileModel):
    """A fact that an entry may carry (要素)."""

    label: Text = key("名称", "what the fact is called")
    type: Annotated[str, choice(FACT_TYPES)] = key("类型", "what its value is", "text")
    choices: Annotated[dict[str, Annotated[str, text_as(said("a label"))]], pairs("choice")] = key(
        "选项", "the codes of a choice with their labels", {}
    )
    list: TextOrEmpty = key("代码表", "the list in config/lists/ that gives the choices", "")
    points: Annotated[dict[str, Annotated[float, number_as(POINTS)]], pairs("points of")] = key(
        "分值", "the points of each choice", {}
    )
    published: Annotated[str, choice(PUBLISHED, ONCE_PUBLISHED)] = key(
        "公开方式", "whether it leaves the office: withheld, open or masked", "withheld"
    )
    open_when: _Sets = key("不遮盖的条件", "sets of conditions, any of which opens a masked fact", [])
    cite: TextOrEmpty = key("依据", "the article", "")
    of: Annotated[str | None, choice(("case", "entry"))] = key(
        "取自", "whether a condition reads it off the case or the entry", None
    )
    lies: Annotated[str | None, Value(_LIES.read, None, _LIES.schema)] = key(
        "日期范围", "where a day may lie, seen from its entry", None
    )
    not_before: Texts = key("不早于", "other days of the entry that come before this one", [])


class RestKeys(FileModel):
    """A clock that an action rests on (以期限为前提)."""

    clock: Texts = key("计时", "the clocks")
    when: Conditions = key("条件", "under which facts", {})
    on_last_day: Flag = key("末日即可", "whether it may be taken on the last day", False)
    ended_by: Texts = key("终于", "the actions that must have ended the clock", [])


class ClashKeys(FileModel):
    """A clock whose running contradicts an action (相抵触的计时)."""

    clock: Text = key("计时", "the clock")
    when: Conditions = key("条件", "under which facts", {})


class ActionKeys(FileModel):
    """An action (动作)."""

    label: Text = key("名称", "what the action is called")
    event: Annotated[str | None, choice(tuple(Audience))] = key(
        "事件对象", "whom it concerns: the applicant, the unit, or nobody", None
    )
    first: Flag = key("首个动作", "whether it opens a case", False)
    source: Texts = key(
        "起始状态", "the states in which it may be taken; any, or any_open; none where first", [], "from"
    )
    to: TextOrNone = key("目标状态", "the state that follows; left out: the state stays", None)
    roles: Roles = key("办理职责", "the roles that may take it", [])
    needs: Demands = key("须填要素", "facts without which it is refused", [])
    needs_on_record: Demands = key("须已记录", "facts that must be on record or in the entry", [])
    needs_before: Demands = key("须先记录", "facts that must be on record before the entry", [])
    wants: Demands = key("应填要素", "facts whose absence is a finding, never a refusal", [])
    wants_on_record: Demands = key("应已记录", "the same, on record or in the entry", [])
    accepts: Texts = key("可填要素", "facts that it may carry", [])
    cite: TextOrEmpty = key("依据", "the article", "")
    tell: Roles = key("告知对象", "the roles that are notified when it is taken", [])
    opens: Annotated[list[OpeningKeys], sections()] = key("派生案件", "cases that it opens", [])
    same: Annotated[dict[str, Annotated[str, text_as(said("the name of a fact"))]], pairs()] = key(
        "须一致", "facts that must agree with others on record", {}
    )
    publishes: Flag = key("公开", "whether it publishes", False)
    hands_to: TextOrEmpty = key("移交给", "the fact that names the unit which takes the case over", "")
    owner_of: TextOrEmpty = key("领域归属", "the fact naming a field: only the unit that owns it may act", "")
    rests_on: Annotated[list[RestKeys], sections()] = key(
        "以期限为前提", "clocks that must have run out, or still run", []
    )
    keeps: Texts = key("不得改动", "facts that it may repeat and not change", [])
    implies: Annotated[dict[str, Annotated[str, text_as(said("the name of a fact"))]], pairs()] = key(
        "视同", "an action that it implies, with the fact of its day", {}
    )
    clashes: Annotated[list[ClashKeys], sections()] = key("相抵触", "clocks whose running contradicts it", [])


class ReadingKeys(FileModel):
    """One reading (一种口径)."""

    label: Text = key("名称", "what the reading is called")
    cite: TextOrEmpty = key("依据", "the instrument that reads so", "")
    needs: _Asked = key("须填要素", "by action, facts without which it is refused", {})
    needs_on_record: _Asked = key("须已记录", "by action, facts that must be on record", {})
    wants: _Asked = key("应填要素", "by action, facts whose absence is a finding", {})
    wants_on_record: _Asked = key("应已记录", "by action, the same on record", {})
    choices: Annotated[dict[str, Texts], pairs()] = key("选项", "by fact, the choices that it leaves open", {})


class ReadingsKeys(FileModel):
    """A question that places answer differently (口径选择)."""

    label: Text = key("名称", "what is chosen")
    among: Annotated[dict[str, ReadingKeys], named("reading")] = key(
        "各口径", "the readings; the first holds where nothing is picked"
    )


class WorkflowFile(FileModel):
    """A procedure (流程)."""

    workflow: Text = key("流程代码", "the name of the workflow, which is the file's")
    extends: Texts = key("扩展", "the workflow that it adds to; such a file says only what it adds (see extension)", [])
    label: Text = key("名称", "what the procedure is called")
    cite: TextOrEmpty = key("依据", "the articles that it rests on", "")
    publication: Annotated[list[PublicationKeys], sections("publication")] = key(
        "公开属性", "what may leave; without it nothing does", []
    )
    states: Annotated[dict[str, StateKeys], named("state", NAME_PATTERN)] = key("状态", "the states of a case, by name")
    readings: Annotated[dict[str, ReadingsKeys], named("readings", NAME_PATTERN)] = key(
        "口径", "questions that places answer differently", {}
    )
    reading: Annotated[dict[str, Text], pairs()] = key("所选口径", "by question, the reading that holds here", {})
    facts: Annotated[dict[str, FactKeys], named("fact", NAME_PATTERN)] = key("要素", "the facts of entries, by name")
    actions: Annotated[dict[str, ActionKeys], named("action", NAME_PATTERN)] = key("动作", "the actions, by name")
    clocks: Annotated[dict[str, ClockKeys], named("clock", NAME_PATTERN)] = key(
        "计时", "the clocks, by name, in the order of reckoning"
    )
