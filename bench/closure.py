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
import subprocess
import sys
import tempfile
import time
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

HEADER = (
    *("input", "asserted", "closure", "ours s"),
    *("reasonable s", "ratio", "alone s", "ratio", "owlrl s", "ratio"),
    *("ours MB", "reasonable MB", "ratio", "alone MB", "end to end", "s per 10⁶", "outputs"),
)
MEASURE = Path(__file__).with_name("measure.py")
#: Inputs of more triples are closed by us only (`--peer-largest`), or by all but owlrl (`--owlrl-largest`).
PEER_LARGEST, OWLRL_LARGEST = 1e6, 12_000
PEER_LIMIT = 900  # seconds
QUICK = ("clinical-1", "synthetic-1e4", "clinical-1000", "synthetic-1e5", "lubm-1")
N_MORE_CASES = 100

# The bars.
SPEED, NEVER_SLOWER, MEMORY, OWLRL_SPEED, END_TO_END, STORE = 20, 1, 5, 200, 5, 1.2
MEMORY_FROM = 100_000  # triples
PROOF, EXTEND, EXTEND_MANY = 50, 20, 50  # milliseconds
MOST_MEMORY = 8  # GB, at 10⁷ triples


@dataclass
class Row:
    """What was measured of one input: kind of measurement to its answers, one for each turn."""

    name: str
    asserted: int = 0
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def best(self, kind: str, what: str) -> float | None:
        """Return the smallest number of all turns; none if the measurement was not made or failed."""
        found = [answer[what] for answer in self.answers.get(kind, ()) if what in answer]
        return min(found, default=None)

    def ratio(self, kind: str, what: str) -> float | None:
        """Return how many times less we need than a peer."""
        peer, ours = self.best(kind, what), self.best("ours", what)
        return peer / ours if peer is not None and ours else None

    def failure(self, kind: str) -> str:
        """Return why a measurement has no number, or nothing if it was not made."""
        return next((answer["failed"] for answer in self.answers.get(kind, ()) if "failed" in answer), "")


