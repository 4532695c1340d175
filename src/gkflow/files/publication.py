"""What of a procedure may leave the office (公开属性), as a workflow file says it."""

from __future__ import annotations

from types import MappingProxyType

from gkflow.domain.workflow import NOTHING_LEAVES, Publication
from gkflow.files.clock_rules import read_conditions
from gkflow.files.interpretations import read_requirements
from gkflow.files.strict_reader import Section

BY_LAW, NEVER = "by_law", "never"


def publication_from(section: Section) -> Publication:
    """
    The section ``publication``; a file without one lets nothing out.

    ``attribute`` is ``never``, ``by_law`` (the law itself makes it open), or the facts that decide, each with the
    values that mean open.
    """
    found = NOTHING_LEAVES
    for each in section.sections("publication", "publication"):
        node = each.get("attribute", needed=True)
        attribute = {}
        if node is not None and isinstance(node.value, dict):
            attribute = {
                str(fact): frozenset(each.as_texts(f"attribute {fact}", values)) for fact, values in node.value.items()
            }
        elif node is not None and node.value not in (BY_LAW, NEVER):
            each.wrong("attribute", node, f"{BY_LAW}, {NEVER}, or the facts that decide")
        when, needs = read_conditions(each, "when"), tuple(read_requirements(each, "needs", on_record=True))
        cite = each.text("cite")
        if node is not None and node.value == NEVER:
            if when or needs:
                each.fault("what never leaves has no conditions (when, needs)", "attribute")
            found = Publication(never=True, cite=cite)
        elif node is not None and (attribute or node.value == BY_LAW):
            found = Publication(False, MappingProxyType(attribute), when, needs, cite)
    return found
