"""What a client may try that wants to stop the service for others: each try ends soon, with an answer that says why."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from serving import Answer, Serving, connected, in_background, metric, serving, serving_with, until

from sts_kg.cases import parse
from sts_kg.errors import ParseError
from sts_kg.knowledge import KnowledgeGraph
from sts_kg.server import exchange
from sts_kg.server.addresses import site_of
from sts_kg.server.budget import Budget
from sts_kg.server.messages import Request

pytestmark = pytest.mark.slow

FORM = "multipart/form-data; boundary=a"
PART = b'--a\r\nContent-Disposition: form-data; name="text"\r\n\r\ncase: p\r\n'


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as running:
        yield running


def posted(server: Serving, path: str, body: bytes | str, content_type: str) -> Answer:
    return server.ask(path, method="POST", body=body, content_type=content_type)


@pytest.fixture(scope="module")
def named() -> Iterator[Serving]:
    """A service that was told of its name."""
    with serving("--allowed-host", "kg.example.org") as running:
        yield running


# --- files that come and go


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"--a\r\n\r\nx\r\n" * 90_000, "the form is cut off, or has more than 10 parts"),
        (PART * 10, "the form is cut off, or has more than 10 parts"),
        (PART * 11 + b"--a--", "the form is cut off, or has more than 10 parts"),
        (
            b'--a\r\nContent-Disposition: form-data; name="' + rb"\"" * 400_000 + b"\r\n\r\nx\r\n--a--",
            "the headers of a part of the form have more than 1,000 characters",
        ),
        (
            b"--a\r\nContent-Disposition: form-data; " + b"x=y; " * 150_000 + b"\r\n\r\nx\r\n--a--",
            "the headers of a part of the form have more than 1,000 characters",
        ),
        (
            PART[:-10].rstrip() + b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n--a--",
            "a part of the form is itself made of parts; send one file in each",
        ),
        (b"--a\r\nX: y\r\n--a--", "a part of the form has no headers, with an empty line after them"),
        (b"--a\r\n\r\nx\r\n--a--", "a part of the form has no name, or is not sent as it is"),
    ],
)
def test_a_form_that_takes_long_to_read_is_refused_at_once(server: Serving, body: bytes, said: str) -> None:
    began = time.monotonic()
    answer = posted(server, "/case/open", body, FORM)
    assert (answer.status, answer.text) == (400, said + "\n")
    assert time.monotonic() - began < 5


def test_a_form_of_ten_parts_is_read(server: Serving) -> None:
    assert posted(server, "/case/open", PART * 10 + b"--a--\r\n", FORM).status == 200
    answer = posted(server, "/case/open", PART, "multipart/form-data")
    assert answer.text == "the form has no boundary of 1 to 70 characters; multipart/form-data needs one\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("case: a\n" + "".join(f"k{n}: x\n" for n in range(50)), 50),
        ('{"case": "a",\n' + ",\n".join(f'"k{n}": 1' for n in range(50)) + "}", 50),
    ],
)
def test_a_text_may_have_so_many_values(kg: KnowledgeGraph, text: str, line: int) -> None:
    vocabulary = kg.guideline.vocabulary
    with pytest.raises(ParseError, match=r"^<text>, line \d+: has more than 99 values; ") as found:
        parse(text, vocabulary, most=99)
    assert found.value.line is not None and abs(found.value.line - line) <= 1
    assert [case.id for case in parse("case: a", vocabulary, most=3)] == ["a"]
    with pytest.raises(ParseError):
        parse("case: a", vocabulary, most=2)


@pytest.mark.load
@pytest.mark.parametrize("path", ["/options", "/ask", "/explain?option=pazopanib"])
def test_a_body_with_too_many_values_is_refused(server: Serving, path: str) -> None:
    answer = posted(server, path, "".join(f"k{n}: 1\n" for n in range(30_000)), "application/yaml")
    assert answer.status == 400
    assert "has more than 50,000 values; send the cases in several parts" in answer.text


@pytest.mark.parametrize("body", ['{"case": ' + "1" * 5000 + "}", '{"case": ' + "[" * 900 + "]" * 900 + "}"])
def test_json_that_python_cannot_hold_is_refused(server: Serving, body: str) -> None:
    for path, kind in (("/options", "application/json"), ("/options", "application/fhir+json")):
        assert posted(server, path, body, kind).status == 400
    items: dict[str, object] = {"linkId": "x"}
    for _ in range(400):
        items = {"linkId": "x", "item": [items]}
    response = json.dumps({"resourceType": "QuestionnaireResponse", "status": "completed", "item": [items]})
    assert posted(server, "/options", response, "application/fhir+json").status == 400


def test_open_questions_are_those_of_100_cases(server: Serving) -> None:
    cases = [f"case: c{n}\n---\n" for n in range(101)]
    answer = posted(server, "/ask", "".join(cases), "application/yaml")
    assert (answer.status, answer.text) == (
        413,
        "the body has 101 cases, more than 100; the command sts-kg takes any number\n",
    )


@pytest.mark.load
def test_pages_do_not_wait_behind_files(server: Serving) -> None:
    body = json.dumps([{"case": f"c{n}"} for n in range(1000)])
    asking = [in_background(lambda: posted(server, "/options", body, "application/json")) for _ in range(4)]
    until(lambda: metric(server, 'sts_kg_lane_running{lane="bulk"}') == 1)
    assert server.ask("/", accept="text/html").status == 200
    assert metric(server, 'sts_kg_lane_running{lane="bulk"}') == 1
    for thread, _ in asking:
        thread.join()
    assert 429 in [found[0].status for _, found in asking]


@pytest.mark.parametrize("path", ["/export/void.ttl", "/statistics", "/pathway", "/downloads", "/openapi.json"])
def test_an_address_with_parameters_that_nobody_reads_is_not_made_anew(server: Serving, path: str) -> None:
    answer = server.ask(f"{path}?1")
    assert (answer.status, answer.text) == (400, f"{path} takes no parameters; leave out the ? and the rest\n")
    assert server.ask(f"{path}?").status == 200


# --- what is held for clients


def test_a_client_may_have_half_of_what_is_held() -> None:
    budget = Budget(100)
    assert budget.take("a", 50)
    assert not budget.take("a", 1)
    assert budget.take("b", 49)
    assert not budget.take("c", 2)
    assert budget.take("c", 1)
    budget.give("a", 50)
    assert budget.size == 50
    assert budget.take("c", 49)


@pytest.mark.load
def test_bodies_on_their_way_are_counted_over_all_connections(server: Serving) -> None:
    head = (
        b"POST /options HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\nContent-Length: 999999\r\n\r\n"
    )
    said = b""
    with ExitStack() as stack:
        for _ in range(34):
            one = stack.enter_context(connected(server))
            one.sendall(head + b"#" * 990_000)
            one.settimeout(0.2)
            with suppress(TimeoutError, ConnectionResetError):
                while more := one.recv(1000):
                    said += more
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"too many bodies are on their way; try again later" in said
    until(lambda: posted(server, "/options", "case: a", "application/yaml").status == 200)


@pytest.mark.load
def test_a_body_that_drips_is_given_up(server: Serving) -> None:
    with connected(server) as one:
        one.sendall(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + b"#" * 50_000)
        began = time.monotonic()
        assert one.recv(1000).startswith(b"HTTP/1.1 408 ")
        assert 10.5 < time.monotonic() - began < 20


@pytest.mark.load
def test_who_reads_little_by_little_is_given_up() -> None:
    sooner = "import sts_kg.server.exchange as e; e._READ_S, e._READ_RATE = 2, 500_000"
    path = f"/sparql?query={quote('SELECT * { ?a ?b ?c . ?a ?d ?e } LIMIT 60000')}"
    with serving_with(sooner) as running, connected(running) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        began, is_open = time.monotonic(), True
        while is_open and time.monotonic() - began < 60:  # what the system holds, it still sends
            one.recv(8192)
            time.sleep(0.5)  # some 16 kB a second
            is_open = metric(running, "sts_kg_connections") > 1
        assert not is_open


# --- who asks


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:5678", "10.1.2.3"),
        ("[2001:db8:1:2:3::4]:80", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("x" * 5000, "x" * 100),
    ],
)
def test_whose_share_an_address_counts_for(address: str, site: str) -> None:
    assert site_of(address) == site


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "LOCALHOST:80", "[::1]:8000", "192.0.2.7", "kg.example.org.", "KG.example.org:1"]
)
def test_our_own_names_are_answered(named: Serving, host: str) -> None:
    assert named.ask("/health", host=host).status == 200


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:8000", "127.0.0.1.attacker.example", "org"])
@pytest.mark.parametrize("path", ["/", "/health", "/sparql?query=ASK%7B%7D", "/static/page.css", "/nowhere"])
def test_a_name_that_somebody_else_had_lead_here_is_refused(named: Serving, host: str, path: str) -> None:
    answer = named.ask(path, host=host)
    name = host.partition(":")[0]
    told = f"start it with --allowed-host {name} (in Python: allowed_hosts), if that is its name"
    assert (answer.status, answer.text) == (421, f"this service does not answer as {name}; {told}\n")


def test_any_name_will_do_where_none_was_given_and_no_case_is_served() -> None:
    with serving() as server:
        assert server.ask("/health", host="kg.example.org").status == 200


def test_cases_are_never_given_to_a_name_that_was_not_told(kg: KnowledgeGraph, tmp_path: Path) -> None:
    kg.with_examples().push(tmp_path / "store")
    with serving("--store", str(tmp_path / "store")) as server:
        query = "/sparql?query=ASK%20%7B%20%3Fcase%20a%20sts%3APatientCase%20%7D"
        assert [server.ask(query, host=host).status for host in ("localhost", "attacker.example")] == [200, 421]


def test_a_proxy_of_ipv4_is_also_known_by_ipv6(tmp_path: Path) -> None:
    with serving("--host", "::", "--proxy", "127.0.0.1", log=tmp_path / "log") as running:
        here = Serving(f"http://127.0.0.1:{urlsplit(running.address).port}", running.process)
        void = here.ask("/.well-known/void", accept="text/turtle", x_forwarded_proto="https").text
    assert "https://127.0.0.1" in void


@pytest.mark.load
def test_one_peer_may_have_an_eighth_of_the_connections() -> None:
    with serving_with(connections=80) as running, ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connected(running))
        time.sleep(0.2)
        refused = stack.enter_context(connected(running))
        assert b"too many connections from your address are open" in refused.recv(1000)
        where = urlsplit(running.address)
        other = socket.create_connection((where.hostname, where.port), 30, source_address=("127.0.0.2", 0))
        with other:
            other.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert other.recv(1000).startswith(b"HTTP/1.1 200 ")
        many = [stack.enter_context(connected(running)) for _ in range(100)]
        with suppress(ConnectionResetError):
            assert many[-1].recv(1000) == b""  # far beyond, nothing is said


def test_a_process_that_may_open_too_few_files_does_not_start() -> None:
    command = f"ulimit -n 200; exec {sys.executable} -m sts_kg serve --port 0"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 2
    assert "this process may open 200 files, and needs more than 256" in " ".join(found.stderr.split())


# --- what the process that talks to clients reads by itself


def test_an_accept_that_is_too_long_is_refused(server: Serving) -> None:
    answer = server.ask("/", accept="a/b," * 1025)
    assert (answer.status, answer.text) == (400, "the header Accept has more than 4,096 bytes\n")
    assert server.ask("/", accept="text/html," + "a/b," * 1000).status == 200


def test_a_large_form_is_read_by_a_worker_and_keeps_its_limit_of_time(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, padding = "application/x-www-form-urlencoded", "%23" * 30_000
    answer = posted(server, "/sparql", f"query=ASK%7B%7D{padding}", form)
    assert answer.status == 200
    slow = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    answer = posted(server, "/sparql", f"query={slow}{padding}&timeout=0.3", form)
    assert answer.text.startswith("the query was stopped after 0.3 seconds")
    assert posted(server, "/sparql", f"query={padding}&update=x", form).status == 400
    seen: list[int] = []
    monkeypatch.setattr(exchange, "asked", lambda request: seen.append(len(request.body)))
    exchange._asked(Request("POST", content_type=form, body=b"query=" + b"x" * 100_000 + b"&timeout=2"))
    assert seen == [len(b"query=&timeout=2")]


# --- what an error shows of what was asked


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/options?reading=R", "case: a"),
        ("/explain?option=R", "case: a"),
        ("/options", "case: a\nlabel: R"),
        ("/options", "case: a\nR: b"),
        ("/why?s=R&p=a&o=b", None),
        ("/why?triple=R", None),
        ("/why?s=sts:pazopanib&p=sts:drug&o=%22R%22", None),
        ("/sparql?query=ASK%7B%7D&format=R", None),
        ("/sparql?query=R", None),
        ("/term?iri=R", None),
        ("/export/R", None),
    ],
)
@pytest.mark.parametrize("letter", ["x", "%C3%A9", "%0A"])
def test_an_error_shows_the_beginning_of_what_was_asked(
    server: Serving, path: str, body: str | None, letter: str
) -> None:
    path = path.replace("R", letter * 5000)
    if body is None:
        answer = server.ask(path, accept="text/plain")
    else:
        answer = posted(server, path, body.replace("R", "x" * 5000), "application/yaml")
    assert 400 <= answer.status < 500
    assert len(answer.body) < 5000
