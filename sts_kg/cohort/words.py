"""Conditions in words, for the rows of tables: short names of findings with and, or and not."""

from __future__ import annotations

from sts_kg.guideline import Alternative, Condition, Conjunction, Leaf, short

__all__ = ["words_of"]


def words_of(condition: Condition) -> tuple[str, ...]:
    """Return the parts of a condition, all of which are needed, each in words.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> a, b, c = (Leaf(STS[f"finding-{name}"]) for name in "abc")
    >>> words_of(Conjunction((a, Alternative((b, c)))))
    ('a', 'b or c')
    """
    return tuple(map(_words, condition.parts if isinstance(condition, Conjunction) else (condition,)))


def _words(condition: Condition) -> str:
    if isinstance(condition, Leaf):
        return short(condition.finding) if condition.holds else f"not {short(condition.finding)}"
    word = " or " if isinstance(condition, Alternative) else " and "
    return word.join(_words(part) if isinstance(part, Leaf) else f"({_words(part)})" for part in condition.parts)
