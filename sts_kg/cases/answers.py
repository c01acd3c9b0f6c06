"""Answers: what the source's condition of an option comes to for a case, and many of them as a table, CSV or HTML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from rdflib import Literal, URIRef

from sts_kg.cases.marks import Mark
from sts_kg.cases.statuses import NOT_MET_AS_READ, STATUSES, WORDING, Status
from sts_kg.errors import InconsistentError, UnknownNameError
from sts_kg.guideline import Verdict, Wording, people, short
from sts_kg.rdf import local
from sts_kg.safe import counted, in_json
from sts_kg.shown import Shown
from sts_kg.tables import Framed, Table, write_rows

__all__ = ["Answer", "Answers", "ReadingAnswer", "short"]

T = TypeVar("T")


def _shown(status: Status, *, umbrella: bool) -> str:
    return "met in general" if umbrella and status == "met" else status.replace("-", " ")


@dataclass(frozen=True)
class ReadingAnswer(Shown):
    """What an option comes to for a case by a reading that was not chosen, where that differs from the answer.

    `reading` is its name, such as `D04=S08-alone`. For a group, `umbrella` is true.
    """

    reading: str
    decision: URIRef
    option: URIRef
    umbrella: bool
    status: Status
    tried: bool
    declined: bool
    footer: str = field(default="", repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<ReadingAnswer: {self.shown_status} by {self.reading}>"

    @property
    def shown_status(self) -> str:
        """The status as it is shown."""
        return _shown(self.status, umbrella=self.umbrella)

    def as_dict(self) -> dict[str, object]:
        """Return the answer as plain values, names without prefixes."""
        return {
            "reading": self.reading,
            "decision": local(self.decision),
            "status": self.status,
            "tried": self.tried,
            "declined": self.declined,
        }


@dataclass(frozen=True)
class Answer(Shown):
    """What the source's condition of one option comes to for one case.

    `true`, `false` and `missing` are findings of the condition in the order of its axiom; `missing` holds the unknown
    ones that could still settle it (empty unless undetermined). Each of `met_if` is a smallest set of answers (finding
    to yes or no) that makes it met, each of `unmet_if` one that makes it not met; that a course is not over does
    neither. `questions` is what to ask for each finding; empty where there is nothing to ask. `hints` say
    for unknown findings what in the case gives reason to ask for them; they are no facts. `marks` say what happened
    to the person, `tried` and `declined` whether one of them says that; they change no status. For a group (`umbrella`)
    `kinds` counts the options that refine it, by status; `groups` are those that the option itself refines. `decisions`
    are those of the recommendation, its condition parts and their findings, `verdicts` what reviewers said of them;
    there are none if the answer is by another reading. Not met is not contraindicated (D25). If the case contradicts
    itself, the status is `contradictory` and nothing is said of its findings, marks and kinds.
    """

    case: str
    option: URIRef
    label: str
    umbrella: bool
    groups: tuple[URIRef, ...]
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
    hints: Mapping[URIRef, str]
    recommendation: URIRef
    segments: tuple[URIRef, ...]
    decisions: tuple[URIRef, ...]
    verdicts: tuple[Verdict, ...]
    footer: str = field(default="", repr=False, compare=False)
    by_reading: Callable[[Answer], tuple[ReadingAnswer, ...]] | None = field(default=None, repr=False, compare=False)
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Answer: {self.label}, {self.shown_status}, case {self.case}>"

    def for_case(self, case: str) -> Answer:
        """Return the same answer for another case; both share what `made` makes."""
        other = object.__new__(Answer)
        other.__dict__.update(self.__dict__, case=case)
        return other

    def made(self, form: str, make: Callable[[Answer], T]) -> T:
        """Return what is made of the answer in a form, kept; it must be the same for all cases with this answer."""
        if form not in self._made:
            self._made[form] = make(self)
        found: T = self._made[form]
        return found

    @property
    def readings(self) -> tuple[ReadingAnswer, ...] | None:
        """The answers by other readings that differ in status, tried or declined, one decision at a time.

        None if the answer is by such a reading itself. They are computed for all answers of a session when the first
        is asked.
        """
        return self.by_reading(self) if self.by_reading else None

    @property
    def hangs_on(self) -> tuple[str, ...]:
        """The readings by which the status would be another, such as `D04=S08-alone`."""
        return tuple(other.reading for other in self.readings or () if other.status != self.status)

    @property
    def meaning(self) -> str:
        """What the status says of the source; it claims nothing of the source that hangs on a decision."""
        if self.status != "not-met" or self.is_firm:
            return WORDING[self.status]
        decisions = dict.fromkeys(name.partition("=")[0] for name in self.hangs_on)
        return NOT_MET_AS_READ.format(f" ({', '.join(decisions)})" if decisions else "")

    @property
    def is_firm(self) -> bool:
        """Whether the status is the same by every reading that is encoded, one decision at a time."""
        return self.readings is not None and not self.hangs_on

    @property
    def kind(self) -> str:
        """`group` for an option that the page words in general, over kinds that it describes; else `option`."""
        return "group" if self.umbrella else "option"

    @property
    def shown_status(self) -> str:
        """The status as it is shown; a group is met in general, as the page speaks of it."""
        return _shown(self.status, umbrella=self.umbrella)

    @property
    def shown_kinds(self) -> str:
        """How many kinds of a group have which status, such as `3 met, 1 undetermined`; empty if it has none."""
        counted = (self.kinds or {}).items()
        return ", ".join(f"{count} {status.replace('-', ' ')}" for status, count in counted if count)

    @property
    def of_note(self) -> str:
        """What is shown beside the status: kinds of a group by status, marks, what it hangs on, and the review."""
        kinds = [f"kinds: {self.shown_kinds}"] if self.shown_kinds else []
        review = [self.shown_review] if self.shown_review else []
        decisions = ", ".join(dict.fromkeys(name.partition("=")[0] for name in self.hangs_on))
        hangs = [f"hangs on {decisions}"] if decisions else []
        return "; ".join([*kinds, *dict.fromkeys(mark.label for mark in self.marks), *hangs, *review])

    @property
    def review(self) -> str:
        """What reviewers said of the decisions that the answer rests on.

        `reviewed` if each has a verdict and all agree, `disputed` if one does not agree, else empty.
        """
        if not all(each.agrees for each in self.verdicts):
            return "disputed"
        judged = {each.decision for each in self.verdicts}
        return "reviewed" if judged and judged.issuperset(self.decisions) else ""

    @property
    def shown_review(self) -> str:
        """The review as it is shown: by whom, or which decisions are disputed; empty if it is neither."""
        if self.review == "reviewed":
            return f"reviewed by {people(self.verdicts)}"
        disputed = dict.fromkeys(local(each.decision) for each in self.verdicts if not each.agrees)
        return f"disputed: {', '.join(disputed)}" if disputed else ""

    def _review(self) -> dict[str, object] | None:
        keys = ("decision", "verdict", "reviewer", "date")
        verdicts = [{key: each.as_dict()[key] for key in keys} for each in self.verdicts]
        return {"state": self.review, "verdicts": verdicts} if verdicts else None

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
            "review": self._review(),
            "kind": self.kind,
            "kinds": None if self.kinds is None else dict(self.kinds),
            "marks": [mark.as_dict() for mark in self.marks],
            "readings": None if self.readings is None else [other.as_dict() for other in self.readings],
            **self.wording.as_dict(),
        }


@dataclass(frozen=True)
class Answers(Shown, Framed):
    """The answers for some cases, in order.

    A case that contradicts itself has answers with the status `contradictory`, and an error in `contradictions`;
    `labels` are the labels of cases that have one.
    """

    answers: tuple[Answer, ...]
    contradictions: tuple[InconsistentError, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""

    @classmethod
    def joined(cls, pieces: Iterable[Answers]) -> Answers:
        """Return answers that came in pieces as a whole."""
        several = tuple(pieces)
        return cls(
            tuple(answer for piece in several for answer in piece),
            tuple(error for piece in several for error in piece.contradictions),
            {case: label for piece in several for case, label in piece.labels.items()},
            several[-1].footer if several else "",
        )

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

        rows = [tuple(cell(one, plain, name) for name in _CSV_COLUMNS) for one in self for plain in [_plain(one)]]
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

        return replace(self, answers=tuple(answer for answer in self.answers if fits(_plain(answer))))

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
            plain = _plain(answer) | places | {"band": answer.wording.band}
            names = [name for key in keys for name in (("amongst", "band", key) if key == "frequency" else (key,))]
            values = [plain[name] for name in names]
            return [(not value, value if isinstance(value, int) else _csv_cell(value)) for value in values]

        return replace(self, answers=tuple(sorted(self.answers, key=place)))

    def as_dicts(self) -> list[dict[str, object]]:
        """Return each answer as plain values, with the keys of the command line's JSON contract."""
        return [answer.as_dict() for answer in self.answers]

    def to_csv(self, *, spreadsheet: bool = False, header: bool = True) -> str:
        """Return a CSV text, a line for each answer, truth values as yes and no; without `header` to go on with one.

        Lists are words with spaces between, marks their labels with semicolons, kinds such as `met=3`, reviews their
        state. A spreadsheet may run a cell such as `=1+1`: with `spreadsheet` an apostrophe stands before it.
        """
        return "".join([_line(_CSV_COLUMNS, spreadsheet) if header else "", *self._lines(spreadsheet)])

    def _lines(self, spreadsheet: bool) -> Iterator[str]:
        """Yield the lines of a CSV text; what is alike but for the case is written once."""
        case, start, end = None, "", len(_line(["."], spreadsheet))

        def rest(answer: Answer) -> str:
            plain = _plain(answer)
            return _line([_csv_cell(plain[name]) for name in _CSV_COLUMNS[1:]], spreadsheet)

        for answer in self.answers:
            if answer.case != case:
                case = answer.case
                start = _line([case, "."], spreadsheet)[:-end]
            yield start + answer.made("spreadsheet" if spreadsheet else "csv", rest)

    def json_items(self) -> Iterator[str]:
        """Yield each answer as an item of an indented JSON array, with the keys of the command line's JSON contract."""

        def rest(answer: Answer) -> str:
            plain = answer.as_dict()
            del plain["case"]  # which is the first key
            return _json(plain)[1:].replace("\n", "\n  ")

        for answer in self.answers:
            yield f'  {{\n    "case": {_json(answer.case)},{answer.made("json", rest)}'

    def __repr__(self) -> str:
        return f"<Answers: {len(self)} for {counted(len({answer.case for answer in self}), 'case')}>"


_WORDS = (
    *(
        "kind",
        "kinds",
        "marks",
        "readings",
        "strength",
        "frequency",
        "amongst",
        "intents",
        "inherited_intents",
        "not_intents",
    ),
    *("positions", "follows", "may_enable", "talk"),
)
_CSV_COLUMNS = (
    *("case", "option", "status", "tried", "declined", "true", "false", "missing"),
    *("recommendation", "segments", "decisions", "review", *_WORDS),
)


def _json(value: object) -> str:
    return in_json(json.dumps(value, ensure_ascii=False, indent=2))


def _line(cells: Sequence[str], spreadsheet: bool) -> str:
    """Return a line of CSV, for a spreadsheet without formulas."""
    if spreadsheet:
        return write_rows(cells, ())
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _require_keys(keys: Iterable[str]) -> None:
    for key in keys:
        if key not in _CSV_COLUMNS:
            raise UnknownNameError("key of an answer", key, _CSV_COLUMNS)


def _plain(answer: Answer) -> dict[str, object]:
    """Return the keys of an answer's plain form, of its review the state only."""
    return answer.as_dict() | {"review": answer.review or None}


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
