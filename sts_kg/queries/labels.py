"""Labels beside the IRIs of a table, asked from the graph that gave the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import RDFS, SKOS

from sts_kg.rdf import NO_IRI
from sts_kg.tables import Table

__all__ = ["LABELS", "with_labels_beside"]

#: What names a thing to people, the better one first.
LABELS = (RDFS.label, SKOS.prefLabel)
_AT_ONCE = 500  # IRIs whose labels are asked for in one query
_Rank = tuple[bool, bool, bool, str, str]


def with_labels_beside(table: Table, ask: Callable[[str], Any]) -> Table:
    """Return a table with a column of labels beside each column of IRIs: `drugLabel` beside `drug`.

    Parameters
    ----------
    table : Table
        What a query returned.
    ask : callable
        Returns the Table that answers a SPARQL text. The labels are the values of rdfs:label, else of skos:prefLabel,
        in English, else without language, else in the first other one.
    """
    iris = sorted({term for row in table for term in row if isinstance(term, URIRef) and not NO_IRI.search(term)})
    naming = " ".join(f"<{each}>" for each in LABELS)
    best: dict[URIRef, tuple[_Rank, Literal]] = {}
    for at in range(0, len(iris), _AT_ONCE):
        values = " ".join(f"<{iri}>" for iri in iris[at : at + _AT_ONCE])
        text = f"SELECT ?iri ?p ?label {{ VALUES ?iri {{ {values} }} VALUES ?p {{ {naming} }} ?iri ?p ?label }}"
        for iri, predicate, label in ask(text):
            if isinstance(label, Literal):
                language = label.language or ""
                rank = (predicate != LABELS[0], not language.startswith("en"), bool(language), language, str(label))
                best[iri] = min(best.get(iri, (rank, label)), (rank, label), key=lambda each: each[0])
    return table.with_label_columns({iri: label for iri, (_, label) in best.items()})
