"""Options of a case: met, not met or undetermined; the words of the source, what is missing, and what to ask next.

The status comes from the closure (`sts:hasOption`, `sts:hasUnmetOption`); walking the condition serves the
explanation: which of its findings are true, false or missing. Both must agree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import PROV, RDF, RDFS
from rdflib.term import Node

from sts_kg.cases.case import Case, Given
from sts_kg.cases.fact_rules import questions_about_courses
from sts_kg.cases.facts import facts_of
from sts_kg.cases.marks import Mark, other_marks, tried_marks
from sts_kg.cases.statuses import STATUSES, Status
from sts_kg.errors import CaseError, InconsistentError, UnknownNameError
from sts_kg.guideline import Guideline, Vocabulary, Wording, leaves, missing, settling, truth
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
    "contradictory_answers_of",
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
    to yes or no) that makes it met, each of `unmet_if` one that makes it not met; that a course is not over does
    neither. `questions` is what to ask for each finding; empty where there is nothing to ask. `marks` say what happened
    to the person, `tried` and `declined` whether one of them says that; they change no status. For a group (`umbrella`)
    `kinds` counts the options that refine it, by status. Not met is not contraindicated (D25). If the case contradicts
    itself, the status is `contradictory` and nothing is said of its findings, marks and kinds.
    """

    case: str
    option: URIRef
    label: str
    umbrella: bool
    status: Status
    tried: bool
    declined: bool
    marks: tuple[Mark, ...]
    kinds: Mapping[Status, int] | None
    wording: Wording
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
    def kind(self) -> str:
        """`group` for an option that the page words in general, over kinds that it describes; else `option`."""
        return "group" if self.umbrella else "option"

    @property
    def shown_status(self) -> str:
        """The status as it is shown; a group is met in general, as the page speaks of it."""
        return "met in general" if self.umbrella and self.status == "met" else self.status.replace("-", " ")

    @property
    def shown_kinds(self) -> str:
        """How many kinds of a group have which status, such as `3 met, 1 undetermined`; empty if it has none."""
        counted = (self.kinds or {}).items()
        return ", ".join(f"{count} {status.replace('-', ' ')}" for status, count in counted if count)

    @property
    def of_note(self) -> str:
        """What is shown beside the status: the kinds of a group by their status, and the marks."""
        kinds = [f"kinds: {self.shown_kinds}"] if self.shown_kinds else []
        return "; ".join([*kinds, *dict.fromkeys(mark.label for mark in self.marks)])

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
            "missing": [{"finding": short(f), "question": self.questions[f] or None} for f in self.missing],
            "recommendation": local(self.recommendation),
            "segments": list(self.segment_ids),
            "decisions": [local(decision) for decision in self.decisions],
            "kind": self.kind,
            "kinds": None if self.kinds is None else dict(self.kinds),
            "marks": [mark.as_dict() for mark in self.marks],
            **self.wording.as_dict(),
        }


