"""How the dialects of SQL differ in what our texts use: how names are quoted, and what types are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sts_kg.errors import UnknownNameError

__all__ = ["DIALECTS", "Dialect", "dialect_of"]


@dataclass(frozen=True)
class Dialect:
    """A dialect of SQL: how it quotes names and texts, and its names of the types of texts, numbers and days."""

    name: str
    quote: str = '"'
    text: str = "VARCHAR"
    integer: str = "INTEGER"
    count: str = "BIGINT"
    day: str = "DATE"
    backslash: bool = False  # whether a backslash in a text is an escape, and two quotes are not

    def column(self, name: str) -> str:
        """Return the name of a column of the user, quoted, so that reserved words and hyphens are names, too."""
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    def literal(self, text: str) -> str:
        """Return a text as a literal.

        Examples
        --------
        >>> DIALECTS["duckdb"].literal("it's"), DIALECTS["spark"].literal("it's")
        ("'it''s'", "'it\\\\'s'")
        """
        quoted = text.replace("\\", "\\\\").replace("'", "\\'") if self.backslash else text.replace("'", "''")
        return f"'{quoted}'"

    def as_text(self, expression: str) -> str:
        """Return an expression as text."""
        return f"CAST({expression} AS {self.text})"


DIALECTS: Mapping[str, Dialect] = {
    each.name: each
    for each in (
        Dialect("duckdb"),
        Dialect("postgres", text="TEXT"),
        Dialect("spark", quote="`", text="STRING", integer="INT", backslash=True),
        Dialect("bigquery", quote="`", text="STRING", integer="INT64", count="INT64", backslash=True),
        Dialect("snowflake"),
        Dialect("sqlite", text="TEXT", count="INTEGER", day="TEXT"),  # a CAST to DATE makes a number of a day there
    )
}


def dialect_of(name: str) -> Dialect:
    """Return the dialect of a name.

    Raises
    ------
    UnknownNameError
        There is no such dialect; near ones are named.
    """
    if name not in DIALECTS:
        raise UnknownNameError("dialect", name, DIALECTS)
    return DIALECTS[name]
