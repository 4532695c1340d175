"""
The commands (命令表): each has its own module, loaded when it is called, so that help stays quick.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperGroup

from gkflow.cli.help import Command, group_help, metavar
from gkflow.cli.language import choose, chosen_by
from gkflow.cli.opening import warn_of_made_up_clock, warned_of_waiting_rules
from gkflow.cli.screen import NotShown, screens
from gkflow.domain.errors import FilesAtFault, GkflowError
from gkflow.domain.hints import did_you_mean
from gkflow.domain.sentences import said
from gkflow.words.language import say, say_as, translated
from gkflow.words.system import system_words

# name -> (module, help); the order is that of a working day.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", said("set up an office: gkflow.toml and database")),
    "demo": (
        "demo",
        said("a demonstration on a real register, in a folder of its own"),
    ),
    "receive": ("receive", said("open a case")),
    "do": ("do", said("list or take the next action of a case")),
    "drafts": ("drafts", said("drafts: list, enter, drop")),
    "cases": ("cases", said("the docket: open, overdue, due cases")),
    "show": ("show", said("everything about one case")),
    "explain": ("explain", said("why this day? the deadline, day by day")),
    "deadline": ("deadline", said("reckon a deadline (no database needed)")),
    "calendar": ("calendar", said("the working calendar")),
    "feed": ("feed", said("an officer's deadlines as a calendar feed (.ics)")),
    "limits": ("limits", said("the limits with article, quotation and how surely known")),
    "duties": ("duties", said("the duties that come round: due days, taken on or not")),
    "sweep": ("sweep", said("sweep: record what has come due, and notify")),
    "deliver": ("deliver", said("send the notices that wait")),
    "daemon": ("daemon", said("the daemon: sweeps daily, delivers always")),
    "worker": ("worker", said("the daemon's jobs on several hosts (PostgreSQL)")),
    "escalations": ("escalations", said("the escalation log")),
    "ack": ("ack", said("acknowledge escalations")),
    "notices": ("notices", said("the notices: waiting, delivered, dead")),
    "events": ("events", said("what happened, as other systems read it")),
    "endpoints": ("endpoints", said("other systems that get the events: state, test, resume, replay")),
    "rates": ("rates", said("how the duties were met in time")),
    "score": ("score", said("points of each unit in a period")),
    "remedies": (
        "remedies",
        said("reconsiderations and lawsuits, for the annual report"),
    ),
    "spot-check": (
        "spot_check",
        said("draw cases by a seed, and open a supervision of each"),
    ),
    "subscribe": ("subscribe", said("subscribe to what is published")),
    "subscriptions": ("subscriptions", said("the subscriptions")),
    "unsubscribe": ("unsubscribe", said("end a subscription")),
    "import": ("import_", said("import a register (csv, xlsx)")),
    "export": ("export", said("export the register or what may be published")),
    "rules": (
        "rules",
        said("the adopted rules: list, compare, adopt"),
    ),
    "check": ("check", said("check the rule files")),
    "schema": ("schema", said("the JSON Schema of a kind of file")),
    "draw": ("draw", said("draw a workflow (Mermaid)")),
    "verify": ("verify", said("verify the chains of the record")),
    "rebuild": ("rebuild", said("rebuild the docket from the record")),
    "backup": ("backup", said("keep database, settings and rules, online")),
    "restore": ("restore", said("restore a backup, and verify its record")),
    "db": ("db", said("look after the database: names of its tables, moving to another")),
    "doctor": ("doctor", said("is everything alive: sweeps, delivery, calendar")),
}


# typer brings a click of its own from 0.29 on, earlier ones use the installed one: these are the classes raised.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_ClickError: type[Any] = typer.BadParameter.__mro__[2]
_HELP = {"help_option_names": ["--help", "-h"]}


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called; help needs their one-line descriptions only."""

    # ctx: Any, as in Command.get_help.
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"gkflow.cli.commands.{COMMANDS[cmd_name][0]}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_HELP)
        help, below = COMMANDS[cmd_name][1], getattr(module, "epilog", None)
        epilog = below() if below is not None else None
        single.command(cmd_name, help=help, epilog=epilog, cls=Command)(module.command)
        command = typer.main.get_command(single)
        command.name = cmd_name
        return command

    def get_help(self, ctx: Any) -> str:
        listed = [(name, translated(words)) for name, (_, words) in COMMANDS.items()]
        return group_help(ctx, self.help or "", self.get_params(ctx), listed)


