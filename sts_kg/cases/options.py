"""Options of a case: met, not met or undetermined, and what is missing.

The status comes from the closure (`sts:hasOption`, `sts:hasUnmetOption`); walking the condition serves the
explanation: which of its findings are true, false or missing. Both must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.namespace import PROV, RDF, RDFS
from rdflib.term import Node

from sts_kg.cases.answers import Answer
from sts_kg.cases.case import Case
from sts_kg.cases.fact_rules import questions_about_courses, suggested
from sts_kg.cases.held import held
from sts_kg.cases.marks import Mark, other_marks, tried_marks
from sts_kg.cases.statuses import Status
from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.guideline import Guideline, Vocabulary, leaves, missing, ordinal, settling, truth
from sts_kg.rdf import STS, compress, local

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = [
    "STATUS_OF",
    "Notes",
    "answers_of",
    "blank_answers",
    "contradictory_answers_of",
    "find_option",
    "in_reading_order",
    "known_findings",
    "valued",
]


def answers_of(case: Case, guideline: Guideline, closure: Closure) -> tuple[Answer, ...]:
    """Return the answer for every option, in the order of `Guideline.conditions`.

    Parameters
    ----------
    case : Case
        A case without contradictions; its facts must be in the closure.
    guideline : Guideline
        The source of knowledge.
    closure : Closure
        The closure of the ontology with the facts of the case.
    """
    known = known_findings(case, closure)
    options = {each: frozenset(held(case, each, closure)) for each in _OF_CASES}
    notes = Notes(case, known, guideline.vocabulary)
    found = []
    for blank in blank_answers(guideline):
        option = blank.option
        answer = valued(blank, guideline, known, notes.waiting)
        status = _status(case, option, options)
        assert status == answer.status, (
            f"case {case.id}, {local(option)}: the closure says {status}, the walk over the axiom says {answer.status}"
        )
        tried, declined = (option in options[each] for each in (STS.hasTriedOption, STS.hasDeclinedOption))
        found.append(notes.on(replace(answer, case=case.id, tried=tried, declined=declined), known))
    return _count_kinds(found, guideline.asserted)


def valued(
    blank: Answer, guideline: Guideline, known: Mapping[URIRef, bool], waiting: Mapping[URIRef, str] = {}
) -> Answer:
    """Return an answer with what the condition of its option comes to if some findings are known.

    `waiting` are the findings that wait for courses to be over, each with what to ask instead (D32). Nothing else
    of a case bears on these fields.
    """
    condition, vocabulary = guideline.conditions[blank.option], guideline.vocabulary
    unmet_by = (n for n in settling(condition, known, False) if waiting.keys().isdisjoint(n))
    return replace(
        blank,
        status=STATUS_OF[truth(condition, known)],
        true=tuple(f for f in blank.questions if known.get(f) is True),
        false=tuple(f for f in blank.questions if known.get(f) is False),
        unknown=tuple(f for f in blank.questions if f not in known),
        missing=missing(condition, known),
        met_if=_needed(settling(condition, known, True), vocabulary),
        unmet_if=_needed(unmet_by, vocabulary),
        questions={finding: waiting.get(finding, asked) for finding, asked in blank.questions.items()},
    )


class Notes:
    """What a case says beside the conditions: marks by option, findings that wait for courses, and hints."""

    def __init__(self, case: Case, known: Mapping[URIRef, bool], vocabulary: Vocabulary) -> None:
        self.marks: dict[URIRef, list[Mark]] = {}
        for mark in (*tried_marks(case, vocabulary), *other_marks(case, known, vocabulary)):
            self.marks.setdefault(mark.option, []).append(mark)
        self.waiting, self.hints = questions_about_courses(case, vocabulary), suggested(case, vocabulary)

    def on(self, answer: Answer, known: Mapping[URIRef, bool]) -> Answer:
        """Return an answer for the case with its marks and hints."""
        hints = {f: self.hints[f] for f in answer.questions if f in self.hints and f not in known}
        marks = tuple(self.marks.get(answer.option, ()))
        return replace(answer, marks=marks, hints=hints) if marks or hints else answer


#: The status of a condition by its value in Kleene's logic.
STATUS_OF: Mapping[bool | None, Status] = {True: "met", False: "not-met", None: "undetermined"}


def contradictory_answers_of(case: Case, guideline: Guideline) -> tuple[Answer, ...]:
    """Return the answer for every option where the facts of a case contradict each other: nothing is said of it."""
    return tuple(replace(blank, case=case.id) for blank in blank_answers(guideline))


@lru_cache(maxsize=4)
def blank_answers(guideline: Guideline) -> tuple[Answer, ...]:
    """Return what the answers for every case have in common, one for each option, with the status contradictory."""
    asserted, found = guideline.asserted, []
    verdicts = {} if guideline.reading else guideline.verdicts  # they are on the readings that were chosen
    for option, condition in guideline.conditions.items():
        recommending = asserted.subjects(STS.recommendsOption, option)
        recommendation = next((each for each in recommending if isinstance(each, URIRef)), None)
        if recommendation is None:
            reason = (
                f"has no statement that recommends {compress(option)} (sts:recommendsOption), which has a condition"
            )
            raise ParseError(reason, path=guideline.folder / "recommendations.ttl")
        said = {recommendation, *asserted.objects(recommendation, STS.hasConditionPart)}
        decisions = _decisions(asserted, {*said, *leaves(condition)})
        answer = Answer(
            case="",
            option=option,
            label=_text(asserted, option, RDFS.label),
            umbrella=(option, RDF.type, STS.UmbrellaOption) in asserted,
            groups=in_reading_order(asserted, asserted.objects(option, STS.refines)),
            status="contradictory",
            tried=False,
            declined=False,
            marks=(),
            kinds=None,
            wording=guideline.wordings[option],
            true=(),
            false=(),
            unknown=(),
            missing=(),
            met_if=(),
            unmet_if=(),
            questions={finding: guideline.vocabulary.question(finding) for finding in leaves(condition)},
            hints={},
            recommendation=recommendation,
            segments=in_reading_order(
                asserted, {segment for thing in said for segment in asserted.objects(thing, PROV.wasQuotedFrom)}
            ),
            decisions=decisions,
            verdicts=tuple(verdict for each in decisions for verdict in verdicts.get(each, ())),
            footer=guideline.footer,
        )
        found.append(answer)
    return tuple(found)


def _decisions(asserted: Graph, about: Iterable[Node]) -> tuple[URIRef, ...]:
    """Return the decisions that shaped some things."""
    found = {decision for each in about for decision in asserted.objects(each, STS.hasDecision)}
    return tuple(sorted(decision for decision in found if isinstance(decision, URIRef)))


def _count_kinds(answers: list[Answer], asserted: Graph) -> tuple[Answer, ...]:
    """Return answers with the options of each group counted by their status."""
    statuses: dict[Node, Status] = {answer.option: answer.status for answer in answers}

    def kinds(group: URIRef) -> dict[Status, int]:
        described = [statuses[option] for option in asserted.subjects(STS.refines, group) if option in statuses]
        return {status: described.count(status) for status in ("met", "not-met", "undetermined")}

    return tuple(replace(answer, kinds=kinds(answer.option)) if answer.umbrella else answer for answer in answers)


_OF_CASES = (STS.hasOption, STS.hasUnmetOption, STS.hasTriedOption, STS.hasDeclinedOption)


def known_findings(case: Case, closure: Closure) -> dict[URIRef, bool]:
    """Return which findings a case has (True) and lacks (False) in the closure; what is not in it is unknown."""
    known = {f: False for f in held(case, STS.lacksFinding, closure) if isinstance(f, URIRef)}
    return known | {f: True for f in held(case, STS.hasFinding, closure) if isinstance(f, URIRef)}


def _status(case: Case, option: URIRef, options: Mapping[URIRef, frozenset[Node]]) -> Status:
    met, unmet = option in options[STS.hasOption], option in options[STS.hasUnmetOption]
    assert not (met and unmet), f"case {case.id}, {local(option)}: both met and not met, without a contradiction"
    return "met" if met else "not-met" if unmet else "undetermined"


def _needed(found: Iterable[Mapping[URIRef, bool]], vocabulary: Vocabulary) -> tuple[Mapping[URIRef, bool], ...]:
    """Return sets of answers without those that follow from others of their set, the smallest sets first."""
    shorter: list[dict[URIRef, bool]] = []
    for answers in found:
        needed = dict(answers)
        for finding, yes in answers.items():
            others = [other for other, same in needed.items() if same is yes and other != finding]
            pairs = ((other, finding) if yes else (finding, other) for other in others)
            if any(implied in vocabulary.implied.get(one, ()) for one, implied in pairs):
                del needed[finding]
        if needed not in shorter:
            shorter.append(needed)
    return tuple(sorted(shorter, key=len))


def _text(graph: Graph, subject: Node, predicate: URIRef) -> str:
    return str(graph.value(subject, predicate) or "")


def in_reading_order(asserted: Graph, things: Iterable[Node]) -> tuple[URIRef, ...]:
    """Return segments, findings or options by their ordinal."""
    found = (thing for thing in things if isinstance(thing, URIRef))
    return tuple(sorted(found, key=lambda thing: (ordinal(asserted, thing), thing)))


def find_option(name: str, options: Iterable[URIRef]) -> URIRef:
    """Return the option of a name: `option-pazopanib`, `pazopanib`, `sts:option-pazopanib` or its IRI.

    Raises
    ------
    UnknownNameError
        No option has that name; near ones are named.
    """
    by_name = {local(option): option for option in options}
    named = {key: option for option in by_name.values() for key in (compress(option), str(option))}
    for candidate in (str(name), f"option-{name}"):
        if (found := by_name.get(candidate) or named.get(candidate)) is not None:
            return found
    raise UnknownNameError("option", name, by_name)
