"""What survives: random tables through pandas, polars, Arrow and the W3C formats, back to the same values or terms."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.extras.external_graph_libs import rdflib_to_networkx_multidigraph
from rdflib.namespace import XSD

from sts_kg.errors import UnknownNameError
from sts_kg.rdf import Term, from_ox
from sts_kg.tables import Table, as_networkx


def typed(lexical: str, datatype: URIRef) -> Literal:
    """A literal with just this lexical form; rdflib would log a traceback for an ill-typed one."""
    literal = Literal(lexical)
    literal.__setstate__((None, {"language": None, "datatype": datatype}))
    return literal


def of(datatype: URIRef) -> Callable[[object], Literal]:
    return lambda value: typed(str(value), datatype)


YEARS = datetime(2, 1, 1), datetime(9998, 12, 31)  # a zone may move a moment into the year before or after
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=None).map(lambda number: format(number, "f"))
KINDS: dict[str, st.SearchStrategy[Term]] = {
    "integer": st.integers(-(2**63), 2**63 - 1).map(Literal),
    "large integer": st.integers(-(10**70), 10**70).map(Literal),
    "longest integer": st.integers(10**76, 10**90).map(Literal),
    "decimal": DECIMALS.map(of(XSD.decimal)),
    "small decimal": st.decimals(-9999, 9999, places=3).map(of(XSD.decimal)),
    "double": st.floats().map(lambda x: repr(x).replace("inf", "INF").replace("nan", "NaN")).map(of(XSD.double)),
    "boolean": st.sampled_from(["true", "false", "1", "0"]).map(of(XSD.boolean)),
    "date": st.dates().map(lambda day: typed(day.isoformat(), XSD.date)),
    "moment": st.datetimes(*YEARS).map(lambda at: typed(at.isoformat(), XSD.dateTime)),
    "moment with zone": st.datetimes(*YEARS, timezones=ZONES).map(lambda at: typed(at.isoformat(), XSD.dateTime)),
    "text": TEXTS.map(Literal),
    "words": TEXTS.map(lambda text: Literal(text, lang="en-gb")),
    "IRI": st.sampled_from([URIRef("https://w3id.org/sts-kg/pazopanib"), URIRef("https://example.org/x,y")]),
    "blank node": st.sampled_from([BNode("b0"), BNode("b1")]),
    "ill-typed": st.just(typed("abc", XSD.integer)),
    "else": TEXTS.map(of(XSD.token)),
}
COLUMNS = st.sampled_from(sorted(KINDS)).map(KINDS.__getitem__)
MIXED_COLUMNS = st.lists(COLUMNS, min_size=2, max_size=3).map(st.one_of)


@st.composite
def some_tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(COLUMNS | MIXED_COLUMNS, min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(*(kind | st.none() for kind in kinds)), max_size=6))
    return Table(tuple(f"v{at}" for at in range(len(kinds))), tuple(rows))


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal in type and value; NaN is NaN, and moments have their zone or none."""
    if isinstance(one, float) and isinstance(other, float):
        return (one == other and math.copysign(1, one) == math.copysign(1, other)) or (one != one and other != other)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one == other and (one.tzinfo is None) == (other.tzinfo is None)
    return type(one) is type(other) and one == other


def plain(value: Any) -> Any:
    """Return a value of pandas as Python's."""
    if value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def assert_same(table: Table, columns: dict[str, list[Any]]) -> None:
    for name in table.variables:
        wanted = [row[name] for row in table.to_dicts()]
        assert all(map(same, columns[name], wanted)) and len(columns[name]) == len(wanted), (columns[name], wanted)


@given(some_tables())
def test_every_value_survives_pandas(table: Table) -> None:
    frame = table.to_pandas()
    found = {name: [plain(value) for value in frame[name].astype(object)] for name in table.variables}
    for name, kind in zip(table.variables, table.kinds(), strict=True):  # pandas has no day without a time
        found[name] = [value.date() if value and kind == "date" else value for value in found[name]]
    assert_same(table, found)


@given(some_tables())
def test_every_value_survives_polars(table: Table) -> None:
    assert_same(table, {column.name: column.to_list() for column in table.to_polars()})


