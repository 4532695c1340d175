"""Subscriptions of an office (订阅): ``office.subscriptions.add(…)``."""

from __future__ import annotations

import secrets
from datetime import datetime

from gkflow import plugs
from gkflow.application.ports import CallerSession, SubscriptionLine
from gkflow.application.subscriptions import leave, subscribe
from gkflow.arguments import checks_arguments
from gkflow.domain.objections.channels import ADDRESS_FAULTS, AddressMissing, AddressNotTaken, UnknownChannel
from gkflow.office_state import OfficeState


@checks_arguments
class Subscriptions:
    """The subscribers to published information (精准推送)."""

    def __init__(self, office: OfficeState) -> None:
        self._office = office

    def add(
        self,
        name: str,
        channel: str,
        address: str = "",
        *,
        item: str = "",
        audience: str = "",
        session: CallerSession | None = None,
        now: datetime | None = None,
    ) -> SubscriptionLine:
        """
        Add a subscription (订阅): *item* is a catalogue item, a field or a workflow, *audience* a group of people;
        empty means all. The unsubscribe token is created here.
        """
        if channel not in self._office.channels():
            raise UnknownChannel(channel=channel, channels=tuple(self._office.channels()))
        if plugs.takes_address(channel) and not address:
            raise AddressMissing(channel=channel)
        plug = plugs.channel(channel)
        check = plug.check_address if isinstance(plug, plugs.ChannelPlug) else None
        if check is not None and (wrong := check(address, self._office.settings.webhook.allow_local)):
            if wrong in ADDRESS_FAULTS:
                raise ADDRESS_FAULTS[wrong](channel=channel)  # without the address: it may hold a password
            raise AddressNotTaken(channel=channel, reason=wrong)
        with self._office.store.writing(session) as ledger:
            since, token = self._office.moment(now), secrets.token_hex(6)
            wish = SubscriptionLine(0, token, name, audience, item, channel, address, since, None)
            return subscribe(ledger, wish)

    def all(self, *, live: bool = False, session: CallerSession | None = None) -> list[SubscriptionLine]:
        """Subscriptions, oldest first; with *live* only the active ones."""
        with self._office.store.reading(session) as ledger:
            return ledger.subscriptions.listed(live)

    def leave(self, token: str, *, session: CallerSession | None = None, now: datetime | None = None) -> int:
        """End a subscription (退订); return how many waiting messages are not sent. Raises NotFound, Refused."""
        with self._office.store.writing(session) as ledger:
            return leave(ledger, token, self._office.moment(now))
