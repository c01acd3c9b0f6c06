"""Feeds one reader for some minutes with texts that grow out of small ones, and keeps what goes wrong.

    python tests/fuzz/run.py turtle --minutes 10

A child process runs atheris (libFuzzer with the coverage of `sts_kg`), so that a signal is a find like any other: it is
written down, and the next child goes on. All is kept in `.fuzz/READER`: `corpus`, `finds/KIND`, and `log.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
LONGEST = 4096  # bytes of a text
SLOW_S = 3.0  # of processor time for a text
HANGING_S = 300.0  # by the clock for a text
MEMORY_MB = 2500


def main() -> None:
    """Fuzz the reader that is named, or `--show` what is wrong with one text."""
    told = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    told.add_argument("reader")
    told.add_argument("--minutes", type=float, default=10, help="processor time to add (default: 10)")
    told.add_argument("--seeds", type=Path, action="append", default=[], help="a folder with more texts to begin with")
    told.add_argument("--folder", type=Path, default=ROOT / ".fuzz", help="where all is kept (default: .fuzz)")
    told.add_argument("--show", type=Path, help="a text: say what comes of it, and fuzz nothing")
    told.add_argument("--shrink", type=Path, help="a text with a fault: write the smallest that has the same fault")
    told.add_argument("--child", type=float, help=argparse.SUPPRESS)
    told.add_argument("--room", action="append", default=[], help=argparse.SUPPRESS)
    given = told.parse_args()
    sys.path[:1] = [str(TESTS), str(ROOT)]  # not this folder, whose name is that of a package of tests
    os.chdir(ROOT)
    if given.child is None:  # a child imports nothing before atheris does
        from fuzz.readers import READERS

        if given.reader not in READERS:
            told.error(f"there is no reader {given.reader!r}; known are {', '.join(sorted(READERS))}")
    if given.show:
        print(_kind_of(given.reader, given.show.read_bytes()) or "nothing is wrong")
    elif given.shrink:
        _shrink(given.reader, given.shrink)
    elif given.child is not None:
        _Child(given.reader, given.folder / given.reader, given.child, given.room).run()
    else:
        _watch(given)


# --- the parent: it only starts children, and keeps count


def _watch(given: argparse.Namespace) -> None:
    folder = given.folder / given.reader
    for name in ("corpus", "finds"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rooms = _begin(given.reader, folder / "corpus", given.seeds)
    seconds, executions, began = 0.0, 0, time.monotonic()
    coverage: list[int] = []
    kept = folder / "log.json"
    log = json.loads(kept.read_text()) if kept.exists() else {"reader": given.reader, "executions": 0, "seconds": 0.0}
    while (left := given.minutes * 60 - seconds) > 1:
        command = [sys.executable, __file__, given.reader, "--folder", str(given.folder), "--child", str(left)]
        command += [f"--room={room}" for room in rooms]
        (folder / "current").unlink(missing_ok=True)  # an old one looks as if this child hung
        with (folder / "atheris.log").open("w") as out:
            code = _wait(subprocess.Popen(command, stdout=out, stderr=out), folder / "current")
        said = (folder / "atheris.log").read_text(errors="replace")
        state = json.loads((folder / "state.json").read_text())
        seconds, executions = seconds + state["seconds"], executions + state["executions"]
        coverage += [int(found) for found in re.findall(r"\bcov: ([0-9]+)", said)]
        if code != 0:
            _keep_crash(folder, code, said)
            if state["executions"] < 10:
                sys.exit(f"{given.reader} cannot begin:\n{said[-2000:]}")
    log["executions"] += executions
    log["seconds"] += seconds
    first = log.get("coverage", [coverage[0]])[0] if coverage else 0
    log["coverage"] = [first, max([*log.get("coverage", []), *coverage], default=0)]
    log["corpus"] = sum(1 for _ in (folder / "corpus").iterdir())
    log["finds"] = sorted(path.name for path in (folder / "finds").iterdir() if path.suffix == ".txt")
    kept.write_text(json.dumps(log, indent=1) + "\n")
    print(json.dumps(log), f"{time.monotonic() - began:.0f} s by the clock")


def _begin(name: str, corpus: Path, folders: list[Path]) -> tuple[str, ...]:
    """Write the texts to begin with; return the rooms whose coverage is wanted."""
    from fuzz.readers import READERS

    reader = READERS[name]
    texts = reader.seeds
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in reader.endings and path.stat().st_size < LONGEST:
                texts.append(path.read_bytes())
    for text in texts:
        (corpus / hashlib.sha1(text).hexdigest()).write_bytes(text)
    return reader.rooms


def _wait(child: subprocess.Popen[bytes], current: Path) -> int:
    """Return how a child ended; it is killed if it stays at one text."""
    while True:
        try:
            return child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            if current.exists() and time.time() - current.stat().st_mtime > HANGING_S:
                child.kill()


def _keep_crash(folder: Path, code: int, said: str) -> None:
    """Put the text at which a process ended among the finds."""
    current = folder / "current"
    text = current.read_bytes() if current.exists() else b""
    keep = folder / "finds" / f"process-ends-with-{code}-{hashlib.sha1(text).hexdigest()[:6]}"
    keep.write_bytes(text)
    keep.with_name(f"{keep.name}.txt").write_text(said[-5000:])
    for same in (folder / "corpus").iterdir():
        if same.read_bytes() == text:
            same.unlink()


# --- the child


class _Child:
    def __init__(self, name: str, folder: Path, seconds: float, rooms: list[str]) -> None:
        self.name, self.folder, self.seconds, self.rooms = name, folder, seconds, rooms
        self.executions, self.written = 0, 0.0
        self.finds: dict[str, int] = {}

    def run(self) -> None:
        import atheris

        self._note()
        names = (path.relative_to(ROOT).with_suffix("").parts for path in (ROOT / "sts_kg").rglob("*.py"))
        modules = [".".join(parts).removesuffix(".__init__") for parts in names]
        others = [each for each in modules if not each.startswith(tuple(f"sts_kg.{room}" for room in self.rooms))]
        with atheris.instrument_imports(include=["sts_kg"], exclude=others, enable_loader_override=False):
            from fuzz.readers import READERS

            for text in READERS[self.name].seeds:  # what is imported when it is first used
                _fault(READERS[self.name], text)
        self.reader = READERS[self.name]
        words = self.reader.words
        (self.folder / "words.dict").write_text("".join(f'"{_escaped(word)}"\n' for word in words))
        mutator = _Mutator(words, self.folder / "corpus")
        self.leaf = atheris.instrument_func(_leaves())
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        atheris.Setup(
            [
                *(
                    sys.argv[0],
                    f"-artifact_prefix={self.folder}/",
                    f"-dict={self.folder}/words.dict",
                    "-timeout=1000000",
                ),
                *(
                    f"-max_len={LONGEST}",
                    f"-rss_limit_mb={MEMORY_MB}",
                    f"-seed={random.randrange(1, 1 << 31)}",
                    str(self.folder / "corpus"),
                ),
            ],
            self.one,
            custom_mutator=mutator,
        )
        self.began = time.process_time()
        self._note()
        atheris.Fuzz()

    def one(self, data: bytes) -> None:
        """Read one text; what goes wrong is kept, and the next text follows."""
        (self.folder / "current").write_bytes(data)
        began = time.process_time()
        found = _fault(self.reader, data)
        took = time.process_time() - began
        if found[0] is None and took > SLOW_S:
            found = (f"slow: {took:.0f} s", "", "")
        if found[0] is not None:
            self._keep(found[0], data, found[1])
        self.leaf(hash_of(found[2]))
        self.executions += 1
        if (now := time.process_time()) - self.written > 2:
            self.written = now
            self._note()
            if now - self.began > self.seconds:
                os._exit(0)

    def _keep(self, kind: str, data: bytes, details: str) -> None:
        name = re.sub(r"[^A-Za-z0-9]+", "-", kind)[:120].strip("-")
        path = self.folder / "finds" / name
        before = self.finds.get(name) or (path.stat().st_size if path.exists() else LONGEST + 1)
        if len(data) < before:
            path.write_bytes(data)
            path.with_name(f"{name}.txt").write_text(f"{kind}\n{details}\n", errors="backslashreplace")
            self.finds[name] = len(data)

    def _note(self) -> None:
        seconds = time.process_time() - getattr(self, "began", time.process_time())
        text = json.dumps({"executions": self.executions, "seconds": round(seconds, 1)})
        (self.folder / "state.json").write_text(text)


def _fault(reader: Any, data: bytes) -> tuple[str | None, str, str]:
    """Return the kind of fault that a text shows, or None; details; and what came of it, without what is the text's."""
    from fuzz.readers import FaultError, outcome

    try:
        said = outcome(reader, data)
    except FaultError as fault:
        return fault.kind, str(fault.details)[:3000], fault.kind
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of Rust is no Exception
        steps = traceback.extract_tb(error.__traceback__)
        ours = [step for step in steps if "/sts_kg/" in step.filename] or steps[-1:]
        where = f"{Path(ours[-1].filename).stem}.{ours[-1].name}" if ours else "nowhere"
        kind = f"{type(error).__name__} in {where}"
        return kind, "".join(traceback.format_exception(error))[-3000:], kind
    return None, "", re.sub(r"'[^']*'|[0-9]+|\"[^\"]*\"|<[^>]*>", "", said)


