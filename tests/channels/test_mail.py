"""Mail, to a real SMTP server and to servers that are none."""

import contextlib
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from channels.letters import MADE_AT, SUBJECT, TEXT, a_message
from channels.receivers import (
    CERTIFICATE,
    Mailbox,
    a_port_where_nobody_listens,
    line_server,
    smtp_receiver,
)
from gkflow.application.ports import Message, NotDelivered
from gkflow.channels.mail import Mail, MailSettings
from gkflow.words.language import CHINESE

# A password without TLS is what the tests of a login want.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SENDER = "信息公开办公室 <gk@example.gov.cn>"
HELLO = b"220 loopback ESMTP\r\n"
OK = b"250 OK\r\n"
GO = b"354 go on\r\n"


def mail(port: int, **settings: Any) -> Mail:
    return Mail(
        MailSettings(**{"host": "127.0.0.1", "port": port, "sender": SENDER, "tls": "none", "timeout": 0.4} | settings)
    )


def letter(key: str = "notice-1", address: str = "zhangsan@example.gov.cn", **rest: Any) -> Message:
    return a_message(key=key, address=address, **rest)


def read(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def words_of(mail: EmailMessage) -> str:
    # In MIME every line of a text ends with CRLF (RFC 2046 4.1.1).
    content: str = mail.get_content()
    return content.replace("\r\n", "\n")


def refusal_of(channel: Mail, message: Message | None = None) -> NotDelivered:
    sent = message or letter()
    outcome = channel.send([sent])
    refusal = outcome[sent.key]
    assert refusal is not None
    return refusal


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_receiver(Mailbox()) as running:
        yield running


# --- what arrives -----------------------------------------------------------------------------------------


def test_a_chinese_subject_name_and_text_arrive_intact(mailbox: Mailbox) -> None:
    outcome = mail(mailbox.port).send([letter()])

    assert outcome == {"notice-1": None}
    got = read(mailbox.mails[0])
    assert got["Subject"] == SUBJECT
    assert got["To"].addresses[0].display_name == "张三"
    assert got["To"].addresses[0].addr_spec == "zhangsan@example.gov.cn"
    assert got["From"].addresses[0].display_name == "信息公开办公室"
    assert words_of(got) == TEXT
    assert got["Date"].datetime == MADE_AT
    assert got["Auto-Submitted"] == "auto-generated"
    assert mailbox.envelopes == [("gk@example.gov.cn", ["zhangsan@example.gov.cn"])]


def test_what_goes_over_the_wire_is_ascii_in_short_lines(mailbox: Mailbox) -> None:
    long = letter(subject="关于依申请公开的督办" * 12, text="答" * 5000)

    mail(mailbox.port).send([long])

    raw = mailbox.mails[0]
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 998
    assert read(raw)["Subject"] == "关于依申请公开的督办" * 12
    assert read(raw).get_content().strip() == "答" * 5000


def test_a_text_with_lone_full_stops_arrives_intact(mailbox: Mailbox) -> None:
    mail(mailbox.port).send([letter(text="第一行\n.\n..\nQUIT\n")])

    assert words_of(read(mailbox.mails[0])) == "第一行\n.\n..\nQUIT\n"


def test_the_message_id_is_the_same_on_every_retry_and_differs_between_keys(mailbox: Mailbox) -> None:
    channel = mail(mailbox.port)

    channel.send([letter("案件17:reply:+1"), letter("案件17:reply:+3")])
    channel.send([letter("案件17:reply:+1")])

    first, other, again = (read(raw)["Message-ID"] for raw in mailbox.mails)
    assert first == again
    assert first != other
    assert first.endswith("@example.gov.cn>")


def test_a_newline_in_a_subject_or_a_name_begins_no_header(mailbox: Mailbox) -> None:
    mail(mailbox.port).send(
        [letter(subject="提醒\r\nBcc: spy@example.org\r\n\r\n正文", to="张三\nReply-To: spy@example.org")]
    )

    got = read(mailbox.mails[0])
    assert got["Bcc"] is None
    assert got["Reply-To"] is None
    assert got["Subject"] == "提醒 Bcc: spy@example.org 正文"
    assert len(got["To"].addresses) == 1
    assert words_of(got) == TEXT
    assert mailbox.envelopes[0][1] == ["zhangsan@example.gov.cn"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "zhangsan",
        "@example.gov.cn",
        "a@b@",
        "a@example.gov.cn, b@example.gov.cn",
        "a@example.gov.cn>\r\nRCPT TO:<spy@example.org",
        "a@example.gov.cn\n",
        "张三@example.gov.cn",
        "a..b@example.gov.cn",
        "a b@example.gov.cn",
    ],
)
def test_an_address_that_is_not_one_address_is_refused_for_good_and_harms_no_other(
    mailbox: Mailbox, address: str
) -> None:
    outcome = mail(mailbox.port).send([letter("bad", address), letter("good")])

    if address.strip() == "a@example.gov.cn":  # a newline after it is cut off
        assert outcome == {"bad": None, "good": None}
    else:
        assert outcome["bad"] is not None
        assert outcome["bad"].permanent
        assert outcome["good"] is None
    assert ["zhangsan@example.gov.cn"] in [to for _, to in mailbox.envelopes]
    assert not any("spy" in one for _, to in mailbox.envelopes for one in to)


