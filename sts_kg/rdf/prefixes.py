"""The prefixes of external vocabularies: CURIE to IRI and back, and every known form of an IRI.

They come from `ontology/prefixes.epm.json`, an Extended Prefix Map as the `curies` library reads it. Reading is lenient
(any case, any synonym, any form in circulation: `CHEBI:CHEBI:71219`, `CHEBI_71219`, `obo:CHEBI_71219`, addresses of
registries); `fault` is strict, for publishing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from rdflib import URIRef

from sts_kg.errors import CurieError, ParseError, nearest
from sts_kg.rdf.files import read_text, shipped
from sts_kg.rdf.names import NO_IRI

__all__ = ["Fault", "Prefix", "Prefixes"]

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
#: What registries put around the prefix and the local id of any vocabulary, after the scheme.
_RESOLVED = re.compile(
    r"(?:www\.)?(?:identifiers\.org|bioregistry\.io(?:/reference)?|n2t\.net)/(?:obo\.)?([^/:]+)[/:](.+)", re.IGNORECASE
)


@dataclass(frozen=True)
class Prefix:
    """One vocabulary: its preferred `name`, the `iri` before a local id, and other spellings of both.

    `pattern` is the regular expression of a whole local id, or "" if it is unknown.
    """

    name: str
    iri: str
    names: tuple[str, ...] = ()
    iris: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def obo_iris(self) -> tuple[str, ...]:
        """What its IRIs begin with in an ontology written in OBO, by each of its names, if that is none of `iris`."""
        found = (f"http://purl.obolibrary.org/obo/{name}_" for name in (self.name, *self.names))
        return tuple(each for each in found if each not in (self.iri, *self.iris))

    def fits(self, local: str) -> bool:
        """Return whether a local id has the form that the vocabulary gives to its ids."""
        return bool(local) and (not self.pattern or re.fullmatch(self.pattern, local) is not None)

    def id_in(self, text: str) -> str | None:
        """Return the local id in a text that may repeat the prefix (`CHEBI:71219`) or be in small letters, or None."""
        if self.fits(text):
            return text
        name = re.match("(?:" + "|".join(map(re.escape, (self.name, *self.names))) + ")[:_]", text, re.IGNORECASE)
        bare = text[name.end() :] if name else text
        return next((local for local in (bare, bare.upper()) if self.fits(local)), None)


class Fault(NamedTuple):
    """Why a CURIE should not be published: what is `wrong`, and what would be right."""

    wrong: str
    remedy: str


class Prefixes:
    """Known prefixes, to expand CURIEs and to compress IRIs.

    Parameters
    ----------
    known : iterable of Prefix
        No two may share a name, in any case, or a form of the IRI.

    Examples
    --------
    >>> known = Prefixes.shipped()
    >>> known.expand("chebi:71219")
    rdflib.term.URIRef('http://purl.obolibrary.org/obo/CHEBI_71219')
    >>> known.compress("https://www.wikidata.org/wiki/Q7157043")
    'wikidata:Q7157043'
    >>> known.fault("chebi:71219")
    Fault(wrong="the prefix is spelled 'chebi'", remedy='write CHEBI:71219')
    """

    def __init__(self, known: Iterable[Prefix]) -> None:
        self._by_name = {prefix.name: prefix for prefix in known}
        self._by_key: dict[str, Prefix] = {}
        self._by_iri: dict[str, Prefix] = {}
        for prefix in self._by_name.values():
            for name in (prefix.name, *prefix.names):
                if self._by_key.setdefault(name.casefold(), prefix) is not prefix:
                    raise ParseError(f"the prefix {name!r} has two vocabularies, one was expected")
            for iri in (prefix.iri, *prefix.iris):
                if self._by_iri.setdefault(iri, prefix) is not prefix:
                    raise ParseError(f"the IRI {iri!r} has two prefixes, one was expected")
        self._near = cache(self._nearest)
        self._lengths = sorted({len(iri) for iri in self._by_iri}, reverse=True)

    @classmethod
    def read(cls, path: str | Path) -> Prefixes:
        """Return the prefixes of an Extended Prefix Map (JSON).

        Raises
        ------
        ParseError
            The file cannot be read, or is not an Extended Prefix Map.
        """
        try:
            records = json.loads(read_text(path))
            return cls([_prefix(record) for record in records])
        except json.JSONDecodeError as error:
            raise ParseError(f"is not JSON: {error.msg}", path=path, line=error.lineno, column=error.colno) from error
        except (KeyError, TypeError, AttributeError) as error:
            reason = "is not an Extended Prefix Map: a list of records with prefix and uri_prefix was expected"
            raise ParseError(reason, path=path) from error
        except re.error as error:
            raise ParseError(f"has a pattern that is not a regular expression: {error}", path=path) from error
        except ParseError as error:
            raise ParseError(error.reason, path=path, line=error.line) from error

    @classmethod
    def shipped(cls) -> Prefixes:
        """Return the prefixes that the project ships; read once."""
        return _shipped()

    def __iter__(self) -> Iterator[Prefix]:
        return iter(self._by_name.values())

    def find(self, name: str) -> Prefix | None:
        """Return the vocabulary that a prefix names in any case or as a synonym, or None."""
        return self._by_key.get(name.casefold())

    def of_namespace(self, iri: str) -> Prefix | None:
        """Return the vocabulary whose IRIs begin with exactly this text, by http or https, or None."""
        scheme, colon, rest = iri.partition("://")
        other = f"{'http' if scheme == 'https' else 'https'}{colon}{rest}"
        return self._by_iri.get(iri) or self._by_iri.get(other)

    def of_iri(self, iri: str) -> tuple[Prefix, str] | None:
        """Return the vocabulary and local id of an IRI in any known form, or None; the longest form that fits wins.

        Known are the forms of the map by http and https, and what identifiers.org, bioregistry.io and n2t.net resolve.
        """
        scheme, colon, rest = iri.partition("://")
        if not colon or scheme.casefold() not in ("http", "https"):
            return self._begun(iri)
        for form in (iri, f"{'http' if scheme.casefold() == 'https' else 'https'}://{rest}"):
            if found := self._begun(form):
                return found
        if resolved := _RESOLVED.fullmatch(unquote(rest)):
            prefix = self.find(resolved[1])
            local = prefix.id_in(resolved[2]) if prefix is not None else None
            return (prefix, local) if prefix is not None and local is not None else None
        return None

    def _begun(self, iri: str) -> tuple[Prefix, str] | None:
        """Return the vocabulary whose IRIs begin as this one, and the local id."""
        found = self._cut(iri)
        if found is None:
            return None
        prefix, _, local = found
        return (self._underscored(local) if prefix.name == "obo" else None) or (prefix, local)

    def _cut(self, iri: str) -> tuple[Prefix, str, str] | None:
        """Return the vocabulary of an IRI by the longest form that fits, that form, and the local id."""
        for length in self._lengths:
            prefix = self._by_iri.get(iri[:length]) if len(iri) > length else None
            local = prefix.id_in(iri[length:]) if prefix is not None else None
            if prefix is not None and local is not None:
                return prefix, iri[:length], local
        return None

    def _underscored(self, text: str) -> tuple[Prefix, str] | None:
        """Return the vocabulary and local id of a text such as `CHEBI_71219`, the OBO form without its namespace."""
        name, underscore, local = text.partition("_")
        prefix = self.find(name) if underscore else None
        return (prefix, local) if prefix is not None and prefix.pattern and prefix.fits(local) else None

    def expand(self, curie: str) -> URIRef:
        """Return the canonical IRI of a CURIE; the prefix may be in any case, a synonym, or before the id once more.

        Raises
        ------
        CurieError
            The text has no prefix or an unknown one (the error names the nearest), no local id, or a character that is
            not allowed in an IRI.
        """
        prefix, local = self._parts(curie)
        return URIRef(prefix.iri + local)

    def forms(self, curie: str) -> tuple[URIRef, ...]:
        """Return every known IRI of a CURIE, the canonical one first.

        Raises
        ------
        CurieError
            As `expand` does.
        """
        prefix, local = self._parts(curie)
        return tuple(URIRef(iri + local) for iri in (prefix.iri, *prefix.iris))

    def compress(self, iri: str) -> str | None:
        """Return the preferred CURIE of an IRI in any known form, or None."""
        found = self.of_iri(iri)
        return f"{found[0].name}:{found[1]}" if found else None

    def standard(self, iri: str) -> URIRef:
        """Return the canonical form of an IRI in any known form; an unknown one as it is."""
        found = self.of_iri(iri)
        return URIRef(found[0].iri + found[1] if found else iri)

    def mended(self, iri: str) -> str:
        """Return an IRI of a known form with its local id as it should be; any other IRI as it is."""
        found = self._cut(iri)
        return found[1] + found[2] if found else iri

    def fault(self, curie: str) -> Fault | None:
        """Return what is wrong with a CURIE, and the remedy; None if nothing is wrong."""
        if _IRI.match(curie):
            short = self.compress(curie)
            return Fault("it is an IRI, a CURIE was expected", f"write {short}" if short else "write prefix:id")
        name, colon, local = curie.partition(":")
        if not colon:
            found = self._underscored(curie)
            return Fault("it has no prefix", f"write {found[0].name}:{found[1]}" if found else "write prefix:id")
        prefix = self.find(name)
        if prefix is None:
            return Fault(f"the prefix {name!r} is unknown", self._near(name))
        if not prefix.fits(local):
            meant = prefix.id_in(local)
            remedy = f"write {prefix.name}:{meant}" if meant else f"an id there fits {prefix.pattern or '.+'}"
            return Fault(f"{local!r} is not an id of {prefix.name}", remedy)
        if name != prefix.name:
            return Fault(f"the prefix is spelled {name!r}", f"write {prefix.name}:{local}")
        return None

    def _parts(self, curie: str) -> tuple[Prefix, str]:
        name, colon, local = curie.partition(":")
        prefix = self.find(name) if colon else None
        if not colon or (prefix is not None and prefix.name == "obo"):
            found = self._underscored(local or name)
            if found:
                return found
        if not colon:
            raise CurieError(curie, "it has no prefix")
        if prefix is None:
            raise CurieError(curie, f"the prefix {name!r} is unknown; {self._near(name)}")
        if not local:
            raise CurieError(curie, "nothing follows the prefix")
        local = prefix.id_in(local) or local
        if wrong := NO_IRI.search(local):
            raise CurieError(curie, f"the character {wrong.group()!r} is not allowed in an IRI")
        return prefix, local

    def _nearest(self, name: str) -> str:
        spelled = {each for prefix in self._by_name.values() for each in (prefix.name, *prefix.names)}
        near = nearest(name, spelled, 1)
        return f"did you mean {self._by_key[near[0].casefold()].name}:?" if near else "take a known one"


def _prefix(record: dict[str, Any]) -> Prefix:
    pattern = record.get("pattern") or ""
    re.compile(pattern)
    return Prefix(
        record["prefix"],
        record["uri_prefix"],
        tuple(record.get("prefix_synonyms", ())),
        tuple(record.get("uri_prefix_synonyms", ())),
        pattern,
    )


@cache
def _shipped() -> Prefixes:
    return Prefixes.read(shipped("ontology") / "prefixes.epm.json")
