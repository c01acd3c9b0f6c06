"""How good proposed mappings are: by what curators decided, and beside OAK's lexmatch (`make bench-proposals`).

Two vocabularies at a time: the terms of one stand for ours, the other is the document. Their names come from the test
data, or else from Biomappings, which has the label of each term that it maps. A proposed pair is *right* if the curators
say that both are exact matches; *wrong* if they deny it, or if they match one of both to another term of the same
vocabulary and not this one; otherwise nobody decided, and it does not count.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from bench.inputs import DATA
from sts_kg import load
from sts_kg.links import link, shipped
from sts_kg.links.candidates import Candidates, Row
from sts_kg.links.external import External
from sts_kg.links.joins import referred
from sts_kg.rdf import STS, Prefixes
from sts_kg.tables.layout import text_table

EXTERNAL = DATA.parent / "external"
CHEBI, MAXO, DRUGS = (
    EXTERNAL / f"{name}.owl.gz" for name in ("maxo-chebi-import-2020-12-10", "maxo-2024-07-29", "drugcentral-2021-09-01")
)
_SCOPES = {"hasExactSynonym": "EXACT", "hasBroadSynonym": "BROAD", "hasNarrowSynonym": "NARROW"}
_SYNONYM = "http://www.geneontology.org/formats/oboInOwl#has{}Synonym"
Pair = tuple[str, str]


@dataclass
class Side:
    """A vocabulary: the names of each term by its CURIE, the label first, each with its scope; and identifiers."""

    names: dict[str, list[tuple[str, str]]]
    identifiers: dict[str, set[str]] = field(default_factory=dict)

    def obo(self) -> Iterator[str]:
        """Yield the vocabulary as OBO."""
        yield "format-version: 1.2\n"
        for term, (label, *synonyms) in sorted(self.names.items()):
            yield f"\n[Term]\nid: {term}\nname: {_plain(label[0])}\n"
            for name, scope in sorted({*synonyms}):
                yield f'synonym: "{_plain(name)}" {scope} []\n'
            for value in sorted(self.identifiers.get(term, ())):
                yield f"xref: {value}\n"

    def ours(self) -> tuple[Graph, list[Row]]:
        """Return the vocabulary as if its terms were ours, and what its identifiers say as mappings."""
        graph, rows = Graph(), []
        for term, (label, *synonyms) in self.names.items():
            subject = URIRef(Prefixes.shipped().expand(term))
            graph.add((subject, RDF.type, STS.Finding))
            graph.add((subject, RDFS.label, Literal(label[0])))
            for name, scope in synonyms:
                if scope == "EXACT":
                    graph.add((subject, SKOS.altLabel, Literal(name)))
            rows.append(Row(subject, SKOS.relatedMatch, "x:1", ""))
            for value in self.identifiers.get(term, ()):
                rows.append(Row(subject, SKOS.exactMatch, value, ""))
        return graph, rows


def _plain(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace('"', '\\"').replace("{", "\\{").replace("!", "\\!").split())


@dataclass
class Decided:
    """What curators say of pairs of two vocabularies."""

    yes: set[Pair] = field(default_factory=set)
    no: set[Pair] = field(default_factory=set)

    def judged(self, pair: Pair) -> bool | None:
        """Return whether a pair is right, or None if nobody decided."""
        if pair in self.yes:
            return True
        return False if pair in self.no or pair[0] in self._first or pair[1] in self._second else None

    @property
    def _first(self) -> set[str]:
        return {first for first, _ in self.yes}

    @property
    def _second(self) -> set[str]:
        return {second for _, second in self.yes}

    def frozen(self) -> Decided:
        """Return the same, quick to ask."""
        fast = _Fast(self.yes, self.no)
        return fast


class _Fast(Decided):
    def __init__(self, yes: set[Pair], no: set[Pair]) -> None:
        super().__init__(yes, no)
        self.__dict__["firsts"], self.__dict__["seconds"] = {a for a, _ in yes}, {b for _, b in yes}

    @property
    def _first(self) -> set[str]:
        return self.__dict__["firsts"]

    @property
    def _second(self) -> set[str]:
        return self.__dict__["seconds"]
