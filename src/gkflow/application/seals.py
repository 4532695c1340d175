"""
Sealing (封存): the content of a seal, how it leaves the office, and verifying the record against it.

Whoever can write to the database can rewrite all of it with valid hashes. Copies outside (an append-only file, a
mail, a printed line) cannot be rewritten with it; and a seal under a key cannot be made without the key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, cast

from gkflow.application.composing import Notification, Receiver, compose, put
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import ALGORITHMS, Leaf, Ledger, Seal
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import algorithm_of, canonical, moment_text, seal
from gkflow.domain.merkle import KEYED, Tree, keyed
from gkflow.domain.objections.installation import NoSeal

_DEPOSITED = re.compile(r"\s*(\d{1,9})\s+((?:[a-z0-9-]+:)?[0-9a-f]{64})\s*")
_LEAF_WIDTH = 4
_TITLE = "封存 {number}"  # Chinese, because it is kept as a fact of the notice and leaves in Chinese letters


@dataclass(frozen=True, slots=True)
class Breach(AsDict):
    """Where a chain is broken (断链): the case and entry, the day of a sweep, the code of the fault."""

    what: str  # case | sweep | escalation | acknowledgement | notice | calendar | edition | seal | guard | clock
    where: str
    seq: int | None
    code: str


class Outside(NamedTuple):
    """A seal kept outside of the database (库外封存): complete with its leaves, or only its number and hash."""

    number: int
    hash: str
    whole: Seal | None = None
    leaves: tuple[Leaf, ...] = ()


def leaf_text(leaf: Leaf) -> str:
    """The hashed content of a leaf."""
    return canonical([leaf.kind, leaf.name, leaf.size, leaf.hash])


def seal_hash(made: Seal, key: str, algorithm: str) -> str:
    """The hash of a seal: all its columns but the peaks, which follow from the leaves."""
    columns = (
        made.number, moment_text(made.at), made.day.isoformat(), made.cases, made.entries, made.sweeps, made.steps,
        made.acknowledgements, made.notices, made.leaves, made.root, made.previous,
    )  # fmt: skip
    return keyed(canonical(list(columns)), key, algorithm) if key else seal(columns, algorithm)


# -- outside ---------------------------------------------------------------------------------------------------------


def as_line(made: Seal, leaves: Sequence[Leaf]) -> str:
    """A seal as one line of the outside file, with the leaves that it added."""
    content = {**seal_facts(made), "added": [[leaf.kind, leaf.name, leaf.size, leaf.hash] for leaf in leaves]}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def seal_facts(made: Seal) -> dict[str, object]:
    """A seal as machine-readable data."""
    facts = made._asdict() | {"at": moment_text(made.at), "day": made.day.isoformat()}
    return {("seal" if name == "number" else name): value for name, value in facts.items() if name != "peaks"}


def send_seal(ledger: Ledger, rules: OfficeContext, made: Seal, now: datetime) -> None:
    """Put a seal into the outbox for every address in the settings (封存外送)."""
    if not rules.seal_to:
        return
    facts = {**seal_facts(made), "kind": "seal", "title": _TITLE.format(number=made.number), "to": ""}
    receivers = (Receiver(channel, channel, address) for channel, address in rules.seal_to.items())
    put(ledger, rules, compose(rules, Notification(f"seal/{made.number}", facts, unit=rules.unit), receivers, now), now)


def read_outside(file: str, lines: Iterable[str]) -> Iterator[Outside]:
    """
    The seals in a file: lines of the office's own file, or a number and a hash as ``verify`` prints them. Raises
    Unfit for any other line.
    """
    for at, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if found := _DEPOSITED.fullmatch(line):
            yield Outside(int(found[1]), found[2])
            continue
        try:
            yield _outside(json.loads(line))
        except (ValueError, LookupError, TypeError, AttributeError):
            raise NoSeal(file=file, line=at) from None


_COUNTS = Seal._fields[Seal._fields.index("cases") : Seal._fields.index("root")]


def _outside(content: Mapping[str, object]) -> Outside:
    number = int(str(content["seal"]))
    counts = [int(str(content[name])) for name in _COUNTS]
    added = cast("list[tuple[object, object, object, object]]", content["added"])
    day, at = date.fromisoformat(str(content["day"])), datetime.fromisoformat(str(content["at"]))
    texts = (str(content["root"]), str(content["previous"]), str(content["hash"]), "")
    whole = Seal._make((number, at, day, *counts, *texts))
    first = whole.leaves - len(added) + 1
    leaves = tuple(Leaf(first + i, number, str(k), str(n), int(str(c)), str(h)) for i, (k, n, c, h) in enumerate(added))
    return Outside(number, whole.hash, whole, leaves)


# -- verifying the record against its seals -----------------------------------------------------------------------


def check_seals(ledger: Ledger, key: str, outside: Sequence[Outside] = ()) -> list[Breach]:
    """Compare seals with each other and with the copies outside, and the record with them."""
    seals = ledger.seals.since()
    breaches = _check_chain(seals, key)
    breaches += _check_tree(ledger, seals)
    kept = ledger.heads.of("seal")
    head = (str(seals[-1].number), seals[-1].hash) if seals else None
    if ((kept.link, kept.hash) if kept is not None else None) != head:
        number = kept.link if kept is not None else "1"
        breaches.append(Breach("seal", number, None, "seal_missing"))
    for case in ledger.seals.sealed_without_leaf():
        breaches.append(Breach("case", case, None, "head_not_sealed"))
    for leaf, code in ledger.seals.against_leaves():
        breaches.append(_of_leaf(leaf, code))
    breaches += _check_outside(ledger, {each.number: each for each in seals}, key, outside)
    return list(dict.fromkeys(breaches))


def _check_chain(seals: Sequence[Seal], key: str) -> list[Breach]:
    breaches, previous, under_key = [], "", False
    for expected, made in enumerate(seals, 1):
        where = str(made.number)
        if made.number != expected:
            breaches.append(Breach("seal", str(expected), None, "seal_missing"))
            return breaches
        if made.previous != previous:
            breaches.append(Breach("seal", where, None, "seal_not_chained"))
        code = _wrong(made, key, under_key)
        if code:
            breaches.append(Breach("seal", where, None, code))
        under_key = under_key or made.hash.startswith(KEYED)
        previous = made.hash
    if key and seals and not under_key:
        breaches.append(Breach("seal", str(seals[-1].number), None, "seal_unkeyed"))
    return breaches


def _wrong(made: Seal, key: str, under_key: bool) -> str:
    """The fault of a seal's hash; empty if it is correct."""
    algorithm = algorithm_of(made.hash)
    if made.hash.startswith(KEYED):
        algorithm = algorithm.removeprefix(KEYED)
        if not key:
            return "seal_key_missing"
    elif under_key:
        return "seal_unkeyed"  # written so by somebody without the key
    if algorithm not in ALGORITHMS:
        return "seal_changed"
    right = seal_hash(made, key if made.hash.startswith(KEYED) else "", algorithm)
    return "" if right == made.hash else "seal_changed"


