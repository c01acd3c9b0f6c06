"""Checks of single values: ids, with their prefixes, and words of a closed list, in the metadata as in the rows."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sts_kg.errors import nearest
from sts_kg.links.curies import iri_of
from sts_kg.links.mapping_set import Mapping, MappingSet
from sts_kg.links.slots import BUILT_IN, ENDS, LITERAL, TYPE_SLOTS, TYPES
from sts_kg.links.violations import Severity
from sts_kg.rdf import NO_IRI, Prefix, Prefixes, is_ours

__all__ = ["Values"]

_Fault = tuple[object, str, str, Severity]  # what makes it the same problem, message, remedy, level


class Values:
    """The ids and words of one set: what they mean, and what is wrong with them.

    `iri` returns what an id names, `curie` the CURIE that we write for it, and `faults` what is wrong with it.
    """

    def __init__(self, mappings: MappingSet) -> None:
        self.known = Prefixes.shipped()
        self.declared = BUILT_IN | mappings.curie_map
        self.iri = cache(lambda text: iri_of(text, mappings.curie_map))
        self.curie = cache(lambda text: self.known.compress(self.iri(text)) or text.strip())
        self.faults = cache(self._faults)
        self._near = cache(lambda name: nearest(name, mappings.curie_map, 1))

    def is_ours(self, row: Mapping) -> bool:
        """Return whether a row is about a term of ours."""
        return any(end and is_ours(self.iri(end)) for end in (row.subject_id, row.object_id))

    def _faults(self, slot: str, value: str, ours: bool) -> tuple[_Fault, ...]:
        """Return the problems of an id, each with what makes it the same problem in another row."""
        if value != value.strip():
            bare = value.strip()
            told = self.faults(slot, bare, ours)
            return ((("spaces", slot), f"{value!r} has spaces around it", f"write {bare}", "warning"), *told)
        name, colon, local = value.partition(":")
        fault, prefix = self.known.fault(value), self.known.find(name)
        if local.startswith("//") and fault is not None:
            severity: Severity = "error" if slot in ENDS else "warning"
            return ((("IRI", slot), f"{value}: {fault.wrong}", fault.remedy, severity),)
        if not colon:
            remedy = fault.remedy if fault is not None else "write prefix:id"
            return ((("bare", slot, value), f"{value}: it has no prefix", remedy, "error"),)
        found: list[_Fault] = []
        if name not in self.declared:
            near = self._near(name)
            missing = f"{value}: the curie_map has no prefix {name!r}"
            if prefix is None:
                hint = f"did you mean {near[0]}:?" if near else f"add a line `#  {name}: IRI` to it"
                return ((("prefix", name), missing, hint, "error"),)
            if prefix.name in self.declared:
                remedy = f"write {prefix.name}:{prefix.id_in(local) or local}"
                found.append((("prefix", name), f"{value}: the prefix is spelled {name!r}", remedy, "warning"))
            else:
                remedy = f"add a line `#  {name}: {prefix.iri}` to it, which we take it for"
                found.append((("prefix", name), missing, remedy, "warning"))
            vocabulary: Prefix | None = prefix
        else:
            vocabulary = self.known.of_namespace(self.declared[name])
            if vocabulary is None and prefix is None and not is_ours(self.declared[name]):
                message = f"{value}: the prefix {name!r} is not one that we know, so its ids are not checked"
                found.append((("unknown", name), message, "nothing needs to change", "information"))
        if bad := NO_IRI.search(value):
            message = f"{value}: the character {bad.group()!r} is not allowed in an IRI"
            return (*found, (("character", slot, value), message, "write it without, or as %xx", "error"))
        if not local:
            message = f"{value}: nothing follows the prefix"
            return (*found, (("empty", slot, value), message, "write prefix:id", "error"))
        if vocabulary is not None and not vocabulary.fits(local):
            meant = vocabulary.id_in(local)
            message = f"{value}: {local!r} is not an id of {vocabulary.name}"
            remedy = f"write {name}:{meant}" if meant else f"an id there fits {vocabulary.pattern or '.+'}"
            strict = ours and meant is None and slot in ENDS
            key = ("id", slot, value) if strict else ("id", name, meant is None)
            found.append((key, message, remedy, "error" if strict else "warning"))
        return tuple(found)

    def word_fault(self, slot: str, word: str, known: Collection[str]) -> _Fault | None:
        """Return what is wrong with a word that is not in a closed list; the IRI of a type is understood."""
        if word in known and not (slot == "predicate_type" and word in (LITERAL, "composed entity expression")):
            return None
        meant = [name for name, iri in TYPES.items() if slot in TYPE_SLOTS and self.iri(word) == str(iri)]
        near = meant or nearest(word, known) or [*known]
        message = f"{word!r} is not a {slot} of SSSOM"
        return ("word", slot, word), message, f"write {' or '.join(near)}", "warning" if meant else "error"
