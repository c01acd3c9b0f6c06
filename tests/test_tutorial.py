"""The tutorial, followed word for word: its files saved, its commands typed into one shell, in a new environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from page_blocks import agrees, blocks, commands
from test_docs import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def script(page: str, outputs: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return what a person types, as one script, and each command with the output that the page shows.

    Each output goes to a file of its own, by number; `exit` is not typed, so what fails lets the next command run.
    """
    lines: list[str] = []
    shown: list[tuple[str, str]] = []
    for block in blocks(page):
        if block.file:
            lines.append(f"cat >{block.file} <<'END OF FILE'\n{block.text}END OF FILE")
        elif block.language == "console":
            for command, output in commands(block.text):
                lines.append(f"{{ {command}\n}} >{outputs}/{len(shown)} 2>&1")
                shown.append((command, output))
        elif block.language == "python":
            (outputs / "block.txt").write_text(block.text, encoding="utf-8")
            lines.append(f"python -m doctest -o ELLIPSIS {outputs}/block.txt >{outputs}/{len(shown)} 2>&1")
            shown.append(("python", ""))
    return "\n".join(lines), shown


@pytest.mark.slow
def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    """What pip would fetch is not: the libraries are those of this environment, and it builds with what is here."""
    home, outputs = tmp_path / "home", tmp_path / "outputs"
    home.mkdir()
    outputs.mkdir()
    text, shown = script(PAGE, outputs)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STS_KG", "PIP"))}
    variables = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PYTHONIOENCODING": "utf-8",
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # as pip reads it: without isolation
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    done = subprocess.run(
        ["bash"], input=text, cwd=ROOT, env=kept | variables, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    for number, (command, output) in enumerate(shown):
        real = (outputs / str(number)).read_text(encoding="utf-8")
        assert agrees(output, real), f"$ {command}\nshown:\n{output}\nreal:\n{real}"
    assert {path.name for path in (home / "first-steps").iterdir()} >= {
        "ann.yaml",
        "linked",
        "made-up.ttl",
        "pathway.svg",
    }


def test_each_file_that_the_tutorial_names_is_saved_before() -> None:
    saved = {block.file for block in blocks(PAGE) if block.file}
    used = set(re.findall(r"[\w-]+\.(?:yaml|ttl)\b", "".join(b.text for b in blocks(PAGE) if b.language == "console")))
    assert used <= saved
