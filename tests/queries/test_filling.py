"""Values of Python in a SPARQL text: each is one checked term, and a mistake has its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from sts_kg import KnowledgeGraph
from sts_kg.errors import QueryError
from sts_kg.queries import Store, filled, run
from sts_kg.tables import Table

PAZOPANIB = URIRef("https://w3id.org/sts-kg/pazopanib")


def back(value: object) -> Any:
    """Return what a query that selects a value gives."""
    answer = run(Store(), filled("SELECT (?_v AS ?x) WHERE {}", {"v": value}).text)
    assert isinstance(answer, Table)
    [(found,)] = answer.rows
    return found


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(TEXTS.filter(lambda text: ":" not in text and not text.startswith("<")))
def test_every_text_comes_back_as_it_is(text: str) -> None:
    assert back(text) == Literal(text)


SIGNS = ["'", '"', "\\", "\n", "}", "{", "#", "?x", "$x", "%s", '"""', "\\u0022", "> <", "."]


@given(st.lists(st.sampled_from(SIGNS)).map("".join))
def test_no_text_ends_its_token(text: str) -> None:
    made = filled("SELECT (?_v AS ?x) WHERE { FILTER(?_v = ?_v) }", {"v": text})
    assert run(Store(), made.text).rows == ((Literal(text),),)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (3, Literal(3)),
        (np.int64(3), Literal(3)),
        (True, Literal(True)),
        (np.True_, Literal(True)),
        (Decimal("1.50"), Literal("1.5", datatype=XSD.decimal)),
        (0.25, Literal("0.25", datatype=XSD.double)),
        (date(2024, 2, 29), Literal("2024-02-29", datatype=XSD.date)),
        (datetime(2024, 2, 29, 1, tzinfo=UTC), Literal("2024-02-29T01:00:00Z", datatype=XSD.dateTime, normalize=False)),
        ("sts:pazopanib", PAZOPANIB),
        ("CHEBI:71219", URIRef("http://purl.obolibrary.org/obo/CHEBI_71219")),
        ("<https://example.org/x>", URIRef("https://example.org/x")),
        (PAZOPANIB, PAZOPANIB),
        ("https://example.org/x", Literal("https://example.org/x")),
        ("note: of sts:pazopanib", Literal("note: of sts:pazopanib")),
        ("unknown:thing", Literal("unknown:thing")),
        (Literal("Wort", lang="de"), Literal("Wort", lang="de")),
        (Literal("2024", datatype=XSD.gYear), Literal("2024", datatype=XSD.gYear)),
        (
            Literal("a", datatype=URIRef("https://example.org/d")),
            Literal("a", datatype=URIRef("https://example.org/d")),
        ),
    ],
)
def test_a_value_has_its_own_type(value: object, term: Any) -> None:
    found = back(value)
    assert (type(found), str(found)) == (type(term), str(term))
    if isinstance(term, Literal):
        assert (found.language, found.datatype) == (term.language, term.datatype)


def test_a_type_is_said_as_in_a_query_file(kg: KnowledgeGraph) -> None:
    def brands(text: str, **values: object) -> list[str]:
        answer = kg.sparql(text, values=values)
        assert isinstance(answer, Table)
        return [str(term) for term in answer.column(answer.variables[0])]

    assert brands("SELECT ?b { ?_drug_iri sts:brandName ?b }", drug="pazopanib") == ["Votrient"]
    assert brands("SELECT ?b { $_drug_iri sts:brandName ?b }", drug=PAZOPANIB) == ["Votrient"]
    assert brands("SELECT ?d { ?d rdfs:label ?_name_en ; a sts:Drug }", name="pazopanib") == [str(PAZOPANIB)]
    assert brands("SELECT ?d { ?d a sts:Drug } ORDER BY ?d LIMIT ?_n", n=1) == ["https://w3id.org/sts-kg/doxorubicin"]
    assert len(brands("SELECT ?d { ?d a sts:Drug FILTER(?d = ?__drug) }", drug=None)) == 0
    assert len(brands("SELECT ?b { ?__drug sts:brandName ?b }", drug=None)) == 2
    assert len(brands("SELECT ?b { ?__drug sts:brandName ?b }")) == 2


