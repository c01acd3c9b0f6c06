"""Print the lowest version of each dependency that pyproject.toml allows, extras included, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
groups = project["dependencies"], *project["optional-dependencies"].values()
for requirement in sorted({each for group in groups for each in group}):
    lowest = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?[>=]=([\w.]+)(?:,<[\w.]+)?(; .+)?", requirement)
    assert lowest is not None, f"pyproject.toml: {requirement} names no lowest version"
    print(f"{lowest[1]}=={lowest[2]}{lowest[3] or ''}")
