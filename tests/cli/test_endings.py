"""How the command line ends: a signal, standard output or error that is closed, full or left by its reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from faulty import faulty, good, silent

from sts_kg.cli import app

PROGRAM = f"{sys.executable} -m sts_kg"


def ended(line: str) -> tuple[int, str]:
    """Return the exit code of a command in a shell, and what it wrote to standard error."""
    done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("redirected", "code", "said"),
    [
        (">&-", 3, "sts-kg: standard output: Bad file descriptor\n"),
        (">/dev/full", 3, "sts-kg: standard output: No space left on device\n"),
        ("2>&-", 0, ""),
    ],
)
def test_standard_output_that_cannot_be_written(redirected: str, code: int, said: str) -> None:
    assert ended(f"{PROGRAM} completion bash {redirected}") == (code, said)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    "words", ["--help", "completion bash", "queries", "options example:f", "close", "queries --help"]
)
def test_a_reader_that_has_gone_ends_the_program_in_silence(words: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*PROGRAM.split(), *words.split()], stdout=writing, stderr=subprocess.PIPE, timeout=120)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_without_a_traceback_and_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    with faulty(silent) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "sts_kg", "link", server.address.replace("sparql", "a.ttl"), "-o", tmp_path / "out"],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"TMPDIR": str(tmp_path)},
        )
        until = time.monotonic() + 30
        while not server.seen and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (code, "sts-kg: stopped; nothing was written by halves\n")
    assert list(tmp_path.iterdir()) == []


SECRET = "s3cr3tt0ken"


@pytest.mark.parametrize("address", [f"http://u:{SECRET}@h/", f"ftp://h/x?key={SECRET}"])
def test_a_usage_error_shows_no_secret(address: str) -> None:
    done = CliRunner().invoke(app, ["push", address])
    assert (done.exit_code, SECRET in done.stderr) == (2, False)
    assert "Got unexpected extra argument (" in done.stderr.splitlines()[-1]


def test_no_secret_of_an_address_is_shown_or_kept(tmp_path: Path) -> None:
    turtle = b"<http://purl.obolibrary.org/obo/NCIT_C1> a <http://www.w3.org/2002/07/owl#Class> ."
    out = tmp_path / "linked.nq"
    echo = f"no document a.ttl?key={SECRET}"
    with faulty(good(turtle, "text/turtle"), good(echo.encode(), "text/plain", 404)) as server:
        host = server.address.partition("//")[2].partition("/")[0]
        said = []
        for url in (
            f"http://{host}/a.ttl?key={SECRET}#{SECRET}",
            f"http://{host}/a.ttl?key={SECRET}",
            f"http://me:{SECRET}@{host}/a.ttl",
            f"http://me:x/{SECRET}@{host}/a.ttl",
            f"HTTP://{host}/a.ttl?{SECRET}",
            f"ftp://me:{SECRET}@{host}/a.ttl",
        ):
            words = [sys.executable, "-m", "sts_kg", "link", url, "-o", str(out)]
            done = subprocess.run(words, capture_output=True, text=True, timeout=120)
            said += [done.stdout, done.stderr]
    kept = out.read_text(encoding="utf-8")
    assert f"http://{host}/a.ttl" in kept
    assert SECRET not in "".join(said) + kept + "".join(path.name for path in tmp_path.iterdir())
    assert "Traceback" not in "".join(said)
