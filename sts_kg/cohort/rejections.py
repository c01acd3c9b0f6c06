"""Rows that cannot be used: each with its table, row and reason, counted also where there are too many to list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sts_kg.safe import counted

__all__ = ["Rejected", "Rejections"]

#: How many are listed; the others are counted by table and column.
MOST = 10_000


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be used: its table, its line or number, the column, and why.

    `reason` may hold what stands in a cell, and so is for the person at the terminal only.
    """

    table: str
    row: int | None
    column: str
    reason: str

    def __str__(self) -> str:
        place = f", line {self.row}" if self.row is not None else ""
        return f"{self.table}{place}: {self.reason}"


@dataclass
class Rejections:
    """All rows that were rejected: `listed` the first of them, `counts` all of them by table and column."""

    listed: list[Rejected] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

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

    def as_dicts(self) -> list[dict[str, object]]:
        """Return the rows that are listed, as plain values without what their cells hold."""
        return [{"table": one.table, "row": one.row, "column": one.column} for one in self.listed]
