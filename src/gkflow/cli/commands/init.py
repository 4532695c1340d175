"""``gkflow init`` (建立机关): settings and database in a folder; nothing is asked, nothing that is there is changed."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from gkflow.cli.language import say


def command(
    folder: str = typer.Argument(
        "",
        metavar=say("文件夹", "FOLDER"),
        help=say("默认 GKFLOW_HOME，否则当前文件夹", "default: GKFLOW_HOME, else the current folder"),
    ),
    name: str = typer.Option("", "--name", metavar=say("名称", "NAME"), help=say("机关名称", "name of the office")),
    unit: str = typer.Option(
        "",
        "--unit",
        metavar=say("代码", "CODE"),
        help=say("机关代码，案件编号由它开头", "its code; case numbers begin with it"),
    ),
) -> None:
    """Set up an office: gkflow.toml, the database, the calendar that is known."""
    from gkflow.cli.output import reason
    from gkflow.domain.errors import Unfit
    from gkflow.office import init_office

    home = Path(folder or os.environ.get("GKFLOW_HOME") or ".").absolute()
    there = (home / "gkflow.db").exists()
    try:
        fresh, office = init_office(home, name, unit)
    except OSError as error:
        raise Unfit("unreadable", file=str(home), reason=reason(error)) from None
    with office:
        through = office.calendar.announced_through
        if not fresh and there:
            print(say(f"机关已在 {home}，未作改动。", f"the office is in {home} already; nothing was changed."))
        else:
            print(say(f"机关已建立：{home}", f"the office is set up: {home}"))
        print(
            say("  设置    gkflow.toml（机关、人员、通知方式）", "  settings   gkflow.toml (office, people, channels)")
        )
        print(
            say(
                f"  数据库  {_database(office.settings.database.url)}",
                f"  database   {_database(office.settings.database.url)}",
            )
        )
        print(say(f"  日历    放假安排已公布至 {through}", f"  calendar   days off are announced through {through}"))
    print(say("下一步：", "next:"))
    if home != Path.cwd() and home != Path(os.environ.get("GKFLOW_HOME") or "/").absolute():
        print(f"  cd {home}")
    receive = "gkflow receive --fact channel=in_person"
    print(f"  {receive}    " + say("收一件依申请公开的申请", "open a case"))
    print(f"  {'gkflow import FILE.csv':{len(receive)}}    " + say("或者导入已有的台账", "or import a register"))


def _database(url: str) -> str:
    """The address as it may be shown: without its password."""
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    return str(parsed.database) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
