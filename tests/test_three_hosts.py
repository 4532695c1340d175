"""The three hosts of examples/three-hosts: a PostgreSQL with its standby, a daemon and two workers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parent.parent / "examples" / "three-hosts" / "run.py"


@pytest.mark.slow
def test_no_acknowledged_case_is_lost_when_the_standby_takes_over() -> None:
    done = subprocess.run([sys.executable, RUN, "--fail-over"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) acknowledged, (\d+) lost, (\d+) breaches", done.stdout)
    assert found is not None, done.stdout
    acknowledged, lost, breaches = map(int, found.groups())
    assert acknowledged >= 80
    assert (lost, breaches) == (0, 0)
