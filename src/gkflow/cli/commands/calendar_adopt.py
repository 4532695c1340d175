"""``gkflow calendar adopt`` (采用放假安排): read a notice, show what it says and moves, adopt it when people say so."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gkflow.cli.language import label_of, say

if TYPE_CHECKING:
    from gkflow.application.adopt import Moved
    from gkflow.calendars.notice_text import NoticeText
    from gkflow.office import Office

Rows = list[dict[str, Any]]


def adopt(file: str, given: dict[str, Any]) -> None:
    """
    Read the notice in *file* and write ``config/calendar/<year>.yaml``; without a file, look at what waits to be
    adopted. ``apply`` moves the open deadlines. A problem writes nothing and exits 1.
    """
    told: dict[str, Any] = {}
    if file:
        told = _enter(file, given)
        if given["dry_run"]:
            _print(told, given["format"], ())
            return
    office = _office()
    if office is None:
        _print(told, given["format"], ())
        return
    with office:
        waiting = office.calendars.waiting()
        if not waiting:
            _print(told, given["format"], ())
            typer.echo(
                say("机关采用的已是最新的日历，没有可采用的。", "the office has adopted what is known."), err=True
            )
            return
        moves = list(office.calendars.moving())
        rows = _moved_rows(office, moves)
        if given["apply"]:
            _confirm(
                say(f"采用这一版日历，{len(rows)} 项届满日变动？", f"adopt it, moving {len(rows)} days?"), given["yes"]
            )
            done = office.calendars.adopt(by=given["by"])
            told |= {"applied": True, "edition": done.edition[:12], "earlier": done.earlier}
        _print({**told, "moved": rows}, given["format"], rows, given["output"])
        if given["format"] == "table":
            print(_summary(rows, given["apply"]))


def _office() -> Office | None:
    """The office whose deadlines may move; a calendar can be entered where there is none."""
    from gkflow.domain.errors import Unfit
    from gkflow.office import open_office

    try:
        return open_office()
    except Unfit as error:
        if error.code != "no_office":
            raise
        return None


# -- a notice ----------------------------------------------------------------------------------------------------


def _enter(file: str, given: dict[str, Any]) -> dict[str, Any]:
    from gkflow.application.ports import FOREVER
    from gkflow.bootstrap import forget_files, home_folder, known_edition
    from gkflow.calendars.entering import announcement_from, changes, contradictions, file_of
    from gkflow.calendars.notice_text import read_notice
    from gkflow.calendars.statutory import statutory_year
    from gkflow.domain.errors import Refused

    home, edition = home_folder(), known_edition()
    known = edition.calendar()
    names = {day: note.name for day in known.days_off if (note := known.note(day)) is not None}
    notice = read_notice(_text_of(file), None, names)
    problems = [{"sentence": each.sentence, "code": each.code, "reason": each.text} for each in notice.problems]
    problems += [
        {"sentence": str(day), "code": "contradiction", "reason": f"another notice for {notice.year} says otherwise"}
        for day in contradictions(notice, edition)
    ]
    found: Rows = []
    published = given["published"] or notice.dated
    if notice.year is not None and not problems:
        # Only to compare: what is written needs its day.
        said = announcement_from(notice, published or FOREVER, f"entered-{notice.year}", given["url"])
        then = edition.with_announcements([said])
        after = type(then)(then.announcements, statutory_year).calendar()
        found = [
            {
                "day": each.day, "was": "working" if each.was else "off", "now": "working" if each.now else "off",
                "name": each.name or None, "firmness": each.firmness,
            }
            for each in changes(known, after, notice.year)
        ]  # fmt: skip
    told = {
        "year": notice.year, "days_off": sorted(notice.days_off), "makeup_days": sorted(notice.makeup_days),
        "problems": problems, "changes": found,
    }  # fmt: skip
    if given["format"] != "json":
        _show_notice(notice, told)
    if problems:
        if given["format"] == "json":
            _print(told, "json", ())
        raise typer.Exit(1)
    if given["dry_run"] or not found:
        return told
    if published is None:
        raise Refused("published_missing", year=notice.year)
    _confirm(say("把以上内容写入日历文件？", "write this into the calendar?"), given["yes"])
    target = _target(home, int(notice.year or 0), notice.kind)
    target.parent.mkdir(parents=True, exist_ok=True)
    sentences = [each.text for each in notice.sentences]
    written = announcement_from(notice, published, target.stem, given["url"])
    target.write_text(file_of(notice, written, sentences), encoding="utf-8")
    forget_files()
    typer.echo(say(f"已写入 {target}", f"written: {target}"), err=True)
    return told


def _text_of(file: str) -> str:
    from gkflow.domain.errors import NotFound, Unfit

    path = Path(file)
    if not path.is_file():
        raise NotFound("no_file", file=file)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unfit("unreadable", file=file, reason=str(error.strerror)) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unfit("unknown_encoding", file=file, tried="UTF-8, GB18030")


def _target(home: Path, year: int, kind: str) -> Path:
    """A file of its own for each notice: what is there already is never written over."""
    folder = home / "config" / "calendar"
    first = folder / f"{year}.yaml"
    if kind == "annual" and not first.exists():
        return first
    number = 2
    while (folder / f"{year}-{number}.yaml").exists():
        number += 1
    return folder / f"{year}-{number}.yaml"


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(say("没有人可以确认；确认无误请加 --yes", "nobody to ask: confirm with --yes"))
    if not typer.confirm(question):
        raise typer.Exit(0)


def _show_notice(notice: NoticeText, told: dict[str, Any]) -> None:
    from gkflow.cli.vocabulary import day_words

    print(notice.title or say("（没有标题）", "(no title)"), notice.number)
    for name, days in ((say("放假", "off"), notice.days_off), (say("上班", "worked"), notice.makeup_days)):
        for day, festival in sorted(days.items()):
            print(f"  {day_words(day)}  {name}  {festival}")
    for each in told["problems"]:
        print(
            say(
                f"  读不通：{each['sentence']}（{each['reason']}）", f"  problem: {each['sentence']} ({each['reason']})"
            )
        )
    if told["problems"]:
        print(say("没有写入。请核对通知原文，或者照样手写 config/calendar/ 中的文件。", "nothing was written."))
    elif not told["changes"]:
        print(say("与已知的相同，无须写入。", "it says what is known already."))
    else:
        print(say("与已知或者推定的不同：", "other than known or predicted:"))
        word = {"working": say("上班", "worked"), "off": say("放假", "off")}
        for each in told["changes"]:
            print(f"  {day_words(each['day'])}  {word[each['was']]} → {word[each['now']]}  {each['name'] or ''}")


# -- what moves --------------------------------------------------------------------------------------------------


def _moved_rows(office: Office, moves: Iterable[Moved]) -> Rows:
    rows = []
    for each in moves:
        flow = office.rules.rulebook.workflows.get(each.workflow)
        rule = flow.clock(each.clock) if flow is not None else None
        rows.append(
            {
                "case": each.case, "title": each.title or None, "workflow": each.workflow,
                "clock": each.clock, "clock_label": rule.label if rule is not None else each.clock,
                "ref": each.ref or None, "unit": each.unit or None,
                "officer": each.officer or None, "old": each.old, "new": each.new, "earlier": each.earlier,
                "why": each.why,
            }
        )  # fmt: skip
    return rows


def _summary(rows: Rows, applied: bool) -> str:
    earlier = sum(row["earlier"] for row in rows)
    if applied:
        return say(
            f"已采用。{len(rows)} 项届满日变动，其中 {earlier} 项提前；承办人已列入待发通知。",
            f"adopted: {len(rows)} days moved, {earlier} of them earlier; the officers will be told.",
        )
    return say(
        f"{len(rows)} 项届满日变动，其中 {earlier} 项提前。尚未采用；核对之后运行 gkflow calendar adopt --apply",
        f"{len(rows)} days would move, {earlier} of them earlier. Not adopted: gkflow calendar adopt --apply",
    )


def _print(told: dict[str, Any], format: str, rows: Rows | tuple[()], output: str = "") -> None:
    from gkflow.cli.output import Column, print_json, show

    if format == "json":
        print_json(told)
        return
    if not rows:
        return
    columns = (
        Column("case", "案件编号", "case"),
        Column("title", "内容摘要", "title"),
        Column("clock", "期限", "clock", told=lambda row: label_of(row["clock_label"], row["clock"])),
        Column("old", "原届满日", "old"),
        Column("new", "现届满日", "new"),
        Column("earlier", "方向", "how", words=lambda each: say("提前", "earlier") if each else say("推后", "later")),
        Column("why", "依据", "why"),
        Column("officer", "承办人", "officer"),
    )
    show(list(rows), columns, format, output or None, say("变动的届满日", "Moving deadlines"))
