"""A `links.lock`: which documents a linked store was made of, one table of TOML each, by digest.

It is sorted by name and holds nothing of the machine that wrote it, so that two versions of it differ in the lines
that matter.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from sts_kg.errors import CurieError, ParseError
from sts_kg.links.naming import Name
from sts_kg.rdf import read_text, write_bytes
from sts_kg.safe import brief, visible_data
from sts_kg.shown import Shown

__all__ = ["Pin", "read_pins", "write_pins"]

_FORMAT = 1
_HEAD = f"""# What a linked store was made of. Written by `sts-kg link`, used by `sts-kg link --locked`.
format = {_FORMAT}
"""


@dataclass(frozen=True, repr=False)
class Pin(Shown):
    """A document as it was fetched.

    `name` is what was asked for, `address` where it is published, `version` the IRI or word of its own header, `etag`
    what the server called it. `sha256` and `size` are those of the document; `date` is when it was first fetched.
    """

    name: str
    address: str
    version: str
    etag: str
    sha256: str
    size: int
    date: str

    def __repr__(self) -> str:
        return f"<Pin {brief(self.name, 200)}: version {brief(self.version, 200)}, of {brief(self.date, 50)}>"


def read_pins(path: str | Path) -> dict[str, Pin]:
    """Return the pins of a lock by name, in its order.

    Raises
    ------
    ParseError
        The file cannot be read, is no lock, or is one of another format.
    """
    try:
        found = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ParseError(f"is not a lock that sts-kg link wrote: {error}", path=path) from error
    if found.get("format") != _FORMAT:
        wanted = f"format = {found['format']!r}" if "format" in found else "no format"
        raise ParseError(f"is a lock with {wanted}; this version of sts-kg reads format = {_FORMAT}", path=path)
    documents = found.get("document")
    if not isinstance(documents, list) or not documents:
        raise ParseError("pins no document; write it anew: sts-kg link NAME… --lock FILE", path=path)
    pins: dict[str, Pin] = {}
    for number, each in enumerate(documents, 1):
        pin = _pin(each, number, path)
        if pin.name in pins:
            raise ParseError(f"pins {pin.name} twice; keep one", path=path)
        pins[pin.name] = pin
    return pins


def _pin(told: object, number: int, path: str | Path) -> Pin:
    values = told if isinstance(told, dict) else {}
    for field in fields(Pin):
        kind = int if field.name == "size" else str
        if type(values.get(field.name)) is not kind:
            what = "a number" if kind is int else "a text"
            raise ParseError(f"document {number} has no {field.name} that is {what}", path=path)
    if unknown := sorted(values.keys() - {field.name for field in fields(Pin)}):
        raise ParseError(f"document {number} has {unknown[0]!r}, which no lock has", path=path)
    if not re.fullmatch(r"[0-9a-f]{64}", values["sha256"]):
        raise ParseError(f"document {number} has a sha256 that is not 64 hexadecimal digits", path=path)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", values["date"]):
        raise ParseError(f"document {number} has a date that is not written as 2026-01-31T12:00:00Z", path=path)
    try:
        usual = str(Name.of(values["name"]))
    except CurieError as error:
        raise ParseError(f"document {number}: {error}", path=path) from error
    return Pin(**values | {"name": usual})


def write_pins(path: str | Path, pins: Iterable[Pin]) -> None:
    """Write a lock, as a whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    parts = [_HEAD]
    for pin in sorted(pins, key=lambda pin: pin.name):
        lines = (
            f"{name} = {visible_data(json.dumps(value, ensure_ascii=False))}" for name, value in asdict(pin).items()
        )
        parts.append("[[document]]\n" + "\n".join(lines) + "\n")
    write_bytes(path, "\n".join(parts).encode())
