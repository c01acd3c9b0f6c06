"""Limits that hold: of time, memory, size, number and share; what is left after faults; health, metrics and the log."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from serving import Serving, connected, in_background, metric, serving, serving_with, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="processes are watched on Linux only")

#: Has no end in any time that anybody waits.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: Endless, over paths.
PATHS = "SELECT (COUNT(*) AS ?n) { ?a (!sts:nothing)* ?b . ?c (!sts:nothing)* ?d . ?e (!sts:nothing)* ?f }"
#: Needs memory without end: it sorts what never ends.
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?e ?d ?c ?b ?a"
SECONDS = 1.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    log = tmp_path_factory.mktemp("log") / "log.jsonl"
    with serving("--timeout", str(SECONDS), "--workers", "1", "--memory", "400MB", log=log) as running:
        running.log = log  # type: ignore[attr-defined]
        yield running


def lines(server: Serving) -> list[dict[str, object]]:
    """Return what was logged."""
    time.sleep(0.25)  # they are written now and then
    return [json.loads(line) for line in server.log.read_text().splitlines()]  # type: ignore[attr-defined]


def cpu(pids: list[int]) -> float:
    """Return the CPU seconds of processes that are alive."""
    found = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def gone(pid: int) -> bool:
    """Return whether a process is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def raw(server: Serving, request: bytes) -> bytes:
    """Return everything that comes back for bytes, until the server closes."""
    with connected(server) as connection:
        connection.sendall(request)
        found = b""
        try:
            while piece := connection.recv(1 << 16):
                found += piece
        except ConnectionResetError:
            pass
        return found


# --- time, memory and share


@pytest.mark.load
@pytest.mark.parametrize("query", [ENDLESS, PATHS])
def test_a_query_without_end_is_stopped_in_time_and_its_cpu_is_free(server: Serving, query: str) -> None:
    began = time.monotonic()
    answer = server.sparql(query)
    assert answer.status == 503
    assert SECONDS <= time.monotonic() - began < 15  # and neither before nor never, on a busy machine too
    assert answer.headers["retry-after"] == "5"
    assert answer.text.startswith("the query was stopped after 1 second; ask for less")

    def is_idle() -> bool:
        pids = [server.process.pid, *server.children]
        before = cpu(pids)
        time.sleep(0.5)
        return cpu(pids) - before < 0.1

    until(is_idle, 20)


def test_a_client_may_ask_for_less_time_and_not_for_more(server: Serving) -> None:
    more = "or for more time with the parameter timeout, up to 1\n"
    none = "since this service allows no more\n"
    assert (
        server.sparql(ENDLESS, timeout="0.2").text == f"the query was stopped after 0.2 seconds; ask for less, {more}"
    )
    for given in ({"timeout": "60"}, {}):
        assert server.sparql(ENDLESS, **given).text == f"the query was stopped after 1 second; ask for less, {none}"


def test_an_answer_that_is_too_large_is_not_to_be_asked_for_again() -> None:
    with serving_with(most_answer=1000) as running:
        answer = running.sparql("SELECT ?s { ?s ?p ?o }", accept="text/csv")
    assert (answer.status, answer.headers.get("retry-after")) == (422, None)
    assert answer.text == "the answer to the query has more than 1,000 bytes; add a LIMIT to the query\n"


@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_that_is_none_is_refused(server: Serving, given: str) -> None:
    answer = server.sparql("ASK {}", timeout=given)
    assert (answer.status, answer.text) == (400, f"timeout is a number of seconds above 0, and not {given!r}\n")


@pytest.mark.load
def test_a_query_that_needs_too_much_memory_is_stopped(server: Serving) -> None:
    killed = 'sts_kg_workers_killed_total{lane="free",reason="memory"}'
    before = metric(server, killed)
    with serving("--timeout", "30", "--memory", "100MB") as running:
        answer = running.sparql(GREEDY)
        assert (answer.status, answer.headers.get("retry-after")) == (422, None)
        assert (
            answer.text == "the query was stopped: it needs more than 100 MB of memory; add a LIMIT, or ask for less\n"
        )
        assert metric(running, killed) == 1
        assert running.sparql("ASK {}").status == 200
    assert metric(server, killed) == before


