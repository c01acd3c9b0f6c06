"""The source page by its segments: positions and gists from the ontology, the text only if the user has the page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.errors import ParseError, SourceError, UnknownNameError
from sts_kg.rdf import OA, STS, expand, local, read_bytes
from sts_kg.safe import counted
from sts_kg.shown import Shown

__all__ = [
    "CUES",
    "Segment",
    "Segments",
    "find_segment",
    "footer_of",
    "page_texts",
    "segment",
    "segments",
    "source_document",
]

#: The properties by which a statement or a condition part quotes words of its segments.
CUES = (STS.strengthCue, STS.frequencyCue, STS.cue)


@dataclass(frozen=True)
class Segment(Shown):
    """A piece of the source.

    `start` and `end` are Unicode code points (end exclusive), `line` counts from 1, `gist` is in the project's own
    words, `sha256` the digest of the exact UTF-8 text; `text` is None unless the page is at hand.
    """

    id: str
    ordinal: int
    kind: str
    section: str
    start: int
    end: int
    line: int
    gist: str
    sha256: str
    text: str | None = None

    def __repr__(self) -> str:
        return f"<Segment {self.id}: {self.kind}, line {self.line}>"

    def as_dict(self) -> dict[str, object]:
        """Return the segment as plain values; `text` only if the page is at hand."""
        plain = dict(self.__dict__)
        if self.text is None:
            del plain["text"]
        return plain


class Segments(Shown, tuple[Segment, ...]):
    """Some segments of the source."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Segments: {counted(len(self), 'segment')}>"


def source_document(asserted: Graph) -> URIRef | None:
    """Return the source document of an ontology, or None if it names none."""
    found = asserted.value(None, RDF.type, STS.SourceDocument)
    return found if isinstance(found, URIRef) else None


def footer_of(asserted: Graph, iri: Node, by: str = "") -> str:
    """Return the line that ends every answer from an ontology: disclaimer, version, digest of the source, and `by`."""
    properties = (STS.disclaimer, OWL.versionInfo, DCTERMS.alternative, RDFS.label)
    disclaimer, version, short, label = (str(asserted.value(iri, each) or "") for each in properties)
    digest = asserted.value(source_document(asserted), STS.sha256)
    return f"{disclaimer} [{short or label} ontology {version}, source {str(digest)[:12]}…{by}]"


def segment(asserted: Graph, iri: URIRef, texts: Mapping[str, str] | None = None) -> Segment:
    """Return one segment; with its text if `texts`, by id, has it."""
    selector = asserted.value(iri, OA.hasSelector)

    def number(subject: Node | None, predicate: URIRef) -> int:
        value = asserted.value(subject, predicate)
        if isinstance(value, Literal) and isinstance(value.value, int):
            return int(value)
        wrong = f"the {local(predicate)} {str(value)!r}" if value is not None else f"no {local(predicate)}"
        raise ParseError(f"the segment {local(iri)} has {wrong}; a whole number is expected", path="source.ttl")

    return Segment(
        id=local(iri),
        ordinal=number(iri, STS.ordinal),
        kind="heading" if (iri, RDF.type, STS.Heading) in asserted else "sentence",
        section=str(asserted.value(asserted.value(iri, STS.inSection), RDFS.label)).removeprefix("section "),
        start=number(selector, OA.start),
        end=number(selector, OA.end),
        line=number(iri, STS.lineNumber),
        gist=str(asserted.value(iri, STS.gist)),
        sha256=str(asserted.value(iri, STS.sha256)),
        text=texts.get(local(iri)) if texts else None,
    )


def segments(asserted: Graph, texts: Mapping[str, str] | None = None) -> tuple[Segment, ...]:
    """Return all segments in reading order."""
    kinds = (STS.Heading, STS.Sentence)
    found = [segment(asserted, iri, texts) for kind in kinds for iri in _instances(asserted, kind)]
    return tuple(sorted(found, key=lambda one: one.ordinal))


def find_segment(asserted: Graph, name: str) -> URIRef:
    """Return the segment of an id such as `S19` or `h3`.

    Raises
    ------
    UnknownNameError
        No segment has that id.
    """
    ids = {local(iri): iri for kind in (STS.Heading, STS.Sentence) for iri in _instances(asserted, kind)}
    prefix, colon, rest = name.rpartition(":")
    found = ids.get(rest.upper())
    if found is None or (colon and not found.startswith(expand(f"{prefix}:"))):
        raise UnknownNameError("segment", name, ids)
    return found


def _instances(asserted: Graph, kind: URIRef) -> list[URIRef]:
    return [iri for iri in asserted.subjects(RDF.type, kind) if isinstance(iri, URIRef)]


def page_texts(asserted: Graph, page: str | Path) -> dict[str, str]:
    """Return the verbatim text of every segment by id, cut from the page after its SHA-256 has matched.

    Raises
    ------
    ParseError
        The page cannot be read.
    SourceError
        The page is not the one that was modelled, or a segment cut from it has another digest.
    """
    data = read_bytes(page)
    _same(page, str(asserted.value(source_document(asserted), STS.sha256)), data)
    text = data.decode("utf-8")
    cut = {one.id: text[one.start : one.end] for one in segments(asserted)}
    for one in segments(asserted):
        _same(f"{page}, {one.id}", one.sha256, cut[one.id].encode())
    return cut


def _same(what: object, expected: str, data: bytes) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise SourceError(what, expected=expected, found=found)
