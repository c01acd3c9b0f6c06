"""Canned queries as files for any SPARQL engine: values bound, prefixes declared, and each says what it is to ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from sts_kg.errors import ParameterError, ParseError, nearest
from sts_kg.queries.canned_query import CannedQuery
from sts_kg.queries.paging import QueryText
from sts_kg.queries.tokens import Token, names_graphs, prologue_end, tokens_of
from sts_kg.rdf import read_text, write_bytes

__all__ = ["from_graphs", "how_to_run", "with_comments", "write_files"]

_MARK = "Written by sts-kg queries --write"  # the comment by which a written file is known
#: What to load for a query of each kind, and how that is written.
_LOADED = {
    "asserted": ("the ontology", "sts-kg export -o FILE.ttl"),
    "closed": ("the ontology with what follows", "sts-kg export --inferred -o FILE.ttl"),
    "cases": (
        "the ontology and cases, with what follows",
        "sts-kg export --inferred --cases CASES -o FILE.ttl (the fictional cases: example:a, example:b, …)",
    ),
    "linked": (
        "the ontology with what follows, the mappings, and the slices that were linked",
        "sts-kg export --graphs asserted,inferred,mappings,links --linked STORE -o FILE.ttl (STORE: of sts-kg link -o)",
    ),
}
_MAPPED = (
    "the ontology with what follows, and the mappings",
    "sts-kg export --graphs asserted,inferred,mappings -o FILE.ttl",
)
_SLICES = "sts-kg export --graphs links --linked STORE -o FILE.nq"
_AFTER_DATASET = ("WHERE", "ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET", "VALUES")


def write_files(
    folder: str | Path,
    queries: Iterable[CannedQuery],
    bound: Callable[..., str],
    *,
    graphs: Callable[[CannedQuery], Iterable[str]] | None = None,
    values: Mapping[str, object],
) -> list[Path]:
    """Write canned queries into a folder, and return the files, `topic/name.rq`.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there. Files that were written before are replaced, others never.
    queries : iterable of CannedQuery
        Which.
    bound : callable
        Called with the id of a query and values by name; returns its text with its parameters bound.
    graphs : callable, optional
        Returns the IRIs of the graphs that a query is about, to be named by FROM.
    values : mapping of parameter names to values
        Each for all queries that have the parameter; None counts as not given.

    Raises
    ------
    ParameterError
        No query has such a parameter.
    ParseError
        A file of another origin has the name of one to be written; nothing is written then.
    OSError
        A file cannot be written.
    """
    chosen = list(queries)
    given = {name: value for name, value in values.items() if value is not None}
    known = {each.name for query in chosen for each in query.parameters}
    for name in sorted(given.keys() - known):
        raise ParameterError("each", name, "no query has such a parameter", near=nearest(name, known))
    texts = {}
    for query in chosen:
        path = Path(folder, f"{query.id}.rq")
        if path.exists() and f"# {_MARK}" not in read_text(path):
            raise ParseError("was not written by sts-kg queries --write; give another folder", path=path)
        mine = {each.name: given[each.name] for each in query.parameters if each.name in given}
        named = list(graphs(query)) if graphs is not None and not query.endpoint else []
        comments = [_MARK, *how_to_run(query, named=bool(named)), *(f"{name}: {value}" for name, value in mine.items())]
        texts[path] = with_comments(bound(query.id, **mine), comments, graphs=named)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, text.encode())
    return list(texts)


def how_to_run(query: CannedQuery, *, named: bool = False) -> list[str]:
    """Return what a written query says of the data that it needs; `named` says whether FROM names them."""
    if query.endpoint:
        return [f"Ask {query.endpoint}"]
    what, how = _LOADED[query.graph]
    vocabularies = [each for each in query.needs if each not in ("mappings", "links")]
    need = f" It needs a linked ontology with terms of {', '.join(vocabularies)}." if vocabularies else ""
    if query.needs == ("mappings",):
        what, how = _MAPPED
    if named:
        options = how.removeprefix("sts-kg export ").partition(" -o")[0]  # which push has, too
        filled = f"sts-kg push {options} filled" if query.graph == "linked" else "sts-kg push filled"
        return [f"Ask a store that {filled}; FROM names {what}.{need}"]
    comments = [f"Load into the default graph {what}.{need}", f"  {how}"]
    if names_graphs(tokens_of(query.text)):
        comments += ["Load the slices into named graphs, too.", f"  {_SLICES}"]
    return comments


def with_comments(text: str, comments: Iterable[str], *, graphs: Collection[str] = ()) -> str:
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
    return f"{head}{''.join(f'# {each}'.rstrip() + chr(10) for each in comments)}{added}{query.text}"


def from_graphs(text: str, graphs: Collection[str]) -> str:
    """Return a query whose default graph is the merge of some graphs (SPARQL 1.1, section 13.2.1).

    If it asks named graphs, it has the same ones by their names.
    """
    tokens = tokens_of(text)
    named = graphs if names_graphs(tokens) else ()
    clauses = "".join([*(f"FROM <{each}>\n" for each in graphs), *(f"FROM NAMED <{each}>\n" for each in named)])
    if not clauses:
        return text
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
