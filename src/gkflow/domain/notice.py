"""What is said to whom (通知), and who holds which role (人员与职责)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# Who is next when a post is vacant: each role is told in place of the one before it.
ROLES_UPWARD = ("clerk", "officer", "section_head", "disclosure_head", "director", "supervising_office")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is told (人员): the roles held in a unit, and by which channels to reach them."""

    name: str
    unit: str
    roles: tuple[str, ...]
    channels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # channel -> address


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told and why this person (受通知人): the role meant, the role that the person holds."""

    name: str
    role: str
    channels: Mapping[str, str]
    vacant: tuple[str, ...] = ()  # the posts found vacant on the way up


NOBODY = Person(name="", unit="", roles=(), channels=MappingProxyType({"file": ""}))


def find_addressees(
    people: Sequence[Person], role: str, unit: str, officer: str = "", upward: Sequence[str] = ROLES_UPWARD
) -> tuple[Addressee, ...]:
    """
    Find who is told when a step names *role* in *unit*.

    The case's own officer stands for the role ``officer``. A vacant post passes the telling to the next role up
    (and to the file channel, so that the vacancy itself is on record). People of unit ``*`` serve every unit.
    """
    vacant: list[str] = []
    for held in (role, *_above(role, upward)):
        if held == "officer" and officer:
            named = [person for person in people if person.name == officer and person.unit in (unit, "*")]
        else:
            named = [person for person in people if held in person.roles and person.unit in (unit, "*")]
        if named:
            # A person's own file address stays.
            also = {"file": ""} if vacant else {}
            return tuple(
                Addressee(person.name, held, {**also, **(person.channels or {"file": ""})}, tuple(vacant))
                for person in named
            )
        if held == "officer" and officer:
            # A name on the case that the settings do not know: the file holds it under that name.
            return (Addressee(officer, held, {"file": ""}, tuple(vacant)),)
        vacant.append(held)
    return (Addressee("", role, {"file": ""}, tuple(vacant)),)


def _above(role: str, upward: Sequence[str]) -> Sequence[str]:
    return upward[upward.index(role) + 1 :] if role in upward else ()


@dataclass(frozen=True, slots=True)
class Wording:
    """How notices are worded (通知用语): a subject and a text for each kind; the same edition, the same words."""

    edition: str
    source: str
    words: Mapping[str, tuple[str, str]]  # kind -> (subject, text)
    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # role -> what people call it


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def compose(wording: Wording, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Compose subject and text of a notice from its facts (拟文); a kind without words of its own reads as a note."""
    subject, text = wording.words.get(str(facts.get("kind", "")), wording.words["note"])
    told = _Blank({key: "—" if value in (None, "") else value for key, value in facts.items()})
    for key in ("role", "meant"):
        told[key] = wording.roles.get(str(facts.get(key)), told[key])
    if not facts.get("to"):
        told["to"] = told["role"]
    if facts.get("vacant"):
        # 职责空缺: who is told in place of another must read why.
        told["vacant"] = "、".join(wording.roles.get(role, role) for role in facts["vacant"])
        text = f"{text.rstrip()}\n{wording.words['vacant'][1]}" if "vacant" in wording.words else text
    return subject.format_map(told), text.format_map(told).strip()
