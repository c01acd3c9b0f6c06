"""The answer to a query as the bytes of a media type, as a SPARQL endpoint sends it: Oxigraph writes it, whole."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import pyoxigraph as ox

from sts_kg.errors import QueryError, TooManyBytesError, UnwritableError
from sts_kg.queries.graphs import chosen_graphs, namespaces
from sts_kg.queries.oxigraph import Store, check_syntax, checked, solved
from sts_kg.queries.paging import QueryText
from sts_kg.queries.tokens import prologue_end, tokens_of
from sts_kg.rdf import PREFIXES, for_rdfxml

__all__ = ["GRAPH_FORMS", "TABLE_FORMS", "Looked", "looked_at", "rewritten", "written_answer", "written_graph"]

#: Media types of tables (SPARQL 1.1 Query Results); of yes and no only the first two.
TABLE_FORMS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
#: Media types of graphs.
GRAPH_FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
}
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")  # XML 1.0, rule 2, in UTF-8
_FLEETING = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"))


class Looked(NamedTuple):
    """What a query is, by its text.

    `form` is SELECT, ASK, CONSTRUCT or DESCRIBE. It `chooses` its dataset by FROM, `names` graphs by GRAPH, and
    `asks_others` by SERVICE. Its answer `lasts` as long as the data do, if it asks neither others nor the time.
    `merged` and `named` are the graphs of FROM and FROM NAMED, if the text has all of them in full or by a prefix.
    """

    form: str
    chooses: bool
    names: bool
    asks_others: bool
    lasts: bool
    merged: tuple[str, ...]
    named: tuple[str, ...]


@lru_cache(maxsize=16)  # few: a text may be long, and is its asker's
def looked_at(text: str, services: tuple[str, ...] = ()) -> Looked:
    """Return what can be said of a query without data, after the checks that need none.

    `services` are the only addresses that SERVICE may name, each in full and exactly so.

    Raises
    ------
    QueryError
        It is not of these forms (an update is not), is nested too deeply or too long, or asks another endpoint.
    """
    tokens = checked(text, "given", services)
    try:
        form = QueryText(text).form
    except QueryError:
        check_syntax(text, services=services)  # which says where
        raise
    words = {token.key for token in tokens if token.kind == "word"}
    merged, named = chosen_graphs(text)
    return Looked(
        form,
        chooses="FROM" in words,
        names="GRAPH" in words,
        asks_others="SERVICE" in words,
        lasts=not words & _FLEETING,
        merged=merged,
        named=named,
    )


def written_answer(
    store: Store,
    text: str,
    media: str,
    *,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base: str | None = None,
    services: tuple[str, ...] = (),
    most: int | None = None,
) -> bytes:
    """Return the answer of a store to a query in a media type of `TABLE_FORMS` or `GRAPH_FORMS` that fits its form.

    A graph is written with the prefixes that the query uses.

    Parameters
    ----------
    store, text, media
        What is asked, the question, and how the answer is to be written.
    default_graphs, named_graphs : sequence of str, optional
        The dataset of the query, if not the store's own; it stands above FROM in the text (SPARQL 1.1 Protocol,
        section 2.1.4).
    base : str, optional
        The IRI against which relative ones in the text are resolved.
    services : tuple of str, optional
        The addresses that SERVICE may name.
    most : int, optional
        The most bytes of an answer.

    Raises
    ------
    QueryError
        As `run`.
    TooManyBytesError
        The answer is larger.
    UnwritableError
        The answer holds what XML cannot hold, and is to be XML.
    """
    looked_at(text, services)
    found = solved(
        store, text, "given", default_graphs=default_graphs, named_graphs=named_graphs, base=base, services=services
    )
    return _written(found, media, most, text)


def rewritten(body: bytes, media: str, form: str, *, most: int | None = None, text: str = "") -> bytes:
    """Return an answer that an endpoint sent, JSON of a table or N-Triples of a graph, in a media type of its form.

    Raises
    ------
    ValueError
        It is not what it should be.
    TooManyBytesError
        It is larger than `most`.
    UnwritableError
        As `written_answer`.
    """
    if form in ("SELECT", "ASK"):
        found: Any = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    else:
        found = ox.parse(body, ox.RdfFormat.N_TRIPLES)
    return _written(found, media, most, text)


def written_graph(store: Store, graph: str | None, media: str, *, most: int | None = None) -> bytes:
    """Return a named graph of a store, or its default graph, in a media type of `GRAPH_FORMS`; empty if it has none.

    Raises
    ------
    TooManyBytesError
        It is larger than `most`.
    UnwritableError
        As `written_answer`.
    """
    name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    found = (ox.Triple(each[0], each[1], each[2]) for each in store.quads_for_pattern(None, None, None, name))
    return _written(found, media, most, prefixes=PREFIXES)


def _written(
    found: Any, media: str, most: int | None, text: str = "", *, prefixes: Mapping[str, str] | None = None
) -> bytes:
    output = _Bounded(most)
    try:
        if media in TABLE_FORMS:
            found.serialize(output, TABLE_FORMS[media])
        else:
            found = for_rdfxml(found) if GRAPH_FORMS[media] == ox.RdfFormat.RDF_XML else found
            ox.serialize(found, output, GRAPH_FORMS[media], prefixes={**(prefixes or _prefixes(text))})
    except (RuntimeError, ValueError, OSError) as error:
        if isinstance(error, UnwritableError):
            raise
        if output.full:
            raise TooManyBytesError("the query", output.most) from None
        raise QueryError("given", str(error)) from error
    body = output.getvalue()
    return _as_xml(body) if TABLE_FORMS.get(media) == ox.QueryResultsFormat.XML else body


def _as_xml(body: bytes) -> bytes:
    """Return a table in XML; a carriage return in it would be read as a line feed."""
    if (wrong := _NOT_XML.search(body)) is not None:
        held = wrong.group().decode()
        raise UnwritableError(f"cannot be written in XML: a text holds {held!r}; JSON, CSV and TSV can hold it")
    return body.replace(b"\r", b"&#13;")


def _prefixes(text: str) -> dict[str, str]:
    """Return the prefixes that a text uses, with their namespaces."""
    tokens = tokens_of(text)
    used = {token.key.partition(":")[0] for token in tokens[prologue_end(tokens) :] if token.kind == "name"}
    known = namespaces(text)
    return {prefix: known[prefix] for prefix in sorted(used & known.keys())}


class _Bounded(io.BytesIO):
    """Bytes that are written, up to a bound."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self.most, self.full = most or 0, False

    def write(self, data: bytes) -> int:  # type: ignore[override] # what Oxigraph hands over
        if self.most and self.tell() + len(data) > self.most:
            self.full = True
            raise OSError("full")
        return super().write(data)
