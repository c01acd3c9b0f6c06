"""One bounded exchange, with a server that misbehaves: typed errors, in time, with few requests and no secrets."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import socket
import ssl
import subprocess
import time
import traceback
import urllib.request
import zlib
from collections.abc import Callable
from email.utils import formatdate
from io import BytesIO
from pathlib import Path

import pytest
from faulty import (
    YES,
    Behaviour,
    basic,
    bomb,
    chunk_cut_short,
    cut_short,
    digest,
    drip,
    drip_headers,
    endless,
    faulty,
    garbage,
    good,
    hang_up,
    html,
    redirect,
    reset,
    silent,
    wrong_chunk,
)

from sts_kg.errors import (
    EndpointAnswerError,
    EndpointBusyError,
    EndpointError,
    EndpointRedirectError,
    EndpointRefusedError,
    EndpointTimeoutError,
    EndpointTooLargeError,
    EndpointUnauthorisedError,
    EndpointUnavailableError,
    EndpointUnreachableError,
)
from sts_kg.safe import without_secrets
from sts_kg.stores import http
from sts_kg.stores.credentials import Login, authorization
from sts_kg.stores.http import send
from sts_kg.stores.refusals import plain_reason

PASSWORD = "s3cret-passw0rd"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials and no proxies of whoever runs the tests."""
    for name in ("STS_KG_USER", "STS_KG_PASSWORD", "STS_KG_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, in seconds, without making them."""
    made: list[float] = []
    monkeypatch.setattr(http, "_sleep", made.append)
    return made


def caught(call: Callable[[], object]) -> EndpointError:
    """Return the error of a call, once its whole trace was searched for the password."""
    with pytest.raises(EndpointError) as error:
        call()
    said = "".join(traceback.format_exception(error.value)) + repr(error.value) + str(vars(error.value))
    assert PASSWORD not in said
    assert "\n" not in str(error.value)
    return error.value


# --- answers


def test_an_answer_comes_back_whole() -> None:
    with faulty(good(b"a b", "Text/Plain; charset=utf-8", headers={"X-Y": "z", "Set-Cookie": "a=b"})) as server:
        reply = send(f"{server.address}?q=1#part", headers={"Accept": "text/plain"})
    assert (reply.status, reply.content_type, reply.body, reply.url) == (200, "text/plain", b"a b", server.address)
    assert reply.headers["x-y"] == "z"
    assert "set-cookie" not in reply.headers
    assert "a b" not in repr(reply)
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.headers["accept"]) == ("GET", "/sparql?q=1", "text/plain")
    assert seen.headers["user-agent"] == http.agent()
    assert "authorization" not in seen.headers


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(b"a" * 100_000)),
        ("x-gzip", gzip.compress(b"a" * 60_000) + gzip.compress(b"a" * 40_000)),
        ("deflate", zlib.compress(b"a" * 100_000)),
        ("deflate", zlib.compress(b"a" * 100_000, wbits=-15)),
        ("identity", b"a" * 100_000),
    ],
    ids=["gzip", "members", "zlib", "raw", "identity"],
)
def test_a_compressed_answer_is_decompressed(coding: str, data: bytes) -> None:
    with faulty(good(data, headers={"Content-Encoding": coding})) as server:
        assert send(server.address, most_bytes=100_000).body == b"a" * 100_000
        assert server.seen[0].headers["accept-encoding"] == "gzip, deflate"


def test_no_body_is_no_fault() -> None:
    with faulty(good(b"", status=204), good(b"", headers={"Content-Encoding": "gzip"}), good(b"x" * 9)) as server:
        assert send(server.address, method="DELETE").status == 204
        assert send(server.address).body == b""
        assert send(server.address, method="HEAD").body == b""


def test_a_status_may_be_asked_for() -> None:
    with faulty(html("Not there", 404)) as server:
        assert send(server.address, accept_status=(200, 404)).status == 404


def test_nothing_global_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STS_KG_USER", "me")
    monkeypatch.setenv("STS_KG_PASSWORD", PASSWORD)
    before = vars(urllib.request)["_opener"]
    with faulty(digest("me", PASSWORD, good())) as server:
        send(server.address)
    assert vars(urllib.request)["_opener"] is before


