"""
Replay, deadline and ladder of a case with ten entries (推演速度): cases a second on one core.

The first peer is a script by hand that knows what this record means: a dictionary of moves, and the working days
counted one by one in a set. It shows what the general rules cost, and has no target. The second is the same record
fired through the ``transitions`` machine, state only. The bound is ten look-ups in a dictionary.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bounds import bound, middle

from gkflow.bootstrap import rulebook
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import Entry
from gkflow.domain.clock import read_clocks
from gkflow.domain.escalation import reached
from gkflow.domain.machine import NEW, decide, replay, table_of
from gkflow.domain.reckoning import reckon_all

RECORD = (
    ("2026-03-02", "receive", {"channel": "in_person", "title": "某项目环评批复"}),
    ("2026-03-02", "register", {}),
    ("2026-03-03", "assign", {"officer": "张三"}),
    ("2026-03-05", "consult_third_party", {"ref": "A", "served": "2026-03-09"}),
    ("2026-03-06", "consult_agency", {"ref": "B", "capacity": "concerned"}),
    ("2026-03-16", "agency_answers", {"ref": "B"}),
    ("2026-03-20", "third_party_answers", {"ref": "A", "opinion": "agree"}),
    ("2026-04-09", "extend", {"days": 20, "approved_by": "李四"}),
    ("2026-04-10", "submit", {}),
    ("2026-04-14", "approve", {}),
)
DAY = date(2026, 5, 8)


def run(calls: int = 1_000, rounds: int = 20) -> list[dict[str, Any]]:
    """All of them in turn; the ratios are the medians of the rounds."""
    book = rulebook()
    workflow, calendar, ladder = book.workflow("request"), book.calendar, book.ladders["reply"]
    record = tuple(
        Entry("B", seq, action, date.fromisoformat(day), datetime(2026, 3, 2, tzinfo=UTC), facts=facts)
        for seq, (day, action, facts) in enumerate(RECORD, 1)
    )

    def once() -> date:
        replay(workflow, "B", record)
        deadlines = reckon_all(read_clocks(workflow, record), book.limit, calendar, DAY)
        deadline = deadlines["reply", ""]
        assert not reached(ladder, deadline, calendar, DAY)  # the last day is a week away: nothing is due yet
        return deadline.last_day

    def fired() -> None:
        state = NEW
        for entry in record:
            state = decide(workflow, "B", state, entry.action)

    moves = table_of(workflow).moves
    by_hand = _by_hand(record, moves, [step.offset for step in ladder.steps], calendar)

    def looked_up() -> None:
        state = NEW
        for entry in record:
            state = moves[state, entry.action]

    assert once() == by_hand()
    times = [[_timed(call, calls) for call in (once, by_hand, fired, looked_up)] for _ in range(rounds)]
    ours, hand, machine, bare = (middle(list(each)) for each in zip(*times, strict=True))
    ratio = middle([each[2] / each[0] for each in times])
    limit = bound("Python calls", "ten look-ups in a dictionary", bare, ours)
    return [
        {
            "name": "replay + deadline + ladder, ten entries",
            "ours": f"{1 / ours:,.0f}/s",
            "peer": f"{1 / hand:,.0f}/s by hand for this record alone",
            "ratio": middle([each[1] / each[0] for each in times]),
            "target": "",
            "met": True,
            "bound": limit,
        },
        {
            "name": "the same against firing the machine alone",
            "ours": f"{1 / ours:,.0f}/s",
            "peer": f"{1 / machine:,.0f}/s",
            "ratio": ratio,
            "target": "≥ 2",
            "met": ratio >= 2,
            "bound": limit,
        },
    ]


def _by_hand(record: tuple[Entry, ...], moves: Any, offsets: list[int], calendar: WorkCalendar) -> Callable[[], date]:
    """The last day of this record, by somebody who knows its rules; no step of the ladder is reached."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    working = {day for day in days if calendar.is_working_day(day)}

    def later(day: date, count: int) -> date:
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while day not in working:
                day += step
        return day

    def last_day() -> date:
        state, since, length, paused = NEW, None, 20, None
        for entry in record:
            state = moves[state, entry.action]
            if entry.action == "receive":
                since = entry.day
            elif entry.action == "consult_third_party":
                paused = entry.day
            elif entry.action == "third_party_answers":
                # 第三十三条第三款: 征求第三方意见所需时间不计算在前款规定的期限内.
                day = paused
                while day < entry.day:
                    day += timedelta(days=1)
                    length += day in working
            elif entry.action == "extend":
                length += entry.facts["days"]
        last = later(since, length)
        assert not any(later(last, offset) <= DAY for offset in offsets)
        return last

    return last_day


def _timed(call: Any, rounds: int) -> float:
    # As timeit does, and as import and rebuild do: without Python's cycle collector. CPU time: what the machine
    # does beside is not asked.
    call()
    gc.collect()
    gc.disable()
    try:
        begin = time.process_time()
        for _ in range(rounds):
            call()
        return (time.process_time() - begin) / rounds
    finally:
        gc.enable()


if __name__ == "__main__":
    for row in run():
        print(row)
