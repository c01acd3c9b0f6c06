"""Canned queries: headers, parameters, safe binding. Texts are parsed and run by rdflib and by pyoxigraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyparsing import ParseResults
from rdflib import BNode, Graph, Literal, URIRef, Variable
from rdflib.namespace import RDF, RDFS, SKOS, XSD
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query

from sts_kg.errors import ParameterError, ParseError, QueryError, UnknownNameError
from sts_kg.queries.canned_query import CannedQuery
from sts_kg.queries.catalogue import find, parse_canned, read_all
from sts_kg.queries.entities import Entities
from sts_kg.queries.parameters import LEXICAL, MAX_CHARACTERS, Parameter
from sts_kg.rdf.names import STS, expand

EX = "http://example.org/"
HEADER = "#+ summary: A query\n#+ description: What is asked?\n"
EXAMPLE = """\
#+ summary: Options with a drug
#+ description: Which treatment options include the given drug, and which sentence says so?
#+ method: GET
#+ defaults:
#+   - drug: https://w3id.org/sts-kg/doxorubicin
#+ enumerate:
#+   - modality:
#+     - https://w3id.org/sts-kg/modality-targeted-therapy
#+     - https://w3id.org/sts-kg/modality-surgery
#+ x-sts:
#+     graph: asserted
#+     params: {drug: {label: Drug, class: sts:Drug}}
#+     empty: never, it is an example
#+ tags:
#+   - drugs
#+   - wording
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX sts: <https://w3id.org/sts-kg/>

