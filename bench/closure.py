"""What the closure costs against other reasoners: one table, outputs compared (`make bench`); see bench/README.md.

Each measurement is a process of its own (bench/measure.py), so that its peak memory is its own. Engines take turns on
the same file, and of some turns the shortest counts.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench import inputs
from sts_kg import load
from sts_kg.cases.facts import facts_of
from sts_kg.tables.layout import text_table

PEERS = ("reasonable", "sparq", "owlrl")
PACKAGES = ("reasonable", "sparq-rdf", "owlrl", "pyoxigraph")
HEADER = (
    *(
        "input",
        "asserted",
        "closure",
        "ours s",
        "reasonable s",
        "ratio",
        "alone s",
        "sparq s",
        "ratio",
        "owlrl s",
        "ratio",
    ),
    *("ours MB", "reasonable MB", "alone MB", "sparq MB", "process s: ours", "reasonable", "sparq"),
)
OUTPUTS_HEADER = (
    "input",
    "peer",
    "both",
    "only ours",
    "by rule, of 200 drawn at random",
    "only the peer's",
    "by predicate",
)
MEASURE = Path(__file__).with_name("measure.py")
#: Inputs of more triples are closed by us only (`--peer-largest`), or by all but owlrl (`--owlrl-largest`).
PEER_LARGEST, OWLRL_LARGEST = 1e6, 12_000
LIMIT, SLOW = 60, 5  # CPU seconds: an engine is stopped, an input has a single turn
QUICK = ("clinical-1", "copies-1e3", "universities-1", "synthetic-1e4", "genealogy-3400", "cido-like", "lubm-1")
N_MORE_CASES, MORE_AT_ONCE = 21, 100

# The bars.
SPEED = {"reasonable": 6, "sparq": 3}  # geometric mean of all inputs; nowhere below 1
OWLRL_SPEED, STORE = 200, 1.2
PROOF = 50  # milliseconds
EXTEND_BARS = {1: 20, MORE_AT_ONCE: 50}  # cases to milliseconds
MOST_MEMORY = 8  # GB, at 10⁷ triples
COPIES_SECONDS, COPIES_MEMORY = 5, 1  # seconds and GB, for 10⁵ copies


#: What is said of an engine that was stopped at its limit.
STOPPED = f"> {LIMIT}"


@dataclass
class Row:
    """What was measured of one input: kind of measurement to its answers, one for each turn."""

    name: str
    asserted: int = 0
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    differences: dict[str, dict[str, Any]] = field(default_factory=dict)

    def best(self, kind: str, what: str) -> float | None:
        """Return the smallest number of all turns; none if the measurement was not made or failed."""
        found = [answer[what] for answer in self.answers.get(kind, ()) if what in answer]
        return min(found, default=None)

    def ratio(self, kind: str, what: str) -> float | None:
        """Return how many times less we need than a peer; what was stopped counts as its limit, unless both were."""
        numbers = [self.best(each, what) for each in (kind, "ours")]
        if what == "cpu":
            stopped = [self.failure(each) == STOPPED for each in (kind, "ours")]
            if all(stopped):
                return None
            numbers = [LIMIT if ended else number for ended, number in zip(stopped, numbers, strict=True)]
        peer, ours = numbers
        return peer / ours if peer is not None and ours else None

    def failure(self, kind: str) -> str:
        """Return why a measurement has no number, or nothing if it was not made."""
        return next((answer["failed"] for answer in self.answers.get(kind, ()) if "failed" in answer), "")


class Bench:
    """The measurements of one run, in a folder for files that is forgotten afterwards."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.rows: list[Row] = []
        self.floor: float = self.measured("nothing")["peak"]
        self.more: dict[str, Any] = {}

    def measured(self, kind: str, *arguments: str | Path, limit: bool = False) -> dict[str, Any]:
        """Return what one process answers; if it has none, why."""
        command = [sys.executable, str(MEASURE), kind, *map(str, arguments)]
        environment = os.environ | {"PYTHONHASHSEED": "0"}  # hashes of two processes are compared
        if limit:
            environment["BENCH_LIMIT"] = str(LIMIT)
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
        if done.returncode == -signal.SIGXCPU:
            return {"failed": STOPPED}
        if done.returncode < 0:
            return {"failed": f"signal {-done.returncode}"}
        if done.returncode:
            told(done.stderr)
            return {"failed": "error", "error": done.stderr}
        answer: dict[str, Any] = json.loads(done.stdout)
        told(f"  {kind} {_seconds(answer.get('cpu'))}")
        return answer

    def close(self, name: str) -> None:
        """Close an input by all engines that may take it."""
        told(name)
        file = inputs.write(name, self.folder)
        row = Row(name)
        self.rows.append(row)
        with file.open("rb") as lines:
            row.asserted = sum(1 for _ in lines)
        row.answers["ours"] = [self.measured("ours", file, limit=True)]
        peers = [peer for peer in self.options.peers if row.asserted <= self.options.peer_largest * 1.01]
        if row.asserted > self.options.owlrl_largest:
            peers = [peer for peer in peers if peer != "owlrl"]
        kinds = [*peers, *(["reasonable_alone"] if "reasonable" in peers else [])]
        row.answers |= {kind: [] for kind in kinds}
        hashes = file.with_suffix(".npy")
        compares = peers and not self.options.no_outputs and not row.failure("ours")
        known = compares and "closure" in self.measured("hashes", file, hashes)
        for turn in range(self._turns(row)):
            if turn and not row.failure("ours"):
                row.answers["ours"].append(self.measured("ours", file, limit=True))
            for kind in kinds:
                if row.failure(kind) or (turn and kind == "owlrl"):
                    continue
                compared = [hashes] if known and not turn and kind in peers else []  # after what is timed
                row.answers[kind].append(self.measured(kind, file, *compared, limit=True))
                if "only" in row.answers[kind][-1]:
                    row.differences[kind] = self.measured("differences", file, hashes, kind)
        for each in self.folder.glob(f"{hashes.name}*"):
            each.unlink()

    def _turns(self, row: Row) -> int:
        if self.options.turns:
            return int(self.options.turns)
        return 3 if (row.best("ours", "cpu") or LIMIT) < SLOW else 1

    def ask_more(self) -> None:
        """Measure what is not in the table: encoding, the store, proofs, extending."""
        names = [row.name for row in self.rows]
        for name in ("lubm-5", "lubm-1", "synthetic-1e5"):
            if name in names:
                self.more["encode"] = self._encode(name)
                self.more["store"] = self._store(name)
                told("proofs")
                self.more["proof"] = {"input": name, **self.measured("proofs", self.folder / f"{name}.nt")}
                break
        for name in names:
            if name.startswith("clinical"):
                for at_once in (1, MORE_AT_ONCE):
                    told(f"extend {name} by {at_once}")
                    self.more[f"extend {name} by {at_once}"] = self._extend(name, at_once) | {
                        "bar": EXTEND_BARS[at_once]
                    }

    def _encode(self, name: str) -> dict[str, Any]:
        file, found = self.folder / f"{name}.nt", Row(name)
        for _ in range(3):
            for kind in ("encode", "parse"):
                found.answers.setdefault(kind, []).append(self.measured(kind, file))
        ours, peer = found.best("encode", "whole"), found.best("parse", "whole")
        return {"input": name, "ours": ours, "pyoxigraph": peer, "triples": found.best("encode", "triples")}

    def _store(self, name: str) -> dict[str, Any]:
        file, closed, found = self.folder / f"{name}.nt", self.folder / "closed.nt", Row(name)
        self.measured("write_closure", file, closed)
        for _ in range(3):
            for kind, what in (("store_of_closure", file), ("store_of_file", closed)):
                found.answers.setdefault(kind, []).append(self.measured(kind, what))
        closed.unlink()
        return {
            "input": name,
            "ours": found.best("store_of_closure", "whole"),
            "oxigraph": found.best("store_of_file", "whole"),
            "turns": found.answers,
        }

    def _extend(self, name: str, at_once: int) -> dict[str, Any]:
        file, kg = self.folder / f"{name}.nt", load()
        more = inputs.cases_of(10**7, N_MORE_CASES * at_once, kg)
        texts = [
            facts_of(more[start : start + at_once], kg.guideline.vocabulary).serialize(format="nt")
            for start in range(0, len(more), at_once)
        ]
        file.with_suffix(".more").write_text(json.dumps(texts), "utf-8")
        return self.measured("extends", file)


