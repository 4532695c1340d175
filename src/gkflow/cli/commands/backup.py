"""``gkflow backup`` (备份): the whole office in one file, while everybody works on."""

from __future__ import annotations

from pathlib import Path

import typer

from gkflow.cli.language import say


def command(
    file: Path = typer.Argument(
        ...,
        metavar=say("文件", "FILE"),
        help=say("写入这个文件（.zip），不得已经存在", "written as a zip archive (.zip); it must not exist"),
    ),
) -> None:
    """Keep database, settings and own rules in one file."""
    from gkflow.bootstrap import home_folder
    from gkflow.safekeeping import back_up

    kept = back_up(home_folder(), file.absolute())
    size = f"{kept.size / 1_000_000:.1f} MB"
    print(
        say(
            f"已备份到 {kept.file}：{kept.files} 个文件，{size}。其中有个人信息和密码，请妥善保管。",
            f"kept in {kept.file}: {kept.files} files, {size}. It holds personal data and passwords: keep it safe.",
        )
    )