SELECT DISTINCT ?option ?sentence
WHERE {
  ?option sts:hasComponent ?_drug_iri ;
    sts:hasModality ?__modality_iri .
  ?recommendation sts:recommendsOption ?option ;
    prov:wasQuotedFrom ?sentence .
}
ORDER BY ?option ?sentence
"""


def canned(body: str, header: str = HEADER) -> CannedQuery:
    return parse_canned("drugs/some-query", header + body)


# --- reading


def test_parse_reads_header_and_parameters() -> None:
    query = parse_canned("drugs/options-with-drug", EXAMPLE)
    assert query == CannedQuery(
        id="drugs/options-with-drug",
        topic="drugs",
        summary="Options with a drug",
        description="Which treatment options include the given drug, and which sentence says so?",
        graph="asserted",
        parameters=(
            Parameter("drug", "iri", True, str(STS.doxorubicin), (), "Drug", STS.Drug),
            Parameter(
                "modality", "iri", False, None, (str(STS["modality-targeted-therapy"]), str(STS["modality-surgery"]))
            ),
        ),
        text=EXAMPLE,
        form="select",
        empty_because="never, it is an example",
        tags=("drugs", "wording"),
    )
    assert [parameter.variable for parameter in query.parameters] == ["?_drug_iri", "?__modality_iri"]
    query.check()


def test_least_header_will_do() -> None:
    query = canned("ASK { ?x a ?y }")
    assert (query.graph, query.form, query.parameters, query.tags) == ("closed", "ask", (), ())


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("SELECT ?x { ?x a ?y }", "select"),
        ("# ASK\nBASE <http://e/> PREFIX ask: <http://e/#ask> prefix : <x> select ?x { ?x a ask:ask }", "select"),
        ("construct { ?x a ?y } WHERE { ?x a ?y }", "construct"),
        ("DESCRIBE ?_x_iri", "describe"),
    ],
)
def test_form(body: str, form: str) -> None:
    query = canned(body)
    assert query.form == form
    query.check()


@pytest.mark.parametrize(
    ("variable", "type_", "required"),
    [
        ("?_a_iri", "iri", True),
        ("?__a_iri", "iri", False),
        ("$_a_literal", "literal", True),
        ("?_a_number", "number", True),
        ("?_a_integer", "integer", True),
        ("?_a_en", "en", True),
        ("?__a_xsd_date", "xsd:date", False),
        ("?_a_xsd_boolean", "xsd:boolean", True),
    ],
)
def test_variable_names(variable: str, type_: str, required: bool) -> None:
    (parameter,) = canned(f"SELECT ?x {{ ?x a {variable} }}").parameters
    assert (parameter.name, parameter.type, parameter.required) == ("a", type_, required)
    assert parameter.variable == variable.replace("$", "?")


PLAIN = "SELECT ?x { ?x a ?_a_iri ; a ?__b_integer }"
BAD_HEADERS = [
    ("", "one block", 1),
    ("\n" + HEADER, "one block", 1),
    (HEADER + "\n#+ tags: [a]\n", "one block", 3),
    ("#+ summary: A query\n", "description of one line", 1),
    ("#+ description: A query\n", "summary of one line", 1),
    ("#+ summary:\n#+ description: x\n", "summary of one line", 1),
    ("#+ summary: A\n#+   query\n#+ description: x\n", "summary of one line", 1),
    ("#+ summary: A\n#+ description: >\n#+   x\n", "description of one line", 2),
    ("#+ summary: [A]\n#+ description: x\n", "summary of one line", 1),
    ("#+ summary: a: b\n#+ description: x\n", "not YAML", 1),
    (HEADER + "#+ tags: [a\n", "not YAML", 3),
    ("#+ - a\n", "mapping", 1),
    (HEADER + "#+ summary: B\n", "each key once", 1),
    (HEADER + "#+ query: x\n", "'query' is not one of", 3),
    ("#+ description: x\n#+ summary: A\n", "order of the header keys", 1),
    (HEADER + "#+ endpoint: ftp://example.org/\n", "not an http IRI", 3),
    (HEADER + "#+ defaults: {a: urn:a}\n", "list", 3),
    (HEADER + "#+ defaults:\n#+   - c: urn:a\n", "'c', which is not one of a, b", 3),
    (HEADER + "#+ defaults:\n#+   - a: urn:a\n#+   - a: urn:b\n", "each name once", 3),
    (HEADER + "#+ defaults:\n#+   - a: sts:x\n", "must be written out", 5),
    (HEADER + "#+ defaults:\n#+   - a: urn:x> } #\n", "does not fit", 5),
    (HEADER + "#+ defaults:\n#+   - b: 5\n", "optional", 3),
    (HEADER + "#+ enumerate:\n#+   - c: [urn:a]\n", "'c', which is not one of a, b", 3),
    (HEADER + "#+ enumerate:\n#+   - a\n", "list", 3),
    (HEADER + "#+ enumerate:\n#+   - a: urn:a\n", "not a list", 3),
    (HEADER + "#+ enumerate:\n#+   - a: []\n", "not a list", 3),
    (HEADER + "#+ enumerate:\n#+   - b: [5, no]\n", "does not fit", 5),
    (HEADER + "#+ defaults:\n#+   - a: urn:b\n#+ enumerate:\n#+   - a: [urn:a]\n", "does not fit", 7),
    (HEADER + "#+ x-sts: closed\n", "not a mapping", 3),
    (HEADER + "#+ x-sts: {graphs: closed}\n", "'graphs'", 3),
    (HEADER + "#+ x-sts: {graph: inferred}\n", "asserted, closed, cases", 3),
    (HEADER + "#+ x-sts: {params: {c: {label: C}}}\n", "'c'", 3),
    (HEADER + "#+ x-sts: {params: {a: {type: iri}}}\n", "'type'", 3),
    (HEADER + "#+ x-sts: {params: {a: {class: nope:Drug}}}\n", "does not fit", 4),
    (HEADER + "#+ x-sts: {graph: linked, needs: []}\n", "needs is mappings, links, the prefix of a vocabulary", 3),
    (HEADER + "#+ x-sts: {graph: linked, needs: {a: b}}\n", "needs is mappings, links, the prefix of a vocabulary", 3),
    (HEADER + "#+ x-sts: {graph: linked, needs: [[a]]}\n", "needs is mappings, links, the prefix of a vocabulary", 3),
    (HEADER + "#+ x-sts: {needs: mappings}\n", "has graph: linked", 3),
    (HEADER + "#+ x-sts: {graph: closed, needs: CHEBI}\n", "has graph: linked", 3),
    (HEADER + "#+ tags: drugs\n", "list of words", 3),
]


@pytest.mark.parametrize(("header", "reason", "line"), BAD_HEADERS)
def test_bad_headers(header: str, reason: str, line: int) -> None:
    with pytest.raises(QueryError, match=reason) as caught:
        canned(PLAIN, header)
    assert (caught.value.name, caught.value.line) == ("drugs/some-query", line)


def test_header_scalars_stay_the_text_that_they_are() -> None:
    header = HEADER + "#+ defaults:\n#+   - a: no\n#+   - b: 2024-02-29\n#+   - c: 007\n#+ tags: [on, 1.50]\n"
    query = canned("SELECT ?x { ?x a ?_a_literal, ?_b_xsd_date, ?_c_literal }", header)
    assert [parameter.default for parameter in query.parameters] == ["no", "2024-02-29", "007"]
    assert query.tags == ("on", "1.50")


BAD_BODIES = [
    ("", "no query"),
    ("PREFIX a: <b>", "no query"),
    ("INSERT DATA { <urn:a> a <urn:b> }", "INSERT does not begin"),
    ("PREFIX a: <urn:b> LOAD <http://e/>", "LOAD does not begin"),
    ("SELECT ?x { ?x a ?_second_line }", "letters and digits only"),
    ("SELECT ?x { ?x a ?_my_drug_iri }", "letters and digits only"),
    ("SELECT ?x { ?x a ?_drug }", "letters and digits only"),
    ("SELECT ?x { ?x a ?___drug_iri }", "letters and digits only"),
    ("SELECT ?x { ?x a ?_a_xsd_hexBinary }", "letters and digits only"),
    ("SELECT ?x { ?x a ?_a_iri, ?__a_iri }", "both"),
    ("SELECT ?x { ?x a ?_a_iri, ?_a_literal }", "both"),
    ("SELECT ?_a_iri { ?x a ?_a_iri }", "projected"),
    ("select distinct ?x $_a_iri where { ?x a ?_a_iri }", "projected"),
    ("SELECT ?x { { SELECT ?x ?_a_iri { ?x a ?_a_iri } } }", "projected"),
    ("SELECT (?x AS ?_a_iri) { ?x a ?y }", "assigned"),
    ("SELECT ?x { ?x a ?y BIND(?y AS #\n ?_a_iri) }", "assigned"),
    ("SELECT ?x { ?x a ?_a_iri VALUES ?_a_iri { 1 } }", "assigned"),
    ("SELECT ?x { ?x a ?_a_iri VALUES (?x ?_a_iri) { (1 2) } }", "assigned"),
    ("SELECT (COUNT(?x) AS ?n) { ?x a ?_a_iri } GROUP BY ?x ?_a_iri", "grouped"),
    ("SELECT (COUNT(?x) AS ?n) { ?x a ?_a_iri } GROUP BY (STR(?_a_iri) AS ?b)", "grouped"),
    ("SELECT ?x { ?x a ?__a_iri FILTER(bound( ?__a_iri)) }", "BOUND"),
    ("SELECT * { ?x a ?_a_iri }", r"SELECT \*"),
    ("SELECT DISTINCT * { ?x a ?_a_iri }", r"SELECT \*"),
    ("SELECT ?x { SERVICE <http://e/> { ?x a ?y } }", "SERVICE"),
    ("SELECT ?x FROM <http://e/> { ?x a ?y }", "FROM"),
    ("SELECT ?x { ?x a <file:///etc/passwd> }", "must not read a file"),
    ("SELECT ?x { ?x a ?y } LIMIT ?__n_integer", "required integer"),
    ("SELECT ?x { ?x a ?y } OFFSET ?_n_number", "required integer"),
    (r"SELECT ?x { ?x a \u003F_a_iri }", "character itself"),
    ('SELECT ?x { ?x a "\\\\u0041" }', "character itself"),
    ("SELECT ?x { ?x a ?y } # \r LIMIT 1", "line end as"),
]


@pytest.mark.parametrize(("body", "reason"), BAD_BODIES)
def test_bad_bodies(body: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        canned(body)


@pytest.mark.parametrize(
    "body",
    [
        "SELECT (?_a_iri AS ?x) { ?x a ?y }",
        "SELECT (COUNT(DISTINCT *) AS ?n) { ?x a ?_a_iri }",
        "SELECT (?n * ?_a_integer AS ?m) { ?x a ?n }",
        "SELECT ?x { ?x a ?AS, ?_a_iri }",
        "SELECT ?x { ?x a ?_a_iri FILTER(BOUND(?x) && ?_a_iri != ?x) }",
        "SELECT (COUNT(?x) AS ?n) { ?x a ?y } GROUP BY ?y HAVING(COUNT(?x) > ?_a_integer)",
        "PREFIX from: <urn:from> SELECT ?x { ?x from:select from:service, <urn:SERVICE>, 'FROM' , ?from, 'x'@select }",
        "SELECT ?x { VALUES ?x { 1 } ?x a ?_a_iri }",
        "SELECT ?x { ?x a ?_a_iri } LIMIT ?_n_integer OFFSET ?_m_integer",
    ],
)
def test_near_misses_of_bad_bodies(body: str) -> None:
    canned(body).check()


@pytest.mark.parametrize("service", ["?_a_iri", "SILENT ?_a_iri", "?__a_iri"])
def test_service_needs_endpoint_and_no_parameter(service: str) -> None:
    header = HEADER + "#+ endpoint: https://example.org/sparql\n"
    with pytest.raises(QueryError, match="a service"):
        canned(f"SELECT ?x {{ SERVICE {service} {{ ?x a ?y }} }}", header)
    canned("SELECT ?x { SERVICE SILENT <http://e/> { ?x a ?_a_iri } }", header).check()


def test_errors_name_the_line() -> None:
    with pytest.raises(QueryError) as caught:
        canned("SELECT ?x\n{ # ?_b_iri\n  ?x a ?_a_b_iri }")
    assert caught.value.line == 5


@pytest.mark.parametrize("query_id", ["query", "a/b/c", "Drugs/x", "drugs/two_words", "drugs/-x"])
def test_path_is_topic_and_query_in_kebab_case(query_id: str) -> None:
    with pytest.raises(QueryError, match="topic"):
        parse_canned(query_id, EXAMPLE)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("SELECT ?x { ?x a }", "not SPARQL"),
        ("SELECT ?x { ?x nope:a ?y }", "not SPARQL: Unknown namespace prefix"),
        ("SELECT ?x { ?x a ?y } ORDER BY ?_a_iri", "not SPARQL"),
        ("SELECT ?x { ?x a ?y } ; DROP ALL", "not SPARQL"),
        ("SELECT ?x { ?x a ?y FILTER(?y<5&&?_n_integer>3) }", r"\?_n_integer is not bound"),
        ("SELECT ?x { ?x ?_a_iri+ ?y }", "not SPARQL"),
    ],
)
def test_check_asks_the_grammar(body: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        canned(body).check()


def test_check_does_not_trust_the_tokens() -> None:
    query = canned("SELECT ?x { ?x a ?y }")
    for text in (
        "SELECT ?x { SERVICE <http://e/> { ?x a ?y } }",
        "SELECT ?x FROM <http://e/> { ?x a ?y }",
        "ASK { ?x a ?y }",
        "DELETE WHERE { ?x a ?y }",
    ):
        with pytest.raises(QueryError):
            replace(query, text=text).check()


# --- finding


def queries(*ids: str) -> dict[str, CannedQuery]:
    return {each: parse_canned(each, EXAMPLE) for each in ids}


def test_find_by_id_and_by_file_name() -> None:
    known = queries("drugs/brands", "drugs/options", "modalities/options")
    assert find("drugs/options", known).id == "drugs/options"
    assert find("brands", known).id == "drugs/brands"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("options", ("drugs/options", "modalities/options")),
        ("brand", ("drugs/brands",)),
        ("drug/brands", ("drugs/brands",)),
        ("link/brands", ("drugs/brands",)),
        ("xyz", ()),
    ],
)
def test_find_lists_the_near_ones(name: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        find(name, queries("drugs/brands", "drugs/options", "modalities/options"))
    assert caught.value.near == near


def test_read_all(tmp_path: Path) -> None:
    for query_id in ("modalities/b", "drugs/c", "drugs/a"):
        (tmp_path / query_id).parent.mkdir(exist_ok=True)
        (tmp_path / f"{query_id}.rq").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "drugs" / "README.md").write_text("no query", encoding="utf-8")
    assert list(read_all(tmp_path)) == ["drugs/a", "drugs/c", "modalities/b"]


def test_one_bad_file_is_reported_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "drugs").mkdir()
    (tmp_path / "drugs/good.rq").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "drugs/bad.rq").write_text("SELECT *", encoding="utf-8")
    (tmp_path / "drugs/bytes.rq").write_bytes(b"\xff")
    errors: list[Exception] = []
    assert list(read_all(tmp_path, on_error=errors.append)) == ["drugs/good"]
    assert [type(error) for error in errors] == [QueryError, ParseError]
    with pytest.raises(QueryError, match="drugs/bad"):
        read_all(tmp_path)
    with pytest.raises(ParseError, match="no such folder"):
        read_all(tmp_path / "nowhere")


def test_listing_queries_asks_no_grammar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib's grammar takes some 0.1 s a query: sixty would be felt."""
    (tmp_path / "drugs").mkdir()
    for number in range(60):
        (tmp_path / f"drugs/query-{number}.rq").write_text(EXAMPLE, encoding="utf-8")
    asked: list[str] = []

    def grammar(text: str) -> object:
        asked.append(text)
        return parseQuery(text)

    monkeypatch.setattr("sts_kg.queries.grammar.parseQuery", grammar)
    queries = read_all(tmp_path)
    assert (len(queries), asked) == (60, [])
    queries["drugs/query-0"].check()
    assert asked != []


