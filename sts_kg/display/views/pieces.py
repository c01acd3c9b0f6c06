"""What several views have in common: badges of statuses, links to terms, texts of others cut short, the footer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sts_kg.display.view import Badge, Block, Inline, Link, Listing, Paragraph, Quiet, View, text_of
from sts_kg.guideline import short
from sts_kg.rdf import compress

if TYPE_CHECKING:
    from rdflib import URIRef

    from sts_kg.cases import Answer, ReadingAnswer

__all__ = [
    "capitalized",
    "clipped",
    "footed",
    "listing",
    "option",
    "pill",
    "questions",
    "rate",
    "status",
    "term",
    "yes_or_no",
]

#: Characters of a name that somebody else gave, such as the id of a case; of a sentence.
MOST_OF_NAME, MOST_OF_TEXT = 40, 400


def clipped(text: str, most: int = MOST_OF_NAME) -> str:
    """Return a text of somebody else, cut if it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def capitalized(text: str) -> str:
    """Return a text that begins with a capital letter, all else as it is."""
    return text[:1].upper() + text[1:]


def status(answer: Answer | ReadingAnswer) -> Badge:
    """Return the status of an answer: a word, with the sign and colour of its kind."""
    return Badge(answer.shown_status, answer.status)


def pill(answer: Answer | ReadingAnswer) -> Inline:
    """Return the status of an answer for a cell, with its sign, and not as wide as the cell."""
    return (status(answer),)


def option(answer: Answer) -> Link:
    """Return the label of the option of an answer, which leads to its term."""
    return Link(answer.label, str(answer.option), compress(str(answer.option)))


def term(iri: URIRef) -> Link:
    """Return the short name of a term, which leads to it."""
    return Link(short(iri).removeprefix("option-"), str(iri), compress(str(iri)))


def yes_or_no(holds: bool | None) -> str:
    """Return what is known of a finding in one word."""
    return "unknown" if holds is None else "yes" if holds else "no"


def rate(done: int, of: int) -> Badge:
    """Return how many of some things are so: good if all of them are."""
    return Badge(f"{done:,} of {of:,}", "good" if done == of else "undetermined")


def listing(items: Sequence[Inline], most: int = 20, where: str = "") -> Listing:
    """Return a list of at most `most` lines, of which the last says how many more there are, and where."""
    more = len(items) - most
    cut = [Quiet(f"and {more:,} more{f': {where} has all' if where else ''}")] if more > 0 else []
    return Listing((*items[:most], *cut))


def footed(title: Inline, blocks: Iterable[Block], footer: str) -> View:
    """Return a view that ends with what ends every answer about a patient, a line for each guideline."""
    return View(title, (*blocks, *(Paragraph(Quiet(line)) for line in footer.splitlines())))


def questions(answer: Answer) -> Inline:
    """Return what is still to be known for an answer: each question in words, with its finding."""
    asked = ((answer.questions[f] or "nothing to ask", " ", Quiet(f"({short(f)})")) for f in answer.missing)
    return text_of(asked, "\n")
