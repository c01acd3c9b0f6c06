"""The query linter: for each check a query on which it fires, and a near miss on which it does not."""

from __future__ import annotations

import re
from dataclasses import replace

import pyoxigraph
import pytest
from rdflib.namespace import SKOS

from sts_kg.quality.lint import CHECKS, violations
from sts_kg.queries.canned_query import CannedQuery
from sts_kg.queries.catalogue import parse_canned
from sts_kg.queries.parameters import Parameter
from sts_kg.rdf.names import STS

HEADER = "#+ summary: A query\n#+ description: What is asked?\n"
STS_PREFIX = "PREFIX sts: <https://w3id.org/sts-kg/>\n"
VOCABULARY = {
    STS[name]
    for name in (
        "a b c d Drug Option hasComponent hasModality quotedFrom hasFrequency inBand amongst doxorubicin "
        "frequency-usually band-low amongst-surgery hasFinding hasOption statement rdfslabel"
    ).split()
}

#: check: pairs of a body that it finds fault with, and a near miss. The prefixes are declared where they are used.
PAIRS: dict[str, list[tuple[str, str]]] = {
    "query-syntax": [
        ("SELECT ?x { ?x a } ORDER BY ?x", "SELECT ?x { ?x a ?y } ORDER BY ?x"),
        ("SELECT ?x { ?x nope:a ?y } ORDER BY ?x", "SELECT ?x { ?x sts:a ?y } ORDER BY ?x"),
        # it parses as long as the parameter is a variable, but not with a term in its place
        (
            "SELECT ?x { ?x sts:a ?y } ORDER BY ?x ?_y_iri",
            "SELECT ?x { ?x sts:a ?y FILTER(?y = ?_y_iri) } ORDER BY ?x",
        ),
        # a tokenizer reads <5&&?_n_integer> as an IRI, the grammar as two comparisons
        (
            "SELECT ?x { ?x sts:a ?y FILTER(?y<5&&?_n_integer>3) } ORDER BY ?x",
            "SELECT ?x { ?x sts:a ?y FILTER(?y < 5 && ?_n_integer > 3) } ORDER BY ?x",
        ),
    ],
    "query-parameter-misused": [
        ("SELECT ?_x_iri { ?_x_iri sts:a ?y } ORDER BY ?y", "SELECT ?y { ?_x_iri sts:a ?y } ORDER BY ?y"),
        (
            "SELECT ?y { ?y sts:a ?z BIND(?z AS ?_x_iri) } ORDER BY ?y",
            "SELECT ?y { ?y sts:a ?z BIND(?_x_iri AS ?w) } ORDER BY ?y",
        ),
        (
            "SELECT (?y AS ?_x_iri) { ?y sts:a ?z } ORDER BY ?y",
            "SELECT (?_x_iri AS ?x) ?y { ?y sts:a ?_x_iri } ORDER BY ?y",
        ),
        (
            "SELECT (COUNT(?y) AS ?n) { ?y sts:a ?_x_iri } GROUP BY ?_x_iri ORDER BY ?n",
            "SELECT (COUNT(?y) AS ?n) { ?y sts:a ?_x_iri }",
        ),
        (
            "SELECT ?y { ?y sts:a ?__x_iri FILTER(BOUND(?__x_iri)) } ORDER BY ?y",
            "SELECT ?y { ?y sts:a ?__x_iri FILTER(BOUND(?y)) } ORDER BY ?y",
        ),
        (
            "SELECT ?y { ?y sts:a ?_x_iri VALUES ?_x_iri { sts:a } } ORDER BY ?y",
            "SELECT ?y { ?y sts:a ?_x_iri VALUES ?y { sts:a } } ORDER BY ?y",
        ),
    ],
    "query-select-star": [
        (
            "SELECT * { ?x sts:a ?y } ORDER BY ?x ?y",
            "SELECT ?x (COUNT(*) AS ?n) { ?x sts:a ?y } GROUP BY ?x ORDER BY ?x",
        ),
        (
            "SELECT ?x { { SELECT * { ?x sts:a ?y } } } ORDER BY ?x",
            "SELECT ?x { { SELECT ?x { ?x sts:a ?y } } } ORDER BY ?x",
        ),
    ],
    "query-unknown-term": [
        ("SELECT ?x { ?x sts:hasComponents ?y } ORDER BY ?x", "SELECT ?x { ?x sts:hasComponent ?y } ORDER BY ?x"),
        ("SELECT ?x { ?x a sts:Drugs } ORDER BY ?x", "SELECT ?x { ?x a sts:Drug } ORDER BY ?x"),
        (
            "SELECT ?x { ?x ^<https://w3id.org/sts-kg/x>/sts:a ?y } ORDER BY ?x",
            "SELECT ?x { ?x ^<https://example.org/x>/sts:a ?y } ORDER BY ?x",
        ),
        (
            "SELECT ?x { ?x sts:a ?y FILTER(?y IN (sts:b, sts:nope)) } ORDER BY ?x",
            "SELECT ?x { ?x sts:a ?y FILTER(?y IN (sts:b, sts:c)) } ORDER BY ?x",
        ),
        (
            "SELECT ?x { ?x sts:a <https://w3id.org/sts-kg/cases> } ORDER BY ?x",
            "SELECT ?x { ?x sts:a <https://w3id.org/sts-kg/case/f> } ORDER BY ?x",
        ),
    ],
    "query-cartesian-product": [
        # the slip of the pen that it is for
        (
            "SELECT ?option ?s { ?option sts:a ?r . ?opton sts:b ?s } ORDER BY ?option ?s",
            "SELECT ?option ?s { ?option sts:a ?r . ?option sts:b ?s } ORDER BY ?option ?s",
        ),
        # a common constant relates nothing
        (
            "SELECT ?x ?y { ?x sts:a sts:Drug . ?y sts:b sts:Drug } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:a ?k . ?y sts:b ?k } ORDER BY ?x ?y",
        ),
        (
            "SELECT ?x ?y { BIND(STR(?_p_iri) AS ?k) ?x sts:a ?k . ?y sts:b ?k } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:c ?l BIND(STR(?l) AS ?k) ?x sts:a ?k . ?y sts:b ?k } ORDER BY ?x ?y",
        ),
        # nor does a common parameter, but for a value that there is once
        (
            "SELECT ?x ?y { ?x sts:a ?_p_iri . ?_p_iri sts:b ?y } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:a ?_p_iri . ?_p_iri rdfs:label ?y } ORDER BY ?x ?y",
        ),
        (
            "SELECT ?x ?y { ?x sts:a ?__p_iri . ?__p_iri sts:b ?y } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:a ?__p_iri ; sts:b ?y . ?__p_iri sts:b sts:c } ORDER BY ?x ?y",
        ),
        # an inverse or repeated label is not a value that there is once
        (
            "SELECT ?x ?y { ?x sts:a ?_p_iri . ?_p_iri ^rdfs:label ?y } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:a ?_p_iri . ?_p_iri rdfs:label ?z BIND(STR(?z) AS ?y) } ORDER BY ?x ?y",
        ),
        # comparisons: an equality relates, an inequality does not
        (
            "SELECT ?x ?y { ?x sts:a ?k . ?y sts:b ?l FILTER(?k != ?l) } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:a ?k . ?y sts:b ?l FILTER(LCASE(?k) = LCASE(?l) && ?x != ?y) } ORDER BY ?x ?y",
        ),
        (
            "SELECT ?x ?y { ?x sts:a ?k . ?y sts:b ?l FILTER(?k = ?l || ?x != ?y) } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:a ?k . ?y sts:b ?l FILTER((sameTerm(?k, ?l))) } ORDER BY ?x ?y",
        ),
        (
            "SELECT ?x ?y { ?x sts:a ?k . ?y sts:b ?l FILTER(?k = ?l || ?x > ?l) } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x sts:a ?k . ?y sts:b ?l FILTER(?k = ?l || ?x = ?l) } ORDER BY ?x ?y",
        ),
        # NOT EXISTS and MINUS that mention both
        (
            "SELECT ?x ?y { ?x a sts:a . ?y a sts:b FILTER NOT EXISTS { ?x sts:c ?z } } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x a sts:a . ?y a sts:b FILTER NOT EXISTS { ?x sts:c ?y } } ORDER BY ?x ?y",
        ),
        (
            "SELECT ?x ?y { ?x a sts:a . ?y a sts:b MINUS { ?x sts:c ?z } } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x a sts:a . ?y a sts:b MINUS { ?x sts:c ?y } } ORDER BY ?x ?y",
        ),
        # a pattern in EXISTS is a test and multiplies no rows
        (
            "SELECT ?x { ?x a sts:a . ?y sts:b sts:c } ORDER BY ?x",
            "SELECT ?x { ?x a sts:a FILTER EXISTS { ?y sts:b sts:c } } ORDER BY ?x",
        ),
        (
            "SELECT ?x { ?x a sts:a OPTIONAL { ?y sts:b ?z } } ORDER BY ?x",
            "SELECT ?x { ?x a sts:a OPTIONAL { ?x sts:b ?z } } ORDER BY ?x",
        ),
        # each arm of a UNION counts
        (
            "SELECT ?x ?y { ?x a sts:a { ?x sts:b ?y } UNION { ?z sts:c ?y } } ORDER BY ?x ?y",
            "SELECT ?x ?y { ?x a sts:a { ?x sts:b ?y } UNION { ?x sts:c ?y } } ORDER BY ?x ?y",
        ),
        # BIND relates what it reads only if its result is used
        (
            "SELECT ?w { ?x sts:a ?k . ?y sts:b ?l BIND(CONCAT(?k, ?l) AS ?w) } ORDER BY ?w",
            "SELECT ?w { ?x sts:a ?k BIND(STR(?k) AS ?w) ?y sts:b ?w } ORDER BY ?w",
        ),
        (
            "SELECT ?x ?v { ?x sts:a ?k VALUES ?v { 1 2 } } ORDER BY ?x ?v",
            "SELECT ?x ?v { ?x sts:a ?k VALUES ?v { 1 } } ORDER BY ?x ?v",
        ),
        (
            "SELECT ?x ?v { ?x sts:a ?k } ORDER BY ?x ?v VALUES ?v { 1 2 }",
            "SELECT ?x ?k { ?x sts:a ?k } ORDER BY ?x ?k VALUES ?k { 1 2 }",
        ),
        (
            "SELECT ?x ?n { ?x sts:a ?k { SELECT ?n { ?n sts:b ?z } } } ORDER BY ?x ?n",
            "SELECT ?x ?n { ?x sts:a ?k { SELECT (COUNT(?z) AS ?n) { ?z sts:b ?y } } } ORDER BY ?x ?n",
        ),
        # inside a sub-select, whose other variables the outside does not see
        (
            "SELECT ?x { { SELECT ?x { ?x sts:a ?k . ?y sts:b ?l } } } ORDER BY ?x",
            "SELECT ?x { { SELECT ?x { ?x sts:a ?k . ?k sts:b ?l } } } ORDER BY ?x",
        ),
        (
            "SELECT ?x ?k { ?x sts:a ?z { SELECT ?k { ?x sts:b ?k } } } ORDER BY ?x ?k",
            "SELECT ?x ?k { ?x sts:a ?z { SELECT ?x ?k { ?x sts:b ?k } } } ORDER BY ?x ?k",
        ),
        (
            "CONSTRUCT { ?x sts:a ?y } WHERE { ?x sts:a ?k . ?y sts:b ?l }",
            "CONSTRUCT { ?x sts:a ?y } WHERE { ?x sts:a ?k . ?y sts:b ?k }",
        ),
        ("SELECT ?x { ?x sts:a [] . [] sts:b sts:c } ORDER BY ?x", "SELECT ?x { ?x sts:a [ sts:b [] ] } ORDER BY ?x"),
        ("SELECT ?x { ?x sts:a ?y . ?z sts:b ?w } ORDER BY ?x", "ASK { ?x sts:a ?y . ?z sts:b ?w }"),
    ],
    "query-no-order": [
        ("SELECT ?x { ?x sts:a ?y }", "SELECT (COUNT(?x) AS ?n) { ?x sts:a ?y }"),
        (
            "SELECT (COUNT(?x) AS ?n) { ?x sts:a ?y } GROUP BY ?y",
            "SELECT (COUNT(?x) AS ?n) { ?x sts:a ?y } HAVING(?n > 1)",
        ),
        ("SELECT ?x { ?x sts:a ?y } LIMIT 1", "SELECT ?x { ?x sts:a ?y } ORDER BY ?x LIMIT 1"),
        ("SELECT ?x { ?x sts:a ?y }", "ASK { ?x sts:a ?y }"),
    ],
    "query-order-incomplete": [
        ("SELECT ?x ?y { ?x sts:a ?y } ORDER BY ?x", "SELECT ?x ?y { ?x sts:a ?y } ORDER BY DESC(?y) ?x"),
        ("SELECT ?x { ?x sts:a ?y } ORDER BY LCASE(?x)", "SELECT ?x { ?x sts:a ?y } ORDER BY LCASE(?x) ASC(?x)"),
        (
            "SELECT (COUNT(?x) AS ?n) ?y { ?x sts:a ?y } GROUP BY ?y ?x ORDER BY ?y",
            "SELECT (COUNT(?x) AS ?n) ?y { ?x sts:a ?y } GROUP BY ?y ORDER BY ?y",
        ),
        (
            "SELECT (STR(?y) AS ?z) ?x { ?x sts:a ?y } ORDER BY ?x",
            "SELECT (STR(?_y_iri) AS ?z) ?x { ?x sts:a ?_y_iri } ORDER BY ?x",
        ),
    ],
    "query-frequency-mixed": [
        (
            "SELECT ?s ?f { ?s sts:hasFrequency ?f ; sts:amongst ?a } ORDER BY ?s ?f",
            "SELECT ?s ?a ?f { ?s sts:hasFrequency ?f ; sts:amongst ?a } ORDER BY ?s ?a ?f",
        ),
        (
            "SELECT ?s ?f { ?s sts:hasFrequency ?f } ORDER BY ?s ?f",
            "SELECT ?s { ?s sts:hasFrequency ?f } ORDER BY ?s",
        ),
        # another statement's reference class will not do
        (
            "SELECT ?s ?f ?a { ?s sts:hasFrequency ?f ; sts:b ?t . ?t sts:amongst ?a } ORDER BY ?s ?a ?f",
            "SELECT ?s ?f ?a { ?s sts:hasFrequency ?f ; sts:b ?t ; sts:amongst ?a } ORDER BY ?s ?a ?f",
        ),
        # the order
        (
            "SELECT ?s ?a ?f { ?s sts:hasFrequency ?f ; sts:amongst ?a } ORDER BY ?f ?a ?s",
            "SELECT ?s ?a ?f { ?s sts:hasFrequency ?f ; sts:amongst ?a } ORDER BY ?a ?f ?s",
        ),
        # what hangs on a frequency: its band, its label, by path, inverse and BIND
        (
            "SELECT ?s ?band { ?s sts:hasFrequency/sts:inBand ?band } ORDER BY ?s ?band",
            "SELECT ?f ?band { ?f sts:inBand ?band } ORDER BY ?f ?band",
        ),
        (
            "SELECT ?s ?l { ?s sts:hasFrequency ?f . ?f rdfs:label ?l } ORDER BY ?s ?l",
            "SELECT ?s ?l ?m { ?s sts:hasFrequency ?f ; sts:amongst ?a . ?f rdfs:label ?l . ?a rdfs:label ?m } "
            "ORDER BY ?s ?m ?l",
        ),
        (
            "SELECT ?s ?f { ?f ^sts:hasFrequency ?s } ORDER BY ?s ?f",
            "SELECT ?s ?f ?a { ?f ^sts:hasFrequency ?s . ?s sts:amongst ?a } ORDER BY ?s ?a ?f",
        ),
        (
            "SELECT ?s ?g { ?s sts:hasFrequency ?f BIND(STR(?f) AS ?g) } ORDER BY ?s ?g",
            "SELECT ?s ?g { ?s sts:hasFrequency ?f BIND(STR(?s) AS ?g) } ORDER BY ?s ?g",
        ),
        # a comparison, with a term or in a filter
        (
            "SELECT ?s { ?s sts:hasFrequency sts:frequency-usually } ORDER BY ?s",
            "SELECT ?s { ?s sts:hasFrequency sts:frequency-usually ; sts:amongst sts:amongst-surgery } ORDER BY ?s",
        ),
        (
            "SELECT ?s { ?s sts:hasFrequency ?f FILTER(?f = ?_f_iri) } ORDER BY ?s",
            "SELECT ?s { ?s sts:hasFrequency ?f ; sts:amongst ?_a_iri FILTER(?f = ?_f_iri) } ORDER BY ?s",
        ),
        (
            "SELECT ?s { ?s sts:hasFrequency ?_f_iri ; sts:amongst ?__a_iri } ORDER BY ?s",
            "SELECT ?s { ?s sts:hasFrequency ?_f_iri ; sts:amongst ?_a_iri } ORDER BY ?s",
        ),
        (
            "SELECT ?s { ?s sts:hasFrequency ?f . ?f sts:inBand sts:band-low } ORDER BY ?s",
            "SELECT ?s { ?s sts:hasFrequency ?f . ?f a sts:Drug } ORDER BY ?s",
        ),
        # counts
        (
            "SELECT (COUNT(?f) AS ?n) { ?s sts:hasFrequency ?f ; sts:amongst ?a }",
            "SELECT ?a (COUNT(?f) AS ?n) { ?s sts:hasFrequency ?f ; sts:amongst ?a } GROUP BY ?a ORDER BY ?a",
        ),
        (
            "SELECT ?f (COUNT(?s) AS ?n) (SAMPLE(?a) AS ?b) { ?s sts:hasFrequency ?f ; sts:amongst ?a } "
            "GROUP BY ?f ORDER BY ?b ?f",
            "SELECT ?f (COUNT(?s) AS ?n) ?a { ?s sts:hasFrequency ?f ; sts:amongst ?a } GROUP BY ?f ?a ORDER BY ?a ?f",
        ),
    ],
    "query-unused-prefix": [
        (
            "PREFIX x: <http://e/> SELECT ?x { ?x a ?y } ORDER BY ?x",
            "PREFIX x: <http://e/> SELECT ?x { ?x x:a ?y } ORDER BY ?x",
        ),
        (
            'PREFIX x: <http://e/> SELECT ?x { ?x a "x:a" } ORDER BY ?x',
            'PREFIX x: <http://e/> SELECT ?x { ?x a "a"^^x:a } ORDER BY ?x',
        ),
        (
            "PREFIX x: <http://e/> SELECT ?x { ?x a ?y FILTER(?y = <http://e/a>) } ORDER BY ?x",
            "PREFIX x: <http://e/> SELECT ?x { ?x a ?y FILTER(?y = x:a) } ORDER BY ?x",
        ),
    ],
    "query-regex-parameter": [
        (
            "SELECT ?x { { SELECT (STR(?_t_literal) AS ?t) { ?z sts:a ?y } } BIND(?t AS ?u) "
            "?x sts:a ?l FILTER(REGEX(?l, ?u)) } ORDER BY ?x",
            "SELECT ?x { { SELECT (STR(?_t_literal) AS ?t) { ?z sts:a ?y } } BIND(?z AS ?u) "
            "?x sts:a ?l FILTER(REGEX(?l, ?u)) } ORDER BY ?x",
        ),
        (
            "SELECT ?x { ?x sts:a ?l FILTER(REGEX(?l, ?_t_literal)) } ORDER BY ?x",
            "SELECT ?x { ?x sts:a ?l FILTER(CONTAINS(?l, ?_t_literal)) } ORDER BY ?x",
        ),
        (
            'SELECT ?x { ?x sts:a ?l FILTER(REPLACE(?l, ?_t_literal, "") = "a") } ORDER BY ?x',
            'SELECT ?x { ?x sts:a ?l FILTER(REPLACE(?l, "t", "") = ?_t_literal) } ORDER BY ?x',
        ),
        (
            "SELECT ?x { ?x sts:a ?l BIND(STR(?_t_literal) AS ?t) BIND(?t AS ?u) FILTER(REGEX(?l, ?u)) } ORDER BY ?x",
            "SELECT ?x { ?x sts:a ?l BIND(STR(?_t_literal) AS ?t) FILTER(REGEX(?l, 'a') && ?l = ?t) } ORDER BY ?x",
        ),
    ],
    "query-mappings-unsaid": [
        (f"SELECT ?x {{ ?x <{SKOS}{match}> ?y }} ORDER BY ?x", f"SELECT ?x {{ ?x <{SKOS}broader> ?y }} ORDER BY ?x")
        for match in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
    ],
}
GOOD = HEADER + "SELECT ?x { ?x ?y ?z } ORDER BY ?x"