def test_line_ends_of_windows_are_fine() -> None:
    query = parse_canned("drugs/q", EXAMPLE.replace("\n", "\r\n"))
    assert query.summary == "Options with a drug"
    assert query.bind().count("\r\n") == EXAMPLE.count("\n")


# --- substitution


def test_only_variable_tokens_are_replaced() -> None:
    body = (
        '# ?_a_iri\nSELECT ?x { ?x <urn:?_a_iri> ?_a_iri, $_a_iri, \'?_a_iri\', "?_a_iri \\" ?_a_iri", ?_a2_iri,\n'
        " '''?_a_iri ' '' ?_a_iri''', \"\"\"\" ?_a_iri \"\" # ?_a_iri\"\"\" ; ?x <urn:#> ?_a_iri . } # ?_a_iri"
    )
    bound = canned(body).bind({"a": "urn:A", "a2": "urn:B"})
    expected = (
        '# ?_a_iri\nSELECT ?x { ?x <urn:?_a_iri> <urn:A> , <urn:A> , \'?_a_iri\', "?_a_iri \\" ?_a_iri", <urn:B> ,\n'
        " '''?_a_iri ' '' ?_a_iri''', \"\"\"\" ?_a_iri \"\" # ?_a_iri\"\"\" ; ?x <urn:#> <urn:A> . } # ?_a_iri"
    )
    assert bound.replace(" ,", ",") == HEADER + expected.replace(" ,", ",")


