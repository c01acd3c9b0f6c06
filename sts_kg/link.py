"""Linking: from ontologies of others the slices that matter for our mapped terms, and a report of which links hold.

Nothing is merged: a slice is a named graph of its own, a mapping stays a mapping. Only a bridge, made when asked for,
puts what is an exact match of ours into the classes of others.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SKOS, VOID, XSD

from sts_kg import mapping, view
from sts_kg.closure.nodes import ntriples_of
from sts_kg.endpoint import Endpoint
from sts_kg.errors import EndpointAnswerError
from sts_kg.external import External
from sts_kg.fetch import downloaded, of_endpoint
from sts_kg.mapping import MappingSet
from sts_kg.names import BASE, STS, compress
from sts_kg.prefixes import Prefixes
from sts_kg.table import Table

__all__ = ["STATUSES", "Candidate", "Document", "Link", "LinkReport", "link"]

#: What can be said of a mapping, the best first: its term is there; there under another form of its IRI; there with
#: another label; obsolete; named but not described; not among the terms of its vocabulary that are there.
STATUSES = ("found", "other form", "label differs", "deprecated", "referenced", "missing")
#: Vocabularies of identifiers that stand in other ontologies as values.
_IDENTIFIERS = ("inchikey", "cas")
_NAMES = (RDFS.label, SKOS.altLabel, STS.brandName)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Link:
    """What one document says of one mapping: `status` is one of `STATUSES`, `detail` what to know or to do."""

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
    """A term of others that a name or an identifier proposes for one of ours, and that no mapping has."""

    subject: URIRef
    object: str
    label: str
    document: str
    matched_by: str
    value: str


@dataclass(frozen=True)
class Document:
    """One ontology that was read: what it is, how much of it was kept, and which vocabularies it describes."""

    name: str
    source: str
    graph: URIRef
    header: Mapping[str, str]
    method: str
    depth: int
    n_read: int
    n_kept: int
    n_terms: Mapping[str, int]
    mentions: tuple[str, ...]
    seconds: float
    ntriples: bytes = field(repr=False, default=b"")

    def covers(self, prefix: str) -> bool:
        """Return whether terms of a vocabulary are described in it."""
        return self.n_terms.get(prefix, 0) > 0


@dataclass(frozen=True)
class LinkReport:
    """Which mappings hold in the documents that were linked, what nobody has mapped yet, and the slices themselves.

    `links` has a row for each mapping and each document that describes terms of its vocabulary, `uncovered` counts the
    mappings whose vocabulary no document describes.
    """

    documents: tuple[Document, ...]
    links: tuple[Link, ...]
    candidates: tuple[Candidate, ...]
    uncovered: Mapping[str, int]
    bridge: Graph

    @property
    def graphs(self) -> dict[URIRef, bytes]:
        """Name of each graph to its N-Triples: the slices, where they come from, the bridge if there is one."""
        found = {document.graph: document.ntriples for document in self.documents}
        found[URIRef(f"{BASE}links")] = ntriples_of(self.provenance)
        if len(self.bridge):
            found[URIRef(f"{BASE}link/bridge")] = ntriples_of(self.bridge)
        return found

    @cached_property
    def provenance(self) -> Graph:
        """Where each slice comes from: source, version, date, licence, method and size."""
        graph = Graph()
        when = Literal(datetime.now(UTC).replace(microsecond=0).isoformat(), datatype=XSD.dateTime)
        for document in self.documents:
            header = document.header
            about: list[tuple[URIRef, Any]] = [
                (RDF.type, VOID.Dataset),
                (DCTERMS.source, Literal(document.source)),
                (DCTERMS.title, Literal(header.get("title") or document.name)),
                (VOID.triples, Literal(document.n_kept)),
                (PROV.generatedAtTime, when),
                (DCTERMS.description, Literal(f"slice {document.method}, depth {document.depth or 'without limit'}")),
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
                mine = [one for one in self.links if one.document == document.name and _prefix(one.object) == prefix]
                there = sum(one.status not in ("missing", "referenced") for one in mine)
                cells = (document.n_read, document.n_kept, count, len(mine), there)
                rows.append((Literal(document.name), Literal(prefix), *map(Literal, cells)))
        return Table(("document", "prefix", "read", "kept", "terms", "mapped", "found"), tuple(rows))

    @property
    def is_sound(self) -> bool:
        """Whether no mapping is missing, obsolete or otherwise wrong."""
        return all(one.status in ("found", "other form", "referenced") for one in self.links)

    def as_dict(self) -> dict[str, object]:
        """Return all of it as plain values."""
        documents = [
            {
                "name": document.name,
                "source": document.source,
                "graph": str(document.graph),
                "header": dict(document.header),
                "slice": document.method,
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
        """Return it in a few lines."""
        lines = []
        for document in self.documents:
            counts = Counter(one.status for one in self.links if one.document == document.name)
            told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
            lines.append(
                f"{document.name}: {document.n_kept:,} of {document.n_read:,} triples kept ({document.method}); "
                f"mappings: {told or 'none of ours is about its terms'}"
                + (f"; {len(document.mentions)} terms named after drugs of ours" if document.mentions else "")
            )
        if self.uncovered:
            told = ", ".join(f"{prefix} {count}" for prefix, count in sorted(self.uncovered.items()))
            lines.append(f"no document given has terms of: {told}")
        return "\n".join(lines)

    def __str__(self) -> str:
        """Return the summary, the links and the candidates as text."""
        parts = [self.summary()]
        if self.links:
            parts.append(view.text(self.table().variables, self.table().curies()))
        if self.candidates:
            table = self.candidate_table()
            parts.append("Candidates that nobody has mapped:\n" + view.text(table.variables, table.curies()))
        return "\n\n".join(parts)

    def to_markdown(self) -> str:
        """Return the summary, the links and the candidates as Markdown."""
        parts = ["\n".join(f"- {line}" for line in self.summary().splitlines())]
        parts += [table.to_markdown() for table in (self.table(), self.candidate_table()) if len(table)]
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [view.html(("linked",), [[line] for line in self.summary().splitlines()])]
        for table in (self.table(), self.candidate_table()):
            if len(table):
                parts.append(table._repr_html_())
        return "".join(parts)


def link(
    sources: Sequence[str | Path | Endpoint],
    ours: Graph,
    *,
    sets: Iterable[MappingSet] | None = None,
    method: str = "up",
    depth: int = 0,
    seeds: Iterable[str] = (),
    bridge: bool = False,
    progress: Callable[[str, int], None] | None = None,
) -> LinkReport:
    """Return the slices of ontology documents that matter for our mapped terms, and what holds of the mappings.

    Parameters
    ----------
    sources : sequence of paths, URLs or Endpoints
        The documents, one of them in memory at a time; of an endpoint only what it knows of the mapped terms.
    ours : Graph
        Our ontology, for names and kinds of terms.
    sets : iterable of MappingSet, optional
        The mappings; the shipped ones without it.
    method : {"star", "up", "down", "module"}
        How far a slice goes, see `sts_kg.external.Slice`.
    depth : int
        Steps down or through a module, 0 for no limit.
    seeds : iterable of str
        Further terms of others to slice: CURIEs, IRIs or labels.
    bridge : bool
        Whether to put what is an exact match into the classes of others: `rdf:type` for individuals, `rdfs:subClassOf`
        for classes.
    progress : callable, optional
        Called with the name of a document and the number of triples read so far.

    Raises
    ------
    ParseError
        A document cannot be read.
    EndpointError
        A URL or an endpoint gives no usable answer.
    UnknownNameError
        There is no such method.
    """
    work = _Work(ours, list(mapping.shipped() if sets is None else sets), tuple(seeds))
    documents = [work.document(source, method, depth, progress) for source in sources]
    covered = {prefix for document in documents for prefix, count in document.n_terms.items() if count}
    uncovered = Counter(_prefix(row.object) for row in work.rows if _prefix(row.object) not in covered)
    return LinkReport(
        tuple(documents),
        tuple(sorted(work.links, key=_order)),
        tuple(sorted(work.candidates, key=lambda one: (one.subject, one.document, one.object, one.matched_by))),
        dict(uncovered),
        work.bridge() if bridge else Graph(),
    )


@dataclass(frozen=True)
class _Row:
    """One positive mapping: our term, the predicate, the CURIE of the other, its label."""

    subject: URIRef
    predicate: URIRef
    object: str
    label: str


class _Work:
    """What is known between the documents of one call."""

    def __init__(self, ours: Graph, sets: list[MappingSet], seeds: tuple[str, ...]) -> None:
        self.prefixes = Prefixes.shipped()
        self.ours, self.seeds = ours, seeds
        self.rows: list[_Row] = []
        self.denied: set[tuple[URIRef, str]] = set()
        for each in sets:
            for row in each.mappings:
                subject = URIRef(mapping.iri_of(row.subject_id or "", each.curie_map))
                curie = self.prefixes.compress(mapping.iri_of(row.object_id or "", each.curie_map)) or str(
                    row.object_id
                )
                if row.negative:
                    self.denied.add((subject, curie))
                else:
                    predicate = self.prefixes.expand(str(row.predicate_id))
                    self.rows.append(_Row(subject, predicate, curie, row.object_label or ""))
        self.links: list[Link] = []
        self.candidates: list[Candidate] = []
        self._mapped = {(row.subject, row.object) for row in self.rows}
        self._forms = {row.object: [str(form) for form in self.prefixes.forms(row.object)] for row in self.rows}
        self._there: dict[str, int] = {}  # the forms that the document at hand uses

    # --- our side

    @cached_property
    def names(self) -> dict[str, set[URIRef]]:
        """Name, in small letters, to our terms of the kinds that mappings are about."""
        kinds = {kind for row in self.rows for kind in self.ours.objects(row.subject, RDF.type)} - {OWL.Class}
        terms = {row.subject for row in self.rows} | {
            term for kind in kinds for term in self.ours.subjects(RDF.type, kind)
        }
        found: dict[str, set[URIRef]] = defaultdict(set)
        for term in terms:
            for predicate in _NAMES:
                for name in self.ours.objects(term, predicate):
                    found[str(name).casefold()].add(URIRef(str(term)))
        return found

    @cached_property
    def identifiers(self) -> dict[str, set[URIRef]]:
        """InChIKey or CAS number to our terms."""
        found: dict[str, set[URIRef]] = defaultdict(set)
        for row in self.rows:
            if _prefix(row.object) in _IDENTIFIERS and row.predicate == SKOS.exactMatch:
                found[row.object.partition(":")[2]].add(row.subject)
        return found

    @cached_property
    def drug_names(self) -> re.Pattern[str] | None:
        """What finds the name of a drug of ours as a word of another name."""
        drugs = {term for kind in self._below(STS.Drug) for term in self.ours.subjects(RDF.type, kind)}
        names = sorted({name for name, terms in self.names.items() if terms & drugs}, key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None

    def _below(self, kind: URIRef) -> set[Any]:
        return set(self.ours.transitive_subjects(RDFS.subClassOf, kind))

    # --- a document

    def document(self, source: Any, method: str, depth: int, progress: Callable[[str, int], None] | None) -> Document:
        if isinstance(source, Endpoint):
            found = of_endpoint(source, self._asked(), method=method)
            if not found:
                raise EndpointAnswerError(source.url, "knows none of the mapped terms")
            return self._document(found, source.url, method, depth, progress)
        if str(source).startswith(("http://", "https://")):
            with downloaded(str(source)) as path:
                return self._document(path, str(source), method, depth, progress)
        return self._document(source, str(source), method, depth, progress)

    def _asked(self) -> list[str]:
        """Return the IRIs that an endpoint is asked for: of mapped terms and seeds, in all forms."""
        curies = [row.object for row in self.rows if _prefix(row.object) not in _IDENTIFIERS] + list(self.seeds)
        forms = (self.prefixes.forms(curie) for curie in curies if self.prefixes.find(_prefix(curie)) is not None)
        return sorted({str(form) for each in forms for form in each})

    def _document(
        self, source: Any, shown: str, method: str, depth: int, progress: Callable[[str, int], None] | None
    ) -> Document:
        start = datetime.now(UTC)
        external = External(source, progress=(lambda n: progress(shown, n)) if progress is not None else None)
        self._there = external.find_all(form for forms in self._forms.values() for form in forms)
        name = _name(external.header.get("iri", ""), shown)
        n_terms = self._described(external)
        found = {row: self._look_up(external, row, n_terms, name) for row in self.rows}
        self.links += [one for one, _ in found.values() if one is not None]
        mentions = self._propose(external, name)
        chosen = {term for one, term in found.values() if one is not None and term >= 0} | mentions.keys()
        rows = external.slice([*chosen, *self._seeds(external)], method, depth=depth)
        kept = list(external.ntriples(rows, blank_nodes=name.replace("-", ""), renamed=self._standard()))
        return Document(
            name,
            shown,
            URIRef(f"{BASE}link/{name}"),
            external.header,
            method,
            depth,
            len(external),
            len(kept),
            n_terms,
            tuple(sorted(mentions.values())),
            (datetime.now(UTC) - start).total_seconds(),
            b"".join(kept),
        )

    def _described(self, external: External) -> dict[str, int]:
        """Return how many terms of each vocabulary that our mappings use a document describes."""
        spaces: Counter[str] = Counter()
        for term in external.described().tolist():
            iri = external.text(term)
            spaces[iri[: max(map(iri.rfind, "_/#=:")) + 1]] += 1
        by_iri = {
            form: prefix.name
            for prefix in self.prefixes
            if any(_prefix(row.object) == prefix.name for row in self.rows)
            for form in (prefix.iri, *prefix.iris)
        }
        found: Counter[str] = Counter()
        for space, count in spaces.items():
            if space in by_iri:
                found[by_iri[space]] += count
        return dict(found)

    def _standard(self) -> dict[int, bytes]:
        """Return the mapped terms whose IRIs have another form in a document, with the form to use."""
        found: dict[int, bytes] = {}
        for row in self.rows:
            standard, *others = self._forms[row.object]
            found |= {self._there[form]: f"<{standard}>".encode() for form in others if form in self._there}
        return found

    def _look_up(self, external: External, row: _Row, n_terms: Mapping[str, int], name: str) -> tuple[Link | None, int]:
        forms = self._forms[row.object]
        there = [(form, self._there[form]) for form in forms if form in self._there]
        described = [(form, term) for form, term in there if external.is_described(term)]
        if described:
            form, term = described[0]
            status, label, detail = self._judged(external, row, form, term, forms[0])
            return Link(row.subject, row.predicate, row.object, status, name, forms[0], label, detail), term
        if not n_terms.get(_prefix(row.object)):
            return None, -1
        if there:
            detail = "named there, but not described; link the ontology that it comes from"
            return Link(row.subject, row.predicate, row.object, "referenced", name, there[0][0], "", detail), there[0][
                1
            ]
        count = n_terms[_prefix(row.object)]
        detail = f"{count:,} terms of {_prefix(row.object)} are there, and this is not one of them"
        return Link(row.subject, row.predicate, row.object, "missing", name, "", "", detail), -1

    def _judged(self, external: External, row: _Row, form: str, term: int, standard: str) -> tuple[str, str, str]:
        labels = external.labels(term)
        label = labels[0] if labels else ""
        if external.is_deprecated(term):
            others = [self.prefixes.compress(other) or other for other in external.replacements(term)]
            return (
                "deprecated",
                label,
                f"replaced by {', '.join(others)}" if others else "obsolete, without replacement",
            )
        wanted = row.label.casefold()
        if wanted and labels and wanted not in map(str.casefold, labels):
            names = [each for each in external.names(term) if each.casefold() == wanted]
            if not names:
                return "label differs", label, f"the mapping says {row.label!r}"
            return ("found" if form == standard else "other form"), label, f"{names[0]!r} is a synonym there"
        if form != standard:
            return "other form", label, f"there as <{form}>; the form to use is <{standard}>"
        return "found", label, ""

    def _propose(self, external: External, document: str) -> dict[int, str]:
        """Note the candidates of a document, and return the terms with the name of a drug of ours in theirs."""
        mentions: dict[int, str] = {}
        seen: set[tuple[URIRef, int]] = set()

        def note(subject: URIRef, term: int, by: str, value: str) -> None:
            iri = external.text(term)
            curie = self.prefixes.compress(iri) or compress(iri)
            if (subject, curie) in self._mapped or (subject, curie) in self.denied or (subject, term) in seen:
                return
            if external.is_deprecated(term) or iri.startswith(BASE):
                return
            seen.add((subject, term))
            label = next(iter(external.labels(term)), "")
            self.candidates.append(Candidate(subject, curie, label, document, by, value))

        for term, value in external.identified(self.identifiers):
            for subject in self.identifiers[value]:
                note(subject, term, "identifier", value)
        pattern = self.drug_names
        for term, text in external.named():
            folded = text.casefold()
            for subject in self.names.get(folded, ()):
                is_label = folded in map(str.casefold, external.labels(term))
                note(subject, term, "label" if is_label else "synonym", text)
            if pattern is not None and pattern.search(folded):
                mentions.setdefault(term, text)
        return mentions

    def _seeds(self, external: External) -> Iterator[int]:
        by_name: dict[str, list[int]] = defaultdict(list)
        if self.seeds:
            for term, text in external.named():
                by_name[text.casefold()].append(term)
        for seed in self.seeds:
            yield from by_name[seed.casefold()]
            forms = {seed.strip("<>")}
            if self.prefixes.find(seed.partition(":")[0]) is not None and "//" not in seed:
                forms.update(map(str, self.prefixes.forms(seed)))
            yield from (term for form in forms if (term := external.find(form)) >= 0)

    def bridge(self) -> Graph:
        """Return what puts our terms into the classes of others that match them exactly."""
        graph = Graph()
        for one in self.links:
            if one.predicate == SKOS.exactMatch and one.status in ("found", "other form", "label differs"):
                is_class = (one.subject, RDF.type, OWL.Class) in self.ours
                graph.add((one.subject, RDFS.subClassOf if is_class else RDF.type, URIRef(one.iri)))
        return graph


def _name(iri: str, source: str) -> str:
    """Return a short name for a document: the end of its IRI, else of its file."""
    end = re.split(r"[/#]", iri.rstrip("/#"))[-1] or Path(source).name
    end = re.sub(r"(?i)(?:\.(?:owl|obo|ofn|owx|ttl|nt|nq|rdf|xml|gz|zst|jsonld|json|trig|n3))+$", "", end)
    return re.sub(r"[^a-z0-9]+", "-", end.lower()).strip("-") or "document"


def _order(one: Link) -> tuple[str, str, str, str]:
    return one.subject, one.object, one.document, one.predicate


def _prefix(curie: str) -> str:
    return curie.partition(":")[0]


def _term(text: str) -> URIRef | Literal:
    return URIRef(text) if re.match(r"https?://[^\s<>\"{}|^`\\]+$", text) else Literal(text)


def _plain(one: Link | Candidate) -> dict[str, str]:
    return {name: compress(value) if isinstance(value, URIRef) else value for name, value in vars(one).items()}
