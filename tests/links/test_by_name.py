"""Ontologies by name: from a mirror on this machine into the cache and the lock, and what is refused on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from places import ROOT
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, PROV, XSD

from sts_kg import KnowledgeGraph, cli
from sts_kg.errors import (
    CurieError,
    EndpointAnswerError,
    EndpointError,
    EndpointUnreachableError,
    LockError,
    ParseError,
    UnknownNameError,
    shown_size,
)
from sts_kg.links import Pin, read_pins
from sts_kg.links.naming import Name, is_name
from sts_kg.links.pins import write_pins
from sts_kg.stores.kinds import KINDS

pytestmark = pytest.mark.usefixtures("preloaded")

OBO = "http://purl.obolibrary.org/obo/"
NAMED = URIRef("https://w3id.org/sts-kg/link/maxo")
RELEASE = "maxo/releases/2024-07-29/maxo.owl"


def owl(name: str, version: str, *labels: str) -> bytes:
    """A made-up ontology in RDF/XML, with an invented class for each label, and blank nodes in their axioms."""
    axiom = f"""<rdfs:subClassOf><owl:Restriction><owl:onProperty rdf:resource="{OBO}RO_0000087"/>
<owl:someValuesFrom rdf:resource="{OBO}{name.upper()}_0"/></owl:Restriction></rdfs:subClassOf>"""
    terms = "".join(
        f'<owl:Class rdf:about="{OBO}{name.upper()}_{number}"><rdfs:label>{label}</rdfs:label>{axiom}</owl:Class>\n'
        for number, label in enumerate(("root", *labels))
    )
    return f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
    xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
<owl:Ontology rdf:about="{OBO}{name}.owl"><owl:versionIRI rdf:resource="{OBO}{version}"/></owl:Ontology>
{terms}</rdf:RDF>
""".encode()


CHEBI = owl("chebi", "chebi/250/chebi.owl", "pazopanib made up")
MAXO = owl("maxo", RELEASE, "ifosfamide made up")
NEWER = owl("maxo", "maxo/releases/2025-01-01/maxo.owl", "doxorubicin made up")


@dataclass
class Mirror:
    """A server with documents by path. `asked` has each path with the ETag that was sent."""

    url: str
    documents: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    lies: int = 0  #: bytes that Content-Length promises beyond what comes; -1: it promises nothing
    has_etags: bool = True

    def put(self, path: str, body: bytes) -> None:
        self.documents[path] = body


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mirror]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, sent = self.path.removeprefix("/obo/"), self.headers["If-None-Match"]
            here.asked.append((path, sent))
            body = here.documents.get(path)
            if body is None:
                self.send_error(404)
                return
            etag = f'"{sha256(body).hexdigest()[:8]}"'
            self.send_response(304 if sent == etag else 200)
            if here.has_etags:
                self.send_header("ETag", etag)
            if sent != etag and here.lies >= 0:
                self.send_header("Content-Length", str(len(body) + here.lies))
            self.end_headers()
            if sent != etag:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        here = Mirror(f"http://127.0.0.1:{served.server_port}/obo/")
        here.documents |= {"chebi.owl": CHEBI, "maxo.owl": MAXO, RELEASE: MAXO}
        monkeypatch.setenv("STS_KG_OBO_MIRROR", here.url)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.chdir(tmp_path)
        yield here
        served.shutdown()


@pytest.fixture
def fresh(kg: KnowledgeGraph) -> Callable[[], KnowledgeGraph]:
    return lambda: KnowledgeGraph(kg.session)


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words], prog_name="sts-kg")


def cached(tmp_path: Path) -> set[str]:
    """The names of the documents in the cache; nothing that is half there is left."""
    folder = tmp_path / "cache" / "sts-kg" / "ontologies"
    return {path.name for path in folder.iterdir() if path.suffix != ".json"} if folder.is_dir() else set()


def in_cache(body: bytes, name: str) -> str:
    return f"{sha256(body).hexdigest()}-{name}"


# --- names


