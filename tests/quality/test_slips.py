"""Slips in a query that somebody wrote: each with its words, and near misses without any."""

from __future__ import annotations

import pytest

from sts_kg import KnowledgeGraph, Table
from sts_kg.errors import EndpointTimeoutError, ParameterError, QueryError
from sts_kg.quality.query_slips import MOST_CHARACTERS, slips

CASES = "this graph has no cases; add some with --cases FILE, in Python with kg.with_cases(…)"
ONE_GRAPH = "all triples are in one graph without a name; leave FROM and GRAPH out"

SLIPS = [
    # terms
    ("SELECT ?x { ?x sts:folows ?y }", ["there is no sts:folows; did you mean sts:follows?"]),
    ("SELECT ?d { ?o sts:drug ?d }", ["there is no sts:drug; did you mean sts:Drug?"]),
    ("ASK { ?d a sts:Drugg }", ["there is no sts:Drugg; did you mean sts:Drug?"]),
    (
        "ASK { ?d <https://w3id.org/sts-kg/brandname> ?b }",
        ["there is no sts:brandname; did you mean sts:brandName or sts:brandOf?"],
    ),
    ("ASK { ?d sts:Drug ?o }", ["sts:Drug is a class and no property; to ask for its members write a sts:Drug"]),
    ("ASK { ?d sts:pazopanib ?o }", ["sts:pazopanib is a single thing and no property"]),
    ("ASK { ?d a sts:brandName }", ["sts:brandName is a property and no class"]),
    ("ASK { ?d a sts:pazopanib }", ["sts:pazopanib is a single thing and no class"]),
    *(
        (f"ASK {{ ?d a <{iri}> }}", [f"<{iri}> is no term of ours; write <https://w3id.org/sts-kg/Drug>"])
        for iri in (
            "http://w3id.org/sts-kg/Drug",
            "https://w3id.org/sts-kg#Drug",
            "https://w3id.org/sts-kg/#Drug",
            "https://w3id.org/sts-kg//Drug",
            "https://w3id.org/sts-kg/Drug/",
            "https://www.w3id.org/STS-KG/Drug",
        )
    ),
    (
        "ASK { ?d a <http://w3id.org/sts-kg/Nothing> }",
        ["<http://w3id.org/sts-kg/Nothing> is no term of ours; ours begin with <https://w3id.org/sts-kg/>"],
    ),
    ("ASK { ?d a <https://w3id.org/sts-kgs/Drug> }", []),
    ("ASK { ?d rdfs:lable ?l }", ["there is no rdfs:lable; did you mean rdfs:label?"]),
    ("ASK { ?d skos:prefLabel ?l }", ["no triple here has the property skos:prefLabel; labels are rdfs:label"]),
    ("SELECT ?c { ?c a sts:PatientCase }", [CASES]),
    ("SELECT ?p { case:f a ?p }", [CASES]),
    (
        "SELECT ?o { sts:pazopanib sts:hasOption ?o }",
        [f"no triple here has the property sts:hasOption, and {CASES}"],
    ),
    # texts
    ('ASK { ?d rdfs:label "pazopanib" }', ['rdfs:label is never "pazopanib"; the graph has "pazopanib"@en']),
    ('ASK { ?d rdfs:label "Pazopanib"@en }', ['rdfs:label is never "Pazopanib"@en; the graph has "pazopanib"@en']),
    ('ASK { ?d rdfs:label "pazopanib"@de }', ['rdfs:label is never "pazopanib"@de; the graph has "pazopanib"@en']),
    ('ASK { ?d sts:brandName "Votrient"@en }', ['sts:brandName is never "Votrient"@en; the graph has "Votrient"']),
    ('ASK { ?d rdfs:label "aspirin" }', ['rdfs:label is never "aspirin", without a language; write "aspirin"@en']),
    (
        'SELECT ?d { ?d rdfs:label ?l FILTER(LCASE(?l) = "pazopanib") }',
        ['rdfs:label is never "pazopanib"; the graph has "pazopanib"@en'],
    ),
    (
        'SELECT ?d { ?d rdfs:label ?l FILTER(?d != ?l && ?l IN ("pazopanib")) }',
        ['rdfs:label is never "pazopanib"; the graph has "pazopanib"@en'],
    ),
    (
        'SELECT ?d { VALUES ?l { "pazopanib" } ?d rdfs:label ?l }',
        ['rdfs:label is never "pazopanib"; the graph has "pazopanib"@en'],
    ),
    (
        'ASK { ?d a "sts:Drug" }',
        ['rdf:type never leads to a text, as "sts:Drug" is; write sts:Drug without quotation marks'],
    ),
    (
        'SELECT ?l { ?d rdfs:label ?l FILTER(LANG(?l) = "EN") }',
        ['a language is in small letters here, so never "EN"; write "en"'],
    ),
    (
        'SELECT ?l { ?d rdfs:label ?l FILTER(LANG(?l) = "de") }',
        ['rdfs:label has no value in the language "de"; there are en'],
    ),
    ('SELECT ?l { ?d rdfs:label ?l FILTER(LANG(?l) = "en") }', []),
    ('SELECT ?l { ?d sts:brandName ?l FILTER(LANG(?l) = "") }', []),
    ('SELECT ?l { ?d rdfs:label ?l FILTER(LANGMATCHES(LANG(?l), "EN")) }', []),
    (
        'SELECT ?l { ?d sts:brandName ?l FILTER(LANGMATCHES(LANG(?l), "en")) }',
        ['sts:brandName has no value in the language "en"; its values have none'],
    ),
    # parameters
    (
        "SELECT ?b { ?_drug_iri sts:brandName ?b }",
        [
            "?_drug_iri of a canned query has no value, and so means any; run it by its name: "
            "sts-kg query TOPIC/NAME --queries FOLDER --drug VALUE"
        ],
    ),
    ("SELECT ?b { ?__drug_iri sts:brandName ?b }", []),
    # variables
    ("SELECT ?lable { ?d rdfs:label ?label }", ["nothing binds ?lable; did you mean ?label?"]),
    ("SELECT ?d { ?d a sts:Drug FILTER(?lbl > 1) } ORDER BY ?x", ["nothing binds ?lbl", "nothing binds ?x"]),
    ("SELECT ?t { { SELECT ?d { ?d a ?t } } ?d a sts:Drug }", ["nothing binds ?t"]),
    (
        "CONSTRUCT { ?d sts:is ?y } { ?d a sts:Drug }",
        ["there is no sts:is; did you mean sts:gist?", "nothing binds ?y"],
    ),
    ("SELECT ?d { ?d a sts:Drug MINUS { ?d sts:brandName ?b } FILTER(?b != 1) }", ["nothing binds ?b"]),
    # patterns
    (
        "SELECT ?a ?b { ?a a sts:Drug . ?b a sts:TreatmentOption }",
        ["nothing relates {?a} and {?b}: each row of one is paired with each row of the others"],
    ),
    # graphs
    ("SELECT ?d FROM <urn:g> { ?d a sts:Drug }", [f"there is no graph <urn:g> here: {ONE_GRAPH}"]),
    ("SELECT ?d { GRAPH ?g { ?d a sts:Drug } }", [f"no graph has a name here: {ONE_GRAPH}"]),
    # what is not looked at
    ("ASK { << sts:a sts:b sts:c >> ?p ?o }", ["it goes beyond SPARQL 1.1, so it was not searched for slips"]),
    (
        f"ASK {{ {'?d a sts:Drug . ' * 400} }}",
        [f"it has more than {MOST_CHARACTERS:,} characters, so it was not searched for slips"],
    ),
]

