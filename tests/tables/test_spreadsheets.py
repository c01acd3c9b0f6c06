"""CSV for spreadsheets and from them: no cell is a formula, and what was written is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Literal

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
