"""
Draw the pictures of a terminal session in the README (终端图), from what the commands really print.

    docs/images/session.svg          English
    docs/images/session.zh-CN.svg    Chinese

`make docs` rewrites them and `make check` compares them. The commands run on a pseudo-terminal, in a temporary
office, on a fixed day, so that the pictures show colours and change only when the output changes.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
import threading
from html import escape, unescape
from io import StringIO

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 104
_END = b"\x1e"  # nobody prints it
NOW = "2026-10-09"
BEFORE = (
    "init . --name 某区信息公开办 --unit GK",
    "receive request --number GK-2026-0001 --day 2026-09-07 --title 某项目环评批复 --fact channel=in_person --yes",
    "receive permit --number GK-2026-0007 --day 2026-09-28 --title 食品经营许可 --yes",
)
SHOWN = ("cases", "explain GK-2026-0007")
PICTURES = {"docs/images/session.svg": "en", "docs/images/session.zh-CN.svg": "zh"}

# rich names a web font. The pictures must need no outside address, so the reader's own font is used.
_WEB_FONT = re.compile(r"\s*@font-face \{\{.*?\}\}\n", re.DOTALL)


def drawn(lang: str) -> str:
    """One picture as SVG."""
    # The console writes nowhere: only its record counts.
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    with tempfile.TemporaryDirectory(prefix="gkflow-picture-") as folder:
        for command in BEFORE:
            subprocess.run(_words(lang, command), cwd=folder, env=_environment(folder), check=True, capture_output=True)
        for command in SHOWN:
            console.print(Text.assemble(("$ ", "bold green"), f"gkflow {command}"))
            console.print(Text.from_ansi(_on_a_terminal(_words(lang, command), folder)), soft_wrap=True)
    svg = console.export_svg(
        title="gkflow", theme=MONOKAI, code_format=_WEB_FONT.sub("\n", CONSOLE_SVG_FORMAT), unique_id="gkflow"
    )
    return "\n".join(line.rstrip() for line in _by_cells(svg).splitlines()) + "\n"


# rich gives a run of text the width of its characters; a Chinese character takes two cells. A font whose Chinese is
# not twice as wide as its Latin would also shift what follows in the same run.
_RUN = re.compile(r'(<text class="[^"]*" x=")([\d.]+)("[^>]* textLength=")[\d.]+("[^>]*>)([^<]*)(</text>)')
_SAME_WIDTH = re.compile(r"[\u2e80-\uffef]+|[^\u2e80-\uffef]+")
_CELL = 12.2


def _by_cells(svg: str) -> str:
    """The same picture with every run of wide and of narrow characters in its own cells."""

    def placed(run: re.Match[str]) -> str:
        before, x, between, after, text, end = run.groups()
        at, parts = float(x), []
        for part in _SAME_WIDTH.findall(unescape(text)):
            width = cell_len(part) * _CELL
            if part.strip("\xa0 "):
                parts.append(
                    f"{before}{at:.1f}{between}{width:.1f}{after}{escape(part).replace(chr(0xA0), '&#160;')}{end}"
                )
            at += width
        return "".join(parts)

    return _RUN.sub(placed, svg)


def _words(lang: str, command: str) -> list[str]:
    return [sys.executable, "-m", "gkflow", "--lang", lang, *shlex.split(command)]


def _environment(folder: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("GKFLOW_", "NO_COLOR"))}
    return {
        **own,
        "GKFLOW_HOME": folder,
        "GKFLOW_NOW": NOW,
        "COLUMNS": str(WIDTH),
        "PYTHONUTF8": "1",
        "TERM": "xterm-256color",
    }


def _on_a_terminal(words: list[str], folder: str) -> str:
    """What a command prints where its output is a terminal."""
    here, there = pty.openpty()
    shown = bytearray()

    def read() -> None:
        while not shown.endswith(_END):
            shown.extend(os.read(here, 65536))

    reader = threading.Thread(target=read)
    reader.start()
    process = subprocess.run(
        words, cwd=folder, env=_environment(folder), stdout=there, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    os.write(there, _END)  # only now: closing a terminal loses what is unread
    reader.join()
    os.close(there)
    os.close(here)
    if process.returncode:
        sys.exit(f"{shlex.join(words)}: exit {process.returncode}")
    return shown.removesuffix(_END).decode("utf-8").replace("\r\n", "\n").rstrip("\n")
