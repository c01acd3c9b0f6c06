"""The sums over a cohort as tables, with small counts hidden, and the manifest of what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import file_digest
from pathlib import Path

from rdflib import URIRef
from rdflib.term import Literal

from sts_kg.cases import find_option
from sts_kg.cohort import plots
from sts_kg.cohort.rejections import Rejections
from sts_kg.cohort.release import HIDDEN, Key, Release
from sts_kg.cohort.words import words_of
from sts_kg.errors import ArgumentError, ParseError, UnknownNameError
from sts_kg.guideline import Guideline, short
from sts_kg.plan import Plan, Tally, plan_of
from sts_kg.rdf import local
from sts_kg.shown import Shown
from sts_kg.tables import Table

__all__ = ["Read", "Sums", "TableRead", "digest_of"]


@dataclass(frozen=True)
class TableRead:
    """A table that was read: what it holds, its name, how many rows it has, and how many of them are used.

    `sha256` is the digest of a file, in hexadecimal; None for what is no file.
    """

    kind: str
    name: str
    rows: int
    used: int
    sha256: str | None = None


def digest_of(table: object) -> str | None:
    """Return the SHA-256 of a file, in hexadecimal; None for what is no file.

    Raises
    ------
    ParseError
        It cannot be read.
    """
    if not isinstance(table, str | Path) or not Path(table).is_file():
        return None
    try:
        with Path(table).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror}", path=table) from error


@dataclass(frozen=True)
class Read:
    """What was read of a cohort: its tables, and the rows that cannot be used."""

    tables: tuple[TableRead, ...] = ()
    rejections: Rejections = field(default_factory=Rejections)

    @classmethod
    def of(cls, parts: Iterable[Read]) -> Read:
        """Return what was read in several parts."""
        tables: tuple[TableRead, ...] = ()
        rejections = Rejections()
        for part in parts:
            tables += part.tables
            rejections.extend(part.rejections)
        return cls(tables, rejections)


class Sums(Shown):
    """What the conditions of a guideline come to for a cohort, in sums: `tally` and `kinds`, of what was `read`."""

    def __init__(self, guideline: Guideline, min_cell: int) -> None:
        self.guideline, self.min_cell = guideline, min_cell
        self.plan: Plan = plan_of(guideline)

    @property
    def _hides(self) -> str:
        return f"counts below {self.min_cell} are hidden" if self.min_cell > 1 else "no count is hidden"

    @property
    def tally(self) -> Tally:
        """The sums over all patients, before any is hidden: for programs that hide small counts themselves."""
        raise NotImplementedError

    @property
    def kinds(self) -> Mapping[Key, int]:
        """How many patients are of each kind that the tables tell apart: what small counts are hidden by."""
        raise NotImplementedError

    @property
    def read(self) -> Read:
        """How many rows the tables have, how many are used, and which are not."""
        raise NotImplementedError

    @cached_property
    def release(self) -> Release:
        """The same sums, with what is hidden of them."""
        return Release(self.plan, self.tally, lambda: self.kinds, self.min_cell)

    def counts(self) -> Table:
        """Return how many patients have which status, a row an option.

        Columns: `option`, `met`, `not_met`, `undetermined`, `contradictory`, `patients`. A hidden count is unbound.
        """
        shown = self.release
        rows = [(option, *shown.statuses(option), shown.contradictory, shown.patients) for option in self.plan.options]
        return self._table(("option", "met", "not_met", "undetermined", "contradictory", "patients"), rows)

    def ask(self) -> Table:
        """Return the questions that patients wait for, the one for which most do first, hidden ones last.

        Columns: `findings` (short names), `question`, `waiting` (patients), `options` (pairs of a patient and an option
        that waits), `settled` (patients for whom the answer alone settles an option). A hidden count is unbound.
        """
        asked = [
            (question, self.release.asked(question))
            for question in self.plan.questions
            if self.tally.asked[question].waiting
        ]
        asked.sort(key=lambda pair: tuple(1 if count is None else -count for count in (pair[1][0], pair[1][2])))
        rows = [(" ".join(map(short, question.findings)), question.text, *counts) for question, counts in asked]
        return self._table(("findings", "question", "waiting", "options", "settled"), rows)

    def funnel(self, option: str) -> Table:
        """Return how many patients are left after each part of the condition of an option.

        Columns: `part` (in words), `yes` (all parts so far hold), `no` (one does not), `unknown` (neither is known).
        Patients that contradict themselves are left out. A hidden count is unbound.

        Raises
        ------
        UnknownNameError
            There is no such option.
        """
        chosen = find_option(option, self.plan.options)
        parts = words_of(self.plan.options[chosen].condition)
        first = [("all patients that do not contradict themselves", self.release.agreeing, 0, 0)]
        rows = [(part, *counts) for part, counts in zip(parts, self.release.steps(chosen), strict=True)]
        return self._table(("part", "yes", "no", "unknown"), [*first, *rows])

    def patterns(self) -> Table:
        """Return the sets of options that are met together, the most frequent first.

        Columns: `options` (their names, with blanks between; empty for none), `patients`. Patients that contradict
        themselves are left out. The sets whose counts are hidden are one row at the end, with `options` unbound.
        """
        options = [local(option) for option in self.plan.options]
        rows = [
            (None if some is None else " ".join(name for at, name in enumerate(options) if some >> at & 1), count)
            for some, count in self.release.sets()
        ]
        return self._table(("options", "patients"), rows)

    def plot(self, what: str, option: str | None = None) -> plots.Plot:
        """Return a picture as SVG text, which a notebook shows, of one of four kinds.

        `statuses`, `questions` and `combinations` are of all options, `funnel` is of one.

        It shows what `counts`, `ask`, `patterns` and `funnel` do, with the version and digest of the plan.

        Raises
        ------
        UnknownNameError
            There is no such picture or option.
        ArgumentError
            An option is missing, or given for a picture of all.
        MissingLibraryError
            matplotlib is not installed.
        """
        drawn = {
            "statuses": (plots.statuses, self.counts),
            "questions": (plots.questions, self.ask),
            "combinations": (plots.combinations, self.patterns),
        }
        if what not in (*drawn, "funnel"):
            raise UnknownNameError("picture", what, (*drawn, "funnel"))
        if (option is None) == (what == "funnel"):
            reason = "it is of one option" if option is None else "it is of all options"
            raise ArgumentError(f"plot {what}", "option", reason, value=option)
        footer = f"{self.plan.disclaimer} [sts_kg {self.plan.version}, plan {self.plan.digest[:12]}…]"
        if option is not None:
            label = self.plan.options[find_option(option, self.plan.options)].label
            return plots.funnel(self.funnel(option), label, footer=footer)
        draw, table = drawn[what]
        return draw(table(), footer=footer)

    def _table(self, variables: tuple[str, ...], rows: Sequence[Sequence[URIRef | str | int | None]]) -> Table:
        labels = {option: plan.label for option, plan in self.plan.options.items()}
        cells = tuple(
            tuple(cell if cell is None or isinstance(cell, URIRef) else Literal(cell) for cell in row) for row in rows
        )
        notes = (self.release.legend,) if any(None in row for row in rows) else ()
        return Table(variables, cells, labels, notes, HIDDEN)

    def manifest(self) -> dict[str, object]:
        """Return what was read and what came of it, as plain values; nothing in it is about one patient.

        Of each table it says how many rows there are, and how many are used; the others are listed by table and row.
        It is for those who hold the tables: the number of rows is never hidden, `contradictory` may be (None).
        """
        read, answered = self.read, self.tally.cases
        rows = sum(table.rows for table in read.tables if table.kind == "patients")
        return {
            "version": self.plan.version,
            "plan": self.plan.digest,
            "reading": self.plan.reading,
            "source": self.guideline.source_digest,
            "min_cell": self.min_cell,
            "tables": [asdict(one) for one in read.tables],
            "patients": {
                "read": rows,
                "answered": answered,
                "rejected": rows - answered,
                "contradictory": self.release.contradictory,
            },
            "rejected": read.rejections.as_dicts(),
            "disclaimer": self.plan.disclaimer,
        }
