"""``gkflow demo`` (演示): a real register, in a folder of its own; it asks nothing and needs no server."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

import gkflow
from gkflow.application.sweep import Swept
from gkflow.bootstrap import packaged_files
from gkflow.cli.app import run
from gkflow.cli.commands.sweep import summary
from gkflow.domain.objections.installation import NotADemo
from gkflow.domain.sentences import said
from gkflow.setup import init_office
from gkflow.words.language import say, spoken

FIRST, LAST = date(2022, 9, 30), date(2022, 11, 15)  # the days that the demonstration sweeps
_MARK = ".gkflow-demo"
_OWN = ("gkflow.toml", "gkflow.db", "gkflow.db-wal", "gkflow.db-shm", "notices", _MARK)
_KEPT = ("GKFLOW_DEBUG", "GKFLOW_NOW")


def command(
    folder: Path = typer.Option(
        Path(".demo"), "--folder", metavar=said("FOLDER"),
        help=said("where its data goes; made anew each time"),
    ),
) -> None:  # fmt: skip
    """Show gkflow at work on a real register."""
    _make_room(folder)
    with _at_home_in(folder):
        _set_up(folder)
        _run(
            say("1. A real register is imported, into {folder}", folder=folder),
            ["import", str(_near(_register())), "--by", say("demo")],
        )
        typer.echo(
            say("(The cases are real and years old, hence the years to check; daily entries have no such lines.)")
        )
        _sweep(folder)
        _run(
            say("3. Cases overdue as of {last}", last=LAST),
            ["cases", "--overdue", "--as-of", str(LAST)],
        )
        _run(
            say("4. Why this day? The deadline of RC01"),
            ["explain", "RC01", "--as-of", str(LAST)],
        )
        _run(say("5. The escalation log"), ["escalations"])
    typer.echo("")
    typer.echo(say("Go on from here (no office is touched):"))
    for words in (["cases", "--all"], ["show", "RC16"], ["notices"], ["verify"], ["draw", "request"]):
        typer.echo(f"  {_shown(folder, words)}")


def _register() -> Path:
    return packaged_files() / "examples" / "register.csv"


def _make_room(folder: Path) -> None:
    """An empty folder, or one created by an earlier demonstration; nothing else is ever emptied."""
    if folder.exists():
        is_ours = folder.is_dir() and ((folder / _MARK).is_file() or not any(folder.iterdir()))
        if not is_ours:
            raise NotADemo(folder=str(folder))
        for name in _OWN:
            old = folder / name
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


@contextmanager
def _at_home_in(folder: Path) -> Iterator[None]:
    """The environment without the user's own office; restored afterwards."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("GKFLOW_") and name not in _KEPT]:
        del os.environ[name]
    os.environ["GKFLOW_HOME"] = str(folder.absolute())
    os.environ["GKFLOW_LANG"] = spoken().code
    # The data need not survive a power cut, and a hundred small transactions are faster this way.
    os.environ["GKFLOW_DATABASE_SYNCHRONOUS"] = "normal"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _set_up(folder: Path) -> None:
    office = init_office(folder.absolute(), say("Demonstration"), "DEMO").office
    office.close()


def _sweep(folder: Path) -> None:
    """Sweep and deliver on each morning, as a daemon would have done."""
    heading = say("2. Every day is swept through {last}", last=LAST)
    _head(heading, _shown(folder, ["sweep", "--as-of", str(LAST)]))
    with gkflow.open() as office:
        days = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
        reached = notified = delivered = 0
        for day in days:
            morning = datetime.combine(day, time(8, 30), ZoneInfo("Asia/Shanghai"))
            swept = office.tick(morning)
            reached, notified = reached + swept.reached, notified + swept.notified
            delivered += office.deliver(morning).delivered
        typer.echo(summary(Swept(tuple(days), reached, notified)))
    notices = folder / "notices" / "notices.jsonl"
    typer.echo(
        say("{delivered} {delivered:notice|notices} sent (here: into {notices}).", delivered=delivered, notices=notices)
    )


def _run(heading: str, words: Sequence[str]) -> None:
    """Run a command and show it as a user would type it."""
    folder = Path(os.environ["GKFLOW_HOME"])
    _head(heading, _shown(folder, words))
    code = run(words)
    if code:
        raise typer.Exit(code)


def _head(heading: str, shown: str) -> None:
    typer.echo(f"\n{heading}\n$ {shown}")


def _shown(folder: Path, words: Sequence[str]) -> str:
    program = Path(sys.argv[0])
    called = str(program) if program.name == "gkflow" and not shutil.which("gkflow") else "gkflow"
    return f"GKFLOW_HOME={shlex.quote(str(_near(folder)))} {called} {shlex.join(words)}"


def _near(path: Path) -> Path:
    """The path relative to the current folder, if it is below it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path
