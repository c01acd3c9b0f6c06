"""Platforms without Unix: its modules, its signals and its pipes by name are hidden, and everything still answers."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import EXAMPLES

import sts_kg
from sts_kg.cli import app

UNIX = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")

#: Run before anything else is imported: what Windows does not have is not there.
HIDE = f"""
import importlib.abc, os, signal, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {UNIX}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
for name in {UNIX}:
    sys.modules.pop(name, None)
for name in ("fork", "getuid", "geteuid", "getgid", "mkfifo", "sched_getaffinity"):
    delattr(os, name)
for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE"):
    delattr(signal, name)
for name in ("exists", "isdir", "isfile"):
    setattr(os.path, name, lambda path, there=getattr(os.path, name): not str(path).startswith("/dev") and there(path))

from sts_kg.cli import main
sys.argv[0] = "sts-kg"
main()
"""


def hidden(*words: str | Path) -> str:
    """Return what a command prints where all of Unix is hidden."""
    command = [sys.executable, "-c", HIDE, *map(str, words)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def plain(*words: str | Path) -> str:
    """Return what the same command prints here."""
    done = CliRunner().invoke(app, [*map(str, words)], prog_name="sts-kg")
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("options", EXAMPLES / "a.yaml", "--format", "json"),
        ("query", "drugs/options-with-drug", "--drug", "doxorubicin", "--format", "csv"),
        ("query", "modalities/options-with-therapy", "--format", "csv"),
    ],
    ids=["options", "query", "closed"],
)
def test_a_command_answers_the_same_without_unix(words: tuple[str | Path, ...]) -> None:
    assert hidden(*words) == plain(*words) != ""


def test_a_graph_is_closed_without_unix(tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text("<urn:a> <http://www.w3.org/2002/07/owl#sameAs> <urn:b> .\n", encoding="utf-8")
    for run, name in ((hidden, "hidden.nt"), (plain, "plain.nt")):
        run("close", "--stats", data, "-o", tmp_path / name)
    assert (tmp_path / "hidden.nt").read_bytes() == (tmp_path / "plain.nt").read_bytes() != b""


def test_no_module_imports_unix_at_its_top() -> None:
    package = Path(sts_kg.__file__).parent
    found = [
        f"{path.relative_to(package)}: {name}"
        for path in sorted(package.rglob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
        if name in UNIX
    ]
    assert found == []
