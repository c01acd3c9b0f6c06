"""The loop: from the asserted triples to the closure, round by round, until no rule finds anything new."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from sts_kg.closure.columns import EMPTY, Pairs, contains, distinct, firsts, seconds
from sts_kg.closure.rules import facts
from sts_kg.closure.rules.axioms import READ_CLASSES, READ_PROPERTIES, Schema, compiled, matters
from sts_kg.closure.rules.copies import copies, is_data, may_copy
from sts_kg.closure.rules.datatypes import Literals, dt_diff, dt_equal_to_literal, dt_type1, dt_type2
from sts_kg.closure.rules.facts import FACT_RULES, Round
from sts_kg.closure.rules.lists import Lists
from sts_kg.closure.rules.schema import SchemaRound, scm_rules
from sts_kg.closure.terms import Terms
from sts_kg.closure.triples import ASSERTED, Found, Numbers, Triples, ends
from sts_kg.closure.vocabulary import (
    ANNOTATION_PROPERTY,
    ANNOTATIONS,
    CLASS,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    NOTHING,
    RULE_TERMS,
    SAME_AS,
    SUB_CLASS_OF,
    SUB_PROPERTY_OF,
    THING,
    TYPE,
    curie_of,
)
from sts_kg.errors import BuiltInUseError

__all__ = ["Fixpoint", "Progress"]


def _together(*parts: dict[int, Pairs]) -> dict[int, Pairs]:
    """Return the triples of all parts by predicate; no two parts share a triple."""
    together: dict[int, Pairs] = {}
    for part in parts:
        for predicate, pairs in part.items():
            together[predicate] = together[predicate].plus(pairs) if predicate in together else pairs
    return together


@dataclass(frozen=True)
class Progress:
    """How far a closure is: the round, the triples that it added, all triples so far, and seconds since the start.

    In round 0, `reading` names a source, and `total` counts the lines of it that are read.
    """

    round: int
    added: int
    total: int
    seconds: float
    reading: str = ""


@dataclass
class Fixpoint:
    """The state of a closure: terms, triples and compiled axioms.

    With `things` the members of owl:Thing are made though no axiom asks for them.
    """

    terms: Terms
    things: bool = False
    progress: Callable[[Progress], None] | None = None
    known: Triples = field(default_factory=Triples)
    axioms: Schema = field(default_factory=Schema)
    firings: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.literals = Literals(self.terms)
        self._changed: set[int] = set()  # predicates with new triples since the axioms were compiled
        self._new: dict[int, Pairs] = {}  # what the next round reads
        self._raw: dict[int, Pairs] = {}  # the part of it that was not lifted by the closed orders
        self._asks_for_same = False
        self._start = 0.0
        self._keeps_copies = False
        self._names_nothing = False  # whether an asserted triple is about owl:Nothing
        self._asks_for_everything = False
        self._asks_for_values = False  # whether literals or axioms are new to each other
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.lists = Lists(self.known, self._name)

    def add(self, subjects: Numbers, predicates: Numbers, objects: Numbers, source: str) -> None:
        """Add asserted triples; `run` then closes them."""
        if not self._names_nothing and any((ids == NOTHING).any() for ids in (subjects, objects)):
            self._names_nothing = True
            self._changed.add(TYPE)
        self.known.grow(len(self.terms))
        self._note(self.known.assert_(subjects, predicates, objects, source))

    def copy(self) -> Fixpoint:
        """Return a copy that can grow on its own; the columns, which never change, are shared."""
        other = copy(self)
        other.terms, other.known = self.terms.copy(), self.known.copy()
        other.literals = self.literals.copy(other.terms)
        other.firings, other.seconds, other.progress = Counter(), defaultdict(float), None
        other._changed, other._new, other._raw = set(), {}, {}
        other.lists = Lists(other.known, other._name)
        return other

    def start_again(self) -> None:
        """Forget all but the asserted triples; `run` closes them anew."""
        given, self.known = self.known, Triples()
        self.literals, self.axioms, self._changed, self._new, self._raw = Literals(self.terms), Schema(), set(), {}, {}
        self.lists = Lists(self.known, self._name)
        for predicate, blocks in given.blocks.items():
            for block in blocks:
                if block.round == ASSERTED:
                    s, o = ends(predicate, block.pairs)
                    self.add(s, np.full(s.size, predicate), o, given.sources[block.source])

    def run(self) -> None:
        """Close the triples.

        Raises
        ------
        BuiltInUseError
            Two terms that the rules name are the same, or an axiom asks which of too many literals are different.
        """
        start = self._start = time.perf_counter()
        if not self.known.round:
            self._add_axiomatic()
        self._unite_copies()
        self._look_at_literals()
        while self._new:
            self._unite()
            part = self._compile() if self._changed else Schema()
            if self._asks_for_same:
                self._add_same()
            raw, self._raw = self._current(self._raw), {}
            if part is self.axioms:  # at the start all axioms lift all facts
                self._inserted(self._found(part), raw=False)
                self._lift(dict(self.known.live))
                continue
            self._lift(raw)
            every = dict(self.known.live)
            added = self._inserted(self._found(part), raw=False)
            if not part:
                self._lift(added)
                continue
            further = (self._follow(rule, every, axioms=part) for rule in (facts.prp_spo1, facts.prp_trp))
            below = _together(added, *further)
            self._lift(_together(below, self._follow(facts.cax_sco, every, axioms=part)), below)
        self.lists = Lists(self.known, self._name)
        self.seconds["fixpoint"] += time.perf_counter() - start - self.seconds["schema"]

    def _found(self, part: Schema) -> Found:
        """Return what the rules find from new axioms with all facts, and from all axioms with new facts."""
        new, self._new = self._new, {}
        found = Found()
        every = dict(self.known.live)
        rounds = [Round(part, self.known, every, True, found)] if part else []
        if not part or part is not self.axioms:  # at the start everything is new, and one round does both
            rounds.append(Round(self.axioms, self.known, new, False, found))
        for each in rounds:
            for rule in FACT_RULES:
                rule(each)
        if self._asks_for_values:
            dt_type2(self.axioms, self.known, self.literals, found)
            dt_diff(self.known, self.literals, found)
            self._asks_for_values = False
        return found

    def _lift(self, fresh: dict[int, Pairs], below: dict[int, Pairs] | None = None) -> None:
        """Insert what new triples imply by the closed orders of prp-spo1, prp-trp and cax-sco.

        `below` has the types that are not yet lifted to superclasses, without it all that are fresh.
        """
        below = fresh if below is None else below
        while fresh:
            above = self._follow(facts.prp_spo1, fresh)
            further = self._follow(facts.prp_trp, _together(fresh, above))
            lifted = self._follow(facts.cax_sco, _together(below, above, further))
            fresh, below = _together(further, lifted), {}

    def _follow(
        self, rule: Callable[[Round], None], new: dict[int, Pairs], *, axioms: Schema | None = None
    ) -> dict[int, Pairs]:
        """Insert what one rule finds in new triples."""
        found = Found()
        rule(Round(self.axioms if axioms is None else axioms, self.known, new, False, found))
        return self._inserted(found, raw=False)

    def _inserted(self, found: Found, *, raw: bool = True) -> dict[int, Pairs]:
        """Insert what was found as one round, and keep it for the next."""
        added = self.known.insert(found)
        self.firings.update(found.firings)
        self._note(added, raw=raw)
        if added and self.progress:
            self.progress(
                Progress(
                    self.known.round, sum(map(len, added.values())), len(self.known), time.perf_counter() - self._start
                )
            )
        return added

    def _note(self, added: dict[int, Pairs], *, raw: bool = True) -> None:
        if raw:
            self._raw = _together(self._raw, added)
        for predicate, pairs in added.items():
            self._new[predicate] = self._new[predicate].plus(pairs) if predicate in self._new else pairs
            if predicate in READ_PROPERTIES or (
                predicate == TYPE and contains(READ_CLASSES, distinct(firsts(pairs.os))).any()
            ):
                self._changed.add(predicate)

    def _add_axiomatic(self) -> None:
        found = Found()
        found.add_members("prp-ap", ANNOTATION_PROPERTY, np.array(ANNOTATIONS, np.int64))
        found.add_members("cls-thing", CLASS, np.array([THING], np.int64))
        found.add_members("cls-nothing1", CLASS, np.array([NOTHING], np.int64))
        datatypes, class_ = dt_type1()
        found.add_members("dt-type1", class_, datatypes)
        self._inserted(found)

    def _look_at_literals(self) -> None:
        seen = self.literals.count
        equal = self.literals.look()
        self._asks_for_values = self.literals.count > seen
        if self._asks_for_values and self.known.representatives is not None:
            found = Found()
            dt_equal_to_literal(self.known, self.literals, found)
            self._inserted(found)
        if equal.size:
            found = Found()
            found.add_pairs("dt-eq", SAME_AS, equal)
            self._inserted(found)

    def _unite(self) -> None:
        """Unite what is the same (eq-sym, eq-trans), and put representatives into all triples (eq-rep-*)."""
        while SAME_AS in self._new:
            same = self._new.pop(SAME_AS).so
            if not self._asks_for_same:
                self.known.drop(SAME_AS)
            if (firsts(same) != seconds(same)).any():
                self._rewritten(self.known.unite(same, len(self.terms)))
                self._changed |= READ_PROPERTIES
                self._refuse_built_in()
                found = Found()
                dt_equal_to_literal(self.known, self.literals, found)
                self._inserted(found)

    def _unite_copies(self) -> None:
        """Put one copy of a class expression for all into the triples that hold of each of them.

        Where rules read the vocabulary of class expressions as data, each copy is kept on its own.
        """
        pairs = copies(self.known, self.terms.kinds) if may_copy(self._new) else EMPTY
        if not self.known.copied.size and not pairs.size:
            return
        if self._keeps_copies or is_data(self._new) or (not self.known.copied.size and self._was_data()):
            self._keeps_copies = True
            if self.known.copied.size:
                self.start_again()
                self._add_axiomatic()
        elif pairs.size:
            self._rewritten(self.known.unite_copies(pairs, len(self.terms)))

    def _was_data(self) -> bool:
        """Return whether a closure that this one extends, and that had no copies, reads their vocabulary as data."""
        return self.known.is_extended and is_data(
            {p: Pairs(os=pairs) if p == TYPE else Pairs(so=pairs) for p, pairs in self.known.asserted()}
        )

    def _rewritten(self, added: dict[int, Pairs]) -> None:
        """Note what was new when terms became one."""
        self._new = self._current(self._new)
        self._note(added)

    def _refuse_built_in(self) -> None:
        """Raise an error if two terms that the rules name are the same: each rule would be about other triples."""
        of = self.known.representative(np.arange(RULE_TERMS))
        for term in np.flatnonzero(of != np.arange(RULE_TERMS))[:1].tolist():
            name, other = curie_of(term), curie_of(int(of[term]))
            remedy = "look for what makes them equal (owl:sameAs, a functional property, a key)"
            raise BuiltInUseError(name, f"it follows that it is the same as {other}", remedy)

    def _add_same(self) -> None:
        """Add that each term is the same as itself, as an axiom asks for the triples of owl:sameAs."""
        found = Found()
        facts.eq_ref(Round(self.axioms, self.known, dict(self.known.live), True, found))
        for pairs in self.known.equalities():  # the live triples no longer have what was united
            x = self.known.representative(firsts(pairs))
            found.add("eq-ref", SAME_AS, x, x)
        self._inserted(found)

    def _current(self, new: dict[int, Pairs]) -> dict[int, Pairs]:
        """Return new triples without those that were rewritten, which were noted as new again."""
        kept = {}
        for predicate, pairs in new.items():
            column = pairs.os if predicate == TYPE else pairs.so
            current = self.known.represented(predicate, column)
            rest = column if current is column else column[current == column]
            if rest.size and self.known.of(predicate) == predicate:
                kept[predicate] = Pairs(os=rest) if predicate == TYPE else Pairs(so=rest)
        return kept

    def _compile(self) -> Schema:
        """Close the schema (Table 9), compile it, and return the axioms that are new."""
        start = time.perf_counter()
        changed = set(self._changed)
        if not self._asks_for_everything and (self.things or self._names_nothing or self._asks_for_schema()):
            self._asks_for_everything = True
            changed |= {TYPE, SUB_CLASS_OF, SUB_PROPERTY_OF}  # for all classes, also those of earlier rounds
        while changed:
            lists = self.lists = Lists(self.known, self._name)
            added: set[int] = set()
            for rule in scm_rules(changed):
                found = Found()
                rule(SchemaRound(self.known, lists, found, self._asks_for_everything))
                added |= set(self._inserted(found))
            changed = added
        self._changed.clear()
        self._asks_for_same = matters(self.known, SAME_AS)
        things = self.things or matters(self.known, THING) or matters(self.known, TYPE)
        axioms = compiled(self.known, self.lists, self.literals.number("1"), things=things)
        part = axioms.beyond(self.axioms) if self.axioms else axioms
        self.axioms, self._asks_for_values = axioms, True
        self.seconds["schema"] += time.perf_counter() - start
        return part

    def _asks_for_schema(self) -> bool:
        """Return whether axioms read the triples of the schema as data."""
        read = (SUB_CLASS_OF, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY)
        return any(matters(self.known, predicate) for predicate in read)

    def _name(self, term: int) -> str:
        return self.terms.text(term).decode()