def test_escapes_of_prefixed_names_open_no_string() -> None:
    bound = canned("PREFIX : <urn:> SELECT ?x { ?x :a\\'b ?_a_iri ; :c\\#d ?_a_iri . }").bind({"a": "urn:A"})
    assert bound.count("<urn:A>") == 2


def test_terms_do_not_grow_together_with_their_neighbours() -> None:
    bound = canned("SELECT ?x { ?x a ?y FILTER(?y<?_a_iri||?y=?_b_en-1) }").bind({"a": "urn:A", "b": "b"})
    assert "?y< <urn:A> ||" in bound
    assert '"b"@en -1' in bound


def test_unset_optional_parameter_stays_a_variable() -> None:
    query = parse_canned("drugs/q", EXAMPLE)
    assert "sts:hasModality ?__modality_iri ." in query.bind({"modality": None})
    assert "sts:hasModality <https://w3id.org/sts-kg/modality-surgery> ." in query.bind(
        {"modality": "modality-surgery"}
    )


def test_required_parameter_takes_its_default_or_fails() -> None:
    assert "hasComponent <https://w3id.org/sts-kg/doxorubicin>" in parse_canned("drugs/q", EXAMPLE).bind({"drug": None})
    with pytest.raises(ParameterError, match="a value is needed"):
        canned("SELECT ?x { ?x a ?_a_iri }").bind()


def test_unknown_parameter_is_refused_with_near_ones() -> None:
    with pytest.raises(ParameterError, match="no such parameter, it has drug, modality; did you mean drug") as caught:
        parse_canned("drugs/q", EXAMPLE).bind({"drugs": "sts:pazopanib"})
    assert caught.value.near == ("drug",)


# --- values


def term(type_: str, value: object, **more: Any) -> str:
    return Parameter("a", type_, True, **more).term(value)


