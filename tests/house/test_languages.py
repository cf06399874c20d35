"""Every string that pages show can be said in another language, and where it is said, nothing of it is lost."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("languages", ROOT / "assets" / "languages.py")
languages = importlib.util.module_from_spec(_spec)
sys.modules["languages"] = languages
_spec.loader.exec_module(languages)

STILL_ENGLISH: dict[str, tuple[str, ...]] = {}
"""By language, the folders whose strings are not written in it yet: this list only grows shorter."""

HOLE = re.compile(r"%\(\w+\)[0-9.]*[sdf]|%[sdf]|%%|\{\w*[^}]*\}|</?\w+>")
NARROW = "\u202f"
PLAIN_GAP = re.compile(r"(?<=\w) ?[;?!](?=\s|$)|(?<=[\w)]) ?:(?=\s|$)|« | »")

NOT_WORDS = {
    "Tutela": "a name",
    "UTC": "the same in every language",
    "km": "a unit",
    "min": "a unit",
    "HTML": "a format",
    "PDF": "a format",
    "Word": "a format's own name",
}
"""What stands bare in templates, and why it may."""

MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", *languages.OWN_NAMES}
SAID_ELSEWHERE = {"Problem": "one catalogue for pages, command line and API: said in English there"}
TAG = re.compile(r"<[^>]*>")
CODE = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL)
ATTRIBUTE = re.compile(r"""\s(?:title|alt|placeholder|aria-label)=(["'])([^"'\0]*[A-Za-z]{2}[^"'\0]*)\1""")


@pytest.fixture(scope="module")
def said():
    return languages.collect(ROOT)


@pytest.fixture(params=languages.catalogues(ROOT), ids=lambda path: path.parent.parent.name, scope="module")
def written(request):
    return languages.read(request.param)


def key(message) -> tuple:
    return (message.context, message.id)


def is_still_english(message, language: str) -> bool:
    return all(str(place).startswith(STILL_ENGLISH.get(language, ())) for place, _ in message.locations)


def forms(message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_every_language_that_is_offered_has_a_file(written) -> None:
    offered = re.findall(
        r'\("(\w+)", "', re.search(r"LANGUAGES.*", (ROOT / "src/tutela/service/settings.py").read_text())[0]
    )
    assert sorted(offered) == sorted(["en", *(path.parent.parent.name for path in languages.catalogues(ROOT))])


def test_the_file_holds_every_string_of_the_source(said, written) -> None:
    """A string that has left the source does no harm until `update` takes it out."""
    ours, theirs = ({key(message) for message in catalog if message.id} for catalog in (said, written))
    assert sorted(map(str, ours - theirs)) == [], (
        "run: .venv/bin/python assets/languages.py update, and write what stands empty"
    )


def test_nothing_is_empty_or_guessed(written) -> None:
    name = str(written.locale)
    missing = [
        message.id
        for message in written
        if message.id and not is_still_english(message, name) and (message.fuzzy or not all(forms(message)))
    ]
    assert missing == []


def test_what_is_filled_in_is_filled_in_everywhere(written) -> None:
    wrong = []
    for message in written:
        if not message.id or not any(forms(message)):
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        # A singular may leave its number out ("one report"), as the English does.
        holes = [sorted(HOLE.findall(original)) for original in originals]
        wrong += [(message.id, form) for form in forms(message) if sorted(HOLE.findall(form)) not in holes]
    assert wrong == []


def test_french_keeps_its_spaces(written) -> None:
    if str(written.locale) != "fr":
        return
    wrong = [
        form
        for message in written
        if message.id
        for form in forms(message)
        if PLAIN_GAP.search(HOLE.sub("x", form))
    ]
    assert wrong == []


def test_the_folders_that_are_still_english_are_still_english(written) -> None:
    name = str(written.locale)
    for folder in STILL_ENGLISH.get(name, ()):
        inside = [m for m in written if m.id and any(str(place).startswith(folder) for place, _ in m.locations)]
        assert any(not all(forms(message)) for message in inside), f"{folder} is written: take it from the list"


def bare_text(template: str) -> list[str]:
    """What a template says outside every translate tag, tags of HTML and code taken out."""
    parts, inside = [], False
    for token in Lexer(template).tokenize():
        if token.token_type is TokenType.BLOCK:
            name = token.contents.split()[0]
            inside = (inside or name == "blocktranslate") and name != "endblocktranslate"
            parts.append("\0")
        elif token.token_type is TokenType.TEXT and not inside:
            parts.append(token.contents)
        elif token.token_type is TokenType.VAR:
            parts.append("\0")
    text = CODE.sub("\0", "".join(parts))
    if text.lstrip("\0 \n").startswith("aria-"):  # a piece of a tag
        return []
    shown = re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", TAG.sub(" ", text)))
    return [word for word in shown if word not in NOT_WORDS] + [match[1] for match in ATTRIBUTE.findall(text)]


TEMPLATES = sorted((ROOT / "src/tutela/web").rglob("*.html"))
VIEWS = sorted((ROOT / "src/tutela/web").rglob("*.py"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_anything_bare(path: Path) -> None:
    if not settings.configured:
        settings.configure()
    assert bare_text(path.read_text("utf-8")) == []


def test_a_bare_word_in_a_template_is_found() -> None:
    assert bare_text('<p title="Two words">Bare {% translate "Kept" %} {{ x }}</p>') == ["Bare", "Two words"]
    assert bare_text('<a href="{% url "x" %}">{% blocktranslate %}Kept {{ y }}{% endblocktranslate %}</a>') == []


def bare_sentences(source: str) -> list[str]:
    """Constants of Python that read like a sentence and pass through no mark."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if isinstance(above[node], ast.Expr) or not re.match(r"[A-Z][a-z]+ [a-z]", node.value):
            continue
        at, calls = node, set()
        while (at := above.get(at)) is not None:
            if isinstance(at, ast.Call):
                calls.add(at.func.id if isinstance(at.func, ast.Name) else getattr(at.func, "attr", ""))
        if not calls & (MARKS | SAID_ELSEWHERE.keys()):
            found.append(node.value)
    return found


