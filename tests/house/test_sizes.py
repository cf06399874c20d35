"""Functions, modules and parameter lists stay small; raising a stop takes a line here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FUNCTION_LINES, MODULE_LINES, PARAMETERS = 60, 400, 6
AIM_LINES, AIM_SHARE = 30, 0.9  # the lines are counted in conftest.py, which also reports them

# what: (how much it may be, why)
ALLOWED: dict[str, tuple[int, str]] = {
    "dev": (700, "one file by decision: a bare machine must be able to start it"),
}

Finding = tuple[str, int, int]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(tree: ast.AST) -> Iterator[tuple[Function, bool]]:
    """Every function, and whether its first parameter is the object that it belongs to."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in child.decorator_list)
                yield child, isinstance(node, ast.ClassDef) and not static


def lines_of(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def parameters_of(function: Function, is_method: bool) -> int:
    arguments = function.args
    named = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
    return named + (arguments.vararg is not None) + (arguments.kwarg is not None) - is_method


def is_command(function: Function) -> bool:
    """A command of the command line: its parameters are its options, and typer reads them from the signature."""
    return any(
        "typer.Option" in ast.unparse(item) or "Option" in ast.unparse(item) for item in annotations(function)
    )


def annotations(function: Function) -> list[ast.expr]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [item.annotation for item in every if item.annotation is not None]


def measure(name: str, text: str) -> list[Finding]:
    """What in this module goes past a stop: its name, its size, the stop."""
    tree = ast.parse(text)
    found = [(name, text.count("\n"), MODULE_LINES)]
    for function, is_method in functions_of(tree):
        where = f"{name}:{function.name}"
        found.append((where, lines_of(function), FUNCTION_LINES))
        if not ("/cli/" in name and is_command(function)):
            found.append((f"{where}()", parameters_of(function, is_method), PARAMETERS))
    if "/migrations/" in name:  # written by Django
        return []
    return [(what, size, stop) for what, size, stop in found if size > ALLOWED.get(what, (stop, ""))[0]]


def project_modules(root: Path) -> dict[str, str]:
    paths = [
        root / "dev",
        *(root / "src").rglob("*.py"),
        *(root / "bench").rglob("*.py"),
        *(root / "assets").rglob("*.py"),
    ]
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in paths}


def test_nothing_goes_past_its_stop(root: Path) -> None:
    found = [finding for name, text in project_modules(root).items() for finding in measure(name, text)]
    assert not found, "\n".join(f"{what}: {size}, the stop is {stop}" for what, size, stop in sorted(found))


def test_most_functions_are_short(short_functions: tuple[int, int]) -> None:
    short, every = short_functions
    assert short >= AIM_SHARE * every, f"{short} of {every} functions have at most {AIM_LINES} lines"


def test_every_raised_stop_is_still_needed(root: Path) -> None:
    modules = project_modules(root)
    for what, (_, reason) in ALLOWED.items():
        assert reason
        assert what.partition(":")[0] in modules, f"{what} is gone; take its line out"


def test_what_is_too_large_is_found() -> None:
    body = "    x = 1\n" * 60
    assert measure("m.py", f"def long():\n{body}") == [("m.py:long", 61, 60)]
    assert measure("m.py", "def wide(a, b, c, d, e, *f, g): ...\n") == [("m.py:wide()", 7, 6)]
    assert measure("m.py", "class C:\n    def fine(self, a, b, c, d, e, f): ...\n") == []
    assert measure("m.py", "x = 1\n" * 401) == [("m.py", 401, 400)]
