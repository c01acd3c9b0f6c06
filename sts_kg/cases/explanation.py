"""Why an option has its status for a case: what is known and from where, what is not needed, what to ask, the source.

Also the sentences for contradictory facts: which finding holds and does not, and where each side came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.cases.case import Case, Course, derived, hints
from sts_kg.cases.options import Answer, in_reading_order, short
from sts_kg.guideline import Segment, Vocabulary, segment
from sts_kg.rdf import STS, compress, local

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["WORDING", "Explanation", "contradictions", "explain"]

#: D25: the only wording for an option whose condition is known not to hold.
WORDING = {
    "met": "the condition that the source states is met",
    "not-met": "the source does not describe this option for this situation",
    "undetermined": "the source’s condition is neither met nor ruled out by what is known",
}


@dataclass(frozen=True)
class Explanation:
    """An answer with its reasons, each ready to be shown; `str()` gives the whole as plain text."""

    answer: Answer
    known: tuple[tuple[str, bool, str], ...]
    not_needed: tuple[tuple[str, str], ...]
    to_ask: tuple[tuple[str, str], ...]
    consequence: str
    segments: tuple[Segment, ...]
    cues: tuple[str, ...]
    decisions: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
    disclaimer: str

    def as_dict(self) -> dict[str, object]:
        """Return the explanation as plain values: the answer's keys, and `explanation` with the reasons."""
        answer = self.answer
        plain = answer.as_dict() | {
            "met_if_all_yes": [sorted(map(short, needed)) for needed in answer.met_if if all(needed.values())],
            "not_met_if_all_no": [sorted(map(short, needed)) for needed in answer.unmet_if if not any(needed.values())],
        }
        if not _is_uniform(answer):  # the condition has an exclusion
            plain |= {
                "met_if": [{short(f): yes for f, yes in needed.items()} for needed in answer.met_if],
                "not_met_if": [{short(f): yes for f, yes in needed.items()} for needed in answer.unmet_if],
            }
        return plain | {
            "explanation": {
                "wording": WORDING[answer.status],
                "known": [{"finding": f, "holds": holds, "because": why} for f, holds, why in self.known],
                "not_needed": [{"finding": f, "because": why} for f, why in self.not_needed],
                "consequence": self.consequence,
                "source": [
                    {"segment": s.id, "start": s.start, "end": s.end, "line": s.line, "gist": s.gist}
                    | ({"text": s.text} if s.text is not None else {})
                    for s in self.segments
                ],
                "cues": list(self.cues),
                "interpretation": [{"decision": d, "says": says, "not_chosen": alt} for d, says, alt in self.decisions],
                "notes": list(self.notes),
                "disclaimer": self.disclaimer,
            },
        }

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield heading and text of each paragraph, the heading empty where a paragraph goes on."""
        answer = self.answer
        yield f"{answer.label}: {answer.status.replace('-', ' ')}", f"{WORDING[answer.status]} (case {answer.case})."
        for heading, wanted in (("Known to hold", True), ("Known not to hold", False)):
            said = [f"{finding} ({why})" for finding, holds, why in self.known if holds is wanted]
            if said:
                yield heading, "; ".join(said) + "."
        if self.not_needed:
            yield "Not needed", "; ".join(f"{finding} ({why})" for finding, why in self.not_needed) + "."
        for index, (finding, question) in enumerate(self.to_ask):
            yield "To ask" if index == 0 else "", f"{finding}. {question}"
        if self.consequence:
            yield "", self.consequence
        for note in self.notes:
            yield "Note", note
        places = [f"{s.id} (characters {s.start}–{s.end}, line {s.line})" for s in self.segments]
        cues = f"; cues {', '.join(f'“{cue}”' for cue in self.cues)}" if self.cues else ""
        yield "Source", ", ".join(places) + cues + "."
        for s in self.segments:
            yield "", f"{s.id}: “{s.text}”" if s.text is not None else f"{s.id}: {s.gist}."
        for index, (decision, says, _) in enumerate(self.decisions):
            yield "Interpretation" if index == 0 else "", f"{decision}: {says}."
        heading, _, text = self.disclaimer.partition(": ")
        yield heading, text

    def __str__(self) -> str:
        return "\n".join(f"{heading}: {text}" if heading else text for heading, text in self.lines())


def explain(
    answer: Answer,
    case: Case,
    asserted: Graph,
    closure: Closure,
    *,
    texts: Mapping[str, str] | None = None,
    disclaimer: str = "",
) -> Explanation:
    """Return why an option has its status for a case (clinical model, section 16).

    `texts` gives the verbatim text of segments by id, if the page is at hand.
    """
    reasons = _Reasons(case, asserted, closure)
    findings = [finding for finding in answer.questions if finding not in answer.unknown]
    held = set(answer.true)
    unknown = [finding for finding in answer.unknown if finding not in answer.missing]
    parts = [p for p in asserted.objects(answer.recommendation, STS.hasConditionPart) if isinstance(p, URIRef)]
    about = [answer.recommendation, *sorted(parts)]
    cues = {str(c) for thing in about for p in (STS.strengthCue, STS.cue) for c in asserted.objects(thing, p)}
    decided = {d for thing in about for d in asserted.objects(thing, STS.hasDecision)}
    return Explanation(
        answer=answer,
        known=tuple((short(f), f in held, reasons.of(f, f in held)) for f in findings),
        not_needed=tuple((short(f), _not_needed(answer)) for f in unknown),
        to_ask=tuple((short(f), answer.questions[f]) for f in answer.missing),
        consequence=_consequence(answer),
        segments=tuple(segment(asserted, s, texts) for s in answer.segments),
        cues=tuple(sorted(cues)),
        decisions=tuple(
            (local(str(d)), str(asserted.value(d, RDFS.label)), str(asserted.value(d, STS.alternativeReading)))
            for d in sorted(decided, key=str)
        ),
        notes=tuple(_notes(answer, case, asserted)),
        disclaimer=disclaimer,
    )


def _not_needed(answer: Answer) -> str:
    if answer.status == "undetermined":
        return "the “or” is already satisfied"
    return "it is met without it" if answer.status == "met" else "it is ruled out without it"


def _is_uniform(answer: Answer) -> bool:
    """Return whether yes to every question leads to met and no to not met, as where a condition excludes nothing."""
    return all(all(needed.values()) for needed in answer.met_if) and not any(
        any(needed.values()) for needed in answer.unmet_if
    )


def _consequence(answer: Answer) -> str:
    if answer.status != "undetermined":
        return ""
    if len(answer.missing) == 1 and len(answer.met_if) == len(answer.unmet_if) == 1:
        yes, no = ("yes", "no") if all(answer.met_if[0].values()) else ("no", "yes")
        return f"If {yes}, the source’s condition is met. If {no}, it is not met."

    def sets(found: Iterable[Mapping[URIRef, bool]]) -> str:
        # an "or" of "and"s, in the order of the condition
        asked = answer.missing
        places = sorted(sorted((asked.index(finding), yes) for finding, yes in needed.items()) for needed in found)
        if _is_uniform(answer):
            return ", or ".join(" and ".join(short(asked[i]) for i, _ in at) for at in places)
        return ", or ".join(
            " and ".join(f"{'yes' if y else 'no'} to {short(asked[i])}" for i, y in at) for at in places
        )

    met, unmet = sets(answer.met_if), sets(answer.unmet_if)
    if _is_uniform(answer):
        return f"Met if yes to: {met}. Not met if no to: {unmet}."
    return " ".join(f"{status} if {found}." for status, found in (("Met", met), ("Not met", unmet)) if found)


def _notes(answer: Answer, case: Case, asserted: Graph) -> Iterator[str]:
    if answer.tried:
        yield "tried: it contains a therapy already given; that changes no status."
    if answer.declined:
        yield "declined: the person does not want this kind of treatment; that changes no status."
    yield from (f"{hint}." for hint in hints(case, Vocabulary(asserted)))
    if case.tumour_count is not None or case.largest_diameter_mm is not None:
        numbers = [f"tumour count {case.tumour_count}"] if case.tumour_count is not None else []
        numbers += [f"largest diameter {case.largest_diameter_mm} mm"] if case.largest_diameter_mm else []
        yield f"recorded and not compared with any word of the source: {', '.join(numbers)}."


def contradictions(case: Case, asserted: Graph, closure: Closure) -> tuple[str, ...]:
    """Return a sentence for each finding that a case both has and lacks; empty if its facts agree."""
    has = set(closure.objects(case.iri, STS.hasFinding))
    lacks = set(closure.objects(case.iri, STS.lacksFinding))
    reasons = _Reasons(case, asserted, closure)
    return tuple(
        f"{short(f)} holds ({reasons.of(f, True)}) and does not hold ({reasons.of(f, False)})"
        for f in in_reading_order(asserted, has & lacks)
    )


class _Reasons:
    """Where a known finding of a case comes from: a file, a fact rule, a course, or another finding."""

    def __init__(self, case: Case, asserted: Graph, closure: Closure) -> None:
        self.case, self.asserted = case, asserted
        self.derived = derived(case, Vocabulary(asserted))
        self.has = set(closure.objects(case.iri, STS.hasFinding))
        self.lacks = set(closure.objects(case.iri, STS.lacksFinding))

    def of(self, finding: Node, holds: bool, seen: frozenset[Node] = frozenset()) -> str:
        """Return the reason in words; `seen` guards against walking in a circle."""
        for given in self.case.given:
            if given.finding == finding and given.holds is holds:
                return f"given: {given.place}"
        for fact in self.derived:
            if fact.finding == finding and fact.holds is holds:
                courses = "; ".join(f"course of {_therapies(c)}, {c.place}" for c in fact.courses)
                return f"derived by the rule {self.label(fact.rule)}" + (f" from the {courses}" if courses else "")
        for reason in self.had(finding) if holds else self.lacked(finding, seen | {finding}):
            return f"derived: {reason}"
        for other in self.asserted.subjects(STS.impliesFinding, finding):
            if holds and other in self.has and other not in seen:
                return f"derived: implied by {_name(other)}, {self.of(other, True, seen | {finding})}"
        raise AssertionError(f"{finding} is in the closure, and nothing here says why")

    def lacked(self, finding: Node, seen: frozenset[Node]) -> Iterator[str]:
        opposites = [*self.asserted.objects(finding, STS.oppositeOf), *self.asserted.subjects(STS.oppositeOf, finding)]
        for other in sorted(opposites, key=str):
            if other in self.has and other not in seen:
                yield f"its opposite {_name(other)} holds, {self.of(other, True, seen)}"
        for other in sorted(self.asserted.objects(finding, STS.impliesFinding), key=str):
            if other in self.lacks and other not in seen:
                yield f"it would imply {_name(other)}, which does not hold, {self.of(other, False, seen)}"

    def had(self, finding: Node) -> Iterator[str]:
        """Yield what a past course says for a finding, by the axioms under "History" in conditions.ttl."""
        for restriction in self.asserted.subjects(OWL.hasValue, finding):
            for expression in self.asserted.subjects(RDFS.subClassOf, restriction):
                kind = self.asserted.value(expression, OWL.someValuesFrom)
                if kind is None or (expression, OWL.onProperty, STS.hadCourse) not in self.asserted:
                    continue
                for course in self.case.courses:
                    if why := self.course_in(course, kind):
                        yield f"a recorded course ({course.place}) {why}"

    def course_in(self, course: Course, kind: Node) -> str:
        """Return why a course is in a class, in words; empty if it is not."""
        members = self.asserted.value(kind, OWL.intersectionOf)
        if members is not None:
            whys = [self.course_in(course, member) for member in self.asserted.items(members)]
            return " and ".join(whys) if all(whys) else ""
        on, value = self.asserted.value(kind, OWL.onProperty), self.asserted.value(kind, OWL.hasValue)
        if on == STS.courseOutcome:
            return f"has the outcome “{self.label(value)}”" if course.outcome == value else ""
        if on == STS.includesTherapy:
            filler = self.asserted.value(kind, OWL.someValuesFrom)
            for therapy in course.therapies:
                if therapy == value:
                    return f"includes {self.label(therapy)}"
                if filler is not None and (therapy, RDF.type, filler) in self.asserted:
                    return f"includes {self.label(therapy)}, a {self.label(filler)}"
            return ""
        below = sorted(self.asserted.subjects(RDFS.subClassOf, kind), key=str)
        return next(filter(None, (self.course_in(course, expression) for expression in below)), "")

    def label(self, thing: Node | None) -> str:
        return str(self.asserted.value(thing, RDFS.label) or compress(str(thing)))


def _name(finding: Node) -> str:
    return short(URIRef(str(finding)))


def _therapies(course: Course) -> str:
    return " and ".join(local(therapy) for therapy in course.therapies)
