"""What findings say (发现用语): each by its code, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gkflow.domain.errors import fill
from gkflow.domain.sentences import Sentence, said
from gkflow.words.language import listed, spoken
from gkflow.words.vocabulary import UNITS, word

# What a finding says, and what to do about it; {action}, {state}, {clock} and {facts} stand for their labels.
FINDINGS: dict[str, Sentence] = {
    "not_allowed": said(
        '"{action}" is not allowed in state "{state}"; taken as it happened: was a step before it left out?'
    ),
    "facts_missing": said('"{action}" lacks: {facts}; add them with correct_entry'),
    "facts_wanted": said(
        '"{action}" does not say {facts}; what is reckoned may depend on it ({cite}); add it with correct_entry'
    ),
    "served_unknown": said(
        'the consultation of "{ref}" has no day of receipt (served), so no lapse is reckoned; add it'
    ),
    "no_limit_in_force": said('no limit "{clock}" was in force on that day: the duty did not exist; check the day'),
    "no_open_consultation": said(
        '"{action}" answers no open consultation (ref: {ref}) and moves nothing; check the ref'
    ),
    "second_notice": said('a second "{action}": notice is given once (Art. 30), so the clock does not wait'),
    "notice_late": said('"{action}" came too late, so the clock did not wait; mind the original last day'),
    "restart_without_notice": said(
        '"{action}" without a notice before it restarts nothing; enter the notice if it was left out'
    ),
    "second_restart": said('a second "{action}" restarts nothing'),
    "power_lapsed": said('"{action}" had to come by {last} and came on {day}: the power had lapsed; weigh the risk'),
    "extension_late": said(
        "notice of the extension was given on {day}, after the last day {last} ({cite}); "
        "it may not stand before a court"
    ),
    "extension_no_clock": said(
        'the clock "{clock}" had no last day to extend (not begun, waiting or stopped), nothing '
        "is extended ({cite}); check it"
    ),
    "extension_second": said("extended once already on {first}; the law gives one extension ({cite})"),
    "extension_too_long": said(
        "extended by {days} {counted_in}s, 1 to {most} are lawful ({cite}); only the lawful part is counted"
    ),
    "extension_unapproved": said("the extension names nobody who approved it ({cite}); add approved_by"),
    "not_the_same": said('"{action}": {facts} should agree, but are "{one}" and "{other}" ({cite}); check them'),
    "late_before_restart": said(
        '"{action}" came on {day}, after the last day {last} of the round before; it began anew, the lateness stays'
    ),
    "moment_missing": said(
        'the limit runs in hours, but "{action}" has no moment: counted from the beginning of {day}; add it'
    ),
    "term_too_long": said("the day named ({day}) is later than allowed ({last}; {cite}); {last} holds; check it"),
    "term_too_short": said(
        "the day named ({day}) is earlier than allowed ({last}; {cite}), so the term runs to "
        "{last}; add the reason where one may shorten it"
    ),
    "too_early": said('"{action}" was done on {day}, before the term had run out on {last} ({cite}); weigh its effect'),
    "act_late": said(
        '"{action}" came on {day}, {days} working {days:day|days} after the last day {last} ({cite}): late'
    ),
    "act_late_unless_extended": said(
        '"{action}" came on {day}, {days} working {days:day|days} after the last day {last} ({cite}): late '
        "unless it was extended; enter the extension if there was one"
    ),
    "consultation_open": said(
        '"{action}" while the consultation of "{ref}", of {since}, was still open ({cite}); check it'
    ),
    "effect_not_held": said(
        '"{action}" had no such effect on "{clock}" on that day (the rule holds from {since} to {until}): it ran on'
    ),
    "fact_before_case": said('"{action}": {facts} = {day} lies before the first day of the case, {first}; check it'),
    "fact_before_entry": said('"{action}": {facts} = {day} lies before the entry itself, {first}; check it'),
    "fact_moved": said('"{action}" says {facts} = {now} where {was} is on record ({cite}); check it'),
    "fact_past": said('"{action}": {facts} = {day} should lie ahead and lies before {first}; check it'),
    "fact_to_come": said('"{action}": {facts} = {day} is later than {last}; check it'),
    "facts_out_of_order": said('"{action}": of {facts} the second, {day}, lies before the first, {first}; check them'),
    "no_term": said(
        '"{action}" rests on the lapse of "{clock}", which never began or was ended by something '
        "else ({cite}); weigh its effect"
    ),
    "unit_mix": said("the extension is in another unit than the limit and was not reckoned ({cite})"),
}


def finding_words(code: str, facts: Mapping[str, Any], label: Callable[[str, str], str]) -> str:
    """
    What a finding says, and what to do. ``label(kind, name)`` gives the word for an action, a state, a clock or
    a fact of the case's workflow.
    """
    sentence = FINDINGS.get(code)
    if sentence is None:
        return f"{code} {dict(facts)}"
    values: dict[str, Any] = {}
    for name, value in facts.items():
        if name in ("action", "state", "clock"):
            values[name] = label(name, str(value))
        elif name == "counted_in":
            values[name] = word(UNITS, value)
        elif name == "facts":
            values[name] = listed(label("fact", each) for each in value)
        else:
            values[name] = value
    return fill(spoken().pattern(sentence), values)
