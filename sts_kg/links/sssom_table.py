"""Mapping sets as SSSOM tables: read and write TSV and CSV with the metadata in `#` lines, or in a file beside.

Nothing is lost: unknown columns and unknown metadata are kept, and a file that `text` wrote is written again byte for
byte. The format: https://mapping-commons.github.io/sssom/spec-formats-tsv/.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sts_kg.errors import ParseError
from sts_kg.guideline import ontology_folder
from sts_kg.links.mapping_set import KNOWN, Mapping, MappingSet, columns_of, value_of
from sts_kg.links.sssom_yaml import emitted, parsed
from sts_kg.rdf import as_text, read_text
from sts_kg.safe import counted

__all__ = ["read_table", "shipped", "text"]


def read_table(data: bytes, *, path: object = None, file: Path | None = None) -> MappingSet:
    """Return the mapping set of a table in bytes that came from `path`; beside a `file`, its metadata are looked for.

    The line of column names decides between tabs, commas and semicolons. A byte order mark and CRLF are accepted. Of a
    file NAME.sssom.tsv, the metadata may be in NAME.sssom.yml or .yaml beside it (external metadata mode); what the
    file says itself comes first. Without metadata of its own, a NAME.yml with a curie_map or mapping_set_id is read.

    Raises
    ------
    ParseError
        The table is not UTF-8, has metadata that is not YAML, has no SSSOM column, or has rows with more
        cells than columns: with line and column.
    """
    whole = as_text(data, path=path)
    head, body = _cut(whole)
    names = body.lstrip("\r\n").partition("\n")[0]
    delimiter = next((each for each in "\t,;" if each in names), "\t")
    metadata, lines = parsed([_uncommented(line, delimiter) for line in head], path)
    beside, outside, outside_lines = _external(file, bool(metadata)) if file is not None else (None, {}, {})
    both = outside | metadata
    if isinstance(metadata.get("curie_map"), dict) and isinstance(outside.get("curie_map"), dict):
        both["curie_map"] = outside["curie_map"] | metadata["curie_map"]
    columns, rows, short = _table(body, delimiter, len(head), path)
    return MappingSet(both, tuple(rows), columns, path, lines, beside, outside_lines, short)


def _external(path: Path, embedded: bool) -> tuple[Path | None, dict[str, Any], dict[str, int]]:
    """Return the file of external metadata beside a table, what it says, and the lines; (None, {}, {}) without one."""
    stem = re.sub(r"(\.sssom)?(\.(tsv|csv|txt))?(\.(gz|zst))?$", "", path.name, flags=re.IGNORECASE)
    meant = [file for ending in (".sssom.yml", ".sssom.yaml") if (file := path.with_name(stem + ending)).is_file()]
    plain = [file for ending in (".yml", ".yaml") if (file := path.with_name(stem + ending)).is_file()]
    for found in (meant, [] if embedded or meant else plain):
        if len(found) > 1:
            raise ParseError(f"has two files of metadata beside it, {found[0].name} and {found[1].name}", path=path)
        for file in found:
            lines = read_text(file).splitlines()
            if found is plain and not any(re.match(r"#?\s*(curie_map|mapping_set_id)\s*:", line) for line in lines):
                continue  # a file about something else
            if any(line.startswith("#curie_map") for line in lines):
                raise ParseError(
                    "has lines that begin with #, which external metadata must not have", path=file, line=1
                )
            try:
                return file, *parsed(lines, file)
            except ParseError as error:  # no # takes a column
                column = error.column - 1 if error.column else None
                raise ParseError(error.reason, path=file, line=error.line, column=column) from error
    return None, {}, {}


def shipped() -> list[MappingSet]:
    """Return the mapping sets that the project ships, by name; read once."""
    return [*_shipped()]


@cache
def _shipped() -> tuple[MappingSet, ...]:
    return tuple(
        read_table(path.read_bytes(), path=path)
        for path in sorted((ontology_folder() / "mappings").glob("*.sssom.tsv"))
    )


def _cut(whole: str) -> tuple[list[str], str]:
    """Return the lines of the metadata, and the table."""
    head, position = [], 0
    while whole.startswith(("#", '"#'), position):
        end = whole.find("\n", position) + 1 or len(whole)
        head.append(whole[position:end])
        position = end
    return head, whole[position:]


def _uncommented(line: str, delimiter: str) -> str:
    """Return a metadata line without its `#`, and without what a spreadsheet adds to it (quotes, empty cells)."""
    line = line.rstrip("\r\n")
    if line.startswith('"'):
        line = next(csv.reader([line], delimiter=delimiter))[0]
    return line[1:].rstrip(delimiter)


def _table(
    body: str, delimiter: str, skipped: int, path: object
) -> tuple[tuple[str, ...], list[Mapping], dict[int, int]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    columns: tuple[str, ...] | None = None
    rows: list[Mapping] = []
    short: dict[int, int] = {}
    line = skipped + 1
    try:
        for cells in reader:
            if any(cells):
                if columns is None:
                    columns = _columns(cells, line, path)
                else:
                    rows.append(_row(columns, cells, line, path))
                    if len(cells) < len(columns):
                        short[line] = len(cells)
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise ParseError(f"is not a table: {error}", path=path, line=line) from error
    if columns is None:
        raise ParseError("has no table: a line of column names was expected", path=path, line=line)
    return columns, rows, short


def _columns(cells: Sequence[str], line: int, path: object) -> tuple[str, ...]:
    names = [cell.strip().removeprefix("\ufeff") for cell in cells]  # a mark of two files put together
    while names and not names[-1]:
        names.pop()
    first: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if not name or first.setdefault(name, number) != number:
            reason = f"has the column {name!r} twice" if name else "has a column without a name"
            raise ParseError(reason, path=path, line=line, column=number)
    if not KNOWN.intersection(names):
        raise ParseError("is not an SSSOM table: columns such as subject_id were expected", path=path, line=line)
    return tuple(names)


def _row(columns: Sequence[str], cells: Sequence[str], line: int, path: object) -> Mapping:
    if any(cells[len(columns) :]):
        reason = f"the row has {counted(len(cells), 'cell')}, the header has {len(columns)}"
        raise ParseError(reason, path=path, line=line, column=len(columns) + 1)
    found = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    values = {name: value_of(name, cell) for name, cell in found.items() if name in KNOWN}
    return Mapping(**values, extra={name: cell for name, cell in found.items() if name not in KNOWN}, line=line)


def text(mappings: MappingSet, *, delimiter: str = "\t") -> str:
    """Return a mapping set as an SSSOM table: metadata, column names and rows, in their order."""
    columns = columns_of(mappings.mappings, mappings.columns)
    head = "".join(f"#{line}\n" for line in emitted(mappings.metadata))
    rows = [columns, *([mapping.cell(name) for name in columns] for mapping in mappings.mappings)]
    return head + "".join(delimiter.join(_quoted(cell, delimiter) for cell in row) + "\n" for row in rows)


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(each in cell for each in (delimiter, *'"\r\n')) else cell