def hash_of(said: str) -> int:
    """Return a small number that stands for an outcome."""
    return int.from_bytes(hashlib.sha1(said.encode(errors="replace")).digest()[:2]) % 1024


def _leaves() -> Any:
    """Return a function with a branch for each of 1,024 numbers, so that a new kind of outcome is new coverage."""

    def branch(low: int, high: int, depth: int) -> str:
        margin = "    " * depth
        if high - low == 1:
            return f"{margin}return {low}\n"
        middle = (low + high) // 2
        lower, upper = branch(low, middle, depth + 1), branch(middle, high, depth + 1)
        return f"{margin}if n < {middle}:\n{lower}{margin}else:\n{upper}"

    space: dict[str, Any] = {}
    exec("def leaf(n):\n" + branch(0, 1024, 1), space)
    return space["leaf"]


def _escaped(word: str) -> str:
    return "".join(chr(b) if 32 < b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in word.encode())


class _Mutator:
    """Changes texts by words and lines, and sometimes by bytes."""

    def __init__(self, words: list[str], corpus: Path) -> None:
        self.words, self.corpus = [word.encode() for word in words], corpus
        self.others: list[bytes] = []
        self.calls = 0

    def __call__(self, data: bytes, max_size: int, seed: int) -> bytes:
        if self.calls % 5000 == 0:
            self.others = [path.read_bytes() for path in self.corpus.iterdir()]
        self.calls += 1
        chance = random.Random(seed)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            data = self._changed(data, chance) if chance.random() < 0.75 else self._bytes(data, chance)
        return data[:max_size]

    def _bytes(self, data: bytes, chance: random.Random) -> bytes:
        at = chance.randint(0, len(data))
        end = at + chance.choice((0, 1, 1, 2, 8))
        more = chance.choice(
            (b"", bytes([chance.randrange(256)]), bytes([chance.randrange(32, 127)]), data[at:end] * 2)
        )
        return data[:at] + more + data[end:]

    def _changed(self, data: bytes, chance: random.Random) -> bytes:
        tokens = re.findall(rb"\w+|\s+|[^\w\s]", data)
        lines = data.splitlines(keepends=True)
        at, end = sorted((chance.randint(0, len(tokens)), chance.randint(0, len(tokens))))
        end = min(end, at + chance.choice((1, 2, 5, 20)))
        way = chance.randrange(12)
        if way < 3:  # a word, with or without blanks, in the place of some tokens or before them
            word = chance.choice((b"%s", b" %s ", b"\n%s")) % chance.choice(self.words)
            return b"".join([*tokens[:at], word, *tokens[chance.choice((at, end)) :]])
        if way == 3:
            return b"".join([*tokens[:at], *tokens[end:]])
        if way == 4:  # again, and again
            return b"".join([*tokens[:at], *tokens[at:end] * chance.choice((2, 3, 150)), *tokens[end:]])[: 2 * LONGEST]
        if way == 5:
            chance.shuffle(lines)
            return b"".join(lines)
        if way == 6:  # lines of another text
            theirs = chance.choice(self.others).splitlines(keepends=True) or [b""]
            first = chance.randrange(len(theirs))
            where = chance.randint(0, len(lines))
            return b"".join([*lines[:where], *theirs[first : first + chance.choice((1, 3, 99))], *lines[where:]])
        if way == 7 and lines:
            del lines[chance.randrange(len(lines))]
            return b"".join(lines)
        if way == 8 and lines:
            lines.append(chance.choice(lines))
            return b"".join(lines)
        if way == 9:
            odd = (
                "\ufeff",
                "\u2028",
                "\x85",
                "\x00",
                "\ud800",
                "\x1b[31m",
                "\u202e",
                "é",
                "\U0001f600",
                "\r",
                "\v",
                "\t",
                "\\",
            )
            return b"".join([*tokens[:at], chance.choice(odd).encode(errors="surrogatepass"), *tokens[at:]])
        if way == 10:
            return data[: chance.randint(0, len(data))]
        text = data.decode("utf-8", "replace")
        return text.encode(
            chance.choice(("utf-8-sig", "utf-16", "utf-16-le", "latin-1", "utf-32", "cp1252")), "replace"
        )


