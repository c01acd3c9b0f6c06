"""The service as it is deployed: below a path, behind a proxy, with no disk to write to, by systemd, in a container."""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from crawling import crawl, page_of
from places import ROOT
from serving import Serving, serving

from sts_kg.cli import app

pytestmark = pytest.mark.slow

DEPLOY = ROOT / "deploy"
BROWSER = "text/html,*/*;q=0.8"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SHARE = 16  # of 64 that may wait, one client may take a quarter


# --- Below a path


def below(server: Serving, root: str) -> set[str]:
    """Crawl a service, and return the kinds of pages that it has; none names an address beside the root."""
    seen = crawl(server)
    assert {(page, link) for page, link in seen.links if not link.startswith(f"{root}/")} == set()
    assert {page: to for page, to in seen.redirects.items() if not to.startswith(f"{root}/")} == {}
    static = {link for _, link in seen.links if link.startswith(f"{root}/static/")}
    assert {f"{root}/static/page.css", f"{root}/static/shown.css", f"{root}/static/icon.svg"} <= static
    assert {link: seen.status.get(link, 200) for link in static} == dict.fromkeys(static, 200)
    return set(seen.pages)


@pytest.fixture(scope="module")
def rooted() -> Iterator[Serving]:
    with serving("--root-path", "/sts") as server:
        yield server


def test_no_page_below_a_path_leads_outside_of_it(rooted: Serving) -> None:
    assert rooted.address.endswith("/sts")
    assert {"/", "/sparql"} <= below(rooted, "/sts")


def test_the_path_may_have_been_taken_off_by_the_proxy(rooted: Serving) -> None:
    bare = Serving(rooted.address.removesuffix("/sts"), rooted.process)
    assert bare.ask("/", accept=BROWSER).body == rooted.ask("/", accept=BROWSER).body
    assert json.loads(bare.sparql("ASK {}").body) == json.loads(rooted.sparql("ASK {}").body)
    assert bare.ask("/sts", accept=BROWSER).status == 200
    assert [bare.ask(path).status for path in ("/stsparql", "/sts/sts/sparql", "/st")] == [404, 404, 404]


def test_every_link_leads_somewhere() -> None:
    with serving() as server:
        seen = crawl(server)
    assert {address for address, status in seen.status.items() if status >= 400} == {"/nowhere"}
    elsewhere = {link for _, link in seen.links if page_of(link.partition("?")[0]) is None}
    assert {link for link in elsewhere if not link.startswith("/static/")} == {"/nowhere"}


