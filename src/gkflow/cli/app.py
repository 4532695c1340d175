"""
The commands (命令表): each stands in its own module and is loaded when it is called, so that help stays quick.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click
import typer
from typer.core import TyperCommand, TyperGroup

from gkflow.cli.language import say
from gkflow.domain.errors import FilesAtFault, GkflowError

# name -> (module, help in Chinese, help in English); the order is that of a working day.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("init", "建立机关：写入 gkflow.toml，建库", "set up an office: gkflow.toml and database"),
    "demo": ("demo", "用真实台账演示，数据放在单独的文件夹", "a demonstration on a real register, in a folder of its own"),
    "receive": ("receive", "收件：新建案件", "open a case"),
    "do": ("do", "办理：列出或者执行下一步动作", "list or take the next action of a case"),
    "cases": ("cases", "台账：在办、逾期、即将届满的案件", "the docket: open, overdue, due cases"),
    "show": ("show", "查看一件案件的全部情况", "everything about one case"),
    "explain": ("explain", "逐日说明届满日为什么是这一天", "why this day? the deadline, day by day"),
    "deadline": ("deadline", "推算期限（不需要数据库）", "reckon a deadline (no database needed)"),
    "calendar": ("calendar", "工作日历", "the working calendar"),
    "limits": ("limits", "期限一览：条款、原文、可靠程度", "the limits with article, quotation and how surely known"),
    "sweep": ("sweep", "巡检：记录到期、逾期并通知", "sweep: record what has come due, and tell"),
    "deliver": ("deliver", "送发待发通知", "send the notices that wait"),
    "daemon": ("daemon", "守护进程：每日巡检、随时送发", "the daemon: sweeps daily, delivers always"),
    "escalations": ("escalations", "督办记录", "the escalation log"),
    "ack": ("ack", "签收督办", "acknowledge escalations"),
    "notices": ("notices", "通知记录：待发、已送、失败", "the notices: waiting, delivered, dead"),
    "import": ("import_", "导入台账（csv、xlsx）", "import a register (csv, xlsx)"),
    "export": ("export", "导出台账或者公开信息", "export the register or what may be published"),
    "check": ("check", "检查规则文件", "check the rule files"),
    "draw": ("draw", "画出流程图（Mermaid）", "draw a workflow (Mermaid)"),
    "verify": ("verify", "核验办理记录的完整性", "verify the chains of the record"),
    "rebuild": ("rebuild", "由办理记录重建台账", "rebuild the docket from the record"),
    "doctor": ("doctor", "体检：巡检、送发、日历是否正常", "is everything alive: sweeps, delivery, calendar"),
}


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called; help needs their one-line descriptions only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if not ctx.invoked_subcommand and ctx.info_name and _is_listing(ctx):
            return TyperCommand(cmd_name, help=say(*COMMANDS[cmd_name][1:]))
        module = importlib.import_module(f"gkflow.cli.commands.{COMMANDS[cmd_name][0]}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_HELP)
        single.command(cmd_name, help=say(*COMMANDS[cmd_name][1:]))(module.command)
        command = typer.main.get_command(single)
        command.name = cmd_name
        return command


_HELP = {"help_option_names": ["--help", "-h"]}
_listing = False


def _is_listing(ctx: click.Context) -> bool:
    return _listing


def _build() -> click.Command:
    app = typer.Typer(
        cls=LazyGroup, add_completion=False, no_args_is_help=True, rich_markup_mode=None, context_settings=_HELP,
        help=say(
            "gkflow：政务公开办理流程与法定期限。每个命令都有 --help；--format json 供程序使用。",
            "gkflow: disclosure cases and their statutory deadlines. Each command has --help.",
        ),
    )  # fmt: skip

    @app.callback()
    def _gkflow(
        lang: str = typer.Option("", "--lang", help=say("界面语言：zh 或 en", "language: zh or en"), metavar="zh|en"),
        version: bool = typer.Option(False, "--version", help=say("版本", "the version")),
    ) -> None:
        if version:
            import gkflow

            typer.echo(f"gkflow {gkflow.__version__}")
            raise typer.Exit

    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """
    Run one command and return its exit code: 0 done, 1 a finding, 2 wrong use. An error is one clear line on
    stderr, never a traceback (GKFLOW_DEBUG=1 shows it).
    """
    global _listing
    # --lang may stand anywhere; it has been read already.
    words = _without_lang(list(arguments))
    _listing = not [word for word in words if not word.startswith("-")]
    try:
        result = _build().main(args=words, prog_name="gkflow", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.Abort:
        _complain(say("已中断", "interrupted"))
        return 2
    except click.UsageError as error:
        _complain(usage(error))
        return 2
    except click.ClickException as error:
        _complain(error.format_message())
        return 2
    except FilesAtFault as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return error.exit_code
    except GkflowError as error:
        from gkflow.cli.words import error_words

        _complain(error_words(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain(say("已中断", "interrupted"))
        return 2
    except BrokenPipeError:
        # The reader (head, less) has enough: no fault of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("GKFLOW_DEBUG"):
            raise
        from gkflow.cli.words import unexpected

        _complain(unexpected(error))
        return 2


def _without_lang(words: list[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--lang":
            skip = True
        elif not word.startswith("--lang="):
            kept.append(word)
    return kept


def _complain(words: str) -> None:
    print(f"gkflow: {words}", file=sys.stderr)


def usage(error: click.UsageError) -> str:
    """What was wrong with the words of the command, and where help is."""
    words = error.format_message()
    if isinstance(error, click.NoSuchOption):
        near = f"（{'、'.join(error.possibilities or ())}？）" if error.possibilities else ""
        words = say(f"没有选项 {error.option_name}{near}", words)
    elif isinstance(error, click.MissingParameter):
        name = error.param.make_metavar(error.ctx) if error.param is not None and error.ctx is not None else ""
        words = say(f"缺少参数 {name}", words)
    elif isinstance(error, click.BadParameter):
        words = say(f"参数不正确：{error.message}", words)
    elif error.ctx is not None and error.ctx.parent is None and "No such command" in words:
        from difflib import get_close_matches

        name = words.split("'")[1] if "'" in words else ""
        near_names = get_close_matches(name, COMMANDS, 2)
        words = say(
            f"没有命令 {name}" + (f"，是不是 {'、'.join(near_names)}？" if near_names else ""),
            f"no command {name}" + (f" (do you mean {' or '.join(near_names)}?)" if near_names else ""),
        )
    where = error.ctx.command_path if error.ctx is not None else "gkflow"
    return words + say(f"。用法：{where} --help", f". Usage: {where} --help")