def test_no_view_says_a_sentence_bare() -> None:
    found = {path.name: sentences for path in VIEWS if (sentences := bare_sentences(path.read_text("utf-8")))}
    assert found == {}


def test_a_bare_sentence_in_a_view_is_found() -> None:
    assert bare_sentences('"""A doc string."""\nx = ["Nothing here", _("Kept here")]') == ["Nothing here"]


PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|(?:min-|max-)?(?:width|height))"
    r"\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius"
)


@pytest.mark.parametrize("path", sorted((ROOT / "src/tutela/web/static").glob("*.css")), ids=lambda path: path.name)
def test_styles_name_start_and_end_never_left_and_right(path: Path) -> None:
    rules = re.sub(r"@media[^{]*", "", re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL))
    assert PHYSICAL.findall(rules) == []


def glued(source: str) -> list[int]:
    """Lines of problems whose sentence is put together where no pattern of it is left."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and languages.name_of(node) in languages.PROBLEMS:
            found += [part.lineno for part in languages.problem_parts(node) if _is_glued(part)]
    return found


def _is_glued(part: ast.expr) -> bool:
    if isinstance(part, ast.BinOp):  # filled into what was translated already, it is whole
        return not (isinstance(part.op, ast.Mod) and isinstance(part.left, ast.Call))
    return isinstance(part, ast.JoinedStr)


def test_no_problem_of_a_page_is_glued_together() -> None:
    assert glued('Problem("x-y", f"More than {most}.", remedy="Less.")') == [1]
    assert glued('Problem("x-y", said("More than {most}.", most=most), remedy="Less.", where=f"{a}:{b}")') == []
    wrong = {
        str(path.relative_to(ROOT)): lines
        for layer in languages.PROBLEM_LAYERS
        for path in sorted((ROOT / languages.SOURCE / layer).rglob("*.py"))
        if (lines := glued(path.read_text("utf-8")))
    }
    assert wrong == {}, "write said(pattern, name=value): a pattern can be said in another language"


def test_a_new_problem_is_a_string_that_wants_its_french() -> None:
    source = """
raise Problem(
    "not-possible", "One thing." if one else said("{n} things.", n=n), remedy="Do so.", where="no word of this"
)
"""
    assert list(languages.problem_texts(source)) == ["One thing.", "{n} things.", "Do so."]
    assert "Nobody hands a link to themselves." in {m.id for m in languages.collect(ROOT) if m.context == "problem"}
