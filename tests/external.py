"""The shipped knowledge graph with the small made-up ontologies and tables of this folder linked to it."""

from __future__ import annotations

from places import ROOT

from sts_kg import KnowledgeGraph, load


def with_external() -> KnowledgeGraph:
    graph = load()
    graph.link(ROOT / "tests" / "external.ttl", seeds=["OAE:1"])
    seeds = [f"http://example.org/second/{name}" for name in ("role", "drug2", "kind2", "excision", "record")]
    graph.link(ROOT / "tests" / "external-second.ttl", seeds=seeds)
    graph.link(ROOT / "tests" / "external-interactions.csv")
    graph.link(ROOT / "tests" / "rxnorm")
    return graph
