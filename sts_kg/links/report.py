"""The result of linking: which mappings hold in which document, candidates without a mapping, and the slices.

What a person reads is in `report_text`: first what holds, then what needs a hand, the rest on request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, VOID, XSD

from sts_kg.guideline import footer_of
from sts_kg.links.hierarchies import short_property
from sts_kg.links.joins import Joined
from sts_kg.links.mappings import SLOTS, MappingSet, shipped, text
from sts_kg.links.mappings import Mapping as MappingRow
from sts_kg.links.pins import Pin
from sts_kg.links.report_text import Section, about, headline, points, sections, summary, to_markdown, to_text
from sts_kg.links.table_source import Unread
from sts_kg.rdf import BASE, STS, Prefix, Prefixes, ShownGraph, compress, ntriples_of
from sts_kg.safe import brief, counted, visible
from sts_kg.shown import Shown
from sts_kg.tables import Table

__all__ = [
    "STATUSES",
    "UNREVIEWED",
    "Candidate",
    "Document",
    "Link",
    "LinkReport",
    "Match",
    "Mention",
    "Ours",
    "merged_slices",
    "prefix_of",
]

#: The statuses of a mapping, best first: its term is in the document; there under another form of its IRI; there with
#: another label; obsolete; named but not described; missing, though the document owns its vocabulary.
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


class Match(NamedTuple):
    """What is the same of a term of ours and an external one: the string, and the properties by which each has it.

    The steps are those of SEMAPV that made the string of what each says.
    """

    string: str = ""
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    our_steps: tuple[str, ...] = ()
    their_steps: tuple[str, ...] = ()


_NOTHING = Match()


@dataclass(frozen=True)
class Candidate:
    """An external term and one of ours that share a name or an identifier, or that a cross-reference joins."""

    subject: URIRef
    object: str
    label: str
    document: str
    matched_by: str
    value: str
    subject_label: str = ""
    version: str = ""
    match: Match = _NOTHING

    @property
    def is_related(self) -> bool:
        """Whether its only names that match are related synonyms there."""
        return bool(self.match.theirs) and all("Related" in each for each in self.match.theirs)

    @property
    def is_near(self) -> str:
        """The match if its only names that match are those of something broader or narrower there, or ''."""
        for word, predicate in (("Broad", "skos:narrowMatch"), ("Narrow", "skos:broadMatch")):
            if self.match.theirs and all(word in each for each in self.match.theirs):
                return predicate
        return ""

    @property
    def row(self) -> MappingRow:
        """The row of a mapping set that would map it, not reviewed: exact by identifier or label, else close.

        By a synonym that is broader than the term there, ours has the narrower term there, and the other way round.
        """
        prefix = Prefixes.shipped().find(prefix_of(self.object))
        by, predicate, justification = _EVIDENCE[self.matched_by]
        version = f" {self.version}" if self.version else ""
        return MappingRow(
            subject_id=compress(self.subject),
            subject_label=_line(self.subject_label) or None,
            predicate_id=self.is_near or predicate,
            object_id=self.object,
            object_label=_line(self.label) or None,
            object_source=f"bioregistry:{prefix.name.lower()}" if prefix and prefix.name != "obo" else None,
            object_source_version=_line(self.version) if prefix and self.document in _names_of(prefix) else None,
            mapping_justification=f"semapv:{justification}",
            comment=_line(f"Proposed for {by}, {self.value}, in {self.document}{version}{UNREVIEWED}"),
        )


#: How the comment of a row ends that nobody has reviewed.
UNREVIEWED = "; not reviewed."
_EVIDENCE = {
    "identifier": ("the same identifier", "skos:exactMatch", "MappingChaining"),
    "label": ("the same label", "skos:exactMatch", "LexicalMatching"),
    "synonym": ("a synonym", "skos:closeMatch", "LexicalMatching"),
    "similar name": ("a similar name", "skos:closeMatch", "LexicalMatching"),
    "cross-reference": ("a cross-reference", "skos:closeMatch", "MappingChaining"),
}


class Mention(NamedTuple):
    """A term of a document whose name has the name of one of our drugs."""

    term: str
    name: str


@dataclass(frozen=True)
class Ours:
    """What was linked: the label of our ontology, the disclaimer with its version, and the mapping sets.

    Each set is given by name, version and license.
    """

    label: str = ""
    footer: str = ""
    sets: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of(cls, ours: Graph, sets: Iterable[MappingSet]) -> Ours:
        """Return what an ontology and mapping sets say of themselves."""
        iri = next(ours.subjects(STS.disclaimer), None)
        told = tuple(
            (each.name, str(each.metadata.get("mapping_set_version") or ""), str(each.metadata.get("license") or ""))
            for each in sets
        )
        return cls(str(ours.value(iri, RDFS.label) or ""), footer_of(ours, iri), told) if iri else cls(sets=told)


@dataclass(frozen=True)
class Document:
    """One ontology that was read: its header, how much of it was kept, and which vocabularies it describes.

    Of those that our mappings use, it `owns` some, and borrows terms of the others; `absent` has the mapped terms of
    the latter that are not there. `joined` are terms of the slice that cross-references of other documents led to.
    `hierarchy` are the properties that lead up (`^`: down); `other_forms` the IRIs in the document whose standard form
    is in the slice. A table has `n_rows`, `notes` on what was read, and the first cells that could not be `unread`.
    """

    name: str
    source: str
    graph: URIRef
    header: Mapping[str, str]
    slice: str
    depth: int
    n_read: int
    n_kept: int
    n_terms: Mapping[str, int]
    mentions: tuple[Mention, ...]
    seconds: float
    ntriples: bytes = field(repr=False, default=b"")
    owns: tuple[str, ...] = ()
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    joined: tuple[Joined, ...] = ()
    sha256: str = ""
    hierarchy: tuple[str, ...] = ()
    other_forms: Mapping[str, str] = field(default_factory=dict)
    pin: Pin | None = None
    n_rows: int | None = None
    notes: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def method(self) -> str:
        """The kind of slice, and the properties of its hierarchy if it is not that of RDF Schema alone."""
        if self.slice != "star" and not self.hierarchy:
            return f"{self.slice}, no hierarchy there"
        up = [short_property(each) for each in self.hierarchy]
        return f"{self.slice} by {', '.join(up)}" if {*up} - {"rdfs:subClassOf", "rdfs:subPropertyOf"} else self.slice

    @property
    def borrows(self) -> dict[str, int]:
        """How many terms it describes of each vocabulary that it does not own, the most first."""
        found = {prefix: count for prefix, count in self.n_terms.items() if prefix not in self.owns}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def covers(self, prefix: str) -> bool:
        """Return whether the document describes terms of a vocabulary."""
        return self.n_terms.get(prefix, 0) > 0


@dataclass(frozen=True, repr=False)
class LinkReport(Shown):
    """Which mappings hold in the linked documents, candidates without a mapping, and the slices themselves.

    `links` has a row for each mapping and each document that has its term, or else owns its vocabulary. `uncovered`
    counts the mappings whose vocabulary no document describes. `denied` are the pairs that our mappings deny, though a
    document gives both the same name or joins them by a cross-reference; of `agreed` its cross-references say the same
    as our mappings. `evidence` has a candidate once for each kind of evidence, `left_out` counts the pairs that have
    some and are no candidates, by why. `unsown` are the seeds that no document has. `everything` says whether the view
    of the report has the rest, too.
    """

    documents: tuple[Document, ...]
    links: tuple[Link, ...]
    candidates: tuple[Candidate, ...]
    uncovered: Mapping[str, int]
    bridge: Graph
    denied: tuple[Candidate, ...] = ()
    ours: Ours = Ours()
    agreed: tuple[Candidate, ...] = ()
    evidence: tuple[Candidate, ...] = field(default=(), repr=False)
    left_out: Mapping[str, int] = field(default_factory=dict)
    unsown: tuple[str, ...] = ()
    when: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    everything: bool = field(default=False, compare=False)

    def __repr__(self) -> str:
        names = brief(", ".join(document.name for document in self.documents))
        found = f"{counted(len(self.links), 'mapping')} looked at, {counted(len(self.candidates), 'candidate')}"
        return f"<LinkReport of {names or 'no document'}: {found}>"

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
        graph = ShownGraph()
        for document in self.documents:
            pin = document.pin  # a pinned slice is the same whenever it is made
            when = Literal(self.when.isoformat() if pin is None else pin.date, datatype=XSD.dateTime)
            header = document.header
            about: list[tuple[URIRef, Any]] = [
                (RDF.type, VOID.Dataset),
                (DCTERMS.source, Literal(document.source)),
                (DCTERMS.title, Literal(header.get("title") or document.name)),
                (VOID.triples, Literal(document.n_kept)),
                (PROV.generatedAtTime, when),
                (DCTERMS.description, Literal(f"slice {document.method}, depth {document.depth or 'without limit'}")),
                *((DCTERMS.extent, Literal(note)) for note in document.notes[:1]),
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
            for other, standard in document.other_forms.items():
                graph.add((URIRef(standard), PROV.alternateOf, URIRef(other)))
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
        return _table_of(self.candidates)

    def denied_table(self) -> Table:
        """Return the denied pairs of the same name as a table."""
        return _table_of(self.denied)

    def rows_to_paste(self) -> str:
        """Return the rows that would map the candidates, as a table with tabs in the columns of our mapping sets."""
        columns = shipped()[0].columns
        return text(MappingSet({}, tuple(one.row for one in self.candidates), columns))

    def coverage(self) -> Table:
        """Return the documents as a table: triples read and kept, and the links that hold, by vocabulary."""
        rows = []
        for document in self.documents:
            for prefix, count in sorted(document.n_terms.items()):
                mine = [one for one in self.links if one.document == document.name and prefix_of(one.object) == prefix]
                there = sum(one.status not in ("missing", "referenced") for one in mine)
                mapped = len(mine) + len(document.absent.get(prefix, ()))
                cells = (document.n_read, document.n_kept, count, mapped, there)
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
                "hierarchy": list(document.hierarchy),
                "triples_read": document.n_read,
                "triples_kept": document.n_kept,
                "sha256": document.sha256,
                **(
                    {}
                    if document.n_rows is None
                    else {
                        "rows": document.n_rows,
                        "notes": list(document.notes),
                        "unread": [one._asdict() for one in document.unread],
                    }
                ),
                "terms": dict(document.n_terms),
                "owns": list(document.owns),
                "absent": {prefix: list(ids) for prefix, ids in document.absent.items()},
                "joined": [vars(one) for one in document.joined],
                "mentions": [one._asdict() for one in document.mentions],
                "agreed": [_plain(one) for one in self.agreed if one.document == document.name],
                "seconds": round(document.seconds, 3),
            }
            for document in self.documents
        ]
        return {
            "documents": documents,
            "links": [_plain(one) for one in self.links],
            "candidates": [_plain(one) | {"row": _slots(one.row)} for one in self.candidates],
            "denied": [_plain(one) for one in self.denied],
            "uncovered": dict(self.uncovered),
            "unsown": list(self.unsown),
            "bridge": len(self.bridge),
        }

    def summary(self, everything: bool = False) -> str:
        """Return the report in a few lines; with `everything`, also of what nothing was found."""
        return summary(self, everything)

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int | None = None, *, everything: bool = False) -> str:
        """Return what holds, what needs a hand, and with `everything` also the rest, wrapped to `width` if it is given.

        Rows to paste are not wrapped.
        """
        return to_text(self, width, everything)

    def to_markdown(self, everything: bool = False) -> str:
        """Return the same as GitHub Markdown, with title, date, versions, digests and licenses."""
        return to_markdown(self, everything)

    def to_html(self, everything: bool = False) -> str:
        """Return the same as one static page: no script, nothing loaded, for screens of any width and for paper.

        It is what a notebook shows, with titles, dates, versions, digests and licenses of what was linked.
        """
        return Shown.to_html(replace(self, everything=everything))

    @property
    def title(self) -> str:
        """What the report is about."""
        return headline(self)

    def points(self) -> tuple[str, ...]:
        """Return a sentence on each document, and on what was not found."""
        return tuple(points(self, self.everything))

    def sections(self) -> tuple[Section, ...]:
        """Return the tables of the report: what holds, what needs a hand, candidates, and perhaps the rest."""
        return tuple(sections(self, self.everything))

    def about(self) -> tuple[Section, ...]:
        """Return the tables of what was linked and when, so that it can be done again."""
        return tuple(about(self))


def prefix_of(curie: str) -> str:
    """Return the prefix of a CURIE."""
    return curie.partition(":")[0]


def _term(text: str) -> URIRef | Literal:
    return URIRef(text) if re.match(r"https?://[^\s<>\"{}|^`\\]+$", text) else Literal(text)


def _names_of(prefix: Prefix) -> set[str]:
    """Return the names that a document of a vocabulary has; others only borrow its terms."""
    return {name.casefold() for name in (prefix.name, *prefix.names)}


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _slots(row: MappingRow) -> dict[str, str]:
    return {slot: row.cell(slot) for slot in SLOTS if row.cell(slot)}


def _table_of(candidates: Iterable[Candidate]) -> Table:
    shown = ("object", "label", "document", "matched_by", "value")
    rows: list[tuple[URIRef | Literal, ...]] = [
        (one.subject, *(Literal(getattr(one, name)) for name in shown)) for one in candidates
    ]
    return Table(("subject", *shown), tuple(rows))


def _plain(one: Link | Candidate) -> dict[str, str]:
    values = {name: value for name, value in vars(one).items() if name != "match"}  # the row has it
    return {name: compress(value) if isinstance(value, URIRef) else value for name, value in values.items()}


_ALTERNATE = f" <{PROV.alternateOf}> ".encode()


def merged_slices(before: Mapping[URIRef, bytes], after: Mapping[URIRef, bytes]) -> dict[URIRef, bytes]:
    """Return the graphs of two reports together, as N-Triples: a document linked again replaces its former slice.

    The graphs about all documents (`links`, `link/bridge`) keep what the later report does not replace.
    """
    merged = {**before, **after}
    for name in (URIRef(f"{BASE}links"), URIRef(f"{BASE}link/bridge")):
        if name in before and name in after:
            lines = {*after[name].splitlines(keepends=True)}
            subjects = {line.split(b" ", 1)[0] for line in lines if _ALTERNATE not in line}
            kept = [
                line
                for line in before[name].splitlines(keepends=True)
                if line.split(b" ", 1)[0] not in subjects and line not in lines
            ]
            merged[name] = b"".join(kept) + after[name]
    return merged
