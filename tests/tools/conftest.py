"""Other people's tools, which open what we write: OWLAPI, HermiT, ELK and Jena (Java), pronto, OAK, Comunica (Node.js).

`make tools` installs them into `.venv-tools` and runs these tests; without it they are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FOLDER = os.environ.get("STS_KG_TOOLS", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not _FOLDER:
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="needs other people's tools: make tools"))


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder that `make tools` fills: `bin/` of a Python with pronto and OAK, `jars/`, `node_modules/`."""
    return (ROOT / _FOLDER).resolve()


class Java:
    """Runs a program of one Java file of this folder with the jars of OWLAPI, HermiT, ELK and Jena."""

    def __init__(self, jars: Path, classes: Path) -> None:
        self._path, self._classes = f"{jars}/*", classes

    def __call__(self, program: str, *arguments: object) -> str:
        """Return what the program prints; it fails the test if the program does."""
        source = Path(__file__).parent / f"{program}.java"
        made = self._classes / f"{program}.class"
        if not made.exists():
            command = ["javac", "-nowarn", "-cp", self._path, "-d", str(self._classes), str(source)]
            done = subprocess.run(command, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        command = ["java", "-cp", f"{self._classes}{os.pathsep}{self._path}", program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="session")
def java(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Java:
    """Runs `NAME.java` of this folder."""
    if shutil.which("javac") is None or not (tools / "jars").is_dir():
        pytest.skip("needs a Java development kit (Debian: default-jdk-headless)")
    return Java(tools / "jars", tmp_path_factory.mktemp("classes"))


@pytest.fixture(scope="session")
def node(tools: Path) -> Path:
    """The folder `node_modules` with Comunica."""
    if not (tools / "node_modules").is_dir():
        pytest.skip("needs Node.js and npm")
    return tools / "node_modules"
