"""Cells to Markdown, HTML and text: exact pages, and nothing that a page or a terminal would obey."""

import re

from hypothesis import given
from hypothesis import strategies as st

from sts_kg.tables.html import plain_table
from sts_kg.tables.layout import Cell, _columns, markdown_table, text_table, wrapped


def test_markdown_escapes_pipes_line_ends_and_backslashes() -> None:
    assert markdown_table(["a|b"], [["c|d\\e"], ["one\ntwo\r\nthree"]]) == (
        "| a\\|b |\n| --- |\n| c\\|d\\\\e |\n| one<br>two<br>three |"
    )


def test_markdown_escapes_markup_but_not_an_underscore_inside_a_word() -> None:
    page = markdown_table(["x"], [["<b>*[`~ &amp; _:b0 sts:has_part R&D"]])
    assert page.splitlines()[2] == "| \\<b\\>\\*\\[\\`\\~ \\&amp; \\_:b0 sts:has_part R&D |"


def test_markdown_shows_the_text_of_a_cell_and_no_link() -> None:
    assert markdown_table(["x"], [[Cell("sts:a", "https://w3id.org/sts-kg/a", "A")]]) == "| x |\n| --- |\n| sts:a |"


def test_markdown_without_rows_says_so_below_the_table() -> None:
    assert markdown_table(["x", "y"], []) == "| x | y |\n| --- | --- |\n\n0 rows"


def test_a_plain_table_escapes_header_and_cells() -> None:
    assert plain_table(["<i>"], [['<script>"&']]) == (
        '<table><thead><tr><th scope="col">&lt;i&gt;</th></tr></thead>'
        '<tbody><tr><td data-name="&lt;i&gt;">&lt;script&gt;&quot;&amp;</td></tr></tbody></table>'
    )


def test_text_aligns_columns_without_trailing_spaces() -> None:
    assert text_table(["a", "long"], [["wide cell", "x"], ["y", ""]]) == (
        "a          long\n---------  ----\nwide cell  x\ny"
    )


def test_text_without_width_never_wraps() -> None:
    assert text_table(["a"], [["word " * 99 + "end"]]).splitlines()[2] == "word " * 99 + "end"


def test_text_makes_one_line_of_line_ends_and_tabs() -> None:
    assert text_table(["a"], [["x\ny\r\nz\tq\u2028r"]]) == "a\n---------\nx y z q r"


def test_text_counts_wide_characters_twice_and_marks_not_at_all() -> None:
    assert text_table(["a", "b"], [["肉腫", "1"], ["e\u0301a", "2"]]) == "a     b\n----  -\n肉腫  1\ne\u0301a    2"


def test_text_wraps_the_widest_column_between_words() -> None:
    page = text_table(["id", "sentence"], [["sts:S19", "Pazopanib is given to adults"]], width=24)
    assert page == ("id       sentence\n-------  ---------------\nsts:S19  Pazopanib is\n         given to adults")


def test_text_keeps_the_indent_of_a_wrapped_cell() -> None:
    page = text_table(["option"], [["  doxorubicin with ifosfamide"]], width=18)
    assert page == "option\n------------------\n  doxorubicin with\n  ifosfamide"


def test_text_parts_a_long_word_after_its_punctuation_before_it_cuts_it() -> None:
    page = text_table(["graph", "n"], [["https://w3id.org/sts-kg/ontology/recommendations", "915"]], width=38)
    assert page.split("\n")[2:] == ["https://w3id.org/sts-kg/ontology/  915", "recommendations"]


def test_text_keeps_words_whole_unless_the_page_gets_shorter_by_a_third() -> None:
    assert text_table(["id", "n"], [["a-long-name", "one two"]], width=16).split("\n")[2:] == [
        "a-long-name  one",
        "             two",
    ]
    rows = [["a-long-name", "one two one two one two one two one two one two"]]
    assert text_table(["id", "n"], rows, width=16).split("\n")[2:5] == [
        "a-long-  one two",
        "name     one two",
        "         one two",
    ]


def test_text_wraps_wide_characters_one_by_one_and_not_before_a_full_stop() -> None:
    assert text_table(["a"], [["肉腫は痛い。"]], width=6).split("\n")[2:] == ["肉腫は", "痛い。"]
    assert text_table(["a"], [["肉腫は痛。"]], width=8).split("\n")[2:] == ["肉腫は", "痛。"]


def test_a_long_word_of_a_paragraph_stays_whole() -> None:
    assert wrapped("written to /data/store-of-mine\n  and more words", 12) == (
        "written to\n/data/store-of-mine\n  and more\n  words"
    )


def test_text_cuts_a_word_longer_than_its_column() -> None:
    assert text_table(["n"], [["abcdefg h"]], width=3) == "n\n---\nabc\ndef\ng h"


def test_text_that_fits_is_not_changed_by_a_width() -> None:
    assert text_table(["a", "b"], [["x  y", "z"]], width=7) == text_table(["a", "b"], [["x  y", "z"]])


def test_text_without_rows_says_so_below_the_rule() -> None:
    assert text_table(["drug", "n"], []) == "drug  n\n----  -\n0 rows"


def test_text_of_rows_without_columns_is_empty_lines() -> None:
    assert text_table([], [[], []]) == "\n\n\n"


def test_no_control_character_reaches_a_page() -> None:
    cell = "a\x1b[31m\x00\x9b"
    assert text_table(["x"], [[cell]]).splitlines()[2] == "a\ufffd[31m\ufffd\ufffd"
    assert markdown_table(["x"], [[cell]]).splitlines()[2] == "| a\ufffd\\[31m\ufffd\ufffd |"
    assert ">a\ufffd[31m\ufffd\ufffd</td>" in plain_table(["x"], [[cell]])


CELLS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4), st.integers(min_value=10, max_value=60))
def test_text_lines_fit_any_width_and_no_character_is_lost(rows: list[tuple[str, str, str]], width: int) -> None:
    page = text_table(["a", "bb", "ccc"], rows, width=width)
    wide = {character for row in rows for cell in row for character in cell if _columns(character) == 2}
    assert all(_columns(line) <= width for line in page.split("\n")) or (wide and width < 13)
    if rows:
        whole = text_table(["a", "bb", "ccc"], rows)
        assert sorted(re.sub(r"[\s-]", "", page)) == sorted(re.sub(r"[\s-]", "", whole))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_every_markdown_row_has_the_cells_of_the_header(rows: list[tuple[str, str]]) -> None:
    lines = re.split("\n", markdown_table(["a", "b"], rows))
    assert len(lines) == 2 + len(rows)
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines} == {3}
