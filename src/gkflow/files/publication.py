"""What of a procedure may be published (公开属性), from its workflow file."""

from __future__ import annotations

from types import MappingProxyType

from gkflow.domain.sentences import said
from gkflow.domain.workflow import NOTHING_LEAVES, Publication
from gkflow.files.interpretations import requirements_of
from gkflow.files.kinds.workflow import BY_LAW, NEVER, WorkflowFile
from gkflow.files.model_reader import Found
from gkflow.files.openings import conditions_of


def publication_of(found: Found[WorkflowFile]) -> Publication:
    """
    The section ``publication``; without it nothing is public.

    ``attribute`` is ``never``, ``by_law`` (the law itself makes it public), or the facts that decide, each with the
    values that mean open.
    """
    publication = NOTHING_LEAVES
    for at, each in enumerate(found.model.publication):
        path = ("publication", at)
        attribute = {fact: frozenset(values) for fact, values in each.attribute.items()}
        when = conditions_of(each.when)
        needs = tuple(requirements_of(found, each.needs, *path, "needs", on_record=True))
        if attribute:
            publication = Publication(False, MappingProxyType(attribute), when, needs, each.cite)
            continue
        stated = found.node_at(*path, "attribute").value
        if stated == NEVER:
            if when or needs:
                found.fault(said("what never leaves has no conditions (when, needs)"), *path, key="attribute")
            publication = Publication(never=True, cite=each.cite)
        elif stated == BY_LAW:
            publication = Publication(False, MappingProxyType(attribute), when, needs, each.cite)
    return publication
