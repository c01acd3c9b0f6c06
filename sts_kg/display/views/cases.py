"""What is shown of a case: its findings, the courses of treatment and what else it says, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sts_kg.display.view import Badge, Block, Facts, Heading, Inline, Paragraph, Quiet, View, grid, text_of
from sts_kg.display.views.pieces import MOST_OF_TEXT, clipped, term, yes_or_no
from sts_kg.guideline import key_of, written

if TYPE_CHECKING:
    from sts_kg.cases import Case

__all__ = ["of_case"]

_HISTORY = {True: "complete", False: "not complete", None: "may be incomplete"}


def of_case(case: Case) -> View:
    """Return what a case says, with the file and line of each fact."""
    title = f"Case {clipped(case.id)}" + (f": {clipped(case.label, 100)}" if case.label else "")
    return View(title, tuple(_blocks(case)))


def _blocks(case: Case) -> Iterator[Block]:
    periods = [f"from {each.since.text} to {each.until.text}" for each in case.no_growth]
    facts: list[tuple[str, Inline]] = [
        ("as of", case.as_of.text if case.as_of else ""),
        ("treatment history", _HISTORY[case.history_complete]),
        ("declines", text_of(term(one.modality) for one in case.declines)),
        ("grew on", clipped(", ".join(date.text for date in case.growth), MOST_OF_TEXT)),
        ("did not grow", clipped(", ".join(periods), MOST_OF_TEXT)),
        *((key_of(of).replace("_", " "), written(number)) for of, number in case.numbers.items()),
        (
            "expected",
            clipped(", ".join(f"{name}: {said}" for name, said in case.expected.as_dict().items()), MOST_OF_TEXT),
        ),
    ]
    yield Facts(tuple(facts))
    if case.given:
        rows: list[tuple[Inline, ...]] = [
            (term(each.finding), Badge(yes_or_no(each.holds), "note"), clipped(each.place, 100)) for each in case.given
        ]
        yield grid(("finding", "holds", "where"), rows, "finding")
    else:
        yield Paragraph(Quiet("No finding is given; what is not given is unknown."))
    if case.courses:
        yield Heading("Courses of treatment")
        yield grid(("therapies", "when", "outcome", "where"), [*_courses(case)], "course")


def _courses(case: Case) -> Iterator[tuple[Inline, ...]]:
    for course in case.courses:
        dates = [("from", course.start), ("to", course.end), *(("growth on", date) for date in course.growth)]
        when = [f"{word} {date.text}" for word, date in dates if date]
        when += [f"no growth until {course.no_growth_until.text}"] if course.no_growth_until else []
        when += ["going on"] if course.ongoing else []
        about = [term(one) for one in (course.outcome, course.indication, *course.purposes, *course.sites) if one]
        yield (
            text_of(map(term, course.therapies)),
            clipped(", ".join(when), MOST_OF_TEXT),
            text_of(about),
            clipped(course.place, 100),
        )