def test_a_chinese_domain_is_sent_in_its_ascii_form(mailbox: Mailbox) -> None:
    mail(mailbox.port).send([letter(address="zhang@例子.政务")])

    assert mailbox.envelopes[0][1] == ["zhang@xn--fsqu00a.xn--zfr164b"]


def test_a_batch_goes_over_one_connection(mailbox: Mailbox) -> None:
    outcome = mail(mailbox.port).send([letter(str(number)) for number in range(20)])

    assert set(outcome.values()) == {None}
    assert len(mailbox.mails) == 20
    assert len(mailbox.connections) == 1


def test_an_empty_batch_opens_no_connection() -> None:
    assert mail(a_port_where_nobody_listens()).send([]) == {}


# --- what the server refuses ------------------------------------------------------------------------------


def test_one_unknown_mailbox_is_refused_for_good_and_the_rest_of_the_batch_arrives(mailbox: Mailbox) -> None:
    mailbox.recipients["gone@example.gov.cn"] = "550 5.1.1 User unknown"

    outcome = mail(mailbox.port).send([letter("a"), letter("b", "gone@example.gov.cn"), letter("c")])

    assert outcome["a"] is None
    assert outcome["c"] is None
    assert outcome["b"] is not None
    assert outcome["b"].permanent
    assert "550" in outcome["b"].reason
    assert "User unknown" in outcome["b"].reason
    assert len(mailbox.mails) == 2
    assert len(mailbox.connections) == 1


@pytest.mark.parametrize("answer", ["451 4.3.0 Try again later", "450 4.2.0 Greylisted", "552 Mailbox full"])
def test_a_recipient_refused_for_a_while_is_tried_again(mailbox: Mailbox, answer: str) -> None:
    mailbox.recipients["zhangsan@example.gov.cn"] = answer
    channel = mail(mailbox.port)

    refusal = refusal_of(channel)
    del mailbox.recipients["zhangsan@example.gov.cn"]

    assert not refusal.permanent
    assert answer[:3] in refusal.reason
    assert channel.send([letter()]) == {"notice-1": None}


@pytest.mark.parametrize(("answer", "permanent"), [("451 Out of disk", False), ("554 5.7.1 Refused as spam", True)])
def test_a_text_is_refused_for_a_while_or_for_good_as_the_server_says(
    mailbox: Mailbox, answer: str, permanent: bool
) -> None:
    mailbox.texts = [answer]

    outcome = mail(mailbox.port).send([letter("a"), letter("b")])

    assert outcome["a"] is not None
    assert outcome["a"].permanent is permanent
    assert outcome["b"] is None


def test_a_refused_sender_is_a_fault_of_the_settings_and_the_mail_waits(mailbox: Mailbox) -> None:
    mailbox.senders = "550 5.7.1 Sender not allowed"

    assert not refusal_of(mail(mailbox.port)).permanent


def test_a_sender_that_is_no_address_makes_the_mail_wait(mailbox: Mailbox) -> None:
    assert not refusal_of(mail(mailbox.port, sender="信息公开办公室")).permanent
    assert mailbox.mails == []


# --- connections that fail --------------------------------------------------------------------------------


