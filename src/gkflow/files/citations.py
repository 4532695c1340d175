"""
Citations in the rule files (引用依据): of known instruments, the national ones before the local ones.

Only ``gkflow check`` checks them: an office whose own file cites otherwise still works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gkflow.domain.citations import CitationOrder, citations_of
from gkflow.domain.law import Law
from gkflow.domain.sentences import said
from gkflow.files.nodes import Faults, Node

_CITE, _LAPSE = "cite", "lapse"


def compare_citations(nodes: Iterable[Node], law: Law, faults: Faults) -> None:
    """Report each citation of an unknown instrument, and each that names a local one before a national one."""
    order = CitationOrder(law)
    for node in nodes:
        for place, cited in citations_in(node):
            right = order.in_order(cited)
            if right != cited:
                first = next(there for there, wanted in zip(cited, right, strict=True) if there != wanted)
                wanted = "; ".join(right)
                faults.at(
                    place,
                    said(
                        'cite: "{first}" stands before what ranks above it; write: {wanted}', first=first, wanted=wanted
                    ),
                )
            for each in cited:
                if order.rank(each) is None:
                    text = said(
                        'cite: "{each}" names no instrument that is known: write its title as config/law/ has '
                        "it, or add it to cited.yaml",
                        each=each,
                    )
                    faults.at(place, text)


def citations_in(node: Node) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """
    The citations that are printed together, with their place: each ``cite``, and those of the lapses of one clock,
    which a proposal names one after another.
    """
    match node.value:
        case list() as items:
            for item in items:
                yield from citations_in(item)
        case dict() as mapping:
            for key, value in mapping.items():
                if key == _CITE and isinstance(value.value, str):
                    yield value, citations_of(value.value)
                if key == _LAPSE and isinstance(value.value, list):
                    yield value, tuple(part for each in value.value for part in _own(each))
                yield from citations_in(value)


def _own(node: Node) -> tuple[str, ...]:
    cite = node.value.get(_CITE) if isinstance(node.value, dict) else None
    return citations_of(cite.value) if cite is not None and isinstance(cite.value, str) else ()