INTEGER = f"^^<{XSD.integer}>"


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("iri", "sts:pazopanib", "<https://w3id.org/sts-kg/pazopanib>"),
        ("iri", "<urn:a>", "<urn:a>"),
        ("iri", "https://example.org/ä?b=c#d", "<https://example.org/ä?b=c#d>"),
        ("iri", URIRef("x-y:a"), "<x-y:a>"),
        ("literal", 'a"b\\c\nd\re\tf', '"a\\"b\\\\c\\nd\\re\\tf"'),
        ("literal", "\x01\x7f\x85", '"\\U00000001\\U0000007F\x85"'),
        ("literal", "\\u0022 \\U00000022", '"\\\\\\U000000750022 \\\\\\U0000005500000022"'),
        ("literal", "", '""'),
        ("literal", Literal("a"), '"a"'),
        ("en", "a", '"a"@en'),
        ("en", Literal("a", lang="en"), '"a"@en'),
        ("integer", 5, f'"5"{INTEGER}'),
        ("integer", "+05", f'"5"{INTEGER}'),
        ("integer", "-5", f'"-5"{INTEGER}'),
        ("integer", Literal(5), f'"5"{INTEGER}'),
        ("number", 5, f'"5"{INTEGER}'),
        ("number", "5.0", f'"5.0"^^<{XSD.decimal}>'),
        ("number", "5e1", f'"50.0"^^<{XSD.double}>'),
        ("number", 5.0, f'"5.0"^^<{XSD.double}>'),
        ("number", Decimal("1E+2"), f'"100"{INTEGER}'),
        ("number", Decimal("1.50"), f'"1.50"^^<{XSD.decimal}>'),
        ("xsd:boolean", True, f'"true"^^<{XSD.boolean}>'),
        ("xsd:boolean", "false", f'"false"^^<{XSD.boolean}>'),
        ("xsd:string", "a", '"a"'),
        ("xsd:date", date(2024, 2, 29), f'"2024-02-29"^^<{XSD.date}>'),
        ("xsd:dateTime", datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC), f'"2024-02-29T01:02:03+00:00"^^<{XSD.dateTime}>'),
        ("xsd:gYear", "2024", f'"2024"^^<{XSD.gYear}>'),
        ("xsd:gYearMonth", "2024-12", f'"2024-12"^^<{XSD.gYearMonth}>'),
        ("xsd:anyURI", "urn:a", f'"urn:a"^^<{XSD.anyURI}>'),
        ("xsd:nonNegativeInteger", 0, f'"0"^^<{XSD.nonNegativeInteger}>'),
    ],
)
def test_values_that_fit(type_: str, value: object, expected: str) -> None:
    assert term(type_, value) == expected


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("iri", "pazopanib"),
        ("iri", "nope:pazopanib"),
        ("iri", "javascript:alert(1)"),
        ("iri", "http://example.org/a b"),
        ("iri", "http://example.org/%zz"),
        ("iri", "http://example.org:port/"),
        ("iri", "http://[::1/"),
        ("iri", URIRef("urn:x> ?p ?o } UNION {?a ?b ?c . #")),
        ("iri", "urn:x> ?p ?o } UNION {?a ?b ?c . #"),
        ("iri", BNode("b")),
        ("iri", Literal("urn:a")),
        ("iri", 5),
        ("iri", ["urn:a"]),
        ("literal", "\ud800"),
        ("literal", "a\x00"),
        ("literal", "a" * (MAX_CHARACTERS + 1)),
        ("literal", 5),
        ("literal", True),
        ("literal", URIRef("urn:a")),
        ("literal", Variable("x")),
        ("literal", Literal("a", lang="en")),
        ("literal", ["a"]),
        ("literal", b"a"),
        ("en", Literal("a")),
        ("en", Literal("a", lang="fr")),
        ("integer", True),
        ("integer", "5.0"),
        ("integer", 5.0),
        ("integer", " 5"),
        ("integer", "5\n"),
        ("integer", "1_000"),
        ("integer", "\u0665"),
        ("integer", ""),
        ("integer", 10**100),
        ("number", "5 "),
        ("number", "1e"),
        ("number", "."),
        ("number", "1e999"),
        ("number", "INF"),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", Decimal("NaN")),
        ("number", Decimal("1E+1000000")),
        ("number", True),
        ("xsd:string", True),
        ("xsd:boolean", 1),
        ("xsd:boolean", "True"),
        ("xsd:date", "2023-02-29"),
        ("xsd:date", datetime(2024, 2, 29)),
        ("xsd:date", "2024-2-9"),
        ("xsd:dateTime", "2024-02-29T25:00:00"),
        ("xsd:gYear", "0000"),
        ("xsd:gYearMonth", "2024-13"),
        ("xsd:anyURI", "a b"),
        ("xsd:nonNegativeInteger", "-1"),
        ("xsd:positiveInteger", "0"),
    ],
)
def test_values_that_do_not_fit(type_: str, value: object) -> None:
    body = f"SELECT ?x {{ ?x a ?_a_{type_.replace(':', '_')} }}"
    with pytest.raises(ParameterError) as caught:
        canned(body).bind({"a": value})
    assert (caught.value.query, caught.value.parameter, caught.value.type) == ("drugs/some-query", "a", type_)


def test_longest_literal_is_read_by_both_engines() -> None:
    text = canned("SELECT (STRLEN(?_a_literal) AS ?n) { }").bind({"a": '"' * MAX_CHARACTERS})
    assert rows_of_rdflib(Graph(), text) == rows_of_oxigraph(Graph(), text)


@pytest.mark.parametrize(("value", "digits"), [(0, "0"), ("10000", "10000"), (Literal(7), "7"), ("007", "7")])
def test_limit_takes_whole_numbers_up_to_its_ceiling(value: object, digits: str) -> None:
    query = canned("SELECT ?x { ?x a ?y } ORDER BY ?x LIMIT ?_n_integer")
    assert query.bind({"n": value}).endswith(f"LIMIT {digits}")


@pytest.mark.parametrize("value", [-1, 10001, "1.0", "+1", "", True, "1 OFFSET 2"])
def test_limit_refuses_the_rest(value: object) -> None:
    with pytest.raises(ParameterError):
        canned("SELECT ?x { ?x a ?y } LIMIT ?_n_integer").bind({"n": value})


def test_open_text_runs_as_it_stands() -> None:
    header = HEADER + "#+ defaults:\n#+   - n: 3\n"
    query = canned("SELECT ?x { ?x a ?_a_iri } LIMIT ?_n_integer OFFSET ?_m_integer", header)
    assert query.open_text.endswith("?_a_iri } LIMIT 3 OFFSET 1")


# --- entities and choices

