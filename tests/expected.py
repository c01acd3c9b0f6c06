"""What canned queries must answer: a table a query in `tests/golden`, read and written."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml
from rdflib import Graph
from rdflib.compare import to_canonical_graph
from rdflib.term import Node

from sts_kg import Table, parse
from sts_kg.guideline.data import queries_folder
from sts_kg.queries.catalogue import read_all
from sts_kg.queries.oxigraph import run, store_of

Triple: TypeAlias = tuple[Node, Node, Node]
GOLDEN = Path(__file__).parent / "golden"
QUERIES = read_all(queries_folder())


class Case(NamedTuple):
    """A query, the values of its parameters, and its answer: rows as CSV, or the Turtle of a graph."""

    query: str
    name: str
    parameters: dict[str, Any]
    answer: str

    @property
    def id(self) -> str:
        return f"{self.query}/{self.name}"


class Check(NamedTuple):
    """A check: a graph on which it fires, the rows that it has there, and a near miss, on which it has none."""

    fires: str
    rows: str
    silent: str


def read_cases() -> list[Case]:
    """Return the cases of all queries, by the names of the queries."""
    return [
        Case(name, case, entry["parameters"], entry["graph" if "graph" in entry else "rows"])
        for name, entries in read_tables().items()
        if not name.startswith("check/")
        for case, entry in entries.items()
    ]


def read_checks() -> dict[str, Check]:
    """Return the graphs and rows of each check by its name, without the topic."""
    tables = read_tables().items()
    return {name.removeprefix("check/"): Check(**table) for name, table in tables if name.startswith("check/")}


def read_tables() -> dict[str, Any]:
    """Return what each file says, by the name of its query."""
    return {
        path.relative_to(GOLDEN).with_suffix("").as_posix(): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(GOLDEN.glob("*/*.yaml"))
    }


def path_of(name: str) -> Path:
    """Return the file with the table of a query."""
    return GOLDEN / f"{name}.yaml"


def written(table: dict[str, Any]) -> str:
    """Return the text of the file of a table."""
    return yaml.dump(table, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as such a text."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def as_csv(table: Table) -> str:
    """Return the rows of an answer as they stand in a golden table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.variables)
    writer.writerows(table.curies())
    return text.getvalue()


def shown(answer: object) -> str | frozenset[Triple]:
    """Return an answer as it is compared: rows in their order as CSV, a graph with its blank nodes renamed alike."""
    if isinstance(answer, Table):
        return as_csv(answer)
    assert isinstance(answer, Graph)
    return frozenset(to_canonical_graph(answer))


def golden(case: Case, answer: object) -> str | frozenset[Triple]:
    """Return the golden answer of a case as it is compared with an answer of the same kind."""
    return shown(parse(case.answer)) if isinstance(answer, Graph) else case.answer


def check_rows(name: str, turtle: str) -> str:
    """Return the rows of a check on a graph as they stand in its golden table."""
    answer = run(store_of(parse(turtle)), QUERIES[f"check/{name}"].text, name=name)
    assert isinstance(answer, Table)
    return as_csv(answer)