@given(some_tables())
def test_every_value_survives_arrow_and_parquet(table: Table) -> None:
    found = table.to_arrow()
    file = io.BytesIO()
    pq.write_table(found, file)
    for each in (found, pq.read_table(file)):
        for name, kind in zip(table.variables, table.kinds(), strict=True):
            column: list[Any] = each[name].to_pylist()
            wanted: list[Any] = [row[name] for row in table.to_dicts()]
            if kind == "integer" and pa.types.is_decimal(each[name].type):  # beyond 64 bits
                assert any(value is not None and not -(2**63) <= value < 2**63 for value in wanted)
                column = [None if value is None else int(value) for value in column]
            if pa.types.is_string(each[name].type):  # what no type holds is there as it is written
                wanted = [None if term is None else table.shown(term) for term in table.column(name)]
            assert all(map(same, column, wanted)), (column, wanted)
            assert each.schema.field(name).metadata == {b"kind": kind.encode()}


@pytest.mark.parametrize(
    ("terms", "arrow_type"),
    [
        ([Literal(2**63 - 1), None], "int64"),
        ([Literal(2**63), None, Literal(-1)], "decimal128(19, 0)"),
        ([Literal(10**75)], "decimal256(76, 0)"),
        ([Literal(10**76)], "string"),
        ([typed("1.50", XSD.decimal), typed("-22.125", XSD.decimal)], "decimal128(5, 3)"),
        ([typed("0." + "1" * 38, XSD.decimal)], "decimal128(38, 38)"),
        ([typed("0." + "1" * 39, XSD.decimal)], "decimal256(39, 39)"),
        ([typed("1" + "0." + "1" * 75, XSD.decimal)], "string"),
        ([typed("NaN", XSD.double), None], "double"),
        ([Literal(True), None], "bool"),
        ([typed("2024-02-29", XSD.date)], "date32[day]"),
        ([typed("2024-01-01T10:00:00", XSD.dateTime)], "timestamp[us]"),
        ([typed("2024-01-01T10:00:00+02:00", XSD.dateTime)], "timestamp[us, tz=UTC]"),
        ([typed("2024-01-01T10:00:00", XSD.dateTime), typed("2024-01-01T10:00:00Z", XSD.dateTime)], "string"),
        ([URIRef("https://w3id.org/sts-kg/pazopanib")], "string"),
        ([Literal(1), Literal("one")], "string"),
        ([None], "string"),
    ],
)
def test_the_types_of_arrow(terms: list[Term | None], arrow_type: str) -> None:
    assert str(Table(("x",), tuple((term,) for term in terms)).to_arrow()["x"].type) == arrow_type


def test_arrow_keeps_nan_apart_from_unbound_and_rows_without_columns() -> None:
    numbers = Table(("x",), ((typed("NaN", XSD.double),), (None,))).to_arrow()["x"]
    assert numbers.null_count == 1 and math.isnan(numbers[0].as_py())
    assert Table((), ((), ())).to_arrow().shape == (2, 0)
    assert Table(("a", "b"), ()).to_arrow().shape == (0, 2)


def test_a_column_of_several_kinds_is_written_out_and_says_so() -> None:
    table = Table(
        ("x",), ((Literal(1),), (Literal("one", lang="en"),), (URIRef("https://w3id.org/sts-kg/a"),), (None,))
    )
    found = table.to_arrow()
    assert found["x"].to_pylist() == ["1", "one", "sts:a", None]
    assert found.schema.field("x").metadata == {b"kind": b"mixed"}


# --- the formats of the W3C


def unified(term: Any) -> Term | None:
    """Return a term of Oxigraph as rdflib's; RDF 1.1 has one plain text, with or without its datatype."""
    if term is None:
        return None
    found: Any = from_ox(term)
    return Literal(str(found)) if isinstance(found, Literal) and found.datatype == XSD.string else found


@given(some_tables())
def test_every_term_survives_sparql_json_and_tsv(table: Table) -> None:
    for written, syntax in ((table.to_srj(), ox.QueryResultsFormat.JSON), (table.to_tsv(), ox.QueryResultsFormat.TSV)):
        found = ox.parse_query_results(written, syntax)
        assert isinstance(found, ox.QuerySolutions)
        assert tuple(variable.value for variable in found.variables) == table.variables
        read = tuple(tuple(unified(term) for term in solution) for solution in found)
        assert [list(map(key, row)) for row in read] == [list(map(key, row)) for row in table.rows]


