"""Cases from wherever they are given: files, mappings with the keys of a case file, and cases already made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from os.path import isfile
from pathlib import Path
from typing import TypeAlias

from sts_kg.cases.case import Case
from sts_kg.errors import CaseError, ParseError, UnknownNameError
from sts_kg.guideline import Vocabulary, ontology_folder
from sts_kg.rdf import read_text

__all__ = ["CaseSource", "Cases", "find_case", "named_example", "read_cases"]

EXAMPLE = "example:"  #: before the name of a shipped case, in the place of a path

#: A case, a file of cases, `example:` and the name of a shipped one, or a mapping with the keys of a case file.
CaseSource: TypeAlias = str | Path | Case | Mapping[str, object]


def read_cases(
    sources: CaseSource | Iterable[CaseSource],
    vocabulary: Vocabulary,
    *,
    on_error: Callable[[CaseError | ParseError], None] | None = None,
) -> tuple[Case, ...]:
    """Return the cases of some sources, in their order; no two have the same id.

    Parameters and errors are those of `Cases`.
    """
    return tuple(Cases(sources, vocabulary, on_error=on_error))


class Cases:
    """The cases of some sources, in their order; no two have the same id. All are read through for errors at once.

    Of a CSV file with more than `most_held` cases only ids and places are kept: it is read again whenever the cases are
    iterated over. All other cases are held, also those of a pipe, which cannot be read twice.

    Parameters
    ----------
    sources : path, Case or mapping, or several of them
        A file may hold many cases; `example:f` stands for the file f of the shipped examples.
    vocabulary : Vocabulary
        The words that a case may use.
    on_error : callable, optional
        Called with the error of each source that cannot be read; the other sources are still there.
    most_held : int, optional
        Without it all cases are held.

    Raises
    ------
    CaseError, ParseError
        A case cannot be read, or its id is there twice, and `on_error` is not given; or, on iteration, a file is not as
        it was.
    UnknownNameError
        No example has that name.
    """

    def __init__(
        self,
        sources: CaseSource | Iterable[CaseSource],
        vocabulary: Vocabulary,
        *,
        on_error: Callable[[CaseError | ParseError], None] | None = None,
        most_held: int | None = None,
    ) -> None:
        self._vocabulary, self._most_held = vocabulary, most_held
        self._places: dict[str, str] = {}
        self._parts: list[tuple[Case, ...] | _File] = []
        several = [sources] if isinstance(sources, str | Path | Case | Mapping) else list(sources)
        for one in several:
            try:
                part, places = self._read(one)
                if again := next((name for name in places if name in self._places), None):
                    first = f"the first is at {self._places[again] or 'no file'}"
                    raise CaseError(f"the case {again!r} is there twice; {first}", path=places[again])
            except (CaseError, ParseError) as error:
                if on_error is None:
                    raise
                on_error(error)
            else:
                self._parts.append(part)
                self._places |= places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Case]:
        for part in self._parts:
            yield from self._again(part) if isinstance(part, _File) else part

    def chunks(self, size: int) -> Iterator[tuple[Case, ...]]:
        """Yield the cases in chunks of a size, the last one of what is left."""
        cases = iter(self)
        while chunk := tuple(islice(cases, size)):
            yield chunk

    def _again(self, file: _File) -> Iterator[Case]:
        """Yield the cases of a file that was read through before."""
        from sts_kg.cases.files import read_each

        changed = ParseError("was changed while it was read", path=file.path)
        left = file.n
        for case in read_each(file.path, self._vocabulary, None):
            if self._places.get(case.id) != case.place:
                raise changed
            left -= 1
            yield case
        if left:
            raise changed

    def _read(self, one: CaseSource) -> tuple[tuple[Case, ...] | _File, dict[str, str]]:
        """Return the cases of a source, or its file if they are too many to be held, and where each stands."""
        from sts_kg.cases.files import COHORT, read_each  # YAML takes a while to load, and not every case is in a file

        places: dict[str, str] = {}
        found: list[Case] = []
        path = _file(one)
        if path is None:
            found += _parsed(one, self._vocabulary)
            return tuple(found), {case.id: case.place for case in found}
        again = Path(path).suffix.casefold() == COHORT and isfile(path)
        for case in read_each(path, self._vocabulary, places):
            if again and self._most_held is not None and len(places) > self._most_held:
                found.clear()
            else:
                found.append(case)
        return tuple(found) if len(found) == len(places) else _File(path, len(places)), places


@dataclass(frozen=True)
class _File:
    """A file that is read again, with the number of its cases."""

    path: str | Path
    n: int


def _file(one: CaseSource) -> str | Path | None:
    """Return the file that a source is, if it is one."""
    if isinstance(one, Case | Mapping):
        return None
    path = named_example(one)
    return None if path != one and Path(path).suffix == ".yaml" else path


def _parsed(one: CaseSource, vocabulary: Vocabulary) -> tuple[Case, ...]:
    from sts_kg.cases.files import parse

    if isinstance(one, Case):
        return (one,)
    if isinstance(one, Mapping):
        try:
            text = json.dumps(one, default=str)
        except (TypeError, ValueError) as error:  # a key that is not text, or a mapping that holds itself
            raise CaseError(f"the mapping given cannot be read as a case: {error}") from error
        return parse(text, vocabulary, path="the mapping given")
    return parse(read_text(_example(str(one).removeprefix(EXAMPLE))), vocabulary, path=str(one))


def named_example(path: str | Path) -> str | Path:
    """Return a path; for `example:` and the name of a shipped case that of its file, unless there is such a path.

    Raises
    ------
    UnknownNameError
        No example has that name.
    """
    name = str(path).removeprefix(EXAMPLE)
    return path if name == str(path) or Path(path).exists() else _example(name)


def _example(name: str) -> Path:
    files = {path.stem: path for path in (ontology_folder() / "examples").iterdir() if path.is_file()}
    if name not in files:
        raise UnknownNameError("example", name, sorted(files))
    return files[name]


def find_case(cases: Iterable[Case], name: str | None) -> Case:
    """Return the case of an id; without an id the only case there is.

    Raises
    ------
    UnknownNameError
        No case has that id.
    CaseError
        No id was given and there are several cases.
    """
    by_id = {case.id: case for case in cases}
    if name is None:
        if len(by_id) != 1:
            raise CaseError(f"there are {len(by_id)} cases ({_first_names(by_id)}): say which one")
        return next(iter(by_id.values()))
    if name not in by_id:
        raise UnknownNameError("case", name, by_id)
    return by_id[name]


def _first_names(names: Iterable[str]) -> str:
    first = list(names)
    return ", ".join(first[:5]) + (", …" if len(first) > 5 else "")
