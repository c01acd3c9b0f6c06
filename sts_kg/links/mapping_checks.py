"""Checks of a mapping set: ids, formats, vocabulary, repetitions, and matches that are known to be wrong (traps).

The traps are data: `ontology/mappings/traps.tsv`, and the rows of the shipped sets that deny a match.
"""

from __future__ import annotations

import csv
import re
from collections import abc
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL, RDFS, SKOS

from sts_kg.errors import nearest
from sts_kg.guideline import ontology_folder
from sts_kg.links.curies import iri_of
from sts_kg.links.mapping_set import SLOTS, Mapping, MappingSet, row_value
from sts_kg.links.slots import (
    BUILT_IN,
    CARDINALITIES,
    DATES,
    IDS,
    JUSTIFICATIONS,
    LISTS,
    LITERAL,
    NC_NAME,
    NO_TERM,
    NUMBERS,
    PROPAGATED,
    SET_SLOTS,
    TYPES,
    VERSIONS,
)
from sts_kg.links.sssom_table import shipped
from sts_kg.rdf import BASE, NO_IRI, Prefix, Prefixes, read_text

__all__ = ["PREDICATES", "Denial", "RowViolation", "denials", "traps", "validate"]

EXACT = "skos:exactMatch"
PREDICATES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
_ALSO = "rdfs:subClassOf"
#: Predicates that make two terms identical, so that all statements about one hold for the other.
_IDENTITY = ("owl:sameAs", "owl:equivalentClass", "owl:equivalentProperty")
_ENDS = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_REPLACED_BY = (URIRef("http://purl.obolibrary.org/obo/IAO_0100001"), DCTERMS.isReplacedBy)
_TYPE_SLOTS = ("subject_type", "predicate_type", "object_type")
_UNMAPPED = {"1:0": (False, True), "0:1": (True, False), "0:0": (True, True)}  # which side is NoTermFound
#: The justification that each word of `match_type` meant, before SSSOM 0.9.1.
_MATCH_TYPES = {
    "Lexical": "LexicalMatching",
    "Logical": "LogicalReasoning",
    "HumanCurated": "ManualMappingCuration",
    "Complex": "CompositeMatching",
    "Unspecified": "UnspecifiedMatching",
    "SemanticSimilarity": "SemanticSimilarityThresholdMatching",
}
_XSD = BUILT_IN["xsd"]
#: The form of the values of an extension, by the type that its definition gives.
_FORMS = {
    f"{_XSD}integer": r"[+-]?[0-9]+",
    f"{_XSD}double": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?",
    f"{_XSD}boolean": "true|false",
    f"{_XSD}date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
Severity = Literal["error", "warning", "information"]
_Fault = tuple[object, str, str, Severity]  # what makes it the same problem, message, remedy, level


@dataclass(frozen=True)
class RowViolation:
    """One problem in a mapping set: its `line` and `column` (a slot), the `message`, and the `remedy`.

    A set with an error must not be used; a warning should be reviewed; information needs no change. What is wrong in
    the same way in several rows is told once, with the line of the first and the `count` of rows. `path` is the file of
    external metadata if the problem is there.
    """

    line: int | None
    column: str
    message: str
    remedy: str
    severity: Severity = "error"
    count: int = 1
    path: Path | None = None

    def __str__(self) -> str:
        place = f"line {self.line}, {self.column}" if self.line is not None else self.column
        rows = f" ({self.count:,} rows)" if self.count > 1 else ""
        return f"{place}: {self.severity}: {self.message}{rows}; {self.remedy}"


@dataclass(frozen=True)
class Denial:
    """A match that is known to be wrong: for these subjects (IRIs or `*`) or subject labels, with these predicates."""

    subjects: frozenset[str]
    labels: frozenset[str]
    predicates: frozenset[str]
    object: str
    reason: str
    remedy: str
    number: str = ""

    def denies(self, subject: str, label: str, predicate: str) -> bool:
        """Return whether this denial applies to a row about its object."""
        meant = "*" in self.subjects or subject in self.subjects or "*" in self.labels or label in self.labels
        return meant and ("*" in self.predicates or predicate in self.predicates)


def traps(path: str | Path | None = None) -> tuple[Denial, ...]:
    """Return the traps of a table, by default the shipped one; `*` in it stands for any subject or predicate."""
    return _shipped_traps() if path is None else _traps(Path(path))


@cache
def _shipped_traps() -> tuple[Denial, ...]:
    return _traps(ontology_folder() / "mappings" / "traps.tsv")


def _traps(path: Path) -> tuple[Denial, ...]:
    rows = csv.DictReader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Denial(
            frozenset(iri_of(each, {}) for each in row["subject_id"].split("|")),
            frozenset(map(_folded, row["subject_label"].split("|"))) - {""},
            frozenset(row["predicate_id"].split("|")),
            iri_of(row["object_id"], {}),
            row["reason"],
            row["remedy"],
            row["trap"],
        )
        for row in rows
    )


