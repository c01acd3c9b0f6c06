"""What the ontology covers of what there is."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib.namespace import OWL, PROV, RDF, RDFS

from sts_kg.guideline import Guideline, leaves
from sts_kg.rdf import STS

__all__ = ["coverage"]


def coverage(guideline: Guideline, n_queries: int) -> Iterator[tuple[str, int, int]]:
    """Yield what is covered of what there is: segments by statements, options by axioms, the rest by use."""
    graph = guideline.asserted
    quoted = {
        segment
        for statement, segment in graph.subject_objects(PROV.wasQuotedFrom)
        if any((kind, RDFS.subClassOf, STS.Statement) in graph for kind in graph.objects(statement, RDF.type))
    }
    spoken_for = quoted | set(graph.subjects(STS.noClaimReason))
    for what, kind in (("sentences", STS.Sentence), ("headings", STS.Heading)):
        every = set(graph.subjects(RDF.type, kind))
        yield what, len(every & spoken_for), len(every)
    options = set(graph.subjects(RDF.type, STS.TreatmentOption)) | set(graph.subjects(RDF.type, STS.UmbrellaOption))
    recommended = set(graph.objects(None, STS.recommendsOption))
    unmet = {graph.value(r, OWL.hasValue) for r in graph.subjects(OWL.onProperty, STS.hasUnmetOption)}
    yield "options", len(options & recommended & set(guideline.conditions) & unmet), len(options)
    findings = set(graph.subjects(RDF.type, STS.Finding))
    asked = set(graph.subjects(STS.question))
    used = {finding for condition in guideline.conditions.values() for finding in leaves(condition)}
    yield "findings", len(findings & asked & used), len(findings)
    decisions = set(graph.subjects(RDF.type, STS.Decision))
    yield "decisions", len(decisions & set(graph.objects(None, STS.hasDecision))), len(decisions)
    parts = set(graph.subjects(RDF.type, STS.ConditionPart))
    yield "condition parts", len(parts & set(graph.objects(None, STS.hasConditionPart))), len(parts)
    yield "canned queries", n_queries, n_queries
