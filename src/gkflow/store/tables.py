"""
The tables (数据表): each is declared here, once; statements are built from their columns.

``entry``, ``escalation``, ``acknowledgement`` are append-only and guarded by triggers; ``sweep`` may be written once.
``docket`` and ``clock`` are caches with one writer, rebuilt by ``rebuild``. Days are dates, moments aware UTC. Hashed
texts (``facts``, ``remarks``) are stored exactly as they were hashed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Index, MetaData, SmallInteger, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from gkflow.application.ports import FOREVER


def _when(condition: str) -> dict[str, Any]:
    """The condition of a partial index."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


METADATA = MetaData()


class Row(SQLModel):
    """A row of gkflow (数据行): with its own metadata, because a portal's tables may have the same names."""

    metadata = METADATA


class EntryRow(Row, table=True):
    """One entry of a record (办理记录条目); ``hash`` covers every column, with the hash of the previous entry."""

    __tablename__ = "entry"
    __table_args__ = (
        Index(
            "entry_key",
            "key",
            unique=True,
            sqlite_where=text("key IS NOT NULL"),
            postgresql_where=text("key IS NOT NULL"),
        ),
    )
    case: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    workflow: str
    edition: str
    action: str
    day: date
    written_at: datetime
    by: str
    unit: str
    facts: str = Field(sa_type=Text)
    remarks: str = Field(sa_type=Text)
    key: str | None = None
    previous: str
    hash: str
    account: str | None = None  # the operating-system account; unknown for entries from before schema 0004


class DocketRow(Row, table=True):
    """The docket line of a case (台账), with the count and head hash of its record."""

    __tablename__ = "docket"
    __table_args__ = (
        Index("docket_open", "ended", "received", "case"),
        # Pages and counts of open cases by last day, by number, of a unit and of an officer; and of closed ones.
        Index("docket_page", "ended", "last_day", "received", "case", "status", "from_day"),
        Index("docket_number", "ended", "case"),
        Index("docket_unit", "ended", "unit", "last_day", "received", "case", "from_day"),
        Index("docket_officer", "ended", "officer", "last_day", "received", "case", "from_day"),
        Index("docket_closed", "last_day", "received", "case", **_when(f"ended <> '{FOREVER}'")),
        # The end of a series of numbers with so many figures; the order of a locale could not find it.
        Index("docket_series", text('length("case")'), text('"case"')).ddl_if(dialect="sqlite"),
        Index("docket_series_c", text('length("case")'), text('"case" COLLATE "C"')).ddl_if(dialect="postgresql"),
        # Open cases of which no clock runs: few, and else counted by reading all that are open.
        Index("docket_still", "ended", "status", "from_day", **_when(f"ended = '{FOREVER}' AND status <> 'running'")),
        Index("docket_undrawn", "status", **_when("status = ''")),
        Index(
            "docket_unsealed", "case", sqlite_where=text("sealed = 0"), postgresql_where=text("sealed = 0"),
        ),
    )  # fmt: skip
    case: str = Field(primary_key=True)
    workflow: str
    edition: str
    title: str
    state: str
    unit: str
    officer: str
    received: date
    latest: date  # the latest legal day on the record
    ended: date  # the day on which it ended; FOREVER while open
    entries: int
    head: str
    # 1: the last seal has checked this head.
    sealed: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"})
    # What a list filters and sorts by, from ``from_day`` on; see DocketRevision.
    from_day: date = Field(default=FOREVER, sa_column_kwargs={"server_default": str(FOREVER)})
    status: str = Field(default="", sa_column_kwargs={"server_default": ""})  # "": not computed since schema 0007
    clock: str = Field(default="", sa_column_kwargs={"server_default": ""})
    ref: str = Field(default="", sa_column_kwargs={"server_default": ""})
    last_day: date = Field(default=FOREVER, sa_column_kwargs={"server_default": str(FOREVER)})
    power_day: date = Field(default=FOREVER, sa_column_kwargs={"server_default": str(FOREVER)})


class DocketRevisionRow(Row, table=True):
    """
    An earlier docket line (台账修订): what a list filters and sorts by, from ``from_day`` until before ``until_day``.
    The last revision of a case is in ``docket`` itself.
    """

    __tablename__ = "docket_revision"
    __table_args__ = (Index("docket_revision_until", "until_day", "from_day"),)
    case: str = Field(primary_key=True)
    from_day: date = Field(primary_key=True)
    until_day: date
    workflow: str
    title: str
    state: str
    unit: str
    officer: str
    received: date
    ended: date
    status: str
    clock: str
    ref: str
    last_day: date
    power_day: date


