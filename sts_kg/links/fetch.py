"""External ontologies: whole documents from a URL, and the part around some terms from a SPARQL endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from rdflib import Graph, URIRef

from sts_kg.errors import EndpointAnswerError
from sts_kg.rdf import Document, ntriples_of, syntax_told
from sts_kg.safe import without_secrets
from sts_kg.stores import Endpoint, send

__all__ = ["downloaded", "of_endpoint"]

_ACCEPT = "application/rdf+xml, text/turtle;q=0.9, application/n-triples;q=0.8, application/ld+json;q=0.5, */*;q=0.1"
_ENDINGS = {
    "application/rdf+xml": ".rdf",
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
    "application/ld+json": ".jsonld",
}
_MOST_BYTES = 2_000_000_000
_STAR = """CONSTRUCT { ?term ?p ?o . ?o ?q ?r } WHERE {
  #VALUES#
  %s
  ?term ?p ?o .
  OPTIONAL { ?o ?q ?r . FILTER(isBlank(?o)) }
}"""
#: How the terms of a slice are found from the seeds.
_TERMS = {
    "star": "BIND(?seed AS ?term)",
    "up": "?seed <http://www.w3.org/2000/01/rdf-schema#subClassOf>* ?term . FILTER(isIRI(?term))",
    "down": "?term <http://www.w3.org/2000/01/rdf-schema#subClassOf>* ?seed . FILTER(isIRI(?term))",
}


@contextmanager
def downloaded(url: str, *, lenient: bool = False, timeout_s: float = 600.0) -> Iterator[Document]:
    """Download the document at a URL, and yield it open; its name, its content type and its content say its syntax.

    Raises
    ------
    EndpointError
        The document cannot be fetched.
    ParseError
        As `Document`; it names the URL.
    """
    reply = send(url, headers={"Accept": _ACCEPT}, timeout_s=timeout_s, most_bytes=_MOST_BYTES, accept_status=(200,))
    shown = without_secrets(url)
    if not reply.body:
        raise EndpointAnswerError(shown, "answered with nothing; check the address", status=reply.status)
    name = urlsplit(url).path.rpartition("/")[2][-100:] or "document"
    if syntax_told(name) is None:  # the content decides if the type says nothing either
        name += _ENDINGS.get(reply.content_type.partition(";")[0].strip().lower(), "")
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(reply.body)
        with Document(path, path=shown, base=without_secrets(reply.url), lenient=lenient) as document:
            yield document


def of_endpoint(endpoint: Endpoint, iris: Iterable[str], *, slice: str = "up", size: int = 50) -> list[BytesIO]:
    """Return what an endpoint knows about some terms, as N-Triples, one item per batch.

    Parameters
    ----------
    endpoint : Endpoint
        The endpoint to query.
    iris : iterable of str
        The terms, in every form of their IRIs that the endpoint may use.
    slice : {"star", "up", "down", "module"}
        How far the slice goes; "module" is queried as "up".
    size : int
        The number of terms in one request.

    Raises
    ------
    EndpointError
        There is no usable answer.
    """
    text = _STAR % _TERMS["up" if slice == "module" else slice]
    found = endpoint.batched(text, "seed", [URIRef(iri) for iri in iris], size=size)
    return [BytesIO(ntriples_of(graph)) for graph in found if isinstance(graph, Graph) and len(graph)]
