"""The clock (计时): which facts of the record touch which run, and how."""

from __future__ import annotations

from hypothesis import given

from builders import a_workflow, clocks_of, d
from gkflow.domain.case import Entry
from gkflow.domain.clock import Verb, day_fact, read_clocks
from walks import often, walks

RECEIVED = "2026-03-02 receive channel=in_person"
REQUEST = a_workflow("request")


def verbs(record: list[str], name: str = "reply", ref: str = "") -> list[tuple[str, str]]:
    return [(str(event.day), event.verb.value) for event in clocks_of(record)[name, ref].events]


def test_the_clock_starts_with_receipt_or_with_confirmation_as_the_channel_has_it() -> None:
    for channel in ("in_person", "oral", "registered_mail"):
        assert verbs([f"2026-03-02 receive channel={channel}"]) == [("2026-03-02", "start")]
    for channel in ("internet", "fax", "ordinary_mail"):
        unconfirmed = clocks_of([f"2026-03-02 receive channel={channel}"])
        assert ("reply", "") not in unconfirmed
        assert ("shadow", "") in unconfirmed
        assert verbs([f"2026-03-02 receive channel={channel}", "2026-03-04 confirm"]) == [("2026-03-04", "start")]
        assert verbs([f"2026-03-02 receive channel={channel} confirmed=2026-03-03"]) == [("2026-03-03", "start")]


def test_a_second_confirmation_starts_nothing() -> None:
    record = ["2026-03-02 receive channel=internet", "2026-03-03 confirm", "2026-03-05 confirm"]

    assert verbs(record) == [("2026-03-03", "start")]


def test_a_clock_that_has_stopped_does_not_start_again() -> None:
    record = [RECEIVED, "2026-03-10 reply decision=D-PUB method=posted", "2026-03-12 confirm"]

    assert verbs(record) == [("2026-03-02", "start"), ("2026-03-10", "stop")]


def test_after_the_stop_nothing_touches_the_clock() -> None:
    record = [
        RECEIVED,
        "2026-03-10 reply decision=D-PUB method=posted",
        "2026-03-11 consult_third_party ref=甲",
        "2026-03-12 extend days=5 approved_by=主任",
        "2026-03-13 withdraw",
    ]

    assert verbs(record) == [("2026-03-02", "start"), ("2026-03-10", "stop")]


def test_each_addressee_has_a_clock_of_its_own() -> None:
    record = [
        RECEIVED,
        "2026-03-05 consult_third_party ref=甲 served=2026-03-09",
        "2026-03-06 consult_third_party ref=乙 served=2026-03-10",
        "2026-03-12 third_party_answers ref=甲",
    ]

    assert verbs(record, "third_party", "甲") == [("2026-03-09", "start"), ("2026-03-12", "stop")]
    assert verbs(record, "third_party", "乙") == [("2026-03-10", "start")]


def test_a_reply_stops_the_clocks_of_all_addressees() -> None:
    record = [
        RECEIVED,
        "2026-03-05 consult_third_party ref=甲 served=2026-03-09",
        "2026-03-06 consult_third_party served=2026-03-10",
        "2026-03-07 consult_third_party ref=乙 served=2026-03-10",
        "2026-03-20 reply decision=D-PUB method=posted",
    ]

    for ref in ("甲", "", "乙"):
        assert verbs(record, "third_party", ref)[-1] == ("2026-03-20", "stop")


def test_an_addressee_asked_anew_has_a_new_run() -> None:
    record = [
        RECEIVED,
        "2026-03-05 consult_third_party ref=甲 served=2026-03-09",
        "2026-04-02 consult_third_party ref=甲 served=2026-04-03",
    ]

    assert verbs(record, "third_party", "甲") == [("2026-04-03", "start")]


def test_a_letter_to_an_agency_starts_one_run_on_the_day_it_was_served() -> None:
    record = [RECEIVED, "2026-03-05 consult_agency ref=乙 capacity=concerned served=2026-03-09"]

    assert verbs(record, "agency", "乙") == [("2026-03-09", "start")]
    assert verbs([RECEIVED, "2026-03-05 consult_agency ref=乙"], "agency", "乙") == [("2026-03-05", "start")]


def test_what_went_out_before_confirmation_holds_once_the_clock_runs() -> None:
    record = ["2026-03-02 receive channel=internet", "2026-03-03 consult_third_party ref=甲", "2026-03-05 confirm"]

    assert verbs(record) == [("2026-03-05", "start"), ("2026-03-03", "suspend")]


def test_a_correction_of_an_unconfirmed_application_is_its_start() -> None:
    record = ["2026-03-02 receive channel=internet", "2026-03-12 receive_correction"]

    assert verbs(record) == [("2026-03-12", "start")]


def test_clocks_stand_in_the_order_of_the_workflow() -> None:
    record = [RECEIVED, "2026-03-05 consult_agency ref=乙", "2026-03-05 consult_third_party ref=甲 served=2026-03-05"]
    order = [rule.name for rule in REQUEST.clocks]

    names = [name for name, _ in clocks_of(record)]
    assert names == sorted(names, key=order.index)


def test_penalty_take_down_runs_only_for_what_was_published() -> None:
    published = ["2026-03-02 decide", "2026-03-04 publish", "2026-03-10 revoke ground=revoked publicity=published"]
    unpublished = ["2026-03-02 decide", "2026-03-10 revoke ground=revoked publicity=unpublished"]

    assert ("take_down", "") in clocks_of(published, "penalty")
    assert ("take_down", "") not in clocks_of(unpublished, "penalty")


def test_an_absent_day_is_no_day() -> None:
    assert day_fact({}, "served") is None
    assert day_fact({"served": ""}, "served") is None
    assert day_fact({"served": "2026-03-09"}, "served") == d("2026-03-09")


@often(100)
@given(walks(unruly=True))
def test_a_run_begins_with_its_start_and_ends_with_its_stop(record: tuple[Entry, ...]) -> None:
    for clock in read_clocks(REQUEST, sorted(record, key=lambda entry: (entry.day, entry.seq))):
        seen = [event.verb for event in clock.events]
        assert seen[0] is Verb.START
        assert seen.count(Verb.START) == 1
        assert Verb.STOP not in seen[:-1]


@often(100)
@given(walks())
def test_what_has_happened_to_a_clock_does_not_change_with_what_follows(record: tuple[Entry, ...]) -> None:
    whole = {(clock.rule.name, clock.ref): clock.events for clock in read_clocks(REQUEST, record)}
    for number in range(1, len(record)):
        for clock in read_clocks(REQUEST, record[:number]):
            if clock.rule.paired:
                continue  # an addressee may be asked anew
            assert whole[clock.rule.name, clock.ref][: len(clock.events)] == clock.events
