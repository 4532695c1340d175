"""
Citations in the rule files (引用依据): national instruments are cited before local ones, in every file and key.

A question of form, asked by ``gkflow check`` alone: an office whose own file cites in another order still works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gkflow.domain.citations import CitationOrder, citations_of
from gkflow.domain.law import Law
from gkflow.files.law import law_from
from gkflow.files.nodes import Faults, Node
from gkflow.files.rule_sources import KINDS, LAW, nodes_of

_CITE, _LAPSE = "cite", "lapse"


def check_citations(folders: Sequence[Path]) -> None:
    """Raises FilesAtFault with every text that cites a local instrument before a national one (检查引用次序)."""
    faults, unread = Faults(), Faults()  # what cannot be read is a fault of the reading, which ``read_rulebook`` tells
    law = law_from([node for _, node in nodes_of(folders, LAW, unread)], unread)
    for kind in KINDS:
        compare_citations((node for _, node in nodes_of(folders, kind, unread)), law, faults)
    faults.tell()


def compare_citations(nodes: Iterable[Node], law: Law, faults: Faults) -> None:
    """Note each citation that names a local instrument before a national one."""
    order = CitationOrder(law)
    for node in nodes:
        for place, cited in citations_in(node):
            right = order.in_order(cited)
            if right != cited:
                first = next(there for there, wanted in zip(cited, right, strict=True) if there != wanted)
                wanted = "; ".join(right)
                faults.at(place, f'cite: "{first}" stands before what ranks above it; write: {wanted}')


def citations_in(node: Node) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """
    What is printed together, with its place: each ``cite``, and those of the lapses of one clock, which a proposal
    names one after another.
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
