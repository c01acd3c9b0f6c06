"""The kinds of named graphs of a knowledge graph."""

from __future__ import annotations

__all__ = ["KINDS"]

#: asserted: the modules of the ontology and the cases; inferred: what follows; mappings: the mapping sets; links: the
#: slices of linked ontologies, with what follows from them.
KINDS = ("asserted", "inferred", "mappings", "links")
