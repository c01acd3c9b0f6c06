"""The table of a query: values by XSD type, the W3C result formats to the letter, frames that keep types."""

import json
import math
import pickle
import re
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, XSD

from sts_kg.errors import MissingLibraryError, UnknownNameError
from sts_kg.rdf.names import STS
from sts_kg.rdf.terms import Term
from sts_kg.tables.table import Table

PAZOPANIB = URIRef("https://w3id.org/sts-kg/pazopanib")
ELSEWHERE = URIRef("https://example.org/x,y")


def typed(lexical: str, datatype: URIRef) -> Literal:
    """A literal with just this lexical form; rdflib would log a traceback for an ill-typed one."""
    literal = Literal(lexical)
    literal.__setstate__((None, {"language": None, "datatype": datatype}))
    return literal


def column(*terms: Term | None) -> Table:
    return Table(("x",), tuple((term,) for term in terms))


def value(term: Term | None) -> Any:
    return column(term).to_dicts()[0]["x"]


MIXED = Table(
    ("drug", "note", "n"),
    (
        (PAZOPANIB, Literal('a "quoted"\nline', lang="en"), Literal(3)),
        (ELSEWHERE, None, typed("abc", XSD.integer)),
        (BNode("b0"), Literal("tab\tpipe|back\\"), None),
    ),
)


def test_a_table_is_a_sequence_of_rows() -> None:
    assert len(MIXED) == 3
    assert list(MIXED) == list(MIXED.rows)
    assert MIXED[2] == (BNode("b0"), Literal("tab\tpipe|back\\"), None)
    assert repr(MIXED) == "<Table: 3 rows of drug, note, n>"


def test_column_returns_terms_in_the_order_of_the_rows() -> None:
    assert MIXED.column("drug") == (PAZOPANIB, ELSEWHERE, BNode("b0"))


def test_column_that_is_not_there_is_named_with_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"there is no variable 'drugs'; did you mean drug\?"):
        MIXED.column("drugs")


def test_tables_are_equal_by_variables_and_rows_whatever_their_labels() -> None:
    assert MIXED.with_labels({PAZOPANIB: "pazopanib"}) == MIXED
    assert hash(MIXED.with_labels({PAZOPANIB: "pazopanib"})) == hash(MIXED)
    assert column(Literal("1", datatype=XSD.integer)) != column(Literal("01", datatype=XSD.integer, normalize=False))
    assert Table(("y",), ((None,),)) != column(None)


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(AssertionError, match="one cell for each variable"):
        Table(("x",), ((),))


def test_a_table_can_be_pickled_with_its_labels() -> None:
    labelled = MIXED.with_labels({PAZOPANIB: "pazopanib"})
    assert pickle.loads(pickle.dumps(labelled)).labels == {PAZOPANIB: "pazopanib"}


def test_curies_are_the_cells_as_shown() -> None:
    assert MIXED.curies() == (
        ("sts:pazopanib", 'a "quoted"\nline', "3"),
        ("https://example.org/x,y", "", "abc"),
        ("_:b0", "tab\tpipe|back\\", ""),
    )
    assert type(MIXED.curies()[1][0]) is str


