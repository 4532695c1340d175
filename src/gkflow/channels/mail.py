"""Mail (电子邮件)."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.hourglass import WHOLE, Hourglass
from gkflow.channels.letter import one_line
from gkflow.domain.address import fault_of, mail_address
from gkflow.domain.sentences import Sentence, said, said_as
from gkflow.plugs import ChannelOffice, ChannelPlug

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage

PATIENCE = 3
"""After this many consecutive broken connections the rest of a batch waits for the next delivery."""

SHORTEST_PASSWORD = 4
"""A shorter secret may be part of any word."""

# What a server refuses.
_SENDER = said_as("mail", "the sender")
_RECIPIENT = said_as("mail", "the recipient")
_TEXT = said_as("mail", "the text")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server and its protocol settings (邮件设置)."""

    host: str
    port: int
    sender: str
    """An address, or a name and an address: ``信息公开办公室 <gk@example.gov.cn>``."""

    user: str = ""
    """Empty: no login."""

    password: str = field(default="", repr=False)
    tls: Literal["none", "starttls", "tls"] = "starttls"
    """Never downgraded: a server without it gets no mail and no password."""

    timeout: float = 20.0
    """Seconds to wait for any one answer."""


class Mail:
    """
    Send notices over SMTP (电子邮件).

    Only a server's permanent refusal of one message (5xx to its recipient or its text) is permanent. Refusals of
    the connection, the login or the sender concern this office's settings; the messages wait until these are
    corrected.
    """

    name: ClassVar[str] = "mail"
    quiet: ClassVar[bool] = False

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        """Send the messages over one connection, or over a new one if the server hangs up between two."""
        outcome: dict[str, NotDelivered | None] = {}
        broken = 0

        def worth_sending() -> Iterator[Message]:
            nonlocal broken
            for message in messages:
                if broken >= PATIENCE:
                    outcome[message.key] = NotDelivered(
                        said("the mail server broke off several times; the rest of the batch waits")
                    )
                    continue
                yield message
                error = outcome[message.key]
                broken = 0 if error is None or not error.unreachable else PATIENCE if error.nobody_there else broken + 1

        for key, error in self.send_each(worth_sending()):
            outcome[key] = error
        return outcome

    def lane(self, address: str) -> str:
        """All mail is sent by one server."""
        return ""

    def send_each(self, messages: Iterable[Message]) -> Iterator[tuple[str, NotDelivered | None]]:
        """Send the messages one after the other, over one connection as long as possible."""
        line = _Line(self._settings)
        try:
            for message in messages:
                yield message.key, self._outcome(line, message)
        finally:
            line.close()

    def _outcome(self, line: _Line, message: Message) -> NotDelivered | None:
        try:
            sender, recipient, mail = compose(self._settings.sender, message)
            line.deliver(sender, recipient, mail)
        except _Broken as fault:
            reason = self._without_password(fault.reason)
            return NotDelivered(reason, unreachable=True, nobody_there=fault.unreachable)
        except NotDelivered as error:
            return error
        return None

    def _without_password(self, reason: str) -> str:
        """Hide the password: a server may repeat what was sent to it."""
        password = self._settings.password
        return _without(password, reason) if len(password) >= SHORTEST_PASSWORD else reason


def _without(password: str, reason: str) -> str:
    """The reason without the password: in a sentence, what was put in may hold it."""
    if not isinstance(reason, Sentence):
        return reason.replace(password, "…")
    fields = {
        name: _without(password, value) if isinstance(value, str) else value for name, value in reason.fields.items()
    }
    return Sentence(reason.pattern, fields, reason.context)


