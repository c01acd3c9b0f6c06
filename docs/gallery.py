"""Run the notebooks and write each as a page that loads nothing (`make gallery`, and as part of `make site`).

`rendered` returns the page of one notebook; only `main` writes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from sts_kg.tables import static_page

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
_STYLE = """
.input_area { background: var(--tint); border-radius: .4rem; overflow: auto; margin: .6rem 0 .3rem; }
.input_area pre, .output_text pre { margin: 0; padding: .5rem .8rem; font: .85rem/1.45 ui-monospace, "Cascadia Mono", Menlo,
  Consolas, monospace; white-space: pre; }
.output_area { overflow: auto; margin: .3rem 0 .6rem; }
.prompt { display: none; }
.anchor-link { visibility: hidden; text-decoration: none; margin-left: .3em; }
h1:hover .anchor-link, h2:hover .anchor-link { visibility: visible; }
main { max-width: 66rem; }
table.dataframe { width: auto; display: block; overflow: auto; }
"""


def executed(path: Path) -> nbformat.NotebookNode:
    """Return a notebook with the outputs of its cells, run from the top, without a request to another machine.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(GUARD))
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, kernel_name="python3", timeout=TIMEOUT_S, resources=resources).execute()
    del notebook.cells[0]
    return notebook


def rendered(notebook: nbformat.NotebookNode) -> str:
    """Return a notebook with its outputs as one page: no script, nothing loaded, light and dark."""
    exporter = HTMLExporter(template_name="basic")
    # The interactive view needs a front end: its static picture stands for it.
    exporter.display_data_priority = ["text/html", "image/svg+xml", "text/markdown", "image/png", "text/plain"]
    body, _ = exporter.from_notebook_node(notebook)
    found = re.match(r"# (.+)", notebook.cells[0].source)
    assert found is not None, "a notebook begins with its title"
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in ("default", "github-dark"))
    style = f"{_STYLE}{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n.highlight {{ background: none; }}\n"
    back = '<header><a href="../index.html">sts_kg</a></header>\n'
    return static_page(found[1], f"{back}<main>{body}</main>\n", style=style)


def main(folder: Path) -> None:
    """Write the page of each notebook into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in NOTEBOOKS:
        target = folder / f"{path.stem}.html"
        target.write_text(rendered(executed(path)), encoding="utf-8")
        print(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site" / "gallery")
