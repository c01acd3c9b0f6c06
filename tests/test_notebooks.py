"""Notebooks: they run offline from top to bottom, hold no outputs, use public names, and their pages load nothing."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from browser import Browser, browser  # noqa: F401 # a fixture
from servers import oxigraph_server

import sts_kg
from sts_kg.tables import static_page

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CELLS, MOST_LINES, MOST_BYTES = 20, 5, 1_500_000

try:
    import ipykernel  # noqa: F401 # the kernel that runs them
    import nbformat
except ImportError as error:
    pytest.skip(f"notebooks are not run: {error}; pip install -e '.[dev]'", allow_module_level=True)


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "gallery.py")
    assert spec is not None and spec.loader is not None, "docs/gallery.py can be imported"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=[pytest.param(path, id=path.stem) for path in NOTEBOOKS])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def notebook(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that holds our graph, for the notebook that asks one."""
    with oxigraph_server(tmp_path_factory.mktemp("server")) as server:
        sts_kg.load().push(server.query, update=server.update, graph_store=server.graph_store)
        yield server.query


@pytest.fixture(scope="module")
def run(gallery: ModuleType, endpoint: str, kg: sts_kg.KnowledgeGraph) -> Callable[[Path], nbformat.NotebookNode]:
    """Return what runs a notebook; each is run once."""
    assert len(kg.inferred) > 0, "the closure is in the cache of the session"

    @cache
    def run_once(path: Path) -> nbformat.NotebookNode:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("STS_KG_ENDPOINT", endpoint)
            return gallery.executed(path)

    return run_once


def test_the_notebooks_are_numbered() -> None:
    assert [path.stem.partition("-")[0] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06", "07", "08"]


@pytest.mark.slow
def test_a_notebook_runs_offline(path: Path, run: Callable[[Path], nbformat.NotebookNode]) -> None:
    cells = [cell for cell in run(path).cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    silent = [cell.source for cell in cells if not cell.outputs and not SILENT.search(cell.source)]
    assert silent == [], "each cell shows something"
    assert not [output for output in outputs if " object at 0x" in str(output.get("data", output.get("text")))]


@pytest.mark.slow
def test_the_page_of_a_notebook_loads_nothing(
    path: Path,
    run: Callable[[Path], nbformat.NotebookNode],
    gallery: ModuleType,
    browser: Browser,  # noqa: F811
    tmp_path: Path,
) -> None:
    page = tmp_path / f"{path.stem}.html"
    page.write_text(static_page(path.stem, gallery.body(run(path))), encoding="utf-8")
    assert page.stat().st_size < MOST_BYTES
    for scheme in ("light", "dark"):
        seen = browser.open(page, scheme=scheme)
        assert seen.requests == [page.as_uri()] and seen.errors == []


#: What a cell may end with that shows nothing: an import, a value that is kept, an extension that is loaded.
SILENT = re.compile(r"^(import |from |\w+ = |%load_ext |%%sparql --to )[^\n]*\Z", re.MULTILINE)


def test_a_notebook_has_no_outputs_and_few_cells(notebook: nbformat.NotebookNode) -> None:
    assert len(notebook.cells) <= MOST_CELLS
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None


def plain_python(source: str) -> str:
    """Return the Python of a cell, without magics; a cell of SPARQL has none."""
    if source.startswith("%%"):
        return ""
    return "\n".join(line for line in source.splitlines() if not line.startswith("%"))


def test_a_notebook_uses_public_names_and_short_functions(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(plain_python(cell.source))):
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")
            if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "sts_kg":
                assert node.module == "sts_kg" and {alias.name for alias in node.names} <= set(sts_kg.__all__)
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno is not None and node.end_lineno - node.lineno < MOST_LINES


def test_a_notebook_says_that_it_is_no_advice_and_ends_with_something_to_try(notebook: nbformat.NotebookNode) -> None:
    assert "not medical advice" in notebook.cells[0].source.casefold()
    assert notebook.cells[-1].source.startswith("## Now you\n")
