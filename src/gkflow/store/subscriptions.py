"""Subscriptions, and the notices of publications that wait for their subscribers (订阅)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, insert, select, update

from gkflow.application.ports import SubscriptionLine
from gkflow.store.cursor import Part
from gkflow.store.statement import Statement, among, bind, columns_of, inserted
from gkflow.store.tables import NOTICE, SUBSCRIPTION

_ADD = Statement(insert(SUBSCRIPTION).values(inserted(SUBSCRIPTION)).returning(SUBSCRIPTION.c.id))
_LISTED = select(*columns_of(SUBSCRIPTION, SubscriptionLine)).order_by(SUBSCRIPTION.c.id)
_ALL = Statement(_LISTED, SubscriptionLine)
_LIVE = Statement(_LISTED.where(SUBSCRIPTION.c.left_at.is_(None)), SubscriptionLine)
_BY_TOKEN = Statement(_LISTED.where(SUBSCRIPTION.c.token == bind("token")), SubscriptionLine)
_WAITS = and_(NOTICE.c.kind == "push", NOTICE.c.delivered_at.is_(None), NOTICE.c.dead_at.is_(None))
_WAITING = Statement(select(NOTICE.c.case).distinct().where(among(NOTICE.c.case, "cases"), _WAITS))
_BURY = update(NOTICE).where(_WAITS).values(dead_at=bind("now"), error=bind("words"))
_TAKE_BACK = Statement(_BURY.where(NOTICE.c.case == bind("of_case")))
_LEAVE = Statement(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == bind("of_id")).values(left_at=bind("now")))
_BURY_OF = Statement(_BURY.where(NOTICE.c.subscription == bind("of_id")))


class Subscriptions(Part):
    """Subscriptions in one transaction (订阅)."""

    def subscribe(self, line: SubscriptionLine) -> int:
        """Add a subscription; its id."""
        return int(self.value(_ADD, **line._asdict()))

    def listed(self, live: bool = False, token: str = "") -> list[SubscriptionLine]:
        """Subscriptions, oldest first: all, those that still hold, or the one of a token."""
        if token:
            found: list[SubscriptionLine] = self.rows(_BY_TOKEN, token=token)
            return [line for line in found if line.left_at is None] if live else found
        return self.rows(_LIVE if live else _ALL)

    def pushes_waiting(self, cases: Sequence[str]) -> set[str]:
        """Those of the cases about whose publication messages still wait."""
        return set(self.column(_WAITING, cases=cases))

    def take_back(self, case: str, now: datetime, words: str) -> int:
        """Drop the waiting messages about the publication of a case; return how many."""
        return self.run(_TAKE_BACK, of_case=case, now=now, words=words)

    def leave(self, line: SubscriptionLine, now: datetime, words: str) -> int:
        """End a subscription and drop its waiting messages; return how many."""
        self.run(_LEAVE, of_id=line.id, now=now)
        return self.run(_BURY_OF, of_id=line.id, now=now, words=words)
