"""Parameters are decoded as the standard library does it, whatever stands in them."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

import pytest

from sts_kg.server.messages import Refusal, decoded

EVERY = "".join(map(chr, range(1, 0x250))) + "€\U0001f9ec"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a=&b",
        "&&a=1&",
        "query=" + quote(EVERY),
        "query=" + quote(EVERY).lower(),
        "a=b=c&d==",
        "a=%3D41&b=%41=41",
        "a=1+2%2B3",
        "a%20b=c",
        "a=%",
        "a=%4&b=%zz%41",
        "a=é%C3%A9",
        "a=1=\r\n2=\n3 \n",
        "a=_x_=5F",
    ],
)
def test_decoded_as_by_the_standard_library(text: str) -> None:
    assert decoded(text) == parse_qsl(text, keep_blank_values=True, errors="strict")


@pytest.mark.parametrize(("text", "said"), [("a=%FF", "not UTF-8"), ("a=%&b=%FF", "not UTF-8"), ("&" * 1000, "1,000")])
def test_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        decoded(text)
    assert caught.value.status == 400
    assert said in caught.value.reason
