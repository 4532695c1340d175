"""Messages with defaults."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gkflow.application.ports import Message

MADE_AT = datetime(2022, 11, 15, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SUBJECT = "督办：依申请公开〔2022〕第17号答复期限已过1个工作日"
TEXT = (
    "张三：\n依申请公开〔2022〕第17号的答复期限于2022年11月14日届满，尚未答复。\n"
    "依据：政府信息公开条例第三十三条第二款。\n"
)


def a_message(
    key: str = "notice-1",
    to: str = "张三",
    address: str = "",
    subject: str = SUBJECT,
    text: str = TEXT,
    facts: Mapping[str, Any] | None = None,
) -> Message:
    """Return a message about a deadline that has passed."""
    return Message(
        key=key,
        to=to,
        address=address,
        subject=subject,
        text=text,
        facts={"case": "2022-17", "clock": "reply", "deadline": date(2022, 11, 14)} if facts is None else facts,
        made_at=MADE_AT,
    )
