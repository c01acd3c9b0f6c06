"""The pages say what is so: generated ones are fresh, blocks run with the output they show, links resolve."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from page_blocks import Block, agrees, blocks, commands, put
from rdflib.namespace import OWL
from servers import Server, oxigraph  # noqa: F401 # a fixture
from serving import serving

from sts_kg import KnowledgeGraph, cli, errors, parse

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])
SERVER = "http://localhost:7878/query"  # blocks that name it are run if one can be started
SERVED = "http://127.0.0.1:8000"  # blocks that name it are run beside `sts-kg serve`
MOST_WORDS = 8  # in a row that a file of ours may share with the source page


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- generated pages


@pytest.fixture(scope="module")
def generated(kg: KnowledgeGraph) -> dict[Path, str]:
    """Return the texts that docs/generate.py makes, by path."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None, "docs/generate.py can be imported"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    texts: dict[Path, str] = module.pages(kg)
    return texts


def test_generated_files_are_fresh(generated: dict[Path, str]) -> None:
    for path, text in generated.items():
        assert path.read_text(encoding="utf-8") == text, f"run make docs: {_name(path)}"


def test_generated_files_name_their_command_on_their_first_line(generated: dict[Path, str]) -> None:
    for path, text in generated.items():
        assert "make docs" in text.partition("\n")[0] or path.suffix == ".xml", _name(path)


# --- blocks


@pytest.fixture
def checkout(preloaded: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that looks like the repository and may be written to."""
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_console(block: Block, where: str, server: str = SERVER, served: str = "") -> Iterator[str]:
    """Run the `sts-kg` commands of a block in the working directory, and yield what they print otherwise than shown.

    `server` is what stands for the server that a block names, `served` for `sts-kg serve`, of which curl is run, too.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, shown in commands(block.text):
        command = command.replace(SERVER, server).replace(SERVED, served)
        if not command.startswith("sts-kg " if not served else ("sts-kg ", "curl ")):
            continue
        if re.search(r"[|&;<>()$`\\*?~#{}\[\]=]", command):  # it takes a shell, so a process
            real = subprocess.run(
                ["bash", "-c", command],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                env=os.environ | {"PATH": path, "PYTHONIOENCODING": "utf-8"},
                check=False,
            ).stdout
        else:
            done = CliRunner().invoke(cli.app, shlex.split(command)[1:], prog_name="sts-kg")
            assert done.exception is None or isinstance(done.exception, SystemExit)
            real = done.output
        if not agrees(shown, real):
            yield f"{where}: $ {command}\nshown:\n{shown}\nreal:\n{real}"


def run_python(block: Block, where: str, names: dict[str, object]) -> list[str]:
    """Run a block in the namespace of its page, as a doctest if it has prompts; return what fails."""
    if ">>> " not in block.text:
        tree = ast.increment_lineno(ast.parse(block.text, where), block.line - 1)
        exec(compile(tree, where, "exec"), names)
        return []
    told: list[str] = []
    test = doctest.DocTestParser().get_doctest(block.text, names, where, where, block.line - 1)
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append, clear_globs=False)
    names.update(test.globs)
    return told


def _slow(path: Path) -> bool:
    """Whether the blocks of a page wait for .ci/run; what newcomers type does not."""
    return path.parent.name != "howto" and path.stem not in ("tutorial", "citing")


@pytest.mark.parametrize(
    "page", [pytest.param(path, id=_name(path), marks=[pytest.mark.slow] if _slow(path) else []) for path in PAGES]
)
def test_blocks_run_as_shown(page: Path, checkout: Path) -> None:
    names: dict[str, object] = {"__name__": "__page__"}
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"{_name(page)}, line {block.line}"
        put(block, checkout)
        if block.language == "console" and SERVER not in block.text and SERVED not in block.text:
            assert "\n".join(run_console(block, where)) == ""
        elif block.language == "python":
            assert "".join(run_python(block, where, names)) == ""
        elif block.language == "turtle":
            assert len(parse(block.text)) > 0, where


def test_blocks_that_name_a_server_run_as_shown(checkout: Path, oxigraph: Server) -> None:  # noqa: F811
    asked = []
    for page in PAGES:
        found = list(blocks(page.read_text(encoding="utf-8")))
        if not any(block.language == "console" and SERVER in block.text for block in found):
            continue  # what it puts may need a command that is not run here
        for block in found:
            put(block, checkout)
            if block.language == "console" and SERVER in block.text:
                asked.append(_name(page))
                assert "\n".join(run_console(block, f"{_name(page)}, line {block.line}", oxigraph.query)) == ""
    assert asked == ["docs/linking.md"]


