"""Spelling: nothing that we write has a word that codespell knows as a mistake. It works offline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("sts_kg", "ontology", "queries", "docs", "notebooks", "bench")


def mistakes(*paths: Path | str) -> list[str]:
    """Return what codespell says of files and folders, with the settings and words of pyproject.toml."""
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--toml", "pyproject.toml", *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_nothing_is_misspelt() -> None:
    assert mistakes(*FOLDERS, *(path.name for path in sorted(ROOT.glob("*.*")) if path.is_file())) == []


def test_a_misspelt_word_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "The recieved text that the page describes, and its disjointness.\nA seperate one.\n", encoding="utf-8"
    )
    found = [line.removeprefix(f"{page}:") for line in mistakes(page)]
    assert found == ["1: recieved ==> received", "2: seperate ==> separate"]
