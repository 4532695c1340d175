"""``gkflow restore`` (恢复): an office made of its backup, after every chain has been verified."""

from __future__ import annotations

from pathlib import Path

import typer

from gkflow.cli.language import say


def command(
    file: Path = typer.Argument(
        ..., metavar=say("文件", "FILE"), help=say("gkflow backup 写成的文件（.zip）", "the backup (.zip)")
    ),
    folder: Path = typer.Argument(
        ...,
        metavar=say("文件夹", "FOLDER"),
        help=say("恢复到这里；不得已有机关", "restored there; it must not hold an office"),
    ),
) -> None:
    """Restore an office from a backup; exit code 1 when its record is broken, and nothing is written."""
    from gkflow.cli.commands.verify import words
    from gkflow.safekeeping import restore

    done = restore(file.absolute(), folder.absolute())
    if done.breaches:
        for breach in done.breaches:
            print(f"{breach.where}: {words(breach)}")
        print(
            say(
                f"备份中有 {len(done.breaches)} 处断链，没有恢复。请换一份备份。",
                f"{len(done.breaches)} breaches in the backup: nothing was restored. Take another one.",
            )
        )
        raise typer.Exit(1)
    print(
        say(
            f"已恢复到 {done.folder}：核验了 {done.cases} 件案件、{done.sweeps} 次巡检，全部完好。",
            f"restored in {done.folder}: {done.cases} cases and {done.sweeps} sweeps verified, all whole.",
        )
    )
    if done.elsewhere:
        print(
            say(
                f"注意：设置中的数据库是 {done.elsewhere}；要用恢复的文件，请改为 sqlite:///gkflow.db（gkflow.toml）。",
                f"mind: the settings name {done.elsewhere}; to use what was restored, set sqlite:///gkflow.db.",
            )
        )
    print(say(f"  cd {done.folder} && gkflow doctor", f"  cd {done.folder} && gkflow doctor"))
