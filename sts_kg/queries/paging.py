"""The text of a query as far as asking an endpoint needs it: its form, its prefixes, its pages. It is not parsed.

Only a server knows all that it takes, so what is no SPARQL here may be a query there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sts_kg.errors import QueryError
from sts_kg.rdf import PREFIXES

__all__ = ["QueryText", "without_comments"]

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_SKIPPED = (  # IRIs and strings, in which nothing is a keyword
    r'<[^<>"{}|^`\\\x00-\x20]*>|"""(?:"{0,2}(?:[^"\\]|\\.))*"""|\'\'\'(?:\'{0,2}(?:[^\'\\]|\\.))*\'\'\''
    r'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\''
)
_COMMENT = re.compile(rf"({_SKIPPED})|#[^\n\r]*", re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<skipped>{_SKIPPED}|\#[^\n\r]*)|(?P<variable>[?$]\w+)"
    r"|(?P<name>(?:[^\W\d_][\w.\-]*)?:(?:[\w.:%\-]|\\.)*)|(?P<word>\w+)|(?P<mark>[{}()*])",
    re.DOTALL,
)


def without_comments(text: str) -> str:
    """Return a query without its comments; lines keep their numbers."""
    return _COMMENT.sub(r"\1", text)


class _Token(NamedTuple):
    key: str  # a keyword in capitals
    kind: str
    start: int
    depth: int  # of brackets around it


class QueryText:
    """A query's `text` and `form`; whether it is `ordered` and `limited`, sub-queries left aside.

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
            raise QueryError("given", "it holds half of a surrogate pair, which is no text") from error
        self._tokens = list(_tokens(text))
        self._at = self._start()
        top = [token.key for token in self._tokens[self._at :] if token.depth == 0 and token.kind == "word"]
        self.form = top[0] if top else ""
        if self.form not in (forms or _FORMS):
            *others, last = forms or _FORMS
            wanted = f"{', '.join(others)} or {last}" if others else last
            raise QueryError("given", f"it is no {wanted} query" + (f" but {self.form}" if self.form else ""))
        self.ordered = "ORDER" in top
        self.limited = "LIMIT" in top
        self._cut = bool({"LIMIT", "OFFSET", "VALUES"} & set(top))
        self._from = "FROM" in top

    @property
    def declared(self) -> str:
        """The text, with the prefixes of the project that it uses and does not declare, on its first line."""
        prologue = self._tokens[: self._at]
        known = {token.key for token in prologue if token.kind == "name"}
        used = {token.key.partition(":")[0] for token in self._tokens[self._at :] if token.kind == "name"}
        missing = [prefix for prefix in PREFIXES if prefix in used and f"{prefix}:" not in known]
        return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in missing) + self.text

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
            raise QueryError("given", "pages of it need a sub-query, which has no FROM; give default_graphs instead")
        start = self._tokens[self._at].start
        shown = self._projected()
        return f"{self.text[:start]}SELECT {shown} WHERE {{ {{ {self.text[start:]}\n}} }}\n{window}"

    def _start(self) -> int:
        """Return where the prologue ends."""
        at = 0
        while at < len(self._tokens) and self._tokens[at].key in ("PREFIX", "BASE"):
            at += 2 if self._tokens[at].key == "PREFIX" else 1  # the IRI is no token
        return at

    def _projected(self) -> str:
        """Return the variables that SELECT names, in their order."""
        found, before = [], ""
        for token in self._tokens[self._at :]:
            if token.key in ("{", "WHERE", "FROM"):
                break
            if token.kind == "variable" and (token.depth == 0 or before == "AS"):
                found.append(token.key)
            before = token.key
        return " ".join(found) or "*"


def _tokens(text: str) -> Iterator[_Token]:
    depth = 0
    for match in _TOKEN.finditer(text):
        kind, key = str(match.lastgroup), match.group()
        if kind == "skipped":
            continue
        if key in ("}", ")"):
            depth -= 1
        yield _Token(key.upper() if kind == "word" else key, kind, match.start(), depth)
        if key in ("{", "("):
            depth += 1