# --- what goes wrong


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        (
            good(b"line 1: no\nmore", "text/plain", 400),
            EndpointRefusedError,
            "HTTP 400, line 1: no; correct the request",
        ),
        (good(b'{"exception": "no such thing"}', "application/json", 400), EndpointRefusedError, "no such thing;"),
        (good(b"", "text/plain", 401), EndpointUnauthorisedError, "set STS_KG_USER and STS_KG_PASSWORD, or add"),
        (html("Keep &amp; out", 403), EndpointUnauthorisedError, "HTTP 403, Keep & out; set STS_KG_USER"),
        (html("Nothing here", 404), EndpointError, "HTTP 404, Nothing here; check the address"),
        (good(b"", "text/plain", 418), EndpointError, "HTTP 418, "),
        (good(b"broken", "text/plain", 500), EndpointUnavailableError, "HTTP 500, broken; ask again later"),
        (cut_short, EndpointAnswerError, "incomplete"),
        (chunk_cut_short, EndpointAnswerError, "incomplete"),
        (good(gzip.compress(YES)[:-4], headers={"Content-Encoding": "gzip"}), EndpointAnswerError, "incomplete"),
        (good(YES, headers={"Content-Encoding": "gzip"}), EndpointAnswerError, "not valid gzip data"),
        (good(YES, headers={"Content-Encoding": "br"}), EndpointAnswerError, "not valid br data"),
        (wrong_chunk, EndpointAnswerError, "incomplete"),
        (bomb, EndpointTooLargeError, "more than 1 kB"),
        (endless, EndpointTooLargeError, "more than 1 kB"),
        (good(b" " * 1_001), EndpointTooLargeError, "more than 1 kB"),
        (garbage, EndpointAnswerError, "the answer is not HTTP"),
        (redirect(""), EndpointRedirectError, "redirects without a target"),
        (redirect("file:///etc/passwd"), EndpointRedirectError, "file:///etc/passwd, which is not an http or https"),
        (redirect("ftp://127.0.0.1/x"), EndpointRedirectError, "which is not an http or https address"),
        (redirect("http://[x"), EndpointRedirectError, "to http://[x, which cannot be used"),
        (redirect("//[x"), EndpointRedirectError, "to //[x, which is not an http or https address"),
        (redirect("http://u:p@127.0.0.1/x"), EndpointRedirectError, "to http://127.0.0.1/x, which cannot be used"),
    ],
)
def test_a_fault_is_a_typed_error(behaviour: Behaviour, kind: type[EndpointError], words: str) -> None:
    with faulty(behaviour) as server:
        error = caught(lambda: send(server.address, most_bytes=1_000, timeout_s=20))
        assert type(error) is kind
        assert words in str(error)
        assert error.url == server.address
        assert len(server.seen) == 1


@pytest.mark.parametrize("behaviour", [silent, drip, drip_headers], ids=lambda each: str(each.__name__))
def test_the_deadline_holds(behaviour: Behaviour) -> None:
    started = time.monotonic()
    with faulty(behaviour) as server:
        error = caught(lambda: send(server.address, timeout_s=0.5))
        assert isinstance(error, EndpointTimeoutError)
        assert len(server.seen) == 1
    assert time.monotonic() - started < 5
    assert 0.4 < error.waited_s < 5


def test_the_deadline_holds_over_redirects_and_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_uniform", lambda low, high: 0.3)
    started = time.monotonic()
    with faulty(redirect("/there"), good(b"", "text/plain", 503), redirect("/there"), silent) as server:
        error = caught(lambda: send(server.address, timeout_s=1.0, attempts=10))
        assert isinstance(error, EndpointTimeoutError)
        assert (len(server.seen), error.attempts) == (4, 2)
    assert time.monotonic() - started < 6


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org/sparql", "not an http or https address"),
        ("example.org/sparql", "not an http or https address"),
        ("http:///sparql", "not an http or https address"),
        ("http://example.org:port/", "is not a valid address"),
        ("http://[::1/", "is not a valid address"),
        ("http://example.org/a b", "not an http or https address"),
        ("http://example.org/a\r\nX: y", "not an http or https address"),
        (f"https://me:{PASSWORD}@example.org/sparql", "STS_KG_USER and STS_KG_PASSWORD or use ~/.netrc"),
        (f"https://{PASSWORD}@example.org/sparql", "contains a user or a password"),
        (f"https://me:x/{PASSWORD}@example.org/sparql", "contains a user or a password"),
        ("https://user@example.org/sparql", "contains a user or a password; remove them, and set STS_KG_USER and STS"),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(url: str, words: str) -> None:
    error = caught(lambda: send(url))
    assert words in str(error)
    assert PASSWORD not in str(error)


