"""Options of a case in three values: met, not met, undetermined; what is missing, and what to ask next.

The status comes from the closure (`sts:hasOption`, `sts:hasUnmetOption`); walking the condition serves the
explanation: which of its findings are true, false or missing. Both must agree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import PROV, RDF, RDFS
from rdflib.term import Node

from sts_kg.cases.case import Case, Given
from sts_kg.cases.statuses import STATUSES, Status
from sts_kg.errors import CaseError, InconsistentError, UnknownNameError
from sts_kg.guideline import Condition, Guideline, leaves, missing, settling, truth
from sts_kg.rdf import STS, compress, local
from sts_kg.tables import Cell, Table, html_table

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = [
    "Answer",
    "Answers",
    "Change",
    "Question",
    "answers_of",
    "changed",
    "changes",
    "find_case",
    "find_option",
    "in_reading_order",
    "questions",
    "short",
    "supposed",
    "transition",
]


@dataclass(frozen=True)
class Answer:
    """What the source's condition of one option comes to for one case.

    `true`, `false` and `missing` are findings of the condition in the order of its axiom; `missing` holds the unknown
    ones that could still settle it (empty unless undetermined). Each of `met_if` is a smallest set of answers (finding
    to yes or no) that makes it met, each of `unmet_if` one that makes it not met. `tried` and `declined` are overlays:
    they change no status. Not met is not contraindicated (D25).
    """

    case: str
    option: URIRef
    label: str
    umbrella: bool
    status: Status
    tried: bool
    declined: bool
    true: tuple[URIRef, ...]
    false: tuple[URIRef, ...]
    unknown: tuple[URIRef, ...]
    missing: tuple[URIRef, ...]
    met_if: tuple[Mapping[URIRef, bool], ...]
    unmet_if: tuple[Mapping[URIRef, bool], ...]
    questions: Mapping[URIRef, str]
    recommendation: URIRef
    segments: tuple[URIRef, ...]
    decisions: tuple[URIRef, ...]

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The ids of the segments, such as S14."""
        return tuple(local(segment) for segment in self.segments)

    def as_dict(self) -> dict[str, object]:
        """Return the answer with the keys of the command line's JSON contract, names without prefixes."""
        return {
            "case": self.case,
            "option": local(self.option),
            "status": self.status,
            "tried": self.tried,
            "declined": self.declined,
            "true": [short(finding) for finding in self.true],
            "false": [short(finding) for finding in self.false],
            "missing": [{"finding": short(f), "question": self.questions[f]} for f in self.missing],
            "recommendation": local(self.recommendation),
            "segments": list(self.segment_ids),
            "decisions": [local(decision) for decision in self.decisions],
        }


