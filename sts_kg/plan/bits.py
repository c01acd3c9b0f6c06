"""Facts of many cases as bits, 64 cases a word, and what a plan makes of them: Kleene's logic in two bits a finding.

A finding is two columns, one of the cases that have it and one of those that lack it; a case that is in neither is
unknown. AND and OR of conditions are AND and OR of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from rdflib import URIRef

from sts_kg.guideline import Condition, Conjunction, Leaf, leaves
from sts_kg.plan.plan import Fact, Plan, Question

__all__ = ["Bits", "Facts", "Flags", "Packer", "Values", "count_sets", "numbers", "unpacked"]

Bits: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]
#: Words of a block: what is computed of one stays in the cache of a processor.
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Facts:
    """What is given or derived of `n` cases, before anything follows: a column of bits for each fact that occurs.

    Case `i` is bit `i % 64` of word `i // 64`; bits after the last case are zero. `clashing` are the cases whose dates
    contradict each other, `marks` the cases in which courses mark an option, by option and mark.
    """

    n: int
    columns: Mapping[Fact, Bits] = field(default_factory=dict)
    clashing: Bits | None = None
    marks: Mapping[tuple[URIRef, URIRef], Bits] = field(default_factory=dict)

    @property
    def n_words(self) -> int:
        """The length of each column."""
        return -(-self.n // 64)

    @property
    def nbytes(self) -> int:
        """The bytes of all columns."""
        held = [*self.columns.values(), *self.marks.values(), *([] if self.clashing is None else [self.clashing])]
        return sum(column.nbytes for column in held)

    def block(self, first: int, words: int) -> Facts:
        """Return the facts of the cases in some words, as views; `first` is the number of the first word."""
        some = slice(first, first + words)
        n = min(self.n - 64 * first, 64 * words)
        return Facts(
            n,
            {fact: column[some] for fact, column in self.columns.items()},
            None if self.clashing is None else self.clashing[some],
            {mark: column[some] for mark, column in self.marks.items()},
        )

    def blocks(self, words: int = _BLOCK) -> Iterator[Facts]:
        """Yield the facts of all cases in blocks, in order."""
        for first in range(0, self.n_words, words):
            yield self.block(first, words)

    def only(self, kept: Flags) -> Facts:
        """Return the facts of some of the cases, by a truth value for each."""

        def some(column: Bits) -> Bits:
            return _packed(unpacked(column, self.n)[kept])

        return Facts(
            int(kept.sum()),
            {fact: some(column) for fact, column in self.columns.items()},
            None if self.clashing is None else some(self.clashing),
            {mark: some(column) for mark, column in self.marks.items()},
        )

    @classmethod
    def of(
        cls,
        cases: Sequence[Iterable[Fact]],
        *,
        clashing: Iterable[int] = (),
        marks: Mapping[tuple[URIRef, URIRef], Iterable[int]] | None = None,
    ) -> Facts:
        """Return the facts of cases, each given by its facts; those that clash, and those marked, by their numbers."""
        rows: dict[Fact, list[int]] = {}
        for number, facts in enumerate(cases):
            for fact in facts:
                rows.setdefault(fact, []).append(number)
        n = len(cases)
        clash = [*clashing]
        return cls(
            n,
            {fact: _column(numbers, n) for fact, numbers in rows.items()},
            _column(clash, n) if clash else None,
            {mark: _column([*numbers], n) for mark, numbers in (marks or {}).items()},
        )


def _column(numbers: Sequence[int], n: int) -> Bits:
    flags = np.zeros(n, bool)
    flags[np.asarray(numbers, int)] = True
    return _packed(flags)


def _packed(flags: Flags) -> Bits:
    data = np.packbits(flags, bitorder="little")
    padded = np.zeros(-(-len(flags) // 64) * 8, np.uint8)
    padded[: len(data)] = data
    return padded.view("<u8").astype(np.uint64, copy=False)


def unpacked(bits: Bits, n: int) -> Flags:
    """Return the first `n` bits of a column as an array of truth values."""
    return np.unpackbits(bits.astype("<u8", copy=False).view(np.uint8), count=n, bitorder="little").view(bool)


def count_sets(columns: Sequence[Bits], within: Bits, n: int) -> dict[int, int]:
    """Return how many of the first `n` cases that are `within` have which set of columns; bit `i` is column `i`."""
    same: dict[int, int] = {}  # columns that are one, as those of options with one condition, are unpacked once
    for place, column in enumerate(columns):
        same[id(column)] = same.get(id(column), 0) | 1 << place
    different = [*{id(column): column for column in columns}.values()]
    few = len(different) <= 16
    sets: npt.NDArray[Any] = np.zeros(n, np.uint16 if few else np.uint64)
    for place, column in enumerate(different):
        sets |= unpacked(column, n).astype(sets.dtype) << sets.dtype.type(place)
    sets = sets[unpacked(within, n)]
    if few:  # counting is several times as fast as sorting
        all_counts = np.bincount(sets)
        found = np.flatnonzero(all_counts)
        counts = all_counts[found]
    else:
        found, counts = np.unique(sets, return_counts=True)
    whole = [*same.values()]
    return {
        sum(bits for place, bits in enumerate(whole) if each >> place & 1): number
        for each, number in zip(found.tolist(), counts.tolist(), strict=True)
    }


def numbers(bits: Bits, n: int) -> list[int]:
    """Return the numbers of the cases that are in a column of `n` cases."""
    found: list[int] = np.flatnonzero(unpacked(bits, n)).tolist()
    return found


def _any(columns: Sequence[Bits]) -> Bits:
    return reduce(or_, columns)


def _all(columns: Sequence[Bits]) -> Bits:
    return reduce(and_, columns)


class Packer:
    """Collects facts of cases that come in chunks of any length; what is not a whole word waits for the next chunk."""

    def __init__(self) -> None:
        self.n = 0
        self._words: dict[object, list[Bits]] = {}
        self._lengths: dict[object, int] = {}
        self._rest: dict[object, Flags] = {}
        self._n_rest = 0
        self._n_words = 0

    def add(
        self,
        n: int,
        columns: Mapping[Fact, Flags],
        clashing: Flags | None = None,
        marks: Mapping[tuple[URIRef, URIRef], Flags] | None = None,
    ) -> None:
        """Add `n` cases by columns of truth values; a column that is not there is false for all of them."""
        given: dict[object, Flags] = {("fact", fact): flags for fact, flags in columns.items() if flags.any()}
        given |= {("mark", mark): flags for mark, flags in (marks or {}).items() if flags.any()}
        if clashing is not None and clashing.any():
            given["clash"] = clashing
        total = self._n_rest + n
        whole = total // 64 * 64
        for key in {*given, *self._rest}:
            before = self._rest.get(key)
            flags = np.zeros(total, bool)
            if before is not None:
                flags[: self._n_rest] = before
            if key in given:
                flags[self._n_rest :] = given[key]
            if whole and flags[:whole].any():
                self._append(key, _packed(flags[:whole]))
            if flags[whole:].any():
                self._rest[key] = flags[whole:]
            else:
                self._rest.pop(key, None)
        self.n += n
        self._n_words += whole // 64
        self._n_rest = total - whole

    def _append(self, key: object, words: Bits) -> None:
        pieces = self._words.setdefault(key, [])
        if missing := self._n_words - self._lengths.get(key, 0):
            pieces.append(np.zeros(missing, np.uint64))
        pieces.append(words)
        self._lengths[key] = self._n_words + len(words)

    def facts(self) -> Facts:
        """Return the facts of all cases that were added."""
        n_words = -(-self.n // 64)
        held: dict[object, Bits] = {}
        for key in [*dict.fromkeys((*self._words, *self._rest))]:
            column = np.zeros(n_words, np.uint64)
            at = 0
            for piece in self._words.get(key, ()):
                column[at : at + len(piece)] = piece
                at += len(piece)
            if key in self._rest:
                column[self._n_words :] = _packed(self._rest[key])
            held[key] = column
            self._words.pop(key, None)  # so that no column is held twice
        return Facts(
            self.n,
            {key[1]: bits for key, bits in held.items() if isinstance(key, tuple) and key[0] == "fact"},
            held.get("clash"),
            {key[1]: bits for key, bits in held.items() if isinstance(key, tuple) and key[0] == "mark"},
        )


class Values:
    """What a plan makes of the facts of some cases; every column is computed when first asked for, and kept.

    Columns have a bit for each case, as those of `Facts`. Cases that contradict themselves are in none but
    `contradictory`.
    """

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan, self.facts = plan, facts
        self._known: dict[Fact, Bits] = {}
        self._trees: dict[Condition, tuple[Bits, Bits]] = {}
        self._none = np.zeros(facts.n_words, np.uint64)

    @cached_property
    def all(self) -> Bits:
        """All cases."""
        bits = np.full(self.facts.n_words, ~np.uint64(0))
        if rest := self.facts.n % 64:
            bits[-1] = np.uint64((1 << rest) - 1)
        return bits

    @cached_property
    def contradictory(self) -> Bits:
        """The cases that contradict themselves: a finding both holds and does not, or dates clash."""
        found = self._none.copy() if self.facts.clashing is None else self.facts.clashing.copy()
        for finding in self.plan.findings:
            had, lacked = self._entailed((finding, True)), self._entailed((finding, False))
            if had is not self._none and lacked is not self._none:
                found |= had & lacked
        return found

    @cached_property
    def agreeing(self) -> Bits:
        """The cases that do not contradict themselves."""
        return self.all & ~self.contradictory

    def known(self, finding: URIRef, holds: bool) -> Bits:
        """Return the cases that have a finding, or that lack it."""
        return self._entailed((finding, holds)) & self.agreeing

    def any_of(self, facts: Iterable[Fact]) -> Bits:
        """Return the cases of which one of some facts is given or derived."""
        return self._or(facts) & self.agreeing

    def met(self, option: URIRef) -> Bits:
        """Return the cases for which the condition of an option is met."""
        return self.valued(self.plan.options[option].condition)[0]

    def unmet(self, option: URIRef) -> Bits:
        """Return the cases for which the condition of an option is known not to be met."""
        return self.valued(self.plan.options[option].condition)[1]

    def undetermined(self, option: URIRef) -> Bits:
        """Return the cases for which the condition of an option is neither met nor ruled out."""
        return self.agreeing & ~(self.met(option) | self.unmet(option))

    def valued(self, condition: Condition) -> tuple[Bits, Bits]:
        """Return the cases in which a condition is true, and those in which it is false."""
        if (found := self._trees.get(condition)) is None:
            if isinstance(condition, Leaf):
                had, lacked = (self.known(condition.finding, holds) for holds in (True, False))
                found = (had, lacked) if condition.holds else (lacked, had)
            else:
                parts = [self.valued(part) for part in condition.parts]
                trues, falses = ([part[side] for part in parts] for side in (0, 1))
                both = isinstance(condition, Conjunction)
                found = (_all(trues), _any(falses)) if both else (_any(trues), _all(falses))
            self._trees[condition] = found
        return found

    def missing(self, option: URIRef) -> dict[URIRef, Bits]:
        """Return the findings that could still settle an option, each with the cases in which it is missing.

        They are in the order of the condition: those that are unknown in a part of it that is undetermined itself.
        """
        found: dict[URIRef, Bits] = {}
        self._missing(self.plan.options[option].condition, self.agreeing, found)
        return found

    def _missing(self, condition: Condition, within: Bits, found: dict[URIRef, Bits]) -> None:
        true, false = self.valued(condition)
        still = within & ~(true | false)
        if isinstance(condition, Leaf):
            before = found.get(condition.finding)
            found[condition.finding] = still if before is None else before | still
        else:
            for part in condition.parts:
                self._missing(part, still, found)

    def waiting(self, question: Question) -> dict[URIRef, tuple[Bits, Bits]]:
        """Return the options that wait for a question, with the cases that wait, and those that it alone would settle.

        It alone settles an option if nothing else is missing.
        """
        found = {}
        for option, plan in self.plan.options.items():
            if not {*question.findings}.isdisjoint(leaves(plan.condition)):
                missing = self._missing_of(option)
                asked = [missing[each] for each in question.findings if each in missing]
                others = [bits for each, bits in missing.items() if each not in question.findings]
                waits = _any(asked)
                found[option] = waits, waits & ~_any(others) if others else waits
        return found

    def _missing_of(self, option: URIRef) -> dict[URIRef, Bits]:
        held: dict[URIRef, dict[URIRef, Bits]] = self.__dict__.setdefault("_missing_held", {})
        if option not in held:
            held[option] = self.missing(option)
        return held[option]

    def steps(self, option: URIRef) -> Iterator[tuple[Condition, Bits, Bits]]:
        """Yield the parts of the condition of an option, each with the cases in which all so far hold, or one does not.

        The others are those in which that is not known.
        """
        condition = self.plan.options[option].condition
        holds, fails = self.agreeing, self._none
        for part in condition.parts if isinstance(condition, Conjunction) else (condition,):
            true, false = self.valued(part)
            holds, fails = holds & true, fails | false
            yield part, holds, fails

    def declined(self, option: URIRef) -> Bits:
        """Return the cases in which an option is declined."""
        return self.any_of(self.plan.options[option].declined)

    def tried(self, option: URIRef) -> Bits:
        """Return the cases in which courses, or findings that report them, say that an option was tried."""
        marks = [
            bits for (of, mark), bits in self.facts.marks.items() if of == option and mark in self.plan.tried_marks
        ]
        return _any([self._none, *marks]) & self.agreeing

    def marked(self, option: URIRef) -> dict[URIRef, Bits]:
        """Return the marks of an option that some case has, each with its cases."""
        found = {mark: bits & self.agreeing for (of, mark), bits in self.facts.marks.items() if of == option}
        for mark, facts in self.plan.options[option].reported.items():
            found[mark] = found.get(mark, self._none) | self.any_of(facts)
        return {mark: bits for mark, bits in found.items() if bits.any()}

    def patterns(self) -> dict[int, int]:
        """Return how many cases have which set of met options; bit `i` of a set is the option with the number `i`."""
        return count_sets([self.met(option) for option in self.plan.options], self.agreeing, self.facts.n)

    def _entailed(self, fact: Fact) -> Bits:
        if (found := self._known.get(fact)) is None:
            found = self._known[fact] = self._or(self.plan.premises[fact])
        return found

    def _or(self, facts: Iterable[Fact]) -> Bits:
        columns = [self.facts.columns[fact] for fact in facts if fact in self.facts.columns]
        return _any(columns) if columns else self._none
