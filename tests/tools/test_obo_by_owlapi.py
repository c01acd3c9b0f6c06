"""OBO as the OWLAPI (the core of ROBOT) translates it: the same triples."""

from __future__ import annotations

import gzip
import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from sts_kg.rdf import Document

DATA = Path(os.environ.get("STS_KG_TESTDATA") or Path(__file__).parents[3] / "shared" / "testdata") / "external"
OBO, OIO = "http://purl.obolibrary.org/obo/", "http://www.geneontology.org/formats/oboInOwl#"
OWL, RDF = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
DECLARED = [ox.NamedNode(OWL + name) for name in ("Class", "ObjectProperty", "AnnotationProperty", "NamedIndividual")]
#: What the OWLAPI neither drops nor garbles.
TEXT = r"""format-version: 1.4
data-version: 2024-01-01
date: 31:12:2023 23:59
saved-by: me
subsetdef: slim "a \"slim\" subset"
synonymtypedef: abbr "abbreviation" EXACT
synonymtypedef: lay "layperson"
default-namespace: x
remark: a \! b
ontology: x
property_value: http://purl.org/dc/elements/1.1/title "T" xsd:string
property_value: http://purl.org/dc/terms/license http://e.org/l
owl-axioms: Prefix(owl:=<http://www.w3.org/2002/07/owl#>)\nOntology(\nSubClassOf(<http://e.org/a> <http://e.org/b>)\n)

[Term]
id: X:1
name: a {x="y", z="w\"q"} ! said
alt_id: X:99
def: "with \"q\", \\, \n, \{ \} \: \, \! [x]" [http\://e.org/z?a=b, PMID:1, ISBN:0-1\,2] {source="Z:1"}
comment: a \! b \{c\}
subset: slim
synonym: "S \"1\"" EXACT abbr [A:1, B:2]
synonym: "s2" RELATED []
synonym: "s3" BROAD lay [] {source="S"}
synonym: "s4" NARROW []
xref: S\:U:1 "said"
xref: http\://e.org/a\:b
xref: U:1 {source="S", source="T"}
xref: EC:No 216/2009 MOL
! said
is_a: X:2 {is_inferred="true"} ! two
is_a: Y:a_b
is_a: Y:a/b
intersection_of: X:2
intersection_of: part_of X:3 ! three
union_of: X:4
union_of: X:5
disjoint_from: X:6
equivalent_to: X:10
relationship: part_of X:3 {cardinality="1", gci_filler="X:8", gci_relation="part_of"}
relationship: has_part X:5 {all_only="true"}
relationship: has_part X:5 {minCardinality="1", maxCardinality="2"}
relationship: has_part X:6 {maxCardinality="0", source="S"}
relationship: has_part X:7 {all_only="true", all_some="true"}
relationship: note X:7
relationship: level X:7
property_value: http://e.org/p "v" xsd:string
property_value: IAO:0000589 "5" xsd:integer {a="b"}
property_value: p X:7
created_by: me
creation_date: 2024-01-01T00:00:00Z
is_obsolete: false

[Term]
id: X:2
name: two
namespace: y
builtin: true
is_anonymous: false
is_obsolete: true

[Typedef]
id: part_of
name: part of
xref: A:1
xref: BFO:0000050
is_a: R:1
is_transitive: true
is_cyclic: false
is_functional: false
is_anti_symmetric: true
holds_over_chain: part_of has_part {a="b"}
equivalent_to_chain: has_part part_of
transitive_over: has_part
inverse_of: has_part
disjoint_from: R:2
disjoint_over: R:2
equivalent_to: R:3
domain: X:1
range: X:2
relationship: note R:2
expand_expression_to: "p some ?Y" []

[Typedef]
id: note
is_metadata_tag: true
is_transitive: true

[Typedef]
id: level
is_class_level: true
"""


def said(path: Path) -> set[str]:
    """What a document says, without declarations: blank nodes written out, members of lists in any order."""
    with Document(path) as document:
        about = defaultdict[object, list[ox.Quad]](list)
        for quad in document.quads():
            about[quad.subject].append(quad)

    def shown(term: object) -> str:
        if not isinstance(term, ox.BlankNode):
            return str(term)
        told = {quad.predicate.value: quad.object for quad in about[term]}
        if f"{RDF}first" not in told:
            return f"[{'; '.join(sorted(f'{quad.predicate} {shown(quad.object)}' for quad in about[term]))}]"
        members = []
        while isinstance(term, ox.BlankNode):
            told = {quad.predicate.value: quad.object for quad in about[term]}
            members.append(shown(told[f"{RDF}first"]))
            term = told[f"{RDF}rest"]
        return f"({' '.join(sorted(members))})"

    found, within = set(), {quad.object for quads in about.values() for quad in quads}
    for subject, quads in about.items():
        if isinstance(subject, ox.BlankNode) and subject not in within:
            found.add(shown(subject))
        elif isinstance(subject, ox.BlankNode):
            found |= {shown(subject) for quad in quads if quad.predicate.value.endswith(("subClassOf", "valentClass"))}
        else:
            found |= {
                f"{subject} {quad.predicate} {shown(quad.object)}" for quad in quads if quad.object not in DECLARED
            }
    return found


def test_each_clause_is_translated_as_by_the_owlapi(java: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "x.obo"
    path.write_text(TEXT, encoding="utf-8")
    java("Obo", path)
    ours, theirs = said(path), said(tmp_path / "x.obo.rdf")
    names = {
        f"{OIO}id": "id",
        f"{OIO}created_by": "created by",
        f"{OIO}creation_date": "creation date",
        f"{OBO}IAO_0100001": "term replaced by",
    }
    assert ours - theirs == {f'<{name}> <{LABEL}> "{label}"' for name, label in names.items()}
    assert theirs - ours == set()


@pytest.mark.parametrize(("name", "n"), [("maxo-chebi-import-2020-12-10", 24_000), ("drugcentral-2021-09-01", 24_000)])
def test_real_ontologies_are_read_as_by_the_owlapi(java: Callable[..., str], tmp_path: Path, name: str, n: int) -> None:
    if not DATA.is_dir():
        pytest.skip("the ontologies are not there: set STS_KG_TESTDATA to the test data folder")
    path = tmp_path / f"{name}.owl"
    path.write_bytes(gzip.decompress((DATA / f"{name}.owl.gz").read_bytes()))
    java("Obo", path)
    java("Obo", f"{path}.obo")
    theirs = said(Path(f"{path}.obo.rdf"))
    lost = theirs - said(Path(f"{path}.obo"))
    assert len(theirs) > n
    assert {line for line in lost if "versionIRI" not in line} == set()  # theirs has the name of the ontology twice
