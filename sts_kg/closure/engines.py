"""The choices of a closure: its engine, and which trivial triples to keep."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

__all__ = ["AXIOMS", "ENGINES", "Axioms"]

#: Our own engine on columns of integers, and owlrl, the slow reference.
ENGINES = ("columns", "owlrl")

Axioms: TypeAlias = Literal["none", "used", "all"]
#: Which trivial triples to keep: none, those about built-in terms in use, or all.
AXIOMS: tuple[Axioms, ...] = get_args(Axioms)
