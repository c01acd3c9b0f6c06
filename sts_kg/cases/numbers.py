"""The numbers that one case records, by property, as a mapping that never changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from rdflib import URIRef

__all__ = ["Numbers"]


class Numbers(Mapping[URIRef, int | Decimal]):
    """Numbers by property, in the order in which they were given; they never change."""

    def __init__(self, numbers: Mapping[URIRef, int | Decimal]) -> None:
        self._numbers = dict(numbers)

    def __getitem__(self, of: URIRef) -> int | Decimal:
        return self._numbers[of]

    def __iter__(self) -> Iterator[URIRef]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __hash__(self) -> int:
        return hash(frozenset(self._numbers.items()))

    def __repr__(self) -> str:
        return repr(self._numbers)
