"""CSV for spreadsheets and from them: no cell is a formula, and what was written is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Literal

from sts_kg.errors import ParseError
from sts_kg.tables import Table
from sts_kg.tables.spreadsheets import read_rows, write_rows

FORMULAS = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "'=1", "''@", "\uff1d1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_gets_an_apostrophe_and_loses_it_again(cell: str, tmp_path: Path) -> None:
    text = write_rows(["a"], [[cell]])
    assert text == f'"a"\n"\'{cell}"\n'
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8-sig")
    assert list(read_rows(path)) == [(1, ["a"]), (2, [cell])]


@pytest.mark.parametrize("cell", ["-5", "+1.5e3", "a=b", "it's", "'quoted'"])
def test_other_cells_stay(cell: str) -> None:
    assert write_rows(["a"], [[cell]]) == f'"a"\n"{cell}"\n'


def test_only_csv_for_spreadsheets_changes_cells() -> None:
    table = Table(("x",), ((Literal("=1+1"),), (None,)))
    assert table.to_csv() == "x\r\n=1+1\r\n\r\n"
    assert table.to_csv(spreadsheet=True) == '"x"\n"\'=1+1"\n""\n'


@pytest.mark.parametrize(
    ("before", "line"),
    [("sep=;\n", 2), ("sep=;\n\n", 3), ("\r\nsep=;\r\n", 3), ('"sep=;"\n', 2), ("sep=;;;\r", 2), ("SEP=; \n", 2)],
)
def test_lines_are_those_of_the_file_also_after_its_separator(before: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{before}case;a\nx;1\n\ny;2\n".encode())
    assert list(read_rows(path)) == [(line, ["case", "a"]), (line + 1, ["x", "1"]), (line + 3, ["y", "2"])]
    path.write_bytes(f"{before}case;a\nx;1;2\n".encode())
    with pytest.raises(ParseError) as caught:
        list(read_rows(path))
    assert (caught.value.line, caught.value.column) == (line + 1, 3)
