"""What a clock of a workflow file holds (计时规则)."""

from typing import Annotated, Any

from gkflow.domain.workflow import ClockKind, Obligor
from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.opening import Roles
from gkflow.files.kinds.sections import Conditions, Texts, pairs, sections, short
from gkflow.files.kinds.values import Anything, DayOrNone, Flag, Text, TextOrEmpty, TextOrNone, choice


def _since() -> Any:
    return key("起", "the first day on which the rule has its effect", None)


def _until(alias: str | None = None) -> Any:
    return key("止", "the last day on which the rule has its effect", None, alias)


class StopKeys(FileModel):
    """An action that does something to a clock (触发); a text stands for its name."""

    action: Text = key("动作", "the action")
    when: Conditions = key("条件", "facts of the entry and the values under which it does so", {})
    since: DayOrNone = _since()
    until: DayOrNone = _until()
    day: TextOrEmpty = key("日期要素", "the fact that carries the day; left out: the day of the entry", "")


class StartKeys(StopKeys):
    """An action that starts a clock (起算)."""

    limit: TextOrEmpty = key("期限", "a limit of its own instead of the clock's", "")


class BarKeys(FileModel):
    """An action that may not be taken while the clock runs (期满前不得)."""

    action: Text = key("动作", "the action")
    when: Conditions = key("条件", "facts of the entry and the values under which it is barred", {})
    since: DayOrNone = _since()
    until: DayOrNone = _until()


class RestartKeys(FileModel):
    """An action after which the clock restarts (重新计算)."""

    action: Text = key("动作", "the action")
    after: TextOrEmpty = key("先行动作", "the notice that must have gone out before", "")
    once: Flag = key("仅一次", "whether only the first time counts", False)
    since: DayOrNone = _since()
    until: DayOrNone = _until()


class WaitKeys(FileModel):
    """A notice after which the clock has no last day until it restarts (等待)."""

    action: Text = key("动作", "the notice")
    when: Conditions = key("条件", "facts of the entry and the values under which it waits", {})
    since: DayOrNone = _since()
    until: DayOrNone = _until()
    within: TextOrEmpty = key("限期", "the clock inside which the notice must have gone out", "")
    before_last_day: Flag = key("届满前", "whether it must come before the last day", False)
    once: Flag = key("仅一次", "whether only the first notice counts", False)
    by_last_day: Flag = key("不迟于届满日", "whether it must come by the last day", False)


class SuspendKeys(FileModel):
    """A suspension, from one action to another, paired by ref (中止)."""

    action: Text = key("动作", "the action that suspends")
    when: Conditions = key("条件", "facts of the entry and the values under which it does", {})
    since: DayOrNone = _since()
    until_day: DayOrNone = _until()
    until: Text = key("恢复动作", "the action that ends the suspension")
    lapse: TextOrEmpty = key("期满恢复", "the clock whose last day ends it where no answer came", "")
    lapse_when: Conditions = key("期满条件", "facts under which that clock ends it", {})
    silence: Conditions = key("视为未答复", "facts of an answer that only puts the silence on record", {})


class ExtendKeys(FileModel):
    """An extension (延长)."""

    action: Text = key("动作", "the action that extends")
    limit: Text = key("期限", "the limit that is added at most")
    approval: TextOrEmpty = key("批准要素", "the fact that names who approved", "")
    approvers: Roles = key("批准职责", "the roles that may approve", [])
    since: DayOrNone = _since()
    until: DayOrNone = _until()


class LapseKeys(FileModel):
    """What follows when the clock runs out (逾期后果); it says propose or take."""

    propose: TextOrNone = key("建议动作", "the action that is proposed to people", None)
    take: TextOrNone = key("自动动作", "the action that is taken, where silence has that effect by law", None)
    when: Conditions = key("条件", "facts of the case under which it follows", {})
    facts: Annotated[dict[str, Anything], pairs()] = key("要素", "the facts of the action", {})
    cite: TextOrEmpty = key("依据", "the article", "")


class ClockKeys(FileModel):
    """The rule of one clock (计时规则)."""

    label: Text = key("名称", "what the clock is called")
    limit: Text = key("期限", "the limit, as INSTRUMENT/LIMIT")
    duty: Annotated[Obligor, choice(Obligor)] = key("义务人", "whose duty it watches", Obligor.OFFICE)
    kind: Annotated[ClockKind, choice(ClockKind)] = key(
        "性质", "what lapses: a duty 义务, a power 权力, a target 内部时限, a term 期间", ClockKind.DUTY
    )
    start: Annotated[list[Annotated[StartKeys, short("action")]], sections()] = key("起算", "the actions that start it")
    restart: Annotated[list[RestartKeys], sections()] = key("重新计算", "what starts it anew", [])
    wait: Annotated[list[WaitKeys], sections()] = key("等待", "what makes it wait", [])
    suspend: Annotated[list[SuspendKeys], sections()] = key("中止", "what suspends it", [])
    extend: Annotated[list[ExtendKeys], sections()] = key("延长", "what extends it", [])
    stop: Annotated[list[Annotated[StopKeys, short("action")]], sections()] = key(
        "停止", "the actions that stop it", []
    )
    ladder: TextOrEmpty = key("预警与督办", "its ladder", "")
    lapse: Annotated[list[LapseKeys], sections()] = key("逾期后果", "what follows when it runs out", [])
    paired: Flag = key("按对象分别计时", "whether each ref has a run of its own", False)
    until: TextOrEmpty = key("届满日要素", "the fact that names the last day itself", "")
    shortened_by: TextOrEmpty = key("缩短理由要素", "the fact that says why the named day is earlier", "")
    bars: Annotated[list[Annotated[BarKeys, short("action")]], sections()] = key(
        "期满前不得", "actions that may not be taken while it runs", []
    )
    stands_for: TextOrEmpty = key("同一义务", "the clock whose duty it watches as well", "")
    passes_on: Texts = key("移交义务的停止", "the stops with which another clock takes the duty over", [])
    set_aside: Texts = key("不计结果的停止", "the stops that end the duty without fulfilling it", [])
