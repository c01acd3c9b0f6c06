"""`sts-kg completion SHELL` prints a script that the shell accepts, and with which it completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

#: How a shell reads a script without running it.
SYNTAX = {"bash": ("bash", "-n"), "zsh": ("zsh", "-n"), "fish": ("fish", "--no-execute")}
DRUGS = [
    "drugs/after-doxorubicin",
    "drugs/combinations",
    "drugs/conditions-for-drug",
    "drugs/drugs-and-brands",
    "drugs/options-with-drug",
    "drugs/standard-drug",
]


def run(*arguments: str, **variables: str) -> str:
    """Return what sts-kg prints with these arguments and environment variables, and nothing on standard error."""
    command = [sys.executable, "-m", "sts_kg", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | variables)
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def completed(line: str) -> list[str]:
    """Return the completions of the last word of a line, as bash is told them: kind and word."""
    place = len(line.split(" ")) - 1
    return run(_STS_KG_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(place)).splitlines()


def plain(words: list[str]) -> list[str]:
    return [f"plain,{word}" for word in words]


@pytest.fixture(params=SYNTAX)
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


def test_the_shell_accepts_the_script(shell: str, tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(run("completion", shell))
    done = subprocess.run([*SYNTAX[shell], str(script)], capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize("shell", ["bash"], indirect=True)
def test_the_shell_would_not_accept_half_of_the_script(shell: str, tmp_path: Path) -> None:
    script = tmp_path / "completion"
    whole = run("completion", shell)
    script.write_text(whole[: len(whole) // 2])
    assert subprocess.run([*SYNTAX[shell], str(script)], capture_output=True).returncode == 2


@pytest.mark.parametrize(
    ("name", "registers"),
    [
        ("bash", "complete -o nosort -F _sts_kg_completion sts-kg"),
        ("zsh", "#compdef sts-kg"),
        ("fish", 'complete --no-files --command sts-kg --arguments "(_sts_kg_completion)";'),
    ],
)
def test_the_script_registers_sts_kg(name: str, registers: str) -> None:
    lines = [line.strip() for line in run("completion", name).splitlines()]
    assert lines.count(registers) == 1


@pytest.mark.parametrize("shell", ["bash"], indirect=True)
def test_bash_completes_with_the_script(shell: str, tmp_path: Path) -> None:
    command = tmp_path / "sts-kg"  # found by its name, as the script asks it
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sts_kg "$@"\n')
    command.chmod(0o755)
    text = """
        eval "$(sts-kg completion bash)"
        COMP_WORDS=(sts-kg query drugs/c) COMP_CWORD=2
        "$(complete -p sts-kg | sed 's/.* -F \\([^ ]*\\) .*/\\1/')" sts-kg drugs/c query
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "--norc", "-c", text], capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PATH": path}
    )
    assert (done.stdout.split(), done.stderr) == (["drugs/combinations", "drugs/conditions-for-drug"], "")


def test_commands_complete() -> None:
    assert completed("sts-kg opt") == plain(["options"])
    assert completed("sts-kg quer") == plain(["queries", "query"])
    assert completed("sts-kg sour") == plain(["source", "sources"])
    assert completed("sts-kg source ") == plain(["diff"])
    assert completed("sts-kg source diff onto") == ["file,onto"]
    assert completed("sts-kg nosuch") == [""]


def test_query_names_complete() -> None:
    assert completed("sts-kg query dru") == plain(DRUGS)


def test_checks_do_not_complete_as_queries() -> None:
    assert completed("sts-kg query check") == [""]


def test_parameters_of_a_query_complete() -> None:
    given = plain(["--drug", "--modality", "--show", "--cases", "--endpoint", "--store", "--format", "--help"])
    assert completed("sts-kg query drugs/options-with-drug --") == given
    assert completed("sts-kg query drugs/options-with-drug --d") == plain(["--drug"])


def test_parameters_of_an_unknown_query_do_not_complete() -> None:
    assert completed("sts-kg query drugs/nosuch --d") == [""]


def test_words_to_choose_from_complete() -> None:
    assert completed("sts-kg options case.yaml --status ") == plain(["met", "not-met", "undetermined", "contradictory"])
    assert completed("sts-kg completion ") == plain(["bash", "zsh", "fish"])


def test_a_case_file_completes_as_a_file() -> None:
    assert completed("sts-kg options onto") == ["file,onto"]


def test_zsh_and_fish_are_told_what_a_query_asks() -> None:
    question = "Which drugs does the source name, with..."
    asked = {"COMP_WORDS": "sts-kg query drugs/dr", "COMP_CWORD": "2"}
    assert run(_STS_KG_COMPLETE="zsh_complete", **asked) == f"plain\ndrugs/drugs-and-brands\n{question}\n"
    asked = {"COMP_WORDS": "sts-kg query drugs/dr", "COMP_CWORD": "drugs/dr"}  # fish gives the word, not its place
    assert run(_STS_KG_COMPLETE="fish_complete", **asked) == f"plain,drugs/drugs-and-brands\t{question}\n"
