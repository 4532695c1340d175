"""
Notification channels (通知渠道): console, file, mail, signed webhook, work chat.

Every channel delivers at least once. A message with an unknown outcome (the server accepted it but did not
answer) counts as not delivered and is sent again with the same key: a receiver can drop a second copy, but
cannot notice a missing notice.

Nothing is imported before a channel sends: `httpx`, `smtplib` and `apprise` are slow to load.
"""

from gkflow.channels.chat import Chat
from gkflow.channels.console import Console
from gkflow.channels.file import NoticeFile
from gkflow.channels.mail import Mail, MailSettings
from gkflow.channels.webhook import Webhook, WebhookSettings, verify_signature

__all__ = [
    "Chat",
    "Console",
    "Mail",
    "MailSettings",
    "NoticeFile",
    "Webhook",
    "WebhookSettings",
    "verify_signature",
]
