"""Small parts of SQL: flags, AND and OR, lists of words in a cell, and a text that grows by named steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sts_kg.cohort.dialects import Dialect
from sts_kg.cohort.relations import Relations
from sts_kg.plan import Plan

__all__ = [
    "NEVER",
    "Check",
    "Script",
    "all_of",
    "any_of",
    "faults",
    "flag",
    "holds_word",
    "none_if_empty",
    "other_words",
    "word_list",
]

NEVER = "1 = 0"


def any_of(tests: Iterable[str]) -> str:
    """Return the test that any of some tests holds; brackets hold it together."""
    found = [*dict.fromkeys(tests)]
    return NEVER if not found else found[0] if len(found) == 1 else f"({' OR '.join(found)})"


def all_of(tests: Iterable[str]) -> str:
    """Return the test that all of some tests hold."""
    found = [*dict.fromkeys(tests)]
    return "1 = 1" if not found else " AND ".join(found)


def flag(test: str) -> str:
    """Return 1 where a test holds, else 0, also where it is unknown."""
    return f"CASE WHEN {test} THEN 1 ELSE 0 END"


def none_if_empty(expression: str) -> str:
    """Return a text, or NULL where it is empty."""
    return f"CASE WHEN {expression} <> '' THEN {expression} END"


def word_list(cell: str) -> str:
    """Return a list of words, with blanks between, in which each word has a blank on both sides of its own."""
    return f"' ' || REPLACE({cell}, ' ', '  ') || ' '"


def holds_word(listed: str, words: Iterable[str]) -> str:
    """Return the test that a `word_list` holds one of some words."""
    return any_of(f"{listed} LIKE '% {word} %'" for word in words)


def other_words(listed: str, words: Iterable[str]) -> str:
    """Return the test that a `word_list` holds a word that is none of these: its letters are more than theirs."""
    known = " + ".join(f"LENGTH({listed}) - LENGTH(REPLACE({listed}, ' {word} ', '  '))" for word in words)
    return f"LENGTH(REPLACE({listed}, ' ', '')) > {known}"


@dataclass(frozen=True)
class Check:
    """What makes a row unusable: the column, its value as text, the test, and a word for the reason.

    `quoted` says that column and reason are words, not names of columns that hold them.
    """

    column: str
    value: str
    wrong: str
    reason: str
    quoted: bool = True

    def of(self, alias: str) -> Check:
        """Return the check of another row, whose alias stands where there are braces."""
        parts = (part.format(alias) for part in (self.column, self.value, self.wrong, self.reason))
        return Check(*parts, quoted=self.quoted)

    def told(self, part: str) -> str:
        """Return the column, value or reason as an expression."""
        told: str = getattr(self, part)
        return f"'{told}'" if self.quoted and part != "value" else told


def faults(checks: Iterable[Check], names: Sequence[str]) -> list[str]:
    """Return the columns that say the first of some faults of a row: its column, value and reason, NULL if none."""
    found = [*checks]
    return [
        "CASE\n            "
        + "\n            ".join(f"WHEN {check.wrong} THEN {check.told(part)}" for check in found)
        + f"\n        END AS {name}"
        for part, name in zip(("column", "value", "reason"), names, strict=True)
    ]


@dataclass
class Script:
    """A text that grows by steps, each a named SELECT with a comment that says what it holds.

    `marks` says whether what courses say of options is wanted, `told` whether what is wrong with a row is.
    """

    plan: Plan
    dialect: Dialect
    relations: Relations
    marks: bool = False
    told: bool = False
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    checks: dict[str, list[Check]] = field(default_factory=dict)

    def add(self, name: str, holds: str, select: Sequence[str], rest: Sequence[str]) -> None:
        """Add a step: its name, what it holds, the columns that it selects, and what comes after these."""
        columns = ",\n        ".join(select)
        self.steps.append((name, holds, f"    SELECT\n        {columns}\n    " + "\n    ".join(rest)))

    def text(self, head: Iterable[str], last: str) -> str:
        """Return the whole text: comments at its head, the steps, and the last SELECT."""
        comments = "".join(f"-- {line}\n" for line in head)
        steps = ",\n".join(f"-- {holds}\n{name} AS (\n{select}\n)" for name, holds, select in self.steps)
        return f"{comments}WITH\n{steps}\n{last.rstrip()}\n"

    def cell(self, relation: str, key: str, alias: str = "t") -> str | None:
        """Return the column of a relation, as SQL names it; None if it has none."""
        cell = self.relations.columns[relation].get(key)
        return None if cell is None else f"{alias}.{self.dialect.column(cell.name)}"

    def as_text(self, relation: str, key: str) -> str:
        """Return a cell as text, NULL if it is empty, or if there is no such column."""
        column = self.cell(relation, key)
        return none_if_empty(self.dialect.as_text(column)) if column else self.nothing

    @property
    def nothing(self) -> str:
        """A NULL that is a text."""
        return self.dialect.as_text("NULL")

    @property
    def unknown(self) -> str:
        """A NULL that is a flag."""
        return f"CAST(NULL AS {self.dialect.integer})"

    def yes_or_no(self, column: str, kind: str) -> str:
        """Return a cell that holds yes or no as 1 or 0; NULL if it holds neither."""
        if kind == "flag":
            return column
        word = f"LOWER(TRIM({self.dialect.as_text(column)}))"
        return f"CASE WHEN {word} IN ('yes', 'true', 'on') THEN 1 WHEN {word} IN ('no', 'false', 'off') THEN 0 END"

    def not_yes_or_no(self, column: str, kind: str) -> str:
        """Return the test that a cell holds what is neither yes, no nor unknown."""
        if kind == "flag":
            return f"({column} <> 0 AND {column} <> 1)"
        known = "'yes', 'true', 'on', 'no', 'false', 'off', 'unknown', 'null', '~', ''"
        return f"LOWER(TRIM({self.dialect.as_text(column)})) NOT IN ({known})"

    def wrong(self, relation: str) -> str:
        """Return the test that a row of a relation cannot be used."""
        return "\n            OR ".join(check.wrong for check in self.checks[relation]) or NEVER
