"""Real servers on loopback that fail in every way in which servers fail."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).with_name("loopback.pem")


def a_port_where_nobody_listens() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


# --- HTTP -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[["_HttpTalk"], None]


@dataclass
class HttpReceiver:
    """An HTTP server that answers as its script says, the last line of it for ever."""

    script: list[Answer]
    posts: list[Post] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, post: Post) -> Answer:
        with self.lock:
            self.posts.append(post)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class _HttpTalk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: HttpReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.close_connection = True
        with contextlib.suppress(OSError):  # the other side may be gone by now
            self.receiver.take(Post(self.path, headers, body))(self)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def http_receiver(*script: Answer) -> Iterator[HttpReceiver]:
    receiver = HttpReceiver(list(script))
    talk = type("Talk", (_HttpTalk,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), talk)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answers(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(talk: _HttpTalk) -> None:
        talk.send_response(status)
        for name, value in headers.items():
            talk.send_header(name.replace("_", "-"), value)
        talk.send_header("content-length", str(len(body)))
        talk.end_headers()
        talk.wfile.write(body)

    return answer


def says(raw: bytes) -> Answer:
    def answer(talk: _HttpTalk) -> None:
        talk.wfile.write(raw)

    return answer


def says_nothing(talk: _HttpTalk) -> None:
    talk.receiver.closing.wait(30)


def hangs_up(talk: _HttpTalk) -> None:
    """Take the request and close."""


def resets(talk: _HttpTalk) -> None:
    talk.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    talk.connection.close()


def says_for_ever(first: bytes, again: bytes) -> Answer:
    def answer(talk: _HttpTalk) -> None:
        talk.wfile.write(first)
        while not talk.receiver.closing.wait(0.02):
            talk.wfile.write(again)

    return answer


# --- SMTP -------------------------------------------------------------------------------------------------


@dataclass
class Mailbox:
    """A handler of aiosmtpd: keeps what it takes, and refuses or hangs up as configured."""

    recipients: dict[str, str] = field(default_factory=dict)
    """What is answered to a recipient, where it is not 250."""

    senders: str = "250 OK"
    texts: list[str] = field(default_factory=list)
    """What is answered to each text in turn; then 250. 'drop' hangs up after taking it, 'lose' before."""

    mails_per_connection: int = 1000
    silent_goodbye: bool = False
    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    taken: dict[Any, int] = field(default_factory=dict)
    port: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.connections.add(session.peer)
        if self.taken.get(session.peer, 0) >= self.mails_per_connection:
            assert server.transport is not None
            if self.silent_goodbye:
                server.transport.close()
            else:
                asyncio.get_running_loop().call_later(0.01, server.transport.close)
            return "421 Too many mails on one connection"
        if self.senders.startswith("250"):
            envelope.mail_from = address
        return self.senders

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.texts.pop(0) if self.texts else "250 OK"
        if answer in ("250 OK", "drop"):
            assert envelope.mail_from is not None
            assert isinstance(envelope.content, bytes)
            self.mails.append(envelope.content)
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
            assert server.transport is not None
            self.secure.append(server.transport.get_extra_info("ssl_object") is not None)
        self.taken[session.peer] = self.taken.get(session.peer, 0) + 1
        if answer in ("drop", "lose"):
            assert server.transport is not None
            server.transport.abort()
            return "421 unheard"
        return answer

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False)
        self.logins.append((data.login, data.password))
        # handled=False lets the server give its own answer, 535
        return AuthResult(success=data.password == "口令".encode() or data.password == b"right", handled=False)


def tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


class _OnAnyPort(Controller):
    """A controller that finds its port by listening, so that no one can take it in between."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def smtp_receiver(
    mailbox: Mailbox, *, starttls: bool = False, tls: bool = False, login: bool = False
) -> Iterator[Mailbox]:
    options: dict[str, Any] = {}
    if login:
        options |= {
            "authenticator": mailbox.authenticate,
            "auth_required": True,
            "auth_require_tls": False,
            "auth_exclude_mechanism": ["CRAM-MD5"],
        }
    if starttls:
        options |= {"tls_context": tls_context(), "require_starttls": True}
    controller = _OnAnyPort(
        mailbox,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls_context() if tls else None,
        server_hostname="loopback",
        **options,
    )
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class LineServer:
    """
    A server of lines, for what no proper SMTP server does.

    It says the first line at once and one more after each line that it hears; None hangs up, and after the
    last one it falls silent.
    """

    lines: list[bytes | None]
    again: bytes = b""
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def talk(self, line: socket.socket) -> None:
        self.connections += 1
        hearing = line.makefile("rb")
        for number, words in enumerate(self.lines):
            if number:
                self.heard.append(hearing.readline())
            if words is None:
                return
            line.sendall(words)
        while self.again and not self.closing.wait(0.02):
            line.sendall(self.again)
        self.closing.wait(30)


@contextlib.contextmanager
def line_server(*lines: bytes | None, again: bytes = b"") -> Iterator[LineServer]:
    served = LineServer(list(lines), again)

    class Talk(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                served.talk(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Talk)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        served.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
