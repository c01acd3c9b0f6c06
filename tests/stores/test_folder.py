"""The store in a folder: opening it, graphs put in whole or not at all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from sts_kg.cli import app
from sts_kg.errors import EndpointError, ParseError
from sts_kg.stores.folder import graph_lines, graphs, open_store, replace_graph


def numbered(count: int) -> Iterator[bytes]:
    return (f'<urn:s{each}> <urn:p> "value {each}" .\n'.encode() for each in range(count))


def failing(count: int) -> Iterator[bytes]:
    yield from numbered(count)
    raise KeyError("half way")


# --- opening


def test_a_new_folder_is_made_and_kept(tmp_path: Path) -> None:
    store = open_store(tmp_path / "some" / "db")
    assert replace_graph(store, "urn:g", numbered(3)) == 3
    del store
    assert graphs(open_store(tmp_path / "some" / "db")) == {"urn:g": 3}


def test_read_only_reads_and_does_not_write(tmp_path: Path) -> None:
    replace_graph(open_store(tmp_path), "urn:g", numbered(3))
    store = open_store(tmp_path, read_only=True)
    assert graphs(store) == {"urn:g": 3}
    with pytest.raises(EndpointError, match="read-only"):
        replace_graph(store, "urn:g", numbered(4))
    assert graphs(store) == {"urn:g": 3}


@pytest.mark.parametrize(("made", "reason"), [("", "there is no such folder"), ("empty", "contains no store")])
def test_nothing_to_read(tmp_path: Path, made: str, reason: str) -> None:
    if made:
        (tmp_path / "db").mkdir()
    with pytest.raises(EndpointError, match=reason):
        open_store(tmp_path / "db", read_only=True)
    assert (tmp_path / "db").exists() == bool(made)


def test_a_file_and_a_folder_of_other_things_are_no_stores(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(EndpointError, match="is a file; a store is a folder"):
        open_store(tmp_path / "letter.txt")
    with pytest.raises(EndpointError, match="contains other files and no store"):
        open_store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_damaged_store(tmp_path: Path) -> None:
    replace_graph(open_store(tmp_path), "urn:g", numbered(3))
    (tmp_path / "CURRENT").write_text("MANIFEST-999999\n", encoding="utf-8")
    with pytest.raises(EndpointError, match="or none that can be opened") as caught:
        open_store(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_store_that_another_process_has_open(tmp_path: Path) -> None:
    hold = "import pyoxigraph, sys; s = pyoxigraph.Store(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(EndpointError, match="is already open, in this process or in another one"):
            open_store(tmp_path)
        other.communicate()
    assert graphs(open_store(tmp_path)) == {}


# --- graphs


def test_a_graph_is_replaced_and_others_stay(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    replace_graph(store, "urn:g", numbered(5))
    replace_graph(store, "urn:h", numbered(2))
    assert replace_graph(store, "urn:g", [b"<urn:a> <urn:p> <urn:b> ."]) == 1
    assert graphs(store) == {"urn:g": 1, "urn:h": 2}
    assert list(graph_lines(store, "urn:g")) == [[b"<urn:a> <urn:p> <urn:b> ."]]
    assert replace_graph(store, "urn:g", []) == 0
    assert graphs(store) == {"urn:h": 2}


@pytest.mark.parametrize("there", [0, 7])
def test_pieces_that_fail_half_way_change_nothing(tmp_path: Path, there: int) -> None:
    store = open_store(tmp_path)
    replace_graph(store, "urn:g", numbered(there))
    with pytest.raises(KeyError, match="half way"):
        replace_graph(store, "urn:g", failing(100_000))
    assert sum(graphs(store).values()) == len(store) == there


@pytest.mark.parametrize("there", [0, 7])
def test_no_ntriples_change_nothing(tmp_path: Path, there: int) -> None:
    store = open_store(tmp_path)
    replace_graph(store, "urn:g", numbered(there))
    with pytest.raises(ParseError, match="not valid N-Triples") as caught:
        replace_graph(store, "urn:g", [b"<urn:a> <urn:p> <urn:b> .\n<urn:a> nonsense .\n"])
    assert caught.value.line == 2
    assert sum(graphs(store).values()) == len(store) == there


def test_labels_of_blank_nodes_hold_for_one_graph(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    replace_graph(store, "urn:g", [b"_:x <urn:p> _:y .\n", b"_:y <urn:p> <urn:end> .\n"])
    replace_graph(store, "urn:h", [b"_:x <urn:q> <urn:a> .\n"])
    path = "ASK { GRAPH <urn:g> { ?x <urn:p>/<urn:p> <urn:end> } }"
    shared = "ASK { GRAPH <urn:g> { ?x <urn:p> ?y } GRAPH <urn:h> { ?x <urn:q> ?a } }"
    assert bool(store.query(path))
    assert not bool(store.query(shared))


def test_a_disk_that_is_full_changes_nothing(tmp_path: Path) -> None:
    if shutil.which("mount") is None:
        pytest.skip("no mount here")
    small = tmp_path / "small"
    small.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(small)], capture_output=True)
    if done.returncode:
        pytest.skip("no small file system can be mounted here: that is for root")
    try:
        store = open_store(small / "db")
        replace_graph(store, "urn:g", numbered(10))
        with pytest.raises(EndpointError, match="the disk is full; nothing was changed"):
            replace_graph(store, "urn:h", numbered(400_000))
        assert graphs(store) == {"urn:g": 10}
        del store
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_memory_does_not_grow_with_the_stream(tmp_path: Path) -> None:
    program = (
        "import resource, sys, pathlib\n"
        "from sts_kg.stores.folder import open_store, replace_graph\n"
        "n = int(sys.argv[2]); s = open_store(pathlib.Path(sys.argv[1]))\n"
        "pieces = (b'<urn:s> <urn:p%d> \"' % (i % 9) + b'x' * 400 + b'%d\" .\\n' % (i // 50) for i in range(n))\n"
        "replace_graph(s, 'urn:g', pieces)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = [
        int(subprocess.check_output([sys.executable, "-c", program, str(tmp_path / str(n)), str(n)]))
        for n in (1_000, 400_000)
    ]
    assert peaks[1] - peaks[0] < 150_000  # kilobytes; the text has 170,000


def test_the_store_keeps_what_ntriples_say(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    text = '<urn:s> <urn:p> "caf\\u00E9 \\n"@en .'
    replace_graph(store, "urn:g", [text.encode()])
    assert next(iter(store)).object == ox.Literal("café \n", language="en")


def test_a_damaged_store_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    store.add(ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("o")))
    store.flush()
    del store
    (tmp_path / "s" / "CURRENT").write_text("no manifest\n")
    for read_only in (True, False):
        with pytest.raises(EndpointError, match=r"a damaged store, or none .*; make it anew in another folder"):
            open_store(tmp_path / "s", read_only=read_only)


@pytest.mark.usefixtures("preloaded")
@pytest.mark.parametrize(
    "words",
    [
        ("sparql", "ASK {}", "--store", "none"),
        ("query", "drugs/drugs-and-brands", "--store", "none"),
        ("query", "drugs/drugs-and-brands", "--store", "none", "--show"),
        ("push", "--store", "none", "--verify-only"),
        ("push", "--store", "out", "--graphs", "links", "--linked", "none"),
        ("push", "--files", "out", "--graphs", "links", "--linked", "none"),
        ("export", "-o", "out.nq", "--graphs", "links", "--linked", "none"),
    ],
)
def test_a_missing_store_ends_every_command_with_4(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr == "sts-kg: none: there is no such folder\n"
    assert [*tmp_path.iterdir()] == []
