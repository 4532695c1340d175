"""What a fault of a data file says (规则文件错误的用语), with its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from gkflow.domain.errors import Fault
from gkflow.words.language import say, translated
from gkflow.words.system import reason_words


def fault_words(fault: Fault) -> str:
    """One fault with its place, in the language of this call."""
    words = reason_words(translated(fault.text))
    if fault.line:
        return say("{file}:{line}  {words}", file=fault.file, line=fault.line, words=words)
    return say("{file}  {words}", file=fault.file, words=words)


def print_faults(faults: Iterable[Fault]) -> None:
    """All faults on stderr, one line each."""
    for fault in faults:
        print(fault_words(fault), file=sys.stderr)
