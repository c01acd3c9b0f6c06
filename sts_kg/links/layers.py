"""Mapping sets in layers, one's own above the shipped ones: what holds, what conflicts, what exact matches chain to.

The order of the layers is that in which they are given. A denied match holds for no layer; else the upper row of a pair
of terms holds where two say different matches. SKOS Reference, sections 10.3 and 10.4: an exact match is symmetric and
transitive, a close, broad, narrow or related one is not transitive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from rdflib import Literal, URIRef

from sts_kg.links.curies import iri_of
from sts_kg.links.mapping_rdf import to_graph
from sts_kg.links.mapping_set import Mapping as Row
from sts_kg.links.mapping_set import MappingSet, columns_of, used_prefixes
from sts_kg.links.slots import NO_TERM
from sts_kg.links.sssom_table import shipped
from sts_kg.rdf import BASE, Prefixes, ntriples_of
from sts_kg.tables import Table

__all__ = ["CHAINED", "Conflict", "Layers", "Statement"]

#: The mapping set of the matches that follow from exact ones.
CHAINED = f"{BASE}mappings/chained"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_EXACT = f"{_SKOS}exactMatch"
_CHAINING = "semapv:MappingChaining"
_NO_LICENSE = "https://w3id.org/sssom/license/unspecified"
#: Each match by its predicate, read from the object to the subject.
_BACK = {f"{_SKOS}{kind}Match": f"{_SKOS}{kind}Match" for kind in ("exact", "close", "related")} | {
    f"{_SKOS}broadMatch": f"{_SKOS}narrowMatch",
    f"{_SKOS}narrowMatch": f"{_SKOS}broadMatch",
}


class Statement(NamedTuple):
    """A row of a set about two terms, as canonical IRIs."""

    set: MappingSet
    row: Row
    subject: str
    predicate: str
    object: str

    @property
    def match(self) -> tuple[str, str, str]:
        """The match in one direction, the same for a row and for its inverse."""
        if self.subject <= self.object or self.predicate not in _BACK:
            return self.subject, self.predicate, self.object
        return self.object, _BACK[self.predicate], self.subject

    @property
    def pair(self) -> tuple[str, str]:
        """The two terms in one order."""
        first, second = sorted((self.subject, self.object))
        return first, second

    def __str__(self) -> str:
        """Return the row in one line: terms, match and set."""
        denied = "not " if self.row.negative else ""
        line = f", line {self.row.line}" if self.row.line else ""
        return f"{self.row.subject_id} {denied}{self.row.predicate_id} {self.row.object_id} ({_shown(self.set)}{line})"


@dataclass(frozen=True)
class Conflict:
    """Two rows that do not agree, the one that holds and the other, and why it does not."""

    reason: str
    holds: Statement
    other: Statement


@dataclass(frozen=True)
class Layers:
    """Mapping sets in layers, the lowest one first.

    `given` are all sets; `sets` are those in effect: each without the rows that do not hold, and one more with the
    chained matches, if there are any.
    """

    given: tuple[MappingSet, ...]

    @classmethod
    def over_shipped(cls, own: Iterable[MappingSet]) -> Layers:
        """Return sets of one's own above the shipped ones; one with the id of another replaces it."""
        by_id = {each.id or str(each.path): each for each in (*shipped(), *own)}
        return cls(tuple(by_id.values()))

    @cached_property
    def sets(self) -> tuple[MappingSet, ...]:
        """The sets in effect, the chained matches last."""
        dropped = {
            (id(conflict.other.set), id(conflict.other.row)) for conflict in self.conflicts if conflict.reason != _TWO
        }
        kept = tuple(
            replace(each, mappings=tuple(row for row in each.mappings if (id(each), id(row)) not in dropped))
            for each in self.given
        )
        return (*kept, self.chained) if self.chained.mappings else kept

    @cached_property
    def graphs(self) -> dict[URIRef, bytes]:
        """The sets in effect as N-Triples by the names of their graphs."""
        return {URIRef(each.id): ntriples_of(to_graph(each)) for each in self.sets}

    @cached_property
    def _statements(self) -> tuple[Statement, ...]:
        return tuple(found for each in self.given for row in each.mappings if (found := _stated(each, row)))

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The rows that do not agree, in the order of the layers."""
        found: list[Conflict] = []
        denied = {each.match: each for each in self._statements if each.row.negative}
        layer = {id(each): number for number, each in enumerate(self.given)}
        top: dict[tuple[str, str], Statement] = {}
        for each in self._statements:
            if each.match not in denied and not each.row.negative and each.predicate in _BACK:
                top[each.pair] = each
        for each in self._statements:
            if each.row.negative:
                continue
            if each.match in denied:
                found.append(Conflict("denied", denied[each.match], each))
            elif (upper := top.get(each.pair)) and layer[id(upper.set)] > layer[id(each.set)]:
                if upper.match != each.match and each.predicate in _BACK:
                    found.append(Conflict("another match in an upper layer", upper, each))
        gone = {id(conflict.other.row) for conflict in found}
        ours: dict[str, Statement] = {}
        for each in self._statements:
            if each.predicate == _EXACT and not each.row.negative and id(each.row) not in gone:
                for term, other in ((each.subject, each.object), (each.object, each.subject)):
                    if term.startswith(BASE) and not other.startswith(BASE):
                        first = ours.setdefault(other, each)
                        if term not in (first.subject, first.object):
                            found.append(Conflict(_TWO, first, each))
        return tuple(found)

    @cached_property
    def chained(self) -> MappingSet:
        """The exact matches of our terms that follow from others, each row with the matches that it rests on.

        A chain goes through exact matches alone, through no denied match, and through no other term of ours, nor a term
        that is an exact match of two of ours.
        """
        denied = {each.match for each in self._statements if each.row.negative}
        gone = {id(conflict.other.row) for conflict in self.conflicts if conflict.reason != _TWO}
        twice = {end for one in self.conflicts if one.reason == _TWO for end in (one.other.subject, one.other.object)}
        beside: dict[str, dict[str, Statement]] = defaultdict(dict)
        for each in self._statements:
            if each.predicate == _EXACT and not each.row.negative and id(each.row) not in gone:
                beside[each.subject].setdefault(each.object, each)
                beside[each.object].setdefault(each.subject, each)
        spelled = _Spelled(self.given)
        rows = []
        for term in sorted(each for each in beside if each.startswith(BASE)):
            for end, links in _chains(term, beside, denied, twice):
                if end not in beside[term]:
                    rows.append(
                        Row(
                            subject_id=spelled(term),
                            subject_label=_label(links[0], term),
                            predicate_id="skos:exactMatch",
                            object_id=spelled(end),
                            object_label=_label(links[-1], end),
                            mapping_justification=_CHAINING,
                            comment="; ".join(map(str, links)),
                        )
                    )
        metadata = {
            "mapping_set_id": CHAINED,
            "mapping_set_description": "Exact matches that follow from exact matches of other sets.",
            "license": _NO_LICENSE,
        }
        used = used_prefixes(rows, metadata)
        metadata["curie_map"] = {name: iri for name, iri in spelled.declared.items() if name in used}  # type: ignore[assignment]
        return MappingSet(metadata, tuple(rows), columns_of(rows))

    def to_table(self) -> Table:
        """Return the conflicts as a table: reason, the row that holds, the other."""
        rows = tuple(tuple(map(Literal, (one.reason, str(one.holds), str(one.other)))) for one in self.conflicts)
        return Table(("reason", "holds", "other"), rows)


_TWO = "an exact match of two of our terms"


def _stated(each: MappingSet, row: Row) -> Statement | None:
    """Return what a row says of two terms; None if it is about a literal, or says that there is no term."""
    if not (row.subject_id and row.object_id and row.predicate_id) or NO_TERM in (row.subject_id, row.object_id):
        return None
    subject, predicate, object = (
        iri_of(end, each.curie_map) for end in (row.subject_id, row.predicate_id, row.object_id)
    )
    return Statement(each, row, subject, predicate, object)


def _chains(
    term: str, beside: Mapping[str, Mapping[str, Statement]], denied: set[tuple[str, str, str]], twice: set[str]
) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    """Yield each term that a chain of two or more exact matches leads to, with the shortest chain."""
    found: dict[str, tuple[Statement, ...]] = {term: ()}
    front: Sequence[str] = [term]
    while front:
        reached = []
        for each in front:
            if each in twice:
                continue
            for end in sorted(beside[each]):
                first, second = sorted((term, end))
                if end in found or end.startswith(BASE) or (first, _EXACT, second) in denied:
                    continue
                found[end] = (*found[each], beside[each][end])
                reached.append(end)
                if len(found[end]) > 1:
                    yield end, found[end]
        front = reached


def _label(statement: Statement, term: str) -> str | None:
    return statement.row.subject_label if statement.subject == term else statement.row.object_label


def _shown(each: MappingSet) -> str:
    return Path(str(each.path)).name if each.path is not None else each.name


class _Spelled:
    """CURIEs by our prefixes and those that sets declare; an IRI in full where two declare one prefix differently."""

    def __init__(self, sets: Iterable[MappingSet]) -> None:
        self.known = Prefixes.shipped()
        ours = {each.name: each.iri for each in self.known}
        theirs: dict[str, set[str]] = defaultdict(set)
        for each in sets:
            for name, iri in each.curie_map.items():
                theirs[name].add(iri)
        self.declared = {name: next(iter(iris)) for name, iris in theirs.items() if len(iris) == 1} | ours

    def __call__(self, iri: str) -> str:
        if (curie := self.known.compress(iri)) is not None:
            return str(curie)
        fitting = [name for name, start in self.declared.items() if iri.startswith(start) and len(iri) > len(start)]
        name = max(fitting, key=lambda each: len(self.declared[each]), default=None)
        return iri if name is None else f"{name}:{iri[len(self.declared[name]) :]}"
