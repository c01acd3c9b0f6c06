"""Dump graphs as files for the bulk loaders of stores: the road for more triples than requests should carry.

What is written is what `push` sends: the same IRIs in place of blank nodes, and the same digests, so that `verify`
compares a store that a loader filled.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

from rdflib import URIRef

from sts_kg.rdf import expand, write_bytes, writing, writing_folder
from sts_kg.safe import brief, counted
from sts_kg.shown import Shown
from sts_kg.stores.blank_nodes import ScopedNames, StructuralNames
from sts_kg.stores.content import Content, Source, rereadable
from sts_kg.stores.loaders import scripts
from sts_kg.stores.outcomes import Outcomes

__all__ = ["MANIFEST", "Dumped", "dump"]

MANIFEST = "manifest.json"
_BATCH = 20_000  # triples written at once


@dataclass(frozen=True, repr=False)
class Dumped(Shown):
    """A graph in a file: its name, the file, the number of triples, their digest, and the SHA-256 of the file."""

    graph: str
    file: str
    triples: int
    digest: str
    sha256: str

    def __repr__(self) -> str:
        return f"<Dumped {brief(self.graph)}: {counted(self.triples, 'triple')} in {brief(self.file)}>"


def dump(
    graphs: Mapping[URIRef, Source],
    folder: str | Path,
    *,
    scope: str | None = None,
) -> Outcomes[Dumped]:
    """Write named graphs into a new folder, and return one record for each.

    There is a file of N-Quads for each graph (`.nq.gz`), `manifest.json` with these records, and a script for the
    loader of each store that we know: `load-oxigraph.sh`, `load-virtuoso.sh`, `load-fuseki.sh`, `load-graphdb.sh` and
    `load-qlever.sh`. The folder is written whole or not at all, and a graph is never held in memory as text.

    Parameters
    ----------
    graphs, scope
        As for `push`.
    folder : str or Path
        A new or an empty folder.

    Raises
    ------
    ParseError
        A source is not valid N-Triples: with line and column; or the folder is there and not empty.
    CurieError
        The name of a graph is not an absolute IRI.
    OSError
        The folder cannot be written, or the disk is full.
    """
    done = Outcomes[Dumped]()
    with writing_folder(folder) as beside, ExitStack() as open_files:
        sources = {str(expand(f"<{name}>")): rereadable(source, open_files) for name, source in graphs.items()}
        names = ScopedNames(scope) if scope is not None else StructuralNames(sources)
        for number, (name, source) in enumerate(sources.items(), start=1):
            file = f"{number:02}-{_letters(name)}.nq.gz"
            content = Content(source, names)
            with writing(beside / file) as output:
                sha256 = _written(output, name, content)
            done.append(Dumped(name, file, content.digest.triples, content.hexdigest, sha256))
        manifest = {"version": version("sts-kg"), "graphs": [asdict(each) for each in done]}
        write_bytes(beside / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
        for script, text in scripts().items():
            write_bytes(beside / script, text.encode())
            (beside / script).chmod(0o755)
    return done


def _written(output: BinaryIO, name: str, content: Content) -> str:
    """Write a graph as compressed N-Quads, and return the SHA-256 of the file."""
    hashed = _Hashed(output)
    end = f" <{name}> .".encode()
    with gzip.GzipFile(fileobj=cast(BinaryIO, hashed), mode="wb", filename="", mtime=0) as packed:
        for lines in content.batches(_BATCH):
            packed.write(b"".join([b"%b%b\n" % (line.removesuffix(b" ."), end) for line in lines]))
    return hashed.sha256.hexdigest()


class _Hashed:
    """A file whose SHA-256 is taken while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def _letters(name: str) -> str:
    """Return the last two words of the name of a graph, as a file may be named."""
    return "-".join(re.findall(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*", name)[-2:])[-60:]
