"""Copies of one class expression: anonymous restrictions with one property and one filler.

OWL files write a restriction anew wherever they use it. By scm-svf1, scm-svf2, scm-avf1, scm-avf2 and scm-hv all copies
are below each other, so each triple about one of them holds of all: n copies of a restriction and n classes below them
make n² triples. So one copy stands for all while reasoning, as one term stands for equal terms. Intersections and
unions have no such rule: nothing in Table 9 makes two of them with the same members equivalent.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sts_kg.closure.columns import EMPTY, Ids, Pairs, firsts, lookup, pack, seconds, united
from sts_kg.closure.rules.axioms import restrictions
from sts_kg.closure.triples import CLASSES_IN, Triples
from sts_kg.closure.vocabulary import (
    ALL_VALUES_FROM,
    ANNOTATED_PROPERTY,
    ANNOTATION_PROPERTY,
    ANNOTATIONS,
    CLASS,
    DATATYPE_PROPERTY,
    HAS_VALUE,
    NOTHING,
    OBJECT_PROPERTY,
    ON_PROPERTY,
    PROPERTY,
    SAME_AS,
    SOME_VALUES_FROM,
    SUB_CLASS_OF,
    SUB_PROPERTY_OF,
    THING,
    TYPE,
)
from sts_kg.rdf import BLANK

__all__ = ["copies", "is_data", "may_copy"]

_FILLERS = (SOME_VALUES_FROM, ALL_VALUES_FROM, HAS_VALUE)
#: The predicates that the rules about copies read and write.
_VOCABULARY = np.array(sorted({*CLASSES_IN, *_FILLERS, ON_PROPERTY}), np.int64)
_KINDS_OF_PROPERTY = (ANNOTATION_PROPERTY, OBJECT_PROPERTY, DATATYPE_PROPERTY, PROPERTY)
#: Deeper restrictions of restrictions are left as they are written: that costs time and is not wrong.
_DEEPEST = 64


def copies(known: Triples, kinds: NDArray[np.uint8]) -> Ids:
    """Return pairs of anonymous restrictions that are copies, each with the least of its group; (n,).

    Parameters
    ----------
    known : Triples
        What is asserted; what was concluded before, too, when a closure is extended.
    kinds : (m,) uint8
        The kind of each term by its id.
    """
    if len(known[ON_PROPERTY]) < 2:
        return EMPTY
    rows = [(filler, each) for filler in _FILLERS if len(each := restrictions(known, filler)) > 1]
    # A rule makes copies equivalent only if their filler or their property is below itself: scm-cls, scm-op, scm-dp.
    # Only asserted triples count, so that the equivalence is proved from these alone.
    below, properties = np.zeros(kinds.size, bool), np.zeros(kinds.size, bool)
    types = known.represented(TYPE, known.asserted_of(TYPE))
    below[[known.of(THING), known.of(NOTHING)]] = True
    below[seconds(types[firsts(types) == CLASS])] = True
    below[_reflexive(known, SUB_CLASS_OF)] = True
    properties[seconds(types[np.isin(firsts(types), (OBJECT_PROPERTY, DATATYPE_PROPERTY))])] = True
    properties[_reflexive(known, SUB_PROPERTY_OF)] = True
    anonymous = kinds == BLANK
    same = known.asserted_of(SAME_AS)
    anonymous[firsts(same)] = anonymous[seconds(same)] = False  # these have other names
    of = np.arange(kinds.size) if known.classes is None else known.classes
    found = [EMPTY]
    for _ in range(_DEEPEST):
        new = [_groups(each, filler != HAS_VALUE, of, below, properties, anonymous) for filler, each in rows]
        if not sum(map(len, new)):
            break
        found += new
        of = united(of, np.concatenate(new))  # a copy may be the filler of copies
    return np.concatenate(found)


def _reflexive(known: Triples, predicate: int) -> Ids:
    pairs = known.represented(predicate, known.asserted_of(predicate))
    loops: Ids = pairs[firsts(pairs) == seconds(pairs)]
    return firsts(loops)


def _groups(
    rows: Ids,
    has_class: bool,
    of: Ids,
    below: NDArray[np.bool_],
    properties: NDArray[np.bool_],
    anonymous: NDArray[np.bool_],
) -> Ids:
    """Return pairs of the first of a group of copies and another of them that is not known for a copy of it."""
    p, c, y = rows.T
    fits = properties[p]
    if has_class:
        fits = fits | below[y]
        y = of[y]
    below[c[fits]] = True
    fits &= anonymous[c]
    p, c, y = p[fits], c[fits], y[fits]
    order = np.lexsort((c, y, p))
    p, c, y = p[order], c[order], y[order]
    starts = np.ones(c.size, bool)
    starts[1:] = (p[1:] != p[:-1]) | (y[1:] != y[:-1])
    first = c[np.maximum.accumulate(np.where(starts, np.arange(c.size), 0))]
    pairs: Ids = pack(first, c)[of[first] != of[c]]
    return pairs


def may_copy(new: Mapping[int, Pairs]) -> bool:
    """Return whether new triples may make copies: of restrictions, or of what their fillers and properties are."""
    if any(predicate in new for predicate in (ON_PROPERTY, *_FILLERS, SUB_CLASS_OF, SUB_PROPERTY_OF)):
        return True
    return TYPE in new and any(lookup(new[TYPE].os, kind).size for kind in (CLASS, OBJECT_PROPERTY, DATATYPE_PROPERTY))


def is_data(new: Mapping[int, Pairs]) -> bool:
    """Return whether new triples speak of the vocabulary of restrictions, so that rules may read it as data.

    Annotations of it, and that it is a property, are harmless.
    """
    for predicate, pairs in new.items():
        if predicate in (*ANNOTATIONS, ANNOTATED_PROPERTY):
            continue
        column = pairs.os if predicate == TYPE else pairs.so
        if predicate == TYPE:
            column = column[~np.isin(firsts(column), _KINDS_OF_PROPERTY)]
        if not column.size:
            continue
        for least, half in ((column[0] >> 32, firsts), (seconds(column).min(), seconds)):
            if least <= _VOCABULARY[-1] and np.isin(half(column), _VOCABULARY).any():
                return True
    return False
