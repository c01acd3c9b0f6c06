"""Golden cases: what an author expects of cases, held against what several engines answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from rdflib import Literal, URIRef

from sts_kg.authoring.engines import LeftOut, Said, ask
from sts_kg.authoring.words import ENGINES
from sts_kg.cases import Case, Explanation, Session, Status, read_cases
from sts_kg.errors import CaseError, InconsistentError, ParseError, UnknownNameError
from sts_kg.guideline import Guideline, guideline_folder
from sts_kg.rdf import local
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Framed, Table

__all__ = ["GoldenReport", "Tested", "run_golden"]

#: What a case file ends in that may have the key `expected`.
_ENDINGS = (".yaml", ".yml", ".json")
_EXAMPLE = "expected: {reed-tea: met, others: not-met}"


@dataclass(frozen=True)
class Tested(Shown):
    """What is expected of one option for one case, and what each engine says.

    `expected` is None if the case does not say; the engines must still agree. An engine that could not take the case is
    not in `said`. Where something differs there is an `explanation` of what the closure says, or, for a case that
    contradicts itself, the `contradiction` in words.
    """

    case: str
    option: URIRef
    label: str
    expected: Status | None
    said: Mapping[str, Status]
    explanation: Explanation | None = field(default=None, repr=False)
    contradiction: str = field(default="", repr=False)

    def __repr__(self) -> str:
        return f"<Tested: {self.label}, case {self.case}, {'as expected' if self.agrees else self.difference}>"

    @property
    def agrees(self) -> bool:
        """Whether all engines say the same, and that is expected."""
        said = {*self.said.values()}
        return len(said) <= 1 if self.expected is None else said == {self.expected}

    @property
    def difference(self) -> str:
        """What is expected and what is said instead, in words."""
        expected = f"expected {_shown(self.expected)}, " if self.expected else ""
        return f"{expected}found {self._found}"

    @property
    def _found(self) -> str:
        if not self.said:
            return "nothing: no engine answers it"
        by_status: dict[Status, list[str]] = {}
        for engine, status in self.said.items():
            by_status.setdefault(status, []).append(engine)
        if len(by_status) == 1:
            return _shown(next(iter(by_status)))
        return ", ".join(f"{_shown(status)} by {' and '.join(engines)}" for status, engines in by_status.items())

    def reasons(self) -> Iterator[str]:
        """Yield why the closure says what it says: what is known, what is not needed, what to ask, and the segments."""
        if self.contradiction:
            yield self.contradiction
        if self.explanation is None:
            return
        heading = ""
        for place, (said, text) in enumerate(self.explanation.lines()):
            heading = said or heading
            if place and heading in _REASONS:
                yield f"{said}: {text}" if said else text
        answer = self.explanation.answer
        decisions = ", ".join(map(local, answer.decisions))
        yield f"Source: {', '.join(answer.segment_ids)}." + (f" Decisions: {decisions}." if decisions else "")

    def as_dict(self) -> dict[str, object]:
        """Return this as plain values; an engine that was not asked, or could not take the case, says None."""
        return {
            "case": self.case,
            "option": local(self.option),
            "expected": self.expected,
            **{engine: self.said.get(engine) for engine in ENGINES},
            "agrees": self.agrees,
            "explanation": self.explanation.as_dict() if self.explanation else None,
            "contradiction": self.contradiction or None,
        }


_REASONS = ("Known to hold", "Known not to hold", "Not needed", "To ask")


@dataclass(frozen=True)
class GoldenReport(Shown, Framed):
    """What golden cases expect and what engines say: a `Tested` for each case and option, in order.

    `places` has the file and line of each case by its id, `left_out` which engine could not take which case, and why.
    """

    tested: tuple[Tested, ...]
    engines: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    footer: str = field(default="", repr=False)

    def __repr__(self) -> str:
        return f"<GoldenReport: {self.summary}>"

    def __len__(self) -> int:
        return len(self.tested)

    def __iter__(self) -> Iterator[Tested]:
        return iter(self.tested)

    @property
    def differences(self) -> tuple[Tested, ...]:
        """What is not as expected, and where engines disagree."""
        return tuple(one for one in self.tested if not one.agrees)

    @property
    def agrees(self) -> bool:
        """Whether all is as expected, and no engine disagrees with another."""
        return not self.differences

    @property
    def summary(self) -> str:
        """How many cases and statuses there are, and how many are not as expected, on one line."""
        expected = [one for one in self.tested if one.expected]
        wrong = sum(not one.agrees for one in expected)
        others = len(self.differences) - wrong
        said = f"{counted(len(self.places), 'case')}, {counted(len(expected), 'expected status', 'expected statuses')}"
        said += f": {f'{wrong:,} not as expected' if wrong else 'all as expected'}"
        return said + (f"; {counted(others, 'other')} on which engines disagree" if others else "")

    def table(self) -> Table:
        """Return a row a case and option: case, option, what is expected, what each engine says, and the difference.

        An engine that could not take the case, and what is not expected, is None; so is the difference if there is
        none. `why` has the reasons beside a difference.
        """

        def cells(one: Tested) -> Iterator[Literal | URIRef | None]:
            yield from (Literal(one.case), one.option)
            texts = (one.expected, *(one.said.get(engine) for engine in self.engines))
            more = ("", "") if one.agrees else (one.difference, " ".join(one.reasons()))
            yield from (Literal(text) if text else None for text in (*texts, *more))

        header = ("case", "option", "expected", *self.engines, "difference", "why")
        labels = {one.option: one.label for one in self.tested}
        return Table(header, tuple(tuple(cells(one)) for one in self.tested), labels)

    def lines(self) -> Iterator[str]:
        """Yield what a person reads: the differences of each case with their reasons, what is left out, the summary."""
        for case, several in groupby(self.differences, key=lambda one: one.case):
            yield f"case {case} ({self.places[case]})"
            told: list[str] = []  # how a case contradicts itself is told once
            for one in several:
                yield f"  {local(one.option).removeprefix('option-')}: {one.difference}"
                told, before = [*one.reasons()], told
                yield from (f"    {reason}" for reason in told if told != before)
            yield ""
        yield from (f"left out: {one}" for one in self.left_out)
        answered = [engine for engine in self.engines if any(engine in one.said for one in self.tested)]
        yield f"{self.summary} (by {', '.join(answered)})"

    def as_dict(self) -> dict[str, object]:
        """Return the report with the keys of the command line's JSON contract."""
        return {
            "agrees": self.agrees,
            "engines": list(self.engines),
            "cases": [{"case": case, "place": place} for case, place in self.places.items()],
            "options": [one.as_dict() for one in self.tested],
            "left_out": [one.as_dict() for one in self.left_out],
        }


