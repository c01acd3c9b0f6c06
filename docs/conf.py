"""How the site is built: `make site` writes it into build/site, for reading offline.

The source folder is the repository, so that pages link to each other as they do in a checkout. The index,
docs/README.md, is the only list of pages: its sections are the parts of the navigation. Notebooks become pages
below `notebooks/`; they are run first, unless `-D run_notebooks=0` is given.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from sts_kg.guideline import version as version_of_ontology

ROOT = Path(__file__).parents[1]
INDEXES = {"docs/README", "docs/howto/README"}
GALLERY = "docs/gallery"

project = "sts_kg"
author = "The sts_kg project"
release = version = version_of_ontology()
html_title = f"sts_kg {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/README"
include_patterns = ["docs/**.md", "bench/README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
exclude_patterns = [".*", "build", "ontology", "queries", "sts_kg", "tests"]

myst_heading_anchors = 4
default_role = "code"  # what stands between backticks in a docstring
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_extra_path = ["site/root"]
html_show_search_summary = False  # pages cannot fetch pages over file://
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_theme_options: dict[str, list[str]] = {"footer_icons": [], "top_of_page_buttons": []}


def add_navigation(app: Sphinx, name: str, source: list[str]) -> None:
    """Add to an index a hidden table of contents for each of its sections, of the pages to which the section links."""
    if name not in INDEXES:
        return
    folder = (ROOT / name).parent
    for section in source[0].split("\n## ")[1:]:
        links = dict.fromkeys(re.findall(r"\]\((?!https?:)([^)#\s]+\.md)\)", section))
        pages = [f"/{(folder / link).resolve().relative_to(ROOT).as_posix()}" for link in links]
        if pages:
            caption = [f":caption: {section.partition(chr(10))[0]}"] if name == root_doc else []
            source[0] += "\n".join(["", "```{toctree}", ":hidden:", *caption, "", *pages, "```", ""])


def notebooks() -> Iterator[tuple[str, str, str]]:
    """Yield the name of the page, the title and the first paragraph of each notebook."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        lines = nbformat.read(path, as_version=4).cells[0].source.split("\n")
        about = re.sub("[`*]", "", " ".join(lines[1:]).strip().partition("  ")[0])
        yield f"notebooks/{path.stem}", lines[0].lstrip("# "), about


def add_gallery(app: Sphinx, name: str, source: list[str]) -> None:
    """Add to the page of the gallery what there is to see."""
    if name == GALLERY:
        items = (
            f'<a href="../{page}.html"><b>{escape(title)}</b> {escape(about)}</a>' for page, title, about in notebooks()
        )
        source[0] += "\n".join(["", "```{raw} html", '<div class="gallery">', *items, "</div>", "```", ""])


def notebook_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the notebooks as pages: name, what the template of the theme needs, and its name."""
    sys.path.insert(0, str(ROOT / "docs"))
    from gallery import body, executed

    for page, title, _ in notebooks():
        path = ROOT / f"{page}.ipynb"
        notebook = executed(path) if app.config.run_notebooks else nbformat.read(path, as_version=4)
        yield page, {"title": title, "body": f'<article class="notebook">{body(notebook)}</article>'}, "page.html"


def setup(app: Sphinx) -> None:
    """Register what is ours."""
    app.add_config_value("run_notebooks", True, "env", bool)
    for language in ("csv", "tsv"):
        app.add_lexer(language, TextLexer)
    app.connect("source-read", add_navigation)
    app.connect("source-read", add_gallery)
    app.connect("html-collect-pages", notebook_pages)
