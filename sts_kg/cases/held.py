"""What a closure holds of cases, read from its columns: one search for a property, not one for each case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from rdflib import URIRef
from rdflib.term import Node

from sts_kg.cases.case import Case

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["held"]


def held(case: Case, predicate: URIRef, closure: Closure) -> tuple[Node, ...]:
    """Return the objects of a property of a case in a closure, sorted as text.

    Those of all its cases are read when the first is asked for, and kept as long as the closure is.
    """
    read = _READ.setdefault(closure, {})
    if predicate not in read:
        read[predicate] = _by_subject(closure, predicate)
    return read[predicate].get(case.iri, ())


_READ: WeakKeyDictionary[Closure, dict[URIRef, Mapping[Node, tuple[Node, ...]]]] = WeakKeyDictionary()


def _by_subject(closure: Closure, predicate: URIRef) -> Mapping[Node, tuple[Node, ...]]:
    found = closure.match(None, predicate)
    rows: dict[Node, list[Node]] = {}
    for subject, each in zip(found.terms(found.subjects), found.terms(found.objects), strict=True):
        rows.setdefault(subject, []).append(each)
    return {subject: tuple(sorted(objects, key=str)) for subject, objects in rows.items()}
