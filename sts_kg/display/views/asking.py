"""What is shown of questions to ask next, and of what would change if findings were others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sts_kg.display.view import Block, Facts, Fold, Inline, Paragraph, Quiet, View, grid
from sts_kg.display.views.pieces import (
    MOST_OF_TEXT,
    clipped,
    footed,
    option,
    pill,
    questions,
    status,
    term,
    yes_or_no,
)
from sts_kg.rdf import local
from sts_kg.safe import counted

if TYPE_CHECKING:
    from rdflib import URIRef

    from sts_kg.cases import Answer, Change, Changes, Question, Questions

__all__ = ["of_change", "of_changes", "of_question", "of_questions"]

MOST_CASES, MOST_QUESTIONS, MOST_CHANGES = 10, 40, 60


def of_questions(found: Questions) -> View:
    """Return the questions of each case in a table, the one to be asked first on top."""
    if len(found) == 1:
        [(case, asked)] = found.items()
        return footed(f"What to ask next of case {clipped(case)}", [_ranked(asked)], found.footer)
    folds: list[Block] = [
        Fold(f"case {clipped(case)}: {counted(len(asked), 'question')}", (_ranked(asked),), is_open=number == 0)
        for number, (case, asked) in enumerate(list(found.items())[:MOST_CASES])
    ]
    if more := len(found) - len(folds):
        folds.append(Paragraph(Quiet(f"{counted(more, 'more case')} not shown: index this by the id of a case")))
    return footed(f"What to ask next of {counted(len(found), 'case')}", folds, found.footer)


def _ranked(asked: Sequence[Question]) -> Block:
    if not asked:
        return Paragraph("Nothing is left to ask: no option is undetermined for want of an answer.")
    rows: list[tuple[Inline, ...]] = [(str(rank), _asked(one), _waiting(one)) for rank, one in enumerate(asked, 1)]
    return grid(("", "question", "options that wait"), rows, "question", most=MOST_QUESTIONS)


def _asked(one: Question) -> Inline:
    finding: Inline = ("\n", Quiet(term(one.finding))) if one.finding else ""
    choices = tuple((f"\n· {text} ", Quiet(term(choice))) for choice, text in one.choices)
    hint = f"\n{clipped(one.hint, MOST_OF_TEXT)}; that is a hint and no fact." if one.hint else ""
    return (one.text, finding, *choices, Quiet(hint) if hint else "")


def _labels(one: Question, options: Iterable[URIRef]) -> str:
    return ", ".join(one.labels.get(each, local(each)) for each in options)


def _waiting(one: Question) -> Inline:
    """Return the options that wait for a question, and which of them one answer would make met."""
    answers = (("yes", one.would_meet), ("no", one.would_meet_if_no))
    met = [f"met by {word}: {_labels(one, options)}" for word, options in answers if options]
    return (_labels(one, one.options), *(("\n", Quiet(each)) for each in met))


def of_question(one: Question) -> View:
    """Return one question, with the options that wait for it."""
    facts: list[tuple[str, Inline]] = [
        ("finding", term(one.finding) if one.finding else ""),
        ("a no says", term(one.complement) if one.complement else ""),
        ("options that wait", _labels(one, one.options)),
        ("met if yes", _labels(one, one.would_meet)),
        ("met if no", _labels(one, one.would_meet_if_no)),
        ("hint, no fact", clipped(one.hint, MOST_OF_TEXT)),
    ]
    choices = [grid(("choice", "finding"), [(text, term(each)) for each, text in one.choices], "choice")]
    return footed(one.text, [*(choices if one.choices else []), Facts(tuple(facts))], one.footer)


def of_changes(found: Changes) -> View:
    """Return what would change for a case: before and after."""
    return footed(f"What if, for case {clipped(found.case)}", _changed(found), found.footer)


def _changed(found: Changes) -> Iterator[Block]:
    supposed: Mapping[URIRef, bool | None] = found.supposed
    yield Facts(
        tuple(
            (found.labels.get(finding) or local(finding), f"supposed to be {yes_or_no(holds)}")
            for finding, holds in supposed.items()
        )
    )
    if not found:
        yield Paragraph("No option changes.")
        return
    rows: list[tuple[Inline, ...]] = [(option(each.after), pill(each.before), _after(each.after)) for each in found]
    yield grid(("option", "before", "after, and what would still be to know"), rows, "change", most=MOST_CHANGES)
    yield Paragraph(Quiet("A hypothesis, not a forecast. All other options stay as they are."))


def _after(answer: Answer) -> Inline:
    return (status(answer), "\n", questions(answer)) if answer.missing else pill(answer)


def of_change(change: Change) -> View:
    """Return how one option would change."""
    before, after = change.before, change.after
    facts: tuple[tuple[str, Inline], ...] = (("before", status(before)), ("after", status(after)))
    asked = Facts((*facts, ("still to know", questions(after))))
    return footed((option(after), Quiet(" would change")), [asked], after.footer)
