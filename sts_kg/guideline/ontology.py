"""The shipped ontology by its modules: asserted, inferred, and the part of it that bears upon cases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDFS
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.guideline.condition import Condition, conditions
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.rdf import BASE, STS, Quads, named_quads, nquads_of, of_quads

if TYPE_CHECKING:
    from sts_kg.closure import Closure

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
    quads : mapping, optional
        The modules themselves, by name, if they were read from elsewhere.

    Raises
    ------
    ParseError
        A module is missing or not imported, or is not Turtle.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        engine: str = "columns",
        quads: Mapping[str, Quads] | None = None,
    ) -> None:
        self.folder = Path(folder) if folder is not None else ontology_folder()
        self.engine = engine
        self._given = quads
        header = self._read(HEADER)
        imports = of_quads(header).objects(STS.ontology, OWL.imports)
        imported = sorted(str(iri).rpartition("/")[2] for iri in imports)
        if wanting := sorted({*CASE_MODULES} - {*imported}):
            raise ParseError(f"does not import {', '.join(wanting)}", path=self.folder / f"{HEADER}.ttl")
        #: The triples of each module, in its order, as quads of pyoxigraph; blank nodes are the same at every load.
        self.quads: Mapping[str, Quads] = {HEADER: header} | {name: self._read(name) for name in imported}

    def _read(self, name: str) -> Quads:
        if self._given is not None:
            if name not in self._given:
                raise ParseError(f"the module {name} of the ontology is not there")
            return self._given[name]
        return named_quads(self.folder / f"{name}.ttl", f"{BASE}ontology/{name}", blank_nodes=name.replace("-", ""))

    @cached_property
    def modules(self) -> Mapping[str, Graph]:
        """Name of a module to its graph."""
        return {name: of_quads(quads, URIRef(f"{BASE}ontology/{name}")) for name, quads in self.quads.items()}

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
