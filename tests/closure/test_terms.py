"""The dictionary of terms against a plain dict, over the lengths at which its hash and its table change course."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts_kg.closure.terms import Terms, canonical_pattern
from sts_kg.rdf.ntriples_terms import BLANK, IRI, LITERAL, canonical

# Around the 8 bytes of a word, the 64 of a row and the 1024 from which a term is hashed on its own.
LENGTHS = (1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 3000)


def numbered(terms: list[bytes]) -> list[int]:
    """The plain twin: the ids of terms in order of first appearance."""
    ids: dict[bytes, int] = {}
    return [ids.setdefault(term, len(ids)) for term in terms]


def near(count: int, seed: int = 0) -> list[bytes]:
    """Return terms of the lengths above, of two letters, so that many are equal and the others nearly so."""
    draw = random.Random(seed)
    terms = []
    for _ in range(count):
        term = bytearray(b"a" * draw.choice(LENGTHS))
        for _ in range(draw.randrange(3)):
            term[draw.randrange(len(term))] = ord("b")
        terms.append(bytes(term))
    return terms


@given(st.lists(st.binary(min_size=1, max_size=70)))
def test_ids_count_the_terms_by_first_appearance(terms: list[bytes]) -> None:
    assert Terms().add_all(terms).tolist() == numbered(terms)


def test_terms_that_differ_in_one_byte_are_told_apart_at_every_length() -> None:
    terms = near(30_000)
    assert Terms().add_all(terms).tolist() == numbered(terms)


def test_two_terms_of_which_one_is_the_other_and_a_nul_are_two() -> None:
    assert Terms().add_all([b"a", b"a\0", b"a" * 64, b"a" * 64 + b"\0"]).tolist() == [0, 1, 2, 3]


def test_the_table_grows_and_keeps_the_ids() -> None:
    terms = [b"<http://example.org/%d>" % i for i in range(20_000)]
    dictionary = Terms()
    for begin in range(0, len(terms), 700):
        assert dictionary.add_all(terms[begin : begin + 700]).tolist() == list(
            range(begin, min(begin + 700, len(terms)))
        )
    assert dictionary.add_all(terms[::-1]).tolist() == list(range(len(terms)))[::-1]


def test_terms_may_come_in_any_portions() -> None:
    terms, dictionary = near(3000), Terms()
    ids = [dictionary.add_all(terms[begin : begin + 7]) for begin in range(0, len(terms), 7)]
    assert np.concatenate(ids).tolist() == numbered(terms)


def test_the_random_keys_change_the_hashes_and_not_the_ids() -> None:
    terms, one, other = near(5000), Terms(), Terms()
    assert one.add_all(terms).tolist() == other.add_all(terms).tolist()
    assert one._hashes.tolist() != other._hashes.tolist()


def test_add_reads_terms_at_places_of_a_text_its_last_byte_included() -> None:
    text = np.frombuffer(b"<a:b> <a:c> <a:b>", np.uint8)
    ids = Terms().add(text, np.array([0, 6, 12]), np.array([5, 11, 17]))
    assert ids.tolist() == [0, 1, 0]


def test_the_first_terms_have_the_first_ids() -> None:
    terms = Terms([b"<a:a>", b"<a:b>"])
    assert terms.add_all([b"<a:c>", b"<a:b>"]).tolist() == [2, 1]


def test_no_terms_have_no_ids() -> None:
    terms = Terms()
    assert terms.add_all([]).tolist() == []
    assert (len(terms), terms.texts(), terms.kinds.tolist()) == (0, [], [])


def test_find_gives_the_id_or_minus_one() -> None:
    words = near(500)
    terms = Terms(words)
    assert [terms.find(word) for word in words] == numbered(words)
    assert terms.find(b"c") == -1
    assert Terms().find(b"c") == -1


def test_text_and_texts_give_back_what_was_added() -> None:
    words = near(500)
    distinct = list(dict.fromkeys(words))
    terms = Terms(words)
    assert len(terms) == len(distinct)
    assert terms.texts() == distinct
    assert [terms.text(i) for i in range(len(terms))] == distinct


@pytest.mark.parametrize("ids", [[], [2], [0, 0, 2], [2, 1, 0] * 40])
def test_texts_of_ids_come_in_their_order(ids: list[int]) -> None:
    words = [b"<a:%d>" % i for i in range(100)]
    assert Terms(words).texts(np.array(ids, np.int32)) == [words[i] for i in ids]


@pytest.mark.parametrize("term_id", [-1, 1])
def test_text_of_an_id_that_is_not_there_is_an_error(term_id: int) -> None:
    with pytest.raises(IndexError, match=f"there is no term {term_id}; there are 1"):
        Terms([b"<a:a>"]).text(term_id)


def test_kinds_follow_the_terms() -> None:
    terms = Terms([b"<a:a>"])
    assert terms.kinds.tolist() == [IRI]
    terms.add_all([b'"<"', b"_:b0", b"<a:a>"])
    assert terms.kinds.tolist() == [IRI, LITERAL, BLANK]
    with pytest.raises(ValueError, match="read-only"):
        terms.kinds[0] = BLANK


def test_forgotten_terms_leave_no_trace() -> None:
    words, later = near(2000), near(2000, seed=1)
    terms = Terms(words)
    before = terms.texts()
    joined = b"".join(later)
    ends = np.cumsum([len(word) for word in later])
    starts = ends - [len(word) for word in later]
    terms.forget(terms.match(joined, starts, ends))
    assert terms.texts() == before
    assert terms.add_all([*later, *words]).tolist() == numbered([*before, *later, *words])[len(before) :]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (canonical(IRI, "http://a/é"), "<http://a/é>"),
        (canonical(BLANK, "b.0"), "_:b.0"),
        (
            canonical(LITERAL, "a'b\\\"\t\n\r\b\f\v\0\x7fé\ufffe"),
            '"a\'b\\\\\\"\\t\\n\\r\\b\\f\\u000B\\u0000\\u007Fé\\uFFFE"',
        ),
        (canonical(LITERAL, "a", language="en-US"), '"a"@en-us'),
        (canonical(LITERAL, "1", datatype="a:int"), '"1"^^<a:int>'),
        (canonical(LITERAL, "1", datatype="http://www.w3.org/2001/XMLSchema#string"), '"1"'),
    ],
)
def test_canonical_writes_a_term_as_n_triples(term: bytes, expected: str) -> None:
    assert term == expected.encode()


@pytest.mark.parametrize(
    "term",
    ["<http://a.b:80/c%20d?e=f#g>", "<urn:a:b>", "_:a.b", '"a b"', '"\\n"@en', '"é"@zh-hant-tw', '"1"^^<a:int>'],
)
def test_common_terms_are_known_as_canonical(term: str) -> None:
    match = canonical_pattern().match(f"{term}\n")
    assert match is not None
    assert match.span() == (0, len(term) + 1)
    assert match[1] is None


@pytest.mark.parametrize(
    "term",
    [
        "<a>",
        "<1a:b>",
        "<a: b>",
        "<a:%2>",
        "<a:b#c#d>",
        "<http://a@b@c/>",
        "<http://a:b/>",
        "<a:\udcff>",
        "_:",
        "_:a.",
        '"a',
        '"a"b"',
        '"\\u0041"',
        '"\\\'"',
        '"\t"',
        '"\udcff"',
        '"a"@',
        '"a"@en--ltr',
        '"a"@abcdefghij',
        '"a"^^<b>',
        '"a"^^<http://www.w3.org/2001/XMLSchema#string>',
        '"a"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>',
    ],
)
def test_wrong_and_uncommon_terms_are_not(term: str) -> None:
    match = canonical_pattern().match(f"{term}\n")
    assert match is not None
    assert match[1] == f"{term}\n"
