"""The workflow (流程): states, actions, clock rules, facts and ladders of one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gkflow.domain.as_dict import Named
from gkflow.domain.event import Audience
from gkflow.domain.fact_rules import Condition, FactSpec, Held, Requirement, meets

MISFILE = "misfile"  # an action of every workflow: the receipt was a mistake, there was no case (误收)
MISFILED = "misfiled"  # the state of what was received by mistake


class Obligor(StrEnum):
    """Whose duty a clock watches (谁的义务)."""

    OFFICE = "office"
    APPLICANT = "applicant"
    OTHER = "other"


class ClockKind(StrEnum):
    """
    What lapses when the clock runs out (计时性质).

    A *duty* is breached and becomes overdue; a *power* (限期行使的权力) is lost, which shows as a finding when the act
    is entered late; a *target* (内部时限) only has reminders; a *term* (期间) has to run out before the acts that it
    bars, and nobody is late when it has.
    """

    DUTY = "duty"
    POWER = "power"
    TARGET = "target"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class RestRule:
    """
    The terms that an action depends on (期满后方可): its consequence needs a term that has run out.

    One of *clocks* must have run to its end without being ended by anything else: 逾期不补正的，视为放弃申请. An entry
    that only records silence may have the last day itself (*on_last_day*).
    """

    clocks: tuple[str, ...]
    when: tuple[Condition, ...] = ()
    on_last_day: bool = False
    ended_by: tuple[str, ...] = ()  # other stops of the clock that do not end the wait for the term


@dataclass(frozen=True, slots=True)
class Clash:
    """An act that conflicts with an open consultation (征求意见未结): reported, not refused."""

    clock: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """
    A state (状态); ``public`` is its label for the applicant or the public.

    ``published``: the case is public in this state, if an action that publishes led to it.
    """

    name: str
    label: str
    public: str
    ended: bool = False  # the matter is decided: only deliver, archive, note, correct_entry follow
    final: bool = False  # nothing follows but notes and corrections
    published: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """
    What of a procedure may be published at all (公开属性).

    ``attribute`` are the facts that decide between 主动公开 and the rest, each with the values that mean open: the
    latest entry with any of them decides. Empty: the law itself makes it open. ``never``: nothing is public, whatever
    the record says. The record must also meet ``when`` and ``needs``.
    """

    never: bool = False
    attribute: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    when: tuple[Condition, ...] = ()
    needs: tuple[Requirement, ...] = ()
    cite: str = ""


NOTHING_LEAVES = Publication(never=True)
# Applications, complaints and lawsuits, and the office's dealings with its own units: whatever a file says, they are
# not published (CONTRACT 7). Their applicants are answered; that is not publication.
NEVER_LEAVES = frozenset(
    ("request", "message", "supervision", "reconsideration", "litigation", "complaint", "record_correction")
)
NEVER_OPEN = ("identity_number", "people")  # types of facts that are never published, however a file declares them


@dataclass(frozen=True, slots=True)
class Opening:
    """
    A case that follows from an action or a ladder step (派生案件): of which workflow, with which facts.

    ``facts`` maps a fact of the new case's first action to the fact of this record that it is taken from;
    ``given`` are fixed values.
    """

    workflow: str
    when: tuple[Condition, ...] = ()
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    given: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the named readings of a workflow (口径): the required facts, the remaining choices."""

    name: str
    label: str
    cite: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # (action, fact) that it requires
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Choosing:
    """A choice for profiles (可选口径), and the reading in use."""

    name: str
    label: str
    chosen: str
    among: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Action:
    """An action (动作): from which states, to which one, by whom, with which facts."""

    name: str
    label: str
    sources: tuple[str, ...]  # empty: the first action of a case
    target: str | None  # None: the state stays
    roles: tuple[str, ...] = ()
    requires: tuple[Requirement, ...] = ()
    accepts: tuple[str, ...] = ()
    cite: str = ""
    first: bool = False
    wants: tuple[Requirement, ...] = ()  # facts whose absence is a finding, never a refusal
    tell: tuple[str, ...] = ()  # roles that are notified when it is taken; never the actor
    opens: tuple[Opening, ...] = ()
    publishes: bool = False  # published information is sent to its subscribers (精准推送)
    before: tuple[Requirement, ...] = ()  # facts that must be on record before this entry, not in it
    hands_to: str = ""  # the fact that names the unit which takes the case over (转办)
    owner_of: str = ""  # the fact naming a field: only the unit that owns it may take the action
    same: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # facts that have to agree
    rests_on: tuple[RestRule, ...] = ()
    keeps: tuple[str, ...] = ()  # facts that it may repeat but not change
    implies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # action -> the fact of its day
    clashes: tuple[Clash, ...] = ()
    event: Audience | None = None  # whom it concerns; None in a workflow kept from before events

    @property
    def carries(self) -> frozenset[str]:
        """Every fact that its entry requires or may have."""
        return frozenset(self.accepts) | {need.fact for need in (*self.requires, *self.wants)}


