"""The guide for authors: whoever does what docs/authoring.md says gets what it shows, with few commands and edits."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from page_blocks import Block, agrees, blocks, commands, edited, put

import sts_kg
from sts_kg.cli import app
from sts_kg.rdf import passing_namespaces

GUIDE = Path(__file__).parents[2] / "docs" / "authoring.md"
#: From the page of an author to the first right answer, commands and edits are fewer than these.
FEWER_THAN = 20


def section(heading: str) -> str:
    """Return the text of a section of the guide."""
    found = re.search(rf"^## {heading}\n(.*?)^## ", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def steps() -> Iterator[tuple[int, Block]]:
    """Yield the number and the block of each step."""
    pieces = re.split(r"^\*\*(\d+)\. ", section("An afternoon").partition("In Python:")[0], flags=re.MULTILINE)
    for number, text in zip(pieces[1::2], pieces[2::2], strict=True):
        for block in blocks(text):
            yield int(number), block


def do(block: Block, folder: Path) -> list[tuple[str, str, str, int]]:
    """Carry out a block; return each command, what the guide shows, what it printed, and its exit code."""
    put(block, folder)
    told = []
    for command, shown in commands(block.text) if block.language == "console" else ():
        done = CliRunner().invoke(app, shlex.split(command)[1:], prog_name="sts-kg")
        told.append((command, shown, done.output, done.exit_code))
    return told


@pytest.fixture(scope="module")
def carried_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, str, str, str, int]]]:
    """The folder in which all steps were carried out, and each command with the number of its step."""
    folder = tmp_path_factory.mktemp("author")
    told = []
    with pytest.MonkeyPatch.context() as patch, passing_namespaces():
        patch.chdir(folder)
        for number, block in steps():
            told += [(number, *each) for each in do(block, folder)]
    return folder, told


def test_each_step_is_one_command_or_one_edit() -> None:
    numbers = [number for number, _ in steps()]
    assert numbers == [*range(1, 17)]
    assert "in sixteen commands and edits, of which the fifth gives the first right answer" in section("An afternoon")
    for _, block in steps():
        assert bool(block.file) is not (block.language == "console")
        assert block.language != "console" or len([*commands(block.text)]) == 1


def test_each_command_prints_what_the_guide_shows(
    carried_out: tuple[Path, list[tuple[int, str, str, str, int]]],
) -> None:
    for number, command, shown, real, _ in carried_out[1]:
        assert agrees(shown, real), f"step {number}: $ {command}\nshown:\n{shown}\nreal:\n{real}"


def test_the_first_right_answer_comes_in_fewer_than_twenty_commands_and_edits(
    carried_out: tuple[Path, list[tuple[int, str, str, str, int]]],
) -> None:
    first, _, _, answer, code = next(each for each in carried_out[1] if each[1].startswith("sts-kg options"))
    assert (first, code) == (5, 0)
    assert re.findall(r"^(reed tea|dusk root) +(\S+)", answer, re.MULTILINE)[:2] == [
        ("reed tea", "undetermined"),
        ("dusk root", "met"),
    ]
    tested = next(each for each in carried_out[1] if each[1].startswith("sts-kg test"))
    assert tested[0] == first + 1 < FEWER_THAN
    assert tested[4] == 0


def test_an_explanation_ends_in_what_it_is_not(
    carried_out: tuple[Path, list[tuple[int, str, str, str, int]]],
) -> None:
    """The disclaimer of a new guideline has no colon after which it would go on."""
    _, command, _, told, _ = carried_out[1][-1]
    assert command.startswith("sts-kg explain")
    last = " ".join(told.rpartition("\nNote: ")[2].split())
    assert re.fullmatch(r"Not medical advice\. No clinician .* \[marsh-fever ontology 0\.1\.0, source \w+…\]", last)


def test_at_the_end_of_the_guide_nothing_is_left_to_do(
    carried_out: tuple[Path, list[tuple[int, str, str, str, int]]],
) -> None:
    checks = [(number, code) for number, command, _, _, code in carried_out[1] if command.startswith("sts-kg check")]
    assert checks == [(7, 1), (15, 0)]
    assert max(number for number, _ in steps()) < FEWER_THAN
    with passing_namespaces():
        kg = sts_kg.load(carried_out[0] / "marsh-fever")
        assert kg.todo(page=carried_out[0] / "marsh-page.txt").items == ()
        found = kg.test(carried_out[0] / "marsh-fever" / "cases")
    assert (found.agrees, {one.case for one in found.tested}) == (True, {"first", "nestling"})


def test_an_edit_that_does_not_fit_is_seen() -> None:
    assert edited("a\nb\nc\nd\n", "-b\n-c\n+x\n-d\n") == "a\nx\n"
    for text, diff in (("a\n", "-b\n+c\n"), ("a\na\n", "-a\n+b\n"), ("a\n", "+b\n"), ("a\n", " a\n-b\n")):
        with pytest.raises(AssertionError):
            edited(text, diff)