def compose(sender: str, message: Message) -> tuple[str, str, EmailMessage]:
    """
    The envelope's sender and recipient, and the mail: the same on every retry.

    Raises NotDelivered: permanently for an invalid address, temporarily for an invalid sender.
    """
    from email import policy
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.utils import format_datetime, parseaddr

    sender_name, sender_address = parseaddr(sender)
    from_whom = mail_address(sender_address.strip())
    to_whom = mail_address(message.address.strip())
    if from_whom is None:
        raise NotDelivered(said("the sender's address is wrong: {address}", address=one_line(sender)))
    if to_whom is None:
        words = said("the recipient's address is wrong: {address}", address=one_line(message.address))
        raise NotDelivered(words, permanent=True)
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = Address(_words(sender_name), addr_spec=from_whom)
    mail["To"] = Address(_words(message.to), addr_spec=to_whom)
    mail["Subject"] = _words(message.subject)
    mail["Date"] = format_datetime(message.made_at)
    # From the key, not random: a mailbox that has the first copy may drop the second.
    digest = hashlib.sha256(message.key.encode("utf-8", "replace")).hexdigest()[:40]
    mail["Message-ID"] = f"<{digest}@{from_whom.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: prevents out-of-office answers
    # base64: no server may break a long line or a byte above 127.
    mail.set_content(_sayable(message.text), charset="utf-8", cte="base64")
    return from_whom, to_whom, mail


def _words(words: str) -> str:
    # On one line: a newline in a subject or a name would begin another header.
    return one_line(_sayable(words), longest=500)


def _sayable(words: str) -> str:
    return words.encode("utf-8", "replace").decode("utf-8")


