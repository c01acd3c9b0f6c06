"""What markup, Markdown and text of a view may hold, whatever others wrote; it raises where more is there."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from sts_kg.safe import UNSAFE

#: Each element that views use, with its attributes.
ELEMENTS: dict[str, set[str]] = {
    "div": {"class", "role", "aria-level", "tabindex", "aria-label"},
    "span": {"class", "aria-hidden", "title"},
    "a": {"class", "href", "title", "target", "rel", "download"},
    "code": {"class"},
    "pre": {"class"},
    "ul": {"class"},
    "td": {"class"},
    "th": {"class", "scope"},
    "details": {"open"},
    "figure": {"role", "aria-label", "tabindex"},
    **{name: set() for name in ("p", "dl", "dt", "dd", "ol", "li", "summary", "small")},
    **{name: set() for name in ("table", "caption", "thead", "tbody", "tr", "title")},
    "svg": {"aria-label", "class", "font-family", "height", "role", "viewbox", "width", "xmlns"},
    "g": {"class", "transform"},
    "polygon": {"fill", "points", "stroke"},
    "path": {"d", "fill", "stroke", "stroke-dasharray", "stroke-width"},
    "text": {"fill", "font-size", "text-anchor", "x", "y"},
}
#: Those of Markdown.
_OF_MARKDOWN = {"ol": {"start"}, **{name: set[str]() for name in ("strong", "em", "br", "h4")}}
_CLASS = re.compile(
    r"sts-kg(-[a-z]+)?|met|not-met|undetermined|contradictory|good|bad|note|language-(sparql|turtle|tsv)"
    r"|asserted|blank|box|class|edge|focus|ground|inferred|line|literal|node|quiet|term|words"  # of pictures of graphs
)
_HREF = re.compile(r"https?://|data:text/csv;base64,[A-Za-z0-9+/=]*\Z", re.IGNORECASE)


class _Reader(HTMLParser):
    def __init__(self, elements: dict[str, set[str]]) -> None:
        super().__init__()
        self.elements, self.open, self.text = elements, list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.elements, f"an element <{tag}>"
        for name, value in attrs:
            assert name in self.elements[tag], f"an attribute {name} of <{tag}>"
            if name == "href":
                assert _HREF.match(value or ""), f"a link to {value!r}"
            if name == "class":
                assert all(map(_CLASS.fullmatch, (value or "").split())), f"a class {value!r}"
            assert not UNSAFE.search(value or ""), f"an attribute {value!r}"
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> ends nothing"

    def handle_data(self, data: str) -> None:
        assert not UNSAFE.search(data), f"text {data!r}"
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration {data!r}")


def text_in(html: str, elements: dict[str, set[str]] = ELEMENTS) -> str:
    """Return the text of some markup, after a look at each element and attribute."""
    reader = _Reader(elements)
    reader.feed(html)
    reader.close()
    assert not reader.open, f"not closed: {reader.open}"
    return "".join(reader.text)


def text_in_markdown(markdown: str) -> str:
    """Return the text that GitHub shows of some Markdown, raw HTML and links to anywhere allowed."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.validateLink = lambda url: True  # type: ignore[method-assign] # so that a wrong one is seen
    return text_in(parser.render(markdown), {**ELEMENTS, **_OF_MARKDOWN})


def check_text(text: str) -> None:
    """Raise if a terminal would obey anything of a text."""
    assert not UNSAFE.search(text)
