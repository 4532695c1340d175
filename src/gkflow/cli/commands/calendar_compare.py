"""``gkflow calendar compare`` (日历对照): two data packages compared with the adopted notices, for any period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from gkflow.calendars.comparing import CHINESE_CALENDAR, HOLIDAYS, differences, installed_sources, years_known
from gkflow.cli.columns import Column
from gkflow.cli.days import adopted, day_row, firmness_words, read_as, span, weekday_word
from gkflow.cli.output import show
from gkflow.domain.sentences import said
from gkflow.words.language import say, say_as

if TYPE_CHECKING:
    from gkflow.calendars.comparing import Difference, Source
    from gkflow.domain.calendar import WorkCalendar


def compare(text: str, region: str, known_on: date | None, format: str, output: str) -> None:
    """List the days on which a package and the adopted notices disagree; by default all announced years."""
    with adopted() as (edition, _):
        calendar = edition.calendar(region, known_on=known_on)
    first, last = span(text) if text.strip() else _announced(calendar)
    calendar.is_working_day(last)  # refuses an unknown year before the work is done
    sources = installed_sources()
    found = list(differences(calendar, sources, first, last))
    table = format == "table" and not output
    if table:
        for name, words in read_as(region, known_on, edition, (first.year, last.year)):
            print(say("{name}: {words}", name=name, words=words))
    show(
        [_row(calendar, each) for each in found],
        _columns(),
        format,
        output or None,
        "" if table else f"{first}..{last}",
    )
    if table:
        for line in _counts(calendar, found, sources, first, last):
            print(line)


def _announced(calendar: WorkCalendar) -> tuple[date, date]:
    first, last = calendar.announced_from, calendar.announced_through
    return (first, last) if first is not None and last is not None and first <= last else span("")


def _row(calendar: WorkCalendar, found: Difference) -> dict[str, Any]:
    day = day_row(calendar, found.day)
    return {
        "day": found.day, "weekday": day["weekday"], "chinese_calendar": found.said[CHINESE_CALENDAR],
        "holidays": found.said[HOLIDAYS], "adopted": found.worked, "against": list(found.against),
        "name": day["name"], "source": day["source"], "firmness": day["firmness"],
    }  # fmt: skip


def _columns() -> list[Column]:
    def source(key: str) -> Any:
        return lambda row: _worked(row[key])

    def against(row: Any) -> str:
        return "red" if row["firmness"] != "predicted" else ""

    return [
        Column("day", said("day")),
        Column("weekday", said("weekday"), words=weekday_word),
        Column("chinese_calendar", "chinese-calendar", "chinese-calendar", row_words=source("chinese_calendar")),
        Column("holidays", "holidays", "holidays", row_words=source("holidays")),
        Column("adopted", said("adopted"), row_words=source("adopted")),
        Column("against", said("differs"), style=against),
        Column("name", said("holiday")),
        Column("source", said("source")),
        Column("firmness", said("firmness"), words=firmness_words),
    ]


def _worked(worked: bool | None) -> str:
    if worked is None:
        return say("no data")
    return say("worked") if worked else say_as("calendar_compare", "off")


def _counts(
    calendar: WorkCalendar, found: Sequence[Difference], sources: Sequence[Source], first: date, last: date
) -> Iterator[str]:
    """How many days were compared, and the result for each source, including missing data."""
    days = (last - first).days + 1
    yield say("{first} to {last}, {days} {days:day|days}:", first=first, last=last, days=days)
    count = Counter(name for each in found for name in each.against)
    for source in sources:
        known = years_known(source, first, last)
        name = f"{source.name} {version(source.distribution)}"
        if known is None:
            yield say("  {name}: no data for these years", name=name)
            continue
        words = say("{count} {count:day|days} {count:differs|differ}", count=count[source.name])
        if known != (first.year, last.year):
            years = say(" to ").join(map(str, dict.fromkeys(known)))
            words += say(" (data for {years} only)", years=years)
        yield say("  {name}: {words}", name=name, words=words)
    if foreseen := _predicted(calendar, first, last):
        yield say(
            "  the adopted notices: {foreseen} of these days have none yet and are predicted by law", foreseen=foreseen
        )


def _predicted(calendar: WorkCalendar, first: date, last: date) -> int:
    days = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
    return sum(1 for day in days if calendar.firmness(day) == "predicted")
