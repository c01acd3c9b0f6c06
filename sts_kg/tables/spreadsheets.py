"""CSV that a spreadsheet wrote or will open: separators, encodings, dates, and cells that it would run as formulas."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from sts_kg.errors import ParseError
from sts_kg.rdf import opened

__all__ = ["cell_text", "iso_date", "read_rows", "safe_cell", "write_rows"]

_SAVE = "save it as “CSV UTF-8 (comma delimited)”"
_BINARY = ((b"PK\x03\x04", "a workbook (.xlsx or .ods)"), (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)"))
_SEP = re.compile(r'\s*("?)sep=(.)\1[^\S\r\n]*[,;\t ]*(?:\r\n?|\n)', re.IGNORECASE)
#: What spreadsheets run (OWASP, CSV Injection), fullwidth forms too; a plain number is no formula.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_UNESCAPED = re.compile(r"^'(?='*[=+\-@\t\r\n＝＋－＠])")
_FIRST = 100_000  # characters, in which the header is
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def read_rows(
    path: str | Path, *, encoding: str | None = None, delimiter: str | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty, with the line on which it begins; cells have no blanks around them.

    Read are UTF-8 with or without a byte order mark, UTF-16 with one, and any other `encoding` that is named, such as
    cp1252; also compressed by `.gz` or `.zst`, and piece by piece. The separator is `delimiter`, that of a first line
    `sep=…`, else of comma, semicolon and tab the most frequent in the header. Columns without a name at the right end,
    and empty cells below them, are left out. The apostrophe is taken from cells that `write_rows` escaped.

    Raises
    ------
    ParseError
        The file cannot be read, is a workbook, in another encoding, or not CSV; a cell stands under no column.
    """
    with opened(path) as file:
        codec = _codec(file, path, encoding)
        with io.TextIOWrapper(file, codec, newline="") as text:
            try:
                yield from _rows(text, path, delimiter)
            except UnicodeError:
                raise _undecoded(path, codec, encoding) from None


