"""The forms of a mapping set that say the same: propagated to its rows, condensed in its metadata, and canonical."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sts_kg.links.mapping_set import SLOTS, MappingSet, columns_of, row_value, used_prefixes
from sts_kg.links.slots import BUILT_IN, LISTS, NUMBERS, PROPAGATED, SET_SLOTS

__all__ = ["canonical", "condensed", "propagated"]


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
    used = columns_of(rows)
    columns = tuple(name for name in mappings.columns if name not in PROPAGATED or name in used)
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
