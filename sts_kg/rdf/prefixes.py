"""The prefixes of external vocabularies: CURIE to IRI and back, and every known form of an IRI.

They stand in `ontology/prefixes.epm.json`, an Extended Prefix Map as the `curies` library reads it. Reading is lenient
(any case, any synonym, any known form of an IRI); `fault` is strict, for what is to be published.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rdflib import URIRef

from sts_kg.errors import CurieError, ParseError, nearest
from sts_kg.rdf.files import read_text, shipped
from sts_kg.rdf.names import NO_IRI

__all__ = ["Fault", "Prefix", "Prefixes"]

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")


@dataclass(frozen=True)
class Prefix:
    """One vocabulary: its preferred `name`, the `iri` that stands before a local id, and other spellings of both.

    `pattern` is the regular expression of a whole local id, or "" if nothing is known of it.
    """

    name: str
    iri: str
    names: tuple[str, ...] = ()
    iris: tuple[str, ...] = ()
    pattern: str = ""

    def fits(self, local: str) -> bool:
        """Return whether a local id has the form that the vocabulary gives to its ids."""
        return bool(local) and (not self.pattern or re.fullmatch(self.pattern, local) is not None)


class Fault(NamedTuple):
    """Why a CURIE should not be published: what is `wrong`, and what would be right."""

    wrong: str
    remedy: str


class Prefixes:
    """Known prefixes, to expand CURIEs and to compress IRIs.

    Parameters
    ----------
    known : iterable of Prefix
        Of which no two share a name, whatever its case, or a form of the IRI.

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

    def of_iri(self, iri: str) -> tuple[Prefix, str] | None:
        """Return the vocabulary and local id of an IRI in any known form, or None; the longest form that fits wins."""
        for length in self._lengths:
            prefix = self._by_iri.get(iri[:length]) if len(iri) > length else None
            if prefix is not None and prefix.fits(iri[length:]):
                return prefix, iri[length:]
        return None

    def expand(self, curie: str) -> URIRef:
        """Return the canonical IRI of a CURIE; the prefix may be in any case and a synonym.

        Raises
        ------
        CurieError
            The text has no prefix or an unknown one (the error says the nearest), or no local id, or a character that
            no IRI may hold.
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

    def fault(self, curie: str) -> Fault | None:
        """Return what is wrong with a CURIE and the remedy, apart; None if it is in order."""
        if _IRI.match(curie):
            short = self.compress(curie)
            return Fault("it is an IRI, a CURIE was expected", f"write {short}" if short else "write prefix:id")
        name, colon, local = curie.partition(":")
        if not colon:
            return Fault("it has no prefix", "write prefix:id")
        prefix = self.find(name)
        if prefix is None:
            return Fault(f"the prefix {name!r} is unknown", self._near(name))
        if not prefix.fits(local):
            return Fault(f"{local!r} is not an id of {prefix.name}", f"an id there fits {prefix.pattern or '.+'}")
        if name != prefix.name:
            return Fault(f"the prefix is spelled {name!r}", f"write {prefix.name}:{local}")
        return None

    def _parts(self, curie: str) -> tuple[Prefix, str]:
        name, colon, local = curie.partition(":")
        if not colon:
            raise CurieError(curie, "it has no prefix")
        prefix = self.find(name)
        if prefix is None:
            raise CurieError(curie, f"the prefix {name!r} is unknown; {self._near(name)}")
        if not local:
            raise CurieError(curie, "nothing follows the prefix")
        if wrong := NO_IRI.search(local):
            raise CurieError(curie, f"the character {wrong.group()!r} is not allowed in an IRI")
        return prefix, local

    def _near(self, name: str) -> str:
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
