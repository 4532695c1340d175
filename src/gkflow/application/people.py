"""Whether notices reach their people (人员体检): vacant posts, unknown officers, broken channels, equal names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Channel, Ledger
from gkflow.domain.notice import find_addressees, names_twice
from gkflow.domain.rulebook import Rulebook


def examine_people(
    ledger: Ledger, rules: OfficeContext, channels: Mapping[str, Channel], broken: Mapping[str, str]
) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Problems with the people in the settings that would stay silent: name, level and facts of each check."""
    people = rules.people
    if not people:
        yield "people", "warning", {"people": 0}
        return
    yield "people", "ok", {"people": len({person.id for person in people})}
    vacant = list(_vacant(ledger, rules))
    if vacant:
        yield "vacant", "warning", {"vacant": vacant}
    known = {person.id for person in people} | {text for person in people for text in rules.recorded_as(person.id)}
    unknown = [
        {"officer": officer, "open": count, "case": case}
        for officer, count, case in ledger.lists.open_officers()
        if officer not in known
    ]
    if unknown:
        yield "unknown_officers", "warning", {"officers": unknown}
    silent = list(_without_channel(ledger, rules, channels, broken))
    if silent:
        yield "channels", "warning", {"people": silent}
    if twice := names_twice(people):
        yield "same_name", "warning", {"names": list(twice)}


def roles_of(book: Rulebook) -> tuple[str, ...]:
    """The roles that any step of a ladder or any action notifies."""
    roles: dict[str, None] = {}
    for ladder in book.ladders.values():
        for step in ladder.steps:
            roles.update(dict.fromkeys(step.tell))
    for workflow in book.workflows.values():
        for action in workflow.actions.values():
            roles.update(dict.fromkeys(action.tell))
    return tuple(roles)


def _vacant(ledger: Ledger, rules: OfficeContext) -> Iterator[dict[str, object]]:
    """The vacant posts of the office and of each unit with an open case, and who is notified instead."""
    wanted = roles_of(rules.rulebook)
    labels = {code: label for label, code in rules.units.items()}
    for unit in sorted({rules.unit, *(ledger.lists.open_units() - {""})}):
        for role in wanted:
            found = find_addressees(rules.people, role, unit, "", rules.line)
            if found and found[0].vacant:
                instead = list(dict.fromkeys(rules.names.get(who.name, who.name) for who in found))
                label = labels.get(unit, unit)
                yield {"unit": unit, "label": label, "role": role, "instead": instead, "as": found[0].role}


def _without_channel(
    ledger: Ledger, rules: OfficeContext, channels: Mapping[str, Channel], broken: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """The people whom no message would reach: all their ringing channels are out of order."""
    quiet = frozenset(name for name, channel in channels.items() if channel.quiet)
    failing = ledger.outbox.failing_addresses(quiet)
    out = {channel: reason for (channel, address), reason in failing.items() if not address} | dict(broken)
    for person in rules.people:
        why: dict[str, str] = {}
        for channel, address in person.channels.items():
            if channel not in channels:
                why[channel] = "not_set_up"
            elif channel not in quiet and (reason := out.get(channel) or failing.get((channel, address))):
                why[channel] = reason
        ringing = [channel for channel in person.channels if channel not in quiet]
        if why and all(channel in why for channel in ringing or person.channels):
            yield {"name": person.name, "unit": person.unit, "channels": why}
