"""What a knowledge graph tells the authors and reviewers of its guideline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sts_kg.cases import Sheet, SourceDiff, sheet, source_diff
from sts_kg.errors import CaseError, ParseError
from sts_kg.guideline import Segments, queries_folder
from sts_kg.knowledge.core import Core

if TYPE_CHECKING:
    from sts_kg.authoring import Asked, GoldenReport, NewCase, Said, ToDo
    from sts_kg.quality import Report

__all__ = ["WithAuthoring"]


class WithAuthoring(Core):
    """Golden cases, checks and reviews of the guideline."""

    def test(
        self,
        path: str | Path,
        *,
        engines: Iterable[str] = ("closure", "bits", "sql"),
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> GoldenReport:
        """Return what golden cases expect, beside what the closure, the bits of the plan and its SQL in SQLite say.

        A golden case is a case file in YAML or JSON with the key `expected`. An engine that cannot take a case is named
        in the report, with the reason.

        Parameters
        ----------
        path : path
            A case file, or a folder of them; a folder in which there is a folder `cases` stands for that, and
            `example:NAME` for that of a fictional guideline.
        engines : iterable of str
            Some of `closure`, `bits` and `sql`.
        on_error : callable, optional
            Called with the error of each file that cannot be read and each case that expects nothing; the others are
            run.

        Raises
        ------
        CaseError, ParseError
            A case cannot be read, or expects nothing, and `on_error` is not given; or a folder has no case file.
        UnknownNameError
            There is no such engine, or none is named.
        """
        from sts_kg.authoring import run_golden

        return run_golden(self.guideline, path, engines, on_error=on_error)

    def new_case(
        self,
        answers: Asked | Iterable[Said],
        *,
        id: str = "new-case",
        label: str = "",
        expected: bool = True,
    ) -> NewCase:
        """Return the case that answers to the questions of the guideline make, with the text of its file.

        Parameters
        ----------
        answers : callable, or iterable
            What answers each `Question`, in the order of `questions`: True or yes, False or no, None or unknown, or a
            number where one decides the finding; quit, and the end of an iterable, end it.
        id, label : str
            Those of the case.
        expected : bool
            Whether the file expects what the conditions come to today, for the author to correct; or nothing.

        Raises
        ------
        ArgumentError
            An answer is none of these, or the id cannot be one.
        CaseError
            A number is none that the case can record.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().new_case(["yes", "no", "unknown"], id="nestling").case
        <Case nestling: 2 findings, 0 courses>
        """
        from sts_kg.authoring import case_of_answers

        return case_of_answers(self.guideline, answers, id=id, label=label, expected=expected)

    def review(self, *, page: str | Path | None = None) -> Sheet:
        """Return the review sheet: every decision for a clinician to judge, with what changes by its other readings.

        `page` is the source page, to quote its sentences. `write` makes a file of it: a page, Markdown, or the form
        that `with_verdicts` reads once it is filled in.

        Raises
        ------
        ParseError, SourceError
            The page cannot be read, or is not the one that was modelled.
        ReadingError
            This graph is by a reading that was not chosen.
        """
        return sheet(self.session, self.guideline.texts(page))

    def check(self, *, page: str | Path | None = None) -> Report:
        """Return the report of the quality gates on the ontology and the queries, and on the page if available."""
        from sts_kg.quality import report

        return report(
            self.guideline, canned_folder=queries_folder(), own=self._own.values(), page=self.guideline.page(page)
        )

    def todo(self, *, page: str | Path | None = None) -> ToDo:
        """Return what its author still has to do for the guideline, in the order of work; empty if nothing is left.

        A folder that cannot be read has no knowledge graph: `sts-kg check --guideline DIR` says what is wrong with it.
        """
        from sts_kg.authoring import todo

        return todo(
            self.guideline, canned_folder=queries_folder(), own=self._own.values(), page=self.guideline.page(page)
        )

    def sources(self, name: str | None = None, *, page: str | Path | None = None) -> Segments:
        """Return all segments of the source in reading order, or the one with an id; with text if the page is given."""
        guideline = self.guideline if name is None else self._guideline_of(name)
        return Segments(guideline.segments(page) if name is None else (guideline.segment(name, page),))

    def source_diff(self, old: str | Path, new: str | Path) -> SourceDiff:
        """Return what a new version of the source page changes: its segments, and what in the graph rests on them.

        `old` is the page that was modelled. The answers are those for the example cases; nothing is written.

        Raises
        ------
        ParseError
            A page cannot be read, or the new one is not UTF-8 or has no text.
        SourceError
            The old page is not the one that was modelled.
        """
        return source_diff(self.session, old, new)
