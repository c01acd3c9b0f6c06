"""The folder of canned queries: `<topic>/<query>.rq`, read into values by id, and found by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from sts_kg.errors import ParseError, QueryError, UnknownNameError, nearest
from sts_kg.queries.body import check_places, form_of, parameters_of
from sts_kg.queries.canned_query import CannedQuery
from sts_kg.queries.header import read_header
from sts_kg.queries.tokens import tokens_of
from sts_kg.rdf import read_text

__all__ = ["find", "parse_canned", "read", "read_all"]

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")


def find(name: str, queries: Mapping[str, CannedQuery]) -> CannedQuery:
    """Return the query of an id ("drugs/options-with-drug"), or of a file name that only one topic has.

    Raises
    ------
    UnknownNameError
        No query has the name, or more than one has; `near` are the ids in question.
    """
    if name in queries:
        return queries[name]
    by_file: dict[str, list[str]] = {}
    for query_id in queries:
        by_file.setdefault(query_id.rpartition("/")[2], []).append(query_id)
    found = by_file.get(name, [])
    if len(found) == 1:
        return queries[found[0]]
    error = UnknownNameError("single query" if found else "query", name)
    alike = nearest(name, queries) or [
        each for file in nearest(name.rpartition("/")[2], by_file) for each in by_file[file]
    ]
    error.near = tuple(found or alike)
    raise error


def read(folder: str | Path, name: str) -> CannedQuery | None:
    """Return the query of an id ("drugs/options-with-drug") below a folder, without a look at the others; or None.

    Raises
    ------
    QueryError, ParseError
        Its file is wrong.
    """
    path = Path(folder) / f"{name}.rq"
    return parse_canned(name, read_text(path)) if _ID.fullmatch(name) and path.is_file() else None


def read_all(
    folder: str | Path, *, on_error: Callable[[QueryError | ParseError], None] | None = None
) -> dict[str, CannedQuery]:
    """Return the queries below a folder by id, sorted; reads headers and tokens, but does not ask the grammar.

    Raises
    ------
    QueryError, ParseError
        A file is wrong. With `on_error`, that is called with the error instead, and the file left out.
    """
    top, queries = Path(folder), {}
    if not top.is_dir():
        raise ParseError("there is no such folder", path=folder)
    for path in sorted(top.rglob("*.rq")):
        query_id = path.relative_to(top).with_suffix("").as_posix()
        try:
            queries[query_id] = parse_canned(query_id, read_text(path))
        except (QueryError, ParseError) as error:
            if on_error is None:
                raise
            on_error(error)
    return dict(sorted(queries.items()))


def parse_canned(query_id: str, text: str) -> CannedQuery:
    """Return a query file as a value, from its header and its tokens; only `CannedQuery.check` asks the grammar.

    Raises
    ------
    QueryError
        The header, a variable's name or the place of a parameter breaks a rule, with the line where it is known.
    """
    try:
        return _parsed(query_id, text)
    except ParseError as error:
        raise QueryError(query_id, error.reason, line=error.line) from None


def _parsed(query_id: str, text: str) -> CannedQuery:
    if not _ID.fullmatch(query_id):
        raise ParseError("the path is <topic>/<query>.rq, in small letters with hyphens")
    # rdflib replaces escapes before it finds the tokens, and ends a comment only at \n: all must see the same tokens
    if wrong := re.search(r"\\[uU][0-9A-Fa-f]{4}|\r(?!\n)", text):
        reason = "write a character itself, not as \\u, and a line end as \\n"
        raise ParseError(reason, line=text.count("\n", 0, wrong.start()) + 1)
    header, tokens = read_header(text), tokens_of(text)
    endpoint = header.fields.get("endpoint", "")
    form = form_of(tokens)
    check_places(tokens, federated=bool(endpoint))
    return CannedQuery(
        id=query_id,
        topic=query_id.partition("/")[0],
        summary=header.fields["summary"],
        description=header.fields["description"],
        graph=header.own.get("graph", "closed"),
        parameters=header.described(parameters_of(tokens)),
        text=text,
        form=form,
        empty_because=str(header.own.get("empty", "")),
        needs=str(header.own.get("needs", "")),
        remedy=str(header.own.get("remedy", "")),
        tags=tuple(header.fields.get("tags", ())),
        endpoint=endpoint,
    )
