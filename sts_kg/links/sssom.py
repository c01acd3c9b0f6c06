"""Mapping sets as SSSOM tables: read and write TSV and CSV with the metadata in `#` lines, or in a file beside.

Nothing is lost: unknown columns and unknown metadata are kept, and a file that `text` wrote is written again byte for
byte. The format: https://mapping-commons.github.io/sssom/spec-formats-tsv/.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sts_kg.errors import ParseError
from sts_kg.guideline import ontology_folder
from sts_kg.links.slots import BUILT_IN, DATES, IDS, LISTS, NUMBERS, PROPAGATED, SET_SLOTS
from sts_kg.links.sssom_yaml import emitted, parsed
from sts_kg.rdf import read_text

__all__ = [
    "SLOTS",
    "Mapping",
    "MappingSet",
    "canonical",
    "columns_of",
    "condensed",
    "decoded",
    "propagated",
    "read_table",
    "row_value",
    "shipped",
    "text",
    "used_prefixes",
    "value_of",
]

_INVALID = "http://sssom.invalid/"  # before the name of a slot that no extension definition explains


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
            return "|".join(each.replace("\\", "\\\\").replace("|", "\\|") for each in value)
        return _number(value) if isinstance(value, float) else str(value)


#: The names of the slots of a row in their order.
SLOTS = tuple(each.name for each in fields(Mapping) if each.name not in ("extra", "line"))
_KNOWN = frozenset(SLOTS)


@dataclass(frozen=True)
class MappingSet:
    """A mapping set: its metadata in the order of the file, its rows, and the order of its columns.

    `lines` is the line of each metadata key, and of each prefix as `curie_map.PREFIX`; `path` is the file, if any.
    `beside` is the file of external metadata, if any, with the lines of its keys in `lines_beside`. `short` is the line
    and the number of cells of each row that ends before the last column.
    """

    metadata: dict[str, Any]
    mappings: tuple[Mapping, ...]
    columns: tuple[str, ...] = field(default=(), compare=False)
    path: object = field(default=None, compare=False)
    lines: dict[str, int] = field(default_factory=dict, compare=False, repr=False)
    beside: Path | None = field(default=None, compare=False)
    lines_beside: dict[str, int] = field(default_factory=dict, compare=False, repr=False)
    short: dict[int, int] = field(default_factory=dict, compare=False, repr=False)

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

    @cached_property
    def shared(self) -> dict[str, Any]:
        """The values of the metadata that hold for every row, by slot.

        These are the propagatable slots in which no row has a value of its own (Data model, propagation).
        """
        given = {slot: self.metadata[slot] for slot in SET_SLOTS if slot in PROPAGATED and self.metadata.get(slot)}
        return {
            slot: row_value(slot, value)
            for slot, value in given.items()
            if all(getattr(row, slot) in (None, ()) for row in self.mappings)
        }

    @cached_property
    def extensions(self) -> dict[str, tuple[str, str | None]]:
        """The property (a CURIE or an IRI) and the type of each slot that SSSOM does not have, by name.

        A slot without a definition has the property `http://sssom.invalid/NAME` and no type (Data model, non-standard
        slots).
        """
        defined = {}
        listed = self.metadata.get("extension_definitions")
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and each.get("slot_name"):
                name, hint = str(each["slot_name"]), each.get("type_hint")
                defined[name] = (str(each.get("property") or _INVALID + name), str(hint) if hint else None)
        used = (*(name for row in self.mappings for name in row.extra), *self.metadata)
        unknown = dict.fromkeys(name for name in used if name not in SET_SLOTS)
        return defined | {name: (_INVALID + name, None) for name in unknown if name not in defined}

    def cell(self, mapping: Mapping, slot: str) -> str:
        """Return the cell of a row, or else the value that the metadata gives for all rows."""
        own = mapping.cell(slot)
        if own or slot not in self.shared:
            return own
        return Mapping(**{slot: self.shared[slot]}).cell(slot)


def row_value(slot: str, value: Any) -> Any:
    """Return the value of a slot of the set as a row has it."""
    if slot in LISTS:
        if isinstance(value, list | tuple):
            return tuple(map(str, value))
        return value_of(slot, str(value)) if slot in IDS else (str(value),)  # as in a cell: no id has a |
    return value_of(slot, str(value))


def decoded(data: bytes, path: object) -> str:
    """Return UTF-8 bytes as text, without a byte order mark; others are a ParseError with the line of the bad byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ParseError(f"is not UTF-8 text (byte {data[error.start]:#04x})", path=path, line=line) from error


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
    whole = decoded(data, path)
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
        values = re.findall(r"(?:^|\|)((?:\\[\\|]|[^|])*)", cell)
        return tuple(re.sub(r"\\([\\|])", r"\1", each) for each in values)
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


