"""What law files hold (法律依据): ``config/law/NAME.yaml``, one instrument each, and ``config/law/cited.yaml``."""

from typing import Annotated

from gkflow.domain.citations import RANKS
from gkflow.domain.law import Bound, Direction, Known, LeavesOut, LimitUnit, MonthEnd, RestDayReceipt, Roll, YearOf
from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.sections import Texts, dated, named, or_words, sections
from gkflow.files.kinds.values import Text, TextOrEmpty, TextOrNone, choice, whole

BINDS = ("office", "applicant", "other")


class DecreeKeys(FileModel):
    """The instrument that amended this text (修改决定); it has a title or a number."""

    title: TextOrEmpty = key("标题", "the title of the amending decision", "")
    number: TextOrEmpty = key("文号", "its number", "")
    url: TextOrEmpty = key("网址", "where its text is", "")


class ValueKeys(FileModel):
    """The value of a limit from one day on (期限取值)."""

    unit: Annotated[LimitUnit, choice(LimitUnit)] = key(
        "单位", "what the length is counted in; fixed_date: a day of the year"
    )
    length: Annotated[int | None, whole(0).or_empty()] = key(
        "长度", "how many units; empty: set case by case; none for fixed_date", None
    )
    article: Text = key("条款", "the article, paragraph and item")
    quote: TextOrEmpty = key("原文", "the sentence of the text; required where known is found", "")
    known: Annotated[Known, choice(Known)] = key("可靠程度", "how surely the text is known")
    source: TextOrEmpty = key("来源", "where the text was read", "")
    decree: Annotated[list[DecreeKeys], sections()] = key(
        "修改决定", "the instrument that gave this text, where it is another", []
    )
    roll: Annotated[Roll, choice(Roll)] = key(
        "遇休息日", "what becomes of a last day that is no working day", Roll.NONE
    )
    rest_day_receipt: Annotated[RestDayReceipt, choice(RestDayReceipt)] = key(
        "休息日收件", "from when a receipt on a day off is counted", RestDayReceipt.COUNTED_FROM_RECEIPT
    )
    leaves_out: Annotated[LeavesOut, choice(LeavesOut)] = key(
        "扣除区间", "which days a suspension leaves out", LeavesOut.AFTER_BEGAN_THROUGH_ENDED
    )
    month_end: Annotated[MonthEnd, choice(MonthEnd)] = key(
        "月末", "the last day where the month has no such day", MonthEnd.LAST_DAY
    )
    direction: Annotated[Direction, choice(Direction)] = key(
        "计算方向",
        "before: counted back from the day that starts the clock, as 7 days before a hearing",
        Direction.AFTER,
    )
    bound: Annotated[Bound, choice(Bound)] = key("上下限", "whether the length is the most or the least", Bound.AT_MOST)
    month: Annotated[int | None, whole(1)] = key("月", "the month of a fixed date", None)
    day: Annotated[int | None, whole(1)] = key("日", "the day of a fixed date", None)
    of: Annotated[YearOf, choice(YearOf)] = key("年度", "in which year a fixed date lies", YearOf.NEXT_OCCURRENCE)
    year: Annotated[int | None, whole(1990)] = key("年", "the year of a fixed date that comes once", None)


class LimitKeys(FileModel):
    """A limit (期限)."""

    label: Text = key("名称", "what the limit is called")
    binds: Annotated[str, choice(BINDS)] = key("约束对象", "whom it binds", "office")
    note: TextOrEmpty = key("说明", "a remark on the limit", "")
    succeeds: TextOrNone = key("接续的期限", "the limit of an older instrument that it takes over from", None)
    values: Annotated[dict[str, Annotated[ValueKeys | None, or_words("repealed")]], dated("from")] = key(
        "取值", "its values, each under the day from which it holds; empty or repealed: it holds no longer"
    )


class _InstrumentKeys(FileModel):
    title: Text = key("标题", "the full title")
    number: TextOrEmpty = key("文号", "the number of the document", "")
    rank: Annotated[str, choice(RANKS)] = key(
        "效力位阶", "its rank, which decides the order of citations; house: the office's own rule"
    )
    url: TextOrEmpty = key("网址", "where the text is", "")
    also: Texts = key("简称", "shorter names under which it is cited", [])


class CitedKeys(_InstrumentKeys):
    """An instrument that is cited and sets no limit (仅引用的文件)."""


class LawFile(_InstrumentKeys):
    """An instrument and its limits (法律依据)."""

    instrument: Text = key("文件代码", "the name of the instrument, by which limits are named: NAME/LIMIT")
    limits: Annotated[dict[str, LimitKeys], named("limit")] = key("期限", "the limits that it sets, by name")


class CitedFile(FileModel):
    """Instruments that are cited and set no limit here (仅引用的文件)."""

    cited: Annotated[dict[str, CitedKeys], named("instrument")] = key("引用的文件", "the instruments by name")