def query(body: str, **changes: object) -> CannedQuery:
    """A canned query that did not go through `parse`, which refuses some of what is tried here."""
    declared = {prefix for prefix in ("sts", "rdfs") if re.search(rf"\b{prefix}:", body)}
    prefixes = {"sts": STS_PREFIX, "rdfs": "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"}
    text = HEADER + "".join(prefixes[prefix] for prefix in sorted(declared)) + body
    found = dict.fromkeys(re.findall(r"\?(__?)([a-z]+)_([a-z]+)", body))
    parameters = tuple(Parameter(name, type_, mark == "_") for mark, name, type_ in found)
    form = re.search("SELECT|ASK|CONSTRUCT|DESCRIBE", body)
    assert form is not None
    base = replace(
        parse_canned("drugs/q", GOOD), graph="linked", text=text, parameters=parameters, form=form.group().lower()
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def oxigraph(text: str) -> None:
    pyoxigraph.Store().query(text)


def checks(body: str, **changes: object) -> list[str]:
    return [each.check for each in violations(query(body, **changes), VOCABULARY, second_parser=oxigraph)]


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_has_a_hit_and_a_near_miss(check: str) -> None:
    assert PAIRS[check]


def test_no_pair_without_check() -> None:
    assert list(PAIRS) == list(CHECKS)


@pytest.mark.parametrize(("check", "bad"), [(check, bad) for check, pairs in PAIRS.items() for bad, _ in pairs])
def test_check_fires(check: str, bad: str) -> None:
    assert check in checks(bad)


@pytest.mark.parametrize(("check", "good"), [(check, good) for check, pairs in PAIRS.items() for _, good in pairs])
def test_check_spares_the_near_miss(check: str, good: str) -> None:
    assert not {check, "query-syntax"} & set(checks(good))


def test_clean_query_has_no_violations() -> None:
    body = "SELECT DISTINCT ?x { ?x sts:hasComponent ?_drug_iri ; sts:hasModality ?__modality_iri } ORDER BY ?x"
    assert checks(body) == []


def test_what_reads_mappings_says_so_on_the_linked_graph_alone() -> None:
    body = f"SELECT ?x {{ OPTIONAL {{ ?x ^<{SKOS.exactMatch}> ?y }} }} ORDER BY ?x"
    (found,) = violations(query(body), VOCABULARY)
    assert (found.check, found.message) == ("query-mappings-unsaid", "it reads skos:exactMatch")
    assert checks(body, needs=("CHEBI",)) == ["query-mappings-unsaid"]
    assert checks(body, needs=("mappings",)) == checks(body, graph="closed") == []


def test_second_parser_alone_can_object() -> None:
    def refuses(text: str) -> None:
        raise SyntaxError("no")

    found = violations(parse_canned("drugs/q", GOOD), VOCABULARY, second_parser=refuses)
    assert [each.check for each in found] == ["query-syntax"]
    assert "second parser" in found[0].message


def test_syntax_error_hides_the_rest() -> None:
    assert checks("SELECT * { ?x sts:nope }") == ["query-syntax"]


def test_service_is_found_by_the_grammar() -> None:
    body = "SELECT ?x { SERVICE <http://example.org/> { ?x a ?y } } ORDER BY ?x"
    assert checks(body) == ["query-syntax"]
    assert checks(body, endpoint="http://example.org/") == []


def test_form_is_decided_by_the_grammar() -> None:
    assert checks("ASK { ?x a ?y }", form="select") == ["query-syntax"]


def test_header_terms_are_looked_up() -> None:
    body = "SELECT ?x { ?x sts:a ?_p_iri } ORDER BY ?x"
    for parameter in (
        Parameter("p", "iri", True, default=str(STS.nope)),
        Parameter("p", "iri", True, choices=(str(STS.a), str(STS.nope))),
        Parameter("p", "iri", True, entity_class=STS.nope),
    ):
        assert checks(body, parameters=(parameter,)) == ["query-unknown-term"]
    known = Parameter("p", "iri", True, default=str(STS.a), choices=(str(STS.a),), entity_class=STS.Drug)
    assert checks(body, parameters=(known,)) == []


def test_violation_names_query_and_remedy() -> None:
    found = violations(query("SELECT ?option { ?option sts:a ?r . ?opton sts:b ?s } ORDER BY ?option"), VOCABULARY)
    assert str(found[0]) == (
        "query-cartesian-product: drugs/q: nothing relates {?option, ?r} and {?opton, ?s} "
        "(relate them by a pattern or an equality, or put one into FILTER EXISTS)"
    )


def test_limit_parameter_is_no_syntax_error() -> None:
    limited = Parameter("n", "integer", True, default="5", limit=True)
    assert checks("SELECT ?x { ?x sts:a ?y } ORDER BY ?x LIMIT ?_n_integer", parameters=(limited,)) == []


def test_many_unions_end_in_time() -> None:
    union = "{ ?x sts:a ?y } UNION { ?x sts:b ?y } "
    assert checks(f"SELECT ?x {{ ?x sts:c ?z {union * 12} }} ORDER BY ?x") == []
