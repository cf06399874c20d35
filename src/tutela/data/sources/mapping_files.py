"""A mapping: which column of somebody's own file becomes which field of an event, written down as TOML."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, cast

from tutela.catalogue.crosswalks import Crosswalk, load_crosswalk
from tutela.data.sources.day_formats import check_format
from tutela.data.sources.readings import Origin
from tutela.data.sources.workbook import SheetSpec
from tutela.kernel.problems import Problem
from tutela.kernel.tables import HARMS

TEXTS: Final = ("event_id", "country", "adm_1", "adm_2", "violence", "perpetrator", "side_a", "side_b")
DAYS: Final = ("date", "date_end")
NUMBERS: Final = ("lon", "lat", "precision", "best", "low", "high", "civilians")
FIELDS: Final = ("event_id", *DAYS, "lon", "lat", *TEXTS[1:], *NUMBERS[2:])
"""Fields of an event, under the names of the plain table."""

KINDS: Final = ("csv", "xlsx", "geojson")
_LARGEST: Final = 1 << 20
_SOURCE: Final = ("name", "vintage", "licence", "attribution", "invented", "redistributable")
_FILE: Final = (
    "kind", "sheet", "header_row", "header_rows", "fill_merged", "encoding", "delimiter", "number_rows"
)  # fmt: skip
_COLUMN: Final = ("column", "format", "values", "others", "part", "separator", "decimal", "dates", "crosswalk")
_CROSSWALK: Final = ("file", "source")
CLASSES: Final = ("violence", "perpetrator")
"""Fields whose values a crosswalk can translate."""

Kind: TypeAlias = Literal["csv", "xlsx", "geojson"]


@dataclass(frozen=True, slots=True)
class FromColumn:
    """One field from one column: split into parts, translated by values, read as a day of a format.

    part      which part, from 1, of a text that `separator` divides; 0 for all of it
    values    translations, by value in lower case;  others  what every other value becomes, "" as it is
    formats   days as DD/MM/YYYY and the like, or "excel-serial";  decimal  the mark before decimals
    trusted   real dates of a workbook are taken as they are, also where they may have day and month swapped
    crosswalk  the crosswalk's field whose lines translate the values; "" for none
    """

    column: str
    formats: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    others: str = ""
    part: int = 0
    separator: str = ","
    decimal: str = "."
    trusted: bool = False
    crosswalk: str = ""


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is opened: its kind, where its header stands, and for CSV its encoding and delimiter.

    `windows` lets text that is no UTF-8 be Windows-1252.
    """

    kind: Kind
    sheet: SheetSpec = field(default_factory=SheetSpec)
    windows: bool = False
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A mapping as it was written: the source, the form of the file, and each field's column or constant.

    `text` is the file itself, which is kept beside what was read with it. `number_rows` begins the ids of a file
    that has none. `crosswalk` translates classes where columns ask for it; `crosswalk_text` is its own file, if
    the mapping names one.
    """

    form: FileForm
    origin: Origin
    columns: Mapping[str, FromColumn]
    defaults: Mapping[str, str]
    constants: Mapping[str, str]
    text: bytes
    number_rows: str = ""
    crosswalk: Crosswalk | None = None
    crosswalk_text: bytes | None = None


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping; raises Problem file-missing, file-unreadable and mapping-invalid, which names the key."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise Problem(
            "file-missing",
            "There is no such mapping.",
            where=str(path),
            remedy="Write one, or have one drafted by `tutela events suggest`.",
        ) from None
    except OSError:
        raise Problem(
            "file-unreadable", "The mapping cannot be read.", where=str(path), remedy="Check its permissions."
        ) from None
    return parse_mapping(text, str(path), path.parent)


def parse_mapping(text: bytes, where: str, folder: Path = Path()) -> FileMapping:
    """Read a mapping from its text; a crosswalk that it names lies beside it, in `folder`."""
    try:
        found = tomllib.loads(text[:_LARGEST].decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _invalid("The mapping is not UTF-8.", where, "Save it again as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise _invalid(f"This is no TOML: {error}.", where, "Correct the line.") from None
    top = _Section(found, where, "")
    top.check(("source", "file", "columns", "defaults", "constants", "crosswalk"))
    source, file = top.section("source"), top.section("file")
    source.check(_SOURCE)
    file.check(_FILE)
    columns, constants = top.section("columns"), top.section("constants")
    defaults = top.section("defaults")
    for section in (columns, constants, defaults):
        section.check(FIELDS)
    crosswalk, crosswalk_text = _read_crosswalk(top.section("crosswalk"), folder)
    mapping = FileMapping(
        form=_read_form(file),
        origin=_add_harms(_read_origin(source), crosswalk),
        columns=MappingProxyType({name: _read_column(columns, name) for name in columns.values}),
        defaults=MappingProxyType({name: defaults.plain(name) for name in defaults.values}),
        constants=MappingProxyType({name: constants.plain(name) for name in constants.values}),
        text=text,
        number_rows=file.string("number_rows"),
        crosswalk=crosswalk,
        crosswalk_text=crosswalk_text,
    )
    _check_fields(mapping, where)
    _check_crosswalk(mapping, where)
    return mapping


def fold_value(text: str) -> str:
    """How values are compared: whatever their case and spaces."""
    return " ".join(text.split()).casefold()


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that is spelt most like this one, in words for a message; "" where none is near."""
    lower = {item.casefold(): item for item in known}
    found = difflib.get_close_matches(name.casefold(), lower, n=1, cutoff=0.5)
    return f"; the nearest is {lower[found[0]][:60]!r}" if found else ""


