"""The answer to a query as the bytes of a media type, as a SPARQL endpoint sends it: Oxigraph writes it, whole."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache

import pyoxigraph as ox

from sts_kg.errors import QueryError, TooManyBytesError
from sts_kg.queries.oxigraph import Store, checked, solved
from sts_kg.queries.paging import QueryText

__all__ = ["GRAPH_FORMS", "TABLE_FORMS", "form_of_query", "written_answer"]

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


@lru_cache(maxsize=1000)
def form_of_query(text: str) -> str:
    """Return the form of a query, SELECT, ASK, CONSTRUCT or DESCRIBE, after the checks that need no data.

    Raises
    ------
    QueryError
        It is not of these forms (an update is not), is nested too deeply or too long, or asks another endpoint.
    """
    checked(text, "given")
    return QueryText(text).form


def written_answer(
    store: Store,
    text: str,
    media: str,
    *,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base: str | None = None,
    most: int | None = None,
) -> bytes:
    """Return the answer of a store to a query in a media type of `TABLE_FORMS` or `GRAPH_FORMS` that fits its form.

    Parameters
    ----------
    store, text, media
        What is asked, the question, and how the answer is to be written.
    default_graphs, named_graphs : sequence of str, optional
        The dataset of the query, if not the store's own; it stands above FROM in the text (SPARQL 1.1 Protocol,
        section 2.1.4).
    base : str, optional
        The IRI against which relative ones in the text are resolved.
    most : int, optional
        The most bytes of an answer.

    Raises
    ------
    QueryError
        As `run`.
    TooManyBytesError
        The answer is larger.
    """
    form_of_query(text)
    output = _Bounded(most)
    found = solved(store, text, "given", default_graphs=default_graphs, named_graphs=named_graphs, base=base)
    try:
        found.serialize(output, TABLE_FORMS[media] if media in TABLE_FORMS else GRAPH_FORMS[media])
    except (RuntimeError, ValueError, OSError) as error:
        if output.full:
            raise TooManyBytesError("the query", output.most) from None
        raise QueryError("given", str(error)) from error
    return output.getvalue()


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