# --- what is printed


def cells(row: Row, floor: float) -> tuple[str, ...]:
    """Return the cells of a row of the table; memory is above the floor, that of an interpreter with numpy."""

    def seconds(kind: str, what: str = "cpu") -> str:
        return _seconds(row.best(kind, what)) or row.failure(kind)

    def ratio(kind: str) -> str:
        number = row.ratio(kind, "cpu")
        bound = "> " if row.failure(kind) == STOPPED else "< " if row.failure("ours") == STOPPED else ""
        return "" if number is None else f"{bound}{number:.1f}"

    def memory(kind: str) -> str:
        peak = row.best(kind, "peak")
        return "" if peak is None else f"{(peak - floor) / 1e6:.0f}"

    closure = row.best("ours", "closure")
    return (
        *(row.name, f"{row.asserted:,}", f"{closure:,}" if closure else ""),
        *(seconds("ours"), seconds("reasonable"), ratio("reasonable"), seconds("reasonable_alone")),
        *(seconds("sparq"), ratio("sparq"), seconds("owlrl"), ratio("owlrl")),
        *(memory(kind) for kind in ("ours", "reasonable", "reasonable_alone", "sparq")),
        *(_seconds(row.best(kind, "process")) for kind in ("ours", "reasonable", "sparq")),
    )


