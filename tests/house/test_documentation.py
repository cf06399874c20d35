"""Everything a user can meet is written down: commands, problems, settings, pages."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

SETTING = re.compile(r"TUTELA_[A-Z0-9_]+")


@pytest.fixture(scope="module")
def reference(root: Path) -> Any:
    spec = importlib.util.spec_from_file_location("reference", root / "docs" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def handwritten(root: Path) -> str:
    pages = [root / "README.md", *sorted((root / "docs" / "guide").rglob("*.md"))]
    return "\n".join(page.read_text("utf-8") for page in pages)


def test_every_command_stands_in_the_guide(root: Path, reference: Any) -> None:
    names = reference.command_names()
    assert "tutela demo" in names
    guide = handwritten(root)
    missing = [name for name in names if not re.search(rf"{re.escape(name)}\b", guide)]
    assert not missing


def test_every_command_of_the_guide_exists(root: Path, reference: Any) -> None:
    names = set(reference.command_names())
    groups = {name.rpartition(" ")[0] for name in names}
    said = re.findall(r"(?:bin/|`|^)tutela ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?", handwritten(root), re.MULTILINE)
    assert said
    for first, second in said:
        whole = f"tutela {first} {second}" if f"tutela {first}" in groups else f"tutela {first}"
        assert whole in names | groups, f"{whole} is no command"


def test_the_reference_is_what_would_be_written_now(root: Path, reference: Any) -> None:
    stale = []
    for name, text in reference.pages().items():
        page = root / "docs" / "reference" / name
        if not page.is_file() or page.read_text("utf-8") != text:
            stale.append(name)
    assert not stale, f"run ./dev docs: {stale}"


def test_every_problem_is_in_the_reference(reference: Any) -> None:
    from tutela.kernel.problems import KINDS

    page = reference.pages()["problems.md"]
    assert [code for code in KINDS if f"`{code}`" not in page] == []


def test_every_problem_can_happen(sources: list[Path]) -> None:
    from tutela.kernel.problems import KINDS

    text = "\n".join(path.read_text("utf-8") for path in sources if path.name != "problems.py")
    assert [code for code in KINDS if f'"{code}"' not in text] == []


def settings_read(text: str) -> set[str]:
    """Names of environment settings in a module: ours by their spelling, others where os.environ is asked."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.fullmatch(node.value):
            names.add(node.value)
        asked: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args and re.search(r"environ\.|getenv$", ast.unparse(node.func)):
            asked = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            asked = node.slice
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            names.add(asked.value)
    return names


def test_every_setting_is_documented(root: Path, sources: list[Path]) -> None:
    read = {name for path in sources for name in settings_read(path.read_text("utf-8"))}
    assert "TUTELA_HOME" in read
    guide = (root / "docs" / "guide" / "settings.md").read_text("utf-8")
    assert [name for name in sorted(read) if f"`{name}`" not in guide] == []
    assert set(SETTING.findall(guide)) <= read, "a documented setting is read nowhere"


def test_settings_are_found_however_they_are_read() -> None:
    text = 'import os\nos.environ.get("A")\nos.environ["B"]\nos.getenv("C")\nX = "TUTELA_D"\ny.get("E")\n'
    assert settings_read(text) == {"A", "B", "C", "TUTELA_D"}


def test_every_link_between_pages_leads_somewhere(root: Path) -> None:
    pages = [*root.glob("*.md"), *sorted((root / "docs").rglob("*.md"))]
    broken = []
    for page in pages:
        prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(root)}: {target}")
    assert not broken


def test_the_glossary_is_in_order_and_says_each_word_once(root: Path) -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (root / "GLOSSARY.md").read_text("utf-8"), re.MULTILINE)
    words = [row.strip().lower() for row in rows if not set(row) <= set("-: ")][1:]
    assert len(words) > 20
    assert words == sorted(set(words), key=lambda word: word.replace(",", ""))


# Folders of the source whose name is a word of the field must mean what the glossary says.
STRUCTURE = {
    "tutela", "service", "cli", "web", "api", "records", "studies", "data", "engine", "kernel", "sources", "store",
    "shared", "front", "pages", "templatetags", "reach", "boundaries", "basemap", "events", "presences", "sections",
}  # fmt: skip


def test_every_folder_is_a_word_of_the_glossary(root: Path) -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (root / "GLOSSARY.md").read_text("utf-8"), re.MULTILINE)
    words = {word.strip().lower() for row in rows for word in row.split(",")}
    folders = {path.parent.name for path in (root / "src").rglob("__init__.py")}
    unknown = [name for name in sorted(folders - STRUCTURE) if not {name, name.removesuffix("s")} & words]
    assert not unknown, f"in GLOSSARY.md, or in STRUCTURE here: {unknown}"
