"""
Notification channels (通知渠道): console, file, mail, signed webhook, work chat.

Every channel delivers at least once. A message with an unknown outcome (the server accepted it but did not
answer) counts as not delivered and is sent again with the same key: a receiver can drop a second copy, but
cannot notice a missing notice.

Nothing is imported before a channel sends: `httpx`, `smtplib` and `apprise` are slow to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gkflow.channels.chat import Chat as Chat
    from gkflow.channels.console import Console as Console
    from gkflow.channels.file import NoticeFile as NoticeFile
    from gkflow.channels.mail import Mail as Mail
    from gkflow.channels.mail import MailSettings as MailSettings
    from gkflow.channels.webhook import Webhook as Webhook
    from gkflow.channels.webhook import WebhookSettings as WebhookSettings
    from gkflow.channels.webhook import verify_signature as verify_signature

_HOMES = {
    "Chat": "chat",
    "Console": "console",
    "NoticeFile": "file",
    "Mail": "mail",
    "MailSettings": "mail",
    "Webhook": "webhook",
    "WebhookSettings": "webhook",
    "verify_signature": "webhook",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
