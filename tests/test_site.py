"""The site is built without a warning, and is read without a network: nothing on it is asked of another host."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from test_docs import PAGES, ROOT

pytest.importorskip("furo", reason="the site is not built: pip install -e '.[dev]'")
pytestmark = pytest.mark.slow

#: Elements whose attribute is fetched as soon as the page is shown.
FETCHED = {
    ("embed", "src"),
    ("iframe", "src"),
    ("image", "href"),
    ("img", "src"),
    ("img", "srcset"),
    ("link", "href"),
    ("object", "data"),
    ("script", "src"),
    ("source", "src"),
    ("source", "srcset"),
    ("video", "src"),
}


class Page(HTMLParser):
    """What a page fetches, links to, and can be linked at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attributes:
            if (tag, name) in FETCHED and value:
                self.fetched.append(value)
            elif (tag, name) == ("a", "href") and value:
                self.links.append(value)
            elif name == "id" and value:
                self.anchors.add(value)
            elif name == "style" and value:
                self.styles.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.styles.append(data)
        elif self._inside == "script":
            self.scripts.append(data)


def elsewhere(page: Page) -> list[str]:
    """Return what a page fetches from another host, by its elements or its styles."""
    named = [*page.fetched, *(url for style in page.styles for url in urls(style))]
    return [url for url in named if re.match(r"(?:[a-z]+:)?//", url, re.IGNORECASE)]


def urls(css: str) -> Iterator[str]:
    """Yield the addresses that a stylesheet fetches."""
    for found in re.findall(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", css):
        yield found[0] or found[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; notebooks are shown as they are, since a test of their own runs them."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-D", "run_notebooks=0"]
    done = subprocess.run(
        [*command, "-d", str(tmp_path_factory.mktemp("trees")), "-c", "docs", ".", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_page_and_notebook_is_on_the_site(site: Path) -> None:
    sources = [path for path in PAGES if path != ROOT / "README.md"] + sorted((ROOT / "notebooks").glob("*.ipynb"))
    missing = [path for path in sources if not (site / path.relative_to(ROOT)).with_suffix(".html").exists()]
    assert missing == []


def test_nothing_is_fetched_from_another_host(site: Path, pages: dict[Path, Page]) -> None:
    assert {
        path.relative_to(site).as_posix(): found for path, page in pages.items() if (found := elsewhere(page))
    } == {}
    styles = {path: [*urls(path.read_text(encoding="utf-8"))] for path in site.rglob("*.css")}
    assert styles and {path.name: of for path, of in styles.items() if any("//" in url for url in of)} == {}


def test_what_a_page_fetches_and_links_to_is_there(site: Path, pages: dict[Path, Page]) -> None:
    gone = set()
    for path, page in pages.items():
        for link in (*page.fetched, *page.links):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / unquote(file.partition("?")[0])).resolve() if file else path
            if not target.exists() or (anchor and target in pages and unquote(anchor) not in pages[target].anchors):
                gone.add(f"{path.relative_to(site)}: {link}")
    assert gone == set()


def test_what_is_fetched_from_elsewhere_is_seen() -> None:
    text = (
        '<link rel="stylesheet" href="https://x.org/a.css"><script src="//x.org/a.js"></script><img src="here.svg">'
        '<style>@import "https://x.org/b.css"; p { background: url(there.png) }</style><a href="https://x.org">x</a>'
        '<p style="background: url(http://x.org/c.png)">'
    )
    assert elsewhere(Page(text)) == [
        "https://x.org/a.css",
        "//x.org/a.js",
        "https://x.org/b.css",
        "http://x.org/c.png",
    ]


def test_searching_works_from_a_folder(site: Path) -> None:
    """Chromium opens the page of the search as a file; no server is there to answer."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("there is no chromium")
    address = f"{(site / 'search.html').as_uri()}?q=anthracycline"
    with tempfile.TemporaryDirectory() as profile:
        quiet = "headless no-sandbox disable-gpu no-first-run disable-background-networking disable-component-update"
        options = [f"--{name}" for name in (*quiet.split(), "disable-sync", "disable-quic", "dump-dom")]
        done = subprocess.run(
            [browser, *options, f"--user-data-dir={profile}", "--virtual-time-budget=8000", address],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    results = done.stdout.partition('id="search-results"')[2]
    assert re.search(r'href="docs/howto/link-chebi\.html', results), "the guide that has the word is found"