def _rows(text: io.TextIOWrapper, path: str | Path, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    first = (text.read(_FIRST) + text.readline()).removeprefix("\ufeff")
    line = 1
    if sep := _SEP.match(first):
        first, line = first[sep.end() :], 1 + len(re.findall(r"\r\n?|\n", sep[0]))
    header = _header(first)
    counts = {each: header.count(each) for each in ",;\t"}
    delimiter = delimiter or (sep[2] if sep else max(counts, key=lambda each: counts[each]))
    before, width = line - 1, 0
    try:
        rows = csv.reader(chain(io.StringIO(first, newline=""), text), delimiter=delimiter, strict=True)
        for row in rows:
            cells = [cell_text(cell.strip()) for cell in row]
            if any(cells):
                if not width:
                    width = max(at for at, cell in enumerate(cells, 1) if cell)
                if stray := next((at for at in range(width, len(cells)) if cells[at]), None):
                    reason = (
                        f"{cells[stray][:40]!r} stands under no name of a column; put a text with commas into quotes"
                    )
                    raise ParseError(reason, path=path, line=line, column=stray + 1)
                yield line, cells[:width]
            line = before + rows.line_num + 1
    except csv.Error as error:
        raise ParseError(f"is not CSV: {error}", path=path, line=line) from error


def _header(text: str) -> str:
    """Return the first line that is not empty, without what is in quotes."""
    start = text.lstrip("\r\n")
    return re.split(r"[\r\n]", re.sub(r'"[^"]*"', "", start[:_FIRST]), maxsplit=1)[0]


def _codec(file: BinaryIO, path: str | Path, encoding: str | None) -> str:
    """Return the encoding of a file by its first bytes, or the one that is named."""
    first = file.peek(4)[:4]  # type: ignore[attr-defined] # it is buffered
    for mark, what in _BINARY:
        if first.startswith(mark):
            raise ParseError(f"is {what} and no CSV file; {_SAVE}", path=path)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if encoding is not None:
        try:
            "".encode(encoding)
        except (LookupError, ValueError):
            raise ParseError(f"cannot be read: there is no encoding {encoding!r}; cp1252 is one", path=path) from None
        return encoding
    if b"\0" in first:
        raise ParseError(f"is not UTF-8 text but perhaps UTF-16 without a byte order mark; {_SAVE}", path=path)
    return "utf-8"


def _undecoded(path: str | Path, codec: str, encoding: str | None) -> ParseError:
    """Return the error of a file that is not in its encoding, with the line of the first wrong byte."""
    if codec == "utf-16":
        return ParseError(f"is damaged UTF-16 text; {_SAVE}", path=path)
    with opened(path) as file:
        for line, data in enumerate(file, 1):
            try:
                data.decode(codec)
            except UnicodeError as error:
                if encoding is not None:
                    return ParseError(f"is not text in {encoding}", path=path, line=line)
                byte = data[error.start] if isinstance(error, UnicodeDecodeError) else 0
                reason = f"is not UTF-8 text (byte {byte:#04x}), perhaps Windows-1252; {_SAVE}"
                return ParseError(reason, path=path, line=line)
    return ParseError(f"is not text in {codec}", path=path)


def write_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return CSV in which no cell is a formula: one that would be has an apostrophe before it; all cells are quoted.

    `read_rows` takes the apostrophe away again. Plain numbers stay. The text has no byte order mark, by which
    spreadsheets know UTF-8: write it with the encoding `utf-8-sig`.

    Examples
    --------
    >>> print(write_rows(["n"], [["=1+1"], ["-5"]]), end="")
    "n"
    "'=1+1"
    "-5"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([safe_cell(cell) for cell in row] for row in (header, *rows))
    return text.getvalue()


def safe_cell(cell: str) -> str:
    """Return a cell that no spreadsheet runs: with an apostrophe before what would be a formula."""
    return f"'{cell}" if _FORMULA.match(cell.lstrip(" \u00a0")) and not _NUMBER.fullmatch(cell) else cell


def cell_text(cell: str) -> str:
    """Return the text of a cell that `safe_cell` made."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


# --- dates

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MIDNIGHT = re.compile(r"(\S.*?)(?:T| +)0?0:00(?::00(?:\.0+)?)?(?: *AM)?$")
_TIME = re.compile(r"(?:T| )[0-9]{1,2}:[0-9]{2}")


def iso_date(text: str) -> str:
    """Return a date as spreadsheets write it as YYYY-MM-DD, or YYYY-MM; a text of any other form unchanged.

    Days and months are told apart by their numbers, or by points (day.month.year): `3/14/2026`, `14/03/2026`,
    `14.03.2026`, `14-Mar-2026`, `2026/03/14`, `03/2026`, each also with the time 00:00.

    Raises
    ------
    ValueError
        The text may be two dates, or holds what a date does not: it says what to write instead.

    Examples
    --------
    >>> iso_date("3/14/2026"), iso_date("14.03.2026"), iso_date("2026-03-14 00:00:00")
    ('2026-03-14', '2026-03-14', '2026-03-14')
    """
    shown = repr(text if len(text) <= 40 else text[:40] + "…")
    day = text
    if midnight := _MIDNIGHT.fullmatch(text):
        day = midnight[1]
    elif len(text) <= 40 and re.match(r"[0-9]", text) and _TIME.search(text):
        raise ValueError(f"{shown} is not a date: it has a time of day; write the day alone, as YYYY-MM-DD")
    if found := re.fullmatch(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})\.?", day):
        return _iso(found[1], found[2], found[3])
    if found := re.fullmatch(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})", day):
        return _iso(found[3], found[2], found[1])
    if found := re.fullmatch(r"([0-9]{1,2})[/.]([0-9]{4})", day):
        return f"{found[2]}-{found[1].zfill(2)}"
    if found := re.fullmatch(r"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})", day):
        month = found[2].lower()
        return _iso(found[3], str(_MONTHS.index(month) + 1), found[1]) if month in _MONTHS else text
    if found := re.fullmatch(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})", day):
        first, second, year = found[1], found[3], found[4]
        if first.zfill(2) == second.zfill(2) or (int(first) > 12 >= int(second)):
            return _iso(year, second, first)
        if int(second) > 12 >= int(first):
            return _iso(year, first, second)
        if max(int(first), int(second)) <= 12:
            either = f"{_iso(year, second, first)} or {_iso(year, first, second)}"
            raise ValueError(f"{shown} is not a date: it may be two days; write {either}")
    elif re.fullmatch(r"[0-9]{1,2}[/.-](?:[0-9]{1,2}|[A-Za-z]{3})[/.-][0-9]{2}|[A-Za-z]{3}-[0-9]{2}", day):
        raise ValueError(f"{shown} is not a date: the year needs four digits; write it as YYYY-MM-DD")
    elif re.fullmatch(r"[1-9][0-9]{4}", day):
        counted = (date(1899, 12, 30) + timedelta(days=int(day))).isoformat()
        raise ValueError(
            f"{shown} is not a date but the serial number of one in a spreadsheet ({counted} if it counts from 1900); "
            "write it as YYYY-MM-DD"
        )
    return day


def _iso(year: str, month: str, day: str) -> str:
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
