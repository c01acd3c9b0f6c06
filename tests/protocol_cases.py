"""What the W3C tests of the SPARQL 1.1 Protocol and of the Graph Store Protocol ask for, in words of our own, as data.

The lists are those of https://github.com/w3c/rdf-tests, folders `sparql/sparql11/protocol` and
`sparql/sparql11/http-rdf-update`. The dataset of the tests is in `STORE`. All that writes is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
GRAPHS = "http://example.org/graphs/"
#: One triple in each of three graphs, and one in the default graph.
STORE = "".join(
    f'<{GRAPHS}{name}> <http://example.org/p> "{name}" {f"<{GRAPHS}{name}>" if name != "none" else ""} .\n'
    for name in ("one", "two", "three", "none")
)
TABLES = {"application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"}
TRIPLES = {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/trig"}


@dataclass(frozen=True)
class Case:
    """A request and what must come: the status, the media types that are right, and the boolean of an ASK."""

    name: str
    method: str = "GET"
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str | None = None
    status: tuple[int, ...] = (200,)
    media: set[str] = field(default_factory=set)
    boolean: bool | None = None

    @property
    def path(self) -> str:
        """The path and the parameters."""
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in self.parameters)
        return f"/sparql?{asked}" if asked else "/sparql"


def form(*pairs: tuple[str, str]) -> bytes:
    """Return a form as it is sent."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs).encode()