NONE = [
    "ASK { ?d a",  # no query: the engine says so
    "SELECT ?x { ?x sts:follows ?y }",
    "PREFIX sts: <urn:other:> ASK { ?x ?p sts:folows }",
    'SELECT ?d { ?d rdfs:label "pazopanib"@en }',
    'SELECT ?d { ?d rdfs:label ?l FILTER(STR(?l) = "pazopanib") }',
    'SELECT ?d { ?d rdfs:label ?l FILTER(CONTAINS(?l, "pazo")) }',
    'SELECT ?d { ?d ?p "pazopanib" }',
    'SELECT ?d { ?d rdfs:label ?l FILTER(LANG(?l) = "en") }',
    "SELECT ?n (COUNT(?x) AS ?c) { ?x a ?n } GROUP BY ?n HAVING(?c > 1) ORDER BY ?c",
    "SELECT ?d { ?d a sts:Drug FILTER NOT EXISTS { ?d sts:brandName ?b FILTER(?b != ?d) } }",
    "SELECT ?d ?b { ?d a sts:Drug OPTIONAL { ?d sts:brandName ?b FILTER(?d != ?b) } }",
    "SELECT ?t { { SELECT ?t { ?d a ?t } } }",
    "SELECT ?k { ?d a ?t BIND(IF(?t = sts:Drug, 1, ?none) AS ?k) }",
    "SELECT ?x ?y { ?x a ?t VALUES (?t ?y) { (sts:Drug 1) } }",
    "SELECT ?g { ?x rdf:type/rdfs:subClassOf* ?g }",
]


