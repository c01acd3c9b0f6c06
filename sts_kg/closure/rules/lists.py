"""The `rdf:List`s in axioms."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sts_kg.closure.columns import (
    distinct,
    firsts,
    halves,
    seconds,
)
from sts_kg.closure.triples import Triples
from sts_kg.closure.vocabulary import (
    DISTINCT_MEMBERS,
    FIRST,
    HAS_KEY,
    INTERSECTION_OF,
    MEMBERS,
    NIL,
    ONE_OF,
    PROPERTY_CHAIN_AXIOM,
    REST,
    UNION_OF,
)

__all__ = ["LISTED", "Lists", "Members"]

Members = tuple[int, ...]
#: The predicates whose objects are lists.
LISTED = (INTERSECTION_OF, UNION_OF, ONE_OF, PROPERTY_CHAIN_AXIOM, HAS_KEY, MEMBERS, DISTINCT_MEMBERS)


class Lists:
    """The `rdf:List`s in axioms, each read once. A list that is not well formed yet has no members."""

    def __init__(self, known: Triples, name: Callable[[int], str]) -> None:
        self._known, self._name = known, name
        self._next: tuple[dict[int, int], dict[int, int]] | None = None
        self._walked: dict[int, Members] = {}
        self._faults: dict[int, str] = {}

    def of(self, predicate: int) -> Iterator[tuple[int, Members]]:
        """Yield subject and members for each triple of a predicate that has lists as objects."""
        for subject, head in zip(*halves(self._known[predicate].so), strict=True):
            if members := self.members(int(head)):
                yield int(subject), members

    def members(self, head: int) -> Members:
        """Return the members of the list that begins at a node."""
        if head not in self._walked:
            members: list[int] = []
            seen: set[int] = set()
            node, nil = head, self._known.of(NIL)
            while node != nil:
                if fault := self._fault(node, seen):
                    self._faults[head], members = fault, []
                    break
                seen.add(node)
                members.append(self._links[0][node])
                node = self._links[1][node]
            self._walked[head] = tuple(members)
        return self._walked[head]

    def faults(self) -> Iterator[tuple[tuple[int, int, int], str]]:
        """Yield the triples that refer to a list which is not well formed, each with what is wrong with that list.

        Such a list has no end, runs in a circle, or has a node without exactly one member and one rest. No rule reads
        it, so the axiom concludes nothing.
        """
        for predicate in LISTED:
            for subject, head in zip(*(half.tolist() for half in halves(self._known[predicate].so)), strict=True):
                if not self.members(head) and head in self._faults:
                    yield (subject, predicate, head), self._faults[head]

    def _fault(self, node: int, seen: set[int]) -> str:
        first, rest = self._links
        if node in seen:
            return "runs in a circle: it comes back to a node of its own"
        if node not in first:
            return f"has a node without rdf:first: {self._name(node)}"
        if node not in rest:
            return f"has no end: {self._name(node)} is without rdf:rest"
        if first[node] < 0 or rest[node] < 0:
            return f"forks: {self._name(node)} has two values of {'rdf:first' if first[node] < 0 else 'rdf:rest'}"
        return ""

    @property
    def _links(self) -> tuple[dict[int, int], dict[int, int]]:
        if self._next is None:
            self._next = self._single(FIRST), self._single(REST)
        return self._next

    def _single(self, predicate: int) -> dict[int, int]:
        """Return the object of each subject, -1 if it has several."""
        pairs = self._known[predicate].so
        subjects = firsts(pairs)
        found = dict(zip(subjects.tolist(), seconds(pairs).tolist(), strict=True))
        for subject in distinct(subjects[1:][subjects[1:] == subjects[:-1]]).tolist():
            found[subject] = -1
        return found
