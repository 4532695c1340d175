"""What the settings hold (系统设置): ``gkflow.toml``."""

from typing import Annotated, Any

from gkflow.domain.notice import ROLES_UPWARD
from gkflow.files.kinds.model import NAME_PATTERN, FileModel, key
from gkflow.files.kinds.opening import Roles
from gkflow.files.kinds.profile import UnitKeys
from gkflow.files.kinds.sections import Picks, Texts, named, pairs, sections, table
from gkflow.files.kinds.values import (
    Flag,
    Hour,
    Secret,
    Text,
    TextOrEmpty,
    TextOrNone,
    choice,
    described,
    endpoint_name,
    person_id,
    table_name,
    whole,
)

TLS = ("none", "starttls", "tls")
# The colours of a warning that may be set (蓝、黄、橙); green and red are shown without a number of days.
COLOURS = ("blue", "yellow", "orange")
_SERIES = r"^[0-9A-Za-z\u4e00-\u9fff]{1,12}$"


class DatabaseKeys(FileModel):
    """Where the record is kept (数据库)."""

    url: Secret = key(
        "地址", "the address; a relative SQLite path is taken from the home folder", "sqlite:///gkflow.db"
    )
    synchronous: Annotated[str, choice(("full", "normal"))] = key(
        "落盘方式", "full: nothing is lost in a power cut", "full"
    )
    prefix: Annotated[str | None, table_name()] = key(
        "表名前缀", "of the tables; left out: that of the tables that exist, else gk_", None
    )
    in_schema: Annotated[str, table_name()] = key(
        "模式", "the PostgreSQL schema that holds the tables", "", alias="schema"
    )


class OfficeKeys(FileModel):
    """The office itself (本机关)."""

    name: TextOrEmpty = key("名称", "the name of the office", "")
    unit: Text = key("机关代码", "the unit that acts where a command names none", "UNIT")


class PersonKeys(FileModel):
    """Somebody who acts or is notified (人员)."""

    name: Text = key("姓名", "the name; without an id, entries have it")
    id: Annotated[str, person_id()] = key(
        "人员代码", "a stable id, as entries have it; people of one name need two", ""
    )
    formerly: Texts = key("原用姓名", "earlier names, or ids, under which entries have this person (with an id)", [])
    unit: TextOrNone = key("机关", 'the code of the unit, or "*" for all', None)
    roles: Roles = key("职责", "the roles that the person holds")
    channels: Texts = key("通知方式", "by which channels to notify; left out: those of [channels]", [])
    mail: Secret = key("邮箱", "the mail address", "")
    webhook: Secret = key("回调地址", "a web address", "")
    chat: Secret = key("即时通讯", "an apprise address", "")
    acts_for: Texts = key("代办", 'the people in whose name this one may act; "*" for all', [])


class ChannelsKeys(FileModel):
    """How people are notified (通知方式)."""

    default: Texts = key(
        "默认方式",
        "the channels of people who name none: file, console, mail, webhook, chat, another package's",
        ["file"],
    )


class QuietKeys(FileModel):
    """When nobody is disturbed (免打扰时段)."""

    since: Hour = key("起", "the hour from which notifications are held back", "20:00", "from", read=True)
    until: Hour = key("止", "the hour until which they are", "08:00", read=True)
    days_off: Flag = key("休息日", "whether days off are quiet as well", True)


class MailKeys(FileModel):
    """The server that mail leaves by (邮件服务器)."""

    host: TextOrEmpty = key("主机", "the name of the server", "")
    port: Annotated[int, whole(1)] = key("端口", "its port", 587)
    sender: TextOrEmpty = key("发件人", "the address that mail leaves under", "")
    user: TextOrEmpty = key("用户", "the account on the server", "")
    password: Secret = key("密码", "its password; better in GKFLOW_MAIL_PASSWORD", "")
    tls: Annotated[str, choice(TLS)] = key("加密", "how the connection is encrypted", "starttls")
    timeout: Annotated[int, whole(1)] = key("超时", "seconds to wait", 20)


class WebhookKeys(FileModel):
    """How calls to webhooks are signed (回调签名)."""

    secret: Secret = key("密钥", "the key of the signature", "")
    timeout: Annotated[int, whole(1)] = key("超时", "seconds to wait", 10)
    allow_local: Flag = key("允许本机", "whether an address may point to this machine or its link", False)


class EndpointKeys(FileModel):
    """Another system to which events are posted (接收端)."""

    name: Annotated[str, endpoint_name()] = key("名称", "letters a to z, digits and -, as in commands")
    url: Secret = key("地址", "the web address that events are posted to, with https")
    secret: Secret = key("密钥", "whsec_ and base64 of at least 24 bytes; better in GKFLOW_ENDPOINT_NAME_SECRET", "")
    types: Texts = key("事件类型", "the types of events, as case.replied or case.*; left out: all", ["*"])
    unit: TextOrNone = key("机关", "the code of a unit: events of its cases alone; left out: all events", None)


