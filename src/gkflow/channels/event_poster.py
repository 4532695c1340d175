"""Posting events to the endpoints of an office (事件推送), as Standard Webhooks 1.0 has it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from gkflow.application.ports import Gone, NotDelivered
from gkflow.channels.signature import signed_headers
from gkflow.channels.wire import Wire, client_of, server_of, status_words, trust
from gkflow.domain.endpoint import Endpoint, secret_key
from gkflow.domain.sentences import said

if TYPE_CHECKING:
    import ssl

GONE = 410
"""The receiver "is no longer interested in receiving webhooks", Standard Webhooks 1.0."""


class EventPoster:
    """Posts each event by a connection of its own (事件推送)."""

    def __init__(self, timeout: float, allow_local: bool) -> None:
        self._wire = Wire(timeout, allow_local)

    @property
    def longest(self) -> timedelta:
        """The longest that one post may take."""
        return timedelta(seconds=self._wire.longest)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return trust()

    def post(self, endpoint: Endpoint, id_: str, body: bytes, at: datetime) -> None:
        """Post a body under an id. Raises NotDelivered unless the answer is 2xx; Gone for 410."""
        server, key = server_of(endpoint.url), secret_key(endpoint.secret)
        if not key:
            raise NotDelivered(said("the secret is not whsec_ and base64"))
        headers = signed_headers(key, id_, at, body)
        with client_of(self._wire.timeout, self._trust) as client:
            status, pause = self._wire.post(client, endpoint.url, body, headers, lambda: at)
        if status == GONE:
            raise Gone(status_words(server, status), permanent=True)
        if not 200 <= status <= 299:
            raise NotDelivered(status_words(server, status), retry_after=pause)
