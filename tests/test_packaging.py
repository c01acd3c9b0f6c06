"""A built wheel, installed elsewhere, a bare checkout and the editable install: each finds its ontology and queries."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

import oracle
import pytest
import yaml
from packaging.requirements import Requirement
from page_blocks import agrees, blocks, commands
from places import ROOT
from rdflib.namespace import DCTERMS, OWL

from sts_kg import KnowledgeGraph
from sts_kg.rdf.names import STS

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
VERSION = PYPROJECT["project"]["version"]

# --- What the wheel holds


def built(folder: Path, *arguments: str) -> Path:
    """Return the wheel that `python -m build` makes of the project, offline."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), *arguments, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files(folder: Path, pattern: str) -> Iterator[str]:
    """Yield the paths below a folder of the checkout, relative to the root."""
    for path in folder.rglob(pattern):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"), "--wheel")


def test_the_wheel_holds_package_ontology_queries_and_licences_and_nothing_else(wheel: Path) -> None:
    code = {*files(ROOT / "sts_kg", "*.py"), *files(ROOT / "sts_kg", "*.pyi")}
    code |= {"sts_kg/py.typed", "sts_kg/quality/published.ttl", *files(ROOT / "sts_kg" / "authoring" / "stub", "*")}
    shown = ROOT / "sts_kg" / "display"
    code |= {name for kind in ("*.css", "*.js", "*.mjs", "*.json", "LICENSE") for name in files(shown, kind)}
    data = {
        f"sts_kg/data/{name}"
        for folder in ("ontology", "queries", "docs/schemas")
        for name in files(ROOT / folder, "*")
    }
    about = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE"}
    served = ROOT / "sts_kg" / "server"
    code |= {name for kind in ("*.html", "*.css", "*.js", "*.svg", "*.json") for name in files(served, kind)}
    about |= {"licenses/ontology/LICENSE", "licenses/sts_kg/display/vendor/LICENSE"}
    assert names(wheel) == code | data | {f"sts_kg-{VERSION}.dist-info/{name}" for name in about}


def test_the_wheel_holds_what_the_package_needs(wheel: Path) -> None:
    needed = {
        "sts_kg/cli/__init__.py",
        "sts_kg/py.typed",
        "sts_kg/data/ontology/sts.ttl",
        "sts_kg/data/ontology/examples/f.yaml",
        "sts_kg/data/ontology/guidelines/grey-hush/guideline.ttl",
        "sts_kg/data/ontology/guidelines/grey-hush/conditions.txt",
        "sts_kg/data/ontology/guidelines/grey-hush/cases/lines.yaml",
    }
    assert needed | {"sts_kg/data/queries/drugs/drugs-and-brands.rq"} <= names(wheel)


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    assert names(built(tmp_path)) == names(wheel)  # without --wheel: the wheel is built from the sdist


# --- The three ways to install