@dataclass(frozen=True, slots=True)
class _Section:
    """A table of the TOML file, read key by key with the key's name in every refusal."""

    values: Mapping[str, Any]
    where: str
    name: str

    def check(self, known: Collection[str]) -> None:
        for key in self.values:
            if key not in known:
                message = f"There is no {key[:60]!r} here{nearest(key, known)}."
                raise _invalid(message, self.spot(key), f"Use: {', '.join(known)}.")

    def spot(self, key: str) -> str:
        return f"{self.where}, {self.name}{'.' if self.name else ''}{key[:60]}"

    def section(self, key: str) -> _Section:
        found = self.values.get(key, {})
        if not isinstance(found, dict):
            raise _invalid("This is no table.", self.spot(key), f"Write [{key}] on a line of its own.")
        return _Section(found, self.where, f"{self.name}.{key}".lstrip("."))

    def string(self, key: str, default: str = "") -> str:
        found = self.values.get(key, default)
        if not isinstance(found, str):
            raise _invalid("This is no text.", self.spot(key), "Put it in quotes.")
        return found.strip(" ")

    def plain(self, key: str) -> str:
        found = self.values[key]
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            raise _invalid("This is no plain value.", self.spot(key), "Write a text in quotes, or a number.")
        return str(found).strip()

    def flag(self, key: str) -> bool:
        found = self.values.get(key, False)
        if not isinstance(found, bool):
            raise _invalid(
                "This is neither true nor false.", self.spot(key), "Write true or false, without quotes."
            )
        return found

    def number(self, key: str, default: int) -> int:
        found = self.values.get(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 10_000:
            raise _invalid("This is no whole number from 1.", self.spot(key), "Write a number, without quotes.")
        return found

    def choice(self, key: str, known: tuple[str, ...], default: str = "") -> str:
        found = self.string(key, default)
        if found not in known:
            said = f"{found[:40]!r} is not one of them." if found else "This is missing."
            raise _invalid(said, self.spot(key), f"Use one of: {', '.join(repr(item) for item in known)}.")
        return found


def _read_form(file: _Section) -> FileForm:
    kind = file.choice("kind", KINDS)
    tall = file.number("header_rows", 1)
    sheet = SheetSpec(file.string("sheet"), file.number("header_row", tall), file.flag("fill_merged"), tall)
    if kind != "xlsx" and (sheet.sheet or sheet.fill_merged or tall > 1):
        message = "Only workbooks have sheets, merged cells and headers of several rows."
        raise _invalid(message, file.spot("kind"), 'Set kind = "xlsx".')
    if tall > sheet.header_row:
        raise _invalid(
            "The header has more rows than there are above the table.",
            file.spot("header_rows"),
            "Let header_row be the last row of the header.",
        )
    return FileForm(
        kind=cast("Kind", kind),
        sheet=sheet,
        windows=file.choice("encoding", ("utf-8", "windows-1252"), "utf-8") == "windows-1252",
        delimiter=file.choice("delimiter", (",", ";", "\t", "|"), ","),
    )


def _read_origin(source: _Section) -> Origin:
    name = source.string("name")
    if not name:
        raise _invalid("The source has no name.", source.spot("name"), "Say whose file this is.")
    return Origin(
        name=name,
        vintage=source.string("vintage", "not stated"),
        licence=source.string("licence", "not stated"),
        attribution=source.string("attribution", "the makers of the file"),
        invented=source.flag("invented"),
        redistributable=source.flag("redistributable"),
    )


def _read_crosswalk(section: _Section, folder: Path) -> tuple[Crosswalk | None, bytes | None]:
    """The crosswalk that the mapping names: a file beside it, lines that Tutela ships, or both."""
    section.check(_CROSSWALK)
    if not section.values:
        return None, None
    source, name = section.string("source"), section.string("file")
    if not source:
        raise _invalid(
            "It is not said whose words these are.",
            section.spot("source"),
            "Write source as the column source of the crosswalk has it.",
        )
    own = folder / name if name else None
    crosswalk = load_crosswalk(source, own)
    if not crosswalk.lines:
        raise _invalid(
            f"No line of the crosswalk is of the source {source[:40]!r}.",
            section.spot("source"),
            "Write source as the column source of the crosswalk has it.",
        )
    return crosswalk, None if own is None else own.read_bytes()


def _add_harms(origin: Origin, crosswalk: Crosswalk | None) -> Origin:
    """What the source records: deaths, and the harms that its own words map to."""
    if crosswalk is None:
        return origin
    recorded = {"killed", *crosswalk.harms}
    return replace(origin, recorded_harms=tuple(harm for harm in HARMS if harm in recorded))


def _read_column(columns: _Section, name: str) -> FromColumn:
    if isinstance(columns.values[name], str):
        return FromColumn(" ".join(columns.values[name].split()))
    spec = columns.section(name)
    spec.check(_COLUMN)
    if not spec.string("column"):
        raise _invalid("The column is missing.", spec.spot("column"), 'Write column = "its name in the file".')
    values, separator = spec.section("values"), spec.values.get("separator", ",")
    if not isinstance(separator, str) or not separator:
        raise _invalid(
            "This is no text that divides.", spec.spot("separator"), 'Write for example separator = ";".'
        )
    return FromColumn(
        column=" ".join(spec.string("column").split()),
        formats=_read_formats(spec, name),
        values=MappingProxyType({fold_value(key): values.plain(key) for key in values.values}),
        others=spec.string("others"),
        part=spec.number("part", 1) if "part" in spec.values else 0,
        separator=separator,
        decimal=spec.choice("decimal", (".", ","), "."),
        trusted=spec.choice("dates", ("", "trusted")) == "trusted",
        crosswalk=spec.string("crosswalk"),
    )


def _read_formats(spec: _Section, name: str) -> tuple[str, ...]:
    found = spec.values.get("format", [])
    formats = [found] if isinstance(found, str) else found
    if not isinstance(formats, list) or not all(isinstance(item, str) for item in formats):
        raise _invalid("This is no format.", spec.spot("format"), 'Write for example format = "DD/MM/YYYY".')
    if formats and name not in DAYS:
        raise _invalid(f"{name} is no day.", spec.spot("format"), f"Formats are for {' and '.join(DAYS)}.")
    for item in formats:
        wrong = check_format(item)
        if wrong:
            raise _invalid(wrong, spec.spot("format"), "Use DD, MM or MON, and YYYY; or excel-serial.")
    return tuple(formats)


def _check_fields(mapping: FileMapping, where: str) -> None:
    for name in mapping.constants:
        if name in mapping.columns or name in mapping.defaults:
            raise _invalid(
                f"{name} is a constant and something else too.", where, "Leave it in one of columns and constants."
            )
    numbered = {"event_id"} if mapping.number_rows else set()
    if numbered & mapping.columns.keys():
        raise _invalid(
            "Rows are numbered, and event_id is mapped too.",
            f"{where}, file.number_rows",
            "Leave number_rows out where the file has ids of its own.",
        )
    for name in ("event_id", "date"):
        if name not in mapping.columns.keys() | numbered:
            raise _invalid(
                f"Nothing is mapped to {name}.",
                f"{where}, columns",
                "Name its column; where the file has no ids, set number_rows under [file].",
            )
    for name in mapping.defaults:
        if name not in mapping.columns:
            raise _invalid(
                f"{name} has a default and no column.",
                f"{where}, defaults.{name}",
                "Name its column, or make it a constant.",
            )


def _check_crosswalk(mapping: FileMapping, where: str) -> None:
    known = {line.field for line in mapping.crosswalk.lines} if mapping.crosswalk else set()
    for name, spec in mapping.columns.items():
        spot = f"{where}, columns.{name}.crosswalk"
        if not spec.crosswalk:
            continue
        if name not in CLASSES:
            raise _invalid(f"{name} is no class.", spot, f"Crosswalks are for {' and '.join(CLASSES)}.")
        if spec.values:
            raise _invalid("Values are translated twice.", spot, "Leave either values or crosswalk out.")
        if mapping.crosswalk is None:
            raise _invalid("The mapping names no crosswalk.", spot, "Name its file or source under [crosswalk].")
        if spec.crosswalk not in known:
            message = f"The crosswalk has no field {spec.crosswalk[:40]!r}{nearest(spec.crosswalk, known)}."
            raise _invalid(message, spot, f"Use: {', '.join(sorted(known))}.")


def _invalid(message: str, where: str, remedy: str) -> Problem:
    return Problem("mapping-invalid", message, where=where, remedy=remedy)
