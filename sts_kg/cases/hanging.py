"""What hangs on a decision: the answers by each reading that was not chosen, one decision at a time, where they differ.

An answer by a reading equals that of `Guideline.under`. Here only what the reading changes is computed anew: conditions
are walked, and findings come from a closure where a reading changes how they follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from sts_kg.cases.answers import Answer, ReadingAnswer
from sts_kg.cases.case import Case
from sts_kg.cases.fact_rules import GROWTH_WINDOW
from sts_kg.cases.facts import conclusions, facts_of
from sts_kg.cases.growth import clashes
from sts_kg.cases.held import held
from sts_kg.cases.marks import TRIED_OPTIONS, tried_marks
from sts_kg.cases.options import STATUS_OF, known_findings
from sts_kg.cases.statuses import Status
from sts_kg.guideline import Condition, Guideline, Reading, Vocabulary, truth
from sts_kg.rdf import STS

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["reading_answers", "reading_facts"]


def reading_answers(
    cases: Sequence[Case], answers: Iterable[Answer], guideline: Guideline, closure: Closure
) -> dict[tuple[str, URIRef], tuple[ReadingAnswer, ...]]:
    """Return the answers by other readings that differ, for the id of each case and each option.

    An answer differs if its status does, or whether the option has been tried or declined. By a reading a case may
    contradict itself.

    Parameters
    ----------
    cases : sequence of Case
        Cases without contradictions.
    answers : iterable of Answer
        Their answers by all readings that were chosen.
    guideline : Guideline
        The source of knowledge.
    closure : Closure
        The closure of the ontology with the facts of the cases.
    """
    by_case: dict[str, list[Answer]] = {case.id: [] for case in cases}
    for answer in answers:
        by_case[answer.case].append(answer)
    chosen = [_Chosen(case, by_case[case.id], guideline.vocabulary, closure) for case in cases]
    found: dict[tuple[str, URIRef], tuple[ReadingAnswer, ...]] = {
        (a.case, a.option): () for c in chosen for a in c.answers
    }
    for switch in _switches(guideline):
        for case_id, other in switch.differing(chosen):
            found[case_id, other.option] += (other,)
    return found


@dataclass(frozen=True)
class _Chosen:
    """A case with what is known and answered of it by all readings that were chosen."""

    case: Case
    answers: Sequence[Answer]
    vocabulary: Vocabulary
    closure: Closure

    @cached_property
    def known(self) -> dict[URIRef, bool]:
        return known_findings(self.case, self.closure)

    @cached_property
    def conclusions(self) -> tuple[object, ...]:
        return conclusions(self.case, self.vocabulary)


@dataclass(frozen=True)
class _Switch:
    """A reading with what follows from the ontology by it, as far as findings and marks go."""

    reading: Reading
    guideline: Guideline

    @cached_property
    def conditions(self) -> Mapping[URIRef, Condition]:
        return {**self.guideline.conditions, **self.reading.conditions}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.reading.asserted)

    @cached_property
    def closure(self) -> Closure:
        """The closure of the modules about cases by this reading."""
        from sts_kg.closure import closure_of

        if not self.changes_axioms:
            return self.guideline.closure
        return closure_of(BytesIO(self.guideline.nquads_by(self.reading)), axioms="none")

    @property
    def changes_axioms(self) -> bool:
        return not self.reading.kinds.isdisjoint({"relation", "axiom"})

    @property
    def changes_rules(self) -> bool:
        return not self.reading.kinds.isdisjoint({"rule", "axiom"})

    @cached_property
    def changes_facts(self) -> bool:
        """Whether fact rules may conclude other findings, or other classes of courses."""

        def read(words: Vocabulary) -> tuple[object, ...]:
            return {rule: said for rule, said in words.rules.items() if rule != TRIED_OPTIONS}, words.thresholds

        return self.changes_rules and read(self.vocabulary) != read(self.guideline.vocabulary)

    @cached_property
    def changes_marks(self) -> bool:
        """Whether courses, or findings that report them, may mark other options as tried."""

        def read(words: Vocabulary) -> tuple[object, ...]:
            marks = {thing: words.broader(mark) for thing, mark in words.marks.items()}
            return words.rule(TRIED_OPTIONS), words.contents, words.kinds, words.sites_of_purposes, words.reports, marks

        return self.changes_rules and read(self.vocabulary) != read(self.guideline.vocabulary)

    def differing(self, chosen: Sequence[_Chosen]) -> Iterator[tuple[str, ReadingAnswer]]:
        """Yield the answers by this reading that differ from the chosen ones, each with the id of its case."""
        anew = {one.case.id for one in chosen if self.knows_otherwise(one)}
        words = self.vocabulary if self.changes_facts else self.guideline.vocabulary
        facts = facts_of((one.case for one in chosen if one.case.id in anew), words)
        closure = self.closure.extend(facts) if anew else None
        for one in chosen:
            yield from self.of_case(one, closure if one.case.id in anew else None)

    def knows_otherwise(self, one: _Chosen) -> bool:
        """Return whether other findings may follow for a case than by the chosen readings."""
        changed = self.changes_facts and conclusions(one.case, self.vocabulary) != one.conclusions
        return changed or (
            self.changes_axioms
            and self.reading.may_change(one.known, has_history=bool(one.case.courses or one.case.declines))
        )

    def of_case(self, one: _Chosen, closure: Closure | None) -> Iterator[tuple[str, ReadingAnswer]]:
        """Yield the answers for a case that differ; without a closure, what is known is as it was."""
        case = one.case
        known = one.known if closure is None else known_findings(case, closure)
        contradictory = self.contradicts(case, closure)
        tried = {m.option for m in tried_marks(case, self.vocabulary) if m.is_tried} if self.changes_marks else None
        declined = None if closure is None else frozenset(held(case, STS.hasDeclinedOption, closure))
        for answer in one.answers:
            option = answer.option
            if contradictory:
                status: Status = "contradictory"
            elif closure is None and option not in self.reading.conditions:
                status = answer.status
            else:
                status = STATUS_OF[truth(self.conditions[option], known)]
            other = ReadingAnswer(
                reading=self.reading.name,
                decision=self.reading.decision,
                option=option,
                umbrella=answer.umbrella,
                status=status,
                tried=not contradictory and (answer.tried if tried is None else option in tried),
                declined=not contradictory and (answer.declined if declined is None else option in declined),
                footer=answer.footer,
            )
            if (other.status, other.tried, other.declined) != (answer.status, answer.tried, answer.declined):
                yield case.id, other

    def contradicts(self, case: Case, closure: Closure | None) -> bool:
        """Return whether a case contradicts itself by this reading, in its findings or in what it says of growth."""
        if closure is not None:
            had, lacked = (frozenset(held(case, one, closure)) for one in (STS.hasFinding, STS.lacksFinding))
            if had & lacked:
                return True
        return self.changes_facts and any(clashes(case, self.vocabulary.rule(GROWTH_WINDOW)))


@lru_cache(maxsize=4)
def _switches(guideline: Guideline) -> tuple[_Switch, ...]:
    return tuple(_Switch(reading, guideline) for reading in guideline.readings.values())


def reading_facts(answers: Iterable[Answer], cases: Iterable[Case], guideline: Guideline) -> Graph:
    """Return the answers by other readings as a graph, for SPARQL: one `sts:ReadingAnswer` for each that differs."""
    graph, iris = Graph(), {case.id: case.iri for case in cases}
    for answer in answers:
        for other in answer.readings or ():
            name = f"{iris[answer.case]} {answer.option} {other.reading}"
            node = BNode(f"b{sha256(name.encode()).hexdigest()[:24]}")
            said: tuple[tuple[URIRef, Node], ...] = (
                (RDF.type, STS.ReadingAnswer),
                (STS.ofCase, iris[answer.case]),
                (STS.ofOption, answer.option),
                (STS.byReading, guideline.readings[other.reading].iri),
                (STS.answerStatus, Literal(other.status)),
                (STS.answerTried, Literal(other.tried)),
                (STS.answerDeclined, Literal(other.declined)),
            )
            for predicate, value in said:
                graph.add((node, predicate, value))
    return graph
