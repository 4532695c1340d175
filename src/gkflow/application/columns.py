"""The columns of another system (列对照): its headings, values and constants mapped to ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gkflow.application.marks import folded
from gkflow.application.rows import HEADINGS
from gkflow.domain.objections.register_files import ColumnsMissing


@dataclass(frozen=True, slots=True)
class Split:
    """
    A column that holds one fact or another (分栏): *then* if *fact* has one of *values*, else its mapped name.

    Natural persons' names are masked when published and companies' names are not, but exports have one column for both.
    """

    fact: str
    values: frozenset[str]
    then: str


@dataclass(frozen=True, slots=True)
class Columns:
    """
    How the headings of a file are read (列对照).

    ``names`` maps each heading to a column or fact, ``copies`` to further ones with the same content; ``constants``
    apply to every row, ``values`` translate a column's values (by our name), ``ignored`` headings are skipped.
    Empty: the file uses our names.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    splits: Mapping[str, Split] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    heading: int = 1  # the row that holds the headings

    @property
    def translates(self) -> bool:
        """Whether rows need conversion."""
        return bool(self.copies or self.splits or self.constants or self.values or self.ignored)

    def name_of(self, heading: str) -> str:
        """Our name of a heading, or the heading itself."""
        if heading in self.names:
            return self.names[heading]
        plain = folded(heading)
        return HEADINGS.get(plain, plain if plain in HEADINGS.values() else heading)

    def named(self, file: str, headings: Sequence[str]) -> list[str]:
        """Our names of a file's headings. Raises Refused for a mapped heading that the file does not have."""
        there = set(headings)
        wanted = [heading for heading in (*self.names, *sorted(self.ignored)) if heading not in there]
        if wanted:
            found = [each for each in headings if each] or ["—"]
            raise ColumnsMissing(file=file, columns=wanted, found=found)
        return [self.name_of(heading) if heading else "" for heading in headings]

    def translate(self, row: dict[str | None, object]) -> dict[str | None, object]:
        """A row by our names. An empty row stays empty: constants do not make a row."""
        mapped = {name: value for name, value in row.items() if name not in self.ignored}
        if not mapped:
            return mapped
        for name, others in self.copies.items():
            if name in mapped:
                mapped.update(dict.fromkeys(others, mapped[name]))
        for name, words in self.values.items():
            if name in mapped and (text := str(mapped[name]).strip()) in words:
                mapped[name] = words[text]
        mapped.update(self.constants)
        for name, split in self.splits.items():
            if name in mapped and str(mapped.get(split.fact, "")).strip() in split.values:
                mapped[split.then] = mapped.pop(name)
        return mapped