@pytest.mark.load
def test_pages_are_answered_while_free_queries_have_no_end() -> None:
    with serving("--timeout", "30", "--workers", "1") as running:
        asking = [in_background(lambda: running.sparql(ENDLESS)) for _ in range(4)]
        until(lambda: metric(running, 'sts_kg_lane_waiting{lane="free"}') == 2)
        assert metric(running, 'sts_kg_lane_running{lane="free"}') == 2
        assert running.ask("/", accept="text/html", timeout=10).status == 200
        assert metric(running, 'sts_kg_lane_waiting{lane="free"}') == 2
        running.process.terminate()
        for thread, _ in asking:
            thread.join()


@pytest.mark.load
def test_more_than_the_share_of_one_client_is_429(server: Serving) -> None:
    asking = [in_background(lambda: server.sparql(ENDLESS)) for _ in range(20)]
    for thread, _ in asking:
        thread.join()
    answers = [found[0] for _, found in asking]
    refused = [each for each in answers if each.status == 429]
    assert len(refused) == 4  # the share is 16
    assert refused[0].text == "the query has more than 16 calls at once from one client; try again later\n"
    assert refused[0].headers["retry-after"] == "1"
    assert {each.status for each in answers} == {429, 503}
    assert server.sparql("ASK {}").status == 200


@pytest.mark.load
def test_a_client_that_leaves_ends_its_query(server: Serving) -> None:
    killed = 'sts_kg_workers_killed_total{lane="free",reason="cancelled"}'
    before = metric(server, killed)
    with connected(server) as connection:
        connection.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        until(lambda: metric(server, 'sts_kg_lane_running{lane="free"}') == 1)
    until(lambda: metric(server, 'sts_kg_lane_running{lane="free"}') == 0, 0.8 * SECONDS)
    assert metric(server, killed) == before + 1
    assert lines(server)[-1]["path"] == "/metrics"
    assert 499 in {line.get("status") for line in lines(server)}


# --- faults


@pytest.mark.load
def test_a_worker_that_is_killed_inside_a_query_gives_503_and_the_next_works(server: Serving) -> None:
    server.sparql("ASK {}")
    spawner = server.children[0]
    thread, found = in_background(lambda: server.sparql(ENDLESS))
    time.sleep(0.2)
    (busy,) = [pid for pid in server.children if pid != spawner and running(pid)]
    os.kill(busy, signal.SIGKILL)
    thread.join()
    assert found[0].status == 503
    assert found[0].text.startswith("the query ended by SIGKILL: ")
    assert server.sparql("ASK {}").status == 200
    assert gone(busy)


def running(pid: int) -> bool:
    """Return whether a process uses the CPU."""
    before = cpu([pid])
    time.sleep(0.1)
    return cpu([pid]) > before


def test_deep_nesting_is_an_answer_and_not_a_crash(server: Serving) -> None:
    deep = "SELECT * {" + "{" * 5000 + "?a ?b ?c" + "}" * 5001
    answer = server.ask("/sparql", method="POST", body=deep, content_type="application/sparql-query")
    assert answer.status == 400
    assert "levels deep" in answer.text
    assert server.sparql("ASK {}").status == 200