def denials(sets: Iterable[MappingSet]) -> Iterator[Denial]:
    """Yield the matches that the negative rows of mapping sets deny."""
    for each in sets:
        for row in each.mappings:
            if row.negative and row.object_id and row.predicate_id:
                yield Denial(
                    frozenset({iri_of(row.subject_id or "", each.curie_map)}),
                    frozenset({_folded(row.subject_label or "")}) - {""},
                    frozenset({row.predicate_id}),
                    iri_of(row.object_id, each.curie_map),
                    f"the set {each.name} denies this match" + (f" ({row.comment})" if row.comment else ""),
                    f"drop the row, or use a predicate other than {row.predicate_id}",
                )


@cache
def _shipped_denials() -> tuple[Denial, ...]:
    return tuple(denials(shipped()))


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def validate(
    mappings: MappingSet,
    *,
    entities: Collection[object] | None = None,
    graph: Graph | None = None,
    labels: abc.Mapping[str, str] | None = None,
    retired: abc.Mapping[str, str] | None = None,
    denied: Iterable[Denial] = (),
) -> list[RowViolation]:
    """Return the problems of a mapping set, line by line; an empty list if there are none.

    Parameters
    ----------
    mappings : MappingSet
        As `read` returns it.
    entities : collection of IRIs, optional
        All terms of our own; a subject in our namespace must be one of them.
    graph : Graph, optional
        External terms with `rdfs:label` and `owl:deprecated`, to compare the objects with.
    labels : mapping of str to str, optional
        CURIE or IRI of an external term to its label.
    retired : mapping of str to str, optional
        CURIE or IRI of a retired term to its replacement, or to "".
    denied : iterable of Denial
        Further matches that are known to be wrong, besides the shipped traps and the denials of the shipped sets.
    """
    outside = _Outside(graph, labels or {}, retired or {})
    ours = frozenset(map(str, entities)) if entities is not None else None
    wrong: dict[str, list[Denial]] = {}
    for denial in (*traps(), *_shipped_denials(), *denied, *denials([mappings])):
        wrong.setdefault(denial.object, []).append(denial)
    checks = _Checks(mappings)
    checks.header()
    for row in mappings.mappings:
        checks.row(row)
        checks.meaning(row, wrong, outside, ours)
    checks.repeated()
    return sorted(checks.found.values(), key=lambda problem: problem.line if problem.line is not None else 0)


