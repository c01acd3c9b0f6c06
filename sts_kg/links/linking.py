"""Linking: slices of external ontologies around our mapped terms, and a report of which mappings hold.

Nothing is merged: each slice is a named graph of its own, and a mapping stays a mapping. Only a bridge, made on
request, puts exact matches of ours into external classes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import file_digest
from io import BytesIO
from itertools import count as numbers
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from sts_kg.closure.encoding import Ids
from sts_kg.errors import EndpointAnswerError, ParseError
from sts_kg.links.candidates import IDENTIFIERS, MOST, Candidates, Proposed, Row, strongest
from sts_kg.links.external import External
from sts_kg.links.fetch import Fetched, fetched, of_endpoint
from sts_kg.links.hierarchies import property_of
from sts_kg.links.joins import Joined, References, joined, references_of
from sts_kg.links.mappings import MappingSet, iri_of, shipped, traps
from sts_kg.links.ownership import is_part, owned, space_of
from sts_kg.links.report import Candidate, Document, Link, LinkReport, Ours, prefix_of
from sts_kg.links.slots import NO_TERM
from sts_kg.links.table_source import TableSource
from sts_kg.links.tables import is_table, table_at
from sts_kg.rdf import BASE, Prefixes, ShownGraph
from sts_kg.rdf import Document as Opened
from sts_kg.safe import counted, without_secrets
from sts_kg.stores import Endpoint

__all__ = ["link"]

#: Imported from, as MIREOT and ROBOT write it beside a term.
_IMPORTED = "http://purl.obolibrary.org/obo/IAO_0000412"
_MOST_KEPT = 2_000_000  # triples of several documents, some 100 bytes each


def link(
    sources: Sequence[str | Path | Fetched | Endpoint],
    ours: Graph,
    *,
    sets: Iterable[MappingSet] | None = None,
    slice: str = "up",
    depth: int = 0,
    seeds: Iterable[str] = (),
    hierarchy: Iterable[str] = (),
    bridge: bool = False,
    progress: Callable[[str, int], None] | None = None,
) -> LinkReport:
    """Return the slices of external ontologies around our mapped terms, and which mappings hold.

    Parameters
    ----------
    sources : sequence of paths, URLs or Endpoints
        The documents; only one is in memory at a time. From an endpoint, only what it knows about the mapped terms.
        CSV and TSV are tables by their CSVW metadata, which are beside them; RXNCONSO.RRF, its folder or archive is
        RxNorm.
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
    hierarchy : iterable of str
        CURIEs or IRIs of the properties that lead up, `^` before those that lead down; by default those of
        `sts_kg.links.HIERARCHIES` that a document uses.
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
    CurieError
        A property of the hierarchy is neither a CURIE with a known prefix nor an IRI.
    """
    above = tuple(map(property_of, hierarchy))
    work = _Work(ours, list(shipped() if sets is None else sets), tuple(seeds), slice, depth, above, progress)
    with ExitStack() as stack:  # which keeps what is downloaded until the end
        documents = work.documents([partial(work.source, source, stack) for source in sources])
    covered = {prefix for document in documents for prefix, count in document.n_terms.items() if count}
    uncovered = Counter(prefix_of(row.object) for row in work.rows if prefix_of(row.object) not in covered)
    return LinkReport(
        tuple(documents),
        tuple(sorted(work.links, key=_order)),
        _sorted(strongest(work.found.candidates)),
        dict(uncovered),
        work.bridge() if bridge else ShownGraph(),
        _sorted(work.found.against),
        Ours.of(ours, work.sets),
        agreed=_sorted(work.found.agreed),
        evidence=_sorted(work.found.candidates),
        left_out={
            "mapped already": len(work.found.mapped),
            "denied or mapped otherwise": len({(one.subject, one.object) for one in work.found.against}),
            "obsolete": len(work.found.obsolete),
            f"of a name that more than {MOST} terms have": work.found.common,
        },
        unsown=tuple(seed for seed in dict.fromkeys(work.seeds) if seed not in work.sown),
    )


@dataclass(frozen=True)
class _Source:
    """Where the triples of a document are: a file, which can be read again, or what an endpoint said."""

    place: Path | list[BytesIO]
    shown: str
    base: str | None = None
    table: TableSource | None = None

    def read(self, hierarchy: tuple[str, ...], progress: Callable[[str, int], None] | None) -> External:
        told = (lambda n: progress(self.shown, n)) if progress is not None else None
        if self.table is not None:
            with self.table.document(self.shown) as document:
                external = External(document, hierarchy=hierarchy, progress=told)
            external.header = self.table.header
            return external
        if isinstance(self.place, Path) and self.base is not None:
            with Opened(self.place, path=self.shown, base=self.base) as document:
                return External(document, hierarchy=hierarchy, progress=told)
        return External(self.place, hierarchy=hierarchy, progress=told)

    @property
    def is_file(self) -> bool:
        """Whether it can be read again."""
        return isinstance(self.place, Path) and self.place.is_file()

    def digest(self) -> str:
        """Return the SHA-256 of the file as it is, or '' if there is none."""
        if not (isinstance(self.place, Path) and self.is_file):
            return ""
        with self.place.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()


class _Work:
    """The state that the documents of one call share."""

    def __init__(
        self,
        ours: Graph,
        sets: list[MappingSet],
        seeds: tuple[str, ...],
        slice: str,
        depth: int,
        hierarchy: tuple[str, ...],
        progress: Callable[[str, int], None] | None,
    ) -> None:
        self.prefixes = Prefixes.shipped()
        self.ours, self.sets, self.seeds = ours, sets, seeds
        self.slice, self.depth, self.hierarchy, self.progress = slice, depth, hierarchy, progress
        self.rows: list[Row] = []
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
                    self.rows.append(Row(subject, predicate, curie, row.object_label or ""))
        for trap in traps():
            curie = self.prefixes.compress(trap.object) or trap.object
            self.denied.update((URIRef(each), curie) for each in trap.subjects if each)
        self.links: list[Link] = []
        self.found = Proposed()  # in all documents
        self.sown: set[str] = set()  # the seeds that a document has
        self._proposals = Candidates(ours, self.rows, self.denied)
        self._forms = {row.object: self._forms_of(row.object) for row in self.rows}
        self._there: dict[str, int] = {}  # the forms that the current document uses
        self._spaces: list[str] = []  # the namespaces of what it describes
        self._taken = {"bridge", "inferred"}  # names of documents, and of the graphs about all of them

    def _forms_of(self, curie: str) -> list[str]:
        """Return every IRI that a document may have for a term, the standard one first."""
        if "://" in curie:
            return [curie]
        prefix = self.prefixes.find(prefix_of(curie))
        local = curie.partition(":")[2]
        forms = prefix.obo_iris if prefix is not None else ()
        return [*dict.fromkeys((*map(str, self.prefixes.forms(curie)), *(form + local for form in forms)))]

    # --- a document

    def source(self, source: Any, stack: ExitStack) -> _Source:
        """Return where the triples of a source are; what is downloaded stays until the stack is left."""
        if isinstance(source, Endpoint):
            found = of_endpoint(source, self._asked(), slice=self.slice, hierarchy=self.hierarchy)
            shown = without_secrets(source.url)
            if not found:
                raise EndpointAnswerError(shown, "knows none of the mapped terms")
            return _Source(found, shown)
        if str(source).lower().startswith(("http://", "https://")):
            if is_table(urlsplit(str(source)).path):
                reason = "is a table, and tables are read from files; download it, with what says its columns"
                raise ParseError(reason, path=without_secrets(source))
            path, base = stack.enter_context(fetched(str(source)))
            return _Source(path, without_secrets(source), base)
        if isinstance(source, Fetched):
            return _Source(source.path, source.address, source.address)
        if table := table_at(Path(source)):
            shown = str(table.path if table.facts else source)  # of metadata, the table that they describe
            return _Source(table.path, shown, table=table)
        return _Source(Path(source), str(source))

    def documents(self, sources: Sequence[Callable[[], _Source]]) -> list[Document]:
        """Return the documents, each with its slice; several are joined by their cross-references.

        Those whose terms the slice of another joins are looked at once more: from memory as long as all that is kept
        has at most `_MOST_KEPT` triples, else they are read again, so that a large one is in memory alone.
        """
        read: list[tuple[_Source, Document, list[str], References | None]] = []
        kept: dict[int, External] = {}
        for get in sources:
            source = get()
            external = source.read(self.hierarchy, self.progress)
            document, chosen, rows = self._document(external, source)
            refers = references_of(external, document.name, rows, self._spaces) if len(sources) > 1 else None
            if refers is not None and len(external) + sum(map(len, kept.values())) <= _MOST_KEPT:
                kept[len(read)] = external
            read.append((source, document, chosen, refers))
            del external
        done = []
        for at, (source, document, chosen, refers) in enumerate(read):
            others = [other for *_, other in read if other is not None and other is not refers]
            if refers is not None and source.is_file and refers.may_join(others):
                again = kept[at] if at in kept else source.read(self.hierarchy, self.progress)
                document = self._joined(document, again, chosen, refers, others)
            done.append(document)
        return done

    def _free_name(self, name: str) -> str:
        """Return the name of a document, with a number if another has it, such as an earlier version."""
        free = next(one for n in numbers(1) if (one := name if n == 1 else f"{name}-{n}") not in self._taken)
        self._taken.add(free)
        return free

    def _asked(self) -> list[str]:
        """Return the IRIs to query an endpoint for: mapped terms and seeds, in all forms."""
        curies = [row.object for row in self.rows if prefix_of(row.object) not in IDENTIFIERS] + list(self.seeds)
        forms = (self.prefixes.forms(curie) for curie in curies if self.prefixes.find(prefix_of(curie)) is not None)
        return sorted({str(form) for each in forms for form in each})

    def _document(self, external: External, source: _Source) -> tuple[Document, list[str], Ids]:
        """Return a document, the terms around which its slice is, and the rows of the slice."""
        start = datetime.now(UTC)
        self._there = external.find_all(form for forms in self._forms.values() for form in forms)
        name = self._free_name(_name(external.header.get("iri", ""), source.shown))
        n_terms, owns = self._described(external, source)
        absent: defaultdict[str, list[str]] = defaultdict(list)
        found = {row: self._look_up(external, row, n_terms, owns, name) for row in self.rows}
        for row, (one, _) in found.items():
            if one is not None:
                self.links.append(one)
            elif n_terms.get(prefix_of(row.object)):
                absent[prefix_of(row.object)].append(row.object)
        proposed = self._proposals.of(external, name)
        for kind in ("candidates", "against", "agreed"):
            getattr(self.found, kind).extend(getattr(proposed, kind))
        self.found.mapped |= proposed.mapped
        self.found.obsolete |= proposed.obsolete
        self.found.common += proposed.common
        mentions = proposed.mentions
        chosen = {term for one, term in found.values() if one is not None and term >= 0} | mentions.keys()
        chosen |= set(self._seeds(external))
        table = source.table
        if table is not None and table.facts:
            chosen |= {*external.referring(chosen).tolist()}
        rows, text, other_forms = self._cut(external, chosen, name)
        document = Document(
            name,
            source.shown,
            URIRef(f"{BASE}link/{name}"),
            external.header,
            self.slice,
            self.depth,
            len(external),
            text.count(b"\n"),
            n_terms,
            tuple(sorted(mentions.values(), key=lambda one: (one.name, one.term))),
            (datetime.now(UTC) - start).total_seconds(),
            text,
            owns=owns,
            absent={prefix: tuple(sorted(set(ids))) for prefix, ids in sorted(absent.items())},
            sha256=source.digest(),
            hierarchy=() if self.slice == "star" else external.hierarchy,
            other_forms=other_forms,
            n_rows=None if table is None else table.n_rows,
            notes=() if table is None else table.notes(),
            unread=() if table is None else tuple(table.unread),
        )
        return document, [external.text(term) for term in chosen], rows

    def _cut(self, external: External, chosen: Iterable[int], name: str) -> tuple[Ids, bytes, dict[str, str]]:
        """Return the rows of the slice around some terms, their N-Triples, and the standard IRI of each other form."""
        rows = external.slice(chosen, self.slice, depth=self.depth)
        forms = {}
        for term in external.mentioned(rows).tolist():
            iri = external.text(term)
            if (standard := str(self.prefixes.standard(iri))) != iri:
                forms[term] = standard
        renamed = {term: f"<{standard}>".encode() for term, standard in forms.items()}
        text = b"".join(external.ntriples(rows, blank_nodes=name.replace("-", "Z"), renamed=renamed))
        return rows, text, {external.text(term): standard for term, standard in sorted(forms.items())}

    def _joined(
        self,
        document: Document,
        external: External,
        chosen: Iterable[str],
        refers: References,
        others: Iterable[References],
    ) -> Document:
        """Return a document whose slice has also the terms that cross-references join to the slices of others."""
        there = set(refers.terms)
        told: dict[int, Joined] = {}
        for term, one in joined(external, others):
            if str(self.prefixes.standard(external.text(term))) not in there:
                told.setdefault(term, one)
        if not told:
            return document
        _, text, other_forms = self._cut(external, [*external.find_all(chosen).values(), *told], document.name)
        return replace(
            document,
            n_kept=text.count(b"\n"),
            ntriples=text,
            joined=tuple(sorted(told.values(), key=lambda one: (one.term, one.other, one.of))),
            other_forms=other_forms,
        )

    def _described(self, external: External, source: _Source) -> tuple[dict[str, int], tuple[str, ...]]:
        """Return how many terms a document describes and which it owns, of the vocabularies that our mappings use."""
        headers = external.having(str(RDF.type), str(OWL.Ontology)).tolist()  # which are no terms
        terms = sorted({*external.described().tolist()}.difference(headers))
        spaces = Counter(map(space_of, external.texts(terms)))
        imported = Counter(map(space_of, external.texts(external.having(_IMPORTED))))
        ontologies = [external.text(term) for term in headers]
        self._spaces = [*spaces]
        if source.table is not None:
            own = source.table.owns
        elif isinstance(source.place, list) or is_part(source.shown):
            own = ()
        else:
            own = owned(ontologies, spaces, imported)
        by_iri = {
            form: prefix.name
            for prefix in self.prefixes
            if any(prefix_of(row.object) == prefix.name for row in self.rows)
            for form in (prefix.iri, *prefix.iris, *prefix.obo_iris)
        }
        found: Counter[str] = Counter()
        for space, count in spaces.items():
            if space in by_iri:
                found[by_iri[space]] += count
        return dict(found), tuple(sorted({by_iri[space] for space in own if space in by_iri}))

    def _look_up(
        self, external: External, row: Row, n_terms: Mapping[str, int], owns: tuple[str, ...], name: str
    ) -> tuple[Link | None, int]:
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
        if prefix_of(row.object) not in owns:
            return None, -1
        if (term := external.merged_into(row.object)) >= 0:
            label = next(iter(external.labels(term)), "")
            detail = f"replaced by {self.prefixes.compress(external.text(term)) or external.text(term)}, as a former id"
            return Link(row.subject, row.predicate, row.object, "deprecated", name, "", label, detail), term
        count = n_terms[prefix_of(row.object)]
        terms, are = counted(count, "term"), "is" if count == 1 else "are"
        detail = f"{terms} of {prefix_of(row.object)} {are} there, and this is not one of them"
        return Link(row.subject, row.predicate, row.object, "missing", name, "", "", detail), -1

    def _judged(self, external: External, row: Row, form: str, term: int, standard: str) -> tuple[str, str, str]:
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

    def _seeds(self, external: External) -> Iterator[int]:
        by_name: dict[str, list[int]] = defaultdict(list)
        if self.seeds:
            for term, text in external.named():
                by_name[text.casefold()].append(term)
        for seed in self.seeds:
            forms = {seed.strip("<>")}
            if self.prefixes.find(seed.partition(":")[0]) is not None and "//" not in seed:
                forms.update(self._forms_of(seed))
            found = [*by_name[seed.casefold()], *(term for form in forms if (term := external.find(form)) >= 0)]
            if found:
                self.sown.add(seed)
            yield from found

    def bridge(self) -> Graph:
        """Return the triples that put our terms into the external classes that match them exactly."""
        graph = ShownGraph()
        for one in self.links:
            if one.predicate == SKOS.exactMatch and one.status in ("found", "other form", "label differs"):
                is_class = (one.subject, RDF.type, OWL.Class) in self.ours
                graph.add((one.subject, RDFS.subClassOf if is_class else RDF.type, URIRef(one.iri)))
        return graph


def _name(iri: str, source: str) -> str:
    """Return a short name for a document: the end of its IRI, or else of its file name."""
    end = re.split(r"[/#]", iri.rstrip("/#"))[-1] or Path(source).name
    end = re.sub(
        r"(?i)(?:\.(?:owl|obo|ofn|owx|ttl|nt|nq|rdf|xml|gz|zst|jsonld|json|trig|n3|csv|tsv|tab|rrf|zip))+$", "", end
    )
    return re.sub(r"[^a-z0-9]+", "-", end.lower()).strip("-") or "document"


def _sorted(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda one: (one.subject, one.document, one.object, one.matched_by)))


def _order(one: Link) -> tuple[str, str, str, str]:
    return one.subject, one.object, one.document, one.predicate
