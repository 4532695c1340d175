"""Delivery for an office (对外告知): the outbox, the escalation log and its acknowledgements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from gkflow.application.deliver import deliver
from gkflow.application.ports import CallerSession
from gkflow.application.resolve_names import case_named, check_person, who_acts
from gkflow.arguments import checks_arguments
from gkflow.bootstrap import channels_of
from gkflow.bootstrap import now as machine_now
from gkflow.domain.objections.cases import UnknownEscalation, WordsMissing
from gkflow.domain.objections.facts import NotOneOf
from gkflow.office_state import OfficeState

if TYPE_CHECKING:
    from gkflow.application.deliver import Delivery
    from gkflow.application.ports import Channel, EscalationRecord, NoticeRecord

NOTICE_STATES = ("all", "waiting", "delivered", "dead")


@checks_arguments
class NotificationDelivery:
    """The outbox, the escalation log and its acknowledgements (对外告知)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    def deliver(
        self,
        now: datetime | None = None,
        *,
        channels: Mapping[str, Channel] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Delivery:
        """
        Send what waits in the outbox (送发通知); at least once, with the key that lets a receiver drop a copy. It
        takes no session: what has been sent cannot be rolled back.

        A delivery may take long: *clock* (default: the machine's) returns each of its moments. With *now* all of it has
        one moment. *channels* replaces those of the settings for this call; messages for other channels of the
        settings keep waiting.
        """
        rules = self._office.whole.rules
        ready = channels if channels is not None else self._office.channels()
        set_up = tuple(channels_of(self._office.settings)) if channels is not None else ()
        moment = self._office.moment(now) if now is not None else clock or machine_now
        return deliver(self._office.store, rules, ready, moment, set_up=set_up)

    def escalations(
        self,
        *,
        since: date | str | None = None,
        unacknowledged: bool = False,
        number: str = "",
        session: CallerSession | None = None,
    ) -> list[EscalationRecord]:
        """The escalation log (督办记录): the steps reached, who was notified, who acknowledged. Raises NotFound."""
        with self._office.store.reading(session) as ledger:
            if number:
                case_named(ledger, number)
            day = self._office.day(since) if since is not None else None
            return ledger.escalations.log(day, unacknowledged, number)

    def ack(
        self,
        ids: Iterable[int] = (),
        *,
        number: str = "",
        by: str = "",
        words: str = "",
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> list[int]:
        """Acknowledge escalations by id, or all of a case (签收); return those newly acknowledged. Raises Refused."""
        if not words.strip():
            raise WordsMissing()
        rules = self._office.in_force(session).rules
        rules.require_same_units()
        by, _ = who_acts(rules, by)
        check_person(rules, by, "")
        with self._office.store.writing(session) as ledger:
            if number:
                case_named(ledger, number)
            wanted = list(ids)
            if missing := sorted(set(wanted) - ledger.escalations.known(wanted)):
                raise UnknownEscalation(ids=missing)
            if number:
                wanted += [record.id for record in ledger.escalations.log(None, True, number)]
            return ledger.escalations.acknowledge(wanted, by, words.strip(), self._office.moment(now))

    def notices(
        self, which: str = "all", *, number: str = "", limit: int = -1, session: CallerSession | None = None
    ) -> list[NoticeRecord]:
        """The outbox (通知): all, waiting, delivered or dead, newest first; of one case. Raises NotFound, Refused."""
        if which not in NOTICE_STATES:
            raise NotOneOf(name="which", value=which, choices=NOTICE_STATES)
        with self._office.store.reading(session) as ledger:
            if number:
                case_named(ledger, number)
            return ledger.outbox.notices(which, number, limit)

    def revive(self, ids: Sequence[int], now: datetime | None = None, *, session: CallerSession | None = None) -> int:
        """
        Send notices again that have failed or wait for another try; return how many. Each goes to the present address
        of its addressee, under its old key.
        """
        with self._office.whole.store.writing(session, "none") as ledger:
            return ledger.outbox.revive(ids, self._office.moment(now), self._mended(ledger.outbox.addressed(ids)))

    def _mended(self, addressed: Iterable[tuple[int, str, str, str, str]]) -> dict[int, str]:
        """The new addresses of people whose address has changed; skipped if two people share the name."""
        found = {}
        for id_, name, unit, channel, address in addressed:
            people = [person for person in self._office.settings.people if name and name in (person.id, person.name)]
            people = [person for person in people if person.unit in (unit, "*")] or people
            now = {person.channels[channel] for person in people if channel in person.channels}
            if address not in now and len(now) == 1:
                found[id_] = now.pop()
        return found
