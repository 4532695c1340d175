"""``gkflow backup`` (备份): the whole office in one file, while others keep working."""

from __future__ import annotations

from pathlib import Path

import typer

from gkflow.bootstrap import home_folder
from gkflow.domain.sentences import said
from gkflow.safekeeping import back_up
from gkflow.words.language import say


def command(
    file: Path = typer.Argument(
        ...,
        metavar=said("FILE"),
        help=said("written as a zip archive (.zip); it must not exist"),
    ),
) -> None:
    """Back up database, settings and own rules to one file."""
    kept = back_up(home_folder(), file.absolute())
    size = f"{kept.size / 1_000_000:.1f} MB"
    print(
        say(
            "kept in {file}: {files} {files:file|files}, {size}. It holds personal data and passwords: keep it safe.",
            file=kept.file,
            files=kept.files,
            size=size,
        )
    )
