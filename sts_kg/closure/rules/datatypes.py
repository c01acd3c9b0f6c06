"""The rules of Table 8 (dt-*): literals by their values, which are computed and not stored as triples."""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from sts_kg.closure.columns import EMPTY, Ids, firsts, pack, seconds, unique
from sts_kg.closure.rules.axioms import Schema, matters
from sts_kg.closure.terms import Terms
from sts_kg.closure.triples import Found, Triples
from sts_kg.closure.vocabulary import (
    COMPLEMENT_OF,
    DATATYPE,
    DATATYPES,
    DIFFERENT_FROM,
    DISJOINT_WITH,
    FIRST,
    HAS_KEY,
    ON_CLASS,
    ON_PROPERTY,
    TYPE,
)
from sts_kg.errors import BuiltInUseError
from sts_kg.rdf import LITERAL, split
from sts_kg.rdf.xsd import ILL_TYPED, SUPPORTED, Value, contains, value

__all__ = ["Literals", "dt_diff", "dt_equal_to_literal", "dt_type1", "dt_type2"]

#: Most triples of owl:differentFrom between literals that are made.
LIMIT = 50_000_000
_XSD = "http://www.w3.org/2001/XMLSchema#"
_STRING = f"{_XSD}string"


class Literals:
    """The literals of a dictionary by their values.

    Most literals of real graphs are plain strings or texts with a language; these are read only when asked for.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._seen = 0
        self._plain, self._tagged, self._typed = EMPTY, EMPTY, EMPTY
        self._values: dict[int, Value | None] = {}
        self._first: dict[Value, int] = {}
        self._members: dict[str, tuple[int, Ids]] = {}
        self.ill_typed: set[int] = set()

    def copy(self, terms: Terms) -> Literals:
        """Return a copy for a copy of the dictionary."""
        other = copy(self)
        other._terms, other.ill_typed = terms, set(self.ill_typed)
        other._values, other._first, other._members = dict(self._values), dict(self._first), dict(self._members)
        return other

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """The kind of each term of the dictionary."""
        return self._terms.kinds

    @property
    def count(self) -> int:
        """The number of literals seen by `look`."""
        return self._plain.size + self._tagged.size + self._typed.size

    def look(self) -> Ids:
        """Read the new terms, and return pairs of literals with one value (dt-eq)."""
        kinds = self.kinds
        new = np.flatnonzero(kinds[self._seen :] == LITERAL) + self._seen
        self._seen = kinds.size
        texts = self._terms.texts(new)
        last = np.frombuffer(b"".join([text[-1:] for text in texts]), np.uint8)
        plain, typed = last == _QUOTE, last == _BRACKET
        self._plain = np.concatenate((self._plain, new[plain]))
        self._typed = np.concatenate((self._typed, new[typed]))
        self._tagged = np.concatenate((self._tagged, new[~plain & ~typed]))
        equal = self._equal(new[typed])
        return unique(np.array([pack(x, y) for x, y in equal], np.int64)) if equal else EMPTY

    def _equal(self, literals: Ids) -> list[tuple[int, int]]:
        equal = []
        for number in literals.tolist():
            found = self.value(number)
            if found is ILL_TYPED:
                self.ill_typed.add(number)
            elif found is not None:
                if found[0] in ("string", "langString") and (other := self._terms.find(_ntriples(found))) >= 0:
                    equal.append((other, number))
                first = self._first.setdefault(found, number)
                if first != number:
                    equal.append((first, number))
        return equal

    def value(self, number: int) -> Value | None:
        """Return the value of a literal, None if its datatype is not supported."""
        if number not in self._values:
            self._values[number] = value(*split(self._terms.text(number)))
        return self._values[number]

    def number(self, lexical: str) -> int | None:
        """Return a literal whose value is a given integer, None if there is none."""
        wanted = value(lexical, f"{_XSD}integer")
        assert wanted is not None, "integers are supported"
        return self._first.get(wanted)

    def members(self, datatype: str) -> Ids:
        """Return the literals whose value is in the value space of a supported datatype, sorted."""
        seen, found = self._members.get(datatype, (-1, EMPTY))
        if seen != self._seen:
            asked = [self._typed]
            if datatype in _DERIVED_STRINGS:
                asked.append(self._plain)
            numbers = np.concatenate(asked)
            parts = [numbers[[self.holds(datatype, number) is True for number in numbers.tolist()]]]
            if datatype in _ALL_STRINGS:
                parts.append(self._plain)
            if datatype in _ALL_TEXTS:
                parts.append(self._tagged)
            found = unique(np.concatenate(parts))
            self._members[datatype] = self._seen, found
        return found

    def one_of_each_value(self) -> Ids:
        """Return the least literal of each value that is known, sorted."""
        values = ((number, self.value(number)) for number in np.flatnonzero(self.kinds == LITERAL).tolist())
        least: dict[Value, int] = {}
        for number, found in values:
            if found is not None and found is not ILL_TYPED:
                least.setdefault(found, number)
        return np.array(list(least.values()), np.int64)

    def holds(self, datatype: str, number: int) -> bool | None:
        """Return whether the value space of a supported datatype holds a literal's value; None if not known."""
        found = self.value(number)
        return None if found is None else contains(datatype, found)


