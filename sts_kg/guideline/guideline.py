"""A guideline as a value: the modules of its ontology, what follows from them, and the document behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, PROV, RDF, RDFS
from rdflib.term import Node

from sts_kg.errors import ParseError, ReadingError, UnknownNameError
from sts_kg.guideline.condition import Condition, conditions, ordinal
from sts_kg.guideline.data import guideline_folder, ontology_folder, source_page
from sts_kg.guideline.modules import CASE_MODULES, DUALS, duals_module, read_header, read_modules, require_usable
from sts_kg.guideline.readings import Reading, find_reading, readings
from sts_kg.guideline.source import Segment, find_segment, footer_of, page_texts, segment, segments, source_document
from sts_kg.guideline.verdicts import Verdict, Verdicts, by_decision, people, verdict_triples
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.guideline.wording import Wording, wordings
from sts_kg.rdf import STS, Quads, nquads_of, of_quads, quads_of, read_text
from sts_kg.safe import counted
from sts_kg.shown import Shown

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["Guideline"]


class Guideline(Shown):
    """One source of knowledge: an ontology in modules, its source document and the rules for speaking of it.

    Nothing outside it names the source. It never changes; what is derived from it is computed when first asked for.

    Parameters
    ----------
    folder : Path or str, optional
        Where the header (the one Turtle file with `owl:imports`) and the modules that it imports lie; the shipped
        ontology without it; `example:NAME` is the fictional one of `ontology/guidelines/NAME`. Modules of the shipped
        ontology that another one imports, such as its vocabulary, are read from there. The module `conditions` is read
        from its text form `conditions.txt` if that is there, and `not-met` is generated if it has no file.
        `forbidden-words.tsv`, if any, lists patterns that no text of the ontology may use.
    engine : str
        The reasoning engine, one of `sts_kg.closure.ENGINES`.
    quads : mapping, optional
        The modules themselves, by name, if they were read from elsewhere.
    reading : Reading, optional
        The reading by which the modules were changed; see `under`.

    Raises
    ------
    ParseError
        There is no header, or a module is missing, not imported or not Turtle; or the prefix or the namespace of the
        guideline cannot be used.
    """

    #: The reading by which it answers instead of the chosen one; None if it answers by all that were chosen.
    reading: Reading | None = None

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        engine: str = "columns",
        quads: Mapping[str, Quads] | None = None,
        reading: Reading | None = None,
    ) -> None:
        self.reading = reading
        self.folder = guideline_folder(folder)
        if quads is None and not self.folder.is_dir():
            raise ParseError("is not a folder; that of a guideline is expected", path=self.folder)
        self.engine = engine
        #: Whether it is the shipped one, which tests hold to what a `Plan` needs, but for verdicts and the reading.
        self.is_shipped = quads is None and self.folder == ontology_folder()
        self._header = header = read_header(self.folder, quads)
        #: The name of the module that imports the others.
        self.header_name = header.name
        #: The IRI of the ontology; its modules are named below it.
        self.iri = header.iri
        if folder is None and self.iri != STS.ontology:
            self.folder = Path(self.iri)  # read from elsewhere: no file of it is here
        #: The namespace of the guideline's own terms, and the prefix by which CURIEs and queries name them.
        self.base, self.prefix = header.base, header.prefix
        #: The triples of each module, in its order, as quads of pyoxigraph; blank nodes are the same at every load.
        self.quads: Mapping[str, Quads] = read_modules(header, quads)
        require_usable(header, self.quads)

    def __repr__(self) -> str:
        return f"<Guideline: {self.name}>"

    @property
    def name(self) -> str:
        """The label of the ontology with its version, and the reading if it is by one that was not chosen."""
        by = f", by {self.reading.name}" if self.reading else ""
        return f"{self.labels.get(self.iri, str(self.iri))} {self.header(OWL.versionInfo)}".rstrip() + by

    def graph_name(self, module: str) -> URIRef:
        """Return the name of the graph of a module."""
        return self._header.graph_name(module)

    @cached_property
    def modules(self) -> Mapping[str, Graph]:
        """Name of a module to its graph."""
        return {name: of_quads(quads, self.graph_name(name)) for name, quads in self.quads.items()}

    @cached_property
    def asserted(self) -> Graph:
        """All modules in one graph."""
        return of_quads(chain.from_iterable(self.quads.values()))

    @property
    def nquads(self) -> bytes:
        """All modules as N-Quads, each a named graph."""
        return nquads_of(chain.from_iterable(self.quads.values()))

    @cached_property
    def closure(self) -> Closure:
        """The asserted graph with what follows from it.

        Raises
        ------
        InconsistentError
            The ontology contradicts itself.
        """
        from sts_kg.closure import closure_of  # numpy takes a while to load, and not every answer needs it

        return closure_of(BytesIO(self.nquads), engine=self.engine, axioms="none").require_consistent()

    @cached_property
    def conditions(self) -> dict[URIRef, Condition]:
        """Option to condition, in the order of the options.

        Raises
        ------
        ParseError
            A condition is not a With or Without class, nor an intersection or union of conditions.
        """
        try:
            return conditions(self.asserted)
        except ValueError as error:
            raise ParseError(str(error), path=self.folder / "conditions.ttl") from error

    @cached_property
    def wordings(self) -> dict[URIRef, Wording]:
        """Option to what is said of it beside its condition, in the order of the options."""
        return wordings(self.asserted)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that a case file may use."""
        return Vocabulary(self.asserted)

    @cached_property
    def labels(self) -> dict[URIRef, str]:
        """Term to label."""
        pairs = self.asserted.subject_objects(RDFS.label)
        return {term: str(label) for term, label in pairs if isinstance(term, URIRef)}

    def header(self, predicate: Node) -> str:
        """Return the value of a header property as text, such as `owl:versionInfo` or `sts:disclaimer`."""
        return str(self.asserted.value(self.iri, predicate) or "")

    @cached_property
    def footer(self) -> str:
        """The line that ends every answer: disclaimer, version, the digest of the source, and the reading if any."""
        by = f", by the reading {self.reading.name}, which was not chosen" if self.reading else ""
        return footer_of(self.asserted, self.iri, by)

    @property
    def source_digest(self) -> str:
        """The SHA-256 of the source document that was modelled, in hexadecimal."""
        return str(self.asserted.value(source_document(self.asserted), STS.sha256) or "")

    # --- readings

    @cached_property
    def readings(self) -> Mapping[str, Reading]:
        """The readings that decisions did not choose, by name; none if this is a guideline by one of them.

        Raises
        ------
        ParseError
            A file of `readings/` is missing or cannot be read, or does not fit the ontology; or only the modules were
            read from elsewhere, and the files of readings are beside them there.
        """
        if self.reading:
            return {}
        if not self.folder.is_dir() and (None, RDF.type, STS.Reading) in self.asserted:
            reason = "its readings are files of its folder, and only its modules were read"
            remedy = "add the folder as a guideline (--guideline DIR; in Python: with_guideline)"
            raise ParseError(f"{reason}; {remedy}", path=self.iri)
        return readings(self.folder / "readings", self.asserted)

    def under(self, name: str) -> Guideline:
        """Return the guideline by another reading of one decision, such as `D04=S08-alone`, the duals generated anew.

        Raises
        ------
        UnknownNameError
            There is no such reading.
        ReadingError
            Its decision has no reading, or several, or this guideline is by a reading already: one at a time.
        ParseError
            As `readings`.
        """
        if self.reading:
            raise ReadingError(name, f"one at a time, and this is by {self.reading.name} already")
        reading = find_reading(name, self.readings, self.asserted)
        removed = {quad.triple for quad in quads_of(reading.removed, None)}
        quads = {name: [quad for quad in each if quad.triple not in removed] for name, each in self.quads.items()}
        quads["conditions"] += quads_of(reading.added, self.graph_name("conditions"))
        quads["readings"] = []  # what is not chosen is not to be compared with this reading
        quads[DUALS] = duals_module(self._header, reading.asserted)
        found = Guideline(self.folder, engine=self.engine, quads=quads, reading=reading)
        found.is_shipped = self.is_shipped
        return found

    def nquads_by(self, reading: Reading) -> bytes:
        """Return the modules about cases by a reading as N-Quads; the duals of conditions are the chosen ones."""
        removed = {quad.triple for quad in quads_of(reading.asserted.removed, None)}
        kept = [quad for name in CASE_MODULES for quad in self.quads[name] if quad.triple not in removed]
        return nquads_of([*kept, *quads_of(reading.asserted.added, None)])

    @cached_property
    def forbidden_words(self) -> Mapping[str, re.Pattern[str]]:
        """What the source does not say to the pattern of the words that would say it; letter case does not count.

        Raises
        ------
        ParseError
            A line of `forbidden-words.tsv` is not a pattern, a tab and what the pattern stands for.
        """
        path = self.folder / "forbidden-words.tsv"
        found: dict[str, re.Pattern[str]] = {}
        for number, line in enumerate(read_text(path).splitlines() if path.exists() else (), 1):
            if not line or line.startswith("#"):
                continue
            pattern, tab, what = line.partition("\t")
            try:
                found[what] = re.compile(pattern, re.IGNORECASE)
            except re.error as error:
                raise ParseError(f"is not a regular expression: {error}", path=path, line=number) from error
            if not (tab and what):
                raise ParseError("a pattern, a tab and what it stands for are expected", path=path, line=number)
        return found

    # --- reviews

    def with_verdicts(self, verdicts: Verdicts) -> Guideline:
        """Return the guideline with these verdicts as its module `verdicts`; the disclaimer says who has reviewed it.

        Verdicts that the guideline had are replaced; nothing else changes.
        """
        if not verdicts and "verdicts" not in self.quads:
            return self
        note = self._review_note(verdicts)
        said = self.header(STS.disclaimer).replace(self.header(STS.reviewNote), note)
        triples = quads_of(verdict_triples(verdicts, self), self.graph_name("verdicts"))
        found = self._with_modules({"verdicts": list(triples)}, {STS.reviewNote: note, STS.disclaimer: said})
        found.is_shipped = self.is_shipped
        return found

    def _with_modules(self, modules: Mapping[str, Quads], notes: Mapping[Node, str] = {}) -> Guideline:
        """Return the guideline with more modules, which its header imports, and other notes in the header."""
        header = Graph() + self.modules[self.header_name]
        for name in modules:
            header.add((self.iri, OWL.imports, self.graph_name(name)))
        for predicate, text in notes.items():
            header.set((self.iri, predicate, Literal(text, lang="en")))
        named = self.graph_name(self.header_name)
        quads = {**self.quads, self.header_name: list(quads_of(sorted(header), named)), **modules}
        return Guideline(self.folder, engine=self.engine, quads=quads, reading=self.reading)

    # --- alignments

    @property
    def alignments(self) -> tuple[str, ...]:
        """The names of the alignments with outside ontologies that may be added, from the folder `alignments/`."""
        return tuple(sorted(path.stem for path in (self.folder / "alignments").glob("*.ttl")))

    def with_alignments(self, *names: str) -> Guideline:
        """Return the guideline with these alignments as modules such as `alignments/bfo`.

        Raises
        ------
        UnknownNameError
            There is no such alignment.
        ParseError
            A file of `alignments/` cannot be read.
        """
        modules = {}
        for name in names:
            if name not in self.alignments:
                raise UnknownNameError("alignment", name, self.alignments)
            module = f"alignments/{name}"
            read = self._header.read(module)
            modules[module] = [quad for quad in read if quad.predicate.value != str(OWL.imports)]  # of this guideline
        return self._with_modules(modules)

    def _review_note(self, verdicts: Verdicts) -> str:
        total, judged = len(self.decisions), len({each.decision for each in verdicts})
        if not judged:
            return f"None of the {counted(total, 'decision')} of this model has been reviewed."
        have = "has" if judged == 1 else "have"
        return (
            f"{judged} of the {counted(total, 'decision')} of this model {have} been reviewed, by {people(verdicts)}."
        )

    @cached_property
    def decisions(self) -> tuple[URIRef, ...]:
        """The decisions, by the first segment that they read, then by name."""
        asserted = self.asserted

        def place(decision: URIRef) -> tuple[int, str]:
            read = asserted.objects(decision, PROV.wasQuotedFrom)
            return min((ordinal(asserted, segment) for segment in read), default=0), decision

        found = (each for each in asserted.subjects(RDF.type, STS.Decision) if isinstance(each, URIRef))
        return tuple(sorted(found, key=place))

    @cached_property
    def verdicts(self) -> Mapping[URIRef, tuple[Verdict, ...]]:
        """Decision to the verdicts that reviewers gave; empty for the guideline as it is shipped."""
        return by_decision(self.asserted)

    # --- the source document

    def page(self, given: str | Path | None = None) -> Path | None:
        """Return the path of the page: the one given, else `$STS_KG_SOURCE`, which names that of the shipped one."""
        return source_page(given) if self.iri == STS.ontology or given is not None else None

    def texts(self, page: str | Path | None = None) -> dict[str, str] | None:
        """Return the verbatim text of every segment by id; None if the page is not at hand (`page`).

        Raises
        ------
        ParseError, SourceError
            The page cannot be read, or is not the one that was modelled.
        """
        path = self.page(page)
        return None if path is None else page_texts(self.asserted, path)

    def segments(self, page: str | Path | None = None) -> tuple[Segment, ...]:
        """Return all segments in reading order, with their texts if the page is at hand."""
        return segments(self.asserted, self.texts(page))

    def segment(self, name: str, page: str | Path | None = None) -> Segment:
        """Return the segment of an id such as `S19`, with its text if the page is at hand.

        Raises
        ------
        UnknownNameError
            No segment has that id.
        """
        return segment(self.asserted, find_segment(self.asserted, name), self.texts(page))
