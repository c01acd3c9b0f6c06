"""Who imports whom: a module imports from lower floors only, and each library comes in by its door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sts_kg"

FLOORS = (
    {"errors"},
    {"endings", "names", "files", "date", "violation", "view", "closure/columns", "closure/literals", "closure/rules"}
    | {"connection", "credentials", "sssom_metadata"},
    {"table", "syntax", "closure/terms", "closure/vocabulary", "closure/inconsistency"}
    | {"http", "prefixes", "querytext", "sssom"},
    {"graph", "closure/ntriples", "closure/triples", "closure/reference", "mappingcheck", "owlsyntax", "store"},
    {"axioms", "binding", "case", "condition", "source", "closure/nodes", "closure/schema", "mappinggraph", "push"},
    {"canned", "casegraph", "endpoint", "mapping", "profile", "closure/facts", "closure/reading"},
    {"casefile", "external", "fetch", "linkreport", "lint", "closure/datatypes"},
    {"closure/fixpoint", "link"},
    {"closure/checks", "closure/output"},
    {"closure/graphs", "closure/search"},
    {"closure/proof"},
    {"closure", "rdflib_sparql"},
    {"query", "options"},
    {"home", "ontology"},
    {"check", "explanation"},
    {"knowledge"},
    {"terminal"},
    {"cli/shared"},
    {"cli/cases", "cli/closure", "cli/links", "cli/mappings", "cli/ontology", "cli/push", "cli/queries"},
    {"cli"},
    {"__init__", "__main__"},
)
_NUMBERS = "columns terms ntriples triples schema facts datatypes fixpoint checks output reading search"
DOORS = {  # library: the modules through which it comes in
    "numpy": {f"closure/{module}" for module in _NUMBERS.split()} | {"external", "store"},
    "owlrl": {"closure/reference"},
    "pyoxigraph": {"syntax", "graph", "query", "closure/ntriples", "home", "push", "store"},
    "pyhornedowl": {"owlsyntax"},
    "oxrdflib": {"query"},
    "SPARQLWrapper": {"endpoint"},
    "yaml": {"canned", "casefile", "sssom_metadata"},
    "click": {"cli", "cli/cases", "cli/closure", "cli/links", "cli/mappings", "cli/ontology", "cli/push", "cli/queries"}
    | {"cli/shared"},
    "rich": {"terminal"},
    "pandas": {"table"},
    "polars": {"table"},
    "pyshacl": {"check"},
}
FLOOR = {module: level for level, floor in enumerate(FLOORS) for module in floor}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield the name and path of each module of the package; a package by its folder's name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).with_suffix("").as_posix()
        yield name.removesuffix("/__init__"), path


def imports(text: str) -> Iterator[str]:
    """Yield the dotted names that a module imports, inside functions too; not those for type checkers only."""
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


def target(name: str) -> str:
    """Return the module of ours that a dotted name leads to, the package's own `__init__` if no other."""
    parts = name.split(".")[1:]
    while parts:
        if "/".join(parts) in FLOOR:
            return "/".join(parts)
        parts.pop()
    return "__init__"


def faults(module: str, text: str) -> list[str]:
    """Return what is wrong with the imports of a module."""
    found = []
    for name in imports(text):
        library = name.partition(".")[0]
        if library == "sts_kg":
            to = target(name)
            if FLOOR[to] >= FLOOR[module]:
                found.append(f"{module} imports {to}, which is not below it")
        elif module not in DOORS.get(library, {module}):
            found.append(f"{module} imports {library}, whose door is {', '.join(sorted(DOORS[library]))}")
    return found


@pytest.mark.parametrize(("module", "path"), [pytest.param(*each, id=each[0]) for each in modules()])
def test_imports_point_down_and_libraries_have_one_door(module: str, path: Path) -> None:
    assert faults(module, path.read_text(encoding="utf-8")) == []


def test_every_module_has_a_floor() -> None:
    assert {name for name, _ in modules()} == set(FLOOR)


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        ("table", "from sts_kg.graph import read", "table imports graph, which is not below it"),
        ("table", "def f():\n    import sts_kg.knowledge", "table imports knowledge, which is not below it"),
        ("files", "from sts_kg import names", "files imports names, which is not below it"),
        ("check", "import sts_kg", "check imports __init__, which is not below it"),
        ("options", "from owlrl import DeductiveClosure", "options imports owlrl, whose door is closure/reference"),
    ],
)
def test_a_wrong_import_is_seen(module: str, text: str, fault: str) -> None:
    assert faults(module, text) == [fault]


def test_the_architecture_page_shows_these_floors() -> None:
    drawn = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for level, floor in enumerate(FLOORS):
        line = f"{level:>2}  {'  '.join(sorted(floor))}"
        assert line in drawn, f"ARCHITECTURE.md lacks the line {line!r}"
