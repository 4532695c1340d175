"""The first settings file of a new office (初始设置): defaults, and how people are entered."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from gkflow.domain.recurring import RecurringTask
from gkflow.files.profiles import Profile, Unit

_TEXT = """\
# gkflow 设置。每一项都可以用环境变量 GKFLOW_* 覆盖，例如 GKFLOW_DATABASE_URL。

# 界面语言：zh、en，或 auto（按系统语言）。
lang = "auto"
# 办理记录的摘要算法：sha256 或 sm3。建库之后不要更改。
hash = "sha256"
# 地方规则：config/profiles/ 中的名称；national 为全国规则。
profile = {profile}
# 周期职责：本机关承担的年度、月度职责（config/duties/ 中的名称），到时自动立案；不写则按地方规则。
{known}{duties}
# 尚未公布放假安排的年份怎样推定：statutory 法定节假日及补假，shapes 历年惯例（事后归纳，偏差较大）。
predictor = "statutory"
# 每日巡检的时刻（北京时间）。
daily_at = "08:30"

# 案件编号：默认按机关和年度统一编号（机关-2026-0001）；写明的流程单独成系列（机关-CF-2026-0001）。
# [numbers]
# penalty = "CF"
# permit = "XK"

[database]
# 相对路径从本文件所在的文件夹算起；PostgreSQL 写作 postgresql+psycopg://用户@主机/库名。
url = "sqlite:///gkflow.db"
# full：断电也不丢失已写入的记录；normal：较快，断电时可能丢失最后几条。
synchronous = "full"

[office]
name = {office}
# 默认机关的代码，案件编号由它开头。
unit = {unit}

{own}{units}
# 人员：姓名、机关（"*" 为所有机关）、职责和通知方式。职责有：
# clerk 收件人，officer 承办人，section_head 科室负责人，disclosure_head 政务公开机构负责人，
# director 机关负责人，supervising_office 政府信息公开工作主管部门。
# [[people]]
# name = "张三"
# unit = {unit}
# roles = ["officer"]
# channels = ["mail", "file"]        # file console mail webhook chat
# mail = "zhangsan@example.gov.cn"
# webhook = "https://example.gov.cn/notify"
# chat = "wecombot://机器人密钥"      # apprise 地址
# acts_for = ["李四"]                # 可以代谁办理（"*" 为所有人），只在设置 [accounts] 以后有用

# 命令没有写明经办人（--by）时是谁；也可用环境变量 GKFLOW_BY。
# [me]
# name = "张三"

# 操作系统账户对应的人员；"*" 可以代所有人（例如门户的服务账户）。设置以后，没有对应人员的账户不能办理。
# [accounts]
# zhangsan = "张三"

[channels]
# 未写明通知方式的人员，用这些方式通知。
default = ["file"]

[escalation]
# 职责空缺时由下而上依次告知；之后告知本机关的同一职责，最后告知 fallback（职责或者姓名，取有人担任的第一项）。
line = ["clerk", "officer", "section_head", "disclosure_head", "director", "supervising_office"]
fallback = ["director", "disclosure_head", "section_head", "officer", "clerk"]

[quiet]
# 免打扰时段：期间的通知推迟送出，不会丢失。
from = "20:00"
until = "08:00"
# 休息日也不打扰；调休上班日照常。
days_off = true

[lights]
# 台账的灯色：剩余工作日不多于此数时亮起；逾期为红，其余为绿。
yellow = 5
orange = 2

[reminders]
# 期限中止或者等待满多少个工作日仍无下文的，提醒承办人补记（gkflow doctor 同时列出）。
parked_after = 20

# [mail]
# host = "smtp.example.gov.cn"
# port = 587
# tls = "starttls"                   # none starttls tls
# sender = "政务公开办 <gk@example.gov.cn>"
# user = "gk@example.gov.cn"
# password = ""                      # 也可用环境变量 GKFLOW_MAIL_PASSWORD
# timeout = 20

[seal]
# 封存：每次巡检把全部办理记录的摘要写入数据库，并追加到库外的文件；gkflow verify 据此核对。
file = "seals.jsonl"
# 密钥：设定之后，没有密钥就不能伪造封存。请另行保管，不要更换；也可用环境变量 GKFLOW_SEAL_KEY。
# key = ""
# 每次封存同时发往：
# mail = "archive@example.gov.cn"
# webhook = "https://example.gov.cn/seals"

# [files]
# group = "gkflow"                   # 数据库、通知和封存文件只有本账户可读；写明用户组的，该组也可读写

# [webhook]
# secret = ""                        # 签名密钥，也可用环境变量 GKFLOW_WEBHOOK_SECRET
# timeout = 10
# allow_local = false                # 是否允许回调地址指向本机或者本链路（127.0.0.1、169.254.…）

# 接收端：向其他系统推送事件（docs/how-to/endpoints.zh-CN.md）；密钥用环境变量 GKFLOW_ENDPOINT_PORTAL_SECRET。
# [[endpoints]]
# name = "portal"
# url = "https://portal.example.gov.cn/events"
# types = ["case.*"]                 # 事件类型；不写即全部
"""


_NAMELESS = "本机关"


def first_settings(
    office: str = _NAMELESS,
    unit: str = "UNIT",
    profile: Profile | None = None,
    duties: Iterable[RecurringTask] = (),
) -> str:
    """
    The text of the first ``gkflow.toml`` (初始设置).

    A *profile* adds its units; *duties* are all available recurring tasks.
    """
    units = profile.units if profile is not None else ()
    # The office itself may be one of the place's units: it is listed once, under its own name.
    own = next((each for each in units if each.code == unit), Unit(unit, office))
    if office == _NAMELESS:
        office = own.label
    taken = f"duties = {_quoted(list(profile.duties))}" if profile is not None and profile.duties else "# duties = []"
    quoted = {
        "office": _quoted(office),
        "unit": _quoted(unit),
        "profile": _quoted(profile.name if profile is not None else "national"),
        "duties": taken,
        "known": "".join(f"#   {duty.name}：{duty.label}\n" for duty in duties),
        "units": "".join(_unit(each) for each in units if each.code != unit),
        "own": _unit(own),
    }
    return _TEXT.format(**quoted)


def write_settings(path: Path, text: str) -> bool:
    """
    Write the first ``gkflow.toml``, readable only by its owner, because passwords may be added to it.

    It is written completely or not at all; an existing file is kept, and False is returned.
    """
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # readable by its owner alone
    draft = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            os.link(draft, path)  # fails if somebody else was faster; a rename would overwrite
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            path.chmod(0o600)
        return True
    finally:
        draft.unlink(missing_ok=True)


def _unit(unit: Unit) -> str:
    lines = [f"[units.{_quoted(unit.code)}]", f"label = {_quoted(unit.label)}"]
    if unit.level:
        lines.append(f"level = {_quoted(unit.level)}")
    if unit.batch:
        lines.append(f"batch = {unit.batch}")
    if unit.fields:
        lines.append(f"fields = {_quoted(list(unit.fields))}")
    return "\n" + "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