def test_blocks_that_name_the_service_run_as_shown(checkout: Path) -> None:
    asked = set()
    with serving() as service:
        for page in PAGES:
            for block in blocks(page.read_text(encoding="utf-8")):
                if block.language == "console" and SERVED in block.text:
                    asked.add(_name(page))
                    where = f"{_name(page)}, line {block.line}"
                    assert "\n".join(run_console(block, where, served=service.address)) == ""
    assert asked == {"docs/serving.md"}


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a  \nb", True),
        ("a\nc\n", "a\nb\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\n", "a\n", True),
        ("a …\n", "a b c\n", True),
        ("a …\n", "a b\nc\n", False),
        ("…\nz\n", "a\nb\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_an_output_that_differs_is_seen(shown: str, real: str, same: bool) -> None:
    assert agrees(shown, real) is same


def test_blocks_and_commands_are_found() -> None:
    page = "# T\n```console\n$ sts-kg ask x\none\n$ make run\n```\n\n```yaml p.yaml\ncase: p\n```\n"
    assert list(blocks(page)) == [
        Block("console", "", 3, "$ sts-kg ask x\none\n$ make run\n"),
        Block("yaml", "p.yaml", 9, "case: p\n"),
    ]
    assert list(commands("$ sts-kg ask x\none\n$ make run\n")) == [("sts-kg ask x", "one\n"), ("make run", "")]


def test_a_wrong_python_block_is_seen() -> None:
    [told] = run_python(Block("python", "", 1, ">>> 1 + 1\n3\n"), "page, line 1", {})
    assert re.search(r"Expected:\s+3\s+Got:\s+2", told)
    assert run_python(Block("python", "", 1, ">>> 1 + 1\n2\n"), "page, line 1", {}) == []
    with pytest.raises(ZeroDivisionError):
        run_python(Block("python", "", 1, "1 / 0\n"), "page, line 1", {})


# --- what the pages must have


def test_every_error_has_its_heading() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    names = [name for name in errors.__all__ if name.endswith("Error")]
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == sorted(names, key=list(vars(errors)).index)


@pytest.mark.parametrize("folder", ["docs", "docs/howto"])
def test_every_page_is_in_the_index_of_its_folder(folder: str) -> None:
    index = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / folder).glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"]({name})" in index} == pages


def slugs(page: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    found: set[str] = set()
    for heading in re.findall(
        r"^#+ +(.+?) *$", re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL), re.M
    ):
        slug = re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-{sum(each.startswith(slug) for each in found)}")
    return found


def broken_links(path: Path) -> list[str]:
    """Return the links of a page that lead to no file or heading of ours; those into the web are not followed."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"(?<!\\)\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in slugs(target.read_text(encoding="utf-8"))):
            broken.append(link)
    return broken


def test_each_drawing_is_shown_says_what_it_shows_and_has_a_background_of_its_own() -> None:
    shown = {
        name for page in PAGES for name in re.findall(r"!\[[^\]]{40,}\]\(drawings/([\w-]+\.svg)\)", page.read_text())
    }
    drawings = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "drawings").glob("*.svg")}
    assert shown == set(drawings)
    for text in drawings.values():
        assert "<title" in text and "<desc" in text and 'class="card"' in text and "prefers-color-scheme: dark" in text
        assert "href" not in text and "<script" not in text and " style=" not in text


@pytest.mark.parametrize("page", [pytest.param(path, id=_name(path)) for path in PAGES])
def test_links_resolve(page: Path) -> None:
    assert broken_links(page) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](page.md#one-two) [b](#three) [c](gone.md) [d](https://x.org) `[e](no)`\n")
    assert broken_links(page) == ["#three", "gone.md"]


def texts_of_the_repository() -> Iterator[tuple[Path, str]]:
    """Yield the text files that a release holds."""
    endings = {
        ".md",
        ".py",
        ".ttl",
        ".trig",
        ".tsv",
        ".rq",
        ".yaml",
        ".csv",
        ".ipynb",
        ".toml",
        ".cff",
        ".svg",
        ".json",
        ".css",
    }
    for top in ("sts_kg", "ontology", "queries", "docs", "notebooks", "bench", "tests"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in endings and ".ipynb_checkpoints" not in path.parts:
                yield path, path.read_text(encoding="utf-8")
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and (path.suffix in endings or path.name == "Makefile"):
            yield path, path.read_text(encoding="utf-8")


def test_no_file_names_a_path_of_one_machine() -> None:
    pattern = re.compile(r"(?<![\w.~])/(?:work|root|home|Users)/[\w.]|[A-Z]:\\Users\\")
    found = {
        _name(path): match.group()
        for path, text in texts_of_the_repository()
        if (match := pattern.search(text)) and path != Path(__file__)
    }
    assert found == {}


def _words(text: str) -> list[str]:
    """Return the words of a text; neighbouring cues are one run, so they may not stand in the order of the page."""
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))


def test_no_file_repeats_a_sentence_of_the_source(page: Path) -> None:
    """The sentences of the page are not ours to ship: at most eight words in a row are shared with it."""
    source = _words(page.read_text(encoding="utf-8"))
    runs = {tuple(source[i : i + MOST_WORDS + 1]) for i in range(len(source) - MOST_WORDS)}
    found = {}
    for path, text in texts_of_the_repository():
        words = _words(text)
        shared = [words[i : i + MOST_WORDS + 1] for i in range(len(words) - MOST_WORDS)]
        if quoted := [" ".join(run) for run in shared if tuple(run) in runs]:
            found[_name(path)] = quoted
    assert found == {}


def test_versions_agree(kg: KnowledgeGraph) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {version} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert kg.guideline.header(OWL.versionInfo) == version
