"""Mapping sets as SSSOM tables: read and write TSV and CSV with the metadata in `#` lines.

Nothing is lost: unknown columns and unknown metadata are kept, and a file that `write` wrote is written again byte for
byte. The format: https://mapping-commons.github.io/sssom/spec-formats-tsv/.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sts_kg.errors import ParseError
from sts_kg.guideline import ontology_folder
from sts_kg.links.sssom_yaml import emitted, parsed
from sts_kg.rdf import read_text, write_bytes

__all__ = ["DATES", "LISTS", "NUMBERS", "SLOTS", "Mapping", "MappingSet", "read", "shipped", "text", "write"]

#: Slots with several values, separated by `|`.
LISTS = frozenset(
    "author_id author_label reviewer_id reviewer_label creator_id creator_label cardinality_scope curation_rule "
    "curation_rule_text subject_match_field object_match_field match_string subject_preprocessing "
    "object_preprocessing see_also".split()
)
#: Slots with numbers from 0 to 1.
NUMBERS = frozenset({"confidence", "similarity_score"})
#: Slots with dates.
DATES = frozenset({"mapping_date", "publication_date", "review_date"})


@dataclass(frozen=True)
class Mapping:
    """One row of a mapping set: subject, predicate, object, and details; an empty cell is None or ().

    The fields are the slots of SSSOM 1.1 in their order. A malformed number or date stays text, and `validate`
    reports it. `extra` holds the cells of unknown columns, `line` the line in the file.
    """

    record_id: str | None = None
    subject_id: str | None = None
    subject_label: str | None = None
    subject_category: str | None = None
    predicate_id: str | None = None
    predicate_label: str | None = None
    predicate_modifier: str | None = None
    object_id: str | None = None
    object_label: str | None = None
    object_category: str | None = None
    mapping_justification: str | None = None
    author_id: tuple[str, ...] = ()
    author_label: tuple[str, ...] = ()
    reviewer_id: tuple[str, ...] = ()
    reviewer_label: tuple[str, ...] = ()
    creator_id: tuple[str, ...] = ()
    creator_label: tuple[str, ...] = ()
    license: str | None = None
    subject_type: str | None = None
    subject_source: str | None = None
    subject_source_version: str | None = None
    object_type: str | None = None
    object_source: str | None = None
    object_source_version: str | None = None
    predicate_type: str | None = None
    mapping_provider: str | None = None
    mapping_source: str | None = None
    mapping_cardinality: str | None = None
    cardinality_scope: tuple[str, ...] = ()
    mapping_tool: str | None = None
    mapping_tool_id: str | None = None
    mapping_tool_version: str | None = None
    mapping_date: date | str | None = None
    publication_date: date | str | None = None
    review_date: date | str | None = None
    confidence: float | str | None = None
    curation_rule: tuple[str, ...] = ()
    curation_rule_text: tuple[str, ...] = ()
    subject_match_field: tuple[str, ...] = ()
    object_match_field: tuple[str, ...] = ()
    match_string: tuple[str, ...] = ()
    subject_preprocessing: tuple[str, ...] = ()
    object_preprocessing: tuple[str, ...] = ()
    similarity_score: float | str | None = None
    similarity_measure: str | None = None
    see_also: tuple[str, ...] = ()
    issue_tracker_item: str | None = None
    other: str | None = None
    comment: str | None = None
    extra: dict[str, str] = field(default_factory=dict, hash=False)
    line: int | None = field(default=None, compare=False)

    @property
    def negative(self) -> bool:
        """Whether the row denies the match (`predicate_modifier` is Not)."""
        return self.predicate_modifier == "Not"

    def cell(self, column: str) -> str:
        """Return the cell of a column, known or not, as text."""
        value = getattr(self, column) if column in _KNOWN else self.extra.get(column)
        if value is None:
            return ""
        if isinstance(value, tuple):
            return "|".join(each.replace("|", "\\|") for each in value)
        return _number(value) if isinstance(value, float) else str(value)


#: The names of the slots in their order; of unknown columns, the first in a file comes first.
SLOTS = tuple(each.name for each in fields(Mapping) if each.name not in ("extra", "line"))
_KNOWN = frozenset(SLOTS)


@dataclass(frozen=True)
class MappingSet:
    """A mapping set: its metadata in the order of the file, its rows, and the order of its columns.

    `lines` is the line of each metadata key, and of each prefix as `curie_map.PREFIX`; `path` is the file, if any.
    """

    metadata: dict[str, Any]
    mappings: tuple[Mapping, ...]
    columns: tuple[str, ...] = ()
    path: object = field(default=None, compare=False)
    lines: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The IRI of the set, or '' if it has none."""
        return str(self.metadata.get("mapping_set_id") or "")

    @property
    def name(self) -> str:
        """The part of the IRI of the set after the last slash."""
        return self.id.rpartition("/")[2]

    @cached_property
    def curie_map(self) -> dict[str, str]:
        """Prefix to IRI, as the metadata declares them."""
        declared = self.metadata.get("curie_map")
        return {str(name): str(iri) for name, iri in declared.items()} if isinstance(declared, dict) else {}

    def cell(self, mapping: Mapping, slot: str) -> str:
        """Return the cell of a row, or else the value that the metadata gives for all rows."""
        own = mapping.cell(slot)
        shared = self.metadata.get(slot)
        if own or shared is None:
            return own
        return "|".join(map(str, shared)) if isinstance(shared, list) else str(shared)


