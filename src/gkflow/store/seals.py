"""
Seals (封存): at the end of a sweep, one root over every head, sweep, acknowledgement, notice and edition.

The leaves are a list that only grows, so that a seal costs what has changed since the last one. A case stands in it
once for each seal before which its record had grown: what was cut off or rewritten since is named by case and entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from gkflow.application.ports import Leaf, Seal
from gkflow.application.seals import leaf_text, plain_algorithm, seal_hash
from gkflow.domain.case import moment_text, seal
from gkflow.domain.merkle import Tree, keyed
from gkflow.store.cursor import Cursor, Part
from gkflow.store.heartbeats import Heartbeats

_SEAL = "number, at, day, cases, entries, sweeps, steps, acknowledgements, notices, leaves, root, previous, hash, peaks"
_LEAF = "place, seal, kind, name, size, hash"
# The heads that have moved since the last seal, each with the leaf under which it was sealed last.
_MOVED = (
    'SELECT d."case", d.entries, d.head, l.size, l.hash FROM docket d LEFT JOIN seal_leaf l ON l.place ='
    " (SELECT max(m.place) FROM seal_leaf m WHERE m.kind = 'case' AND m.name = d.\"case\")"
    ' WHERE d.sealed = 0 ORDER BY d."case"'
)
# A day that was swept again, after its sweep had been taken back, has a leaf for each: 2022-10-05, 2022-10-05/1.
_DAY = "CAST(s.day AS TEXT) || CASE WHEN s.series = 0 THEN '' ELSE '/' || CAST(s.series AS TEXT) END"
_SWEPT = (
    f"SELECT {_DAY}, steps, hash FROM sweep s WHERE hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM seal_leaf l WHERE"
    f" l.kind = 'sweep' AND l.name = {_DAY} AND l.hash = s.hash) ORDER BY series, day"
)
# Tables whose rows are kept whole: the kind of leaf, its name, the columns under its hash.
_KEPT = {
    "calendar": ("calendar_edition", "id", 'edition, adopted_at, "by", data'),
    "rules": ("rules_edition", "id", 'edition, adopted_at, "by", files, data, previous, hash'),
    "edition": ("edition", "edition", "kind, name, kept_at, source"),
}
# Of a notice, what does not change after it was put into the outbox.
_SAID = 'id, "key", "case", escalation, kind, name, unit, facts, wording, made_at'
_NOTICES = f"SELECT {_SAID} FROM notice WHERE id > ? AND id <= ? ORDER BY id"
_ACK = 'id, escalation, "by", at, words, previous, hash'


class Seals(Part):
    """Seals in one transaction (封存)."""

    def __init__(self, shared: Cursor, heartbeats: Heartbeats) -> None:
        super().__init__(shared)
        self._heartbeats = heartbeats

    def last_seal(self) -> Seal | None:
        """The newest seal."""
        rows = self.all(f"SELECT {_SEAL} FROM seal ORDER BY number DESC LIMIT 1")
        return self._seal(rows[0]) if rows else None

    def since(self, after: int = 0) -> list[Seal]:
        """The seals behind number *after*, in order."""
        return [
            self._seal(row) for row in self.all(f"SELECT {_SEAL} FROM seal WHERE number > ? ORDER BY number", (after,))
        ]

    def leaves(self, seal: int | None = None) -> Iterator[list[Leaf]]:
        """The leaves in their order, by pages: all, or those that one seal added."""
        one = "seal = ? AND " if seal is not None else ""
        values = (seal,) if seal is not None else ()
        for rows in self.pages(f"SELECT {_LEAF} FROM seal_leaf WHERE {one}place > ? ORDER BY place LIMIT ?", values, 0):
            yield [Leaf._make(row) for row in rows]

    def _seal(self, row: Sequence[Any]) -> Seal:
        read_day, read_moment = self.dialect.read_day, self.dialect.read_moment
        return Seal._make((row[0], read_moment(row[1]), read_day(row[2]), *row[3:]))

    def write_seal(self, day: date, now: datetime) -> Seal:
        """Seal what is on record (封存); the transaction has the office alone, so that nothing moves meanwhile."""
        last = self.last_seal()
        number = last.number + 1 if last is not None else 1
        counts = dict(zip(("cases", "entries", "sweeps", "steps"), last[3:7] if last else (0,) * 4, strict=True))
        said, acknowledged = (last.notices, last.acknowledgements) if last is not None else (0, 0)
        tree = Tree(algorithm=self.algorithm)
        if last is not None:
            tree = Tree.grown(last.leaves, last.peaks, self._tree_algorithm())
        found: list[tuple[str, str, int, str]] = []
        for case, entries, head, before, sealed in self.all(_MOVED):
            if (entries, head) != (before, sealed):
                found.append(("case", case, entries, head))
                counts["cases"] += before is None
                counts["entries"] += entries - (before or 0)
        for swept, steps, sealed in self.all(_SWEPT):
            found.append(("sweep", swept, steps, sealed))
            counts["sweeps"] += 1
            counts["steps"] += steps
        found += self._new_rows()
        through, many, digest = self.notices_digest(self._last_notice(), None, self.algorithm)
        if many:
            found.append(("notice", through, many, digest))
        chain, acks = self.acknowledged()
        if acks != acknowledged:
            found.append(("acknowledgement", "", acks, chain))
        leaves = [Leaf(tree.count + i, number, *each) for i, each in enumerate(found, 1)]
        tree.add(map(leaf_text, leaves))
        made = Seal(
            number, now, day, **counts, acknowledgements=acks, notices=said + many, leaves=tree.count,
            root=tree.root(), previous=last.hash if last is not None else "", hash="", peaks=tree.kept(),
        )  # fmt: skip
        made = made._replace(hash=seal_hash(made, self.key, self.algorithm))
        self.run_many(f"INSERT INTO seal_leaf ({_LEAF}) VALUES (?, ?, ?, ?, ?, ?)", leaves)
        self.run(f"INSERT INTO seal ({_SEAL}) VALUES ({', '.join('?' * len(made))})", made)
        self.run("UPDATE docket SET sealed = 1 WHERE sealed = 0")
        self._heartbeats.record("seal", now, f"{number} {made.hash}")  # the head of the chain, kept outside of it
        return made

    def _tree_algorithm(self) -> str:
        """One tree, one algorithm: that of the first seal, whatever the office has chosen since."""
        return plain_algorithm(self.one("SELECT hash FROM seal ORDER BY number LIMIT 1")[0])

    def _new_rows(self) -> list[tuple[str, str, int, str]]:
        found = []
        for kind, (table, name, columns) in _KEPT.items():
            rows = self.all(
                f"SELECT {name}, {columns} FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM seal_leaf l WHERE"
                f" l.kind = ? AND l.name = CAST(t.{name} AS TEXT)) ORDER BY {name}",
                (kind,),
            )
            found += [(kind, str(row[0]), 0, self._row_hash(row, self.algorithm)) for row in rows]
        return found

    def _row_hash(self, row: Sequence[Any], algorithm: str) -> str:
        moment = self.dialect.read_moment
        # A moment is a datetime in PostgreSQL and text in SQLite: both as gkflow writes them.
        plain = [moment_text(moment(v)) if isinstance(v, datetime) or _is_moment(v) else v for v in row]
        return seal(plain, algorithm)

    def _kept_rows(self) -> Iterator[tuple[str, str, Sequence[Any]]]:
        """Every row that is kept whole, by its kind and its name."""
        for kind, (table, name, columns) in _KEPT.items():
            for row in self.all(f"SELECT {name}, {columns} FROM {table} ORDER BY {name}"):
                yield kind, str(row[0]), row

    # -- holding what is on record against what was sealed ---------------------------------------------------------

    def sealed_without_leaf(self) -> list[str]:
        """Cases whose head is marked as sealed, and no seal has it."""
        rows = self.all(
            'SELECT d."case" FROM docket d WHERE d.sealed = 1 AND NOT EXISTS (SELECT 1 FROM seal_leaf l WHERE'
            ' l.kind = \'case\' AND l.name = d."case" AND l.size = d.entries AND l.hash = d.head) ORDER BY d."case"'
        )
        return [str(row[0]) for row in rows]

    def against_leaves(self) -> Iterator[tuple[Leaf, str]]:
        """Every leaf that the record no longer bears out, and how: of a case the first one."""
        yield from self._against_cases(
            Leaf._make(row)
            for row in self.all(
                f"SELECT {', '.join(f'l.{column}' for column in Leaf._fields)} FROM seal_leaf l LEFT JOIN entry e"
                " ON e.\"case\" = l.name AND e.seq = l.size WHERE l.kind = 'case'"
                " AND (e.hash IS NULL OR e.hash <> l.hash) ORDER BY l.place"
            )
        )
        rows = self.all(f"SELECT {_LEAF} FROM seal_leaf WHERE kind <> 'case' ORDER BY place")
        yield from self._against_others([Leaf._make(row) for row in rows])

    def against(self, leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, str]]:
        """The same of leaves that were kept outside."""
        yield from self._against_cases(leaf for leaf in leaves if leaf.kind == "case")
        yield from self._against_others([leaf for leaf in leaves if leaf.kind != "case"])

    def _against_cases(self, leaves: Iterable[Leaf]) -> Iterator[tuple[Leaf, str]]:
        named: set[str] = set()
        for leaf in leaves:
            if leaf.name in named:
                continue
            row = self.one('SELECT hash FROM entry WHERE "case" = ? AND seq = ?', (leaf.name, leaf.size))
            if row is not None and row[0] == leaf.hash:
                continue
            named.add(leaf.name)
            if row is not None:
                yield leaf, "entry_rewritten"
                continue
            left = self.one('SELECT max(seq) FROM entry WHERE "case" = ?', (leaf.name,))[0] or 0
            yield leaf._replace(size=left + 1), "entry_missing" if left else "case_missing"

    def _against_others(self, leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, str]]:
        kept = {(kind, name): row for kind, name, row in self._kept_rows()}
        swept = dict(self.all(f"SELECT {_DAY}, hash FROM sweep s"))
        chain = [head for _, _, head in self.acknowledgements()]
        said = 0
        for leaf in {
            (leaf.kind, leaf.name if leaf.kind != "acknowledgement" else leaf.size): leaf for leaf in leaves
        }.values():
            if leaf.kind == "notice":
                through = int(leaf.name)
                if self.notices_digest(said, through, plain_algorithm(leaf.hash))[1:] != (leaf.size, leaf.hash):
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
                else self._row_hash(kept[leaf.kind, leaf.name], plain_algorithm(leaf.hash))
            ):
                yield leaf, f"{leaf.kind}_changed"

    # -- notices and acknowledgements ----------------------------------------------------------------------------

    def _last_notice(self) -> int:
        row = self.one("SELECT name FROM seal_leaf WHERE kind = 'notice' ORDER BY place DESC LIMIT 1")
        return int(row[0]) if row is not None else 0

    def notices_digest(self, after: int, through: int | None, algorithm: str) -> tuple[str, int, str]:
        """The notices behind id *after*: the id of the last one, how many, and the hash of what they say."""
        digest, many, last = hashlib.new(algorithm), 0, after
        if through is None:
            row = self.one("SELECT max(id) FROM notice")
            through = row[0] or 0
        for row in self.all(_NOTICES, (after, through)):
            plain = [*row[:-1], moment_text(self.dialect.read_moment(row[-1]))]
            digest.update(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())
            many, last = many + 1, row[0]
        mark = "" if algorithm == "sha256" else f"{algorithm}:"
        return str(through if many else last), many, mark + digest.hexdigest()

    def acknowledged(self) -> tuple[str, int]:
        """The head of the chain of acknowledgements, and how many they are."""
        row = self.one("SELECT count(*) FROM acknowledgement")
        last = self.one("SELECT hash FROM acknowledgement ORDER BY id DESC LIMIT 1")
        if last is None or last[0] is not None:
            return (last[0] if last is not None else ""), int(row[0])
        return [head for _, _, head in self.acknowledgements()][-1], int(row[0])

    def acknowledgements(self) -> Iterator[tuple[Any, bool, str]]:
        """
        Every acknowledgement in order: its row, whether it holds, and the head of the chain behind it. Those from
        before they were chained have no hash of their own and are reckoned with.
        """
        head, chained = "", False
        for row in self.all(f"SELECT {_ACK} FROM acknowledgement ORDER BY id"):
            by = plain_algorithm(row[6]) if row[6] else self.algorithm
            made = self.acknowledgement_hash(row[1], row[2], self.dialect.read_moment(row[3]), row[4], head, by)
            holds = (row[6] is None and not chained) or (row[6] == made and row[5] == head)
            chained = chained or row[6] is not None
            head = row[6] if row[6] is not None else made
            yield row, holds, head

    def acknowledgement_hash(
        self, escalation: int, by: str, at: datetime, words: str, previous: str, algorithm: str = ""
    ) -> str:
        """The hash of an acknowledgement, under the office's key where it has one."""
        columns = (escalation, by, moment_text(at), words, previous)
        if self.key:
            text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
            return keyed(text, self.key, algorithm or self.algorithm)
        return seal(columns, algorithm or self.algorithm)


def _is_moment(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) == 26
        and value[4:5] == "-"
        and value[10:11] == " "
        and value[13:14] == ":"
    )
