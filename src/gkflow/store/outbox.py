"""The outbox (待发通知): written with the entry or the sweep, claimed and sent later, at least once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, or_, select, true, tuple_, update

from gkflow.application.ports import DROPPED, NoticeLine, NoticeRecord, WaitingNotice
from gkflow.store.cursor import Part
from gkflow.store.dialect import read_moment
from gkflow.store.statement import Statement, among, bind, columns_of, inserted
from gkflow.store.tables import NOTICE, REACHABILITY
from gkflow.words.language import CHINESE

_C = NOTICE.c
_PUT = Statement(
    lambda insert: (
        insert(NOTICE)
        .values(inserted(NOTICE, columns_of(NOTICE, NoticeLine)) | {"tries": 0, "error": ""})
        .on_conflict_do_nothing(index_elements=["key"])
    )
)
WAITING = and_(_C.delivered_at.is_(None), _C.dead_at.is_(None))
_GIVEN_UP = _C.error.not_in(DROPPED)
# An address left alone for a while is in "reachability"; an empty one there means the whole channel.
_LEFT_ALONE = exists().where(
    REACHABILITY.c.channel == _C.channel,
    or_(REACHABILITY.c.address == _C.address, REACHABILITY.c.address == ""),
    REACHABILITY.c.retry_at > bind("now"),
)
_CLAIMABLE = (
    select(_C.id)
    .where(
        WAITING,
        _C.next_try_at <= bind("now"),
        or_(_C.claimed_until.is_(None), _C.claimed_until < bind("now")),
        or_(among(_C.channel, "channels"), and_(_C.urgent == 1, among(_C.channel, "urgent_channels"))),
        ~_LEFT_ALONE,
    )
    .order_by(_C.next_try_at, _C.id)
    .limit(bind("batch"))
    .with_for_update(skip_locked=True)
)
_CLAIMED = tuple(
    _C[name]
    for name in (
        "id", "key", "name", "channel", "address", "facts", "wording", "made_at", "tries", "refused_since", "urgent",
    )
)  # fmt: skip
_TEXTS = ("key", "name", "channel", "address", "facts", "wording")
_CLAIM = Statement(update(NOTICE).where(_C.id.in_(_CLAIMABLE)).values(claimed_until=bind("until")).returning(*_CLAIMED))
_HELD = and_(_C.id == bind("of_id"), _C.claimed_until == bind("held_until"), WAITING)
_RENEW = Statement(update(NOTICE).where(_HELD).values(claimed_until=bind("until")))
_GIVE_BACK = Statement(update(NOTICE).where(_HELD).values(claimed_until=None))
_GIVE_BACK_LATER = Statement(
    update(NOTICE)
    .where(_HELD)
    .values(claimed_until=None, next_try_at=bind("again"), error=case((_C.error == "", bind("reason")), else_=_C.error))
)
_DELIVERED = Statement(
    update(NOTICE)
    .where(_C.id == bind("of_id"), _C.delivered_at.is_(None))
    .values(delivered_at=bind("at"), dead_at=None, tries=_C.tries + 1, claimed_until=None, error="")
)
_FAILED = Statement(
    update(NOTICE)
    .where(_C.id == bind("of_id"), WAITING)
    .values(
        tries=_C.tries + 1, claimed_until=None, error=bind("reason"), next_try_at=bind("again"), dead_at=bind("dead"),
        refused_since=bind("since"),
    )
)  # fmt: skip
_UNREACHABLE = Statement(select(REACHABILITY.c.channel, REACHABILITY.c.address, REACHABILITY.c.failures))
_LEAVE_ALONE = Statement(
    lambda insert: (made := insert(REACHABILITY).values(inserted(REACHABILITY))).on_conflict_do_update(
        index_elements=["channel", "address"],
        set_={name: made.excluded[name] for name in ("failures", "retry_at", "error")},
    )
)
_REACHED = Statement(
    delete(REACHABILITY).where(REACHABILITY.c.channel == bind("channel"), REACHABILITY.c.address == bind("address"))
)
_ADDRESSED = Statement(
    select(_C.id, _C.name, _C.unit, _C.channel, _C.address).where(_C.id == bind("id"), _C.kind != "push")
)
_ADDRESS = Statement(select(_C.channel, _C.address).where(_C.id == bind("id")))
_REVIVE = Statement(
    update(NOTICE)
    .where(
        _C.id == bind("of_id"), _C.delivered_at.is_(None), _GIVEN_UP,
        or_(_C.claimed_until.is_(None), _C.claimed_until < bind("now")),
    )
    .values(dead_at=None, next_try_at=bind("now"), tries=0, refused_since=None, address=bind("to"))
)  # fmt: skip
_WHICH = {
    "all": true(),
    "waiting": WAITING,
    "dead": _C.dead_at.is_not(None),
    "delivered": _C.delivered_at.is_not(None),
}
_NOTICES = {
    (which, of_case): Statement(
        select(*columns_of(NOTICE, NoticeRecord))
        .where(condition, *([_C.case == bind("case")] if of_case else []))
        .order_by(_C.id.desc())
        .limit(bind("most"))
    )
    for which, condition in _WHICH.items()
    for of_case in (False, True)
}
_WAITING_COUNT = Statement(select(func.count()).select_from(NOTICE).where(WAITING))
_DEAD_COUNT = Statement(select(func.count()).select_from(NOTICE).where(_C.dead_at.is_not(None), _GIVEN_UP))
_CHANNELS = Statement(select(_C.channel).distinct().where(WAITING))
_BURY = Statement(
    update(NOTICE).where(_C.channel == bind("of_channel"), WAITING).values(dead_at=bind("now"), error=bind("reason"))
)
_OUT_OF_REACH = Statement(
    select(REACHABILITY.c.channel, REACHABILITY.c.address, REACHABILITY.c.error).where(REACHABILITY.c.failures > 0)
)
_RINGS = _C.channel.not_in(("file", "console"))  # most notices; the caller knows which other channels ring nobody
_TAKEN = Statement(
    select(_C.channel, _C.address, func.max(_C.delivered_at).label("at"))
    .where(_RINGS, _C.delivered_at.is_not(None))
    .group_by(_C.channel, _C.address)
)
_GIVEN_UP_ON = Statement(
    select(_C.channel, _C.address, _C.error, _C.dead_at)
    .where(_RINGS, _C.dead_at.is_not(None), _GIVEN_UP)
    .order_by(_C.id)
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ALL = (1 << 63) - 1  # rows: no table holds more


class Outbox(Part):
    """
    The outbox in one transaction (待发通知).

    The reason why a message was not delivered is stored as text, in Chinese where it is a sentence of the catalogue.
    """

    def put_notices(self, lines: Iterable[NoticeLine]) -> None:
        """Put messages into the outbox; a key that already exists is skipped."""
        self.run_many(_PUT, lines)

    def claim_notices(
        self,
        channels: Sequence[str],
        now: datetime,
        until: datetime,
        batch: int,
        busy: Collection[tuple[str, str]] = (),
        urgent: Sequence[str] = (),
    ) -> list[WaitingNotice]:
        """
        Claim up to *batch* due messages of *channels* until *until* (of channels in *urgent*: urgent ones); none for an
        address (channel, address) that is *busy* or left alone. The claims of a dead sender expire.
        """
        if not channels and not urgent:
            return []
        statement = _CLAIM if not busy else _claim_but(sorted(busy))
        rows = self.raw(
            statement, now=now, until=until, batch=batch, channels=list(channels), urgent_channels=list(urgent)
        )
        return [_waiting(row) for row in sorted(rows, key=lambda row: row[0])]

    def renew_claims(self, claims: Sequence[tuple[int, datetime]], until: datetime) -> set[int]:
        """Renew claims (id, end of the claim); return those still held."""
        return {id_ for id_, held_until in claims if self.run(_RENEW, of_id=id_, held_until=held_until, until=until)}

    def give_back(self, claims: Sequence[tuple[int, datetime]], again: datetime | None, reason: str) -> None:
        """Release claims unused; with *again* the messages wait until then, with the reason."""
        held = [{"of_id": id_, "held_until": until} for id_, until in claims]
        if again is None:
            self.run_many(_GIVE_BACK, held)
        else:
            words = CHINESE.text(reason)
            self.run_many(_GIVE_BACK_LATER, [{**each, "again": again, "reason": words} for each in held])

    def delivered(self, outcomes: Sequence[tuple[int, datetime]]) -> None:
        """Record these messages as accepted by their channel, each at its moment."""
        self.run_many(_DELIVERED, [{"of_id": id_, "at": at} for id_, at in outcomes])

    def failed(
        self, id_: int, error: str, next_try_at: datetime | None, now: datetime, since: datetime | None = None
    ) -> None:
        """Record this message as not accepted: retry at *next_try_at*, or dead if that is None."""
        dead = now if next_try_at is None else None
        words = CHINESE.text(error)
        self.run(_FAILED, of_id=id_, reason=words, again=next_try_at or now, dead=dead, since=since)

    def unreachable(self) -> list[tuple[str, str, int]]:
        """The addresses left alone last: channel, address, consecutive failures."""
        return [tuple(row) for row in self.rows(_UNREACHABLE)]

    def leave_alone(self, channel: str, address: str, failures: int, until: datetime, reason: str) -> None:
        """Leave an address alone until a moment, whatever waits for it."""
        words = CHINESE.text(reason)
        self.run(_LEAVE_ALONE, channel=channel, address=address, failures=failures, retry_at=until, error=words)

    def reached(self, channel: str, address: str) -> None:
        """An address accepted a message: clear its failures."""
        self.run(_REACHED, channel=channel, address=address)

    def addressed(self, ids: Sequence[int]) -> list[tuple[int, str, str, str, str]]:
        """
        The receivers of notices: id, name, unit, channel, address; a subscriber's address is that of the subscription.
        """
        return [tuple(row) for id_ in ids if (row := self.row(_ADDRESSED, id=id_)) is not None]

    def revive(self, ids: Sequence[int], now: datetime, addresses: Mapping[int, str] = MappingProxyType({})) -> int:
        """
        Send these messages again, dead or waiting, some to another address; return how many. Skips unsubscribed
        receivers and messages about what was taken back.
        """
        return sum(self._revive(id_, now, addresses.get(id_)) for id_ in ids)

    def _revive(self, id_: int, now: datetime, address: str | None) -> int:
        there = self.row(_ADDRESS, id=id_)
        if there is None:
            return 0
        to = there.address if address is None else address
        if not self.run(_REVIVE, of_id=id_, now=now, to=to):
            return 0
        for place in (to, ""):
            self.reached(there.channel, place)
        return 1

    def notices(self, which: str = "all", case: str = "", limit: int = -1) -> list[NoticeRecord]:
        """Notices, newest first: all, waiting, dead or delivered; of one case."""
        of_case = {"case": case} if case else {}
        rows = self.raw(_NOTICES[which, bool(case)], most=limit if limit >= 0 else _ALL, **of_case)
        return [_as_record(row) for row in rows]

    def waiting_count(self) -> tuple[int, int]:
        """How many notices wait, and how many are dead."""
        return int(self.value(_WAITING_COUNT)), int(self.value(_DEAD_COUNT))

    def channels_waiting(self) -> list[str]:
        """The channels for which messages wait."""
        return [str(channel) for channel in self.column(_CHANNELS)]

    def bury(self, channel: str, error: str, now: datetime) -> int:
        """Mark the waiting messages of a channel as dead; return how many."""
        return self.run(_BURY, of_channel=channel, now=now, reason=CHINESE.text(error))

    def failing_addresses(self, quiet: Collection[str] = ()) -> dict[tuple[str, str], str]:
        """
        The addresses whose last notice failed for good, and those that are unreachable, with the reason; an empty
        address means the whole channel. *quiet* channels, which ring nobody, are skipped.
        """
        found = {(row.channel, row.address): row.error for row in self.rows(_OUT_OF_REACH)}
        taken = {(row.channel, row.address): row.at for row in self.rows(_TAKEN)}
        for row in self.rows(_GIVEN_UP_ON):
            since = taken.get((row.channel, row.address))
            if since is None or since < row.dead_at:
                found[row.channel, row.address] = row.error
        return {place: error for place, error in found.items() if place[0] not in quiet}


def _claim_but(busy: Sequence[tuple[str, str]]) -> Statement:
    """The claim without these addresses, which change all the time, so it is built for each call."""
    claimable = _CLAIMABLE.where(tuple_(_C.channel, _C.address).not_in(busy))
    return Statement(
        update(NOTICE).where(_C.id.in_(claimable)).values(claimed_until=bind("until")).returning(*_CLAIMED)
    )


def _waiting(row: Sequence[Any]) -> WaitingNotice:
    """A claimed row; an unreadable one is marked as such and delays no other."""
    cells: dict[str, Any] = dict(zip((column.name for column in _CLAIMED), row, strict=True))
    broken = [name for name in _TEXTS if not isinstance(cells[name], str)]
    made_at = _moment(cells["made_at"])
    if made_at is None:
        broken.append("made_at")
    cells |= {
        "made_at": made_at or _NEVER, "refused_since": _moment(cells["refused_since"]), "urgent": cells["urgent"] == 1,
        "tries": cells["tries"] if isinstance(cells["tries"], int) else 0, "broken": ", ".join(broken),
    }  # fmt: skip
    return WaitingNotice(**cells)


def _as_record(row: Sequence[Any]) -> NoticeRecord:
    record = NoticeRecord._make(row)
    return record._replace(
        made_at=_moment(record.made_at) or _NEVER, next_try_at=_moment(record.next_try_at) or _NEVER,
        delivered_at=_moment(record.delivered_at), dead_at=_moment(record.dead_at),
    )  # fmt: skip


def _moment(value: Any) -> datetime | None:
    """A stored moment; None if there is none or it is unreadable."""
    try:
        found: datetime | None = read_moment(value)
    except (ValueError, TypeError, AttributeError):
        return None
    return found
