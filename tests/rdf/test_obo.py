"""OBO 1.4 as OWL: the triples of each clause, and the line of each that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from sts_kg.errors import ParseError
from sts_kg.rdf import Document

OBO, OIO = "http://purl.obolibrary.org/obo/", "http://www.geneontology.org/formats/oboInOwl#"
TYPE, LABEL = (
    ox.NamedNode(f"http://www.w3.org/{name}") for name in ("1999/02/22-rdf-syntax-ns#type", "2000/01/rdf-schema#label")
)
DECLARED = tuple(
    ox.NamedNode(f"http://www.w3.org/2002/07/owl#{name}")
    for name in ("Class", "ObjectProperty", "AnnotationProperty", "NamedIndividual")
)
PREFIXES = f"""
@prefix : <{OBO}X_> . @prefix x: <{OBO}x#> . @prefix obo: <{OBO}> . @prefix oio: <{OIO}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dc: <http://purl.org/dc/elements/1.1/> .
"""
HEADER = "ontology: x\n"
ONTOLOGY = "obo:x.owl a owl:Ontology .\n"
PARTS = "[Typedef]\nid: part_of\nxref: BFO:0000050\n\n[Typedef]\nid: note\nis_metadata_tag: true\n\n"
PARTS += "[Typedef]\nid: level\nis_class_level: true\n\n"
SAID = """
obo:BFO_0000050 oio:id "part_of" ; oio:shorthand "part_of" ; oio:hasDbXref "BFO:0000050" .
x:note oio:id "note" ; oio:is_metadata_tag true . x:level oio:id "level" ; oio:is_class_level true .
"""


def quads(text: str | bytes, *, lenient: bool = False) -> tuple[list[ox.Quad], int]:
    source = text if isinstance(text, bytes) else text.encode()
    with Document(source, "obo", path="a.obo", base="file:///folder/a.obo", lenient=lenient) as document:
        return list(document.quads()), document.n_skipped


def canonical(found: list[ox.Quad], *, declared: bool = False) -> set[str]:
    """What is said, with the same names of blank nodes wherever the same is said.

    Without `declared`, what terms are is left out, and how terms of the vocabulary are called.
    """
    kept = [
        quad
        for quad in found
        if declared
        or not (
            (quad.predicate == TYPE and quad.object in DECLARED and isinstance(quad.subject, ox.NamedNode))
            or (quad.predicate == LABEL and str(quad.subject).startswith((f"<{OIO}", f"<{OBO}IAO")))
        )
    ]
    dataset = ox.Dataset(kept)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(map(str, dataset))


def turtle(text: str) -> list[ox.Quad]:
    return list(ox.parse(PREFIXES + text, ox.RdfFormat.TURTLE))


def check(text: str, said: str) -> None:
    assert canonical(quads(text)[0]) == canonical(turtle(said))


AXIOM = "[ a owl:Axiom ; owl:annotatedSource :1 ; owl:annotatedProperty {} ; owl:annotatedTarget {} ; {} ] ."
SOME = "[ a owl:Restriction ; owl:onProperty obo:BFO_0000050 ; owl:someValuesFrom {} ]"
HAS = "owl:onProperty obo:BFO_0000050 ; owl:onClass :2"


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("name: a b", ':1 rdfs:label "a b" .'),
        ("name:", ':1 rdfs:label "" .'),
        ("name:\ta\t! said", ':1 rdfs:label "a" .'),
        (r"name: a\! \{b\} \\c \"d\" \:\, \(e\) \ne\Wf\tg\q", r':1 rdfs:label "a! {b} \\c \"d\" :, (e) \ne f\tgq" .'),
        ("namespace: y", ':1 oio:hasOBONamespace "y" .'),
        ("comment: é http://e.org/#a", ':1 rdfs:comment "é http://e.org/#a" .'),
        ("is_anonymous: true", ":1 oio:is_anonymous true ."),
        ("builtin: false", ":1 oio:builtin false ."),
        ("is_obsolete: true", ":1 owl:deprecated true ."),
        ("is_obsolete: false ! kept", ":1 owl:deprecated false ."),
        ("created_by: me and you", ':1 oio:created_by "me and you" .'),
        ("creation_date: 2024-01-02T03:04:05Z", ':1 oio:creation_date "2024-01-02T03:04:05Z" .'),
        ("replaced_by: X:2", ":1 obo:IAO_0100001 :2 ."),
        ("consider: http://e.org/2", ":1 oio:consider <http://e.org/2> ."),
        (
            "alt_id: X:9",
            ':1 oio:hasAlternativeId "X:9" . '
            ":9 owl:deprecated true ; obo:IAO_0100001 :1 ; obo:IAO_0000231 obo:IAO_0000227 .",
        ),
        ("subset: slim", ":1 oio:inSubset x:slim ."),
        ('def: "d"', ':1 obo:IAO_0000115 "d" .'),
        ('def: "d" []', ':1 obo:IAO_0000115 "d" .'),
        (
            r'def: "d \"e\"" [PMID:1, http\://e.org/a\,b, EC:No 2 MOL] {source="Z"}',
            r':1 obo:IAO_0000115 "d \"e\"" .'
            + AXIOM.format(
                "obo:IAO_0000115",
                r'"d \"e\""',
                'oio:hasDbXref "PMID:1", "http://e.org/a,b", "EC:No 2 MOL" ; oio:source "Z"',
            ),
        ),
        (
            'def: "d" [A:1 "title, long", B:2]',
            ':1 obo:IAO_0000115 "d" . _:n a owl:Axiom ; owl:annotatedSource :1 ; owl:annotatedTarget "d" ; '
            'owl:annotatedProperty obo:IAO_0000115 ; oio:hasDbXref "A:1", "B:2" . '
            "[ a owl:Annotation ; owl:annotatedSource _:n ; owl:annotatedProperty oio:hasDbXref ; "
            'owl:annotatedTarget "A:1" ; rdfs:label "title, long" ] .',
        ),
        ('synonym: "s" EXACT []', ':1 oio:hasExactSynonym "s" .'),
        ('synonym: "s" []', ':1 oio:hasRelatedSynonym "s" .'),
        ('narrow_synonym: "s" []', ':1 oio:hasNarrowSynonym "s" .'),
        (
            'synonym: "s" BROAD abbr [A:1] ! said',
            ':1 oio:hasBroadSynonym "s" .'
            + AXIOM.format("oio:hasBroadSynonym", '"s"', 'oio:hasSynonymType x:abbr ; oio:hasDbXref "A:1"'),
        ),
        ("xref: A:B:1", ':1 oio:hasDbXref "A:B:1" .'),
        ("xref: EC:No 216/2009 MOL", ':1 oio:hasDbXref "EC:No 216/2009 MOL" .'),
        (r"xref: https://e.org/a/b\:F1", ':1 oio:hasDbXref "https://e.org/a/b:F1" .'),
        (r"xref: https\://e.org/a\:b\:c", ':1 oio:hasDbXref "https://e.org/a:b:c" .'),
        (r"xref: MESH:D\:1", ':1 oio:hasDbXref "MESH:D:1" .'),
        (
            r'synonym: "b" EXACT [http://e.org/y\:2 "said"]',
            ':1 oio:hasExactSynonym "b" . _:n a owl:Axiom ; owl:annotatedSource :1 ; owl:annotatedTarget "b" ; '
            'owl:annotatedProperty oio:hasExactSynonym ; oio:hasDbXref "http://e.org/y:2" . '
            "[ a owl:Annotation ; owl:annotatedSource _:n ; owl:annotatedProperty oio:hasDbXref ; "
            'owl:annotatedTarget "http://e.org/y:2" ; rdfs:label "said" ] .',
        ),
        ("xref: W:F_(b)[c],d#e", ':1 oio:hasDbXref "W:F_(b)[c],d#e" .'),
        (
            'xref: A:1 "d" {source="S", source="T"}',
            ':1 oio:hasDbXref "A:1" .' + AXIOM.format("oio:hasDbXref", '"A:1"', 'rdfs:label "d" ; oio:source "S", "T"'),
        ),
        ("property_value: skos:exactMatch CHEBI:1", ":1 skos:exactMatch obo:CHEBI_1 ."),
        ("property_value: IAO:0000589 http://e.org/a#b", ":1 obo:IAO_0000589 <http://e.org/a#b> ."),
        ('property_value: http://e.org/p "v" xsd:string', ':1 <http://e.org/p> "v" .'),
        ('property_value: p "5" xsd:integer', ":1 x:p 5 ."),
        ("property_value: p 5 xsd:integer", ":1 x:p 5 ."),
        ('property_value: p "v w"', ':1 x:p "v w" .'),
        ('property_value: p "http://e.org/a"', ":1 x:p <http://e.org/a> ."),
        ('property_value: p "IAO:0000122"', ":1 x:p obo:IAO_0000122 ."),
        ("property_value: p q", ":1 x:p x:q ."),
        (
            'property_value: p "v" xsd:string {comment="c", IAO:1="d"}',
            ':1 x:p "v" .' + AXIOM.format("x:p", '"v"', 'rdfs:comment "c" ; obo:IAO_1 "d"'),
        ),
        ("is_a: X:2 ! two", ":1 rdfs:subClassOf :2 ."),
        (
            'is_a: X:2 {is_inferred="true"} ! two',
            ":1 rdfs:subClassOf :2 ." + AXIOM.format("rdfs:subClassOf", ":2", 'oio:is_inferred "true"'),
        ),
        (
            'is_a: X:2 {gci_relation="part_of", gci_filler="X:3"}',
            f"[ a owl:Class ; owl:intersectionOf (:1 {SOME.format(':3')}) ] rdfs:subClassOf :2 .",
        ),
        ("equivalent_to: X:2", ":1 owl:equivalentClass :2 ."),
        ("disjoint_from: X:2", ":1 owl:disjointWith :2 ."),
        ("relationship: part_of X:2", f":1 rdfs:subClassOf {SOME.format(':2')} ."),
        ('relationship: part_of X:2 {all_some="true"}', f":1 rdfs:subClassOf {SOME.format(':2')} ."),
        ("relationship: BFO:0000050 X:2", f":1 rdfs:subClassOf {SOME.format(':2')} ."),
        ("relationship: note X:2", ":1 x:note :2 ."),
        (
            "relationship: level X:2",
            ":1 rdfs:subClassOf [ a owl:Restriction ; owl:onProperty x:level ; owl:hasValue :2 ] .",
        ),
        (
            'relationship: part_of X:2 {all_only="true"}',
            f":1 rdfs:subClassOf {SOME.format(':2').replace('some', 'all')} .",
        ),
        (
            'relationship: part_of X:2 {all_only="true", all_some="true"}',
            f":1 rdfs:subClassOf [ a owl:Class ; owl:intersectionOf ({SOME.format(':2')} "
            f"{SOME.format(':2').replace('some', 'all')}) ] .",
        ),
        (
            'relationship: part_of X:2 {cardinality="3"}',
            f":1 rdfs:subClassOf [ a owl:Restriction ; {HAS} ; "
            'owl:qualifiedCardinality "3"^^xsd:nonNegativeInteger ] .',
        ),
        (
            'relationship: part_of X:2 {maxCardinality="0"}',
            f":1 rdfs:subClassOf {SOME.format('[ a owl:Class ; owl:complementOf :2 ]').replace('some', 'all')} .",
        ),
        (
            'relationship: part_of X:2 {minCardinality="1", maxCardinality="2", source="S"}',
            f"_:n a owl:Class ; owl:intersectionOf ([ a owl:Restriction ; {HAS} ; "
            'owl:minQualifiedCardinality "1"^^xsd:nonNegativeInteger ]'
            f'[ a owl:Restriction ; {HAS} ; owl:maxQualifiedCardinality "2"^^xsd:nonNegativeInteger ]) . '
            ":1 rdfs:subClassOf _:n ." + AXIOM.format("rdfs:subClassOf", "_:n", 'oio:source "S"'),
        ),
        (
            "intersection_of: X:2\nintersection_of: part_of X:3",
            f":1 owl:equivalentClass [ a owl:Class ; owl:intersectionOf (:2 {SOME.format(':3')}) ] .",
        ),
        ("union_of: X:2\nunion_of: X:3", ":1 owl:equivalentClass [ a owl:Class ; owl:unionOf (:2 :3) ] ."),
        ("is_a: http://e.org/a", ":1 rdfs:subClassOf <http://e.org/a> ."),
        (r"is_a: https\://e.org/a\:b", ":1 rdfs:subClassOf <https://e.org/a:b> ."),
        ("is_a: Orphanet:1_b", f":1 rdfs:subClassOf <{OBO}Orphanet#_1_b> ."),
        ("is_a: A:b/c~é", f":1 rdfs:subClassOf <{OBO}A_b%2Fc%7E%C3%A9> ."),
    ],
)
def test_clauses_of_terms(clause: str, said: str) -> None:
    check(f"{HEADER}\n{PARTS}[Term]\nid: X:1\n{clause}\n", f'{ONTOLOGY}{SAID}:1 oio:id "X:1" . {said}')


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("is_a: R:2", "rdfs:subPropertyOf obo:R_2"),
        ("equivalent_to: R:2", "owl:equivalentProperty obo:R_2"),
        ("disjoint_from: R:2", "owl:propertyDisjointWith obo:R_2"),
        ("inverse_of: R:2", "owl:inverseOf obo:R_2"),
        ("domain: X:1", "rdfs:domain :1"),
        ("range: X:1", "rdfs:range :1"),
        ("transitive_over: R:2", "owl:propertyChainAxiom (obo:R_1 obo:R_2)"),
        ("holds_over_chain: R:2 R:3", "owl:propertyChainAxiom (obo:R_2 obo:R_3)"),
        ("is_transitive: true", "a owl:TransitiveProperty"),
        ("is_reflexive: true", "a owl:ReflexiveProperty"),
        ("is_symmetric: true", "a owl:SymmetricProperty"),
        ("is_asymmetric: true", "a owl:AsymmetricProperty"),
        ("is_functional: true", "a owl:FunctionalProperty"),
        ("is_inverse_functional: true", "a owl:InverseFunctionalProperty"),
        ("is_transitive: false", "oio:is_transitive false"),
        ("is_cyclic: true", "oio:is_cyclic true"),
        ("is_anti_symmetric: true", "obo:IAO_0000427 true"),
        ("disjoint_over: R:2", 'oio:disjoint_over "R:2"'),
        ('expand_expression_to: "p some ?Y" []', 'obo:IAO_0000424 "p some ?Y"'),
        ("relationship: R:2 R:3", "obo:R_2 obo:R_3"),
        ("intersection_of: R:2", "rdfs:subPropertyOf obo:R_2 ; oio:relation_intersection_of obo:R_2"),
        ("union_of: R:2", "oio:relation_union_of obo:R_2 . obo:R_2 rdfs:subPropertyOf obo:R_1"),
        (
            "equivalent_to_chain: R:2 R:3",
            "owl:propertyChainAxiom _:c . _:c rdf:first obo:R_2 ; rdf:rest (obo:R_3) . [ a owl:Axiom ; "
            "owl:annotatedSource obo:R_1 ; owl:annotatedProperty owl:propertyChainAxiom ; owl:annotatedTarget _:c ; "
            'obo:IAO_isReversiblePropertyChain "true" ]',
        ),
        ("is_metadata_tag: true\nis_a: R:2\nis_transitive: true\ndomain: X:1", "oio:is_metadata_tag true ; "
         "rdfs:subPropertyOf obo:R_2 ; oio:is_transitive true ; rdfs:domain :1"),
    ],
)  # fmt: skip
def test_clauses_of_properties(clause: str, said: str) -> None:
    check(f"{HEADER}[Typedef]\nid: R:1\n{clause}\n", f'{ONTOLOGY}obo:R_1 oio:id "R:1" . obo:R_1 {said} .')


def test_individuals() -> None:
    text = f"{HEADER}{PARTS}[Instance]\nid: X:1\nname: i\ninstance_of: X:2\nrelationship: part_of X:3\n"
    check(text, f'{ONTOLOGY}{SAID}:1 oio:id "X:1" ; rdfs:label "i" ; a :2 ; obo:BFO_0000050 :3 .')


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("format-version: 1.4", 'oio:hasOBOFormatVersion "1.4"'),
        ("data-version: 2024-01-01", f"owl:versionIRI <{OBO}x/2024-01-01/x.owl>"),
        ("data-version: releases/2024-01-01", f"owl:versionIRI <{OBO}x/releases/2024-01-01/x.owl>"),
        ("data-version: x/releases/2024-01-01/x-base.owl", f"owl:versionIRI <{OBO}x/releases/2024-01-01/x-base.owl>"),
        ("data-version: http://e.org/1", "owl:versionIRI <http://e.org/1>"),
        ("data-version: in the year 1", 'owl:versionInfo "in the year 1"'),
        ("date: 31:12:2023 23:59", 'oio:date "31:12:2023 23:59"'),
        ("saved-by: me", 'oio:saved-by "me"'),
        ("auto-generated-by: it", 'oio:auto-generated-by "it"'),
        ("remark: hello", 'rdfs:comment "hello"'),
        ("default-namespace: n", 'oio:default-namespace "n"'),
        ("treat-xrefs-as-equivalent: CARO", 'oio:treat-xrefs-as-equivalent "CARO"'),
        ("made-up: it is", 'oio:made-up "it is"'),
        ("import: http://e.org/o", "owl:imports <http://e.org/o>"),
        ("import: other.obo", "owl:imports <file:///folder/other.obo>"),
        ("idspace: A http://e.org/", "a owl:Ontology"),
        ('property_value: dc:title "T" xsd:string', 'dc:title "T"'),
        ("property_value: http://purl.org/dc/terms/license http://e.org/l",
         "<http://purl.org/dc/terms/license> <http://e.org/l>"),
        ('subsetdef: s "a \\"set\\""',
         'a owl:Ontology . x:s rdfs:subPropertyOf oio:SubsetProperty ; rdfs:comment "a \\"set\\""'),
        ('synonymtypedef: t "type"',
         'a owl:Ontology . x:t rdfs:subPropertyOf oio:SynonymTypeProperty ; rdfs:label "type"'),
        ('synonymtypedef: t "type" EXACT', "a owl:Ontology . x:t rdfs:subPropertyOf oio:SynonymTypeProperty ; "
         'rdfs:label "type" ; oio:hasScope oio:hasExactSynonym'),
        ('remark: r {source="S"}', 'rdfs:comment "r" . [ a owl:Annotation ; owl:annotatedSource obo:x.owl ; '
         'owl:annotatedProperty rdfs:comment ; owl:annotatedTarget "r" ; oio:source "S" ]'),
    ],
)  # fmt: skip
def test_clauses_of_the_header(clause: str, said: str) -> None:
    check(f"{HEADER}{clause}\n", f"{ONTOLOGY}obo:x.owl {said} .")


def test_what_terms_are_is_said_of_all() -> None:
    text = f"{HEADER}[Term]\nid: X:1\nis_a: X:2\nrelationship: r X:3\nproperty_value: p X:4\nproperty_value: r X:4\n"
    told = (
        f'{ONTOLOGY}:1 a owl:Class ; oio:id "X:1" ; rdfs:subClassOf :2 , '
        "[ a owl:Restriction ; owl:onProperty x:r ; owl:someValuesFrom :3 ] ; x:p :4 ; x:r :4 . "
        ":2 a owl:Class . :3 a owl:Class . x:r a owl:ObjectProperty . x:p a owl:AnnotationProperty . "
        'oio:id a owl:AnnotationProperty ; rdfs:label "id" .'
    )
    assert canonical(quads(text)[0], declared=True) == canonical(turtle(told), declared=True)


@pytest.mark.parametrize(
    ("header", "term"),
    [
        ("", f"{OBO}TEMP#a"),
        ("ontology: http://e.org/o", "http://e.org/o#a"),
        ("ontology: go", f"{OBO}go#a"),
    ],
)
def test_ids_without_prefix_are_of_the_ontology(header: str, term: str) -> None:
    assert ox.NamedNode(term) in {quad.subject for quad in quads(f"{header}\n[Term]\nid: a\n")[0]}


@pytest.mark.parametrize(
    ("spaces", "name", "iri"),
    [
        ("idspace: A http://e.org/a/", "A:1_2/3", "http://e.org/a/1_2/3"),
        ('idspace: A urn:lsid:e.org:A: "said of it"', "A:1", "urn:lsid:e.org:A:1"),
        ("idspace: skos http://e.org/", "skos:a", "http://e.org/a"),
        ("", "A:1", f"{OBO}A_1"),
        ("", "obo:A_1", f"{OBO}A_1"),
        ("", "mailto:a@e.org", "mailto:a@e.org"),
    ],
)
def test_id_spaces(spaces: str, name: str, iri: str) -> None:
    assert ox.NamedNode(iri) in {quad.subject for quad in quads(f"{HEADER}{spaces}\n[Term]\nid: {name}\n")[0]}


@pytest.mark.parametrize(
    ("name", "xrefs", "iri"),
    [
        ("r", "xref: A:1\nxref: B:1", f"{OBO}A_1"),
        ("r", "xref: A:1\nxref: RO:1\nxref: BFO:2", f"{OBO}RO_1"),
        ("r", "xref: other", f"{OBO}x#r"),
        ("A:2", "xref: A:1", f"{OBO}A_2"),
        ("A:2", "xref: BFO:1", f"{OBO}BFO_1"),
    ],
)
def test_properties_are_named_by_their_xref(name: str, xrefs: str, iri: str) -> None:
    found = quads(f"{HEADER}[Typedef]\nid: {name}\n{xrefs}\n")[0]
    assert [str(quad.subject) for quad in found if quad.predicate.value == f"{OIO}id"] == [f"<{iri}>"]


def test_frames_with_one_id_are_one_and_have_the_default_namespace() -> None:
    text = f"{HEADER}default-namespace: n\n[Term]\nid: X:1\nunion_of: X:2\n[Term]\nid: X:1\nunion_of: X:3\n"
    check(
        f"{text}[Term]\nid: X:4\nnamespace: m\n",
        f'{ONTOLOGY}obo:x.owl oio:default-namespace "n" . :1 oio:id "X:1" ; oio:hasOBONamespace "n" ; '
        'owl:equivalentClass [ a owl:Class ; owl:unionOf (:2 :3) ] . :4 oio:id "X:4" ; oio:hasOBONamespace "m" .',
    )


@pytest.mark.parametrize("whole", [True, False])
def test_axioms_in_functional_syntax(whole: bool) -> None:
    pytest.importorskip("pyhornedowl", reason="py-horned-owl is not installed: pip install 'sts-kg[formats]'")
    axioms = ["SubClassOf(:X_1", ":X_2) DisjointClasses(:X_1 :X_3)"]
    if whole:
        axioms = [rf"Prefix(:=<{OBO}>)\nOntology(\n{' '.join(axioms)}\n)"]
    text = HEADER + "".join(f"owl-axioms: {axiom}\n" for axiom in axioms)
    check(text, f"{ONTOLOGY}:1 rdfs:subClassOf :2 ; owl:disjointWith :3 .")
    with pytest.raises(ParseError, match=r"a\.obo, line 3: is not OBO: owl-axioms: is not OWL functional syntax"):
        quads(f"{HEADER}remark: a\nowl-axioms: SubClassOf(:X_1\n")


def test_definitions_seen_by_a_relation() -> None:
    text = f"{HEADER}logical-definition-view-relation: r\n[Term]\nid: X:1\nunion_of: X:2\nunion_of: X:3\n"
    check(
        text,
        f'{ONTOLOGY}obo:x.owl oio:logical-definition-view-relation "r" . :1 oio:id "X:1" ; owl:equivalentClass '
        "[ a owl:Restriction ; owl:onProperty x:r ; owl:someValuesFrom [ a owl:Class ; owl:unionOf (:2 :3) ] ] .",
    )


@pytest.mark.parametrize("before", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_line_ends(before: str, end: str) -> None:
    text = before + end.join([HEADER.strip(), "! said", "", "[Term] ! one", "id: X:1", " ! said", "name: a\u2028b", ""])
    check(text, f'{ONTOLOGY}:1 oio:id "X:1" ; rdfs:label "a\u2028b" .')
    with pytest.raises(ParseError, match=r"a\.obo, line 8, column 1: is not OBO: a clause `tag: value` was expected"):
        quads(f"{text}broken")


@pytest.mark.parametrize(
    ("clause", "place", "said"),
    [
        ("broken", (4, 1), "a clause `tag: value` was expected"),
        ("isa: X:2", (4, 1), "isa is no tag of [Term]"),
        ("Is_a: X:2", (4, 1), "Is_a is no tag of [Term]"),
        ("\x1b[1m: X:2", (4, 1), "\\u001B[1m is no tag of [Term]"),
        ("inverse_of: X:2", (4, 1), "inverse_of is no tag of [Term]"),
        ("id: X:2", (4, None), "[Term] X:1 has a second id"),
        ("is_a:", (4, 6), "`is_a: ID` was expected"),
        ("is_a: X:2 X:3", (4, 11), "`is_a: ID` was expected"),
        ('is_a: "X:2"', (4, 7), "`is_a: ID` was expected"),
        ("is_a: <http://e.org/a>", (4, None), "is_a: <http://e.org/a> is no ID"),
        ("is_a: http://e.org/<a>", (4, None), "is_a: http://e.org/<a> is no IRI: Invalid IRI code point '<'"),
        ("is_a: :2", (4, None), "is_a: :2 is no ID"),
        ("name: a!", (4, 8), "`name: text` was expected; in a text, write \\! and \\{ for ! and {"),
        ("name: a {b}", (4, None), 'name: qualifiers `{ID="text", ID="text"}` were expected; in a text, write'),
        ('name: a {b="c"', (4, 9), "`name: text` was expected; in a text, write \\! and \\{ for ! and {"),
        ('name: a {b="c" d}', (4, None), 'name: qualifiers `{ID="text", ID="text"}` were expected'),
        ("name: a \\", (4, 9), "`name: text` was expected"),
        ("is_obsolete: yes", (4, 14), "`is_obsolete: true or false` was expected"),
        ("creation_date: 5/1/2020", (4, 16), "`creation_date: YYYY-MM-DDThh:mm:ssZ` was expected"),
        ("def: d", (4, 6), '`def: "text" [xrefs]` was expected'),
        ('def: "d', (4, 6), '`def: "text" [xrefs]` was expected'),
        ('def: "d" [A:1', (4, 10), '`def: "text" [xrefs]` was expected'),
        ('def: "d" [A:1 "e" f]', (4, None), 'def: xrefs `[ID "text", ID]` were expected'),
        ('synonym: "s" EXACT', (4, 10), None),
        ('synonym: "s" FOO []', (4, 10), None),
        ('xref: A:1 "d', (4, 11), '`xref: ID, perhaps "text"` was expected'),
        ("xref: A:1 }", (4, 11), '`xref: ID, perhaps "text"` was expected'),
        (r"xref: https://e.org/b\:F1 }", (4, 27), '`xref: ID, perhaps "text"` was expected'),
        ("relationship: part_of", (4, 15), "`relationship: ID ID` was expected"),
        ("property_value: p", (4, 17), '`property_value: ID "text" datatype, or ID ID` was expected'),
        ('property_value: p "v" xsd:string more', (4, 34), None),
        ("intersection_of: X:2", (4, None), "intersection_of: a single one says nothing; two or more were expected"),
        ('relationship: p X:2 {cardinality="x"}', (4, None),
         "relationship: cardinality is 'x'; a whole number was expected"),
        (f'relationship: p X:2 {{cardinality="{"9" * 5000}"}}', (4, None), "relationship: cardinality is '999"),
        ('is_a: X:2 {gci_relation="p"}', (4, None), "is_a: gci_relation and gci_filler were expected together"),
        ("\n[Foo]\nid: X:2", (5, 1), "[Term], [Typedef] or [Instance] was expected"),
        ("\n[Term]\nname: b", (6, None), "the id of the [Term] was expected"),
        ("\n[Term]\n[Term]\nid: X:2", (5, None), "the id of the [Term] was expected"),
        ("\n[Term]", (5, None), "the id of the [Term] was expected"),
        ("\n[Typedef]\nid: X:1", (6, None), "X:1 is a [Term] on line 3, and cannot be a [Typedef] too"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_line(clause: str, place: tuple[int, int | None], said: str | None) -> None:
    text = f"{HEADER}[Term]\nid: X:1\n{clause}\n"
    with pytest.raises(ParseError) as caught:
        quads(text)
    assert (caught.value.line, caught.value.column) == place
    assert said is None or caught.value.reason.startswith(f"is not OBO: {said}")


@pytest.mark.parametrize(
    ("clause", "place", "said"),
    [
        ("broken", (2, 1), "a clause `tag: value` was expected"),
        ("ontology: y", (2, None), "ontology is given on line 1 too"),
        ("ontology: y z", (2, 13), "`ontology: ID` was expected"),
        ("date: today", (2, 7), "`date: DD:MM:YYYY hh:mm` was expected"),
        ("idspace: A", (2, 10), '`idspace: prefix IRI, perhaps "text"` was expected'),
        ("idspace: A http://e.org/1\nidspace: A http://e.org/2", (3, None), "idspace: A has another IRI on line 2"),
        ("subsetdef: s", (2, 12), '`subsetdef: ID "text"` was expected'),
        ('synonymtypedef: t "type" FOO', (2, 26), None),
        ("import: http://[", (2, None), "import: http://[ is no IRI: Invalid IPv6 URL"),
        ('import: http://e.org/o {source="S"}', (2, None), "import: no qualifiers were expected"),
    ],
)
def test_what_is_wrong_in_the_header_has_its_line(clause: str, place: tuple[int, int | None], said: str | None) -> None:
    with pytest.raises(ParseError) as caught:
        quads(f"{HEADER}{clause}\n")
    assert (caught.value.line, caught.value.column) == place
    assert said is None or caught.value.reason.startswith(f"is not OBO: {said}")


@pytest.mark.parametrize(
    ("wrong", "n"),
    [
        ("isa: X:2\nname: b!\nis_a: <a>", 3),
        ("intersection_of: X:2\nintersection_of: <a>", 2),
        ("relationship: r <a>", 1),
        ("\n[Foo]\nid: X:3\nname: c", 3),
        ("\n[Term]\nname: c\nis_a: X:2", 2),
        ("\n[Term]\nid: <a>\nname: c", 2),
    ],
)
def test_leniently_what_is_wrong_is_left_out_and_counted(wrong: str, n: int) -> None:
    right = f"{HEADER}[Term]\nid: X:1\nname: a\n"
    found, n_skipped = quads(f"{right}{wrong}\n\n[Term]\nid: X:2\n", lenient=True)
    assert n_skipped == n
    expected = quads(f"{right}\n[Term]\nid: X:2\n")[0]
    assert canonical(found, declared=True) == canonical(expected, declared=True)


def test_a_long_line_takes_no_longer_than_it_is() -> None:
    for long in ("a=" * 20_000, '{a="' * 10_000, "\\" * 30_001, "[" * 30_000, "a, " * 10_000, '"a" ' * 10_000):
        for tag in ("name", "def", "xref", "synonym", "is_a", "property_value"):
            for text in (long, f'"a" [{long}]', f"a {{{long}}}", f'"a" EXACT [{long}'):
                found, n_skipped = quads(f"{HEADER}[Term]\nid: X:1\n{tag}: {text}\n", lenient=True)
                assert n_skipped in (0, 1)
                assert any("X_1>" in str(quad.subject) for quad in found)


def test_labels_of_blank_nodes_are_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "a.obo"
    path.write_text(f'{HEADER}[Term]\nid: X:1\nrelationship: r X:2\nxref: A:1 {{b="c"}}\n', encoding="utf-8")
    texts = []
    for _ in range(2):
        with Document(path) as document:
            texts.append(document.lines().read().decode())
    assert texts[0] == texts[1]
    assert len(set(re.findall(r"_:\w+", texts[0]))) == 2
