"""
Compare or rewrite what is generated in the documents (生成的文档): parts, pages and pictures.

Whole pages come from `tools/reference.py`, JSON Schemas and the pages of files from `tools/file_pages.py`, pictures
from `tools/picture.py`. A generated part of a page stands between two comments, of which the first names the command
that prints it:

    <!-- generated: gkflow limits --format markdown -->
    …
    <!-- /generated -->

    python tools/generated.py            write them
    python tools/generated.py --check    change nothing; exit 1 and name all that is out of date
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import catalogues
import file_pages
import picture
import reference

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


def wanted() -> Iterator[tuple[Path, str | bytes]]:
    """Each document with the text that it should have, and each catalogue of messages."""
    yield from catalogues.files()
    pages = {**reference.PAGES, **file_pages.PAGES}
    for name, page in pages.items():
        yield ROOT / name, page()
    for name, lang in picture.PICTURES.items():
        yield ROOT / name, picture.drawn(lang)
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        if str(path.relative_to(ROOT)) not in pages:
            old = path.read_text(encoding="utf-8")
            yield path, PART.sub(lambda part: f"{part['head']}{printed_by(part['command'])}\n{part['foot']}", old)


def main(arguments: list[str]) -> int:
    """Go through the documents; return 1 when something is out of date and may not be written."""
    only_compare = "--check" in arguments
    stale = 0
    for path, new in wanted():
        content = new if isinstance(new, bytes) else new.encode("utf-8")
        if path.is_file() and path.read_bytes() == content:
            continue
        if only_compare:
            stale += 1
            print(f"{path.relative_to(ROOT)}: out of date; `make docs` rewrites it")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            print(f"{path.relative_to(ROOT)}: written")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
