"""What is shown of golden cases: what differs first, with its reasons, then what engines left out; and a new case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from sts_kg.display.view import (
    Badge,
    Block,
    Facts,
    Fold,
    Heading,
    Inline,
    Listing,
    Paragraph,
    Source,
    View,
    grid,
    text_of,
)
from sts_kg.display.views.pieces import MOST_OF_TEXT, clipped, footed, listing, rate, term

if TYPE_CHECKING:
    from sts_kg.authoring import GoldenReport, LeftOut, NewCase, Tested
    from sts_kg.cases import Status

__all__ = ["of_golden_report", "of_left_out", "of_new_case", "of_tested"]

MOST_DIFFERENCES, MOST_REASONS, MOST_CASES, MOST_LINES = 60, 8, 100, 200


def of_golden_report(report: GoldenReport) -> View:
    """Return what is not as golden cases expect, what engines could not take, and a line for each case."""
    wrong = len(report.differences)
    badge = Badge(f"{wrong:,} not as expected", "bad") if wrong else Badge("all as expected", "good")
    return footed(("Golden cases: ", badge), _blocks(report), report.footer)


def _blocks(report: GoldenReport) -> Iterator[Block]:
    yield Paragraph(f"{report.summary}; by {', '.join(report.engines)}.")
    if report.differences:
        rows: list[tuple[Inline, ...]] = [
            (
                clipped(one.case),
                term(one.option),
                _badge(one.expected),
                _found(one),
                text_of(_reasons(one), "\n"),
            )
            for one in report.differences[:MOST_DIFFERENCES]
        ]
        header = ("case", "option", "expected", "found", "why")
        yield grid(header, rows, "difference", most=MOST_DIFFERENCES, total=len(report.differences))
    if report.left_out:
        yield Heading("Left out")
        yield listing([clipped(str(one), MOST_OF_TEXT) for one in report.left_out], where=".left_out")
    expected = Counter(one.case for one in report.tested if one.expected)
    right = Counter(one.case for one in report.tested if one.expected and one.agrees)
    lines = [
        (clipped(case), clipped(place, 100), rate(right[case], expected[case]))
        for case, place in list(report.places.items())[:MOST_CASES]
    ]
    cases = grid(("case", "where", "as expected"), lines, "case", most=MOST_CASES, total=len(report.places))
    yield Fold("each case", (cases,))


def _found(one: Tested) -> Inline:
    """Return what the engines say: once if they agree, else a line for each."""
    if len({*one.said.values()}) == 1:
        return _badge(next(iter(one.said.values())))
    return text_of(((engine, " ", _badge(status)) for engine, status in one.said.items()), "\n") or "–"


def _reasons(one: Tested) -> tuple[str, ...]:
    return tuple(clipped(line, MOST_OF_TEXT) for line in islice(one.reasons(), MOST_REASONS))


def _badge(status: Status | None) -> Inline:
    return (Badge(status.replace("-", " "), status),) if status else "–"


def of_tested(one: Tested) -> View:
    """Return what is expected of an option for a case, what each engine says, and the reasons if they differ."""
    facts: list[tuple[str, Inline]] = [("case", clipped(one.case)), ("expected", _badge(one.expected))]
    facts += [(engine, _badge(status)) for engine, status in one.said.items()]
    why: list[Block] = [Heading("Why"), Listing(_reasons(one))] if one.explanation or one.contradiction else []
    badge = Badge("as expected", "good") if one.agrees else Badge("not as expected", "bad")
    footer = one.explanation.disclaimer if one.explanation else ""
    return footed((term(one.option), " ", badge), [Facts(tuple(facts)), *why], footer)


def of_left_out(one: LeftOut) -> View:
    """Return which engine could not take which case, and why."""
    facts = (("case", clipped(one.case) or "all"), ("because", clipped(one.reason, MOST_OF_TEXT)))
    return View(("Left out by the engine ", one.engine), (Facts(facts),))


def of_new_case(made: NewCase) -> View:
    """Return the file of a case that was made by asking, and what is left to ask."""
    lines = made.text.splitlines()
    text = "\n".join(lines[:MOST_LINES])
    blocks: list[Block] = [Paragraph(f"{made.summary}."), Source(text, "yaml")]
    if made.left:
        blocks += [Heading("Left open"), listing([question.text for question in made.left], where=".left")]
    return footed(f"New case {clipped(made.case.id)}", blocks, made.footer)
