"""What answering many cases costs: `sts-kg options` on 1,000 cases against one case (`make bench-options`).

Times are CPU seconds of whole processes; all take turns, and of some turns the shortest counts. The same cases are
answered by one closure of all of them, too, as below `MANY` cases, and both must write the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sts_kg import load
from sts_kg.guideline import short
from sts_kg.tables.layout import text_table

RATIO, GROWTH = 5.0, 40.0  # the bars: times as long as one case; MB more for ten times as many cases
CASES, TURNS = 1_000, 3
ROOT = Path(__file__).parents[1]
FORMATS = ("csv", "json", "spreadsheet", "table")
#: Which share of the cells is looked at, of which two thirds say yes or no: so many cases contradict themselves.
SHARES = {"few": 0.05, "some": 0.3, "half": 0.75}
_RUN = """
import json, resource, sys
from bench.measure import peak_bytes
from sts_kg.cases import many, session
from sts_kg.cli import app
if sys.argv[1] == "closure":
    many.MANY = session.PIECE = sys.maxsize
try:
    app(["options", *sys.argv[3:]], prog_name="sts-kg")
finally:
    sys.stdout.flush()
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open(sys.argv[2], "w") as file:
        json.dump([used.ru_utime + used.ru_stime, peak_bytes() / 2**20], file)
"""


def cohort(path: Path, n: int, share: float) -> Path:
    """Write a cohort of random cases, the same in every run."""
    dice = random.Random(1)
    names = sorted({short(finding) for finding in load().guideline.vocabulary.findings.values()})
    with path.open("w", encoding="utf-8") as file:
        file.write(f"case,{','.join(names)}\n")
        for number in range(n):
            cells = [dice.choice(("yes", "no", "")) if dice.random() < share else "" for _ in names]
            file.write(f"p{number},{','.join(cells)}\n")
    return path


def run(by: str, path: Path, form: str) -> tuple[float, float, tuple[bytes, list[bytes]]]:
    """Return the CPU seconds of a command, its MB, and what it wrote; lines of standard error may change places."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        words = [sys.executable, "-c", _RUN, by, str(told), str(path), "--format", form]
        done = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"}, cwd=ROOT, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        seconds, megabytes = json.loads(told.read_text())
    return seconds, megabytes, (done.stdout, sorted(done.stderr.splitlines()))


def times(folder: Path, n: int, turns: int) -> Iterator[tuple[str, ...]]:
    """Yield a row for each format and kind of cases."""
    one = cohort(folder / "one.csv", 1, SHARES["few"])
    for form in FORMATS:
        for name, share in SHARES.items():
            path = cohort(folder / f"{name}.csv", n, share)
            alone, ours, closed = [
                [run(by, each, form) for _ in range(turns)]
                for by, each in (("plans", one), ("plans", path), ("closure", path))
            ]
            seconds = [min(found[0] for found in each) for each in (alone, ours, closed)]
            wrong = sum(b" contradicts itself" in line for line in ours[0][2][1])
            yield (
                *(form, name, str(wrong), *(f"{each:.2f}" for each in seconds)),
                f"{seconds[1] / seconds[0]:.1f}" + ("" if seconds[1] <= RATIO * seconds[0] else " MISSED"),
                f"{seconds[2] / seconds[0]:.1f}",
                "equal" if ours[0][2] == closed[0][2] else "DIFFERENT",
            )


def memory(folder: Path, n: int) -> Iterator[tuple[str, ...]]:
    """Yield a row for each format: the memory for a number of cases, and for ten times as many."""
    few, more = cohort(folder / "n.csv", n, 0.15), cohort(folder / "10n.csv", 10 * n, 0.15)
    for form in FORMATS:
        (_, less, _), (seconds, most, _) = run("plans", few, form), run("plans", more, form)
        missed = "" if most - less <= GROWTH else " MISSED"
        yield form, f"{less:.0f}", f"{most:.0f}{missed}", f"{seconds:.1f}"


def main() -> None:
    """Print two tables; exit with 1 if two ways to answer differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--turns", type=int, default=TURNS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = list(times(folder, given.cases, given.turns))
        header = ("format", "cases", "contradictory", "one s", "all s", "closure s", "ratio", "closure", "outputs")
        print(text_table(header, rows))
        print(f"\nCPU seconds of whole processes, the shortest of {given.turns}, for one case and {given.cases:,}.")
        print(f"ratio: of all cases to one; the bar is {RATIO}. closure: the same if one closure answers for all.\n")
        more = f"{20 * given.cases:,}"
        columns = ("format", f"MB, {2 * given.cases:,} cases", f"MB, {more}", f"s, {more}")
        print(text_table(columns, memory(folder, 2 * given.cases)))
        print(f"\nThe bar is {GROWTH:.0f} MB more.")
    sys.exit(any("DIFFERENT" in row[-1] for row in rows))


if __name__ == "__main__":
    main()
