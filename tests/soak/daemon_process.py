"""
A daemon under a clock that runs fast (模拟时钟下的守护进程), as a process of its own: it is there to be killed.

``SOAK_CLOCK`` is "real moment of the start, simulated start, real seconds for a day"; the product knows no such thing.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from gkflow.daemon import Daemon
from gkflow.open_office import open_office

DAY = 86_400.0


def main(home: Path) -> None:
    real, start, seconds = os.environ["SOAK_CLOCK"].split(",")
    began, speed = datetime.fromisoformat(start), DAY / float(seconds)

    def passed() -> float:
        return (time.time() - float(real)) * speed  # noqa: TID251  (this is the clock)

    def clock() -> datetime:
        return began + timedelta(seconds=passed())

    with open_office(home=home) as office:
        daemon = Daemon(
            office, every=timedelta(seconds=0.15), deliver_every=timedelta(seconds=0.2), clock=clock, passed=passed
        )
        if os.environ.get("SOAK_JOBS") == "worker":
            from gkflow.worker import Worker

            Worker(daemon, cron="* * * * * *", shares=4, large=5).run()
        else:
            daemon.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