@pytest.mark.load
@pytest.mark.parametrize("whom", ["parent", "spawner"])
def test_nothing_is_left_of_a_server_that_is_killed(whom: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving("--timeout", "30", log=log) as running:
        thread = threading.Thread(target=lambda: swallowed(lambda: running.sparql(ENDLESS)))
        thread.start()
        time.sleep(0.3)
        children = running.children
        assert len(children) == 2
        os.kill(running.process.pid if whom == "parent" else children[0], signal.SIGKILL)
        until(lambda: all(map(gone, children)), 1)
        thread.join()
        code = running.process.wait(5)
    assert code == (-signal.SIGKILL if whom == "parent" else 3)
    if whom == "spawner":
        assert "the service gave no answer: the process that holds the data is gone" in log.read_text().replace(
            "\n", " "
        )


def swallowed(function: Callable[[], object]) -> None:
    """Call, and take it as it comes."""
    try:
        function()
    except OSError:
        pass


@pytest.mark.load
def test_it_stops_within_three_seconds_while_queries_run_and_says_so_to_those_who_wait() -> None:
    with serving("--timeout", "30", "--workers", "1") as running:
        asking = [in_background(lambda: running.sparql(ENDLESS)) for _ in range(3)]
        time.sleep(0.3)
        children = running.children
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(10)
        assert time.monotonic() - began < 3
        assert all(map(gone, children))
        for thread, found in asking:
            thread.join()
            assert found[0].status == 503
            assert found[0].text == "the query gave no answer: the service is shutting down\n"


# --- connections


def test_an_address_that_is_too_long_is_414_and_headers_that_are_too_large_are_431(server: Serving) -> None:
    for path in ("/sparql?query=" + "a" * 33_000, "/" + "b" * 300_000):
        assert raw(server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()).startswith(b"HTTP/1.1 414 ")
    many = "".join(f"X-{i}: {'c' * 1000}\r\n" for i in range(70))
    assert raw(server, f"GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n".encode()).startswith(b"HTTP/1.1 431 ")
    assert raw(server, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"d" * 200_000).startswith(b"HTTP/1.1 431 ")
    assert server.ask("/?a=" + "a" * 32_000).status == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),  # no Host
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a<b>\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x00\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /term/%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /sparql?query=%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /sparql?query=%4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
        (b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", 415),
        (b"FROB / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        (b"FROB \x80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"FROB\r\n\r\n", 400),
        (b"DELETE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405),
        (b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
        (b"GET / HTTP/1.0\r\n\r\n", 200),
    ],
)
def test_what_is_malformed_has_its_status(server: Serving, request_: bytes, status: int) -> None:
    found = raw(server, request_)
    assert found.startswith(b"HTTP/1.1 %d " % status), found[:200]
    assert len(re.findall(rb"HTTP/1\.1 [0-9]{3} ", found)) == 1


def test_what_is_malformed_after_a_request_does_not_cut_its_answer(server: Serving) -> None:
    good = f"GET /sparql?query={quote('SELECT * { ?a ?b ?c }')} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    head, _, body = raw(server, good + b"nonsense\r\n\r\n").partition(b"\r\n\r\n")
    length = re.search(rb"content-length: ([0-9]+)", head)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert length and int(length[1]) == len(body) > 1_000_000


def test_a_body_that_is_too_large_is_413(server: Serving) -> None:
    for size in (1_000_001, 30_000_000):
        answer = server.ask("/sparql", method="POST", body=b"#" * size, content_type="application/sparql-query")
        assert (answer.status, answer.text) == (413, "the body has more than 1,000,000 bytes\n")
    expecting = (
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9999999999\r\n\r\n"
    )
    assert raw(server, expecting).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/case", "/case/open", "/sparql"])
def test_a_form_that_is_too_large_is_a_page_for_who_wants_one(server: Serving, path: str) -> None:
    body, form = "text=" + "x" * 1_100_000, "application/x-www-form-urlencoded"
    answer = server.ask(path, method="POST", body=body, content_type=form, accept="text/html")
    assert (answer.status, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert answer.headers["connection"] == "close"
    assert "the body has more than 1,000,000 bytes" in answer.text.replace("The body", "the body")


def test_no_header_of_an_answer_can_be_written_by_a_request(server: Serving) -> None:
    evil = "%0d%0aX-Evil:%201"
    for path in (f"/sparql/{evil}", f"/{evil}/", "//evil.example/%2f..", f"/sparql?query={evil}"):
        answer = server.ask(path)
        assert "x-evil" not in answer.headers
        assert "location" not in answer.headers
    assert server.ask("/sparql/?query=ASK%7B%7D").body == server.ask("/sparql?query=ASK%7B%7D").body


def test_an_answer_larger_than_a_socket_takes_comes_whole_and_a_head_has_no_body(server: Serving) -> None:
    path = f"/sparql?query={quote('SELECT * { ?a ?b ?c . ?a ?d ?e } LIMIT 20000')}"
    answer = server.ask(path)
    assert len(answer.body) == int(answer.headers["content-length"]) > 4_000_000
    assert len(json.loads(answer.body)["results"]["bindings"]) == 20_000
    head = server.ask(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]


@pytest.mark.load
def test_more_connections_than_allowed_are_refused_at_once() -> None:
    with serving_with(connections=20) as running, ExitStack() as stack:
        for n in range(20):
            stack.enter_context(connected(running, n // 2 + 1))
        time.sleep(0.2)
        with connected(running, 20) as one_more:
            assert one_more.recv(100).startswith(b"HTTP/1.1 503 Service Unavailable")


@pytest.mark.load
def test_five_thousand_idle_connections_do_no_harm() -> None:
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < 6000:
        pytest.skip("this process may not open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        with serving() as running:
            running.ask("/")
            before = len(os.listdir(f"/proc/{running.process.pid}/fd"))
            with ExitStack() as stack:
                for n in range(5000):
                    stack.enter_context(connected(running, n // 1000 + 2))
                until(lambda: metric(running, "sts_kg_connections") == 5001, 20)
                began = time.monotonic()
                assert running.ask("/", accept="text/html").status == 200
                assert running.sparql("ASK {}").status == 200
                assert time.monotonic() - began < 2
            until(lambda: len(os.listdir(f"/proc/{running.process.pid}/fd")) <= before + 1, 20)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, most))


@pytest.mark.load
def test_clients_that_are_slow_are_given_up(server: Serving) -> None:
    """One sends a header forever, one a body, one reads nothing of a large answer."""
    path = f"/sparql?query={quote('SELECT * { ?a ?b ?c . ?a ?d ?e } LIMIT 20000')}"
    with connected(server) as header, connected(server) as body, connected(server) as reader:
        header.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        body.sendall(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        began = time.monotonic()
        while time.monotonic() - began < 32:
            time.sleep(1)
            for each, piece in ((header, b"X: 1\r\n"), (body, b"a")):
                swallowed(partial(each.sendall, piece))
        assert header.recv(100).startswith(b"HTTP/1.1 408 ")
        assert body.recv(100).startswith(b"HTTP/1.1 408 ")
        until(lambda: metric(server, "sts_kg_connections") <= 1, 10)


@pytest.mark.load
def test_nothing_leaks_over_many_refusals_and_answers(server: Serving) -> None:
    def ask() -> None:
        for each in (b"nonsense\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):
            raw(server, each)
        server.sparql("SELECT * {")
        server.sparql("ASK {}")
        server.sparql(ENDLESS, timeout="0.05")

    def state() -> tuple[int, int]:
        return len(os.listdir(f"/proc/{server.process.pid}/fd")), len(server.children)

    ask()
    time.sleep(2.5)  # who is refused may linger
    before = state()
    for _ in range(20):
        ask()
    until(lambda: state() <= before, 5)


# --- answers that are kept


def test_an_answer_is_kept_and_known_by_its_etag(server: Serving) -> None:
    query = "SELECT ?a { ?a a sts:Drug } ORDER BY ?a # kept"
    hits = metric(server, "sts_kg_cache_hits_total")
    first, second = server.sparql(query), server.sparql(query)
    assert first.body == second.body
    assert metric(server, "sts_kg_cache_hits_total") == hits + 1
    etag = first.headers["etag"]
    assert second.headers == {**first.headers, "date": second.headers["date"]}
    assert server.sparql(query, accept="text/csv").headers["etag"] != etag
    path = f"/sparql?query={quote(query)}"
    for given in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        found = server.ask(path, accept="application/sparql-results+json", if_none_match=given)
        assert (found.status, found.body, found.headers["etag"]) == (304, b"", etag)
        assert "content-length" not in found.headers
    assert server.ask(path, accept="application/sparql-results+json", if_none_match='"x"').status == 200
    for given, status in ((etag, 200), ("*", 200), (f'"x" , {etag}', 200), ('"x"', 412), (f"W/{etag}", 412)):
        assert server.ask(path, accept="application/sparql-results+json", if_match=given).status == status


@pytest.mark.parametrize("more", ["", "&save=&as=text/csv"])
def test_a_query_in_a_body_is_kept_nowhere(server: Serving, more: str) -> None:
    body = f"query={quote('SELECT ?a { ?a a sts:Drug } # in a body')}{more}"
    lines = "sts_kg_cache_hits_total", "sts_kg_cache_misses_total", "sts_kg_cache_entries"
    before = [metric(server, line) for line in lines]
    for _ in range(2):
        answer = server.ask(
            "/sparql", method="POST", body=body, accept="text/csv", content_type="application/x-www-form-urlencoded"
        )
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert "etag" not in answer.headers
    assert [metric(server, line) for line in lines] == before


@pytest.mark.parametrize("text", ["SELECT (NOW() AS ?x) {}", "SELECT (rand() AS ?x) {}"])
def test_what_changes_by_itself_is_never_kept(server: Serving, text: str) -> None:
    first, second = server.sparql(text), server.sparql(text)
    assert first.status == second.status == 200
    assert first.body != second.body
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"


# --- health, metrics, log


def test_health_and_metrics_need_no_worker(server: Serving) -> None:
    found = server.ask("/health")
    assert found.status == 200
    health = json.loads(found.body)
    assert (health["status"], sorted(health["lanes"])) == ("serving", ["bulk", "canned", "free"])
    server.sparql("ASK {}")
    requests = metric(server, 'sts_kg_requests_total{handler="sparql.answer",status="200"}')
    server.sparql("ASK {}")
    assert metric(server, 'sts_kg_requests_total{handler="sparql.answer",status="200"}') == requests + 1
    text = server.ask("/metrics").text
    for name in ("sts_kg_request_seconds_bucket", "sts_kg_workers", "sts_kg_cache_bytes", "process_open_fds"):
        assert re.search(rf"^{name}(\{{.*\}})? [0-9.e+]+$", text, re.MULTILINE), name
    assert server.ask("/health", method="POST", body="").status == 405


def test_the_log_has_a_line_of_json_for_each_request_and_nothing_that_was_asked(server: Serving) -> None:
    secret = "secret-of-a-patient"
    server.sparql(f"ASK {{ ?x ?y '{secret}' }}")
    server.ask("/sparql", method="POST", body=f"ASK {{ ?x ?y '{secret}' }}", content_type="application/sparql-query")
    server.ask(f"/nowhere?{secret}", referer=f"http://x/{secret}")
    said = lines(server)
    assert [(line["method"], line["path"], line["status"], line["lane"], line["cache"]) for line in said[-3:]] == [
        ("GET", "/sparql", 200, "free", "miss"),
        ("POST", "/sparql", 200, "free", None),
        ("GET", "/nowhere", 404, None, None),
    ]
    assert sorted(said[-1]) == ["bytes", "cache", "lane", "method", "ms", "path", "status", "time"]
    assert secret not in server.log.read_text()  # type: ignore[attr-defined]


def test_the_log_can_be_off(tmp_path: Path) -> None:
    with serving("--log", "off", log=tmp_path / "log") as running:
        running.ask("/")
    assert '"path"' not in (tmp_path / "log").read_text()


# --- how it starts


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--timeout", "0"], "serve, argument timeout = '0.0': it is a number of seconds above 0"),
        (["--timeout", "nan"], "serve, argument timeout = 'nan': it is a number of seconds above 0"),
        (["--root-path", "sts"], "it is a path of letters, digits and - . _ ~ such as /sts"),
        (["--root-path", "/sts/"], "it is a path of letters, digits and - . _ ~ such as /sts"),
        (["--allowed-host", "https://kg.example.org"], "it is the name of a host without a port, such as"),
        (["--store", "x", "--link", "y"], "it is not for --store; link into the store"),
        (["--endpoint", "http://x/", "--store", "x"], "it stands alone, without --store and --link"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: list[str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sts_kg", "serve", *options], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "sts_kg", "serve", "--port", port], capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 4
    assert f"cannot listen at 127.0.0.1, port {port}: address already in use" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
