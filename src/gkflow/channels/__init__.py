"""
How a notice leaves (通知渠道): console, file, mail, signed webhook, work chat.

Every channel delivers at least once. A message whose fate is unknown (the server took it and then fell
silent) counts as not delivered and is sent again with the same key: two copies can be dropped by whoever
receives them, a notice that never came can not be noticed.

Nothing here is imported before a channel sends: `httpx`, `smtplib` and `apprise` are slow to load.
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
