"""
One contestant in a process of its own (参赛进程), so that no library's threads, imports or settings slow another.

    python benchmarks/lives NAME FOLDER [ADDRESS]

It answers each line of its standard input, a JSON array, with one line: ``["live", FIRST, COUNT]`` with the seconds
taken; ``["ended", NUMBER]`` with what is kept of that case. It ends with its input.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from record import Contestant


def main(name: str, folder: str, *address: str) -> None:
    # What a library prints goes to standard error; the answers alone go to the one who asks.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    contestant: Contestant = importlib.import_module(f"with_{name}").Contestant(Path(folder), *address)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        match json.loads(line):
            case ["live", first, count]:
                cases = [f"C{n:06d}" for n in range(first, first + count)]
                begin = time.perf_counter()
                contestant.live(cases)
                answer: object = time.perf_counter() - begin
            case ["ended", number]:
                answer = asdict(contestant.ended(f"C{number:06d}"))
        print(json.dumps(answer, default=str), file=answers, flush=True)
    contestant.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
