"""Describes a guideline as a data set, for catalogues and search engines: VoID, DCAT and schema.org."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SDO, VOID, XSD

from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.guideline.guideline import Guideline
from sts_kg.guideline.release import CATALOG, one_ontology
from sts_kg.guideline.vocabularies import DESCRIPTIONS
from sts_kg.rdf import ShownGraph, is_rdf, opened, syntax_of

__all__ = ["describe"]

_SPDX = Namespace("http://spdx.org/rdf/terms#")
_IANA = "https://www.iana.org/assignments/media-types/"
_MEDIA_TYPES = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "nquads": "application/n-quads",
    "trig": "application/trig",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "n3": "text/n3",
}
_COPIED = ("title", "description", "license", "creator", "publisher", "issued", "modified")


def describe(guideline: Guideline, vocabulary: str, files: Iterable[str | Path] = ()) -> Graph:
    """Return a description of a guideline in a vocabulary: void, dcat or schema.

    VoID counts triples, classes and properties of what is asserted, as one ontology; DCAT and schema.org list the
    exported files as distributions, each with its media type, size in bytes and SHA-256. A folder stands for the RDF
    files in it, which are named below it.

    Raises
    ------
    UnknownNameError
        There is no such vocabulary.
    ParseError
        A file cannot be read, or its ending stands for no RDF syntax; a folder has no RDF file; two have the same name.

    References
    ----------
    W3C VoID, https://www.w3.org/TR/void/; W3C DCAT 2, https://www.w3.org/TR/vocab-dcat-2/; https://schema.org/Dataset
    """
    if vocabulary not in DESCRIPTIONS:
        raise UnknownNameError("vocabulary for descriptions", vocabulary, DESCRIPTIONS)
    graph = ShownGraph(bind_namespaces="none")
    for prefix, namespace in (("dcat", DCAT), ("foaf", FOAF), ("schema", SDO), ("spdx", _SPDX), ("void", VOID)):
        graph.bind(prefix, namespace)
    {"void": _void, "dcat": _dcat, "schema": _schema}[vocabulary](graph, guideline, _by_name(files))
    return graph


def _by_name(files: Iterable[str | Path]) -> dict[str, Path]:
    """Return files by the names under which they will be published."""
    found: dict[str, Path] = {}

    def add(name: str, path: Path) -> None:
        if found.setdefault(name, path) != path:
            reason = f"has the name {name} like {found[name]}; the files of one description need different names"
            raise ParseError(reason, path=path)

    for file in map(Path, files):
        if not file.is_dir():
            add(file.name, file)
            continue
        inside = sorted(path for path in file.rglob("*") if path.is_file() and is_rdf(path) and path.name != CATALOG)
        if not inside:
            raise ParseError("is a folder without RDF files; name one that sts-kg export --modules wrote", path=file)
        for path in inside:
            add(f"{file.resolve().name}/{path.relative_to(file).as_posix()}", path)
    return found


def _void(graph: Graph, guideline: Guideline, files: Mapping[str, Path]) -> None:
    asserted, whole = one_ontology(guideline)[0], URIRef(f"{guideline.iri}#dataset")
    graph.add((whole, RDF.type, VOID.Dataset))
    _copy(graph, whole, guideline)
    graph.add((whole, FOAF.homepage, guideline.iri))
    graph.add((whole, VOID.uriSpace, Literal(guideline.base)))
    kinds = Counter(kind for kind in asserted.objects(None, RDF.type) if isinstance(kind, URIRef))
    used = Counter(asserted.predicates())
    named: set[URIRef] = {
        term for term in asserted.subjects() if isinstance(term, URIRef) and term.startswith(guideline.base)
    }
    for predicate, count in (
        (VOID.triples, len(asserted)),
        (VOID.entities, len(named)),
        (VOID.classes, len(kinds)),
        (VOID.properties, len(used)),
        (VOID.distinctSubjects, len(set(asserted.subjects()))),
        (VOID.distinctObjects, len(set(asserted.objects()))),
    ):
        graph.add((whole, predicate, Literal(count)))
    for name, counts, partition, of, number in (
        ("class", kinds, VOID.classPartition, VOID["class"], VOID.entities),
        ("property", used, VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        for term, count in counts.items():
            part = BNode(name + sha256(str(term).encode()).hexdigest()[:16])
            graph.add((whole, partition, part))
            graph.add((part, of, term))
            graph.add((part, number, Literal(count)))
    for namespace in {re.sub(r"[^/#]*\Z", "", str(term)) for term in [*kinds, *used]}:
        graph.add((whole, VOID.vocabulary, URIRef(namespace)))
    for name, file in files.items():
        graph.add((whole, VOID.dataDump, _address(guideline, name)))
        graph.add((whole, VOID.feature, URIRef(_FORMATS + _FORMAT[syntax_of(file)])))


_FORMATS = "http://www.w3.org/ns/formats/"
_FORMAT = {
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "trig": "TriG",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "n3": "N3",
}


def _dcat(graph: Graph, guideline: Guideline, files: Mapping[str, Path]) -> None:
    whole = URIRef(f"{guideline.iri}#dataset")
    graph.add((whole, RDF.type, DCAT.Dataset))
    _copy(graph, whole, guideline)
    graph.add((whole, DCTERMS.identifier, Literal(str(guideline.iri))))
    graph.add((whole, DCAT.landingPage, guideline.iri))
    graph.add((whole, OWL.versionInfo, Literal(guideline.header(OWL.versionInfo))))
    graph.add((whole, DCTERMS.conformsTo, URIRef("http://www.w3.org/ns/owl-profile/RL")))
    for name, file in files.items():
        size, digest = _size_and_digest(file)
        one, checksum = (
            URIRef(f"{guideline.iri}#file-{quote(name)}"),
            URIRef(f"{guideline.iri}#sha256-{quote(name)}"),
        )
        graph.add((whole, DCAT.distribution, one))
        graph.add((one, RDF.type, DCAT.Distribution))
        graph.add((one, DCTERMS.title, Literal(name)))
        graph.add((one, DCAT.downloadURL, _address(guideline, name)))
        graph.add((one, DCAT.mediaType, URIRef(_IANA + _MEDIA_TYPES[syntax_of(file)])))
        if file.suffix.lower() == ".gz":
            graph.add((one, DCAT.compressFormat, URIRef(f"{_IANA}application/gzip")))
        graph.add((one, DCAT.byteSize, Literal(size, datatype=XSD.nonNegativeInteger)))
        for licence in guideline.asserted.objects(guideline.iri, DCTERMS.license):
            graph.add((one, DCTERMS.license, licence))
        graph.add((one, _SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, _SPDX.Checksum))
        graph.add((checksum, _SPDX.algorithm, _SPDX.checksumAlgorithm_sha256))
        graph.add((checksum, _SPDX.checksumValue, Literal(digest, datatype=XSD.hexBinary)))


def _schema(graph: Graph, guideline: Guideline, files: Mapping[str, Path]) -> None:
    whole, asserted = URIRef(f"{guideline.iri}#dataset"), guideline.asserted
    graph.add((whole, RDF.type, SDO.Dataset))
    for ours, theirs in (("title", SDO.name), ("description", SDO.description), ("license", SDO.license)):
        for value in asserted.objects(guideline.iri, DCTERMS[ours]):
            graph.add((whole, theirs, value))
    for ours, theirs in (("issued", SDO.datePublished), ("modified", SDO.dateModified)):
        for value in asserted.objects(guideline.iri, DCTERMS[ours]):
            graph.add((whole, theirs, Literal(str(value)[:10], datatype=XSD.date)))
    graph.add((whole, SDO.version, Literal(guideline.header(OWL.versionInfo))))
    graph.add((whole, SDO.url, guideline.iri))
    graph.add((whole, SDO.identifier, Literal(str(guideline.iri))))
    for person in asserted.objects(guideline.iri, DCTERMS.creator):
        graph.add((whole, SDO.creator, person))
        graph.add((person, RDF.type, SDO.Organization))
        graph.add((person, SDO.name, Literal(str(asserted.value(person, RDFS.label)))))
    for name, file in files.items():
        size, digest = _size_and_digest(file)
        one = URIRef(f"{guideline.iri}#file-{quote(name)}")
        graph.add((whole, SDO.distribution, one))
        graph.add((one, RDF.type, SDO.DataDownload))
        graph.add((one, SDO.name, Literal(name)))
        graph.add((one, SDO.contentUrl, _address(guideline, name)))
        graph.add((one, SDO.encodingFormat, Literal(_MEDIA_TYPES[syntax_of(file)])))
        graph.add((one, SDO.contentSize, Literal(f"{size} B")))
        graph.add((one, SDO.sha256, Literal(digest)))


def _copy(graph: Graph, whole: URIRef, guideline: Guideline) -> None:
    """Say of the data set what the header says of the ontology."""
    asserted = guideline.asserted
    for name in _COPIED:
        for value in asserted.objects(guideline.iri, DCTERMS[name]):
            graph.add((whole, DCTERMS[name], value))
            if name in ("creator", "publisher"):
                graph.add((value, RDF.type, FOAF.Agent))
                graph.add((value, FOAF.name, Literal(str(asserted.value(value, RDFS.label)))))


def _address(guideline: Guideline, name: str) -> URIRef:
    """Return where a file will be: below the version's IRI."""
    return URIRef(f"{guideline.header(OWL.versionIRI)}/{quote(name)}")


def _size_and_digest(file: Path) -> tuple[int, str]:
    opened(file).close()  # for its errors
    digest = sha256()
    with file.open("rb") as whole:
        while piece := whole.read(1 << 20):
            digest.update(piece)
        return whole.tell(), digest.hexdigest()
