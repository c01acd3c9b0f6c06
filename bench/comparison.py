"""What installing us costs beside what people use instead, and what closing costs: the figures of docs/comparison.md.

Each package is installed into a folder of its own with all that it needs (the network is used; some ten minutes). The
closure is measured by bench/closure.py. `python bench/comparison.py` prints two tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sts_kg.tables.layout import markdown_table

ROOT = Path(__file__).parents[1]
#: What pip is asked to install; the first is this checkout.
PACKAGES = (".", ".[notebook]", ".[cohort]", "owlrl", "reasonable", "pyvis", "graph-notebook", "oaklib")
CLOSED = ("clinical-1", "clinical-1000", "maxo")
MEGABYTE = 1_000_000


def installed(package: str, folder: Path) -> tuple[str, ...]:
    """Return a row: the package with its version, how many packages it is with all that it needs, and their MB."""
    report = folder / "report.json"
    place = folder / "packages"
    wanted = f"{ROOT}{package[1:]}" if package.startswith(".") else package
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--ignore-installed", "--target", str(place)]
    subprocess.run([*command, "--report", str(report), wanted], check=True, capture_output=True, cwd=folder)
    found = json.loads(report.read_text(encoding="utf-8"))["install"]
    own = next(each["metadata"] for each in found if each["requested"])
    size = sum(path.stat().st_size for path in place.rglob("*") if path.suffix != ".pyc" and path.is_file())
    extra = package.partition("[")[2]
    name = f"{own['name']}{f'[{extra}' if extra else ''} {own['version']}"
    return name, str(len(found)), f"{size / MEGABYTE:.0f}"


def closed(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield a row for each input: triples, triples of our closure, CPU seconds by engine."""
    numbers = folder / "closure.json"
    command = [sys.executable, str(ROOT / "bench" / "closure.py"), "--inputs", ",".join(CLOSED), "--no-outputs"]
    command += ["--peers", "reasonable,owlrl", "--owlrl-largest", "1e5", "--json", str(numbers)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    for name, of in json.loads(numbers.read_text(encoding="utf-8"))["inputs"].items():
        seconds = (
            min((turn["cpu"] for turn in of.get(engine, []) if "cpu" in turn), default=None) for engine in ENGINES
        )
        shown = (f"{one:.2f}" if one is not None else "over 60" for one in seconds)
        yield name, f"{of['asserted']:,}", f"{of['ours'][0]['closure']:,}", *shown


ENGINES = ("ours", "reasonable", "owlrl")


def main() -> None:
    """Print date, machine and the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("packages", "closure"), help="one of the tables")
    only = parser.parse_args().only
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n"
    )
    if only != "closure":
        rows = []
        for package in PACKAGES:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(installed(package, Path(folder)))
        print(markdown_table(("package", "packages in all", "MB on disk"), rows) + "\n")
    if only != "packages":
        with tempfile.TemporaryDirectory() as folder:
            rows = [*closed(Path(folder))]
        print(markdown_table(("input", "asserted", "closure", "sts_kg s", "reasonable s", "owlrl s"), rows))


if __name__ == "__main__":
    main()