def read(source: str | Path | bytes, *, path: object = None) -> MappingSet:
    """Return the mapping set of a file, or of bytes that came from `path`.

    The line of column names decides between tabs and commas. A byte order mark and CRLF are accepted.

    Raises
    ------
    ParseError
        The file cannot be read, is not UTF-8, has metadata that is not YAML, has no SSSOM column, or has rows that do
        not fit the columns: with line and column.
    """
    if isinstance(source, bytes):
        try:
            whole = source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = source.count(b"\n", 0, error.start) + 1
            raise ParseError(f"is not UTF-8 text (byte {source[error.start]:#04x})", path=path, line=line) from error
    else:
        whole, path = read_text(source), source if path is None else path
    head, body = _cut(whole)
    names = body.partition("\n")[0]
    delimiter = "\t" if "\t" in names or "," not in names else ","
    metadata, lines = parsed([_uncommented(line, delimiter) for line in head], path)
    columns, rows = _table(body, delimiter, len(head), path)
    return MappingSet(metadata, tuple(rows), columns, path, lines)


def shipped() -> list[MappingSet]:
    """Return the mapping sets that the project ships, by name; read once."""
    return [*_shipped()]


@cache
def _shipped() -> tuple[MappingSet, ...]:
    return tuple(read(path) for path in sorted((ontology_folder() / "mappings").glob("*.sssom.tsv")))


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


def _table(body: str, delimiter: str, skipped: int, path: object) -> tuple[tuple[str, ...], list[Mapping]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    columns: tuple[str, ...] | None = None
    rows: list[Mapping] = []
    line = skipped + 1
    try:
        for cells in reader:
            if any(cells):
                if columns is None:
                    columns = _columns(cells, line, path)
                else:
                    rows.append(_row(columns, cells, line, path))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise ParseError(f"is not a table: {error}", path=path, line=line) from error
    if columns is None:
        raise ParseError("has no table: a line of column names was expected", path=path, line=line)
    return columns, rows


def _columns(cells: Sequence[str], line: int, path: object) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while not names[-1]:
        names.pop()
    for number, name in enumerate(names, 1):
        if not name or name in names[: number - 1]:
            reason = f"has the column {name!r} twice" if name else "has a column without a name"
            raise ParseError(reason, path=path, line=line, column=number)
    if not _KNOWN.intersection(names):
        raise ParseError("is not an SSSOM table: columns such as subject_id were expected", path=path, line=line)
    return tuple(names)


def _row(columns: Sequence[str], cells: Sequence[str], line: int, path: object) -> Mapping:
    if any(cells[len(columns) :]):
        reason = f"the row has {len(cells)} cells, {len(columns)} were expected"
        raise ParseError(reason, path=path, line=line, column=len(columns) + 1)
    found = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    values = {name: value_of(name, cell) for name, cell in found.items() if name in _KNOWN}
    return Mapping(**values, extra={name: cell for name, cell in found.items() if name not in _KNOWN}, line=line)


def value_of(slot: str, cell: str) -> Any:
    """Return the value of a cell of a known slot."""
    if slot in LISTS:
        return tuple(each.replace("\\|", "|") for each in re.split(r"(?<!\\)\|", cell))
    if slot in NUMBERS and re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", cell):
        return float(cell)
    if slot in DATES and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:  # 30 February
            return cell
    return cell


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def columns_of(mappings: Iterable[Mapping], first: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns `first`, then the others that rows use: known ones in their order, then unknown ones."""
    used: dict[str, None] = {}
    for mapping in mappings:
        used |= dict.fromkeys(slot for slot in SLOTS if getattr(mapping, slot) not in (None, ()))
    unknown = dict.fromkeys(name for mapping in mappings for name in mapping.extra)
    return tuple(dict.fromkeys((*first, *(slot for slot in SLOTS if slot in used), *unknown)))


def text(mappings: MappingSet, *, delimiter: str = "\t") -> str:
    """Return a mapping set as an SSSOM table: metadata, column names and rows, in their order."""
    columns = columns_of(mappings.mappings, mappings.columns)
    head = "".join(f"#{line}\n" for line in emitted(mappings.metadata))
    rows = [columns, *([mapping.cell(name) for name in columns] for mapping in mappings.mappings)]
    return head + "".join(delimiter.join(_quoted(cell, delimiter) for cell in row) + "\n" for row in rows)


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(each in cell for each in (delimiter, *'"\r\n')) else cell


def write(mappings: MappingSet, path: str | Path) -> None:
    """Write a mapping set to a file, completely or not at all: with commas if it ends in .csv, else with tabs.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written.
    """
    delimiter = "," if str(path).casefold().endswith(".csv") else "\t"
    write_bytes(path, text(mappings, delimiter=delimiter).encode())
