"""What a text that is no query is told: the place of the mistake, and what to write."""

from __future__ import annotations

import pytest

from sts_kg import Table
from sts_kg.errors import QueryError
from sts_kg.queries.mistakes import known_prefixes
from sts_kg.queries.oxigraph import Store, check_syntax, run, store_of
from sts_kg.rdf import parse

#: A text in which ^ marks the place, and the words about it.
MISTAKES = [
    ("^", "there is no query in it; SELECT, ASK, CONSTRUCT or DESCRIBE was expected"),
    ("# nothing yet^", "there is no query in it; SELECT, ASK, CONSTRUCT or DESCRIBE was expected"),
    ("^SELET ?x { ?x a sts:Drug }", "SELET does not begin a query; did you mean SELECT?"),
    ("^MATCH (n) RETURN n", "MATCH does not begin a query; SELECT, ASK, CONSTRUCT or DESCRIBE does"),
    ("^@prefix a: <b:> . ASK {}", "write PREFIX without @, and without . behind it"),
    ("PREFIX ^ex <urn:x:> ASK {}", "a colon is missing: PREFIX ex: <…>"),
    ("PREFIX ex: ^http://x.org/ ASK {}", "an IRI stands in angle brackets: <http://x.org/>"),
    ("ASK { ?x a ^http://x.org/y }", "an IRI stands in angle brackets: <http://x.org/y>"),
    ("ASK { ?x a ^<drug> }", "<drug> is no whole IRI; write all of it, or declare a BASE"),
    ("ASK { ?x a ^<urn:a b> }", "the IRI that begins with < has no > behind it; an IRI has no blanks"),
    ("SELECT ?x\nWHERE {\n  ?x a sts:Drug^\n", "} is missing at the end, to close { of line 2, column 7"),
    ("SELECT ?x { ?x a sts:Drug }^}", "this } closes nothing; leave it out"),
    ("ASK { ?x a ?y FILTER(?x = 1 ^}", ") is missing before }, to close ( of line 1, column 21"),
    ("ASK { ?x a sts:Drug ^?x rdfs:label ?l }", ". (or ; or ,) is missing before ?x"),
    ("ASK { ?x ?y ^. ?x a ?z }", "a triple has three parts, and there is no more behind ?y; add what is missing"),
    ("ASK { ?x a ?y . ^NOT EXISTS { ?x a ?z } }", "FILTER is missing before NOT"),
    ("PREFIX ex: ^PREFIX b: <urn:b> ASK {}", "an IRI in angle brackets is missing behind ex:"),
    ("PREFIX ex: ^\x00<urn:b> ASK {}", "an IRI in angle brackets is missing behind ex:"),
    ("ASK { ?x ^\x00 ?y }", "U+0000 cannot stand here behind ?x"),
    ("ASK { ?x ^\x00" + "é" * 99 + " ?y }", "U+0000" + "é" * 79 + "… cannot stand here behind ?x"),
    ("ASK { ?x a ?y . ^. }", "one . is enough"),
    ("PREFIX ^<urn:x:> ASK {}", "a name is missing: PREFIX name: <…>"),
    ("^?x { ?x a ?y }", "?x does not begin a query; SELECT, ASK, CONSTRUCT or DESCRIBE does"),
    ("ASK { ?x ?y ^}", "a triple has three parts, and there is no more behind ?y; add what is missing"),
    ("SELECT ^drug { ?drug a sts:Drug }", "drug is no variable; write ?drug"),
    ("SELECT ?x^, ?y { ?x a ?y }", "no comma here; blanks separate variables and values"),
    ("SELECT ^{ ?x a ?y }", "name the variables to show, or write *"),
    ("SELECT ?drug^-name { ?x a ?drug }", "a variable has no hyphen; write ?drug_name"),
    ("SELECT ^COUNT(?x) { ?x a ?y }", "write (COUNT(…) AS ?name)"),
    ("SELECT (COUNT(?x)^) { ?x a ?y }", "a column that is computed needs a name: (… AS ?name)"),
    ("SELECT (?x^) { ?x a ?y }", "no parentheses around ?x here"),
    (
        "SELECT ^?x (COUNT(?y) AS ?n) { ?x a ?y }",
        "?x is neither counted nor grouped; add GROUP BY ?x, or SAMPLE(?x)",
    ),
    ("SELECT ?x ?x { ?x a ?y }^", "SELECT names one variable twice; after AS take a new name"),
    ("SELECT ?x ^WERE { ?x a ?y }", "WERE is no keyword of SPARQL; did you mean WHERE?"),
    ("SELECT ?x WHERE ^?x a ?y", "{ is missing before ?x"),
    ("ASK { ?x a ?y ^OPTINAL { ?x a ?z } }", "OPTINAL is no keyword of SPARQL; did you mean OPTIONAL?"),
    ("ASK { ?x a ?y FILTER ^?x }", "FILTER takes parentheses: FILTER(…)"),
    ("ASK { ?x a ?y FILTER(^containz(?x, 'a')) }", "containz is no function of SPARQL; did you mean CONTAINS?"),
    ("ASK { ?x a ?y FILTER(REGEX(?x ^'a')) }", "a comma is missing before 'a'"),
    ("ASK { ?x a ?y FILTER(?x =^= 1) }", "equal is written ="),
    ("ASK { ?x a ?y FILTER(?x =^> 1) }", "this comparison is written >="),
    (
        "ASK { ?x a ?y FILTER(?x = 1 ^and ?y = 2) }",
        "and is no word of SPARQL here; in a condition write &&; patterns need no word between them",
    ),
    ("ASK { ?x ^A ?y }", "rdf:type is written as a small a"),
    ("ASK { ?x rdfs:label ^“a” }", '“ is no quotation mark here; write "…"'),
    ('ASK { ?x rdfs:label ^"a }', 'the text that begins with " does not end in its line'),
    ('ASK { ?x rdfs:label "a"^@ }', 'a language stands right behind @, as in "text"@en'),
    ("ASK { ?x a ^Drug }", 'Drug is no variable, name or text; write ?Drug, sts:Drug or "Drug"'),
    ("ASK { GRAPH ^{ ?x a ?y } }", "GRAPH needs a name before {: GRAPH ?g { … }"),
    ("ASK { { ?x a ?y } UNION ^?x a ?z }", "{ is missing before ?x"),
    ("ASK { ?x a ?y BIND(1 AS ?x) ^}", "?x has a value already; behind AS take a new variable"),
    ("SELECT ?x { ?x a ?y } LIMIT 1 ^ORDER BY ?x", "ORDER comes before LIMIT"),
    ("SELECT ?x { ?x a ?y } ORDER ^?x", "BY is missing behind ORDER"),
    ("SELECT ?x { ?x a ?y } LIMIT ^ten", "LIMIT takes a whole number, not ten"),
    ("SELECT ?x { ?x a ?y } GROUP BY^", "it ends too early behind BY"),
    ("ASK { ?x a ^drugz:x }", "the prefix drugz: is unknown; declare it: PREFIX drugz: <…>"),
    (
        "ASK { ?x a ^rxnrm:1 }",
        "the prefix rxnrm: is unknown; did you mean rxnorm? If not, declare it: PREFIX rxnrm: <…>",
    ),
]


