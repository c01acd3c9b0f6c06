"""The treatments of stage 4 soft tissue sarcoma as a knowledge graph. Not medical advice.

>>> import sts_kg
>>> kg = sts_kg.load()
>>> kg.query("drugs/options-with-drug", drug="ifosfamide").column("option")
(rdflib.term.URIRef('https://w3id.org/sts-kg/option-doxorubicin-ifosfamide'),)

The public names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sts_kg.case import Case
    from sts_kg.closure import Closure, closure_of
    from sts_kg.errors import CaseError, InconsistentError, ParseError, StsKgError, UnknownNameError
    from sts_kg.graph import parse, read, write
    from sts_kg.knowledge import KnowledgeGraph, connect, load
    from sts_kg.table import Table

__all__ = [
    "Case",
    "CaseError",
    "Closure",
    "InconsistentError",
    "KnowledgeGraph",
    "ParseError",
    "StsKgError",
    "Table",
    "UnknownNameError",
    "closure_of",
    "connect",
    "load",
    "parse",
    "read",
    "write",
]

_HOME = {
    "Case": "case",
    "Closure": "closure",
    "closure_of": "closure",
    "parse": "graph",
    "read": "graph",
    "write": "graph",
    "KnowledgeGraph": "knowledge",
    "connect": "knowledge",
    "load": "knowledge",
    "Table": "table",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'sts_kg' has no attribute {name!r}")
    value: object = getattr(import_module(f"sts_kg.{_HOME.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
