"""Matches that are known to be wrong: traps, and the rows of sets that deny a match.

Both are data: `ontology/mappings/traps.tsv`, and the sets beside it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from sts_kg.guideline import ontology_folder
from sts_kg.links.curies import iri_of
from sts_kg.links.mapping_set import MappingSet
from sts_kg.links.sssom_table import shipped
from sts_kg.rdf import read_text

__all__ = ["Denial", "denials", "folded", "shipped_denials", "traps"]


@dataclass(frozen=True)
class Denial:
    """A match that is known to be wrong: for these subjects (IRIs) or subject labels, with these predicates.

    `*` among them stands for any.
    """

    subjects: frozenset[str]
    labels: frozenset[str]
    predicates: frozenset[str]
    object: str
    reason: str
    remedy: str
    number: str = ""


@cache
def traps() -> tuple[Denial, ...]:
    """Return the shipped traps; `*` in the table stands for any subject or predicate."""
    path = ontology_folder() / "mappings" / "traps.tsv"
    rows = csv.DictReader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Denial(
            frozenset(iri_of(each, {}) for each in row["subject_id"].split("|")),
            frozenset(map(folded, row["subject_label"].split("|"))) - {""},
            frozenset(row["predicate_id"].split("|")),
            iri_of(row["object_id"], {}),
            row["reason"],
            row["remedy"],
            row["trap"],
        )
        for row in rows
    )


def denials(sets: Iterable[MappingSet]) -> Iterator[Denial]:
    """Yield the matches that the negative rows of mapping sets deny."""
    for each in sets:
        for row in each.mappings:
            if row.negative and row.object_id and row.predicate_id:
                yield Denial(
                    frozenset({iri_of(row.subject_id or "", each.curie_map)}),
                    frozenset({folded(row.subject_label or "")}) - {""},
                    frozenset({row.predicate_id}),
                    iri_of(row.object_id, each.curie_map),
                    f"the set {each.name} denies this match" + (f" ({row.comment})" if row.comment else ""),
                    f"drop the row, or use a predicate other than {row.predicate_id}",
                )


@cache
def shipped_denials() -> tuple[Denial, ...]:
    """Return the matches that the shipped sets deny."""
    return tuple(denials(shipped()))


def folded(label: str) -> str:
    """Return a label as labels are compared."""
    return " ".join(label.split()).casefold()