def _check_tree(ledger: Ledger, seals: Sequence[Seal]) -> list[Breach]:
    """Grow the tree again from its leaves: after each seal, root and counts must equal the sealed ones."""
    breaches: list[Breach] = []
    if not seals:
        return breaches
    tree, left = Tree(algorithm=plain_algorithm(seals[0].hash)), list(seals)
    counts = {"cases": 0, "entries": 0, "sweeps": 0, "steps": 0, "acknowledgements": 0, "notices": 0}
    heads: dict[str, int] = {}

    def close() -> None:
        made = left.pop(0)
        counted = {name: getattr(made, name) for name in counts}
        if (tree.count, tree.root()) != (made.leaves, made.root) or counted != counts:
            breaches.append(Breach("seal", str(made.number), None, "leaves_changed"))

    for page in ledger.seals.leaves():
        for leaf in page:
            while left and tree.count >= left[0].leaves:
                close()
            tree.add((leaf_text(leaf),))
            _count(counts, heads, leaf)
    while left:
        close()
    return breaches[:1]  # everything after the first wrong leaf is wrong with it


def plain_algorithm(sealed: str) -> str:
    """The algorithm of a hash, with or without a key; an unknown one was not written by gkflow."""
    found = algorithm_of(sealed).removeprefix(KEYED)
    return found if found in ALGORITHMS else "sha256"


def _count(counts: dict[str, int], heads: dict[str, int], leaf: Leaf) -> None:
    if leaf.kind == "case":
        counts["cases"] += leaf.name not in heads
        counts["entries"] += leaf.size - heads.get(leaf.name, 0)
        heads[leaf.name] = leaf.size
    elif leaf.kind == "sweep":
        counts["sweeps"] += 1
        counts["steps"] += leaf.size
    elif leaf.kind == "notice":
        counts["notices"] += leaf.size
    elif leaf.kind == "acknowledgement":
        counts["acknowledgements"] = leaf.size


def _of_leaf(leaf: Leaf, code: str) -> Breach:
    if leaf.kind == "case":
        return Breach("case", leaf.name, leaf.size, code)
    return Breach(leaf.kind, leaf.name, None, code)


def _check_outside(ledger: Ledger, seals: dict[int, Seal], key: str, outside: Sequence[Outside]) -> list[Breach]:
    breaches, unmatched = [], False
    tree: Tree | None = None
    for kept in outside:
        made = seals.get(kept.number)
        if made is None or made.hash != kept.hash:
            code = "seal_missing" if made is None else "seal_differs"
            breaches.append(Breach("seal", str(kept.number), None, code))
            unmatched = True
        if kept.whole is None:
            continue
        if tree is None and kept.whole.leaves == len(kept.leaves):
            tree = Tree(algorithm=plain_algorithm(kept.whole.hash))
        if tree is not None and tree.count == kept.whole.leaves - len(kept.leaves):
            tree.add(map(leaf_text, kept.leaves))
            if tree.root() != kept.whole.root:
                breaches.append(Breach("seal", str(kept.number), None, "file_changed"))
        if _wrong(kept.whole, key, False) == "seal_changed":
            breaches.append(Breach("seal", str(kept.number), None, "file_changed"))
    if unmatched:
        # The database no longer shows what was sealed: the file does.
        leaves = [leaf for kept in outside for leaf in kept.leaves]
        breaches += [_of_leaf(leaf, code) for leaf, code in ledger.seals.against(leaves)]
    return breaches
