"""Sums over many cases: statuses, steps of conditions, questions and sets of met options. Tallies of parts add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from rdflib import URIRef

from sts_kg.plan.bits import Bits, Facts, Values
from sts_kg.plan.plan import Plan, Question

__all__ = ["Asked", "Step", "Tally", "tally_of"]


@dataclass(frozen=True)
class Step:
    """How many cases there are after a part of a condition: all parts so far hold, one does not, or it is not known."""

    yes: int
    no: int
    unknown: int


@dataclass(frozen=True)
class Asked:
    """How many cases wait for a question, how many of their options do, and in how many it alone would settle one."""

    waiting: int
    options: int
    settled: int


@dataclass(frozen=True, repr=False)
class Tally:
    """Sums over `cases` cases of one plan; those that contradict themselves are in `contradictory` and nothing else.

    `met` and `unmet` are by option, `steps` by option and part of its condition, `asked` by question. `sets` says how
    many cases have which set of met options, named by bits: bit `i` is the option with the number `i` of the plan.
    """

    cases: int = 0
    contradictory: int = 0
    met: Mapping[URIRef, int] = field(default_factory=dict)
    unmet: Mapping[URIRef, int] = field(default_factory=dict)
    steps: Mapping[URIRef, tuple[Step, ...]] = field(default_factory=dict)
    asked: Mapping[Question, Asked] = field(default_factory=dict)
    sets: Mapping[int, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return no number: these are exact, and a notebook is passed on."""
        return "<Tally: exact counts, not to be released>"

    def undetermined(self, option: URIRef) -> int:
        """Return for how many cases an option is neither met nor ruled out."""
        return self.cases - self.contradictory - self.met[option] - self.unmet[option]

    def as_dict(self, plan: Plan) -> dict[str, object]:
        """Return the sums as plain values, of options and questions in the order of the plan."""
        return {
            "cases": self.cases,
            "contradictory": self.contradictory,
            "met": [self.met[option] for option in plan.options],
            "unmet": [self.unmet[option] for option in plan.options],
            "steps": [[[step.yes, step.no, step.unknown] for step in self.steps[option]] for option in plan.options],
            "asked": [
                [each.waiting, each.options, each.settled] for each in map(self.asked.__getitem__, plan.questions)
            ],
            "sets": [[which, n] for which, n in self.sets.items()],
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any], plan: Plan) -> Tally:
        """Return the sums that `as_dict` gave for the same plan."""
        options, questions = [*plan.options], plan.questions
        return cls(
            said["cases"],
            said["contradictory"],
            dict(zip(options, said["met"], strict=True)),
            dict(zip(options, said["unmet"], strict=True)),
            {
                option: tuple(Step(*step) for step in steps)
                for option, steps in zip(options, said["steps"], strict=True)
            },
            {question: Asked(*each) for question, each in zip(questions, said["asked"], strict=True)},
            dict(said["sets"]),
        )

    def __add__(self, other: Tally) -> Tally:
        if not self.cases or not other.cases:
            return self if self.cases else other
        return Tally(
            self.cases + other.cases,
            self.contradictory + other.contradictory,
            {option: count + other.met[option] for option, count in self.met.items()},
            {option: count + other.unmet[option] for option, count in self.unmet.items()},
            {
                option: tuple(
                    Step(one.yes + two.yes, one.no + two.no, one.unknown + two.unknown)
                    for one, two in zip(steps, other.steps[option], strict=True)
                )
                for option, steps in self.steps.items()
            },
            {
                question: Asked(
                    one.waiting + other.asked[question].waiting,
                    one.options + other.asked[question].options,
                    one.settled + other.asked[question].settled,
                )
                for question, one in self.asked.items()
            },
            dict(sorted((Counter(self.sets) + Counter(other.sets)).items())),
        )


def tally_of(plan: Plan, facts: Facts, *, sets: bool = True) -> Tally:
    """Return the sums over the facts of some cases, computed block by block; `sets` False leaves the sets out."""
    nobody = _tally(Values(plan, Facts(0)), sets)
    return sum((_tally(Values(plan, block), sets) for block in facts.blocks()), nobody)


def _tally(values: Values, sets: bool) -> Tally:
    plan = values.plan
    steps = {}
    for option in plan.options:
        found = [(_count(holds), _count(fails)) for _, holds, fails in values.steps(option)]
        agreeing = values.facts.n - _count(values.contradictory)
        steps[option] = tuple(Step(yes, no, agreeing - yes - no) for yes, no in found)
    asked = {}
    for question in plan.questions:
        waiting = values.waiting(question)
        if waiting:
            waits, alone = ([pair[side] for pair in waiting.values()] for side in (0, 1))
            asked[question] = Asked(_count(reduce(or_, waits)), sum(map(_count, waits)), _count(reduce(or_, alone)))
        else:
            asked[question] = Asked(0, 0, 0)
    return Tally(
        values.facts.n,
        _count(values.contradictory),
        {option: _count(values.met(option)) for option in plan.options},
        {option: _count(values.unmet(option)) for option in plan.options},
        steps,
        asked,
        values.patterns() if sets else {},
    )


def _count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum(dtype=np.int64))
