"""Documents by name: downloaded, kept in a cache by digest, and held against a `links.lock`.

The cache is the folder `sts-kg/ontologies` of XDG_CACHE_HOME. It has a file for each document that could be read,
named by its digest, and one for each address, which says what was last found there. Files appear under their names when
they are complete, and the digest is computed again before one is used, so processes may share it, and a damaged file
counts as missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from sts_kg.errors import EndpointAnswerError, EndpointError, EndpointUnreachableError, LockError, nearest
from sts_kg.links.fetch import ACCEPT, MOST_BYTES, Fetched, with_ending
from sts_kg.links.naming import OBO, Name, is_name, mirrored
from sts_kg.links.pins import Pin, read_pins, write_pins
from sts_kg.links.report import LinkReport
from sts_kg.rdf import write_bytes
from sts_kg.stores import send

__all__ = ["ByName"]

_TIMEOUT_S = 3_600.0
_GONE = (404, 410)
_LEFTOVER_S = 86_400.0  # parts of a process that was killed


@dataclass(frozen=True)
class _Found:
    """A document at hand: its file, and `etag` as the server has it now if it was downloaded, else None."""

    pin: Pin
    path: Path
    etag: str | None = None


class ByName:
    """The documents that one call of `link` names; a context, which deletes what was downloaded and is not kept.

    Parameters
    ----------
    lock : path, optional
        The lock: written by `keep`, or, if `locked`, what decides.
    locked : bool
        Whether to use exactly the documents that the lock pins; without `lock`, the lock is `links.lock`.
    offline : bool
        Whether to ask no server.
    progress : callable, optional
        Called with a name, the number of bytes downloaded, and how many there are if the server says it.

    Raises
    ------
    ParseError
        The lock cannot be read.
    """

    def __init__(
        self,
        lock: str | Path | None = None,
        *,
        locked: bool = False,
        offline: bool = False,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> None:
        self.locked, self.offline = locked, offline
        self.lock = Path("links.lock" if lock is None else lock) if lock is not None or locked else None
        self.pins = read_pins(self.lock) if self.lock is not None and (locked or self.lock.exists()) else {}
        self._progress = progress
        self._found: dict[str, _Found] = {}
        self._stack = ExitStack()
        self._parts: Path | None = None

    def __enter__(self) -> ByName:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def sources(self, given: Sequence[Any]) -> list[Any]:
        """Return the documents that are meant for names, other sources as they are; if locked and without names, all.

        Raises
        ------
        CurieError, UnknownNameError
            It looks like a name, and is none.
        EndpointError
            The document cannot be fetched.
        LockError
            The lock does not pin it, or the document is another one now.
        """
        if self.locked and not any(map(is_name, given)):
            given = (*self.pins, *given)
        return [self._source(Name.of(each)) if is_name(each) else each for each in given]

    def _source(self, name: Name) -> Fetched:
        found = self._found.get(str(name)) or (self._pinned(name) if self.locked else self._latest(name))
        self._found[str(name)] = found
        return Fetched(found.path, found.pin.address)

    def keep(self, report: LinkReport) -> LinkReport:
        """Keep what could be read, write the lock, and return the report with the pins of its documents.

        Raises
        ------
        OSError
            The cache or the lock cannot be written.
        """
        versions = {each.source: each.header.get("version", "") for each in report.documents}
        pins: dict[str, Pin] = {}
        for found in self._found.values():
            pin = found.pin if self.locked else replace(found.pin, version=versions[found.pin.address])
            pins[pin.address] = pin
            if found.etag is None:
                continue
            os.replace(found.path, _folder() / f"{pin.sha256}-{found.path.name}")
            if not self.locked:
                told = asdict(pin) | {"etag": found.etag, "url": mirrored(pin.address)}
                write_bytes(_index(pin.address), json.dumps(told).encode())
        if self.lock is not None and pins and not self.locked:
            named = {name: replace(pins[found.pin.address], name=name) for name, found in self._found.items()}
            others = read_pins(self.lock) if self.lock.exists() else {}  # once more: a download may take long
            write_pins(self.lock, {**others, **named}.values())
        documents = tuple(replace(each, pin=pins.get(each.source)) for each in report.documents)
        return replace(report, documents=documents)

    # --- the latest document

    def _latest(self, name: Name) -> _Found:
        """Return what is published under a name now, or, offline, what is known of it."""
        for address in name.addresses():
            known = _known(address)
            if self.offline:
                if known is not None:
                    return self._dated(replace(known[0], name=str(name)), known[1])
                continue
            try:
                return self._asked(name, address, known)
            except EndpointError as error:
                if error.status not in _GONE:
                    self._advise(error, name)
                    raise
        if self.offline:
            for path in _by_hand(name):
                return self._dated(_described(str(name), name.addresses()[0], path), path)
            failure = _not_asked(name.addresses()[0])
            self._advise(failure, name)
            raise failure
        first, *others = name.addresses()
        what = f"version {name.version} of {name.library}:{name.id}" if name.version else f"ontology {name}"
        also = f", nor at {' or '.join(others)}" if others else ""
        near = name.near()
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise EndpointError(first, f"there is no {what}{also}{hint}", status=404)

    def _asked(self, name: Name, address: str, known: tuple[Pin, Path, str] | None) -> _Found:
        """Return the document at an address: the known one if the server says that it is the same."""
        url = mirrored(address)
        etag = known[0].etag if known is not None and known[2] == url else ""
        path, told = self._downloaded(str(name), address, etag)
        if path is None:
            assert known is not None, "only then an ETag was sent"
            return self._dated(replace(known[0], name=str(name)), known[1])
        pin = replace(_described(str(name), address, path), etag=told)
        if known is not None and known[0].sha256 == pin.sha256:
            pin = replace(pin, date=known[0].date)
        return self._dated(pin, path, told)

    def _dated(self, pin: Pin, path: Path, etag: str | None = None) -> _Found:
        """Return what was found; if the lock pins the same document, as the lock has it."""
        pinned = self.pins.get(pin.name)
        if pinned is not None and (pinned.sha256, pinned.address) == (pin.sha256, pin.address):
            pin = pinned
        return _Found(pin, path, etag)

    def _downloaded(self, name: str, address: str, etag: str = "") -> tuple[Path | None, str]:
        """Return the file with what a server has at an address, None if it has what `etag` names, and its ETag."""
        headers = {"Accept": ACCEPT} | ({"If-None-Match": etag} if etag else {})
        part = self._part()
        progress = self._progress
        with part.open("w+b") as file:
            reply = send(
                mirrored(address),
                headers=headers,
                timeout_s=_TIMEOUT_S,
                most_bytes=MOST_BYTES,
                accept_status=(200, 304) if etag else (200,),
                into=file,
                progress=(lambda size, of: progress(name, size, of)) if progress is not None else None,
            )
        if reply.status == 304:
            return None, etag
        if not part.stat().st_size:
            raise EndpointAnswerError(address, "answered with nothing; check the address", status=reply.status)
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", urlsplit(address).path.rpartition("/")[2])[-100:].lstrip(".")
        path = part.with_name(with_ending(plain or "document", reply.content_type))
        os.replace(part, path)
        return path, reply.headers.get("etag", "")

    def _part(self) -> Path:
        """Return a new file in a folder of its own beside the cache, which is deleted at the end."""
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        if self._parts is None:
            for old in folder.glob(".part-*"):
                with suppress(OSError):
                    if time.time() - old.stat().st_mtime > _LEFTOVER_S:
                        shutil.rmtree(old, ignore_errors=True)
            made = self._stack.enter_context(
                TemporaryDirectory(dir=folder, prefix=".part-", ignore_cleanup_errors=True)
            )
            self._parts = Path(made)
        own = self._parts / str(len(list(self._parts.iterdir())))
        own.mkdir()
        return own / "part"

    # --- the pinned document

    def _pinned(self, name: Name) -> _Found:
        """Return the document that the lock pins: the one in the cache, one put there by hand, or a new download."""
        pin = self.pins.get(str(name))
        if pin is None:
            others = [each for each in self.pins if Name.of(each).id == name.id] or nearest(str(name), self.pins)
            has = f"; it pins {' and '.join(others or self.pins)}"
            raise LockError(str(self.lock), str(name), f"is not pinned{has}; link without --locked to pin it")
        for path in (*_folder().glob(f"{pin.sha256}-*"), *_by_hand_of(pin)):
            if _digest(path) == pin.sha256:
                return _Found(pin, path)
        place = f"or put the file with that digest into {_folder() / 'by-hand'}"
        differs = ""
        failure: EndpointError | None = _not_asked(pin.address) if self.offline else None
        for address in () if self.offline else dict.fromkeys((pin.address, pin.version)):
            if address != pin.address and not address.startswith(OBO):
                continue  # the version is a word, or an address that anyone may have written into a document
            try:
                downloaded, etag = self._downloaded(pin.name, address)
            except EndpointError as error:
                failure = failure or error
                continue
            assert downloaded is not None, "no ETag was sent"
            found = _digest(downloaded)
            if found == pin.sha256:
                return _Found(pin, downloaded, etag)
            differs = (
                differs or f"{address} has another document now, sha256 {found}, {downloaded.stat().st_size} bytes"
            )
        pinned = f"sha256 {pin.sha256}, {pin.size} bytes, of {pin.date}"
        if differs:
            reason = f"is pinned to {pinned}, and {differs}; link without --locked to take it, {place}"
            raise LockError(str(self.lock), pin.name, reason)
        assert failure is not None, "the address of the pin was asked"
        failure.reason = f"{failure.reason}; {self.lock} pins {pin.name} to {pinned}, which is not cached; {place}"
        raise failure

    # --- advice

    def _advise(self, error: EndpointError, name: Name) -> None:
        """Let an error also say what is cached, and where to put a file."""
        cached = sorted({_told(pin) for pin in _all_known() if Name.of(pin.name).id == name.id})
        if cached:
            has = f"cached are {', '.join(cached)}; --offline uses them by name"
        else:
            others = sorted({pin.name for pin in _all_known()})
            has = f"no {name.library}:{name.id} is cached" + (f", only {', '.join(others)}" if others else "")
        place = _folder() / "by-hand" / name.file()
        error.reason = f"{error.reason}; {has}; or put the file at {place} and use --offline"


def _not_asked(address: str) -> EndpointUnreachableError:
    return EndpointUnreachableError(address, "was not asked, since nothing but the cache is to be used")


# --- the cache


def _folder() -> Path:
    told = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(told) if os.path.isabs(told) else Path(os.path.expanduser("~")) / ".cache"  # as its specification says
    return base / "sts-kg" / "ontologies"


def _index(address: str) -> Path:
    return _folder() / f"{sha256(address.encode()).hexdigest()}.json"


def _read_index(path: Path) -> tuple[Pin, str] | None:
    """Return what an index file says, and where it was asked; None if it is missing or damaged."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        told = json.loads(path.read_bytes())
        url = str(told.pop("url"))
        pin = Pin(**told)
        Name.of(pin.name)
        if re.fullmatch(r"[0-9a-f]{64}", pin.sha256):
            return pin, url
    return None


