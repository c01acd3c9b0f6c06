"""Small texts that were once read wrongly: each is read as is written beside it, on every path, and without a fault."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from fuzz.readers import READERS, outcome

FINDS = Path(__file__).parent / "finds"


def finds() -> list[Any]:
    """Return each find: its reader, its text (also as bytes), and what comes of it."""
    rows = []
    for path in sorted(FINDS.glob("*.yaml")):
        for number, each in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
            text = each["text"]
            data = text if isinstance(text, bytes) else text.encode()
            rows.append(pytest.param(path.stem, data, each["read"], id=f"{path.stem}-{number}"))
    return rows


@pytest.mark.parametrize(("reader", "data", "read"), finds())
def test_find(reader: str, data: bytes, read: str) -> None:
    assert outcome(READERS[reader], data) == read


@pytest.mark.parametrize("reader", READERS)
def test_texts_to_begin_with_are_read(reader: str) -> None:
    said = [outcome(READERS[reader], text) for text in READERS[reader].seeds]
    refused = [each for each in said if "Error" in each and "web page" not in each]
    assert refused == ([] if reader != "case-json" else refused[:1])


def test_a_reader_that_is_none_is_told_which_there_are() -> None:
    command = [sys.executable, str(Path(__file__).parent / "run.py"), "nosuch"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    last = done.stderr.splitlines()[-1]
    assert last == f"run.py: error: there is no reader 'nosuch'; known are {', '.join(sorted(READERS))}"
