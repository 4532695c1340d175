"""
A Merkle tree over a growing list (默克尔树): its root commits to every leaf, and adding a leaf costs the same at any
size.

The tree is that of RFC 6962: a leaf is hashed after a zero byte, two nodes after a one. Only the roots of its perfect
subtrees (peaks) are kept between additions, from the largest to the smallest.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tree:
    """
    A tree to which leaves are added (可追加的默克尔树).

    >>> tree = Tree()
    >>> tree.add(["a", "b", "c"])
    >>> again = Tree(tree.count, tree.peaks)
    >>> again.root() == tree.root()
    True
    """

    count: int = 0
    peaks: list[bytes] = field(default_factory=list)
    algorithm: str = "sha256"

    @classmethod
    def grown(cls, count: int, peaks: str, algorithm: str) -> Tree:
        """The tree from its stored form: the number of leaves, the peaks in hexadecimal."""
        return cls(count, [bytes.fromhex(peak) for peak in peaks.split()], algorithm)

    def add(self, leaves: Iterable[str]) -> None:
        """Add leaves, in their order."""
        for leaf in leaves:
            node = self._hash(b"\x00" + leaf.encode())
            # Like binary addition: a full pair becomes one node, and carries.
            place = self.count
            while place & 1:
                node = self._hash(b"\x01" + self.peaks.pop() + node)
                place >>= 1
            self.peaks.append(node)
            self.count += 1

    def root(self) -> str:
        """The root over all leaves; without leaves, the hash of an empty text."""
        if not self.peaks:
            return self._hash(b"").hex()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = self._hash(b"\x01" + peak + node)
        return node.hex()

    def kept(self) -> str:
        """The peaks in their stored form."""
        return " ".join(peak.hex() for peak in self.peaks)

    def _hash(self, data: bytes) -> bytes:
        if self.algorithm == "sha256":
            return hashlib.sha256(data).digest()
        return hashlib.new(self.algorithm, data).digest()


KEYED = "hmac-"


def keyed(text: str, key: str, algorithm: str) -> str:
    """
    The hash of a text under the office's key (密钥校验值), with the algorithm in front: without the key anybody can
    recompute every plain hash, but not this one.
    """
    return f"{KEYED}{algorithm}:{hmac.new(key.encode(), text.encode(), algorithm).hexdigest()}"
