"""The text of a query to an endpoint: its form, its prefixes, its pages. It is not parsed.

Only a server knows its own extensions, so a text that is not SPARQL here may be a query there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sts_kg.errors import QueryError
from sts_kg.queries.mistakes import UPDATES, read_only
from sts_kg.queries.tokens import Token, chooses_graphs, names_graphs, prologue_end, tokens_of
from sts_kg.rdf import PREFIXES
from sts_kg.tables import Table

__all__ = ["QueryText"]

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


class QueryText:
    """A query's `text` and `form`; whether it is `ordered` and `limited`, without its sub-queries.

    Raises
    ------
    QueryError
        The text is not of one of the `forms`, by default of any that is a query: an update is not.

    Examples
    --------
    >>> query = QueryText("SELECT ?drug { ?drug a sts:Drug } ORDER BY ?drug")
    >>> query.form, query.ordered, query.limited
    ('SELECT', True, False)
    >>> print(query.page(10, 20, nested=False))
    SELECT ?drug { ?drug a sts:Drug } ORDER BY ?drug
    LIMIT 10 OFFSET 20
    """

    def __init__(self, text: str, *forms: str) -> None:
        self.text = text
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise QueryError("given", "it holds half of a surrogate pair, which is not text") from error
        tokens = tokens_of(text)
        at = prologue_end(tokens)
        self._prologue, self._body = tokens[:at], tokens[at:]
        top = [token.key for token, depth in _with_depth(self._body) if depth == 0 and token.kind == "word"]
        self.form = top[0] if top else ""
        if self.form in UPDATES:
            raise QueryError("given", read_only(self.form), line=self._body[0].line)
        if self.form not in (forms or _FORMS):
            *others, last = forms or _FORMS
            wanted = f"{', '.join(others)} or {last}" if others else last
            raise QueryError(
                "given",
                f"it is not {'an' if wanted[0] == 'A' else 'a'} {wanted} query"
                + (f" but {self.form}" if self.form else ""),
            )
        self.ordered = "ORDER" in top
        self.limited = "LIMIT" in top
        self._cut = bool({"LIMIT", "OFFSET", "VALUES"} & set(top))
        self._from = "FROM" in top

    @property
    def chooses_graphs(self) -> bool:
        """Whether the text says with FROM of which graphs its default graph is made."""
        return chooses_graphs(self._body)

    @property
    def names_graphs(self) -> bool:
        """Whether the text asks named graphs (GRAPH)."""
        return names_graphs(self._body)

    @property
    def declared(self) -> str:
        """The text, with the prefixes of the project that it uses and does not declare, on its first line."""
        known = {token.key for token in self._prologue if token.kind == "name"}
        used = {token.key.partition(":")[0] for token in self._body if token.kind == "name"}
        missing = [prefix for prefix in PREFIXES if prefix in used and f"{prefix}:" not in known]
        return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in missing) + self.text

    def arranged(self, table: Table) -> Table:
        """Return an answer; if the query is a SELECT *, with its variables in the order of the text.

        SPARQL gives them no order, and engines sort them by name, or not at all.
        """
        keys = [token.key for token in self._body]
        if self.form != "SELECT" or "*" not in keys[1:3] or "(" in keys[1:3]:
            return table
        place = {token.key[1:]: -at for at, token in enumerate(reversed(self._body)) if token.kind == "variable"}
        columns = sorted(range(len(table.variables)), key=lambda at: place.get(table.variables[at], 1))
        if columns == list(range(len(columns))):
            return table
        rows = tuple(tuple([row[at] for at in columns]) for row in table.rows)
        return replace(table, variables=tuple(table.variables[at] for at in columns), rows=rows)

    def page(self, limit: int, offset: int, *, nested: bool) -> str:
        """Return the query for some of its rows; `nested`, or if it has a LIMIT, with itself as sub-query.

        Raises
        ------
        QueryError
            It needs a sub-query and has a FROM, which a sub-query cannot have.
        """
        window = f"LIMIT {limit} OFFSET {offset}"
        if not (nested or self._cut):
            return f"{self.text}\n{window}"
        if self._from:
            raise QueryError("given", "paging needs a sub-query, which cannot have FROM; give default_graphs instead")
        start = self._body[0].start
        shown = self._projected()
        return f"{self.text[:start]}SELECT {shown} WHERE {{ {{ {self.text[start:]}\n}} }}\n{window}"

    def _projected(self) -> str:
        """Return the variables that SELECT names, in their order."""
        found, before = [], ""
        for token, depth in _with_depth(self._body):
            if token.key in ("{", "WHERE", "FROM"):
                break
            if token.kind == "variable" and (depth == 0 or before == "AS"):
                found.append(token.key)
            before = token.key
        return " ".join(found) or "*"


def _with_depth(tokens: Iterable[Token]) -> Iterator[tuple[Token, int]]:
    """Yield each token with the number of brackets around it."""
    depth = 0
    for token in tokens:
        depth -= token.key in ("}", ")")
        yield token, depth
        depth += token.key in ("{", "(")
