"""Take the strings out of the source, keep each language's file in step with them, compile it for the pages.

    python assets/languages.py update     after strings changed: new ones stand empty in the .po, old ones leave it
    python assets/languages.py compile    what set-up does: every .po becomes the .mo that Django reads

No GNU gettext is needed: Babel reads Python, and Django itself turns a template into what Babel can read. Problems
are written in English where they arise, in layers that know no language: what they say is found here by its place
in the call, and stands under the context "problem". So do the texts of the catalogue, without a context.
"""

from __future__ import annotations

import ast
import io
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = "src/tutela"
LOCALE: Final = "src/tutela/web/locale"
HEADER: Final = "# What Tutela's pages say in {language}. Written by hand: see docs/guide/languages.md.\n#"
OWN_NAMES: Final = {"_now": None, "_lazy": None, "_lazily": None}
"""What some modules call gettext where `_` is taken."""

PROBLEM: Final = "problem"
"""The context of what problems say; `records.accounts.told` looks it up."""

PROBLEMS: Final = {"Problem", "ProblemKind", "invalid", "_invalid", "_not_possible", "_weak"}
"""The calls that make one: every sentence in them is shown to somebody, but for the place that they name."""

PROBLEM_LAYERS: Final = ("kernel", "records", "web")
"""What pages say. Sentences of the layers that read files and of the command line are in English."""

CATALOGUE: Final = "src/tutela/catalogue/doctrine.toml"
CATALOGUE_TEXTS: Final = ("label", "description", "name", "note")

KEYWORDS: Final = {
    **DEFAULT_KEYWORDS,
    **OWN_NAMES,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def collect(root: Path = ROOT) -> Catalog:
    """Every string that the pages can show in another language, with the files that say it."""
    found = Catalog(project="Tutela", charset="utf-8")
    for path in sorted((root / SOURCE).rglob("*")):
        for context, message in _strings(path):
            # Files without lines: a .po that changes with every moved line is read by nobody.
            found.add(message, locations=[(path.relative_to(root).as_posix(), 0)], context=context)
    for text in catalogue_texts(root):
        found.add(text, locations=[(CATALOGUE, 0)])
    for path in sorted((root / SOURCE / "records").rglob("*.py")):
        for text in choice_texts(path.read_text("utf-8")):
            found.add(text, locations=[(path.relative_to(root).as_posix(), 0)])
    for layer in PROBLEM_LAYERS:
        for path in sorted((root / SOURCE / layer).rglob("*.py")):
            for text in problem_texts(path.read_text("utf-8")):
                found.add(text, locations=[(path.relative_to(root).as_posix(), 0)], context=PROBLEM)
    return found


def catalogue_texts(root: Path = ROOT) -> Iterator[str]:
    """What the doctrine calls its kinds, activities, steps and rings."""
    with (root / CATALOGUE).open("rb") as file:
        doctrine = tomllib.load(file)
    for table in (doctrine["presence_kinds"].values(), *(doctrine[n] for n in ("activities", "ladder", "rings"))):
        for item in table:
            yield from (item[name] for name in CATALOGUE_TEXTS if item.get(name))


def choice_texts(source: str) -> Iterator[str]:
    """What the choices of models are called, which pages show in the language of their reader."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("TextChoices") for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    label = line.value.elts[-1]
                    if isinstance(label, ast.Constant) and label.value:
                        yield str(label.value)


def problem_texts(source: str) -> Iterator[str]:
    """Every sentence of every problem in this source: plain texts and the patterns of `said`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and name_of(node) in PROBLEMS:
            for part in problem_parts(node):
                yield from _sentences(part)


def problem_parts(call: ast.Call) -> list[ast.expr]:
    """What a problem says: all but its place."""
    return [*call.args, *(word.value for word in call.keywords if word.arg != "where")]


def name_of(call: ast.Call) -> str:
    """What is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _sentences(part: ast.expr) -> Iterator[str]:
    if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
        yield part.value
    elif isinstance(part, ast.IfExp):
        yield from (*_sentences(part.body), *_sentences(part.orelse))
    elif isinstance(part, ast.Call) and name_of(part) == "said":
        yield from _sentences(part.args[0])


def _strings(path: Path) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    if path.suffix == ".py":
        source = path.read_text("utf-8")
        readable = source if "django.utils.translation" in source else ""
    elif path.suffix == ".html":
        readable = _as_python(path.read_text("utf-8"), path)
    else:
        return
    for _, message, _, context in extract("python", io.BytesIO(readable.encode()), keywords=KEYWORDS):
        yield context, message if isinstance(message, str) else tuple(message)


def _as_python(template: str, path: Path) -> str:
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    # Django leaves the template's indentation, which means something in Python.
    return "\n".join(line.strip() for line in templatize(template, origin=str(path)).split("\n"))


def catalogues(root: Path = ROOT) -> list[Path]:
    """The .po of each language."""
    return sorted((root / LOCALE).glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """A language's file as it stands."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def update(root: Path = ROOT) -> None:
    """Bring each .po in step with the source: nothing guessed from similar strings, nothing old kept."""
    strings = collect(root)
    for path in catalogues(root):
        known = read(path)
        known.update(strings, no_fuzzy_matching=True)
        write(path, known)


def write(path: Path, catalog: Catalog) -> None:
    """Write a .po the one way in which it is kept: by string, so that a change shows as itself."""
    catalog.header_comment = HEADER.format(language=catalog.locale.english_name if catalog.locale else "")
    with path.open("wb") as file:
        write_po(
            file,
            catalog,
            width=100,
            sort_output=True,
            ignore_obsolete=True,
            omit_header=False,
            include_lineno=False,
        )


def compile_all(root: Path = ROOT) -> list[Path]:
    """Write the .mo beside every .po; a reader sees the old one or the new one."""
    made = []
    for path in catalogues(root):
        target, partial = path.with_suffix(".mo"), path.with_suffix(".mo.part")
        catalog = read(path)
        for message in [message for message in catalog if message.id and not all(_forms(message.string))]:
            # Written into the .mo, a plural without its words would be shown as nothing; left out, it is English.
            catalog.delete(message.id, message.context)
        with partial.open("wb") as file:
            write_mo(file, catalog)
        partial.replace(target)
        made.append(target)
    return made


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)


def main(words: list[str]) -> int:
    """Do what the one word says; exit 2 where it says something else."""
    if words == ["update"]:
        update()
    elif words == ["compile"]:
        for path in compile_all():
            sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes\n")
    else:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
