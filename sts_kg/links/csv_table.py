"""CSV and TSV as triples, as the metadata beside a table say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sts_kg.errors import ParseError, nearest
from sts_kg.links.csvw import Column, Description, Template, described, iri_in
from sts_kg.links.table_source import TableSource
from sts_kg.tables import read_rows

__all__ = ["CsvTable"]


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
        places: dict[str, int] | None = None if means.has_header else self._by_order()
        for line, cells in rows:
            if places is None:
                places = self._by_title(line, cells)
                continue
            self.n_rows += 1
            if len(cells) > len(places) and not means.has_header:
                raise ParseError(
                    f"the row has {len(cells)} cells, and {len(places)} columns are described",
                    path=self.path,
                    line=line,
                )
            yield from self._row(line, cells, places)

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

    def _row(self, line: int, cells: Sequence[str], places: Mapping[str, int]) -> Iterator[bytes]:
        """Yield the triples of a row, and note what cannot be read."""
        values = {"_row": [str(self.n_rows)], "_sourceRow": [str(line)]}
        for each in self._means.columns:
            at = places.get(each.name, len(cells))
            values[each.name] = each.values(cells[at] if at < len(cells) else "")
            if each.required and not each.virtual and not values[each.name]:
                self._skip(line, each.titles[0], "", "it is empty, and required")
        subjects: dict[str, list[bytes]] = {}
        for each in self._means.columns:
            if each.predicate is None or each.about is None:
                continue
            found = subjects.get(each.about.text)
            if found is None:
                found = subjects[each.about.text] = self._subjects(line, each.about, values)
            if not found:
                continue
            if each.value is None:
                objects = self._made(line, each.titles[0], values[each.name], each.literal)
            elif values[each.name] or each.virtual:
                objects = self._made(line, each.titles[0], each.value.expanded(values), iri_in)
            else:
                continue
            for term in objects:
                for subject in found:
                    yield b"%b %b %b .\n" % (subject, each.predicate, term)

    def _subjects(self, line: int, about: Template, values: Mapping[str, list[str]]) -> list[bytes]:
        names = [name for name, _ in about.variables]
        if empty := [name for name in names if not values[name]]:
            self._skip(line, self._titles[empty[0]], "", "it is empty, and the row is about nothing")
            return []
        return self._made(line, self._titles[names[0]] if names else "", about.expanded(values), iri_in)

    def _made(self, line: int, column: str, texts: Iterable[str], make: Callable[[str], bytes]) -> list[bytes]:
        """Return the terms that texts become; those that become none are noted."""
        found = []
        for text in texts:
            try:
                found.append(make(text))
            except ValueError as error:
                self._skip(line, column, text, str(error))
        return found


def _variables(column: Column) -> set[str]:
    """Return the names of the columns of which the templates of a column that gives triples make use."""
    templates = (column.about, column.value) if column.predicate else ()
    return {name for each in templates if each is not None for name, _ in each.variables}
