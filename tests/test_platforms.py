"""Platforms without Unix: its modules, its signals and its pipes by name are hidden, and everything still answers."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import dropwhile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from places import EXAMPLES

import sts_kg
from sts_kg.cli import app
from sts_kg.closure.terms import canonical_pattern

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

#: There is no public door to what a pattern says.
_constants, _parser = (import_module(f"re.{name}") for name in ("_constants", "_parser"))


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


@pytest.mark.slow
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


# --- Python 3.11.0 to 3.11.4


def patterns() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    """Every compiled pattern of the package, by module and name."""
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {"canonical_pattern": canonical_pattern()}
    for each in pkgutil.walk_packages(sts_kg.__path__, "sts_kg."):
        if each.name != "sts_kg.__main__":
            named = vars(importlib.import_module(each.name)).items()
            for name, value in named:
                many = value.items() if isinstance(value, dict) else [("", value)]
                found |= {f"{each.name}.{name}{key}": one for key, one in many if isinstance(one, re.Pattern)}
    return found


def unsafe(parsed: Any) -> Iterator[str]:
    """Yield each possessive group that may fail after a step that moves the matcher, which those Pythons keep moved.

    The last try of such a group may end a match too far on (https://github.com/python/cpython/issues/106052). A try
    that fails at characters only moves nothing.
    """
    for name, value in parsed:
        if name is not _constants.POSSESSIVE_REPEAT:
            for part in value if isinstance(value, tuple) else (value,):
                for inner in part if isinstance(part, list) else (part,):
                    if isinstance(inner, _parser.SubPattern):
                        yield from unsafe(inner)
            continue
        (_, _, body) = value
        ways = body[0][1][1] if len(body) == 1 and body[0][0] is _constants.BRANCH else [body]
        for way in ways:
            steps = list(dropwhile(lambda step: step[0] in LOOKS, way))
            if steps and not (simple(steps[0]) or (steps[0][0] in REPEATS and simple(*steps[0][1][2]))):
                yield str(way)
            elif not all(map(simple, steps[1:])):
                yield str(way)


def simple(*steps: Any) -> bool:
    """Return whether it is one step, and that matches a character or a place."""
    return len(steps) == 1 and steps[0][0] in SIMPLE


LOOKS = (_constants.ASSERT, _constants.ASSERT_NOT)
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
SIMPLE = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY, _constants.AT)


def test_no_pattern_is_one_that_early_pythons_get_wrong() -> None:
    found = {name: list(unsafe(_parser.parse(one.pattern, one.flags))) for name, one in patterns().items()}
    assert len(found) > 100
    assert {name: ways for name, ways in found.items() if ways} == {}


@pytest.mark.parametrize(
    ("pattern", "n_unsafe"),
    [
        ("(?:ab?c)*+", 1),
        ("x|(?:a|(?!c)b)?+", 0),
        ("(?=(?:a|b(?!c))*+)", 1),
        ("(?:a+b)++", 0),
        ("(?:ab+)++", 1),
        ("[ab]*+", 0),
        ("(?:(?=ab)b++|c)*+", 0),
        ("(?:(?=ab)b++c)*+", 0),
        ("(?:(?:ab)*c)*+", 1),
        ("((?:a|bc)*+)*", 0),
        ("((?:a|bc*)*+)*", 1),
    ],
)
def test_a_pattern_that_early_pythons_get_wrong_is_seen(pattern: str, n_unsafe: int) -> None:
    assert len(list(unsafe(_parser.parse(pattern)))) == n_unsafe
