"""What a notice says when the sweep comes late (迟发的通知): of a last day that has passed nothing is said to come."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from store.offices import PEOPLE, Place, at, open_request

# A Saturday: what ended on the Friday before has not yet reached the step of the first working day after it.
SATURDAY = "2026-04-18"
BEFORE = 60


def _days() -> list[str]:
    return [(date.fromisoformat(SATURDAY) - timedelta(days=back)).isoformat() for back in range(BEFORE, 0, -1)]


def _read(place: Place) -> list[dict[str, Any]]:
    lines = (place.home / "notices" / "notices.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["data"] for line in lines]


def _swept_late(place: Place) -> list[dict[str, Any]]:
    """Every clock of days with reminders, begun on each of sixty days and swept once, at the end."""
    with place.settings(PEOPLE).open() as office:
        office.tick(at("2026-02-01"))
        for day in _days():
            number = day.replace("-", "")
            open_request(office, f"Q{number}", day)
            facts = {"ref": "甲", "served": day}
            office.do(f"Q{number}", "consult_third_party", facts=facts, now=at(day))
            office.receive("decision", f"D{number}", facts={"officer": "张三"}, now=at(day))
            until = (date.fromisoformat(day) + timedelta(days=30)).isoformat()
            facts = {"draft_url": "草案", "basis": "某法", "feedback_way": "信函", "comment_until": until,
                     "short_reason": "防汛"}  # fmt: skip
            office.do(f"D{number}", "publish_draft", facts=facts, now=at(day))
        office.tick(at(SATURDAY))
        office.deliver(at("2026-04-20"))  # the hours of Saturday are quiet
    return [notice for notice in _read(place) if notice["facts"]["kind"] in ("remind", "urge", "supervise", "propose")]


def test_no_notice_counts_below_zero_or_announces_a_last_day_that_has_passed(place: Place) -> None:
    notices = _swept_late(place)
    past = [each for each in notices if each["facts"]["deadline"] < SATURDAY]
    assert {each["facts"]["kind"] for each in past} >= {"remind", "urge", "propose"}
    assert {each["facts"]["clock"] for each in past} >= {"comment", "third_party"}
    for each in notices:
        text = f"{each['subject']}\n{each['text']}"
        assert not re.search(r"(?<![\d-])-\d", text), text
        ahead = [word for word in ("将于", "还有") if word in text]
        assert bool(ahead) == (each["facts"]["kind"] == "remind" and each["facts"]["deadline"] >= SATURDAY), text
        assert each not in past or "今日" not in each["subject"], text


def test_a_reminder_after_the_last_day_says_that_it_has_passed(place: Place) -> None:
    notices = [each for each in _swept_late(place) if each["facts"]["clock"] == "comment"]
    (friday,) = [each for each in notices if each["facts"]["deadline"] == "2026-04-17"]
    assert friday["subject"] == "【提醒】D20260318 公开征求意见期限已于2026-04-17届满"
    # The step that the rules place after the last day, on the first working day: it, too, speaks of what has passed.
    (thursday,) = [each for each in notices if each["facts"]["deadline"] == "2026-04-16"]
    assert thursday["subject"] == "【提醒】D20260317 公开征求意见期限已于2026-04-16届满"
    assert "征求意见已截止，请公布意见收集和采纳情况" in thursday["text"]