def test_nothing_that_listens() -> None:
    with faulty(good()) as server:
        address = server.address
    error = caught(lambda: send(address))
    assert isinstance(error, EndpointUnreachableError)
    assert "cannot be reached: " in str(error)
    assert error.attempts == 1


def test_no_such_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    error = caught(lambda: send("http://nowhere.invalid/sparql"))
    assert isinstance(error, EndpointUnreachableError)
    assert "the host is unknown" in str(error)


def test_a_server_that_reads_nothing_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        error = caught(lambda: send(url, method="PUT", body=bytes(50_000_000), timeout_s=0.5))
    assert isinstance(error, EndpointTimeoutError)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    files = f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    subprocess.run(["openssl", *words.split(), *files.split()], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with faulty(good(), drip, reset, reset, cut_short, tls=tls) as server:
        error = caught(lambda: send(server.address))
        assert isinstance(error, EndpointUnreachableError)
        assert "has a certificate that is not trusted: self" in str(error)
        assert server.seen == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send(server.address).body == YES
        assert isinstance(caught(lambda: send(server.address, timeout_s=0.5)), EndpointTimeoutError)
        assert isinstance(caught(lambda: send(server.address, attempts=1)), EndpointUnreachableError)
        caught(lambda: send(server.address, attempts=1))
        assert isinstance(caught(lambda: send(server.address)), EndpointAnswerError)


def test_tls_to_a_server_without() -> None:
    with faulty(good()) as server:
        error = caught(lambda: send(server.address.replace("http:", "https:"), timeout_s=5))
    assert isinstance(error, EndpointUnreachableError)


# --- again


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_recovers_is_asked_again(status: int, pauses: list[float]) -> None:
    with faulty(good(b"", "text/plain", status), reset, good()) as server:
        assert send(server.address).body == YES
        assert len(server.seen) == 3
    assert 0 <= pauses[0] <= 1
    assert 0 <= pauses[1] <= 2


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (good(b"", "text/plain", 429), EndpointBusyError),
        (good(b"", "text/plain", 503), EndpointUnavailableError),
        (hang_up, EndpointUnreachableError),
        (reset, EndpointUnreachableError),
    ],
    ids=["429", "503", "hang-up", "reset"],
)
def test_attempts_end(behaviour: Behaviour, kind: type[EndpointError], pauses: list[float]) -> None:
    with faulty(behaviour) as server:
        error = caught(lambda: send(server.address, attempts=4))
        assert type(error) is kind
        assert (len(server.seen), error.attempts, len(pauses)) == (4, 4, 3)
        assert "4 attempts" in str(error)