@dataclass(frozen=True)
class Question:
    """A missing finding as a question: the undetermined options that wait for it, and those that one answer makes met.

    A finding and its complement are one question (D29): `complement` is then the finding that a no gives.
    """

    finding: URIRef
    text: str
    options: tuple[URIRef, ...]
    would_meet: tuple[URIRef, ...]
    would_meet_if_no: tuple[URIRef, ...] = ()
    complement: URIRef | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the question as plain values, names without prefixes."""
        return {
            "finding": short(self.finding),
            "question": self.text,
            "options": [local(option) for option in self.options],
            "would_meet": [local(option) for option in self.would_meet],
            "would_meet_if_no": [local(option) for option in self.would_meet_if_no],
            "complement": short(self.complement) if self.complement else None,
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

    A case that contradicts itself has answers with the status `contradictory`, and an error in `contradictions`;
    `labels` are the labels of cases that have one.
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
        """Return the answers as a table with the columns of `to_csv`, as RDF terms; what is empty is None."""

        def cell(answer: Answer, plain: Mapping[str, object], name: str) -> Literal | URIRef | None:
            if name == "option":
                return answer.option
            value = plain[name]
            return Literal(value) if isinstance(value, bool) else Literal(_csv_cell(value)) if value else None

        rows = [tuple(cell(one, plain, name) for name in _CSV_COLUMNS) for one in self for plain in [one.as_dict()]]
        return Table(_CSV_COLUMNS, tuple(rows), {answer.option: answer.label for answer in self.answers})

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

    def where(self, **wanted: str | bool | None) -> Answers:
        """Return the answers with some values of the keys of `Answer.as_dict`.

        Where a key holds several values, such as `intents` or `marks`, one of them must be the value. A mark is named
        by its label, an option with or without its prefix; truth values are True and False, or yes and no. None is
        for what is empty.

        Raises
        ------
        UnknownNameError
            There is no such key, or no such status.

        Examples
        --------
        >>> from sts_kg import load
        >>> answers = load().options({"case": "x", "findings": {"stage4-sts": "yes"}})
        >>> [answer.label for answer in answers.where(status="met", intents="symptom-relief")]
        ['chemotherapy']
        """
        _require_keys(wanted)
        if (status := wanted.get("status", STATUSES[0])) not in STATUSES:
            raise UnknownNameError("status", str(status), STATUSES)

        def fits(plain: Mapping[str, object]) -> bool:
            for key, value in wanted.items():
                found = _values(plain[key])
                word = ("yes" if value else "no") if isinstance(value, bool) else value
                if bool(found) if value is None else not {word, f"option-{word}"} & set(found):
                    return False
            return True

        return replace(self, answers=tuple(answer for answer in self.answers if fits(answer.as_dict())))

    def sorted_by(self, *keys: str) -> Answers:
        """Return the answers sorted by keys of `Answer.as_dict`; those alike in all keys keep their order.

        Values sort by name, since the source gives wordings no rank, but statuses in the order of `STATUSES`, and
        options in the order of the source. Frequencies sort within their reference class (`amongst`) and there within
        their band, since they cannot be compared across classes. Empty values come last.

        Raises
        ------
        UnknownNameError
            There is no such key.
        """
        _require_keys(keys)
        options = {answer.option: place for place, answer in enumerate(self.answers)}

        def place(answer: Answer) -> list[tuple[bool, object]]:
            places = {"status": STATUSES.index(answer.status) + 1, "option": options[answer.option] + 1}
            plain = answer.as_dict() | places | {"band": answer.wording.band}
            names = [name for key in keys for name in (("amongst", "band", key) if key == "frequency" else (key,))]
            values = [plain[name] for name in names]
            return [(not value, value if isinstance(value, int) else _csv_cell(value)) for value in values]

        return replace(self, answers=tuple(sorted(self.answers, key=place)))

    def as_dicts(self) -> list[dict[str, object]]:
        """Return each answer as plain values, with the keys of the command line's JSON contract."""
        return [answer.as_dict() for answer in self.answers]

    def to_csv(self) -> str:
        """Return a CSV text, a line for each answer, truth values as yes and no.

        Lists are words with spaces between, marks their labels with semicolons, kinds such as `met=3`.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_CSV_COLUMNS)
        writer.writerows([_csv_cell(row[name]) for name in _CSV_COLUMNS] for row in self.as_dicts())
        return text.getvalue()

    def __repr__(self) -> str:
        return f"<Answers: {len(self)} for {len({answer.case for answer in self})} cases>"

    def _repr_html_(self) -> str:
        header = ("case", "option", "status", "of note", "still to know", "words of the source")
        rows = [
            (
                answer.case,
                Cell(answer.label, str(answer.option), compress(str(answer.option))),
                answer.shown_status,
                answer.of_note,
                ", ".join(map(short, answer.missing)),
                "; ".join(answer.wording.sentences()),
            )
            for answer in self.answers
        ]
        wrong = "".join(f"<p>{escape(error.summary)}</p>" for error in self.contradictions)
        return f"{html_table(header, rows)}{wrong}<p><small>{escape(self.footer)}</small></p>"


_WORDS = (
    *("kind", "kinds", "marks", "strength", "frequency", "amongst", "intents", "inherited_intents", "not_intents"),
    *("positions", "follows", "may_enable", "talk"),
)
_CSV_COLUMNS = (
    *("case", "option", "status", "tried", "declined", "true", "false", "missing"),
    *("recommendation", "segments", "decisions", *_WORDS),
)


def _require_keys(keys: Iterable[str]) -> None:
    for key in keys:
        if key not in _CSV_COLUMNS:
            raise UnknownNameError("key of an answer", key, _CSV_COLUMNS)


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(f"{name}={count}" for name, count in value.items())
    if isinstance(value, list) and value and isinstance(value[0], dict) and "mark" in value[0]:
        return "; ".join(dict.fromkeys(one["mark"] for one in value))
    if isinstance(value, list):
        return " ".join(_values(value))
    return str(value)


def _values(value: object) -> list[str]:
    """Return the names in a value of an answer's plain form; of an object, such as a mark, its first value."""
    if isinstance(value, list):
        return [str(next(iter(one.values()))) if isinstance(one, dict) else str(one) for one in value]
    return [] if value is None else [_csv_cell(value)]


