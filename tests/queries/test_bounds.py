"""How deep and how long a query may be; without the bounds, most of these texts end the process by a signal."""

from __future__ import annotations

import pytest
from rdflib import Graph

from sts_kg.errors import QueryError
from sts_kg.queries import graph_on, parsed_sparql, run, store_of
from sts_kg.queries.bounds import MOST_LEVELS, MOST_PARTS, MOST_VARIABLES, check_bounds

#: What is repeated in a query: before, each time, in the middle, each time again, after.
NESTED = {
    "parentheses": ("ASK { FILTER(", "(", "1", ")", ") }"),
    "not": ("ASK { FILTER(", "!", "true", "", ") }"),
    "spread": ("ASK { FILTER(", "! # (\n", "true", "", ") }"),
    "functions": ("ASK { FILTER(", "STR(", "1", ")", ") }"),
    "not a function": ("ASK { FILTER(", "!STR(", "1", ")", ") }"),
    "if": ("ASK { FILTER(", "IF(true, ", "true", ", true)", ") }"),
    "groups": ("ASK ", "{", "", "}", ""),
    "optional": ("ASK {", "OPTIONAL {", "", "}", "}"),
    "exists": ("ASK {", "FILTER NOT EXISTS {", "", "}", "}"),
    "selects": ("SELECT * {", "{ SELECT * {", "", "}}", "}"),
    "blank nodes": ("ASK { ?s ?p ", "[ ?p ", "1", "]", "}"),
    "collections": ("ASK { ?s ?p ", "(", "1", ")", "}"),
    "triple terms": ("ASK { ?s ?p ", "<<( ?s ?p ", "1", ")>>", "}"),
    "reified triples": ("ASK { ?s ?p ", "<< ?s ?p ", "1", ">>", "}"),
    "paths": ("ASK { ?s ", "(", "sts:p", ")*", " ?o }"),
    "inverse paths": ("ASK { ?s ", "^(", "sts:p", ")", " ?o }"),
}
LONG = {
    "triples": ("ASK { ", "?s ?p ?o . "),
    "predicates": ("ASK { ?s ?p ?o ", "; ?p ?o "),
    "objects": ("ASK { ?s ?p ?o ", ", ?o "),
    "or": ("ASK { FILTER(true ", "|| true "),
    "plus": ("ASK { FILTER(1 ", "+ 1 "),
    "minus": ("ASK { FILTER(1", "-1"),
    "steps": ("ASK { ?s sts:p", "/sts:p"),
    "alternatives": ("ASK { ?s sts:p", "|sts:p"),
    "members": ("ASK { ?s ?p (1", " 1"),
    "unions": ("ASK { {} ", "UNION {} "),
    "groups": ("ASK { ", "{ ?s ?p ?o } "),
    "bind": ("ASK { ", "BIND(1 AS ?x) "),
    "values": ("ASK { ", "VALUES ?x { 1 } "),
    "select": ("SELECT ", "(1 AS ?x) "),
}
FLAT = {
    "rows": ("ASK { VALUES ?x { ", "1.5 ", "} }"),
    "wide rows": ("ASK { VALUES (?x ?y) { ", "(1 'a') ", "} }"),
    "in": ("ASK { FILTER(1 IN (1", ", 1", ")) }"),
    "arguments": ("ASK { FILTER(CONCAT('a'", ", 'a'", ") = 'a') }"),
    "order": ("SELECT * { ?s ?p ?o } ORDER BY ", "?s ", ""),
    "not, beside each other": ("ASK { FILTER(true IN (true", ", !false", ")) }"),
    "comments": ("ASK { ", "# ((((\n", "}"),
    "strings": ("ASK { FILTER('a' IN ('a'", ", '((({{{'", ")) }"),
    "closed": ("ASK { FILTER(1 IN (1", ", (((1)))", ")) }"),
}


def nested(shape: str, n: int) -> str:
    before, opened, middle, closed, after = NESTED[shape]
    return before + opened * n + middle + closed * n + after


@pytest.mark.parametrize("shape", NESTED)
def test_what_is_nested_too_deeply_is_refused_with_its_place(shape: str) -> None:
    store = store_of()
    run(store, nested(shape, 5))
    for n in (MOST_LEVELS + 1, 9_000):
        with pytest.raises(QueryError, match="is nested more than 100 levels deep; split it") as caught:
            run(store, nested(shape, n), name="a/b")
        assert caught.value.name == "a/b"
        assert caught.value.line is not None
        assert caught.value.column is not None


def test_the_place_is_that_of_the_first_level_that_is_too_much() -> None:
    with pytest.raises(QueryError) as caught:
        check_bounds("ASK {\n FILTER(" + "(" * 100 + "1" + ")" * 100 + ") }")
    assert (caught.value.line, caught.value.column) == (2, 8 + MOST_LEVELS - 1)


@pytest.mark.parametrize("shape", LONG)
def test_what_has_too_many_parts_is_refused(shape: str) -> None:
    before, part = LONG[shape]
    for n in (MOST_PARTS + 1, 4_000):
        with pytest.raises(QueryError, match="has more than 500 patterns and operators; split it"):
            check_bounds(before + part * n)
    check_bounds(before + part * 100)


def test_too_many_variables_are_refused() -> None:
    many = "SELECT " + " ".join(f"?v{i}" for i in range(MOST_VARIABLES + 1)) + " {}"
    with pytest.raises(QueryError, match="has more than 1,000 variables; split it"):
        check_bounds(many)
    check_bounds(many.replace("?v0 ", ""))


@pytest.mark.parametrize("shape", FLAT)
def test_what_is_flat_may_be_long(shape: str) -> None:
    before, part, after = FLAT[shape]
    text = (before + part * 5_000 + after).rstrip()
    assert check_bounds(text)[-1].start == len(text) - len(text.split()[-1])  # its last word


def test_a_text_without_a_colon_takes_linear_time() -> None:
    assert len(check_bounds("a." * 10_000)) == 20_000


def test_rdflib_as_the_engine_has_the_same_bounds() -> None:
    too_deep, deep_for_rdflib = nested("parentheses", 8_000), nested("parentheses", MOST_LEVELS - 10)
    for ask in (Graph().query, graph_on(store_of()).query, lambda text: parsed_sparql("a/b", text)):
        with pytest.raises(QueryError, match="is nested more than 100 levels deep"):
            ask(too_deep)
    for ask in (Graph().query, lambda text: parsed_sparql("a/b", text)):
        with pytest.raises(QueryError, match="is nested too deeply for rdflib; split it"):
            ask(deep_for_rdflib)


@pytest.mark.parametrize("start", ["1<STRLEN('>')||true) ", "1<?b#>'''\n||true) ", "1<sts:b#>'''\n||true) "])
def test_what_may_be_an_iri_or_less_than_hides_no_depth(start: str) -> None:
    with pytest.raises(QueryError):
        check_bounds(f"SELECT (1 AS ?x) {{ FILTER({start}" + "{" * 200 + "}" * 200 + " BIND('' AS ?y)}")
    check_bounds("SELECT * { ?s <urn:x#y> 'it' . ?s <http://x.org/#y> \"it's\" }")
