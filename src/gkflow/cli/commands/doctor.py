"""``gkflow doctor`` (体检): whether gkflow runs, whether anything is stuck, how far the calendar reaches."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import typer

import gkflow
from gkflow.application.doctor import HealthCheck
from gkflow.checking import unknown_variables
from gkflow.cli import options
from gkflow.cli.commands.endpoints import parked_words
from gkflow.cli.commands.notices import channel_words
from gkflow.cli.escalation_rows import short_moment
from gkflow.cli.opening import packages_words, rules_words
from gkflow.cli.output import coloured, print_json
from gkflow.cli.words import error_words
from gkflow.domain.errors import Fault
from gkflow.domain.objections.units import UnitDiffers
from gkflow.domain.sentences import said
from gkflow.words.faults import fault_words
from gkflow.words.language import label_of, listed, say, translated
from gkflow.words.vocabulary import ROLES, word


def command(format: str = options.formats("table", "json")) -> None:
    """Check everything that can fail silently; exit code 1 on an error, such as a stale sweep."""
    with gkflow.open() as office:
        signs = office.doctor()
    if strange := unknown_variables(os.environ):
        signs = [*signs, HealthCheck("variables", "warning", {"meant": dict(strange)})]
    if format == "json":
        print_json(
            [{"name": sign.name, "level": sign.level, "words": words(sign), "facts": sign.facts} for sign in signs]
        )
    else:
        levels = {
            "ok": (said("ok"), "green"),
            "warning": (said("warning"), "orange"),
            "error": (said("error"), "red"),
        }
        for sign in signs:
            level, colour = levels[sign.level]
            typer.echo(f"{coloured(f'[{translated(level)}]', colour)} {words(sign)}")
    if any(sign.level == "error" for sign in signs):
        raise typer.Exit(1)


def _variables(sign: HealthCheck) -> str:
    meant: Mapping[str, str] = _facts(sign)["meant"]
    pairs = [say("{name} (do you mean {meant}?)", name=name, meant=near) for name, near in meant.items()]
    return say("variables that nothing reads: {names}", names=listed(pairs))


def words(sign: HealthCheck) -> str:
    """The results, and what to do about them."""
    return _WORDS[sign.name](sign) if sign.name in _WORDS else f"{sign.name}: {sign.facts}"


def _facts(sign: HealthCheck) -> Mapping[str, Any]:
    """What was found, by name; each check has facts of its own."""
    return sign.facts


def _moment(value: Any) -> str:
    return short_moment(value)


def _settings(sign: HealthCheck) -> str:
    faults = say("; ").join(fault_words(Fault(**each)) for each in _facts(sign)["faults"])
    return say("the settings have faults, no notice can be written: {faults}", faults=faults)


def _sweep(sign: HealthCheck) -> str:
    last, age = _facts(sign)["last"], _facts(sign)["age_days"]
    mend = say("start gkflow daemon, or run gkflow sweep")
    if last is None:
        return say("never swept: {mend}", mend=mend)
    words = say("last sweep: {last}", last=last)
    if _facts(sign)["ahead_days"]:
        return words + say(
            ", {ahead_days} {ahead_days:day|days} later than today: swept under a clock that was ahead, or under "
            "GKFLOW_NOW; see that the clock is right now, then run gkflow sweep --unsweep",
            ahead_days=_facts(sign)["ahead_days"],
        )
    if sign.level == "error":
        return words + say(", {age} {age:day|days} ago; {mend}", age=age, mend=mend)
    return words + (say(" (today)") if age == 0 else say(" ({age} {age:day|days} ago)", age=age))


def _daemon(sign: HealthCheck) -> str:
    last = _facts(sign)["last"]
    if last is None:
        return say("the daemon has never run")
    words = say("last heartbeat of the daemon: {moment}", moment=_moment(last))
    return words if sign.level == "ok" else words + say("; it may have stopped")


def _clock(sign: HealthCheck) -> str:
    if sign.level == "ok":
        return say("the machine's clock agrees with the record")
    if _facts(sign)["jumped"]:
        return say(
            "the machine's clock jumped ahead by more than a day and the daemon holds: set it right; "
            "if the machine really stood still, run gkflow sweep"
        )
    now, last = _moment(_facts(sign)["now"]), _moment(_facts(sign)["last_written"])
    return say(
        "the machine's clock says {now}, before the last writing of {last}: set it right; if it "
        "is right, something was probably written under GKFLOW_NOW (a moment for demonstrations)",
        now=now,
        last=last,
    )


def _delivery(sign: HealthCheck) -> str:
    last, waiting, dead = _facts(sign)["last"], _facts(sign)["waiting"], _facts(sign)["dead"]
    parts = [
        say("last delivery: {moment}", moment=_moment(last)) if last is not None else say("nothing delivered yet"),
        say("{waiting} waiting", waiting=waiting),
    ]
    if sign.level == "error":
        parts.append(say("stuck: start gkflow daemon, or run gkflow deliver"))
    if dead:
        parts.append(say("{dead} given up: gkflow notices --dead", dead=dead))
    return say(", ").join(parts)


def _calendar(sign: HealthCheck) -> str:
    through, missing = _facts(sign)["announced_through"], _facts(sign)["missing"]
    words = say("calendar: days off are known through {through}", through=through)
    if sign.level == "error":
        return words + say("; that is past: enter the notice (gkflow calendar)")
    if missing is not None and _facts(sign)["entered"]:
        return words + say(
            "; the notice for {missing} is entered and not adopted, deadlines there are still provisional",
            missing=missing,
        )
    if missing is not None:
        return words + say("; the notice for {missing} is wanting, deadlines there are provisional", missing=missing)
    return words


def _edition(sign: HealthCheck) -> str:
    return say("a newer calendar waits to be adopted: gkflow calendar adopt (it lists the cases that move)")


def _rules(sign: HealthCheck) -> str:
    return rules_words(_facts(sign)["fault"])


def _packages(sign: HealthCheck) -> str:
    return packages_words(_facts(sign)["packages"], _facts(sign)["absent"])


def _units(sign: HealthCheck) -> str:
    return say("; ").join(error_words(UnitDiffers.of(each)) for each in _facts(sign)["differing"])


def _local_days(sign: HealthCheck) -> str:
    year, names = _facts(sign)["year"], "、".join(_facts(sign)["festivals"])
    return say(
        "the days off of {names} in {year} have not been entered, deadlines are provisional: put "
        "the local notice into config/calendar, then gkflow calendar adopt",
        names=names,
        year=year,
    )


def _provisional(sign: HealthCheck) -> str:
    count, cases = _facts(sign)["count"], _facts(sign)["cases"]
    if not count:
        return say("no deadline is provisional")
    names = listed(cases) + (say(", …") if count > len(cases) else "")
    return say(
        "{count} {count:deadline|deadlines} {count:rests|rest} on predicted days and {count:is|are} provisional: "
        "{names}",
        count=count,
        names=names,
    )


def _parked(sign: HealthCheck) -> str:
    count, after, cases = _facts(sign)["count"], _facts(sign)["after"], _facts(sign)["cases"]
    if not count:
        return say("no case has stood still for {after} working {after:day|days} or more", after=after)
    names = listed(cases) + (say(", …") if count > len(cases) else "")
    return say(
        "{count} {count:clock|clocks} {count:has|have} stood still for {after} working {after:day|days} or "
        "more; enter the day of "
        "receipt (served), the answer, or decide: {names}",
        count=count,
        after=after,
        names=names,
    )


def _recounting(sign: HealthCheck) -> str:
    count = _facts(sign)["count"]
    if not count:
        return say("every case is counted by the editions in use")
    return say(
        "{count} {count:case|cases} {count:is|are} still to be counted by the edition that was adopted: the next sweep "
        "goes on, or run gkflow sweep now",
        count=count,
    )


def _people(sign: HealthCheck) -> str:
    count = _facts(sign)["people"]
    if not count:
        return say("the settings name nobody: reminders go to the file alone; enter [[people]] in gkflow.toml")
    return say("{count} people to be notified", count=count)


def _vacant(sign: HealthCheck) -> str:
    posts = []
    for each in _facts(sign)["vacant"]:
        names = listed(each["instead"])
        post = f"{label_of(each['label'], each['unit'])} {word(ROLES, each['role'])}"
        posts.append(say("{post} (instead: {names})", post=post, names=(names or say("nobody"))))
    return say("vacant posts: ") + say("; ").join(posts)


def _unknown_officers(sign: HealthCheck) -> str:
    officers = [
        say("{officer} ({open} open, such as {case})", officer=each["officer"], open=each["open"], case=each["case"])
        for each in _facts(sign)["officers"]
    ]
    return say("officers whom the settings do not know; their superiors are notified: ") + listed(officers)


def _channels(sign: HealthCheck) -> str:
    people = []
    for each in _facts(sign)["people"]:
        unset = say("is not set up")
        why = [
            f"{channel_words(channel)} {unset if reason == 'not_set_up' else translated(reason)}"
            for channel, reason in each["channels"].items()
        ]
        people.append(say("{name} ({why})", name=each["name"], why=say("; ").join(why)))
    return say("people without a working channel: ") + listed(people)


def _broken_channels(sign: HealthCheck) -> str:
    channels = [
        say("{name} ({why})", name=channel_words(name), why=translated(reason))
        for name, reason in _facts(sign)["channels"].items()
    ]
    return say(
        "channels that cannot be used (correct their settings, or install their package again), their notices wait: "
    ) + listed(channels)


def _endpoints(sign: HealthCheck) -> str:
    facts = _facts(sign)
    if sign.level == "ok":
        return say("{count} {count:endpoint|endpoints}, none fails", count=facts["count"])
    parts = []
    if facts["missing"]:
        parts.append(say("no event is posted: {reason}", reason=translated(facts["missing"])))
    if facts["parked"]:
        names = [f"{name} ({parked_words(why)})" for name, why in facts["parked"].items()]
        parts.append(
            say("endpoints that get no more events: {names}; run gkflow endpoints resume", names=listed(names))
        )
    if facts["failing"]:
        names = [
            say("{name} (since {since}: {error})", name=name, since=_moment(each["since"]), error=each["error"])
            for name, each in facts["failing"].items()
        ]
        parts.append(say("endpoints that fail: {names}; their events wait", names=listed(names)))
    for name, types in facts["unknown_types"].items():
        parts.append(say("endpoint {name}: no event is of type {types}", name=name, types=listed(types)))
    return say("; ").join(parts)


def _same_name(sign: HealthCheck) -> str:
    names = listed(_facts(sign)["names"])
    return say(
        "people of one name: {names}. Each is notified, but records do not say which of them acted: give each an id",
        names=names,
    )


def _counts(sign: HealthCheck) -> str:
    cases, still, entries, steps = (_facts(sign)[name] for name in ("cases", "open", "entries", "escalations"))
    return say(
        "{cases} {cases:case|cases} ({still} open), {entries} {entries:entry|entries}, {steps} "
        "{steps:escalation|escalations}",
        cases=cases,
        still=still,
        entries=entries,
        steps=steps,
    )


def _seals(sign: HealthCheck) -> str:
    number, behind = _facts(sign)["number"], _facts(sign)["behind"]
    if number is None:
        return say("nothing sealed yet")
    words = say("newest seal: {number}", number=number)
    if behind:
        return words + say(
            "; {behind} are missing from {file}: find out why (the next sweep adds them)",
            behind=behind,
            file=_facts(sign)["file"],
        )
    return words


def _files(sign: HealthCheck) -> str:
    wide = _facts(sign)["wide"]
    if not wide:
        return say("the files are private")
    names, mode = " ".join(wide), "770" if _facts(sign)["group"] else "700"
    return say(
        "others may read these files: {names}; take the permission away (files {mode}, folders {folders})",
        names=names,
        mode=_mode(sign),
        folders=mode,
    )


def _mode(sign: HealthCheck) -> str:
    return "660" if _facts(sign)["group"] else "600"


_WORDS = {
    "variables": _variables,
    "settings": _settings,
    "seals": _seals,
    "files": _files,
    "sweep": _sweep,
    "daemon": _daemon,
    "clock": _clock,
    "delivery": _delivery,
    "calendar": _calendar,
    "calendar_edition": _edition,
    "rules_edition": _rules,
    "rule_packages": _packages,
    "units": _units,
    "local_days": _local_days,
    "provisional": _provisional,
    "people": _people,
    "vacant": _vacant,
    "unknown_officers": _unknown_officers,
    "broken_channels": _broken_channels,
    "endpoints": _endpoints,
    "channels": _channels,
    "same_name": _same_name,
    "counts": _counts,
    "parked": _parked,
    "recounting": _recounting,
}
SIGNS = tuple(_WORDS)  # each has a line in docs/operations