def test_where_a_name_leads() -> None:
    assert Name.of("OBO:Chebi").addresses() == (f"{OBO}chebi.owl",)
    assert Name.of("obo:maxo@2024-07-29").addresses() == (f"{OBO}{RELEASE}", f"{OBO}maxo/2024-07-29/maxo.owl")
    assert Name.of("obo:chebi@236").addresses()[1] == f"{OBO}chebi/236/chebi.owl"


@pytest.mark.parametrize(
    "text",
    [
        "obo:../../x",
        "obo:",
        "obo:chebi/../../x",
        "obo:chebi@../x",
        "obo:chebi@",
        "obo:chebi@1/2",
        "obo:chebi?x=1",
        "obo:chebi%2f",
        "obo:che bi",
        "obo:chebi\n",
        "obo:@1",
        "bioregistry:../x",
    ],
)
def test_a_name_is_no_path(fresh: Callable[[], KnowledgeGraph], mirror: Mirror, text: str, tmp_path: Path) -> None:
    with pytest.raises(CurieError, match="write obo:NAME, obo:NAME@VERSION or bioregistry:NAME"):
        fresh().link(text)
    done = invoke("link", text, "-o", tmp_path / "linked")
    assert done.exit_code == 2
    assert "such as obo:maxo@2024-07-29" in done.stderr
    assert mirror.asked == []
    assert cached(tmp_path) == set()


def test_a_file_that_is_called_like_a_name_is_a_file(fresh: Callable[[], KnowledgeGraph], mirror: Mirror) -> None:
    Path("obo:maxo").write_bytes(MAXO)
    assert not is_name("./obo:maxo")
    assert not is_name(Path("obo:maxo"))
    assert fresh().link("./obo:maxo").pins == ()
    assert mirror.asked == []


# --- a download, the cache and the lock


def test_a_name_is_downloaded_kept_and_pinned(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int | None]] = []
    report = fresh().link(
        "obo:chebi", "obo:MAXO@2024-07-29", lock="links.lock", downloading=lambda *step: told.append(step)
    )
    assert told == [("obo:chebi", len(CHEBI), len(CHEBI)), ("obo:maxo@2024-07-29", len(MAXO), len(MAXO))]
    assert [each.source for each in report.documents] == [f"{OBO}chebi.owl", f"{OBO}{RELEASE}"]
    assert mirror.asked == [("chebi.owl", None), (RELEASE, None)]
    assert cached(tmp_path) == {in_cache(CHEBI, "chebi.owl"), in_cache(MAXO, "maxo.owl")}
    first, second = report.pins
    assert (
        Path("links.lock").read_text()
        == f"""\
# What a linked store was made of. Written by `sts-kg link`, used by `sts-kg link --locked`.
format = 1

[[document]]
name = "obo:chebi"
address = "{OBO}chebi.owl"
version = "{OBO}chebi/250/chebi.owl"
etag = "\\"{sha256(CHEBI).hexdigest()[:8]}\\""
sha256 = "{sha256(CHEBI).hexdigest()}"
size = {len(CHEBI)}
date = "{first.date}"

[[document]]
name = "obo:maxo@2024-07-29"
address = "{OBO}{RELEASE}"
version = "{OBO}{RELEASE}"
etag = "\\"{sha256(MAXO).hexdigest()[:8]}\\""
sha256 = "{sha256(MAXO).hexdigest()}"
size = {len(MAXO)}
date = "{second.date}"
"""
    )
    assert read_pins("links.lock") == {pin.name: pin for pin in report.pins}


def test_an_unchanged_document_is_not_sent_again(fresh: Callable[[], KnowledgeGraph], mirror: Mirror) -> None:
    first = fresh().link("obo:maxo", lock="links.lock")
    before = Path("links.lock").read_bytes()
    again = fresh().link("obo:maxo", lock="links.lock")
    assert mirror.asked == [("maxo.owl", None), ("maxo.owl", f'"{sha256(MAXO).hexdigest()[:8]}"')]
    assert again.graphs == first.graphs
    assert Path("links.lock").read_bytes() == before


