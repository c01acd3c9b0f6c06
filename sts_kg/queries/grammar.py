"""rdflib's SPARQL: its parse trees, and its processor without files and addresses; its import takes 0.1 s."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import rdflib.plugins.sparql
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor as _Processor

from sts_kg.errors import QueryError
from sts_kg.queries.bounds import check_bounds

_TOO_DEEP = "is nested too deeply for rdflib; split it"

__all__ = ["SPARQLProcessor", "check_algebra", "parse_sparql", "parsed_sparql", "parts_of"]

# rdflib would read what a query names in FROM: https://github.com/RDFLib/rdflib/issues/810
rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False


class SPARQLProcessor(_Processor):
    """rdflib's own, which reads no text that is nested too deeply or too long."""

    def query(self, strOrQuery: Any, *arguments: Any, **named: Any) -> Any:  # noqa: N803 # rdflib's name
        """Return the answer as rdflib does.

        Raises
        ------
        QueryError
            The query is beyond the bounds of `check_bounds`, or of rdflib's recursion.
        """
        if isinstance(strOrQuery, str):
            check_bounds(strOrQuery)
        try:
            return super().query(strOrQuery, *arguments, **named)
        except RecursionError as error:
            raise QueryError("given", _TOO_DEEP) from error


def parse_sparql(name: str, text: str) -> Any:
    """Return rdflib's parse tree of a query, prologue and body; QueryError for the named query if there is none."""
    check_bounds(text, name)
    return _asked(name, parseQuery, text)


@lru_cache(maxsize=8)
def parsed_sparql(name: str, text: str) -> Any:
    """Return what `parse_sparql` does, to be read and not to be changed: it is shared."""
    return parse_sparql(name, text)


def check_algebra(name: str, tree: Any) -> None:
    """Raise `QueryError` if a parse tree has an unknown prefix or a variable out of scope; it changes the tree."""
    _asked(name, translateQuery, tree)


def _asked(name: str, grammar: Callable[[Any], Any], what: Any) -> Any:
    try:
        return grammar(what)
    except RecursionError as error:
        raise QueryError(name, _TOO_DEEP) from error
    except Exception as error:  # pyparsing's own errors, ValueError, and bare Exception for an unknown prefix
        line, column = getattr(error, "lineno", None), getattr(error, "column", None)
        raise QueryError(name, f"not SPARQL: {getattr(error, 'msg', error)}", line=line, column=column) from error


def parts_of(tree: Any) -> Iterator[Any]:
    """Yield a node of a parse tree and every node below it, in the order of the text."""
    yield tree
    if not isinstance(tree, (str, type(None))):
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from parts_of(part)
