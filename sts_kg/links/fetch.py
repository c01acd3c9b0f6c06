"""External ontologies: whole documents from a URL, and the part around some terms from a SPARQL endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from rdflib import Graph, URIRef

from sts_kg.errors import EndpointAnswerError
from sts_kg.links.hierarchies import HIERARCHIES
from sts_kg.rdf import Document, ntriples_of, syntax_told
from sts_kg.safe import without_secrets
from sts_kg.stores import Endpoint, send

__all__ = ["ACCEPT", "MOST_BYTES", "Fetched", "downloaded", "fetched", "of_endpoint", "with_ending"]

ACCEPT = "application/rdf+xml, text/turtle;q=0.9, application/n-triples;q=0.8, application/ld+json;q=0.5, */*;q=0.1"
_ENDINGS = {
    "application/rdf+xml": ".rdf",
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
    "application/ld+json": ".jsonld",
}
MOST_BYTES = 2_000_000_000
_STAR = """CONSTRUCT { ?term ?p ?o . ?o ?q ?r } WHERE {
  #VALUES#
  %s
  ?term ?p ?o .
  OPTIONAL { ?o ?q ?r . FILTER(isBlank(?o)) }
}"""
#: How the terms of a slice are found from the seeds.
_TERMS = {
    "star": "BIND(?seed AS ?term)",
    "up": "?seed (%s)* ?term . FILTER(isIRI(?term))",
    "down": "?term (%s)* ?seed . FILTER(isIRI(?term))",
}


@dataclass(frozen=True)
class Fetched:
    """A document that was fetched: its file, and the address that it stands for."""

    path: Path
    address: str


def with_ending(name: str, content_type: str) -> str:
    """Return the name of a file with the ending of its content type, if it has none that tells its syntax."""
    if syntax_told(name) is not None:
        return name
    return name + _ENDINGS.get(content_type.partition(";")[0].strip().lower(), "")


@contextmanager
def fetched(url: str, *, timeout_s: float = 600.0) -> Iterator[tuple[Path, str]]:
    """Download the document at a URL, and yield the file, which is deleted afterwards, and where it came from.

    The name of the file has the ending of the URL, or else that of the content type.

    Raises
    ------
    EndpointError
        The document cannot be fetched.
    """
    with TemporaryDirectory() as folder:
        part = Path(folder) / "part"
        with part.open("w+b") as file:
            headers = {"Accept": ACCEPT}
            reply = send(
                url, headers=headers, timeout_s=timeout_s, most_bytes=MOST_BYTES, accept_status=(200,), into=file
            )
        if not part.stat().st_size:
            shown = without_secrets(url)
            raise EndpointAnswerError(shown, "answered with nothing; check the address", status=reply.status)
        name = urlsplit(url).path.rpartition("/")[2][-100:] or "document"
        path = part.rename(part.with_name(with_ending(name, reply.content_type)))
        yield path, without_secrets(reply.url)


@contextmanager
def downloaded(url: str, *, lenient: bool = False) -> Iterator[Document]:
    """Download the document at a URL, and yield it open; its name, its content type and its content say its syntax.

    Raises
    ------
    EndpointError
        As `fetched`.
    ParseError
        As `Document`; it names the URL.
    """
    with (
        fetched(url) as (path, base),
        Document(path, path=without_secrets(url), base=base, lenient=lenient) as document,
    ):
        yield document


def of_endpoint(
    endpoint: Endpoint, iris: Iterable[str], *, slice: str = "up", hierarchy: Iterable[str] = (), size: int = 50
) -> list[BytesIO]:
    """Return what an endpoint knows about some terms, as N-Triples, one item per batch.

    Parameters
    ----------
    endpoint : Endpoint
        The endpoint to query.
    iris : iterable of str
        The terms, in every form of their IRIs that the endpoint may use.
    slice : {"star", "up", "down", "module"}
        How far the slice goes; "module" is queried as "up".
    hierarchy : iterable of str
        IRIs of the properties that lead up, `^` before those that lead down; by default `HIERARCHIES`.
    size : int
        The number of terms in one request.

    Raises
    ------
    EndpointError
        There is no usable answer.
    """
    path = "|".join(f"{'^' * each.startswith('^')}<{each.removeprefix('^')}>" for each in hierarchy or HIERARCHIES)
    text = _STAR % _TERMS["up" if slice == "module" else slice].replace("%s", path)
    found = endpoint.batched(text, "seed", [URIRef(iri) for iri in iris], size=size)
    return [BytesIO(ntriples_of(graph)) for graph in found if isinstance(graph, Graph) and len(graph)]