@dataclass(frozen=True)
class Question:
    """A missing finding as a question: the undetermined options that miss it, and those that a yes alone makes met."""

    finding: URIRef
    text: str
    options: tuple[URIRef, ...]
    would_meet: tuple[URIRef, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the question as plain values, names without prefixes."""
        return {
            "finding": short(self.finding),
            "question": self.text,
            "options": [local(option) for option in self.options],
            "would_meet": [local(option) for option in self.would_meet],
        }


@dataclass(frozen=True)
class Change:
    """An option whose status, or whose missing findings, differ between a case and the same case changed."""

    option: URIRef
    label: str
    before: Answer
    after: Answer

    def as_dict(self) -> dict[str, object]:
        """Return the change as plain values, names without prefixes."""
        return {
            "case": self.before.case,
            "option": local(self.option),
            "before": self.before.status,
            "after": self.after.status,
            "missing": [short(finding) for finding in self.after.missing],
            "hypothetical": True,
        }


@dataclass(frozen=True, repr=False)
class Answers:
    """The answers for some cases, in order.

    `contradictions` has an error for each case that contradicts itself, `labels` the labels of cases that have one.
    """

    answers: tuple[Answer, ...]
    contradictions: tuple[InconsistentError, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""

    def __len__(self) -> int:
        return len(self.answers)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.answers)

    def __getitem__(self, index: int) -> Answer:
        return self.answers[index]

    def table(self) -> Table:
        """Return the answers as a table: case, option, status, tried, declined, and the missing findings."""
        header = ("case", "option", "status", "tried", "declined", "missing")
        rows = [
            (
                Literal(answer.case),
                answer.option,
                Literal(answer.status),
                Literal(answer.tried),
                Literal(answer.declined),
                Literal(" ".join(map(short, answer.missing))),
            )
            for answer in self.answers
        ]
        return Table(header, tuple(rows), {answer.option: answer.label for answer in self.answers})

    def with_status(self, *statuses: Status) -> Answers:
        """Return the answers that have one of some statuses.

        Raises
        ------
        UnknownNameError
            There is no such status.
        """
        for status in statuses:
            if status not in STATUSES:
                raise UnknownNameError("status", status, STATUSES)
        return replace(self, answers=tuple(answer for answer in self.answers if answer.status in statuses))

    def as_dicts(self) -> list[dict[str, object]]:
        """Return each answer as plain values, with the keys of the command line's JSON contract."""
        return [answer.as_dict() for answer in self.answers]

    def to_csv(self) -> str:
        """Return a CSV text, a line for each answer: lists are words with spaces between, truth values yes and no."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_CSV_COLUMNS)
        writer.writerows([_csv_cell(row[name]) for name in _CSV_COLUMNS] for row in self.as_dicts())
        return text.getvalue()

    def __repr__(self) -> str:
        return f"<Answers: {len(self)} for {len({answer.case for answer in self})} cases>"

    def _repr_html_(self) -> str:
        header = ("case", "option", "status", "of note", "still to know")
        rows = [
            (
                answer.case,
                Cell(answer.label, str(answer.option), compress(str(answer.option))),
                answer.status.replace("-", " "),
                ", ".join(word for word, holds in (("tried", answer.tried), ("declined", answer.declined)) if holds),
                ", ".join(map(short, answer.missing)),
            )
            for answer in self.answers
        ]
        wrong = "".join(f"<p>{escape(str(error))}</p>" for error in self.contradictions)
        return f"{html_table(header, rows)}{wrong}<p><small>{escape(self.footer)}</small></p>"


_CSV_COLUMNS = "case option status tried declined true false missing recommendation segments decisions".split()


def _csv_cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(one["finding"] if isinstance(one, dict) else str(one) for one in value)
    return str(value)


def short(finding: URIRef) -> str:
    """Return a finding's short name, as case files and answers use it.

    Examples
    --------
    >>> short(STS["finding-unresectable"])
    'unresectable'
    """
    return local(finding).removeprefix("finding-")


def answers_of(
    case: Case, asserted: Graph, closure: Closure, conditions: Mapping[URIRef, Condition]
) -> tuple[Answer, ...]:
    """Return the answer for every option, in the order of `conditions`.

    Parameters
    ----------
    case : Case
        A case without contradictions; its facts must be in the closure.
    asserted : Graph
        The asserted ontology, for recommendations, segments, decisions, labels and questions.
    closure : Closure
        The closure of the ontology with the facts of the case.
    conditions : mapping
        Option to condition, as `Guideline.conditions` reads them.
    """
    known = _known(case, closure)
    options = {each: frozenset(closure.objects(case.iri, each)) for each in _OF_CASES}
    return tuple(_answer(case, option, found, known, options, asserted) for option, found in conditions.items())


_OF_CASES = (STS.hasOption, STS.hasUnmetOption, STS.hasTriedOption, STS.hasDeclinedOption)


def _known(case: Case, closure: Closure) -> dict[URIRef, bool]:
    """Return which findings a case has (True) and lacks (False) in the closure; what is not in it is unknown."""
    known = {f: False for f in closure.objects(case.iri, STS.lacksFinding) if isinstance(f, URIRef)}
    return known | {f: True for f in closure.objects(case.iri, STS.hasFinding) if isinstance(f, URIRef)}


def _answer(
    case: Case,
    option: URIRef,
    condition: Condition,
    known: Mapping[URIRef, bool],
    options: Mapping[URIRef, frozenset[Node]],
    asserted: Graph,
) -> Answer:
    status = _status(case, option, options)
    walked = truth(condition, known)
    assert {"met": True, "not-met": False, "undetermined": None}[status] is walked, (
        f"case {case.id}, {local(option)}: the closure says {status}, the walk over the condition says {walked}"
    )
    findings = tuple(dict.fromkeys(leaves(condition)))
    recommendation = next(r for r in asserted.subjects(STS.recommendsOption, option) if isinstance(r, URIRef))
    return Answer(
        case=case.id,
        option=option,
        label=_text(asserted, option, RDFS.label),
        umbrella=(option, RDF.type, STS.UmbrellaOption) in asserted,
        status=status,
        tried=option in options[STS.hasTriedOption],
        declined=option in options[STS.hasDeclinedOption],
        true=tuple(f for f in findings if known.get(f) is True),
        false=tuple(f for f in findings if known.get(f) is False),
        unknown=tuple(f for f in findings if f not in known),
        missing=missing(condition, known),
        met_if=settling(condition, known, True),
        unmet_if=settling(condition, known, False),
        questions={finding: _text(asserted, finding, STS.question) for finding in findings},
        recommendation=recommendation,
        segments=in_reading_order(asserted, asserted.objects(recommendation, PROV.wasQuotedFrom)),
        decisions=tuple(sorted(d for d in asserted.objects(recommendation, STS.hasDecision) if isinstance(d, URIRef))),
    )


def _status(case: Case, option: URIRef, options: Mapping[URIRef, frozenset[Node]]) -> Status:
    met, unmet = option in options[STS.hasOption], option in options[STS.hasUnmetOption]
    assert not (met and unmet), f"case {case.id}, {local(option)}: both met and not met, without a contradiction"
    return "met" if met else "not-met" if unmet else "undetermined"


def _text(graph: Graph, subject: Node, predicate: URIRef) -> str:
    return str(graph.value(subject, predicate) or "")


def in_reading_order(asserted: Graph, things: Iterable[Node]) -> tuple[URIRef, ...]:
    """Return segments, findings or options by their ordinal."""

    def place(thing: URIRef) -> tuple[int, str]:
        ordinal = asserted.value(thing, STS.ordinal)
        return int(ordinal) if isinstance(ordinal, Literal) else 0, thing

    return tuple(sorted((thing for thing in things if isinstance(thing, URIRef)), key=place))


def questions(of_one_case: Iterable[Answer], asserted: Graph) -> tuple[Question, ...]:
    """Return the missing findings of one case as questions, the one that most options wait for first.

    Ties are broken by the ordinal of the finding.
    """
    waiting: dict[URIRef, list[Answer]] = {}
    for answer in of_one_case:
        for finding in answer.missing:
            waiting.setdefault(finding, []).append(answer)
    ordered = sorted(in_reading_order(asserted, waiting), key=lambda finding: -len(waiting[finding]))
    return tuple(
        Question(
            finding,
            waiting[finding][0].questions[finding],
            tuple(answer.option for answer in waiting[finding]),
            tuple(answer.option for answer in waiting[finding] if {finding: True} in answer.met_if),
        )
        for finding in ordered
    )


def changed(case: Case, findings: Mapping[URIRef, bool | None], asserted: Graph) -> Case:
    """Return a case with some of its given findings replaced; None makes one unknown.

    A finding set to yes takes given opposites with it, since both cannot hold (S21: resectable instead of
    unresectable). Findings derived from courses stay.
    """
    dropped = set(findings)
    for finding, holds in findings.items():
        if holds:
            opposites = {*asserted.objects(finding, STS.oppositeOf), *asserted.subjects(STS.oppositeOf, finding)}
            dropped.update(o for o in opposites if isinstance(o, URIRef) and findings.get(o) is None)
    kept = [given for given in case.given if given.finding not in dropped]
    supposed = [Given(f, holds, "supposed, what-if") for f, holds in findings.items() if holds is not None]
    return replace(case, given=(*kept, *supposed))


def transition(name: str, asserted: Graph) -> dict[URIRef, bool | None]:
    """Return what a possible transition (S21) supposes: the finding it leads from unknown, the one it leads to had.

    Raises
    ------
    UnknownNameError
        There is no such transition.
    """
    known = {local(str(iri)): iri for iri in asserted.subjects(RDF.type, STS.PossibleTransition)}
    found = known.get(name.removeprefix("sts:"))
    if found is None:
        raise UnknownNameError("transition", name, known)
    left, reached = asserted.value(found, STS.fromFinding), asserted.value(found, STS.toFinding)
    assert isinstance(left, URIRef) and isinstance(reached, URIRef), f"{name} lacks a finding in recommendations.ttl"
    return {left: None, reached: True}


def supposed(findings: Mapping[str, bool | None] | str, guideline: Guideline) -> dict[URIRef, bool | None]:
    """Return the findings that a what-if supposes, from their names or from the name of a possible transition.

    Raises
    ------
    UnknownNameError
        There is no such finding or transition.
    """
    if isinstance(findings, str):
        return transition(findings, guideline.asserted)
    words = guideline.vocabulary.findings
    for name in findings:
        if name not in words:
            raise UnknownNameError("finding", name, words)
    return {words[name]: holds for name, holds in findings.items()}


def changes(before: Iterable[Answer], after: Iterable[Answer]) -> tuple[Change, ...]:
    """Return the options whose status or missing findings differ, in the order of `before`."""
    pairs = zip(before, after, strict=True)
    return tuple(
        Change(old.option, old.label, old, new)
        for old, new in pairs
        if (old.status, old.missing) != (new.status, new.missing)
    )


def find_option(name: str, options: Iterable[URIRef]) -> URIRef:
    """Return the option of a name: `option-pazopanib`, `pazopanib` or `sts:option-pazopanib`.

    Raises
    ------
    UnknownNameError
        No option has that name; near ones are named.
    """
    by_name = {local(option): option for option in options}
    key = name.removeprefix("sts:")
    for candidate in (key, f"option-{key}"):
        if candidate in by_name:
            return by_name[candidate]
    raise UnknownNameError("option", name, by_name)


def find_case(cases: Iterable[Case], name: str | None) -> Case:
    """Return the case of an id; without an id the only case there is.

    Raises
    ------
    UnknownNameError
        No case has that id.
    CaseError
        No id was given and there are several cases.
    """
    by_id = {case.id: case for case in cases}
    if name is None:
        if len(by_id) != 1:
            raise CaseError(f"there are {len(by_id)} cases ({_some(by_id)}): say which one")
        return next(iter(by_id.values()))
    if name not in by_id:
        raise UnknownNameError("case", name, by_id)
    return by_id[name]


def _some(names: Iterable[str]) -> str:
    first = list(names)
    return ", ".join(first[:5]) + (", …" if len(first) > 5 else "")
