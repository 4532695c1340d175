"""How far the endpoints have been served (接收端进度): claimed by one sender at a time, with a lease."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select, update

from gkflow.application.ports import Claim, EndpointState, Failure
from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, bind, columns_of, inserted
from gkflow.store.tables import ENDPOINT
from gkflow.words.language import CHINESE

_C = ENDPOINT.c
_COLUMNS = columns_of(ENDPOINT, EndpointState)
_STATES = Statement(select(*_COLUMNS).order_by(_C.name), EndpointState)
_BEGIN = Statement(
    lambda insert: insert(ENDPOINT).values(inserted(ENDPOINT)).on_conflict_do_nothing(index_elements=["name"])
)
_FREE = (
    select(_C.name)
    .where(
        _C.name == bind("of_name"), _C.parked == "", _C.next_try_at <= bind("now"),
        or_(_C.claimed_until.is_(None), _C.claimed_until < bind("now")),
    )
    .with_for_update(skip_locked=True)
)  # fmt: skip
_CLAIM = Statement(
    update(ENDPOINT).where(_C.name.in_(_FREE)).values(claimed_until=bind("until")).returning(*_COLUMNS), EndpointState
)
_HELD = (_C.name == bind("of_name"), _C.claimed_until == bind("held"))
_PASSED = Statement(update(ENDPOINT).where(*_HELD).values(place=bind("to_place"), claimed_until=bind("until")))
_POSTED = Statement(
    update(ENDPOINT)
    .where(*_HELD)
    .values(
        place=bind("to_place"), claimed_until=bind("until"), posted_at=bind("at"), failing_since=None, tries=0, error=""
    )
)
_FAILED = Statement(
    update(ENDPOINT)
    .where(*_HELD)
    .values(
        place=bind("to_place"), claimed_until=None, failing_since=func.coalesce(_C.failing_since, bind("at")),
        tries=_C.tries + 1, next_try_at=bind("again"), error=bind("reason"), parked=bind("why"),
    )
)  # fmt: skip
_RELEASE = Statement(update(ENDPOINT).where(*_HELD).values(claimed_until=None))
_RESUME = Statement(
    update(ENDPOINT)
    .where(_C.name == bind("of_name"))
    .values(
        place=func.coalesce(bind("to_place", type_=_C.place.type), _C.place), claimed_until=None, failing_since=None,
        tries=0, next_try_at=bind("now"), error="", parked="",
    )
)  # fmt: skip


class Endpoints(Part):
    """The endpoints in one transaction (接收端进度)."""

    def states(self) -> dict[str, EndpointState]:
        """The state of every endpoint that has begun, by name."""
        return {state.name: state for state in self.rows(_STATES)}

    def begin(self, name: str, place: int, now: datetime) -> None:
        """Begin to serve an endpoint after a place, if it has not begun yet."""
        self.run(_BEGIN, **EndpointState(name, place, None, None, 0, now, "", "", None)._asdict())

    def claim(self, name: str, now: datetime, until: datetime) -> EndpointState | None:
        """Claim an endpoint that is due and that nobody serves; None if it is not. A dead sender's claim expires."""
        found: EndpointState | None = self.row(_CLAIM, of_name=name, now=now, until=until)
        return found

    def advance(self, claim: Claim, place: int, until: datetime, posted_at: datetime | None) -> bool:
        """Move on to a place, after an event was posted or only passed over; False if the claim is lost."""
        held = {"of_name": claim.name, "held": claim.until, "to_place": place, "until": until}
        return (self.run(_PASSED, **held) if posted_at is None else self.run(_POSTED, **held, at=posted_at)) > 0

    def failed(self, claim: Claim, place: int, failure: Failure) -> bool:
        """Record that the event after a place was not taken, and give the claim back; False if it is lost."""
        changed = self.run(
            _FAILED, of_name=claim.name, held=claim.until, to_place=place, at=failure.at, again=failure.again,
            reason=CHINESE.text(failure.reason), why=failure.parked.value,
        )  # fmt: skip
        return changed > 0

    def release(self, claim: Claim) -> None:
        """Give a claim back."""
        self.run(_RELEASE, of_name=claim.name, held=claim.until)

    def resume(self, name: str, now: datetime, place: int | None = None) -> bool:
        """Post again, at once, from where it stopped or after a place; False if it has not begun."""
        return self.run(_RESUME, of_name=name, now=now, to_place=place) > 0
