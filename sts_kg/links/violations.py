"""The problems of a mapping set as they are found: what is wrong in the same way in several rows is kept once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sts_kg.links.mapping_set import MappingSet
from sts_kg.safe import visible
from sts_kg.shown import Shown

__all__ = ["RowViolation", "Severity", "Violations"]

Severity = Literal["error", "warning", "information"]


@dataclass(frozen=True, repr=False)
class RowViolation(Shown):
    """One problem in a mapping set: its `line` and `column` (a slot), the `message`, and the `remedy`.

    A set with an error must not be used; a warning should be reviewed; information needs no change. What is wrong in
    the same way in several rows is told once, with the line of the first and the `count` of rows. `path` is the file of
    external metadata if the problem is there.
    """

    line: int | None
    column: str
    message: str
    remedy: str
    severity: Severity = "error"
    count: int = 1
    path: Path | None = None

    def __repr__(self) -> str:
        return f"<RowViolation: {str(self)[:300]}>"

    def __str__(self) -> str:
        place = f"line {self.line}, {self.column}" if self.line is not None else self.column
        rows = f" ({self.count:,} rows)" if self.count > 1 else ""
        return visible(f"{place}: {self.severity}: {self.message}{rows}; {self.remedy}")


class Violations:
    """The problems of one set by what they are, one of many rows once, with its count."""

    def __init__(self, mappings: MappingSet) -> None:
        self._set = mappings
        self._found: dict[object, RowViolation] = {}
        self._last: dict[object, int | None] = {}

    def say(
        self,
        line: int | None,
        column: str,
        message: str,
        remedy: str,
        severity: Severity = "error",
        *,
        once: object = None,
        path: Path | None = None,
    ) -> None:
        """Note a problem; a problem of the same `once` is only counted."""
        key = once if once is not None else len(self._found)
        if key not in self._found:
            self._found[key] = RowViolation(line, column, message, remedy, severity, path=path)
        elif self._last[key] != line:
            self._found[key] = replace(self._found[key], count=self._found[key].count + 1)
        self._last[key] = line

    def say_of(
        self,
        slot: str,
        message: str,
        remedy: str,
        severity: Severity = "error",
        *,
        key: str = "",
        once: object = None,
    ) -> None:
        """Note a problem of the metadata, at the place of a key in the file or beside it."""
        key, outside = key or slot, self._set.lines_beside
        line, path = self._set.lines.get(key), None
        if line is None and key in outside:
            line, path = outside[key], self._set.beside
        self.say(line, slot, message, remedy, severity, once=once, path=path)

    def by_line(self) -> list[RowViolation]:
        """Return the problems in the order of their lines, those without a line first."""
        return sorted(self._found.values(), key=lambda problem: problem.line if problem.line is not None else 0)
