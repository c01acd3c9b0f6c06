"""Mapping sets in layers, one's own above the shipped ones: what holds, what conflicts, what follows.

The order of the layers is that in which they are given. A denied match holds for no layer; else the upper row of a pair
of terms holds where two say different matches. SKOS Reference, sections 10.3 and 10.4: an exact match is symmetric and
transitive, a close or related one symmetric, broad and narrow are inverse; none of these is transitive.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from rdflib import Literal, URIRef

from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.links.curies import iri_of, named_iri
from sts_kg.links.mapping_checks import validate
from sts_kg.links.mapping_rdf import sets_of, to_graph
from sts_kg.links.mapping_set import Mapping as Row
from sts_kg.links.mapping_set import MappingSet, columns_of, used_prefixes
from sts_kg.links.mappings import read_all
from sts_kg.links.slots import NO_TERM
from sts_kg.links.sssom_table import shipped
from sts_kg.rdf import BASE, Prefixes, is_ours, ntriples_of, of_ntriples
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Table

__all__ = ["DERIVED", "Conflict", "Layers", "Statement", "read_layers"]

#: The mapping set of what follows from others, and how the names of the graphs of sets of somebody else begin.
DERIVED = f"{BASE}mappings/derived"
_OWN = f"{BASE}mappings/own/"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_EXACT = f"{_SKOS}exactMatch"
_CHAINING, _INVERSION = "semapv:MappingChaining", "semapv:MappingInversion"
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
    def is_match(self) -> bool:
        """Whether the predicate is one of the five matches of SKOS."""
        return self.predicate in _BACK

    @property
    def turned(self) -> Statement:
        """The same match, read from the object."""
        return self._replace(subject=self.object, predicate=_BACK[self.predicate], object=self.subject)

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


@dataclass(frozen=True, repr=False)
class Layers(Shown):
    """Mapping sets in layers, the lowest one first.

    `given` are all sets; `sets` are those in effect: each without the rows that do not hold, and one more with what
    follows, if anything does.
    """

    given: tuple[MappingSet, ...]

    def __repr__(self) -> str:
        return f"<Layers: {counted(len(self.given), 'mapping set')}, {len(self.own):,} of them your own>"

    @classmethod
    def over_shipped(cls, own: Iterable[MappingSet]) -> Layers:
        """Return sets of one's own above the shipped ones; one with the id of a shipped set replaces it.

        Raises
        ------
        ParseError
            Two sets of one's own have the same id.
        """
        by_id: dict[str, MappingSet] = {}
        for each in own:
            if (other := by_id.setdefault(each.id, each)) is not each:
                reason = f"has the mapping_set_id of {_shown(other)}, {each.id}; give each set an id of its own"
                raise ParseError(reason, path=each.path)
        return cls((*(each for each in shipped() if each.id not in by_id), *by_id.values()))

    @classmethod
    def kept(cls, graphs: Mapping[URIRef, bytes]) -> Layers:
        """Return the sets that are kept as `graphs` has them, above the shipped ones."""
        names = [name for name in graphs if str(name) not in {DERIVED, *(each.id for each in shipped())}]
        return cls.over_shipped([each for name in names for each in sets_of(of_ntriples(graphs[name]))])

    @cached_property
    def own(self) -> tuple[MappingSet, ...]:
        """The sets that are not shipped."""
        return tuple(each for each in self.given if not any(each is one for one in shipped()))

    @cached_property
    def holding(self) -> tuple[MappingSet, ...]:
        """The sets, each without the rows that do not hold."""
        return tuple(
            replace(each, mappings=tuple(row for row in each.mappings if id(row) not in self._dropped))
            for each in self.given
        )

    @cached_property
    def sets(self) -> tuple[MappingSet, ...]:
        """The sets in effect, that of what follows last."""
        return (*self.holding, self.derived) if self.derived.mappings else self.holding

    @cached_property
    def graphs(self) -> dict[URIRef, bytes]:
        """The sets in effect as N-Triples by the names of their graphs, all below our base.

        A set of somebody else has the end of its id for a name, with a number if several end so.
        """
        named: dict[URIRef, bytes] = {}
        for each in self.sets:
            end = re.sub(r"[^a-z0-9]+", "-", re.split("[/#]", each.id.rstrip("/#"))[-1].lower()).strip("-") or "set"
            names = (f"{_OWN}{end}" if number == 1 else f"{_OWN}{end}-{number}" for number in count(1))
            name = each.id if is_ours(each.id) else next(one for one in names if URIRef(one) not in named)
            named[URIRef(name)] = ntriples_of(to_graph(each))
        return named

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """Prefix to IRI as the sets declare them, ours first; without those that two sets declare differently."""
        return _Spelled(self.given).declared

    def iri(self, text: str) -> str | None:
        """Return the canonical IRI that a CURIE or IRI names, by the prefixes of the sets or else ours; or None."""
        iri = named_iri(text, self.prefixes)
        return None if iri is None else str(Prefixes.shipped().standard(iri))

    def vocabulary(self, prefix: str) -> str:
        """Return the name of a prefix as rows have it: one that a set declares, or one of ours in any spelling.

        Raises
        ------
        UnknownNameError
            There is no such prefix.
        """
        known = Prefixes.shipped()
        found = known.find(prefix)
        if found is None and prefix not in self.prefixes:
            raise UnknownNameError("prefix", prefix, [*dict.fromkeys((*self.prefixes, *(one.name for one in known)))])
        return found.name if found is not None else prefix

    @cached_property
    def about_ours(self) -> tuple[MappingSet, ...]:
        """The sets in effect, each with the rows alone whose subject is a term of ours."""
        return tuple(
            replace(each, mappings=tuple(row for row in each.mappings if _is_ours(each, row.subject_id)))
            for each in self.sets
        )

    @cached_property
    def _dropped(self) -> set[int]:
        return {id(conflict.other.row) for conflict in self.overruled}

    @cached_property
    def in_effect(self) -> tuple[Statement, ...]:
        """What the sets say of two terms, without the rows that do not hold, and without what follows."""
        return tuple(each for each in self._statements if id(each.row) not in self._dropped)

    @cached_property
    def _statements(self) -> tuple[Statement, ...]:
        return tuple(found for each in self.given for row in each.mappings if (found := _stated(each, row)))

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The rows that do not agree, in the order of the layers."""
        return (*self.overruled, *(one for each in self._twice.values() for one in each))

    @cached_property
    def overruled(self) -> tuple[Conflict, ...]:
        """The rows that do not hold, since another denies the match or says another one in an upper layer."""
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
        return tuple(found)

    @cached_property
    def _denied(self) -> set[tuple[str, str, str]]:
        return {each.match for each in self._statements if each.row.negative}

    @cached_property
    def _beside(self) -> dict[str, dict[str, Statement]]:
        """The exact matches in effect, each from both of its terms."""
        found: dict[str, dict[str, Statement]] = defaultdict(dict)
        for each in self.in_effect:
            if each.predicate == _EXACT and not each.row.negative:
                found[each.subject].setdefault(each.object, each)
                found[each.object].setdefault(each.subject, each)
        return found

    @cached_property
    def _twice(self) -> dict[str, list[Conflict]]:
        """Each term of others that is an exact match of two of ours, by a row or a chain, with the rows that say so.

        All our terms go one row further at a time, so a chain is ended where it meets that of another, not behind it.
        """
        found: dict[str, list[Conflict]] = {}
        order = {id(each.row): number for number, each in enumerate(self._statements)}
        first: dict[str, tuple[str, Statement]] = {}
        front = [(term, term) for term in self._beside if is_ours(term)]
        while front:
            steps = [
                (self._beside[at][end], ours, end)
                for ours, at in front
                if at not in found
                for end in self._beside[at]
                if not is_ours(end) and _exact(ours, end) not in self._denied
            ]
            front = []
            for row, ours, end in sorted(steps, key=lambda step: order[id(step[0].row)]):
                if end not in first:
                    first[end] = ours, row
                    front.append((ours, end))
                elif ours != first[end][0]:
                    found.setdefault(end, []).append(Conflict(TWO, first[end][1], row))
        return found

    @cached_property
    def derived(self) -> MappingSet:
        """What follows about our terms: the inverse of each match that leads to one, and exact matches that chain.

        Each row says which rows it rests on. A chain goes through exact matches alone, through no denied match, and
        through no other term of ours, nor a term that is an exact match of two of ours.
        """
        spelled, stated = _Spelled(self.given), {each[2:] for each in self.in_effect}
        rows: dict[tuple[str, str, str], Row] = {}
        for each in self.in_effect:
            if is_ours(each.object) and not is_ours(each.subject) and each.predicate in _BACK:
                turned = each.turned
                if turned[2:] not in stated:
                    rows.setdefault(turned[2:], spelled.row(turned, [each], _INVERSION))
        for found, links in self._chained():
            rows.setdefault(found[2:], spelled.row(found, links, _CHAINING))
        metadata: dict[str, Any] = {
            "mapping_set_id": DERIVED,
            "mapping_set_description": "What follows from other sets: inverse matches, and exact ones that chain.",
            "license": _NO_LICENSE,
        }
        used = used_prefixes(rows.values(), metadata)
        metadata["curie_map"] = {name: iri for name, iri in spelled.declared.items() if name in used}
        return MappingSet(metadata, tuple(rows.values()), columns_of(rows.values()))

    def _chained(self) -> Iterator[tuple[Statement, Sequence[Statement]]]:
        """Yield the exact matches of our terms that two or more others lead to, each with these."""
        for term in sorted(each for each in self._beside if is_ours(each)):
            for end, links in _chains(term, self._beside, self._denied, self._twice):
                if end not in self._beside[term]:
                    yield Statement(links[-1].set, links[-1].row, term, _EXACT, end), links

    def to_table(self) -> Table:
        """Return the conflicts as a table: reason, the row that holds, the other."""
        rows = tuple(tuple(map(Literal, (one.reason, str(one.holds), str(one.other)))) for one in self.conflicts)
        return Table(("reason", "holds", "other"), rows)


