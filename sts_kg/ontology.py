"""The shipped ontology by its modules: asserted, inferred, and the part of it that bears upon cases."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.case import Case, Vocabulary, facts
from sts_kg.closure import Closure, closure_of
from sts_kg.condition import Condition, conditions
from sts_kg.errors import ParseError
from sts_kg.files import cache_folder, ontology_folder, write_bytes
from sts_kg.graph import parse, read
from sts_kg.names import STS

__all__ = ["CASE_MODULES", "HEADER", "Ontology"]

#: The file that holds the header and imports, and no term.
HEADER = "sts"
#: The modules from which something about a case can follow; a test holds the closure over them against the whole.
CASE_MODULES = ("vocabulary", "findings", "treatments", "conditions", "not-met")
_DECLARATIONS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.Restriction, OWL.Ontology)
_BLANK = "urn:sts-kg:blank:"  # a blank node of the asserted graph, in the cache


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

    def __init__(self, folder: str | Path | None = None, *, engine: str = "owlrl") -> None:
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
    def inferred(self) -> Graph:
        """What follows from the asserted graph and is informative; kept in the cache folder between runs.

        Raises
        ------
        InconsistentError
            The ontology contradicts itself.
        """
        return self._cached(self.asserted, "ontology")

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

    @cached_property
    def _case_schema(self) -> Graph:
        """The axioms and facts of `CASE_MODULES` of which a rule can make something for a case.

        Left out are annotations, and declarations, from which scm-cls, scm-op and scm-dp conclude trivial triples only.
        """
        annotations = {*self.asserted.subjects(RDF.type, OWL.AnnotationProperty), RDFS.label, RDFS.isDefinedBy}
        schema = Graph()
        for name in CASE_MODULES:
            for subject, predicate, object_ in self.modules[name]:
                declares = predicate == RDF.type and object_ in _DECLARATIONS
                if not declares and predicate not in annotations and subject not in annotations:
                    schema.add((subject, predicate, object_))
        return schema

    def close_cases(self, cases: Iterable[Case]) -> Closure:
        """Return the closure of cases with the axioms that bear upon cases; contradictions are answers in it."""
        return closure_of(self._case_schema + facts(cases, self.vocabulary), engine=self.engine)

    def infer_shipped(self, cases: Iterable[Case]) -> Graph:
        """Return what follows for the fictional cases that we ship; in the cache, where no patient's facts ever are."""
        return self._cached(self._case_schema + facts(cases, self.vocabulary), "examples")

    def _cached(self, graph: Graph, name: str) -> Graph:
        """Return what follows from a graph; from the cache if the same graph was closed by the same versions."""
        lines = sorted(" ".join(term.n3() for term in triple) for triple in graph)
        digest = hashlib.sha256("\n".join(lines).encode())
        for package in ("sts-kg", "owlrl"):
            with suppress(ModuleNotFoundError):  # a bare checkout has no metadata of its own
                digest.update(f"{package} {version(package)}".encode())
        path = cache_folder() / f"{name}-{self.engine}-{digest.hexdigest()[:32]}.nt.gz"
        with suppress(OSError, EOFError, ParseError, UnicodeDecodeError, zlib.error):  # a damaged file is none
            if text := gzip.decompress(path.read_bytes()).decode():
                return _unmarked(parse(text, syntax="ntriples"))
        inferred = closure_of(graph, engine=self.engine).require_consistent().inferred
        with suppress(OSError):  # a cache that cannot be written costs time only
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, gzip.compress(_marked(inferred).serialize(format="nt", encoding="utf-8"), mtime=0))
        return inferred


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
    return _mapped(graph, lambda node: names.get(node, node))


def _marked(graph: Graph) -> Graph:
    """Return the graph with blank nodes as IRIs, so that they can be told again after reading."""
    return _mapped(graph, lambda node: URIRef(_BLANK + node) if isinstance(node, BNode) else node)


def _unmarked(graph: Graph) -> Graph:
    def unmark(node: Node) -> Node:
        return BNode(node[len(_BLANK) :]) if isinstance(node, URIRef) and node.startswith(_BLANK) else node

    return _mapped(graph, unmark)


def _mapped(graph: Graph, change: Callable[[Node], Node]) -> Graph:
    mapped = Graph()
    for subject, predicate, object_ in graph:
        mapped.add((change(subject), predicate, change(object_)))
    return mapped
