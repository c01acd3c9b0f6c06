"""The OWL 2 RL closure of a graph: what was asserted, what follows, what is trivial, and what is contradictory.

The door of the package: `closure_of` picks the engine. `reference` holds the one there is for now, owlrl.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph

from sts_kg.closure.reference import Inconsistency, close
from sts_kg.errors import InconsistentError, UnknownNameError

__all__ = ["ENGINES", "Closure", "Inconsistency", "closure_of"]

#: The engines by name. owlrl is the reference; it is slow (seconds for a thousand triples).
ENGINES = {"owlrl": close}


@dataclass(frozen=True, eq=False)
class Closure:
    """A graph with all it entails under the OWL 2 RL rules, the parts kept apart.

    `asserted` is what was given, `inferred` what follows and is informative, `trivial` what follows from any graph
    over the same terms (reasoner.md's output policy: types `owl:Thing`, classes below `owl:Thing`, axiomatic
    triples of the built-in vocabulary). The three are disjoint. `inconsistencies` are answers, not exceptions.
    """

    asserted: Graph
    inferred: Graph
    trivial: Graph
    inconsistencies: tuple[Inconsistency, ...]

    def __len__(self) -> int:
        """Return the number of asserted and inferred triples; trivial ones do not count."""
        return len(self.asserted) + len(self.inferred)

    @cached_property
    def graph(self) -> Graph:
        """The asserted and the inferred triples as one new graph, without the trivial ones."""
        return self.asserted + self.inferred

    def require_consistent(self) -> Closure:
        """Return the closure itself if it has no inconsistency.

        Raises
        ------
        InconsistentError
            There is one; the error lists them all.
        """
        if self.inconsistencies:
            raise InconsistentError(str(found) for found in self.inconsistencies)
        return self


def closure_of(graph: Graph, *, engine: str = "owlrl") -> Closure:
    """Return what a graph entails under the OWL 2 RL rules (W3C OWL 2 Profiles, section 4.3, Tables 4 to 9).

    The graph given is not changed. Literals never become subjects, blank nodes never predicates.

    Parameters
    ----------
    graph : Graph of n triples
        The asserted triples, imports already merged.
    engine : str
        A key of `ENGINES`.

    Raises
    ------
    UnknownNameError
        No engine has that name.

    Examples
    --------
    >>> from sts_kg.graph import parse
    >>> from sts_kg.names import STS
    >>> closed = closure_of(parse("sts:Drug rdfs:subClassOf sts:Therapy . sts:pazopanib a sts:Drug ."))
    >>> [o for s, p, o in closed.inferred]
    [rdflib.term.URIRef('https://w3id.org/sts-kg/Therapy')]
    """
    if engine not in ENGINES:
        raise UnknownNameError("reasoning engine", engine, ENGINES)
    inferred, trivial, inconsistencies = ENGINES[engine](graph)
    asserted = Graph()
    for triple in graph:
        asserted.add(triple)
    return Closure(asserted, inferred, trivial, inconsistencies)
