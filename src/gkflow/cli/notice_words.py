"""What is wrong with the text of a notice, in words (通知疑点用语): each problem by its code, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gkflow.cli.language import language
from gkflow.domain.errors import fill

if TYPE_CHECKING:
    from gkflow.calendars.notice_problems import NoticeProblem

PROBLEMS = {
    "already_longer": "已知{festival}放假至{end}，晚于{day}",
    "contradiction": "{day}与{source}所写不同",
    "backwards": "从{first}到{last}，前后颠倒",
    "count_mismatch": "写明共{stated}天，所列为{named}天",
    "far_apart": "{festival}的日期相隔{apart}天，其中一个月份有误",
    "incomplete": "全年的放假通知缺少{festivals}",
    "misplaced": "“{part}”在具体安排之前就写了放假或者上班",
    "no_festival": "没有写明是哪一个节日：这一句和标题都没有",
    "no_month": "{day}没有写月份",
    "no_such_day": "没有{day}这一天",
    "no_weekend": "{days}不与周末相连",
    "no_working_day": "{month}没有一个工作日",
    "no_year": "标题和日期都没有写明是哪一年，请用 --year 写明",
    "not_a_notice": "没有一句写明放假或者上班的日期：这不是放假通知",
    "not_a_rest_day": "{day}是{actual}，本来就不休息，无从调整",
    "not_listed": "所引通知写有{day}，文件中没有",
    "not_quoted": "文件中写有{day}，所引通知没有",
    "off_and_worked": "{day}既写放假，又写上班",
    "other_country": "这不是国务院的放假通知：写有“{marker}”",
    "other_issuer": "这不是国务院的放假通知，是“{issuer}”",
    "other_year": "写的是{found}年，不是{wanted}年",
    "resumption_mismatch": "写明{day}起上班，而放假到{last}为止",
    "said_twice": "{festival}写了两次：是不是混有两份通知？",
    "sets_nothing": "{festival}这一句没有写日期",
    "two_notices": "文本中还有另一份通知：{title}",
    "unknown_end": "{festival}延长至{day}，但原来放假到哪一天不知道",
    "unknown_festival": "“{festival}”不是全国性的节日",
    "unreadable": "看不懂“{part}”",
    "works_anyway": "{day}是{actual}，本来就上班，全年的放假通知不会这样写",
    "weekday_mismatch": "{day}是{actual}，不是所写的{stated}",
}


def problem_words(each: NoticeProblem) -> str:
    """What is wrong, in the language chosen."""
    if language() != "zh":
        return each.text
    return fill(PROBLEMS[each.code], {name: _told(value) for name, value in each.facts.items()})


def _told(value: Any) -> Any:
    return "、".join(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else value