@dataclass(frozen=True)
class Installed:
    """A way to run sts_kg: how, with which variables, in which empty folder, and where the package and its data lie."""

    command: tuple[str, ...]
    python: str
    variables: dict[str, str]
    folder: Path
    package: Path
    data: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(*self.command, *arguments)

    def evaluate(self, expression: str) -> str:
        done = self._run(self.python, "-c", f"import sts_kg.guideline; print({expression})")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def script(self, text: str) -> subprocess.CompletedProcess[str]:
        return self._run(self.python, "-c", text)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STS_KG_SOURCE"))}
        variables = kept | {"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.folder), "NO_COLOR": "1"} | self.variables
        return subprocess.run(command, capture_output=True, text=True, cwd=self.folder, env=variables)


def environment(folder: Path) -> tuple[Path, Path]:
    """Return Python and packages of a new environment that has the libraries of this one, by links, but no sts_kg."""
    libraries = folder / "libraries"
    libraries.mkdir()
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(place).iterdir():
            if not re.match(r"(__editable__|_editable_impl_)?_*sts_kg", entry.name):
                (libraries / entry.name).symlink_to(entry)
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    (packages / "libraries.pth").write_text(f"{libraries}\n")
    return python, packages


def install(python: Path, wheel: Path) -> None:
    """Install a wheel alone, without a look at any index; with uv where the environment has no pip."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    uv = ["uv", "pip", "install", "--offline", "--python", str(python)]
    command = [*(pip if find_spec("pip") else uv), "--quiet", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def ways(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Installed]:
    """Each way to install, done once, in whatever order it is asked for."""

    @cache
    def way(name: str) -> Installed:
        folder = tmp_path_factory.mktemp(name)
        empty = folder / "empty"
        empty.mkdir()
        if name == "editable":
            script = Path(sysconfig.get_path("scripts"), "sts-kg")
            if not script.exists():
                pytest.skip("sts_kg is not installed in this environment, so it has no sts-kg to run")
            return Installed((str(script),), sys.executable, {}, empty, ROOT / "sts_kg", ROOT)
        python, packages = environment(folder)
        command = (str(python), "-m", "sts_kg")
        if name == "checkout":
            return Installed(command, str(python), {"PYTHONPATH": str(ROOT)}, empty, ROOT / "sts_kg", ROOT)
        install(python, wheel)
        package = packages / "sts_kg"
        return Installed(command, str(python), {}, empty, package, package / "data")

    return way


@pytest.fixture(params=["wheel", "checkout", "editable"])
def installed(request: pytest.FixtureRequest, ways: Callable[[str], Installed]) -> Installed:
    return ways(request.param)


def test_the_package_and_its_data_are_those_installed(installed: Installed) -> None:
    assert installed.evaluate("sts_kg.__file__") == str(installed.package / "__init__.py")
    assert installed.evaluate("sts_kg.guideline.ontology_folder()") == str(installed.data / "ontology")
    assert installed.evaluate("sts_kg.guideline.queries_folder()") == str(installed.data / "queries")


def test_the_version_is_told(installed: Installed) -> None:
    done = installed.run("--version")
    assert (done.stdout, done.stderr, done.returncode) == (f"sts-kg, version {VERSION}\n", "", 0)


def test_a_canned_query_is_answered(installed: Installed) -> None:
    done = installed.run("query", "drugs/drugs-and-brands", "--format", "json")
    assert (done.stderr, done.returncode) == ("", 0)
    keys = ("drug", "label", "kind", "brand", "segment")
    assert json.loads(done.stdout) == [
        dict(zip(keys, row, strict=True))
        for row in (
            ("sts:doxorubicin", "doxorubicin", "sts:ChemotherapyDrug", None, "sts:S09"),
            ("sts:ifosfamide", "ifosfamide", "sts:ChemotherapyDrug", "Ifex", "sts:S10"),
            ("sts:pazopanib", "pazopanib", "sts:TargetedTherapyDrug", "Votrient", "sts:S14"),
        )
    ]


def test_the_options_of_a_case_are_told(installed: Installed) -> None:
    given = oracle.facts("stage4-sts resectable doxorubicin-did-not-work")
    (installed.folder / "case.yaml").write_text(yaml.safe_dump({"case": "p", "findings": given}))
    done = installed.run("options", "case.yaml", "--format", "json")
    assert (done.stderr, done.returncode) == ("", 0)
    told = {answer["option"]: answer for answer in json.loads(done.stdout)}
    known = oracle.completed(given)
    assert known is not None
    assert {name: answer["status"] for name, answer in told.items()} == {
        option: oracle.status(option, known) for option in oracle.CONDITIONS
    }
    question = (
        "Is this one of the types of soft tissue sarcoma for which pazopanib may be offered? "
        "(The source does not list them.)"
    )
    pazopanib = told["option-pazopanib"]
    assert {key: pazopanib[key] for key in list(pazopanib)[:11]} == {
        "case": "p",
        "option": "option-pazopanib",
        "status": "undetermined",
        "tried": False,
        "declined": False,
        "true": ["stage4-sts", "prior-chemotherapy"],
        "false": [],
        "missing": [{"finding": "sarcoma-type-for-pazopanib", "question": question}],
        "recommendation": "rec-S14",
        "segments": ["H0", "S01", "S14", "S15"],
        "decisions": ["D01", "D08", "D09", "D09b", "D09c", "D23", "D31", "D32", "D33"],
    }
    assert (pazopanib["kind"], pazopanib["strength"]) == ("option", "may-be-offered")
    [mark] = told["option-doxorubicin-alone"]["marks"]
    assert mark["mark"] == "tried, did not work"


@pytest.mark.slow
def test_the_examples_of_the_readme_run_where_there_is_no_checkout(ways: Callable[[str], Installed]) -> None:
    installed, page = ways("wheel"), (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [pair for block in blocks(page) if block.language == "console" for pair in commands(block.text)]
    assert len(shown) >= 3
    for command, output in shown:
        done = installed.run(*shlex.split(command)[1:])
        assert agrees(output, done.stdout), f"$ {command}\n{done.stdout}{done.stderr}"
    [script] = [block for block in blocks(page) if block.language == "python" and ">>> " not in block.text]
    done = installed.script(script.text)
    assert (done.stderr, done.returncode) == ("", 0)


# --- What pyproject.toml says


def test_the_version_and_its_date_are_the_same_everywhere(kg: KnowledgeGraph) -> None:
    header = kg.guideline.modules["sts"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    changes = re.search(r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert changes is not None
    assert {
        "ontology": kg.guideline.header(OWL.versionInfo),
        "ontology IRI": kg.guideline.header(OWL.versionIRI).rpartition("/")[2],
        "citation": citation["version"],
        "changelog": changes[1],
    } == dict.fromkeys(("ontology", "ontology IRI", "citation", "changelog"), VERSION)
    assert str(header.value(STS.ontology, DCTERMS.issued))[:10] == citation["date-released"] == changes[2]


def imported(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the top-level name of each import of a module, and whether it stands outside functions and conditions."""
    top = {id(node) for node in ast.iter_child_nodes(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module.partition(".")[0], id(node) in top


def required(requirements: list[str]) -> set[str]:
    """Return the names of requirements as the Python Packaging guide normalises them."""
    return {normalised(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def imports() -> dict[str, bool]:
    """Distribution to whether sts_kg needs it at once: on top of some module, but in `server`, which waits itself."""
    distributions = packages_distributions()
    found: dict[str, bool] = {}
    for path in (ROOT / "sts_kg").rglob("*.py"):
        for name, at_once in imported(ast.parse(path.read_text())):
            if name not in sys.stdlib_module_names | {"sts_kg"}:
                distribution = normalised(distributions.get(name, [name])[0])
                waits = path.parts[-2:-1] == ("server",) or path.parent.parent.name == "server"  # `sts-kg serve` asks
                found[distribution] = found.get(distribution, False) or (at_once and not waits)
    return found


def test_every_dependency_is_imported(imports: dict[str, bool]) -> None:
    assert required(PYPROJECT["project"]["dependencies"]) - imports.keys() == set()


def test_every_import_is_of_a_dependency_and_that_of_an_extra_waits(imports: dict[str, bool]) -> None:
    core = required(PYPROJECT["project"]["dependencies"])
    extras = {name for extra in PYPROJECT["project"]["optional-dependencies"].values() for name in required(extra)}
    assert imports.keys() - core - extras == set()
    assert {name for name, at_once in imports.items() if at_once} - core == set()


# --- What an extra brings


def needed_by(requirements: list[str]) -> set[str]:
    """Return the names of the distributions that requirements bring, as they are installed here."""
    found: set[str] = set()
    waiting = [Requirement(each) for each in requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        each = waiting.pop()
        for extra in ("", *each.extras):
            if (each.name, extra) in seen:
                continue
            seen.add((each.name, extra))
            found.add(each.name.lower().replace("_", "-"))
            for text in distribution(each.name).requires or ():
                below = Requirement(text)
                if below.marker is None or below.marker.evaluate({"extra": extra}):
                    waiting.append(below)
    return found


def added_by(extra: str) -> set[str]:
    """Return the names of the distributions that an extra adds to those that everybody has."""
    project = PYPROJECT["project"]
    needed = project["dependencies"]
    return needed_by([*needed, *project["optional-dependencies"][extra]]) - needed_by(needed)


def test_the_extra_for_notebooks_adds_at_most_50_packages() -> None:
    added = added_by("notebook")
    assert {"anywidget", "ipython", "pandas", "wasmtime"} <= added
    assert 40 < len(added) <= 50, sorted(added)


def test_the_extra_for_the_service_adds_at_most_15_packages() -> None:
    added = added_by("server")
    assert {"starlette", "uvicorn", "httptools", "uvloop", "jinja2", "markupsafe", "prometheus-client"} <= added
    assert 7 < len(added) <= 15, sorted(added)