@pytest.mark.parametrize(("marked", "words"), MISTAKES)
def test_a_mistake_has_its_place_and_a_remedy(marked: str, words: str) -> None:
    before, _, after = marked.partition("^")
    with pytest.raises(QueryError) as caught:
        check_syntax(before + after)
    place = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    assert (caught.value.reason, (caught.value.line, caught.value.column)) == (
        f"is not SPARQL 1.1 Query: {words}",
        place,
    )


def test_half_of_a_surrogate_pair_has_its_place() -> None:
    with pytest.raises(QueryError, match="line 2, column 3: half of a surrogate pair is not text"):
        check_syntax("ASK {\n  \ud800 }")


def test_the_place_counts_the_characters_of_the_user_beside_declared_prefixes() -> None:
    with pytest.raises(QueryError) as caught:
        check_syntax("# größer\nASK { ?é a chebi:71219 . ?é sts:x")
    assert (caught.value.line, caught.value.column) == (2, 34)


def test_a_very_long_text_has_the_place_of_the_engine() -> None:
    with pytest.raises(QueryError) as caught:
        check_syntax("ASK { VALUES ?y {" + " sts:drug " * 3000 + "} ?x a }")
    assert caught.value.line == 1
    assert 30_000 < (caught.value.column or 0) < 30_040


def test_prefixes_of_the_map_are_known_in_any_case_unless_they_are_declared() -> None:
    chebi = "http://purl.obolibrary.org/obo/CHEBI_"
    assert known_prefixes("ASK { ?x a chebi:1, CHEBI:2, sts:Drug, _:b }") == {"chebi": chebi, "CHEBI": chebi}
    assert known_prefixes("PREFIX chebi: <urn:x> ASK { ?x a chebi:1 }") == {}
    store = store_of(parse("sts:a a obo:CHEBI_1 ."))
    assert run(store, "ASK { ?x a chebi:1 }") is True


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("SELECT * { ?z sts:p ?m . ?a sts:p ?z }", ("z", "m", "a")),
        ("SELECT DISTINCT * { { SELECT ?y ?x { ?x sts:p ?y } } }", ("y", "x")),
        ("PREFIX e: <urn:e> SELECT  # all\n* WHERE { ?b ?a ?c OPTIONAL { ?c sts:q ?aa } }", ("b", "a", "c", "aa")),
        ("SELECT (COUNT(*) AS ?n) ?b { ?b ?a ?c } GROUP BY ?b", ("n", "b")),
    ],
)
def test_select_star_keeps_the_order_of_mention(text: str, variables: tuple[str, ...]) -> None:
    store: Store = store_of(parse("sts:a sts:p sts:b . sts:c sts:p sts:a ."))
    found = run(store, text)
    assert isinstance(found, Table)
    assert found.variables == variables


def test_the_cells_move_with_their_variables() -> None:
    found = run(store_of(parse('sts:a sts:p "o" .')), "SELECT * { ?s ?p ?o }")
    assert isinstance(found, Table)
    assert found.curies() == (("sts:a", "sts:p", "o"),)
