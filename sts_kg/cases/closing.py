"""The closure of an ontology together with cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef

from sts_kg.cases.case import Case, facts
from sts_kg.guideline import Ontology
from sts_kg.rdf import BASE

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["close_cases"]


def close_cases(ontology: Ontology, cases: Iterable[Case]) -> Closure:
    """Return the closure of an ontology and cases; contradictions are answers in it."""
    given = Graph(identifier=URIRef(f"{BASE}cases"))  # the name that proofs show
    for triple in facts(cases, ontology.vocabulary):
        given.add(triple)
    return ontology.closure.extend(given)
