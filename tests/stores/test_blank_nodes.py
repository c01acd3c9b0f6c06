"""IRIs for blank nodes: by their labels, or by what is said of them."""

from __future__ import annotations

from sts_kg.rdf.names import GENID
from sts_kg.stores.blank_nodes import ScopedNames, StructuralNames, skolemised
from sts_kg.stores.digest import canonical_lines


def test_a_long_chain_of_blank_nodes_is_named() -> None:
    text = b"".join(b"_:x%d <urn:p> _:x%d .\n" % (each, each + 1) for each in range(1_000))
    names = StructuralNames({"urn:g": [text]})
    found = {skolemised(line, names) for lines in canonical_lines([text]) for line in lines}
    assert len(found) == 1_000
    assert not any(b"_:" in line for line in found)


def test_labels_of_a_scope_have_names_of_their_own() -> None:
    labels = [b"ab", b"a.b", b"a-b", b"aZb", b"aZ2Eb", "é".encode()]
    named = {ScopedNames(scope).iri(label) for scope in ("o", "oa") for label in labels}
    assert len(named) == 12
    assert f"<{GENID}oZZaZ2Eb>".encode() in named
    assert all(iri[len(GENID) + 1 : -1].isalnum() for iri in named)


def test_a_literal_that_looks_like_a_blank_node_stays() -> None:
    line = b'<urn:s> <urn:p> "a _:b ." .'
    assert skolemised(line, StructuralNames({})) == line
