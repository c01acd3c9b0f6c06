"""What each kind of block is in HTML, Markdown and text, to the letter."""

from __future__ import annotations

import pytest

from sts_kg.display import View, as_markdown, as_text, markup
from sts_kg.display.view import (
    Badge,
    Block,
    Branch,
    Code,
    Download,
    Facts,
    Figure,
    Fold,
    Grid,
    Heading,
    Inline,
    Link,
    Listing,
    Paragraph,
    Quiet,
    Source,
    grid,
)

S14 = Link("S14", "https://w3id.org/sts-kg/S14", "a title")
LABELLED = ("pazopanib", "\n", Quiet(Link("sts:a", "https://w3id.org/sts-kg/a")))
WRITTEN: dict[str, tuple[Block, str, str, str]] = {
    "heading": (
        Heading("What <holds>"),
        '<div class="sts-kg-heading" role="heading" aria-level="4">What &lt;holds&gt;</div>',
        r"#### What \<holds\>",
        "What <holds>",
    ),
    "paragraph": (Paragraph("a line"), "<p>a line</p>", "a line", "a line"),
    "facts": (
        Facts((("name", "value"), ("empty", ""), ("a longer name", Badge("consistent", "good")))),
        "<dl><dt>name</dt><dd>value</dd><dt>a longer name</dt><dd>"
        '<span class="sts-kg-badge good"><span aria-hidden="true">✓</span> consistent</span></dd></dl>',
        "- name: value\n- a longer name: **consistent**",
        "name           value\na longer name  consistent",
    ),
    "sorted grid": (
        Grid((Link("n ▲", "?sort=n&order=desc"), "m"), (("1", "2"),), sorted_by=(0, "ascending")),
        '<div class="sts-kg-wide" tabindex="0" role="group" aria-label="table"><table><thead><tr>'
        '<th scope="col" aria-sort="ascending">n ▲</th><th scope="col">m</th></tr></thead>'
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>",
        "| n ▲ | m |\n| --- | --- |\n| 1 | 2 |",
        "n ▲  m\n---  -\n1    2",
    ),
    "grid": (
        grid(
            ("option", "n"),
            [(LABELLED, "1"), (Badge("met", "met"), "")],
            "option",
            kinds=("IRI", ""),
            upright=[1],
            notes=["a note"],
        ),
        '<div class="sts-kg-wide" tabindex="0" role="group" aria-label="2 options; a note"><table>'
        '<caption>2 options; a note</caption><thead><tr><th scope="col">option<small>IRI</small></th>'
        '<th scope="col" class="sts-kg-upright"><span>n</span></th></tr></thead><tbody><tr><th scope="row">pazopanib\n'
        '<span class="sts-kg-quiet"><a href="https://w3id.org/sts-kg/a" target="_blank" rel="noopener">sts:a</a></span>'
        '</th><td>1</td></tr><tr><th scope="row"><span class="sts-kg-badge met"><span aria-hidden="true">✓</span> met'
        "</span></th><td></td></tr></tbody></table></div>",
        "| option | n |\n| --- | --- |\n| pazopanib<br>sts:a | 1 |\n| met |  |\n\n2 options; a note",
        "option           n\n---------------  -\npazopanib sts:a  1\nmet\n2 options; a note",
    ),
    "grid without rows": (
        grid(("a",), [], notes=["there is no <b>"]),
        '<div class="sts-kg-wide" tabindex="0" role="group" aria-label="0 rows; there is no &lt;b&gt;"><table>'
        '<caption>0 rows; there is no &lt;b&gt;</caption><thead><tr><th scope="col">a</th></tr></thead><tbody></tbody>'
        "</table></div>",
        "| a |\n| --- |\n\n0 rows; there is no \\<b\\>",
        "a\n-\n0 rows; there is no <b>",
    ),
    "listing": (
        Listing(("one", Code("two"))),
        "<ul><li>one</li><li><code>two</code></li></ul>",
        "- one\n- `two`",
        "- one\n- two",
    ),
    "ordered listing": (
        Listing(("one", "two"), ordered=True),
        "<ol><li>one</li><li>two</li></ol>",
        "1. one\n1. two",
        "1. one\n2. two",
    ),
    "branch": (
        Branch("top", (Branch("left", (Branch("leaf"),), is_open=False), Branch(Code("right")))),
        '<ul class="sts-kg-tree"><li><details open><summary>top</summary><ul><li><details><summary>left</summary>'
        "<ul><li>leaf</li></ul></details></li><li><code>right</code></li></ul></details></li></ul>",
        "- top\n  - left\n    - leaf\n  - `right`",
        "top\n  left\n    leaf\n  right",
    ),
    "fold": (
        Fold(("more ", Code("<i>")), (Paragraph("inside"),)),
        "<details><summary>more <code>&lt;i&gt;</code></summary><p>inside</p></details>",
        "<details><summary>more &lt;i&gt;</summary>\n\ninside\n\n</details>",
        "▸ more <i>",
    ),
    "open fold": (
        Fold("more", (Paragraph("inside"),), is_open=True),
        "<details open><summary>more</summary><p>inside</p></details>",
        "<details open><summary>more</summary>\n\ninside\n\n</details>",
        "▾ more\n\ninside",
    ),
    "source": (
        Source('SELECT * { ?s ?p "<b>\u202e" }\r\n```\n', "sparql"),
        '<pre class="sts-kg-source"><code class="language-sparql">'
        "SELECT * { ?s ?p &quot;&lt;b&gt;\\u202E&quot; }\n```\n</code></pre>",
        '````sparql\nSELECT * { ?s ?p "<b>\\u202E" }\n```\n````',
        'SELECT * { ?s ?p "<b>\\u202E" }\n```',
    ),
    "figure": (
        Figure("<svg></svg>", "three <nodes>"),
        '<figure role="img" aria-label="three &lt;nodes&gt;" tabindex="0"><svg></svg></figure>',
        r"*three \<nodes\>*",
        "[three <nodes>]",
    ),
    "download": (
        Download("t.csv", "text/csv", "a,b\n"),
        '<p><a class="sts-kg-download" download="t.csv" href="data:text/csv;base64,YSxiCg==">Download t.csv</a></p>',
        "",
        "",
    ),
}
INLINE: dict[str, tuple[Inline, str, str, str]] = {
    "text": (
        "<b> \"&'`|*_a_ \x1b\u202e",
        "&lt;b&gt; &quot;&amp;&#x27;`|*_a_ \ufffd\ufffd",
        "\\<b\\> \"&'\\`\\|\\*\\_a\\_ \ufffd\ufffd",
        "<b> \"&'`|*_a_ \\x1b\\u202e",
    ),
    "link": (
        S14,
        '<a href="https://w3id.org/sts-kg/S14" title="a title" target="_blank" rel="noopener">S14</a>',
        "[S14](https://w3id.org/sts-kg/S14)",
        "S14",
    ),
    "address that is no link": (Link("here", "javascript:alert(1)"), "here", "here", "here"),
    "address that is no link, explained": (
        Link("here", "urn:x", "a title"),
        '<span title="a title">here</span>',
        "here",
        "here",
    ),
    "address that would end a link": (
        Link("[x]", "HTTP://e.org/a) b\u202e<c>"),
        '<a href="HTTP://e.org/a) b\ufffd&lt;c&gt;" target="_blank" rel="noopener">[x]</a>',
        r"[\[x\]](HTTP://e.org/a%29%20b%E2%80%AE%3Cc%3E)",
        "[x]",
    ),
    "badge": (
        Badge("not met", "not-met"),
        '<span class="sts-kg-badge not-met"><span aria-hidden="true">✗</span> not met</span>',
        "**not met**",
        "not met",
    ),
    "note": (Badge("named", "note"), '<span class="sts-kg-badge note">named</span>', "**named**", "named"),
    "code": (Code("a|b"), "<code>a|b</code>", "`a|b`", "a|b"),
    "code with ticks": (Code("`` `"), "<code>`` `</code>", "``` `` ` ```", "`` `"),
    "quiet": (Quiet(("so ", Code("x"))), '<span class="sts-kg-quiet">so <code>x</code></span>', "so `x`", "so x"),
    "what would begin a block": ("# a", "# a", r"\# a", "# a"),
    "what would begin a list": ("1. a", "1. a", r"1\. a", "1. a"),
    "what is code where it begins a line": ("     a", "     a", "a", "     a"),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_block_as_it_is_written(kind: str) -> None:
    block, html, markdown, text = WRITTEN[kind]
    view = View("", (block,))
    assert markup(view) == f'<div class="sts-kg">{html}</div>'
    assert as_markdown(view) == f"{markdown}\n"
    assert as_text(view) == text


@pytest.mark.parametrize("kind", INLINE)
def test_a_piece_of_a_line_as_it_is_written(kind: str) -> None:
    inline, html, markdown, text = INLINE[kind]
    view = View("", (Paragraph(inline),))
    assert markup(view) == f'<div class="sts-kg"><p>{html}</p></div>'
    assert as_markdown(view) == f"{markdown}\n"
    assert as_text(view) == text


def test_a_title_and_blocks_one_after_the_other() -> None:
    view = View(("Proof of ", Code("x")), (Paragraph("one"), Download("t.csv", "text/csv", ""), Paragraph("two")))
    assert markup(view).startswith(
        '<div class="sts-kg"><div class="sts-kg-title">Proof of <code>x</code></div><p>one</p>'
    )
    assert as_markdown(view) == "**Proof of `x`**\n\none\n\ntwo\n"
    assert as_text(view) == "Proof of x\n\none\n\ntwo"


def test_text_keeps_to_the_width_and_hangs_what_does_not_fit() -> None:
    words = "one two three four five six seven"
    blocks = (
        Facts((("name", words),)),
        Listing((words,)),
        Branch(words, (Branch(words),)),
        Fold(words, ()),
        grid(("n",), [("1",)], notes=[words]),
    )
    assert as_text(View(words, blocks), 24) == (
        "one two three four five\nsix seven\n\n"
        "name  one two three four\n      five six seven\n\n"
        "- one two three four\n  five six seven\n\n"
        "one two three four five\n    six seven\n  one two three four\n      five six seven\n\n"
        "▸ one two three four\n  five six seven\n\n"
        "n\n-\n1\n1 row; one two three\nfour five six seven"
    )


def test_a_deep_tree_stays_on_the_screen() -> None:
    tree = Branch("leaf")
    for depth in range(60):
        tree = Branch(f"step {depth}", (tree,))
    lines = as_text(View("", (tree,)), 80).splitlines()
    assert (lines[0], lines[12], lines[60]) == ("step 59", f"{' ' * 24}step 47", f"{' ' * 24}leaf")
