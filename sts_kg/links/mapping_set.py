"""A mapping set as a value: its metadata, its rows with a field for each slot, and what follows from both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from sts_kg.links.slots import DATE, DATES, IDS, LISTS, NUMBER, NUMBERS, PROPAGATED, SET_SLOTS, UNDEFINED
from sts_kg.safe import brief, counted
from sts_kg.shown import Shown

__all__ = ["KNOWN", "SLOTS", "Mapping", "MappingSet", "columns_of", "date_of", "row_value", "used_prefixes", "value_of"]


@dataclass(frozen=True, repr=False)
class Mapping(Shown):
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

    def __repr__(self) -> str:
        ends = (
            self.subject_id or self.subject_label,
            "not" if self.negative else "",
            self.predicate_id,
            self.object_id,
        )
        return f"<Mapping: {brief(' '.join(filter(None, ends)))}>"

    @property
    def negative(self) -> bool:
        """Whether the row denies the match (`predicate_modifier` is Not)."""
        return self.predicate_modifier == "Not"

    def cell(self, column: str) -> str:
        """Return the cell of a column, known or not, as text."""
        return _spelled(getattr(self, column) if column in KNOWN else self.extra.get(column))


#: The names of the slots of a row in their order.
SLOTS = tuple(each.name for each in fields(Mapping) if each.name not in ("extra", "line"))
KNOWN = frozenset(SLOTS)


@dataclass(frozen=True, repr=False)
class MappingSet(Shown):
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

    def __repr__(self) -> str:
        return f"<MappingSet {brief(self.name or 'without a name')}: {counted(len(self.mappings), 'mapping')}>"

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
                defined[name] = (str(each.get("property") or UNDEFINED + name), str(hint) if hint else None)
        used = (*(name for row in self.mappings for name in row.extra), *self.metadata)
        unknown = dict.fromkeys(name for name in used if name not in SET_SLOTS)
        return defined | {name: (UNDEFINED + name, None) for name in unknown if name not in defined}

    def cell(self, mapping: Mapping, slot: str) -> str:
        """Return the cell of a row, or else the value that the metadata gives for all rows."""
        return mapping.cell(slot) or _spelled(self.shared.get(slot))


def row_value(slot: str, value: Any) -> Any:
    """Return the value of a slot of the set as a row has it."""
    if slot in LISTS:
        if isinstance(value, list | tuple):
            return tuple(map(str, value))
        return value_of(slot, str(value)) if slot in IDS else (str(value),)  # as in a cell: no id has a |
    return value_of(slot, str(value))


def value_of(slot: str, cell: str) -> Any:
    """Return the value of a cell of a known slot."""
    if slot in LISTS:
        values = re.findall(r"(?:^|\|)((?:\\[\\|]|[^|])*)", cell)
        return tuple(re.sub(r"\\([\\|])", r"\1", each) for each in values)
    if slot in NUMBERS and re.fullmatch(NUMBER, cell):
        return float(cell)
    return (date_of(cell) if slot in DATES else None) or cell


def date_of(text: str) -> date | None:
    """Return the date that a text is as SSSOM writes it, or None."""
    try:
        return date.fromisoformat(text) if re.fullmatch(DATE, text) else None
    except ValueError:  # 30 February
        return None


def _spelled(value: Any) -> str:
    """Return the cell of a value."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "|".join(each.replace("\\", "\\\\").replace("|", "\\|") for each in value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def columns_of(mappings: Iterable[Mapping], first: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns `first`, then the others that rows use: known ones in their order, then unknown ones."""
    used: dict[str, None] = {}
    for mapping in mappings:
        used |= dict.fromkeys(slot for slot in SLOTS if getattr(mapping, slot) not in (None, ()))
    unknown = dict.fromkeys(name for mapping in mappings for name in mapping.extra)
    return tuple(dict.fromkeys((*first, *(slot for slot in SLOTS if slot in used), *unknown)))


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
