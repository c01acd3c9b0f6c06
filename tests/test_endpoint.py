"""SPARQL on a URL: a real endpoint of ours on loopback, and one that misbehaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner
from rdflib import Graph

from sts_kg import KnowledgeGraph, Table, cli
from sts_kg.endpoint import ask_endpoint
from sts_kg.errors import EndpointError, EndpointTimeoutError, QueryError
from sts_kg.graph import serialize

Answer = Callable[["Handler", str], None]


class Handler(BaseHTTPRequestHandler):
    """Hands each posted query to a function of the server's."""

    answer: Answer

    def do_POST(self) -> None:  # http.server's name
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        type(self).answer(self, parse_qs(body)["query"][0])

    def reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error clean."""


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Return a function that starts an endpoint with the given answer and returns its address."""
    servers = []

    def start(answer: Answer) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Handler,), {"answer": staticmethod(answer)}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/sparql"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def knowing(kg: KnowledgeGraph) -> Answer:
    def answer(handler: Handler, text: str) -> None:
        try:
            found = kg.sparql(text)
        except QueryError as error:
            handler.reply(400, "text/plain", str(error).encode())
            return
        if isinstance(found, Table):
            handler.reply(200, "application/sparql-results+json", found.to_srj().encode())
        elif isinstance(found, bool):
            handler.reply(
                200, "application/sparql-results+json", b'{"head": {}, "boolean": %s}' % str(found).lower().encode()
            )
        else:
            handler.reply(200, "text/turtle; charset=utf-8", serialize(found, "turtle"))

    return answer


def test_every_form_gives_what_the_graph_itself_gives(kg: KnowledgeGraph, serve: Callable[[Answer], str]) -> None:
    url = serve(knowing(kg))
    for text in (
        "SELECT ?drug ?brand { ?drug sts:brandName ?brand } ORDER BY ?drug",
        "SELECT ?s ?n ?label { ?s sts:ordinal ?n ; rdfs:label ?label } ORDER BY ?s",
        "ASK { sts:pazopanib a sts:Drug }",
        "ASK { sts:pazopanib a sts:Finding }",
    ):
        assert ask_endpoint(url, text) == kg.sparql(text)
    made = ask_endpoint(url, "CONSTRUCT { ?d a sts:Drug } WHERE { ?d a sts:ChemotherapyDrug }")
    assert isinstance(made, Graph)
    assert len(made) == 2


def test_a_canned_query_runs_on_an_endpoint(kg: KnowledgeGraph, serve: Callable[[Answer], str]) -> None:
    words = ["query", "drugs/drugs-and-brands", "--endpoint", serve(knowing(kg)), "--format", "csv"]
    done = CliRunner().invoke(cli.app, words)
    table = kg.query("drugs/drugs-and-brands")
    assert isinstance(table, Table)
    assert done.stdout == table.to_csv().replace("\r\n", "\n")


def plain(status: int, kind: str, body: bytes) -> Answer:
    return lambda handler, text: handler.reply(status, kind, body)


def drip(handler: Handler, text: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (plain(400, "text/plain", b"line 1: no such thing"), 400, "no such thing"),
        (plain(500, "text/plain", b"broken"), 500, "broken"),
        (plain(503, "text/plain", b""), 503, "Service Unavailable"),
        (plain(200, "text/html", b"<html>hello</html>"), None, "answered with text/html, not with application/sparql-"),
        (plain(200, "application/json", b'{"head": {"vars": ['), None, "cut short or malformed"),
        (plain(200, "application/json", b'{"results": 1}'), None, "cut short or malformed"),
    ],
    ids=["400", "500", "503", "html", "truncated", "malformed"],
)
def test_a_bad_answer_is_an_error_with_status_and_reason(
    serve: Callable[[Answer], str], answer: Answer, status: int | None, reason: str
) -> None:
    with pytest.raises(EndpointError) as caught:
        ask_endpoint(serve(answer), "ASK {}")
    assert caught.value.status == status
    assert reason in str(caught.value)


def test_a_dripping_endpoint_ends_at_the_deadline(serve: Callable[[Answer], str]) -> None:
    started = time.monotonic()
    with pytest.raises(EndpointTimeoutError):
        ask_endpoint(serve(drip), "ASK {}", timeout_s=1.0)
    assert time.monotonic() - started < 5


def test_no_endpoint_at_all_ends_with_4() -> None:
    done = CliRunner().invoke(cli.app, ["sparql", "ASK {}", "--endpoint", "http://127.0.0.1:9/sparql"])
    assert done.exit_code == 4
    assert done.stderr.startswith("sts-kg: http://127.0.0.1:9/sparql: cannot be reached: ")
