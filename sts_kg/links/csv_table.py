"""CSV and TSV as triples, as the metadata beside a table say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from sts_kg.errors import ParseError, nearest
from sts_kg.links.csvw import Column, Description, Template, described, iri_in
from sts_kg.links.table_source import TableSource
from sts_kg.tables import read_rows

__all__ = ["CsvTable"]

_REMEMBERED = 1 << 15  # cells of a column


class CsvTable(TableSource):
    """A CSV or TSV file with its metadata, which say what its columns mean.

    Raises
    ------
    ParseError
        There are no metadata, or they cannot be used.
    """

    facts = True

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._means: Description = described(path)
        self.header, self.beside = dict(self._means.header), (self._means.path,)
        self._silent: list[str] = []  # columns that give nothing
        self._titles = {each.name: each.titles[0] for each in self._means.columns} | {"_row": "", "_sourceRow": ""}

    def _told(self) -> Iterator[str]:
        if self._silent:
            yield f"nothing is read of {', '.join(self._silent)}: no propertyUrl there"
        if self._means.unused:
            yield f"without effect here: {', '.join(self._means.unused)}"

    def _lines(self) -> Iterator[bytes]:
        means = self._means
        rows = read_rows(self.path, encoding=means.encoding, delimiter=means.delimiter)
        order = self._by_order()
        work = None if means.has_header else _Work(self, means.columns, order, len(order))
        for line, cells in rows:
            if work is None:
                work = _Work(self, means.columns, self._by_title(line, cells), len(cells))
                continue
            if len(cells) > work.width:
                raise ParseError(
                    f"has {len(cells)} cells, and {work.width} columns are described", path=self.path, line=line
                )
            self.n_rows += 1
            yield work.triples(line, cells)

    def _by_order(self) -> dict[str, int]:
        return {each.name: at for at, each in enumerate(each for each in self._means.columns if not each.virtual)}

    def _by_title(self, line: int, names: Sequence[str]) -> dict[str, int]:
        """Return where each column is that is described, by the names of the header."""
        for at, name in enumerate(names):
            if not name or name in names[:at]:
                what = f"two columns are called {name!r}" if name else "a column has no name"
                raise ParseError(f"{what}; give each its own", path=self.path, line=line, column=at + 1)
        found: dict[str, int] = {}
        for each in self._means.columns:
            if each.virtual:
                continue
            at = next((names.index(title) for title in (*each.titles, each.name) if title in names), -1)
            if at < 0:
                near = nearest(each.titles[0], names, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
                reason = f"has no column {each.titles[0]!r}, of which {self._means.path.name} speaks; {hint}"
                raise ParseError(reason, path=self.path, line=line)
            found[each.name] = at
        used = {name for each in self._means.columns for name in _variables(each)}
        self._silent = [
            name
            for at, name in enumerate(names)
            if not any(
                found[each.name] == at and (each.predicate or each.name in used)
                for each in self._means.columns
                if not each.virtual
            )
        ]
        return found


_Made = tuple[tuple[bytes, ...], tuple[tuple[str, str], ...]]


class _Term(NamedTuple):
    """How terms are made of the cells of a row: which of them, and what makes the terms, and what is wrong, of them."""

    cells: Callable[[list[str]], Any]
    make: Callable[[Any], _Made]


class _Work:
    """How the rows of one table become triples; what is made of equal cells is remembered.

    Parameters
    ----------
    source : CsvTable
        What is told of cells that cannot be read.
    columns : sequence of Column
        What the columns mean.
    places : mapping of str to int
        Where in a row each column is, but those that are virtual.
    width : int
        How many cells a row has at most.
    """

    def __init__(self, source: CsvTable, columns: Sequence[Column], places: Mapping[str, int], width: int) -> None:
        self._source, self.width = source, width
        self._columns = {each.name: each for each in columns}
        self._places = {**places, "_row": self.width, "_sourceRow": self.width + 1}
        self._required = [(places[each.name], each) for each in columns if each.required and not each.virtual]
        abouts = dict.fromkeys(each.about for each in columns if each.predicate and each.about)
        self._abouts = [(self._title(each), self._term(each, ())) for each in abouts]
        order = [*abouts]
        self._said = [
            (order.index(each.about), each.predicate, each.titles[0], self._object(each))
            for each in columns
            if each.predicate and each.about
        ]

    def triples(self, line: int, cells: list[str]) -> bytes:
        """Return the triples of a row, and note what cannot be read."""
        cells += [""] * (self.width - len(cells))
        cells += [str(self._source.n_rows), str(line)]
        skip = self._source.skip
        for place, column in self._required:
            if not column.values(cells[place]):
                skip(line, column.titles[0], "", "it is empty, and required")
        subjects = []
        for title, term in self._abouts:
            found, wrong = term.make(term.cells(cells))
            for text, reason in wrong:
                skip(line, title, text, reason)
            if not found and not wrong:
                skip(line, title, "", "it is empty, and the row is about nothing")
            subjects.append(found)
        triples = []
        for about, predicate, title, term in self._said:
            if not subjects[about]:
                continue
            found, wrong = term.make(term.cells(cells))
            for text, reason in wrong:
                skip(line, title, text, reason)
            triples += [b"%b %b %b .\n" % (subject, predicate, each) for each in found for subject in subjects[about]]
        return b"".join(triples)

    def _title(self, template: Template) -> str:
        names = [name for name, _ in template.variables if name in self._columns]
        return self._columns[names[0]].titles[0] if names else ""

    def _object(self, column: Column) -> _Term:
        if column.value is not None:
            return self._term(column.value, () if column.virtual else (column.name,))
        return _Term(itemgetter(self._places[column.name]), _of_one_cell(column, column.literal))

    def _term(self, template: Template, needed: tuple[str, ...]) -> _Term:
        """Return what makes IRIs by a template, if some other columns are not empty."""
        names = [name for name, _ in template.variables]
        also = [name for name in needed if name not in names]
        columns = [self._columns.get(name) for name in (*names, *also)]
        cells = itemgetter(*(self._places[name] for name in (*names, *also))) if columns else lambda _: ()
        if len(columns) == len(names) == 1 and columns[0] is not None:
            return _Term(cells, _of_one_cell(columns[0], lambda text: iri_in(template.filled((text,)))))

        @lru_cache(_REMEMBERED)
        def make(cells: Any) -> _Made:
            texts = (cells,) if len(columns) == 1 else cells
            values = [[text] if each is None else each.values(text) for text, each in zip(texts, columns, strict=True)]
            if not all(values[len(names) :]):
                return (), ()
            return _made(map(template.filled, product(*values[: len(names)])), iri_in)

        return _Term(cells, make)


def _of_one_cell(column: Column, make: Callable[[str], bytes]) -> Callable[[Any], _Made]:
    """Return what makes terms of a cell of a column; most cells have one value, so that this is most of the work."""

    @lru_cache(_REMEMBERED)
    def made(cell: str) -> _Made:
        if column.separator is not None or not cell:
            return _made(column.values(cell), make)
        if cell in column.nulls:
            return (), ()
        try:
            return (make(cell),), ()
        except ValueError as error:
            return (), ((cell, str(error)),)

    return made


def _made(texts: Iterable[str], make: Callable[[str], bytes]) -> _Made:
    """Return the terms that texts become, and the texts that become none, with the reason."""
    found, wrong = [], []
    for text in texts:
        try:
            found.append(make(text))
        except ValueError as error:
            wrong.append((text, str(error)))
    return tuple(found), tuple(wrong)


def _variables(column: Column) -> set[str]:
    """Return the names of the columns of which the templates of a column that gives triples make use."""
    templates = (column.about, column.value) if column.predicate else ()
    return {name for each in templates if each is not None for name, _ in each.variables}
