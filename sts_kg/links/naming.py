"""Names of ontologies, such as `obo:chebi` and `obo:maxo@2024-07-29`: where they are published, and which come near.

The OBO Library publishes `obo:NAME` at one address by its conventions, and each release of it at another. All other
addresses are from the registry data of Bioregistry, if that is installed; its file is read, it is never imported.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sts_kg.errors import CurieError, ParseError, UnknownNameError, nearest
from sts_kg.rdf import Prefixes, read_text

__all__ = ["OBO", "Name", "is_name", "mirrored"]

OBO = "http://purl.obolibrary.org/obo/"
_NAME = re.compile(r"obo:(?P<obo>[a-z][a-z0-9_]*)|bioregistry:(?P<bioregistry>[a-z0-9][a-z0-9_.-]*)", re.IGNORECASE)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WRITTEN = "write obo:NAME, obo:NAME@VERSION or bioregistry:NAME, such as obo:maxo@2024-07-29"


def is_name(source: object) -> bool:
    """Return whether a source is given by name; a file that is called so is `./obo:…`.

    Examples
    --------
    >>> is_name("obo:chebi"), is_name("chebi.owl"), is_name("http://example.org/x")
    (True, False, False)
    """
    return isinstance(source, str) and source.lower().startswith(("obo:", "bioregistry:"))


def mirrored(address: str) -> str:
    """Return where to ask for an address: STS_KG_OBO_MIRROR, if it is set, instead of the OBO Library."""
    mirror = os.environ.get("STS_KG_OBO_MIRROR", "").rstrip("/")
    return f"{mirror}/{address.removeprefix(OBO)}" if mirror and address.startswith(OBO) else address


@dataclass(frozen=True)
class Name:
    """The name of an ontology: the `library` that has it, its `id` there, and a `version`, or "" for the latest."""

    library: str
    id: str
    version: str = ""

    @classmethod
    def of(cls, text: str) -> Name:
        """Return the name that a text is.

        Raises
        ------
        CurieError
            It is none.

        Examples
        --------
        >>> str(Name.of("obo:MAXO@2024-07-29"))
        'obo:maxo@2024-07-29'
        """
        name, at, version = text.partition("@")
        found = _NAME.fullmatch(name)
        if found is None or (at and not _VERSION.fullmatch(version)):
            raise CurieError(text, _WRITTEN)
        library = "obo" if found["obo"] else "bioregistry"
        if at and library == "bioregistry":
            raise CurieError(text, "Bioregistry has no addresses of versions; use obo:NAME@VERSION, or the URL")
        return cls(library, found[library].lower(), version)

    def __str__(self) -> str:
        return f"{self.library}:{self.id}" + (f"@{self.version}" if self.version else "")

    def addresses(self) -> tuple[str, ...]:
        """Return where the ontology may be published, the first that exists is it.

        Raises
        ------
        CurieError
            It is a name of Bioregistry, which is not installed.
        UnknownNameError
            Bioregistry has no such name, or no document for it.

        Examples
        --------
        >>> Name("obo", "chebi").addresses()
        ('http://purl.obolibrary.org/obo/chebi.owl',)
        >>> Name("obo", "maxo", "2024-07-29").addresses()[0]
        'http://purl.obolibrary.org/obo/maxo/releases/2024-07-29/maxo.owl'
        """
        if self.library == "bioregistry":
            return (self._registered(),)
        if not self.version:
            return (f"{OBO}{self.id}.owl",)
        forms = [f"{OBO}{self.id}/{where}{self.version}/{self.id}.owl" for where in ("releases/", "")]
        return tuple(forms)

    def _registered(self) -> str:
        entries = _registry()
        if entries is None:
            reason = "the registry is not installed: pip install 'sts-kg[registry]', or give the URL"
            raise CurieError(str(self), reason)
        found = next(_documents(entries.get(self.id)), None)
        if found is None:
            raise UnknownNameError("ontology with an address in Bioregistry", self.id, _with_document(entries))
        return found

    def near(self) -> tuple[str, ...]:
        """Return the names of other ontologies of the OBO Library that look like this one, best first."""
        known = {
            prefix.name.lower() for prefix in Prefixes.shipped() if prefix.iri.startswith(OBO) and prefix.iri != OBO
        }
        for entry in (_registry() or {}).values():
            foundry = entry.get("obofoundry")
            if isinstance(foundry, dict):
                known.add(str(foundry.get("prefix", "")).lower())
        return tuple(f"{self.library}:{one}" for one in nearest(self.id, known - {"", self.id}))

    def file(self) -> str:
        """Return how a file of it is called that is put into the cache by hand.

        Examples
        --------
        >>> Name("obo", "maxo", "2024-07-29").file()
        'obo-maxo-2024-07-29.owl'
        """
        ending = "".join(Path(urlsplit(self.addresses()[0]).path).suffixes[-2:])
        return "-".join(filter(None, (self.library, self.id, self.version))) + ending


def _registry() -> dict[str, dict[str, Any]] | None:
    """Return the entries of Bioregistry, or None if it is not installed."""
    found = find_spec("bioregistry")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "data" / "bioregistry.json"
    try:
        entries = json.loads(read_text(path))
    except ValueError as error:
        raise ParseError("is not the registry data of Bioregistry; install it anew", path=path) from error
    return {name: entry for name, entry in entries.items() if isinstance(entry, dict)}


def _with_document(entries: dict[str, dict[str, Any]]) -> list[str]:
    return [name for name, entry in entries.items() if any(_documents(entry))]


def _documents(entry: dict[str, Any] | None) -> Iterator[str]:
    """Yield the addresses of the documents of an entry that we can read, best first."""
    entry = entry or {}
    for kind in ("owl", "rdf", "obo"):
        if told := entry.get(f"download_{kind}"):
            yield str(told["url"] if isinstance(told, dict) else told)
        for registry in ("obofoundry", "ols", "aberowl", "tib.ts", "cropoct"):
            told = entry.get(registry)
            for artifact in told.get("artifacts", ()) if isinstance(told, dict) else ():
                if artifact.get("type") == kind:
                    yield str(artifact["url"])