def _build() -> Any:
    app = typer.Typer(
        cls=LazyGroup, add_completion=True, rich_markup_mode=None, context_settings=_HELP,
        help=say(
            "gkflow: disclosure cases and their deadlines. Each command has --help; --format json is for programs."
        ),
    )  # fmt: skip

    @app.callback()
    def _gkflow(
        lang: str = typer.Option("", "--lang", help=say("language"), metavar="zh|en"),
        version: bool = typer.Option(False, "--version", help=say("show the version")),
    ) -> None:
        pass

    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """
    Run one command and return its exit code: 0 done, 1 a finding, 2 wrong use. An error is one clear line on stderr,
    never a traceback (GKFLOW_DEBUG=1 shows it).
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
        _complain(say("interrupted"))
        return 2
    except Exception as error:
        if os.environ.get("GKFLOW_DEBUG"):
            raise
        from gkflow.cli.words import error_words, known_error, unexpected

        known = known_error(error)
        _complain(error_words(known) if known is not None else unexpected(error))
        return 2


def _command(arguments: Sequence[str]) -> int:
    # --lang may be anywhere, and is read before any output.
    words, lang = chosen_by(arguments)
    choose(lang)
    try:
        if any("\0" in word for word in words):  # no shell can pass one; a program that calls run() can
            raise typer.BadParameter(say("an argument holds the character U+0000"))
        if lang is not None and lang not in ("zh", "en"):
            raise typer.BadParameter(say("--lang is zh or en"))
        if words[:1] == ["--version"]:
            import gkflow

            print(f"gkflow {gkflow.__version__}")
            return 0
        if words[:1] == ["help"]:  # like git: gkflow help cases
            words = [*words[1:], "--help"]
        with warned_of_waiting_rules(words):
            result = _build().main(
                args=words or ["--help"], prog_name="gkflow", standalone_mode=False, obj=tuple(words)
            )
        return result if isinstance(result, int) else 0
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.Abort:
        _complain(say("interrupted"))
        return 2
    except _UsageError as error:
        _complain(usage(error))
        return 2
    except _ClickError as error:
        _complain(error.format_message())
        return 2
    except FilesAtFault as error:
        from gkflow.words.faults import print_faults

        print_faults(error.faults)
        return error.exit_code
    except GkflowError as error:
        from gkflow.cli.words import error_words

        _complain(error_words(error))
        return error.exit_code


def _written() -> int:
    """How many writing transactions this process has committed; the store is not loaded for it."""
    store = sys.modules.get("gkflow.store.database")
    return store.Database.committed if store is not None else 0


def _enters(arguments: Sequence[str]) -> bool:
    """Whether a command was to enter something: without an answer the user must learn that it did not."""
    words = [word for word in chosen_by(arguments)[0] if not word.startswith("-")]
    if {"--help", "-h"} & set(arguments):
        return False
    return words[:1] == ["receive"] or (words[:1] == ["do"] and len(words) > 2)


def _not_shown(error: OSError, written: bool, lost: bool = False) -> int:
    """
    Output failed. If something was written before, that is reported: without an answer the user would enter it
    again.
    """
    _let_go()
    broken = isinstance(error, BrokenPipeError)
    if written:
        reason = system_words(error)
        _complain(
            say(
                "the result could not be shown ({reason}), but it WAS written: do not enter it again; "
                "see gkflow show or gkflow cases",
                reason=reason,
            )
        )
        return 0 if broken else 1
    if lost:
        reason = system_words(error)
        _complain(say("cannot be shown ({reason}): nothing was written", reason=reason))
        return 2
    if broken:  # the reader (head, less) has enough: not an error
        return 0
    reason = system_words(error)
    _complain(say("cannot write to standard output: {reason}", reason=reason))
    return 2


def _let_go() -> None:
    """Redirect standard output to nowhere, so that its buffer raises nothing when Python ends."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError, KeyError, AttributeError):
        pass