_QUOTE, _BRACKET = b'">'
_ALL_TEXTS = frozenset(iri for iri in SUPPORTED if iri.endswith(("#PlainLiteral", "#Literal")))
_ALL_STRINGS = _ALL_TEXTS | {_STRING}
_DERIVED_STRINGS = frozenset(
    _XSD + name for name in ("normalizedString", "token", "language", "Name", "NCName", "NMTOKEN")
)


def _ntriples(text: Value) -> bytes:
    """Return the plain string, or the text with a language, that has a value, as N-Triples."""
    escaped = text[1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'.encode() + (b"@" + text[2].encode() if len(text) > 2 else b"")


def dt_type1() -> tuple[Ids, int]:
    """Return the supported datatypes and their class."""
    return np.array(sorted(DATATYPES.values()), np.int64), DATATYPE


def dt_type2(axioms: Schema, known: Triples, literals: Literals, found: Found) -> None:
    """dt-type2: made only for datatypes whose members an axiom asks for."""
    for datatype in _asked_datatypes(axioms, known):
        found.add_members("dt-type2", known.of(DATATYPES[datatype]), literals.members(datatype))


def dt_diff(known: Triples, literals: Literals, found: Found) -> None:
    """dt-diff: made only if an axiom asks for it; one triple from and to each literal is enough for domains and ranges.

    Raises
    ------
    BuiltInUseError
        There would be too many triples.
    """
    if not matters(known, DIFFERENT_FROM):
        return
    x = literals.one_of_each_value()
    if not matters(known, DIFFERENT_FROM, ends=False):
        found.add("dt-diff", DIFFERENT_FROM, x[1:], x[:-1])
        found.add("dt-diff", DIFFERENT_FROM, x[:-1], x[1:])
        return
    if x.size**2 > LIMIT:
        use = f"an axiom asks which of {x.size:,} literals are different"
        raise BuiltInUseError("owl:differentFrom", use, "keep axioms about it apart from data with many literals")
    for each in x.tolist():
        found.add("dt-diff", DIFFERENT_FROM, each, x[x != each])


def dt_equal_to_literal(known: Triples, literals: Literals, found: Found) -> None:
    """dt-type2 and dt-diff for literals that are equal to another term, which has the same triples."""
    kinds = literals.kinds
    of = known.representative(np.arange(kinds.size))
    is_literal = kinds == LITERAL
    both = np.zeros(kinds.size, bool)
    both[of[~is_literal]] = True
    mixed = np.flatnonzero(is_literal & both[of] & (np.bincount(of, minlength=kinds.size)[of] > 1))
    others = np.flatnonzero(is_literal) if mixed.size else EMPTY
    for x in mixed.tolist():
        if (of_x := literals.value(x)) is None or of_x is ILL_TYPED:
            continue
        for datatype, number in DATATYPES.items():
            if literals.holds(datatype, x):
                found.add_members("dt-type2", number, np.array([x], np.int64))
        unequal = [y for y in others.tolist() if literals.value(y) not in (None, ILL_TYPED, of_x)]
        found.add("dt-diff", DIFFERENT_FROM, x, np.array(unequal, np.int64))


def _asked_datatypes(axioms: Schema, known: Triples) -> list[str]:
    """Return the supported datatypes whose members an axiom asks for."""
    if matters(known, TYPE):
        return list(SUPPORTED)
    asked = [firsts(axioms.subclass), axioms.some[:, 2], axioms.at_most_one_in[:, 2]]
    for predicate in (COMPLEMENT_OF, DISJOINT_WITH):
        asked += [firsts(known[predicate].so), seconds(known[predicate].so)]
    asked += [seconds(known[predicate].so) for predicate in (ON_CLASS, FIRST)]
    asked += [firsts(known[predicate].so) for predicate in (HAS_KEY, ON_PROPERTY)]  # a restriction may be a datatype
    numbers = np.array([*DATATYPES.values()])
    of = known.representative(numbers)
    asked.append(of[of != numbers])  # the same as another
    return [datatype for datatype, each in zip(DATATYPES, np.isin(of, np.concatenate(asked)), strict=True) if each]
