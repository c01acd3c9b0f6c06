"""Linking: slices of external ontologies around our mapped terms, and a report of which mappings hold.

Nothing is merged: each slice is a named graph of its own, and a mapping stays a mapping. Only a bridge, made on
request, puts exact matches of ours into external classes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from sts_kg.errors import EndpointAnswerError
from sts_kg.links.external import External
from sts_kg.links.fetch import Fetched, downloaded, of_endpoint
from sts_kg.links.mappings import MappingSet, iri_of, shipped
from sts_kg.links.report import Candidate, Document, Link, LinkReport, prefix_of
from sts_kg.links.slots import NO_TERM
from sts_kg.rdf import BASE, STS, Prefixes, compress
from sts_kg.rdf import Document as Opened
from sts_kg.safe import counted, without_secrets
from sts_kg.stores import Endpoint

__all__ = ["link"]

#: Vocabularies whose identifiers occur as values in other ontologies.
_IDENTIFIERS = ("inchikey", "cas")
_NAMES = (RDFS.label, SKOS.altLabel, STS.brandName)


def link(
    sources: Sequence[str | Path | Fetched | Endpoint],
    ours: Graph,
    *,
    sets: Iterable[MappingSet] | None = None,
    slice: str = "up",
    depth: int = 0,
    seeds: Iterable[str] = (),
    bridge: bool = False,
    progress: Callable[[str, int], None] | None = None,
) -> LinkReport:
    """Return the slices of external ontologies around our mapped terms, and which mappings hold.

    Parameters
    ----------
    sources : sequence of paths, URLs or Endpoints
        The documents; only one is in memory at a time. From an endpoint, only what it knows about the mapped terms.
    ours : Graph
        Our ontology, for the names and kinds of terms.
    sets : iterable of MappingSet, optional
        The mappings; by default the shipped ones.
    slice : {"star", "up", "down", "module"}
        How far a slice goes; see `sts_kg.links.SLICES`.
    depth : int
        The most steps down, or from term to term in a module; 0 for no limit.
    seeds : iterable of str
        Further external terms to slice: CURIEs, IRIs or labels.
    bridge : bool
        Whether to put exact matches into external classes: `rdf:type` for individuals, `rdfs:subClassOf` for classes.
    progress : callable, optional
        Called with the name of a document and the number of triples read so far.

    Raises
    ------
    ParseError
        A document cannot be read.
    EndpointError
        A URL or an endpoint gives no usable answer.
    UnknownNameError
        There is no such slice.
    """
    work = _Work(ours, list(shipped() if sets is None else sets), tuple(seeds))
    documents = [work.document(source, slice, depth, progress) for source in sources]
    covered = {prefix for document in documents for prefix, count in document.n_terms.items() if count}
    uncovered = Counter(prefix_of(row.object) for row in work.rows if prefix_of(row.object) not in covered)
    return LinkReport(
        tuple(documents),
        tuple(sorted(work.links, key=_order)),
        tuple(sorted(work.candidates, key=lambda one: (one.subject, one.document, one.object, one.matched_by))),
        dict(uncovered),
        work.bridge() if bridge else Graph(),
    )


@dataclass(frozen=True)
class _Row:
    """One positive mapping: our term, the predicate, the CURIE of the external term, its label."""

    subject: URIRef
    predicate: URIRef
    object: str
    label: str


class _Work:
    """The state that the documents of one call share."""

    def __init__(self, ours: Graph, sets: list[MappingSet], seeds: tuple[str, ...]) -> None:
        self.prefixes = Prefixes.shipped()
        self.ours, self.seeds = ours, seeds
        self.rows: list[_Row] = []
        self.denied: set[tuple[URIRef, str]] = set()
        for each in sets:
            for row in each.mappings:
                if not (row.subject_id and row.object_id) or NO_TERM in (row.subject_id, row.object_id):
                    continue  # about a literal, or that there is no term: nothing to link
                subject = URIRef(iri_of(row.subject_id, each.curie_map))
                iri = iri_of(row.object_id, each.curie_map)
                curie = self.prefixes.compress(iri) or iri  # of a prefix that only the file knows
                if row.negative:
                    self.denied.add((subject, curie))
                else:
                    predicate = URIRef(iri_of(str(row.predicate_id), each.curie_map))
                    self.rows.append(_Row(subject, predicate, curie, row.object_label or ""))
        self.links: list[Link] = []
        self.candidates: list[Candidate] = []
        self._mapped = {(row.subject, row.object) for row in self.rows}
        self._forms = {
            row.object: [row.object] if "://" in row.object else [*map(str, self.prefixes.forms(row.object))]
            for row in self.rows
        }
        self._there: dict[str, int] = {}  # the forms that the current document uses

    # --- our side

    @cached_property
    def names(self) -> dict[str, set[URIRef]]:
        """Name, in lower case, to our terms of the kinds that mappings are about."""
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
            if prefix_of(row.object) in _IDENTIFIERS and row.predicate == SKOS.exactMatch:
                found[row.object.partition(":")[2]].add(row.subject)
        return found

    @cached_property
    def drug_names(self) -> re.Pattern[str] | None:
        """The pattern that finds the name of one of our drugs as a word of another name."""
        drugs = {term for kind in self._below(STS.Drug) for term in self.ours.subjects(RDF.type, kind)}
        names = sorted({name for name, terms in self.names.items() if terms & drugs}, key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None

    def _below(self, kind: URIRef) -> set[Any]:
        return set(self.ours.transitive_subjects(RDFS.subClassOf, kind))

    # --- a document

    def document(self, source: Any, slice: str, depth: int, progress: Callable[[str, int], None] | None) -> Document:
        if isinstance(source, Endpoint):
            found = of_endpoint(source, self._asked(), slice=slice)
            shown = without_secrets(source.url)
            if not found:
                raise EndpointAnswerError(shown, "knows none of the mapped terms")
            return self._document(found, shown, slice, depth, progress)
        if str(source).lower().startswith(("http://", "https://")):
            with downloaded(str(source)) as document:
                return self._document(document, without_secrets(source), slice, depth, progress)
        if isinstance(source, Fetched):
            with Opened(source.path, path=source.address, base=source.address) as document:
                return self._document(document, source.address, slice, depth, progress)
        return self._document(source, str(source), slice, depth, progress)

    def _asked(self) -> list[str]:
        """Return the IRIs to query an endpoint for: mapped terms and seeds, in all forms."""
        curies = [row.object for row in self.rows if prefix_of(row.object) not in _IDENTIFIERS] + list(self.seeds)
        forms = (self.prefixes.forms(curie) for curie in curies if self.prefixes.find(prefix_of(curie)) is not None)
        return sorted({str(form) for each in forms for form in each})

    def _document(
        self, source: Any, shown: str, slice: str, depth: int, progress: Callable[[str, int], None] | None
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
        rows = external.slice([*chosen, *self._seeds(external)], slice, depth=depth)
        kept = list(external.ntriples(rows, blank_nodes=name.replace("-", "Z"), renamed=self._standard()))
        return Document(
            name,
            shown,
            URIRef(f"{BASE}link/{name}"),
            external.header,
            slice,
            depth,
            len(external),
            len(kept),
            n_terms,
            tuple(sorted(mentions.values())),
            (datetime.now(UTC) - start).total_seconds(),
            b"".join(kept),
        )

    def _described(self, external: External) -> dict[str, int]:
        """Return how many terms a document describes, for each vocabulary that our mappings use."""
        spaces: Counter[str] = Counter()
        for term in external.described().tolist():
            iri = external.text(term)
            spaces[iri[: max(map(iri.rfind, "_/#=:")) + 1]] += 1
        by_iri = {
            form: prefix.name
            for prefix in self.prefixes
            if any(prefix_of(row.object) == prefix.name for row in self.rows)
            for form in (prefix.iri, *prefix.iris)
        }
        found: Counter[str] = Counter()
        for space, count in spaces.items():
            if space in by_iri:
                found[by_iri[space]] += count
        return dict(found)

    def _standard(self) -> dict[int, bytes]:
        """Return the mapped terms whose IRIs have another form in the document, with the standard form."""
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
        if not n_terms.get(prefix_of(row.object)):
            return None, -1
        if there:
            detail = "named there, but not described; link the ontology that it comes from"
            return Link(row.subject, row.predicate, row.object, "referenced", name, there[0][0], "", detail), there[0][
                1
            ]
        count = n_terms[prefix_of(row.object)]
        terms, are = counted(count, "term"), "is" if count == 1 else "are"
        detail = f"{terms} of {prefix_of(row.object)} {are} there, and this is not one of them"
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
        """Add the candidates of a document, and return the terms whose names contain the name of one of our drugs."""
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
        """Return the triples that put our terms into the external classes that match them exactly."""
        graph = Graph()
        for one in self.links:
            if one.predicate == SKOS.exactMatch and one.status in ("found", "other form", "label differs"):
                is_class = (one.subject, RDF.type, OWL.Class) in self.ours
                graph.add((one.subject, RDFS.subClassOf if is_class else RDF.type, URIRef(one.iri)))
        return graph


def _name(iri: str, source: str) -> str:
    """Return a short name for a document: the end of its IRI, or else of its file name."""
    end = re.split(r"[/#]", iri.rstrip("/#"))[-1] or Path(source).name
    end = re.sub(r"(?i)(?:\.(?:owl|obo|ofn|owx|ttl|nt|nq|rdf|xml|gz|zst|jsonld|json|trig|n3))+$", "", end)
    return re.sub(r"[^a-z0-9]+", "-", end.lower()).strip("-") or "document"


def _order(one: Link) -> tuple[str, str, str, str]:
    return one.subject, one.object, one.document, one.predicate
