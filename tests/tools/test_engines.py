"""The canned queries as `sts-kg queries --write` writes them, on Jena ARQ and Comunica: row by row our answers."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.namespace import XSD

from sts_kg import KnowledgeGraph, Table
from sts_kg.queries import QueryText
from sts_kg.rdf.graphs import parse
from sts_kg.rdf.terms import rdflib_quiet
from sts_kg.stores.kinds import KINDS

HERE = Path(__file__).parent

#: What an engine answers wrongly, and why. An entry that starts to agree fails its test.
JENA_IS_WRONG: dict[str, str] = {}
COMUNICA_IS_WRONG: dict[str, str] = {}

Rows = list[tuple[Any, ...]]


class Written:
    """The canned queries in a folder, and the data that each is for: in one file by kind, and in named graphs.

    A query that asks which slice says what has the slices in named graphs, beside the one file.
    """

    def __init__(self, kg: KnowledgeGraph, linked: KnowledgeGraph, folder: Path) -> None:
        self.kg, self.linked, self.folder = kg, linked, folder
        linked.write_queries(folder / "plain")
        linked.write_queries(folder / "graphs", endpoint_graphs=True)
        examples = kg.with_examples()
        kg.export(folder / "asserted.nt")
        kg.export(folder / "closed.nt", inferred=True)
        examples.export(folder / "cases.nt", inferred=True)
        linked.export(folder / "linked.nt", kinds=KINDS)
        linked.export(folder / "slices.nq", kinds=["links"])
        both = [(folder / name).read_text(encoding="utf-8") for name in ("linked.nt", "slices.nq")]
        (folder / "with-slices.nq").write_text("".join(both), encoding="utf-8")
        linked.export(folder / "linked.nq", kinds=KINDS)
        examples.export(folder / "cases.nq", kinds=KINDS[:2])
        self.ids = [name for name, query in kg.canned.items() if not query.endpoint]

    def plan(self, form: str, output: Path) -> dict[str, Path]:
        """Write which query is asked of which file into `plan.tsv`, and return where each answer will be."""
        output.mkdir()
        answers, lines = {}, []
        for name in self.ids:
            kind = self.kg.canned[name].graph
            data = f"{kind}.nt" if form == "plain" else "cases.nq" if kind == "cases" else "linked.nq"
            if form == "plain" and QueryText(self.kg.canned[name].text).names_graphs:
                data = "with-slices.nq"
            answers[name] = output / name.replace("/", "+")
            lines.append(f"{self.folder / form / name}.rq\t{self.folder / data}\t{answers[name]}\n")
        (output / "plan.tsv").write_text("".join(lines))
        return answers

    def ours(self, name: str) -> object:
        of = self.linked if self.kg.canned[name].graph == "linked" else self.kg
        return comparable(of.query(name), ordered="ORDER BY" in self.kg.canned[name].text)


@pytest.fixture(scope="session")
def written(kg: KnowledgeGraph, linked: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(kg, linked, tmp_path_factory.mktemp("written"))


def comparable(answer: object, *, ordered: bool) -> object:
    """Return an answer with literals by their values: rows in their order or counted, a graph canonical."""
    if isinstance(answer, Graph):
        return frozenset(to_canonical_graph(answer))
    if not isinstance(answer, Table):
        return answer
    rows = [tuple(value(term) for term in row) for row in answer]
    return answer.variables, rows if ordered else Counter(rows)


def value(term: object) -> object:
    if isinstance(term, Literal):
        if term.language is None and term.datatype in (None, XSD.string):
            return str(term), None
        if isinstance(term.value, (int, float)) or hasattr(term.value, "as_tuple"):
            return float(term.value), isinstance(term.value, bool)
        return str(term), term.language, term.datatype
    return "blank" if isinstance(term, BNode) else term


def answered(path: Path, *, ordered: bool) -> object:
    """Return the answer in a file, SPARQL JSON or N-Triples, as it is compared."""
    text = path.read_text(encoding="utf-8")
    if not text.lstrip().startswith("{"):
        return comparable(parse(text, syntax="ntriples"), ordered=ordered)
    document = json.loads(text)
    if "boolean" in document:
        return document["boolean"]
    names = tuple(document["head"]["vars"])
    with rdflib_quiet():
        rows = tuple(tuple(_term(row.get(name)) for name in names) for row in document["results"]["bindings"])
    return comparable(Table(names, rows), ordered=ordered)


def _term(found: dict[str, str] | None) -> Any:
    if found is None:
        return None
    if found["type"] == "uri":
        return URIRef(found["value"])
    if found["type"] == "bnode":
        return BNode(found["value"])
    return Literal(found["value"], lang=found.get("xml:lang"), datatype=found.get("datatype"))


def unequal(written: Written, answers: dict[str, Path]) -> list[str]:
    """Return the queries to which the answers in files are not ours."""
    assert len(answers) > 80
    return [
        name
        for name, path in answers.items()
        if answered(path, ordered="ORDER BY" in written.kg.canned[name].text) != written.ours(name)
    ]


@pytest.mark.parametrize("form", ["plain", "graphs"])
def test_jena_answers_alike(written: Written, java: Callable[..., str], tmp_path: Path, form: str) -> None:
    answers = written.plan(form, tmp_path / "answers")
    java("Arq", tmp_path / "answers/plan.tsv")
    assert unequal(written, answers) == sorted(JENA_IS_WRONG)


def test_comunica_answers_alike(written: Written, node: Path, tmp_path: Path) -> None:
    """With FROM it takes minutes: each pattern becomes a union over the graphs."""
    answers = written.plan("plain", tmp_path / "answers")
    command = ["node", str(HERE / "comunica.cjs"), str(node), str(tmp_path / "answers/plan.tsv")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert unequal(written, answers) == sorted(COMUNICA_IS_WRONG)