def key(term: Term | None) -> tuple[Any, ...]:
    """What makes a term: rdflib compares some literals by value."""
    literal = (term.datatype, term.language) if isinstance(term, Literal) else ()
    return (type(term).__name__, str(term), *literal)


@given(some_tables())
def test_csv_keeps_lexical_forms_alone(table: Table) -> None:
    header, *rows = csv.reader(io.StringIO(table.to_csv(), newline=""))
    assert tuple(header) == table.variables

    def cell(term: Term | None) -> str:
        return "" if term is None else f"_:{term}" if isinstance(term, BNode) else str(term)

    wanted = [list(map(cell, row)) for row in table]
    assert [row or [""] for row in rows] == wanted


# --- networks

STS = "https://w3id.org/sts-kg/"
DRUG, OPTION, OTHER = (URIRef(STS + name) for name in ("pazopanib", "option-pazopanib", "option-other"))
OF, NAMED, KIND = URIRef(STS + "hasDrug"), URIRef(STS + "brandName"), URIRef(STS + "Drug")


def some_graph() -> Graph:
    graph = Graph()
    for subject in (OPTION, OTHER):
        graph.add((subject, OF, DRUG))
    graph.add((OPTION, URIRef(STS + "refines"), DRUG))
    graph.add((DRUG, RDF.type, KIND))
    graph.add((DRUG, RDFS.label, Literal("pazopanib", lang="en")))
    for name in ("Votrient", "Armala"):
        graph.add((DRUG, NAMED, Literal(name)))
    graph.add((OTHER, URIRef(STS + "number"), Literal(3)))
    return graph


def test_a_network_has_terms_as_nodes_and_predicates_as_keys() -> None:
    network = as_networkx(some_graph(), {OPTION: "the option"})
    assert sorted(network.edges(keys=True)) == [
        (OTHER, DRUG, OF),
        (OPTION, DRUG, OF),
        (OPTION, DRUG, URIRef(STS + "refines")),
        (DRUG, KIND, RDF.type),
    ]
    assert network.edges[OPTION, DRUG, OF] == {"label": "sts:hasDrug"}
    assert dict(network.nodes(data=True)) == {
        DRUG: {
            "rdfs:label": ("pazopanib",),
            "sts:brandName": ("Armala", "Votrient"),
            "label": "pazopanib",
            "kind": "IRI",
            "types": ("sts:Drug",),
        },
        OPTION: {"label": "the option", "kind": "IRI", "types": ()},
        OTHER: {"sts:number": (3,), "label": "sts:option-other", "kind": "IRI", "types": ()},
        KIND: {"label": "sts:Drug", "kind": "IRI", "types": ()},
    }


def test_literals_as_nodes_are_what_rdflib_makes() -> None:
    found = as_networkx(some_graph(), literals="nodes")
    theirs = rdflib_to_networkx_multidigraph(some_graph())
    assert sorted(found.edges(keys=True)) == sorted(theirs.edges(keys=True)) and set(found.nodes) == set(theirs.nodes)
    assert found.nodes[Literal(3)] == {"label": "3", "kind": "integer", "types": ()}
    with pytest.raises(UnknownNameError, match="way to put literals"):
        as_networkx(some_graph(), literals="edges")  # type: ignore[arg-type]


def test_a_subject_of_literals_alone_is_a_node() -> None:
    graph = Graph().add((DRUG, NAMED, Literal("Votrient")))
    network = as_networkx(graph)
    assert [*network.nodes] == [DRUG] and network.number_of_edges() == 0


def test_a_table_is_a_network_with_an_edge_a_row() -> None:
    rows = ((DRUG, OPTION, Literal(2), None), (DRUG, OPTION, Literal(3), None), (None, OTHER, None, Literal("x")))
    table = Table(("from", "to", "key", "note"), rows).with_labels({DRUG: "pazopanib"})
    network = table.to_networkx("from", "to")
    assert [*network.edges(keys=True, data=True)] == [(DRUG, OPTION, 0, {"key": 2}), (DRUG, OPTION, 1, {"key": 3})]
    assert dict(network.nodes(data=True)) == {
        DRUG: {"label": "pazopanib", "kind": "IRI"},
        OPTION: {"label": "sts:option-pazopanib", "kind": "IRI"},
        OTHER: {"label": "sts:option-other", "kind": "IRI"},
    }
    with pytest.raises(UnknownNameError, match="no variable 'too'"):
        table.to_networkx("from", "too")
