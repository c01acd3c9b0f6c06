"""Digests of graphs: equal for equal values, different for different ones."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts_kg.errors import ParseError
from sts_kg.stores.digest import _CANONICAL, Digest, canonical_lines

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f'"01"^^<{XSD}int>', f'"1"^^<{XSD}integer>'),
        (f'"1.50"^^<{XSD}decimal>', f'"1.5"^^<{XSD}decimal>'),
        (f'"15E-1"^^<{XSD}double>', f'"1.5"^^<{XSD}double>'),
        (f'"0.10"^^<{XSD}float>', f'"0.1"^^<{XSD}float>'),
        (f'"1"^^<{XSD}boolean>', f'"true"^^<{XSD}boolean>'),
        (f'"2020-01-02T03:04:05.500+00:00"^^<{XSD}dateTime>', f'"2020-01-02T03:04:05.5Z"^^<{XSD}dateTime>'),
        (f'"2020-01-02T03:04:05.000Z"^^<{XSD}dateTime>', f'"2020-01-02T03:04:05Z"^^<{XSD}dateTime>'),
        ('"x"@en-GB', '"x"@en-gb'),
    ],
)
def test_digest_is_by_value(one: str, other: str) -> None:
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"1"', f'"1"^^<{XSD}integer>'),
        (f'"1"^^<{XSD}decimal>', f'"1"^^<{XSD}integer>'),
        (f'"x"^^<{XSD}integer>', f'"y"^^<{XSD}integer>'),
        ('"x"@en', '"x"@de'),
        ('"X"@en', '"x"@en'),
        (f'"10"^^<{XSD}decimal>', f'"1"^^<{XSD}decimal>'),
    ],
)
def test_digest_tells_values_apart(one: str, other: str) -> None:
    assert digest(one) != digest(other)


def digest(*objects: str) -> str:
    found = Digest()
    found.add([f"<urn:s> <urn:p> {each} .".encode() for each in objects])
    return found.hexdigest()


def test_digest_is_of_a_set() -> None:
    assert digest('"a"', '"b"', '"a"') == digest('"b"', '"a"') != digest('"a"')
    found = Digest()
    found.add([b'<urn:s> <urn:p> "a" .'] * 3)
    assert (found.triples, found.lacks(b'<urn:s> <urn:p> "a" .'), found.lacks(b'<urn:s> <urn:p> "b" .')) == (
        1,
        False,
        True,
    )


def written(line: bytes) -> list[bytes]:
    lines = ox.serialize(ox.parse(line, ox.RdfFormat.N_TRIPLES), format=ox.RdfFormat.N_TRIPLES) or b""
    return lines.splitlines()


@given(st.from_regex(_CANONICAL, fullmatch=True))
def test_a_line_that_is_not_parsed_is_valid_and_canonical(line: bytes) -> None:
    assert written(line) == [line[:-1]]


@pytest.mark.parametrize(
    "line",
    [
        b'<urn:a> <urn:p> "x"^^<http://www.w3.org/2001/XMLSchema#string> .',
        b'<urn:a> <urn:p> "\\u0041" .',
        b"<urn:a>  <urn:p> <urn:b> .",
        b"<urn:a> <urn:p> <urn:b> . # said",
        b"<urn:a> <urn:p> <urn:b>.",
    ],
)
def test_a_line_in_another_form_becomes_canonical(line: bytes) -> None:
    first = b"<urn:a> <urn:p> <urn:b> .\n"
    (found,) = canonical_lines([first + line])
    assert found == [first[:-1], *written(line)]
    assert found[1] != line


@pytest.mark.parametrize("wrong", [b"<http://h:p/>", b"<urn:a#b#c>", b"<urn:%zz>", b"<a b>", b"<x>", b'"\xff"', b'"a'])
def test_a_wrong_line_is_named_by_its_place_in_the_whole(wrong: bytes) -> None:
    good = b"<urn:a> <urn:p> <urn:b> .\n"
    with pytest.raises(ParseError) as caught:
        list(canonical_lines([good * 25, b"<urn:a> <urn:p> %b .\n" % wrong, good], 10))
    assert caught.value.line == 26
