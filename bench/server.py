"""What the service costs beside other SPARQL servers on the same graph (`make bench-server`; wrk must be there).

Servers run at the same time, on loopback, and take turns: in each round each gets the same five queries from wrk for
some seconds, and a ratio is of one round. CPU is that of a server's processes, and never of wrk. What is uncached ends
with a comment that differs each time, for all servers alike. Afterwards ours is asked while queries without end run,
and asked 10⁵ times.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from sts_kg import load
from sts_kg.tables.layout import text_table

NAMES = (
    *("drugs/options-with-drug", "pathway/possible-transitions", "modalities/components-of-options"),
    *("wording/strength-and-frequency", "conditions/findings"),
)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CONNECTIONS = 8
#: Bars: ours in times of the peer's requests a second.
BARS = {
    ("uncached", "oxigraph, memory"): 0.8,
    ("uncached", "rdflib-endpoint"): 12.0,
    ("cached", "oxigraph, memory"): 4.0,
}
_ACCEPT = "application/sparql-results+json"


class Server(NamedTuple):
    """A server that runs: its process, and where it answers queries."""

    process: subprocess.Popen[bytes]
    address: str

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        found, more = [], [self.process.pid]
        while more:
            pid = more.pop()
            found.append(pid)
            for task in _listed(f"/proc/{pid}/task"):
                more += [int(each) for each in _read(f"/proc/{pid}/task/{task}/children").split()]
        return found

    @property
    def cpu(self) -> float:
        """The CPU seconds of its processes, those that ended included."""
        ticks = 0
        for pid in self.pids:
            fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15])) if fields else 0
        return ticks / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Its memory in MB, what processes share counted once (PSS)."""
        found = 0
        for pid in self.pids:
            pss = re.search(r"^Pss:\s+([0-9]+)", _read(f"/proc/{pid}/smaps_rollup"), re.MULTILINE)
            found += int(pss[1]) if pss else 0
        return found / 1000

    def ask(self, text: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body of the answer to a query."""
        return self.get(f"{urlsplit(self.address).path}?query={quote(text)}", **headers)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body of what is at a path."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=120)
        try:
            connection.request("GET", path, headers={"Accept": _ACCEPT, **headers})
            found = connection.getresponse()
            return found.status, found.read()
        finally:
            connection.close()


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


def free_port() -> int:
    """Return a port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def served(command: list[str], port: int, path: str) -> Iterator[Server]:
    """Run a server until it answers, and end it afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(process, f"http://127.0.0.1:{port}{path}")
    try:
        while True:
            try:
                server.ask("ASK {}")
                break
            except OSError:
                if process.poll() is not None:
                    sys.exit(f"{command[0]} ended with {process.returncode}")
                time.sleep(0.01)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def ours(*options: str) -> tuple[list[str], int, str]:
    """Return how our server is started."""
    port = free_port()
    return [sys.executable, "-m", "sts_kg", "serve", "--port", str(port), *options], port, "/sparql"


def servers(stack: ExitStack, folder: Path, rdflib_endpoint: str | None) -> dict[str, Server]:
    """Start all servers on the same graph, and return them by name."""
    found = {"ours": stack.enter_context(served(*ours()))}
    graph = folder / "graph.nt"
    status, triples = found["ours"].ask("CONSTRUCT WHERE { ?s ?p ?o }", Accept="application/n-triples")
    assert status == 200, "our server writes N-Triples"
    graph.write_bytes(triples)
    oxigraph = str(Path(sys.executable).with_name("oxigraph"))
    port = free_port()
    memory = served([oxigraph, "serve", "--bind", f"127.0.0.1:{port}"], port, "/query")
    found["oxigraph, memory"] = stack.enter_context(memory)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/store?default", triples, {"Content-Type": "application/n-triples"})
    assert connection.getresponse().status in (200, 201, 204), "Oxigraph takes the graph"
    connection.close()
    place = str(folder / "store")
    loading = [oxigraph, "load", "--location", place, "--file", str(graph)]
    subprocess.run(loading, check=True, capture_output=True)
    port = free_port()
    command = [oxigraph, "serve-read-only", "--location", place, "--bind", f"127.0.0.1:{port}"]
    found["oxigraph, folder"] = stack.enter_context(served(command, port, "/query"))
    if rdflib_endpoint:
        port = free_port()
        command = [rdflib_endpoint, "serve", str(graph), "--host", "127.0.0.1", "--port", str(port)]
        found["rdflib-endpoint"] = stack.enter_context(served(command, port, "/"))
    return found


def settle(server: Server) -> None:
    """Wait until a server has nothing to do: ours loads more after its start."""
    until, quiet = time.monotonic() + 60, 0
    while quiet < 3 and time.monotonic() < until:
        before = server.cpu
        time.sleep(0.5)
        quiet = quiet + 1 if server.cpu - before < 0.02 else 0


def rows_of(body: bytes) -> list[str]:
    """Return the rows of a JSON answer in an order of their own."""
    return sorted(json.dumps(row, sort_keys=True) for row in json.loads(body)["results"]["bindings"])


def compared(found: dict[str, Server], texts: list[str]) -> None:
    """See that all servers give the same rows."""
    for name, text in zip(NAMES, texts, strict=True):
        rows = rows_of(found["ours"].ask(text)[1])
        assert rows, name
        for peer, server in found.items():
            if rows_of(server.ask(text)[1]) != rows:
                sys.exit(f"{name}: {peer} gives other rows")


def script(folder: Path, texts: list[str], is_cached: bool) -> Path:
    """Write what wrk asks."""
    queries = ",".join(json.dumps(quote(text)) for text in texts)
    unique = "" if is_cached else "..'%20%23'..seed..'x'..n"
    file = folder / f"{'cached' if is_cached else 'uncached'}.lua"
    file.write_text(
        f"local texts, n = {{{queries}}}, 0\nlocal seed = os.getenv('SEED')\n"
        f"function request()\n  n = n + 1\n  local path = wrk.path .. '?query=' .. texts[n % #texts + 1]{unique}\n"
        f"  return wrk.format('GET', path, {{['Accept'] = '{_ACCEPT}'}})\nend\n",
        encoding="utf-8",
    )
    return file


class Load(NamedTuple):
    """What wrk and /proc say of some seconds: requests a second, milliseconds, CPU milliseconds a request."""

    rate: float
    p50: float
    p99: float
    cpu: float
    n: int


def loaded(server: Server, lua: Path, seconds: float) -> Load:
    """Return what a server does under load."""
    before = server.cpu
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds:g}s",
        "--timeout",
        "60s",
        "--latency",
        "-s",
        str(lua),
        server.address,
    ]
    command += ["-s", str(lua), server.address]
    environment = os.environ | {"SEED": str(time.time_ns())}
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"{server.address}: {said}")
    n = max(1, int(re.findall(r"([0-9]+) requests in", said)[0]))  # one at least, for one who answered none
    p50, p99 = (_ms(re.findall(rf"^ +{share}% +(\S+)", said, re.MULTILINE)[0]) for share in (50, 99))
    rate = max(1 / seconds, float(re.findall(r"Requests/sec:\s+(\S+)", said)[0]))
    return Load(rate, p50, p99, 1000 * (server.cpu - before) / n, n)


def _ms(text: str) -> float:
    number, unit = re.fullmatch(r"([0-9.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def throughput(found: dict[str, Server], folder: Path, texts: list[str], rounds: int, seconds: float) -> None:
    """Print requests a second, and ratios of them and of CPU."""
    rows, met = [], []
    for kind in ("uncached", "cached"):
        lua = script(folder, texts, kind == "cached")
        loads: dict[str, list[Load]] = {name: [] for name in found}
        for _ in range(rounds):
            for name, server in found.items():
                loads[name].append(loaded(server, lua, seconds))
        for name, all_of in loads.items():
            rate, p50, p99, cpu, _ = (statistics.median(each) for each in zip(*all_of, strict=True))
            pairs = list(zip(loads["ours"], all_of, strict=True))
            ratio = statistics.median(mine.rate / its.rate for mine, its in pairs)
            by_cpu = statistics.median(its.cpu / mine.cpu for mine, its in pairs)
            shown = ("", "") if name == "ours" else (f"{ratio:.2f}", f"{by_cpu:.2f}")
            rows.append((kind, name, f"{rate:,.0f}", f"{p50:.2f}", f"{p99:.1f}", f"{cpu:.2f}", *shown))
            if (bar := BARS.get((kind, name))) is not None:
                met.append(f"{kind}, ours to {name}: {ratio:.2f} of {bar:g}: {'met' if ratio >= bar else 'missed'}")
    header = ("answers", "server", "requests/s", "p50 ms", "p99 ms", "CPU ms each", "ours to it", "by CPU")
    print(text_table(header, rows))
    print("\n".join(met))


def canned_path(server: Server) -> str:
    """Return an address of the lane that never waits."""
    path = f"/queries/{NAMES[0]}.json?drug=doxorubicin"
    assert server.get(path, Accept="*/*")[0] == 200, path
    return path


def latencies(server: Server, path: str, n: int) -> list[float]:
    """Return the milliseconds of requests one after the other, none answered by what is kept."""
    found = []
    for i in range(n):
        began = time.perf_counter()
        status, _ = server.get(path, Accept=f"*/*;n={time.time_ns()}-{i}")
        found.append(1000 * (time.perf_counter() - began))
        assert status == 200, status
    return found


def timed(server: Server, path: str, seconds: float) -> list[float]:
    """Return the milliseconds of requests for some seconds."""
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        found += latencies(server, path, 10)
    return found


def p99(of: list[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(of, n=100)[98]


def endless(seconds: float) -> None:
    """Print how canned queries fare beside eight queries without end, and what CPU is left after the limit."""
    with served(*ours("--timeout", f"{seconds:g}")) as server:
        path = canned_path(server)
        settle(server)
        latencies(server, path, 50)
        idle, busy = timed(server, path, seconds / 2), []
        for _ in range(2):
            asking = [threading.Thread(target=server.ask, args=(f"{ENDLESS} # {i}",)) for i in range(8)]
            for each in asking:
                each.start()
            time.sleep(1)
            busy += timed(server, path, seconds / 2)
            for each in asking:
                each.join()
            time.sleep(1)
            before = server.cpu
            time.sleep(1)
            after = server.cpu - before
            idle += timed(server, path, seconds / 2)
    ratio = p99(busy) / p99(idle)
    print(f"\n{path}, one after the other: p50 {statistics.median(idle):.2f} ms, p99 {p99(idle):.2f} ms")
    print(
        f"beside 8 endless queries: p50 {statistics.median(busy):.2f} ms, p99 {p99(busy):.2f} ms ({len(busy)} requests)"
    )
    print(f"p99 beside endless queries: {ratio:.2f} of at most 3: {'met' if ratio <= 3 else 'missed'}")
    print(f"CPU one second after the limit: {after:.2f} s in a second: {'met' if after < 0.05 else 'missed'}")


def memory(folder: Path, texts: list[str], requests: int) -> None:
    """Print what memory is after a tenth of many requests, and after all of them, half of them kept."""
    with served(*ours("--log", "off")) as server:
        luas = [script(folder, texts, is_cached) for is_cached in (True, False)]
        n, first = 0, 0.0
        while n < requests:
            n += sum(loaded(server, lua, 2).n for lua in luas)
            if not first and n >= requests / 10:
                first = server.memory - kept(server)
        last = server.memory - kept(server)
    print(
        f"\nmemory after {requests / 10:,.0f} requests {first:.0f} MB, after {n:,} {last:.0f} MB ({last / first:.2f})"
    )


def kept(server: Server) -> float:
    """Return the MB of answers that our server keeps."""
    found = re.search(rb"^sts_kg_cache_bytes (\S+)", server.get("/metrics")[1], re.MULTILINE)
    return float(found[1]) / 1e6 if found else 0.0


def start(times: int) -> None:
    """Print how long a server takes until its first answer."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        with served(*ours()) as server:
            found.append((time.perf_counter() - began, server.cpu))
    seconds, cpu = (min(each) for each in zip(*found, strict=True))
    print(f"\nfirst answer after {seconds:.2f} s at best of {times}, with {cpu:.2f} s of CPU")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rdflib-endpoint", metavar="PATH", help="its command, of an environment of its own")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of load for each server and round")
    parser.add_argument("--requests", type=float, default=1e5, help="for the memory")
    parser.add_argument("--only", choices=("throughput", "endless", "memory", "start"), help="one of the parts")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed; on Debian: apt install wrk")
    canned = load().canned
    texts = [canned[name].bind({}) for name in NAMES]
    print(f"{os.cpu_count()} cores, load of the machine before: {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        if options.only in (None, "throughput"):
            found = servers(stack, folder, options.rdflib_endpoint)
            compared(found, texts)
            settle(found["ours"])
            throughput(found, folder, texts, options.rounds, options.seconds)
            stack.close()
        if options.only in (None, "endless"):
            endless(10)
        if options.only in (None, "memory"):
            memory(folder, texts, int(options.requests))
        if options.only in (None, "start"):
            start(5)


if __name__ == "__main__":
    main()