def _known(address: str) -> tuple[Pin, Path, str] | None:
    """Return what was last found at an address, its file, and where it was asked; None if the file is not sound."""
    told = _read_index(_index(address))
    if told is None or told[0].address != address:
        return None
    for path in _folder().glob(f"{told[0].sha256}-*"):
        if _digest(path) == told[0].sha256:
            return told[0], path, told[1]
    return None


def _all_known() -> Iterator[Pin]:
    """Yield what is in the cache, by the files that say so."""
    for path in _folder().glob("*.json"):
        told = _read_index(path)
        if told is not None and any(_folder().glob(f"{told[0].sha256}-*")):
            yield told[0]


def _by_hand(name: Name) -> Iterator[Path]:
    """Yield the files that someone has put into the cache for a name."""
    place = _folder() / "by-hand" / name.file()
    yield from (path for path in (place, place.with_name(f"{place.name}.gz")) if path.is_file())


def _by_hand_of(pin: Pin) -> Iterator[Path]:
    """Yield the files of the size of a pinned document that someone has put into the cache."""
    for path in sorted((_folder() / "by-hand").glob("*")):
        with suppress(OSError):
            if path.is_file() and path.stat().st_size == pin.size:
                yield path


def _described(name: str, address: str, path: Path) -> Pin:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Pin(name, address, "", "", _digest(path), path.stat().st_size, now)


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, or "" if it cannot be read."""
    with suppress(OSError), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
    return ""


def _told(pin: Pin) -> str:
    return f"{pin.name} of {pin.date} (sha256 {pin.sha256[:12]}…)"
