"""The order of citations (引用依据的次序): national instruments before local ones, the office's own rules last."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from gkflow.domain.law import Instrument, Law

# From the law down to the office's own rule: a clerk names the nearest text, a court begins with the highest.
RANKS = (
    "law",  # 法律
    "interpretation",  # 司法解释
    "regulation",  # 行政法规
    "document",  # 国务院、国务院办公厅文件
    "rule",  # 部门规章
    "ministry",  # 部门文件
    "province",  # 省级
    "local",  # 市、县级
    "house",  # 本机关内部规定
)
_BETWEEN = "; "  # between the citations of one text; a full-width semicolon is part of a quotation
_STATE = "中华人民共和国"


def citations_of(text: str) -> tuple[str, ...]:
    """The citations in one ``cite`` (逐条引用)."""
    return tuple(part.strip() for part in text.split(_BETWEEN) if part.strip())


class CitationOrder:
    """The ranks of all known instruments (法律依据的位阶), by every name under which they are cited."""

    def __init__(self, law: Law) -> None:
        self._ranks = {name: each.rank for each in law.instruments.values() for name in _names(each)}
        self.rank = cache(self._rank)

    def _rank(self, citation: str) -> str | None:
        """The rank of the instrument that a citation names first; None if no file has it."""
        text = citation.lstrip("《〈")
        named = max((name for name in self._ranks if text.startswith(name)), key=len, default=None)
        return self._ranks[named] if named is not None else None

    def in_order(self, citations: Iterable[str]) -> tuple[str, ...]:
        """
        The highest first, equal ranks in the given order; an unknown instrument keeps its place after the previous one.
        """
        placed: list[tuple[int, str]] = []
        for each in citations:
            rank = self.rank(each)
            before = placed[-1][0] if placed else 0
            placed.append((RANKS.index(rank) if rank is not None else before, each))
        return tuple(each for _, each in sorted(placed, key=lambda pair: pair[0]))


def _names(instrument: Instrument) -> set[str]:
    names = {instrument.title, instrument.title.removeprefix(_STATE), instrument.number, *instrument.also}
    return names - {""}