@pytest.mark.parametrize(
    ("lexical", "datatype", "expected"),
    [
        ("3", XSD.integer, 3),
        ("-007", XSD.integer, -7),
        ("+5", XSD.positiveInteger, 5),
        ("0", XSD.positiveInteger, "0"),
        ("-1", XSD.nonNegativeInteger, "-1"),
        ("127", XSD.byte, 127),
        ("128", XSD.byte, "128"),
        ("-128", XSD.byte, -128),
        ("-129", XSD.byte, "-129"),
        ("123456789012345678901234567890", XSD.integer, 123456789012345678901234567890),
        ("9" * 5000, XSD.integer, "9" * 5000),
        ("abc", XSD.integer, "abc"),
        ("1_000", XSD.integer, "1_000"),
        (" 1", XSD.integer, " 1"),
        ("٣", XSD.integer, "٣"),
        ("1.0", XSD.integer, "1.0"),
        ("1.50", XSD.decimal, Decimal("1.50")),
        ("-.5", XSD.decimal, Decimal("-0.5")),
        ("1e3", XSD.decimal, "1e3"),
        ("1E3", XSD.double, 1000.0),
        ("-INF", XSD.double, -math.inf),
        ("inf", XSD.double, "inf"),
        ("2.5", XSD.float, 2.5),
        ("nan", XSD.float, "nan"),
        ("true", XSD.boolean, True),
        ("0", XSD.boolean, False),
        ("True", XSD.boolean, "True"),
        ("2024-02-29", XSD.date, date(2024, 2, 29)),
        ("2023-02-29", XSD.date, "2023-02-29"),
        ("2024-02-29Z", XSD.date, date(2024, 2, 29)),
        ("2024-02-29+14:01", XSD.date, "2024-02-29+14:01"),
        ("0000-01-01", XSD.date, "0000-01-01"),
        ("-0044-03-15", XSD.date, "-0044-03-15"),
        ("2024-01-01T10:00:00", XSD.dateTime, datetime(2024, 1, 1, 10)),
        ("2024-01-01T10:00:00.25Z", XSD.dateTime, datetime(2024, 1, 1, 10, 0, 0, 250000, tzinfo=UTC)),
        (
            "2024-01-01T10:00:00-05:30",
            XSD.dateTimeStamp,
            datetime(2024, 1, 1, 10, tzinfo=timezone(-timedelta(hours=5, minutes=30))),
        ),
        ("2024-12-31T24:00:00", XSD.dateTime, datetime(2025, 1, 1)),
        ("2024-12-31T24:00:01", XSD.dateTime, "2024-12-31T24:00:01"),
        ("2024-01-01T10:00:00.1234567", XSD.dateTime, "2024-01-01T10:00:00.1234567"),
        ("2024-01-01T10:00:00.1234560", XSD.dateTime, datetime(2024, 1, 1, 10, 0, 0, 123456)),
        ("2024-01-01 10:00:00", XSD.dateTime, "2024-01-01 10:00:00"),
        ("0001-01-01T00:00:00+02:00", XSD.dateTime, "0001-01-01T00:00:00+02:00"),
        ("9999-12-31T24:00:00", XSD.dateTime, "9999-12-31T24:00:00"),
        ("2024", XSD.gYear, "2024"),
        ("P1D", XSD.duration, "P1D"),
        ("x", URIRef("https://example.org/type"), "x"),
    ],
)
def test_a_literal_becomes_its_value_or_stays_its_lexical_form(lexical: str, datatype: URIRef, expected: Any) -> None:
    found = value(typed(lexical, datatype))
    assert (type(found), found) == (type(expected), expected)
    assert getattr(found, "tzinfo", None) == getattr(expected, "tzinfo", None)


def test_other_terms_become_text_and_unbound_none() -> None:
    assert value(None) is None
    assert value(PAZOPANIB) == "sts:pazopanib"
    assert value(BNode("b1")) == "_:b1"
    assert value(Literal("Wort", lang="de")) == "Wort"
    assert type(value(ELSEWHERE)) is str


def test_nan_becomes_nan() -> None:
    assert math.isnan(value(typed("NaN", XSD.double)))