def test_a_value_whose_name_is_the_whole_is_meant() -> None:
    text = "SELECT (?_drug_id AS ?x) WHERE {}"
    assert filled(text, {"drug_id": 3}).text == f'SELECT ("3"^^<{XSD.integer}> AS ?x) WHERE {{}}'
    assert filled(text, {"drug": "drug"}).text == 'SELECT ("drug"@id AS ?x) WHERE {}'
    iri = "SELECT (?_drug_iri AS ?x) WHERE {}"
    for values in ({"drug_iri": "sts:a"}, {"drug": "sts:a"}):
        assert filled(iri, values).text == "SELECT (<https://w3id.org/sts-kg/a> AS ?x) WHERE {}"


def test_variables_comments_and_texts_are_left_alone() -> None:
    text = "SELECT ?drug { ?drug ?p '?_drug' } # ?_drug"
    assert filled(text, {"drug": 1}).text == text


@pytest.mark.parametrize(
    ("text", "values", "told"),
    [
        ("ASK {\n ?_drag ?p ?o }", {"drug": 1}, "line 2, column 2: ?_drag takes the value of drag, and there is"),
        ("ASK { ?_d ?p ?o }", {"d": None}, "line 1, column 7: d is None; write ?__d for a parameter"),
        ("ASK { ?_d ?p ?o }", {"d": [1]}, "line 1, column 7: d = [1]: a list is not text"),
        ("ASK { ?_d ?p ?o }", {"d": BNode("b")}, "line 1, column 7: d = rdflib.term.BNode('b'): a blank node in"),
        ("ASK { ?_d ?p ?o }", {"d": "sts:a b"}, None),
        ("ASK { ?_d ?p ?o }", {"d": URIRef("no iri")}, "line 1, column 7: d = rdflib.term.URIRef('no iri'): "),
        ("ASK { ?x ?p ?_d_xsd_date }", {"d": "2024-02-30"}, "line 1, column 13: d = '2024-02-30': day is out of range"),
        ("SELECT ?x { ?x ?p ?o } LIMIT ?_n", {"n": -1}, "line 1, column 30: n = -1: it is not a whole number"),
        ("SELECT ?_d { ?_d ?p ?o }", {"d": 1}, "line 1, column 8: ?_d is a parameter, so it cannot be projected"),
        ("ASK { BIND(1 AS ?_d) }", {"d": 1}, "line 1, column 17: ?_d is a parameter, so it cannot be assigned by AS"),
        ("ASK { {drug} ?p ?o }", {}, "line 1, column 7: {drug} is not filled in as text, since"),
        ('ASK { ?x ?p "a {drug}" }', {"drug": 1}, "line 1, column 16: {drug} is not filled in as text"),
        ('ASK { ?x ?p "%(drug)s" }', {"drug": 1}, "line 1, column 14: %(drug)s is not filled in as text"),
        ('ASK { ?x ?p "a {drug}" }', {}, None),
        ("ASK { ?x ?p %s }", {}, "line 1, column 13: % is not filled in as text"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, values: Mapping[str, object], told: str | None) -> None:
    if told is None:
        assert filled(text, values).text
        return
    with pytest.raises(QueryError) as caught:
        filled(text, values)
    assert str(caught.value).startswith(f"query given, {told}")


def test_a_mistake_behind_a_value_has_the_place_that_was_written(kg: KnowledgeGraph) -> None:
    text = "SELECT ?b {\n ?_drug ?_drug ?b ; aa ?_drug .\n ?b bb ?c }"
    with pytest.raises(QueryError) as caught:
        kg.sparql(text, values={"drug": "sts:pazopanib"})
    assert (caught.value.line, caught.value.column) == (2, text.split("\n")[1].index("aa") + 1)
    with pytest.raises(QueryError) as caught:
        kg.sparql("ASK { ?_drug ?p ?o", values={"drug": "sts:pazopanib"})
    assert (caught.value.line, caught.value.column) == (1, 19)


def test_a_long_value_is_told_in_a_line() -> None:
    frame = pd.DataFrame({"x": range(100)})
    with pytest.raises(QueryError) as caught:
        filled("ASK { ?_frame ?p ?o }", {"frame": frame})
    assert str(caught.value).startswith("query given, line 1, column 7: frame = ")
    assert str(caught.value).endswith(": a DataFrame is not text") and len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_names_are_looked_up_only_where_there_is_a_parameter() -> None:
    def never() -> Any:
        raise AssertionError("nothing asks for names")

    assert filled("ASK { ?x ?p ?__o }", {"x": 1}, never).text == "ASK { ?x ?p ?__o }"


def test_without_values_a_parameter_is_a_variable(kg: KnowledgeGraph) -> None:
    answer = kg.sparql("SELECT ?b { ?_drug sts:brandName ?b }")
    assert isinstance(answer, Table) and len(answer) == 2
