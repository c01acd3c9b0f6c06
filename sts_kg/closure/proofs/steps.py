"""The steps of proofs, in ids."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIST", "Row", "Step"]

#: Takes the place of a rule id in the step that gives the members of an `rdf:List`.
LIST = "LIST"
#: A triple of ids.
Row = tuple[int, int, int]


@dataclass(frozen=True)
class Step:
    """A triple of ids and what it follows from: a rule with premises, or the source that asserts it.

    In a `LIST` step the triple is the head of the list, and `members` has its members; for *false* the triple is empty.
    """

    triple: tuple[int, ...]
    rule: str | None
    premises: tuple[Step, ...] = ()
    source: str | None = None
    members: tuple[int, ...] = ()
