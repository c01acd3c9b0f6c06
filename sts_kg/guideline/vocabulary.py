"""What code reads from a guideline: the words of case files, and what findings, therapies, options and rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.guideline.numbers import Number, bound_of, numbers_of, written
from sts_kg.rdf import STS, compress, local

__all__ = ["Contents", "CourseRule", "Report", "Threshold", "Vocabulary", "short"]

_PREFIXES = ("finding-", "modality-", "outcome-", "indication-", "intent-", "site-")


#: What tables of cases and the form of a case have by name, beside findings.
_TAKEN = ("case", "label", "as-of", "history-complete", "declines", "reading", "set", "do", "note")


@dataclass(frozen=True)
class Threshold:
    """A fact rule that compares a number of a case: it holds from `at_least` to `at_most`, both included."""

    rule: URIRef
    compares: URIRef
    finding: URIRef
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    def holds(self, number: int | Decimal) -> bool:
        """Return whether a number is within the bounds."""
        return (self.at_least is None or self.at_least <= number) and (self.at_most is None or number <= self.at_most)

    def __str__(self) -> str:
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{word} {written(bound)}" for word, bound in bounds if bound is not None)


@dataclass(frozen=True)
class Contents:
    """What an option consists of: its components, what it is given without, and the site and purpose that decide.

    A component is covered by itself or a kind of it.
    """

    is_group: bool
    components: frozenset[URIRef]
    without: frozenset[URIRef]
    sites: frozenset[URIRef]
    purposes: frozenset[URIRef]


@dataclass(frozen=True)
class CourseRule:
    """What a fact rule says of courses: which it looks at, and the parameters by which it judges them.

    It looks at courses with one of `therapies` (with any, if None) that are for none of `indications`, and not those
    with `disregards` only. A rule that the guideline does not have concludes nothing, and looks at all courses; its
    `iri` is None.
    """

    iri: URIRef | None = None
    concludes: URIRef | None = None
    therapies: frozenset[URIRef] | None = None
    disregards: frozenset[URIRef] = frozenset()
    indications: frozenset[URIRef] = frozenset()
    concludes_absence: bool = False
    counts_from_start: bool = False
    growth_is_of_course: bool = False
    needs_over: bool = True
    needs_all: bool = True


@dataclass(frozen=True)
class Report:
    """A finding that says that a therapy was given, and with which outcome."""

    finding: URIRef
    therapy: URIRef
    outcome: URIRef


@dataclass(frozen=True)
class Vocabulary:
    """The words of case files (short name or id to IRI), and what findings, options and rules say of them."""

    asserted: Graph

    @cached_property
    def ontology(self) -> URIRef | None:
        """The ontology whose words they are; None if the graph has no header (`owl:imports`)."""
        return next((iri for iri in self.asserted.subjects(OWL.imports) if isinstance(iri, URIRef)), None)

    @cached_property
    def findings(self) -> dict[str, URIRef]:
        """Short names (`stage4-sts`) and ids (`finding-stage4-sts`) of the findings.

        Raises
        ------
        ParseError
            A finding has the name of something else that a table of cases or the form of a case has.
        """
        found = self._words(STS.Finding, "finding-")
        if taken := [iri for name, iri in found.items() if name in _TAKEN]:
            reason = f"the finding {compress(taken[0])} has the name of a column or field of cases"
            raise ParseError(f"{reason}; give it another local name than {', '.join(_TAKEN)}")
        return found

    @cached_property
    def therapies(self) -> dict[str, URIRef]:
        """Names of the therapies (`doxorubicin`, `surgery`)."""
        return self._words(STS.Therapy, "")

    @cached_property
    def outcomes(self) -> dict[str, URIRef]:
        """Short names and ids of the outcomes of a course (`did-not-work`)."""
        return self._words(STS.Outcome, "outcome-")

    @cached_property
    def modalities(self) -> dict[str, URIRef]:
        """Short names and ids of the modalities (`surgery`, `modality-surgery`)."""
        return self._words(STS.Modality, "modality-")

    @cached_property
    def options(self) -> dict[str, URIRef]:
        """Short names and ids of the options (`pazopanib`, `option-pazopanib`)."""
        return self._words(STS.TreatmentOption, "option-")

    @cached_property
    def indications(self) -> dict[str, URIRef]:
        """Short names and ids of what a course can be for (`another-cancer`)."""
        return self._words(STS.Indication, "indication-")

    @cached_property
    def purposes(self) -> dict[str, URIRef]:
        """Short names and ids of the intents (`symptom-relief`)."""
        return self._words(STS.Intent, "intent-")

    @cached_property
    def sites(self) -> dict[str, URIRef]:
        """Short names and ids of the sites (`lungs`)."""
        return self._words(STS.Site, "site-")

    @cached_property
    def implied(self) -> dict[URIRef, frozenset[URIRef]]:
        """Each finding to itself and what it implies (`sts:impliesFinding`)."""
        findings = self.findings.values()
        return {finding: _iris(self.asserted.transitive_objects(finding, STS.impliesFinding)) for finding in findings}

    @cached_property
    def kinds(self) -> dict[URIRef, frozenset[URIRef]]:
        """Each therapy to itself and what it is a kind of (`sts:kindOf`)."""
        found = {}
        for therapy in self.therapies.values():
            found[therapy] = _iris(self.asserted.transitive_objects(therapy, STS.kindOf))
        return found

    @cached_property
    def contents(self) -> dict[URIRef, Contents]:
        """What each option with a component consists of."""
        options = sorted(_iris(self.asserted.subjects(STS.hasComponent)))
        return {
            option: Contents(
                (option, RDF.type, STS.UmbrellaOption) in self.asserted,
                *(
                    _iris(self.asserted.objects(option, predicate))
                    for predicate in (STS.hasComponent, STS.givenWithout, STS.targetsSite, STS.forPurpose)
                ),
            )
            for option in options
        }

    @cached_property
    def sites_of_purposes(self) -> dict[URIRef, frozenset[URIRef]]:
        """Each purpose to the sites that it is about (`sts:purposeSite`)."""
        purposes = self.purposes.values()
        return {purpose: _iris(self.asserted.objects(purpose, STS.purposeSite)) for purpose in purposes}

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        """The findings that report a therapy and its outcome, sorted by IRI."""
        return tuple(
            Report(URIRef(str(finding)), URIRef(str(therapy)), URIRef(str(outcome)))
            for finding, therapy in sorted(self.asserted.subject_objects(STS.reportsTherapy))
            for outcome in self.asserted.objects(finding, STS.reportsOutcome)
        )

    def mark_of(self, thing: Node) -> URIRef | None:
        """Return the mark that an outcome or a finding gives to options; None if it gives none."""
        return self.marks.get(thing)

    @cached_property
    def marks(self) -> Mapping[Node, URIRef]:
        """Each outcome and finding that marks options (`sts:marksAs`), to its mark."""
        pairs = self.asserted.subject_objects(STS.marksAs)
        return {thing: mark for thing, mark in pairs if isinstance(mark, URIRef)}

    def label(self, thing: Node) -> str:
        """Return the label of a term; empty if it has none."""
        if thing not in self._labels:
            self._labels[thing] = str(self.asserted.value(thing, RDFS.label) or "")
        return self._labels[thing]

    @cached_property
    def _labels(self) -> dict[Node, str]:
        return {}

    def broader(self, concept: Node) -> frozenset[URIRef]:
        """Return a concept with all that are broader (`skos:broader`)."""
        if concept not in self._broader:
            self._broader[concept] = _iris(self.asserted.transitive_objects(concept, SKOS.broader))
        return self._broader[concept]

    @cached_property
    def _broader(self) -> dict[Node, frozenset[URIRef]]:
        return {}

    def options_of(self, modality: URIRef) -> tuple[URIRef, ...]:
        """Return the options of a modality and of narrower ones, sorted by IRI."""
        narrower = self.asserted.transitive_objects(modality, SKOS.narrower)
        return tuple(sorted(_iris(o for one in narrower for o in self.asserted.subjects(STS.hasModality, one))))

    @cached_property
    def marking_findings(self) -> dict[URIRef, URIRef]:
        """Each finding that marks the options of a modality (`sts:marksOptionsOf`), to that modality."""
        pairs = self.asserted.subject_objects(STS.marksOptionsOf)
        return {URIRef(str(finding)): URIRef(str(modality)) for finding, modality in pairs}

    @cached_property
    def declining_findings(self) -> dict[URIRef, URIRef]:
        """Each finding that, by an axiom of `conditions.ttl`, is to decline a modality, to that modality."""
        found = {}
        for restriction in self.asserted.subjects(OWL.onProperty, STS.declinesModality):
            for cases in self.asserted.subjects(OWL.equivalentClass, restriction):
                for definition in self.asserted.objects(cases, OWL.equivalentClass):
                    if (definition, OWL.onProperty, STS.hasFinding) in self.asserted:
                        finding = URIRef(str(self.asserted.value(definition, OWL.hasValue)))
                        found[finding] = URIRef(str(self.asserted.value(restriction, OWL.hasValue)))
        return found

    def question(self, thing: URIRef | None) -> str:
        """Return the question by which a finding, alternatives, or what a fact rule needs are asked for, or nothing."""
        return str(self.asserted.value(thing, STS.question) or "") if thing is not None else ""

    @cached_property
    def growth(self) -> str:
        """What dates of growth are dates of, such as growth of the sarcoma: the noun phrase of the growth rule."""
        rule = self.rule(STS.GrowthWindowRule).iri
        return str((rule is not None and self.asserted.value(rule, STS.nounPhrase)) or "growth")

    def asked_together(self, findings: Iterable[URIRef]) -> dict[URIRef, frozenset[URIRef]]:
        """Return which of some findings are choices of one question: the alternatives to at least two findings.

        Those with an exclusion among them are not.
        """
        wanted, found = frozenset(findings), {}
        for group in sorted(_iris(self.asserted.subjects(RDF.type, STS.Alternatives))):
            parts = set(self.asserted.subjects(STS.inAlternatives, group))
            if any((part, STS.asksAbsence, None) in self.asserted for part in parts):
                continue  # a yes to any of them would not be of one meaning
            choices = wanted & _iris(
                finding for part in parts for finding in self.asserted.objects(part, STS.onFinding)
            )
            if self.question(group) and len(choices) > 1:
                found[group] = choices
        return found

    @cached_property
    def ask_ranks(self) -> dict[URIRef, int]:
        """Each finding that is asked for before all others, to its place amongst them (`sts:askRank`)."""
        return {URIRef(str(finding)): int(str(rank)) for finding, rank in self.asserted.subject_objects(STS.askRank)}

    @cached_property
    def suggestions(self) -> tuple[tuple[URIRef, int, URIRef], ...]:
        """The outcomes that suggest a finding: outcome, how many courses with it are needed, and finding; sorted."""
        needed = ((1, STS.suggestsFinding), (2, STS.suggestsFindingIfSeveral))
        pairs = ((count, *pair) for count, predicate in needed for pair in self.asserted.subject_objects(predicate))
        return tuple(sorted((URIRef(str(outcome)), count, URIRef(str(finding))) for count, outcome, finding in pairs))

    @cached_property
    def rules(self) -> Mapping[URIRef, CourseRule]:
        """Each kind of fact rule that the guideline has one of, such as `sts:GrowthWindowRule`, to the rule.

        Raises
        ------
        ParseError
            There are several rules of one kind.
        """
        found = {}
        for kind in sorted(_iris(self.asserted.subjects(RDFS.subClassOf, STS.FactRule))):
            if rules := sorted(_iris(self.asserted.subjects(RDF.type, kind))):
                if len(rules) > 1:
                    named = " and ".join(map(compress, rules))
                    raise ParseError(f"has several rules of the kind {compress(kind)}, {named}; one is expected")
                found[kind] = self._course_rule(rules[0])
        return found

    def rule(self, kind: URIRef) -> CourseRule:
        """Return what the rule of a kind says of courses; one that the guideline does not have concludes nothing."""
        return self.rules.get(kind, CourseRule())

    def _course_rule(self, rule: URIRef) -> CourseRule:
        regarded = list(self.asserted.objects(rule, STS.regardsCourse))
        return CourseRule(
            iri=rule,
            concludes=self.concluded_by(rule),
            therapies=frozenset().union(*map(self._therapies_of, regarded)) if regarded else None,
            disregards=_iris(self.asserted.objects(rule, STS.disregardsTherapy)),
            indications=_iris(self.asserted.objects(rule, STS.disregardsIndication)),
            concludes_absence=self._says(rule, STS.concludesAbsence),
            counts_from_start=(rule, STS.countsFrom, STS.courseStart) in self.asserted,
            growth_is_of_course=(rule, STS.comparesGrowthOf, STS.TreatmentCourse) in self.asserted,
            needs_over=self._says(rule, STS.needsCourseOver),
            needs_all=self._says(rule, STS.needsAllComponents),
        )

    def _says(self, rule: URIRef, predicate: URIRef) -> bool:
        return (rule, predicate, Literal(True)) in self.asserted

    def _therapies_of(self, courses: Node) -> frozenset[URIRef]:
        """Return the therapies that make a course one of a class, by the axioms of `conditions.ttl`."""
        found: set[URIRef] = set()
        for expression in self.asserted.subjects(RDFS.subClassOf, courses):
            if (expression, OWL.onProperty, STS.includesTherapy) in self.asserted:
                found.update(t for t in self.asserted.objects(expression, OWL.hasValue) if isinstance(t, URIRef))
                for kind in self.asserted.objects(expression, OWL.someValuesFrom):
                    found.update(self._members(kind))
        return frozenset(found)

    @cached_property
    def numbers(self) -> Mapping[str, Number]:
        """The numbers that a case may record, by their keys (`tumour_count`), as `numbers_of` reads them.

        Raises
        ------
        ParseError
            A property of cases that has numbers cannot be used so.
        """
        return numbers_of(self.asserted, self.findings)

    def number(self, of: URIRef) -> Number | None:
        """Return the number of a property; None if it is not a number of a case."""
        return next((number for number in self.numbers.values() if number.iri == of), None)

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The fact rules that compare a number, sorted by IRI.

        Raises
        ------
        ParseError
            A rule has no bound or no finding, a bound is not a number, or no case has a number of that property.
        """
        pairs = sorted(self.asserted.subject_objects(STS.comparesProperty))
        return tuple(self._threshold(URIRef(str(rule)), URIRef(str(compares))) for rule, compares in pairs)

    @cached_property
    def compared(self) -> Mapping[URIRef, Number]:
        """The number that decides a finding by a fact rule, by that finding; not if there are several for one."""
        several = Counter(finding for finding, _ in {(each.finding, each.compares) for each in self.thresholds})
        found = ((each.finding, self.number(each.compares)) for each in self.thresholds)
        return {finding: number for finding, number in found if number is not None and several[finding] == 1}

    def _threshold(self, rule: URIRef, compares: URIRef) -> Threshold:
        given = {bound: list(self.asserted.objects(rule, bound)) for bound in (STS.atLeast, STS.atMost)}
        finding, name = self.concluded_by(rule), f"the fact rule {compress(rule)}"
        if self.number(compares) is None:
            raise ParseError(f"{name} compares {compress(compares)}, which is not a number of a case")
        if finding is None:
            raise ParseError(f"{name} concludes nothing: sts:concludesFinding is missing")
        if not any(given.values()) or any(len(values) > 1 for values in given.values()):
            raise ParseError(f"{name} needs one value of sts:atLeast, of sts:atMost, or one of each")
        bounds = [bound_of(values[0], f"{name} has the bound") if values else None for values in given.values()]
        return Threshold(rule, compares, finding, *bounds)

    def concluded_by(self, rule: URIRef) -> URIRef | None:
        """Return the finding that a fact rule concludes; None if the guideline does not have the rule."""
        finding = self.asserted.value(rule, STS.concludesFinding)
        return finding if isinstance(finding, URIRef) else None

    def _members(self, kind: Node) -> Iterator[URIRef]:
        for below in self.asserted.transitive_subjects(RDFS.subClassOf, kind):
            yield from (m for m in self.asserted.subjects(RDF.type, below) if isinstance(m, URIRef))

    def _words(self, kind: URIRef, prefix: str) -> dict[str, URIRef]:
        words: dict[str, URIRef] = {}
        for iri in sorted(set(self._members(kind))):
            words[local(iri)] = iri
            words.setdefault(local(iri).removeprefix(prefix), iri)
        return words


def short(thing: URIRef) -> str:
    """Return the name of a finding, therapy, modality, outcome, site or purpose, as case files and answers use it.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> short(STS["finding-unresectable"]), short(STS["modality-surgery"]), short(STS.doxorubicin)
    ('unresectable', 'surgery', 'doxorubicin')
    """
    name = local(thing)
    return next((name.removeprefix(each) for each in _PREFIXES if name.startswith(each)), name)


def _iris(nodes: Iterable[Node | None]) -> frozenset[URIRef]:
    return frozenset(node for node in nodes if isinstance(node, URIRef))