def outputs(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """Yield how our closure differs from each peer's, trivial triples left out."""
    for row in rows:
        for peer, found in row.differences.items():
            answer = next(answer for answer in row.answers[peer] if "only" in answer)
            only = f"{_lacked(answer, found):,}"
            predicates = (
                f"{name.rpartition('#')[2]} {count}" for name, count in found.get("lacked by predicate", ())[:4]
            )
            rules = ", ".join(f"{rule} {count}" for rule, count in found.get("rules", ()))
            yield (
                *(row.name, peer, f"{answer['common']:,}", f"{answer['beyond']:,}"),
                *(rules or found.get("failed", ""), only, ", ".join(predicates)),
            )


def _lacked(answer: dict[str, Any], found: dict[str, Any]) -> int:
    """Return how many triples only a peer has; of very many only some were asked for."""
    return int(found["lacked"]) if found.get("lacked", 100_000) < 100_000 else int(answer["only"])


def mismatches(rows: list[Row]) -> Iterator[str]:
    """Yield examples of what only a peer has, and of what only we have by its rule."""
    for row in rows:
        for peer, found in row.differences.items():
            for example in found.get("lacked, examples", ()):
                yield f"{row.name}, only {peer}: {example}"
            for rule, example in found.get("rules, examples", {}).items():
                yield f"{row.name}, not {peer}, {rule}: {example}"


def bars(bench: Bench) -> Iterator[tuple[str, str, str, str]]:
    """Yield what was asked for: figure, what it is, bar, and yes or no."""
    rows, floor = bench.rows, bench.floor
    for peer, bar in SPEED.items():
        ratios = {row.name: ratio for row in rows if (ratio := row.ratio(peer, "cpu"))}
        if ratios:
            mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
            least = min(ratios, key=lambda name: ratios[name])
            yield f"{mean:.1f}", f"times faster than {peer}, geometric mean of {len(ratios)}", *_bar(mean, bar)
            yield f"{ratios[least]:.2f}", f"times faster than {peer}, least: {least}", *_bar(ratios[least], 1)
        memory = {
            row.name: (theirs - floor) / max(ours - floor, 1)
            for row in rows
            if (theirs := row.best(peer, "peak")) and (ours := row.best("ours", "peak"))
        }
        if memory:
            least = min(memory, key=lambda name: memory[name])
            yield f"{memory[least]:.2f}", f"times less memory than {peer}, least: {least}", *_bar(memory[least], 1)
    if slow := _all(rows, lambda row: row.ratio("owlrl", "cpu")):
        yield f"{min(slow):.0f}", "times faster than owlrl, least", *_bar(min(slow), OWLRL_SPEED)
    if peaks := [row.best("ours", "peak") or 0 for row in rows if row.asserted > 9e6]:
        yield f"{max(peaks) / 1e9:.1f} GB", "for 10⁷ triples", *_bar(max(peaks) / 1e9, MOST_MEMORY, " GB", at_most=True)
    for row in rows:
        if row.name == "copies-1e5":
            spent, peak = row.best("ours", "cpu") or math.inf, (row.best("ours", "peak") or math.inf) / 1e9
            yield f"{spent:.2f} s", "for 10⁵ copies", *_bar(spent, COPIES_SECONDS, " s", at_most=True)
            yield f"{peak:.2f} GB", "for 10⁵ copies", *_bar(peak, COPIES_MEMORY, " GB", at_most=True)
    yield from _further_bars(bench.more)


def _further_bars(more: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    if found := more.get("encode"):
        ratio = found["pyoxigraph"] / found["ours"]
        speeds = [found["triples"] / found[engine] / 1e6 for engine in ("ours", "pyoxigraph")]
        text = f"times as fast as pyoxigraph parses: {speeds[0]:.2f} and {speeds[1]:.2f} million a second"
        yield f"{ratio:.2f}", f"encoding {found['input']}, {text}", *_bar(ratio, 1)
    if found := more.get("store"):
        ratio = found["ours"] / found["oxigraph"]
        text = f"times as long from file to closed store as loading the closure, {found['input']}"
        yield f"{ratio:.2f}", text, *_bar(ratio, STORE, at_most=True)
    if found := more.get("proof"):
        if "median" in found:
            text = f"a proof on {found['input']}, median of {found['count']}"
            yield f"{found['median'] * 1e3:.1f} ms", text, *_bar(found["median"] * 1e3, PROOF, " ms", at_most=True)
        else:
            yield "", f"SKIPPED, proofs: {found.get('skipped') or found.get('failed')}", f"at most {PROOF} ms", ""
    for name, found in more.items():
        if name.startswith("extend") and "median" not in found:
            yield "", f"FAILED, {name}: {found['failed']}", f"at most {found['bar']} ms", ""
        elif name.startswith("extend"):
            text = f"{name}, median of {found['count']}"
            yield (
                f"{found['median'] * 1e3:.1f} ms",
                text,
                *_bar(found["median"] * 1e3, found["bar"], " ms", at_most=True),
            )


def _bar(value: float, bar: float, unit: str = "", *, at_most: bool = False) -> tuple[str, str]:
    met = value <= bar if at_most else value >= bar
    return f"at {'most' if at_most else 'least'} {bar:g}{unit}", "yes" if met else "NO"


def _all(rows: list[Row], number: Callable[[Row], float | None]) -> list[float]:
    return [found for found in map(number, rows) if found is not None]


def _seconds(number: float | None) -> str:
    return "" if number is None else f"{number:.3f}" if number < 1 else f"{number:.2f}"


def about() -> str:
    """Return machine, commit and versions."""
    packages = " ".join(f"{name} {_version(name)}" for name in ("sts-kg", "numpy", *PACKAGES))
    load_now = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, {load_now}"
    return f"machine: {machine}\ncommit: {commit()}\nversions: Python {platform.python_version()} {packages}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def commit() -> str:
    """Return the commit of the checkout, as its files say; unknown if there is none."""
    folder = Path(__file__).parents[1] / ".git"
    with suppress(OSError, StopIteration):
        head = (folder / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (folder / name).exists():
            return (folder / name).read_text("utf-8").strip()
        packed = (folder / "packed-refs").read_text("utf-8").splitlines()
        return next(line.partition(" ")[0] for line in packed if line.endswith(f" {name}"))
    return "unknown"


def told(text: str) -> None:
    """Say on the error stream what is going on."""
    print(text, file=sys.stderr, flush=True)


def chosen(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", help=f"names with commas between them; of {', '.join(inputs.NAMES)}")
    parser.add_argument("--quick", action="store_true", help="the small inputs only")
    parser.add_argument("--turns", type=int, help="how often each engine closes an input")
    parser.add_argument("--no-outputs", action="store_true", help="do not compare outputs")
    parser.add_argument("--largest", type=float, default=1e7, help="size of the largest synthetic input")
    parser.add_argument("--peers", default=",".join(PEERS), help="only these peers")
    parser.add_argument("--peer-largest", type=float, default=PEER_LARGEST, help="triples up to which peers run")
    parser.add_argument("--owlrl-largest", type=float, default=OWLRL_LARGEST, help="triples up to which owlrl runs")
    parser.add_argument("--json", type=Path, help="file for all numbers of all turns")
    options = parser.parse_args(arguments)
    options.peers = [peer for peer in PEERS if peer in options.peers.split(",")]
    names = options.inputs.split(",") if options.inputs else QUICK if options.quick else inputs.NAMES
    if unknown := sorted(set(names) - set(inputs.NAMES)):
        parser.error(f"no such input: {', '.join(unknown)}")
    is_too_large = {name for name in names if name.startswith("synthetic-") and float(name[10:]) > options.largest}
    options.names = [name for name in names if name not in is_too_large]
    return options


def main() -> None:
    """Print one table, and below it which bars are met."""
    options = chosen()
    print(about())
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, Path(folder))
        for name in options.names:
            bench.close(name)
        bench.ask_more()
    if options.json:
        rows = {
            row.name: {"asserted": row.asserted, "differences": row.differences, **row.answers} for row in bench.rows
        }
        options.json.write_text(json.dumps({"about": about(), "inputs": rows, "more": bench.more}, indent=1), "utf-8")
    print(text_table(HEADER, [cells(row, bench.floor) for row in bench.rows]))
    print()
    print(text_table(("figure", "what", "bar", "met"), list(bars(bench))))
    print()
    print(text_table(OUTPUTS_HEADER, list(outputs(bench.rows))))
    print("\n".join(["", *mismatches(bench.rows)]))
    # what is in owlrl's closure has to be in ours; the others also conclude what no rule says
    sys.exit(any(row.differences.get("owlrl", {}).get("lacked") for row in bench.rows))


if __name__ == "__main__":
    main()
