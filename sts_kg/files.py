"""Where things lie: the shipped ontology and queries, the cache folder, the source page if the user has it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from sts_kg.errors import ParseError

__all__ = ["cache_folder", "ontology_folder", "queries_folder", "read_text", "source_page", "version", "write_bytes"]


def _root() -> Path:
    package = Path(__file__).parent  # a wheel carries the data inside the package, a checkout has it beside
    return package if (package / "ontology").is_dir() else package.parent


def ontology_folder() -> Path:
    """Return the folder of the shipped ontology: inside the package in a wheel, beside it in a checkout."""
    return _root() / "ontology"


def queries_folder() -> Path:
    """Return the folder of the shipped canned queries: inside the package in a wheel, beside it in a checkout."""
    return _root() / "queries"


def version() -> str:
    """Return the version of the shipped ontology (`owl:versionInfo`), which is that of the package."""
    header = (ontology_folder() / "sts.ttl").read_text(encoding="utf-8")
    return header.partition('owl:versionInfo "')[2].partition('"')[0]


def cache_folder() -> Path:
    """Return the folder for closures that were computed before; it need not exist.

    `$STS_KG_CACHE`, else `$XDG_CACHE_HOME/sts-kg`, else `~/.cache/sts-kg`.
    """
    if given := os.environ.get("STS_KG_CACHE"):
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "sts-kg"


def source_page(given: str | Path | None = None) -> Path | None:
    """Return the path of the source page: the one given, else `$STS_KG_SOURCE`, else None. It is not shipped."""
    if given is not None:
        return Path(given)
    named = os.environ.get("STS_KG_SOURCE")
    return Path(named) if named else None


def read_text(path: str | Path) -> str:
    """Return the text of a UTF-8 file; a byte order mark is dropped, line ends stay as they are.

    Raises
    ------
    ParseError
        The file cannot be opened, is a folder, or is not UTF-8 (with the line of the first bad byte).
    """
    try:
        data = Path(path).read_bytes()
    except IsADirectoryError as error:
        raise ParseError("is a folder, a file was expected", path=path) from error
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror or error}", path=path) from error
    except ValueError as error:  # a path with a NUL character
        raise ParseError(f"cannot be read: {error}", path=path) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ParseError(f"is not UTF-8 text (byte {data[error.start]:#04x})", path=path, line=line) from error


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then renamed into it.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written; nothing is left behind.
    """
    target = Path(path)
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:  # which names a file that nobody asked for
        raise OSError(error.errno, error.strerror, str(target)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
