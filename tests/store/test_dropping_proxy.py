"""
A proxy that drops (会断线的代理): the connection to PostgreSQL ends behind any piece of the conversation.

Whoever gets no answer cannot know whether the transaction was committed; with a key he may simply ask again.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy.engine import make_url

import gkflow
from gkflow.domain.errors import GkflowError
from gkflow.office import Office
from store.offices import PEOPLE, Place, a_place, assert_sound, at, log_of, open_request

NOW, LATE = at("2022-09-05"), at("2022-10-20")
NAME = ".s.PGSQL.5432"
LOST = {"database_lost", "database_unreachable"}  # in the middle of a conversation; while a new one is begun


class Proxy:
    """Passes on what client and server say, and drops the connection when it has passed on as many pieces as told."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder, self.server = str(folder), server
        self.left: int | None = None  # pieces still passed on; None: all
        self.passed = 0
        self._lock = threading.Lock()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / NAME))
        self._door.listen()
        threading.Thread(target=self._admit, daemon=True).start()

    def drop_after(self, pieces: int | None) -> None:
        with self._lock:
            self.left, self.passed = pieces, 0

    def close(self) -> None:
        self._door.close()

    def _admit(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return  # closed
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):  # the other direction has dropped it
            while piece := one.recv(65536):
                with self._lock:
                    if self.left == 0:
                        break
                    self.left = None if self.left is None else self.left - 1
                    self.passed += 1
                other.sendall(piece)
        for each in (one, other):
            with suppress(OSError):  # shut down already
                each.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.fixture
def proxy(place: Place) -> Iterator[Proxy]:
    host = make_url(place.url).query.get("host")
    if place.kind != "postgres" or not isinstance(host, str) or not host.startswith("/"):
        pytest.skip("needs a PostgreSQL that is reached by a socket in a folder")
    with TemporaryDirectory(prefix="gk-") as folder:  # short: names of sockets may not be long
        found = Proxy(Path(folder), f"{host}/{NAME}")
        yield found
        found.close()


@contextmanager
def behind(proxy: Proxy, place: Place) -> Iterator[Office]:
    """The office, reached by the proxy alone."""
    address = make_url(place.url).update_query_dict({"host": proxy.folder}).render_as_string(hide_password=False)
    with gkflow.open(address, home=place.home) as office:
        yield office


def answered(proxy: Proxy, pieces: int, verb: Callable[[], Any]) -> Any:
    """What a verb answers while so many pieces are passed on; None where the line drops before its answer."""
    proxy.drop_after(pieces)
    try:
        return verb()
    except GkflowError as error:
        lost = error
    finally:
        proxy.drop_after(None)
    assert lost.code in LOST, (pieces, lost)
    assert lost.__cause__ is not None
    return None


def ask(office: Office, key: str) -> str:
    """The number of the case that a portal receives under this key."""
    return office.receive("request", facts={"channel": "in_person"}, key=key, day="2022-09-05", now=NOW).number


def test_no_acknowledged_case_is_lost_and_none_is_received_twice_wherever_the_line_drops(
    proxy: Proxy, place: Place
) -> None:
    place.settings(PEOPLE).open().close()
    acknowledged: dict[str, str] = {}
    unanswered = 0
    with behind(proxy, place) as office:
        ask(office, "warm")
        proxy.drop_after(None)
        acknowledged["first"] = ask(office, "first")
        pieces = proxy.passed
        assert pieces > 4
        for dropped in range(pieces + 2):
            key = f"key-{dropped}"
            number = answered(proxy, dropped, partial(ask, office, key))
            unanswered += number is None
            acknowledged[key] = ask(office, key)
            assert number in (None, acknowledged[key])
    assert unanswered > pieces // 2
    with place.open() as office:
        found = {line.case for line in office.cases()}
        assert set(acknowledged.values()) < found
        assert len(found) == len(acknowledged) + 1
        assert_sound(office)


def test_an_action_whose_answer_was_dropped_is_entered_once(proxy: Proxy, place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        open_request(office, "A", "2022-09-01")

    def note(office: Office, key: str) -> None:
        office.do("A", "note", facts={"text": key}, key=key, now=NOW)

    with behind(proxy, place) as office:
        note(office, "warm")
        proxy.drop_after(None)
        note(office, "first")
        pieces = proxy.passed
        for dropped in range(pieces + 1):
            answered(proxy, dropped, partial(note, office, f"key-{dropped}"))
            note(office, f"key-{dropped}")
        texts = [entry.facts.get("text") for entry in office.view("A").entries if entry.action == "note"]
        assert texts == ["warm", "first", *(f"key-{dropped}" for dropped in range(pieces + 1))]
        assert_sound(office)


def test_a_sweep_whose_line_drops_goes_on_the_next_time_without_a_step_lost_or_repeated(
    proxy: Proxy, place: Place, tmp_path: Path
) -> None:
    swept_in_september(place)
    with behind(proxy, place) as office:
        dropped = 3
        for _ in range(60):
            if answered(proxy, dropped, partial(office.tick, LATE)) is not None:
                break
            dropped += dropped // 4 + 3
        else:
            pytest.fail("the sweep never came to its end")
        assert dropped > 100
        steps = [(each.case, each.clock, each.ref, each.step) for each in office.escalations()]
        assert len(set(steps)) == len(steps) > 0
        assert_sound(office)
    with a_place(place.kind, tmp_path / "undisturbed") as quiet:
        swept_in_september(quiet)
        with quiet.open() as office:
            office.tick(LATE)
        assert log_of(place) == log_of(quiet)


def swept_in_september(place: Place) -> None:
    """Three requests, whose last day is 30 September, and a sweep on the day after their receipt."""
    with place.settings(PEOPLE).open() as office:
        for number in "ABC":
            open_request(office, number, "2022-09-01")
        office.tick(at("2022-09-02"))
