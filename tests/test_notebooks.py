"""The notebooks run top to bottom, offline and quickly, and lie in the tree without outputs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sts_kg

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CELLS, MOST_LINES = 14, 5

try:
    import ipykernel  # noqa: F401 # the kernel that runs them
    import nbformat
    from nbclient import NotebookClient
except ImportError as error:
    pytest.skip(f"notebooks are not run: {error}; pip install -e '.[dev]'", allow_module_level=True)

#: Put before the first cell: no notebook reaches another machine.
GUARD = """
import socket

def refused(self, address):
    raise AssertionError(f"a notebook reached for {address}")

socket.socket.connect = refused
"""


@pytest.fixture(params=[pytest.param(path, id=path.stem) for path in NOTEBOOKS])
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.slow
def test_a_notebook_runs_offline(notebook: nbformat.NotebookNode, kg: sts_kg.KnowledgeGraph) -> None:
    assert len(kg.inferred) > 0, "the closure is in the cache of the session"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(GUARD))
    NotebookClient(
        notebook, kernel_name="python3", timeout=60, resources={"metadata": {"path": NOTEBOOKS[0].parent}}
    ).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert all(cell.outputs for cell in notebook.cells[2:] if cell.cell_type == "code"), "each cell shows something"


def test_a_notebook_has_no_outputs_and_few_cells(notebook: nbformat.NotebookNode) -> None:
    assert len(notebook.cells) <= MOST_CELLS
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None


def test_a_notebook_uses_public_names_and_short_functions(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")
            if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "sts_kg":
                assert node.module == "sts_kg" and {alias.name for alias in node.names} <= set(sts_kg.__all__)
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno is not None and node.end_lineno - node.lineno < MOST_LINES


def test_a_notebook_says_that_it_is_no_advice(notebook: nbformat.NotebookNode) -> None:
    assert "not medical advice" in notebook.cells[0].source.casefold()
