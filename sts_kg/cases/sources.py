"""Cases from wherever they are given: files, mappings with the keys of a case file, and cases already made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from sts_kg.cases.case import Case
from sts_kg.errors import CaseError, ParseError, UnknownNameError
from sts_kg.guideline import Vocabulary, ontology_folder
from sts_kg.rdf import read_text

__all__ = ["CaseSource", "find_case", "read_cases"]

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

    Parameters
    ----------
    sources : path, Case or mapping, or several of them
        A file may hold many cases; `example:f` stands for the file f of the shipped examples.
    vocabulary : Vocabulary
        The words that a case may use.
    on_error : callable, optional
        Called with the error of each source that cannot be read; the other sources are still returned.

    Raises
    ------
    CaseError, ParseError
        A case cannot be read, or its id is there twice, and `on_error` is not given.
    UnknownNameError
        No example has that name.
    """
    several = [sources] if isinstance(sources, str | Path | Case | Mapping) else list(sources)
    found: dict[str, Case] = {}
    for one in several:
        try:
            read = _read(one, vocabulary)
            if again := next((case for case in read if case.id in found), None):
                first = f"the first is at {found[again.id].place or 'no file'}"
                raise CaseError(f"the case {again.id!r} is there twice; {first}", path=again.place)
        except (CaseError, ParseError) as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            found |= {case.id: case for case in read}
    return tuple(found.values())


def _read(one: CaseSource, vocabulary: Vocabulary) -> tuple[Case, ...]:
    from sts_kg.cases.files import parse, read  # YAML takes a while to load, and not every case comes from a file

    if isinstance(one, Case):
        return (one,)
    if isinstance(one, Mapping):
        try:
            text = json.dumps(one, default=str)
        except (TypeError, ValueError) as error:  # a key that is not text, or a mapping that holds itself
            raise CaseError(f"the mapping given cannot be read as a case: {error}") from error
        return parse(text, vocabulary, path="the mapping given")
    name = str(one).removeprefix(EXAMPLE)
    if name == str(one) or Path(one).exists():
        return read(one, vocabulary)
    path = _example(name)
    if path.suffix == ".yaml":
        return parse(read_text(path), vocabulary, path=str(one))
    return read(path, vocabulary)


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
