"""Roles named in data files (职责): one that nobody can hold would leave somebody untold, in silence."""

from __future__ import annotations

from gkflow.domain.notice import ROLES_UPWARD
from gkflow.domain.rulebook import mean
from gkflow.files.strict_reader import Section


def read_roles(section: Section, key: str, needed: bool = False) -> tuple[str, ...]:
    """The roles under a key; an unknown one is a fault."""
    roles = section.texts(key, needed=needed)
    for role in roles:
        if role not in ROLES_UPWARD:
            section.fault(f'{key}: no role "{role}"{mean(role, ROLES_UPWARD)}', key)
    return roles
