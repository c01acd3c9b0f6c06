"""Answers as they are written piece by piece, in each format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rdflib import URIRef

from sts_kg.cases import WORDING, Answer, Answers
from sts_kg.cli.console import OptionRows, Terminal, legend
from sts_kg.guideline import Guideline, Segment

__all__ = ["Writer", "writer"]


class Writer(Protocol):
    """Writes answers in pieces."""

    def write(self, answers: Answers) -> None:
        """Write the answers for some cases."""

    def end(self) -> None:
        """Write what comes after the last of them."""


def writer(form: str, shown: Terminal, guideline: Guideline, segments: Sequence[Segment]) -> Writer:
    """Return what writes answers in a format; `segments` are those that may be shown below tables."""
    if form == "table":
        return _Tables(shown, guideline, segments)
    return _Json(shown) if form == "json" else _Csv(shown, spreadsheet=form == "spreadsheet")


class _Json:
    """One array. An item waits for the next, which is parted from it by a comma."""

    def __init__(self, shown: Terminal) -> None:
        self._shown, self._waiting, self._begun = shown, "", False

    def write(self, answers: Answers) -> None:
        items = list(answers.json_items())
        if items:
            before = [self._waiting] if self._begun else []
            *ready, self._waiting = [*before, *items]
            opening = "" if self._begun else "[\n"
            self._begun = True
            self._shown.write(opening + "".join(f"{item},\n" for item in ready))

    def end(self) -> None:
        self._shown.write(f"{self._waiting}\n]" if self._begun else "[]")


class _Csv:
    """One table; nothing, not even a header, if there is no answer at all."""

    def __init__(self, shown: Terminal, *, spreadsheet: bool) -> None:
        self._shown, self._spreadsheet, self._begun = shown, spreadsheet, False

    def write(self, answers: Answers) -> None:
        mark = "\ufeff" if self._spreadsheet and not self._begun else ""
        self._shown.write(mark + answers.to_csv(spreadsheet=self._spreadsheet, header=not self._begun))
        self._begun = True

    def end(self) -> None:
        pass


class _Tables:
    """A table for each case, and at the end the words of the source, its segments, and what the statuses mean."""

    def __init__(self, shown: Terminal, guideline: Guideline, segments: Sequence[Segment]) -> None:
        self._shown, self._footer, self._segments = shown, guideline.footer, segments
        self._rows = OptionRows(guideline.asserted)
        self._options: dict[URIRef, Answer] = {}
        self._sorts: dict[object, Answer] = {}

    def write(self, answers: Answers) -> None:
        self._shown.options(answers.answers, self._rows, answers.labels)
        for answer in answers:
            self._options.setdefault(answer.option, answer)
            self._sorts.setdefault(answer.made("sort", _sort), answer)

    def end(self) -> None:
        if self._options:
            self._shown.words(self._options.values())
            quoted = {name for answer in self._options.values() for name in answer.segment_ids}
            if self._segments:
                self._shown.segments([one for one in self._segments if one.id in quoted])
            self._shown.tell(f"{legend(self._sorts.values())}\n{self._footer}\n")


def _sort(answer: Answer) -> object:
    """Return all of an answer that its legend is about."""
    return answer.status, answer.meaning == WORDING[answer.status], answer.readings is None, bool(answer.hangs_on)
