"""Runs views of SQL on FHIR v2 as its functional model says, each path by a library for FHIRPath.

https://build.fhir.org/ig/FHIR/sql-on-fhir-v2/functional-model.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import product
from typing import Any

import pytest

Row = dict[str, Any]
#: The functions that views have beyond FHIRPath, as FHIRPath: the key is the id of the resource.
KEYS = {
    "getResourceKey()": "id",
    **{
        f"getReferenceKey({kind})": f"reference.where($this.startsWith('{kind}/')).replace('{kind}/', '')"
        for kind in ("Patient", "Medication")
    },
}


def rows(view: dict[str, Any], resources: Iterable[dict[str, Any]]) -> list[Row]:
    """Return the rows of a view of some resources."""
    found: list[Row] = []
    for resource in resources:
        if resource["resourceType"] == view["resource"]:
            run = _Run(resource)
            if all(run.values("", one["path"]) == [True] for one in view.get("where", ())):
                found += run.joined(view["select"], "", 0)
    return found


class _Run:
    """The views of one resource. A node is named by the path that leads to it, so that its type is known."""

    def __init__(self, resource: dict[str, Any]) -> None:
        self.library = pytest.importorskip("fhirpathpy", reason="fhirpathpy is not installed (extra dev)")
        self.model = pytest.importorskip("fhirpathpy.models").models["r4"]
        self.resource = resource

    def values(self, node: str, path: str, row: int = 0) -> list[Any]:
        for name, meant in KEYS.items():
            path = path.replace(name, meant)
        whole = f"{node}.select({path})" if node else path
        found = self.library.evaluate(deepcopy(self.resource), whole, {"rowIndex": row}, self.model)
        return list(found)

    def joined(self, selects: list[dict[str, Any]], node: str, row: int) -> list[Row]:
        """Return each row of one select beside each row of the others."""
        parts = [list(self.rows(one, node, row)) for one in selects]
        return [
            {key: value for part in parts_of_row for key, value in part.items()} for parts_of_row in product(*parts)
        ]

    def rows(self, select: dict[str, Any], node: str, row: int) -> Iterator[Row]:
        nodes = [(node, row)]
        if each := select.get("forEach"):
            within = f"{node}.select({each})" if node else each
            nodes = [(f"({within}).skip({number}).first()", number) for number in range(len(self.values(node, each)))]
        for at, number in nodes:
            own = {column["name"]: self.cell(column, at, number) for column in select.get("column", ())}
            inner = self.joined(select.get("select", []), at, number)
            united = [one for branch in select.get("unionAll", ()) for one in self.rows(branch, at, number)]
            for below in inner:
                for beside in united if "unionAll" in select else [{}]:
                    yield {**own, **below, **beside}

    def cell(self, column: dict[str, Any], node: str, row: int) -> Any:
        found = self.values(node, column["path"], row)
        assert len(found) <= 1, f"{column['name']} has several values: {found}"
        return found[0] if found else None
