"""A canned query as a file for any SPARQL engine: its values bound, its prefixes declared, its dataset named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sts_kg.queries.paging import QueryText
from sts_kg.queries.tokens import Token, prologue_end, tokens_of

__all__ = ["MARK", "from_graphs", "written"]

MARK = "# Written by sts-kg queries --write"  #: the comment by which a written file is known
_AFTER_DATASET = ("WHERE", "ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET", "VALUES")


def written(text: str, comments: Iterable[str], *, graphs: Iterable[str] = ()) -> str:
    """Return the text of a file: the header of a canned query as it stands, comments, prefixes, the query.

    Parameters
    ----------
    text : str
        A canned query with its values bound.
    comments : iterable of str
        Lines of their own below the header, which grlc does not read.
    graphs : iterable of str
        The IRIs of the graphs to query, as FROM clauses.
    """
    lines = text.splitlines(keepends=True)
    size = next((at for at, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    head, body = "".join(lines[:size]), "".join(lines[size:])
    query = QueryText(from_graphs(body, graphs))
    added = query.declared.removesuffix(query.text).replace("> ", ">\n")
    return f"{head}{MARK}\n{''.join(f'# {each}'.rstrip() + chr(10) for each in comments)}{added}{query.text}"


def from_graphs(text: str, graphs: Iterable[str]) -> str:
    """Return a query whose default graph is the merge of some graphs (SPARQL 1.1, section 13.2.1)."""
    clauses = "".join(f"FROM <{graph}>\n" for graph in graphs)
    if not clauses:
        return text
    tokens = tokens_of(text)
    at = _place(tokens[prologue_end(tokens) :], len(text))
    before = "" if text[:at].endswith("\n") else "\n"
    return f"{text[:at].rstrip(' ')}{before}{clauses}{text[at:].lstrip(' ')}"


def _place(body: Sequence[Token], end: int) -> int:
    """Return where dataset clauses stand: after what is selected, or after the template, or before the solutions."""
    rounds = curls = 0
    template = body[0].key == "CONSTRUCT" and body[1].key == "{"
    for token in body[1:]:
        if not rounds and not curls and not template and (token.key == "{" or token.key in _AFTER_DATASET):
            return token.start
        rounds += (token.key == "(") - (token.key == ")")
        curls += (token.key == "{") - (token.key == "}")
        if template and token.key == "}" and not curls:
            return token.start + 1
    return end