def short(finding: URIRef) -> str:
    """Return a finding's short name, as case files and answers use it.

    Examples
    --------
    >>> short(STS["finding-unresectable"])
    'unresectable'
    """
    return local(finding).removeprefix("finding-")


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
    known = _known(case, closure)
    options = {each: frozenset(closure.objects(case.iri, each)) for each in _OF_CASES}
    marks: dict[URIRef, list[Mark]] = {}
    vocabulary = guideline.vocabulary
    for mark in (*tried_marks(case, vocabulary), *other_marks(case, known, vocabulary)):
        marks.setdefault(mark.option, []).append(mark)
    waiting = questions_about_courses(case, vocabulary)
    found = []
    for blank in _blank(guideline):
        condition = guideline.conditions[blank.option]
        status = _status(case, blank.option, options)
        walked = truth(condition, known)
        assert {"met": True, "not-met": False, "undetermined": None}[status] is walked, (
            f"case {case.id}, {local(blank.option)}: the closure says {status}, the walk over the axiom says {walked}"
        )
        answer = replace(
            blank,
            case=case.id,
            status=status,
            tried=blank.option in options[STS.hasTriedOption],
            declined=blank.option in options[STS.hasDeclinedOption],
            marks=tuple(marks.get(blank.option, ())),
            true=tuple(f for f in blank.questions if known.get(f) is True),
            false=tuple(f for f in blank.questions if known.get(f) is False),
            unknown=tuple(f for f in blank.questions if f not in known),
            missing=missing(condition, known),
            met_if=_needed(settling(condition, known, True), vocabulary),
            unmet_if=_needed(
                (n for n in settling(condition, known, False) if waiting.keys().isdisjoint(n)), vocabulary
            ),
            questions={finding: waiting.get(finding, asked) for finding, asked in blank.questions.items()},
        )
        found.append(answer)
    return _count_kinds(found, guideline.asserted)


def contradictory_answers_of(case: Case, guideline: Guideline) -> tuple[Answer, ...]:
    """Return the answer for every option where the facts of a case contradict each other: nothing is said of it."""
    return tuple(replace(blank, case=case.id) for blank in _blank(guideline))


@lru_cache(maxsize=4)
def _blank(guideline: Guideline) -> tuple[Answer, ...]:
    """Return what the answers for every case have in common, one for each option, with the status contradictory."""
    asserted, found = guideline.asserted, []
    for option, condition in guideline.conditions.items():
        recommendation = next(r for r in asserted.subjects(STS.recommendsOption, option) if isinstance(r, URIRef))
        decisions = (d for d in asserted.objects(recommendation, STS.hasDecision) if isinstance(d, URIRef))
        answer = Answer(
            case="",
            option=option,
            label=_text(asserted, option, RDFS.label),
            umbrella=(option, RDF.type, STS.UmbrellaOption) in asserted,
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
            recommendation=recommendation,
            segments=in_reading_order(asserted, asserted.objects(recommendation, PROV.wasQuotedFrom)),
            decisions=tuple(sorted(decisions)),
        )
        found.append(answer)
    return tuple(found)


def _count_kinds(answers: list[Answer], asserted: Graph) -> tuple[Answer, ...]:
    """Return answers with the options of each group counted by their status."""
    statuses: dict[Node, Status] = {answer.option: answer.status for answer in answers}

    def kinds(group: URIRef) -> dict[Status, int]:
        described = [statuses[option] for option in asserted.subjects(STS.refines, group) if option in statuses]
        return {status: described.count(status) for status in ("met", "not-met", "undetermined")}

    return tuple(replace(answer, kinds=kinds(answer.option)) if answer.umbrella else answer for answer in answers)


_OF_CASES = (STS.hasOption, STS.hasUnmetOption, STS.hasTriedOption, STS.hasDeclinedOption)


