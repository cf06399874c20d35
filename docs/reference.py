"""Writes docs/reference from the program itself: every command, every problem, every operation of the API."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from typer.main import get_command

from tutela.cli.main import app
from tutela.kernel.problems import KINDS

FOLDER: Final = Path(__file__).resolve().parent / "reference"
NOTE: Final = "Written by `./dev docs` from the program; change it there."


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")


def pages() -> dict[str, str]:
    """The pages by name."""
    return {"commands.md": commands_page(), "problems.md": problems_page(), "operations.md": operations_page()}


def command_names() -> list[str]:
    """Every command that does something, as it is typed."""
    return [path for path, _ in _walk(get_command(app), "tutela")]


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name, child in below.items():
        yield from _walk(child, f"{path} {name}")


def commands_page() -> str:
    """One section for each command: what it does, its arguments and options."""
    parts = ["# Commands", NOTE]
    for path, command in _walk(get_command(app), "tutela"):
        context = command.context_class(command, info_name=path)
        usage = " ".join([path, *command.collect_usage_pieces(context)])
        parts += [f"## {path}", str(command.help or "").strip(), f"```\n{usage}\n```"]
        rows = [row for item in command.params if (row := _row(item))]
        if rows:
            parts.append("\n".join(["| | |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _row(item: Any) -> str:
    if "--help" in item.opts:
        return ""
    names = item.opts if item.param_type_name == "option" else [(item.metavar or item.name).upper()]
    text = str(getattr(item, "help", None) or "").replace("|", "\\|")
    return f"| {' '.join(f'`{name}`' for name in names)} | {text} |"


def problems_page() -> str:
    """One row for each problem: its code, what it says, and what machines see."""
    rows = [
        f"| `{kind.code}` | {kind.title} | {kind.exit_code} | {kind.http_status} |"
        for kind in sorted(KINDS.values(), key=lambda kind: kind.code)
    ]
    head = ["# Problems", NOTE, "With `--json` a command prints the code, the message, where, and the remedy."]
    table = ["| code | what | exit code | HTTP status |", "|---|---|---|---|", *rows]
    return "\n\n".join(head) + "\n\n" + "\n".join(table) + "\n"


def operations_page() -> str:
    """One section for each operation of the API: what it takes and what it answers."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
    import django

    django.setup()
    from tutela.api.operations import description

    described = description()
    parts = ["# Operations of the API", NOTE, "Every operation asks for a token ([the API](../guide/api.md))."]
    for address, methods in described["paths"].items():
        for method, operation in methods.items():
            parts += [f"## {operation['operationId']}", f"`{method.upper()} {address}`", operation["description"]]
            parts += _fields_of("Takes", _body_of(operation), described)
            parts += _fields_of("Answers", _answer_of(operation), described)
    return "\n\n".join(parts) + "\n"


def _body_of(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", ""))


def _answer_of(operation: dict[str, Any]) -> str:
    good = next(answer for code, answer in operation["responses"].items() if str(code).startswith("2"))
    return str(good.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", ""))


def _fields_of(title: str, reference: str, described: dict[str, Any]) -> list[str]:
    if not reference:
        return []
    shape = described["components"]["schemas"][reference.rpartition("/")[2]]
    needed = shape.get("required", [])
    rows = [
        f"| `{name}` | {_type_of(field)} | {'needed' if name in needed else ''} |"
        for name, field in shape["properties"].items()
    ]
    return [f"{title}:", "\n".join(["| field | type | |", "|---|---|---|", *rows])]


def _type_of(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type_of(part) for part in field["anyOf"])
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if field.get("type") == "array":
        return f"list of {_type_of(field.get('items', {}))}"
    kind = str(field.get("format") or field.get("type") or "any")
    return " ".join([kind, *(f"`{word}`" for word in field.get("enum", ()))])


if __name__ == "__main__":
    main()
