"""One tokeniser for canned queries, for queries to endpoints, and for the search for SERVICE."""

from __future__ import annotations

import pytest

from sts_kg.queries.tokens import prologue_end, tokens_of, without_comments


def test_tokens_have_kind_key_line_and_start() -> None:
    assert tokens_of("select $x # ?y\n{ <#a> 'b#' }")[:4] == [
        ("word", "SELECT", 1, 0),
        ("variable", "?x", 1, 7),
        ("rest", "{", 2, 15),
        ("iri", "<#a>", 2, 17),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ex:a\\#b", ["name"]),
        ("ex:a.b .", ["name", "rest"]),
        ("ex:a.", ["name", "rest"]),
        ("_:b1", ["name"]),
        ("?été", ["variable"]),
        ("?e\u0301", ["variable"]),  # a combining mark may follow the first letter
        ("ex:e\u0301", ["name"]),
        ("?x-1", ["variable", "word"]),
        ("?a<?b", ["variable", "rest", "variable"]),
        ("'''it's'''@en-GB", ["string", "word"]),
    ],
)
def test_kinds_of_tokens(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokens_of(text)] == kinds


@pytest.mark.parametrize(
    ("text", "end"),
    [("ASK {}", 0), ("PREFIX a: <b> BASE <c> prefix : <d> ASK {}", 8), ("PREFIX a: <b>", 3), ("", 0)],
)
def test_prologue_end(text: str, end: int) -> None:
    assert prologue_end(tokens_of(text)) == end


def test_an_escaped_hash_begins_no_comment() -> None:
    assert without_comments("ASK { ?s ex:a\\#b ?o } # c\n") == "ASK { ?s ex:a\\#b ?o } \n"
