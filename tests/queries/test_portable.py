"""Canned queries as files for any engine: their headers, comments, prefixes and datasets."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from external import with_external
from rdflib.plugins.sparql.parser import parseQuery

from sts_kg import KnowledgeGraph, Table, cli
from sts_kg.errors import ParameterError, ParseError
from sts_kg.queries.oxigraph import Store, run
from sts_kg.queries.portable import from_graphs, with_comments
from sts_kg.rdf.graphs import quads_of, read
from sts_kg.stores.kinds import KINDS

G = "FROM <http://e/g>\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?x WHERE { ?x a ?y }", f"SELECT ?x\n{G}WHERE {{ ?x a ?y }}"),
        ("SELECT ?x {?x a ?y}", f"SELECT ?x\n{G}{{?x a ?y}}"),
        ("SELECT (EXISTS { ?a ?b ?c } AS ?x)\nWHERE {}", f"SELECT (EXISTS {{ ?a ?b ?c }} AS ?x)\n{G}WHERE {{}}"),
        ("ASK { ?x a ?where }", f"ASK\n{G}{{ ?x a ?where }}"),
        ("CONSTRUCT { ?x a [] } WHERE { ?x a ?y }", f"CONSTRUCT {{ ?x a [] }}\n{G}WHERE {{ ?x a ?y }}"),
        ("CONSTRUCT WHERE { ?x a ?y }", f"CONSTRUCT\n{G}WHERE {{ ?x a ?y }}"),
        ("DESCRIBE <http://e/x>", f"DESCRIBE <http://e/x>\n{G}"),
        (
            "PREFIX where: <http://e/> SELECT ?x # {\n{ ?x a where:x }",
            f"PREFIX where: <http://e/> SELECT ?x # {{\n{G}{{ ?x a where:x }}",
        ),
    ],
)
def test_from_stands_where_the_grammar_has_it(text: str, expected: str) -> None:
    made = from_graphs(text, ["http://e/g"])
    assert made == expected
    parseQuery(made)
    assert from_graphs(text, []) == text


def test_a_file_keeps_its_header_and_declares_prefixes() -> None:
    text = "#+ summary: S\n#+ description: D\n# why\nSELECT ?x { ?x a sts:Drug ; rdfs:label ?y }\n"
    assert with_comments(text, ["Ask me"], graphs=["http://e/g"]) == (
        "#+ summary: S\n#+ description: D\n# Ask me\n"
        "PREFIX sts: <https://w3id.org/sts-kg/>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        f"# why\nSELECT ?x\n{G}{{ ?x a sts:Drug ; rdfs:label ?y }}\n"
    )


def test_nothing_is_replaced_that_was_not_written(kg: KnowledgeGraph, tmp_path: Path) -> None:
    mine = tmp_path / "drugs" / "standard-drug.rq"
    mine.parent.mkdir()
    mine.write_text("SELECT * {}", encoding="utf-8")
    with pytest.raises(ParseError, match=r"standard-drug\.rq: was not written by sts-kg queries --write"):
        kg.write_queries(tmp_path, topic="drugs")
    assert list(tmp_path.rglob("*.rq")) == [mine]
    mine.unlink()
    assert kg.write_queries(tmp_path, topic="drugs") == kg.write_queries(tmp_path, topic="drugs")


def test_a_value_that_no_query_takes_is_said(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"drag.*no query has such a parameter.*drug"):
        kg.write_queries(tmp_path / "out", values={"drag": "ifosfamide"})
    assert not (tmp_path / "out").exists()


def test_a_linked_query_is_answered_by_the_file_that_it_names(
    linked: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with_external().push(Path("STORE"), kinds=KINDS)
    stores: dict[tuple[str, ...], Store] = {}
    rows = 0
    for path in linked.write_queries("written", topic="links"):
        query, text = linked.canned[f"links/{path.stem}"], path.read_text("utf-8")
        if query.graph != "linked":
            continue
        recipes = [
            line.removeprefix("#   ").partition(" (")[0] for line in text.splitlines() if line[:10] == "#   sts-kg"
        ]
        assert [each.rpartition(".")[2] for each in recipes] == (["ttl", "nq"] if "GRAPH" in query.text else ["ttl"])
        loaded = tuple(recipes)
        if loaded not in stores:
            stores[loaded] = Store()
            for recipe in recipes:
                done = CliRunner().invoke(cli.app, shlex.split(recipe)[1:], prog_name="sts-kg")
                assert done.exit_code == 0, done.stderr
            stores[loaded].bulk_extend(quads_of(read("FILE.ttl"), None))
            if len(recipes) > 1:
                stores[loaded].bulk_load(path="FILE.nq")
        answer, ours = run(stores[loaded], text), linked.query(query.id)
        assert isinstance(answer, Table)
        assert isinstance(ours, Table)
        assert sorted(map(str, answer.rows)) == sorted(map(str, ours.rows)), query.id
        rows += len(answer)
    assert len(stores) == 3  # with mappings, with slices, with slices by name
    assert rows > 50


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--graphs", "links"), "--graphs links and --linked DIR, a store made by link -o, go together"),
        (("--linked", "x"), "--graphs links and --linked DIR, a store made by link -o, go together"),
        (("--graphs", "asserted", "--inferred"), "--graphs excludes --inferred, --matches and --modules"),
        (("--graphs", "all"), "'all' is not one of asserted, inferred, mappings, links"),
    ],
)
def test_kinds_that_cannot_be_exported(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli.app, ["export", "-o", str(tmp_path / "x.ttl"), *words], prog_name="sts-kg")
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())