class SealKeys(FileModel):
    """How seals are keyed and kept (封存)."""

    secret_key: Secret = key("密钥", "without it a seal cannot be forged", "", alias="key")
    file: TextOrEmpty = key("文件", "the file that seals are appended to, from the home folder", "seals.jsonl")
    mail: TextOrEmpty = key("邮箱", "a mail address that every seal is sent to", "")
    webhook: TextOrEmpty = key("回调地址", "a web address that every seal is sent to", "")


class FilesKeys(FileModel):
    """Who may read what gkflow writes (文件权限)."""

    group: TextOrEmpty = key("用户组", "a group of the operating system that may read and write beside the owner", "")


class EscalationKeys(FileModel):
    """Who is notified in place of a vacant post (职责空缺)."""

    line: Roles = key("告知顺序", "the roles upwards", list(ROLES_UPWARD))
    fallback: Texts = key("最后告知", "roles or people at the end of the line", [])


class RemindersKeys(FileModel):
    """When cases that stand still are reminded of (久停提醒)."""

    parked_after: Annotated[int, whole(1)] = key(
        "工作日数", "working days of suspension or waiting after which the officer is reminded", 20
    )


class RulesKeys(FileModel):
    """Where rules come from beside the packaged ones and the office's folder (规则来源)."""

    packages: Texts = key("规则包", "installed packages whose rules are used, by the name of their entry point", [])


class MeKeys(FileModel):
    """Who acts where a command names nobody (默认经办人)."""

    name: TextOrEmpty = key("姓名", "the name or id", "")


class SettingsFile(FileModel):
    """Everything that an installation sets for itself (系统设置)."""

    lang: Annotated[str, choice(("auto", "zh", "en"))] = key("语言", "the language of screens", "auto")
    hash: Annotated[str, choice(("sha256", "sm3"))] = key(
        "摘要算法", "the hash of the record; not to be changed later", "sha256"
    )
    profile: Text = key("地方规则", "the local rules, a name in config/profiles/", "national")
    predictor: Text = key(
        "推定方法", "how a year without a notice is predicted: statutory, shapes, or another package's", "statutory"
    )
    daily_at: Hour = key("巡检时刻", "the hour of the daily sweep, in China", "08:30", read=True)
    rules: Annotated[RulesKeys | None, table("[rules]")] = key("规则来源", "further sources of rules", None)
    duties: Texts = key("周期职责", "the recurring duties taken on; left out: those of the profile", [])
    database: Annotated[DatabaseKeys | None, table("[database]")] = key("数据库", "where the record is kept", None)
    office: Annotated[OfficeKeys | None, table("[office]")] = key("本机关", "the office itself", None)
    units: Annotated[dict[str, UnitKeys], named("unit")] = key("机关", "the units, by code", {})
    people: Annotated[list[PersonKeys], sections("[[people]]", "person")] = key("人员", "the people", [])
    me: Annotated[MeKeys | None, table("[me]")] = key("默认经办人", "who acts where a command names nobody", None)
    accounts: Annotated[dict[str, Annotated[Any, described({"type": "string", "pattern": r"\S"})]], pairs()] = key(
        "账户", 'accounts of the operating system with their person, or "*" for all', {}
    )
    channels: Annotated[ChannelsKeys | None, table("[channels]")] = key("通知方式", "how people are notified", None)
    quiet: Annotated[QuietKeys | None, table("[quiet]")] = key("免打扰时段", "when nobody is disturbed", None)
    lights: Annotated[
        dict[str, Annotated[Any, described({"type": "integer", "minimum": 0})]],
        pairs(pattern=f"^({'|'.join(COLOURS)})$"),
    ] = key("灯色", "colours with the most working days left", {})
    reminders: Annotated[RemindersKeys | None, table("[reminders]")] = key(
        "久停提醒", "when cases that stand still are reminded of", None
    )
    mail: Annotated[MailKeys | None, table("[mail]")] = key("邮件服务器", "the server that mail leaves by", None)
    webhook: Annotated[WebhookKeys | None, table("[webhook]")] = key("回调", "how calls are signed", None)
    endpoints: Annotated[list[EndpointKeys], sections("[[endpoints]]", "endpoint")] = key(
        "接收端", "other systems to which events are posted", []
    )
    seal: Annotated[SealKeys | None, table("[seal]")] = key("封存", "how seals are keyed and kept", None)
    files: Annotated[FilesKeys | None, table("[files]")] = key("文件权限", "who may read what gkflow writes", None)
    escalation: Annotated[EscalationKeys | None, table("[escalation]")] = key(
        "职责空缺", "who is notified in place of a vacant post", None
    )
    readings: Picks = key("口径", "by workflow, the readings that the office has chosen", {})
    numbers: Annotated[
        dict[str, Annotated[Any, described({"type": "string", "pattern": _SERIES})]], pairs(pattern=NAME_PATTERN)
    ] = key("编号系列", "workflows whose cases are numbered in a series of their own", {})
