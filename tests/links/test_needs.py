"""Queries that need mappings: they have the shipped sets in memory, and fail in a place that has none."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from expected import Case, read_cases, shown
from external import with_external
from places import EXAMPLES
from rdflib import URIRef
from rdflib.namespace import RDFS, SKOS
from servers import Server, oxigraph_server

import sts_kg.links
from sts_kg import KnowledgeGraph, Table, cli, connect, load
from sts_kg.cases import Session
from sts_kg.errors import NotLinkedError
from sts_kg.guideline.data import ontology_folder
from sts_kg.knowledge import asking
from sts_kg.quality.lint import violations
from sts_kg.rdf.graphs import serialize
from sts_kg.rdf.names import STS
from sts_kg.stores.pushing import push

MAPPED = [
    f"links/{name}"
    for name in (
        *("about-external-id", "codes-of-brands", "codes-of-option", "codes-of-vocabulary"),
        *("codes-with-several-meanings", "coverage-by-kind", "denied-matches", "entities-without-mapping"),
        *("external-ids", "matches-by-vocabulary", "reasons-for-match", "scope-of-codes"),
    )
]
JOINT = (
    *("classes-above-drugs", "classes-of-drug", "coverage-of-ontology", "cross-references-of-option"),
    *("cross-references-to-matches", "definitions-of-entity", "drugs-not-on-page", "drugs-with-shared-class"),
    *("drugs-with-shared-role", "kinds-of-disease", "labels-unlike-ours", "nearest-class-of-drugs"),
    *("obsolete-matches", "options-by-class", "options-with-shared-class", "same-name-without-match"),
    *("sentences-by-class", "synonyms-of-option", "terms-about-drug"),
    *("interactions-inside-option", "interactions-of-drug", "interactions-of-option", "interactions-with-list"),
    "relations-of-drug",
)
NEEDY = {
    "links/adverse-events-of-option": ("OAE", "mappings"),
    "links/options-by-procedure": ("MAXO", "mappings"),
    **dict.fromkeys(MAPPED, ("mappings",)),
    **{f"links/{name}": ("links", "mappings") for name in JOINT},
}
CASES = [pytest.param(case, id=case.id) for case in read_cases() if case.query in MAPPED]
LACKS = (
    " needs the mapping sets, and there are none where it is asked; put them there: "
    "sts-kg push --graphs asserted,inferred,mappings, with --store STORE or --endpoint URL"
)
VOCABULARY = (STS.pazopanib,)
OBO = "http://purl.obolibrary.org/obo/"
MINE = """\
#+ summary: Mine
#+ description: Which terms does pazopanib match exactly?
#+ x-sts:
#+     graph: linked
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sts: <https://w3id.org/sts-kg/>
SELECT DISTINCT ?term { sts:pazopanib skos:exactMatch ?term } ORDER BY ?term
"""


def rows(kg: KnowledgeGraph, name: str, **parameters: Any) -> Table:
    answer = kg.query(name, **parameters)
    assert isinstance(answer, Table)
    return answer


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words], prog_name="sts-kg")


def mapped_in_files() -> set[str]:
    """The names of ours that a row of a mapping set maps, by its text alone."""
    found = set()
    for path in (ontology_folder() / "mappings").glob("*.sssom.tsv"):
        lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
        for line in lines[1:]:
            row = dict(zip(lines[0], line, strict=False))
            if row.get("predicate_modifier", "") != "Not" and row["predicate_id"].endswith("Match"):
                found.add(row["subject_id"].removeprefix("sts:"))
    return found


# --- the shipped graph


def test_which_queries_need_what(kg: KnowledgeGraph) -> None:
    assert {name: each.needs for name, each in kg.canned.items() if "mappings" in each.needs} == NEEDY


@pytest.mark.parametrize("case", CASES)
def test_the_shipped_graph_answers_as_the_linked_one(kg: KnowledgeGraph, case: Case) -> None:
    assert shown(kg.query(case.query, **dict[str, Any](case.parameters))) == case.answer


@pytest.mark.parametrize("case", CASES)
def test_rdflib_answers_alike_without_links(kg: KnowledgeGraph, case: Case) -> None:
    whole = kg.asserted + kg.inferred
    for each in kg.named_graphs("mappings").values():
        whole += each
    result: Any = whole.query(kg.bound(case.query, **case.parameters))
    answer = Table(tuple(map(str, result.vars)), tuple(tuple(row) for row in result))
    assert shown(answer) == case.answer


def test_drugs_have_their_identifiers(kg: KnowledgeGraph) -> None:
    for drug, count, chebi in (("pazopanib", 23, 71219), ("doxorubicin", 24, 28748)):
        found = rows(kg, "links/external-ids", entity=drug)
        assert len(found) == count
        assert [str(row[2]) for row in found if str(row[1]).endswith(f"CHEBI_{chebi}")] == [drug]
        assert [row[0] for row in found if str(row[1]).endswith(f"CHEBI_{chebi}")] == [SKOS.exactMatch]
        assert set(rows(kg, "links/about-external-id", external=f"CHEBI:{chebi}").column("entity")) == {STS[drug]}


def test_no_mapped_entity_is_told_to_have_no_mapping(kg: KnowledgeGraph) -> None:
    listed = {str(each).removeprefix(str(STS)) for each in rows(kg, "links/entities-without-mapping").column("entity")}
    mapped = mapped_in_files()
    assert len(listed) == 20
    assert {"doxorubicin", "pazopanib", "chemotherapy", "surgery"} <= mapped
    assert listed & mapped == set()


def test_the_sets_are_read_once_and_only_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    graphs = sts_kg.links.graphs_of_mappings

    def counted() -> dict[URIRef, bytes]:
        read.append(1)
        return graphs()

    monkeypatch.setattr(sts_kg.links, "graphs_of_mappings", counted)
    graph = load()
    for name in ("drugs/standard-drug", "conditions/cases", "links/linked-ontologies"):
        graph.query(name)
    with pytest.raises(NotLinkedError, match="needs a linked ontology"):
        graph.query("links/classes-of-drug")
    graph.sparql("ASK { sts:pazopanib a sts:Drug }")
    assert read == []
    for name in MAPPED:
        graph.query(name)
    graph.with_examples().query("links/external-ids")
    assert read == [1]


def test_cases_examples_and_readings_keep_the_mappings(kg: KnowledgeGraph) -> None:
    ids, without = rows(kg, "links/external-ids"), rows(kg, "links/entities-without-mapping")
    for graph in (
        kg.with_cases(EXAMPLES / "f.yaml"),
        kg.with_examples(),
        kg.under("D04=S08-alone"),
        kg.with_alignments("bfo"),
        KnowledgeGraph(kg.session),
    ):
        assert rows(graph, "links/external-ids") == ids
        assert rows(graph, "links/entities-without-mapping") == without
    done = invoke("query", "links/external-ids", "--cases", EXAMPLES / "f.yaml", "--format", "csv")
    assert (done.exit_code, done.stdout.strip()) == (0, ids.to_csv().replace("\r\n", "\n").strip())


def test_a_linked_graph_has_them_with_cases_and_by_a_reading(kg: KnowledgeGraph, linked: KnowledgeGraph) -> None:
    drug = {"drug": "pazopanib"}
    for graph in (linked.with_cases(EXAMPLES / "f.yaml"), linked.under("D04=S08-alone")):
        assert rows(graph, "links/external-ids") == rows(kg, "links/external-ids")
        assert rows(graph, "links/classes-of-drug", **drug) == rows(linked, "links/classes-of-drug", **drug)


def test_a_term_that_the_ontology_itself_names_links_no_vocabulary(kg: KnowledgeGraph, tmp_path: Path) -> None:
    assert kg.sparql("ASK { obo:CHEBI_23888 rdfs:label ?drug . obo:MAXO_0000001 rdfs:label ?action }") is True
    for name in ("links/adverse-events-of-option", "links/classes-of-drug", "links/options-by-procedure"):
        with pytest.raises(NotLinkedError) as caught:
            kg.query(name)
        assert caught.value.needs == NEEDY[name][0]
    lines = ['obo:OAE_1 rdfs:label "an event"@en .', 'obo:DINTO_1 rdfs:label "an interaction"@en .']
    (tmp_path / "other.ttl").write_text(f"@prefix obo: <{OBO}> .\n@prefix rdfs: <{RDFS}> .\n{chr(10).join(lines)}\n")
    other = KnowledgeGraph(kg.session)
    other.link(tmp_path / "other.ttl", seeds=["OAE:1"])
    assert len(rows(other, "links/adverse-events", text="event")) == 1
    assert len(rows(other, "links/classes-of-drug")) == 0
    with pytest.raises(NotLinkedError, match="links/options-by-procedure needs terms of MAXO, and none is linked"):
        other.query("links/options-by-procedure")


def test_a_session_without_mappings_gives_no_answer(kg: KnowledgeGraph) -> None:
    bare = KnowledgeGraph(Session(kg.guideline))
    with pytest.raises(NotLinkedError, match="links/entities-without-mapping needs the mapping sets"):
        bare.query("links/entities-without-mapping")


# --- stores and endpoints


@pytest.fixture(scope="module")
def unmapped(kg: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was pushed as `sts-kg push` does it by default."""
    folder = tmp_path_factory.mktemp("unmapped") / "store"
    push(kg.named_graphs("asserted", "inferred"), folder, scope="ontology")
    return folder


