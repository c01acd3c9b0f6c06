"""Mapping sets in RDF, and back: each match as a triple, and an axiom that annotates it with the rest of the row.

The form is that of https://mapping-commons.github.io/sssom/spec-formats-rdf/, but for what would mislead a tool: a row
that states no match (denied, without a term, about a literal) is a `sssom:Mapping`, because OWL tools take every
`owl:Axiom` as true. Nodes have names, and prefixes are also declared as triples, so that N-Triples keeps them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.links import slots
from sts_kg.links.curies import named_iri
from sts_kg.links.mapping_set import SLOTS, Mapping, MappingSet, columns_of, row_value, used_prefixes, value_of
from sts_kg.links.slots import (
    BUILT_IN,
    DATES,
    IDS,
    IRI,
    IRIS,
    LISTS,
    LITERAL,
    NC_NAME,
    NO_TERM,
    NUMBERS,
    SET_SLOTS,
    UNDEFINED,
    WORDS,
)
from sts_kg.rdf import BASE, Prefixes, ShownGraph, rdflib_quiet

__all__ = ["SSSOM", "from_graph", "row_iris", "sets_of", "to_graph"]

SSSOM = Namespace(slots.SSSOM)
_PAV = Namespace("http://purl.org/pav/")
_OLD = "http://w3id.org/sssom/"  # as early tools wrote it
_SPELLED = f"{BASE}mappings/spelled/"  # before the slot whose text is not the CURIE that its IRI gives
_AXIOM = f"{BASE}mappings/axiom/"
_ENDS = ("subject_id", "predicate_id", "object_id")

#: Slots whose property is not `sssom:` and the name of the slot; from the SSSOM schema.
_PROPERTIES: dict[str, URIRef] = {
    "subject_id": OWL.annotatedSource,
    "predicate_id": OWL.annotatedProperty,
    "object_id": OWL.annotatedTarget,
    "author_id": _PAV.authoredBy,
    "creator_id": DCTERMS.creator,
    "license": DCTERMS.license,
    "mapping_date": DCTERMS.created,
    "publication_date": DCTERMS.issued,
    "see_also": RDFS.seeAlso,
    "comment": RDFS.comment,
    "mapping_set_version": OWL.versionInfo,
    "mapping_set_title": DCTERMS.title,
    "mapping_set_description": DCTERMS.description,
    "mapping_set_source": PROV.wasDerivedFrom,
}
_SLOTS = {str(iri): slot for slot, iri in _PROPERTIES.items()} | {str(_PAV.authoredOn): "mapping_date"}
_STANDARD = frozenset((*SLOTS, *SET_SLOTS))
#: What is said of a set or a row and is no slot.
_NO_SLOT = frozenset({RDF.type, SKOS.notation, SSSOM.mappings, SSSOM.extension_definitions, SH.declare})
_LANGUAGE = (OWL, RDF, RDFS)  # no declaration needed
_HINTS = {f"{BUILT_IN['linkml']}uriorcurie"}  # the types whose values are IRIs, in small letters


@rdflib_quiet()
def to_graph(mappings: MappingSet) -> Graph:
    """Return a mapping set in RDF: for each row the match and an `owl:Axiom` that annotates it.

    A row that denies a match, says that there is no term, or is about a literal has only a `sssom:Mapping`. External
    terms are only referenced, by their canonical IRI if they are spelled in another way: what a row says about them
    (labels, the bare code as `skos:notation`) is on the axiom. The name of an axiom is the record_id of its row, or
    else a digest of it, so equal sets give equal graphs. What the metadata say for all rows stays on the set.
    """
    graph, names = ShownGraph(bind_namespaces="none"), _Names(mappings)
    for prefix, iri in sorted((mappings.curie_map | {"sssom": str(SSSOM)}).items()):
        if NC_NAME.fullmatch(prefix):
            graph.bind(prefix, iri, override=True, replace=True)
    whole = _whole(mappings)
    graph.add((whole, RDF.type, SSSOM.MappingSet))
    _describe(graph, whole, mappings, names)
    for row, axiom in zip(mappings.mappings, _axioms(mappings, names), strict=True):
        _annotate(graph, whole, mappings, row, names, axiom)
    used = {p for _, p, _ in graph} | {o for _, o in graph.subject_objects(OWL.annotatedProperty)}
    for predicate in used - {PROV.wasDerivedFrom, SH.declare, SH.prefix, SH.namespace}:
        if isinstance(predicate, URIRef) and not any(predicate.startswith(str(each)) for each in _LANGUAGE):
            graph.add((predicate, RDF.type, OWL.AnnotationProperty))
    return graph


def row_iris(mappings: MappingSet) -> tuple[URIRef, ...]:
    """Return the IRI by which each row of a set is known in RDF: its record_id, or else one with a digest of it."""
    return tuple(_axioms(mappings, _Names(mappings)))


def _whole(mappings: MappingSet) -> URIRef | BNode:
    return URIRef(mappings.id) if IRI.fullmatch(mappings.id) else BNode("mappings")


def _axioms(mappings: MappingSet, names: _Names) -> Iterator[URIRef]:
    """Yield the IRI of each row; a record_id that another row or term has is none."""
    whole, records = _whole(mappings), [names.record(row) for row in mappings.mappings]
    count, seen = Counter(records), Counter[str]()
    taken = {whole, *(names.end(row.subject_id) for row in mappings.mappings if row.subject_id)}
    for row, record in zip(mappings.mappings, records, strict=True):
        if record is not None and record not in taken and count[record] == 1:
            yield record
            continue
        digest = _digest(str(whole), *(part for cell in _cells(row).items() for part in cell))
        seen[digest] += 1
        yield URIRef(_AXIOM + digest + (f"-{seen[digest]}" if seen[digest] > 1 else ""))  # one that is there twice


def _cells(row: Mapping) -> dict[str, str]:
    filled = (slot for slot in SLOTS if getattr(row, slot) not in (None, ()))
    return {slot: row.cell(slot) for slot in (*filled, *row.extra)}


def _describe(graph: Graph, whole: Node, mappings: MappingSet, names: _Names) -> None:
    """Add the metadata of a set."""
    for prefix, iri in mappings.curie_map.items():
        declared = URIRef(f"{_AXIOM}prefix-{_digest(mappings.id, prefix, iri)}")
        graph.add((whole, SH.declare, declared))
        graph.add((declared, SH.prefix, Literal(prefix)))
        graph.add((declared, SH.namespace, Literal(iri, datatype=XSD.anyURI)))
    for slot, value in mappings.metadata.items():
        if slot in ("curie_map", "mapping_set_id") or value is None:
            continue
        if slot == "extension_definitions" and _definitions(graph, whole, value, mappings, names):
            continue
        if slot in LISTS and isinstance(value, str):
            value = [*row_value(slot, value)]
        for each in value if isinstance(value, list) and all(isinstance(one, str) for one in value) else [value]:
            graph.add((whole, names.property(slot), _metadatum(slot, each, names)))


def _definitions(graph: Graph, whole: Node, listed: Any, mappings: MappingSet, names: _Names) -> bool:
    """Add the definitions of extension slots; return False, and add none, if they do not have the form of SSSOM."""
    known = {"slot_name", "property", "type_hint"}
    if not isinstance(listed, list) or not all(
        isinstance(each, dict) and "slot_name" in each and each.keys() <= known and all(map(str, each.values()))
        for each in listed
    ):
        return False
    for each in listed:
        node = URIRef(f"{_AXIOM}extension-{_digest(mappings.id, json.dumps(each, sort_keys=True))}")
        graph.add((whole, SSSOM.extension_definitions, node))
        graph.add((node, RDF.type, SSSOM.ExtensionDefinition))
        for key, value in each.items():
            iri = names.id(str(value)) if key != "slot_name" else None
            graph.add((node, SSSOM[key], iri or Literal(str(value))))
    return True


def _metadatum(slot: str, value: Any, names: _Names) -> Node:
    if isinstance(value, str):
        return names.term(slot, value_of(slot, value) if slot in DATES else value)
    if slot in WORDS and (word := WORDS[slot].get(str(value))):  # sssom_version: 1.1
        return word
    if isinstance(value, bool | int | float):
        return Literal(value)
    return Literal(json.dumps(value, ensure_ascii=False), datatype=RDF.JSON)


def _annotate(
    graph: Graph,
    whole: Node,
    mappings: MappingSet,
    row: Mapping,
    names: _Names,
    axiom: URIRef,
) -> None:
    """Add a row: its axiom and the match itself, or only a record if it states no match."""
    cells = _cells(row)
    if not axiom.startswith(_AXIOM):
        del cells["record_id"]
    graph.add((whole, SSSOM.mappings, axiom))
    match: list[Node | None] = [None, None, None]
    for slot in cells:
        value = row.extra[slot] if slot in row.extra else getattr(row, slot)
        if slot in _ENDS:
            match[_ENDS.index(slot)] = term = names.end(str(value))
            graph.add((axiom, names.property(slot), term))
            if names.text(slot, term) != value:
                graph.add((axiom, URIRef(_SPELLED + slot), Literal(value)))
            continue
        for each in value if isinstance(value, tuple) else (value,):
            graph.add((axiom, names.property(slot), names.term(slot, each)))
    if row.object_id and ":" in row.object_id:
        graph.add((axiom, SKOS.notation, Literal(row.object_id.partition(":")[2])))
    holds = (
        row.predicate_modifier is None
        and NO_TERM not in (row.subject_id, row.object_id)
        and LITERAL not in (mappings.cell(row, "subject_type"), mappings.cell(row, "object_type"))
        and SSSOM.NoTermFound not in match
    )
    subject, predicate, object_ = match
    if holds and isinstance(subject, URIRef) and isinstance(predicate, URIRef) and isinstance(object_, URIRef):
        graph.add((axiom, RDF.type, OWL.Axiom))
        graph.add((subject, predicate, object_))
    else:
        graph.add((axiom, RDF.type, SSSOM.Mapping))


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:20]


class _Names:
    """CURIEs to IRIs and back, slots to properties and back; the prefixes of the set come before ours."""

    def __init__(self, mappings: MappingSet) -> None:
        prefixes = BUILT_IN | mappings.curie_map
        self._declared = dict(sorted(prefixes.items(), key=lambda each: -len(each[1])))
        self._prefixes = prefixes
        self.id = cache(self._id)
        self.compress = cache(self._compress)
        self._extensions = mappings.extensions
        self.property = cache(self._property)
        self._found: dict[str, dict[str, str]] = {}
        self._names = {str(self.property(name)): name for name in reversed(self._extensions)}

    def _property(self, slot: str) -> URIRef:
        if slot in _STANDARD:
            return _PROPERTIES.get(slot) or SSSOM[slot]
        text = self._extensions[slot][0]
        iri = URIRef(text) if "://" in text and IRI.fullmatch(text) else self.id(text)
        taken = iri is None or iri in _NO_SLOT or str(iri) in _SLOTS or str(iri).startswith((str(SSSOM), _SPELLED))
        return URIRef(UNDEFINED + quote(slot, safe="")) if taken or iri is None else iri

    def slot(self, iri: Node) -> str:
        """Return the slot that a property stands for; one that SSSOM does not have is an extension."""
        text = str(iri)
        if text in _SLOTS:
            return _SLOTS[text]
        for start in (str(SSSOM), _OLD):
            if text.startswith(start) and text[len(start) :] in _STANDARD:
                return text[len(start) :]
        if text in self._names:
            return self._names[text]
        if text.startswith(UNDEFINED):
            return unquote(text[len(UNDEFINED) :])
        name = re.split("[/#:]", text)[-1]
        if not NC_NAME.fullmatch(name) or name in _STANDARD or name in self._names.values():
            name = f"ext_{_digest(text)[:8]}"
        self._names[text] = name
        self._found[name] = {"slot_name": name, "property": self.compress(text) or text}
        return name

    def hint(self, slot: str, term: Node) -> None:
        """Note the type of a value of an extension that has no definition."""
        kind = term.datatype if isinstance(term, Literal) else URIRef(f"{BUILT_IN['linkml']}Uriorcurie")
        if slot in self._found and kind is not None and kind != XSD.string:
            self._found[slot].setdefault("type_hint", self.compress(kind) or str(kind))

    def found(self) -> list[dict[str, str]]:
        """Return the definitions of the extensions that `slot` met and that had none."""
        return [self._found[name] for name in sorted(self._found)]

    def type_of(self, slot: str) -> URIRef | None:
        """Return the type of the values of an extension slot, if a definition gives it."""
        hint = self._extensions.get(slot, ("", None))[1]
        return self.id(hint) if hint else None

    def term(self, slot: str, value: object) -> Node:
        """Return the term for a value of a slot: an IRI where the slot has ids or IRIs and the value is one."""
        if isinstance(value, float):
            return Literal(value)
        if isinstance(value, date):
            return Literal(value.isoformat(), datatype=XSD.date)
        text = str(value)
        if slot in WORDS and text in WORDS[slot]:
            return WORDS[slot][text]
        if slot in IRIS and IRI.fullmatch(text):
            return URIRef(text)
        hint = None if slot in _STANDARD else self.type_of(slot)
        named = str(hint).casefold() in _HINTS
        if (slot in IDS or named) and (iri := self.id(text)) and self.text(slot, iri) == text:
            return iri  # text that could not be restored stays text
        return Literal(text, datatype=None if named or hint == XSD.string else hint, normalize=False)

    def end(self, text: str) -> Node:
        """Return the term that a row is about, whatever form its text has; text that names none stays text."""
        return self.id(text) or Literal(text)

    def record(self, row: Mapping) -> URIRef | None:
        """Return the IRI of a row, if it has one that gives its record_id back."""
        iri = self.id(row.record_id) if row.record_id else None
        safe = iri is not None and not iri.startswith(_AXIOM) and self.text("record_id", iri) == row.record_id
        return iri if safe else None

    def _id(self, text: str) -> URIRef | None:
        iri = named_iri(text, self._prefixes)
        return URIRef(iri) if iri is not None else None

    def _compress(self, iri: str) -> str | None:
        """Return the CURIE of an IRI, by the longest namespace."""
        for prefix, namespace in self._declared.items():
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return f"{prefix}:{iri[len(namespace) :]}"
        return Prefixes.shipped().compress(iri)

    def text(self, slot: str, term: Node) -> str:
        """Return the text of a term in a table."""
        for word, iri in WORDS.get(slot, {}).items():
            if term == iri:
                return word
        known = self.compress(term) if isinstance(term, URIRef) and slot not in IRIS else None
        return known or str(term)


def from_graph(graph: Graph) -> MappingSet:
    """Return the mapping set of a graph, as `to_graph` or another tool wrote it.

    RDF keeps no order: rows and the values of a cell are sorted, and columns are in the order of SSSOM. Annotations
    that SSSOM does not have become extension slots.

    If the graph has no mapping set, the rows are all its axioms with an object, and CURIEs use our prefixes.

    Raises
    ------
    ParseError
        The graph has several sets (`sets_of` returns them all), or a row has two subjects, predicates or objects.
    """
    found = sets_of(graph)
    if len(found) > 1:
        raise ParseError(f"has {len(found)} mapping sets, one was expected: {', '.join(each.id for each in found)}")
    return found[0]


def sets_of(graph: Graph) -> tuple[MappingSet, ...]:
    """Return the mapping sets of a graph by their IRIs; one without metadata if none is declared, as `from_graph`.

    Raises
    ------
    ParseError
        A row has two subjects, predicates or objects.
    """
    kinds = (SSSOM.MappingSet, URIRef(f"{_OLD}MappingSet"))
    wholes = sorted({whole for kind in kinds for whole in graph.subjects(RDF.type, kind)}, key=str)
    return tuple(_set_of(graph, whole) for whole in wholes or (None,))


def _set_of(graph: Graph, whole: Node | None) -> MappingSet:
    declared: dict[str, str] = {}
    for each in graph.objects(whole, SH.declare) if whole is not None else ():
        declared[str(graph.value(each, SH.prefix))] = str(graph.value(each, SH.namespace))
    bound = {} if declared else {prefix: str(iri) for prefix, iri in graph.namespaces() if prefix}
    metadata: dict[str, Any] = {"curie_map": dict(sorted((declared or bound).items()))}
    definitions = _definitions_of(graph, whole, _Names(MappingSet(metadata, ())))
    names = _Names(MappingSet(metadata | ({"extension_definitions": definitions} if definitions else {}), ()))
    if whole is None:
        axioms = {axiom for kind in (OWL.Axiom, SSSOM.Mapping) for axiom in graph.subjects(RDF.type, kind)}
        axioms = {axiom for axiom in axioms if (axiom, OWL.annotatedTarget, None) in graph}
    else:
        axioms = {*graph.objects(whole, SSSOM.mappings), *graph.objects(whole, URIRef(f"{_OLD}mappings"))}
    rows = [_mapping(graph, axiom, names) for axiom in axioms]
    rows.sort(key=lambda row: [row.cell(slot) for slot in SLOTS])
    said = _metadata_of(graph, whole, names) if whole is not None else {}
    if listed := [*definitions, *names.found()]:
        said["extension_definitions"] = listed
    if not declared:
        used = used_prefixes(rows, said)
        bound = {prefix: iri for prefix, iri in sorted(bound.items()) if prefix in used and prefix not in BUILT_IN}
    curie_map = dict(sorted(declared.items())) or bound
    return MappingSet(({"curie_map": curie_map} if curie_map else {}) | said, tuple(rows), columns_of(rows))


def _definitions_of(graph: Graph, whole: Node | None, names: _Names) -> list[Any]:
    """Return the definitions of extension slots, by name; what is not of the form of one is kept as it is."""
    found: list[Any] = []
    for node in graph.objects(whole, SSSOM.extension_definitions) if whole is not None else ():
        if isinstance(node, Literal):
            value = _plain("extension_definitions", node, names)
            found += value if isinstance(value, list) else [value]
            continue
        values = {key: graph.value(node, SSSOM[key]) for key in ("slot_name", "property", "type_hint")}
        found.append({key: names.text("property", value) for key, value in values.items() if value is not None})
    if not all(isinstance(each, dict) for each in found):
        return found
    return sorted(found, key=lambda each: str(each.get("slot_name")))


def _metadata_of(graph: Graph, whole: Node, names: _Names) -> dict[str, Any]:
    found: dict[str, list[Any]] = {"mapping_set_id": [str(whole)]} if isinstance(whole, URIRef) else {}
    for predicate, term in sorted(_said(graph, whole)):
        slot = names.slot(predicate)
        found.setdefault(slot, []).append(_plain(slot, term, names))
    order = [slot for slot in SET_SLOTS if slot in found] + sorted(found.keys() - set(SET_SLOTS))
    return {slot: found[slot] if slot in LISTS or len(found[slot]) > 1 else found[slot][0] for slot in order}


def _plain(slot: str, term: Node, names: _Names) -> Any:
    if isinstance(term, Literal) and term.datatype == RDF.JSON:
        return json.loads(str(term))
    if isinstance(term, Literal) and term.datatype in (XSD.boolean, XSD.integer, XSD.double):
        return term.toPython()
    return names.text(slot, term)


def _mapping(graph: Graph, axiom: Node, names: _Names) -> Mapping:
    cells: dict[str, list[Any]] = {}
    spelled: dict[str, str] = {}
    for predicate, term in sorted(_said(graph, axiom)):
        if str(predicate).startswith(_SPELLED):
            spelled[str(predicate)[len(_SPELLED) :]] = str(term)
            continue
        slot = names.slot(predicate)
        names.hint(slot, term)
        number = slot in NUMBERS and isinstance(term, Literal) and isinstance(term.value, int | float)
        cells.setdefault(slot, []).append(float(term.value) if number else names.text(slot, term))  # type: ignore[attr-defined]
    values: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for slot, found in cells.items():
        if slot in LISTS and slot in SLOTS:
            values[slot] = tuple(sorted(map(str, found)))
        elif slot in _ENDS and len(found) > 1:
            raise ParseError(f"the row {axiom} has {len(found)} values of {slot}, one was expected: {', '.join(found)}")
        elif slot in SLOTS:
            text = "|".join(map(str, found))  # several comments, say, which the table has no room for
            values[slot] = found[0] if len(found) == 1 and isinstance(found[0], float) else value_of(slot, text)
        else:
            extra[slot] = "|".join(map(str, found))
    if isinstance(axiom, URIRef) and not axiom.startswith(_AXIOM):
        values["record_id"] = names.text("record_id", axiom)
    values |= {slot: text for slot, text in spelled.items() if slot in SLOTS}
    return Mapping(**values, extra=dict(sorted(extra.items())))


def _said(graph: Graph, node: Node) -> Iterator[tuple[Node, Node]]:
    for predicate, term in graph.predicate_objects(node):
        if predicate not in _NO_SLOT and str(predicate) != f"{_OLD}mappings":
            yield predicate, term