def test_pauses_double_with_full_jitter(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    ranges: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        ranges.append((low, high))
        return high

    monkeypatch.setattr(http, "_uniform", uniform)
    with faulty(good(b"", "text/plain", 502)) as server:
        caught(lambda: send(server.address, attempts=8, timeout_s=100))
    assert ranges[:7] == [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 30), (0, 30)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_the_wait_that_is_asked_for_is_kept(pauses: list[float]) -> None:
    later = formatdate(time.time() + 30, usegmt=True)
    earlier = formatdate(time.time() - 30, usegmt=True)
    answers = [good(b"", "text/plain", 429, {"Retry-After": value}) for value in ("7", later, earlier)]
    with faulty(*answers, good()) as server:
        assert send(server.address, attempts=4).body == YES
    assert pauses[0] == 7
    assert 25 < pauses[1] <= 31
    assert pauses[2] == 0


def test_a_wait_beyond_the_deadline_is_an_error_at_once(pauses: list[float]) -> None:
    with faulty(good(b"slow down", "text/plain", 429, {"Retry-After": "3600"})) as server:
        error = caught(lambda: send(server.address))
        assert isinstance(error, EndpointBusyError)
        assert error.wait_s == 3600
        assert "HTTP 429, slow down; ask again in 3,600 s" in str(error)
        assert (len(server.seen), pauses) == (1, [])


@pytest.mark.parametrize("value", ["soon", "-5", "1e9", "nan", "", "Wed, 99 Feb 2026 00:00:00 GMT", "9" * 400])
def test_a_wait_that_is_none_is_not_kept(value: str, pauses: list[float]) -> None:
    with faulty(good(b"", "text/plain", 503, {"Retry-After": value}), good()) as server:
        assert send(server.address).body == YES
    assert 0 <= pauses[0] <= 1


def test_only_what_may_be_said_twice_is_said_twice(pauses: list[float]) -> None:
    down = good(b"", "text/plain", 503)
    for method, body, headers, again in (
        ("PUT", b"x", {}, True),
        ("POST", b"query=ASK%7B%7D", FORM, True),
        ("POST", b"ASK {}", {"content-type": "application/sparql-query; charset=utf-8"}, True),
        ("POST", b"update=CLEAR+ALL", FORM, False),
        ("POST", b"<a> <b> <c> .", {"Content-Type": "application/n-triples"}, False),
    ):
        with faulty(down) as server:
            caught(lambda: send(server.address, method=method, body=body, headers=headers, attempts=2))  # noqa: B023
            assert len(server.seen) == (2 if again else 1), (method, body)
            assert {seen.body for seen in server.seen} == {body}
    with faulty(down) as server:
        caught(lambda: send(server.address, method="POST", body=b"x", repeatable=True))
        assert len(server.seen) == 3


# --- redirects


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "POST", b"x"), (302, "POST", b"x"), (303, "GET", b""), (307, "POST", b"x"), (308, "POST", b"x")],
)
def test_a_redirect_keeps_the_question(status: int, method: str, body: bytes) -> None:
    with faulty(redirect("there?q=1", status), good()) as server:
        reply = send(server.address, method="POST", body=b"x", headers={"Content-Type": "text/plain"})
        assert reply.url == server.address.replace("sparql", "there")
        assert [seen.path for seen in server.seen] == ["/sparql", "/there?q=1"]
        assert (server.seen[1].method, server.seen[1].body) == (method, body)
        assert ("content-type" in server.seen[1].headers) == bool(body)


def test_redirects_end() -> None:
    with faulty(redirect("/sparql")) as server:
        error = caught(lambda: send(server.address))
        assert isinstance(error, EndpointRedirectError)
        assert "more than 5 times" in str(error)
        assert len(server.seen) == 6


def test_never_from_https_to_http() -> None:
    call = http._Call("https://a.org/", "GET", None, {}, (200,), 1, time.monotonic(), time.monotonic() + 1)
    parts = http._checked(call, call.url)
    error = caught(lambda: http._next(call, parts, "http://a.org/?key=" + PASSWORD))
    assert isinstance(error, EndpointRedirectError)
    assert "from https to http://a.org/, which is not encrypted" in str(error)
    assert http._next(call, parts, "HTTPS://b.org/x").scheme == "https"


# --- who we are


def sign_in(monkeypatch: pytest.MonkeyPatch, host: str | None = None, password: str = PASSWORD) -> None:
    monkeypatch.setenv("STS_KG_USER", "me")
    monkeypatch.setenv("STS_KG_PASSWORD", password)
    if host is not None:
        monkeypatch.setenv("STS_KG_HOST", host)


@pytest.mark.parametrize(("host", "requests"), [(None, 2), ("127.0.0.1", 1)])
def test_basic_is_sent_when_asked_or_at_once_for_just_this_host(
    monkeypatch: pytest.MonkeyPatch, host: str | None, requests: int
) -> None:
    sign_in(monkeypatch, host)
    with faulty(basic("me", PASSWORD, good())) as server:
        assert send(server.address, method="PUT", body=b"x").body == YES
        assert len(server.seen) == requests


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", [True, False])
@pytest.mark.parametrize("host", [None, "127.0.0.1"])
def test_digest_is_sent_to_who_offers_it(
    monkeypatch: pytest.MonkeyPatch, algorithm: str, qop: bool, host: str | None
) -> None:
    sign_in(monkeypatch, host)
    with faulty(digest("me", PASSWORD, good(), algorithm=algorithm, qop=qop)) as server:
        assert send(f"{server.address}?q=a%20b", method="POST", body=b"x").body == YES
        assert [seen.body for seen in server.seen] == [b"x", b"x"]
        assert PASSWORD not in str(server.seen)


