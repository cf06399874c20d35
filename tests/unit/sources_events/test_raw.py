"""Files that are no table are refused by name, and lines are counted as an editor counts them."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tutela.data.sources.raw import read_raw
from tutela.data.unpacking import Limits
from tutela.kernel.problems import Problem

TABLE = b"a,b\n1,x\n2,y\n"


def write(folder: Path, content: bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        b"\xef\xbb\xbf" + TABLE,
        TABLE.replace(b"\n", b"\r\n"),
        TABLE.replace(b"\n", b"\r"),
        TABLE.rstrip(b"\n"),
        b"\n" + TABLE,
        TABLE.replace(b"2,y", b"\n2,y\n\n"),
        b"sep=,\n" + TABLE,
        b'"sep=,"\r\n' + TABLE,
        b'"a"," b "\n"1","x"\n2,"y"\n',
        gzip.compress(TABLE),
        gzip.compress(TABLE[:6]) + gzip.compress(TABLE[6:]),
        zipped({"table.csv": TABLE, "__MACOSX/._table.csv": b"\0"}),
        parquet(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})),
    ],
)
def test_the_same_table_is_read_from_every_wrapping(tmp_path: Path, content: bytes) -> None:
    table = read_raw(write(tmp_path, content))
    assert table.columns == ("a", "b")
    assert table.text("a").to_list() == ["1", "2"]
    assert table.number("a").to_list() == [1.0, 2.0]
    assert table.text("b").to_list() == ["x", "y"]
    assert table.file_digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (TABLE, [2, 3]),
        (b"\n\n" + TABLE, [4, 5]),
        (b"sep=,\n" + TABLE, [3, 4]),
        (b'a,b\n1,"x\n\nx"\n2,y\n', [2, 5]),
        (b'a,b\r\n1,"x\r\nx"\r\n\r\n2,"a ""quoted"" word"\r\n', [2, 5]),
        (b'a,b\n1,5" gun\n2,"x\ny"\n3,z\n', [2, 3, 5]),
    ],
)
def test_lines_are_those_of_the_file(tmp_path: Path, content: bytes, lines: list[int]) -> None:
    assert read_raw(write(tmp_path, content)).lines.tolist() == lines


def test_parquet_rows_begin_on_line_2(tmp_path: Path) -> None:
    table = read_raw(write(tmp_path, parquet(pl.DataFrame({"a": [1, 2]}))))
    assert table.lines.tolist() == [2, 3]
    assert table.form == "parquet"


def test_empty_fields_are_null_and_quotes_are_kept(tmp_path: Path) -> None:
    table = read_raw(write(tmp_path, b'a,b\n"", \n"say ""no""",inf\n'))
    assert table.text("a").to_list() == [None, 'say "no"']
    assert table.number("b").to_list() == [None, None]
    assert table.text("nowhere").to_list() == [None, None]
    assert table.missing(("a", "c")) == ("c",)
    assert table.where(1, "b").endswith("line 3, column b")


