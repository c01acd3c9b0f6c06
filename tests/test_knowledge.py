"""The facade: graphs, queries and their parameters, cases from everywhere, and export; nothing given is changed."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, Literal
from rdflib.namespace import RDF, RDFS, XSD

from sts_kg import Case, CaseError, InconsistentError, KnowledgeGraph, ParseError, Table, UnknownNameError, load, read
from sts_kg.cases.answers import Answers
from sts_kg.cases.case import Given
from sts_kg.cases.session import Session
from sts_kg.cases.sources import CaseSource
from sts_kg.errors import ParameterError, QueryError
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.release import module_ontologies, one_ontology
from sts_kg.rdf.names import CASE, STS, local

EXAMPLES = ontology_folder() / "examples"
A = {"case": "a", "findings": {"stage4-sts": True}}
B = {"case": "b", "findings": {"stage4-sts": True, "unresectable": True}}
X = {"case": "x", "findings": {"unresectable": True, "resectable": True}}


class Loaded:
    """A knowledge graph with its own closure, and what its graphs held before the tests asked anything."""

    def __init__(self, ontology: KnowledgeGraph) -> None:
        self.kg = KnowledgeGraph(Session(ontology.guideline))
        self.of_a = self.kg.with_cases(A)
        self.triples = set(self.kg.asserted), set(self.kg.inferred)


@pytest.fixture(scope="module")
def loaded(kg: KnowledgeGraph) -> Loaded:
    return Loaded(kg)


@pytest.fixture
def own(loaded: Loaded) -> KnowledgeGraph:
    return loaded.kg


@pytest.fixture
def of_a(loaded: Loaded) -> KnowledgeGraph:
    return loaded.of_a


def statuses(answers: Answers) -> dict[str, str]:
    return {f"{answer.case} {local(answer.option)}": answer.status for answer in answers}


def plain(graph: Graph) -> set[tuple[object, ...]]:
    """Return the triples with plain texts for those of xsd:string, which are the same in RDF 1.1."""
    return {
        tuple(Literal(str(n)) if isinstance(n, Literal) and n.datatype == XSD.string else n for n in triple)
        for triple in graph
    }


# --- graphs


def test_asserted_and_inferred_are_disjoint_and_graph_is_both(own: KnowledgeGraph) -> None:
    assert not set(own.asserted) & set(own.inferred)
    assert len(own.graph) == len(own.asserted) + len(own.inferred)
    assert plain(own.graph) == set(own.asserted) | set(own.inferred)
    assert len(own.inferred) > 1000


def test_every_asserted_triple_is_in_graph(own: KnowledgeGraph) -> None:
    missing = [triple for triple in own.asserted if triple not in own.graph]
    assert missing == []


def test_the_graphs_are_rdflib_graphs(own: KnowledgeGraph) -> None:
    assert all(isinstance(graph, Graph) for graph in (own.asserted, own.inferred, own.graph))
    [row] = own.graph.query("SELECT ?label { sts:option-pazopanib rdfs:label ?label }")
    assert row == (Literal("pazopanib", lang="en"),)


def test_what_follows_is_in_graph_and_not_asserted(own: KnowledgeGraph) -> None:
    triple = (STS.pazopanib, RDF.type, STS.Drug)
    assert triple in own.graph
    assert triple in own.inferred
    assert triple not in own.asserted


def test_load_takes_another_folder(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"has 0 Turtle files with owl:imports; one is expected, the header"):
        load(tmp_path)


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(UnknownNameError, match="there is no reasoning engine 'owlrll'; did you mean owlrl"):
        _ = load(engine="owlrll").inferred


def test_the_examples_are_in_the_graph_with_their_options(kg: KnowledgeGraph) -> None:
    examples = kg.with_examples()
    assert [case.id for case in examples.cases] == list("abcdefghijklm")
    assert (CASE.g, STS.hasOption, STS["option-pazopanib"]) in examples.graph
    assert (CASE.g, STS.hasOption, STS["option-pazopanib"]) not in examples.asserted
    assert not set(examples.asserted) & set(examples.inferred)
    assert (CASE.g, None, None) not in kg.graph


# --- queries


@pytest.mark.parametrize("name", ["drugs/options-with-drug", "options-with-drug"])
@pytest.mark.parametrize(
    "drug",
    [
        *("pazopanib", "sts:pazopanib", "https://w3id.org/sts-kg/pazopanib", "<https://w3id.org/sts-kg/pazopanib>"),
        *("Votrient", "votrient", "Pazopanib", STS.pazopanib),
    ],
)
def test_a_drug_by_id_label_curie_iri_and_brand(own: KnowledgeGraph, name: str, drug: str) -> None:
    found = own.query(name, drug=drug)
    assert isinstance(found, Table)
    assert set(found.column("option")) == {STS["option-pazopanib"]}


def test_an_option_by_its_label_of_several_words(own: KnowledgeGraph) -> None:
    by_label = own.query("provenance/segments-of-option", option="SBRT for lung metastases")
    by_id = own.query("provenance/segments-of-option", option="sbrt-lung")
    assert by_label == by_id
    assert isinstance(by_id, Table)
    assert STS.S19 in {cell for row in by_id for cell in row}


def test_a_sparql_text_is_known_by_its_white_space(own: KnowledgeGraph) -> None:
    text = "SELECT ?drug { ?drug a sts:TargetedTherapyDrug }"
    assert own.query(text) == own.sparql(text) == Table(("drug",), ((STS.pazopanib,),))
    assert own.query("ASK\n{}") is True
    built = own.query("CONSTRUCT WHERE { sts:pazopanib sts:brandName ?n }")
    assert isinstance(built, Graph)
    assert list(built) == [(STS.pazopanib, STS.brandName, Literal("Votrient"))]


def test_sparql_asks_the_asserted_graph_on_request(own: KnowledgeGraph) -> None:
    text = "ASK { sts:pazopanib a sts:Drug }"
    assert (own.sparql(text), own.sparql(text, asserted=True)) == (True, False)


def test_tables_know_the_labels(own: KnowledgeGraph) -> None:
    found = own.query("SELECT ?o { ?o sts:hasComponent sts:pazopanib }")
    assert isinstance(found, Table)
    assert found.labels[STS["option-pazopanib"]] == "pazopanib"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda kg: kg.query("options-with-drugs", drug="pazopanib"),
            "there is no query 'options-with-drugs'; did you mean drugs/options-with-drug",
        ),
        (lambda kg: kg.query("zzz"), "there is no query 'zzz'"),
        (lambda kg: kg.query("check/missing-label"), "there is no query 'check/missing-label'"),
        (lambda kg: kg.bound("drug/standard-drug"), "there is no query 'drug/standard-drug'; did you mean"),
        (lambda kg: kg.sources("S99"), "there is no segment 'S99'; did you mean S"),
    ],
)
def test_an_unknown_name_has_near_ones(
    own: KnowledgeGraph, call: Callable[[KnowledgeGraph], object], message: str
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        call(own)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"drug": "pazopanip"},
            "query drugs/options-with-drug, parameter drug = 'pazopanip': there is no sts:Drug of this name; did you"
            " mean pazopanib?",
        ),
        ({"drugs": "pazopanib"}, "query drugs/options-with-drug, parameter drugs = None: no such parameter, it has"),
        ({"drug": 3}, "query drugs/options-with-drug, parameter drug = 3: a int is neither an IRI nor a name"),
        (
            {"drug": "surgery"},
            "query drugs/options-with-drug, parameter drug = 'surgery': there is no sts:Drug of this name; there"
            " are doxorubicin, ifosfamide, pazopanib",
        ),
    ],
)
def test_a_wrong_parameter(own: KnowledgeGraph, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        own.query("drugs/options-with-drug", **given)
    assert str(caught.value).startswith(message.replace(" = None", ""))


def test_bound_is_the_text_that_runs_anywhere(own: KnowledgeGraph) -> None:
    text = own.bound("options-with-drug", drug="Votrient")
    assert "<https://w3id.org/sts-kg/pazopanib>" in text
    assert "?_drug_iri" not in text.partition("SELECT")[2]
    assert own.query(text) == own.query("options-with-drug", drug="pazopanib")


def test_a_wrong_sparql_text_is_a_query_error(own: KnowledgeGraph) -> None:
    with pytest.raises(QueryError, match=r"^query given, line 1"):
        own.query("SELECT ?x WHERE")


def test_the_list_of_queries(own: KnowledgeGraph) -> None:
    table = own.queries()
    assert table.variables == ("id", "parameters", "question")
    assert [str(name) for name in table.column("id")] == list(own.canned)
    rows = {str(row[0]): (str(row[1]), str(row[2])) for row in table}
    question = own.canned["drugs/options-with-drug"].description
    assert rows["drugs/options-with-drug"] == ("drug [modality]", question)
    assert {str(name).partition("/")[0] for name in own.queries("drugs").column("id")} == {"drugs"}
    with pytest.raises(UnknownNameError, match="there is no topic 'drug'; did you mean drugs"):
        own.queries("drug")
    assert not any(name.startswith("check/") for name in own.canned)


# --- cases


@pytest.fixture
def file_of_a(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text("case: a\nfindings: {stage4-sts: yes}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(lambda path: str(path), id="text"),
        pytest.param(lambda path: path, id="path"),
        pytest.param(lambda path: A, id="mapping"),
        pytest.param(lambda path: A | {"findings": {"finding-stage4-sts": "yes"}}, id="words"),
        pytest.param(lambda path: [path], id="list"),
        pytest.param(lambda path: iter((A,)), id="iterator"),
        pytest.param(lambda path: Case("a", given=(Given(STS["finding-stage4-sts"], True, "here"),)), id="case"),
    ],
)
def test_a_case_may_be_given_in_any_form(
    kg: KnowledgeGraph, file_of_a: Path, given: Callable[[Path], CaseSource | Iterable[CaseSource]]
) -> None:
    [case] = kg.with_cases(given(file_of_a)).cases
    assert (case.id, [(one.finding, one.holds) for one in case.given]) == ("a", [(STS["finding-stage4-sts"], True)])


def test_options_of_a_list_of_all_kinds(own: KnowledgeGraph, tmp_path: Path) -> None:
    """In the order given, a file with two cases amongst them, and a contradictory one."""
    cohort = tmp_path / "cohort.csv"
    cohort.write_text("case,stage4-sts,resectable\nc,yes,yes\nl,,\n", encoding="utf-8")
    case = Case("g", "a label", given=(Given(STS["finding-stage4-sts"], False, "here"),))
    found = own.options([B, str(cohort), X, case, EXAMPLES / "d.yaml"])
    assert list(dict.fromkeys(answer.case for answer in found)) == ["b", "c", "l", "x", "g", "d"]
    assert len(found) == 6 * 18
    assert statuses(found)["x option-radiation"] == "contradictory"
    assert statuses(found)["b option-radiation"] == "met"
    assert statuses(found)["c option-radiation"] == "not-met"
    assert statuses(found)["l option-radiation"] == "undetermined"
    assert statuses(found)["g option-radiation"] == "not-met"
    assert statuses(found)["d option-sbrt-lung"] == "met"
    assert [error.case for error in found.contradictions] == ["x"]
    assert found.labels == {"g": "a label", "d": "few small tumours in the lungs, surgery cannot be done"}
    assert found.footer == own.footer


def test_the_answers_as_a_table(own: KnowledgeGraph) -> None:
    table = own.options(B).table()
    assert table.variables == (
        *("case", "option", "status", "tried", "declined", "true", "false", "missing", "recommendation", "segments"),
        *(
            "decisions",
            "review",
            "kind",
            "kinds",
            "marks",
            "readings",
            "strength",
            "frequency",
            "amongst",
            "intents",
            "inherited_intents",
        ),
        *("not_intents", "positions", "follows", "may_enable", "talk"),
    )
    row = next(row for row in table if row[1] == STS["option-sbrt-lung"])
    assert row == (
        Literal("b"),
        STS["option-sbrt-lung"],
        Literal("undetermined"),
        Literal(False),
        Literal(False),
        Literal("stage4-sts unresectable"),
        None,
        Literal("lung-metastases only-few-small-tumours"),
        *(Literal("rec-S19"), Literal("H0 S01 S19"), Literal("D01 D11 D16b D29 D30 D36")),
        *(
            None,
            Literal("option"),
            None,
            None,
            None,
            Literal("may-be-used"),
            None,
            None,
            Literal("treat-lung-metastases"),
        ),
        *(None, None, None, None, None, Literal("S02")),
    )


def test_on_error_gets_each_source_that_cannot_be_read(own: KnowledgeGraph, tmp_path: Path, file_of_a: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("case: w\nfindings: {stage5: yes}\n", encoding="utf-8")
    again = tmp_path / "again.json"
    again.write_text(json.dumps([B, A]), encoding="utf-8")
    seen: list[CaseError | ParseError] = []
    sources: list[CaseSource] = [file_of_a, tmp_path / "nowhere.yaml", tmp_path / "wrong.yaml", again]
    found = own.options(sources, on_error=seen.append)
    assert {answer.case for answer in found} == {"a"}
    assert [str(error) for error in seen] == [
        f"{tmp_path / 'nowhere.yaml'}: cannot be read: No such file or directory",
        f"{tmp_path / 'wrong.yaml'}, line 2: there is no finding 'stage5'; did you mean stage4-sts?",
        f"{again}, line 1: the case 'a' is there twice; the first is at {file_of_a}, line 1",
    ]


def test_without_on_error_the_first_is_raised(own: KnowledgeGraph, tmp_path: Path, file_of_a: Path) -> None:
    with pytest.raises(ParseError, match=r"nowhere\.yaml"):
        own.options([tmp_path / "nowhere.yaml", file_of_a])
    with pytest.raises(CaseError, match=r"the case 'a' is there twice; the first is at .*a\.yaml, line 1$"):
        own.options([file_of_a, A])


def test_the_same_id_of_two_cases_of_no_file(own: KnowledgeGraph) -> None:
    with pytest.raises(CaseError, match=r"^the case 'a' is there twice; the first is at no file$"):
        own.options([Case("a"), Case("a")])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"findings": {}}, "the mapping given, line 1: the key 'case' is missing: every case needs an id"),
        (
            {"case": "a", "findings": {"stage4": "yes"}},
            "the mapping given, line 1: there is no finding 'stage4'; did you mean",
        ),
        ({"case": "a", "findings": {"stage4-sts": 2}}, "the mapping given, line 1: '2' is not a value of stage4-sts"),
    ],
)
def test_a_wrong_mapping(own: KnowledgeGraph, given: Mapping[str, object], message: str) -> None:
    with pytest.raises(CaseError) as caught:
        own.options(given)
    assert str(caught.value).startswith(message)


# --- a knowledge graph with cases


def test_with_cases_has_the_facts_and_what_follows(own: KnowledgeGraph, of_a: KnowledgeGraph) -> None:
    assert (CASE.a, STS.hasFinding, STS["finding-stage4-sts"]) in of_a.asserted
    assert (CASE.a, STS.hasOption, STS["option-surgery"]) in of_a.inferred
    assert not set(of_a.asserted) & set(of_a.inferred)
    assert len(of_a.graph) == len(of_a.asserted) + len(of_a.inferred)
    assert own.cases == ()
    assert (CASE.a, None, None) not in own.asserted


def test_a_query_about_cases_is_about_these(of_a: KnowledgeGraph) -> None:
    found = of_a.query("conditions/options-of-case", case="a")
    assert isinstance(found, Table)
    assert STS["option-surgery"] in {cell for row in found for cell in row}
    with pytest.raises(ParameterError, match="parameter case = 'b'"):
        of_a.query("conditions/options-of-case", case="b")


def test_without_cases_a_query_about_cases_is_about_the_examples(kg: KnowledgeGraph) -> None:
    found = kg.query("conditions/options-of-case", case="g")
    assert isinstance(found, Table)
    assert STS["option-pazopanib"] in {cell for row in found for cell in row}
    assert f"<{CASE.g}>" in kg.bound("conditions/options-of-case", case="g")


def test_the_graph_of_a_case_holds_no_other_case_and_nothing_supposed(kg: KnowledgeGraph) -> None:
    """What was asked before does not come into the graph: other cases, and what-if, of which nothing is a fact."""
    of_b = kg.with_cases(B)
    assert len(of_b.what_if(B, {"resectable": True})) == 8
    subjects = {subject for subject in of_b.inferred.subjects() if str(subject).startswith(str(CASE))}
    assert subjects == {CASE.b}
    assert (CASE.b, STS.hasUnmetOption, STS["option-radiation"]) not in of_b.graph


def test_a_contradictory_case_has_no_graph(kg: KnowledgeGraph) -> None:
    of_x = kg.with_cases([A, X])
    assert [case.id for case in of_x.cases] == ["a", "x"]
    for _ in range(2):
        with pytest.raises(InconsistentError) as caught:
            _ = of_x.graph
        assert caught.value.case == "x"
        assert str(caught.value).startswith(
            "case x contradicts itself: unresectable holds (given: the mapping given, line 1) and"
        )
    with pytest.raises(InconsistentError):
        of_x.query("conditions/options-of-case", case="a")


def test_questions_and_what_if_take_the_case_by_name(own: KnowledgeGraph) -> None:
    cohort = EXAMPLES / "cohort.csv"
    assert [question.finding for question in own.questions(cohort, case="a")["a"][:2]] == [
        STS["finding-resectable"],
        STS["finding-lung-metastases"],
    ]
    with pytest.raises(UnknownNameError, match="there is no case 'zz'"):
        own.what_if(cohort, {"resectable": True}, case="zz")


def test_sources_in_reading_order_and_by_id(own: KnowledgeGraph) -> None:
    assert len(own.sources()) == 39
    [one] = own.sources("s19")
    assert (one.id, one.text) == ("S19", None)


# --- export


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["ttl", "nt", "rdf", "jsonld", "ttl.gz", "nt.gz", "trig", "nq"])
def test_export_reads_back_as_the_same_graph(own: KnowledgeGraph, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"kg.{ending}"
    expected, repeated, _ = one_ontology(own.guideline)
    assert len(own.export(path)) == len(expected) + len(repeated)
    assert without_names(read(path)) == without_names(expected + repeated)


def without_names(graph: Graph) -> Counter[tuple[object, ...]]:
    """Return the triples with their blank nodes as one: isomorphism of thousands of triples takes too long."""
    return Counter(tuple("_" if isinstance(n, BNode) else n for n in triple) for triple in graph)


@pytest.mark.parametrize("ending", ["trig", "nq", "nq.gz"])
def test_export_keeps_the_modules_apart(own: KnowledgeGraph, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"kg.{ending}"
    done = own.export(path, inferred=True, modules=True)
    data = gzip.decompress(path.read_bytes()) if ending.endswith(".gz") else path.read_bytes()
    syntax = ox.RdfFormat.TRIG if ending == "trig" else ox.RdfFormat.N_QUADS
    counts = Counter(str(quad.graph_name) for quad in ox.parse(data, syntax))
    modules = {f"<{STS}ontology/{name}>": len(graph) for name, graph in module_ontologies(own.guideline).items()}
    assert counts == modules | {f"<{STS}inferred>": done.triples["inferred"]}


def test_export_with_what_is_inferred_and_with_cases(of_a: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "kg.ttl"
    done = of_a.export(path, inferred=True)
    assert len(read(path)) == len(done)
    assert (CASE.a, STS.hasOption, STS["option-surgery"]) in read(path)
    of_a.export(tmp_path / "kg.nq")
    lines = (tmp_path / "kg.nq").read_text(encoding="utf-8").splitlines()
    own_graph = [line for line in lines if line.endswith(" <https://w3id.org/sts-kg/cases> .")]
    assert (
        len(own_graph) == len(of_a.asserted) - len(of_a.guideline.asserted) == 3 + len(of_a.session.by_readings) == 73
    )


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["ttl", "rdf", "jsonld", "trig", "nq.gz"])
def test_export_twice_gives_the_same_bytes(own: KnowledgeGraph, tmp_path: Path, ending: str) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        own.export(tmp_path / name / f"kg.{ending}")
    first, second = (tmp_path / name / f"kg.{ending}" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_an_export_that_cannot_be_leaves_nothing(own: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"kg\.docx: has no ending of an RDF file"):
        own.export(tmp_path / "kg.docx")
    with pytest.raises(OSError, match="No such file or directory"):
        own.export(tmp_path / "no" / "kg.ttl")
    (tmp_path / "folder.ttl").mkdir()
    with pytest.raises(OSError, match="directory"):
        own.export(tmp_path / "folder.ttl")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.ttl"]
    assert list((tmp_path / "folder.ttl").iterdir()) == []


# --- the last: nothing above has changed what was loaded


def test_no_call_changes_the_graphs(loaded: Loaded) -> None:
    asserted, inferred = loaded.triples
    assert set(loaded.kg.asserted) == asserted
    assert set(loaded.kg.inferred) == inferred
    assert plain(loaded.kg.graph) == asserted | inferred
    assert not any(RDFS.comment == predicate for predicate in loaded.kg.inferred.predicates())