class Bench:
    """The measurements of one run, in a folder for files that is forgotten afterwards."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.rows: list[Row] = []
        self.more: dict[str, Any] = {}

    def measured(self, kind: str, *arguments: str | Path, limit: float | None = None) -> dict[str, Any]:
        """Return what one process answers; if it has none, why."""
        command = [sys.executable, str(MEASURE), kind, *map(str, arguments)]
        environment = os.environ | {"PYTHONHASHSEED": "0"}  # hashes of two processes are compared
        start = time.perf_counter()
        try:
            done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=limit, env=environment)
        except subprocess.TimeoutExpired:
            return {"failed": f"> {limit:.0f} s"}
        told(f"  {kind} {time.perf_counter() - start:.1f} s")
        if done.returncode < 0:
            return {"failed": f"signal {-done.returncode}"}
        if done.returncode:
            told(done.stderr)
            return {"failed": "error", "error": done.stderr}
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def close(self, name: str) -> None:
        """Close an input by all engines that may take it."""
        told(name)
        file = inputs.write(name, self.folder)
        row = Row(name)
        self.rows.append(row)
        row.answers["ours"] = [self.measured("ours", file)]
        row.asserted = row.answers["ours"][0]["asserted"]
        turns: dict[str, list[dict[str, Any]]]
        turns = {"reasonable": [], "reasonable_alone": []} if row.asserted <= self.options.peer_largest * 1.01 else {}
        if row.asserted <= self.options.owlrl_largest:
            turns["owlrl"] = []
        row.answers |= turns
        hashes = file.with_suffix(".npy")
        if turns:
            self.measured("hashes", file, hashes)
        for turn in range(self._turns(row.answers["ours"][0]["closure"])):
            if turn:
                row.answers["ours"].append(self.measured("ours", file))
            for peer, answers in turns.items():
                if row.failure(peer) or (turn and peer == "owlrl"):
                    continue
                compared = [] if turn or peer == "reasonable_alone" else [hashes]  # after what is timed
                answers.append(self.measured(peer, file, *compared, limit=self.options.peer_limit))
        hashes.unlink(missing_ok=True)

    def _turns(self, closure: int) -> int:
        if self.options.quick:
            return 2
        return 5 if closure < 100_000 else 3 if closure < 1_000_000 else 1

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
                told(f"extend {name}")
                self.more[f"extend {name}"] = self._extend(name)

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

    def _extend(self, name: str) -> dict[str, Any]:
        file, kg = self.folder / f"{name}.nt", load()
        more = inputs.cases_of(10**7, N_MORE_CASES, kg)
        texts = [facts_of([case], kg.guideline.vocabulary).serialize(format="nt") for case in more]
        file.with_suffix(".more").write_text(json.dumps(texts), "utf-8")
        return self.measured("extends", file)


# --- what is printed


def cells(row: Row) -> tuple[str, ...]:
    """Return the cells of a row of the table."""
    ours, closure = row.best("ours", "reasoning"), row.best("ours", "closure")
    return (
        row.name,
        f"{row.asserted:,}",
        f"{closure:,}",
        _seconds(ours),
        _seconds(row.best("reasonable", "reasoning")) or row.failure("reasonable"),
        _ratio(row.ratio("reasonable", "reasoning")),
        _seconds(row.best("reasonable_alone", "reasoning")) or row.failure("reasonable_alone"),
        _ratio(row.ratio("reasonable_alone", "reasoning")),
        _seconds(row.best("owlrl", "reasoning")) or row.failure("owlrl"),
        _ratio(row.ratio("owlrl", "reasoning")),
        _megabytes(row.best("ours", "peak")),
        _megabytes(row.best("reasonable", "peak")),
        _ratio(row.ratio("reasonable", "peak")),
        _megabytes(row.best("reasonable_alone", "peak")),
        _ratio(row.ratio("reasonable", "whole")),
        f"{ours / closure * 1e6:.2f}" if ours and closure else "",
        outputs(row),
    )


def outputs(row: Row) -> str:
    """Say how our closure differs from those of the peers, trivial triples left out."""
    said = []
    for kind in ("reasonable", "owlrl"):
        for answer in row.answers.get(kind, ()):
            if "only" not in answer:
                continue
            lacks = f"LACKS {answer['only']:,}" if answer["only"] else "all"
            said.append(f"{kind}: {lacks}, +{answer['beyond']:,}")
    return "; ".join(said)


def mismatches(rows: list[Row]) -> Iterator[str]:
    """Yield what a peer found and we did not, with examples."""
    for row in rows:
        for kind, answers in row.answers.items():
            for answer in answers:
                if answer.get("only"):
                    yield f"{row.name}, {kind}: {answer['only']} triples are not in ours, such as"
                    yield from (f"  {example}" for example in answer["examples"])


def bars(bench: Bench) -> Iterator[tuple[str, str, str, str]]:
    """Yield what was asked for: figure, what it is, bar, and yes or no."""
    rows = bench.rows
    for kind, named in (("reasonable", "reasonable"), ("reasonable_alone", "reasonable without its list (no bar)")):
        ratios = _all(rows, lambda row, kind=kind: row.ratio(kind, "reasoning"))  # type: ignore[misc]
        if ratios:
            mean, least = math.exp(sum(map(math.log, ratios)) / len(ratios)), min(ratios)
            yield f"{mean:.1f}", f"times faster than {named}, geometric mean of {len(ratios)}", *_bar(mean, SPEED)
            yield f"{least:.1f}", f"times faster than {named}, least", *_bar(least, NEVER_SLOWER)
    big = [row for row in rows if row.asserted > MEMORY_FROM]
    if memory := _all(big, lambda row: row.ratio("reasonable", "peak")):
        yield (
            f"{min(memory):.1f}",
            "times less memory than reasonable, above 10⁵ triples, least",
            *_bar(min(memory), MEMORY),
        )
    if slow := _all(rows, lambda row: row.ratio("owlrl", "reasoning")):
        yield f"{min(slow):.0f}", "times faster than owlrl, least", *_bar(min(slow), OWLRL_SPEED)
    if whole := _all(rows, lambda row: row.ratio("reasonable", "whole")):
        text = "times faster than reasonable from file to closed graph, least"
        yield f"{min(whole):.1f}", text, *_bar(min(whole), END_TO_END)
    if peaks := [row.best("ours", "peak") or 0 for row in rows if row.asserted > 9e6]:
        yield f"{max(peaks) / 1e9:.1f} GB", "for 10⁷ triples", *_bar(max(peaks) / 1e9, MOST_MEMORY, " GB", at_most=True)
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
            yield "", f"FAILED, {name}: {found['failed']}", f"at most {EXTEND} ms", ""
        elif name.startswith("extend"):
            text = f"{name} by a case, median of {found['count']}"
            yield f"{found['median'] * 1e3:.1f} ms", text, *_bar(found["median"] * 1e3, EXTEND, " ms", at_most=True)
            many, text = found["together"] * 1e3, f"{name} by {found['count']} cases at once"
            yield f"{many:.1f} ms", text, *_bar(many, EXTEND_MANY, " ms", at_most=True)


def _bar(value: float, bar: float, unit: str = "", *, at_most: bool = False) -> tuple[str, str]:
    met = value <= bar if at_most else value >= bar
    return f"at {'most' if at_most else 'least'} {bar:g}{unit}", "yes" if met else "NO"


def _all(rows: list[Row], number: Callable[[Row], float | None]) -> list[float]:
    return [found for found in map(number, rows) if found is not None]


def _seconds(number: float | None) -> str:
    return "" if number is None else f"{number:.3f}" if number < 1 else f"{number:.2f}"


def _ratio(number: float | None) -> str:
    return "" if number is None else f"{number:.1f}"


def _megabytes(number: float | None) -> str:
    return "" if number is None else f"{number / 1e6:.0f}"


def about() -> str:
    """Return machine, commit and versions."""
    packages = " ".join(f"{name} {_version(name)}" for name in ("sts-kg", "numpy", "reasonable", "owlrl", "pyoxigraph"))
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
    parser.add_argument("--quick", action="store_true", help="the small inputs, twice each")
    parser.add_argument("--largest", type=float, default=1e7, help="size of the largest synthetic input")
    parser.add_argument("--peer-limit", type=float, default=PEER_LIMIT, help="seconds that a peer may take")
    parser.add_argument("--peer-largest", type=float, default=PEER_LARGEST, help="triples up to which reasonable runs")
    parser.add_argument("--owlrl-largest", type=float, default=OWLRL_LARGEST, help="triples up to which owlrl runs")
    parser.add_argument("--json", type=Path, help="file for all numbers of all turns")
    options = parser.parse_args(arguments)
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
        rows = {row.name: {"asserted": row.asserted, **row.answers} for row in bench.rows}
        options.json.write_text(json.dumps({"about": about(), "inputs": rows, "more": bench.more}, indent=1), "utf-8")
    print(text_table(HEADER, [cells(row) for row in bench.rows]))
    print()
    print(text_table(("figure", "what", "bar", "met"), list(bars(bench))))
    wrong = list(mismatches(bench.rows))
    print("\n".join(["", *wrong]) if wrong else "\noutputs: we have all that the peers have")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
