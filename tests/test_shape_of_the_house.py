"""The shape of the house (代码结构): functions that fit on a screen, with few parameters, in modules of one idea."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import gkflow

SOURCE = Path(gkflow.__file__).parent
LINES, PARAMETERS, MODULE = 50, 6, 400

# A typer command declares each of its options as a parameter: what is counted of a command are its lines.
COMMANDS = "cli/commands/"
# The verbs that a program calls. Whatever may be said of a call is a keyword of its own, named at every call and shown
# by help(); an object of options would be one more thing to learn.
PUBLIC = ("office.py", "drafts.py", "subscriptions.py", "supervision.py", "daemon.py")

# What has a reason of its own.
LONG: dict[str, str] = {}
MANY: dict[str, str] = {
    "cli/commands/drafts.py:kept_where_refused": "stands around one call, and is given what that call was given",
    "domain/calendar.py:__init__": "a public value: two sets of days, and what is known of them as keywords",
    "domain/counting.py:last_day": "the one formula of a term: where from, how long, in which unit, by which readings",
}
LARGE: dict[str, str] = {
    "office.py": "the façade: every verb of everybody, with its help; what they do is elsewhere",
    "store/tables.py": "every table is declared once, and in one place",
}


def modules() -> Iterator[tuple[str, ast.Module, int]]:
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if "migrations/" not in name:
            text = path.read_text(encoding="utf-8")
            yield name, ast.parse(text), len(text.splitlines())


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for name, tree, _ in modules():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield name, node


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of code: neither the signature nor the docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1


def parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    found = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([each for each in found if each.arg not in ("self", "cls")])


def test_no_function_is_longer_than_a_screen() -> None:
    found = {f"{name}:{node.name}" for name, node in functions() if lines_of(node) > LINES}
    assert found == set(LONG)


def test_no_function_has_more_than_six_parameters_without_a_reason() -> None:
    found = {
        f"{name}:{node.name}"
        for name, node in functions()
        if parameters_of(node) > PARAMETERS
        and name not in PUBLIC
        and not (name.startswith(COMMANDS) and node.name == "command")
    }
    assert found == set(MANY)


def test_what_a_program_passes_beyond_six_is_named_at_the_call() -> None:
    positional = {
        f"{name}:{node.name}"
        for name, node in functions()
        if name in PUBLIC and len([each for each in node.args.args if each.arg not in ("self", "cls")]) > PARAMETERS
    }
    assert positional == set()


def test_a_module_has_one_idea() -> None:
    found = {name for name, _, lines in modules() if lines > MODULE}
    assert found == set(LARGE)


def test_every_exception_has_a_reason() -> None:
    assert all((*LONG.values(), *MANY.values(), *LARGE.values()))
