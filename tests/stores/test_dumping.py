"""Graphs as files for the bulk loaders of stores: what is written, and that stores have it after their scripts ran."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from places import EXAMPLES
from rdflib import URIRef
from servers import virtuoso_server

from sts_kg import KnowledgeGraph, ParseError
from sts_kg.cli import app
from sts_kg.rdf.names import BASE
from sts_kg.stores import dump, graphs_of_links
from sts_kg.stores.pushing import push, verify

A, B = URIRef("https://example.org/g/a"), URIRef("https://example.org/g/b")
TEXT = b'_:x <urn:p> "caf\\u00E9"@EN .\n<urn:s> <urn:p> _:x .\n'
SCRIPTS = ["load-fuseki.sh", "load-graphdb.sh", "load-oxigraph.sh", "load-qlever.sh", "load-virtuoso.sh"]
BIN = Path(sys.executable).parent


def run(script: Path, *words: str | Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}" if path is None else path}
    return subprocess.run([script, *words], capture_output=True, text=True, env=environment, timeout=120)


def test_a_folder_has_a_file_for_each_graph_a_manifest_and_scripts(tmp_path: Path) -> None:
    first, second = dump({A: TEXT, B: b""}, tmp_path / "dump", scope="one")
    files = ["01-g-a.nq.gz", "02-g-b.nq.gz"]
    assert sorted(each.name for each in (tmp_path / "dump").iterdir()) == [*files, *SCRIPTS, "manifest.json"]
    x = "<https://w3id.org/.well-known/genid/sts-kg/oneZZx>"
    assert gzip.decompress((tmp_path / "dump" / files[0]).read_bytes()).decode() == (
        f'{x} <urn:p> "caf\u00e9"@en <{A}> .\n<urn:s> <urn:p> {x} <{A}> .\n'
    )
    assert (first.graph, first.file, first.triples, second.triples) == (str(A), files[0], 2, 0)
    assert first.sha256 == hashlib.sha256((tmp_path / "dump" / files[0]).read_bytes()).hexdigest()
    manifest = json.loads((tmp_path / "dump" / "manifest.json").read_text())
    assert manifest == {"version": version("sts-kg"), "graphs": [vars(first), vars(second)]}


def test_the_digests_are_those_of_a_push(tmp_path: Path) -> None:
    (pushed,) = push({A: TEXT}, tmp_path / "store")
    (dumped,) = dump({A: TEXT}, tmp_path / "dump")
    assert (dumped.triples, dumped.digest) == (pushed.triples, pushed.digest)


def test_the_same_graphs_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        dump({A: TEXT, B: TEXT}, tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_pieces_are_read_once(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        for number in range(50_000):
            yield b"<urn:s> <urn:p> <urn:o%d> .\n" % number

    assert dump({A: pieces()}, tmp_path / "dump", scope="one")[0].triples == 50_000


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_for_any_shell_and_says_what_it_needs(tmp_path: Path, script: str) -> None:
    dump({A: TEXT}, tmp_path / "a dump")
    path = tmp_path / "a dump" / script
    assert subprocess.run(["sh", "-n", path]).returncode == 0
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "dirname", "ls", "wc", "tr"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    done = run(path, "x", path=str(tmp_path / "bin"))
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr.startswith("there is no ")


@pytest.mark.parametrize("script", ["load-fuseki.sh", "load-graphdb.sh", "load-oxigraph.sh"])
def test_a_script_without_its_target_says_so(tmp_path: Path, script: str) -> None:
    dump({A: TEXT}, tmp_path / "dump")
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "dirname"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    for tool in ("oxigraph", "tdb2.tdbloader", "importrdf"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which("true")))
    done = run(tmp_path / "dump" / script, path=str(tmp_path / "bin"))
    assert done.returncode != 0
    assert "name the " in done.stderr


@pytest.mark.skipif(shutil.which("oxigraph", path=str(BIN)) is None, reason="no Oxigraph: pip install oxigraph")
def test_oxigraph_has_after_its_script_what_push_would_have_sent(kg: KnowledgeGraph, tmp_path: Path) -> None:
    done = kg.dump(tmp_path / "a dump")
    loaded = run(tmp_path / "a dump" / "load-oxigraph.sh", tmp_path / "a store")
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.startswith("loaded; compare: sts-kg push --verify-only")
    compared = kg.verify(tmp_path / "a store")
    assert [(each.graph, each.state, each.triples) for each in compared] == [
        (each.graph, "same", each.triples) for each in done
    ]


def test_virtuoso_has_after_its_script_what_push_would_have_sent(
    kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with virtuoso_server(tmp_path / "virtuoso") as server:
        settings = (tmp_path / "virtuoso" / "virtuoso.ini").read_text()
        at = next(line for line in settings.splitlines() if line.startswith("ServerPort")).partition("= ")[2]
        done = kg.dump(tmp_path / "virtuoso" / "dump")
        dump({A: b"<urn:s> <urn:p> <urn:o> .\n"}, tmp_path / "virtuoso" / "damaged")
        (damaged,) = (tmp_path / "virtuoso" / "damaged").glob("*.nq.gz")
        damaged.write_bytes(gzip.compress(b"<urn:s> <urn:p> .\n", mtime=0))
        for _ in range(2):  # a second time loads all again
            loaded = run(tmp_path / "virtuoso" / "dump" / "load-virtuoso.sh", at)
            assert loaded.returncode == 0, loaded.stderr
        monkeypatch.setenv("STS_KG_USER", str(server.user))
        monkeypatch.setenv("STS_KG_PASSWORD", str(server.password))
        compared = kg.verify(server.query)
        assert [(each.graph, each.state) for each in compared] == [(each.graph, "same") for each in done]

        refused = run(tmp_path / "virtuoso" / "damaged" / "load-virtuoso.sh", at)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"failed: {damaged}: " in refused.stderr
        monkeypatch.setenv("VIRTUOSO_PASSWORD", "wrong")
        assert run(tmp_path / "virtuoso" / "dump" / "load-virtuoso.sh", at).returncode == 1


# --- what goes wrong


def test_a_folder_that_has_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "mine").write_text("x")
    with pytest.raises(ParseError, match="is there already and is not an empty folder; name another"):
        dump({A: TEXT}, tmp_path / "dump")
    assert [each.name for each in tmp_path.rglob("*")] == ["dump", "mine"]


def test_a_wrong_graph_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="is not valid N-Triples"):
        dump({A: TEXT, B: b"<urn:s> <urn:p> .\n"}, tmp_path / "dump", scope="one")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        dump({A: TEXT}, tmp_path / "no" / "dump")
    assert raised.value.filename == str(tmp_path / "no" / "dump")


def test_a_full_disk_names_the_file_that_was_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: gzip.GzipFile, data: bytes) -> int:
        raise OSError(28, "No space left on device", str(next(tmp_path.glob(".sts-kg-*")) / "01-g-a.nq.gz"))

    monkeypatch.setattr(gzip.GzipFile, "write", full)
    with pytest.raises(OSError, match="No space left") as raised:
        dump({A: TEXT}, tmp_path / "dump")
    assert raised.value.filename == str(tmp_path / "dump" / "01-g-a.nq.gz")
    assert list(tmp_path.iterdir()) == []


# --- the command


@pytest.mark.usefixtures("preloaded")
def test_push_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["push", "--files", str(tmp_path / "dump"), "--graphs", "asserted"])
    assert (done.exit_code, done.stdout.splitlines()[2].split()[-1]) == (0, "01-ontology-sts.nq.gz")
    assert f"written to {tmp_path / 'dump'}; load them by one of its scripts" in done.stderr
    again = CliRunner().invoke(app, ["push", "--files", str(tmp_path / "dump")])
    assert again.exit_code == 3
    assert "is there already and is not an empty folder" in again.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--files", "x", "--store", "y"], "name one of --endpoint, --store and --files"),
        ([], "name one of --endpoint, --store and --files"),
        (["--files", "x", "--replace"], "--files writes a new folder; leave out --replace and --verify-only"),
        (["--files", "x", "--verify-only"], "--files writes a new folder; leave out --replace and --verify-only"),
        (["--files", "x", "--update", "http://localhost/"], "--update and --graph-store go with --endpoint"),
    ],
)
def test_options_that_do_not_go_together(words: list[str], message: str) -> None:
    done = CliRunner().invoke(app, ["push", *words])
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())


def test_verify_after_other_triples_were_loaded_says_so(tmp_path: Path) -> None:
    dump({A: TEXT}, tmp_path / "dump", scope="one")
    push({A: TEXT + b"<urn:s> <urn:p> <urn:new> .\n"}, tmp_path / "store", scope="one")
    (compared,) = verify({A: TEXT}, tmp_path / "store", scope="one")
    assert (compared.state, compared.triples, compared.triples_there) == ("other content", 2, 3)


@pytest.mark.usefixtures("preloaded")
def test_files_have_the_cases_and_the_links_that_are_asked_for(tmp_path: Path) -> None:
    linked, dumped, loaded = tmp_path / "linked", tmp_path / "dump", tmp_path / "loaded"
    external = Path(__file__).parents[1] / "external.ttl"
    invoke("link", external, "-o", linked)
    words = ("--graphs", "asserted,links", "--linked", linked, "--cases", EXAMPLES / "f.yaml")
    done = invoke("push", "--files", dumped, *words, "--format", "json")
    names = {each["graph"]: each["triples"] for each in json.loads(done.stdout)}
    kept = {str(name): lines.count(b"\n") for name, lines in graphs_of_links(linked).items()}
    assert len(kept) > 1
    assert {name: n for name, n in names.items() if name.startswith(f"{BASE}link")} == kept
    assert names[f"{BASE}cases"] > 0
    assert f"{BASE}inferred" not in names
    store = ox.Store(loaded)
    for file in sorted(dumped.glob("*.nq.gz")):
        store.load(gzip.decompress(file.read_bytes()), ox.RdfFormat.N_QUADS)
    del store
    compared = invoke("push", "--store", loaded, "--verify-only", *words, "--format", "json")
    assert (compared.exit_code, {each["state"] for each in json.loads(compared.stdout)}) == (0, {"same"})
    without = invoke("push", "--store", loaded, "--verify-only", "--graphs", "asserted", "--format", "json")
    others = {each["graph"] for each in json.loads(without.stdout) if each["state"] == "not compared"}
    assert others == {*kept, f"{BASE}cases"}


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])