def propagated(mappings: MappingSet) -> MappingSet:
    """Return a mapping set with what its metadata say for all rows in each row (Data model, propagation)."""
    kept = {slot: value for slot, value in mappings.metadata.items() if slot not in mappings.shared}
    rows = tuple(replace(row, **mappings.shared) for row in mappings.mappings)
    return replace(mappings, metadata=kept, mappings=rows, columns=columns_of(rows, mappings.columns))


def condensed(mappings: MappingSet) -> MappingSet:
    """Return a mapping set with the values that all rows share in its metadata, and no longer in the rows."""
    metadata, rows = dict(mappings.metadata), mappings.mappings
    for slot in SLOTS:
        values = {getattr(row, slot) for row in rows} if slot in PROPAGATED else set()
        value = values.pop() if len(values) == 1 else None
        said = metadata.get(slot)
        if value not in (None, ()) and (not said or row_value(slot, said) == value):
            metadata[slot] = list(value) if isinstance(value, tuple) else said or str(value)
            emptied: dict[str, Any] = {slot: () if slot in LISTS else None}
            rows = tuple(replace(row, **emptied) for row in rows)
    columns = tuple(name for name in mappings.columns if name in columns_of(rows) or name not in PROPAGATED)
    return replace(mappings, metadata=metadata, mappings=rows, columns=columns)


def canonical(mappings: MappingSet) -> MappingSet:
    """Return a mapping set in the canonical order and form of SSSOM/TSV, as far as `text` does not see to it.

    Slots that can be are condensed. Metadata and columns are in the order of SSSOM, extensions after them by their
    property, rows are sorted, and empty columns and values, built-in and unused prefixes, and definitions of unused
    extensions are left out. Numbers are rounded to three digits, as the specification demands.
    """
    short = condensed(mappings)
    rows = [
        replace(row, **{slot: _rounded(getattr(row, slot)) for slot in NUMBERS & {*SLOTS}}) for row in short.mappings
    ]
    said = {key: value for key, value in short.metadata.items() if value not in (None, "", [], {})}
    order = {name: property for name, (property, _) in mappings.extensions.items()}
    unknown = sorted({name for row in rows for name in row.extra}, key=lambda name: (order[name], name))
    used = {*unknown, *said}
    if isinstance(definitions := said.get("extension_definitions"), list):
        known = [each for each in definitions if not isinstance(each, dict) or str(each.get("slot_name")) in used]
        said["extension_definitions"] = sorted(
            known, key=lambda each: str(each.get("property")) if isinstance(each, dict) else ""
        )
    prefixes = used_prefixes(rows, said)
    if isinstance(declared := said.get("curie_map"), dict):
        kept = {name: declared[name] for name in sorted(declared, key=str) if name in prefixes}
        said["curie_map"] = {name: iri for name, iri in kept.items() if BUILT_IN.get(name) != iri}
    metadata = {slot: said[slot] for slot in SET_SLOTS if said.get(slot)}
    metadata |= {
        slot: said[slot] for slot in sorted(said.keys() - {*SET_SLOTS}, key=lambda name: order.get(name, name))
    }
    for slot in LISTS & metadata.keys():
        metadata[slot] = list(row_value(slot, metadata[slot]))
    columns = (*columns_of(replace(row, extra={}) for row in rows), *unknown)
    rows.sort(key=lambda row: [row.cell(name) for name in columns])
    return MappingSet(metadata, tuple(rows), columns)


def _rounded(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return float(Decimal(repr(value)).quantize(Decimal("0.001"), ROUND_HALF_UP))


def used_prefixes(rows: Iterable[Mapping], metadata: dict[str, Any]) -> set[str]:
    """Return the prefixes of all CURIEs in rows and metadata."""
    used: set[str] = set()
    for slot in IDS:
        values = [metadata.get(slot), *(getattr(row, slot, None) for row in rows)]
        for value in values:
            used.update(str(each).partition(":")[0] for each in (value if isinstance(value, list | tuple) else [value]))
    definitions = metadata.get("extension_definitions")
    texts = [str(text) for each in definitions or () if isinstance(each, dict) for text in each.values()]
    extra = [cell for row in rows for cell in row.extra.values()]
    return used | {text.partition(":")[0] for text in (*texts, *extra) if ":" in text}
