"""Addresses without secrets, and text that no terminal obeys."""

from __future__ import annotations

import json
import pickle

import pytest

from sts_kg.errors import EndpointError, ParseError
from sts_kg.safe import counted, hidden, in_json, visible, visible_data, without_secrets


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:pass@h.org/x?key=1#t", "https://h.org/x"),
        ("https://me:pa/ss@h.org/x", "https://h.org/x"),
        ("https://me:pa?ss@h.org/x", "https://h.org/x"),
        ("https://me:pa#ss@h.org/x", "https://h.org/x"),
        ("https://me:p@ss@h.org/x", "https://h.org/x"),
        ("https://me%3Apass%40h.org/x", "https://h.org/x"),
        ("https://h.org:pass/x", "https://h.org/x"),
        ("https:/me:pass@h.org/x", "https:/h.org/x"),
        ("me:pass@h.org/x", "h.org/x"),
        ("https://h.org/x;jsessionid=1/y", "https://h.org/x/y"),
        ("https://unpkg.com/@a/b.ttl?e=a@b.org", "https://unpkg.com/@a/b.ttl"),
        ("http://[::1]:80/a?b", "http://[::1]:80/a"),
        ("http://h.org/\x1b[31m\u202ea", "http://h.org/[31ma"),
    ],
)
def test_an_address_without_secrets(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


def test_errors_hold_no_secret_and_no_control_character() -> None:
    url = "https://me:pa/ss@h.org/a.ttl?key=ss"
    for error in (EndpointError(url, "is \x1b[31mdown\u202e"), ParseError("is \x9b1mno\n", path=url)):
        assert b"ss@" not in pickle.dumps(error.args) and "key" not in repr(error)
        assert str(error).isprintable()
    assert str(ParseError("is wrong", path="a\x1b]8;;http://x\x07b.ttl")) == "a\\x1b]8;;http://x\\x07b.ttl: is wrong"


def test_joiners_stay_and_other_controls_are_escapes() -> None:
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("a\u2066\u2028\x85\t") == "a\\u2066\\u2028\\x85\\t"


def test_data_and_json_keep_their_value_and_have_no_control_character() -> None:
    text = "a\x1b\x7f\x9b\u202e\U000e0041\tb"
    assert visible_data(f"{text}\r\nb\rc\n") == "a\\u001B\\u007F\\u009B\\u202E\\U000E0041\tb\r\nb\\u000Dc\n"
    shown = in_json(json.dumps([text], ensure_ascii=False))
    assert shown == '["a\\u001b\\u007f\\u009b\\u202e\\udb40\\udc41\\tb"]'
    assert json.loads(shown) == [text]


def test_one_is_no_plural() -> None:
    assert [counted(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert [counted(number, "query", "queries") for number in (1, 1200)] == ["1 query", "1,200 queries"]


def test_secrets_are_hidden_in_every_form() -> None:
    secret = 'a"b/c&d'
    for form in (secret, "a%22b/c%26d", "a%22b%2Fc%26d", 'a\\"b/c&d', "a&quot;b/c&amp;d"):
        assert hidden(f"[{form}]", [secret]) == "[…]"
    assert hidden("abc", ["abc"]) == "abc"  # occurs in any text
