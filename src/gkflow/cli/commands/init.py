"""``gkflow init`` (建立机关): settings and database in a folder; nothing is asked, nothing that is there is changed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gkflow.cli.language import say

if TYPE_CHECKING:
    from gkflow.office import Office


def command(
    folder: str = typer.Argument(
        "",
        metavar=say("文件夹", "FOLDER"),
        help=say("默认 GKFLOW_HOME，否则当前文件夹", "default: GKFLOW_HOME, else the current folder"),
    ),
    name: str = typer.Option("", "--name", metavar=say("名称", "OFFICE"), help=say("机关名称", "name of the office")),
    unit: str = typer.Option(
        "",
        "--unit",
        metavar=say("代码", "CODE"),
        help=say("机关代码，案件编号由它开头", "its code; case numbers begin with it"),
    ),
    profile: str = typer.Option(
        "",
        "--profile",
        metavar=say("地方", "PROFILE"),
        help=say("地方规则，连同其机关一并写入（config/profiles/）", "local rules, with the units of their place"),
    ),
    new_database: bool = typer.Option(
        False,
        "--new-database",
        help=say(
            "已有 gkflow.toml 而数据库不在时，从空库重新开始",
            "begin an empty record where gkflow.toml is there and its database is not",
        ),
    ),
) -> None:
    """Set up an office: gkflow.toml, the database, the calendar that is known."""
    from gkflow.cli.opening import warn
    from gkflow.cli.output import reason
    from gkflow.domain.objections.installation import Unreadable
    from gkflow.setup import init_office, plan_of

    home = Path(folder or os.environ.get("GKFLOW_HOME") or ".").absolute()
    try:
        fresh, office = init_office(home, name, unit, profile, new_database=new_database)
    except OSError as error:
        raise Unreadable(file=str(home), reason=reason(error)) from None
    with office:
        through = office.calendar.announced_through
        if not fresh and not new_database:
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
        _print_profile(office)
        print(say(f"  日历    放假安排已公布至 {through}", f"  calendar   days off are announced through {through}"))
        warn(office)
    print(say("下一步：", "next:"))
    if home != Path.cwd() and home != Path(os.environ.get("GKFLOW_HOME") or "/").absolute():
        print(f"  cd {home}")
    plan = office.profile.plan
    if plan and plan_of(home, plan).exists():
        print(f"  gkflow import plans/{plan}.csv    " + say("导入方案：开立其中的案件", "open the cases of the plan"))
    receive = "gkflow receive --fact channel=in_person"
    print(f"  {receive}    " + say("收一件依申请公开的申请", "open a case"))
    print(f"  {'gkflow import FILE.csv':{len(receive)}}    " + say("或者导入已有的台账", "or import a register"))


def _print_profile(office: Office) -> None:
    place = office.profile
    if place.name == "national" and not place.units:
        return
    levels = Counter(unit.level for unit in office.settings.units.values() if unit.level)
    words = {
        "province": ("省级机关", "provincial offices"),
        "city": ("市级机关", "city offices"),
        "county": ("县级机关", "county offices"),
        "department": ("部门", "departments"),
        "town": ("镇区", "towns"),
    }
    told = say("、", ", ").join(f"{count} {say(*words.get(level, (level, level)))}" for level, count in levels.items())
    units = say(f"机关 {told}", told) if told else ""
    print(say(f"  地方    {place.label}　{units}", f"  profile    {place.name} {units}").rstrip())
    by_batch = Counter(unit.batch for unit in office.settings.units.values() if unit.level == "town" and unit.batch)
    for batch, count in sorted(by_batch.items()):
        print(say(f"          第 {batch} 批镇区 {count} 个", f"             batch {batch}: {count} towns"))


def _database(url: str) -> str:
    """The address as it may be shown: without its password."""
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    return str(parsed.database) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
