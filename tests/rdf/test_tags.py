"""The tags of large XML, found by their signs: never another depth or text beside a comment than a parser finds."""

from __future__ import annotations

from itertools import pairwise
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts_kg.errors import ParseError
from sts_kg.rdf import check_nesting, nquads
from sts_kg.rdf.entities import refuse_entities
from sts_kg.rdf.tags import find_tags

LONG = "-" * (1 << 16)
RDF = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/" xmlns:l="http://e/{LONG}">'
PLAIN = [
    "<a>",
    "</a>",
    "<a/>",
    "<a b='/'/>",
    "<!---->",
    "<!-- -->",
    "<!-- / -->",
    "<?a?>",
    "<?a /?>",
    " ",
    "\n",
    "x",
    "é",
]
ODD = ["<!-->-->", "<!--></a -->", "<!-- <a> -->", "<?a > < ?>", "<?a ></a ?>", "<![CDATA[--> < ]]>", "<a b='/>'>", ">"]


def seen(data: bytes) -> tuple[int, bool]:
    """Return how deep XML nests, and whether a text that is not blank has a comment or an instruction beside it."""
    parser, depths, tokens = expat.ParserCreate(), [0], list[str]()
    parser.buffer_text = True

    def start(*_: object) -> None:
        depths.append(depths[-1] + 1)
        tokens.append("tag")

    def end(_: str) -> None:
        depths.append(depths[-1] - 1)
        tokens.append("tag")

    def text(said: str) -> None:
        if said.strip():
            tokens.append("text")

    def aside(*_: str) -> None:
        tokens.append("aside")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.CommentHandler = parser.ProcessingInstructionHandler = aside
    parser.Parse(data, True)
    return max(depths), any({"text", "aside"} == {*pair} for pair in pairwise(tokens))


@given(st.lists(st.sampled_from([*PLAIN, *ODD]), max_size=40), st.lists(st.sampled_from(PLAIN), max_size=40))
def test_tags_that_are_found_are_those_of_a_parser(odd: list[str], plain: list[str]) -> None:
    for pieces in (odd, plain, [*plain, *odd]):
        opened, inside = 0, ""
        for piece in pieces:
            if piece != "</a>" or opened:
                opened += (piece[:2] == "<a" and piece[-2:] != "/>") - (piece == "</a>")
                inside += piece
        data = f'<r a="{LONG}">{inside}{"</a>" * opened}</r>'.encode()
        tags, (deep, beside) = find_tags(data, 0), seen(data)
        assert tags is not None or set(pieces) & set(ODD)
        assert tags is None or (deep <= tags.depth() <= deep + 1 and tags.cut_a_text() == beside)


@pytest.mark.parametrize(
    ("inside", "depth", "cut"),
    [
        ("<a></a>", 3, False),
        ("<a/>", 2, False),
        ("<a><!-- / --></a>", 3, False),
        ("<a> <!-- / -->\n</a>", 3, False),
        ("<a>x<!----></a>", 3, True),
        ("<a><!---->\tx</a>", 3, True),
        ("<a><?x?></a>", 3, False),
        ("<a>x <?x?></a>", 3, True),
        ("<a>x</a><!-- -->", 3, False),
    ],
)
def test_what_the_tags_tell(inside: str, depth: int, cut: bool) -> None:
    tags = find_tags(f'<!-- b > --><r a="{LONG}">{inside}</r>'.encode(), len("<!-- b > -->"))
    assert tags is not None
    assert (tags.depth(), tags.cut_a_text()) == (depth, cut)


@pytest.mark.parametrize("odd", [*ODD, "<!---> -->", "<![CDATA[]]>", "<a b='>'/>", "<"])
def test_where_there_is_a_doubt_nothing_is_told(odd: str) -> None:
    assert find_tags(f'<r a="{LONG}">{odd}</r>'.encode(), 0) is None


def test_a_small_text_is_left_to_a_parser() -> None:
    assert find_tags(b"<r/>", 0) is None


@pytest.mark.parametrize("hidden", ["", *(odd for odd in ODD if "<a b" not in odd)])
def test_large_xml_that_nests_too_deep_is_refused_whatever_hides_it(hidden: str) -> None:
    for times in (999, 1000):
        data = f"{RDF}{hidden}{f'<a>{hidden}' * times}{'</a>' * times}</rdf:RDF>".encode()
        if times == 999:
            check_nesting(data, "rdfxml")
        else:
            with pytest.raises(ParseError, match="nests elements more than 1,000 deep") as caught:
                check_nesting(data, "rdfxml")
            assert caught.value.column == len(f"{RDF}{hidden}{f'<a>{hidden}' * 999}") + 1


@pytest.mark.parametrize("close", ["</b>", "", "&x;</a>", "</a></a>"])
def test_large_xml_that_is_not_well_formed_is_refused(close: str) -> None:
    with pytest.raises(ParseError, match="not well-formed XML"):
        check_nesting(f"{RDF}<a>{close}</rdf:RDF>".encode(), "rdfxml")


@pytest.mark.parametrize(
    "text", ["a<!-- x -->b", "a<?x y?>b", "<!-- x -->ab", "ab <?x y?>", "<![CDATA[ab]]>", "a<![CDATA[b]]>", "ab"]
)
def test_no_comment_cuts_a_text_of_large_xml(text: str) -> None:
    data = f"{RDF}<rdf:Description rdf:about='a:s'><e:p>{text}</e:p></rdf:Description></rdf:RDF>".encode()
    said = "ab " if text.startswith("ab ") else "ab"
    assert nquads(data, "rdfxml") == f'<a:s> <http://e/p> "{said}" .\n'.encode()


@pytest.mark.parametrize(
    ("before", "root"),
    [
        ("", 0),
        ("<?xml version='1.0'?><!-- <a> -->\n", 34),
        ('<!DOCTYPE r [<!ENTITY a "http://a/"><!ENTITY b "&a;b">]>', 56),
        ('<!DOCTYPE r [<!ENTITY a "<b/>">]>', None),
        ('<!DOCTYPE r [<!ENTITY a "&#60;b/>">]>', None),
        ('<!DOCTYPE r [<!ENTITY a "<!-- -->"><!ENTITY b "b">]>', None),
    ],
)
def test_where_the_root_begins_unless_an_entity_may_hold_a_tag(before: str, root: int | None) -> None:
    assert refuse_entities(f"{before}<r/>".encode()) == root


def test_tags_in_entities_count_in_large_xml() -> None:
    start = f'<!DOCTYPE rdf:RDF [<!ENTITY a "{"<a>" * 501}{"</a>" * 501}">]>{RDF}'
    check_nesting(f"{start}{'<a>' * 498}&a;{'</a>' * 498}</rdf:RDF>".encode(), "rdfxml")
    with pytest.raises(ParseError, match="nests elements"):
        check_nesting(f"{start}{'<a>' * 499}&a;{'</a>' * 499}</rdf:RDF>".encode(), "rdfxml")
