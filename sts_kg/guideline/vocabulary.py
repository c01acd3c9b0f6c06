"""The words of a guideline: findings, therapies, outcomes and modalities by the names that a case file uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.rdf import STS, compress, local

__all__ = ["Threshold", "Vocabulary"]

_NUMBERS = {XSD.integer, XSD.decimal}


@dataclass(frozen=True)
class Threshold:
    """A fact rule that compares a number of a case: it holds from `at_least` to `at_most`, both included."""

    rule: URIRef
    compares: URIRef
    finding: URIRef
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
        """The fact rules that compare a number, sorted by IRI.

        Raises
        ------
        ParseError
            A rule has no bound or no finding, a bound is not a number, or no case has a number of that property.
        """
        pairs = sorted(self.asserted.subject_objects(STS.comparesProperty))
        return tuple(self._threshold(URIRef(str(rule)), URIRef(str(compares))) for rule, compares in pairs)

    def _threshold(self, rule: URIRef, compares: URIRef) -> Threshold:
        given = {bound: list(self.asserted.objects(rule, bound)) for bound in (STS.atLeast, STS.atMost)}
        finding, name = self.concluded_by(rule), f"the fact rule {compress(rule)}"
        ranges = set(self.asserted.objects(compares, RDFS.range))
        if (compares, RDFS.domain, STS.PatientCase) not in self.asserted or ranges.isdisjoint(_NUMBERS):
            raise ParseError(f"{name} compares {compress(compares)}, which is not a number of a case")
        if finding is None:
            raise ParseError(f"{name} concludes nothing: sts:concludesFinding is missing")
        if not any(given.values()) or any(len(values) > 1 for values in given.values()):
            raise ParseError(f"{name} needs one value of sts:atLeast, of sts:atMost, or one of each")
        bounds = []
        for values in given.values():
            value = values[0].toPython() if values and isinstance(values[0], Literal) else None
            if values and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
                raise ParseError(f"{name} has the bound {values[0]!s}; an integer or a decimal is expected, such as 3")
            bounds.append(None if value is None else Decimal(value))
        return Threshold(rule, compares, finding, *bounds)

    def concluded_by(self, rule: URIRef) -> URIRef | None:
        """Return the finding that a fact rule concludes; None if the guideline does not have the rule."""
        finding = self.asserted.value(rule, STS.concludesFinding)
        return finding if isinstance(finding, URIRef) else None

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