class _Broken(Exception):
    """The connection failed, not the message."""

    def __init__(self, reason: str, *, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unreachable = unreachable


class _HungUp(Exception):
    """The server hung up before it received the text."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class _Line:
    """Consecutive connections to one server."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, sender: str, recipient: str, mail: EmailMessage) -> None:
        """Hand over one mail. Raises NotDelivered or _Broken."""
        if self._smtp is not None:
            try:
                self._one(self._smtp, sender, recipient, mail)
                return
            except _HungUp:
                # Many servers accept only a limited number of mails per connection. Nothing of this one was sent
                # yet, so it may be sent again.
                self.close()
        try:
            self._smtp = self._open()
            self._one(self._smtp, sender, recipient, mail)
        except _HungUp as fault:
            self.close()
            raise _Broken(said("the mail server broke off: {reason}", reason=fault.reason)) from fault

    def close(self) -> None:
        """End the session, or at least the connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(Exception), Hourglass(self._settings.timeout) as hourglass:
                if smtp.sock is not None:
                    hourglass.watch(smtp.sock)
                    smtp.quit()
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        import smtplib
        import ssl

        settings = self._settings
        where = f"{settings.host}:{settings.port}"
        with Hourglass(settings.timeout * WHOLE) as hourglass:
            smtp: smtplib.SMTP | None = None
            try:
                smtp = _connect(settings, hourglass)
                code, greeting = smtp.getreply()
                if code != 220:
                    raise smtplib.SMTPConnectError(code, greeting)
                if settings.tls == "starttls":
                    smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo_or_helo_if_needed()
                if settings.user:
                    smtp.login(settings.user, settings.password)
                return smtp
            except (OSError, ValueError, smtplib.SMTPException) as fault:
                if smtp is not None:
                    smtp.close()
                reason = said(
                    "the mail server {where} cannot be reached: {reason}", where=where, reason=_why(fault, hourglass)
                )
                raise _Broken(reason, unreachable=True) from fault

    def _one(self, smtp: smtplib.SMTP, sender: str, recipient: str, mail: EmailMessage) -> None:
        import smtplib

        text_was_given = False
        with Hourglass(self._settings.timeout * WHOLE) as hourglass:
            if smtp.sock is None:
                raise _HungUp
            hourglass.watch(smtp.sock)
            try:
                self._expect(smtp.mail(sender), _SENDER, (250,), for_good=False)
                self._expect(smtp.rcpt(recipient), _RECIPIENT, (250, 251, 252), for_good=True)
                text_was_given = True
                try:
                    answer = smtp.data(mail.as_bytes())
                except smtplib.SMTPDataError as refusal:
                    answer = refusal.smtp_code, _bytes(refusal.smtp_error)
                if hourglass.ran_out:
                    raise TimeoutError  # smtplib accepts half a line as an answer
                self._expect(answer, _TEXT, (250,), for_good=True)
            except (smtplib.SMTPServerDisconnected, OSError) as fault:
                if not text_was_given and not _timed_out(fault) and not hourglass.ran_out:
                    raise _HungUp(_why(fault, hourglass)) from fault
                self._hang_up()
                raise _Broken(
                    said("the mail server did not confirm the mail: {reason}", reason=_why(fault, hourglass))
                ) from fault
            except smtplib.SMTPResponseException as fault:  # an endless answer
                self._hang_up()
                raise _Broken(_strange(one_line(fault.smtp_error))) from fault

    def _expect(self, answer: tuple[int, bytes], what: Sentence, good: tuple[int, ...], *, for_good: bool) -> None:
        """Continue after a positive answer; after any other reset the connection for the next message."""
        code, words = answer
        if code in good:
            return
        reason = said("the mail server refuses {what} ({code}): {words}", what=what, code=code, words=one_line(words))
        if code == 421:
            self._hang_up()
            if what is not _TEXT:
                raise _HungUp(reason)
            raise _Broken(reason)
        if not 400 <= code <= 599:
            # Garbage: the next answer may still belong to this command.
            self._hang_up()
            raise _Broken(reason if code > 0 else _strange(one_line(words)))
        if not self._start_over():
            self._hang_up()
        # 552 to a recipient means "too many" or "mailbox full", to be retried (RFC 5321 4.5.3.1.10).
        too_many = code == 552 and what is _RECIPIENT
        raise NotDelivered(reason, permanent=for_good and code >= 500 and not too_many)

    def _start_over(self) -> bool:
        import smtplib

        try:
            return self._smtp is not None and self._smtp.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _connect(settings: MailSettings, hourglass: Hourglass) -> smtplib.SMTP:
    """A client that has not read the greeting yet. Its connection is timed from the first byte."""
    import smtplib
    import socket
    import ssl

    line = socket.create_connection((settings.host, settings.port), settings.timeout)
    hourglass.watch(line)
    client = smtplib.SMTP(timeout=settings.timeout)
    # A client learns it only while connecting; STARTTLS checks the certificate against it.
    client._host = settings.host  # type: ignore[attr-defined]  # see above
    client.sock = line
    if settings.tls == "tls":
        client.sock = ssl.create_default_context().wrap_socket(line, server_hostname=settings.host)
    return client


def _timed_out(fault: BaseException) -> bool:
    return isinstance(fault, TimeoutError) or isinstance(fault.__context__, TimeoutError)


def _why(fault: BaseException, hourglass: Hourglass) -> str:
    import smtplib

    if hourglass.ran_out:
        return said("no complete answer within {seconds:g} seconds", seconds=hourglass.seconds)
    if _timed_out(fault):
        return said("no answer in time")
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"{fault.smtp_code} {one_line(fault.smtp_error)}"
    return one_line(fault) or type(fault).__name__


def _strange(words: str) -> Sentence:
    return said("the mail server's answer makes no sense: {words}", words=words)


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


class _Section(Protocol):
    """The section [mail] of the settings (邮件设置)."""

    host: str
    port: int
    sender: str
    user: str
    password: str
    tls: Literal["none", "starttls", "tls"]
    timeout: int


def _open(mail: _Section, office: ChannelOffice) -> Mail | None:
    if not mail.host:
        return None
    given = (mail.host, mail.port, mail.sender, mail.user, mail.password, mail.tls, mail.timeout)
    return Mail(MailSettings(*given))


PLUG = ChannelPlug("mail", "", said_as("channel", "mail"), _open, check_address=partial(fault_of, "mail"))