KINDS = Graph()
KINDS.parse(
    format="turtle",
    data="""
    @prefix sts: <https://w3id.org/sts-kg/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    sts:ChemotherapyDrug rdfs:subClassOf sts:Drug . sts:Drug rdfs:subClassOf sts:Therapy .
    sts:Therapy rdfs:subClassOf sts:Drug .
    sts:pazopanib a sts:Drug ; rdfs:label "pazopanib"@en ; sts:brandName "Votrient" .
    sts:brand-votrient a sts:Brand ; rdfs:label "Votrient"@en ; sts:brandOf sts:pazopanib .
    sts:brand-ifex a sts:Brand ; rdfs:label "Ifex"@en ; sts:brandOf sts:ifosfamide .
    sts:ifosfamide a sts:ChemotherapyDrug ; rdfs:label "ifosfamide"@en ; sts:brandName "Ifex" .
    sts:other-chemotherapy-drug a sts:Drug ; rdfs:label "another chemotherapy drug"@en .
    sts:option-pazopanib a sts:TreatmentOption ; rdfs:label "pazopanib"@en .
    sts:option-surgery a sts:TreatmentOption ; rdfs:label "surgery"@en ; skos:altLabel "an operation"@en .
    sts:intent-symptom-relief a sts:Intent ; rdfs:label "symptom relief"@en .
    sts:rec-S14 a sts:Statement ; rdfs:label "about pazopanib" .
    sts:order-S14 a sts:Statement ; rdfs:label "About  Pazopanib" .
    [] a sts:Drug ; rdfs:label "nameless" .
    """,
)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("pazopanib", "Drug", "pazopanib"),
        ("sts:pazopanib", "Drug", "pazopanib"),
        ("<https://w3id.org/sts-kg/pazopanib>", "Drug", "pazopanib"),
        ("https://w3id.org/sts-kg/pazopanib", "Drug", "pazopanib"),
        ("VOTRIENT", "Drug", "pazopanib"),
        ("ifex", "Drug", "ifosfamide"),
        ("ifosfamide", "Therapy", "ifosfamide"),
        ("pazopanib", "TreatmentOption", "option-pazopanib"),
        ("option-pazopanib", "TreatmentOption", "option-pazopanib"),
        (" An  Operation ", "TreatmentOption", "option-surgery"),
        ("symptom-relief", "Intent", "intent-symptom-relief"),
        ("symptom relief", "Intent", "intent-symptom-relief"),
        ("rec-S14", "Statement", "rec-S14"),
        ("option-surgery", None, "option-surgery"),
        ("sts:not-in-the-graph", None, "not-in-the-graph"),
    ],
)
def test_entities_resolve(text: str, kind: str | None, expected: str) -> None:
    assert Entities(KINDS).resolve(text, STS[kind] if kind else None) == STS[expected]


@pytest.mark.parametrize(
    ("text", "kind", "near"),
    [
        ("pazopanip", "Drug", ("pazopanib",)),
        ("sts:option-pazopanib", "Drug", ("pazopanib",)),
        ("operation", "TreatmentOption", ("an operation",)),
        # the kind is taken off only where it is one: drugs share none
        ("chemotherapy-drug", "Drug", ("other-chemotherapy-drug", "another chemotherapy drug")),
        ("S14", "Statement", ("order-S14", "rec-S14")),
        ("about pazopanib", "Statement", ("sts:order-S14", "sts:rec-S14")),
        ("pazopanib", "Nothing", ()),
        ("nameless", "Drug", ()),
        ("pazopanib", None, None),
    ],
)
def test_entities_refuse(text: str, kind: str | None, near: tuple[str, ...] | None) -> None:
    if near is None:
        assert Entities(KINDS).resolve(text) == STS.pazopanib  # a local name goes before a label
        return
    with pytest.raises(UnknownNameError) as caught:
        Entities(KINDS).resolve(text, STS[kind] if kind else None)
    assert set(near) <= set(caught.value.near)
    assert near or not caught.value.near


def test_class_is_checked_only_with_entities() -> None:
    query = parse_canned("drugs/q", EXAMPLE)
    assert "<https://w3id.org/sts-kg/option-surgery>" in query.bind({"drug": "sts:option-surgery"})
    with pytest.raises(ParameterError, match="there is no sts:Drug of this name"):
        query.bind({"drug": "sts:option-surgery"}, entities=Entities(KINDS))
    assert "<https://w3id.org/sts-kg/pazopanib>" in query.bind({"drug": "Votrient"}, entities=Entities(KINDS))


def test_members_are_those_of_subclasses_too() -> None:
    drugs = ("ifosfamide", "other-chemotherapy-drug", "pazopanib")
    assert Entities(KINDS).members(STS.Drug) == tuple(STS[name] for name in drugs)


@pytest.mark.parametrize("value", ["option-surgery", "sts:option-surgery", "surgery", STS["option-surgery"], "Surgery"])
def test_choices_are_named_like_entities(value: object) -> None:
    parameter = Parameter("a", "iri", True, choices=(str(STS["option-surgery"]), str(STS["option-pazopanib"])))
    assert parameter.term(value, Entities(KINDS)) == "<https://w3id.org/sts-kg/option-surgery>"


@pytest.mark.parametrize("value", ["sts:option-radiation", "ifex", "sts:pazopanib"])
def test_choices_are_closed(value: str) -> None:
    parameter = Parameter("a", "iri", True, choices=(str(STS["option-surgery"]), str(STS["option-pazopanib"])))
    with pytest.raises(UnknownNameError):
        parameter.term(value, Entities(KINDS))


def test_choices_of_literals() -> None:
    parameter = Parameter("a", "integer", True, choices=("1", "2"))
    assert parameter.term(2) == f'"2"{INTEGER}'
    with pytest.raises(UnknownNameError):
        parameter.term(3)


# --- injection: refused, or one term and nothing else

Rows = Counter[tuple[str | None, ...]]


def rows_of_rdflib(graph: Graph, text: str | Query, bindings: Mapping[str, Any] | None = None) -> Rows:
    found = graph.query(text, initBindings=bindings)
    if found.type == "ASK":
        return Counter([(str(found.askAnswer).lower(),)])
    return Counter(tuple(None if cell is None else cell.n3() for cell in row) for row in found)  # type: ignore[union-attr]


def rows_of_oxigraph(graph: Graph, text: str) -> Rows:
    store = pyoxigraph.Store()
    store.load(graph.serialize(format="nt").encode(), pyoxigraph.RdfFormat.N_TRIPLES)
    return oxigraph_rows(store, text)


def oxigraph_rows(store: pyoxigraph.Store, text: str) -> Rows:
    found = store.query(text)
    if isinstance(found, pyoxigraph.QueryBoolean):
        return Counter([(str(bool(found)).lower(),)])
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return Counter(tuple(None if cell is None else str(cell) for cell in row) for row in found)


def shape(tree: Any, hole: Any) -> Any:
    """The algebra as nested tuples, with one term replaced."""
    if isinstance(tree, CompValue):
        return tree.name, tuple((key, shape(value, hole)) for key, value in tree.items() if key != "_vars")
    if isinstance(tree, (list, tuple, ParseResults)):
        return tuple(shape(each, hole) for each in tree)
    return "HOLE" if type(tree) is type(hole) and tree == hole else tree


