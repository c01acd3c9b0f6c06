"""Mapping sets in RDF, and back: each match as a triple, and an axiom that annotates it with the rest of the row.

A row that denies a match becomes a `sssom:Mapping` instead, because OWL tools take every `owl:Axiom` as true.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from sts_kg.errors import CurieError
from sts_kg.links.sssom import DATES, LISTS, NUMBERS, SLOTS, Mapping, MappingSet, columns_of, value_of
from sts_kg.rdf import BASE, Prefixes

__all__ = ["SSSOM", "from_graph", "to_graph"]

SSSOM = Namespace("https://w3id.org/sssom/")
_PAV = Namespace("http://purl.org/pav/")
_UNKNOWN = f"{BASE}mappings/slot/"  # before the name of a column or key that SSSOM does not have
_AXIOM = f"{BASE}mappings/axiom/"
_NOT = SSSOM.NegatedPredicate

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
_SLOTS = {iri: slot for slot, iri in _PROPERTIES.items()}
#: Slots whose values are CURIEs in a table and IRIs in RDF.
_IDS = frozenset(
    "subject_id predicate_id object_id mapping_justification author_id reviewer_id creator_id subject_source "
    "object_source mapping_source mapping_tool_id curation_rule subject_match_field object_match_field "
    "subject_preprocessing object_preprocessing issue_tracker_item".split()
)
_METADATA = (
    "mapping_set_id mapping_set_version mapping_set_source mapping_set_title mapping_set_description "
    "mapping_set_confidence creator_id creator_label license subject_type subject_source subject_source_version "
    "object_type object_source object_source_version predicate_type mapping_provider cardinality_scope mapping_tool "
    "mapping_tool_id mapping_tool_version mapping_date publication_date".split()
)
#: Slots whose values are full IRIs, also in a table.
_IRIS = frozenset("license mapping_set_source mapping_provider see_also issue_tracker".split())
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\\]+")
_BUILT_IN = (OWL, RDF, RDFS)  # no declaration needed


def to_graph(mappings: MappingSet) -> Graph:
    """Return a mapping set in RDF: for each row the match and an `owl:Axiom` that annotates it.

    A row that denies a match has only a `sssom:Mapping`. External terms are only referenced: what a row says about them
    (labels, the bare code as `skos:notation`) is on the axiom. The name of an axiom is a digest of its row, so equal
    sets give equal graphs.
    """
    graph, names = Graph(bind_namespaces="none"), _Names(mappings.curie_map)
    for prefix, iri in sorted((mappings.curie_map | {"sssom": str(SSSOM)}).items()):
        graph.bind(prefix, iri, override=True, replace=True)
    whole = URIRef(mappings.id) if _IRI.fullmatch(mappings.id) else BNode("mappings")
    graph.add((whole, RDF.type, SSSOM.MappingSet))
    _describe(graph, whole, mappings, names)
    for row in mappings.mappings:
        _annotate(graph, whole, row, names)
    used = {p for _, p, _ in graph} | {o for _, o in graph.subject_objects(OWL.annotatedProperty)}
    for predicate in used - {PROV.wasDerivedFrom, SH.declare, SH.prefix, SH.namespace}:
        if isinstance(predicate, URIRef) and not any(predicate.startswith(str(each)) for each in _BUILT_IN):
            graph.add((predicate, RDF.type, OWL.AnnotationProperty))
    return graph


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
        for each in value if isinstance(value, list) and all(isinstance(one, str) for one in value) else [value]:
            graph.add((whole, _property(slot), _metadatum(slot, each, names)))


def _metadatum(slot: str, value: Any, names: _Names) -> Node:
    if isinstance(value, str):
        return names.term(slot, value_of(slot, value) if slot in DATES else value)
    if isinstance(value, bool | int | float):
        return Literal(value)
    return Literal(json.dumps(value, ensure_ascii=False), datatype=RDF.JSON)


def _annotate(graph: Graph, whole: Node, row: Mapping, names: _Names) -> None:
    """Add a row: its axiom and the match itself, or only a record of the match that it denies."""
    filled = (name for name in SLOTS if getattr(row, name) not in (None, ()))
    cells = {name: row.cell(name) for name in (*filled, *row.extra)}
    axiom = URIRef(_AXIOM + _digest(str(whole), *(part for cell in cells.items() for part in cell)))
    graph.add((whole, SSSOM.mappings, axiom))
    for name in cells:
        if name in row.extra:
            graph.add((axiom, URIRef(_UNKNOWN + quote(name, safe="")), Literal(row.extra[name])))
        elif name == "predicate_modifier" and row.negative:
            graph.add((axiom, SSSOM.predicate_modifier, _NOT))
        else:
            value = getattr(row, name)
            for each in value if isinstance(value, tuple) else (value,):
                graph.add((axiom, _property(name), names.term(name, each)))
    if row.object_id and ":" in row.object_id:
        graph.add((axiom, SKOS.notation, Literal(row.object_id.partition(":")[2])))
    match = [names.term(slot, getattr(row, slot) or "") for slot in ("subject_id", "predicate_id", "object_id")]
    holds = row.predicate_modifier is None and all(isinstance(term, URIRef) for term in match)
    graph.add((axiom, RDF.type, OWL.Axiom if holds else SSSOM.Mapping))
    if holds:
        subject, predicate, object_ = match
        graph.add((subject, predicate, object_))


def _property(slot: str) -> URIRef:
    known = slot in SLOTS or slot in _METADATA or slot in ("issue_tracker", "sssom_version", "extension_definitions")
    return _PROPERTIES.get(slot) or (SSSOM[slot] if known else URIRef(_UNKNOWN + quote(slot, safe="")))


def _slot(iri: Node) -> str | None:
    """Return the slot that a property stands for, or None."""
    if isinstance(iri, URIRef) and iri in _SLOTS:
        return _SLOTS[iri]
    for start in (str(SSSOM), _UNKNOWN):
        if str(iri).startswith(start):
            return unquote(str(iri)[len(start) :])
    return None


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:20]


class _Names:
    """CURIEs to IRIs and back; the prefixes of the set come before ours."""

    def __init__(self, curie_map: dict[str, str]) -> None:
        self._declared = dict(sorted(curie_map.items(), key=lambda each: -len(each[1])))
        self._expanded = cache(self._expand)
        self.compress = cache(self._compress)

    def term(self, slot: str, value: object) -> Node:
        """Return the term for a value of a slot: an IRI where the slot has ids or IRIs and the value is one."""
        if isinstance(value, float):
            return Literal(value)
        if isinstance(value, date):
            return Literal(value.isoformat(), datatype=XSD.date)
        text = str(value)
        if slot in _IRIS and _IRI.fullmatch(text):
            return URIRef(text)
        if slot in _IDS and _IRI.fullmatch(text) and (iri := self._expanded(text)):
            return iri
        return Literal(text)

    def _expand(self, text: str) -> URIRef | None:
        name, _, local = text.partition(":")
        if local.startswith("//"):
            return None
        try:
            known = Prefixes.shipped().expand(text) if name not in self._declared else None
        except CurieError:
            return None
        iri = known if known is not None else URIRef(self._declared[name] + local)
        return iri if self.compress(iri) == text else None  # text that could not be restored stays text

    def _compress(self, iri: str) -> str | None:
        """Return the CURIE of an IRI, by the longest namespace."""
        for prefix, namespace in self._declared.items():
            if iri.startswith(namespace):
                return f"{prefix}:{iri[len(namespace) :]}"
        return Prefixes.shipped().compress(iri)

    def text(self, slot: str, term: Node) -> str:
        """Return the text of a term in a table."""
        known = self.compress(term) if isinstance(term, URIRef) and slot not in _IRIS else None
        return known or str(term)


def from_graph(graph: Graph) -> MappingSet:
    """Return the mapping set of a graph that `to_graph` could have made.

    RDF keeps no order: rows and the values of a cell are sorted, and columns are in the order of SSSOM.

    If the graph has no mapping set, the rows are all its axioms with an object, and CURIEs use our prefixes.
    """
    whole = min(graph.subjects(RDF.type, SSSOM.MappingSet), default=None, key=str)
    curie_map: dict[str, str] = {}
    for declared in graph.objects(whole, SH.declare) if whole is not None else ():
        curie_map[str(graph.value(declared, SH.prefix))] = str(graph.value(declared, SH.namespace))
    names = _Names(dict(sorted(curie_map.items())))
    axioms = {axiom for kind in (OWL.Axiom, SSSOM.Mapping) for axiom in graph.subjects(RDF.type, kind)}
    if whole is not None:
        axioms &= {*graph.objects(whole, SSSOM.mappings)}
    rows = [_mapping(graph, axiom, names) for axiom in axioms if (axiom, OWL.annotatedTarget, None) in graph]
    rows.sort(key=lambda row: [row.cell(slot) for slot in SLOTS])
    metadata: dict[str, Any] = {"curie_map": dict(sorted(curie_map.items()))} if curie_map else {}
    if whole is not None:
        metadata |= _metadata_of(graph, whole, names)
    return MappingSet(metadata, tuple(rows), columns_of(rows))


def _metadata_of(graph: Graph, whole: Node, names: _Names) -> dict[str, Any]:
    found: dict[str, list[Any]] = {"mapping_set_id": [str(whole)]} if isinstance(whole, URIRef) else {}
    for predicate, term in sorted(graph.predicate_objects(whole)):
        slot = _slot(predicate)
        if slot and slot != "mappings":
            found.setdefault(slot, []).append(_plain(slot, term, names))
    several = LISTS | {"mapping_set_source"}
    order = [slot for slot in _METADATA if slot in found] + sorted(found.keys() - set(_METADATA))
    return {slot: found[slot] if slot in several or len(found[slot]) > 1 else found[slot][0] for slot in order}


def _plain(slot: str, term: Node, names: _Names) -> Any:
    if isinstance(term, Literal) and term.datatype == RDF.JSON:
        return json.loads(str(term))
    if isinstance(term, Literal) and term.datatype in (XSD.boolean, XSD.integer, XSD.double):
        return term.toPython()
    return names.text(slot, term)


def _mapping(graph: Graph, axiom: Node, names: _Names) -> Mapping:
    values: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for predicate, term in sorted(_said(graph, axiom)):
        slot = _slot(predicate)
        if slot is None:
            continue
        text = "Not" if term == _NOT else names.text(slot, term)
        if slot in LISTS:
            values[slot] = (*values.get(slot, ()), text)
        elif slot in NUMBERS or slot in DATES:
            values[slot] = float(text) if slot in NUMBERS and _is_number(term) else value_of(slot, text)
        elif slot in SLOTS:
            values[slot] = text
        else:
            extra[slot] = text
    values |= {slot: tuple(sorted(values[slot])) for slot in LISTS & values.keys()}
    return Mapping(**values, extra=dict(sorted(extra.items())))


def _is_number(term: Node) -> bool:
    return isinstance(term, Literal) and term.datatype == XSD.double


def _said(graph: Graph, axiom: Node) -> Iterator[tuple[Node, Node]]:
    for predicate, term in graph.predicate_objects(axiom):
        if predicate not in (RDF.type, SKOS.notation):
            yield predicate, term
