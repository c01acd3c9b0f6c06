"""Each command against the public function behind it: both give the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from made import KNEE, knee_folder
from rdflib.compare import isomorphic

from sts_kg import KnowledgeGraph, closure_of, knowledge, load, read
from sts_kg.cli import app
from sts_kg.cohort import Codes, Omop, invented_omop
from sts_kg.errors import UnknownNameError
from sts_kg.guideline import conditions_text
from sts_kg.guideline.data import ontology_folder
from sts_kg.links import read as read_mappings
from sts_kg.links import validate
from sts_kg.rdf import one_triple, write

pytestmark = pytest.mark.usefixtures("preloaded")

EXAMPLES = ontology_folder() / "examples"
F, G, COHORT = (str(EXAMPLES / name) for name in ("f.yaml", "g.yaml", "cohort.csv"))
GOLDEN = str(Path(__file__).parents[1] / "authoring" / "golden")
FORM = str(Path(__file__).parent / "form.csv")
EXTERNAL = str(Path(__file__).parents[1] / "external.ttl")
VOCABULARY = str(ontology_folder() / "schemes.ttl")  # without blank nodes, whose names differ
DRUGS = str(ontology_folder() / "mappings" / "drugs.sssom.tsv")
LOCAL, CODES = (str(Path(__file__).parent / name) for name in ("local.sssom.tsv", "codes.csv"))
TRIPLE = "sts:option-pazopanib sts:follows sts:option-chemotherapy"
TEXT = "SELECT ?drug ?brand { ?drug sts:brandName ?brand } ORDER BY ?drug"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, prog_name="sts-kg")
    assert done.exit_code in (0, 1), done.stderr
    return done.stdout


#: Arguments of a command to what Python gives for the same, as the command prints it.
SAME: dict[tuple[str, ...], Callable[[KnowledgeGraph], object]] = {
    ("options", F, "--format", "json"): lambda kg: kg.options(F).as_dicts(),
    ("options", F, G, "--format", "csv", "--status", "met"): lambda kg: kg.options([F, G]).with_status("met").to_csv(),
    ("explain", F, "pazopanib", "--format", "json"): lambda kg: kg.explain(F, "pazopanib").as_dict(),
    ("options", F, "--verdicts", FORM, "--format", "json"): lambda kg: kg.with_verdicts(FORM).options(F).as_dicts(),
    ("explain", F, "pazopanib", "--verdicts", FORM, "--format", "json"): lambda kg: (
        kg.with_verdicts([FORM]).explain(F, "pazopanib").as_dict()
    ),
    ("ask", COHORT, "--format", "json"): lambda kg: [
        {"case": case} | question.as_dict() for case, found in kg.questions(COHORT).items() for question in found
    ],
    ("ask", COHORT, "--case", "f", "--format", "json"): lambda kg: [
        {"case": "f"} | question.as_dict() for question in kg.questions(COHORT, case="f")["f"]
    ],
    ("what-if", F, "resectable=yes", "--format", "json"): lambda kg: [
        change.as_dict() for change in kg.what_if(F, {"resectable": True})
    ],
    ("what-if", F, "transition-S21", "--format", "json"): lambda kg: [
        change.as_dict() for change in kg.what_if(F, "transition-S21")
    ],
    ("test", GOLDEN, "--engine", "bits", "--engine", "sql", "--format", "json"): lambda kg: kg.test(
        GOLDEN, engines=("bits", "sql")
    ).as_dict(),
    ("questionnaire",): lambda kg: kg.questionnaire(),
    ("conditions",): lambda kg: conditions_text(kg.asserted, kg.guideline.modules["conditions"]),
    ("cohort", "plan"): lambda kg: kg.plan.to_json(),
    ("cohort", "sql", "--input", "omop", "--table", "cdm", "--as-of", "2026-01-01"): lambda kg: kg.sql(
        "duckdb", "counts", table=Omop(sets=kg.concept_sets(), schema="cdm", as_of="2026-01-01"), min_cell=11
    ),
    ("cohort", "sql", "--input", "codes", "--mappings", LOCAL, "--what", "codes"): lambda kg: Codes(
        sets=kg.with_mappings(LOCAL).concept_sets()
    ).sql("codes"),
    ("cohort", "concepts", "--mappings", LOCAL, "--format", "csv"): lambda kg: (
        kg.with_mappings(LOCAL).concept_sets().table().to_csv()
    ),
    ("cohort", "views"): lambda kg: kg.view_definitions(),
    ("cohort", "sql", "--table", "t"): lambda kg: kg.sql("duckdb", "counts", table="t"),
    (
        "cohort",
        "sql",
        "--dialect",
        "spark",
        "--what",
        "funnel",
        "--option",
        "pazopanib",
        "--table",
        "c.s.t",
    ): lambda kg: kg.sql("spark", "funnel", table="c.s.t", option="pazopanib"),
    (
        "cohort",
        "sql",
        "--what",
        "rows",
        "--table",
        "t",
        "--input",
        "courses",
        "--column",
        "stage4-sts=word",
    ): lambda kg: kg.sql(
        "duckdb",
        "rows",
        table="t",
        **{name: name for name in ("courses", "growth", "no_growth")},
        columns={"stage4-sts": "word"},
    ),
    ("queries", "--topic", "drugs", "--format", "md"): lambda kg: kg.queries("drugs").to_markdown(),
    ("query", "drugs/options-with-drug", "--drug", "ifosfamide", "--format", "csv"): lambda kg: table(
        kg.query("drugs/options-with-drug", drug="ifosfamide")
    ).to_csv(),
    ("query", "conditions/options-of-case", "--case", "f", "--cases", F, "--format", "tsv"): lambda kg: table(
        kg.with_cases(F).query("conditions/options-of-case", case="f")
    ).to_tsv(),
    ("query", "drugs/options-with-drug", "--drug", "ifosfamide", "--show"): lambda kg: kg.bound(
        "drugs/options-with-drug", drug="ifosfamide"
    ),
    ("sparql", TEXT, "--format", "srj"): lambda kg: table(kg.sparql(TEXT)).to_srj(),
    ("sparql", "ASK {}"): lambda kg: "yes" if kg.sparql("ASK {}") else "no",
    ("close", VOCABULARY): lambda kg: b"".join(closure_of([Path(VOCABULARY)]).ntriples()).decode(),
    ("prove", TRIPLE, "--format", "json"): lambda kg: kg.proof(TRIPLE).as_dict(),
    ("prove", "obo:CHEBI_71219 rdfs:subClassOf obo:CHEBI_0", EXTERNAL, "--format", "json"): lambda kg: (
        closure_of([Path(EXTERNAL)], axioms="all")
        .proof(one_triple("obo:CHEBI_71219 rdfs:subClassOf obo:CHEBI_0"))
        .as_dict()
    ),
    ("sources", "S19", "--format", "json"): lambda kg: [one.as_dict() for one in kg.sources("S19")],
    ("sources", "--format", "json"): lambda kg: [one.as_dict() for one in kg.sources()],
    ("mappings", "list", "pazopanib", "--format", "json"): lambda kg: [
        {"object_id": str(row.object_id), "mapping_set": each.name} for each, row in kg.mapping_rows("pazopanib")
    ],
    ("mappings", "list", "--prefix", "CHEMBL", "--format", "json"): lambda kg: [
        {"object_id": str(row.object_id), "mapping_set": each.name}
        for each, row in kg.mapping_rows(prefix="chembl", predicate=None)
    ],
    ("codes", CODES, "--mappings", LOCAL, "--format", "csv"): lambda kg: kg.with_mappings(LOCAL).codes(CODES).to_csv(),
    ("mappings", "conflicts", LOCAL, "--format", "md"): lambda kg: (
        kg.with_mappings(LOCAL).mapping_conflicts().to_markdown()
    ),
    ("query", "drugs/options-with-drug", "--drug", "EX:2", "--mappings", LOCAL, "--format", "csv"): lambda kg: table(
        kg.with_mappings(LOCAL).query("drugs/options-with-drug", drug="EX:2")
    ).to_csv(),
    ("mappings", "validate", DRUGS, "--format", "json"): lambda kg: [
        {"path": DRUGS, **vars(found)} for found in validate(read_mappings(DRUGS), entities=set(kg.asserted.subjects()))
    ],
}


def table(answer: object) -> Any:
    return answer


@pytest.mark.parametrize("arguments", SAME, ids=" ".join)
def test_a_command_prints_what_its_function_returns(kg: KnowledgeGraph, arguments: tuple[str, ...]) -> None:
    printed, expected = run(*arguments), SAME[arguments](kg)
    if isinstance(expected, str):
        assert printed.rstrip("\r\n").splitlines() == expected.rstrip("\r\n").splitlines()
        return
    found = json.loads(printed)
    if arguments[:2] == ("mappings", "list"):
        found = [{key: row[key] for key in ("object_id", "mapping_set")} for row in found]
    assert found == json.loads(json.dumps(expected))


def test_export_link_and_push_write_the_same(kg: KnowledgeGraph, tmp_path: Path) -> None:
    run("export", "--inferred", "-o", str(tmp_path / "cli.nt"), "--cases", F)
    kg.with_cases(F).export(tmp_path / "python.nt", inferred=True)
    assert (tmp_path / "cli.nt").read_bytes() == (tmp_path / "python.nt").read_bytes()
    graph = KnowledgeGraph(kg.session)
    report = graph.link(EXTERNAL)
    printed = json.loads(run("link", EXTERNAL, "-o", str(tmp_path / "cli.nq"), "--format", "json"))
    graph.export(tmp_path / "python.nq", kinds=("mappings", "links"))
    assert [link["status"] for link in printed["links"]] == [link.status for link in report.links]
    assert isomorphic(undated(tmp_path / "cli.nq"), undated(tmp_path / "python.nq"))
    pushed = json.loads(run("push", "--store", str(tmp_path / "cli"), "--format", "json"))
    done = [asdict(each) for each in kg.push(tmp_path / "python")]
    assert [each | {"seconds": 0} for each in pushed] == [each | {"seconds": 0} for each in done]


def test_describe_writes_the_same(kg: KnowledgeGraph, tmp_path: Path) -> None:
    kg.export(tmp_path / "kg.nt")
    for vocabulary in ("void", "dcat", "schema"):
        run("describe", vocabulary, str(tmp_path / "kg.nt"), "-o", str(tmp_path / "cli.nt"))
        write(kg.describe(vocabulary, [tmp_path / "kg.nt"]), tmp_path / "python.nt")
        assert (tmp_path / "cli.nt").read_bytes() == (tmp_path / "python.nt").read_bytes()
    assert json.loads(run("describe", "schema"))["@graph"][0]["@type"] == "schema:Dataset"


@pytest.mark.slow
def test_review_writes_the_same(kg: KnowledgeGraph, tmp_path: Path) -> None:
    for name in ("sheet.html", "sheet.md", "sheet.csv"):
        run("review", "-o", str(tmp_path / name), "--verdicts", FORM)
        kg.with_verdicts(FORM).review().write(tmp_path / f"python-{name}")
        assert (tmp_path / name).read_bytes() == (tmp_path / f"python-{name}").read_bytes()


def undated(path: Path) -> Any:
    """Return a graph without the moment at which it was made."""
    graph = read(path)
    for triple in [triple for triple in graph if "dateTime" in str(getattr(triple[2], "datatype", ""))]:
        graph.remove(triple)
    return graph


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        (("mappings", "--prefix", "XXX"), lambda kg: kg.mappings(prefix="XXX")),
        (("mappings", "--predicate", "XXX"), lambda kg: kg.mappings(predicate="XXX")),
        (("mappings", "nothing-of-this-name"), lambda kg: kg.mappings("nothing-of-this-name")),
        (("queries", "--topic", "XXX"), lambda kg: kg.queries("XXX")),
        (("explain", F, "XXX"), lambda kg: kg.explain(F, "XXX")),
        (("ask", F, "--case", "XXX"), lambda kg: kg.questions(F, case="XXX")),
    ],
)
def test_a_wrong_name_is_the_same_error(
    kg: KnowledgeGraph, arguments: tuple[str, ...], call: Callable[[KnowledgeGraph], object]
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        call(kg)
    done = CliRunner().invoke(app, arguments, prog_name="sts-kg")
    assert (done.exit_code, done.stderr) == (2, f"sts-kg: {caught.value}\n")


@pytest.mark.parametrize("form", ["json", "table"])
def test_source_diff_prints_what_its_function_returns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    kg = load(knee_folder(tmp_path / "ontology"))
    monkeypatch.setattr(knowledge, "load", lambda **_: kg)
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text(KNEE, encoding="utf-8")
    new.write_text(KNEE.replace("offered", "given").replace("Tablets\n", ""), encoding="utf-8")
    printed, found = run("source", "diff", str(old), str(new), "--format", form), kg.source_diff(old, new)
    if form == "json":
        assert json.loads(printed) == json.loads(json.dumps(found.as_dict()))
    else:
        assert printed.splitlines() == [*found.lines()]


def test_questionnaire_writes_what_it_prints(tmp_path: Path) -> None:
    path = tmp_path / "form.json"
    done = CliRunner().invoke(app, ["questionnaire", "-o", str(path)])
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"the questionnaire was written to {path}\n")
    assert path.read_text(encoding="utf-8") == run("questionnaire")


def test_views_are_written_one_a_file(kg: KnowledgeGraph, tmp_path: Path) -> None:
    folder = tmp_path / "views"
    done = CliRunner().invoke(app, ["cohort", "views", "-o", str(folder)])
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"11 views written to {folder}\n")
    assert {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()
    } == kg.view_definitions()


def test_a_prefix_by_a_synonym_finds_the_rows(kg: KnowledgeGraph) -> None:
    assert len(kg.mappings(prefix="CHEMBL")) == len(kg.mappings(prefix="chembl.compound")) == 5


def test_every_command_is_held_against_its_function() -> None:
    """`completion` has no function; `check` is in test_gates, `picture` in test_pictures, `serve` in tests/server.

    `new-case` is in test_golden_commands, `new-guideline` in test_new_guideline.
    """
    tested = {arguments[0] for arguments in SAME} | {
        "check",
        "describe",
        "export",
        "link",
        "picture",
        "push",
        "new-case",
        "new-guideline",
        "review",
        "serve",
        "source",
    }
    context = click.Context(app)
    assert tested | {"completion"} == set(app.list_commands(context))


def test_the_invented_database_is_that_of_its_function(kg: KnowledgeGraph, tmp_path: Path) -> None:
    run("cohort", "example", str(tmp_path / "cli"), "--people", "9", "--seed", "4")
    invented_omop(kg.concept_sets(), 9, 4).write(tmp_path / "python")
    for file in (tmp_path / "python").iterdir():
        assert (tmp_path / "cli" / file.name).read_text() == file.read_text()
    assert len([*(tmp_path / "cli").iterdir()]) == 9


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--input", "omop", "--courses", "c"), "--input omop has no other tables"),
        (("--input", "wide"), "--table is needed"),
        (("--table", "t", "--what", "codes"), "are of --input omop or codes"),
        (("--table", "t", "--over-before", "2025-01-01"), "are of --input omop or codes"),
    ],
)
def test_options_of_sql_that_do_not_fit_are_told(arguments: tuple[str, ...], error: str) -> None:
    done = CliRunner().invoke(app, ("cohort", "sql", *arguments))
    assert done.exit_code == 2 and error in done.stderr
