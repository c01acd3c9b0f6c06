"""Rows in the order of one column: by typed value, stable, with what is empty last."""

from __future__ import annotations

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from sts_kg.errors import UnknownNameError
from sts_kg.rdf import Term
from sts_kg.server.sorting import by_column
from sts_kg.tables import Table


def order(*terms: Term | None, descending: bool = False, **labels: str) -> list[int]:
    """Return the places where terms stood, in the order of the sorted table."""
    rows = tuple((term, Literal(at)) for at, term in enumerate(terms))
    named = {URIRef(f"urn:{name}"): label for name, label in labels.items()}
    table = by_column(Table(("x", "at"), rows, labels=named), "x", descending=descending)
    return [int(str(row[1])) for row in table]


def test_numbers_by_value_and_not_by_letters() -> None:
    assert order(Literal(10), Literal(9), Literal("9.5", datatype=XSD.decimal), Literal(1e30)) == [1, 2, 0, 3]


def test_equal_rows_stay_as_they_were_in_both_directions() -> None:
    assert order(Literal("b"), Literal("a"), Literal("b"), Literal("a")) == [1, 3, 0, 2]
    assert order(Literal("b"), Literal("a"), Literal("b"), Literal("a"), descending=True) == [0, 2, 1, 3]


def test_what_is_empty_is_last_in_both_directions() -> None:
    assert order(None, Literal(2), Literal(1)) == [2, 1, 0]
    assert order(None, Literal(2), Literal(1), descending=True) == [1, 2, 0]


def test_terms_by_their_labels_and_texts_in_any_case() -> None:
    assert order(URIRef("urn:a"), URIRef("urn:b"), a="zinc", b="Iron") == [1, 0]
    assert order(Literal("b"), Literal("A"), Literal("C")) == [1, 0, 2]


def test_all_kinds_have_an_order() -> None:
    nan, not_a_number = Literal("NaN", datatype=XSD.double, normalize=False), Literal("abc", datatype=XSD.integer)
    day, moment = Literal("2026-01-15", datatype=XSD.date), Literal("2026-01-15T08:30:00", datatype=XSD.dateTime)
    zoned = Literal("2026-01-15T08:30:00Z", datatype=XSD.dateTime)
    terms: list[Term] = [BNode("x"), not_a_number, URIRef("urn:a"), zoned, moment, day, Literal(True), nan, Literal(1)]
    assert order(*terms) == [8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_a_column_that_there_is_not_has_near_names() -> None:
    with pytest.raises(UnknownNameError) as caught:
        by_column(Table(("option", "label"), ()), "options")
    assert caught.value.near == ("option",)
