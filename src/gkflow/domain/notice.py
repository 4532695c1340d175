"""Notices (通知), and who holds which role (人员与职责)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

# The order for vacant posts: each role is notified in place of the previous one.
ROLES_UPWARD = ("clerk", "officer", "section_head", "disclosure_head", "director", "supervising_office")


@dataclass(frozen=True, slots=True)
class Person:
    """
    Somebody who is notified (人员): the roles held in a unit, and their channels. The record has the ``id``, which is
    the name where none was given; people read the name.
    """

    name: str
    unit: str
    roles: tuple[str, ...]
    channels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # channel -> address
    acts_for: tuple[str, ...] = ()  # the ids of those on whose behalf this one may enter acts (代办); "*": everybody
    id: str = ""  # stable; left out: the name
    formerly: tuple[str, ...] = ()  # the earlier names and ids under which the record has this person (原用姓名)

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", self.name)


def ids_by_text(people: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    """
    The ids that an id or a name stands for (人员称谓): several where people share the name. An earlier name stands for
    whoever had it, unless somebody has it now.
    """
    found: dict[str, tuple[str, ...]] = {}
    people = tuple(people)
    known = {person.id for person in people}
    for person in people:
        if person.name not in known:
            found[person.name] = tuple(dict.fromkeys((*found.get(person.name, ()), person.id)))
    former = {text: (person.id,) for person in people for text in person.formerly}
    return {**former, **found, **{each: (each,) for each in known}}


def ids_on_record(people: Iterable[Person]) -> dict[str, str]:
    """
    The ids of those whom the record has under another text (在案称谓): an earlier name or id, or the name from before
    there was an id, if nobody else ever had it.
    """
    people = tuple(people)
    former = {text: person.id for person in people for text in person.formerly}
    alone = {text: ids[0] for text, ids in ids_by_text(people).items() if len(ids) == 1 and text != ids[0]}
    return {**alone, **former}


@dataclass(frozen=True, slots=True)
class ReportingLine:
    """
    Who is notified in place of a vacant post (职责空缺时的告知顺序).

    ``roles`` lead upwards; ``fallback`` names roles or people for the end of the line; ``office`` is the unit whose
    heads answer for every unit.
    """

    roles: tuple[str, ...] = ROLES_UPWARD
    fallback: tuple[str, ...] = ()
    office: str = ""

    def above(self, role: str) -> tuple[str, ...]:
        """The roles above *role*, the next one first."""
        return self.roles[self.roles.index(role) + 1 :] if role in self.roles else ()


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is notified and why this person (受通知人): the role meant, the role that the person holds."""

    name: str  # the id
    role: str
    channels: Mapping[str, str]
    vacant: tuple[str, ...] = ()  # the posts found vacant on the way
    meant: str = ""
    unknown: str = ""  # the officer named on the case who is not in the settings
    called: str = ""  # the name for people, where it is not the id


UPWARD = ReportingLine()
FILE: Mapping[str, str] = MappingProxyType({"file": ""})
# Their holders in the office's own unit answer for its sections as well.
_OFFICE_WIDE = frozenset(("disclosure_head", "director", "supervising_office"))


def find_addressees(
    people: Sequence[Person], role: str, unit: str, officer: str = "", line: ReportingLine = UPWARD
) -> tuple[Addressee, ...]:
    """
    Find who is notified when a step names *role* in *unit*.

    The case's own officer is the role ``officer``, whatever the unit. People of unit ``*`` serve every unit. A vacant
    post passes the notice up the line, then to the office's own unit, then to the fallback, and to the file channel, so
    that the vacancy itself is on record. It reaches nobody only if the settings name nobody.
    """
    if role == "officer" and officer and not people:
        return (Addressee(officer, role, FILE, (), role),)
    vacant: list[str] = []
    unknown = ""
    for held in (role, *line.above(role)):
        found = _named(people, officer, unit) if held == "officer" and officer else ()
        if held == "officer" and officer and not found:
            unknown = officer
        found = found or (() if held == "officer" and officer else _holders(people, held, unit, line.office))
        if found:
            return _addressees(found, held, role, vacant, unknown)
        vacant.append(held)
    for held, found in _beyond(people, role, unit, line):
        if found:
            return _addressees(found, held, role, vacant, unknown)
    return (Addressee("", role, FILE, tuple(vacant), role, unknown),)


def _named(people: Sequence[Person], name: str, unit: str) -> tuple[Person, ...]:
    """
    The people with an id, with an earlier name, or with a name that only one has: in the unit first, because another
    unit may have somebody with the same name.
    """
    found = tuple(person for person in people if person.id == name)
    found = found or tuple(person for person in people if name in person.formerly)
    if not found:
        found = tuple(person for person in people if person.name == name)
        found = found if len({person.id for person in found}) == 1 else ()
    return tuple(person for person in found if person.unit in (unit, "*")) or found


