"""Files: read and decompressed, written whole or not at all; and the folders of shipped data."""

from __future__ import annotations

import codecs
import errno
import gzip
import importlib
import io
import os
import secrets
import shutil
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from sts_kg.errors import ParseError
from sts_kg.rdf.sizes import read_whole, unpacked

_PIECE = 1 << 20  # bytes read from a file at once
_NAMES = {".gz": "gzip", ".zst": "zstd"}

__all__ = [
    "as_file",
    "as_text",
    "opened",
    "read_bytes",
    "read_text",
    "shipped",
    "write_bytes",
    "writing",
    "writing_folder",
]


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
        As `read_bytes` and `as_text`.
    """
    return as_text(read_bytes(path), path=path)


def as_text(data: bytes, *, path: object = None) -> str:
    """Return UTF-8 bytes as text, without a byte order mark.

    Raises
    ------
    ParseError
        They are not UTF-8: with the line of the first bad byte.
    """
    try:
        text = data.decode().lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = " but UTF-16; save it as UTF-8" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""
        raise ParseError(f"is not UTF-8 text (byte {data[error.start]:#04x}){hint}", path=path, line=line) from error
    if "\0" in text[:4]:
        raise ParseError("is not UTF-8 text but perhaps UTF-16; save it as UTF-8", path=path, line=1)
    return text


def read_bytes(path: str | Path) -> bytes:
    """Return the bytes of a file as they are.

    Raises
    ------
    ParseError
        The file cannot be opened, is a folder, or has more than `max_bytes`.
    """
    with _reading(path), Path(path).open("rb") as file:
        return read_whole(file, path=path)


def opened(path: str | Path) -> BinaryIO:
    """Return a file, to be read and closed, decompressed by its ending: .gz, .zst or none.

    Raises
    ------
    ParseError
        The file is missing, a folder, cut short or not compressed as its ending says, or it unpacks beyond measure;
        also while it is read.
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
    with _reading(path):
        try:
            with path.open("rb") as file:
                if ending == ".zst":
                    yield from unpacked(_decompressed(file), file.tell)
                elif ending == ".gz":
                    if not file.peek(1):  # gzip accepts an empty file
                        raise EOFError
                    with gzip.GzipFile(fileobj=file) as plain:
                        yield from unpacked(iter(lambda: plain.read(_PIECE), b""), file.tell)
                else:
                    yield from iter(lambda: file.read(_PIECE), b"")
        except EOFError as error:
            raise ParseError(f"is cut short: its {_NAMES[ending]} data end too early", path=path) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise ParseError(f"is not gzip data as its ending says: {error}", path=path) from error
        except ParseError as error:
            raise ParseError(error.reason, path=path) from error


@contextmanager
def _reading(path: str | Path) -> Iterator[None]:
    """Turn errors of the system into a `ParseError` with the path."""
    try:
        yield
    except ParseError:
        raise
    except IsADirectoryError as error:
        raise ParseError("is a folder, a file was expected", path=path) from error
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
    """Write a file as `writing` does, at once.

    Raises
    ------
    OSError
        As `writing`.
    """
    with writing(path) as file:
        file.write(data)


@contextmanager
def writing(path: str | Path) -> Iterator[BinaryIO]:
    """Yield a file to be written piece by piece, which appears under its name only when it is complete.

    Links are followed, and a file that exists keeps its permissions. A pipe or device (a FIFO, /dev/stdout) is written
    into as it is.

    Raises
    ------
    OSError
        The folder does not exist, the file cannot be written, or the disk is full: `filename` is the path that was
        given, and nothing is left behind.
    """
    shown = str(path)
    with _naming(shown):
        target, mode = _target(Path(path))
        if target is None:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY)
        else:
            beside = target.with_name(f".sts-kg-{secrets.token_hex(8)}")
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        with io.BufferedWriter(_Output(handle, shown), _PIECE) as file:
            yield file
        if target is not None:
            with _naming(shown):
                if mode is not None:
                    os.chmod(beside, mode)
                os.replace(beside, target)
    except BaseException:
        if target is not None:
            with suppress(OSError):
                os.unlink(beside)
        raise


@contextmanager
def writing_folder(path: str | Path) -> Iterator[Path]:
    """Yield a folder to put files into, which appears under its name only when it is complete.

    Raises
    ------
    ParseError
        There is a file of this name, or a folder that is not empty.
    OSError
        The folder cannot be written; nothing is left behind.
    """
    target = Path(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ParseError("is there already and is not an empty folder; name another", path=target)
    beside = target.absolute().with_name(f".sts-kg-{secrets.token_hex(8)}")
    with _naming(str(path)):
        beside.mkdir()
    try:
        yield beside
        if target.exists():
            target.rmdir()
        beside.rename(target)
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        if isinstance(error, OSError) and isinstance(error.filename, str):
            error.filename = error.filename.replace(str(beside), str(path))  # the name that was given
        raise


_BINARY = getattr(os, "O_BINARY", 0)  # Windows
_LINKS = 40  # followed at most, as Linux does


def _target(path: Path) -> tuple[Path | None, int | None]:
    """Return the file that a path leads to, None if it is a pipe or device, and the mode of one that exists."""
    for _ in range(_LINKS):
        folder = path.parent.resolve()
        if folder == Path("/dev") or Path("/proc") in folder.parents:  # /dev/stdout may lead to a file that is open
            return None, None
        path = folder / path.name
        if not path.is_symlink():
            break
        path = folder / path.readlink()
    else:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return path, None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        return None, None
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return path, stat.S_IMODE(mode)


class _Output(io.FileIO):
    """A file that is written; its errors, such as a full disk, name what was to be written."""

    def __init__(self, handle: int, shown: str) -> None:
        super().__init__(handle, "wb")
        self._shown = shown

    def write(self, data: Any) -> int:
        with _naming(self._shown):
            return super().write(data)

    def close(self) -> None:
        with _naming(self._shown):
            super().close()


@contextmanager
def _naming(shown: str) -> Iterator[None]:
    """Put the path that was given into an OSError."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, shown) from error
