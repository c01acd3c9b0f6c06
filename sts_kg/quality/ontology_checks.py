"""The checks of the ontology that are functions: each yields what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, RDFS, SKOS
from rdflib.term import Node

from sts_kg.closure import closure_of
from sts_kg.errors import InconsistentError, ParseError
from sts_kg.guideline import (
    CUES,
    Alternative,
    Condition,
    Conjunction,
    Guideline,
    Leaf,
    alternatives,
    leaf_parts,
    not_met,
)
from sts_kg.links import read as read_mappings
from sts_kg.links import to_graph
from sts_kg.quality.violation import Violation
from sts_kg.rdf import STS, ChangedGraph, compress, local, parse, read, read_text

__all__ = ["CHECKS", "MOST_WORDS", "with_readings"]

#: A cue, and any run of words shared with the page, has at most this many words (`docs/modelling.md`).
MOST_WORDS = 8


def _inconsistent(guideline: Guideline) -> Iterator[Violation]:
    """Find contradictions in what the ontology asserts and entails."""
    try:
        _ = guideline.closure
    except InconsistentError as error:
        for sentence in error.contradictions:
            yield Violation("inconsistent", compress(guideline.iri), sentence, "an axiom or a fact must go")


def _without_effect(guideline: Guideline) -> Iterator[Violation]:
    """Find literals that are not valid for their datatype, and axioms whose lists no rule can read."""
    try:
        warnings = guideline.closure.warnings
    except InconsistentError:
        return
    for warned in warnings:
        remedy = "write a form that the datatype has, or a list in parentheses"
        yield Violation("without-effect", compress(guideline.iri), f"{warned.kind}: {warned.message}", remedy)


def _contradicts_standards(guideline: Guideline) -> Iterator[Violation]:
    """Find contradictions with what SKOS, PROV-O and Dublin Core publish, all mappings of the ontology loaded."""
    try:
        _ = guideline.closure
    except InconsistentError:  # which a check reports; what follows from a contradiction means nothing
        return
    graph = guideline.asserted + read(Path(__file__).with_name("published.ttl"))
    for path in sorted((guideline.folder / "mappings").glob("*.sssom.tsv")):
        graph += to_graph(read_mappings(path))
    for found in closure_of(graph, axioms="none").inconsistencies:
        remedy = "constrain no term of a standard, and use each as it is published (sts_kg/quality/published.ttl)"
        yield Violation("contradicts-standards", compress(guideline.iri), str(found), remedy)


def _not_met_stale(guideline: Guideline) -> Iterator[Violation]:
    """Find out whether not-met.ttl is still what findings, options and conditions.ttl give."""
    try:
        fresh = parse(not_met(guideline.asserted, guideline.iri))
    except ValueError as error:
        yield Violation("not-met-stale", "not-met.ttl", f"cannot be generated: {error}", "fix conditions.ttl")
        return
    if not isomorphic(fresh, guideline.modules["not-met"]):
        message = "is not what findings, options and conditions.ttl give"
        yield Violation("not-met-stale", "not-met.ttl", message, "generate it again with `make docs`")


def _parts_unlike_axiom(guideline: Guideline) -> Iterator[Violation]:
    """Compare the parts of a recommendation with the leaves of its axiom, and the alternatives with its unions."""
    graph = guideline.asserted
    for recommendation, option in graph.subject_objects(STS.recommendsOption):
        condition = guideline.conditions.get(URIRef(str(option)))
        parts = list(graph.objects(recommendation, STS.hasConditionPart))
        groups: dict[object, set[object]] = {}
        stated = set[Leaf]()
        for part in parts:
            findings = [URIRef(str(finding)) for finding in graph.objects(part, STS.onFinding)]
            groups.setdefault(graph.value(part, STS.inAlternatives), set()).update(findings)
            stated |= {Leaf(finding, (part, STS.asksAbsence, Literal(True)) not in graph) for finding in findings}
        wanted = set(leaf_parts(condition)) if condition is not None else set()
        subject = compress(str(recommendation))
        if wanted != stated or len(parts) != len(stated):
            said, meant = (", ".join(sorted(map(_said, each))) or "nothing" for each in (stated, wanted))
            remedy = "write one part for each finding of the condition; sts:asksAbsence true for an exclusion"
            yield Violation(
                "parts-unlike-axiom", subject, f"its parts are on {said}, its condition is over {meant}", remedy
            )
        else:
            groups_of = alternatives(condition) if condition is not None else []
            unions = {frozenset(leaf.finding for leaf in each) for each in groups_of}
            grouped = {frozenset(findings) for group, findings in groups.items() if group is not None}
            if unions != grouped:
                message = "its alternatives (sts:inAlternatives) are not those of its condition"
                yield Violation(
                    "parts-unlike-axiom",
                    subject,
                    message,
                    "write one group of parts for each “or” of the condition that is in no other (owl:unionOf)",
                )


def _alternatives(condition: Condition | None) -> Iterator[Alternative]:
    if isinstance(condition, Alternative):
        yield condition
    if isinstance(condition, Conjunction | Alternative):
        for part in condition.parts:
            yield from _alternatives(part)


def _condition_odd(guideline: Guideline) -> Iterator[Violation]:
    """Find conditions that ask for opposites, or for what another part implies and the source does not state."""
    graph = guideline.asserted
    for option, condition in guideline.conditions.items():
        parts = condition.parts if isinstance(condition, Conjunction) else (condition,)
        required = [part for part in parts if isinstance(part, Leaf)]
        groups = [(required, "required"), *(([*leaf_parts(a)], "alternatives") for a in _alternatives(condition))]
        said = {*_stated(graph, option)}
        for found, kind in groups:
            for one in found:
                reached = _reached(graph, one)
                for other in found:
                    if other != one and other in reached and (kind == "alternatives" or other.finding not in said):
                        message = f"{_said(one)} implies {_said(other)}, and both are {kind}"
                        yield Violation("condition-odd", compress(option), message, "one of the two is superfluous")
                    excluded = Leaf(other.finding, not other.holds) in reached and (one.holds or not other.holds)
                    if kind == "required" and excluded:
                        message = f"{_said(one)} and {_said(other)} exclude each other, and both are required"
                        yield Violation("condition-odd", compress(option), message, "no case can meet it")


def _stated(graph: Graph, option: URIRef) -> Iterator[Node]:
    """Yield the findings that the source itself states in the condition of an option."""
    for recommendation in graph.subjects(STS.recommendsOption, option):
        for part in graph.objects(recommendation, STS.hasConditionPart):
            if (part, STS.hasBasis, STS["basis-stated"]) in graph:
                yield from graph.objects(part, STS.onFinding)


def _reached(graph: Graph, leaf: Leaf) -> set[Leaf]:
    """Return what a leaf implies, itself with it."""
    if not leaf.holds:
        lacked = list(graph.transitive_subjects(STS.impliesFinding, leaf.finding))
        had = [Leaf(URIRef(str(other))) for finding in lacked for other in graph.objects(finding, STS.complementOf)]
        return {Leaf(URIRef(str(f)), False) for f in lacked} | {each for one in had for each in _reached(graph, one)}
    implied = list(graph.transitive_objects(leaf.finding, STS.impliesFinding))
    excluded = [other for finding in implied for other in graph.objects(finding, STS.oppositeOf)]
    return {Leaf(URIRef(str(f))) for f in implied} | {Leaf(URIRef(str(f)), False) for f in excluded}


def _said(leaf: Leaf) -> str:
    return ("" if leaf.holds else "not ") + _names([leaf.finding])


def _cue_too_long(guideline: Guideline) -> Iterator[Violation]:
    """Find cues of more than eight words."""
    for predicate in CUES:
        for subject, cue in guideline.asserted.subject_objects(predicate):
            if len(str(cue).split()) > MOST_WORDS:
                message = f"the cue “{cue}” has {len(str(cue).split())} words"
                yield Violation("cue-too-long", compress(str(subject)), message, f"at most {MOST_WORDS} words")


def _dishonest(guideline: Guideline) -> Iterator[Violation]:
    """Find texts that say more than the source does; decisions and verdicts may name what they reject."""
    graph = with_readings(guideline)
    spoken = (
        RDFS.label,
        SKOS.definition,
        SKOS.altLabel,
        SKOS.scopeNote,
        RDFS.comment,
        STS.gist,
        STS.question,
        STS.nounPhrase,
    )
    for predicate in spoken:
        for subject, text in graph.subject_objects(predicate):
            free = not {STS.Decision, STS.Verdict}.isdisjoint(graph.objects(subject, RDF.type))
            if free or not str(subject).startswith(guideline.base):
                continue
            for what, pattern in guideline.forbidden_words.items():
                if match := pattern.search(str(text)):
                    message = f"“{match.group()}” is {what}, which the source does not give"
                    yield Violation("dishonest", compress(str(subject)), message, "say only what the source says")


def _released_lost(guideline: Guideline) -> Iterator[Violation]:
    """Find IRIs of `released.txt` that are not terms any more; a deprecated term still is one."""
    listed = guideline.folder / "released.txt"
    known = {str(subject) for subject in guideline.asserted.subjects()}
    for line in read_text(listed).splitlines() if listed.exists() else ():
        name = line.strip()
        if name and not name.startswith("#") and guideline.base + name not in known:
            message = "was released and is gone"
            remedy = "keep it with owl:deprecated true and dcterms:isReplacedBy"
            yield Violation("released-lost", f"{guideline.prefix}:{name}", message, remedy)


def with_readings(guideline: Guideline) -> Graph:
    """Return the ontology with what its readings add; without them, if one of them does not fit."""
    added = Graph()
    try:
        for reading in guideline.readings.values():
            for triple in reading.asserted.added:
                added.add(triple)
    except ParseError:  # which a check reports
        return guideline.asserted
    return ChangedGraph(guideline.asserted, frozenset(), added)


def _reading_unfit(guideline: Guideline) -> Iterator[Violation]:
    """Find readings that cannot be read, remove what is not there, or change nothing but words; and idle files."""
    folder = guideline.folder / "readings"
    try:
        known = guideline.readings
    except ParseError as error:
        yield Violation("reading-unfit", Path(str(error.path)).name, error.reason, "what the ontology says today")
        return
    for reading in known.values():
        if reading.kinds <= {"words"}:
            yield Violation("reading-unfit", reading.name, "changes no answer", "an axiom that it removes or adds")
    decisions = {f"{local(reading.decision)}.trig" for reading in known.values()}
    for path in sorted(folder.glob("*")):
        if path.name not in decisions:
            yield Violation("reading-unfit", path.name, "belongs to no reading", "a sts:Reading in readings.ttl")


#: The checks of the ontology that are functions, by id.
CHECKS: Mapping[str, Callable[[Guideline], Iterator[Violation]]] = {
    "inconsistent": _inconsistent,
    "without-effect": _without_effect,
    "contradicts-standards": _contradicts_standards,
    "not-met-stale": _not_met_stale,
    "parts-unlike-axiom": _parts_unlike_axiom,
    "condition-odd": _condition_odd,
    "cue-too-long": _cue_too_long,
    "dishonest": _dishonest,
    "released-lost": _released_lost,
    "reading-unfit": _reading_unfit,
}


def _names(findings: Iterable[object]) -> str:
    return ", ".join(sorted(local(str(finding)).removeprefix("finding-") for finding in findings)) or "nothing"
