"""What may be shown of the counts of a cohort: all its tables are judged together, since they share cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from rdflib import URIRef

from sts_kg.cohort.suppression import THRESHOLD, Sum, computable, suppressed
from sts_kg.guideline import Condition, Conjunction, Leaf, leaves
from sts_kg.plan import Fact, Facts, Packer, Plan, Question, Values, tally, unpacked

__all__ = ["HIDDEN", "Asked", "Combination", "Release", "Statuses", "Step"]

#: How a hidden count is shown in text; in data it is null.
HIDDEN = "*"
#: What a cell counts, and of what: ("yes", the parts of a condition), ("waiting", the number of a question) ...
Key: TypeAlias = tuple[Any, ...]
_Parts: TypeAlias = frozenset[Condition]
_Steps: TypeAlias = Mapping[URIRef, Sequence[tuple[Condition, _Parts]]]
_Bits: TypeAlias = npt.NDArray[np.uint64]
_Flags: TypeAlias = npt.NDArray[np.bool_]

_ALL, _AGREEING, _CONTRADICTORY = ("patients",), ("agreeing",), ("contradictory",)


class Statuses(NamedTuple):
    """How many patients of a cohort an option is met for, and so on; None is hidden."""

    option: URIRef
    met: int | None
    not_met: int | None
    undetermined: int | None
    contradictory: int | None
    patients: int | None


class Step(NamedTuple):
    """How many patients are left after a part of a condition: all parts so far hold, or one does not, or unknown."""

    part: Condition
    yes: int | None
    no: int | None
    unknown: int | None


class Asked(NamedTuple):
    """How many patients wait for a question, for how many options, and for how many nothing else is missing of one."""

    question: Question
    waiting: int | None
    options: int | None
    settled_alone: int | None


class Combination(NamedTuple):
    """How many patients have exactly these options met; `options` None is all the combinations that are hidden."""

    options: tuple[URIRef, ...] | None
    patients: int | None


class Release:
    """The counts of a cohort, of which none is shown that is small, or that gives a small one back (`suppressed`).

    Whichever of its tables are shown, they hide the same cells. Options with the same condition share their cells, and
    so do steps with the same parts. Small numbers must not be computable either, though no table has them, if they are
    those of patients who: leave at a step, or have one option met and not another that asks for more; miss just these
    findings of an option; wait for a question and are not settled by it alone.

    What follows from an earlier release of the same cohort is not looked at.
    """

    def __init__(self, plan: Plan, values: Iterable[Values], threshold: int = THRESHOLD) -> None:
        if threshold < 0:
            raise ValueError(f"threshold {threshold}: counts below it are hidden, so it is 0 (none is) or more")
        self.plan, self.threshold = plan, threshold
        self._counted: Counter[Key] = Counter()
        self._steps = {option: [*_steps(plan, option)] for option in plan.options}
        self._sets: dict[_Parts, URIRef] = {}  # the parts of whole conditions, and an option that has them
        for option, steps in self._steps.items():
            self._sets.setdefault(steps[-1][1], option)
        widest = [parts for parts in self._sets if not any(parts < other for other in self._sets)]
        self._kinds = [_Kinds(plan, self._steps, parts) for parts in widest] if threshold > 1 else []
        for each in values:
            self._count(each)
        self._sums: list[Sum[Key]] = []
        self._unshown: set[Key] = set()
        self._relate()

    @cached_property
    def hidden(self) -> frozenset[Key]:
        """The cells that are hidden, of all tables."""
        if self.threshold in (0, 1):
            return frozenset()
        return suppressed(self._counted, self._sums, self.threshold, unshown=self._unshown)

    @property
    def legend(self) -> str:
        """What the sign of a hidden count means."""
        return f"{HIDDEN} hidden: fewer than {self.threshold} patients, or such a number could be computed from it"

    def statuses(self) -> tuple[Statuses, ...]:
        """Return for each option how many patients have which status."""
        shared = self._shown(_CONTRADICTORY), self._shown(_ALL)
        return tuple(Statuses(option, *self._three(steps[-1][1]), *shared) for option, steps in self._steps.items())

    def funnel(self, option: URIRef) -> tuple[Step, ...]:
        """Return how many of the patients who do not contradict themselves are left after each part of a condition."""
        return tuple(Step(part, *self._three(parts)) for part, parts in self._steps[option])

    def questions(self) -> tuple[Asked, ...]:
        """Return for each question that someone waits for how many do; most first, and the hidden ones last."""
        found = []
        for number, question in enumerate(self.plan.questions):
            if self._counted[("waiting", number)]:
                waiting, alone = (self._shown((what, number)) for what in ("waiting", "settled alone"))
                options = None if waiting is None else self._counted[("options", number)]
                found.append(Asked(question, waiting, options, alone))
        return tuple(sorted(found, key=lambda each: -1 if each.waiting is None else each.waiting, reverse=True))

    def combinations(self) -> tuple[Combination, ...]:
        """Return how many patients have which set of options met, most first; last, if some are hidden, all of them.

        Their sum is None if it is hidden, too.
        """
        rows = sorted((-n, key) for key, n in self._counted.items() if key[0] == "met only")
        shown = [(key[1], -n) for n, key in rows if key not in self.hidden]
        found = [Combination(self._options(each), n) for each, n in shown]
        if len(shown) < len(rows):
            others = self._counted[_AGREEING] - sum(n for _, n in shown)
            found.append(Combination(None, others if self._gives(_AGREEING) else None))
        return tuple(found)

    def _options(self, pattern: int) -> tuple[URIRef, ...]:
        return tuple(option for number, option in enumerate(self.plan.options) if pattern >> number & 1)

    def _three(self, parts: _Parts) -> tuple[int | None, int | None, int | None]:
        yes, no, unknown = (self._shown((status, parts)) for status in ("yes", "no", "unknown"))
        return yes, no, unknown

    def _shown(self, key: Key) -> int | None:
        return None if key in self.hidden else self._counted[key]

    def _gives(self, key: Key) -> bool:
        hidden = self.hidden | self._unshown
        return not self.hidden or key in computable(self._counted, self._sums, hidden)

    def _count(self, values: Values) -> None:
        count = self._counted
        count[_ALL] += values.facts.n
        count[_CONTRADICTORY] += _number(values.contradictory)
        agreeing = _number(values.agreeing)
        count[_AGREEING] += agreeing
        for parts, (holds, fails) in _set_bits(self._steps, values).items():
            yes, no = _number(holds), _number(fails)
            count.update({("yes", parts): yes, ("no", parts): no, ("unknown", parts): agreeing - yes - no})
        count.update({("met only", pattern): n for pattern, n in values.patterns().items()})
        waiting: dict[int, list[_Bits]] = {}
        alone: dict[int, list[_Bits]] = {}
        for parts, option in self._sets.items():
            for number, (waits, settles) in _asked(self.plan, values, option).items():
                waiting.setdefault(number, []).append(waits)
                alone.setdefault(number, []).append(settles)
                count["waits", parts, number] += _number(waits)
                count["settles", parts, number] += _number(settles)
        for number in waiting:
            count["waiting", number] += _number(reduce(or_, waiting[number]))
            count["settled alone", number] += _number(reduce(or_, alone[number]))
        if self.threshold > 1:
            for kinds in self._kinds:
                count.update(kinds.counted(values))

    def _relate(self) -> None:
        """State what the counts have to do with each other."""
        self._unshown.add(_AGREEING)
        self._sums.append((_ALL, (_AGREEING, _CONTRADICTORY)))
        sets = [*dict.fromkeys(parts for steps in self._steps.values() for _, parts in steps)]
        for parts in sets:
            self._sums.append((_AGREEING, (("yes", parts), ("no", parts), ("unknown", parts))))
        for fewer in sets:
            for more in sets:
                if fewer < more:
                    self._part(("yes", more), ("yes", fewer))
                    self._part(("no", fewer), ("no", more))
        patterns = [key for key in self._counted if key[0] == "met only"]
        self._sums.append((_AGREEING, patterns))
        numbers = {option: number for number, option in enumerate(self.plan.options)}
        for parts, option in self._sets.items():
            having = [key for key in patterns if key[1] >> numbers[option] & 1]
            self._sums.append((("yes", parts), having))
        for kinds in self._kinds:
            self._unshown.update(kinds.cells)
            self._sums += kinds.sums
        self._relate_questions()
        for total, of in self._sums:
            for cell in (total, *of):
                self._counted.setdefault(cell, 0)

    def _part(self, part: Key, whole: Key) -> None:
        """State that one cell is a part of another: the difference is a cell that no table shows."""
        rest = ("but", whole, part)
        self._counted[rest] = self._counted[whole] - self._counted[part]
        self._unshown.add(rest)
        self._sums.append((whole, (part, rest)))

    def _relate_questions(self) -> None:
        of: dict[int, list[_Parts]] = {}
        for key in [*self._counted]:
            if key[0] in ("waits", "settles"):
                self._unshown.add(key)
                if key[0] == "waits":
                    of.setdefault(key[2], []).append(key[1])
        for number, sets in of.items():
            waiting, alone = ("waiting", number), ("settled alone", number)
            self._part(waiting, _AGREEING)
            self._part(alone, waiting)
            self._union(waiting, [("waits", parts, number) for parts in sets])
            self._union(alone, [("settles", parts, number) for parts in sets])
            options = (steps[-1][1] for steps in self._steps.values())
            self._counted["options", number] = sum(self._counted["waits", parts, number] > 0 for parts in options)
            self._unshown.add(("options", number))

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


class _Kinds:
    """The kinds of patients that the tables tell apart for an option, and for those options that ask for less.

    Two patients are of one kind if they stand alike at each step and wait for the same questions, so the cells of these
    options are sums of kinds. Which kinds there can be is found by valuing every combination of the findings.
    """

    def __init__(self, plan: Plan, steps: _Steps, parts: _Parts) -> None:
        self.plan, self.parts = plan, parts
        self.steps = {option: each for option, each in steps.items() if each[0][1] <= parts}
        self.options = {each[-1][1]: option for option, each in reversed([*steps.items()]) if each[-1][1] <= parts}
        findings = sorted({finding for part in parts for finding in leaves(part)})
        possible = Values(plan, _every_case(findings))
        names, columns = self._columns(possible)
        flags = np.array([unpacked(bits, possible.facts.n) for bits in columns])[
            :, unpacked(possible.agreeing, possible.facts.n)
        ]
        self.kinds = np.unique(flags, axis=1)
        self.telling = _telling(self.kinds)
        codes = self._codes(self.kinds)
        self.cells: list[Key] = [("kind", parts, code) for code in codes]
        self.sums: list[Sum[Key]] = [
            (name, [cell for cell, has in zip(self.cells, kinds, strict=True) if has])
            for name, kinds in zip(names, self.kinds, strict=True)
        ]

    def _columns(self, values: Values) -> tuple[list[Key], list[_Bits]]:
        found: dict[Key, _Bits] = {}
        for parts, (holds, fails) in _set_bits(self.steps, values).items():
            if parts <= self.parts:
                found |= {("yes", parts): holds, ("no", parts): fails}
                found["unknown", parts] = values.agreeing & ~(holds | fails)
        for parts, option in self.options.items():
            for number, (waits, settles) in _asked(self.plan, values, option).items():
                found |= {("waits", parts, number): waits, ("settles", parts, number): settles}
        return [*found], [*found.values()]

    def _codes(self, flags: _Flags) -> list[int]:
        return [sum(1 << place for place, has in enumerate(kind) if has) for kind in flags[self.telling].T.tolist()]

    def counted(self, values: Values) -> dict[Key, int]:
        _, columns = self._columns(values)
        found = tally([columns[at] for at in self.telling], values.agreeing, values.facts.n)
        return {("kind", self.parts, code): n for code, n in found.items()}


def _telling(kinds: _Flags) -> list[int]:
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
    columns: dict[Fact, _Flags] = {}
    for place, finding in enumerate(findings):
        value = np.arange(n) // 3**place % 3
        columns |= {(finding, True): value == 1, (finding, False): value == 2}
    packer = Packer()
    packer.add(n, columns)
    return packer.facts()


def _set_bits(steps: _Steps, values: Values) -> dict[_Parts, tuple[_Bits, _Bits]]:
    """Return for each set of parts the cases in which all hold, and those in which one does not."""
    found: dict[_Parts, tuple[_Bits, _Bits]] = {}
    for option, each in steps.items():
        for (_, parts), (_, holds, fails) in zip(each, values.steps(option), strict=True):
            found.setdefault(parts, (holds, fails))
    return found


def _asked(plan: Plan, values: Values, option: URIRef) -> dict[int, tuple[_Bits, _Bits]]:
    """Return the questions of an option, each with the cases that wait for it, and those that it alone settles."""
    missing = values.missing(option)
    waits: dict[int, _Bits] = {}
    for number, question in enumerate(plan.questions):
        if columns := [missing[each] for each in question.findings if each in missing]:
            waits[number] = reduce(or_, columns)
    found: dict[int, tuple[_Bits, _Bits]] = {}
    for number, bits in waits.items():
        others = [each for of, each in waits.items() if of != number]
        found[number] = bits, bits & ~reduce(or_, others) if others else bits
    return found


def _number(bits: _Bits) -> int:
    return int(np.bitwise_count(bits).sum())


def _steps(plan: Plan, option: URIRef) -> Iterable[tuple[Condition, _Parts]]:
    """Yield the parts of a condition, each with all parts so far and the findings that follow from them."""
    condition = plan.options[option].condition
    parts = condition.parts if isinstance(condition, Conjunction) else (condition,)
    for so_far in range(1, len(parts) + 1):
        taken = parts[:so_far]
        facts = {(part.finding, part.holds) for part in taken if isinstance(part, Leaf)}
        follow = (Leaf(*fact) for fact, premises in plan.premises.items() if not facts.isdisjoint(premises))
        yield parts[so_far - 1], frozenset(chain(taken, follow))
