"""``gkflow doctor`` (体检): is everything alive, is anything stuck, how far does the calendar reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli import options
from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.application.doctor import HealthCheck


def command(format: str = options.formats("table", "json")) -> None:
    """Look at everything that can go wrong quietly; exit code 1 on an error, such as a stale sweep."""
    from gkflow.office import open_office

    with open_office() as office:
        signs = office.doctor()
    if format == "json":
        from gkflow.cli.output import print_json

        print_json(
            [{"name": sign.name, "level": sign.level, "words": words(sign), "facts": sign.facts} for sign in signs]
        )
    else:
        from gkflow.cli.output import coloured

        levels = {
            "ok": ("正常", "ok", "green"),
            "warning": ("注意", "warning", "orange"),
            "error": ("错误", "error", "red"),
        }
        for sign in signs:
            zh, en, colour = levels[sign.level]
            typer.echo(f"{coloured(say(f'[{zh}]', f'[{en}]'), colour)} {words(sign)}")
    if any(sign.level == "error" for sign in signs):
        raise typer.Exit(1)


def words(sign: HealthCheck) -> str:
    """What was found, and what to do about it."""
    return _WORDS[sign.name](sign) if sign.name in _WORDS else f"{sign.name}: {sign.facts}"


def _moment(value: Any) -> str:
    from gkflow.cli.escalation_rows import short_moment

    return short_moment(value)


def _settings(sign: HealthCheck) -> str:
    from gkflow.cli.fault_words import fault_words
    from gkflow.domain.errors import Fault

    told = say("；", "; ").join(fault_words(Fault(**each)) for each in sign.facts["faults"])
    return say(f"设置有误，不能办理和通知：{told}", f"the settings have faults, no notice can be written: {told}")


def _sweep(sign: HealthCheck) -> str:
    last, age = sign.facts["last"], sign.facts["age_days"]
    mend = say("请启动守护进程（gkflow daemon），或者运行 gkflow sweep", "start gkflow daemon, or run gkflow sweep")
    if last is None:
        return say(f"还没有巡检过：{mend}", f"never swept: {mend}")
    words = say(f"最近一次巡检：{last}", f"last sweep: {last}")
    if sign.facts["ahead_days"]:
        return words + say(
            f"，比今天晚 {sign.facts['ahead_days']} 天：巡检时本机时间超前，或者设了 GKFLOW_NOW；"
            "请确认现在的时间无误，再运行 gkflow sweep --unsweep",
            f", {sign.facts['ahead_days']} days later than today: swept under a clock that was ahead, or under "
            "GKFLOW_NOW; see that the clock is right now, then run gkflow sweep --unsweep",
        )
    if sign.level == "error":
        return words + say(f"，已停了 {age} 天；{mend}", f", {age} days ago; {mend}")
    return words + (say("（今天）", " (today)") if age == 0 else say(f"（{age} 天前）", f" ({age} days ago)"))


def _daemon(sign: HealthCheck) -> str:
    last = sign.facts["last"]
    if last is None:
        return say("守护进程没有运行过", "the daemon has never run")
    words = say(f"守护进程最近一次心跳：{_moment(last)}", f"last heartbeat of the daemon: {_moment(last)}")
    return words if sign.level == "ok" else words + say("，可能已经停止", "; it may have stopped")


def _clock(sign: HealthCheck) -> str:
    if sign.level == "ok":
        return say("本机时间与记录一致", "the machine's clock agrees with the record")
    if sign.facts["jumped"]:
        return say(
            "本机时间突然超前一天以上，守护进程已暂停巡检：请校准时间；确系停机或者休眠的，运行 gkflow sweep",
            "the machine's clock jumped ahead by more than a day and the daemon holds: set it right; if the machine "
            "really stood still, run gkflow sweep",
        )
    now, last = _moment(sign.facts["now"]), _moment(sign.facts["last_written"])
    return say(
        f"本机时间 {now} 早于最近一次写入 {last}：请校准时间；"
        "本机时间无误的，可能曾在 GKFLOW_NOW 之下写入（演示用的时刻）",
        f"the machine's clock says {now}, before the last writing of {last}: set it right; if it is right, something "
        "was probably written under GKFLOW_NOW (a moment for demonstrations)",
    )


def _delivery(sign: HealthCheck) -> str:
    last, waiting, dead = sign.facts["last"], sign.facts["waiting"], sign.facts["dead"]
    parts = [
        say(f"最近一次送发：{_moment(last)}", f"last delivery: {_moment(last)}")
        if last is not None
        else say("还没有送发过", "nothing delivered yet"),
        say(f"待送 {waiting} 条", f"{waiting} waiting"),
    ]
    if sign.level == "error":
        parts.append(
            say("已停滞：请启动守护进程，或者运行 gkflow deliver", "stuck: start gkflow daemon, or run gkflow deliver")
        )
    if dead:
        parts.append(say(f"{dead} 条不再重试，见 gkflow notices --dead", f"{dead} given up: gkflow notices --dead"))
    return say("，", ", ").join(parts)


def _calendar(sign: HealthCheck) -> str:
    through, missing = sign.facts["announced_through"], sign.facts["missing"]
    words = say(f"工作日历：放假安排已知至 {through}", f"calendar: days off are known through {through}")
    if sign.level == "error":
        return words + say(
            "，已经过期；请录入放假通知（gkflow calendar）", "; that is past: enter the notice (gkflow calendar)"
        )
    if missing is not None and sign.facts["entered"]:
        return words + say(
            f"；{missing} 年的通知已录入，尚未采用，跨年的届满日仍是暂定的",
            f"; the notice for {missing} is entered and not adopted, deadlines there are still provisional",
        )
    if missing is not None:
        return words + say(
            f"；{missing} 年的通知尚未录入，跨年的届满日是暂定的",
            f"; the notice for {missing} is wanting, deadlines there are provisional",
        )
    return words


def _edition(sign: HealthCheck) -> str:
    return say(
        "有新的放假安排等待采用：gkflow calendar adopt（会先列出受影响的案件）",
        "a newer calendar waits to be adopted: gkflow calendar adopt (it lists the cases that move)",
    )


def _rules(sign: HealthCheck) -> str:
    from gkflow.cli.opening import rules_words

    return rules_words(sign.facts["fault"])


def _local_days(sign: HealthCheck) -> str:
    year, names = sign.facts["year"], "、".join(sign.facts["festivals"])
    return say(
        f"本地{year}年{names}哪几天放假尚未录入，届满日是暂定的；"
        "把当地通知放进 config/calendar，再 gkflow calendar adopt",
        f"the days off of {names} in {year} have not been entered, deadlines are provisional: put the local notice into"
        " config/calendar, then gkflow calendar adopt",
    )


def _provisional(sign: HealthCheck) -> str:
    count, cases = sign.facts["count"], sign.facts["cases"]
    if not count:
        return say("没有暂定的届满日", "no deadline is provisional")
    names = say("、", ", ").join(cases) + (say("等", ", …") if count > len(cases) else "")
    return say(
        f"{count} 个届满日落在尚未公布放假安排的日期上，是暂定的：{names}",
        f"{count} deadlines rest on predicted days and are provisional: {names}",
    )


def _parked(sign: HealthCheck) -> str:
    count, after, cases = sign.facts["count"], sign.facts["after"], sign.facts["cases"]
    if not count:
        return say(
            f"没有中止或者等待满 {after} 个工作日的案件", f"no case has stood still for {after} working days or more"
        )
    names = say("、", ", ").join(cases) + (say("等", ", …") if count > len(cases) else "")
    return say(
        f"{count} 个期限中止或者等待已满 {after} 个工作日，请补录对方收到之日、答复，或者依法办理：{names}",
        f"{count} clocks have stood still for {after} working days or more; enter the day of receipt (served), "
        f"the answer, or decide: {names}",
    )


def _recounting(sign: HealthCheck) -> str:
    count = sign.facts["count"]
    if not count:
        return say("采用的版本已全部推算", "every case is counted by the editions in use")
    return say(
        f"采用新版后还有 {count} 件未重新推算，下次巡检自动续办，或者现在运行 gkflow sweep",
        f"{count} cases are still to be counted by the edition that was adopted: the next sweep goes on, or run "
        "gkflow sweep now",
    )


def _people(sign: HealthCheck) -> str:
    count = sign.facts["people"]
    if not count:
        return say(
            "设置中没有人员：提醒和督办只写入通知文件，不会有人收到；请在 gkflow.toml 中写明 [[people]]",
            "the settings name nobody: reminders go to the file alone; enter [[people]] in gkflow.toml",
        )
    return say(f"通知人员 {count} 人", f"{count} people to be notified")


def _vacant(sign: HealthCheck) -> str:
    from gkflow.cli.vocabulary import ROLES, word

    told = []
    for each in sign.facts["vacant"]:
        names = say("、", ", ").join(each["instead"])
        post = f"{label_of(each['label'], each['unit'])} {word(ROLES, each['role'])}"
        told.append(say(f"{post}（由{names or '无人'}代为接收）", f"{post} (instead: {names or 'nobody'})"))
    return say("职责空缺：", "vacant posts: ") + say("；", "; ").join(told)


def _unknown_officers(sign: HealthCheck) -> str:
    told = [
        say(
            f"{each['officer']}（在办 {each['open']} 件，如 {each['case']}）",
            f"{each['officer']} ({each['open']} open, such as {each['case']})",
        )
        for each in sign.facts["officers"]
    ]
    return say(
        "承办人不在人员名单中，通知由上级接收：",
        "officers whom the settings do not know; their superiors are notified: ",
    ) + say("、", ", ").join(told)


def _channels(sign: HealthCheck) -> str:
    from gkflow.cli.commands.notices import channel_words

    told = []
    for each in sign.facts["people"]:
        why = [
            f"{channel_words(channel)} {say('没有设置', 'is not set up') if reason == 'not_set_up' else reason}"
            for channel, reason in each["channels"].items()
        ]
        told.append(say(f"{each['name']}（{'；'.join(why)}）", f"{each['name']} ({'; '.join(why)})"))
    return say("没有可用通知方式的人员：", "people without a working channel: ") + say("、", ", ").join(told)


def _same_name(sign: HealthCheck) -> str:
    names = say("、", ", ").join(sign.facts["names"])
    return say(
        f"人员重名：{names}。通知分别送达；以姓名登记的承办人和经办人分不清是哪一位，请在姓名后加以区别",
        f"people of one name: {names}. Each is notified; officers are known by name only, so tell the names apart",
    )


def _counts(sign: HealthCheck) -> str:
    cases, still, entries, steps = (sign.facts[name] for name in ("cases", "open", "entries", "escalations"))
    return say(
        f"案件 {cases} 件（在办 {still} 件），办理记录 {entries} 条，督办 {steps} 条",
        f"{cases} cases ({still} open), {entries} entries, {steps} escalations",
    )


def _seals(sign: HealthCheck) -> str:
    number, behind = sign.facts["number"], sign.facts["behind"]
    if number is None:
        return say("还没有封存", "nothing sealed yet")
    words = say(f"最新封存：{number}", f"newest seal: {number}")
    if behind:
        return words + say(
            f"；库外文件 {sign.facts['file']} 少 {behind} 号，请查明原因（下次巡检时补写）",
            f"; {behind} are missing from {sign.facts['file']}: find out why (the next sweep adds them)",
        )
    return words


def _files(sign: HealthCheck) -> str:
    wide = sign.facts["wide"]
    if not wide:
        return say("文件权限合适", "the files are private")
    names, mode = " ".join(wide), "770" if sign.facts["group"] else "700"
    return say(
        f"这些文件其他账户也能读取：{names}；请收紧权限（文件 {_mode(sign)}，文件夹 {mode}）",
        f"others may read these files: {names}; take the permission away (files {_mode(sign)}, folders {mode})",
    )


def _mode(sign: HealthCheck) -> str:
    return "660" if sign.facts["group"] else "600"


_WORDS = {
    "settings": _settings,
    "seals": _seals,
    "files": _files,
    "sweep": _sweep,
    "daemon": _daemon,
    "clock": _clock,
    "delivery": _delivery,
    "calendar": _calendar,
    "calendar_edition": _edition,
    "rules_edition": _rules,
    "local_days": _local_days,
    "provisional": _provisional,
    "people": _people,
    "vacant": _vacant,
    "unknown_officers": _unknown_officers,
    "channels": _channels,
    "same_name": _same_name,
    "counts": _counts,
    "parked": _parked,
    "recounting": _recounting,
}
SIGNS = tuple(_WORDS)  # what docs/operations has a line for
