"""
The commands (命令表): each stands in its own module and is loaded when it is called, so that help stays quick.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperGroup

from gkflow.cli.help import Command, group_help, metavar
from gkflow.cli.language import choose, chosen_by, language, say
from gkflow.cli.opening import warn_of_made_up_clock, warned_of_waiting_rules
from gkflow.cli.screen import NotShown, screens
from gkflow.cli.system_words import system_words
from gkflow.domain.errors import FilesAtFault, GkflowError

# name -> (module, help in Chinese, help in English); the order is that of a working day.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("init", "建立机关：写入 gkflow.toml，建库", "set up an office: gkflow.toml and database"),
    "demo": (
        "demo",
        "用真实台账演示，数据放在单独的文件夹",
        "a demonstration on a real register, in a folder of its own",
    ),
    "receive": ("receive", "收件：新建案件", "open a case"),
    "do": ("do", "办理：列出或者执行下一步动作", "list or take the next action of a case"),
    "drafts": ("drafts", "草稿：列出、提交、删除", "drafts: list, enter, drop"),
    "cases": ("cases", "台账：在办、逾期、即将届满的案件", "the docket: open, overdue, due cases"),
    "show": ("show", "查看一件案件的全部情况", "everything about one case"),
    "explain": ("explain", "逐日说明届满日为什么是这一天", "why this day? the deadline, day by day"),
    "deadline": ("deadline", "推算期限（不需要数据库）", "reckon a deadline (no database needed)"),
    "calendar": ("calendar", "工作日历", "the working calendar"),
    "feed": ("feed", "期限订阅：承办人的届满日（.ics）", "an officer's deadlines as a calendar feed (.ics)"),
    "limits": ("limits", "期限一览：条款、原文、可靠程度", "the limits with article, quotation and how surely known"),
    "duties": ("duties", "周期职责：何时到期、是否承担", "the duties that come round: due days, taken on or not"),
    "sweep": ("sweep", "巡检：记录到期、逾期并通知", "sweep: record what has come due, and tell"),
    "deliver": ("deliver", "送发待发通知", "send the notices that wait"),
    "daemon": ("daemon", "守护进程：每日巡检、随时送发", "the daemon: sweeps daily, delivers always"),
    "escalations": ("escalations", "督办记录", "the escalation log"),
    "ack": ("ack", "签收督办", "acknowledge escalations"),
    "notices": ("notices", "通知记录：待发、已送、失败", "the notices: waiting, delivered, dead"),
    "rates": ("rates", "按期率：各流程各期限按期办结的比例", "how the duties were met in time"),
    "score": ("score", "考评得分：按机关和期间计分", "points of each unit in a period"),
    "remedies": (
        "remedies",
        "行政复议、行政诉讼情况（年度报告表四）",
        "reconsiderations and lawsuits, for the annual report",
    ),
    "spot-check": (
        "spot_check",
        "抽查：按种子抽取案件并立案督办",
        "draw cases by a seed, and open a supervision of each",
    ),
    "subscribe": ("subscribe", "订阅公开的信息", "subscribe to what is published"),
    "subscriptions": ("subscriptions", "订阅一览", "the subscriptions"),
    "unsubscribe": ("unsubscribe", "退订", "end a subscription"),
    "import": ("import_", "导入台账（csv、xlsx）", "import a register (csv, xlsx)"),
    "export": ("export", "导出台账或者公开信息", "export the register or what may be published"),
    "rules": (
        "rules",
        "规则版本：列出、比较、采用（期限、流程、预警督办、地方规则）",
        "the adopted rules: list, compare, adopt",
    ),
    "check": ("check", "检查规则文件", "check the rule files"),
    "schema": ("schema", "文件格式：JSON Schema（供编辑器和程序使用）", "the JSON Schema of a kind of file"),
    "draw": ("draw", "画出流程图（Mermaid）", "draw a workflow (Mermaid)"),
    "verify": ("verify", "核验办理记录的完整性", "verify the chains of the record"),
    "rebuild": ("rebuild", "由办理记录重建台账", "rebuild the docket from the record"),
    "backup": ("backup", "备份：数据库、设置和规则，在线进行", "keep database, settings and rules, online"),
    "restore": ("restore", "恢复备份，并核验记录", "restore a backup, and verify its record"),
    "doctor": ("doctor", "体检：巡检、送发、日历是否正常", "is everything alive: sweeps, delivery, calendar"),
}


# typer brings a click of its own from 0.29 on, earlier ones use the installed one: these are the classes raised.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_ClickError: type[Any] = typer.BadParameter.__mro__[2]
_HELP = {"help_option_names": ["--help", "-h"]}


_said_in: dict[str, str] = {}


def _load(name: str) -> ModuleType:
    """A module with its options; what they say is fixed at import, so in another language it is imported anew."""
    before = _said_in.get(name, "") if name in sys.modules else language()
    module = importlib.import_module(name)
    if before != language():
        module = importlib.reload(module)
    _said_in[name] = language()
    return module


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called; help needs their one-line descriptions only."""

    # ctx: Any, as in Command.get_help.
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        _load("gkflow.cli.options")
        module = _load(f"gkflow.cli.commands.{COMMANDS[cmd_name][0]}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_HELP)
        help, epilog = say(*COMMANDS[cmd_name][1:]), getattr(module, "EPILOG", None)
        single.command(cmd_name, help=help, epilog=epilog, cls=Command)(module.command)
        command = typer.main.get_command(single)
        command.name = cmd_name
        return command

    def get_help(self, ctx: Any) -> str:
        listed = [(name, say(*words[1:])) for name, words in COMMANDS.items()]
        return group_help(ctx, self.help or "", self.get_params(ctx), listed)


def _build() -> Any:
    app = typer.Typer(
        cls=LazyGroup, add_completion=True, rich_markup_mode=None, context_settings=_HELP,
        help=say(
            "gkflow：政务公开办理流程与法定期限。每个命令都有 --help；--format json 供程序使用。",
            "gkflow: disclosure cases and their deadlines. Each command has --help; --format json is for programs.",
        ),
    )  # fmt: skip

    @app.callback()
    def _gkflow(
        lang: str = typer.Option("", "--lang", help=say("界面语言", "language"), metavar="zh|en"),
        version: bool = typer.Option(False, "--version", help=say("显示版本", "show the version")),
    ) -> None:
        pass

    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """
    Run one command and return its exit code: 0 done, 1 a finding, 2 wrong use. An error is one clear line on
    stderr, never a traceback (GKFLOW_DEBUG=1 shows it).
    """
    with screens():
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    written = _written()
    try:
        code = _command(arguments)
        if _written() > written:
            warn_of_made_up_clock()
        sys.stdout.flush()
        return code
    except NotShown as failure:
        asked = not {"--dry-run", "--simulate"} & set(arguments)
        return _not_shown(failure.error, asked and _written() > written, asked and _enters(arguments))
    except KeyboardInterrupt:
        _complain(say("已中断", "interrupted"))
        return 2
    except Exception as error:
        if os.environ.get("GKFLOW_DEBUG"):
            raise
        from gkflow.cli.words import error_words, known_error, unexpected

        known = known_error(error)
        _complain(error_words(known) if known is not None else unexpected(error))
        return 2


def _command(arguments: Sequence[str]) -> int:
    # --lang may stand anywhere, and is read before anything is said.
    words, lang = chosen_by(arguments)
    choose(lang)
    try:
        if any("\0" in word for word in words):  # no shell can pass one; a program that calls run() can
            raise typer.BadParameter(say("参数中有空字符（U+0000）", "an argument holds the character U+0000"))
        if lang is not None and lang not in ("zh", "en"):
            raise typer.BadParameter(say("--lang 只能是 zh 或者 en", "--lang is zh or en"))
        if words[:1] == ["--version"]:
            import gkflow

            print(f"gkflow {gkflow.__version__}")
            return 0
        if words[:1] == ["help"]:  # as git has it: gkflow help cases
            words = [*words[1:], "--help"]
        with warned_of_waiting_rules(words):
            result = _build().main(
                args=words or ["--help"], prog_name="gkflow", standalone_mode=False, obj=tuple(words)
            )
        return result if isinstance(result, int) else 0
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.Abort:
        _complain(say("已中断", "interrupted"))
        return 2
    except _UsageError as error:
        _complain(usage(error))
        return 2
    except _ClickError as error:
        _complain(error.format_message())
        return 2
    except FilesAtFault as error:
        from gkflow.cli.fault_words import tell_faults

        tell_faults(error.faults)
        return error.exit_code
    except GkflowError as error:
        from gkflow.cli.words import error_words

        _complain(error_words(error))
        return error.exit_code


def _written() -> int:
    """How many writing transactions have been committed by this process; the store is not loaded for it."""
    store = sys.modules.get("gkflow.store.database")
    return store.Database.committed if store is not None else 0


def _enters(arguments: Sequence[str]) -> bool:
    """Whether a command was to enter something: whoever sees no answer has to learn that it did not."""
    words = [word for word in chosen_by(arguments)[0] if not word.startswith("-")]
    if {"--help", "-h"} & set(arguments):
        return False
    return words[:1] == ["receive"] or (words[:1] == ["do"] and len(words) > 2)


def _not_shown(error: OSError, written: bool, lost: bool = False) -> int:
    """
    Nothing more can be printed. Where something was written before, that is said: whoever sees no answer would
    otherwise enter it again.
    """
    _let_go()
    broken = isinstance(error, BrokenPipeError)
    if written:
        reason = system_words(error)
        _complain(
            say(
                f"结果没有显示出来（{reason}），但是已经写入：请勿重复办理，用 gkflow show 或者 gkflow cases 核对",
                f"the result could not be shown ({reason}), but it WAS written: do not enter it again; "
                "see gkflow show or gkflow cases",
            )
        )
        return 0 if broken else 1
    if lost:
        reason = system_words(error)
        _complain(say(f"无法输出（{reason}），没有写入", f"cannot be shown ({reason}): nothing was written"))
        return 2
    if broken:  # the reader (head, less) has enough: no fault of ours
        return 0
    reason = system_words(error)
    _complain(say(f"无法输出：{reason}", f"cannot write to standard output: {reason}"))
    return 2


def _let_go() -> None:
    """Let standard output lead nowhere, so that what it still holds raises nothing when Python ends."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError, KeyError, AttributeError):
        pass


def _complain(words: str) -> None:
    print(f"gkflow: {words}", file=sys.stderr)


def usage(error: Any) -> str:
    """What was wrong with the words of the command, and where help is."""
    ctx = error.ctx
    where = ctx.command_path if ctx is not None else "gkflow"
    wrong = _wrong(error).rstrip(".。")
    stop = "" if wrong.endswith(("？", "?", "?)")) else say("。", ".")
    return wrong + stop + say(f"用法见：{where} --help", f" Usage: {where} --help")


def _wrong(error: Any) -> str:
    told = str(error.message)
    kind = type(error).__name__
    param = getattr(error, "param", None)
    name = "/".join(param.opts) if param is not None and param.param_type_name == "option" else ""
    if kind == "NoSuchOption":
        if re.fullmatch(r"-[\d.]+", error.option_name):
            return say(
                f"期限的长度不能是负数：{error.option_name}", f"a length cannot be negative: {error.option_name}"
            )
        near = list(error.possibilities or ())
        return say(f"没有选项 {error.option_name}", f"no option {error.option_name}") + _mean(near)
    if kind == "MissingParameter":
        wanted = name or (metavar(param) if param is not None else "")
        return say(f"缺少 {wanted}", f"missing {wanted}")
    if kind == "BadParameter" and (words := _of_value(told)):
        name = name or (metavar(param) if param is not None else "")
        return say(f"{name}：{words}", f"{name}: {told}")
    if kind == "BadParameter":
        return say(f"{name}：{told}", f"{name}: {told}") if name and not told.startswith("--") else told
    if (found := re.fullmatch(r"Option '(.*)' does not take a value\.?", told)) is not None:
        return say(f"{found[1]} 后面不写值", told)
    if found := re.match(r"Option '(.*)' requires an argument", told):
        return say(f"{found[1]} 后面要写值", told)
    if found := re.match(r"Got unexpected extra argument\S* \((.*)\)", told):
        return say(f"多余的参数：{found[1]}", told)
    if told.startswith("Missing command"):
        return say("缺少命令", "no command given")
    if found := re.match(r"No such command '(.*?)'", told):
        near = get_close_matches(found[1], COMMANDS, 2)
        return say(f"没有命令 {found[1]}", f"no command {found[1]}") + _mean(near)
    return told


# What the library says of a value, and its Chinese.
_VALUES = (
    (r"Input should be a valid integer.*", "要写整数"),
    (r"Input should be a valid number.*", "要写数"),
    (r"Input should be a finite number.*", "要写数"),
    (r"Input should be greater than or equal to (.+?)\.?", "不得小于 {0}"),
    (r"Input should be less than or equal to (.+?)\.?", "不得大于 {0}"),
    (r"Input should be greater than (.+?)\.?", "要大于 {0}"),
    (r"Input should be less than (.+?)\.?", "要小于 {0}"),
    (r"Input should be a valid boolean.*", "要写 true 或者 false"),
    (r"Input should be .*", "值不合要求"),
    (r"(.+) is not a valid (?:integer|int)\b.*", "{0} 不是整数"),
    (r"(.+) is not a valid (?:float|number)\b.*", "{0} 不是数"),
    (r"(.+) is not a valid boolean.*", "{0} 不是 true 或者 false"),
    (r"(.+) is not in the range x>=([\d.]+)\.?", "{0} 太小，不得小于 {1}"),
    (r"(.+) is not in the range x<=([\d.]+)\.?", "{0} 太大，不得大于 {1}"),
    (r"(.+) is not in the range ([\d.]+)<=x<=([\d.]+)\.?", "{0} 要在 {1} 到 {2} 之间"),
    (r"(.+) is not one of (.+?)\.?", "{0} 不在可选之列：{1}"),
    (r"(?:File|Path|Directory) (.+) does not exist\.?", "没有这个文件：{0}"),
)


def _of_value(told: str) -> str:
    for pattern, words in _VALUES:
        if found := re.fullmatch(pattern, told):
            return words.format(*(part.strip("'") for part in found.groups()))
    return ""


def _mean(near: Sequence[str]) -> str:
    if not near:
        return ""
    return say(f"，是不是 {'、'.join(near)}？", f" (do you mean {' or '.join(near)}?)")