def _holders(people: Sequence[Person], role: str, unit: str, office: str) -> tuple[Person, ...]:
    found = tuple(person for person in people if role in person.roles and person.unit in (unit, "*"))
    if found or role not in _OFFICE_WIDE:
        return found
    return tuple(person for person in people if role in person.roles and person.unit == office)


def _beyond(
    people: Sequence[Person], role: str, unit: str, line: ReportingLine
) -> Iterator[tuple[str, tuple[Person, ...]]]:
    """After the end of the line: the office's own unit; the fallback, near before far; whoever holds any post."""
    near = (unit, "*", line.office)
    for held in (role, *line.above(role)):
        yield held, tuple(person for person in people if held in person.roles and person.unit == line.office)
    for named in line.fallback:
        by_name = tuple(person for person in people if person.id == named)
        if by_name:
            yield by_name[0].roles[0], by_name
        yield named, tuple(person for person in people if named in person.roles and person.unit in near)
    for held in (*line.fallback, *reversed(ROLES_UPWARD)):
        yield held, tuple(person for person in people if held in person.roles)


def _addressees(
    found: Sequence[Person], held: str, meant: str, vacant: Sequence[str], unknown: str
) -> tuple[Addressee, ...]:
    # A person's own file address stays.
    also = FILE if vacant else {}
    return tuple(
        Addressee(
            person.id,
            held,
            {**also, **(person.channels or FILE)},
            tuple(vacant),
            meant,
            unknown,
            person.name if person.name != person.id else "",
        )
        for person in found
    )


def find_all(
    people: Sequence[Person], roles: Sequence[str], unit: str, officer: str = "", line: ReportingLine = UPWARD
) -> tuple[Addressee, ...]:
    """
    Find who is notified when a step names several *roles*: each person once, in the first role found; nobody at most
    once, with every post that was found vacant.

    Two people with one name are different if their addresses differ.
    """
    found: dict[tuple[Any, ...], Addressee] = {}
    for role in roles:
        for who in find_addressees(people, role, unit, officer, line):
            # What reaches nobody is one entry, whatever roles were meant.
            own = tuple(sorted((channel, address) for channel, address in who.channels.items() if address))
            key = (who.name, own)
            known = found.get(key)
            if known is not None:
                who = replace(
                    known,
                    channels={**who.channels, **known.channels},
                    vacant=tuple(dict.fromkeys((*known.vacant, *who.vacant))),
                    unknown=known.unknown or who.unknown,
                )
            found[key] = who
    return tuple(found.values())


def names_twice(people: Sequence[Person]) -> tuple[str, ...]:
    """The ids that belong to people at different addresses (重名); one person may be listed in several units."""
    addresses: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for person in people:
        addresses.setdefault(person.id, set()).add(tuple(sorted(person.channels.items())))
    return tuple(name for name, each in addresses.items() if len(each) > 1)


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of notices (通知用语): a subject and a text for each kind; the same edition, the same words."""

    edition: str
    source: str
    words: Mapping[str, tuple[str, str]]  # kind -> (subject, text)
    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # role -> what people call it
    missing: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # fact -> what stands for it


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def compose(wording: Wording, facts: Mapping[str, Any]) -> tuple[str, str]:
    """
    Compose subject and text of a notice from its facts (拟文): with the wording of its form, if it has one, else of its
    kind; a kind without its own wording uses that of a note.
    """
    named = (str(facts.get(key, "")) for key in ("form", "kind"))
    subject, text = next((wording.words[name] for name in named if name in wording.words), wording.words["note"])
    values = _Blank(
        {key: wording.missing.get(key, "—") if value in (None, "") else value for key, value in facts.items()}
    )
    for key in ("role", "meant"):
        values[key] = wording.roles.get(str(facts.get(key)), values[key])
    vacant = list(facts.get("vacant") or ())
    if not facts.get("to"):
        values["to"] = values["role"]
        if vacant and "nobody" in wording.words:
            values["vacant"] = _roles(wording, vacant)
            text = f"{text.rstrip()}\n{wording.words['nobody'][1]}"
            return subject.format_map(values), text.format_map(values).strip()
    if facts.get("unknown") and "unknown" in wording.words:
        vacant = [role for role in vacant if role != "officer"]
        text = f"{text.rstrip()}\n{wording.words['unknown'][1]}"
    if vacant:
        # 职责空缺: who is notified in place of another must be given the reason.
        values["vacant"] = _roles(wording, vacant)
        text = f"{text.rstrip()}\n{wording.words['vacant'][1]}" if "vacant" in wording.words else text
    return subject.format_map(values), text.format_map(values).strip()


def _roles(wording: Wording, roles: Sequence[str]) -> str:
    return "、".join(wording.roles.get(role, role) for role in roles)
