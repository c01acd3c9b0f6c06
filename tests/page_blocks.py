"""The fenced blocks of a page: commands with what they print, files that a reader writes, and edits of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, the file it is, if it says so, its first line and its text."""

    language: str
    file: str
    line: int
    text: str


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in re.finditer(r"^```(\w+)(?: +([\w./-]+))?[^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        yield Block(match[1], match[2] or "", page.count("\n", 0, match.start(3)) + 1, match[3])


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output that follows it."""
    for piece in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = piece.partition("\n")
        yield command, output


def agrees(shown: str, real: str) -> bool:
    """Return whether an output is the one shown; a line `…` stands for any lines, `…` in a line for any text."""
    lines = (line.rstrip() for line in shown.rstrip().splitlines())
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n" for line in lines
    )
    told = "".join(f"{line.rstrip()}\n" for line in real.rstrip().splitlines())
    return re.fullmatch(pattern, told) is not None


def put(block: Block, folder: Path) -> None:
    """Write the file that a block is, if it is one; a block of `diff` changes the file."""
    if not block.file:
        return
    path = folder / block.file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = edited(path.read_text(encoding="utf-8"), block.text) if block.language == "diff" else block.text
    path.write_text(text, encoding="utf-8")


def edited(text: str, diff: str) -> str:
    """Return a text in which each run of lines that a block of `diff` takes away is the run that it brings."""
    runs = re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", diff, re.MULTILINE)
    assert "".join(old + new for old, new in runs) == diff.replace("…\n", ""), (
        "a block of diff is runs of - with runs of + after them"
    )
    for run in runs:
        old, new = (re.sub("(?m)^[-+]", "", part) for part in run)
        assert text.count(old) == 1, f"stands once in the file:\n{old}"
        text = text.replace(old, new)
    return text
