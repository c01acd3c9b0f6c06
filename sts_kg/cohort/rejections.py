"""Rows that cannot be used: each with its table, row and reason, counted also where there are too many to list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sts_kg.safe import brief, counted
from sts_kg.shown import Shown

__all__ = ["Rejected", "Rejections"]

#: How many are listed; the others are counted by table and column.
MOST = 10_000


@dataclass(frozen=True, repr=False)
class Rejected(Shown):
    """A row that cannot be used: its table, its line or number, the column, and why.

    `reason` may hold what stands in a cell, and so is for the person at the terminal only.
    """

    table: str
    row: int | None
    column: str
    reason: str

    def __repr__(self) -> str:
        """Return the place, without the reason, which may hold what stands in a cell."""
        line = "" if self.row is None else f", line {self.row}"
        return f"<Rejected: {brief(self.table, 200)}{line}, {brief(self.column, 200)}>"

    def __str__(self) -> str:
        place = f", line {self.row}" if self.row is not None else ""
        return f"{self.table}{place}: {self.reason}"


@dataclass(repr=False)
class Rejections(Shown):
    """All rows that were rejected: `listed` the first of them, `counts` all of them by table and column."""

    listed: list[Rejected] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __repr__(self) -> str:
        return f"<Rejections: {counted(len(self), 'row')}>"

    def add(self, rejected: Rejected) -> None:
        """Count a row, and list it unless there are many already."""
        self.counts[rejected.table, rejected.column] += 1
        if len(self.listed) < MOST:
            self.listed.append(rejected)

    def extend(self, other: Rejections) -> None:
        """Add the rows that others list and count."""
        self.counts += other.counts
        self.listed += other.listed[: MOST - len(self.listed)]

    def __len__(self) -> int:
        return self.counts.total()

    def of(self, table: str) -> int:
        """Return how many rows of a table were rejected."""
        return sum(n for (name, _), n in self.counts.items() if name == table)

    def summary(self) -> str:
        """Return in a sentence how many rows of which tables were rejected; empty if none."""
        tables = dict.fromkeys(name for name, _ in self.counts)
        return "; ".join(f"{counted(self.of(name), 'row')} of {name} rejected" for name in tables)

    @classmethod
    def from_dicts(cls, rows: Iterable[Mapping[str, Any]], counts: Iterable[tuple[str, str, int]]) -> Rejections:
        """Return what `as_dicts` and the counts of a run say; the reasons are not known any more."""
        listed = [Rejected(row["table"], row["row"], row["column"], "could not be used") for row in rows]
        return cls(listed, Counter({(table, column): n for table, column, n in counts}))

    def as_dicts(self) -> list[dict[str, object]]:
        """Return the rows that are listed, as plain values without what their cells hold."""
        return [{"table": one.table, "row": one.row, "column": one.column} for one in self.listed]
