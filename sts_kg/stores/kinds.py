"""The kinds of named graphs of a knowledge graph."""

from __future__ import annotations

__all__ = ["KINDS"]

#: asserted: the modules of the ontology and the cases; inferred: the entailed triples; mappings: the mapping sets;
#: links: the slices of linked ontologies, with the triples that they entail.
KINDS = ("asserted", "inferred", "mappings", "links")
