"""Write the answers of today into the files of `tests/golden`, to be read as a diff before they are committed.

python tests/update_golden.py [QUERY…], or [pictures/NAME…]

A new case needs its parameters and `rows: ''` (`graph: ''` for CONSTRUCT); a new check its two graphs.
"""

from __future__ import annotations

import sys
from typing import Any

from expected import as_csv, check_rows, path_of, read_tables, written
from external import with_external
from pictures_made import MADE, path_of_picture, structure
from rdflib import Graph

from sts_kg import KnowledgeGraph, Table, load
from sts_kg.rdf.graphs import serialize


def updated(name: str, table: dict[str, Any], kg: KnowledgeGraph, linked: KnowledgeGraph) -> dict[str, Any]:
    """Return a table with what its query answers now; nothing else is changed."""
    if name.startswith("check/"):
        return table | {"rows": check_rows(name.removeprefix("check/"), table["fires"])}
    of = linked if kg.canned[name].graph == "linked" else kg
    return {case: entry | _answer(of.query(name, **entry["parameters"])) for case, entry in table.items()}


def _answer(answer: Table | bool | Graph) -> dict[str, str]:
    if isinstance(answer, Table):
        return {"rows": as_csv(answer)}
    assert isinstance(answer, Graph), "a canned query selects or constructs"
    lines = serialize(answer, "turtle").decode().expandtabs(4).splitlines(keepends=True)
    return {"graph": "".join(line for line in lines if not line.startswith("@prefix"))}


def main() -> None:
    """Write the tables and pictures that change, all or those named, and print their files."""
    kg, linked = load(), with_external()
    for name, table in read_tables().items():
        if name in (sys.argv[1:] or [name]) and (now := updated(name, table, kg, linked)) != table:
            path_of(name).write_text(written(now), encoding="utf-8")
            print(path_of(name))
    for name, made in MADE.items():
        path = path_of_picture(name)
        if f"pictures/{name}" in (sys.argv[1:] or [f"pictures/{name}"]) and (now_drawn := structure(made(kg))) != (
            path.read_text(encoding="utf-8") if path.exists() else ""
        ):
            path.write_text(now_drawn, encoding="utf-8")
            print(path)


if __name__ == "__main__":
    main()