def _known(case: Case, closure: Closure) -> dict[URIRef, bool]:
    """Return which findings a case has (True) and lacks (False) in the closure; what is not in it is unknown."""
    known = {f: False for f in closure.objects(case.iri, STS.lacksFinding) if isinstance(f, URIRef)}
    return known | {f: True for f in closure.objects(case.iri, STS.hasFinding) if isinstance(f, URIRef)}


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

    def place(thing: URIRef) -> tuple[int, str]:
        ordinal = asserted.value(thing, STS.ordinal)
        return int(ordinal) if isinstance(ordinal, Literal) else 0, thing

    return tuple(sorted((thing for thing in things if isinstance(thing, URIRef)), key=place))


def questions(of_one_case: Iterable[Answer], guideline: Guideline) -> tuple[Question, ...]:
    """Return the missing findings of one case as questions, the one that most options wait for first.

    A finding and its complement are one question. What there is nothing to ask about is left out (D32). Ties are
    broken by the ordinal of the finding.
    """
    answers, asserted = tuple(of_one_case), guideline.asserted
    pairs = asserted.subject_objects(STS.complementOf)
    asked_by = {URIRef(str(finding)): URIRef(str(asked)) for finding, asked in pairs}
    complements = {asked: finding for finding, asked in asked_by.items()}
    waiting: dict[URIRef, list[URIRef]] = {}
    texts: dict[URIRef, str] = {}
    for answer in answers:
        for finding in answer.missing:
            if answer.questions[finding]:
                asked = asked_by.get(finding, finding)
                waiting.setdefault(asked, []).append(answer.option)
                texts[asked] = answer.questions[finding] if asked == finding else guideline.vocabulary.question(asked)

    def met_by(asked: URIRef, holds: bool) -> tuple[URIRef, ...]:
        follows = _consequences(guideline)[asked, holds]
        return tuple(one.option for one in answers if any(needed.items() <= follows for needed in one.met_if))

    found = [
        Question(
            asked,
            texts[asked],
            tuple(dict.fromkeys(waiting[asked])),
            met_by(asked, True),
            met_by(asked, False),
            complements.get(asked),
        )
        for asked in in_reading_order(asserted, waiting)
    ]
    return tuple(sorted(found, key=lambda one: -len(one.options)))


@lru_cache(maxsize=4)
def _consequences(guideline: Guideline) -> Mapping[tuple[URIRef, bool], frozenset[tuple[URIRef, bool]]]:
    """Return what follows from each finding, had or lacked, as the closure has it: the findings then had and lacked."""
    findings = set(guideline.vocabulary.findings.values())
    alone = {
        (finding, holds): Case(f"{local(finding)} {holds}", given=(Given(finding, holds, ""),))
        for finding in findings
        for holds in (True, False)
    }
    closed = guideline.closure.extend(facts_of(alone.values(), guideline.vocabulary))
    return {fact: frozenset(_known(case, closed).items()) for fact, case in alone.items()}


def changed(case: Case, findings: Mapping[URIRef, bool | None], guideline: Guideline) -> Case:
    """Return a case with some of its given findings replaced; None makes one unknown.

    What the case gives of the complement of a finding goes with it, and what says the same in another key: declining.
    A finding set to yes takes given opposites with it, since both cannot hold (S21: resectable instead of
    unresectable). Findings derived from courses stay.
    """
    asserted, declining = guideline.asserted, guideline.vocabulary.declining_findings

    def related(finding: URIRef, predicate: URIRef) -> set[URIRef]:
        both = {*asserted.objects(finding, predicate), *asserted.subjects(predicate, finding)}
        return {other for other in both if isinstance(other, URIRef) and findings.get(other) is None}

    dropped = set(findings)
    for finding, holds in findings.items():
        dropped |= related(finding, STS.complementOf) | (related(finding, STS.oppositeOf) if holds else set())
    kept = [given for given in case.given if given.finding not in dropped]
    supposed = [Given(f, holds, "supposed, what-if") for f, holds in findings.items() if holds is not None]
    undone = {declining[finding] for finding in findings if finding in declining}
    declines = tuple(declined for declined in case.declines if declined.modality not in undone)
    return replace(case, given=(*kept, *supposed), declines=declines)


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
            raise CaseError(f"there are {len(by_id)} cases ({_first_names(by_id)}): say which one")
        return next(iter(by_id.values()))
    if name not in by_id:
        raise UnknownNameError("case", name, by_id)
    return by_id[name]


def _first_names(names: Iterable[str]) -> str:
    first = list(names)
    return ", ".join(first[:5]) + (", …" if len(first) > 5 else "")