# --- one text


def _kind_of(name: str, data: bytes) -> str | None:
    """Return what is wrong with a text, found in a process of its own."""
    code = (
        "import sys, time; sys.path[:0] = sys.argv[2:4]\n"
        "from fuzz.run import _fault; from fuzz.readers import READERS\n"
        "data, began = sys.stdin.buffer.read(), time.process_time()\n"
        "reader = READERS[sys.argv[1]]; found = _fault(reader, data)\n"
        f"slow = time.process_time() - began > {SLOW_S} + 2\n"
        "print(found[0] or (slow and 'slow') or '', found[1] if len(sys.argv) > 4 else '', sep='\\n')"
    )
    command = [sys.executable, "-c", code, name, str(TESTS), str(ROOT)]
    done = subprocess.run(command, input=data, capture_output=True, timeout=300)
    if done.returncode:
        return f"the process ended with {done.returncode}"
    return done.stdout.decode(errors="replace").strip() or None


def _shrink(name: str, path: Path) -> None:
    """Leave out pieces of a text as long as its fault stays the same."""
    from fuzz.readers import READERS

    data = path.read_bytes()
    kind = _kind_of(name, data)
    signal = kind is not None and kind.startswith(("the process", "slow"))

    def same(text: bytes) -> bool:
        return (_kind_of(name, text) if signal else _fault(READERS[name], text)[0]) == kind

    size = max(1, len(data) // 2)
    while size:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if same(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    path.with_name(f"{path.name}.small").write_bytes(data)
    print(kind, data, sep="\n")


if __name__ == "__main__":
    main()
