"""Reads a plan off a guideline: trees from its axioms, and what facts give from the closure of one-fact cases.

A rule of OWL that leads to a finding starts from one fact of a case, or from one course. So the cases with one fact
each, and those with one course of one therapy each, closed once, say all that OWL adds to any case; nothing that an
axiom says is written down again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.guideline import Condition, Contents, Guideline, Reading, Vocabulary, instances, ordinal
from sts_kg.plan.law import broken_by
from sts_kg.plan.plan import CourseFinding, Fact, OptionPlan, Plan, Question, Tried
from sts_kg.rdf import STS

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["plan_of", "plans_of_readings"]


@lru_cache(maxsize=8)
def plan_of(guideline: Guideline) -> Plan:
    """Return the plan of a guideline, also of one that is by another reading (`Guideline.under`).

    Raises
    ------
    InconsistentError
        The ontology contradicts itself.
    ParseError
        A condition is not a With or Without class, nor an intersection or union of conditions; or something follows
        from several facts together, which a plan cannot say.
    """
    name = guideline.reading.name if guideline.reading else None
    close = guideline.closure.extend
    plan = _Reader(guideline, name, guideline.vocabulary, guideline.conditions).plan(close)
    if not guideline.is_shipped and (broken := broken_by(plan, close)):  # tests hold the shipped one to the law
        reason = (
            f"{', '.join(broken)}: this follows from several facts together; a plan needs axioms of one premise each"
        )
        raise ParseError(reason, path=guideline.folder)
    return plan


@lru_cache(maxsize=8)
def plans_of_readings(guideline: Guideline) -> Mapping[str, Plan]:
    """Return the plan by each reading that was not chosen, by its name, in the order of the decisions.

    Each equals `plan_of(guideline.under(name))`, and costs less: it closes again only what the reading changes.
    """
    found, chosen = {}, plan_of(guideline)
    for reading in guideline.readings.values():
        words = Vocabulary(reading.asserted)
        reader = _Reader(guideline, reading.name, words, {**guideline.conditions, **reading.conditions})
        follows = None if reading.kinds.isdisjoint({"relation", "axiom"}) else partial(_closed_by, reading, guideline)
        if reading.kinds.isdisjoint({"rule", "axiom"}):
            found[reading.name] = reader.changed(chosen, follows)
        else:
            found[reading.name] = reader.plan(follows, chosen)
    return found


def _closed_by(reading: Reading, guideline: Guideline, cases: Graph) -> Closure:
    """Return the closure of the modules about cases by a reading, with some cases."""
    from sts_kg.closure import closure_of

    return closure_of([BytesIO(guideline.nquads_by(reading)), cases], axioms="none")


#: What facts give by a closure: the premises of each, what courses give, and what options are declined by.
_Given: TypeAlias = tuple[Mapping[Fact, tuple[Fact, ...]], tuple[CourseFinding, ...], Mapping[URIRef, tuple[Fact, ...]]]


class _Reader:
    """Reads the plan of a guideline by one reading: the words of that reading, and the conditions."""

    def __init__(
        self, guideline: Guideline, reading: str | None, words: Vocabulary, conditions: Mapping[URIRef, Condition]
    ) -> None:
        self.guideline, self.reading, self.words, self.conditions = guideline, reading, words, conditions
        self.asserted = words.asserted
        self.findings = tuple(instances(self.asserted, STS.Finding))
        self.modalities = _sorted(words.modalities)

    def changed(self, chosen: Plan, close: Callable[[Graph], Closure] | None) -> Plan:
        """Return the plan by a reading that changes conditions, relations of findings and words, and no rule.

        `close` closes cases by it, if it changes what follows from facts.
        """
        premises, courses, declined = self._given(close, chosen)
        reported = self._reported(premises)
        return replace(
            chosen,
            reading=self.reading,
            findings=self.findings,
            premises=premises,
            courses=courses,
            questions=tuple(self._questions()),
            options={
                option: replace(plan, condition=condition, declined=declined[option], reported=reported[option])
                for option, condition in self.conditions.items()
                for plan in [chosen.options[option]]
            },
        )

    def plan(self, close: Callable[[Graph], Closure] | None, chosen: Plan | None = None) -> Plan:
        """Return the plan; `close` closes cases, if other facts follow than by the chosen plan."""
        words, asserted = self.words, self.asserted
        premises, courses, declined = self._given(close, chosen)
        reported = self._reported(premises)
        marks = {thing: mark for thing, mark in words.marks.items() if isinstance(thing, URIRef)}
        labels = {mark: words.label(mark) for mark in instances(asserted, STS.Mark)}
        return Plan(
            version=self.guideline.header(OWL.versionInfo),
            reading=self.reading,
            disclaimer=self.guideline.header(STS.disclaimer),
            findings=self.findings,
            modalities=self.modalities,
            therapies=_sorted(words.therapies),
            outcomes=_sorted(words.outcomes),
            indications=_sorted(words.indications),
            purposes=_sorted(words.purposes),
            sites=_sorted(words.sites),
            premises=premises,
            courses=courses,
            options={
                option: self._option(option, condition, declined.get(option, ()), reported[option])
                for option, condition in self.conditions.items()
            },
            questions=tuple(self._questions()),
            growth=words.rule(STS.GrowthWindowRule),
            history=words.rule(STS.HistoryCompleteRule),
            given=words.rule(STS.GivenCourseRule),
            tried_by=words.rule(STS.TriedOptionsRule),
            thresholds=words.thresholds,
            numbers={number.iri: number for number in words.numbers.values()},
            kinds={therapy: words.kinds[therapy] for therapy in _sorted(words.therapies)},
            sites_of_purposes={purpose: words.sites_of_purposes[purpose] for purpose in _sorted(words.purposes)},
            marks=marks,
            mark_labels=labels,
            tried_marks=frozenset(mark for mark in labels if STS["mark-tried"] in words.broader(mark)),
        )

    # --- what facts and courses give

    def _given(self, close: Callable[[Graph], Closure] | None, chosen: Plan | None) -> _Given:
        if close is None:
            assert chosen is not None
            alone = [(finding, holds) for finding in self.findings for holds in (True, False)]
            same = {option: plan.declined for option, plan in chosen.options.items()}
            return {fact: chosen.premises.get(fact, (fact,)) for fact in alone}, chosen.courses, same
        facts: list[Fact] = [(finding, holds) for finding in self.findings for holds in (True, False)]
        facts += [(modality, True) for modality in self.modalities]
        kinds = list(_kinds_of_courses(self.words))
        graph, cases = Graph(), [URIRef(f"urn:one-fact:{n}") for n in range(len(facts) + len(kinds))]
        for case, (thing, holds) in zip(cases, facts, strict=False):
            says = STS.hasFinding if holds else STS.lacksFinding
            graph.add((case, says if thing not in self.modalities else STS.declinesModality, thing))
        for case, kind in zip(cases[len(facts) :], kinds, strict=True):
            for triple in kind.triples(case):
                graph.add(triple)
        for case in cases:
            graph.add((case, RDF.type, STS.PatientCase))
        closed = close(graph)
        had = {
            True: _objects(closed, STS.hasFinding),
            False: _objects(closed, STS.lacksFinding),
            None: _objects(closed, STS.hasDeclinedOption),
        }

        def giving(holds: bool | None, thing: Node) -> tuple[Fact, ...]:
            found = [fact for case, fact in zip(cases, facts, strict=False) if thing in had[holds].get(case, ())]
            return tuple(sorted(found, key=lambda fact: (fact != (thing, holds), facts.index(fact))))

        premises = {(finding, holds): giving(holds, finding) for finding in self.findings for holds in (True, False)}
        declined = {option: giving(None, option) for option in self.conditions}
        courses = [
            ((finding, holds), kind)
            for case, kind in zip(cases[len(facts) :], kinds, strict=True)
            for holds in (True, False)
            for finding in self.findings
            if finding in had[holds].get(case, ())
        ]
        return premises, tuple(_course_findings(courses)), declined

    # --- options

    def _reported(
        self, premises: Mapping[Fact, tuple[Fact, ...]]
    ) -> Mapping[URIRef, Mapping[URIRef, tuple[Fact, ...]]]:
        """Return for each option the marks that findings about its modality give, with the facts that do."""
        found: dict[URIRef, dict[URIRef, tuple[Fact, ...]]] = {option: {} for option in self.conditions}
        for finding, modality in sorted(self.words.marking_findings.items()):
            if mark := self.words.mark_of(finding):
                for option in found.keys() & self.words.options_of(modality):
                    before = found[option].get(mark, ())
                    found[option][mark] = tuple(dict.fromkeys((*before, *premises[finding, True])))
        return found

    def _option(
        self,
        option: URIRef,
        condition: Condition,
        declined: tuple[Fact, ...],
        reported: Mapping[URIRef, tuple[Fact, ...]],
    ) -> OptionPlan:
        words, asserted = self.words, self.asserted
        contents = words.contents.get(option)
        is_group = (option, RDF.type, STS.UmbrellaOption) in asserted
        kinds = [one for one in self.conditions if (one, STS.refines, option) in asserted] if is_group else None
        return OptionPlan(
            option=option,
            label=str(asserted.value(option, RDFS.label) or ""),
            ordinal=ordinal(asserted, option),
            condition=condition,
            tried=self._tried(contents) if contents else None,
            declined=declined,
            reported=reported,
            reports=tuple(
                report
                for report in words.reports
                if contents
                and contents.components & (words.kinds[report.therapy] if contents.is_group else {report.therapy})
            ),
            kinds=None if kinds is None else tuple(kinds),
        )

    def _tried(self, contents: Contents) -> Tried:
        kinds = self.words.kinds
        covers = [{each for each in kinds if component in kinds[each]} for component in sorted(contents.components)]
        if not self.words.rule(STS.TriedOptionsRule).needs_all:
            held = {frozenset({each}) for cover in covers for each in cover}
            return Tried(_sets(held), frozenset(), frozenset(), frozenset())
        held = {frozenset(some) for some in product(*covers) if len({*some}) == len(covers)}
        without = {each for each in kinds if kinds[each] & contents.without and each not in contents.components}
        return Tried(_sets(held), frozenset(without), contents.sites, contents.purposes)

    def _questions(self) -> Iterator[Question]:
        """Yield the questions, ranked ones first: a finding and its complement, or the alternatives of one question."""
        words, asserted = self.words, self.asserted
        asked_by = {URIRef(str(one)): URIRef(str(asked)) for one, asked in asserted.subject_objects(STS.complementOf)}
        groups = words.asked_together(self.findings)
        in_group = {finding: group for group, findings in groups.items() for finding in findings}
        found: dict[URIRef, list[URIRef]] = {}
        ranks = words.ask_ranks
        for finding in sorted(
            self.findings, key=lambda one: (ranks.get(one, len(self.findings)), ordinal(asserted, one))
        ):
            found.setdefault(in_group.get(finding, asked_by.get(finding, finding)), []).append(finding)
        for asked, findings in found.items():
            yield Question(tuple(sorted(findings, key=lambda one: one != asked)), words.question(asked))


# --- one-course cases


class _Course:
    """One kind of course: a therapy, an outcome or none, whether it counts as given, and whether it is alone."""

    def __init__(self, therapy: URIRef, outcome: URIRef | None, given: bool, alone: bool) -> None:
        self.therapy, self.outcome, self.given, self.alone = therapy, outcome, given, alone

    def triples(self, case: URIRef) -> Iterator[tuple[Node, URIRef, Node]]:
        """Yield what the facts of a case with this course are."""
        node = BNode(f"b{case.rpartition(':')[2]}")
        yield case, STS.hadCourse, node
        yield node, RDF.type, STS.TreatmentCourse
        yield node, STS.includesTherapy, self.therapy
        if self.outcome:
            yield node, STS.courseOutcome, self.outcome
        if self.given:
            yield node, RDF.type, STS.GivenCourse
        if self.alone:
            yield node, RDF.type, STS.SingleTherapyCourse

    def needs_less(self, other: _Course) -> bool:
        """Return whether whatever is such a course as the other is such a course as this one, and not the same."""
        return (
            self is not other
            and self.therapy == other.therapy
            and self.outcome in (None, other.outcome)
            and self.given <= other.given
            and self.alone <= other.alone
        )


def _kinds_of_courses(words: Vocabulary) -> Iterator[_Course]:
    outcomes = (None, *_sorted(words.outcomes))
    alone = (False, True) if STS.SingleTherapyRule in words.rules else (False,)
    for each in product(_sorted(words.therapies), outcomes, (False, True), alone):
        yield _Course(*each)


def _course_findings(found: Iterable[tuple[Fact, _Course]]) -> Iterator[CourseFinding]:
    """Yield what courses give, each with as little as is needed for it, therapies of the same effect together."""
    by_fact: dict[Fact, list[_Course]] = {}
    for fact, kind in found:
        by_fact.setdefault(fact, []).append(kind)
    for fact, kinds in by_fact.items():
        least = [kind for kind in kinds if not any(other.needs_less(kind) for other in kinds)]
        together: dict[tuple[URIRef | None, bool, bool], set[URIRef]] = {}
        for kind in least:
            together.setdefault((kind.outcome, kind.given, kind.alone), set()).add(kind.therapy)
        for (outcome, given, alone), therapies in together.items():
            yield CourseFinding(fact, frozenset(therapies), outcome, given, alone)


def _objects(closure: Closure, predicate: URIRef) -> Mapping[Node, set[Node]]:
    found = closure.match(None, predicate)
    rows: dict[Node, set[Node]] = {}
    for subject, each in zip(found.terms(found.subjects), found.terms(found.objects), strict=True):
        rows.setdefault(subject, set()).add(each)
    return rows


def _sorted(words: Mapping[str, URIRef]) -> tuple[URIRef, ...]:
    return tuple(sorted(set(words.values())))


def _sets(found: Iterable[frozenset[URIRef]]) -> tuple[frozenset[URIRef], ...]:
    return tuple(sorted(found, key=lambda some: (len(some), sorted(some))))
