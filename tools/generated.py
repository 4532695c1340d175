"""
Compare, or write anew, the generated parts of the documents (生成的文档).

A generated part stands between two comments, of which the first names the command that prints it:

    <!-- generated: gkflow limits --format markdown -->
    …
    <!-- /generated -->

    python tools/generated.py            write them
    python tools/generated.py --check    change nothing; exit 1 and name each part that is out of date
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(
    r"(?P<head><!-- generated: gkflow (?P<command>[^\n]+?) -->\n)(?P<body>.*?)(?P<foot><!-- /generated -->)",
    re.DOTALL,
)


def printed_by(command: str) -> str:
    """Run ``gkflow COMMAND`` and return what it prints."""
    words = [sys.executable, "-m", "gkflow", *shlex.split(command)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"gkflow {command}: exit {done.returncode}\n{done.stderr}")
    return done.stdout.strip("\n")


def main(arguments: list[str]) -> int:
    """Go through the documents; return 1 when a part is out of date and may not be written."""
    only_compare = "--check" in arguments
    stale = 0
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        old = path.read_text(encoding="utf-8")
        new = PART.sub(lambda part: f"{part['head']}{printed_by(part['command'])}\n{part['foot']}", old)
        if new == old:
            continue
        if only_compare:
            stale += 1
            print(f"{path.relative_to(ROOT)}: a generated part is out of date; `make docs` writes it anew")
        else:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: written")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
