"""Answers for very many cases by the plans of a guideline, without a closure for each.

What a condition comes to depends on what is known of its findings alone, so each combination is worked out once. The
closure still says how the facts of a case contradict each other. A test holds every answer against that of the closure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rdflib import URIRef
from rdflib.namespace import RDF

from sts_kg.cases.answers import Answer, Answers, ReadingAnswer
from sts_kg.cases.case import Case
from sts_kg.cases.encoded import given_facts
from sts_kg.cases.fact_rules import GROWTH_WINDOW, has_history
from sts_kg.cases.facts import facts_of
from sts_kg.cases.growth import clashes
from sts_kg.cases.marks import tried_marks
from sts_kg.cases.options import STATUS_OF, Notes, blank_answers, contradictory_answers_of, valued
from sts_kg.cases.reasons import contradiction
from sts_kg.cases.statuses import Status
from sts_kg.errors import InconsistentError
from sts_kg.guideline import Guideline, Reading, Vocabulary
from sts_kg.plan import Fact, Facts, Plan, Signature, States, Values, numbers, plan_of, plans_of_readings
from sts_kg.rdf import STS

__all__ = ["MANY", "PIECE", "Many", "are_many", "many"]

#: From how many cases on plans answer sooner than a closure of all of them.
MANY = 64
#: How many cases are answered at once; memory grows with it.
PIECE = 500
#: How many answers are kept for other cases to which the same applies; beyond that they are worked out again.
_MOST_KEPT = 5000


def are_many(n: int, guideline: Guideline) -> bool:
    """Return whether plans are to answer a number of cases: tests hold the shipped guideline to what they need."""
    return n >= MANY and guideline.is_shipped and guideline.engine == "columns"


@lru_cache(maxsize=4)
def many(guideline: Guideline) -> Many:
    """Return what answers many cases by a guideline; it keeps what answers have in common."""
    return Many(guideline)


class Many:
    """Answers cases by the plan of a guideline and, where they differ, by the plans of other readings."""

    def __init__(self, guideline: Guideline) -> None:
        self.guideline = guideline
        self.chosen = _By(plan_of(guideline), guideline.vocabulary)
        self.has_readings = (None, RDF.type, STS.Reading) in guideline.asserted
        plans = plans_of_readings(guideline) if self.has_readings else {}
        self.others = [
            _Other(plan, Vocabulary(reading.asserted), reading, self.chosen)
            for reading, plan in ((guideline.readings[name], plan) for name, plan in plans.items())
        ]
        self.blank = {blank.option: blank for blank in blank_answers(guideline)}
        self.contradictory = [self._by_readings(each) for each in contradictory_answers_of(Case("-"), guideline)]
        self._valued: dict[tuple[URIRef, frozenset[tuple[URIRef, bool]]], Answer] = {}
        self._kept: dict[tuple[URIRef, bytes], Answer] = {}

    def pieces(self, cases: Sequence[Case]) -> Iterator[Answers]:
        """Yield the answers for cases in pieces."""
        for first in range(0, len(cases), PIECE):
            yield self.answers(cases[first : first + PIECE])

    def answers(self, cases: Sequence[Case]) -> Answers:
        """Return the answers for some cases, as `Session.answers` does; those that contradict themselves are closed."""
        chosen = _Seen(cases, self.chosen)
        others = [other.seen(chosen) for other in self.others]
        signed = {
            option: chosen.states.signatures(option, [seen.states_of(option) for seen in others])
            for option in self.blank
        }
        if len(self._kept) > _MOST_KEPT:
            self._kept = {}
        found: list[Answer] = []
        for number, case in enumerate(cases):
            if number in chosen.contradictory:
                answers: Sequence[Answer] = self.contradictory
            else:
                known, notes = chosen.noted.get(number, ({}, None))
                answers = [
                    self._answer(option, signatures[number], chosen.states, known, notes)
                    for option, signatures in signed.items()
                ]
            found += [answer.for_case(case.id) for answer in answers]
        labels = {case.id: case.label for case in cases if case.label}
        errors = self._contradictions([cases[number] for number in sorted(chosen.contradictory)])
        return Answers(tuple(found), errors, labels, self.guideline.footer)

    def _contradictions(self, cases: Sequence[Case]) -> tuple[InconsistentError, ...]:
        """Return how cases that contradict themselves do so, by a closure of these alone."""
        if not cases:
            return ()
        closed = self.guideline.closure.extend(facts_of(cases, self.guideline.vocabulary))
        found = [contradiction(case, self.guideline, closed) for case in cases]
        assert all(found), "the plan and the closure agree on what contradicts itself"
        return tuple(error for error in found if error)

    def _answer(
        self, option: URIRef, signature: bytes, states: States, known: Mapping[URIRef, bool], notes: Notes | None
    ) -> Answer:
        blank = self.blank[option]
        kept = self._kept.get((option, signature))
        if notes is not None and not notes.waiting.keys().isdisjoint(blank.questions):
            by_known = valued(blank, self.guideline, known, notes.waiting)
            answer = self._said(by_known, states.signature(option, signature))
        elif kept is not None:
            answer = kept
        else:
            read = states.signature(option, signature)
            key = option, frozenset(read.known.items())
            if key not in self._valued:
                self._valued[key] = valued(blank, self.guideline, read.known)
            answer = self._kept[option, signature] = self._said(self._valued[key], read)
        return answer if notes is None else notes.on(answer, known)

    def _said(self, answer: Answer, signature: Signature) -> Answer:
        """Return an answer with what its signature says beside the condition."""
        state, kinds = signature.state, self.chosen.plan.options[answer.option].kinds
        assert STATUS_OF[state.met] == answer.status, "the bits and the walk over the axiom agree"
        counts: dict[Status, int] | None = None
        if kinds is not None:
            counts = {"met": signature.met, "not-met": signature.unmet}
            counts["undetermined"] = len(kinds) - signature.met - signature.unmet
        readings = tuple(
            ReadingAnswer(
                reading=other.reading.name,
                decision=other.reading.decision,
                option=answer.option,
                umbrella=answer.umbrella,
                status="contradictory" if by_other.contradictory else STATUS_OF[by_other.met],
                tried=by_other.tried,
                declined=by_other.declined,
                footer=answer.footer,
            )
            for other, by_other in zip(self.others, signature.others, strict=True)
            if by_other is not None
        )
        found = replace(answer, tried=state.tried, declined=state.declined, kinds=counts)
        return self._by_readings(found, readings)

    def _by_readings(self, answer: Answer, readings: tuple[ReadingAnswer, ...] = ()) -> Answer:
        return replace(answer, by_reading=lambda _: readings) if self.has_readings else answer


@dataclass(frozen=True, eq=False)
class _By:
    """A plan, and the words that fact rules and marks read by it."""

    plan: Plan
    vocabulary: Vocabulary

    @cached_property
    def rules(self) -> tuple[object, ...]:
        """What facts are concluded by."""
        plan = self.plan
        return plan.growth, plan.history, plan.given, plan.thresholds, plan.courses

    @cached_property
    def marks(self) -> tuple[object, ...]:
        """What courses, and findings that report them, mark options as tried by."""
        plan = self.plan
        options = {option: (one.tried, one.reports) for option, one in plan.options.items()}
        return plan.tried_by, options, plan.kinds, plan.sites_of_purposes, plan.marks, plan.tried_marks

    @cached_property
    def telling(self) -> frozenset[URIRef]:
        """The findings that report a course, or that something is declined."""
        reports = {report.finding for one in self.plan.options.values() for report in one.reports}
        return frozenset(reports | self.vocabulary.declining_findings.keys())

    def facts(self, case: Case) -> list[Fact]:
        """Return what is given and derived of a case."""
        return [*given_facts(case, self.plan, self.vocabulary)]

    def clashes(self, case: Case) -> bool:
        """Return whether what a case says of growth contradicts itself."""
        return has_history(case) and any(clashes(case, self.vocabulary.rule(GROWTH_WINDOW)))

    def tells(self, case: Case) -> bool:
        """Return whether a case may have marks or hints by what it says, whatever follows from that."""
        given = (each.finding for each in case.given if each.holds)
        return bool(case.courses or case.declines) or not self.telling.isdisjoint(given)

    def tried(self, case: Case) -> frozenset[URIRef]:
        """Return the options that count as tried."""
        if not self.tells(case):
            return frozenset()
        return frozenset(mark.option for mark in tried_marks(case, self.vocabulary) if mark.is_tried)


class _Seen:
    """What a plan makes of some cases."""

    def __init__(self, cases: Sequence[Case], by: _By) -> None:
        self.cases, self.by = cases, by
        self.facts = [by.facts(case) for case in cases]
        self.clashing = [number for number, case in enumerate(cases) if by.clashes(case)]
        self.tried = [by.tried(case) for case in cases]
        self.values = Values(by.plan, Facts.of(self.facts, clashing=self.clashing))
        self.states = States(by.plan, self.values, self.tried)

    @cached_property
    def contradictory(self) -> frozenset[int]:
        """The numbers of the cases that contradict themselves."""
        return frozenset(numbers(self.values.contradictory, len(self.cases)))

    @cached_property
    def noted(self) -> Mapping[int, tuple[Mapping[URIRef, bool], Notes]]:
        """The numbers of cases that may have marks or hints, with what is known of them, and those."""
        words, n = self.by.vocabulary, len(self.cases)
        known: dict[int, dict[URIRef, bool]] = {
            number: {} for number, case in enumerate(self.cases) if self.by.tells(case)
        }
        for finding in words.marking_findings:
            known |= {number: {} for number in numbers(self.values.known(finding, True), n)}
        for finding in self.by.plan.findings:
            for holds in (True, False):
                for number in numbers(self.values.known(finding, holds), n):
                    if number in known:
                        known[number][finding] = holds
        return {number: (found, Notes(self.cases[number], found, words)) for number, found in known.items()}


@dataclass(frozen=True, eq=False)
class _Other(_By):
    """A reading that was not chosen, by its plan, and where that may differ from the chosen one."""

    reading: Reading
    chosen: _By

    @cached_property
    def same_rules(self) -> bool:
        """Whether the same is concluded from courses, dates and numbers."""
        return self.rules == self.chosen.rules

    @cached_property
    def same_findings(self) -> bool:
        """Whether the same findings follow."""
        return self.same_rules and self.plan.premises == self.chosen.plan.premises

    @cached_property
    def same_marks(self) -> bool:
        """Whether the same options count as tried."""
        return self.marks == self.chosen.marks

    @cached_property
    def same_options(self) -> frozenset[URIRef]:
        """The options that are met, declined and tried by the same facts."""
        if not (self.same_findings and self.same_marks):
            return frozenset()
        pairs = ((option, plan, self.plan.options[option]) for option, plan in self.chosen.plan.options.items())
        return frozenset(o for o, a, b in pairs if (a.condition, a.declined) == (b.condition, b.declined))

    def seen(self, chosen: _Seen) -> _SeenOtherwise:
        """Return what the reading makes of cases."""
        return _SeenOtherwise(self, chosen)


@dataclass(frozen=True, eq=False)
class _SeenOtherwise:
    """What another reading makes of some cases; what is as by the chosen readings is not computed again."""

    by: _Other
    chosen: _Seen

    def states_of(self, option: URIRef) -> States | None:
        """Return the states of an option, among others; None if they are the chosen ones."""
        return None if option in self.by.same_options else self.states

    @cached_property
    def states(self) -> States:
        by, chosen = self.by, self.chosen
        tried = chosen.tried if by.same_marks else [by.tried(case) for case in chosen.cases]
        return States(by.plan, self._values, tried)

    @cached_property
    def _values(self) -> Values:
        by, chosen = self.by, self.chosen
        if by.same_findings:
            return chosen.values
        if by.same_rules:
            return Values(by.plan, chosen.values.facts)
        pairs = zip(chosen.cases, chosen.facts, strict=True)
        facts = [by.facts(case) if has_history(case) else known for case, known in pairs]
        clashing = [number for number, case in enumerate(chosen.cases) if by.clashes(case)]
        return Values(by.plan, Facts.of(facts, clashing=clashing))