@pytest.mark.parametrize("path", ["sts", "/s ts", "/sts//x", "/sts/../x", "/.", "/sts?x", "/<b>", "/sts/"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    done = CliRunner().invoke(app, ["serve", "--root-path", path])
    assert "it is a path of letters, digits and - . _ ~ such as /sts" in done.output


# --- Behind a proxy


def refused_at_once(server: Serving, clients: Sequence[str]) -> int:
    """Ask an endless query for each client that a proxy names, at once; return how many are not even put in line."""

    def ask(client: str) -> bool:
        begun = time.monotonic()
        status = server.ask(
            "/sparql", method="POST", body=ENDLESS, X_Forwarded_For=client, Content_Type="application/sparql-query"
        ).status
        assert status in (429, 503)
        return time.monotonic() - begun < 2

    with ThreadPoolExecutor(len(clients)) as pool:
        return sum(pool.map(ask, clients))


SAME = ["203.0.113.7"] * (SHARE + 1)
MANY = [f"203.0.113.{at}" for at in range(SHARE + 1)]


def secure_base(server: Serving) -> str:
    """Return the address for curl on the first page, when a proxy says that it was asked by TLS."""
    page = server.ask("/", accept=BROWSER, X_Forwarded_Proto="https", Host="kg.example.org").text
    found = re.search(r"query@options\.rq (\S+)/sparql<", page)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.load
def test_a_proxy_that_was_named_says_for_whom_it_asks_and_how() -> None:
    names = ("--allowed-host", "kg.example.org")
    with serving("--workers", "1", "--timeout", "5", "--proxy", "127.0.0.1", *names) as server:
        assert secure_base(server) == "https://kg.example.org"
        assert refused_at_once(server, SAME) == 1
        assert refused_at_once(server, MANY) == 0
        invented = [f"198.51.100.{at}, 203.0.113.7" for at in range(SHARE + 1)]  # the proxy adds its own at the end
        assert refused_at_once(server, invented) == 1


@pytest.mark.load
@pytest.mark.parametrize("options", [[], ["--proxy", "192.0.2.1"]], ids=["none named", "another named"])
def test_nobody_else_can_say_for_whom_he_asks_or_how(options: list[str]) -> None:
    with serving("--workers", "1", "--timeout", "5", "--allowed-host", "kg.example.org", *options) as server:
        assert secure_base(server) == "http://kg.example.org"
        assert refused_at_once(server, MANY) == 1


# --- nginx


class Tls(Serving):
    """A service behind TLS, whose certificate signed itself."""

    def __init__(self, address: str, process: subprocess.Popen[str], certificate: Path) -> None:
        super().__init__(address, process)
        self._certificate = certificate

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        context = ssl.create_default_context(cafile=str(self._certificate))
        return http.client.HTTPSConnection(self._host, timeout=timeout, context=context)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def certificate(folder: Path) -> tuple[Path, Path]:
    made, key = folder / "tls.crt", folder / "tls.key"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=kg.example.org -keyout {key} -out {made}"
    names = ["-addext", "subjectAltName=DNS:kg.example.org,IP:127.0.0.1"]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return made, key


@contextmanager
def nginx(folder: Path, *behind: Serving) -> Iterator[Tls]:
    """Run nginx with the configuration that we ship before services, on a free port."""
    port, (made, key) = free_port(), certificate(folder)
    text = (DEPLOY / "nginx.conf").read_text()
    servers = "".join(f"    server {server.address.partition('//')[2].partition('/')[0]};\n" for server in behind)
    for pattern, here in (
        (r"    server 127\.0\.0\.1:8000;.*\n", servers),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (r"/etc/nginx/kg\.example\.org\.crt", str(made)),
        (r"/etc/nginx/kg\.example\.org\.key", str(key)),
        (r"/var/log/nginx/sts-kg\.log", str(folder / "access.log")),
        (r"/var/log/nginx/sts-kg\.error\.log crit", f"{folder / 'site.log'} crit"),
    ):
        text, count = re.subn(pattern, here, text)
        assert count == 1, pattern
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"daemon off;\nmaster_process off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{paths}"
    (folder / "nginx.conf").write_text(f"{head}{text}\n}}\n")
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    try:
        for _ in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Tls(f"https://127.0.0.1:{port}/sts", running, made)
    finally:
        running.terminate()
        running.wait(20)


def test_two_services_behind_the_nginx_that_the_documentation_shows(tmp_path: Path) -> None:
    for program in ("nginx", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"no proxy is started: apt-get install {program}")
    options = ("--root-path", "/sts", "--proxy", "127.0.0.1", "--workers", "1", "--timeout", "5")
    with serving(*options) as one, serving(*options) as other, nginx(tmp_path, one, other) as proxy:
        root = Tls(proxy.address.removesuffix("/sts"), proxy.process, tmp_path / "tls.crt").ask("/sts")
        assert (root.status, root.headers["location"]) == (308, f"{proxy.address}/")
        assert {"/", "/sparql"} <= below(proxy, "/sts")
        assert f"query@options.rq {proxy.address}/sparql" in proxy.ask("/", accept=BROWSER).text
        asked = proxy.sparql("ASK { sts:option-pazopanib a sts:TreatmentOption }")
        assert (json.loads(asked.body)["boolean"], asked.headers["vary"]) == (True, "Accept")
        assert "strict-transport-security" in asked.headers
        assert proxy.ask("/sparql", method="POST", body="x" * 1_100_000).status == 413
        other.process.kill()
        other.process.wait()
        assert [proxy.sparql("ASK {}").status for _ in range(4)] == [200] * 4
        assert refused_at_once(proxy, MANY) == 1  # it drops what a client says of itself
    logged = (tmp_path / "access.log").read_text()
    assert "GET /sts/sparql 200" in logged
    assert (tmp_path / "site.log").read_text() == ""  # though one of the two was gone
    assert "ASK" not in logged and "?" not in logged and "203.0.113" not in logged
    assert [
        path.name for kind in ("client_body", "proxy") for path in (tmp_path / kind).rglob("*") if path.is_file()
    ] == []


# --- A file system that cannot be written

_WATCH = """
import os, sys
log = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND)
def watched(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        os.write(log, f"{given[0]}\\n".encode())
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate"):
        os.write(log, f"{event} {given[0]}\\n".encode())
sys.addaudithook(watched)
"""


_NO_DISK = ("/dev/null", "/proc/", "/dev/shm/", "os.mkdir /dev/shm/", "os.rename /dev/shm/")


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, watch, log = tmp_path / "empty", tmp_path / "watch", tmp_path / "log"
    empty.mkdir()
    watch.mkdir()
    log.touch()
    (watch / "sitecustomize.py").write_text(_WATCH)
    empty.chmod(0o555)
    for name in ("TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(empty))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(watch), str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("WATCHED", str(log))
    monkeypatch.chdir(empty)
    with serving() as server:
        seen = crawl(server, most=1)
        form = "application/x-www-form-urlencoded"
        assert server.ask("/sparql", method="POST", body="query=ASK%20%7B%7D", Content_Type=form).status == 200
    assert {"/", "/sparql"} <= seen.pages.keys()
    written = {line for line in log.read_text().splitlines() if not line.startswith(_NO_DISK)}
    assert written == set()
    assert list(empty.iterdir()) == []


# --- What we ship


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    text = (DEPLOY / "sts-kg.service").read_text()
    [command] = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
    taken(shlex.split(command)[1:])
    assert {"DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "MemoryMax=4G"} <= set(text.splitlines())
    if shutil.which("systemd-analyze") is None:
        pytest.skip("the unit is not verified: apt-get install systemd")
    unit = tmp_path / "sts-kg.service"
    unit.write_text(text.replace("/opt/sts-kg/bin/sts-kg", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_has_what_is_built_no_account_of_root_and_a_check_of_its_health() -> None:
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line.partition(" ")[::2] for line in text.splitlines() if line and not line.startswith("#")]
    told = dict(lines)
    assert {rest.split()[0] for name, rest in lines if name == "FROM"} == {"docker.io/library/python:3.13-slim"}
    assert told["USER"] == "65532:65532"
    assert "--no-cache-dir" in told["RUN"]
    copied = {each for name, rest in lines if name == "COPY" for each in rest.split()[:-1] if "=" not in each}
    assert {"pyproject.toml", "README.md", "LICENSE", "NOTICE", "sts_kg", "ontology", "queries"} <= copied
    assert [name for name in copied if not name.startswith("/") and not (ROOT / name).exists()] == []
    taken(json.loads(told["ENTRYPOINT"])[1:])
    check = json.loads(told["HEALTHCHECK"].partition("CMD")[2])
    with serving() as server:
        code = check[2].replace("http://127.0.0.1:8000", server.address)
        assert subprocess.run([sys.executable, "-c", code]).returncode == 0
        missing = code.replace("/health", "/nowhere")
        assert subprocess.run([sys.executable, "-c", missing], stderr=subprocess.DEVNULL).returncode == 1


def taken(arguments: list[str]) -> None:
    """Hold the arguments of a command against what it takes."""
    assert arguments[0] == "serve"
    app.commands["serve"].make_context("serve", arguments[1:], parent=app.make_context("sts-kg", arguments[:1]))
