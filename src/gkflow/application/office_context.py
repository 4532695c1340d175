"""The context of a verb (办理依据): the rulebook, the workflow editions of older cases, the people, the wording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property

from gkflow.application.ports import Ledger
from gkflow.domain.notice import UPWARD, Addressee, Person, ReportingLine, Wording, find_all, ids_by_text, ids_on_record
from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.objections.people import AmbiguousPerson
from gkflow.domain.objections.units import UnitDiffers
from gkflow.domain.recurring import RecurringTask
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.sentences import said
from gkflow.domain.urgency import LIGHTS, Lights
from gkflow.domain.workflow import Workflow


@dataclass(frozen=True)
class QuietHours:
    """Quiet hours (免打扰时段): from *begin* in the evening until *end* in the morning, and on days off."""

    begin: time = time(20, 0)
    end: time = time(8, 0)
    days_off: bool = True


@dataclass(frozen=True)
class OfficeContext:
    """Everything that a verb needs besides the record (办理依据)."""

    rulebook: Rulebook
    read_source: Callable[[str], Workflow]
    wording: Wording
    read_wording: Callable[[str], Wording]
    people: Sequence[Person] = ()
    unit: str = ""
    default_channels: Sequence[str] = ("file",)
    quiet: QuietHours = QuietHours()
    algorithm: str = "sha256"
    lights: Lights = LIGHTS
    owners: Mapping[str, str] = field(default_factory=dict)  # field (领域) -> the unit that owns it
    units: Mapping[str, str] = field(default_factory=dict)  # a unit's label -> its code
    account: str | None = ""  # the operating-system account that writes (操作系统账户)
    recurring_tasks: tuple[RecurringTask, ...] = ()  # the recurring duties that the office has taken on
    line: ReportingLine = UPWARD  # who is notified in place of a vacant post
    # An operating-system account -> the person who acts under it; "*" acts for everybody (账户与人员).
    accounts: Mapping[str, str] = field(default_factory=dict)
    renew: Callable[[Ledger], OfficeContext] | None = field(default=None, compare=False, repr=False)
    seal_to: Mapping[str, str] = field(default_factory=dict)  # channel -> address to which every seal is sent
    numbers: Mapping[str, str] = field(default_factory=dict)  # workflow -> its series of case numbers (编号系列)
    differing: tuple[UnitDiffers, ...] = ()  # units that the settings define otherwise than the adopted rules
    parked_after: int = 20  # working days that a clock may be suspended or waiting before somebody is reminded
    _kept: dict[str, Workflow] = field(default_factory=dict, compare=False, repr=False)

    def addressees(self, roles: Sequence[str], unit: str = "", officer: str = "") -> tuple[Addressee, ...]:
        """The people whom a notice to these roles reaches in a unit (default: the office's own), each once."""
        return find_all(self.people, roles, unit or self.unit, officer, self.line)

    @cached_property
    def _ids(self) -> Mapping[str, tuple[str, ...]]:
        return ids_by_text(self.people)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names of the people who have an id of their own, by id (姓名)."""
        return {person.id: person.name for person in self.people if person.id != person.name}

    def person(self, text: str) -> str:
        """
        The id of a person given by id or name (人员归集); a text that the settings do not know is unchanged. Raises
        Refused ("ambiguous_person").
        """
        if not self.names:  # nobody has an id
            return text
        ids = self._ids.get(text, (text,))
        if len(ids) > 1:
            raise AmbiguousPerson(person=text, ids=ids)
        return ids[0]

    def person_or_same(self, text: str) -> str:
        """The id of a person by a text on record (在案称谓); one that may be several people is unchanged."""
        return self._on_record.get(text, text) if self.names else text

    @cached_property
    def _on_record(self) -> Mapping[str, str]:
        return ids_on_record(self.people)

    def recorded_as(self, id_: str) -> tuple[str, ...]:
        """The texts under which a person is on record besides the id: earlier names, that from before (原用姓名)."""
        return tuple(text for text, there in self._on_record.items() if there == id_) if self.names else ()

    def renewed(self, ledger: Ledger) -> OfficeContext:
        """
        The rules in use in this transaction: these, or those that another process has adopted since. Called at the
        start of every writing transaction. Raises Unfit ("unit_differs") where the settings of this host define a unit
        otherwise than those of the host that adopted them: nothing is written by two definitions.
        """
        found = self.renew(ledger) if self.renew is not None else self
        found.require_same_units()
        return found

    def require_same_units(self) -> None:
        """Refuse to write while the settings define a unit otherwise than the adopted rules (单位定义不一致)."""
        if self.differing:
            raise UnitDiffers.of(self.differing[0].facts)

    def workflow_of(self, ledger: Ledger, name: str, edition: str) -> Workflow:
        """The workflow edition under which a case began; the present one, or a kept one."""
        present = self.rulebook.workflows.get(name)
        if present is not None and present.edition == edition:
            return present
        kept = self._kept.get(edition)
        if kept is None:
            source = ledger.editions.kept_source(edition)
            if source is None:
                raise SettingsWrong(
                    file=f"workflow {name}", reason=said("edition {edition} was not kept", edition=edition[:12])
                )
            kept = self._kept[edition] = self.read_source(source)
        return kept

    def keep(self, ledger: Ledger, workflow: Workflow, now: datetime) -> None:
        """Keep the edition under which a case begins."""
        if workflow.edition not in self._kept:
            ledger.editions.keep_source(workflow.edition, "workflow", workflow.name, workflow.source, now)