def found(kg: KnowledgeGraph, text: str, *graphs: str, has_cases: bool = False) -> list[str]:
    def ask(text: str) -> object:
        return kg.session.query("closed", text)

    return list(slips(text, kg.asserted, ask=ask, graphs=graphs, has_cases=has_cases))


@pytest.mark.parametrize(("text", "words"), SLIPS)
def test_a_slip_is_told(kg: KnowledgeGraph, text: str, words: list[str]) -> None:
    assert found(kg, text) == words


@pytest.mark.parametrize("text", NONE)
def test_what_is_meant_is_not_a_slip(kg: KnowledgeGraph, text: str) -> None:
    assert found(kg, text) == []


def test_a_graph_that_is_not_there_has_near_ones(kg: KnowledgeGraph) -> None:
    text = "SELECT ?d FROM NAMED <https://w3id.org/sts-kg/infered> { GRAPH <urn:a> { ?d a sts:Drug } }"
    assert found(kg, text, "https://w3id.org/sts-kg/inferred", "urn:a") == [
        "there is no graph <https://w3id.org/sts-kg/infered> here; did you mean <https://w3id.org/sts-kg/inferred>?"
    ]


def test_cases_that_are_there_are_known(kg: KnowledgeGraph) -> None:
    examples = kg.with_examples()
    assert found(examples, "ASK { case:f a sts:PatientCase }", has_cases=True) == []
    [told] = found(examples, "ASK { case:z9 a sts:PatientCase }", has_cases=True)
    assert told.startswith("there is no case:z9")


def test_a_store_that_does_not_answer_is_not_asked_further(kg: KnowledgeGraph) -> None:
    def ask(text: str) -> object:
        raise EndpointTimeoutError("http://x", "no answer")

    assert slips('ASK { ?d rdfs:label "x" }', kg.asserted, ask=ask, graphs=(), has_cases=False) == ()


# --- through the facade


def test_notes_are_told_before_the_answer_and_kept_in_the_table(kg: KnowledgeGraph) -> None:
    told: list[str] = []
    answer = kg.query("SELECT ?x { ?x sts:folows chebi:1 }", on_note=told.append)
    assert told == [
        "chebi: was declared for you, as <http://purl.obolibrary.org/obo/CHEBI_>",
        "there is no sts:folows; did you mean sts:follows?",
    ]
    assert isinstance(answer, Table)
    assert answer.notes == tuple(told)


def test_strict_makes_an_error_of_notes(kg: KnowledgeGraph) -> None:
    with pytest.raises(QueryError, match="there is no sts:Drugg; did you mean sts:Drug"):
        kg.query("ASK { ?x a sts:Drugg }", strict=True)
    assert kg.query("ASK { ?x a sts:Drug }", strict=True) is True


def test_a_sparql_text_has_no_parameters(kg: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="a SPARQL text has no parameters; write the value"):
        kg.query("ASK { ?x a sts:Drug }", drug="pazopanib")