def test_an_etag_is_sent_only_to_the_server_that_gave_it(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh().link("obo:maxo")
    monkeypatch.setenv("STS_KG_OBO_MIRROR", mirror.url.replace("127.0.0.1", "localhost"))
    fresh().link("obo:maxo")
    assert mirror.asked == [("maxo.owl", None), ("maxo.owl", None)]


def test_an_etag_of_a_lock_is_not_sent_to_another_server(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = fresh().link("obo:maxo", lock="links.lock").pins[0]
    elsewhere = replace(pin, etag='"of-another-server"', date="2026-01-31T12:00:00Z")
    write_pins("links.lock", [elsewhere])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert fresh().link("obo:maxo", lock="links.lock").pins == (elsewhere,)
    assert fresh().link("obo:maxo", lock="links.lock").pins == (elsewhere,)
    assert [etag for _, etag in mirror.asked] == [None, None, pin.etag]


def test_a_new_document_under_the_same_name_is_taken_and_said(mirror: Mirror, tmp_path: Path) -> None:
    done = invoke("link", "obo:maxo", "-o", "linked")
    date = read_pins("links.lock")["obo:maxo"].date
    assert f"obo:maxo of {date}: {shown_size(len(MAXO))}, sha256 {sha256(MAXO).hexdigest()[:12]}…" in done.stderr
    assert done.stderr.endswith(f"version {OBO}{RELEASE}; pinned in links.lock\nwritten to linked\n")
    mirror.put("maxo.owl", NEWER)
    done = invoke("link", "obo:maxo", "-o", "linked")
    assert f"pinned in links.lock instead of {sha256(MAXO).hexdigest()[:12]}…" in done.stderr
    assert cached(tmp_path) == {in_cache(MAXO, "maxo.owl"), in_cache(NEWER, "maxo.owl")}


def test_a_lock_keeps_what_it_pins_of_other_names(fresh: Callable[[], KnowledgeGraph], mirror: Mirror) -> None:
    fresh().link("obo:maxo@2024-07-29", lock="links.lock")
    fresh().link("obo:chebi", lock="links.lock")
    assert list(read_pins("links.lock")) == ["obo:chebi", "obo:maxo@2024-07-29"]


def test_a_lock_keeps_what_others_pin_while_a_download_takes_its_time(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror
) -> None:
    def other(*_: object) -> None:
        write_pins("links.lock", [PINNED])

    fresh().link("obo:chebi", lock="links.lock", downloading=other)
    assert list(read_pins("links.lock")) == ["obo:chebi", "obo:maxo"]


def test_the_lock_is_beside_the_store(mirror: Mirror) -> None:
    invoke("link", "obo:maxo", "-o", "new/folder/linked")
    assert list(read_pins("new/folder/links.lock")) == ["obo:maxo"]
    invoke("link", "obo:chebi", "-o", "new/slices.nq")
    assert list(read_pins("new/links.lock")) == ["obo:chebi"]


def test_without_a_lock_nothing_is_written_beside(mirror: Mirror, tmp_path: Path) -> None:
    done = invoke("link", "obo:maxo")
    assert "; not pinned" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_a_version_may_be_at_the_older_form_of_the_address(fresh: Callable[[], KnowledgeGraph], mirror: Mirror) -> None:
    mirror.put("chebi/250/chebi.owl", CHEBI)
    assert [pin.address for pin in fresh().link("obo:chebi@250").pins] == [f"{OBO}chebi/250/chebi.owl"]
    assert [path for path, _ in mirror.asked] == ["chebi/releases/250/chebi.owl", "chebi/250/chebi.owl"]


# --- the same store again


def digests(kg: KnowledgeGraph, folder: Path) -> dict[str, str]:
    return {each.graph: each.digest for each in kg.push(folder, kinds=KINDS, replace=True)}


def test_a_store_built_twice_from_a_lock_is_the_same(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fresh()
    first.link("obo:maxo", "obo:chebi", bridge=True, lock="links.lock")
    here = digests(first, tmp_path / "first")
    assert {"https://w3id.org/sts-kg/link/chebi", str(NAMED), "https://w3id.org/sts-kg/links"} <= here.keys()

    pins = read_pins("links.lock")  # another machine, later: nothing is cached there, and obo:maxo is another by now
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    mirror.put("maxo.owl", NEWER)
    mirror.asked.clear()
    second = fresh()
    second.link(locked=True, bridge=True)
    assert digests(second, tmp_path / "second") == here
    assert [path for path, _ in mirror.asked] == ["chebi.owl", "maxo.owl", RELEASE]  # as the version IRI says
    assert read_pins("links.lock") == pins

    mirror.documents.clear()  # once more, from the cache alone
    mirror.asked.clear()
    third = fresh()
    third.link(locked=True, bridge=True)
    assert digests(third, tmp_path / "third") == here
    assert mirror.asked == []


def test_a_pinned_slice_has_the_time_of_its_pin(fresh: Callable[[], KnowledgeGraph], mirror: Mirror) -> None:
    pin = fresh().link("obo:maxo", lock="links.lock").pins[0]
    text = Path("links.lock").read_text().replace(pin.date, "2026-01-31T12:00:00Z")
    Path("links.lock").write_text(text)
    for report in (fresh().link(locked=True), fresh().link("obo:maxo", lock="links.lock")):
        about = Graph().parse(data=report.graphs[URIRef("https://w3id.org/sts-kg/links")], format="nt")
        assert about.value(NAMED, PROV.generatedAtTime) == Literal("2026-01-31T12:00:00Z", datatype=XSD.dateTime)
        assert about.value(NAMED, DCTERMS.source) == Literal(f"{OBO}maxo.owl")
        assert about.value(NAMED, OWL.versionIRI) == URIRef(f"{OBO}{RELEASE}")


def test_the_command_builds_the_same_store_from_the_lock(mirror: Mirror, tmp_path: Path) -> None:
    built = invoke("link", "obo:maxo", "obo:chebi", "-o", "first", "--lock", "pins/our.lock")
    assert built.exit_code == 3  # there is no such folder
    assert "pins/our.lock" in built.stderr
    (tmp_path / "pins").mkdir()
    invoke("link", "obo:maxo", "obo:chebi", "-o", "first", "--lock", "pins/our.lock", "--slice", "module")
    mirror.put("maxo.owl", NEWER)
    again = invoke("link", "--locked", "--lock", "pins/our.lock", "-o", "second", "--slice", "module")
    assert again.exit_code == 1  # the made-up ontologies lack terms that are mapped
    assert again.stderr.endswith("written to second\n")
    first, second = (set(ox.Store.read_only(str(tmp_path / name))) for name in ("first", "second"))
    assert first == second
    assert ox.NamedNode(f"{OBO}MAXO_1") in {quad.subject for quad in first}
    assert ox.NamedNode("http://www.w3.org/2002/07/owl#Restriction") in {quad.object for quad in first}
    one = invoke("link", "obo:chebi", "--locked", "--lock", "pins/our.lock", "--format", "json")
    assert [each["source"] for each in json.loads(one.stdout)["documents"]] == [f"{OBO}chebi.owl"]


def test_what_is_no_name_is_linked_beside_the_pinned(fresh: Callable[[], KnowledgeGraph], mirror: Mirror) -> None:
    Path("own.owl").write_bytes(owl("own", "own/1", "pazopanib of ours"))
    fresh().link("obo:maxo", "obo:chebi", lock="links.lock")
    report = fresh().link("own.owl", locked=True)
    assert [each.source for each in report.documents] == [f"{OBO}chebi.owl", f"{OBO}maxo.owl", "own.owl"]
    report = fresh().link("own.owl", "obo:maxo", locked=True)
    assert [each.source for each in report.documents] == ["own.owl", f"{OBO}maxo.owl"]
    assert [pin.name for pin in report.pins] == ["obo:maxo"]


# --- what a lock refuses


@pytest.mark.parametrize("version", ["7", "http://127.0.0.1:9/internal", "file:///etc/passwd", f"{OBO}"[:-4] + "x"])
def test_a_version_elsewhere_is_not_asked(fresh: Callable[[], KnowledgeGraph], mirror: Mirror, version: str) -> None:
    write_pins("links.lock", [replace(PINNED, version=version)])
    with pytest.raises(LockError, match="has another document now"):
        fresh().link(locked=True)
    assert [path for path, _ in mirror.asked] == ["maxo.owl"]


def test_a_lock_refuses_another_document(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = fresh().link("obo:maxo", lock="links.lock").pins[0]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    mirror.put("maxo.owl", NEWER)
    del mirror.documents[RELEASE]
    with pytest.raises(LockError) as caught:
        fresh().link(locked=True)
    hand = tmp_path / "elsewhere" / "sts-kg" / "ontologies" / "by-hand"
    assert str(caught.value) == (
        f"links.lock: obo:maxo is pinned to sha256 {pin.sha256}, {len(MAXO)} bytes, of {pin.date}, and "
        f"{OBO}maxo.owl has another document now, sha256 {sha256(NEWER).hexdigest()}, {len(NEWER)} bytes; "
        f"link without --locked to take it, or put the file with that digest into {hand}"
    )
    assert {path.name for path in hand.parent.iterdir()} == set()

    done = invoke("link", "--locked")
    assert done.exit_code == 3
    assert "is pinned to sha256" in done.stderr
    hand.mkdir()
    (hand / "from-a-colleague.owl").write_bytes(MAXO)
    assert [each.sha256 for each in fresh().link(locked=True).pins] == [pin.sha256]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "obo:maxo@2025-01-01",
            "obo:maxo@2025-01-01 is not pinned; it pins obo:maxo@2024-07-29; link without --locked",
        ),
        ("obo:maxo", "obo:maxo is not pinned; it pins obo:maxo@2024-07-29; link"),
        ("obo:hp", "obo:hp is not pinned; it pins obo:maxo@2024-07-29; link"),
    ],
)
def test_a_lock_refuses_what_it_does_not_pin(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, asked: str, said: str
) -> None:
    fresh().link("obo:maxo@2024-07-29", lock="links.lock")
    mirror.asked.clear()
    with pytest.raises(LockError) as caught:
        fresh().link(asked, locked=True)
    assert f"links.lock: {said}" in str(caught.value)
    assert mirror.asked == []


PINNED = Pin("obo:maxo", f"{OBO}maxo.owl", "", "", "0" * 64, 1, "2026-01-31T12:00:00Z")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"is a lock with no format; this version of sts-kg reads format = 1"),
        ("format = 2\n", r"is a lock with format = 2; this version of sts-kg reads format = 1"),
        ("format = 1\n", "pins no document"),
        ("<html>", r"is not a lock that sts-kg link wrote: .*line 1"),
        ("size = 1>size = '1'", "document 1 has no size that is a number"),
        ("size = 1>size = true", "document 1 has no size that is a number"),
        ("size = 1>", "document 1 has no size that is a number"),
        ("0000>000z", "document 1 has a sha256 that is not 64 hexadecimal digits"),
        ('obo:maxo">obo:../x"', "document 1: 'obo:../x' is not a CURIE or IRI that can be used here"),
        ("2026-01-31T>2026-1-31T", "document 1 has a date that is not written as 2026-01-31T12:00:00Z"),
        ("size>sizes", "document 1 has no size that is a number"),
        ("etag>note = ''\netag", "document 1 has 'note', which no lock has"),
    ],
)
def test_a_broken_lock_is_refused(fresh: Callable[[], KnowledgeGraph], tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "links.lock"
    write_pins(path, [PINNED])
    old, arrow, new = text.partition(">")
    path.write_text(path.read_text().replace(old, new) if arrow and old != "<html" else text)
    for locked in (True, False):
        with pytest.raises(ParseError, match=said):
            fresh().link("obo:maxo", lock=path, locked=locked)


def test_a_lock_that_pins_a_name_twice_or_is_missing(
    fresh: Callable[[], KnowledgeGraph], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParseError, match=r"links\.lock: cannot be read: No such file or directory"):
        fresh().link(locked=True)
    write_pins("links.lock", [PINNED, PINNED])
    with pytest.raises(ParseError, match="pins obo:maxo twice"):
        fresh().link(locked=True)


def test_what_servers_and_documents_say_of_themselves_stays_one_text(tmp_path: Path) -> None:
    odd = Pin(
        "obo:x", "http://example.org/x", 'a"\\\n\x1b[31m\x7f\u202e', 'W/"\x9b\U000e0041"', "0" * 64, 1, PINNED.date
    )
    write_pins(tmp_path / "links.lock", [odd])
    assert read_pins(tmp_path / "links.lock") == {"obo:x": odd}
    assert not set("\x1b\x7f\x9b\u202e\U000e0041") & set((tmp_path / "links.lock").read_text())


# --- what goes wrong on the way


def test_a_name_that_nobody_publishes(fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(EndpointError) as caught:
        fresh().link("obo:chebbi")
    assert str(caught.value) == f"{OBO}chebbi.owl: HTTP 404, there is no ontology obo:chebbi; did you mean obo:chebi?"
    with pytest.raises(EndpointError) as caught:
        fresh().link("obo:maxo@1999-01-01")
    assert str(caught.value) == (
        f"{OBO}maxo/releases/1999-01-01/maxo.owl: HTTP 404, there is no version 1999-01-01 of obo:maxo, nor at "
        f"{OBO}maxo/1999-01-01/maxo.owl"
    )
    done = invoke("link", "obo:chebbi", "-o", "linked")
    assert done.exit_code == 4
    assert "did you mean obo:chebi?" in done.stderr
    assert not Path("linked").exists()
    assert not Path("links.lock").exists()
    assert cached(tmp_path) == set()


def test_a_page_is_neither_kept_nor_pinned(fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path) -> None:
    mirror.put("maxo.owl", b"<!DOCTYPE html><html><body>Please log in</body></html>")
    with pytest.raises(ParseError, match=r"obo/maxo\.owl: is a web page \(HTML\), not RDF or OWL"):
        fresh().link("obo:maxo", lock="links.lock")
    assert cached(tmp_path) == set()
    assert not Path("links.lock").exists()


def test_an_empty_answer_is_neither_kept_nor_pinned(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path
) -> None:
    mirror.put("maxo.owl", b"")
    with pytest.raises(EndpointAnswerError, match=r"obo/maxo\.owl: HTTP 200, answered with nothing"):
        fresh().link("obo:maxo", lock="links.lock")
    assert cached(tmp_path) == set()


def test_a_truncated_answer_is_neither_kept_nor_pinned(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path
) -> None:
    mirror.lies = 10  # bytes that never come
    with pytest.raises(EndpointAnswerError, match="the answer is incomplete"):
        fresh().link("obo:maxo", lock="links.lock")
    mirror.lies = -1  # no word of how many come
    mirror.put("maxo.owl", MAXO[:-30])
    with pytest.raises(ParseError, match=r"obo/maxo\.owl"):
        fresh().link("obo:maxo", lock="links.lock")
    assert cached(tmp_path) == set()
    assert not Path("links.lock").exists()
    mirror.put("maxo.owl", MAXO)
    assert fresh().link("obo:maxo").pins[0].sha256 == sha256(MAXO).hexdigest()


def test_a_broken_cache_is_mended(fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path) -> None:
    first = fresh().link("obo:maxo", lock="links.lock")
    folder = tmp_path / "cache" / "sts-kg" / "ontologies"
    kept = folder / in_cache(MAXO, "maxo.owl")
    kept.write_bytes(MAXO[:-1])
    assert fresh().link("obo:maxo").pins[0].sha256 == first.pins[0].sha256
    assert mirror.asked[-1] == ("maxo.owl", None)  # no ETag: what is there cannot be used
    assert kept.read_bytes() == MAXO
    kept.write_bytes(b"")
    assert fresh().link(locked=True).graphs == first.graphs
    assert kept.read_bytes() == MAXO
    (index,) = folder.glob("*.json")
    for damage in (b"", b"[]", b"{", b'{"url": 1}', index.read_bytes().replace(b"obo:maxo", b"../../x")):
        index.write_bytes(damage)
        assert fresh().link("obo:maxo").pins[0].sha256 == first.pins[0].sha256
        assert mirror.asked[-1] == ("maxo.owl", None)
        assert json.loads(index.read_bytes())["sha256"] == first.pins[0].sha256


def test_a_cache_that_cannot_be_written_is_said(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    done = invoke("link", "obo:maxo")
    assert done.exit_code == 3
    assert done.stderr == f"sts-kg: {tmp_path}/file/sts-kg/ontologies: Not a directory\n"


def test_leftovers_of_a_killed_process_are_deleted_after_a_day(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, tmp_path: Path
) -> None:
    left = tmp_path / "cache" / "sts-kg" / "ontologies" / ".part-killed"
    left.mkdir(parents=True)
    fresh().link("obo:maxo")
    assert left.is_dir()  # perhaps of a process that still downloads
    os.utime(left, (0, 0))
    fresh().link("obo:maxo")
    assert not left.exists()


# --- without a network


@pytest.fixture
def cut_off(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setenv("STS_KG_OBO_MIRROR", "http://127.0.0.1:9/obo")


def test_offline_says_what_is_cached_and_where_to_put_a_file(
    fresh: Callable[[], KnowledgeGraph], cut_off: Callable[[], None], tmp_path: Path
) -> None:
    pin = fresh().link("obo:maxo@2024-07-29").pins[0]
    cut_off()
    folder = tmp_path / "cache" / "sts-kg" / "ontologies"
    with pytest.raises(EndpointUnreachableError) as caught:
        fresh().link("obo:maxo")
    assert caught.value.reason == (
        "cannot be reached: Connection refused; check the address and the server; cached are obo:maxo@2024-07-29 of "
        f"{pin.date} (sha256 {pin.sha256[:12]}…); --offline uses them by name; or put the file at "
        f"{folder}/by-hand/obo-maxo.owl and use --offline"
    )
    with pytest.raises(EndpointUnreachableError) as caught:
        fresh().link("obo:chebi", offline=True)
    assert str(caught.value) == (
        f"{OBO}chebi.owl: was not asked, since nothing but the cache is to be used; no obo:chebi is cached, only "
        f"obo:maxo@2024-07-29; or put the file at {folder}/by-hand/obo-chebi.owl and use --offline"
    )
    assert invoke("link", "obo:chebi", "--offline").exit_code == 4


def test_offline_uses_what_is_cached(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, cut_off: Callable[[], None]
) -> None:
    pin = fresh().link("obo:maxo").pins[0]
    cut_off()
    mirror.asked.clear()
    assert fresh().link("obo:maxo", offline=True, lock="links.lock").pins == (pin,)
    assert mirror.asked == []
    assert list(read_pins("links.lock").values()) == [pin]


def test_offline_uses_a_file_that_was_put_there(
    fresh: Callable[[], KnowledgeGraph], mirror: Mirror, cut_off: Callable[[], None], tmp_path: Path
) -> None:
    cut_off()
    hand = tmp_path / "cache" / "sts-kg" / "ontologies" / "by-hand"
    hand.mkdir(parents=True)
    (hand / "obo-maxo-2024-07-29.owl").write_bytes(MAXO)
    pin = fresh().link("obo:maxo@2024-07-29", offline=True, lock="links.lock").pins[0]
    assert (pin.address, pin.sha256, pin.version) == (
        f"{OBO}{RELEASE}",
        sha256(MAXO).hexdigest(),
        f"{OBO}{RELEASE}",
    )
    assert fresh().link(locked=True, offline=True).pins == (pin,)
    assert mirror.asked == []


def test_a_lock_offline_says_what_is_missing(
    fresh: Callable[[], KnowledgeGraph], cut_off: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = fresh().link("obo:maxo", lock="links.lock").pins[0]
    cut_off()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    for offline, said in ((False, "cannot be reached: Connection refused"), (True, "was not asked")):
        with pytest.raises(EndpointUnreachableError) as caught:
            fresh().link(locked=True, offline=offline)
        assert caught.value.reason.startswith(said)
        assert caught.value.reason.endswith(
            f"links.lock pins obo:maxo to sha256 {pin.sha256}, {len(MAXO)} bytes, of {pin.date}, which is not cached; "
            f"or put the file with that digest into {tmp_path}/elsewhere/sts-kg/ontologies/by-hand"
        )


# --- several at once


@pytest.mark.slow
def test_processes_share_the_cache(mirror: Mirror, tmp_path: Path) -> None:
    code = (
        "from sts_kg import load\n"
        "kg = load()\n"
        "for _ in range(5):\n"
        "    report = kg.link('obo:maxo', 'obo:chebi', lock='links.lock')\n"
        "    print(*(pin.sha256 for pin in report.pins))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    mirror.has_etags = False  # so that each downloads and replaces, again and again
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [each.communicate(timeout=120)[0] for each in started]
    assert said == [f"{sha256(MAXO).hexdigest()} {sha256(CHEBI).hexdigest()}\n" * 5] * 3
    assert [path for path, _ in mirror.asked].count("maxo.owl") == 15
    assert cached(tmp_path) == {in_cache(CHEBI, "chebi.owl"), in_cache(MAXO, "maxo.owl")}
    assert list(read_pins("links.lock")) == ["obo:chebi", "obo:maxo"]


# --- the registry


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mirror: Mirror) -> None:
    """The data file of Bioregistry, with entries as it has them; the package cannot be imported."""
    folder = tmp_path / "site" / "bioregistry"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ImportError('it is not to be imported')")
    entries = {
        "efo": {"download_obo": "http://127.0.0.1:9/efo.obo", "download_owl": mirror.url + "efo.owl"},
        "cc": {"download_rdf": {"rdf_format": "xml", "url": mirror.url + "cc.rdf"}},
        "maxo": {"obofoundry": {"prefix": "maxo", "artifacts": [{"type": "owl", "url": f"{OBO}maxo.owl"}]}},
        "zzzo": {"obofoundry": {"prefix": "zzzo", "artifacts": []}},
    }
    (folder / "data" / "bioregistry.json").write_text(json.dumps(entries))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))


@pytest.mark.usefixtures("registry")
def test_addresses_of_the_registry(fresh: Callable[[], KnowledgeGraph], mirror: Mirror) -> None:
    mirror.put("efo.owl", owl("efo", "efo/1", "pazopanib made up"))
    mirror.put("cc.rdf", owl("cc", "cc/1", "pazopanib made up"))
    report = fresh().link("bioregistry:EFO", "bioregistry:cc", "bioregistry:maxo")
    assert [(pin.name, pin.address) for pin in report.pins] == [
        ("bioregistry:efo", mirror.url + "efo.owl"),
        ("bioregistry:cc", mirror.url + "cc.rdf"),
        ("bioregistry:maxo", f"{OBO}maxo.owl"),
    ]


@pytest.mark.usefixtures("registry")
def test_names_of_the_registry(fresh: Callable[[], KnowledgeGraph]) -> None:
    with pytest.raises(
        UnknownNameError, match=r"no ontology with an address in Bioregistry 'efoo'; did you mean efo\?"
    ):
        fresh().link("bioregistry:efoo")
    with pytest.raises(UnknownNameError, match="no ontology with an address in Bioregistry 'zzzo'"):
        fresh().link("bioregistry:zzzo")
    with pytest.raises(CurieError, match="Bioregistry has no addresses of versions"):
        fresh().link("bioregistry:efo@3")
    with pytest.raises(EndpointError, match=r"there is no ontology obo:zzzz; did you mean obo:zzzo\?"):
        fresh().link("obo:zzzz")


@pytest.mark.usefixtures("registry")
def test_a_damaged_registry_is_said(fresh: Callable[[], KnowledgeGraph], tmp_path: Path) -> None:
    (tmp_path / "site" / "bioregistry" / "data" / "bioregistry.json").write_text("{")
    with pytest.raises(ParseError, match=r"bioregistry\.json: is not the registry data of Bioregistry"):
        fresh().link("bioregistry:efo")


def test_without_the_registry_it_is_said(
    fresh: Callable[[], KnowledgeGraph], monkeypatch: pytest.MonkeyPatch, mirror: Mirror
) -> None:
    monkeypatch.setattr("sts_kg.links.naming.find_spec", lambda name: None)
    with pytest.raises(CurieError, match=r"the registry is not installed: pip install 'sts-kg\[registry\]'"):
        fresh().link("bioregistry:efo")
    assert mirror.asked == []
