"""Files: read and decompressed, written whole or not at all; and the folders of shipped data."""

from __future__ import annotations

import gzip
import importlib
import io
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from sts_kg.errors import ParseError

_PIECE = 1 << 20  # bytes read from a file at once
_NAMES = {".gz": "gzip", ".zst": "zstd"}

__all__ = ["as_file", "opened", "read_text", "shipped", "write_bytes", "writing"]


def shipped(name: str) -> Path:
    """Return the folder of shipped data of this name: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / "data" / name
    return packaged if packaged.is_dir() else package.parent / name


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


def opened(path: str | Path) -> BinaryIO:
    """Return a file, to be read and closed, decompressed by its ending: .gz, .zst or none.

    Raises
    ------
    ParseError
        The file is missing, a folder, cut short or not compressed as its ending says; also while it is read.
    """
    pieces = _pieces(Path(path))
    return as_file(chain([next(pieces, b"")], pieces))  # the first at once, for its errors


def as_file(pieces: Iterable[bytes]) -> BinaryIO:
    """Return pieces of bytes as a file; each is taken when it is read."""
    return io.BufferedReader(_Stream(pieces), _PIECE)


class _Stream(io.RawIOBase):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._left, self._rest = memoryview(b""), iter(pieces)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._rest, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield what a file holds, decompressed."""
    ending = path.suffix.lower()
    try:
        with path.open("rb") as file:
            if ending == ".zst":
                yield from _decompressed(file)
            elif ending == ".gz":
                if not file.peek(1):  # gzip accepts an empty file
                    raise EOFError
                with gzip.GzipFile(fileobj=file) as plain:
                    yield from iter(lambda: plain.read(_PIECE), b"")
            else:
                yield from iter(lambda: file.read(_PIECE), b"")
    except IsADirectoryError as error:
        raise ParseError("is a folder, a file was expected", path=path) from error
    except EOFError as error:
        raise ParseError(f"is cut short: its {_NAMES[ending]} data end too early", path=path) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ParseError(f"is not gzip data as its ending says: {error}", path=path) from error
    except ParseError as error:
        raise ParseError(error.reason, path=path) from error
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror or error}", path=path) from error
    except ValueError as error:  # a path with a NUL character
        raise ParseError(f"cannot be read: {error}", path=path) from error


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    """Yield what zstd-compressed data hold."""
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError as error:
        raise ParseError("is compressed by zstd; to read it: pip install zstandard") from error
    frame, ended = zstandard.ZstdDecompressor().decompressobj(), False
    try:
        while piece := file.read(_PIECE >> 4):
            while piece:
                if ended:
                    frame = zstandard.ZstdDecompressor().decompressobj()
                yield frame.decompress(piece)
                ended, piece = frame.eof, frame.unused_data
    except zstandard.ZstdError as error:
        raise ParseError(f"is not zstd data as its ending says: {error}") from error
    if not ended:
        raise EOFError


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file whole or not at all: under a temporary name first, then renamed.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written; nothing is left behind.
    """
    with writing(path) as file:
        file.write(data)


@contextmanager
def writing(path: str | Path) -> Iterator[BinaryIO]:
    """Yield a file to be written piece by piece, which appears under its name only when it is complete.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written; nothing is left behind.
    """
    target = Path(path)
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:  # it names the temporary file
        raise OSError(error.errno, error.strerror, str(target)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
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
