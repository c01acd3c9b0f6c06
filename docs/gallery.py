"""Run notebooks, and put what they show into the body of a page: for `make site` and the tests."""

from __future__ import annotations

import logging
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

ROOT = Path(__file__).parents[1]
NOTEBOOKS = tuple(sorted((ROOT / "notebooks").glob("*.ipynb")))
TIMEOUT_S = 60  # of one cell

#: Put before the first cell: no notebook reaches another machine.
GUARD = """
import socket

def _here(connect):
    def checked(self, address):
        if self.family != socket.AF_UNIX and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a notebook reached for {address}")
        return connect(self, address)
    return checked

socket.socket.connect = _here(socket.socket.connect)
"""


def executed(path: Path) -> nbformat.NotebookNode:
    """Return a notebook with the outputs of its cells, run from the top, without a request to another machine.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell fails.
    """
    logging.getLogger("traitlets").setLevel(logging.WARNING)  # which tells of each notebook
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(GUARD))
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=TIMEOUT_S,
        resources=resources,
        store_widget_state=False,  # with it, nbconvert loads a manager from elsewhere
        extra_arguments=["--log-level=ERROR"],
    ).execute()
    del notebook.cells[0]
    return notebook


def body(notebook: nbformat.NotebookNode) -> str:
    """Return a notebook, with the outputs that it has, as HTML for the body of a page: no script, nothing loaded."""
    exporter = HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    # The interactive view needs a front end: its static picture stands for it.
    exporter.display_data_priority = ["text/html", "image/svg+xml", "text/markdown", "image/png", "text/plain"]
    found: str = exporter.from_notebook_node(notebook)[0]
    return found
