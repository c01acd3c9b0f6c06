"""What to ask next of a case: its missing findings as questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rdflib import Literal, URIRef

from sts_kg.cases.answers import Answer
from sts_kg.cases.case import Case, Given
from sts_kg.cases.facts import facts_of
from sts_kg.cases.options import in_reading_order, known_findings
from sts_kg.guideline import Guideline, short
from sts_kg.rdf import STS, local
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Framed, Table

__all__ = ["Question", "Questions", "questions"]


@dataclass(frozen=True)
class Question(Shown):
    """A missing finding as a question: the undetermined options that wait for it, and those that one answer makes met.

    A finding and its complement are one question (D29): `complement` is then the finding that a no gives. Alternatives
    that are asked for together are one question without `finding`: `choices` has each with its own question; a yes is
    then a yes to any of them, a no a no to all. `hint` says what in the case gives reason to ask; it is no fact.
    `labels` has those of all options.
    """

    finding: URIRef | None
    text: str
    options: tuple[URIRef, ...]
    would_meet: tuple[URIRef, ...]
    would_meet_if_no: tuple[URIRef, ...] = ()
    complement: URIRef | None = None
    choices: tuple[tuple[URIRef, str], ...] = ()
    hint: str = ""
    labels: Mapping[URIRef, str] = field(default_factory=dict, repr=False, compare=False)
    footer: str = field(default="", repr=False, compare=False)

    def __repr__(self) -> str:
        about = short(self.finding) if self.finding else counted(len(self.choices), "choice")
        return f"<Question: {about}, for {counted(len(self.options), 'option')}>"

    def as_dict(self) -> dict[str, object]:
        """Return the question as plain values, names without prefixes."""
        return {
            "finding": short(self.finding) if self.finding else None,
            "question": self.text,
            "options": [local(option) for option in self.options],
            "would_meet": [local(option) for option in self.would_meet],
            "would_meet_if_no": [local(option) for option in self.would_meet_if_no],
            "complement": short(self.complement) if self.complement else None,
            "choices": [{"finding": short(finding), "question": text} for finding, text in self.choices],
            "hint": self.hint or None,
        }


class Questions(Shown, Framed, dict[str, tuple[Question, ...]]):
    """The questions to ask next, by the id of a case: what others rest on first, then what most options wait for."""

    def __init__(self, found: Mapping[str, tuple[Question, ...]], footer: str = "") -> None:
        super().__init__(found)
        self.footer = footer

    def __repr__(self) -> str:
        return f"<Questions: {sum(map(len, self.values()))} for {counted(len(self), 'case')}>"

    def table(self) -> Table:
        """Return a row a question, in order: case, finding, question, how many options wait, options, hint.

        `would_meet` and `would_meet_if_no` are the options that a yes or a no makes met. Names stand with blanks
        between; of several findings that are asked for together, all stand in `finding`.
        """

        def cells(case: str, each: Question) -> tuple[Literal | None, ...]:
            findings = [each.finding] if each.finding else [finding for finding, _ in each.choices]
            lists = (map(short, findings), *(map(local, some) for some in (each.options, each.would_meet)))
            finding, options, would_meet = map(" ".join, lists)
            if_no = " ".join(map(local, each.would_meet_if_no))
            texts = (case, finding, each.text, len(each.options), options, would_meet, if_no, each.hint)
            return tuple(Literal(text) if text != "" else None for text in texts)

        header = ("case", "finding", "question", "n_options", "options", "would_meet", "would_meet_if_no", "hint")
        return Table(header, tuple(cells(case, each) for case, some in self.items() for each in some))


def questions(of_one_case: Iterable[Answer], guideline: Guideline) -> tuple[Question, ...]:
    """Return the missing findings of one case as questions.

    Findings on which others rest come first (`sts:askRank`), then the question that most options wait for; ties are
    broken by the ordinal of the finding. A finding and its complement are one question, and so are alternatives that
    have a question of their own, where two or more are missing. What there is nothing to ask about is left out (D32).
    """
    answers, asserted, vocabulary = tuple(of_one_case), guideline.asserted, guideline.vocabulary
    pairs = asserted.subject_objects(STS.complementOf)
    asked_by = {URIRef(str(finding)): URIRef(str(asked)) for finding, asked in pairs}
    complements = {asked: finding for finding, asked in asked_by.items()}
    shown: dict[str, Any] = {"labels": {answer.option: answer.label for answer in answers}, "footer": guideline.footer}
    waiting: dict[URIRef, list[URIRef]] = {}
    texts: dict[URIRef, str] = {}
    hints: dict[URIRef, str] = {}
    for answer in answers:
        for finding in answer.missing:
            if answer.questions[finding]:
                asked = asked_by.get(finding, finding)
                waiting.setdefault(asked, []).append(answer.option)
                texts[asked] = answer.questions[finding] if asked == finding else vocabulary.question(asked)
                hints |= {asked: answer.hints[finding]} if finding in answer.hints else {}

    def met_by(*given: tuple[URIRef, bool]) -> tuple[URIRef, ...]:
        follows = frozenset[tuple[URIRef, bool]]().union(*(_consequences(guideline)[fact] for fact in given))
        return tuple(one.option for one in answers if any(needed.items() <= follows for needed in one.met_if))

    def alone(asked: URIRef) -> Question:
        return Question(
            asked,
            texts[asked],
            tuple(dict.fromkeys(waiting[asked])),
            met_by((asked, True)),
            met_by((asked, False)),
            complements.get(asked),
            hint=hints.get(asked, ""),
            **shown,
        )

    def together(group: URIRef, choices: tuple[URIRef, ...]) -> Question:
        waits = {option for finding in choices for option in waiting[finding]}
        by_each = [met_by((finding, True)) for finding in choices]
        return Question(
            None,
            vocabulary.question(group),
            tuple(answer.option for answer in answers if answer.option in waits),
            tuple(option for option in by_each[0] if all(option in met for met in by_each)),
            met_by(*((finding, False) for finding in choices)),
            choices=tuple((finding, texts[finding]) for finding in choices),
            hint="; ".join(f"{short(finding)}: {hints[finding]}" for finding in choices if finding in hints),
            **shown,
        )

    groups = {g: in_reading_order(asserted, some) for g, some in vocabulary.asked_together(waiting).items()}
    in_group = {finding for choices in groups.values() for finding in choices}
    asked_for = {finding: alone(finding) for finding in waiting if finding not in in_group}
    asked_for |= {choices[0]: together(group, choices) for group, choices in groups.items()}
    ranks = vocabulary.ask_ranks

    def place(finding: URIRef) -> tuple[bool, int]:
        return finding not in ranks, ranks.get(finding, -len(asked_for[finding].options))

    return tuple(asked_for[finding] for finding in sorted(in_reading_order(asserted, asked_for), key=place))


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
    return {fact: frozenset(known_findings(case, closed).items()) for fact, case in alone.items()}
