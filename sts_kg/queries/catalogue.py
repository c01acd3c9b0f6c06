"""The folder of canned queries: `<topic>/<query>.rq`, read into values by id, and found by name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sts_kg.errors import ParseError, QueriesError, QueryError, UnknownNameError, nearest
from sts_kg.queries.body import check_places, form_of, parameters_of
from sts_kg.queries.canned_query import CannedQuery
from sts_kg.queries.header import read_header
from sts_kg.queries.tokens import tokens_of
from sts_kg.rdf import read_text

__all__ = ["find", "ids", "parse_canned", "read", "read_all", "read_own"]

_LIKE_RQ = (".rq", ".sparql")
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
    """Return the query of an id ("drugs/options-with-drug") below a folder, without reading the others; or None.

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
    """Return the queries below a folder by id, sorted; headers and tokens are checked, the grammar is not.

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


def ids(folder: str | Path) -> set[str]:
    """Return the ids of the queries below a folder, by the names of their files alone."""
    return {path.relative_to(folder).with_suffix("").as_posix() for path in Path(folder).rglob("*.rq")}


def read_own(folder: str | Path, shipped: Collection[str]) -> dict[str, CannedQuery]:
    """Return the queries of one's own below a folder by id, sorted; each knows its `file`. `shipped` are the ids taken.

    A file that is hidden, or whose ending is not like `.rq`, is no query.

    Raises
    ------
    ParseError
        There is no such folder, or no query in it.
    QueryError, ParseError
        A file is wrong, or has the id of a shipped query. If several are, it is a QueriesError with all of them.
    """
    top = Path(folder)
    if not top.is_dir():
        reason = "is a file; give the folder that holds it" if top.exists() else "there is no such folder"
        raise ParseError(reason, path=folder)
    queries: dict[str, CannedQuery] = {}
    errors: list[QueryError | ParseError] = []

    def unreadable(error: OSError) -> None:
        errors.append(ParseError(f"cannot be read: {error.strerror or error}", path=error.filename))

    for path in sorted(_files(top, unreadable)):
        query_id = path.relative_to(top).with_suffix("").as_posix()
        try:
            if path.suffix != ".rq":
                raise QueryError(str(path), f"the name of a query ends in .rq, not in {path.suffix}")
            if query_id in shipped:
                raise QueryError(str(path), f"a shipped query is called {query_id}; give yours another name or topic")
            queries[query_id] = replace(parse_canned(query_id, read_text(path), shown=str(path)), file=path)
        except (QueryError, ParseError) as error:
            errors.append(error)
    if len(errors) > 1:
        raise QueriesError(str(folder), errors)
    if errors:
        raise errors[0]
    if not queries:
        raise ParseError("holds no query: none of its files is <topic>/<query>.rq", path=folder)
    return dict(sorted(queries.items()))


def _files(top: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield the files below a folder that look like queries; links are followed, each folder is seen once."""
    seen: set[str] = set()
    for folder, folders, files in os.walk(top, onerror=on_error, followlinks=True):
        if (real := os.path.realpath(folder)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in _LIKE_RQ:
                yield Path(folder, name)


def parse_canned(query_id: str, text: str, *, shown: str = "") -> CannedQuery:
    """Return a query file as a value, from its header and its tokens; only `CannedQuery.check` parses it.

    An error calls it by its id, or by what is `shown`.

    Raises
    ------
    QueryError
        The header, a variable's name or the place of a parameter breaks a rule, with the line where it is known.
    """
    try:
        return _parsed(query_id, text)
    except ParseError as error:
        raise QueryError(shown or query_id, error.reason, line=error.line) from None


def _parsed(query_id: str, text: str) -> CannedQuery:
    if not _ID.fullmatch(query_id):
        raise ParseError("the path is <topic>/<query>.rq below the folder, in small letters with hyphens")
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
        needs=header.needs,
        remedy=str(header.own.get("remedy", "")),
        tags=tuple(header.fields.get("tags", ())),
        endpoint=endpoint,
    )
