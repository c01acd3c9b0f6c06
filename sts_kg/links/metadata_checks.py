"""Checks of the metadata of a mapping set: required keys, prefixes, ids, extensions, what does not hold for rows."""

from __future__ import annotations

from sts_kg.errors import nearest
from sts_kg.links.mapping_set import SLOTS, MappingSet, date_of, row_value
from sts_kg.links.slots import (
    BUILT_IN,
    DATES,
    IDS,
    IRI,
    LISTS,
    NC_NAME,
    NUMBERS,
    PROPAGATED,
    SET_SLOTS,
    TYPE_SLOTS,
    TYPES,
    VERSIONS,
)
from sts_kg.links.value_checks import Values
from sts_kg.links.violations import Severity, Violations
from sts_kg.safe import counted

__all__ = ["MetadataChecks"]


class MetadataChecks:
    """The checks of the metadata of one set; what they find goes into `found`."""

    def __init__(self, mappings: MappingSet, values: Values, found: Violations) -> None:
        self.set, self.values = mappings, values
        self.say, self.say_of = found.say, found.say_of

    def check(self) -> None:
        """Note the problems of the metadata, and rows that are too short for the columns."""
        metadata = self.set.metadata
        if self.set.beside is not None and self.set.lines:
            message = f"the file has metadata of its own, and {self.set.beside.name} beside it; its own come first"
            self.say(1, "metadata", message, "keep them in one place", "warning")
        for slot in ("mapping_set_id", "license"):
            value = metadata.get(slot)
            if not value:
                self.say(None, slot, f"the metadata has no {slot}", f"add a line `#{slot}: IRI`")
            elif not IRI.fullmatch(str(value)):
                self.say_of(slot, f"{str(value)!r} is not an IRI", "write the full IRI")
        for slot in sorted(DATES & metadata.keys()):
            if date_of(str(metadata[slot])) is None:
                self.say_of(slot, f"{metadata[slot]!r} is not a date", "write YYYY-MM-DD")
        for slot in sorted(NUMBERS & metadata.keys()):
            value = metadata[slot]
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
                self.say_of(slot, f"{value} is not a number from 0 to 1", "write a number such as 0.9, or nothing")
        version = metadata.get("sssom_version")
        if version is not None and str(version) not in VERSIONS:
            self.say_of("sssom_version", f"{version!r} is no version that is known", "write 1.0 or 1.1", "warning")
        self._prefixes()
        for slot in SET_SLOTS:
            value = metadata.get(slot)
            for each in row_value(slot, value) if slot in LISTS and value else [value] if value else []:
                faults = self.values.faults(slot, str(each), False) if slot in IDS else ()
                word = self.values.word_fault(slot, str(each), TYPES) if slot in TYPE_SLOTS else None
                for key, message, remedy, severity in (*faults, *([word] if word is not None else [])):
                    self.say_of(slot, message, remedy, severity, once=key)
            if slot in LISTS and isinstance(value, str) and "|" in value:
                what = "several values in one" if slot in IDS else "one value"
                self.say_of(slot, f"{value!r} is {what}", "write a list, one value a line after `- `", "information")
        self._unused()
        self._extensions()
        for line, cells in self.set.short.items():
            wanted = len(self.set.columns)
            message = (
                f"the row has {counted(cells, 'cell')}, {wanted} were expected; the missing ones are taken as empty"
            )
            place = self.set.columns[cells]
            self.say(line, place, message, "end the row with a tab for each empty cell", "warning", once="short")

    def _prefixes(self) -> None:
        if "curie_map" in self.set.metadata and not isinstance(self.set.metadata["curie_map"], dict):
            self.say_of("curie_map", "it is not a map", "write one line `#  PREFIX: IRI` for each prefix")
        for name, iri in self.set.curie_map.items():
            key, prefix = f"curie_map.{name}", self.values.known.find(name)
            if not NC_NAME.fullmatch(name):
                remedy = "write letters, digits and . - _, beginning with a letter"
                self.say_of("curie_map", f"{name!r} is not a prefix", remedy, key=key)
            if not IRI.fullmatch(iri):
                remedy = "write the IRI that the local ids are appended to"
                self.say_of("curie_map", f"{name}: {iri!r} is not an IRI", remedy, key=key)
            elif BUILT_IN.get(name, iri) != iri:
                message = f"{name}: {iri} is not the IRI that SSSOM gives to this prefix"
                self.say_of("curie_map", message, f"write {name}: {BUILT_IN[name]}, or drop the line", key=key)
            elif prefix is not None and iri != prefix.iri:
                form = self.values.known.of_namespace(iri) is prefix
                what = "is another form of the IRIs" if form else "is not where the IRIs that we know begin"
                severity: Severity = "information" if form else "warning"
                remedy = f"write {prefix.name}: {prefix.iri}" + ("" if form else ", if that is meant")
                self.say_of("curie_map", f"{name}: {iri} {what}", remedy, severity, key=key)

    def _unused(self) -> None:
        """Note values of the metadata that do not hold for the rows, and keys that SSSOM does not have."""
        for slot in self.set.metadata:
            if slot in PROPAGATED:
                own = sum(getattr(row, slot) not in (None, ()) for row in self.set.mappings)
                if 0 < own < len(self.set.mappings):
                    have = "has a {} of its own" if own == 1 else "have a {} of their own"
                    rows = f"{own} of {len(self.set.mappings)} rows {have.format(slot)}"
                    message = f"{rows}, so that of the set does not hold for the others"
                    self.say_of(slot, message, f"fill in {slot} in every row, or in none", "warning")
            elif slot in SLOTS and slot not in SET_SLOTS:
                self.say_of(slot, "it is a slot of rows, and says nothing of them here", "make it a column", "warning")

    def _extensions(self) -> None:
        listed = self.set.metadata.get("extension_definitions")
        defined: dict[str, str] = {}
        for number, each in enumerate(listed if isinstance(listed, list) else [listed] if listed else []):
            wrong = self._definition(each, defined)
            if wrong:
                key = f"extension_definitions.{number}.slot_name"
                key = key if key in self.set.lines or key in self.set.lines_beside else "extension_definitions"
                remedy = "mend it: SSSOM tools ignore such a definition, and the slot with it"
                self.say_of("extension_definitions", wrong, remedy, "warning", key=key)
        for name in self.set.extensions:
            if name not in defined and name not in SLOTS:
                near = nearest(name, (*SLOTS, *SET_SLOTS), 1)
                remedy = f"did you mean {near[0]}? " if near else ""
                remedy += "define it in extension_definitions: SSSOM tools may drop it"
                self.say_of(name, "SSSOM has no such slot; it is kept as it is", remedy, "information")

    def _definition(self, each: object, defined: dict[str, str]) -> str:
        """Return what is wrong with the definition of an extension, and note its name; "" if nothing is."""
        if not isinstance(each, dict) or not each.get("slot_name"):
            return "a definition has no slot_name"
        name, unknown = str(each["slot_name"]), each.keys() - {"slot_name", "property", "type_hint"}
        texts = [str(each[key]) for key in ("property", "type_hint") if each.get(key)]
        bad = [text for text in texts if "://" in text or text.partition(":")[0] not in self.values.declared]
        taken = [other for other, text in defined.items() if other == name or (text and text == each.get("property"))]
        defined.setdefault(name, str(each.get("property") or ""))
        if not NC_NAME.fullmatch(name):
            return f"{name!r} is not a name of an extension"
        if name in SLOTS or name in SET_SLOTS:
            return f"{name} is a slot of SSSOM"
        if unknown:
            return f"the definition of {name} has the unknown key {min(map(str, unknown))}"
        if bad:
            return f"{bad[0]} in the definition of {name} is not a CURIE with a declared prefix"
        return f"{name} is defined twice, or shares its property with {taken[0]}" if taken else ""