class ClockRow(Row, table=True):
    """One revision of a clock (计时), valid from ``from_day`` until before ``until_day``."""

    __tablename__ = "clock"
    __table_args__ = (
        # The sweep: the ladder by equality, then the days, so that its cost follows what is due; and the rows
        # recomputed since the last one.
        Index(
            "clock_due",
            "ladder",
            "until_day",
            "last_day",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        Index(
            "clock_fresh",
            "ladder",
            "last_day",
            sqlite_where=text("fresh = 1"),
            postgresql_where=text("fresh = 1"),
        ),
        # The lists: what the office owes.
        Index(
            "clock_owed", "until_day", "last_day",
            sqlite_where=text("status = 'running' AND owed = 1"),
            postgresql_where=text("status = 'running' AND owed = 1"),
        ),
        # Suspended and waiting clocks: somebody is reminded of them after a while.
        Index(
            "clock_still", "until_day", "from_day",
            sqlite_where=text("status IN ('suspended', 'waiting') AND owed = 1"),
            postgresql_where=text("status IN ('suspended', 'waiting') AND owed = 1"),
        ),
        Index(
            "clock_provisional", "until_day",
            sqlite_where=text("provisional = 1"), postgresql_where=text("provisional = 1"),
        ),
    )  # fmt: skip
    case: str = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    from_day: date = Field(primary_key=True)
    until_day: date
    workflow: str
    obligor: str
    kind: str
    owed: int = Field(sa_type=SmallInteger)  # 1: a duty of the office
    status: str
    verdict: str
    since: date
    last_day: date | None = None
    remaining: int | None = None
    stopped: date | None = None
    days_left: int | None = None  # at the stop; else computed for the day requested
    provisional: int = Field(default=0, sa_type=SmallInteger)
    earliest: date | None = None
    latest: date | None = None
    risk: date | None = None
    ladder: str = ""
    fresh: int = Field(default=0, sa_type=SmallInteger)  # 1: computed since the last sweep
    calendar: str = ""
    # What the last day depends on, as JSON (domain/recalculation_key.py); "record": the record has to be read.
    recalculation_key: str = Field(default='"record"', sa_type=Text, sa_column_kwargs={"server_default": '"record"'})
    stopped_by: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the action that stopped it


class EventRow(Row, table=True):
    """
    One event (事件): ``place`` is its place in the sequence, given after the commit; ``escalation`` the step that it
    reports, from which a reader takes the rest.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("event_place", "place", unique=True, **_when("place IS NOT NULL")),
        Index("event_unplaced", "id", **_when("place IS NULL")),
    )
    id: int | None = Field(default=None, primary_key=True)
    place: int | None = None
    type: str
    at: datetime
    case: str
    seq: int
    audience: str
    facts: str = Field(sa_type=Text)
    escalation: int | None = None


class EndpointRow(Row, table=True):
    """How far an endpoint has been served (接收端进度): ``place`` is the last event posted or not meant for it."""

    __tablename__ = "endpoint"
    name: str = Field(primary_key=True)
    place: int
    posted_at: datetime | None = None
    failing_since: datetime | None = None
    tries: int = 0  # failed ones in a row
    next_try_at: datetime
    error: str = Field(default="", sa_type=Text)
    parked: str = ""  # why nothing is posted until somebody resumes it: "gone" or "failing"
    claimed_until: datetime | None = None


class NumberSeriesRow(Row, table=True):
    """The last number drawn of a series (编号序列): ``prefix`` is "GK-2026-", or "GK-CF-2026-"."""

    __tablename__ = "number_series"
    prefix: str = Field(primary_key=True)
    last: int


class SweepRow(Row, table=True):
    """One day's sweep (巡检); sealed when done, with the seal of the previous sweep."""

    __tablename__ = "sweep"
    day: date = Field(primary_key=True)
    series: int = Field(
        default=0, primary_key=True, sa_column_kwargs={"autoincrement": False, "server_default": "0"}
    )  # how many times sweeps had been taken back before
    made_at: datetime
    done_at: datetime | None = None
    steps: int | None = None
    telling: int | None = Field(
        default=None, sa_type=SmallInteger
    )  # 1: people were notified of the steps reached since the last sweep with 1
    previous: str | None = None
    hash: str | None = None


class UnsweepRow(Row, table=True):
    """
    Sweeps taken back (撤销巡检): those of earlier series from ``from_day`` on, made under a wrong clock. ``previous``
    is the seal of the last sweep before; ``series`` is the new one.
    """

    __tablename__ = "unsweep"
    series: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    from_day: date
    through: date
    at: datetime
    by: str
    reason: str = Field(sa_type=Text)
    previous: str
    hash: str


class EscalationRow(Row, table=True):
    """One recorded step of a ladder (督办记录), once per case, clock, ref and last day."""

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("case", "clock", "ref", "last_day", "step", "series", name="escalation_once"),
        Index("escalation_day", "day"),
        Index(
            "escalation_sealed_with", "sealed_with",
            sqlite_where=text("sealed_with IS NOT NULL"), postgresql_where=text("sealed_with IS NOT NULL"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    case: str
    workflow: str
    clock: str
    ref: str
    last_day: date
    step: int
    kind: str
    colour: str
    day: date
    series: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # that of its sweep
    sealed_with: date | None = None  # the sweep that seals it, if that of its own day was done before


class AcknowledgementRow(Row, table=True):
    """Who acknowledged an escalation, and the remark (签收意见)."""

    __tablename__ = "acknowledgement"
    id: int | None = Field(default=None, primary_key=True)
    escalation: int = Field(foreign_key="escalation.id", unique=True)
    by: str
    at: datetime
    words: str = Field(sa_type=Text)
    previous: str | None = None  # none: from before acknowledgements were chained
    hash: str | None = None


class NoticeRow(Row, table=True):
    """The outbox (待发通知): one message to one person by one channel; ``key`` is the receiver's deduplication key."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "notice_waiting", "next_try_at", "id",  # in the order of sending: many wait for the same moment
            sqlite_where=text("delivered_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL"),
        ),
        Index("notice_escalation", "escalation"),
        Index("notice_case", "case"),
        Index(
            "notice_subscription", "subscription",
            sqlite_where=text("subscription IS NOT NULL"), postgresql_where=text("subscription IS NOT NULL"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    case: str
    escalation: int | None = None
    subscription: int | None = None  # the subscription of a subscriber's message
    kind: str
    role: str
    name: str
    unit: str
    channel: str
    address: str
    facts: str = Field(sa_type=Text)
    wording: str
    made_at: datetime
    next_try_at: datetime
    urgent: int = Field(  # 1: it is sent in quiet hours as well
        default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"}
    )
    tries: int = 0
    claimed_until: datetime | None = None
    delivered_at: datetime | None = None
    dead_at: datetime | None = None
    error: str = Field(default="", sa_type=Text)
    refused_since: datetime | None = None  # since when its address refuses messages (401, 404, 410)


class ReachabilityRow(Row, table=True):
    """An address left alone for a while (暂不送发的地址); an empty one means the whole channel."""

    __tablename__ = "reachability"
    channel: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    failures: int  # consecutive failures
    retry_at: datetime
    error: str = Field(default="", sa_type=Text)


class CalendarEditionRow(Row, table=True):
    """A calendar edition that the office adopted (采用的工作日历版本); the last adopted is the one in use."""

    __tablename__ = "calendar_edition"
    id: int | None = Field(default=None, primary_key=True)
    edition: str
    adopted_at: datetime
    by: str
    data: str = Field(sa_type=Text)


class RulesEditionRow(Row, table=True):
    """
    An edition of the rules that the office adopted (采用的规则版本), with all its sources; the last adopted is the one
    in use. ``files`` is the fingerprint of its files; ``hash`` covers every column, with the hash of the previous
    edition.
    """

    __tablename__ = "rules_edition"
    id: int | None = Field(default=None, primary_key=True)
    edition: str
    adopted_at: datetime
    by: str
    files: str
    data: str = Field(sa_type=Text)
    previous: str
    hash: str


class EditionRow(Row, table=True):
    """An edition of a workflow or a wording that is still needed (保留的版本): a case keeps the one it began under."""

    __tablename__ = "edition"
    edition: str = Field(primary_key=True)
    kind: str
    name: str
    kept_at: datetime
    source: str = Field(sa_type=Text)


class DraftRow(Row, table=True):
    """A refused entry kept for completion (草稿); it is not part of any record."""

    __tablename__ = "draft"
    id: int | None = Field(default=None, primary_key=True)
    case: str  # empty: it was to open one
    workflow: str
    action: str
    day: date | None = None
    by: str
    unit: str
    facts: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)  # why it was refused
    kept_at: datetime


class SubscriptionRow(Row, table=True):
    """A subscription to published information (订阅); ``token`` is the secret with which to unsubscribe."""

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("token", name="subscription_token"),)
    id: int | None = Field(default=None, primary_key=True)
    token: str
    name: str
    audience: str  # the group that the subscriber belongs to; empty: every publication
    item: str  # a catalogue item, a field or a workflow; empty: all
    channel: str
    address: str
    since: datetime
    left_at: datetime | None = None


class RecountQueueRow(Row, table=True):
    """One deadline in the queue of an adoption (待重新推算), by case; without a clock: only its firmness changed."""

    __tablename__ = "recount_queue"
    __table_args__ = (Index("recount_queue_case", "case"),)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # that of the case
    turn: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case: str
    entries: int  # how many the case had
    clock: str
    ref: str
    unit: str
    officer: str
    title: str
    workflow: str
    old_day: date | None = None
    new_day: date | None = None
    why: str = Field(sa_type=Text)
    by_rules: int = Field(sa_type=SmallInteger)
    by: str
    at: datetime


class HeartbeatRow(Row, table=True):
    """A heartbeat (运行心跳): when the daemon, a tick, a delivery last ran; ``words`` are for people to read."""

    __tablename__ = "heartbeat"
    name: str = Field(primary_key=True)
    at: datetime
    words: str = Field(default="", sa_type=Text)


class LadderThresholdRow(Row, table=True):
    """
    The last day up to which the clocks of a ladder have been checked for one step (督办阈值), for the units of one
    calendar; ``place`` names a unit with a calendar of its own, and is empty for all others.
    """

    __tablename__ = "ladder_threshold"
    ladder: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    step: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last_day: date


class ChainHeadRow(Row, table=True):
    """The last hash of a chain (链头), kept outside of the chain: of sweeps by day, of seals by number."""

    __tablename__ = "chain_head"
    chain: str = Field(primary_key=True)
    link: str  # the day or the number
    hash: str


class SealRow(Row, table=True):
    """A seal (封存): the root over everything on record up to a sweep, chained to the previous seal."""

    __tablename__ = "seal"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    day: date
    cases: int
    entries: int
    sweeps: int
    steps: int
    acknowledgements: int
    notices: int
    leaves: int
    root: str
    previous: str
    hash: str
    peaks: str = Field(sa_type=Text)  # for growing the tree; they follow from the leaves


class SealLeafRow(Row, table=True):
    """One leaf of the sealed tree (封存项): a case by its entries and head, a sweep, an edition, and so on."""

    __tablename__ = "seal_leaf"
    __table_args__ = (Index("seal_leaf_name", "kind", "name"),)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seal: int
    kind: str
    name: str
    size: int
    hash: str


ONLY_ON = {"docket_series": "sqlite", "docket_series_c": "postgresql"}  # indexes for one database alone

GUARDED = (
    "entry",
    "escalation",
    "acknowledgement",
    "rules_edition",
    "seal",
    "seal_leaf",
    "unsweep",
)  # neither changed nor removed


def _table(row: type[Row]) -> Table:
    table = cast("Table", row.__table__)  # type: ignore[attr-defined]  # set by SQLModel
    for column in table.c:
        column.default = None  # a statement gives all values itself
    return table


ENTRY = _table(EntryRow)
DOCKET = _table(DocketRow)
DOCKET_REVISION = _table(DocketRevisionRow)
CLOCK = _table(ClockRow)
EVENT = _table(EventRow)
ENDPOINT = _table(EndpointRow)
NUMBER_SERIES = _table(NumberSeriesRow)
SWEEP = _table(SweepRow)
UNSWEEP = _table(UnsweepRow)
ESCALATION = _table(EscalationRow)
ACKNOWLEDGEMENT = _table(AcknowledgementRow)
NOTICE = _table(NoticeRow)
REACHABILITY = _table(ReachabilityRow)
CALENDAR_EDITION = _table(CalendarEditionRow)
RULES_EDITION = _table(RulesEditionRow)
EDITION = _table(EditionRow)
DRAFT = _table(DraftRow)
SUBSCRIPTION = _table(SubscriptionRow)
RECOUNT_QUEUE = _table(RecountQueueRow)
HEARTBEAT = _table(HeartbeatRow)
LADDER_THRESHOLD = _table(LadderThresholdRow)
CHAIN_HEAD = _table(ChainHeadRow)
SEAL = _table(SealRow)
SEAL_LEAF = _table(SealLeafRow)
