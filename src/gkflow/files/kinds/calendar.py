"""What calendar files hold (日历文件): notices of days off, their list, and yearly local festivals."""

from typing import Annotated, Any

from gkflow.domain.law import Known
from gkflow.domain.sentences import said
from gkflow.files.kinds.model import DAY_PATTERN, FileModel, key
from gkflow.files.kinds.sections import TEXTS, ListOfDays, pairs, sections
from gkflow.files.kinds.values import DayOrNone, Flag, Text, TextOrEmpty, choice, text_as, text_like, whole

BINDS = ("everyone", "organs", "enterprises")
SCOPE = r"^(CN|[1-9][0-9]{5}|unit:.*)$"
Scopes = Annotated[list[Annotated[str, text_like(SCOPE)]], TEXTS]
Days: Any = Annotated[dict[str, Annotated[str, text_as(said("the name of the holiday"))]], pairs(pattern=DAY_PATTERN)]


class CalendarFile(FileModel):
    """One notice that sets days off and days worked (放假通知): a file of ``config/calendar/`` or its ``local/``."""

    calendar: Annotated[int, whole(1949)] = key("年份", "the year that the notice is about")
    title: Text = key("标题", "the title of the notice")
    number: TextOrEmpty = key("文号", "its number", "")
    url: TextOrEmpty = key("网址", "where the text is", "")
    quote: TextOrEmpty = key("原文", "the sentences that set the days", "")
    scope: Scopes = key("适用范围", "CN, regions by six figures (GB/T 2260), or unit:CODE", ["CN"])
    binds: Annotated[str, choice(BINDS)] = key("适用对象", "everyone, organs (机关) or enterprises", "everyone")
    dated: DayOrNone = key("成文日期", "the day of the document", None)
    published: DayOrNone = key("公布日期", "the day of publication; required where scope is CN", None)
    known: Annotated[Known, choice(Known)] = key("可靠程度", "how surely the text is known", Known.FOUND)
    annual: Flag = key("年度安排", "whether it is the notice for the whole year", False)
    days_off: Days = key("放假", "days off, each with its holiday", {})
    makeup_days: Days = key("调休上班", "Saturdays and Sundays that are worked, each with its holiday", {})
    plain_days: Days = key("恢复上班", "days off of an earlier notice that are worked after all", {})


class BeforeKeys(FileModel):
    """What the annual notice said of days that an amendment changed (调整前)."""

    days_off: Days = key("原放假", "the days off as they were", {})
    makeup_days: Days = key("原调休上班", "the days worked as they were", {})


class NoticeKeys(FileModel):
    """One notice of the State Council (放假通知)."""

    year: Annotated[int, whole(1949)] = key("年份", "the year that the notice is about")
    number: Text = key("文号", "its number")
    title: TextOrEmpty = key("标题", "its title", "")
    url: TextOrEmpty = key("网址", "where the text is", "")
    remark: TextOrEmpty = key("说明", "a remark on the source", "")
    dated: DayOrNone = key("成文日期", "the day of the document", None)
    published: DayOrNone = key("公布日期", "the day of first publication", None)
    known: Annotated[Known, choice(Known)] = key("可靠程度", "how surely the text is known", Known.FOUND)
    days: ListOfDays = key("调整的日期", "the days that an amending notice changes", None)
    before: Annotated[list[BeforeKeys], sections()] = key("调整前", "what the annual notice had said of them", [])


class NoticesFile(FileModel):
    """The list of known notices (历年放假通知): ``config/calendar/notices.yaml``."""

    notices: Annotated[list[NoticeKeys], sections("notice")] = key("各通知", "the notices, the oldest first")


class FestivalKeys(FileModel):
    """A yearly local festival (地方节日)."""

    name: Text = key("名称", "the festival, as the notices of the place call it")
    scope: Scopes = key("适用范围", "the regions by six figures (GB/T 2260), or unit:CODE")
    since: Annotated[int, whole(1949)] = key("起始年份", "the first year with days off; left out: always", 0)
    source: Text = key("来源", "the instrument or report that it was read in")
    known: Annotated[Known, choice(Known)] = key("可靠程度", "how surely the rule is known", Known.FOUND)


class FestivalsFile(FileModel):
    """Local festivals whose days are announced year by year (地方节日): ``config/calendar/festivals.yaml``."""

    festivals: Annotated[list[FestivalKeys], sections("festival")] = key("各节日", "the festivals")
