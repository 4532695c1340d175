"""The message when an office is opened (打开时的提示): the rule files differ from the adopted rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gkflow.words.language import say

if TYPE_CHECKING:
    from gkflow.application.doctor import RuleFiles
    from gkflow.domain.errors import Fault
    from gkflow.office import Office

# Commands that report it themselves: as a check, as their subject, as a line of the log.
_SAY_IT_THEMSELVES = ("doctor", "rules", "daemon", "restore")


@contextmanager
def warned_of_waiting_rules(words: Sequence[str]) -> Iterator[None]:
    """While the command of *words* runs, opening an office reports on stderr that other rules wait."""
    from gkflow.watching import on_open

    if words and words[0] in _SAY_IT_THEMSELVES:
        yield
        return
    on_open.append(warn)
    try:
        yield
    finally:
        on_open.remove(warn)


def warn(office: Office) -> None:
    """One line on stderr if the rule files, or the units here, differ from what the office has adopted."""
    if differing := office.rules.differing:
        from gkflow.cli.words import error_words

        print(f"gkflow: {error_words(differing[0])}", file=sys.stderr)
        return
    files = office.rule_editions.files()
    if files:
        print(f"gkflow: {state_words(files)}", file=sys.stderr)


def warn_of_made_up_clock() -> None:
    """One line on stderr after a command that wrote by another moment than the machine's clock (GKFLOW_NOW)."""
    from gkflow.cli.columns import moment
    from gkflow.present import VARIABLE, is_made_up, now

    if is_made_up():
        by = moment(now())
        words = say(
            "{variable} is set: this was written as of {by}, not by the machine's clock; it is for "
            "demonstrations, unset it for real work",
            variable=VARIABLE,
            by=by,
        )
        print(f"gkflow: {words}", file=sys.stderr)


def state_words(files: RuleFiles) -> str:
    """The message about the state of the rule files, where there is anything to say."""
    return packages_words(files.packages, files.absent) if files.packages else rules_words(files.fault)


def packages_words(packages: Mapping[str, Fault], absent: Sequence[str]) -> str:
    """The message about packages of rules that cannot be used: each with its fault, and where the rules came from."""
    from gkflow.words.faults import fault_words
    from gkflow.words.language import listed

    faults = say("; ").join(_with_name(name, fault_words(fault)) for name, fault in packages.items())
    words = say(
        "{count} {count:package|packages} of rules at fault, the adopted rules stay in use: {faults}",
        count=len(packages), faults=faults,
    )  # fmt: skip
    return words + say("; the adopted rules were read from {names}", names=listed(absent)) if absent else words


def _with_name(name: str, words: str) -> str:
    return (
        words
        if f'"{name}"' in words or f"“{name}”" in words
        else say('package "{name}": {words}', name=name, words=words)
    )


def calendar_fault_words(fault: Fault) -> str:
    """The message about a calendar file that cannot be read."""
    from gkflow.words.faults import fault_words

    return say("a calendar file has a fault, the adopted days off stay in use: {fault}; run: gkflow check",
               fault=fault_words(fault))  # fmt: skip


def rules_words(fault: Fault | None) -> str:
    """The message about rule files that differ from the rules in use, and what to do."""
    if fault is not None:
        from gkflow.words.faults import fault_words

        return say(
            "a rule file has a fault, the adopted rules stay in use: {fault}; run: gkflow check",
            fault=fault_words(fault),
        )
    return say(
        "the rule files differ from the adopted rules, which stay in use; look at them and adopt: gkflow rules adopt"
    )