@pytest.fixture(scope="module")
def linked_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has slices and no mapping sets."""
    folder = tmp_path_factory.mktemp("links") / "store"
    push(with_external().named_graphs("asserted", "inferred", "links"), folder, scope="ontology")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with oxigraph_server(tmp_path / "server") as running:
        yield running


def put(server: Server, triples: bytes) -> None:
    headers = {"Content-Type": "application/n-triples"}
    asked = urllib.request.Request(f"{server.graph_store}?default", triples, headers, method="POST")
    urllib.request.urlopen(asked, timeout=60).close()


def assert_fails(graph: KnowledgeGraph, names: list[str]) -> None:
    for name in names:
        with pytest.raises(NotLinkedError) as caught:
            graph.query(name)
        assert (str(caught.value), caught.value.needs) == (name + LACKS, "mappings")


def test_a_store_without_mappings_is_an_error_with_cases_too(unmapped: Path) -> None:
    kept = load(store=unmapped)
    assert_fails(kept, MAPPED)
    assert_fails(kept.with_cases(EXAMPLES / "f.yaml"), MAPPED)
    assert len(rows(kept, "links/linked-ontologies")) == 0
    assert len(rows(kept, "drugs/standard-drug")) == 1


def test_slices_do_not_stand_in_for_mappings(linked_only: Path, linked: KnowledgeGraph) -> None:
    kept = load(store=linked_only)
    assert_fails(kept, list(NEEDY))
    for name in ("links/adverse-events", "links/linked-ontologies"):
        assert rows(kept, name) == rows(linked, name)


@pytest.mark.slow
def test_the_command_fails_as_for_what_is_not_linked_until_it_is_heeded(tmp_path: Path, kg: KnowledgeGraph) -> None:
    store = tmp_path / "store"
    assert invoke("push", "--store", store).exit_code == 0
    unlinked = invoke("query", "links/interactions-of-drug", "--store", store)
    done = invoke("query", "links/external-ids", "--store", store)
    assert (done.exit_code, done.stdout, done.stderr) == (3, "", f"sts-kg: links/external-ids{LACKS}\n")
    assert done.exit_code == unlinked.exit_code
    assert invoke("push", "--graphs", "asserted,inferred,mappings", "--store", store).exit_code == 0
    for name in MAPPED:
        assert rows(load(store=store), name) == rows(kg, name)


def test_an_endpoint_without_mappings_is_an_error_until_they_are_pushed(server: Server, kg: KnowledgeGraph) -> None:
    push(kg.named_graphs("asserted", "inferred"), server.query, scope="ontology")
    assert_fails(asking(server.query, "linked"), MAPPED)
    assert_fails(connect(server.query), MAPPED)
    push(kg.named_graphs("asserted", "inferred", "mappings"), server.query, scope="ontology")
    for graph in (asking(server.query, "linked"), connect(server.query)):
        assert [rows(graph, name) for name in MAPPED] == [rows(kg, name) for name in MAPPED]


def test_an_export_in_a_default_graph_is_asked_for_its_mappings(server: Server, kg: KnowledgeGraph) -> None:
    put(server, serialize(kg.asserted + kg.inferred, "ntriples"))
    assert_fails(asking(server.query, "linked"), MAPPED)
    for each in kg.named_graphs("mappings").values():
        put(server, serialize(each, "ntriples"))
    graph = asking(server.query, "linked")
    assert [rows(graph, name) for name in MAPPED] == [rows(kg, name) for name in MAPPED]


# --- files, and queries of one's own


@pytest.mark.slow
def test_a_written_query_names_the_mappings(kg: KnowledgeGraph, unmapped: Path, tmp_path: Path) -> None:
    load().write_queries(tmp_path / "plain", topic="links")
    load().write_queries(tmp_path / "graphs", topic="links", endpoint_graphs=True)
    load(store=unmapped).write_queries(tmp_path / "store", topic="links", endpoint_graphs=True)

    def comments(folder: str, name: str) -> list[str]:
        lines = (tmp_path / folder / f"{name}.rq").read_text("utf-8").splitlines()
        return [line for line in lines if line.startswith("# ")][1:]

    for name in MAPPED:
        assert comments("plain", name) == [
            "# Load into the default graph the ontology with what follows, and the mappings.",
            "#   sts-kg export --graphs asserted,inferred,mappings -o FILE.ttl",
        ]
        for folder in ("graphs", "store"):
            assert comments(folder, name) == [
                "# Ask a store that sts-kg push --graphs asserted,inferred,mappings filled; "
                "FROM names the ontology with what follows, and the mappings."
            ]
            text = (tmp_path / folder / f"{name}.rq").read_text("utf-8")
            sets = sorted(f"FROM <{each}>" for each in kg.named_graphs("mappings"))
            assert [line for line in text.splitlines() if line.startswith(f"FROM <{STS}mappings/")] == sets
    all_kinds = "asserted,inferred,mappings,links --linked STORE"
    joint = "the ontology with what follows, the mappings, and the slices that were linked."
    for name, needs in (
        ("classes-of-drug", ""),
        ("options-by-procedure", " It needs a linked ontology with terms of MAXO."),
    ):
        assert comments("plain", f"links/{name}") == [
            f"# Load into the default graph {joint}{needs}",
            f"#   sts-kg export --graphs {all_kinds} -o FILE.ttl (STORE: of sts-kg link -o)",
            "# Load the slices into named graphs, too.",
            "#   sts-kg export --graphs links --linked STORE -o FILE.nq",
        ]
        assert comments("graphs", f"links/{name}") == [
            f"# Ask a store that sts-kg push --graphs {all_kinds} filled; FROM names {joint}{needs}"
        ]


@pytest.mark.parametrize("says", [False, True])
def test_a_query_of_ones_own_has_mappings_and_fails_without_if_it_says_so(
    tmp_path: Path, unmapped: Path, says: bool
) -> None:
    (tmp_path / "mine").mkdir()
    text = MINE.replace("graph: linked\n", "graph: linked\n#+     needs: [mappings]\n") if says else MINE
    (tmp_path / "mine" / "matches.rq").write_text(text, encoding="utf-8")
    ours = load(queries=tmp_path)
    found = set(rows(ours, "mine/matches").column("term"))
    assert len(found) == 16
    assert URIRef("http://purl.obolibrary.org/obo/CHEBI_71219") in found
    kept = load(store=unmapped, queries=tmp_path)
    if says:
        with pytest.raises(NotLinkedError, match=r"matches\.rq needs the mapping sets"):
            kept.query("mine/matches")
    else:
        assert len(rows(kept, "mine/matches")) == 0
    wrong = [each.check for each in violations(ours.canned["mine/matches"], VOCABULARY)]
    assert wrong == ([] if says else ["query-mappings-unsaid"])
