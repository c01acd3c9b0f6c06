"""What linking costs: our slices and report against Oxigraph loading the same files (`make bench-links`).

Each measurement is a process of its own, so that its peak memory is its own; both take turns, and of some turns the
shortest counts. Both read the same bytes, unpacking included, and must find the same number of triples.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.inputs import DATA
from bench.measure import peak_bytes
from sts_kg.tables.layout import text_table

FILES = (
    "drugcentral-2021-09-01.owl.gz",
    "maxo-2024-07-29.owl.gz",
    "dinto-slice.nt.gz",
    "maxo-chebi-import-2020-12-10.owl.gz",
)
RATIO, MEMORY, LARGE_MEMORY = 1.3, 1.0, 4.0  # the bars: times as long, GB, GB at 10⁷ triples
TURNS = 3


def ours(files: list[str]) -> dict[str, float]:
    """Link the files."""
    from sts_kg import load
    from sts_kg.links.linking import link

    kg = load().asserted
    start = time.perf_counter()
    report = link(files, kg)
    seconds = time.perf_counter() - start
    read = sum(document.n_read for document in report.documents)
    return {"seconds": seconds, "read": read, "kept": sum(document.n_kept for document in report.documents)}


def oxigraph(files: list[str]) -> dict[str, float]:
    """Load the files into a store in memory each."""
    import pyoxigraph as ox

    start, read = time.perf_counter(), 0
    for file in files:
        store = ox.Store()
        form = ox.RdfFormat.N_TRIPLES if ".nt" in file else ox.RdfFormat.RDF_XML
        if file.endswith(".gz"):
            with gzip.open(file) as packed:
                store.bulk_load(packed.read(), form, lenient=True)
        else:
            store.bulk_load(path=file, format=form, lenient=True)
        read += len(store)
    return {"seconds": time.perf_counter() - start, "read": read}


def large(path: Path, size: int) -> Path:
    """Write N-Triples of about so many triples: terms with label, definition and superclass, ours among them."""
    obo, rdfs = "http://purl.obolibrary.org/obo/", "http://www.w3.org/2000/01/rdf-schema#"
    with path.open("w", encoding="utf-8") as file:
        for n in range(size // 4):
            term = f"<{obo}CHEBI_{n}>"
            file.write(
                f"{term} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Class> .\n"
                f'{term} <{rdfs}label> "compound {n} of a made-up kind" .\n'
                f'{term} <{obo}IAO_0000115> "The made-up compound that has the number {n}, and no other." .\n'
                f"{term} <{rdfs}subClassOf> <{obo}CHEBI_{n // 7}> .\n"
            )
    return path


def measured(kind: str, files: list[str]) -> dict[str, float]:
    """Return what one process answers."""
    done = subprocess.run([sys.executable, __file__, "--one", kind, *files], capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def best(kind: str, files: list[str], turns: int) -> Callable[[str], float]:
    """Return the smallest of each number of some turns."""
    answers = [measured(kind, files) for _ in range(turns)]
    return lambda what: min(answer[what] for answer in answers)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--large", type=float, default=1e7, help="triples of the large file, such as 1e5 for a first look; 0 for none"
    )
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        kind, *files = options.one
        found = {"ours": ours, "oxigraph": oxigraph}[kind](files)
        print(json.dumps(found | {"peak": peak_bytes()}))
        return
    folder = DATA.parent / "external"
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        inputs = [("four ontologies", [str(folder / file) for file in FILES], TURNS, MEMORY)]
        if options.large:
            file = large(Path(temporary) / "large.nt", int(options.large))
            inputs.append((f"made up, {options.large:,.0f} triples", [str(file)], 1, LARGE_MEMORY))
        for name, files, turns, memory in inputs:
            mine, peer = best("ours", files, turns), best("oxigraph", files, turns)
            ratio, peak = mine("seconds") / peer("seconds"), mine("peak") / 1e9
            met = ratio <= RATIO and peak <= memory
            cells = (f"{mine('read'):,.0f}", f"{mine('kept'):,.0f}", f"{mine('seconds'):.2f}", f"{peer('seconds'):.2f}")
            bars = f"ratio {RATIO}, {memory} GB: {'met' if met else 'missed'}"
            rows.append((name, *cells, f"{ratio:.2f}", f"{peak:.2f}", f"{peer('peak') / 1e9:.2f}", bars))
    header = ("input", "read", "kept", "ours s", "Oxigraph s", "ratio", "ours GB", "Oxigraph GB", "bars")
    print(text_table(header, rows))


if __name__ == "__main__":
    main()
