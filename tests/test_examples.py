"""No public name without an example: in a doctest, in a block of Python of a page, or in a notebook."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from page_blocks import blocks
from test_docs import PAGES, ROOT

import sts_kg
from sts_kg import cohort

API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
#: The names that the page of the Python API describes, with whether it lists what they have.
DESCRIBED = {
    name: bool(members)
    for name, members in re.findall(r"^\.\. (?:auto\w+|py:data):: ([\w.]+)\n( +:members:)?", API, re.MULTILINE)
}


def examples() -> Iterator[str]:
    """Yield the code of each example."""
    for page in PAGES:
        for block in blocks(page.read_text(encoding="utf-8")):
            if block.language == "python":
                yield block.text
    for path in (ROOT / "sts_kg").rglob("*.py"):
        yield "\n".join(re.findall(r"^ *(?:>>>|\.\.\.) (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield "".join(cell["source"])


@cache
def shown() -> tuple[set[str], set[str]]:
    """Return the words of all examples, and those that stand behind a dot."""
    text = "\n".join(examples())
    return set(re.findall(r"\w+", text)), set(re.findall(r"\.(\w+)", text))


def members(kind: type) -> Iterator[str]:
    """Yield the public methods and properties that a class defines itself."""
    for name, value in vars(kind).items():
        is_code = inspect.isroutine(value) or isinstance(value, property) or type(value).__name__ == "cached_property"
        if not name.startswith("_") and (is_code or isinstance(value, classmethod | staticmethod)):
            yield name


def without_example(kind: type) -> list[str]:
    return [name for name in members(kind) if name not in shown()[1]]


def found(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def test_every_public_name_is_on_the_page_of_the_api() -> None:
    public = {f"sts_kg.{name}" for name in sts_kg.__all__} | {
        f"sts_kg.cohort.{name}" for name in vars(cohort)["__all__"]
    }
    assert sorted(public - set(DESCRIBED)) == []


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_a_public_name_and_what_it_has_occur_in_an_example(name: str) -> None:
    described = found(name)
    if name not in RETURNED:
        assert name.rpartition(".")[2] in shown()[0]
    if DESCRIBED[name]:
        assert without_example(described) == []


#: Classes that nobody names in code, since methods return them; what they have must occur all the same.
RETURNED = {
    "sts_kg.authoring.Item",
    "sts_kg.authoring.LeftOut",
    "sts_kg.cases.Answer",
    "sts_kg.cases.Change",
    "sts_kg.cases.Expected",
    "sts_kg.cases.Explanation",
    "sts_kg.cases.Question",
    "sts_kg.closure.Proof",
    "sts_kg.cohort.Rejected",
    "sts_kg.guideline.Exported",
    "sts_kg.guideline.Segment",
    "sts_kg.links.LinkReport",
}


def test_a_name_without_example_is_seen() -> None:
    class Made:
        def plan(self) -> None:
            """A name that pages show."""

        def nobody_shows_this_in_an_example(self) -> None:
            """A name that none shows."""

        def _private(self) -> None:
            """A name that needs none."""

    assert without_example(Made) == ["nobody_shows_this_in_an_example"]
