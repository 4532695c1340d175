"""
Seals (封存): at the end of a sweep, one root over every head, sweep, acknowledgement, notice and edition.

The leaves are a list that only grows, so that a seal costs what has changed since the last one. A case has one leaf
for each seal before which its record had grown, so that a later cut or change is located by case and entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, and_, case, cast, exists, func, insert, literal, or_, select, update

from gkflow.application.ports import ChainHead, Leaf, NoticesDigest, Seal
from gkflow.application.seals import leaf_text, plain_algorithm, seal_hash
from gkflow.domain.case import moment_text, seal
from gkflow.domain.merkle import Tree, keyed
from gkflow.store.chain_heads import ChainHeads
from gkflow.store.cursor import Cursor, Part
from gkflow.store.dialect import read_moment
from gkflow.store.statement import Statement, bind, columns_of, inserted
from gkflow.store.tables import (
    ACKNOWLEDGEMENT,
    CALENDAR_EDITION,
    DOCKET,
    EDITION,
    ENTRY,
    NOTICE,
    RULES_EDITION,
    SEAL,
    SEAL_LEAF,
    SWEEP,
)  # fmt: skip

_D, _L, _S, _N, _A = DOCKET.c, SEAL_LEAF.c, SWEEP.c, NOTICE.c, ACKNOWLEDGEMENT.c
_SEALS = select(*columns_of(SEAL, Seal))
_LAST = Statement(_SEALS.order_by(SEAL.c.number.desc()).limit(1), Seal)
_SINCE = Statement(_SEALS.where(SEAL.c.number > bind("after")).order_by(SEAL.c.number), Seal)
_FIRST_HASH = Statement(select(SEAL.c.hash).order_by(SEAL.c.number).limit(1))
_PUT_SEAL = Statement(insert(SEAL).values(inserted(SEAL)))
_PUT_LEAF = Statement(insert(SEAL_LEAF).values(inserted(SEAL_LEAF)))
_LEAF = select(*columns_of(SEAL_LEAF, Leaf)).order_by(_L.place)
_LEAVES = Statement(_LEAF.where(_L.place > bind("after")).limit(bind("size")), Leaf)
_LEAVES_OF = Statement(_LEAF.where(_L.seal == bind("seal"), _L.place > bind("after")).limit(bind("size")), Leaf)
_OTHER_LEAVES = Statement(_LEAF.where(_L.kind != "case"), Leaf)
_OLDER = SEAL_LEAF.alias("older")
# The heads that have changed since the last seal, each with the leaf under which it was last sealed.
_MOVED = Statement(
    select(_D.case, _D.entries, _D.head, _L.size, _L.hash)
    .select_from(
        DOCKET.outerjoin(
            SEAL_LEAF,
            _L.place
            == select(func.max(_OLDER.c.place))
            .where(_OLDER.c.kind == "case", _OLDER.c.name == _D.case)
            .correlate(DOCKET)
            .scalar_subquery(),
        )
    )
    .where(_D.sealed == 0)
    .order_by(_D.case)
)
_MARK_SEALED = Statement(update(DOCKET).where(_D.sealed == 0).values(sealed=1))
# A day swept again after its sweep was taken back has two leaves: 2022-10-05, 2022-10-05/1.
_DAY = cast(_S.day, Text).concat(case((_S.series == 0, ""), else_=literal("/").concat(cast(_S.series, Text))))
_SWEPT = Statement(
    select(_DAY.label("name"), _S.steps, _S.hash)
    .where(_S.hash.is_not(None), ~exists().where(_L.kind == "sweep", _L.name == _DAY, _L.hash == _S.hash))
    .order_by(_S.series, _S.day)
)
_SWEEP_HASHES = Statement(select(_DAY.label("name"), _S.hash))
# Tables whose rows are sealed one by one: the kind of leaf, the name column, the hashed columns.
_KEPT = {
    "calendar": (CALENDAR_EDITION.c.id, [CALENDAR_EDITION.c[n] for n in ("edition", "adopted_at", "by", "data")]),
    "rules": (
        RULES_EDITION.c.id,
        [RULES_EDITION.c[n] for n in ("edition", "adopted_at", "by", "files", "data", "previous", "hash")],
    ),
    "edition": (EDITION.c.edition, [EDITION.c[n] for n in ("kind", "name", "kept_at", "source")]),
}
_ROWS = {kind: Statement(select(name, *columns).order_by(name)) for kind, (name, columns) in _KEPT.items()}
_NEW_ROWS = {
    kind: Statement(
        select(name, *columns).where(~exists().where(_L.kind == kind, _L.name == cast(name, Text))).order_by(name)
    )
    for kind, (name, columns) in _KEPT.items()
}
_UNSEALED_HEAD = Statement(
    select(_D.case)
    .where(
        _D.sealed == 1,
        ~exists().where(_L.kind == "case", _L.name == _D.case, _L.size == _D.entries, _L.hash == _D.head),
    )
    .order_by(_D.case)
)
_OTHERWISE = Statement(
    select(*columns_of(SEAL_LEAF, Leaf))
    .select_from(SEAL_LEAF.outerjoin(ENTRY, and_(ENTRY.c.case == _L.name, ENTRY.c.seq == _L.size)))
    .where(_L.kind == "case", or_(ENTRY.c.hash.is_(None), ENTRY.c.hash != _L.hash))
    .order_by(_L.place),
    Leaf,
)
_ENTRY_HASH = Statement(select(ENTRY.c.hash).where(ENTRY.c.case == bind("case"), ENTRY.c.seq == bind("seq")))
_LAST_ENTRY = Statement(select(func.max(ENTRY.c.seq)).where(ENTRY.c.case == bind("case")))
# The columns of a notice that do not change once it is in the outbox.
_NOTICES = Statement(
    select(*(_N[n] for n in ("id", "key", "case", "escalation", "kind", "name", "unit", "facts", "wording", "made_at")))
    .where(_N.id > bind("after"), _N.id <= bind("through"))
    .order_by(_N.id)
)
_LAST_NOTICE = Statement(select(func.max(_N.id)))
_HOW_MANY_NOTICES = Statement(
    select(func.count()).select_from(NOTICE).where(_N.id > bind("after"), _N.id <= bind("through"))
)
_LAST_NOTICE_LEAF = Statement(select(_L.name).where(_L.kind == "notice").order_by(_L.place.desc()).limit(1))
_ACKNOWLEDGEMENTS = Statement(
    select(*(_A[n] for n in ("id", "escalation", "by", "at", "words", "previous", "hash"))).order_by(_A.id)
)
_HOW_MANY = Statement(select(func.count()).select_from(ACKNOWLEDGEMENT))
_LAST_ACKNOWLEDGEMENT = Statement(select(_A.hash).order_by(_A.id.desc()).limit(1))


class Seals(Part):
    """Seals in one transaction (封存)."""

    def __init__(self, shared: Cursor, heads: ChainHeads) -> None:
        super().__init__(shared)
        self._heads = heads

    def last_seal(self) -> Seal | None:
        """The newest seal."""
        found: Seal | None = self.row(_LAST)
        return found

    def since(self, after: int = 0) -> list[Seal]:
        """The seals behind number *after*, in order."""
        return self.rows(_SINCE, after=after)

    def leaves(self, seal: int | None = None) -> Iterator[list[Leaf]]:
        """The leaves in order, by pages: all, or those that one seal added."""
        if seal is None:
            yield from self.pages(_LEAVES, 0)
        else:
            yield from self.pages(_LEAVES_OF, 0, seal=seal)

    def notices_so_far(self) -> _Notices:
        """The notices since the last seal; ``write_seal`` continues from there."""
        return self.notices_digest(self._last_notice(), None, self.algorithm)

    def write_seal(self, day: date, now: datetime, begun: NoticesDigest | None = None) -> Seal:
        """
        Seal the record (封存); the transaction has the office alone, so that nothing changes meanwhile. *begun* are the
        notices so far.
        """
        last = self.last_seal()
        number = last.number + 1 if last is not None else 1
        counts = {name: getattr(last, name) if last else 0 for name in ("cases", "entries", "sweeps", "steps")}
        said, acknowledged = (last.notices, last.acknowledgements) if last is not None else (0, 0)
        tree = Tree(algorithm=self.algorithm)
        if last is not None:
            tree = Tree.grown(last.leaves, last.peaks, self._tree_algorithm())
        found: list[tuple[str, str, int, str]] = []
        for moved in self.rows(_MOVED):
            if (moved.entries, moved.head) != (moved.size, moved.hash):
                found.append(("case", moved.case, moved.entries, moved.head))
                counts["cases"] += moved.size is None
                counts["entries"] += moved.entries - (moved.size or 0)
        for swept in self.rows(_SWEPT):
            found.append(("sweep", swept.name, swept.steps, swept.hash))
            counts["sweeps"] += 1
            counts["steps"] += swept.steps
        found += self._new_rows()
        notices = self._notices(begun)
        if notices.many:
            found.append(("notice", str(notices.last), notices.many, notices.digest))
        chain, acks = self.acknowledged()
        if acks != acknowledged:
            found.append(("acknowledgement", "", acks, chain))
        leaves = [Leaf(tree.count + i, number, *each) for i, each in enumerate(found, 1)]
        tree.add(map(leaf_text, leaves))
        made = Seal(
            number, now, day, **counts, acknowledgements=acks, notices=said + notices.many, leaves=tree.count,
            root=tree.root(), previous=last.hash if last is not None else "", hash="", peaks=tree.kept(),
        )  # fmt: skip
        made = made._replace(hash=seal_hash(made, self.key, self.algorithm))
        self.run_many(_PUT_LEAF, leaves)
        self.run(_PUT_SEAL, **made._asdict())
        self.run(_MARK_SEALED)
        self._heads.move(ChainHead("seal", str(number), made.hash))
        return made

    def _tree_algorithm(self) -> str:
        """One tree, one algorithm: that of the first seal, whatever the office has chosen since."""
        return plain_algorithm(self.value(_FIRST_HASH))

    def _new_rows(self) -> list[tuple[str, str, int, str]]:
        return [
            (kind, str(row[0]), 0, _row_hash(row, self.algorithm))
            for kind, statement in _NEW_ROWS.items()
            for row in self.raw(statement)
        ]

    def _kept_rows(self) -> Iterator[tuple[str, str, Sequence[Any]]]:
        """Every row that is sealed by itself, by kind and name."""
        for kind, statement in _ROWS.items():
            for row in self.raw(statement):
                yield kind, str(row[0]), row

    # -- comparing the record with its seals --------------------------------------------------------------------------

    def sealed_without_leaf(self) -> list[str]:
        """Cases whose head is marked as sealed without a seal that has it."""
        return [str(number) for number in self.column(_UNSEALED_HEAD)]

    def against_leaves(self) -> Iterator[tuple[Leaf, str]]:
        """Every leaf that the record contradicts, and how; for a case the first one."""
        yield from self._against_cases(self.rows(_OTHERWISE))
        yield from self._against_others(self.rows(_OTHER_LEAVES))

    def against(self, leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, str]]:
        """The same for leaves kept outside."""
        yield from self._against_cases(leaf for leaf in leaves if leaf.kind == "case")
        yield from self._against_others([leaf for leaf in leaves if leaf.kind != "case"])

    def _against_cases(self, leaves: Iterable[Leaf]) -> Iterator[tuple[Leaf, str]]:
        named: set[str] = set()
        for leaf in leaves:
            if leaf.name in named:
                continue
            entry = self.row(_ENTRY_HASH, case=leaf.name, seq=leaf.size)
            if entry is not None and entry.hash == leaf.hash:
                continue
            named.add(leaf.name)
            if entry is not None:
                yield leaf, "entry_rewritten"
                continue
            left = self.value(_LAST_ENTRY, case=leaf.name) or 0
            yield leaf._replace(size=left + 1), "entry_missing" if left else "case_missing"

    def _against_others(self, leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, str]]:
        kept = {(kind, name): row for kind, name, row in self._kept_rows()}
        swept = {row.name: row.hash for row in self.rows(_SWEEP_HASHES)}
        chain = [head for _, _, head in self.acknowledgements()]
        said = 0
        for leaf in {
            (leaf.kind, leaf.name if leaf.kind != "acknowledgement" else leaf.size): leaf for leaf in leaves
        }.values():
            if leaf.kind == "notice":
                through = int(leaf.name)
                notices = self.notices_digest(said, through, plain_algorithm(leaf.hash))
                if (notices.many, notices.digest) != (leaf.size, leaf.hash):
                    yield leaf._replace(name=f"{said + 1}-{through}"), "notices_changed"
                said = through
            elif leaf.kind == "acknowledgement":
                if leaf.size > len(chain):
                    yield leaf._replace(name=str(leaf.size)), "acknowledgement_missing"
                elif chain[leaf.size - 1] != leaf.hash:
                    yield leaf._replace(name=str(leaf.size)), "acknowledgement_changed"
            elif (leaf.name not in swept) if leaf.kind == "sweep" else (leaf.kind, leaf.name) not in kept:
                yield leaf, f"{leaf.kind}_missing"
            elif leaf.hash != (
                swept[leaf.name]
                if leaf.kind == "sweep"
                else _row_hash(kept[leaf.kind, leaf.name], plain_algorithm(leaf.hash))
            ):
                yield leaf, f"{leaf.kind}_changed"

    # -- notices and acknowledgements ----------------------------------------------------------------------------

    def _last_notice(self) -> int:
        return int(self.value(_LAST_NOTICE_LEAF) or 0)

    def notices_digest(
        self, after: int, through: int | None, algorithm: str, begun: _Notices | None = None
    ) -> _Notices:  # fmt: skip
        """The notices after id *after*: the last id, their number, and the hash of their content."""
        found = begun or _Notices(algorithm, after)
        if through is None:
            through = self.value(_LAST_NOTICE) or 0
        for row in self.raw(_NOTICES, after=found.last, through=through):
            found.add(row)
        return found

    def _notices(self, begun: NoticesDigest | None) -> _Notices:
        """
        The notices since the last seal. Those of another transaction may have been committed since with smaller
        numbers; then all are read again.
        """
        after = self._last_notice()
        if isinstance(begun, _Notices):
            there = self.value(_HOW_MANY_NOTICES, after=after, through=begun.last)
            if begun.first == after and there == begun.many:
                return self.notices_digest(after, None, self.algorithm, begun)
        return self.notices_digest(after, None, self.algorithm)

    def acknowledged(self) -> tuple[str, int]:
        """The head of the chain of acknowledgements, and their number."""
        many, last = int(self.value(_HOW_MANY)), self.row(_LAST_ACKNOWLEDGEMENT)
        if last is None or last.hash is not None:
            return (last.hash if last is not None else ""), many
        return [head for _, _, head in self.acknowledgements()][-1], many

    def acknowledgements(self) -> Iterator[tuple[int, bool, str]]:
        """
        Every acknowledgement in order: its escalation, whether it holds, and the head of the chain after it.
        Acknowledgements from before chaining have no hash of their own and are included.
        """
        head, chained = "", False
        for row in self.rows(_ACKNOWLEDGEMENTS):
            by = plain_algorithm(row.hash) if row.hash else self.algorithm
            made = self.acknowledgement_hash(row.escalation, row.by, row.at, row.words, head, by)
            holds = (row.hash is None and not chained) or (row.hash == made and row.previous == head)
            chained = chained or row.hash is not None
            head = row.hash if row.hash is not None else made
            yield row.escalation, holds, head

    def acknowledgement_hash(
        self, escalation: int, by: str, at: datetime, words: str, previous: str, algorithm: str = ""
    ) -> str:
        """The hash of an acknowledgement, under the office's key if it has one."""
        columns = (escalation, by, moment_text(at), words, previous)
        if self.key:
            text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
            return keyed(text, self.key, algorithm or self.algorithm)
        return seal(columns, algorithm or self.algorithm)


class _Notices:
    """Notices, hashed in the order of their numbers (通知摘要)."""

    def __init__(self, algorithm: str, after: int) -> None:
        self.first, self.last, self.many = after, after, 0
        self._algorithm, self._digest = algorithm, hashlib.new(algorithm)

    @property
    def digest(self) -> str:
        """The hash of their content, marked with its algorithm."""
        mark = "" if self._algorithm == "sha256" else f"{self._algorithm}:"
        return mark + self._digest.hexdigest()

    def add(self, row: Sequence[Any]) -> None:
        """Add the next notice, as stored."""
        plain = [*row[:-1], moment_text(read_moment(row[-1]))]
        self._digest.update(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())
        self.many, self.last = self.many + 1, row[0]


def _is_moment(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) == 26
        and value[4:5] == "-"
        and value[10:11] == " "
        and value[13:14] == ":"
    )


def _row_hash(row: Sequence[Any], algorithm: str) -> str:
    # A moment is a datetime in PostgreSQL and text in SQLite: both in gkflow's own form.
    plain = [moment_text(read_moment(v)) if isinstance(v, datetime) or _is_moment(v) else v for v in row]
    return seal(plain, algorithm)