#: The reason of a conflict in which both rows hold, and no chain goes through the term.
TWO = "an exact match of two of our terms"


def _is_ours(each: MappingSet, end: str | None) -> bool:
    return end is not None and is_ours(iri_of(end, each.curie_map))


def _stated(each: MappingSet, row: Row) -> Statement | None:
    """Return what a row says of two terms; None if it is about a literal, or says that there is no term."""
    if not (row.subject_id and row.object_id and row.predicate_id) or NO_TERM in (row.subject_id, row.object_id):
        return None
    subject, predicate, object = (
        iri_of(end, each.curie_map) for end in (row.subject_id, row.predicate_id, row.object_id)
    )
    return Statement(each, row, subject, predicate, object)


def _chains(
    term: str, beside: Mapping[str, Mapping[str, Statement]], denied: set[tuple[str, str, str]], twice: Collection[str]
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
                if end in found or is_ours(end) or _exact(term, end) in denied:
                    continue
                found[end] = (*found[each], beside[each][end])
                reached.append(end)
                if len(found[end]) > 1:
                    yield end, found[end]
        front = reached


def _exact(term: str, end: str) -> tuple[str, str, str]:
    """Return an exact match as `Statement.match` has it."""
    first, second = sorted((term, end))
    return first, _EXACT, second


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

    def row(self, found: Statement, links: Sequence[Statement], justification: str) -> Row:
        """Return the row of a match that rests on others."""
        return Row(
            subject_id=self(found.subject),
            subject_label=_label(links[0], found.subject),
            predicate_id=found.predicate.replace(_SKOS, "skos:"),
            predicate_modifier="Not" if found.row.negative else None,
            object_id=self(found.object),
            object_label=_label(links[-1], found.object),
            mapping_justification=justification,
            comment="; ".join(map(str, links)),
        )


def read_layers(sources: Iterable[MappingSet | str | Path], entities: Collection[object]) -> tuple[MappingSet, ...]:
    """Return the mapping sets of files and those given, checked; `entities` are all terms of our own.

    A match that a row of another set denies is no error here: layers have it as a conflict.

    Raises
    ------
    ParseError
        A file cannot be read, or a set has an error, as `validate` has it.
    """
    found: list[MappingSet] = []
    for source in sources:
        found += (source,) if isinstance(source, MappingSet) else read_all(source)
    for each in found:
        if errors := [one for one in validate(each, entities=entities, layered=True) if one.severity == "error"]:
            first, more = errors[0], len(errors) - 1
            told = f"; {counted(more, 'more error')}: see sts-kg mappings validate" if more else ""
            reason = f"{first.column}: {first.message}; {first.remedy}{told}"
            raise ParseError(reason, path=first.path or each.path or each.id, line=first.line)
    return tuple(found)
