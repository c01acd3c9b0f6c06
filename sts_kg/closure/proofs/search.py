"""The search for proofs: backwards from a triple to triples of earlier rounds, down to the asserted ones.

A triple of a round was concluded from triples of earlier rounds. So the search looks for premises only there, and
cannot run in a circle. A transitive closure, which one round inserts, is proved by a path of edges of earlier rounds;
that two terms are the same is proved by a path of `owl:sameAs` triples of earlier rounds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise, product
from threading import Lock

import numpy as np

from sts_kg.closure.columns import Ids, firsts, lookup, seconds, swap
from sts_kg.closure.fixpoint import Fixpoint
from sts_kg.closure.proofs.copies import Copies
from sts_kg.closure.proofs.steps import LIST, Row, Step
from sts_kg.closure.rules.table import RULES, Pattern, Rule
from sts_kg.closure.triples import ASSERTED, CLASSES_IN, Block
from sts_kg.closure.vocabulary import (
    DATATYPES,
    DIFFERENT_FROM,
    FIRST,
    NIL,
    REST,
    SAME_AS,
    SUB_CLASS_OF,
    SUB_PROPERTY_OF,
    THING,
    TRANSITIVE_PROPERTY,
    TYPE,
    id_of,
)
from sts_kg.rdf import LITERAL
from sts_kg.rdf.xsd import ILL_TYPED

__all__ = ["Prover"]

EVER = 1 << 30
Binding = dict[str, int]
#: Patterns of the body and of the head of a rule with a list, its members in them.
Instance = tuple[tuple[tuple[str | int, ...], ...], tuple[tuple[str | int, ...], ...]]
_TRANSITIVE = {SUB_CLASS_OF: "scm-sco", SUB_PROPERTY_OF: "scm-spo"}
#: Rules that `_by_rule` leaves out: other methods prove equality, literals and transitivity.
_OTHERWISE = frozenset(rule for rule in RULES if rule.startswith(("eq-", "dt-"))) | {"prp-trp", "scm-sco", "scm-spo"}


@dataclass
class Prover:
    """Finds proofs in the blocks of a closure, and remembers them."""

    fixpoint: Fixpoint
    _steps: dict[tuple[Row, int], Step | None] = field(default_factory=dict)
    _swapped: dict[int, Ids] = field(default_factory=dict)
    _variants: dict[tuple[str, tuple[int, ...]], list[Instance]] = field(default_factory=dict)
    _read: dict[tuple[int, int, int, tuple[int, ...]], Step] = field(default_factory=dict)
    #: Whoever searches holds it: another thread would take a search that is not finished for a missing proof.
    lock: Lock = field(default_factory=Lock)

    def prove(self, triple: Row) -> Step | None:
        """Return why a triple is in the closure, or None if it is not in it."""
        return self._proof(triple, EVER)

    def refute(self, rule: Rule, terms: Sequence[int]) -> Step | None:
        """Return why a rule concluded *false* of the terms that it reported."""
        if rule.kind == "datatype":
            literal, datatype = terms
            typed = self._proof((literal, TYPE, datatype), EVER)
            return Step((), rule.id, (typed,) if typed else ())
        orders = [tuple(terms)]
        if rule.symmetric or rule.lists:  # two members of a list may be reported in either order
            first, second, *others = terms
            orders.append((second, first, *others))
        for order in orders:
            bound = {name: term for name, term in zip(rule.reported, order, strict=True) if name[0] == "?"}
            for premises in self._applications(rule, bound, EVER):
                return Step((), rule.id, premises)
        return None

    # --- what proofs about copies of class expressions ask for

    @cached_property
    def _copies(self) -> Copies:
        return Copies(self)

    def has(self, row: Row, below: int) -> bool:
        """Return whether a round before `below` has a triple."""
        return self._round(row, below) is not None

    def prove_below(self, row: Row, below: int) -> Step | None:
        """Return the proof of a triple from triples of rounds before `below`."""
        return self._proof(row, below)

    def prove_equal(self, row: Row) -> Step | None:
        """Return the proof of an asserted triple, or of one that has equal terms."""
        return self._proof(row, ASSERTED + 1) or self._by_equality(row, EVER)

    def objects(self, s: int, p: int, below: int) -> Iterator[int]:
        """Yield the objects of a subject and a predicate in rounds before `below`."""
        return self._objects(s, p, below)

    def sameness(self, x: int, y: int) -> Step | None:
        """Return the proof that two terms are the same."""
        return self._by_sameness((x, SAME_AS, y), EVER)

    def lists(self, head: int, below: int) -> Iterator[Step]:
        """Yield the members of a list, first by their newest names, then by the given ones."""
        return self._lists(head, below, [])

    # --- rows

    @cached_property
    def _one(self) -> dict[str, int | None]:
        literals = self.fixpoint.literals
        return {f'"{number}"^^xsd:nonNegativeInteger': literals.number(number) for number in "01"}

    def _blocks(self, predicate: int, below: int) -> Iterator[Block]:
        for block in self.fixpoint.known.blocks.get(predicate, ()):
            if block.round < below:
                yield block

    def _round(self, row: Row, below: int) -> Block | None:
        """Return the first block of a round before `below` that has a triple."""
        s, p, o = row
        pair = (o << 32) | s if p == TYPE else (s << 32) | o
        found = None
        for block in self._blocks(p, below):
            at = int(block.pairs.searchsorted(pair))
            if at < block.pairs.size and block.pairs[at] == pair and (found is None or block.round < found.round):
                found = block
        return found

    def _turned(self, block: Block) -> Ids:
        """Return the pairs of a block with their halves swapped, sorted; made once."""
        if id(block.pairs) not in self._swapped:
            turned = swap(block.pairs)
            turned.sort()
            self._swapped[id(block.pairs)] = turned
        return self._swapped[id(block.pairs)]

    def _objects(self, s: int, p: int, below: int) -> Iterator[int]:
        for block in self._blocks(p, below):
            yield from lookup(self._turned(block) if p == TYPE else block.pairs, s).tolist()

    def _subjects(self, p: int, o: int, below: int) -> Iterator[int]:
        for block in self._blocks(p, below):
            yield from lookup(block.pairs if p == TYPE else self._turned(block), o).tolist()

    def _count(self, s: int | None, p: int, o: int | None, below: int) -> int:
        """Return how many triples match; a guess where they would have to be sorted to be counted."""
        count = 0
        for block in self._blocks(p, below):
            first, second = (o, s) if p == TYPE else (s, o)
            if first is not None:
                count += lookup(block.pairs, first).size
            elif second is not None and (block.pairs.size < _SMALL or id(block.pairs) in self._swapped):
                count += lookup(self._turned(block), second).size
            else:
                count += block.pairs.size if second is None else min(block.pairs.size, _GUESS)
        return count

    # --- goals

    def _proof(self, row: Row, below: int) -> Step | None:
        """Return the proof of a triple from triples of rounds before `below`."""
        block = self._round(row, below)
        key = (row, block.round if block else below)
        if key not in self._steps:
            self._steps[key] = None  # a proof must not use its own conclusion
            self._steps[key] = self._found(row, block, below)
        return self._steps[key]

    def _found(self, row: Row, block: Block | None, below: int) -> Step | None:
        if block is None:
            return self._unwritten(row, below)
        if block.round == ASSERTED:
            return Step(row, None, source=self.fixpoint.known.sources[block.source])
        if row[1] == SAME_AS and row[0] == row[2]:
            return self._by_use(row, block.round)
        for way in (self._copies.proof, self._by_way, self._by_rule, self._by_name, self._by_value, self._by_equality):
            if step := way(row, block.round):
                return step
        return None

    def _unwritten(self, row: Row, below: int) -> Step | None:
        """Return the proof of a triple that is in no block: of equal terms, or one that holds for any term."""
        return (
            self._copies.proof(row, below)
            or self._by_sameness(row, below)
            or self._by_value(row, below)
            or self._by_equality(row, below)
        )

    def _by_name(self, row: Row, below: int) -> Step | None:
        """Return the proof by a rule that takes another copy of a class expression from a list or a filler."""
        for each in self._copies.named(row):
            step = self._by_rule(each, below)
            if step and (lifted := self._copies.lifted(step, row)):
                return lifted
        return None

    def _by_use(self, row: Row, below: int) -> Step | None:
        """Return the proof that a term is the same as itself, from the earliest triple that has it."""
        used = self._use(row[0], below)
        step = used and self._proof(used, below)
        return step and Step(row, "eq-ref", (step,))

    def _use(self, term: int, below: int) -> Row | None:
        blocks = ((block, p) for p in self.fixpoint.known.blocks for block in self._blocks(p, below))
        for block, p in sorted(blocks, key=lambda pair: pair[0].round):
            first, second = firsts(block.pairs), seconds(block.pairs)
            at = slice(0, 1) if p == term else np.flatnonzero((first == term) | (second == term))[:1]
            for x, y in zip(first[at].tolist(), second[at].tolist(), strict=True):
                if (x, p, y) != (term, SAME_AS, term):
                    return (y, p, x) if p == TYPE else (x, p, y)
        literals = self.fixpoint.literals.one_of_each_value()[:2].tolist() if term == DIFFERENT_FROM else []
        if len(literals) == 2:
            return literals[0], DIFFERENT_FROM, literals[1]
        return (TYPE, SAME_AS, TYPE) if term == SAME_AS else None

    def _by_value(self, row: Row, below: int) -> Step | None:
        """Return a step by the values of literals, which are not stored as triples."""
        s, p, o = row
        literals = self.fixpoint.literals
        if p == TYPE and literals.kinds[s] == LITERAL:
            datatype = next((iri for iri, number in DATATYPES.items() if number == o), None)
            if datatype and literals.holds(datatype, s):
                return Step(row, "dt-type2")
        if p == SAME_AS and s != o and literals.kinds[s] == literals.kinds[o] == LITERAL:
            value = literals.value(s)
            if value is not None and s not in literals.ill_typed and value == literals.value(o):
                return Step(row, "dt-eq")
        if p == DIFFERENT_FROM and literals.kinds[s] == literals.kinds[o] == LITERAL:
            values = literals.value(s), literals.value(o)
            if not {None, ILL_TYPED}.intersection(values) and values[0] != values[1]:
                return Step(row, "dt-diff")
        if p == TYPE and o == THING and below == EVER:
            return self._by_rule(row, below)
        return None

    def _by_sameness(self, row: Row, below: int) -> Step | None:
        """Return the proof that two terms are the same: a path of owl:sameAs triples from one to the other."""
        s, p, o = row
        if p != SAME_AS:
            return None
        if s == o:
            return self._by_use(row, below)
        if self.fixpoint.known.of(s) != self.fixpoint.known.of(o):
            return None
        before: dict[int, int] = {s: s}
        queue = deque([s])
        while queue and o not in before:
            node = queue.popleft()
            for other in (*self._objects(node, SAME_AS, below), *self._subjects(SAME_AS, node, below)):
                if other not in before:
                    before[other] = node
                    queue.append(other)
        if o not in before:
            return None
        nodes = [o]
        while nodes[-1] != s:
            nodes.append(before[nodes[-1]])
        edges = [self._edge(x, y, below) for x, y in zip(nodes[:0:-1], nodes[-2::-1], strict=True)]
        return None if None in edges else _balanced("eq-trans", SAME_AS, nodes[::-1], [e for e in edges if e])

    def _edge(self, x: int, y: int, below: int) -> Step | None:
        if self._round((x, SAME_AS, y), below):
            return self._proof((x, SAME_AS, y), below)
        turned = self._proof((y, SAME_AS, x), below)
        return turned and Step((x, SAME_AS, y), "eq-sym", (turned,))

    def _by_way(self, row: Row, below: int) -> Step | None:
        """Return the proof of a triple of a transitive predicate: the shortest path from subject to object."""
        s, p, o = row
        rule = _TRANSITIVE.get(p, "prp-trp")
        axiom = None if p in _TRANSITIVE else self._proof((p, TYPE, TRANSITIVE_PROPERTY), below)
        if p not in _TRANSITIVE and not (self._round((p, TYPE, TRANSITIVE_PROPERTY), below) and axiom):
            return None
        before: dict[int, int] = {}
        queue = deque([s])
        while queue and o not in before:
            node = queue.popleft()
            for other in self._objects(node, p, below):
                if other not in before:
                    before[other] = node
                    queue.append(other)
        if o not in before:
            return None
        nodes = [o]
        while len(nodes) == 1 or nodes[-1] != s:
            nodes.append(before[nodes[-1]])
        nodes.reverse()
        edges = [self._proof((x, p, y), below) for x, y in pairwise(nodes)]
        if None in edges or len(edges) < 2:
            return None
        return _balanced(rule, p, nodes, [e for e in edges if e], (axiom,) if axiom else ())

    def _by_equality(self, row: Row, below: int) -> Step | None:
        """Return the proof from a triple of equal terms of an earlier round: eq-rep-s, eq-rep-p, eq-rep-o."""
        known = self.fixpoint.known
        if known.representatives is None:
            return None
        s, p, o = row
        names = [self._equal(term, below) for term in row]
        best: tuple[int, Row] | None = None
        for q in names[1]:
            for block in self._blocks(q, below):
                if best is not None and block.round >= best[0]:
                    continue
                for x in names[0] if len(names[0]) <= len(names[2]) else names[2]:
                    by_subject = len(names[0]) <= len(names[2])
                    column = block.pairs if by_subject != (q == TYPE) else self._turned(block)
                    wanted = set(names[2] if by_subject else names[0])
                    for y in lookup(column, x).tolist():
                        named = (x, q, y) if by_subject else (y, q, x)
                        if y in wanted and named != row and (best is None or block.round < best[0]):
                            best = block.round, named
        other = best[1] if best else self._of_values(row, names)
        step = other and self._proof(other, below)
        if other is None or step is None:
            return None
        x, q, y = other
        for rule, old, new in (("eq-rep-s", x, s), ("eq-rep-p", q, p), ("eq-rep-o", y, o)):
            if old == new:
                continue
            same = self._by_sameness((old, SAME_AS, new), below)
            if same is None:
                return None
            triple = {"eq-rep-s": (new, q, y), "eq-rep-p": (s, new, y), "eq-rep-o": (s, p, new)}[rule]
            step = Step(triple, rule, (same, step))
        return step

    def _of_values(self, row: Row, names: list[list[int]]) -> Row | None:
        """Return a triple that holds by the values of literals, all terms of which are equal to those of a row."""
        kinds = self.fixpoint.literals.kinds
        for x in names[0]:
            if kinds[x] == LITERAL:
                for q, y in product(names[1], names[2]):
                    if (x, q, y) != row and self._by_value((x, q, y), ASSERTED):
                        return x, q, y
        return None

    def _equal(self, term: int, below: int) -> list[int]:
        """Return the terms that are equal to one by triples of earlier rounds, itself first."""
        known = self.fixpoint.known
        if known.representatives is None:
            return [term]
        found, queue = {term: None}, deque([term])
        while queue:
            node = queue.popleft()
            for other in (*self._objects(node, SAME_AS, below), *self._subjects(SAME_AS, node, below)):
                if other not in found:
                    found[other] = None
                    queue.append(other)
        return list(found)

    # --- rules

    def _by_rule(self, row: Row, below: int) -> Step | None:
        for rule in _rules_about(row[1]):
            if not rule.body:
                if any(tuple(map(_constant, pattern)) == row for pattern in rule.head):
                    return Step(row, rule.id)
                continue
            for head in rule.head:
                bound = self._unified(head, row, {}) if rule.lists is None else self._leading(rule, head, row)
                if bound is None:
                    continue
                for premises in self._applications(rule, bound, below, row):
                    return Step(row, rule.id, premises)
        if row[1] == TYPE and row[2] == id_of("rdfs:Datatype") and row[0] in DATATYPES.values():
            return Step(row, "dt-type1")
        return None

    def _leading(self, rule: Rule, head: Pattern, row: Row) -> Binding | None:
        """Return what a head binds before the members of the list are known; None if it cannot match."""
        binding: Binding = {}
        for term, value in zip(head, row, strict=True):
            if "{" in term or (term[0] == "?" and rule.kind == "chain" and term == "?u1"):
                continue
            if term[0] != "?":
                if _constant(term) != value:
                    return None
            elif binding.setdefault(term, value) != value:
                return None
        return binding

    def _unified(self, pattern: Sequence[str | int], row: Row, bound: Binding) -> Binding | None:
        binding = dict(bound)
        for term, value in zip(pattern, row, strict=True):
            if isinstance(term, str) and term[0] == "?":
                if binding.setdefault(term, value) != value:
                    return None
            elif isinstance(term, str) and term in self._one:
                if self._literal(term, value) is None:
                    return None
            elif (_constant(term) if isinstance(term, str) else term) != value:
                return None
        return binding

    def _literal(self, term: str, value: int) -> int | None:
        """Return the literal that matches a number of a rule: a term with its value, or one equal to it."""
        number, literals, known = self._one[term], self.fixpoint.literals, self.fixpoint.known
        if number is None:
            return None
        if literals.kinds[value] == LITERAL and literals.value(value) == literals.value(number):
            return value
        return number if known.of(value) == known.of(number) else None

    def _applications(
        self, rule: Rule, bound: Binding, below: int, row: Row | None = None
    ) -> Iterator[tuple[Step, ...]]:
        """Yield the proven premises of each way to apply a rule."""
        if rule.lists is None:
            for triples in self._solved(list(rule.body), bound, below, []):
                yield from self._proven(triples, below)
            return
        at = next(i for i, pattern in enumerate(rule.body) if pattern[2] == rule.lists.head)
        lists = [rule.body[at]]
        plain = {term: value for term, value in bound.items() if "{" not in term}
        numbered = {term: value for term, value in bound.items() if "{" in term}
        kept = {k: v for k, v in plain.items() if any(k in pattern for pattern in lists)}
        pairs = (
            (link, each)
            for (link,) in self._solved(lists, kept, below, [])
            for each in self._lists(link[2], below, [*numbered.values()])
        )
        for link, listed in pairs:
            for body, head in self._instances(rule, listed.members):
                known = self._unified(rule.body[at], link, plain)
                if known is not None and row is not None:
                    fits = [b for h in head if (b := self._unified(h, row, known)) is not None]
                    known = fits[0] if fits else None
                if known is None or not _fits(numbered, listed.members):
                    continue
                rest = [p for p in body if p != tuple(rule.body[at])]
                for triples in self._solved(rest, known, below, []):
                    for premises in self._proven(triples, below):
                        first = self._proof(link, below)
                        if first is not None:
                            yield (*premises[:at], first, listed, *premises[at:])

    def _instances(self, rule: Rule, members: tuple[int, ...]) -> list[Instance]:
        """Return the variants of a rule for a list, kept, as many proofs go by the same."""
        if (rule.id, members) not in self._variants:
            self._variants[rule.id, members] = [*rule.instances(members)]
        return self._variants[rule.id, members]

    def _proven(self, triples: Sequence[Row], below: int) -> Iterator[tuple[Step, ...]]:
        steps = [self._proof(triple, below) for triple in triples]
        if None not in steps:
            yield tuple(step for step in steps if step)

    def _lists(self, head: int, below: int, wanted: Sequence[int]) -> Iterator[Step]:
        """Yield the members of a list, by their newest names, by the given ones, and by the wanted ones."""
        newest, given = self._listed(head, below, -1), self._listed(head, below, 0)
        named = self._listed(head, below, 0, wanted) if wanted else None
        yield from dict.fromkeys(each for each in (newest, given, named) if each)

    def _listed(self, head: int, below: int, which: int, wanted: Sequence[int] = ()) -> Step | None:
        """Return what `_list` does; a list that was read once is not read again, as many proofs go by the same."""
        key = head, below, which, (*wanted,)
        if (step := self._read.get(key)) is None and (step := self._list(head, below, which, wanted)) is not None:
            self._read[key] = step
        return step

    def _list(self, head: int, below: int, which: int, wanted: Sequence[int] = ()) -> Step | None:
        """Return the members of a list; if one is equal to a wanted term, that stands for it, each once."""
        members: list[int] = []
        links, node, seen = [], head, set()
        while node not in seen and node != NIL:
            seen.add(node)
            heads, rests = list(self._objects(node, FIRST, below)), list(self._objects(node, REST, below))
            if not heads or not rests:
                return None
            first, rest = heads[which], rests[which]
            if left := [term for term in wanted if term not in members]:
                first = next((term for term in self._equal(first, below) if term in left), first)
            for triple in ((node, FIRST, first), (node, REST, rest)):
                step = self._proof(triple, below)
                if step is None:
                    return None
                links.append(step)
            members.append(first)
            node = rest
        return None if node in seen else Step((head,), LIST, tuple(links), members=tuple(members))

    def _solved(
        self, patterns: Sequence[Sequence[str | int]], bound: Binding, below: int, rows: list[tuple[int, Row]]
    ) -> Iterator[list[Row]]:
        """Yield triples of earlier rounds that match all patterns, in the order of the patterns."""
        done = {index for index, _ in rows}
        if len(done) == len(patterns):
            yield [row for _, row in sorted(rows)]
            return
        least, chosen = EVER + 1, -1
        ends: tuple[int | None, int, int | None] = (None, -1, None)
        for index, pattern in enumerate(patterns):
            if index in done:
                continue
            s, p, o = (self._value(term, bound) for term in pattern)
            if p is None:
                continue
            size = self._count(s, p, o, below) if s is None or o is None else 0
            if self._copies and p in CLASSES_IN and (s is None) != (o is None):
                image = self._copies.image((o if s is None else s, p, s if o is None else o))  # type: ignore[arg-type]
                if image[0] != s and image[2] != o:
                    size += self._count(None if s is None else image[0], p, None if o is None else image[2], below)
            if p == SAME_AS and (s is None) != (o is None):
                size += 1
            if size < least:
                least, chosen, ends = size, index, (s, p, o)
        if chosen < 0:
            return
        s, p, o = ends
        for row in self._rows(s, p, o, below):
            binding = self._unified(patterns[chosen], row, bound)
            if binding is not None:
                last = patterns[chosen][2]
                if isinstance(last, str) and last in self._one and (literal := self._literal(last, row[2])) is not None:
                    row = (*row[:2], literal)
                yield from self._solved(patterns, binding, below, [*rows, (chosen, row)])

    def _rows(self, s: int | None, p: int, o: int | None, below: int) -> Iterator[Row]:
        if s is not None and o is not None:
            if self._round((s, p, o), below) or self._consulted((s, p, o), below):
                yield s, p, o
        elif p == SAME_AS:
            if s is not None:
                yield from ((s, p, term) for term in self._equal(s, below))
            elif o is not None:
                yield from ((term, p, o) for term in self._equal(o, below))
        elif s is not None:
            for name in dict.fromkeys((s, self._copies.image((s, p, s))[0])):
                yield from ((s, p, each) for each in self._objects(name, p, below))
        elif o is not None:
            for name in dict.fromkeys((o, self._copies.image((o, p, o))[2])):
                yield from ((each, p, o) for each in self._subjects(p, name, below))
        else:
            for block in self._blocks(p, below):
                x, y = (seconds, firsts) if p == TYPE else (firsts, seconds)
                yield from ((a, p, b) for a, b in zip(x(block.pairs).tolist(), y(block.pairs).tolist(), strict=True))

    def _consulted(self, row: Row, below: int) -> bool:
        """Return whether a triple holds that is not stored: of equal terms, or of a literal by its value."""
        s, p, o = row
        if p == SAME_AS:
            return s == o or (self.fixpoint.known.of(s) == self.fixpoint.known.of(o) and o in self._equal(s, below))
        if self._copies.holds(row, below):
            return True
        return p in (TYPE, DIFFERENT_FROM) and o != THING and self._by_value(row, below) is not None

    def _value(self, term: str | int, bound: Binding) -> int | None:
        if isinstance(term, int):
            return term
        if term[0] == "?":
            return bound.get(term)
        return None if term in self._one else _constant(term)


_SMALL, _GUESS = 100_000, 1_000


@lru_cache(maxsize=1024)
def _rules_about(predicate: int) -> tuple[Rule, ...]:
    """Return the rules for `_by_rule` of which a head can have a predicate, in the order of the table."""
    return tuple(
        rule
        for rule in RULES.values()
        if rule.id not in _OTHERWISE and any(head[1][0] == "?" or _constant(head[1]) == predicate for head in rule.head)
    )


def _constant(term: str) -> int:
    return id_of(term) if term[0] not in '?"' else -1


def _fits(numbered: Binding, members: Sequence[int]) -> bool:
    return all(value in members for value in numbered.values())


def _balanced(rule: str, p: int, nodes: Sequence[int], edges: Sequence[Step], axiom: tuple[Step, ...] = ()) -> Step:
    """Return the steps from the first node to the last as a tree of the least depth."""
    if len(edges) == 1:
        return edges[0]
    half = len(edges) // 2
    left = _balanced(rule, p, nodes[: half + 1], edges[:half], axiom)
    right = _balanced(rule, p, nodes[half:], edges[half:], axiom)
    return Step((nodes[0], p, nodes[-1]), rule, (*axiom, left, right))
