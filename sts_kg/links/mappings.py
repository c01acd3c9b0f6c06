"""Mappings of our terms to external vocabularies, as SSSOM sets: read and write in every form, validate.

Our terms stay our own: a mapping says how close an external term is, and never merges the two.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from rdflib import Graph, URIRef

from sts_kg.errors import ParseError
from sts_kg.links.curies import iri_of
from sts_kg.links.equal_forms import canonical, condensed, propagated
from sts_kg.links.mapping_checks import validate
from sts_kg.links.mapping_rdf import from_graph, sets_of, to_graph
from sts_kg.links.mapping_set import SLOTS, Mapping, MappingSet
from sts_kg.links.slots import JUSTIFICATIONS, PREDICATES
from sts_kg.links.sssom_json import of_json, to_json
from sts_kg.links.sssom_table import read_table, shipped, text
from sts_kg.links.violations import RowViolation
from sts_kg.links.wrong_matches import Denial, denials, traps
from sts_kg.rdf import Document, ShownGraph, as_text, ending_of, ntriples_of, syntax_told, write_bytes
from sts_kg.rdf import read as read_rdf
from sts_kg.rdf import write as write_rdf

__all__ = [
    "JUSTIFICATIONS",
    "PREDICATES",
    "SLOTS",
    "Denial",
    "Mapping",
    "MappingSet",
    "RowViolation",
    "canonical",
    "condensed",
    "denials",
    "from_graph",
    "graphs_of_mappings",
    "iri_of",
    "merged",
    "propagated",
    "read",
    "read_all",
    "rows_with",
    "sets_of",
    "shipped",
    "text",
    "to_graph",
    "to_json",
    "traps",
    "validate",
    "write",
]


_RDF = ("ttl", "nt", "nq", "trig", "n3", "rdf", "owl", "xml", "jsonld")
#: What a document is assumed to be whose content and ending tell nothing else.
_TABLE = "table"


def read(source: str | Path | bytes, *, path: object = None) -> MappingSet:
    """Return the mapping set of a file, or of bytes that came from `path`: SSSOM/TSV or CSV, JSON, or RDF.

    JSON and RDF are known by their content, or else by the ending, as `Document` knows them; all else is a table.
    For tables and the metadata beside them see `read_table`.

    Raises
    ------
    ParseError
        The file cannot be read as what it is, with path, line and column; or it has several mapping sets.
    """
    found = read_all(source, path=path)
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        place = source if path is None and not isinstance(source, bytes) else path
        raise ParseError(f"has {len(found)} mapping sets, one was expected: {ids}", path=place)
    return found[0]


def read_all(source: str | Path | bytes, *, path: object = None) -> tuple[MappingSet, ...]:
    """Return all mapping sets of a file; only RDF can have several, each with rows of its own. As `read` otherwise."""
    place = source if path is None and not isinstance(source, bytes) else path
    told = syntax_told(str(place)) if place is not None else None
    with Document(source, path=place, told=told or _TABLE) as document:
        if document.syntax == "jsonld":
            found = of_json(as_text(document.data(), path=place), path=place)
            if found is not None:
                return (found,)
        if document.syntax == _TABLE:
            file = None if isinstance(source, bytes) else Path(source)
            return (read_table(document.data(), path=place, file=file),)
        try:
            return tuple(replace(each, path=place) for each in sets_of(read_rdf(document)))
        except ParseError as error:
            raise ParseError(error.reason, path=place, line=error.line, column=error.column) from error


def write(mappings: MappingSet, path: str | Path) -> None:
    """Write a mapping set to a file, whole or not at all, in the form of its ending, also with .gz after it.

    With commas in a .csv file, as JSON in .json, as RDF in .ttl, .nt, .rdf and the like, and otherwise with tabs. A
    table is written in the order that the set has; `canonical` gives that of SSSOM.

    Raises
    ------
    ParseError
        The RDF syntax cannot express the set, or the file is to be compressed by zstd.
    OSError
        The folder does not exist or cannot be written.
    """
    ending = ending_of(path)
    if Path(path).suffix.lower() == ".zst":
        raise ParseError("zstd is only read; end the name in .gz or in nothing more", path=path)
    if ending in _RDF:
        return write_rdf(to_graph(mappings), path)
    whole = to_json(mappings) if ending == "json" else text(mappings, delimiter="," if ending == "csv" else "\t")
    data = whole.encode()
    write_bytes(path, gzip.compress(data, mtime=0) if Path(path).suffix.lower() == ".gz" else data)


def rows_with(sets: Iterable[MappingSet], iris: Iterable[str]) -> Iterator[tuple[MappingSet, Mapping]]:
    """Yield the rows, each with its set, whose subject or object is one of these canonical IRIs."""
    wanted = {str(iri) for iri in iris}
    for each in sets:
        for row in each.mappings:
            ends = (iri_of(end, each.curie_map) for end in (row.subject_id, row.object_id) if end)
            if wanted.intersection(ends):
                yield each, row


def graphs_of_mappings(sets: Iterable[MappingSet] | None = None) -> dict[URIRef, bytes]:
    """Return mapping sets, the shipped ones by default, as N-Triples by graph name."""
    return {URIRef(each.id): ntriples_of(to_graph(each)) for each in (shipped() if sets is None else sets)}


def merged(sets: Iterable[MappingSet]) -> Graph:
    """Return the triples of several mapping sets in one graph."""
    whole = ShownGraph(bind_namespaces="none")
    for each in sets:
        graph = to_graph(each)
        for prefix, namespace in graph.namespaces():
            whole.bind(prefix, namespace)
        for triple in graph:
            whole.add(triple)
    return whole