def dataset(*default: str, named: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """Return the parameters that name a dataset."""
    named_graphs = [("named-graph-uri", GRAPHS + name) for name in named]
    return (*(("default-graph-uri", GRAPHS + name) for name in default), *named_graphs)


_ASK = ("query", "ASK {}")
_BAD = (400, 405, 415)
#: Both are in the default graph, and nothing else is.
_ONE_AND_TWO = (
    f"ASK {{ <{GRAPHS}one> ?p ?a . <{GRAPHS}two> ?p ?b FILTER NOT EXISTS {{ <{GRAPHS}three> ?p ?c }} "
    f"FILTER NOT EXISTS {{ <{GRAPHS}none> ?p ?d }} }}"
)
_ONE = (
    f"ASK {{ <{GRAPHS}one> ?p ?a FILTER NOT EXISTS {{ <{GRAPHS}two> ?p ?b }} "
    f"FILTER NOT EXISTS {{ <{GRAPHS}none> ?p ?d }} }}"
)
_NAMED = (
    f"ASK {{ GRAPH <{GRAPHS}one> {{ ?s ?p ?o }} GRAPH <{GRAPHS}two> {{ ?t ?q ?v }} "
    f"FILTER NOT EXISTS {{ GRAPH <{GRAPHS}three> {{ ?x ?y ?z }} }} }}"
)
_FULL = (
    f"ASK {{ <{GRAPHS}three> ?p ?o GRAPH ?g {{ <{GRAPHS}one> ?q ?v }} GRAPH ?h {{ <{GRAPHS}two> ?r ?w }} "
    f"FILTER NOT EXISTS {{ <{GRAPHS}one> ?x ?y }} FILTER NOT EXISTS {{ GRAPH <{GRAPHS}three> {{ ?a ?b ?c }} }} }}"
)
_OVER = f"ASK FROM <{GRAPHS}three> {{ <{GRAPHS}one> ?p ?o FILTER NOT EXISTS {{ <{GRAPHS}three> ?x ?y }} }}"

QUERIES = (
    Case("a query by GET", parameters=(_ASK,), media=TABLES, boolean=True),
    Case("a query as a form", "POST", body=form(_ASK), content_type=FORM, media=TABLES, boolean=True),
    Case("a query as the body", "POST", body=b"ASK {}", content_type=QUERY, media=TABLES, boolean=True),
    Case("a default graph, by GET", parameters=(("query", _ONE), *dataset("one")), boolean=True),
    Case("a default graph, by a body", "POST", dataset("one"), _ONE.encode(), QUERY, boolean=True),
    Case("two default graphs, by GET", parameters=(("query", _ONE_AND_TWO), *dataset("one", "two")), boolean=True),
    Case("two default graphs, by a body", "POST", dataset("one", "two"), _ONE_AND_TWO.encode(), QUERY, boolean=True),
    Case(
        "two default graphs, by a form",
        "POST",
        body=form(("query", _ONE_AND_TWO), *dataset("one", "two")),
        content_type=FORM,
        boolean=True,
    ),
    Case("two named graphs, by GET", parameters=(("query", _NAMED), *dataset(named=("one", "two"))), boolean=True),
    Case("two named graphs, by a body", "POST", dataset(named=("one", "two")), _NAMED.encode(), QUERY, boolean=True),
    Case(
        "default and named graphs", parameters=(("query", _FULL), *dataset("three", named=("one", "two"))), boolean=True
    ),
    Case("the request stands above the text", parameters=(("query", _OVER), *dataset("one")), boolean=True),
    Case("SELECT", parameters=(("query", "SELECT (1 AS ?x) {}"),), media=TABLES),
    Case("ASK", parameters=(_ASK,), media=TABLES),
    Case("DESCRIBE", parameters=(("query", f"DESCRIBE <{GRAPHS}none>"),), media=TRIPLES),
    Case("CONSTRUCT of relative IRIs", parameters=(("query", "CONSTRUCT { <s> <p> 1 } WHERE {}"),), media=TRIPLES),
    # what must be refused
    Case("a method that asks nothing", "PUT", (_ASK,), b"", None, status=_BAD),
    Case("two queries", parameters=(_ASK, ("query", "SELECT * {}")), status=_BAD),
    Case("a media type that is none of queries", "POST", body=b"ASK {}", content_type="text/plain", status=_BAD),
    Case("a form that does not say so", "POST", body=form(_ASK), status=_BAD),
    Case("a body that does not say what it is", "POST", body=b"ASK {}", status=_BAD),
    Case("UTF-16", "POST", body="ASK {}".encode("utf-16"), content_type=f"{QUERY}; charset=UTF-16", status=_BAD),
    Case("no SPARQL", parameters=(("query", "ASK {"),), status=(400,)),
)

_INSERT = "INSERT DATA { <urn:s> <urn:p> <urn:o> }"
_ADDED = ("update", "PREFIX : <urn:> CLEAR ALL ; INSERT DATA { :a :b :c }")
_MODIFY = "INSERT { GRAPH <urn:g> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
_USING = (("using-graph-uri", f"{GRAPHS}one"),)
_USING_TWO = (*_USING, ("using-graph-uri", f"{GRAPHS}two"))
_WHOLE = form(("update", _MODIFY), *_USING, ("using-named-graph-uri", f"{GRAPHS}two"))
_TWICE = f"INSERT {{ ?s ?p ?o }} USING <{GRAPHS}one> WHERE {{ ?s ?p ?o }}".encode()
UPDATES = (
    Case("an update as a form", "POST", body=form(_ADDED), content_type=FORM),
    Case("an update as the body", "POST", body=b"CLEAR ALL", content_type=UPDATE),
    Case("an update with a default graph", "POST", _USING, _MODIFY.encode(), UPDATE),
    Case(
        "an update with two default graphs",
        "POST",
        (*_USING, ("using-graph-uri", f"{GRAPHS}two")),
        _MODIFY.encode(),
        UPDATE,
    ),
    Case("an update with named graphs", "POST", (("using-named-graph-uri", f"{GRAPHS}one"),), _MODIFY.encode(), UPDATE),
    Case(
        "an update with a whole dataset",
        "POST",
        body=form(("update", _MODIFY), *_USING, ("using-named-graph-uri", f"{GRAPHS}two")),
        content_type=FORM,
    ),
    Case("an update with relative IRIs", "POST", body=b"INSERT DATA { <s> <p> <o> }", content_type=UPDATE),
    # these are wrong for a server that writes, too
    Case("an update by GET", parameters=(("update", _INSERT),)),
    Case("two updates", "POST", body=form(("update", "CLEAR NAMED"), ("update", "CLEAR DEFAULT")), content_type=FORM),
    Case("an update of another media type", "POST", body=b"CLEAR NAMED", content_type="text/plain"),
    Case("an update as a form that does not say so", "POST", body=form(("update", "CLEAR NAMED"))),
    Case("an update in UTF-16", "POST", body="CLEAR NAMED".encode("utf-16"), content_type=f"{UPDATE}; charset=UTF-16"),
    Case("an update that is no SPARQL", "POST", body=form(("update", "CLEAR XYZ")), content_type=FORM),
    Case("an update with USING and a dataset", "POST", _USING, _TWICE, UPDATE),
    # and an update where a query is expected
    Case("an update as a query", parameters=(("query", _INSERT),)),
    Case("an update as a query, by a body", "POST", body=_INSERT.encode(), content_type=QUERY),
)