BODY = """PREFIX ex: <http://example.org/>
SELECT ?s ?n {{
  {{ ?s ex:p {0} BIND("left side" AS ?n) }}
  UNION {{ ?s ex:p ?o FILTER(sameTerm(?o, {0})&&EXISTS{{?s ex:p {0}}})
    BIND("right side" AS ?n) }}
}}
ORDER BY ?s ?n"""
HARMLESS = {
    "iri": "urn:harmless",
    "literal": "harmless",
    "en": "harmless",
    "number": "7",
    "integer": "7",
    **{f"xsd:{name}": "7" for name in LEXICAL},
    "xsd:boolean": "true",
    "xsd:date": "2001-01-01",
    "xsd:dateTime": "2001-01-01T00:00:00",
    "xsd:gYear": "2001",
    "xsd:gYearMonth": "2001-01",
    "xsd:anyURI": "urn:harmless",
}
PIECES = [
    *(
        '"',
        "'",
        '"""',
        "'''",
        "\\",
        "\\\\",
        "\n",
        "\r",
        "\t",
        "{",
        "}",
        "(",
        ")",
        "#",
        " ",
        ". ",
        ";",
        ",",
        "|",
        "^",
        "`",
    ),
    *(
        "<",
        ">",
        "<<",
        ">>",
        "^^",
        f"^^<{XSD.integer}>",
        "@en",
        "@",
        "?s",
        "?_a_iri",
        "$x",
        " UNION { ?s ?p ?o }",
        "SERVICE <",
    ),
    *(
        "\\u0022",
        "\\U00000022",
        "\\u005C",
        "\\u005c\\u0022",
        "\\u000A",
        "\\u00000022",
        "\\x22",
        "\\N",
        "\\u",
        "u0022",
        "0041",
    ),
    *(
        "%",
        "%22",
        "%zz",
        "urn:x",
        "http://e/",
        "sts:",
        "//",
        ":",
        "?",
        "[",
        "]",
        "é",
        "\u2028",
        "\x85",
        "\x0b",
        "\x00",
        "\ud800",
    ),
    *("a", "1", "-", "+", ".", "e5", "INF", "2024-02-29", "T00:00:00", "Z", "true", "\U0001f600", "\ufffe", "\ue000"),
]


def values(type_: str) -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
    mixed = st.tuples(st.just(HARMLESS[type_]), pieces).map("".join)
    lexical = {"number": "double", "integer": "integer"}.get(type_, type_.removeprefix("xsd:"))
    if lexical in ("iri", "anyURI"):  # the whole pattern takes hypothesis very long
        return st.one_of(pieces, mixed, st.from_regex(r"\A[a-z]+:(//[a-z]*(:[0-9]*)?/)?[a-z/:@%0-9é]*[?]?[a-z]*\Z"))
    fitting = [st.from_regex(rf"\A(?:{LEXICAL[lexical]})\Z")] if lexical in LEXICAL and lexical != "string" else []
    if lexical in ("date", "dateTime"):
        fitting.append(st.datetimes().map(lambda each: str(each.date()) if lexical == "date" else each.isoformat()))
    return st.one_of(pieces, mixed, st.text(max_size=20), *fitting)


def expected_term(type_: str, value: str) -> Any:
    """The term that a value means, made by rdflib and not by our writer."""
    if type_ == "iri":
        return expand(value)
    if type_ in ("literal", "xsd:string"):
        return Literal(value)
    if type_ == "en":
        return Literal(value, lang="en")
    if type_ == "number":
        exact = "decimal" if "." in value else "integer"
        return Literal(value, datatype=XSD.double if "e" in value.lower() else XSD[exact])
    if type_.lower().endswith("integer"):
        return Literal(str(int(value)), datatype=XSD[type_.removeprefix("xsd:")])
    return Literal(value, datatype=XSD[type_.removeprefix("xsd:")])


def oxigraph_term(rdf: Any) -> Any:
    if isinstance(rdf, URIRef):
        return pyoxigraph.NamedNode(str(rdf))
    if rdf.language:
        return pyoxigraph.Literal(str(rdf), language=rdf.language)
    return pyoxigraph.Literal(str(rdf), datatype=pyoxigraph.NamedNode(str(rdf.datatype or XSD.string)))


@cache
def harmless_shape(type_: str) -> Any:
    text = injected(type_).bind({"a": HARMLESS[type_]})
    return shape(translateQuery(parseQuery(text)).algebra, expected_term(type_, HARMLESS[type_]))


@cache
def injected(type_: str) -> CannedQuery:
    return canned(BODY.format("?_a_" + type_.replace(":", "_")))


def check_inert(type_: str, value: str) -> bool:
    """Whether the value was taken; then it has to be one term in the text, and nothing else."""
    try:
        text = injected(type_).bind({"a": value})
    except ParameterError:
        return False
    meant = expected_term(type_, value)
    prepared = translateQuery(parseQuery(text))
    assert shape(prepared.algebra, meant) == harmless_shape(type_)

    p, hit = URIRef(EX + "p"), URIRef(EX + "hit")
    decoys = [Literal(f"{value}x".replace("\ud800", "")), Literal("x", lang="en"), URIRef(EX + "o"), Literal(123456)]
    graph, store = Graph(), pyoxigraph.Store()
    graph.add((hit, p, meant))
    store.add(pyoxigraph.Quad(pyoxigraph.NamedNode(hit), pyoxigraph.NamedNode(p), oxigraph_term(meant)))
    for number, decoy in enumerate(decoys):
        if decoy != meant:
            graph.add((URIRef(f"{EX}decoy{number}"), p, decoy))
            store.add(
                pyoxigraph.Quad(
                    pyoxigraph.NamedNode(f"{EX}decoy{number}"), pyoxigraph.NamedNode(p), oxigraph_term(decoy)
                )
            )
    justified = Counter((f"<{hit}>", f'"{side} side"') for side in ("left", "right"))
    assert rows_of_rdflib(graph, prepared) == justified
    assert oxigraph_rows(store, text) == justified
    return True


