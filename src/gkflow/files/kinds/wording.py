"""What the wording of notices holds (通知用语): ``config/wording/notices.yaml``."""

from typing import Annotated, Any

from gkflow.domain.notice import ROLES_UPWARD
from gkflow.domain.sentences import said
from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.sections import pairs, sections
from gkflow.files.kinds.values import Text, text_as

_ROLE = f"^({'|'.join(ROLES_UPWARD)})$"


class TemplateKeys(FileModel):
    """The words of one kind of notice (一类通知的用语)."""

    subject: Text = key("标题", "the subject; {name} stands for a fact of the notice")
    text: Text = key("正文", "the text; {name} stands for a fact of the notice")


def _kind(zh: str, en: str) -> Any:
    return key(zh, f"the words of {en}", [])


class WordingFile(FileModel):
    """The wording of notices (通知用语)."""

    wording: Text = key("用语代码", "the name of the wording")
    roles: Annotated[dict[str, Annotated[str, text_as(said("a text"))]], pairs(pattern=_ROLE)] = key(
        "职责名称", "what each role is called in a notice", {}
    )
    missing: Annotated[dict[str, Annotated[str, text_as(said("a text"))]], pairs()] = key(
        "缺项用语", "what stands in a notice for a fact that is not known", {}
    )
    remind: Annotated[list[TemplateKeys], sections("remind")] = _kind("提醒", "a reminder")
    remind_past: Annotated[list[TemplateKeys], sections("remind_past")] = _kind(
        "届满后提醒", "a reminder written after the last day"
    )
    urge: Annotated[list[TemplateKeys], sections("urge")] = _kind("催办", "an urging notice")
    urge_past: Annotated[list[TemplateKeys], sections("urge_past")] = _kind(
        "届满后催办", "an urging notice written after the last day"
    )
    supervise: Annotated[list[TemplateKeys], sections("supervise")] = _kind("督办", "a supervision notice")
    propose: Annotated[list[TemplateKeys], sections("propose")] = _kind("建议办理", "a proposed action")
    take: Annotated[list[TemplateKeys], sections("take")] = _kind("自动办理", "an action taken by lapse of time")
    action: Annotated[list[TemplateKeys], sections("action")] = _kind("办理告知", "an action that was taken")
    push: Annotated[list[TemplateKeys], sections("push")] = _kind("推送", "a publication, to its subscribers")
    moved_earlier: Annotated[list[TemplateKeys], sections("moved_earlier")] = _kind(
        "届满日提前", "a last day moved earlier"
    )
    moved_later: Annotated[list[TemplateKeys], sections("moved_later")] = _kind("届满日推后", "a last day moved later")
    calendar: Annotated[list[TemplateKeys], sections("calendar")] = _kind(
        "日历提醒", "a calendar that lacks next year's notice"
    )
    endpoint: Annotated[list[TemplateKeys], sections("endpoint")] = _kind(
        "接收端停用", "an endpoint to which nothing is posted any more"
    )
    parked_suspended: Annotated[list[TemplateKeys], sections("parked_suspended")] = _kind(
        "久中止", "a clock suspended for long"
    )
    parked_waiting: Annotated[list[TemplateKeys], sections("parked_waiting")] = _kind(
        "久等待", "a clock waiting for long"
    )
    urge_hours: Annotated[list[TemplateKeys], sections("urge_hours")] = _kind(
        "按小时催办", "an urging notice counted in hours"
    )
    supervise_hours: Annotated[list[TemplateKeys], sections("supervise_hours")] = _kind(
        "按小时督办", "a supervision in hours"
    )
    note: Annotated[list[TemplateKeys], sections("note")] = key(
        "一般通知", "the words that stand in for every other kind"
    )
    vacant: Annotated[list[TemplateKeys], sections("vacant")] = _kind("职责空缺", "a post that nobody holds")
    nobody: Annotated[list[TemplateKeys], sections("nobody")] = _kind(
        "无人可告知", "a notice whose posts nobody holds, up to the end of the line"
    )
    unknown: Annotated[list[TemplateKeys], sections("unknown")] = _kind(
        "人员不明", "an officer whom the settings do not know"
    )
    seal: Annotated[list[TemplateKeys], sections("seal")] = _kind("封存", "a seal that leaves the office")
