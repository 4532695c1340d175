"""Seals of an office (机关的封存): how they leave the database, and verifying the record against them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gkflow.application.doctor import HealthCheck
from gkflow.application.marks import visible
from gkflow.application.ports import SAMPLE, CallerSession
from gkflow.application.seals import as_line, read_outside
from gkflow.application.verify import verify
from gkflow.arguments import checks_arguments
from gkflow.bootstrap import private_of, wide_files
from gkflow.channels.seal_file import SealFile
from gkflow.domain.errors import GkflowError, Unfit
from gkflow.domain.objections.installation import NoFile, NoSeals, Unreadable
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gkflow.application.office_context import OfficeContext
    from gkflow.application.ports import Seal
    from gkflow.application.seals import Outside
    from gkflow.application.verify import Verified


@checks_arguments
class Sealing:
    """Seals, kept in the database and outside of it, and the verification of the record (封存与核验)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    @property
    def seals_file(self) -> Path | None:
        """Where the seals are kept outside of the database; None where the settings name no file."""
        name = self._office.settings.seal.file
        return self._office.settings.home / name if name else None

    def last_seal(self, *, session: CallerSession | None = None) -> Seal | None:
        """The newest seal: its number and hash are to be deposited elsewhere (最新封存)."""
        with self._office.store.reading(session) as ledger:
            return ledger.seals.last_seal()

    def deposit_seals(self) -> int:
        """
        Append the missing seals to the file of seals (库外封存), and return how many lines that took. Each line is on
        disk when this returns. Raises Unfit if the file cannot be written.
        """
        path = self.seals_file
        if path is None:
            return 0

        def lines_after(number: int) -> Iterator[str]:
            with self._office.store.reading() as ledger:
                for made in ledger.seals.since(number):
                    yield as_line(made, [leaf for page in ledger.seals.leaves(made.number) for leaf in page])

        try:
            return SealFile(path, private_of(self._office.settings)).bring_up(lines_after)
        except OSError as error:
            raise Unreadable(file=str(path), reason=error.strerror or str(error)) from None

    def try_to_deposit(self) -> str:
        """``deposit_seals``; returns the reason if it failed: the sweep itself stays done."""
        try:
            self.deposit_seals()
        except Unfit as error:
            return str(error)
        return ""

    def signs_of_safety(self, *, session: CallerSession | None = None) -> list[HealthCheck]:
        """Whether the seals have left the database, and whether the files are as private as they should be (体检)."""
        made, path = self.last_seal(session=session), self.seals_file
        kept = 0
        if path is not None:
            with suppress(GkflowError):
                kept = max((each.number for each in self._outside(None)), default=0)
        behind = (made.number if made is not None else 0) - kept if path is not None else 0
        wide = wide_files(self._office.settings)
        return [
            HealthCheck(
                "seals",
                "warning" if behind > 0 else "ok",
                {
                    "number": made.number if made else None,
                    "hash": made.hash if made else None,
                    "file": str(path) if path else None,
                    "behind": max(0, behind),
                },
            ),
            HealthCheck(
                "files", "warning" if wide else "ok", {"wide": wide, "group": self._office.settings.files.group}
            ),
        ]

    def verify(
        self,
        *,
        seals: Path | str | None = None,
        caches: int | None = SAMPLE,
        seed: str = "",
        session: CallerSession | None = None,
    ) -> Verified:
        """
        Verify every chain (核验): the number of cases and sweeps, and where something is broken.

        Seals kept outside are read from *seals* (default: the office's own file). The caches of *caches* cases (None:
        all) are recomputed and compared, chosen by the hash of *seed* and case number.
        """
        rules: OfficeContext | None = None
        try:
            rules = self._office.in_force(session).rules
        except GkflowError:  # a missing edition is reported below
            rules = None
        outside = self._outside(Path(seals) if seals is not None else None)
        if not seed and (made := self.last_seal(session=session)) is not None:
            seed = made.hash  # another sample after each seal, which nobody could foresee
        return verify(self._office.store_in(session), rules, outside, self._office.settings.seal.key, caches, seed)

    def _outside(self, path: Path | None) -> tuple[Outside, ...]:
        file = path or self.seals_file
        if file is None or (path is None and not file.exists()):
            return ()
        try:
            with file.open(encoding="utf-8") as lines:
                found = tuple(read_outside(str(file), lines))
        except FileNotFoundError:
            raise NoFile(file=str(file)) from None
        except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no name of a file
            raise Unreadable(file=visible(str(file)), reason=str(getattr(error, "strerror", "") or error)) from None
        if path is not None and not found:
            raise NoSeals(file=str(file))  # nothing was compared, so nothing is proved
        return found