@pytest.mark.slow
@pytest.mark.parametrize("type_", HARMLESS)
def test_any_value_is_refused_or_inert(type_: str) -> None:
    @settings(max_examples=40)
    @given(values(type_))
    @example("\\u0022 } UNION { ?s ?p ?o } #")
    @example('" } UNION { ?s ?p ?o } #')
    @example("urn:x> ?p ?o } UNION {?a ?b ?c . #")
    @example("\\")
    def holds(value: str) -> None:
        check_inert(type_, value)

    holds()
    assert check_inert(type_, HARMLESS[type_])


@pytest.mark.slow
@pytest.mark.parametrize("piece", [piece for piece in PIECES if "\x00" not in piece and "\ud800" not in piece])
@pytest.mark.parametrize("type_", ["literal", "en"])
def test_every_text_is_taken_as_literal(type_: str, piece: str) -> None:
    assert check_inert(type_, f"{piece}a{piece}0041{piece}")


@pytest.mark.parametrize("name", sorted(LEXICAL))
def test_lexical_forms_are_those_of_the_engines(name: str) -> None:
    @settings(max_examples=50)
    @given(values(f"xsd:{name}"))
    def holds(value: str) -> None:
        try:
            written = term(f"xsd:{name}", value)
        except ValueError:
            return
        assert not Literal(value, datatype=XSD[name]).ill_typed
        assert str(pyoxigraph.Literal(value, datatype=pyoxigraph.NamedNode(XSD[name])))
        assert written.endswith(f"^^<{XSD[name]}>") or name == "string"

    holds()


# --- the same answer from each way to bind (ecosystem.md, section 1.3)

FACTS = Graph()
FACTS.parse(
    format="turtle",
    data="""
    @prefix ex: <http://example.org/> .
    ex:o1 ex:has ex:d1 ; ex:in ex:m1 ; ex:n 1 . ex:o2 ex:has ex:d1, ex:d2 ; ex:in ex:m2 ; ex:n 2 .
    ex:o3 ex:has ex:d2 ; ex:not ex:d1 ; ex:n 3 . ex:o4 ex:has [] ; ex:not ex:d2 . ex:d1 ex:in ex:m1 .
    ex:d2 ex:in ex:d1 .
    """,
)
SHAPES = {
    "BGP": "SELECT ?o { ?o ex:has ?_d_iri }",
    "FILTER": "SELECT ?o ?x { ?o ex:has ?x FILTER(?x = ?_d_iri) }",
    "UNION+FILTER": "SELECT ?o ?x "
    "{ { ?o ex:has ?x FILTER(?x = ?_d_iri) } UNION { ?o ex:not ?x FILTER(?x != ?_d_iri) } }",
    "sub-select": "SELECT ?o ?m { ?o ex:in ?m { SELECT ?o { ?o ex:has ?_d_iri } } }",
    "BIND": "SELECT ?o ?x { ?o ex:has ?_d_iri BIND(STR(?_d_iri) AS ?x) }",
    "MINUS": "SELECT ?o { ?o ex:has ?x MINUS { ?o ex:has ?_d_iri } }",
    "aggregate": "SELECT (COUNT(?o) AS ?n) { ?o ex:has ?_d_iri }",
    "OPTIONAL+FILTER": "SELECT ?o ?x { ?o ex:n ?n OPTIONAL { ?o ex:has ?x FILTER(?x = ?_d_iri) } }",
    "EXISTS": "SELECT ?o { ?o ex:n ?n FILTER EXISTS { ?o ex:has ?_d_iri } }",
    "path": "SELECT ?o { ?o ex:has/ex:in* ?_d_iri }",
    "ASK": "ASK { ?_d_iri ex:in/ex:in ?x }",
}
ANSWERS = {  # rows for d1, d2 and something that is in no triple
    "BGP": (2, 2, 0),
    "FILTER": (2, 2, 0),
    "UNION+FILTER": (3, 3, 2),
    "sub-select": (2, 1, 0),
    "BIND": (2, 2, 0),
    "MINUS": (2, 2, 5),
    "aggregate": (1, 1, 1),
    "OPTIONAL+FILTER": (3, 3, 3),
    "EXISTS": (2, 2, 0),
    "path": (4, 2, 0),
    "ASK": (1, 1, 1),
}


@pytest.mark.parametrize("drug", ["d1", "d2", "nothing"])
@pytest.mark.parametrize("name", SHAPES)
def test_substitution_equals_initial_bindings(name: str, drug: str) -> None:
    query = canned("PREFIX ex: <http://example.org/> " + SHAPES[name])
    text = query.bind({"d": EX + drug})
    expected = rows_of_rdflib(FACTS, query.text, {"_d_iri": URIRef(EX + drug)})
    assert rows_of_rdflib(FACTS, text) == expected
    assert rows_of_oxigraph(FACTS, text) == expected
    assert expected.total() == ANSWERS[name][["d1", "d2", "nothing"].index(drug)]


def test_bound_is_the_eleventh_shape() -> None:
    with pytest.raises(QueryError, match="BOUND"):
        canned("SELECT ?o { ?o ?p ?x FILTER(BOUND(?_d_iri)) }")


def test_labels_and_types_come_from_the_named_properties() -> None:
    graph = Graph()
    graph.add((STS.a, RDF.type, STS.Drug))
    graph.add((STS.a, RDFS.comment, Literal("comment")))
    graph.add((STS.a, SKOS.altLabel, Literal("label")))
    assert Entities(graph).labels == {STS.a: ("label",)}