@given(st.integers())
def test_every_integer_comes_back(number: int) -> None:
    assert value(Literal(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_decimal_comes_back(number: Decimal) -> None:
    assert value(typed(format(number, "f"), XSD.decimal)) == number


@given(st.datetimes(timezones=st.just(UTC)) | st.datetimes())
def test_every_moment_comes_back(moment: datetime) -> None:
    assert value(typed(moment.isoformat(), XSD.dateTime)) == moment


def test_json_keeps_numbers_exact_and_dates_iso() -> None:
    table = Table(
        ("n", "d", "f", "b", "t", "é"),
        (
            (
                Literal(10**30),
                typed("+1.50", XSD.decimal),
                typed("-INF", XSD.double),
                Literal(True),
                typed("2024-01-01T10:00:00Z", XSD.dateTime),
                Literal('"\n'),
            ),
            (typed("abc", XSD.integer), None, typed("1E3", XSD.double), None, typed("2024-01-01", XSD.date), PAZOPANIB),
        ),
    )
    assert table.to_json() == (
        "[\n"
        '  {"n": 1000000000000000000000000000000, "d": 1.50, "f": "-INF", "b": true, '
        '"t": "2024-01-01T10:00:00+00:00", "é": "\\"\\n"},\n'
        '  {"n": "abc", "d": null, "f": 1000.0, "b": null, "t": "2024-01-01", "é": "sts:pazopanib"}\n'
        "]"
    )


def test_json_has_words_for_what_is_no_json_number() -> None:
    numbers = column(typed("NaN", XSD.float), typed("INF", XSD.double), typed("1e400", XSD.double))
    assert json.loads(numbers.to_json()) == [{"x": "NaN"}, {"x": "INF"}, {"x": "INF"}]


def test_json_of_no_rows_is_an_empty_array() -> None:
    assert column().to_json() == "[]"


def test_srj_is_the_w3c_document() -> None:
    table = Table(
        ("x", "y"),
        (
            (PAZOPANIB, Literal("Wort", lang="de")),
            (BNode("b0"), None),
            (typed("abc", XSD.integer), Literal("plain")),
            (typed("s", XSD.string), Literal("")),
        ),
    )
    assert json.loads(table.to_srj()) == {
        "head": {"vars": ["x", "y"]},
        "results": {
            "bindings": [
                {
                    "x": {"type": "uri", "value": "https://w3id.org/sts-kg/pazopanib"},
                    "y": {"type": "literal", "value": "Wort", "xml:lang": "de"},
                },
                {"x": {"type": "bnode", "value": "b0"}},
                {
                    "x": {"type": "literal", "value": "abc", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
                    "y": {"type": "literal", "value": "plain"},
                },
                {"x": {"type": "literal", "value": "s"}, "y": {"type": "literal", "value": ""}},
            ]
        },
    }


def test_csv_is_the_w3c_format() -> None:
    assert MIXED.to_csv() == (
        "drug,note,n\r\n"
        'https://w3id.org/sts-kg/pazopanib,"a ""quoted""\nline",3\r\n'
        '"https://example.org/x,y",,abc\r\n'
        "_:b0,tab\tpipe|back\\,\r\n"
    )


def test_csv_of_an_unbound_cell_alone_is_an_empty_line() -> None:
    assert column(None, Literal("a\rb")).to_csv() == 'x\r\n\r\n"a\rb"\r\n'


def test_tsv_is_the_w3c_format() -> None:
    assert MIXED.to_tsv() == (
        "?drug\t?note\t?n\n"
        '<https://w3id.org/sts-kg/pazopanib>\t"a \\"quoted\\"\\nline"@en\t'
        '"3"^^<http://www.w3.org/2001/XMLSchema#integer>\n'
        '<https://example.org/x,y>\t\t"abc"^^<http://www.w3.org/2001/XMLSchema#integer>\n'
        '_:b0\t"tab\\tpipe|back\\\\"\t\n'
    )


def test_tsv_escapes_what_no_iri_may_hold() -> None:
    assert column(URIRef("https://e/a b>")).to_tsv() == "?x\n<https://e/a\\u0020b\\u003E>\n"


TERMS = (
    st.text(st.characters(codec="utf-8")).map(Literal)
    | st.text(st.characters(codec="utf-8")).map(lambda text: Literal(text, lang="en-gb"))
    | st.text(st.characters(codec="utf-8")).map(lambda text: typed(text, XSD.token))
    | st.sampled_from([PAZOPANIB, ELSEWHERE, BNode("b0"), RDF.nil])
    | st.integers().map(Literal)
)


@given(st.lists(st.tuples(TERMS, TERMS | st.none()), max_size=5))
def test_w3c_formats_are_read_back_by_another_reader(rows: list[tuple[Term, Term | None]]) -> None:
    table = Table(("a", "b"), tuple(rows))
    for written, syntax in ((table.to_srj(), ox.QueryResultsFormat.JSON), (table.to_tsv(), ox.QueryResultsFormat.TSV)):
        found = ox.parse_query_results(written, syntax)
        assert isinstance(found, ox.QuerySolutions)
        assert [tuple(None if t is None else str(t) for t in solution) for solution in found] == [
            tuple(None if t is None else str(oxigraph(t)) for t in row) for row in rows
        ]


def oxigraph(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(term, Literal):
        datatype = ox.NamedNode(str(term.datatype or XSD.string))
        return (
            ox.Literal(str(term), language=term.language) if term.language else ox.Literal(str(term), datatype=datatype)
        )
    return ox.NamedNode(str(term)) if isinstance(term, URIRef) else ox.BlankNode(str(term))


def test_markdown_shows_curies_or_labels() -> None:
    table = column(PAZOPANIB, STS.S19, Literal("a|b\nc"), None).with_labels({PAZOPANIB: "pazopanib"})
    assert table.to_markdown() == "| x |\n| --- |\n| sts:pazopanib |\n| sts:S19 |\n| a\\|b<br>c |\n|  |"
    assert table.to_markdown(labels=True).splitlines()[2:4] == ["| pazopanib |", "| sts:S19 |"]


def test_text_shows_curies_or_labels_and_fits_a_width() -> None:
    table = column(PAZOPANIB, Literal("one two three")).with_labels({PAZOPANIB: "Pazopanib"})
    assert table.to_text() == "x\n-------------\nsts:pazopanib\none two three"
    assert table.to_text(9, labels=True) == "x\n---------\nPazopanib\none two\nthree"


def test_with_labels_replaces_the_labels_and_leaves_the_table_alone() -> None:
    table = column(PAZOPANIB)
    assert table.with_labels({STS.S19: "s"}).with_labels({PAZOPANIB: "p"}).labels == {PAZOPANIB: "p"}
    assert table.labels == {}


def test_an_empty_table_shows_its_header_and_no_rows() -> None:
    empty = Table(("drug", "n"), ())
    assert empty.to_text() == "drug  n\n----  -\n0 rows"
    assert empty.to_markdown() == "| drug | n |\n| --- | --- |\n\n0 rows"
    page = empty._repr_html_()
    assert '<caption>0 rows</caption><thead><tr><th scope="col">drug</th><th scope="col">n</th></tr></thead>' in page
    assert empty.to_csv() == "drug,n\r\n"
    assert empty.to_tsv() == "?drug\t?n\n"
    assert json.loads(empty.to_srj()) == {"head": {"vars": ["drug", "n"]}, "results": {"bindings": []}}


def test_html_links_iris_beside_their_label() -> None:
    page = column(PAZOPANIB, Literal("<b>"), URIRef("urn:x"))._repr_html_()
    assert re.findall("<td>.*?</td>", page) == [
        '<td><a href="https://w3id.org/sts-kg/pazopanib" target="_blank" rel="noopener">sts:pazopanib</a></td>',
        "<td>&lt;b&gt;</td>",
        "<td>urn:x</td>",
    ]
    labelled = column(PAZOPANIB).with_labels({PAZOPANIB: "pazopanib"})._repr_html_()
    assert '<td>pazopanib\n<span class="sts-kg-quiet"><a href="https://w3id.org/sts-kg/pazopanib"' in labelled
    assert "<caption>1 row</caption>" in labelled


def test_html_of_a_long_table_says_that_it_is_cut() -> None:
    page = column(*[Literal(n) for n in range(201)])._repr_html_()
    assert page.count("<td>") == 200
    assert "<caption>the first 200 of 201 rows</caption>" in page


FRAME = Table(
    ("n", "flag", "f", "d", "day", "at", "iri", "mixed", "none"),
    (
        (
            Literal(2**53 + 1),
            Literal(True),
            typed("NaN", XSD.double),
            typed("1.50", XSD.decimal),
            typed("2024-02-29", XSD.date),
            typed("2024-01-01T10:00:00+02:00", XSD.dateTime),
            PAZOPANIB,
            Literal(1),
            None,
        ),
        (
            Literal(-3),
            Literal(False),
            typed("1.5", XSD.float),
            typed("-22.125", XSD.decimal),
            typed("0001-01-01", XSD.date),
            typed("2024-01-01T10:00:00Z", XSD.dateTime),
            Literal("text"),
            Literal("one"),
            None,
        ),
        (None,) * 9,
    ),
)


def test_pandas_columns_have_the_types_of_the_literals() -> None:
    frame = FRAME.to_pandas()
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "n": "Int64",
        "flag": "boolean",
        "f": "Float64",
        "d": "object",
        "day": "datetime64[us]",
        "at": "datetime64[us, UTC]",
        "iri": "string",
        "mixed": "object",
        "none": "string",
    }
    assert frame.iloc[2].isna().all()


def test_pandas_integers_stay_integers_beside_an_unbound_cell() -> None:
    assert FRAME.to_pandas()["n"].tolist() == [2**53 + 1, -3, pd.NA]


def test_pandas_values_are_exact() -> None:
    frame = FRAME.to_pandas()
    assert frame["flag"].tolist() == [True, False, pd.NA]
    assert [str(number) for number in frame["d"]] == ["1.50", "-22.125", "<NA>"]
    assert frame["day"].tolist() == [pd.Timestamp("2024-02-29"), pd.Timestamp("0001-01-01"), pd.NaT]
    assert frame["at"].tolist()[:2] == [pd.Timestamp("2024-01-01T08:00Z"), pd.Timestamp("2024-01-01T10:00Z")]
    assert frame["iri"].tolist() == ["sts:pazopanib", "text", pd.NA]
    assert frame["mixed"].tolist() == [1, "one", pd.NA]


def test_pandas_keeps_nan_apart_from_unbound() -> None:
    numbers = FRAME.to_pandas()["f"]
    assert math.isnan(numbers[0])
    assert numbers[0] is not pd.NA
    assert numbers[1] == 1.5
    assert numbers[2] is pd.NA


def test_frames_keep_integers_beyond_64_bits() -> None:
    numbers = column(Literal(2**63), None, Literal(-1))
    assert numbers.to_pandas()["x"].tolist() == [2**63, pd.NA, -1]
    assert numbers.to_polars()["x"].to_list() == [2**63, None, -1]
    assert str(column(Literal(2**63 - 1), Literal(-(2**63))).to_pandas()["x"].dtype) == "Int64"


def test_frames_keep_moments_with_and_without_zone_apart() -> None:
    moments = column(typed("2024-01-01T10:00:00Z", XSD.dateTime), typed("2024-01-01T10:00:00", XSD.dateTime))
    assert moments.to_pandas()["x"].tolist() == [datetime(2024, 1, 1, 10, tzinfo=UTC), datetime(2024, 1, 1, 10)]
    assert moments.to_polars()["x"].dtype == pl.Object
    assert str(column(typed("2024-01-01T10:00:00", XSD.dateTime)).to_pandas()["x"].dtype) == "datetime64[us]"


def test_an_ill_typed_integer_leaves_the_column_mixed() -> None:
    numbers = column(Literal(1), typed("abc", XSD.integer))
    assert numbers.to_pandas()["x"].tolist() == [1, "abc"]
    assert numbers.to_polars()["x"].to_list() == [1, "abc"]


def test_polars_columns_have_the_types_of_the_literals() -> None:
    frame = FRAME.to_polars()
    assert dict(frame.schema) == {
        "n": pl.Int64,
        "flag": pl.Boolean,
        "f": pl.Float64,
        "d": pl.Decimal(38, 3),
        "day": pl.Date,
        "at": pl.Datetime("us", "UTC"),
        "iri": pl.String,
        "mixed": pl.Object,
        "none": pl.String,
    }
    assert frame["n"].to_list() == [2**53 + 1, -3, None]
    assert frame["d"].to_list() == [Decimal("1.50"), Decimal("-22.125"), None]
    assert frame["day"].to_list() == [date(2024, 2, 29), date(1, 1, 1), None]
    assert frame["at"].to_list()[:2] == [datetime(2024, 1, 1, 8, tzinfo=UTC), datetime(2024, 1, 1, 10, tzinfo=UTC)]
    assert frame["mixed"].to_list() == [1, "one", None]
    assert math.isnan(frame["f"][0])
    assert frame["f"].to_list()[1:] == [1.5, None]


def test_polars_decimals_of_too_many_digits_stay_objects() -> None:
    just = typed("0." + "1" * 38, XSD.decimal)
    assert column(just).to_polars()["x"].dtype == pl.Decimal(38, 38)
    assert column(just, typed("1.0", XSD.decimal)).to_polars()["x"].dtype == pl.Object
    assert column(just, typed("1.0", XSD.decimal)).to_polars()["x"].to_list()[0] == Decimal("0." + "1" * 38)


def test_frames_of_no_rows_have_the_columns() -> None:
    empty = Table(("a", "b"), ())
    assert (empty.to_pandas().shape, list(empty.to_pandas().columns)) == ((0, 2), ["a", "b"])
    assert empty.to_polars().columns == ["a", "b"]


def test_a_pandas_frame_without_columns_keeps_its_rows() -> None:
    assert Table((), ((), ())).to_pandas().shape == (2, 0)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pandas", "to_pandas() needs pandas: pip install 'sts-kg[notebook]'"),
        ("polars", "to_polars() needs polars: pip install polars"),
        ("pyarrow", "to_arrow() needs pyarrow: pip install 'sts-kg[cohort]'"),
        ("networkx", "to_networkx() needs networkx: pip install 'sts-kg[notebook]'"),
    ],
)
def test_a_missing_library_is_named_with_its_remedy(name: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    ends = ("drug", "note") if name == "networkx" else ()
    with pytest.raises(MissingLibraryError) as caught:
        getattr(MIXED, told.partition("(")[0])(*ends)
    assert str(caught.value) == told


# --- labels beside IRIs, and many empty cells


def test_label_columns_stand_beside_columns_of_iris_and_keep_their_language() -> None:
    rows = ((STS.a, Literal("x"), STS.b), (STS.c, None, None))
    table = Table(("drug", "n", "kind", "kindLabel"), tuple((*row, None) for row in rows), notes=("careful",))
    labelled = table.with_label_columns({STS.a: Literal("ah", lang="de")})
    assert labelled.variables == ("drug", "drugLabel", "n", "kind", "kindLabel")
    assert labelled.rows == (
        (STS.a, Literal("ah", lang="de"), Literal("x"), STS.b, None),
        (STS.c, None, None, None, None),
    )
    assert labelled.notes == ("careful",)


def test_notes_do_not_count_in_comparisons_and_show_in_a_notebook() -> None:
    table = Table(("x",), ((STS.a,),), notes=("there is no <b>",))
    assert table == Table(("x",), ((STS.a,),))
    assert "<caption>1 row; there is no &lt;b&gt;</caption>" in table._repr_html_()


def test_rows_without_any_cell_are_shown_as_empty_lines() -> None:
    table = Table(("x", "y"), ((None, None), (STS.a, None), (None, None)))
    assert table.to_text() == "x      y\n-----  -\n\nsts:a\n"
    assert table.to_text(6) == "x    y\n---  -\n\nsts\n:a\n"
    assert table.to_markdown() == "| x | y |\n| --- | --- |\n|  |  |\n| sts:a |  |\n|  |  |"
    assert table.to_csv() == "x,y\r\n,\r\nhttps://w3id.org/sts-kg/a,\r\n,\r\n"
    assert table.curies() == (("", ""), ("sts:a", ""), ("", ""))


def test_a_table_of_many_columns_and_empty_rows_is_laid_out() -> None:
    """20,000 columns and 5,001 rows took a time that grew with the square of the columns."""
    table = Table(tuple(f"v{at}" for at in range(1_000)), ((None,) * 1_000,) * 1_000)
    assert table.to_text().splitlines()[2:] == [""] * 999  # the last line end ends nothing
    assert table.to_text(80).endswith("\n" * 1_000)
    assert len(table.to_pandas()) == 1_000


def test_the_sign_of_an_unbound_cell_is_shown_in_text_and_never_in_data() -> None:
    table = Table(("n", "m"), ((Literal(3), None), (None, None)), unbound="*")
    assert table.to_text() == "n  m\n-  -\n3  *\n*  *"
    assert table.to_markdown().splitlines()[2:] == ["| 3 | \\* |", "| \\* | \\* |"]
    assert table._repr_html_().count(">*<") == 3
    assert table.to_csv() == "n,m\r\n3,\r\n,\r\n"
    assert table.to_dicts() == [{"n": 3, "m": None}, {"n": None, "m": None}]


def test_a_label_that_stands_beside_is_not_said_twice() -> None:
    table = Table(("drug", "label"), ((PAZOPANIB, Literal("pazopanib")), (STS.ifosfamide, Literal("other"))))
    page = table.with_labels({PAZOPANIB: "pazopanib", STS.ifosfamide: "ifosfamide"})._repr_html_()
    assert "<td>pazopanib\n" not in page and "<td>pazopanib</td>" in page and "<td>ifosfamide\n" in page
