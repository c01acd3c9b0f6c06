"""The closures of 90 published ontologies, triple by triple (`closures` of the test data; mostly rules of Table 9)."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sts_kg.closure.closure import closure_of

FOLDER = Path(os.environ.get("STS_KG_TESTDATA") or Path(__file__).parents[3] / "shared" / "testdata") / "closures"
ARCHIVE = FOLDER / "ore-small-0-94.tar.gz"
if not ARCHIVE.exists():
    pytest.skip(
        "the published closures are not there: set STS_KG_TESTDATA to the test data folder", allow_module_level=True
    )
PAIRS = [json.loads(line) for line in (FOLDER / "index.jsonl").read_text().splitlines()]

_XSD, _TYPE = "<http://www.w3.org/2001/XMLSchema#{}>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_SAME, _DATATYPE = "<http://www.w3.org/2002/07/owl#sameAs>", "<http://www.w3.org/2000/01/rdf-schema#Datatype>"


def of_datatype(name: str) -> set[str]:
    term = _XSD.format(name)
    return {f"{term} {_TYPE} {_DATATYPE} .", f"{term} {_SAME} {term} ."}


#: The publisher misspelt xsd:NMTOKEN. Of owl:sameAs and rdfs:Datatype themselves both say that they are the same.
MISSPELT, RIGHT = of_datatype("NMToken"), of_datatype("NMTOKEN")


@cache
def published() -> dict[str, bytes]:
    """Return the files of the archive by name."""

    def files() -> Iterator[tuple[str, bytes]]:
        with tarfile.open(ARCHIVE) as archive:
            for member in archive:
                if (file := archive.extractfile(member)) is not None:
                    yield member.name, file.read()

    return dict(files())


def _plain(text: bytes) -> str:
    """Return N-Triples with plain strings in their canonical form."""
    return text.decode().replace(f'"^^{_XSD.format("string")}', '"')


def test_the_published_closures_are_ninety() -> None:
    assert len(PAIRS) == 90
    assert {f"{kind}/{pair['id']}.nt" for kind in ("input", "expected") for pair in PAIRS} <= set(published())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_a_published_closure_is_ours(pair: dict[str, int]) -> None:
    text, expected = (published()[f"{kind}/{pair['id']}.nt"] for kind in ("input", "expected"))
    closed = closure_of(io.BytesIO(text), axioms="all")
    ours, theirs = set(b"".join(closed.ntriples()).decode().splitlines()), set(_plain(expected).splitlines())
    assert len(closed.asserted) == pair["input"]
    assert len(theirs) == pair["expected"]
    assert sorted(ours - theirs) == sorted(RIGHT)
    assert sorted(theirs - ours) == sorted(MISSPELT)
    assert closed.inconsistencies == ()
