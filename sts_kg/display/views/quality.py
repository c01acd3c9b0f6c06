"""What is shown of the quality gates: what is wrong first, with what would be right, then what is covered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sts_kg.display.view import Badge, Block, Code, Facts, Heading, Inline, View, grid
from sts_kg.display.views.pieces import MOST_OF_TEXT, clipped, listing, rate
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.quality import Report, Violation

__all__ = ["of_report", "of_violation"]


def of_report(report: Report) -> View:
    """Return what the checks found wrong, what is covered, and what was left out."""
    wrong, by = len(report.violations), counted(report.n_checks, "check")
    badge = Badge(counted(wrong, "violation"), "bad") if wrong else Badge("nothing is wrong", "good")
    return View(("Quality gates: ", badge, f" by {by}"), tuple(_blocks(report)))


def _blocks(report: Report) -> Iterator[Block]:
    if report.violations:
        rows: list[tuple[Inline, ...]] = [
            (
                one.check,
                Code(clipped(one.subject, 100)),
                clipped(one.message, MOST_OF_TEXT),
                clipped(one.remedy, MOST_OF_TEXT),
            )
            for one in report.violations
        ]
        header = ("check", "what", "what is wrong", "what would be right")
        yield grid(header, rows, "violation")
    if report.notes:
        yield Heading("Left out")
        yield listing([clipped(note, MOST_OF_TEXT) for note in report.notes], 20, ".notes")
    yield Heading("Covered")
    yield Facts(tuple((what, rate(covered, total)) for what, covered, total in report.coverage))


def of_violation(violation: Violation) -> View:
    """Return one thing that is wrong, and what would be right."""
    facts: tuple[tuple[str, Inline], ...] = (
        ("what is wrong", clipped(violation.message, MOST_OF_TEXT)),
        ("what would be right", clipped(violation.remedy, MOST_OF_TEXT)),
        ("check", violation.check),
    )
    return View((Badge("violation", "bad"), " ", Code(clipped(violation.subject, 100))), (Facts(facts),))
