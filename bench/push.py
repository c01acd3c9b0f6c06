"""What pushing into a folder costs: ours, verified, against Oxigraph's bulk load of the same file (`make bench-push`).

Each measurement is a process of its own that fills a new store; both take turns, and of some turns the shortest counts.
Afterwards both stores are read, and must have the same digest; so blank nodes of the input are made IRIs first.
`files` is `dump`: the same graph for a bulk loader.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rdflib import URIRef

from bench.inputs import write
from bench.links import large
from bench.measure import peak_bytes
from sts_kg.tables.layout import text_table

GRAPH = "https://example.org/pushed"
RATIO = 2.0  # the bar: times as long as the bulk load
TURNS = 3
_BLANK = re.compile(rb"(^|> )_:(\w+)(?= )")


class Pieces:
    """A file in pieces, as often as it is read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        with self._file.open("rb") as opened:
            yield from iter(lambda: opened.read(1 << 20), b"")


def ours(file: Path, target: Path) -> str:
    """Push the file into a folder, and return the digest."""
    from sts_kg.stores.pushing import push

    (done,) = push({URIRef(GRAPH): Pieces(file)}, target, scope="bench")
    return done.digest


def files(file: Path, target: Path) -> str:
    """Write the file as one for a bulk loader, and return the digest."""
    from sts_kg.stores import dump

    (done,) = dump({URIRef(GRAPH): Pieces(file)}, target, scope="bench")
    return done.digest


def oxigraph(file: Path, target: Path) -> str:
    """Load the file into a folder in bulk."""
    import pyoxigraph as ox

    ox.Store(target).bulk_load(path=str(file), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(GRAPH))
    return ""


def digest_in(store: Path) -> str:
    """Return the digest of the graph in a store."""
    from sts_kg.stores.digest import Digest
    from sts_kg.stores.folder import graph_lines, open_store

    digest = Digest()
    for lines in graph_lines(open_store(store, read_only=True), GRAPH):
        digest.add(lines)
    return digest.hexdigest()


def measured(kind: str, file: Path, folder: Path) -> dict[str, float | str]:
    """Return what one process answers."""
    done = subprocess.run([sys.executable, __file__, "--one", kind, file, folder], stdout=subprocess.PIPE, check=True)
    found: dict[str, float | str] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=float, default=2e6, help="triples of the large file; 0 for none")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        kind, file, folder = options.one
        started, cpu = time.perf_counter(), time.process_time()
        digest = {"push": ours, "files": files, "bulk load": oxigraph}[kind](Path(file), Path(folder))
        taken = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu, "peak": peak_bytes()}
        print(json.dumps(taken | {"digest": digest}))
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        university = Path(temporary) / "named.nt"
        with write("lubm-5", Path(temporary)).open("rb") as lines, university.open("wb") as named:
            named.writelines(_BLANK.sub(rb"\1<urn:blank:\2>", line) for line in lines)
        inputs = [("lubm-5", university, TURNS)]
        if options.large:
            made = large(Path(temporary) / "large.nt", int(options.large))
            inputs.append((f"made up, {options.large:,.0f} triples", made, 1))
        for name, file, turns in inputs:
            found: dict[str, list[dict[str, float | str]]] = {"bulk load": [], "push": [], "files": []}
            digests = set()
            for _ in range(turns):
                for kind, answers in found.items():
                    target = Path(tempfile.mkdtemp(dir=temporary)) / "store"
                    answers.append(measured(kind, file, target))
                    digests.add(digest_in(target) if kind != "files" else str(answers[-1]["digest"]))
            if len(digests) != 1:
                sys.exit(f"{name}: the stores differ: {digests}")
            least = {
                kind: {what: min(float(each[what]) for each in answers) for what in ("seconds", "cpu", "peak")}
                for kind, answers in found.items()
            }
            peer = least["bulk load"]
            for kind, mine in least.items():
                ratio, cpu = mine["seconds"] / peer["seconds"], mine["cpu"] / peer["cpu"]
                bar = f"{RATIO}: {'met' if ratio <= RATIO else 'missed'}" if kind == "push" else ""
                cells = (f"{mine['seconds']:.1f}", f"{mine['cpu']:.1f}", f"{mine['peak'] / 1e6:,.0f}")
                rows.append((name, kind, *cells, f"{ratio:.2f}", f"{cpu:.2f}", bar))
    print(text_table(("input", "way", "s", "CPU s", "peak MB", "ratio", "CPU ratio", "bar"), rows))


if __name__ == "__main__":
    main()
