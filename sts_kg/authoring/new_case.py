"""A new case by the questions of a guideline: asked in order, only what is still open, and written as a case file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from textwrap import wrap
from typing import Any, TypeAlias

from rdflib import URIRef

from sts_kg.cases import Answer, Case, Expected, Given, Place, Question, Session, case_file, is_id, is_label, questions
from sts_kg.errors import ArgumentError, InconsistentError
from sts_kg.guideline import Guideline, Number, short
from sts_kg.safe import counted
from sts_kg.shown import Shown

__all__ = ["Asked", "NewCase", "Said", "case_of_answers", "is_number"]

#: What answers questions: it gets one, and returns yes (True), no (False), unknown (None), a number, or a word for it.
Said: TypeAlias = bool | float | Decimal | str | None  # an int is a float here
Asked: TypeAlias = Callable[[Question], Said]

_QUIT = "quit"
_WHOLE: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
_WORDS: dict[str, Said] = {
    **dict.fromkeys(("yes", "y"), True),
    **dict.fromkeys(("no", "n"), False),
    **dict.fromkeys(("unknown", "u"), None),
    **dict.fromkeys((_QUIT, "q"), _QUIT),
}


@dataclass(frozen=True)
class NewCase(Shown):
    """A case that was made by asking, with the file that says it.

    `unknown` are findings that were asked for and are not known; `left` are the questions that are open since the
    answers ended before; `contradiction` says how the answers contradict each other, if they do.
    """

    case: Case
    text: str = field(repr=False)
    n_answered: int
    unknown: tuple[URIRef, ...]
    left: tuple[Question, ...]
    contradiction: str
    footer: str = field(default="", repr=False)

    def __repr__(self) -> str:
        return f"<NewCase {self.case.id}: {self.summary}>"

    @property
    def summary(self) -> str:
        """How many questions were answered, how many findings are not known, and what is left to ask, on one line."""
        said = [f"{counted(self.n_answered, 'question')} answered"]
        said += [f"{counted(len(self.unknown), 'finding')} not known"] if self.unknown else []
        said += ["the answers contradict each other"] if self.contradiction else []
        said += [f"{counted(len(self.left), 'question')} left open"] if self.left else []
        return ", ".join(said)


def case_of_answers(
    guideline: Guideline,
    answers: Asked | Iterable[Said],
    *,
    id: str = "new-case",
    label: str = "",
    expected: bool = True,
) -> NewCase:
    """Return the case that answers to the questions of a guideline make.

    The question that is asked next is the first that is still open; one that is answered unknown is not asked again.
    Alternatives that are one question are asked for one by one after a yes. Where a number decides a finding, it is an
    answer, too, and the case records it.

    Parameters
    ----------
    guideline : Guideline
        What is asked by.
    answers : callable, or iterable
        What answers a question: True or yes, False or no, None or unknown, a number; quit, and the end of an iterable,
        end it.
    id, label : str
        Those of the case.
    expected : bool
        Whether the file expects what the closure answers today, for the author to correct; or nothing.

    Raises
    ------
    ArgumentError
        An answer is none of these, or the id or the label cannot be one.
    CaseError
        A number is none that the case can record.
    """
    if not is_id(id):
        raise ArgumentError("new_case", "id", "one to 200 printable characters were expected", value=id)
    label = " ".join(label.split())
    if not is_label(label):
        wanted = "up to 1,000 characters were expected, none of which controls a terminal"
        raise ArgumentError("new_case", "label", wanted, value=label)
    asking = _Asking(guideline, Case(id.strip(), label), answers)
    asking.run()
    case = replace(asking.case, expected=asking.expected) if expected else asking.case
    return NewCase(
        case,
        _text(case, asking, expected),
        asking.n_answered,
        asking.unknown,
        asking.left,
        asking.contradiction,
        guideline.footer,
    )


class _Asking:
    """The questions of one case, one after the other."""

    def __init__(self, guideline: Guideline, case: Case, answers: Asked | Iterable[Said]) -> None:
        self.guideline, self.case = guideline, case
        self.answer: Asked = answers if callable(answers) else _in_turn(iter(answers))
        self.answers: tuple[Answer, ...] = ()
        self.compared = guideline.vocabulary.compared
        self.passed: dict[URIRef, None] = {}  #: findings that were asked for
        self.decided: set[URIRef] = set()  #: findings that a number decides
        self.left: tuple[Question, ...] = ()
        self.contradiction = ""
        self.n_answered = 0

    def run(self) -> None:
        while True:
            try:
                self.answers = Session(self.guideline, (self.case,)).answers_of(self.case)
            except InconsistentError as error:
                self.contradiction = str(error)
                return
            still = [
                each for each in questions(self.answers, self.guideline) if not self.passed.keys() >= {*_about(each)}
            ]
            if not still:
                return
            if not self.ask(still[0]):
                self.left = tuple(still)
                return

    def ask(self, question: Question) -> bool:
        """Ask a question; False if the answers have ended."""
        said = self.said(question)
        if said == _QUIT:
            return False
        if said is True and question.choices:
            return all(
                self.ask(replace(question, finding=finding, text=text, choices=()))
                for finding, text in question.choices
            )
        number = self.compared_by(question)
        if number is not None and not isinstance(said, bool | None):
            value = Place("an answer").number(str(said), number.key, number)
            self.case = replace(self.case, numbers={**self.case.numbers, number.iri: value})
            self.decided.update(finding for finding, each in self.compared.items() if each == number)
        for finding in _about(question):
            self.passed[finding] = None
            if isinstance(said, bool):
                given = Given(finding, said, "an answer")
                self.case = replace(self.case, given=(*self.case.given, given))
        return True

    def said(self, question: Question) -> Said:
        value = self.answer(question)
        word = value.strip().casefold() if isinstance(value, str) else value
        if isinstance(word, str) and word in _WORDS:
            word = _WORDS[word]
        elif not isinstance(word, bool | None):
            number = self.compared_by(question)
            if number is None or not (isinstance(word, int | float | Decimal) or is_number(word)):
                wanted = "yes, no, unknown or quit" + (f", or the {number.named}" if number else "")
                raise ArgumentError("new_case", "answers", f"{wanted} was expected", value=value)
        self.n_answered += word != _QUIT
        return word

    def compared_by(self, question: Question) -> Number | None:
        """Return the number that decides the finding of a question."""
        return self.compared.get(question.finding) if question.finding is not None else None

    @property
    def unknown(self) -> tuple[URIRef, ...]:
        known = {one.finding for one in self.case.given} | self.decided
        return tuple(finding for finding in self.passed if finding not in known)

    @property
    def expected(self) -> Expected:
        if self.contradiction:
            return Expected(others="contradictory")
        return Expected(tuple((answer.option, answer.status) for answer in self.answers))


def is_number(said: object) -> bool:
    """Return whether a word is meant as a number."""
    return isinstance(said, str) and said.removeprefix("-")[:1].isdigit()


def _in_turn(answers: Iterator[Said]) -> Asked:
    return lambda _: next(answers, _QUIT)


def _about(question: Question) -> list[URIRef]:
    """Return the findings that a question asks for."""
    return [finding for finding, _ in question.choices] if question.finding is None else [question.finding]


def _text(case: Case, asking: _Asking, expected: bool) -> str:
    remark = [f"A case by the questions of: {asking.guideline.name}. The person is invented."]
    if expected:
        remark += [
            "What `expected` has is what the conditions come to today. Read each status beside the source, and correct",
            "what is wrong; then sts-kg test holds the guideline to it.",
        ]
    if asking.unknown:
        remark += wrap(f"Asked for and not known: {', '.join(map(short, asking.unknown))}.", 110, **_WHOLE)
    if asking.left:
        remark.append(f"The answers ended before the questions: {counted(len(asking.left), 'question')} left open.")
    remark += [asking.contradiction] if asking.contradiction else []
    empty = "" if expected else "expected: {}  # OPTION: met, not-met or undetermined, and others: for all the rest\n"
    return case_file(case, "\n".join(remark)) + empty