@dataclass(frozen=True, slots=True)
class Trigger:
    """An action that does something to a clock (触发), under conditions on its facts."""

    action: str
    when: tuple[Condition, ...] = ()
    day: str = ""  # the fact with the day, or the moment; else the entry's own
    limit: str = ""  # a limit of its own instead of the clock's
    held: Held | None = None

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether every condition is met."""
        return meets(self.when, facts)


@dataclass(frozen=True, slots=True)
class WaitRule:
    """The clock waits (等待) from a notice until the clock is restarted: no last day meanwhile."""

    trigger: Trigger
    within: str = ""  # the power's clock inside which the notice must have gone out; else no waiting
    before_last_day: bool = False  # the notice must come before the last day of this clock
    once: bool = False
    by_last_day: bool = False  # the notice must come by the last day of this clock


@dataclass(frozen=True, slots=True)
class SuspendRule:
    """The clock is suspended (中止) from one action to another, paired by ``ref``."""

    trigger: Trigger
    until: str
    lapse: str = ""  # the clock whose last day ends the suspension without an answer
    lapse_when: tuple[Condition, ...] = ()
    silence: tuple[Condition, ...] = ()  # the facts of an "answer" that only records silence


@dataclass(frozen=True, slots=True)
class ExtendRule:
    """The clock is extended (延长), once, by a lawful maximum, approved and notified by the base day."""

    action: str
    limit: str
    approval: str = ""  # the fact that names who approved; empty: no approval needed
    approvers: tuple[str, ...] = ()  # the roles that may approve; a person in the settings must hold one
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class RestartRule:
    """The clock restarts (重新计算) with a new day 0."""

    action: str
    after: str = ""  # the notice that must have been sent before; without it nothing restarts
    once: bool = False
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class BarRule:
    """An action barred while the clock runs (期满前不得), including its last day."""

    action: str
    when: tuple[Condition, ...] = ()
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class LapseRule:
    """What follows when the clock runs out (逾期后果): proposed to people, or taken where silence has that effect."""

    action: str
    take: bool = False
    when: tuple[Condition, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    cite: str = ""


@dataclass(frozen=True, slots=True)
class ClockRule(Named):
    """How one clock of a workflow runs (计时规则)."""

    name: str
    label: str
    limit: str
    obligor: Obligor = Obligor.OFFICE
    kind: ClockKind = ClockKind.DUTY
    starts: tuple[Trigger, ...] = ()
    restarts: tuple[RestartRule, ...] = ()
    waits: tuple[WaitRule, ...] = ()
    suspends: tuple[SuspendRule, ...] = ()
    extends: tuple[ExtendRule, ...] = ()
    stops: tuple[Trigger, ...] = ()
    ladder: str = ""
    lapse: tuple[LapseRule, ...] = ()
    paired: bool = False  # one run per ref
    until: str = ""  # the fact of the starting entry that names the last day itself
    shortened_by: str = ""  # the fact with the reason why the named day is earlier than the limit allows
    bars: tuple[BarRule, ...] = ()
    stands_for: str = ""  # the clock whose duty it also watches: one duty, one count (同一义务只计一次)
    passes_on: tuple[str, ...] = ()  # the stops with which another clock takes the duty over
    set_aside: tuple[str, ...] = ()  # the stops that end the duty without fulfilling it: neither on time nor late


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder (预警督办一级): so many working days from the last day, what is done, who is notified."""

    offset: int
    kind: str  # remind | urge | supervise | propose | take
    colour: str
    tell: tuple[str, ...]
    label: str = ""
    opens: Opening | None = None
    urgent: bool = False  # its notices are sent in quiet hours as well


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder of reminders and escalations (预警与督办), lowest step first."""

    name: str
    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Workflow(Named):
    """
    One procedure (事项) from one file.

    ``edition`` is the hash of ``source``, the file's content as canonical JSON; a case keeps the edition under
    which it began.
    """

    name: str
    label: str
    edition: str
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    clocks: tuple[ClockRule, ...]
    facts: Mapping[str, FactSpec]
    source: str = ""
    cite: str = ""
    readings: tuple[Choosing, ...] = ()
    publication: Publication = NOTHING_LEAVES
    extends: tuple[str, ...] = ()  # the workflows that it adds to, the nearest first

    @property
    def never_leaves(self) -> bool:
        """Whether nothing of it may be published, whatever its file says."""
        return self.name in NEVER_LEAVES or (bool(self.extends) and not NEVER_LEAVES.isdisjoint(self.extends))

    @property
    def first(self) -> Action:
        """The action that opens a case."""
        return next(action for action in self.actions.values() if action.first)

    def clock(self, name: str) -> ClockRule | None:
        """The clock rule of that name."""
        return next((rule for rule in self.clocks if rule.name == name), None)

    def limit_names(self) -> Iterator[tuple[str, str]]:
        """Every (clock, limit) that the clocks name."""
        for rule in self.clocks:
            if rule.limit:
                yield rule.name, rule.limit
            for trigger in rule.starts:
                if trigger.limit:
                    yield rule.name, trigger.limit
            for extend in rule.extends:
                yield rule.name, extend.limit
