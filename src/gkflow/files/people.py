"""
The people of the settings by id (人员代码): one id is one person, and whoever is named elsewhere is one of them.

Without an id the name is the id. Several sections of one person have the same id and name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gkflow.domain.notice import Person, ids_by_text
from gkflow.domain.sentences import said
from gkflow.files.kinds.settings import SettingsFile
from gkflow.files.model_reader import Found


def people_by_id(found: Found[SettingsFile], people: Sequence[Person]) -> tuple[Person, ...]:
    """The people, each with the ids of those for whom it may act; ids and names that contradict are faults."""
    _check_ids(found, people)
    ids = ids_by_text(people)
    return tuple(
        replace(
            person, acts_for=tuple(id_named(found, ids, text, "people", at, "acts_for") for text in person.acts_for)
        )
        if person.acts_for
        else person
        for at, person in enumerate(people)
    )


def id_named(found: Found[SettingsFile], ids: Mapping[str, Sequence[str]], text: str, *place: str | int) -> str:
    """The id of whom a key names; an unknown text is unchanged, a name of several people is a fault."""
    there = ids.get(text, (text,))
    if len(there) > 1:
        found.fault_at(
            said('"{name}" is the name of several people; write one of the ids {ids}', name=text, ids=there), *place
        )
    return there[0]


def _check_ids(found: Found[SettingsFile], people: Sequence[Person]) -> None:
    """
    One id has one name; of people with one name, all have an id or none; no id is the name of another; an earlier name
    was that of one person.
    """
    _check_former(found, people)
    named: dict[str, str] = {}
    with_id = {person.name for at, person in enumerate(people) if found.model.people[at].id}
    for at, person in enumerate(people):
        own = found.model.people[at].id
        first = named.setdefault(person.id, person.name)
        if first != person.name:
            found.fault_at(
                said('id "{id}" is that of "{first}"; another person needs another id', id=person.id, first=first),
                *("people", at, "id" if own else "name"),
            )  # fmt: skip
        elif not own and person.name in with_id:
            found.fault_at(
                said('another "{name}" has an id (id = …); this one needs an id as well', name=person.name),
                *("people", at, "name"),
            )  # fmt: skip


def _check_former(found: Found[SettingsFile], people: Sequence[Person]) -> None:
    ids = {person.id for person in people}
    owners: dict[str, str] = {}
    for at, person in enumerate(people):
        for text in person.formerly:
            place = ("people", at, "formerly")
            if not found.model.people[at].id:
                found.fault_at(said('"{name}": earlier names need an id (id = …)', name=person.name), *place)
            elif text in ids:
                found.fault_at(said('"{text}" is the id of somebody now, or a name without an id', text=text), *place)
            elif owners.setdefault(text, person.id) != person.id:
                found.fault_at(
                    said('"{text}" is an earlier name of "{id}" already; entries would be both', text=text,
                         id=owners[text]),
                    *place,
                )  # fmt: skip