def _complain(words: str) -> None:
    print(f"gkflow: {words}", file=sys.stderr)


def usage(error: Any) -> str:
    """The error in the command's arguments, and where to find help."""
    ctx = error.ctx
    where = ctx.command_path if ctx is not None else "gkflow"
    wrong = _wrong(error).rstrip(".。")
    stop = "" if wrong.endswith(("？", "?", "?)")) else say(".")
    return wrong + stop + say(" Usage: {where} --help", where=where)


def _wrong(error: Any) -> str:
    text = str(error.message)
    kind = type(error).__name__
    param = getattr(error, "param", None)
    name = "/".join(param.opts) if param is not None and param.param_type_name == "option" else ""
    if kind == "NoSuchOption":
        if re.fullmatch(r"-[\d.]+", error.option_name):
            return say("a length cannot be negative: {option_name}", option_name=error.option_name)
        near = list(error.possibilities or ())
        return say("no option {option_name}", option_name=error.option_name) + _mean(near)
    if kind == "MissingParameter":
        wanted = name or (metavar(param) if param is not None else "")
        return say("missing {wanted}", wanted=wanted)
    if kind == "BadParameter" and (words := _of_value(text)):
        name = name or (metavar(param) if param is not None else "")
        return say_as("app", "{name}: {text}", name=name, text=words)
    if kind == "BadParameter":
        return say_as("app", "{name}: {text}", name=name, text=text) if name and not text.startswith("--") else text
    if (found := re.fullmatch(r"Option '(.*)' does not take a value\.?", text)) is not None:
        return say("Option '{option}' does not take a value.", option=found[1])
    if found := re.match(r"Option '(.*)' requires an argument", text):
        return say("Option '{option}' requires an argument.", option=found[1])
    if found := re.match(r"Got unexpected extra argument\S* \((.*)\)", text):
        return say("Got unexpected extra argument ({words})", words=found[1])
    if text.startswith("Missing command"):
        return say("no command given")
    if found := re.match(r"No such command '(.*?)'", text):
        near = get_close_matches(found[1], COMMANDS, 2)
        return say("no command {found}", found=found[1]) + _mean(near)
    return text


# The library's message about a value, and ours; {0} and {1} are the groups of its pattern.
_WHOLE, _NUMBER, _FLAG = said("write a whole number"), said("write a number"), said("write true or false")
_VALUES = (
    (r"Input should be a valid integer.*", _WHOLE),
    (r"Input should be a valid number.*", _NUMBER),
    (r"Input should be a finite number.*", _NUMBER),
    (r"Input should be greater than or equal to (.+?)\.?", said("must be at least {0}")),
    (r"Input should be less than or equal to (.+?)\.?", said("must be at most {0}")),
    (r"Input should be greater than (.+?)\.?", said("must be greater than {0}")),
    (r"Input should be less than (.+?)\.?", said("must be less than {0}")),
    (r"Input should be a valid boolean.*", _FLAG),
    (r"Input should be .*", said("this value is not accepted")),
    (r"(.+) is not a valid (?:integer|int)\b.*", said("{0} is no whole number")),
    (r"(.+) is not a valid (?:float|number)\b.*", said("{0} is no number")),
    (r"(.+) is not a valid boolean.*", said("{0} is neither true nor false")),
    (r"(.+) is not in the range x>=([\d.]+)\.?", said("{0} is too small, at least {1}")),
    (r"(.+) is not in the range x<=([\d.]+)\.?", said("{0} is too large, at most {1}")),
    (r"(.+) is not in the range ([\d.]+)<=x<=([\d.]+)\.?", said("{0} must lie between {1} and {2}")),
    (r"(.+) is not one of (.+?)\.?", said("{0} is none of the choices: {1}")),
    (r"(?:File|Path|Directory) (.+) does not exist\.?", said("no file {0}")),
)


def _of_value(text: str) -> str:
    for pattern, words in _VALUES:
        if found := re.fullmatch(pattern, text):
            return translated(words).format(*(part.strip("'") for part in found.groups()))
    return ""


def _mean(near: Sequence[str]) -> str:
    return translated(did_you_mean(near))
