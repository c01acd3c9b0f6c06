"""How the site is built: `make site` writes it into build/site, for reading offline.

The source folder is the repository, so that pages link to each other as they do in a checkout. The index,
docs/README.md, is the only list of pages: its sections are the parts of the navigation.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from sts_kg.guideline import version as version_of_package

ROOT = Path(__file__).parents[1]
INDEX = "docs/README"

project = "sts_kg"
author = "The sts_kg project"
release = version = version_of_package()
html_title = f"sts_kg {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = INDEX
include_patterns = ["docs/**.md", "bench/README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
exclude_patterns = [".*", "build", "ontology", "queries", "sts_kg", "tests"]

myst_heading_anchors = 4
default_role = "code"  # what stands between backticks in a docstring
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_maximum_signature_line_length = 80

html_theme = "furo"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_extra_path = ["site/root"]
html_show_search_summary = False  # pages may not fetch pages over file://
html_show_sphinx = False
html_copy_source = False
html_show_copyright = False
html_theme_options = {"footer_icons": [], "top_of_page_buttons": []}


def add_navigation(app: Sphinx, name: str, source: list[str]) -> None:
    """Add to the index a hidden table of contents for each section, of the pages that the section links to."""
    if name != INDEX:
        return
    for section in source[0].split("\n## ")[1:]:
        title = section.partition("\n")[0]
        links = dict.fromkeys(re.findall(r"\]\((?!https?:)([^)#\s]+\.md)\)", section))
        pages = [f"/{(ROOT / 'docs' / link).resolve().relative_to(ROOT).as_posix()}" for link in links]
        if pages:
            source[0] += "\n".join(["", "```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```", ""])


def setup(app: Sphinx) -> None:
    """Register what is ours."""
    app.connect("source-read", add_navigation)
