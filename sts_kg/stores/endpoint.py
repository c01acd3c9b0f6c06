"""Read-only SPARQL queries to a URL; the answer is a table, a bool or a graph.

SPARQLWrapper builds the request: a form or the plain query, the parameters for graphs, the headers. Its public method
`query` would also send it, without a limit of time or size. So this module calls its private `_createRequest`, lets
`http` send the request, and checks the answer before it is used. `QueryText` finds the form of a query, because
SPARQLWrapper mistakes `prefix task:` for an ASK query.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import XSD
from SPARQLWrapper import GET, JSON, POST, POSTDIRECTLY, TURTLE, URLENCODED, SPARQLWrapper

from sts_kg.errors import (
    EndpointAnswerError,
    EndpointError,
    EndpointTimeoutError,
    EndpointTooLargeError,
    EndpointUnreachableError,
    ParseError,
    QueryError,
    UnknownNameError,
)
from sts_kg.queries import QueryText, without_comments
from sts_kg.rdf import Term, expand, literal, nquads, parse, rdflib_quiet
from sts_kg.safe import counted, without_secrets
from sts_kg.shown import Shown
from sts_kg.stores.cache import Cache
from sts_kg.stores.http import agent, send
from sts_kg.stores.profiles import PROFILES
from sts_kg.stores.refusals import is_page, plain_reason, secrets_of
from sts_kg.tables import Table

__all__ = ["Endpoint"]

MARKER = "#VALUES#"  #: where `batched` inserts its identifiers
MOST_VALUES = 100  #: the most identifiers in one request

_T = TypeVar("_T")
_TABLES = ("application/sparql-results+json", "application/json")
_GRAPHS = {  # media type to syntax; text/plain is N-Triples for Virtuoso and in RDF 1.0
    "application/n-triples": "ntriples",
    "text/turtle": "turtle",
    "text/plain": "ntriples",
    "application/x-turtle": "turtle",
}
_ACCEPT_TABLE = "application/sparql-results+json, application/json;q=0.9"
_ACCEPT_GRAPH = "application/n-triples, text/turtle;q=0.9, text/plain;q=0.1"
_BAD = (ParseError, ValueError, KeyError, TypeError, AttributeError, RecursionError)  # raised by a malformed answer


_one_at_a_time: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # by host


class Endpoint(Shown):
    """A SPARQL 1.1 endpoint, queried within limits of time and size.

    The prefixes of the project need no declaration. Lexical forms, languages and datatypes stay as they were sent.

    Parameters
    ----------
    url : str
        Its address, without user and password.
    profile : str
        One of `PROFILES`.
    timeout_s, most_bytes, attempts
        The limits of one request, as in `http.send`.
    cache : Path, optional
        A folder for the answers. Without it, none is kept.
    max_age_s : float, optional
        The highest age of an answer from the cache, in seconds; any age by default.
    offline : bool
        Whether answers may come from the cache only.
    default_graphs, named_graphs : sequence of str
        The IRIs of the graphs to query, if not the default of the endpoint.

    Raises
    ------
    UnknownNameError
        There is no such profile.
    """

    def __init__(
        self,
        url: str,
        *,
        profile: str = "generic",
        timeout_s: float = 60.0,
        most_bytes: int = 100_000_000,
        attempts: int = 3,
        cache: Path | None = None,
        max_age_s: float | None = None,
        offline: bool = False,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> None:
        if profile not in PROFILES:
            raise UnknownNameError("profile", profile, PROFILES)
        self.url, self.profile = url, PROFILES[profile]
        self.timeout_s, self.most_bytes, self.attempts = timeout_s, most_bytes, attempts
        self.cache = Cache(cache, max_age_s) if cache is not None else None
        self.offline = offline
        self.default_graphs, self.named_graphs = tuple(default_graphs), tuple(named_graphs)

    def __repr__(self) -> str:
        return f"<Endpoint: {without_secrets(self.url)}>"

    def query(self, text: str) -> Table | bool | Graph:
        """Return the answer to a query: a Table for SELECT, a bool for ASK, a Graph for CONSTRUCT and DESCRIBE.

        Raises
        ------
        EndpointTimeoutError, EndpointUnreachableError, EndpointUnavailableError, EndpointBusyError
            The endpoint cannot answer now.
        EndpointRefusedError, EndpointUnauthorisedError, EndpointRedirectError
            The endpoint rejects the request or redirects it in a way that is not allowed.
        EndpointTooLargeError, EndpointAnswerError
            The answer is too large, of another content type, malformed or incomplete.
        QueryError
            The text is not a query; an update is not one.
        """
        query = QueryText(text)
        return self._graph(query) if query.form in ("CONSTRUCT", "DESCRIBE") else self._table(query)

    def select(self, text: str) -> Table:
        """Return the solutions of a SELECT query; for errors see `query`."""
        answer = self._table(QueryText(text, "SELECT"))
        assert isinstance(answer, Table), "the form was checked"
        return answer

    def ask(self, text: str) -> bool:
        """Return the answer to an ASK query; for errors see `query`."""
        return self._table(QueryText(text, "ASK")) is True

    def construct(self, text: str) -> Graph:
        """Return the graph of a CONSTRUCT or DESCRIBE query; for errors see `query`."""
        return self._graph(QueryText(text, "CONSTRUCT", "DESCRIBE"))

    def solutions(self, text: str) -> bytes:
        """Return the answer to a SELECT query as JSON, as it was sent and not yet read; for errors see `query`."""
        return self._answered(QueryText(text, "SELECT"), lambda _, body: body)

    def ntriples(self, text: str) -> bytes:
        """Return the triples of a CONSTRUCT or DESCRIBE query as N-Triples; for errors see `query`.

        Blank nodes keep their labels, and repeated triples stay repeated.
        """
        query = QueryText(text, "CONSTRUCT", "DESCRIBE")
        return self._answered(query, lambda kind, body: nquads(body, _GRAPHS[kind], base=without_secrets(self.url)))

    def pages(self, text: str, *, size: int = 10_000, most: int = 1_000_000) -> Iterator[Table]:
        """Yield the solutions of a SELECT query page by page, until a page is not full.

        The query needs an ORDER BY without ties; otherwise rows may be repeated or missing.

        Raises
        ------
        QueryError
            The query has no ORDER BY, or it has a FROM and the profile needs a sub-query (use `default_graphs`).
        EndpointTooLargeError
            There are more than `most` rows; the first `most` were yielded.
        """
        query = QueryText(text, "SELECT")
        if not query.ordered:
            raise QueryError("given", "pages need an ORDER BY; without it rows may be repeated or missing")
        size, done = max(1, min(size, self.profile.most_rows or size)), 0
        while True:
            wanted = min(size, most - done) or 1
            table = self.select(query.page(wanted, done, nested=self.profile.nested))
            if done >= most and len(table):
                reason = f"has more than {counted(most, 'row')}; ask for less, or allow more"
                raise EndpointTooLargeError(without_secrets(self.url), reason)
            if len(table) or not done:
                yield table
            done += len(table)
            if len(table) < wanted:
                return

    def batched(
        self, text: str, variable: str, values: Sequence[URIRef], *, size: int = MOST_VALUES
    ) -> Iterator[Table | Graph]:
        """Yield the answers to a query for batches of identifiers, at most 100 in each.

        A block `VALUES ?variable { … }` with the batch replaces the comment `#VALUES#` of the text. Repeated values
        are sent once.

        Raises
        ------
        QueryError
            The text has no `#VALUES#` or is not a SELECT, CONSTRUCT or DESCRIBE query; the name of the variable is not
            valid.
        CurieError
            A value is not an IRI.
        """
        name = variable.removeprefix("?")
        if MARKER not in text:
            raise QueryError("given", f"has no {MARKER} to mark the place of the identifiers")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise QueryError("given", f"{variable!r} is not the name of a variable")
        terms = list(dict.fromkeys(f"<{expand(f'<{value}>')}>" for value in values))
        size = max(1, min(size, MOST_VALUES))
        for at in range(0, len(terms), size):
            block = f"VALUES ?{name} {{ {' '.join(terms[at : at + size])} }}"
            query = QueryText(text.replace(MARKER, block), "SELECT", "CONSTRUCT", "DESCRIBE")
            yield self.select(query.text) if query.form == "SELECT" else self._graph(query)

    # --- one request

    def _table(self, query: QueryText) -> Table | bool:
        with rdflib_quiet():
            answer = self._answered(query, lambda _, body: _read_table(body, query.form))
        return query.arranged(answer) if isinstance(answer, Table) else answer

    def _graph(self, query: QueryText) -> Graph:
        return self._answered(query, lambda kind, body: parse(body.decode(), syntax=_GRAPHS[kind]))

    def _answered(self, query: QueryText, read: Callable[[str, bytes], _T]) -> _T:
        """Return an answer from the cache or the endpoint; `read` makes it from the media type and the body."""
        tables = query.form in ("SELECT", "ASK")
        accept = _ACCEPT_TABLE if tables else _ACCEPT_GRAPH
        text = query.declared if self.profile.comments else without_comments(query.declared)
        key = json.dumps([self.url, text, accept, self.default_graphs, self.named_graphs])
        if self.cache is not None and (kept := self.cache.find(key)) is not None:
            with suppress(*_BAD):
                return read(*kept)
        if self.offline:
            raise EndpointUnreachableError(
                without_secrets(self.url), "this answer is not in the cache; query once without offline"
            )
        started = time.monotonic()

        def failed(reason: str) -> EndpointError:
            return EndpointAnswerError(
                without_secrets(self.url), reason, status=None, waited_s=time.monotonic() - started
            )

        try:
            kind, headers, body = self._sent(text, query.form, accept)
            if kind not in (_TABLES if tables else _GRAPHS):
                raise failed(self._other_kind(kind, body, _TABLES[0] if tables else next(iter(_GRAPHS))))
            if headers.get("x-sql-state") == "S1TAT":
                raise failed("the answer is incomplete, because the time of the server was over (anytime)")
            try:
                answer, wrong = read(kind, body), None
            except _BAD as error:
                wrong = self._malformed(error, kind, body)
            if wrong is not None:  # outside, since the error of the parser holds the answer
                raise failed(wrong)
            cap = headers.get("x-sparql-maxrows", "")
            if isinstance(answer, Table) and cap.isdecimal() and len(answer) >= int(cap) and not query.limited:
                raise failed(f"gives at most {counted(int(cap), 'row')} and may have more; use pages() or a LIMIT")
        except EndpointError as error:
            for pattern, hint in self.profile.hints:
                if re.search(pattern, error.reason):
                    error.reason += f"; {hint}"
                    break
            raise
        if self.cache is not None:
            self.cache.keep(key, without_secrets(self.url), kind, body)
        return answer

    def _other_kind(self, kind: str, body: bytes, wanted: str) -> str:
        """Return what to say of an answer of another content type."""
        is_html = "html" in kind or is_page(body[:1000].decode("utf-8", "replace"))
        page = f': "{plain_reason(body, kind, secrets_of(self.url))}"' if is_html and body else ""
        if kind.endswith("xml") and not is_html:
            advice = "ask it for that by the address, such as ?format=json, or ask another endpoint"
        else:
            advice = "check the address"
        empty = "nothing, as " if not body else ""
        return f"answered with {empty}{kind or 'no content type'}, not with {wanted}{page}; {advice}"

    def _malformed(self, error: Exception, kind: str, body: bytes) -> str:
        """Return what to say of an answer that cannot be read."""
        if not body.strip():
            return "the answer is empty; check the address, and whether the endpoint is up"
        text = body.decode("utf-8", "replace")
        if is_page(text):
            title = plain_reason(body, "html", secrets_of(self.url))
            return f"answered with a web page{f': {title!r}' if title else ''}; check the address"
        if isinstance(error, json.JSONDecodeError) and error.msg.startswith("Invalid control character"):
            place = f"line {error.lineno}, column {error.colno}"
            return (
                f"the answer is not JSON: raw control character U+{ord(error.doc[error.pos]):04X} ({place}); "
                "leave such values out by a FILTER, or tell whoever runs the endpoint"
            )
        if isinstance(error, UnicodeDecodeError):
            return "the answer is not UTF-8 text; tell whoever runs the endpoint"
        if isinstance(error, KeyError) and not text.lstrip().startswith(
            said := plain_reason(body, kind, secrets_of(self.url))
        ):
            return f'the answer is a message and no result: "{said}"; check the address, or ask for less'
        timed_out = " (TimeoutException)" if "TimeoutException" in text[-20_000:] else ""
        return f"the answer is incomplete or malformed{timed_out}; ask for less"

    def _sent(self, text: str, form: str, accept: str) -> tuple[str, Mapping[str, str], bytes]:
        """Return the media type, the headers and the body of an answer from the endpoint."""
        address, _, parameters = self.url.partition("#")[0].partition("?")
        wrapper = SPARQLWrapper(address, agent=agent())
        wrapper.queryString, wrapper.queryType = text, form
        wrapper.setOnlyConneg(True)  # or it adds format=, output= and results=, which strict endpoints reject
        wrapper.setReturnFormat(JSON if accept == _ACCEPT_TABLE else TURTLE)
        wrapper.addCustomHttpHeader("Accept", accept)
        wrapper.setMethod(GET if len(text.encode()) < self.profile.get_below else POST)
        wrapper.setRequestMethod(POSTDIRECTLY if self.profile.direct else URLENCODED)
        for name, graphs in (("default-graph-uri", self.default_graphs), ("named-graph-uri", self.named_graphs)):
            for graph in graphs:
                wrapper.addParameter(name, graph)
        request = None
        with suppress(ValueError):  # whose text has the address
            request = wrapper._createRequest()
        if request is None:
            reason = "is not an http or https address; write it as https://host/path"
            raise EndpointError(without_secrets(self.url), reason)
        asked = "&".join(part for part in (parameters, request.full_url.partition("?")[2]) if part)
        until = time.monotonic() + self.timeout_s
        with self._turn(until):
            reply = send(
                f"{address}?{asked}" if asked else address,
                method=request.get_method(),
                body=request.data,
                headers=dict(request.header_items()),
                timeout_s=until - time.monotonic(),
                most_bytes=self.most_bytes,
                attempts=self.attempts,
                accept_status=(200,),
                repeatable=True,
            )
        return reply.content_type, reply.headers, reply.body

    @contextmanager
    def _turn(self, until: float) -> Iterator[None]:
        """Wait until no other request to this host is running, if the profile asks for it."""
        if not self.profile.alone:
            yield
            return
        turn = _one_at_a_time[without_secrets(self.url).partition("://")[2].partition("/")[0].lower()]
        if not turn.acquire(timeout=max(0.0, min(until - time.monotonic(), threading.TIMEOUT_MAX))):
            reason = "another request to this host did not end in time; ask again"
            raise EndpointTimeoutError(without_secrets(self.url), reason, waited_s=self.timeout_s)
        try:
            yield
        finally:
            turn.release()


# --- answers


def _read_table(body: bytes, form: str) -> Table | bool:
    document = json.loads(body)
    if form == "ASK" and document["head"].get("vars") == ["__ASK_RETVAL"]:  # as Virtuoso answers: no row means false
        return any(row["__ASK_RETVAL"]["value"] in ("1", "true") for row in document["results"]["bindings"])
    if form == "ASK":
        if not isinstance(document["boolean"], bool):
            raise ValueError("not a bool")
        return document["boolean"]
    variables = tuple(document["head"]["vars"])
    bindings = document["results"]["bindings"]
    if any(row.keys() - set(variables) for row in bindings):
        raise ValueError("a row has a variable that the head does not name")
    return Table(variables, tuple(tuple(_term(row.get(name)) for name in variables) for row in bindings))


def _term(value: Any) -> Term | None:
    if value is None:
        return None
    kind, text = value["type"], value["value"]
    if not isinstance(text, str):
        raise ValueError("a term without text")
    if kind == "uri":
        return URIRef(text)
    if kind == "bnode":
        return BNode(text)
    if kind not in ("literal", "typed-literal"):  # the second is Virtuoso's
        raise ValueError(f"{kind} is not a kind of term")
    return literal(text, value.get("datatype") or str(XSD.string), value.get("xml:lang") or None)
