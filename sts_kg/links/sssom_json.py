"""Mapping sets as JSON: the slots of the set, and under `mappings` a list of rows, each with its slots.

SSSOM leaves the details open (https://mapping-commons.github.io/sssom/spec-formats-json/). Prefixes are written as
`curie_map`; those of a JSON-LD `@context`, as other tools write it, are read as well.
"""

from __future__ import annotations

import json
import math
from typing import Any

from sts_kg.errors import ParseError
from sts_kg.links.mapping_set import SLOTS, Mapping, MappingSet, columns_of, value_of
from sts_kg.links.slots import LISTS, NUMBERS

__all__ = ["of_json", "to_json"]


def to_json(mappings: MappingSet) -> str:
    """Return a mapping set as JSON: lists, numbers and texts as SSSOM types them, and no empty slots in rows."""
    rows = []
    for row in mappings.mappings:
        values = {slot: value for slot in SLOTS if (value := getattr(row, slot)) not in (None, ())}
        rows.append({slot: _plain(value) for slot, value in values.items()} | row.extra)
    return json.dumps(mappings.metadata | {"mappings": rows}, ensure_ascii=False, indent=2) + "\n"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value if isinstance(value, float) else str(value)


def of_json(text: str, *, path: object = None) -> MappingSet | None:
    """Return the mapping set of a JSON text, or None if it is JSON of another form, such as expanded JSON-LD.

    Raises
    ------
    ParseError
        The text is not JSON (with line and column), has a key twice, or a value that no slot can hold (the error names
        it).
    """
    try:
        whole = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, path))
    except json.JSONDecodeError as error:
        raise ParseError(f"is not JSON: {error.msg}", path=path, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise ParseError("the JSON is nested too deeply", path=path) from error
    if not isinstance(whole, dict) or not isinstance(whole.get("mappings"), list):
        return None
    if not all(isinstance(each, dict) for each in whole["mappings"]):
        return None
    metadata = {key: value for key, value in whole.items() if key != "mappings" and not key.startswith("@")}
    context = whole.get("@context")
    prefixes: dict[str, Any] = {}
    for each in context if isinstance(context, list) else [context]:
        prefixes |= _prefixes(each) if isinstance(each, dict) else {}
    declared = metadata.get("curie_map", {})
    if prefixes and isinstance(declared, dict):
        metadata = {"curie_map": {}} | metadata | {"curie_map": prefixes | declared}
    rows = tuple(_row(each, number, path) for number, each in enumerate(whole["mappings"], 1))
    return MappingSet(metadata, rows, columns_of(rows), path)


def _once(pairs: list[tuple[str, Any]], path: object) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ParseError(f"has the key {key!r} twice", path=path)
        found[key] = value
    return found


def _prefixes(context: dict[str, Any]) -> dict[str, str]:
    """Return the prefixes of a JSON-LD context: what is not the definition of a slot."""
    return {
        name: iri
        for name, iri in context.items()
        if isinstance(iri, str) and not name.startswith("@") and "://" in iri and iri[-1:] in ("/", "#", "_", ":", "=")
    }


def _row(cells: dict[str, Any], number: int, path: object) -> Mapping:
    values: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for slot, value in cells.items():
        if slot.startswith("@") or value is None or value in ("", []):
            continue
        several = slot in LISTS and isinstance(value, list)
        for each in value if several else [value]:
            if isinstance(each, list | dict) or (isinstance(each, float) and not math.isfinite(each)):
                reason = f"mapping {number}: {slot} holds {json.dumps(each)[:60]}, a text or number was expected"
                raise ParseError(reason, path=path)
        texts = tuple(map(_text, value if several else [value]))
        if slot not in SLOTS:
            extra[slot] = texts[0]
        elif slot in LISTS:
            values[slot] = texts
        else:
            values[slot] = float(value) if slot in NUMBERS and _is_number(value) else value_of(slot, texts[0])
    return Mapping(**values, extra=extra)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