def test_a_nameless_column_gets_its_number_for_a_name(tmp_path: Path) -> None:
    assert read_raw(write(tmp_path, b",b\n1,x\n")).columns == ("column 1", "b")


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "file-empty", "empty"),
        (b" \n\n", "file-empty", "empty"),
        (b"a,b\n", "file-empty", "no rows"),
        (b'a,"b" c\n', "file-empty", "no rows"),
        (TABLE.replace(b",", b";"), "file-delimiter", "semicolon"),
        (TABLE.replace(b",", b"\t"), "file-delimiter", "tab"),
        (TABLE.replace(b",", b"|"), "file-delimiter", "vertical bar"),
        (b"sep=;\na;b\n1;2\n", "file-delimiter", "semicolon"),
        (b"SEP=\t\r\na\tb\r\n", "file-delimiter", "tab"),
        ("a,b\n1,é\n".encode("latin-1"), "file-encoding", "Latin-1"),
        (
            "a,b\n1,x\n2,“y”\n".encode("cp1252"),
            "file-encoding",
            "line 3: The text is not UTF-8; it seems to be Win",
        ),
        (b"a,b\n" + b"1,x\n" * 300_000 + b"2,\xe9\n", "file-encoding", "line 300002: The text is not UTF-8"),
        (b"a,b\n" + "1,é\n".encode() * 300_000 + b"2,\xc3", "file-truncated", "line 300002"),
        ("a,b\n1,x\n".encode("utf-16"), "file-encoding", "UTF-16"),
        ("a,b\n1,x\n2,y\n".encode("utf-16-le"), "file-encoding", "UTF-16"),
        (b"<!DOCTYPE html>\n<html><body>Log in</body></html>", "file-not-a-table", "web page"),
        (b"<?xml version='1.0'?><kml></kml>", "file-not-a-table", "XML"),
        (b'{"type": "FeatureCollection", "features": []}', "file-not-a-table", "GeoJSON"),
        (b'[{"a": 1}]', "file-not-a-table", "JSON"),
        (b"a,b\n1,\0\n", "file-not-a-table", "line 2"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "file-not-a-table", "binary"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "file-not-a-table", "office"),
        (zipped({"a.csv": TABLE, "b.csv": TABLE}), "file-not-a-table", "2 files"),
        (zipped({}), "file-not-a-table", "0 files"),
        (b"a,b,a\n1,2,3\n", "file-header", "'a'"),
        (b",".join(b"c%d" % n for n in range(1001)) + b"\n", "file-header", "1,001"),
        (b"a" * 1_000_001 + b",b\n1,2\n", "file-header", "longer"),
        (b"a,b\n1,x\n2", "file-truncated", "line 3"),
        (b"a,b\n1,x\n2,\xc3", "file-truncated", "line 3: The file ends inside a character"),
        (b'a,b\n1,x\n2,"y', "file-truncated", "quote"),
        (b'a,b\n1,5" x\n2,"y', "file-truncated", "quote"),
        (b'a,b\n1,5" x\n2,"' + b"y" * 200_000, "file-truncated", "quoted"),
        (gzip.compress(TABLE)[:-9], "file-truncated", "end"),
        (b"\x1f\x8b" + b"\xff" * 50, "file-truncated", "gzip"),
        (zipped({"a.csv": TABLE * 99})[:-40], "file-truncated", "zip"),
        (parquet(pl.DataFrame({"a": [1]}))[:-3], "file-truncated", "Parquet"),
        (b"PAR1" + b"\0" * 50 + b"PAR1", "file-unreadable", "Parquet"),
        (parquet(pl.DataFrame({"a": [[1, 2]]})), "file-not-a-table", "lists"),
        (parquet(pl.DataFrame({"a": []}, schema={"a": pl.Int64})), "file-empty", "no rows"),
        (parquet(pl.DataFrame({f"c{n}": [1] for n in range(1001)})), "file-header", "1,001"),
        (b"a,b\n1,x\n1,2,3\n4,y\n", "file-unreadable", "line 3"),
        (b'a,b\n1,5" x\n1\n4,y\n', "file-unreadable", "line 3"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path: Path, content: bytes, code: str, says: str) -> None:
    with pytest.raises(Problem) as caught:
        read_raw(write(tmp_path, content))
    assert caught.value.code == code
    assert says in str(caught.value)
    assert caught.value.remedy


def test_a_bomb_is_never_unpacked_whole(tmp_path: Path) -> None:
    limits = Limits(content=1 << 26, ratio=50, free=1 << 16)
    zeros = b"a,b\n" + b"0" * (1 << 22)
    for content in (gzip.compress(zeros), zipped({"a.csv": zeros})):
        with pytest.raises(Problem, match="reading stopped") as caught:
            read_raw(write(tmp_path, content), limits)
        assert caught.value.code == "file-too-large"


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="larger"):
        read_raw(write(tmp_path, TABLE), Limits(content=5))


def test_a_locked_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": TABLE}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        content[at] |= 1
    with pytest.raises(Problem, match="password"):
        read_raw(write(tmp_path, bytes(content)))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "nowhere.csv", "file-missing"), (tmp_path, "file-unreadable")):
        with pytest.raises(Problem) as caught:
            read_raw(path)
        assert caught.value.code == code
    with pytest.raises(Problem) as caught:
        read_raw(Path("a\0b"))
    assert caught.value.code == "file-unreadable"