def test_netrc_is_read(tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {PASSWORD}\n")
    with faulty(basic("me", PASSWORD, good())) as server:
        assert send(server.address).body == YES
        assert len(server.seen) == 1
    (tmp_path / "netrc").write_text(f"default login me password {PASSWORD}\n")
    with faulty(basic("me", PASSWORD, good())) as server:
        assert send(server.address).body == YES
        assert len(server.seen) == 2  # not for just this host: only when asked
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me passwort {PASSWORD}\n")
    with faulty(basic("me", PASSWORD, good())) as server:
        assert isinstance(caught(lambda: send(server.address)), EndpointUnauthorisedError)


@pytest.mark.parametrize("make", [basic, digest])
def test_a_wrong_password_is_tried_once(monkeypatch: pytest.MonkeyPatch, make: Callable[..., Behaviour]) -> None:
    sign_in(monkeypatch)
    with faulty(make("me", "another", good())) as server:
        error = caught(lambda: send(server.address))
        assert isinstance(error, EndpointUnauthorisedError)
        assert "the user or the password is wrong" in str(error)
        assert len(server.seen) == 2


def test_what_a_server_repeats_of_us_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch, "127.0.0.1")

    def echo(handler: object) -> None:
        said = f"no {PASSWORD} {handler.headers['Authorization']}"  # type: ignore[attr-defined]
        handler.reply(403, "text/plain", said.encode())  # type: ignore[attr-defined]

    with faulty(echo) as server:
        error = caught(lambda: send(server.address))
        assert "no … Basic …; the user" in str(error)


def test_credentials_are_for_their_host_only(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch, "example.org")
    with faulty(basic("me", PASSWORD, good())) as server:
        assert isinstance(caught(lambda: send(server.address)), EndpointUnauthorisedError)
        assert len(server.seen) == 1


@pytest.mark.parametrize("host", [None, "127.0.0.1"])
def test_credentials_do_not_follow_a_redirect_to_another_server(
    monkeypatch: pytest.MonkeyPatch, host: str | None
) -> None:
    sign_in(monkeypatch, host)
    with (
        faulty(basic("me", PASSWORD, good())) as other,
        faulty(basic("me", PASSWORD, redirect(other.address))) as first,
    ):
        error = caught(lambda: send(first.address))
        assert isinstance(error, EndpointUnauthorisedError)
        assert "is wrong" not in str(error)
        assert error.url == other.address
        assert "authorization" in first.seen[-1].headers
        assert [seen.headers.get("authorization") for seen in other.seen] == [None]
    with faulty(good()) as other, faulty(redirect(other.address)) as first:
        send(first.address, headers={"Authorization": "Bearer x", "Cookie": "a=b", "X-Other": "1"})
        assert first.seen[0].headers["authorization"] == "Bearer x"
        assert not {"authorization", "cookie"} & set(other.seen[0].headers)
        assert other.seen[0].headers["x-other"] == "1"


def test_credentials_follow_a_redirect_on_the_same_server(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch)
    ask = digest("me", PASSWORD, good())
    with faulty(redirect("/there"), ask) as server:
        assert send(server.address).body == YES
    with faulty(ask, digest("me", PASSWORD, redirect("/there")), ask) as server:
        assert send(server.address).body == YES
        signed = [seen.headers.get("authorization", "")[:6] for seen in server.seen]
        assert signed == ["", "Digest", "", "Digest"]  # one answer is for one path


