"""`sts-kg completion SHELL` prints a script that the shell accepts, and with which it completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from places import ROOT

from sts_kg.cli import app

#: How a shell reads a script without running it.
SYNTAX = {"bash": ("bash", "-n"), "zsh": ("zsh", "-n"), "fish": ("fish", "--no-execute")}
DRUGS = [
    "drugs/after-doxorubicin",
    "drugs/brand-terms",
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


def told(shell: str, line: str, word: str) -> str:
    """Return what a shell is told that completes a word of a line, without a process of its own."""
    asked = {"_STS_KG_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": word}
    done = CliRunner().invoke(app, [], prog_name="sts-kg", env=asked, complete_var="_STS_KG_COMPLETE")
    assert (done.stderr, done.exit_code) == ("", 0)
    return done.stdout


def completed(line: str) -> list[str]:
    """Return the completions of the last word of a line, as bash is told them: kind and word."""
    return told("bash", line, str(len(line.split(" ")) - 1)).splitlines()


def test_a_process_is_told_the_same() -> None:
    asked = {"COMP_WORDS": "sts-kg query dru", "COMP_CWORD": "2"}
    assert run(_STS_KG_COMPLETE="bash_complete", **asked) == told("bash", *asked.values())


@cache
def script(shell: str) -> str:
    return run("completion", shell)


def plain(words: list[str]) -> list[str]:
    return [f"plain,{word}" for word in words]


@pytest.fixture(params=SYNTAX)
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


def test_the_shell_accepts_the_script(shell: str, tmp_path: Path) -> None:
    file = tmp_path / "completion"
    file.write_text(script(shell))
    done = subprocess.run([*SYNTAX[shell], str(file)], capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize("shell", ["bash"], indirect=True)
def test_the_shell_would_not_accept_half_of_the_script(shell: str, tmp_path: Path) -> None:
    file = tmp_path / "completion"
    whole = script(shell)
    file.write_text(whole[: len(whole) // 2])
    assert subprocess.run([*SYNTAX[shell], str(file)], capture_output=True).returncode == 2


@pytest.mark.parametrize(
    ("name", "registers"),
    [
        ("bash", "complete -o nosort -F _sts_kg_completion sts-kg"),
        ("zsh", "#compdef sts-kg"),
        ("fish", 'complete --no-files --command sts-kg --arguments "(_sts_kg_completion)";'),
    ],
)
def test_the_script_registers_sts_kg(name: str, registers: str) -> None:
    lines = [line.strip() for line in script(name).splitlines()]
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
    given = plain(
        [
            "--drug",
            "--modality",
            "--timeout",
            "--memory",
            "--max-rows",
            "--guideline",
            "--show",
            "--cases",
            "--endpoint",
            "--store",
            "--mappings",
            "--strict",
            "--labels",
            "--format",
            "--help",
        ]
    )
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
    line = "sts-kg query drugs/dr"
    assert told("zsh", line, "2") == f"plain\ndrugs/drugs-and-brands\n{question}\n"
    # fish gives the word, not its place
    assert told("fish", line, "drugs/dr") == f"plain,drugs/drugs-and-brands\t{question}\n"