def test_a_refused_connection_makes_the_whole_batch_wait() -> None:
    outcome = mail(a_port_where_nobody_listens()).send([letter("a"), letter("b")])

    assert [refusal is not None and not refusal.permanent for refusal in outcome.values()] == [True, True]


@pytest.mark.parametrize("greeting", [b"421 Too busy\r\n", b"554 No SMTP service here\r\n", b"HTTP/1.1 400\r\n"])
def test_a_greeting_that_is_no_welcome_makes_the_whole_batch_wait(greeting: bytes) -> None:
    with line_server(greeting) as server:
        outcome = mail(server.port).send([letter(str(number)) for number in range(10)])

    assert len(outcome) == 10
    assert all(refusal is not None and not refusal.permanent for refusal in outcome.values())
    assert server.connections == 1


def test_a_server_that_accepts_and_hangs_up_is_tried_again() -> None:
    with line_server(None) as server:
        assert not refusal_of(mail(server.port)).permanent


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [HELLO],
        [HELLO, OK],
        [HELLO, OK, OK],
        [HELLO, OK, OK, OK],
        [HELLO, OK, OK, OK, GO],
    ],
    ids=["greeting", "EHLO", "MAIL", "RCPT", "DATA", "text"],
)
def test_silence_at_any_point_ends_with_the_time_out(lines: list[bytes]) -> None:
    with line_server(*(lines or [b""])) as server:
        refusal = refusal_of(mail(server.port, timeout=0.2))

    assert not refusal.permanent
    assert "no answer in time" in refusal.reason


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_connection_dropped_at_any_point_is_reported_and_tried_again(number: int) -> None:
    lines: list[bytes | None] = [HELLO, OK, OK, OK, GO]
    with line_server(*lines[:number], None) as server:
        assert not refusal_of(mail(server.port)).permanent


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_garbage_at_any_point_is_reported_and_tried_again(number: int) -> None:
    lines: list[bytes | None] = [HELLO, OK, OK, OK, GO]
    with line_server(*lines[:number], "胡言乱语\r\n".encode(), b"250 late\r\n", None) as server:
        assert not refusal_of(mail(server.port)).permanent


def test_an_answer_without_an_end_is_reported_and_tried_again() -> None:
    with line_server(HELLO, OK, OK, b"250 " + b"x" * 20000 + b"\r\n") as server:
        assert not refusal_of(mail(server.port)).permanent


def test_a_server_that_sends_a_byte_now_and_then_does_not_hold_the_outbox() -> None:
    begun = time.monotonic()
    with line_server(b"2", again=b"2") as server:
        refusal = refusal_of(mail(server.port, timeout=0.1))

    assert not refusal.permanent
    assert "no complete answer within" in refusal.reason
    assert time.monotonic() - begun < 10


def test_a_server_that_dribbles_after_the_text_does_not_hold_the_outbox() -> None:
    with line_server(HELLO, OK, OK, OK, GO, b"2", again=b"2") as server:
        refusal = refusal_of(mail(server.port, timeout=0.1))

    assert not refusal.permanent
    assert "no complete answer within" in refusal.reason


def test_a_connection_dropped_after_the_text_is_tried_again_under_the_same_message_id(
    mailbox: Mailbox,
) -> None:
    mailbox.texts = ["drop"]
    channel = mail(mailbox.port)

    first = channel.send([letter()])
    second = channel.send([letter()])

    assert first["notice-1"] is not None
    assert not first["notice-1"].permanent
    assert second["notice-1"] is None
    one, two = mailbox.mails
    assert one == two
    assert read(one)["Message-ID"] == read(two)["Message-ID"]


def test_after_a_drop_in_the_middle_of_a_batch_the_rest_goes_over_a_new_connection(mailbox: Mailbox) -> None:
    mailbox.texts = ["250 OK", "lose"]

    outcome = mail(mailbox.port).send([letter(key) for key in "abcd"])

    assert [key for key, refusal in outcome.items() if refusal is None] == ["a", "c", "d"]
    assert outcome["b"] is not None
    assert not outcome["b"].permanent
    assert len(mailbox.connections) == 2