def run_golden(
    guideline: Guideline,
    path: str | Path,
    engines: Iterable[str] = ENGINES,
    *,
    on_error: Callable[[CaseError | ParseError], None] | None = None,
) -> GoldenReport:
    """Return what engines say of the golden cases of a file or folder, beside what the cases expect.

    Parameters
    ----------
    guideline : Guideline
        What is tested.
    path : path
        A case file, or a folder of them (`.yaml`, `.yml`, `.json`, in folders below it, too); a folder in which there
        is a folder `cases` stands for that, and `example:NAME` for that of a fictional guideline.
    engines : iterable of str
        Some of `ENGINES`.
    on_error : callable, optional
        Called with the error of each file that cannot be read and each case that expects nothing; the others are run.

    Raises
    ------
    CaseError, ParseError
        A case cannot be read, or has no key `expected`, and `on_error` is not given; or a folder has no case file.
    UnknownNameError
        There is no such engine, or none is named.
    InconsistentError
        The guideline contradicts itself, so that every case would.
    """
    chosen = (engines,) if isinstance(engines, str) else tuple(dict.fromkeys(engines))
    for engine in chosen or ("",):
        if engine not in ENGINES:
            raise UnknownNameError("engine", engine, ENGINES)
    session = Session(guideline, tuple(_golden(_files(path), guideline, on_error)))
    if session.cases:
        _ = guideline.closure  # which raises if the guideline contradicts itself
    said = ask(session, chosen) if session.cases else {}
    tested = [_explained(one, session, case) for case in session.cases for one in _tested(case, guideline, said)]
    return GoldenReport(
        tuple(tested),
        chosen,
        tuple(one for of in said.values() for one in of.left_out),
        {case.id: case.place for case in session.cases},
        guideline.footer,
    )


def _files(path: str | Path) -> Sequence[str | Path]:
    """Return the case files that a path names."""
    folder = Path(path)
    with suppress(UnknownNameError):  # else it may be an example of a case
        folder = guideline_folder(path)
    if not folder.is_dir():
        return [path]
    inner = folder / "cases"
    below = (inner if inner.is_dir() else folder).rglob("*")
    found = sorted(each for each in below if each.suffix.casefold() in _ENDINGS and each.is_file())
    if not found:
        reason = f"holds no golden case; write a case file that ends in .yaml, with its findings and {_EXAMPLE}"
        raise ParseError(reason, path=path)
    return found


def _golden(
    files: Sequence[str | Path], guideline: Guideline, on_error: Callable[[CaseError | ParseError], None] | None
) -> Iterator[Case]:
    for case in read_cases(files, guideline.vocabulary, on_error=on_error):
        if case.expected:
            yield case
            continue
        reason = f"the case {case.id!r} says nothing that can be tested; add what you expect, as in {_EXAMPLE}"
        error = CaseError(reason, path=case.place, key="expected")
        if on_error is None:
            raise error
        on_error(error)


def _tested(case: Case, guideline: Guideline, said: Mapping[str, Said]) -> Iterator[Tested]:
    for option in dict.fromkeys((*guideline.conditions, *case.expected)):
        of_option = {
            engine: of.statuses[case.id][option]
            for engine, of in said.items()
            if option in of.statuses.get(case.id, ())
        }
        yield Tested(case.id, option, guideline.vocabulary.label(option), case.expected.of(option), of_option)


def _explained(one: Tested, session: Session, case: Case) -> Tested:
    """Return what was tested with its reasons, if something differs."""
    if one.agrees or one.option not in session.guideline.conditions:
        return one
    try:
        return replace(one, explanation=session.explain(case, one.option))
    except InconsistentError as error:
        return replace(one, contradiction=str(error))


def _shown(status: Status | None) -> str:
    return (status or "nothing").replace("-", " ")