MUFASA = Login("Mufasa", "Circle of Life", True)
CHALLENGE = (
    'realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_is_that_of_rfc_7616(monkeypatch: pytest.MonkeyPatch, algorithm: str, response: str) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda size: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    offers = [f"Digest {CHALLENGE.format(algorithm)}"]
    assert f'response="{response}"' in str(authorization(MUFASA, offers, "GET", "/dir/index.html", None))


@pytest.mark.parametrize(
    ("offers", "before", "scheme"),
    [
        ([], None, "Basic"),
        ([], "Basic x", None),
        (["Bearer"], None, None),
        (['basic realm="a, Digest b"'], None, "Basic"),
        (['Digest realm="a", nonce="b"', "Basic"], None, "Digest"),
        (['Digest realm="a", nonce="b", algorithm=MD5-sess, qop=auth'], "Basic x", "Digest"),
        (['Digest realm="a", nonce="b"'], "Digest x", None),
        (['Digest realm="a", nonce="b", stale=TRUE'], "Digest x", "Digest"),
        (['Digest realm="a", nonce="b", algorithm=MD9, Basic realm="a"'], None, "Basic"),
        (['Digest realm="a", nonce="b", qop="auth-int"'], None, None),
        (['Digest realm="a"'], None, None),
        (['Digest nonce="a", algorithm=MD9, Digest nonce="b", algorithm=SHA-256'], None, "Digest"),
    ],
)
def test_a_challenge_is_answered_if_it_can_be(offers: list[str], before: str | None, scheme: str | None) -> None:
    answer = authorization(MUFASA, offers, "GET", "/", before)
    assert (answer.partition(" ")[0] if answer is not None else None) == scheme
    assert "Circle" not in repr(MUFASA)


# --- words


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", "text/plain", ""),
        (b"\n  one \t two\nthree", "text/plain", "one two"),
        (b"\x1b[31mred\x07", "text/plain", "[31mred"),
        (b"<html><body><script>x</script><h1>Bad &lt;query&gt;</h1>y", "text/html", "Bad <query>"),
        (b"  <!DOCTYPE html><title>A\nB</title>", "text/plain", "A B"),
        (b'{"message": "no", "status": 400}', "application/json", "no"),
        (b'{"other": 1}', "application/json", '{"other": 1}'),
        (b"[1]", "application/json", "[1]"),
        (b'{"message": ', "application/problem+json", '{"message":'),
        (b"\xff" * 2, "text/plain", "��"),
        (b"x" * 1000, "text/plain", "x" * 300),
    ],
)
def test_the_reason_is_one_plain_line(body: bytes, kind: str, reason: str) -> None:
    assert plain_reason(body, kind) == reason


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@a.org:8/x?y#z", "https://a.org:8/x"),
        ("u:p@a.org/x", "a.org/x"),
        ("http://a.org?key=1", "http://a.org"),
        ("http://a.org/\x1b[1m\n", "http://a.org/[1m"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


# --- into a file


def test_an_answer_is_written_into_a_file_piece_by_piece(tmp_path: Path) -> None:
    body = bytes(range(256)) * 1000
    told: list[tuple[int, int | None]] = []
    with faulty(good(body, "text/plain")) as server, (tmp_path / "x").open("w+b") as file:
        reply = send(server.address, into=file, progress=lambda size, of: told.append((size, of)))
    assert (tmp_path / "x").read_bytes() == body
    assert reply.body == b""
    assert told[-1] == (256_000, 256_000)
    assert [size for size, _ in told] == sorted({size for size, _ in told})
    assert len(told) > 3


def test_what_a_file_gets_is_unpacked_at_most_four_megabytes_at_once(tmp_path: Path) -> None:
    body = b"a" * 10_000_000
    told: list[tuple[int, int | None]] = []
    packed = good(gzip.compress(body), "text/plain", headers={"Content-Encoding": "gzip"})
    with faulty(packed) as server, (tmp_path / "x").open("w+b") as file:
        send(server.address, into=file, progress=lambda size, of: told.append((size, of)))
    assert (tmp_path / "x").read_bytes() == body
    assert told == [(4_194_304, None), (8_388_608, None), (10_000_000, None)]


def test_another_attempt_starts_the_file_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_sleep", lambda _: None)
    body = b"0123456789" * 20_000
    (tmp_path / "x").write_bytes(b"what an attempt has left" * 10_000)
    with faulty(reset, good(body, "text/plain")) as server, (tmp_path / "x").open("r+b") as file:
        send(server.address, into=file)
    assert (tmp_path / "x").read_bytes() == body


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [(cut_short, EndpointAnswerError), (bomb, EndpointTooLargeError), (endless, EndpointTooLargeError)],
)
def test_the_limits_hold_for_a_file_too(behaviour: Behaviour, kind: type[EndpointError], tmp_path: Path) -> None:
    with faulty(behaviour) as server, (tmp_path / "x").open("w+b") as file, pytest.raises(kind):
        send(server.address, into=file, most_bytes=1000, timeout_s=20)
    assert (tmp_path / "x").stat().st_size <= 1000


def test_a_full_disk_is_not_the_fault_of_the_server() -> None:
    class Full(BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with faulty(good(b"x" * 100_000)) as server, pytest.raises(OSError, match="No space left on device") as caught:
        send(server.address, into=Full())
    assert not isinstance(caught.value, EndpointError)
