"""The words of a guideline: findings, therapies, outcomes and modalities by the names that a case file uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.rdf import STS, local

__all__ = ["Threshold", "Vocabulary"]


@dataclass(frozen=True)
class Threshold:
    """A fact rule that compares a number of a case: it holds from `at_least` to `at_most`, both included."""

    rule: URIRef
    compares: URIRef
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    def holds(self, number: Decimal) -> bool:
        """Return whether a number is within the bounds."""
        return (self.at_least is None or self.at_least <= number) and (self.at_most is None or number <= self.at_most)

    def __str__(self) -> str:
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


@dataclass(frozen=True)
class Vocabulary:
    """The words a case file may use, taken from the ontology: short name or id to IRI."""

    asserted: Graph

    @cached_property
    def findings(self) -> dict[str, URIRef]:
        """Short names (`stage4-sts`) and ids (`finding-stage4-sts`) of the findings."""
        return self._words(STS.Finding, "finding-")

    @cached_property
    def therapies(self) -> dict[str, URIRef]:
        """Names of the therapies (`doxorubicin`, `surgery`)."""
        return self._words(STS.Therapy, "")

    @cached_property
    def outcomes(self) -> dict[str, URIRef]:
        """Short names and ids of the outcomes of a course (`did-not-work`)."""
        return self._words(STS.Outcome, "outcome-")

    @cached_property
    def modalities(self) -> dict[str, URIRef]:
        """Short names and ids of the modalities (`surgery`, `modality-surgery`)."""
        return self._words(STS.Modality, "modality-")

    @cached_property
    def chemotherapy(self) -> frozenset[URIRef]:
        """The therapies that make a course a chemotherapy course, by the axioms of `conditions.ttl`."""
        found: set[URIRef] = set()
        for expression in self.asserted.subjects(RDFS.subClassOf, STS.ChemotherapyCourse):
            if (expression, OWL.onProperty, STS.includesTherapy) in self.asserted:
                found.update(t for t in self.asserted.objects(expression, OWL.hasValue) if isinstance(t, URIRef))
                for kind in self.asserted.objects(expression, OWL.someValuesFrom):
                    found.update(self._members(kind))
        return frozenset(found)

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The fact rules that compare a number, sorted by IRI."""
        found = []
        for rule, compares in sorted(self.asserted.subject_objects(STS.comparesProperty)):
            least, most = (self.asserted.value(rule, bound) for bound in (STS.atLeast, STS.atMost))
            bounds = (Decimal(str(bound)) if bound is not None else None for bound in (least, most))
            found.append(Threshold(URIRef(str(rule)), URIRef(str(compares)), *bounds))
        return tuple(found)

    def concluded_by(self, rule: URIRef) -> URIRef:
        """Return the finding that a fact rule concludes."""
        finding = self.asserted.value(rule, STS.concludesFinding)
        assert isinstance(finding, URIRef), f"{local(rule)} concludes no finding in findings.ttl"
        return finding

    def disregarded_by(self, rule: URIRef) -> frozenset[Node]:
        """Return the therapies whose courses a fact rule leaves out."""
        return frozenset(self.asserted.objects(rule, STS.disregardsTherapy))

    def _members(self, kind: Node) -> Iterator[URIRef]:
        for below in self.asserted.transitive_subjects(RDFS.subClassOf, kind):
            yield from (m for m in self.asserted.subjects(RDF.type, below) if isinstance(m, URIRef))

    def _words(self, kind: URIRef, prefix: str) -> dict[str, URIRef]:
        words: dict[str, URIRef] = {}
        for iri in sorted(set(self._members(kind))):
            words[local(iri)] = iri
            words.setdefault(local(iri).removeprefix(prefix), iri)
        return words
