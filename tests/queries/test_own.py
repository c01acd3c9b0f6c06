"""Queries of one's own: read beside the shipped ones, with the same headers, parameters and checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from faulty import faulty, good
from rdflib import Literal

from sts_kg import KnowledgeGraph, Table, load
from sts_kg.cli import app
from sts_kg.errors import ParameterError, ParseError, QueriesError, QueryError
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.guideline import Guideline
from sts_kg.quality.gates import query_violations
from sts_kg.quality.lint import violations
from sts_kg.queries.body import TAKEN
from sts_kg.queries.canned_query import CannedQuery
from sts_kg.queries.catalogue import read_own
from sts_kg.rdf.names import STS

BRANDS = """\
#+ summary: Brands
#+ description: Under which brand is the given drug sold?
#+ defaults:
#+   - drug: https://w3id.org/sts-kg/pazopanib
#+ x-sts:
#+     graph: asserted
#+     params:
#+       drug: {label: Drug, class: sts:Drug}
PREFIX sts: <https://w3id.org/sts-kg/>
SELECT DISTINCT ?brand
WHERE { ?_drug_iri sts:brandName ?brand }
ORDER BY ?brand
"""
PLAIN = "#+ summary: S\n#+ description: D?\nSELECT ?x { ?x ?p ?o } ORDER BY ?x\n"


def folder(tmp_path: Path, **files: str) -> Path:
    """Write query files, `topic__name`, and return their folder."""
    for name, text in files.items():
        path = tmp_path / "own" / f"{name.replace('__', '/')}.rq"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "own"


@pytest.fixture
def own(tmp_path: Path) -> KnowledgeGraph:
    return load(queries=folder(tmp_path, mine__brands=BRANDS))


def test_an_own_query_is_asked_like_a_shipped_one(own: KnowledgeGraph) -> None:
    answer = own.query("mine/brands")
    assert isinstance(answer, Table)
    assert answer.rows == ((Literal("Votrient"),),)
    assert own.query("brands", drug="pazopanib") == answer
    with pytest.raises(ParameterError, match=r"query mine/brands, parameter drug = 'pazopanid'.*pazopanib"):
        own.query("mine/brands", drug="pazopanid")
    assert len(own.canned) == len(load().canned) + 1
    for copy in (own.with_examples(), own.under("D04"), own.with_alignments("bfo"), own.with_cases("example:b")):
        assert copy.canned == own.canned


def test_the_list_says_which_are_own(own: KnowledgeGraph, tmp_path: Path) -> None:
    file = str(tmp_path / "own" / "mine" / "brands.rq")
    table = own.queries("mine")
    assert table.variables == ("id", "parameters", "question", "own")
    row = ("mine/brands", "drug", "Under which brand is the given drug sold?", file)
    assert table.rows == (tuple(map(Literal, row)),)
    assert {row[3] for row in own.queries("drugs")} == {None}
    assert own.canned["mine/brands"].as_dict()["own"] == file


def test_own_queries_are_written_too(own: KnowledgeGraph, tmp_path: Path) -> None:
    (path,) = own.write_queries(tmp_path / "out", topic="mine", values={"drug": "doxorubicin"})
    assert path == tmp_path / "out" / "mine" / "brands.rq"
    assert "WHERE { <https://w3id.org/sts-kg/doxorubicin> sts:brandName ?brand }" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("mine__a", "SELECT ?x { ?x ?p ?o }", r"a\.rq, line 1: the header must be one block"),
        ("mine__a", BRANDS.replace("{label", "{lable"), r"a\.rq, line 5: drug has 'lable'"),
        ("mine__a", BRANDS.replace("SELECT", "INSERT"), r"a\.rq, line 10: INSERT does not begin a query"),
        ("mine__a", BRANDS.replace("?_drug_iri", "?_drug_uri"), r"a\.rq, line 11: \?_drug_uri begins with _"),
        ("drugs__standard-drug", PLAIN, r"standard-drug\.rq: a shipped query is called drugs/standard-drug; give"),
        ("Mine__a", PLAIN, r"Mine/a\.rq: the path is <topic>/<query>\.rq"),
        ("a", PLAIN, r"own/a\.rq: the path is <topic>/<query>\.rq"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        load(queries=folder(tmp_path, **{name: text}))


def test_each_wrong_file_has_its_error(tmp_path: Path) -> None:
    of = folder(tmp_path, mine__a="SELECT", mine__b=BRANDS, mine__c=PLAIN.replace("D?", ""))
    (of / "mine" / "d.sparql").write_text(PLAIN, encoding="utf-8")
    (of / "mine" / "e.rq").write_bytes(PLAIN.encode() + b"# \xff\n")
    (of / "mine" / "f.rq").mkdir()
    (of / ".hidden").mkdir()
    (of / ".hidden" / "g.rq").write_text("SELECT", encoding="utf-8")
    with pytest.raises(QueriesError) as caught:
        load(queries=of)
    said = [str(error).removeprefix("query ").removeprefix(f"{of}/mine/") for error in caught.value.errors]
    assert [each[:4] for each in said] == ["a.rq", "c.rq", "d.sp", "e.rq"]
    assert "ends in .rq, not in .sparql" in said[2]


def test_a_folder_without_queries_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.rq").write_text(PLAIN, encoding="utf-8")
    with pytest.raises(ParseError, match="empty: holds no query"):
        load(queries=tmp_path / "empty")
    with pytest.raises(ParseError, match="there is no such folder"):
        load(queries=tmp_path / "nowhere")
    with pytest.raises(ParseError, match="is a file; give the folder that holds it"):
        load(queries=tmp_path / "file.rq")


def test_a_text_that_is_no_sparql_is_named_by_its_file(tmp_path: Path) -> None:
    kg = load(queries=folder(tmp_path, mine__a=BRANDS.replace("ORDER BY ?brand", "ORDER ?brand")))
    with pytest.raises(QueryError, match=r"mine/a\.rq, line 12"):
        kg.query("mine/a")


def test_own_queries_are_linted_and_own_checks_run(tmp_path: Path) -> None:
    of = folder(
        tmp_path,
        mine__a=BRANDS.replace("sts:brandName", "sts:brandNam"),
        check__drugs=(
            "#+ summary: S\n#+ description: D?\n#+ x-sts:\n#+   graph: asserted\n#+   remedy: none\n"
            'PREFIX sts: <https://w3id.org/sts-kg/>\nSELECT ?drug ("sold" AS ?message)\n'
            "WHERE { ?drug sts:brandName ?brand }\nORDER BY ?drug ?message\n"
        ),
        check__none=PLAIN.replace("D?\n", "D?\n#+ x-sts: {graph: asserted}\n"),
    )
    queries, guideline = read_own(of, []), Guideline(ontology_folder())
    terms = {STS.brandName, STS.Drug, STS.pazopanib}
    (violation,) = violations(queries["mine/a"], terms)
    assert (violation.check, violation.message) == ("query-unknown-term", "sts:brandNam is not in the vocabulary")
    checks = [query for query in queries.values() if query.topic == "check"]
    found = [(each.check, each.subject) for each in query_violations(guideline, checks)]
    assert found == [("drugs", "sts:ifosfamide"), ("drugs", "sts:pazopanib"), ("query-syntax", "check/none")]


def test_check_sees_own_queries(own: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[CannedQuery] = []
    monkeypatch.setattr("sts_kg.quality.report", lambda *_, own, **__: seen.extend(own))
    own.check()
    assert [query.id for query in seen] == ["mine/brands"]


def test_the_list_names_what_is_not_sparql(tmp_path: Path) -> None:
    kg = load(queries=folder(tmp_path, mine__a=BRANDS.replace("ORDER BY ?brand", "ORDER ?brand"), mine__b=BRANDS))
    (note,) = kg.queries("mine").notes
    assert note.startswith(f"query {tmp_path}/own/mine/a.rq, line 12, column ")
    assert load().queries().notes == ()


@pytest.mark.parametrize("name", TAKEN)
def test_a_parameter_cannot_be_called_like_an_option(tmp_path: Path, name: str) -> None:
    text = "#+ summary: S\n#+ description: D?\nSELECT ?x { ?x ?p ?_NAME_literal } ORDER BY ?x\n"
    own = folder(tmp_path, mine__a=text.replace("NAME", name), mine__b=text.replace("NAME", name))
    with pytest.raises(QueriesError) as caught:
        load(queries=own)
    assert [str(each) for each in caught.value.errors] == [
        f"query {own}/mine/{file}.rq, line 3: the parameter {name} is called like an option of every query; "
        "taken are cases, endpoint, format, guideline, help, labels, mappings, memory, online, queries, show, store, "
        "strict, timeout"
        for file in "ab"
    ]
    assert load(queries=folder(tmp_path / "x", mine__a=text.replace("NAME", f"{name}2"))).canned["mine/a"].usage


def test_own_queries_are_searched_for_slips(tmp_path: Path) -> None:
    kg = load(queries=folder(tmp_path, mine__a=BRANDS.replace("sts:brandName", "sts:brandNam"), mine__b=BRANDS))
    told: list[str] = []
    answer = kg.query("mine/a", on_note=told.append)
    assert isinstance(answer, Table)
    assert told == ["there is no sts:brandNam; did you mean sts:brandName or sts:brandOf?"] == list(answer.notes)
    with pytest.raises(QueryError, match=r"a\.rq.*there is no sts:brandNam"):
        kg.query("mine/a", strict=True)
    good = kg.query("mine/b", strict=True)
    assert isinstance(good, Table)
    assert good.notes == ()


def test_a_shipped_query_is_strict_about_its_parameters(kg: KnowledgeGraph) -> None:
    told: list[str] = []
    kg.query("drugs/options-with-drug", drug="CHEBI:71217", on_note=told.append)
    assert len(told) == 1
    with pytest.raises(QueryError, match="CHEBI:71217 is pazopanib hydrochloride, close to pazopanib"):
        kg.query("drugs/options-with-drug", drug="CHEBI:71217", strict=True)
    assert kg.query("drugs/options-with-drug", drug="CHEBI_71219", strict=True) == kg.query(
        "drugs/options-with-drug", drug="pazopanib"
    )
    assert kg.query("conditions/options-of-case", case="b", strict=True) == kg.query(
        "conditions/options-of-case", case="b"
    )


def test_mappings_that_a_store_does_not_have_are_said(tmp_path: Path) -> None:
    text = "#+ summary: S\n#+ description: D?\n#+ x-sts: {graph: linked}\n"
    text += "SELECT ?x { ?x a sts:Drug OPTIONAL { ?x skos:closeMatch ?y } } ORDER BY ?x\n"
    own = folder(
        tmp_path,
        mine__a=text.replace(
            "SELECT",
            "PREFIX sts: <https://w3id.org/sts-kg/>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nSELECT",
        ),
    )
    load().push(tmp_path / "store")
    told: list[str] = []
    load(store=tmp_path / "store", queries=own).query("mine/a", on_note=told.append)
    assert told == [
        "no triple here has the property skos:closeMatch: there are no mapping sets; a canned query with graph: linked "
        "has them, and a store after sts-kg push --graphs asserted,inferred,mappings"
    ]
    load(queries=own).query("mine/a", on_note=told.append, strict=True)
    assert len(told) == 1


def test_a_federated_query_tells_what_a_parameter_was_taken_for_and_can_be_strict(tmp_path: Path) -> None:
    own = folder(tmp_path, mine__elsewhere=BRANDS.replace("#+ defaults", "#+ endpoint: http://e.org/\n#+ defaults"))
    words = ["query", "--queries", str(own), "mine/elsewhere", "--drug", "CHEBI:71217"]
    note = "CHEBI:71217 is pazopanib hydrochloride, close to pazopanib"
    with faulty(good(b'{"head": {"vars": ["brand"]}, "results": {"bindings": []}}')) as endpoint:
        loose = CliRunner().invoke(app, [*words, "--endpoint", endpoint.address])
        strict = CliRunner().invoke(app, [*words, "--endpoint", endpoint.address, "--strict"])
        assert (len(endpoint.seen), loose.exit_code, strict.exit_code) == (1, 0, 2)
        assert loose.stderr.splitlines()[0] == f"warning: {note}"
        assert note in strict.stderr
        answer = load(queries=own).query_online("elsewhere", endpoint=endpoint.address, drug="CHEBI:71217")
    assert isinstance(answer, Table)
    assert answer.notes == (note,)
