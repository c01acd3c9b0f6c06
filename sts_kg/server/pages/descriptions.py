"""What the service says of itself to programs: the service description, VoID, and the canned queries as examples."""

from __future__ import annotations

from hashlib import sha256

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SDO, SH, VOID, XSD

from sts_kg.queries import GRAPH_FORMS, TABLE_FORMS
from sts_kg.rdf import PREFIXES, serialize
from sts_kg.server.examples import answerable, example_text
from sts_kg.server.messages import Request, Response
from sts_kg.server.negotiation import negotiated
from sts_kg.server.site import Site

__all__ = ["examples", "service", "void"]

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_VOID_EXT = Namespace("http://ldf.fi/void-ext#")
_SPEX = Namespace("https://purl.expasy.org/sparql-examples/ontology#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_SYNTAXES = dict(zip(GRAPH_FORMS, ("turtle", "ntriples", "rdfxml", "jsonld", "trig"), strict=True))
_WRITTEN = (  # by the names of https://www.w3.org/ns/formats/
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG"),
)
assert len(_WRITTEN) == len(TABLE_FORMS) + len(GRAPH_FORMS), "each form has a name"
_CLASSES = "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) { ?s a ?class FILTER(isIRI(?class)) } GROUP BY ?class"
_PROPERTIES = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
_OF_CLASSES = """
SELECT ?class ?p ?kind ?datatype (COUNT(*) AS ?n) {
  ?s a ?class ; ?p ?o
  OPTIONAL { ?o a ?kind FILTER(isIRI(?kind)) }
  BIND(DATATYPE(?o) AS ?datatype)
  FILTER(isIRI(?class))
} GROUP BY ?class ?p ?kind ?datatype
"""


def service(site: Site, request: Request, media: str) -> Response:
    """Return what the service is and has, by https://www.w3.org/TR/sparql11-service-description/."""
    graph = _graph(sd=_SD, void=VOID, dcterms=DCTERMS, formats=_FORMATS)
    endpoint = URIRef(f"{request.base}/sparql")
    us, dataset, default = (URIRef(f"{endpoint}#{name}") for name in ("service", "dataset", "default-graph"))
    graph.add((us, RDF.type, _SD.Service))
    graph.add((us, _SD.endpoint, endpoint))
    graph.add((us, _SD.supportedLanguage, _SD.SPARQL11Query))
    for written in _WRITTEN:
        graph.add((us, _SD.resultFormat, _FORMATS[written]))
    if site.settings.services:
        graph.add((us, _SD.feature, _SD.BasicFederatedQuery))
    graph.add((us, _SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, _SD.Dataset))
    graph.add((dataset, _SD.defaultGraph, default))
    for name, count in site.dataset.counts().items():
        one = default
        if name is not None:
            key = sha256(name.encode()).hexdigest()[:16]
            named, one = URIRef(f"{endpoint}#named-graph-{key}"), URIRef(f"{endpoint}#graph-{key}")
            graph.add((dataset, _SD.namedGraph, named))
            graph.add((named, RDF.type, _SD.NamedGraph))
            graph.add((named, _SD.name, URIRef(name)))
            graph.add((named, _SD.graph, one))
        graph.add((one, RDF.type, _SD.Graph))
        if count is not None:
            graph.add((one, VOID.triples, Literal(count)))
    return _written(graph, media)


def void(site: Site, request: Request) -> Response:
    """Return the description of the default graph in VoID, with partitions by class and property, and prefixes.

    What a class is said to have is there with the classes and datatypes of the values, for editors that complete.
    https://www.w3.org/TR/void/
    """
    media = negotiated(request.accept, list(GRAPH_FORMS))
    graph = _graph(void=VOID, dcterms=DCTERMS, foaf=FOAF, sh=SH, **{"void-ext": _VOID_EXT})
    whole, endpoint = URIRef(f"{request.base}/.well-known/void#dataset"), URIRef(f"{request.base}/sparql")
    graph.add((whole, RDF.type, VOID.Dataset))
    graph.add((whole, VOID.sparqlEndpoint, endpoint))
    if site.dataset.is_ours:
        ours = site.kg.describe("void")
        for kind in (DCTERMS.title, DCTERMS.description, DCTERMS.license, VOID.uriSpace):
            for value in ours.objects(None, kind):
                graph.add((whole, kind, value))
    rows = site.dataset.rows
    classes, properties = rows(_CLASSES), rows(_PROPERTIES)
    for counted, number in (
        (VOID.triples, sum(int(str(n)) for _, n in properties)),
        (VOID.classes, len(classes)),
        (VOID.properties, len(properties)),
    ):
        graph.add((whole, counted, Literal(number)))
    for name, n in classes:
        _part(graph, whole, VOID.classPartition, VOID["class"], name, VOID.entities, n)
    for name, n in properties:
        _part(graph, whole, VOID.propertyPartition, VOID.property, name, VOID.triples, n)
    for name, predicate, of_object, datatype, n in rows(_OF_CLASSES):
        part = _part(graph, whole, VOID.classPartition, VOID["class"], name)
        part = _part(graph, part, VOID.propertyPartition, VOID.property, predicate)
        if of_object is not None:
            _part(graph, part, VOID.classPartition, VOID["class"], of_object, VOID.triples, n)
        elif datatype is not None:
            _part(graph, part, _VOID_EXT.datatypePartition, _VOID_EXT.datatype, datatype, VOID.triples, n)
    _declare(graph, whole, PREFIXES)
    return _written(graph, media)


def examples(site: Site, request: Request) -> Response:
    """Return the canned queries that the endpoint can answer as `sh:SPARQLExecutable`, as the examples of SIB are.

    https://www.w3.org/TR/shacl/#sparql-prefixes, and https://github.com/sib-swiss/sparql-examples
    """
    media = negotiated(request.accept, list(GRAPH_FORMS))
    graph = _graph(sh=SH, schema=SDO, rdfs=RDFS, spex=_SPEX)
    here, endpoint = f"{request.base}/.well-known/sparql-examples", URIRef(f"{request.base}/sparql")
    prefixes = URIRef(f"{here}#prefixes")
    _declare(graph, prefixes, PREFIXES)
    for query in answerable(site).values():
        one = URIRef(f"{here}/{query.id}")
        form = query.form.capitalize()
        graph.add((one, RDF.type, SH.SPARQLExecutable))
        graph.add((one, RDF.type, (_SPEX if form == "Describe" else SH)[f"SPARQL{form}Executable"]))
        graph.add((one, RDFS.label, Literal(query.summary, lang="en")))
        graph.add((one, RDFS.comment, Literal(query.description, lang="en")))
        graph.add((one, (_SPEX if form == "Describe" else SH)[query.form], Literal(example_text(site, query))))
        graph.add((one, SH.prefixes, prefixes))
        graph.add((one, SDO.target, endpoint))
        for tag in query.tags:
            graph.add((one, SDO.keywords, Literal(tag)))
    return _written(graph, media)


def _graph(**prefixes: object) -> Graph:
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, str(namespace))
    return graph


def _part(
    graph: Graph, of: URIRef, partition: URIRef, by: URIRef, name: object, counted: URIRef | None = None, n: object = 0
) -> URIRef:
    """Add a partition by a class, a property or a datatype, and return it."""
    start = str(of) if "#part-" in of else f"{str(of).partition('#')[0]}#part-"
    part = URIRef(f"{start}{sha256(f'{by} {name}'.encode()).hexdigest()[:12]}")
    graph.add((of, partition, part))
    graph.add((part, by, URIRef(str(name))))
    if counted is not None:
        graph.add((part, counted, Literal(int(str(n)))))
    return part


def _declare(graph: Graph, of: URIRef, prefixes: dict[str, str]) -> None:
    """Declare prefixes (SHACL, section 5.2.1)."""
    for prefix, namespace in prefixes.items():
        one = URIRef(f"{str(of).partition('#')[0]}#prefix-{prefix}")
        graph.add((of, SH.declare, one))
        graph.add((one, SH.prefix, Literal(prefix)))
        graph.add((one, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))


def _written(graph: Graph, media: str) -> Response:
    return Response(200, serialize(graph, _SYNTAXES[media]), media)
