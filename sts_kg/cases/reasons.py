"""Where a known finding of a case comes from, in words read off its proof, and how facts contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from rdflib import URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.cases.case import Case, Course, Derived
from sts_kg.cases.fact_rules import GROWTH_WINDOW, derived, therapies_of
from sts_kg.cases.facts import course_nodes
from sts_kg.cases.growth import clashes
from sts_kg.cases.held import held
from sts_kg.cases.options import in_reading_order
from sts_kg.cases.places import at
from sts_kg.errors import InconsistentError
from sts_kg.guideline import Guideline, short
from sts_kg.rdf import STS, compress

if TYPE_CHECKING:
    from sts_kg.closure import Closure, Proof

__all__ = ["MOST", "Reasons", "contradiction"]


#: How many courses or marks of one kind an explanation names.
MOST = 3

#: How a finding follows from another: what is known of that one, how the two are related, and the words.
_CHAINS: Mapping[tuple[Node, Node], str] = {
    (STS.hasFinding, STS.impliesFinding): "implied by {}",
    (STS.hasFinding, STS.oppositeOf): "its opposite {} holds",
    (STS.lacksFinding, STS.impliedByFinding): "it would imply {}, which does not hold",
}
_POLARITY = (STS.hasFinding, STS.lacksFinding)


def contradiction(case: Case, guideline: Guideline, closure: Closure) -> InconsistentError | None:
    """Return how the facts of a case contradict each other, as an error; None if they agree.

    It has a sentence for each finding that the case both has and lacks, and for each growth in a period that is stated
    to be without (D31). If there is neither, each sentence says which axiom the facts contradict.
    """
    both = {*held(case, STS.hasFinding, closure)} & {*held(case, STS.lacksFinding, closure)}
    grown = [f"{growth}, but {period}" for growth, period in clashes(case, guideline.vocabulary.rule(GROWTH_WINDOW))]
    if not both and not grown and not closure.n_inconsistencies:
        return None
    reasons = Reasons(case, guideline, closure)
    findings = in_reading_order(guideline.asserted, both)
    sentences = [
        f"{short(f)} holds ({reasons.of(f, True)}) and does not hold ({reasons.of(f, False)})" for f in findings
    ]
    found = [*sentences, *grown] or list(reasons.clashes())
    if not found:
        return None  # the axiom is contradicted by another case
    summary = f"{reasons.origin(findings[0], True)}; {reasons.origin(findings[0], False)}" if findings else found[0]
    once = f"({case.place.partition(', line')[0]}, line"  # the file is named once
    before, there, after = summary.partition(once)
    summary = before + there + after.replace(once, "(line")
    return InconsistentError(found, case=case.id, summary=summary)


class Reasons:
    """Where a known finding of a case comes from, in words: a file, a fact rule, or the steps of its proof."""

    def __init__(self, case: Case, guideline: Guideline, closure: Closure) -> None:
        self.case, self.asserted, self.closure = case, guideline.asserted, closure
        self.vocabulary = guideline.vocabulary
        self.courses: dict[Node, Course] = dict(zip(course_nodes(case), case.courses, strict=True))

    @cached_property
    def derived(self) -> dict[tuple[Node, bool], Derived]:
        """What the fact rules conclude for the case, by finding and whether it holds."""
        return {(fact.finding, fact.holds): fact for fact in derived(self.case, self.vocabulary)}

    def of(self, finding: Node, holds: bool) -> str:
        """Return the reason why a finding holds or does not hold."""
        if stated := self.stated(finding, holds):
            return stated
        if self.closure.stats.engine == "owlrl":
            return "derived: it follows from the axioms (owlrl gives no proof)"
        return self.of_step(self.closure.proof((self.case.iri, _POLARITY[not holds], finding)))

    def origin(self, finding: Node, holds: bool) -> str:
        """Return in a few words what a case file says by which a finding holds or does not."""
        if self.closure.stats.engine == "owlrl" and not self.stated(finding, holds):
            return f"{short(URIRef(str(finding)))} is {'yes' if holds else 'no'}"
        steps = [self.closure.proof((self.case.iri, _POLARITY[not holds], finding))]
        while steps:
            step = steps.pop(0)
            if self.is_about_finding(step):
                found, yes = step.triple[2], step.triple[1] == STS.hasFinding
                for given in self.case.given:
                    if given.finding == found and given.holds is yes:
                        return f"{short(given.finding)} is {'yes' if yes else 'no'}" + at(given.place)
                if fact := self.derived.get((found, yes)):
                    place = fact.courses[0].place if fact.courses else self.case.place
                    return f"{_name(step)} is {'yes' if yes else 'no'} by the rule {self.label(fact.rule)}" + at(place)
            if course := next((self.courses[term] for term in step.triple if term in self.courses), None):
                return f"a course of {therapies_of(course)}" + at(course.place)
            for declined in self.case.declines:
                if step.triple == (self.case.iri, STS.declinesModality, declined.modality):
                    return f"declines {short(declined.modality)}" + at(declined.place)
            steps += step.premises
        return self.label(finding)

    def clashes(self) -> Iterator[str]:
        """Yield a sentence for each axiom that the facts of the case contradict."""
        for found in self.closure.inconsistencies:
            if not {self.case.iri, *self.courses}.isdisjoint(found.terms):
                proved = self.closure.stats.engine != "owlrl"
                yield found.message + (f": {self.evidence(self.closure.proof_of(found))}" if proved else "")

    def of_step(self, step: Proof) -> str:
        """Return the reason of a step of a proof that concludes that a finding of the case holds or does not."""
        if stated := self.stated(step.triple[2], step.triple[1] == STS.hasFinding):
            return stated
        if step.rule is None:
            return f"stated in {compress(str(step.source))}"
        for before, link in pairwise(step.premises):
            chain = _CHAINS.get((before.triple[1], link.triple[1])) if self.is_about_finding(before) else None
            if chain and (link.triple[0], link.triple[2]) == (before.triple[2], step.triple[2]):
                return f"derived: {chain.format(_name(before))}, {self.of_step(before)}"
        return f"derived: {self.evidence(step)}"

    def stated(self, finding: Node, holds: bool) -> str:
        """Return where a file or a fact rule says so; empty if neither does."""
        for given in self.case.given:
            if given.finding == finding and given.holds is holds:
                return f"given: {given.place}"
        fact = self.derived.get((finding, holds))
        if fact is None:
            return ""
        said = f"derived by the rule {self.label(fact.rule)}"
        if fact.number is not None:
            threshold = next(one for one in self.vocabulary.thresholds if one.rule == fact.rule)
            of, value = fact.number
            number = self.vocabulary.number(of)
            assert number is not None, "a rule compares a number of a case"
            return f"{said}, {threshold}, from the {number.said(value)}"
        rests = [f"course of {therapies_of(course)}, {course.place}" for course in fact.courses[:MOST]]
        if len(fact.courses) > MOST:
            rests.append(f"{len(fact.courses) - MOST} more")
        if fact.growth is not None:
            rests.append(f"growth {fact.growth.when}" + (f", {fact.growth.place}" if fact.growth.place else ""))
        return said + (f" from the {'; '.join(rests)}" if rests else "")

    def is_about_finding(self, step: Proof) -> bool:
        """Return whether a step concludes that a finding of the case holds or does not."""
        return len(step.triple) == 3 and step.triple[0] == self.case.iri and step.triple[1] in _POLARITY

    def evidence(self, step: Proof) -> str:
        """Return what a proof says of the case beneath its axioms: findings, courses and other facts."""
        courses: dict[Node, list[str]] = {}
        others: list[str] = []
        for subject, said in self.clauses(step.premises, set()):
            clauses = courses.setdefault(subject, []) if subject in self.courses else others
            if said and said not in clauses:
                clauses.append(said)
        shown = [
            " ".join(
                filter(None, ["a recorded course", course.place and f"({course.place})", " and ".join(courses[node])])
            )
            for node, course in self.courses.items()
            if node in courses
        ]
        return "; and ".join([*others, *shown]) or "it holds for every case"

    def clauses(self, steps: Iterable[Proof], seen: set[tuple[Node, ...]]) -> Iterator[tuple[Node, str]]:
        """Yield what proofs say of the case and its courses, each with its subject, in the order of the proof.

        A step is walked once, though many others rest on it; `seen` holds the triples so far.
        """
        for step in steps:
            if step.triple in seen or {self.case.iri, *self.courses}.isdisjoint(step.triple):
                continue  # the others are axioms, and what a list holds
            seen.add(step.triple)
            if self.is_about_finding(step):
                verb = "holds" if step.triple[1] == STS.hasFinding else "does not hold"
                yield self.case.iri, f"{_name(step)} {verb}, {self.of_step(step)}"
            elif step.rule is None:
                yield from self.fact(*step.triple)
            elif step.rule == "cls-svf1":  # its last premises: something is related to a value, which is in a class
                held, kind = step.premises[-2:]
                found = [*self.clauses([held], seen)]
                if found and found[-1][1] and not self.is_about_finding(held):
                    subject, said = found.pop()
                    found.append((subject, ", ".join([said, *self.kinds(kind)])))
                yield from found
                yield from self.clauses([kind], seen)
            else:
                yield from self.clauses(step.premises, seen)

    def fact(self, subject: Node, predicate: Node, value: Node) -> Iterator[tuple[Node, str]]:
        """Yield what a given triple says, with the case or the course that it is about; nothing of a type."""
        if value in self.courses:
            yield value, ""
        elif subject in self.courses:
            yield subject, "" if predicate == RDF.type else self.said_of_course(predicate, value)
        elif predicate == STS.declinesModality:
            places = (declined.place for declined in self.case.declines if declined.modality == value)
            yield subject, f"{self.label(value)} is declined" + at(next(places, ""))
        elif predicate != RDF.type:
            yield subject, f"its {self.label(predicate)} is {self.label(value)}"

    def said_of_course(self, predicate: Node, value: Node) -> str:
        """Return in words what a triple says of a course."""
        if predicate == STS.includesTherapy:
            return f"includes {self.label(value)}"
        if predicate == STS.courseOutcome:
            return f"has the outcome “{self.label(value)}”"
        return f"has the {self.label(predicate)} {self.label(value)}"

    def kinds(self, step: Proof) -> Iterator[str]:
        """Yield in words the named classes and the values by which a therapy is in the class of an axiom."""
        thing, predicate, value = step.triple
        if predicate == RDF.type and isinstance(value, URIRef):
            if isinstance(thing, URIRef) and value != OWL.Thing:
                yield f"a {self.label(value)}"
        elif step.rule is None and predicate != RDF.type:
            yield f"with the {self.label(predicate)} {self.label(value)}"
        else:
            for premise in step.premises:
                if premise.triple[0] == thing:
                    yield from self.kinds(premise)

    def label(self, thing: Node) -> str:
        """Return the label of a term, or else its CURIE."""
        return str(self.asserted.value(thing, RDFS.label) or compress(str(thing)))


def _name(step: Proof) -> str:
    return short(URIRef(str(step.triple[2])))
