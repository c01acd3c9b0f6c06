"""The result of linking: which mappings hold in which document, candidates without a mapping, and the slices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, VOID, XSD

from sts_kg.links.pins import Pin
from sts_kg.rdf import BASE, compress, ntriples_of
from sts_kg.safe import counted
from sts_kg.tables import Table, html_table

__all__ = ["STATUSES", "Candidate", "Document", "Link", "LinkReport", "merged_slices", "prefix_of"]

#: The statuses of a mapping, best first: its term is in the document; there under another form of its IRI; there with
#: another label; obsolete; named but not described; missing, though the document has terms of its vocabulary.
STATUSES = ("found", "other form", "label differs", "deprecated", "referenced", "missing")


@dataclass(frozen=True)
class Link:
    """What one document says about one mapping: `status` is one of `STATUSES`, `detail` explains it."""

    subject: URIRef
    predicate: URIRef
    object: str
    status: str
    document: str
    iri: str = ""
    label: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Candidate:
    """An external term that no mapping has, but that shares a name or an identifier with one of our terms."""

    subject: URIRef
    object: str
    label: str
    document: str
    matched_by: str
    value: str


@dataclass(frozen=True)
class Document:
    """One ontology that was read: its header, how much of it was kept, and which vocabularies it describes."""

    name: str
    source: str
    graph: URIRef
    header: Mapping[str, str]
    slice: str
    depth: int
    n_read: int
    n_kept: int
    n_terms: Mapping[str, int]
    mentions: tuple[str, ...]
    seconds: float
    ntriples: bytes = field(repr=False, default=b"")
    pin: Pin | None = None

    def covers(self, prefix: str) -> bool:
        """Return whether the document describes terms of a vocabulary."""
        return self.n_terms.get(prefix, 0) > 0


@dataclass(frozen=True)
class LinkReport:
    """Which mappings hold in the linked documents, candidates without a mapping, and the slices themselves.

    `links` has a row for each mapping and each document that describes terms of its vocabulary. `uncovered` counts the
    mappings whose vocabulary no document describes.
    """

    documents: tuple[Document, ...]
    links: tuple[Link, ...]
    candidates: tuple[Candidate, ...]
    uncovered: Mapping[str, int]
    bridge: Graph

    @property
    def graphs(self) -> dict[URIRef, bytes]:
        """Name of each graph to its N-Triples: the slices, their provenance, and the bridge if there is one."""
        found = {document.graph: document.ntriples for document in self.documents}
        found[URIRef(f"{BASE}links")] = ntriples_of(self.provenance)
        if len(self.bridge):
            found[URIRef(f"{BASE}link/bridge")] = ntriples_of(self.bridge)
        return found

    @cached_property
    def provenance(self) -> Graph:
        """The provenance of each slice: source, version, date, license, kind of slice and size."""
        graph = Graph()
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        for document in self.documents:
            pin = document.pin  # a pinned slice is the same whenever it is made
            when = Literal(now if pin is None else pin.date, datatype=XSD.dateTime)
            header = document.header
            about: list[tuple[URIRef, Any]] = [
                (RDF.type, VOID.Dataset),
                (DCTERMS.source, Literal(document.source)),
                (DCTERMS.title, Literal(header.get("title") or document.name)),
                (VOID.triples, Literal(document.n_kept)),
                (PROV.generatedAtTime, when),
                (DCTERMS.description, Literal(f"slice {document.slice}, depth {document.depth or 'without limit'}")),
            ]
            for name, predicate in (
                ("iri", PROV.wasDerivedFrom),
                ("license", DCTERMS.license),
                ("date", DCTERMS.issued),
            ):
                if name in header:
                    about.append((predicate, _term(header[name])))
            if "version" in header:
                is_iri = header["version"].startswith("http")
                about.append((OWL.versionIRI if is_iri else OWL.versionInfo, _term(header["version"])))
            for predicate, value in about:
                graph.add((document.graph, predicate, value))
        return graph

    def table(self) -> Table:
        """Return the links as a table."""
        rows = (
            (
                one.subject,
                one.predicate,
                Literal(one.object),
                Literal(one.status),
                Literal(one.document),
                Literal(one.label),
                Literal(one.detail),
            )
            for one in self.links
        )
        return Table(("subject", "predicate", "object", "status", "document", "label", "detail"), tuple(rows))

    def candidate_table(self) -> Table:
        """Return the candidates as a table."""
        rows = (
            (
                one.subject,
                Literal(one.object),
                Literal(one.label),
                Literal(one.document),
                Literal(one.matched_by),
                Literal(one.value),
            )
            for one in self.candidates
        )
        return Table(("subject", "object", "label", "document", "matched_by", "value"), tuple(rows))

    def coverage(self) -> Table:
        """Return the documents as a table: triples read and kept, and the links that hold, by vocabulary."""
        rows = []
        for document in self.documents:
            for prefix, count in sorted(document.n_terms.items()):
                mine = [one for one in self.links if one.document == document.name and prefix_of(one.object) == prefix]
                there = sum(one.status not in ("missing", "referenced") for one in mine)
                cells = (document.n_read, document.n_kept, count, len(mine), there)
                rows.append((Literal(document.name), Literal(prefix), *map(Literal, cells)))
        return Table(("document", "prefix", "read", "kept", "terms", "mapped", "found"), tuple(rows))

    @property
    def pins(self) -> tuple[Pin, ...]:
        """The documents that were given by name, as a lock pins them."""
        return tuple(document.pin for document in self.documents if document.pin is not None)

    @property
    def is_sound(self) -> bool:
        """Whether no mapping is missing, obsolete or otherwise wrong."""
        return all(one.status in ("found", "other form", "referenced") for one in self.links)

    def as_dict(self) -> dict[str, object]:
        """Return the whole report as plain values."""
        documents = [
            {
                "name": document.name,
                "source": document.source,
                "graph": str(document.graph),
                "header": dict(document.header),
                "slice": document.slice,
                "depth": document.depth,
                "triples_read": document.n_read,
                "triples_kept": document.n_kept,
                "terms": dict(document.n_terms),
                "mentions": list(document.mentions),
                "seconds": round(document.seconds, 3),
            }
            for document in self.documents
        ]
        return {
            "documents": documents,
            "links": [_plain(one) for one in self.links],
            "candidates": [_plain(one) for one in self.candidates],
            "uncovered": dict(self.uncovered),
            "bridge": len(self.bridge),
        }

    def summary(self) -> str:
        """Return the report in a few lines."""
        lines = []
        for document in self.documents:
            counts = Counter(one.status for one in self.links if one.document == document.name)
            told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
            read, named = counted(document.n_read, "triple"), counted(len(document.mentions), "term")
            lines.append(
                f"{document.name}: {document.n_kept:,} of {read} kept ({document.slice}); "
                f"mappings: {told or 'none of ours is about its terms'}"
                + (f"; {named} named after drugs of ours" if document.mentions else "")
            )
        if self.uncovered:
            told = ", ".join(f"{prefix} {count}" for prefix, count in sorted(self.uncovered.items()))
            lines.append(f"no document given has terms of: {told}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int | None = None) -> str:
        """Return the summary, the links and the candidates as text, tables wrapped to `width` if it is given."""
        parts = [self.summary()]
        if self.links:
            parts.append(self.table().to_text(width))
        if self.candidates:
            parts.append("Candidates that nobody has mapped:\n" + self.candidate_table().to_text(width))
        return "\n\n".join(parts)

    def to_markdown(self) -> str:
        """Return the summary, the links and the candidates as Markdown."""
        parts = ["\n".join(f"- {line}" for line in self.summary().splitlines())]
        parts += [table.to_markdown() for table in (self.table(), self.candidate_table()) if len(table)]
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [html_table(("linked",), [[line] for line in self.summary().splitlines()])]
        titles = {"Mappings": self.table(), "Candidates that nobody has mapped": self.candidate_table()}
        parts += [f"<h4>{title}</h4>{table._repr_html_()}" for title, table in titles.items() if len(table)]
        return "".join(parts)


def prefix_of(curie: str) -> str:
    """Return the prefix of a CURIE."""
    return curie.partition(":")[0]


def _term(text: str) -> URIRef | Literal:
    return URIRef(text) if re.match(r"https?://[^\s<>\"{}|^`\\]+$", text) else Literal(text)


def _plain(one: Link | Candidate) -> dict[str, str]:
    return {name: compress(value) if isinstance(value, URIRef) else value for name, value in vars(one).items()}


def merged_slices(before: Mapping[URIRef, bytes], after: Mapping[URIRef, bytes]) -> dict[URIRef, bytes]:
    """Return the graphs of two reports together, as N-Triples: a document linked again replaces its former slice.

    The graphs about all documents (`links`, `link/bridge`) keep what the later report does not replace.
    """
    merged = {**before, **after}
    for name in (URIRef(f"{BASE}links"), URIRef(f"{BASE}link/bridge")):
        if name in before and name in after:
            subjects = {line.split(b" ", 1)[0] for line in after[name].splitlines()}
            kept = [line for line in before[name].splitlines(keepends=True) if line.split(b" ", 1)[0] not in subjects]
            merged[name] = b"".join(kept) + after[name]
    return merged