class _Checks:
    """The checks of one set; `found` holds the problems by what they are, one of many rows once, with its count."""

    def __init__(self, mappings: MappingSet) -> None:
        self.set, self.known = mappings, Prefixes.shipped()
        self.declared = BUILT_IN | mappings.curie_map
        self.found: dict[object, RowViolation] = {}
        self._last: dict[object, int | None] = {}
        self.iri = cache(lambda text: iri_of(text, mappings.curie_map))
        self.curie = cache(
            lambda text: self.known.compress(self.iri(text)) or text.strip()
        )  # predicates, justifications
        self.fault = cache(self._fault)
        self.near = cache(lambda name: nearest(name, mappings.curie_map, 1))

    def say(
        self,
        line: int | None,
        column: str,
        message: str,
        remedy: str,
        severity: Severity = "error",
        *,
        once: object = None,
        path: Path | None = None,
    ) -> None:
        """Note a problem; a problem of the same `once` is only counted."""
        key = once if once is not None else len(self.found)
        if key not in self.found:
            self.found[key] = RowViolation(line, column, message, remedy, severity, path=path)
        elif self._last[key] != line:
            self.found[key] = replace(self.found[key], count=self.found[key].count + 1)
        self._last[key] = line

    # --- metadata

    def say_of(self, slot: str, message: str, remedy: str, severity: Severity = "error", *, key: str = "") -> None:
        """Note a problem of the metadata, at the place of a key in the file or beside it."""
        key, outside = key or slot, self.set.lines_beside
        line, path = self.set.lines.get(key), None
        if line is None and key in outside:
            line, path = outside[key], self.set.beside
        self.say(line, slot, message, remedy, severity, path=path)

    def header(self) -> None:
        metadata = self.set.metadata
        if self.set.beside is not None and self.set.lines:
            message = f"the file has metadata of its own, and {self.set.beside.name} beside it; its own come first"
            self.say(1, "metadata", message, "keep them in one place", "warning")
        for slot in ("mapping_set_id", "license"):
            value = metadata.get(slot)
            if not value:
                self.say(None, slot, f"the metadata has no {slot}", f"add a line `#{slot}: IRI`")
            elif not _IRI.fullmatch(str(value)):
                self.say_of(slot, f"{str(value)!r} is not an IRI", "write the full IRI")
        for slot in sorted(DATES & metadata.keys()):
            if not _is_date(metadata[slot]):
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
                if slot in IDS:
                    self._metadata_id(slot, str(each))
                if slot in _TYPE_SLOTS:
                    self._word(None, slot, str(each), TYPES)
            if slot in LISTS and isinstance(value, str) and "|" in value:
                what = "several values in one" if slot in IDS else "one value"
                self.say_of(slot, f"{value!r} is {what}", "write a list, one value a line after `- `", "information")
        self._unused()
        self._extensions()
        for line, cells in self.set.short.items():
            wanted = len(self.set.columns)
            message = f"the row has {cells} cells, {wanted} were expected; the missing ones are taken as empty"
            place = self.set.columns[cells]
            self.say(line, place, message, "end the row with a tab for each empty cell", "warning", once="short")

    def _metadata_id(self, slot: str, value: str) -> None:
        for key, message, remedy, severity in self.fault(slot, value, False):
            line, path = self.set.lines.get(slot), None
            if line is None and slot in self.set.lines_beside:
                line, path = self.set.lines_beside[slot], self.set.beside
            self.say(line, slot, message, remedy, severity, once=key, path=path)

    def _prefixes(self) -> None:
        if "curie_map" in self.set.metadata and not isinstance(self.set.metadata["curie_map"], dict):
            self.say_of("curie_map", "it is not a map", "write one line `#  PREFIX: IRI` for each prefix")
        for name, iri in self.set.curie_map.items():
            key, prefix = f"curie_map.{name}", self.known.find(name)
            if not NC_NAME.fullmatch(name):
                remedy = "write letters, digits and . - _, beginning with a letter"
                self.say_of("curie_map", f"{name!r} is not a prefix", remedy, key=key)
            if not _IRI.fullmatch(iri):
                remedy = "write the IRI that the local ids are appended to"
                self.say_of("curie_map", f"{name}: {iri!r} is not an IRI", remedy, key=key)
            elif BUILT_IN.get(name, iri) != iri:
                message = f"{name}: {iri} is not the IRI that SSSOM gives to this prefix"
                self.say_of("curie_map", message, f"write {name}: {BUILT_IN[name]}, or drop the line", key=key)
            elif prefix is not None and iri != prefix.iri:
                form = self.known.of_namespace(iri) is prefix
                what = "is another form of the IRIs" if form else "is not where the IRIs that we know begin"
                severity: Severity = "information" if form else "warning"
                remedy = f"write {prefix.name}: {prefix.iri}" + ("" if form else ", if that is meant")
                self.say_of("curie_map", f"{name}: {iri} {what}", remedy, severity, key=key)

    def _unused(self) -> None:
        """Note values of the metadata that do not hold for the rows, and keys that SSSOM does not have."""
        for slot in self.set.metadata:
            own = [row for row in self.set.mappings if slot in SLOTS and getattr(row, slot) not in (None, ())]
            if slot in PROPAGATED and own and len(own) < len(self.set.mappings):
                rows = f"{len(own)} of {len(self.set.mappings)} rows have a {slot} of their own"
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
            used = name in self.set.metadata or any(name in row.extra for row in self.set.mappings)
            if name not in defined and used and name not in SLOTS:
                line = self.set.lines.get(name)
                near = nearest(name, (*SLOTS, *SET_SLOTS), 1)
                remedy = f"did you mean {near[0]}? " if near else ""
                remedy += "define it in extension_definitions: SSSOM tools may drop it"
                self.say(line, name, "SSSOM has no such slot; it is kept as it is", remedy, "information")

    def _definition(self, each: object, defined: dict[str, str]) -> str:
        """Return what is wrong with the definition of an extension, and note its name; "" if nothing is."""
        if not isinstance(each, dict) or not each.get("slot_name"):
            return "a definition has no slot_name"
        name, unknown = str(each["slot_name"]), each.keys() - {"slot_name", "property", "type_hint"}
        texts = [str(each[key]) for key in ("property", "type_hint") if each.get(key)]
        bad = [text for text in texts if "://" in text or text.partition(":")[0] not in self.declared]
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

    # --- rows

    def row(self, row: Mapping) -> None:
        """Note the problems in the format of a row."""
        line = row.line
        self._filled(row)
        about_ours = self._is_ours(row)
        for slot in SLOTS:
            if slot in IDS and (value := getattr(row, slot)):
                for each in value if isinstance(value, tuple) else (value,):
                    if each.strip():
                        for key, message, remedy, severity in self.fault(slot, each, about_ours):
                            self.say(line, slot, message, remedy, severity, once=key)
        self._words(row, about_ours)
        for slot in ("confidence", "similarity_score"):
            number = getattr(row, slot)
            if number is not None and not (isinstance(number, float) and 0 <= number <= 1):
                message = f"{row.cell(slot)} is not a number from 0 to 1"
                self.say(line, slot, message, "write a number such as 0.9, or nothing")
        for slot in sorted(DATES):
            if row.cell(slot) and not _is_date(row.cell(slot)):
                self.say(line, slot, f"{row.cell(slot)!r} is not a date", "write YYYY-MM-DD")
        if row.review_date and not (row.reviewer_id or row.reviewer_label):
            self.say(
                line,
                "review_date",
                "the row has a date of review and no reviewer",
                "fill in reviewer_id or reviewer_label",
            )
        for name, cell in row.extra.items():
            hint = self.set.extensions[name][1]
            form = _FORMS.get(self.iri(hint)) if hint else None
            if form and not re.fullmatch(form, cell):
                message = f"{cell!r} is not of the type {hint} that {name} is defined with"
                self.say(
                    line, name, message, "write such a value, or mend the definition", "warning", once=("hint", name)
                )

    def _is_ours(self, row: Mapping) -> bool:
        return any(end and self.iri(end).startswith(BASE) for end in (row.subject_id, row.object_id))

    def _filled(self, row: Mapping) -> None:
        """Note required slots that are empty, and ends that stand for no term."""
        for side in ("subject", "object"):
            literal = self.set.cell(row, f"{side}_type") == LITERAL
            slot = f"{side}_label" if literal else f"{side}_id"
            if not row.cell(slot).strip():
                remedy = "fill it in: without it there is no mapping"
                if not literal and row.cell(f"{side}_label").strip():
                    remedy = f"fill it in, or write {LITERAL} in {side}_type if it has a label only"
                self.say(row.line, slot, f"the row has no {slot}", remedy, once=self._column(slot))
            if row.cell(f"{side}_id") == NO_TERM and not self.set.cell(row, f"{side}_source"):
                message = f"the row does not say where {side}s were looked for"
                remedy = f"fill in {side}_source"
                self.say(row.line, f"{side}_source", message, remedy, "information", once=("nowhere", side))
        for slot in IDS - {"subject_id", "object_id"}:
            value = getattr(row, slot)
            if value and NO_TERM in (value if isinstance(value, tuple) else (value,)):
                self.say(
                    row.line, slot, f"{NO_TERM} stands only for a subject or an object", "write a term, or nothing"
                )
        for slot, example in (("predicate_id", EXACT), ("mapping_justification", "semapv:UnspecifiedMatching")):
            if not row.cell(slot).strip():
                old = _MATCH_TYPES.get(row.extra.get("match_type", "")) if slot == "mapping_justification" else None
                remedy = f"write semapv:{old}, which match_type meant" if old else f"fill it in, such as {example}"
                self.say(row.line, slot, f"the row has no {slot}", remedy, once=self._column(slot))

    def _column(self, slot: str) -> object:
        """Return what makes the emptiness of a slot one problem: that the table has no such column."""
        return ("column", slot) if self.set.columns and slot not in self.set.columns else None

    def _fault(self, slot: str, value: str, ours: bool) -> tuple[_Fault, ...]:
        """Return the problems of an id, each with what makes it the same problem in another row."""
        if value != value.strip():
            bare = value.strip()
            told = self.fault(slot, bare, ours)
            return ((("spaces", slot), f"{value!r} has spaces around it", f"write {bare}", "warning"), *told)
        name, colon, local = value.partition(":")
        fault, prefix = self.known.fault(value), self.known.find(name)
        if local.startswith("//") and fault is not None:
            severity: Severity = "error" if slot in _ENDS else "warning"
            return ((("IRI", slot), f"{value}: {fault.wrong}", fault.remedy, severity),)
        if not colon:
            remedy = fault.remedy if fault is not None else "write prefix:id"
            return ((("bare", slot, value), f"{value}: it has no prefix", remedy, "error"),)
        found: list[_Fault] = []
        if name not in self.declared:
            near = self.near(name)
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
            if vocabulary is None and prefix is None:
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
            strict = ours and meant is None and slot in _ENDS
            key = ("id", slot, value) if strict else ("id", name, meant is None)
            found.append((key, message, remedy, "error" if strict else "warning"))
        return tuple(found)

    def _words(self, row: Mapping, ours: bool) -> None:
        predicate, kind = row.predicate_id, row.mapping_justification
        meant = self.curie(predicate) if predicate else ""
        if ours and meant in _IDENTITY:
            message = f"{predicate} makes the two terms identical, so that all statements about one hold for the other"
            self.say(row.line, "predicate_id", message, f"write {EXACT}", "warning")
        elif ours and meant and meant not in (*PREDICATES, _ALSO):
            near = nearest(meant, PREDICATES) or PREDICATES
            message = f"the predicate {predicate} is not one for matches"
            self.say(row.line, "predicate_id", message, f"write {' or '.join(near)}", "warning")
        if kind and kind.strip() and self.curie(kind) not in JUSTIFICATIONS:
            near = nearest(kind, JUSTIFICATIONS) or ("semapv:UnspecifiedMatching",)
            message = f"the justification {kind} is not one of SSSOM"
            self.say(row.line, "mapping_justification", message, f"write {' or '.join(near)}", once=("kind", kind))
        if row.predicate_modifier not in (None, "Not"):
            message = f"the modifier {row.predicate_modifier!r} is unknown"
            self.say(row.line, "predicate_modifier", message, "write Not, or nothing")
        for slot in _TYPE_SLOTS:
            if word := getattr(row, slot):
                self._word(row.line, slot, word, TYPES)
        if row.mapping_cardinality:
            self._word(row.line, "mapping_cardinality", row.mapping_cardinality, CARDINALITIES)
            ends = (row.subject_id == NO_TERM, row.object_id == NO_TERM)
            if row.mapping_cardinality in _UNMAPPED and _UNMAPPED[row.mapping_cardinality] != ends:
                message = f"{row.mapping_cardinality} says that there is no term, and the row has one"
                remedy = f"write {NO_TERM} for the end that is missing, or another cardinality"
                self.say(row.line, "mapping_cardinality", message, remedy)

    def _word(self, line: int | None, slot: str, word: str, known: Collection[str]) -> None:
        """Note a word that is not in a closed list; an IRI or CURIE of its meaning is understood."""
        if word in known and not (slot == "predicate_type" and word in (LITERAL, "composed entity expression")):
            return
        meant = [name for name, iri in TYPES.items() if slot in _TYPE_SLOTS and self.iri(word) == str(iri)]
        near = meant or nearest(word, known) or [*known]
        message = f"{word!r} is not a {slot} of SSSOM"
        line = self.set.lines.get(slot) if line is None else line
        severity: Severity = "warning" if meant else "error"
        self.say(line, slot, message, f"write {' or '.join(near)}", severity, once=("word", slot, word))

    def meaning(
        self,
        row: Mapping,
        wrong: abc.Mapping[str, list[Denial]],
        outside: _Outside,
        ours: frozenset[str] | None,
    ) -> None:
        """Note the problems in the content of a row."""
        if not row.subject_id or not row.object_id:
            return
        subject, object_ = self.iri(row.subject_id), self.iri(row.object_id)
        for slot, end, iri in (("subject_id", row.subject_id, subject), ("object_id", row.object_id, object_)):
            if ours is not None and iri.startswith(BASE) and iri not in ours:
                near = nearest(end, {f"sts:{each.removeprefix(BASE)}" for each in ours if each.startswith(BASE)})
                hint = f"did you mean {' or '.join(near)}?" if near else "use a term of the ontology"
                self.say(row.line, slot, f"{end} is not a term of the ontology", hint)
        if row.negative:
            return
        meant = self.curie(row.predicate_id) if row.predicate_id else ""
        predicate = EXACT if meant in _IDENTITY else meant
        for denial in wrong.get(object_, ()):
            if denial.denies(subject, _folded(row.subject_label or ""), predicate):
                message = f"{row.object_id} is a known trap: {denial.reason}"
                self.say(row.line, "object_id", message, denial.remedy)
                break
        if (replacement := outside.replacement(object_)) is not None:
            remedy = f"write {replacement}" if replacement else "find its replacement"
            self.say(row.line, "object_id", f"{row.object_id} is retired", remedy)
        label = outside.label(object_)
        if label is not None and row.object_label and _folded(label) != _folded(row.object_label):
            message = f"{row.object_id} is labelled {label!r}, not {row.object_label!r}"
            self.say(row.line, "object_label", message, "fix the label, or the id if that is wrong", "warning")

    # --- rows beside each other

    def repeated(self) -> None:
        """Note rows that repeat other rows, ids of rows that do, and terms of ours with more than one exact match."""
        seen: dict[Mapping, Mapping] = {}
        records: dict[str, Mapping] = {}
        by_subject: dict[tuple[str, str], Mapping] = {}
        by_object: dict[str, Mapping] = {}
        named = sum(row.record_id is not None for row in self.set.mappings)
        for row in self.set.mappings:
            if row.record_id is None and named:
                self.say(
                    row.line, "record_id", "the row has no record_id, and others have one", "fill it in", once="id"
                )
            elif row.record_id is not None and (other := records.setdefault(row.record_id, row)) is not row:
                message = f"{row.record_id} is also the id of the row in line {other.line}"
                self.say(row.line, "record_id", message, "give each row an id of its own")
            first = seen.setdefault(row, row)
            if first is not row:
                self.say(row.line, "subject_id", f"the row repeats line {first.line}", "drop one of them", "warning")
            elif row.subject_id and row.object_id and NO_TERM not in (row.subject_id, row.object_id):
                self._rivals(row, by_subject, by_object)

    def _rivals(self, row: Mapping, by_subject: dict[tuple[str, str], Mapping], by_object: dict[str, Mapping]) -> None:
        meant = self.curie(row.predicate_id) if row.predicate_id else ""
        if row.negative or meant not in (EXACT, *_IDENTITY) or not self._is_ours(row):
            return
        subject, object_ = self.iri(row.subject_id), self.iri(row.object_id)
        remedy = "keep one, make the other skos:closeMatch"
        vocabulary = self.known.of_iri(object_)
        name = vocabulary[0].name if vocabulary else str(row.object_id).partition(":")[0]
        other = by_subject.setdefault((subject, name), row)
        if other is not row and self.iri(other.object_id) != object_:
            message = f"{row.subject_id} has two exact matches in {name}: also {other.object_id} in line {other.line}"
            self.say(row.line, "object_id", message, remedy, "warning")
        twin = by_object.setdefault(object_, row)
        if twin is not row and self.iri(twin.subject_id) != subject:
            message = f"{row.object_id} is an exact match of two terms: also of {twin.subject_id} in line {twin.line}"
            self.say(row.line, "object_id", message, remedy, "warning")


def _is_date(value: object) -> bool:
    try:
        return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)) and date.fromisoformat(str(value)))
    except ValueError:
        return False


class _Outside:
    """Labels and replacements of external terms, by canonical IRI."""

    def __init__(self, graph: Graph | None, labels: abc.Mapping[str, str], retired: abc.Mapping[str, str]) -> None:
        self._labels = {iri_of(term, {}): label for term, label in labels.items()}
        self._retired = {iri_of(term, {}): replacement for term, replacement in retired.items()}
        if graph is None:
            return
        known = Prefixes.shipped()
        for predicate in (RDFS.label, SKOS.prefLabel):
            for term, label in sorted(graph.subject_objects(predicate)):
                self._labels.setdefault(str(known.standard(str(term))), str(label))
        for term in graph.subjects(OWL.deprecated):
            named = [str(each) for predicate in _REPLACED_BY for each in graph.objects(term, predicate)]
            replacement = known.compress(named[0]) or named[0] if named else ""
            self._retired.setdefault(str(known.standard(str(term))), replacement)

    def label(self, iri: str) -> str | None:
        return self._labels.get(iri)

    def replacement(self, iri: str) -> str | None:
        return self._retired.get(iri)
