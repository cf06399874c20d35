"""Workbooks written as a stream: every cell a text or a number, no formula, nothing in the clear on the disk.

The library that reads workbooks here (openpyxl) collects the rows of a large one in a file of the temporary
folder, in the clear: reason enough for these few lines, which that library judges in the tests.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from typing import IO, Final, cast
from xml.sax.saxutils import escape

from tutela.kernel.problems import Problem
from tutela.records.exports.formats import Head, Sink, Stream, harmless, written
from tutela.records.exports.tables import Value

MOST_ROWS: Final = 1_048_576
"""As many as a sheet may have."""

_LONGEST: Final = 32_767
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARED: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/about.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/worksheets/rows.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Read first" sheetId="1" r:id="r1"/><sheet name="Rows" sheetId="2" r:id="r2"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/about.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/worksheet" Target="worksheets/rows.xml"/></Relationships>',
}


class XlsxExporter:
    """A workbook of two sheets: what to know first, and the rows."""

    name, title, needs_places = "xlsx", "XLSX", False
    media_type = f"{_TYPE}.sheet"

    def open(self, stream: Stream, head: Head) -> Sink:
        """Begin."""
        return _XlsxSink(stream, head)


class _XlsxSink:
    def __init__(self, stream: Stream, head: Head) -> None:
        self._head, self._rows = head, 2
        self._zip = zipfile.ZipFile(cast("IO[bytes]", stream), "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        for name, text in _PARTS.items():
            self._zip.writestr(name, _DECLARED + text)
        about = [[head.title], [head.marking], *([line] for line in head.lines), [head.marking]]
        self._zip.writestr("xl/worksheets/about.xml", _sheet_begins() + "".join(map(_row, about)) + _SHEET_ENDS)
        self._sheet = self._zip.open("xl/worksheets/rows.xml", "w", force_zip64=True)
        titles = ["reference", *(column.title for column in head.columns), "export"]
        self._sheet.write((_sheet_begins() + _row([head.marking]) + _row(titles)).encode())
        self._held: list[str] = []

    def add(self, reference: int, values: Sequence[Value]) -> None:
        self._rows += 1
        if self._rows >= MOST_ROWS:
            raise Problem(
                "not-possible",
                "A sheet cannot hold as many rows.",
                remedy="Export it as CSV, or narrow it down to fewer days.",
            )
        self._held.append(_row([reference, *values, self._head.code]))
        if len(self._held) >= 500:
            self._flush()

    def close(self) -> None:
        self._held.append(_row([self._head.marking]))
        self._flush()
        self._sheet.write(_SHEET_ENDS.encode())
        self._sheet.close()
        self._zip.close()

    def _flush(self) -> None:
        self._sheet.write("".join(self._held).encode())
        self._held.clear()


_SHEET_ENDS: Final = "</sheetData></worksheet>"


def _sheet_begins() -> str:
    return f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetData>'


def _row(values: Sequence[Value]) -> str:
    return f"<row>{''.join(map(_cell, values))}</row>"


def _cell(value: Value) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<c><v>{value!r}</v></c>"
    text = _UNWRITABLE.sub("", written(harmless(value)))[:_LONGEST]
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
