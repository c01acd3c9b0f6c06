"""What may be shown of the counts of a cohort: all its tables are judged together, since they share cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from itertools import chain
from operator import or_
from typing import Any, TypeAlias

import numpy as np
from rdflib import URIRef

from sts_kg.cohort.suppression import Sum, suppressed
from sts_kg.guideline import Condition, Conjunction, Leaf, leaves
from sts_kg.plan import Bits, Fact, Facts, Flags, Packer, Plan, Question, Tally, Values, count_sets, unpacked
from sts_kg.shown import Shown

__all__ = ["HIDDEN", "Key", "Release", "Three", "count_kinds"]

#: How a hidden count is shown in text; in data it is null.
HIDDEN = "*"
#: Three counts that belong together; a hidden one is None.
Three: TypeAlias = tuple[int | None, int | None, int | None]

#: What a cell counts, and of what: ("yes", the parts of a condition), ("waiting", the number of a question) ...
Key: TypeAlias = tuple[Any, ...]
_Parts: TypeAlias = frozenset[Condition]
_Steps: TypeAlias = Mapping[URIRef, Sequence[tuple[Condition, _Parts]]]

_ALL, _AGREEING, _CONTRADICTORY = ("patients",), ("agreeing",), ("contradictory",)


class Release(Shown):
    """The counts of a cohort, of which none is shown that is small, or that gives a small one back (`suppressed`).

    Whichever of its tables are shown, they hide the same cells. Options with the same condition share their cells, and
    so do steps with the same parts. Small numbers must not be computable either, though no table has them, if they are
    those of patients who: leave at a step, or have one option met and not another that asks for more; stand alike at
    the steps of an option and miss the same of it; wait for a question that settles nothing for them alone.

    What follows from an earlier release of the same cohort is not looked at.

    Parameters
    ----------
    tally : Tally
        The sums over all patients.
    kinds : callable
        Gives `count_kinds` of the same patients, if anything is hidden.
    threshold : int
        The least count that is shown, zero apart; with 1 nothing is hidden.
    """

    def __init__(self, plan: Plan, tally: Tally, kinds: Callable[[], Mapping[Key, int]], threshold: int) -> None:
        self.plan, self.tally, self.threshold = plan, tally, threshold
        self._count_kinds = kinds
        self._steps = _all_steps(plan)
        self._sets = _whole(self._steps)
        self._counted: dict[Key, int] = {}
        self._sums: list[Sum[Key]] = []
        self._unshown: set[Key] = set()

    def __repr__(self) -> str:
        return f"<Release: {len(self.plan.options)} options; counts below {self.threshold} are hidden>"

    @cached_property
    def hidden(self) -> frozenset[Key]:
        """The cells that are hidden, of all tables."""
        if self.threshold <= 1:
            return frozenset()
        self._relate()
        return suppressed(self._counted, self._sums, self.threshold, unshown=self._unshown)

    @property
    def legend(self) -> str:
        """What the sign of a hidden count means."""
        return f"{HIDDEN} hidden: fewer than {self.threshold} patients, or such a number could be computed from it"

    @property
    def patients(self) -> int | None:
        """How many patients there are."""
        return self._shown(_ALL, self.tally.cases)

    @property
    def contradictory(self) -> int | None:
        """How many of them contradict themselves."""
        return self._shown(_CONTRADICTORY, self.tally.contradictory)

    @property
    def agreeing(self) -> int | None:
        """How many of them do not."""
        return self._shown(_AGREEING, self.tally.cases - self.tally.contradictory)

    def statuses(self, option: URIRef) -> Three:
        """Return for how many patients an option is met, not met, and undetermined."""
        return self.steps(option)[-1]

    def steps(self, option: URIRef) -> tuple[Three, ...]:
        """Return, after each part of a condition, for how many patients all so far hold, one does not, or neither."""
        found = []
        for (_, parts), step in zip(self._steps[option], self.tally.steps[option], strict=True):
            counts = {"yes": step.yes, "no": step.no, "unknown": step.unknown}
            yes, no, unknown = (self._shown((status, parts), count) for status, count in counts.items())
            found.append((yes, no, unknown))
        return tuple(found)

    def asked(self, question: Question) -> Three:
        """Return how many patients wait for a question, how many of their options, and whom it alone settles."""
        number, asked = self.plan.questions.index(question), self.tally.asked[question]
        counts = {"waiting": asked.waiting, "options": asked.options, "settled": asked.settled}
        waiting, options, settled = (self._shown((what, number), count) for what, count in counts.items())
        return waiting, options, settled

    def sets(self) -> tuple[tuple[int | None, int | None], ...]:
        """Return the sets of met options as bits, each with the number of patients who have it; most first.

        Those that are hidden are one row at the end, whose set is None; so is its number, if that is hidden, too.
        """
        rows = sorted(self.tally.sets.items(), key=lambda pair: (-pair[1], pair[0]))
        shown = [(each, n) for each, n in rows if ("met only", each) not in self.hidden]
        if len(shown) == len(rows):
            return tuple(shown)
        others = None if self.agreeing is None else self.agreeing - sum(n for _, n in shown)
        return (*shown, (None, others))

    def _shown(self, key: Key, count: int) -> int | None:
        return None if key in self.hidden else count

    def _relate(self) -> None:
        """Count the cells, and state what they have to do with each other."""
        count, tally = self._counted, self.tally
        count.update({_ALL: tally.cases, _CONTRADICTORY: tally.contradictory})
        count[_AGREEING] = tally.cases - tally.contradictory
        self._sums.append((_ALL, (_AGREEING, _CONTRADICTORY)))
        sets: dict[_Parts, None] = {}
        for option, steps in self._steps.items():
            for (_, parts), step in zip(steps, tally.steps[option], strict=True):
                sets[parts] = None
                count |= {("yes", parts): step.yes, ("no", parts): step.no, ("unknown", parts): step.unknown}
        for parts in sets:
            self._sums.append((_AGREEING, (("yes", parts), ("no", parts), ("unknown", parts))))
            for more in sets:
                if parts < more:
                    self._part(("yes", more), ("yes", parts))
                    self._part(("no", parts), ("no", more))
        self._relate_sets()
        found = self._count_kinds()
        for kinds in _all_kinds(self.plan):
            count.update({cell: found.get(cell, 0) for cell in kinds.cells})
            self._unshown.update(kinds.cells)
            self._sums += kinds.sums
            for total, of in kinds.sums:
                count.setdefault(total, sum(count[each] for each in of))
        self._relate_questions()

    def _part(self, part: Key, whole: Key) -> None:
        """State that one cell is a part of another: the difference is a cell that no table shows."""
        rest = ("but", whole, part)
        self._counted[rest] = self._counted[whole] - self._counted[part]
        self._unshown.add(rest)
        self._sums.append((whole, (part, rest)))

    def _relate_sets(self) -> None:
        """State how the sets of met options sum up."""
        self._counted.update({("met only", which): n for which, n in self.tally.sets.items()})
        self._sums.append((_AGREEING, [("met only", which) for which in self.tally.sets]))
        numbers = {option: number for number, option in enumerate(self.plan.options)}
        for parts, option in self._sets.items():
            having = [("met only", which) for which in self.tally.sets if which >> numbers[option] & 1]
            self._sums.append((("yes", parts), having))

    def _relate_questions(self) -> None:
        for number, question in enumerate(self.plan.questions):
            asked = self.tally.asked[question]
            waiting, options, settled = ("waiting", number), ("options", number), ("settled", number)
            self._counted.update({waiting: asked.waiting, options: asked.options, settled: asked.settled})
            sets = [parts for parts in self._sets if ("waits", parts, number) in self._counted]
            if sets:
                self._part(waiting, _AGREEING)
                self._part(settled, waiting)
                self._union(waiting, [("waits", parts, number) for parts in sets])
                self._union(settled, [("settles", parts, number) for parts in sets])
                self._unshown.update((what, parts, number) for what in ("waits", "settles") for parts in sets)
                of_each = (steps[-1][1] for steps in self._steps.values())
                self._sums.append((options, [("waits", parts, number) for parts in of_each if parts in sets]))

    def _union(self, union: Key, parts: Sequence[Key]) -> None:
        """State that a cell counts those who are in any of some others; as large as one of these, it is that."""
        same = next((part for part in parts if self._counted[part] == self._counted[union]), None)
        if same is not None:
            self._sums.append((union, (same,)))
        if len(parts) > 1:
            for part in parts:
                if part != same:
                    self._part(part, union)
            total = ("in all", union)
            self._counted[total] = sum(self._counted[part] for part in parts)
            self._unshown.add(total)
            self._sums.append((total, parts))
            self._part(union, total)


def count_kinds(plan: Plan, facts: Facts) -> Counter[Key]:
    """Return how many patients are of which kind that the tables of a cohort tell apart; those of parts add up."""
    found: Counter[Key] = Counter()
    for block in facts.blocks():
        values = Values(plan, block)
        for kinds in _all_kinds(plan):
            found.update(kinds.counted(values))
    return found


@lru_cache(maxsize=4)
def _all_kinds(plan: Plan) -> tuple[_Kinds, ...]:
    steps = _all_steps(plan)
    whole = _whole(steps)
    largest = [parts for parts in whole if not any(parts < other for other in whole)]
    return tuple(_Kinds(plan, steps, parts, number) for number, parts in enumerate(largest))


def _all_steps(plan: Plan) -> _Steps:
    return {option: [*_steps(plan, option)] for option in plan.options}


def _whole(steps: _Steps) -> Mapping[_Parts, URIRef]:
    """Return the parts of whole conditions, each with an option that has them."""
    return {each[-1][1]: option for option, each in reversed([*steps.items()])}


class _Kinds:
    """The kinds of patients that the tables tell apart for an option, and for those options that ask for less.

    Two patients are of one kind if they stand alike at each step and wait for the same questions, so the cells of these
    options are sums of kinds. Which kinds there can be is found by valuing every combination of the findings.
    """

    def __init__(self, plan: Plan, steps: _Steps, parts: _Parts, number: int) -> None:
        self.plan, self.parts, self.number = plan, parts, number
        self.steps = {option: each for option, each in steps.items() if each[0][1] <= parts}
        self.options = {each[-1][1]: option for option, each in reversed([*steps.items()]) if each[-1][1] <= parts}
        findings = sorted({finding for part in parts for finding in leaves(part)})
        possible = Values(plan, _every_case(findings))
        names, columns = self._columns(possible)
        flags = np.array([unpacked(bits, possible.facts.n) for bits in (*columns, possible.agreeing)])
        self.kinds = np.unique(flags[:-1, flags[-1]], axis=1)
        self.telling = _telling(self.kinds)
        codes = self._codes(self.kinds)
        self.cells: list[Key] = [("kind", number, code) for code in codes]
        self.sums: list[Sum[Key]] = [
            (name, [cell for cell, has in zip(self.cells, kinds, strict=True) if has])
            for name, kinds in zip(names, self.kinds, strict=True)
        ]

    def _columns(self, values: Values) -> tuple[list[Key], list[Bits]]:
        found: dict[Key, Bits] = {}
        for parts, (holds, fails) in _set_bits(self.steps, values).items():
            if parts <= self.parts:
                found |= {("yes", parts): holds, ("no", parts): fails}
                found["unknown", parts] = values.agreeing & ~(holds | fails)
        for parts, option in self.options.items():
            for number, (waits, settles) in _asked(self.plan, values, option).items():
                found |= {("waits", parts, number): waits, ("settles", parts, number): settles}
        return [*found], [*found.values()]

    def _codes(self, flags: Flags) -> list[int]:
        return [sum(1 << place for place, has in enumerate(kind) if has) for kind in flags[self.telling].T.tolist()]

    def counted(self, values: Values) -> dict[Key, int]:
        """Return how many cases are of each kind that occurs."""
        _, columns = self._columns(values)
        found = count_sets([columns[at] for at in self.telling], values.agreeing, values.facts.n)
        return {("kind", self.number, code): n for code, n in found.items()}


def _telling(kinds: Flags) -> list[int]:
    """Return rows by which columns are told apart: none of them could be left out."""
    telling = [*range(len(kinds))]
    n = kinds.shape[1]
    for row in range(len(kinds)):
        fewer = [each for each in telling if each != row]
        if fewer and np.unique(kinds[fewer], axis=1).shape[1] == n:
            telling = fewer
    return telling


def _every_case(findings: Sequence[URIRef]) -> Facts:
    """Return a case for each combination of findings that a case has, lacks, or does not tell."""
    n = 3 ** len(findings)
    columns: dict[Fact, Flags] = {}
    for place, finding in enumerate(findings):
        value = np.arange(n) // 3**place % 3
        columns |= {(finding, True): value == 1, (finding, False): value == 2}
    packer = Packer()
    packer.add(n, columns)
    return packer.facts()


def _set_bits(steps: _Steps, values: Values) -> dict[_Parts, tuple[Bits, Bits]]:
    """Return for each set of parts the cases in which all hold, and those in which one does not."""
    found: dict[_Parts, tuple[Bits, Bits]] = {}
    for option, each in steps.items():
        for (_, parts), (_, holds, fails) in zip(each, values.steps(option), strict=True):
            found.setdefault(parts, (holds, fails))
    return found


def _asked(plan: Plan, values: Values, option: URIRef) -> dict[int, tuple[Bits, Bits]]:
    """Return the questions of an option, each with the cases that wait for it, and those that it alone settles."""
    missing = values.missing(option)
    waits: dict[int, Bits] = {}
    for number, question in enumerate(plan.questions):
        if columns := [missing[each] for each in question.findings if each in missing]:
            waits[number] = reduce(or_, columns)
    found: dict[int, tuple[Bits, Bits]] = {}
    for number, bits in waits.items():
        others = [each for of, each in waits.items() if of != number]
        found[number] = bits, bits & ~reduce(or_, others) if others else bits
    return found


def _steps(plan: Plan, option: URIRef) -> Iterable[tuple[Condition, _Parts]]:
    """Yield the parts of a condition, each with all parts so far and the findings that follow from them."""
    condition = plan.options[option].condition
    parts = condition.parts if isinstance(condition, Conjunction) else (condition,)
    for so_far in range(1, len(parts) + 1):
        taken = parts[:so_far]
        facts = {(part.finding, part.holds) for part in taken if isinstance(part, Leaf)}
        follow = (Leaf(*fact) for fact, premises in plan.premises.items() if not facts.isdisjoint(premises))
        yield parts[so_far - 1], frozenset(chain(taken, follow))
