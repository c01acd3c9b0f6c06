"""The shipped ontology by its modules: asserted, inferred, and the part of it that bears upon cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import OWL, RDFS
from rdflib.term import Node

from sts_kg.case import Case, Vocabulary, facts
from sts_kg.closure import Closure, closure_of
from sts_kg.condition import Condition, conditions
from sts_kg.errors import ParseError
from sts_kg.files import ontology_folder
from sts_kg.graph import read
from sts_kg.names import BASE, STS

__all__ = ["CASE_MODULES", "HEADER", "Ontology"]

#: The file that holds the header and imports, and no term.
HEADER = "sts"
#: The modules without which no case can be answered.
CASE_MODULES = ("vocabulary", "findings", "treatments", "conditions", "not-met")


class Ontology:
    """The modules of a folder of Turtle files, merged; what follows is computed when first asked for.

    Parameters
    ----------
    folder : Path or str, optional
        Where `sts.ttl` and the modules that it imports lie; the shipped ones without it.
    engine : str
        The reasoning engine, a key of `sts_kg.closure.ENGINES`.

    Raises
    ------
    ParseError
        A module is missing or not imported, or is not Turtle.
    """

    def __init__(self, folder: str | Path | None = None, *, engine: str = "columns") -> None:
        self.folder = Path(folder) if folder is not None else ontology_folder()
        self.engine = engine
        header = _numbered(read(self.folder / f"{HEADER}.ttl"), HEADER)
        imported = sorted(str(iri).rpartition("/")[2] for iri in header.objects(STS.ontology, OWL.imports))
        if wanting := sorted({*CASE_MODULES} - {*imported}):
            raise ParseError(f"does not import {', '.join(wanting)}", path=self.folder / f"{HEADER}.ttl")
        self.modules: Mapping[str, Graph] = {HEADER: header} | {
            name: _numbered(read(self.folder / f"{name}.ttl"), name) for name in imported
        }

    @cached_property
    def asserted(self) -> Graph:
        """All modules in one graph."""
        return _merged(self.modules.values())

    @cached_property
    def closure(self) -> Closure:
        """The asserted graph with what follows from it.

        Raises
        ------
        InconsistentError
            The ontology contradicts itself.
        """
        return closure_of(self.modules.values(), engine=self.engine, axioms="none").require_consistent()

    @cached_property
    def conditions(self) -> dict[URIRef, Condition]:
        """Option to condition, in the order of the options.

        Raises
        ------
        ParseError
            A condition is neither a With class nor an intersection or union of conditions.
        """
        try:
            return conditions(self.asserted)
        except ValueError as error:
            raise ParseError(str(error), path=self.folder / "conditions.ttl") from error

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
        return str(self.asserted.value(STS.ontology, predicate) or "")

    def close_cases(self, cases: Iterable[Case]) -> Closure:
        """Return the closure of the ontology and cases; contradictions are answers in it."""
        given = Graph(identifier=URIRef(f"{BASE}cases"))  # the name that proofs tell
        for triple in facts(cases, self.vocabulary):
            given.add(triple)
        return self.closure.extend(given)


def _merged(graphs: Iterable[Graph]) -> Graph:
    merged = Graph()
    for graph in graphs:
        for triple in graph:
            merged.add(triple)
    return merged


def _numbered(graph: Graph, name: str) -> Graph:
    """Return the graph with blank nodes named by module and number, the same at every load."""
    names: dict[Node, BNode] = {}
    # The triples of one predicate come in the order of the file; those of a whole rdflib Graph come in none.
    for predicate in sorted(set(graph.predicates()), key=str):
        for pair in graph.subject_objects(predicate):
            for node in pair:
                if isinstance(node, BNode) and node not in names:
                    names[node] = BNode(f"{name.replace('-', '')}{len(names)}")
    numbered = Graph(identifier=URIRef(f"{BASE}ontology/{name}"))
    for subject, predicate, object_ in graph:
        numbered.add((names.get(subject, subject), predicate, names.get(object_, object_)))
    return numbered