@pytest.mark.parametrize("silent_goodbye", [True, False])
def test_a_server_that_takes_two_mails_per_connection_gets_all_of_them_once(
    mailbox: Mailbox, silent_goodbye: bool
) -> None:
    mailbox.mails_per_connection = 2
    mailbox.silent_goodbye = silent_goodbye

    outcome = mail(mailbox.port).send([letter(str(number)) for number in range(5)])

    assert set(outcome.values()) == {None}
    assert len({read(raw)["Message-ID"] for raw in mailbox.mails}) == len(mailbox.mails) == 5


def test_a_server_that_says_goodbye_to_everyone_is_given_up_before_the_end_of_the_batch(
    mailbox: Mailbox,
) -> None:
    mailbox.mails_per_connection = 0

    outcome = mail(mailbox.port).send([letter(str(number)) for number in range(50)])

    assert all(refusal is not None and not refusal.permanent for refusal in outcome.values())
    assert len(mailbox.connections) == 3


def test_a_server_that_always_breaks_is_given_up_before_the_end_of_the_batch(mailbox: Mailbox) -> None:
    mailbox.texts = ["lose"] * 50

    outcome = mail(mailbox.port).send([letter(str(number)) for number in range(50)])

    assert len(outcome) == 50
    assert all(refusal is not None and not refusal.permanent for refusal in outcome.values())
    assert len(mailbox.texts) == 47


# --- TLS and login ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def trusting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        yield


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_goes_over_tls_where_the_certificate_is_trusted(tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_receiver(Mailbox(), **{tls: True}) as mailbox, trusting(monkeypatch):
        outcome = mail(mailbox.port, tls=tls, timeout=5).send([letter()])

    assert outcome == {"notice-1": None}
    assert mailbox.secure == [True]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_nobody_has_signed_gets_no_mail(tls: str) -> None:
    with smtp_receiver(Mailbox(), **{tls: True}) as mailbox:
        refusal = refusal_of(mail(mailbox.port, tls=tls, timeout=5))

    assert not refusal.permanent
    assert "certificate" in refusal.reason.lower()
    assert mailbox.mails == []


def test_a_server_without_starttls_gets_neither_mail_nor_password_when_it_is_demanded() -> None:
    with smtp_receiver(Mailbox(), login=True) as mailbox:
        refusal = refusal_of(mail(mailbox.port, tls="starttls", user="gk", password="right"))

    assert not refusal.permanent
    assert "STARTTLS" in refusal.reason
    assert mailbox.mails == []
    assert mailbox.logins == []


def test_a_server_without_tls_gets_no_mail_when_it_is_demanded(mailbox: Mailbox) -> None:
    assert not refusal_of(mail(mailbox.port, tls="tls")).permanent
    assert mailbox.mails == []


def test_a_starttls_that_is_offered_and_then_refused_gets_no_mail() -> None:
    with line_server(HELLO, b"250-loopback\r\n250 STARTTLS\r\n", b"454 TLS not available\r\n", OK, OK) as server:
        refusal = refusal_of(mail(server.port, tls="starttls"))

    assert "454" in refusal.reason
    assert not any(line.upper().startswith(b"MAIL") for line in server.heard)


def test_a_login_opens_the_server() -> None:
    with smtp_receiver(Mailbox(), login=True) as mailbox:
        outcome = mail(mailbox.port, user="gk", password="right", timeout=5).send([letter()])

    assert outcome == {"notice-1": None}
    assert mailbox.logins == [(b"gk", b"right")]


def test_a_wrong_password_makes_the_mail_wait_and_is_not_revealed() -> None:
    with smtp_receiver(Mailbox(), login=True) as mailbox:
        refusal = refusal_of(mail(mailbox.port, user="gk", password="wr0ng", timeout=5))

    assert not refusal.permanent
    assert "535" in refusal.reason
    assert "wr0ng" not in refusal.reason
    assert "535" in CHINESE.text(refusal.reason)
    assert "wr0ng" not in CHINESE.text(refusal.reason)
    assert mailbox.mails == []


def test_a_login_where_the_server_knows_none_makes_the_mail_wait(mailbox: Mailbox) -> None:
    assert not refusal_of(mail(mailbox.port, user="gk", password="x")).permanent


def test_the_settings_do_not_show_the_password() -> None:
    assert "geheim" not in repr(MailSettings("h", 25, SENDER, "gk", "geheim"))


def test_mail_rings() -> None:
    assert not mail(25).quiet
